#include "item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "db.h"
#include "model.h"

void item_release(struct item *i)
{
	free(i->dir);
	free(i->leaf);
	free(i->ctype);
	pairs_release(&i->vals);
	pairs_release(&i->bag);
	*i = (struct item) ITEM_INIT;
}

static int read_pairs(struct stmt *st, int column, struct pairs *p)
{
	size_t n;
	const void *block = db_block(st, column, &n);

	return pairs_load(p, block, n);
}

int item_read(struct stmt *st, struct item *i)
{
	i->list = db_int(st, 0);
	i->id = db_int(st, 1);
	i->bin = db_int(st, 2);
	i->version = db_int(st, 3);
	i->ui = db_int(st, 4);
	snprintf(i->uid, sizeof(i->uid), "%s", db_text(st, 5));
	snprintf(i->guid, sizeof(i->guid), "%s", db_text(st, 6));
	i->created = db_int(st, 7);
	i->modified = db_int(st, 8);
	i->author = db_int(st, 9);
	i->editor = db_int(st, 10);
	i->folder = db_int(st, 11);
	i->moderation = db_int(st, 15);
	i->order = db_real(st, 16);
	i->size = db_int(st, 17);
	i->doc_modified = db_int(st, 18);
	i->attachments = db_int(st, 19);
	if (str_set(&i->dir, db_text(st, 12)) < 0 || str_set(&i->leaf, db_text(st, 13)) < 0 ||
	    str_set(&i->ctype, db_text(st, 14)) < 0 || read_pairs(st, 20, &i->vals) < 0 ||
	    read_pairs(st, 21, &i->bag) < 0)
		return -ENOMEM;
	return 0;
}

int item_get_any(struct db *db, const struct list *l, int64_t id, struct item *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(db, &st, ITEM_GET, "ii", l->id, id);

	if (r < 0)
		return r;
	r = db_step(st);
	return r < 0 ? r : r == 0 ? -ENOENT : item_read(st, ret);
}

int item_get(struct db *db, const struct list *l, int64_t id, struct item *ret)
{
	int r = item_get_any(db, l, id, ret);

	return r < 0 ? r : ret->bin ? -ENOENT : 0;
}

int item_put(struct db *db, const struct item *i)
{
	return db_run(db, ITEM_PUT, "iiiiissiiiiisssidiiibb", i->list, i->id, (int64_t) i->bin, i->version, i->ui,
		      i->uid, i->guid, i->created, i->modified, i->author, i->editor, (int64_t) i->folder, i->dir,
		      i->leaf, i->ctype, i->moderation, i->order, i->size, i->doc_modified, i->attachments,
		      (const void *) i->vals.b.p, i->vals.b.len, (const void *) i->bag.b.p, i->bag.b.len);
}

int item_start(struct list *l, int64_t author, int64_t now, struct item *ret)
{
	int r = guid_new(ret->uid);

	if (r < 0)
		return r;
	ret->list = l->id;
	ret->id = l->next_item++;
	ret->version = 1;
	ret->ui = 512;
	ret->created = ret->modified = ret->doc_modified = now;
	ret->author = ret->editor = author;
	ret->order = (double) ret->id * 100;
	return guid_new(ret->guid);
}
