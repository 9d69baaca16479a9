#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/item.h"
#include "store/item.h"
#include "store/journal.h"
#include "attach.h"
#include "leaving.h"
#include "txn.h"
#include "upload.h"
#include "upload_look.h"

/* What can be sent by itself: bytes, moves, and whatever is done to attachments. */

int upload_is(struct txn *t, const struct store_change *c)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r;

	if (c->change.op == CHANGE_STORE || c->change.op == CHANGE_MOVE || change_is_check(c->change.op))
		return 1;
	if (c->change.op != CHANGE_DELETE || list_is_library(&t->list.info))
		return 0;
	r = store_item_get(t->st, c->item, &it);
	return r < 0 ? (r == -ENOENT ? 0 : r) : it.item.owner != 0;
}

/* ---- what can be sent ---------------------------------------------------------------------- */

/* A document whose bytes before these were stored, but under what word is not known before their row. */
static int waits_for_row(void *arg, const struct store_change *c)
{
	const struct store_change *mine = arg;

	if (c->id >= mine->id || c->state != STORE_CHANGE_SENT)
		return 0;
	/* Who has it moves its version, which what follows is stored over; and it is the last bytes that are checked in. */
	if (change_is_check(c->change.op) || change_is_check(mine->change.op))
		return 1;
	return c->change.op == CHANGE_STORE && !mine->change.content.etag;
}

int upload_path(struct txn *t, int64_t dir, const char *name, char **ret)
{
	CLEANUP(str_free_p) char *folder = NULL;
	const char *root = t->list.info.root_folder ? t->list.info.root_folder : "";
	int r = push_folder(t, dir, &folder);

	if (r <= 0)
		return r;
	if (folder)
		root = folder;
	*ret = str_printf("%s/%s", root + (*root == '/'), name);
	return *ret ? 1 : -ENOMEM;
}

/* 1: nothing that is to be removed stands there. */
static int is_free(struct txn *t, int64_t item, const char *path)
{
	int r = leaving_has(t, item, path);

	return r < 0 ? r : !r;
}

static int attached_fits(struct txn *t, const struct store_item *it, enum change_op op)
{
	int r = attach_waits(t, it, op);

	return r ? (r < 0 ? r : 0) : attach_fits(t, &it->item, NULL);
}

static int node_fits(struct txn *t, const struct store_change *c)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(str_free_p) char *path = NULL;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = store_item_get(t->st, c->item, &it);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (it.item.owner)
		return attached_fits(t, &it, c->change.op);
	if (c->change.op == CHANGE_MOVE && !it.item.id)
		return 0;
	if (change_is_check(c->change.op))
		return it.item.id != 0;
	if (it.item.id && c->change.op == CHANGE_STORE)
		return 1;
	r = store_node_of_item(t->st, c->item, &n);
	if (r < 0 || !n.name)
		return r < 0 && r != -ENOENT ? r : 0;
	r = upload_path(t, n.parent, n.name, &path);
	return r <= 0 ? r : is_free(t, c->item, path);
}

/* Nobody is putting anything into its slot just now. */
static int place_fits(struct txn *t, const struct store_change *c)
{
	bool leaving = false;
	int64_t dir;
	int r = push_dir(t, c->item, &dir, &leaving);

	return r < 0 || leaving ? (r == -ENOENT || r == 0 ? 0 : r) : 1;
}

int upload_fits(struct txn *t, const struct store_change *c, int64_t until)
{
	int r;

	if (c->state != STORE_CHANGE_QUEUED || c->change.content.due > until)
		return 0;
	r = upload_is(t, c);
	if (r > 0)
		r = push_is_first(t, c);
	if (r > 0 && c->change.op != CHANGE_DELETE)
		r = place_fits(t, c);
	if (r <= 0)
		return r;
	if (c->change.op == CHANGE_STORE || change_is_check(c->change.op))
		r = store_change_of_item(t->st, c->item, waits_for_row, (void *) c);
	else
		r = 0;
	return r ? (r < 0 ? r : 0) : node_fits(t, c);
}

/* ---- attachments -------------------------------------------------------------------------------- */

int upload_attached(struct txn *t, const struct store_item *it, const struct store_change *c, struct upload_doc *d,
		    struct upload_item *ret)
{
	const struct change_content *k = &c->change.content;
	const char *root = t->list.info.root_folder ? t->list.info.root_folder : "";
	const char *word = values_get(&it->item.values, ATTACH_WORD);
	int r = attach_fits(t, &it->item, &ret->id);

	if (r >= 0)
		r = str_set(&ret->list, t->list.info.id);
	if (r < 0)
		return r;
	free(d->path);
	/* As the server has said, when it has. */
	d->path = it->item.id ? strdup(it->item.path) : str_printf("%s/Attachments/%lld/%s", root + (*root == '/'),
								   (long long) ret->id, item_leaf(it->item.path));
	if (!d->path)
		return -ENOMEM;
	if (c->change.op == CHANGE_STORE && it->item.id && k->base == it->item.version && word)
		r = str_set(&d->etag, word);
	return r;
}
