#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "attach.h"
#include "local.h"
#include "place.h"
#include "show.h"

/*
 * Directories. A folder's name is not a field but the last part of its path, and
 * its place is said beside the method and not in it; so a new folder and the
 * renaming of one are changes of their own kind, and what is below an unsent folder
 * waits for it (push.c).
 */

/* The field of an update that renames a folder; its value is read as "5;#Name". */
#define NAME_FIELD "FileLeafRef"

int local_dir_path(struct txn *t, const struct store_node *dir, char **ret)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	const char *root = t->list.info.root_folder ? t->list.info.root_folder : "";
	int r;

	if (dir->kind == STORE_NODE_ATTACHMENTS) {
		r = store_item_get(t->st, dir->item, &it);
		*ret = r < 0 ? NULL : str_printf("%s/Attachments/%lld", root + (*root == '/'), (long long) it.item.id);
		return r < 0 ? r : *ret ? 0 : -ENOMEM;
	}
	if (dir->kind != STORE_NODE_FOLDER)
		return str_set(ret, root + (*root == '/'));
	r = store_item_get(t->st, dir->item, &it);
	return r < 0 ? r : str_set(ret, it.item.path ? it.item.path : "");
}

static int may_make(struct txn *t, const struct store_node *dir, const char *name)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r;

	if (dir->kind == STORE_NODE_SCRATCH_DIR || dir->kind == STORE_NODE_ATTACHMENTS)
		return -ESTALE;
	if (!(t->list.info.flags & LIST_FOLDERS))
		return -EPERM;
	r = local_may(&t->list, NULL, PERM_ADD);
	if (r == 0 && list_is_library(&t->list.info))
		r = local_name(name);
	if (r == 0)
		r = place_is_free(t, dir->ino, name, 0, 0);
	if (r == 0 && local_vacancy(t, dir->ino, name, &v))
		return -ESTALE;
	return r < 0 ? r : r ? 0 : -EEXIST;
}

int sync_submit_folder(struct sync *s, int64_t parent, const char *name, int64_t *ret_ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(str_free_p) char *above = NULL;
	struct store_node n = { .parent = parent, .name = (char *) name, .kind = STORE_NODE_FOLDER };
	int r = local_begin_dir(&t, parent, &dir);

	if (r == 0)
		r = may_make(&t, &dir, name);
	if (r == 0)
		r = local_dir_path(&t, &dir, &above);
	if (r == 0)
		r = local_item_new(&t, &i);
	if (r < 0)
		return r;
	i.it.item.folder = true;
	i.it.item.path = str_printf("%s%s%s", above, *above ? "/" : "", name);
	r = i.it.item.path ? local_item_change(&t, &i, CHANGE_NEW_FOLDER, NULL, name) : -ENOMEM;
	if (r < 0)
		return r;
	n.list = dir.list;
	n.item = i.it.id;
	r = show_fresh(&t, &i.it.item, &n);
	if (r == 0)
		r = store_node_add(t.st, &n);
	if (r == 0)
		r = txn_touch(&t, parent);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "folder");
	if (r == 0)
		*ret_ino = n.ino;
	return r;
}

/* ---- renaming -------------------------------------------------------------------------- */

/* A folder that is still to be made is made under its new name. 1: so it is. */
static int rename_unsent(struct txn *t, struct local_item *i, const char *name)
{
	struct pending_row *row = pending_find(&i->p, CHANGE_NEW_FOLDER);
	const char *leaf = item_leaf(i->it.item.path);
	char *path;
	int r;

	if (!row || row->c.state == STORE_CHANGE_SENDING || row->c.state == STORE_CHANGE_UNSURE)
		return 0;
	r = str_set(&row->c.change.name, name);
	if (r == 0)
		r = str_set(&row->c.name, name);
	if (r < 0)
		return r;
	row->changed = true;
	path = str_printf("%.*s%s", (int) (leaf - i->it.item.path), i->it.item.path, name);
	if (!path)
		return -ENOMEM;
	str_free_p(&i->it.item.path);
	i->it.item.path = path;
	r = local_item_retry(t, i);
	if (r == 0)
		r = store_item_put(t->st, &i->it);
	t->queued++;
	return r < 0 ? r : 1;
}

