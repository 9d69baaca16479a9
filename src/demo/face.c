#include "face.h"

#include <errno.h>

#include "db.h"
#include "item.h"
#include "model.h"
#include "perm.h"

/* The bytes that a document had in that version; a sample that nobody wrote keeps its length. */
static int size_then(struct db *db, struct item *i)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(db, &st, CONTENT_GET, "iii", i->list, i->id, i->version);

	if (r >= 0)
		r = db_step(st);
	if (r > 0)
		i->size = db_int(st, 1);
	return r < 0 ? r : 0;
}

static int read_version(struct stmt *st, struct item *i, struct pairs *scratch)
{
	size_t size;
	const void *vals = db_block(st, 4, &size);
	int r = pairs_load(scratch, vals, size);

	if (r < 0 || pairs_get(scratch, NOT_APPROVED))
		return r < 0 ? r : 0;
	i->version = db_int(st, 0);
	i->ui = db_int(st, 1);
	i->modified = db_int(st, 2);
	i->doc_modified = i->modified;
	i->editor = db_int(st, 3);
	i->moderation = 0;
	r = pairs_copy(&i->vals, scratch);
	return r < 0 ? r : 1;
}

int face_publish(struct db *db, const struct list *l, struct item *i)
{
	CLEANUP(pairs_release_p) struct pairs scratch = PAIRS_INIT;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r, found = 0;

	if (!i->moderation || !list_prop_is(l, "EnableModeration", false) || !list_prop_is(l, "EnableVersioning", false))
		return 0;
	r = db_ask(db, &st, REVISIONS_OF, "ii", l->id, i->id);
	while (r >= 0 && !found && (r = db_step(st)) > 0)
		r = found = read_version(st, i, &scratch);
	return r >= 0 && found && l->base == LIST_LIBRARY ? size_then(db, i) : r < 0 ? r : 0;
}

int face_show(struct db *db, const struct person *p, const struct list *l, struct item *i)
{
	return perm_hides_draft(p, l, i) ? face_publish(db, l, i) : 0;
}

int face_get(struct db *db, const struct person *p, const struct list *l, int64_t id, struct item *ret)
{
	int r = item_get(db, l, id, ret);

	if (r >= 0)
		r = face_show(db, p, l, ret);
	return r < 0 ? r : perm_of_item(p, l, ret) & PERM_VIEW ? 0 : -ENOENT;
}

int face_mark(struct item *i)
{
	if (!i->moderation && !pairs_get(&i->vals, NOT_APPROVED))
		return 0;
	return pairs_set(&i->vals, NOT_APPROVED, i->moderation ? "1" : NULL);
}