static int rename_item(struct txn *t, int64_t item, const char *name)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	int r = local_item_load(t, item, &i);

	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_EDIT);
	if (r == 0)
		r = rename_unsent(t, &i, name);
	if (r)
		return r < 0 ? r : 0;
	r = values_set(&fields, NAME_FIELD, name);
	return r < 0 ? r : local_item_change(t, &i, CHANGE_UPDATE, &fields, name);
}

int sync_submit_rename_folder(struct sync *s, int64_t ino, const char *to_name)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = local_begin(&t, ino, &n);

	if (r == 0 && (!n.name || n.kind != STORE_NODE_FOLDER))
		r = -ESTALE;
	if (r < 0 || strcmp(n.name, to_name) == 0)
		return r;
	r = place_is_free(&t, n.parent, to_name, ino, n.item);
	if (r <= 0)
		return r < 0 ? r : -EEXIST;
	str_free_p(&n.error);
	r = rename_item(&t, n.item, to_name);
	if (r == 0)
		r = place_move(&t, &n, n.parent, to_name, false);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "rename_folder");
}

/* ---- removing ----------------------------------------------------------------------------- */

struct below {
	struct txn *t;
	int64_t dir;
};

/* What was removed from the directory a moment ago goes with it: its grace is over. */
static int end_grace(void *arg, const struct store_vacancy *v)
{
	struct below *b = arg;
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r;

	if (v->parent != b->dir)
		return 0;
	/* An item that a program has moved aside is still there. */
	if (v->reason == STORE_VACANT_MOVED)
		return -ENOTEMPTY;
	r = local_item_load(b->t, v->item, &i);
	if (r == 0)
		r = store_vacancy_delete(b->t->st, v->parent, v->name);
	return r < 0 ? r : local_item_delete(b->t, &i, v->name);
}

int local_remove_folder(struct txn *t, struct store_node *n)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(str_free_p) char *name = strdup(n->name);
	struct below b = { t, n->ino };
	int r = name ? store_node_has_children(t->st, n->ino) : -ENOMEM;

	if (r)
		return r < 0 ? r : -ENOTEMPTY;
	r = local_item_load(t, n->item, &i);
	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_DELETE);
	if (r == 0 && t->has_vacancies)
		r = store_vacancy_each(t->st, INT64_MAX, end_grace, &b);
	if (r == 0)
		r = place_strip(t, n, NULL);
	return r < 0 ? r : local_item_delete(t, &i, name);
}

int sync_submit_rmdir(struct sync *s, int64_t ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = local_begin(&t, ino, &n);

	if (r < 0 || !n.name)
		return r < 0 ? r : -ESTALE;
	if (n.kind != STORE_NODE_FOLDER && n.kind != STORE_NODE_SCRATCH_DIR && n.kind != STORE_NODE_ATTACHMENTS)
		return n.kind == STORE_NODE_LIST ? -EPERM : -ENOTDIR;
	r = store_node_has_children(t.st, ino);
	if (r)
		return r < 0 ? r : -ENOTEMPTY;
	r = txn_touch(&t, n.parent);
	if (r == 0)
		r = n.kind == STORE_NODE_FOLDER ? local_remove_folder(&t, &n) : place_strip(&t, &n, NULL);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "rmdir");
}

int sync_submit_attachments(struct sync *s, int64_t parent, const char *name, int64_t *ret_ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int64_t ino = 0;
	int r = local_begin_dir(&t, parent, &dir);

	if (r == 0)
		r = attach_find(&t, &dir, name, &ino);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "attachments");
	if (r == 0)
		*ret_ino = ino;
	return r;
}
