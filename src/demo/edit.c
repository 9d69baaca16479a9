#include "edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "change.h"
#include "ctypes.h"
#include "db.h"
#include "face.h"
#include "item.h"
#include "model.h"
#include "namerule.h"
#include "perm.h"
#include "series.h"
#include "tmpl.h"

int edit_refuse(struct edit *e, uint32_t code)
{
	e->refusal = (struct refusal) { code, refusal_text(code) };
	return -EINVAL;
}

int edit_is_folder(struct edit *e, const char *path)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const char *slash = strrchr(path, '/');
	CLEANUP(str_free_p) char *dir = slash ? strndup(path, (size_t) (slash - path)) : NULL;
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r;

	if (str_eq_nocase(path, e->l->root))
		return 1;
	if (!dir)
		return 0;
	r = db_ask(e->m->db, &st, ITEM_BY_PATH, "iss", e->l->id, dir, slash + 1);
	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r;
	r = item_get(e->m->db, e->l, db_int(st, 0), &i);
	return r < 0 ? r : i.folder;
}

static int fill_path(struct edit *e, struct item *i)
{
	int r = 0;

	if (!i->dir)
		r = str_set(&i->dir, e->l->root);
	if (r >= 0 && !i->leaf) {
		i->leaf = str_printf("%lld_.000", (long long) i->id);
		r = i->leaf ? 0 : -ENOMEM;
	}
	if (r < 0)
		return r;
	r = edit_is_folder(e, i->dir);
	return r < 0 ? r : r == 0 ? edit_refuse(e, E_PARAMETER) : 0;
}

static int fill_ctype(struct edit *e, struct item *i)
{
	bool board = e->l->template == TMPL_DISCUSSION;
	int r;

	if (i->ctype)
		return 0;
	r = ctype_id(e->l, i->folder ? (board ? "0x012002" : "0x0120") : board ? "0x0107" : NULL, &i->ctype);
	if (r == -ENOENT) /* it was taken off the list: the plain one is left */
		return str_set(&i->ctype, i->folder ? "0x0120" : "0x01");
	return r;
}

/* Writes the row; another item with this path is the client's mistake. */
static int put(struct edit *e, const struct item *i)
{
	int r;
	CLEANUP(db_done_p) struct stmt *st = NULL;

	r = db_ask(e->m->db, &st, ITEM_BY_PATH, "iss", i->list, i->dir, i->leaf);
	if (r >= 0)
		r = db_step(st);
	if (r > 0 && db_int(st, 0) != i->id)
		return edit_refuse(e, E_PATH_TAKEN);
	return r < 0 ? r : item_put(e->m->db, i);
}

/* Lists without versions keep none. */
static int add_revision(struct edit *e, const struct item *i)
{
	if (!list_prop_is(e->l, "EnableVersioning", false))
		return 0;
	return db_run(e->m->db, REVISION_ADD, "iiiiiib", i->list, i->id, i->version, i->ui, i->modified, i->editor,
		      (const void *) i->vals.b.p, i->vals.b.len);
}

/* In a list with content approval, what somebody without the right to approve writes waits for one who has it. */
static void submit(struct edit *e, struct item *i)
{
	if (list_prop_is(e->l, "EnableModeration", false) && !(perm_of_list(e->who, e->l) & PERM_APPROVE))
		i->moderation = MODERATION_PENDING;
}

int edit_insert(struct edit *e, struct item *i)
{
	int r = fill_path(e, i);

	submit(e, i);
	if (r >= 0)
		r = face_mark(i);
	if (r >= 0)
		r = fill_ctype(e, i);
	if (r >= 0)
		r = put(e, i);
	if (r < 0)
		return r;
	r = add_revision(e, i);
	if (r >= 0)
		r = change_add(e->m->db, e->l, i, "Add");
	e->l->items++;
	e->l->modified = e->now;
	return r < 0 ? r : list_save(e->m, e->l);
}

int edit_update(struct edit *e, struct item *i, enum edit_kind kind)
{
	static const char *const kinds[] = {
		[EDIT_NORMAL] = "Update",
		[EDIT_QUIET] = "Update",
		[EDIT_SYSTEM] = "SystemUpdate",
		[EDIT_RENAME] = "Rename",
		[EDIT_MODERATE] = "Update",
		[EDIT_TOUCH] = "Update",
	};
	bool edit = kind == EDIT_NORMAL || kind == EDIT_MODERATE;
	int r = kind == EDIT_MODERATE ? db_run(e->m->db, REVISION_DROP, "iii", i->list, i->id, i->version) : 0;

	if (edit || kind == EDIT_QUIET)
		i->version++;
	if (kind == EDIT_NORMAL) {
		if (list_prop_is(e->l, "EnableVersioning", false))
			i->ui += 512;
		submit(e, i);
	}
	if (edit) {
		i->modified = e->now;
		i->editor = e->who->id;
	}
	if (r >= 0)
		r = face_mark(i);
	if (r >= 0)
		r = put(e, i);
	if (r >= 0 && edit)
		r = add_revision(e, i);
	if (r >= 0)
		r = change_add(e->m->db, e->l, i, kinds[kind]);
	e->l->modified = e->now;
	return r < 0 ? r : list_save(e->m, e->l);
}

/* ---- folders and what is in them ---------------------------------------------------------------- */

typedef int (*each_fn)(struct edit *e, struct item *i, void *arg);

/* Calls fn for each item whose id is in ids. */
static int each_of(struct edit *e, const struct buf *ids, each_fn fn, void *arg)
{
	int r = 0;

	for (size_t at = 0; r >= 0 && at < ids->len; at += sizeof(int64_t)) {
		CLEANUP(item_release_p) struct item i = ITEM_INIT;
		int64_t id;

		memcpy(&id, ids->p + at, sizeof(id));
		r = item_get_any(e->m->db, e->l, id, &i);
		if (r >= 0)
			r = fn(e, &i, arg);
	}
	return r;
}

/* Calls fn for everything below a path. */
static int each_below(struct edit *e, const char *path, each_fn fn, void *arg)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	struct buf ids = BUF_INIT((size_t) 64 << 20);
	int r = db_ask(e->m->db, &st, ITEMS_IN, "is", e->l->id, path);

	/* first the ids: fn changes the index that is being read */
	while (r >= 0 && (r = db_step(st)) > 0) {
		int64_t id = db_int(st, 0);

		r = buf_add(&ids, &id, sizeof(id));
	}
	if (r >= 0)
		r = each_of(e, &ids, fn, arg);
	buf_release(&ids);
	return r;
}

/* In the values of what is in the recycle bin: the item that it went with. */
#define WENT_WITH "_WentWith"

static int bin_one(struct edit *e, struct item *i, void *arg)
{
	char with[24];
	int r;

	(void) arg;
	snprintf(with, sizeof(with), "%lld", (long long) e->with);
	i->bin = true;
	r = pairs_set(&i->vals, WENT_WITH, e->with ? with : NULL);
	if (r >= 0)
		r = item_put(e->m->db, i);
	e->l->items--;
	return r < 0 ? r : change_add(e->m->db, e->l, i, "Delete");
}

int edit_delete(struct edit *e, struct item *i)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", i->dir, i->leaf);
	int64_t with = e->with;
	int r = path ? 0 : -ENOMEM;

	if (!e->with)
		e->with = i->id;
	if (r >= 0 && i->folder)
		r = each_below(e, path, bin_one, NULL);
	e->with = with;
	if (r >= 0)
		r = bin_one(e, i, NULL);
	e->l->modified = e->l->deleted = e->now;
	return r < 0 ? r : list_save(e->m, e->l);
}

static int restore_one(struct edit *e, struct item *i, void *arg)
{
	int r = pairs_set(&i->vals, WENT_WITH, NULL);

	(void) arg;
	i->bin = false;
	if (r >= 0)
		r = put(e, i);
	if (r < 0)
		return r;
	e->l->items++;
	return change_add(e->m->db, e->l, i, "Restore");
}

static int find_company(struct edit *e, const struct item *of, struct buf *ids)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = db_ask(e->m->db, &st, ITEMS_UP, "ii", e->l->id, INT64_C(0));

	while (r >= 0 && (r = db_step(st)) > 0) {
		const char *with;
		int64_t id;

		r = item_read(st, &i);
		with = r < 0 || !i.bin ? NULL : pairs_get(&i.vals, WENT_WITH);
		if (with && str_to_i64(with, &id) == 0 && id == of->id)
			r = buf_add(ids, &i.id, sizeof(i.id));
	}
	return r;
}

int edit_restore(struct edit *e, struct item *i)
{
	CLEANUP(buf_release_p) struct buf ids = BUF_INIT((size_t) 64 << 20);
	int r = restore_one(e, i, NULL);

	if (r >= 0 && (i->folder || series_is(e->l, i)))
		r = find_company(e, i, &ids);
	if (r >= 0)
		r = each_of(e, &ids, restore_one, NULL);
	e->l->modified = e->now;
	return r < 0 ? r : list_save(e->m, e->l);
}

struct repath {
	const char *from, *to;
};

/* The path of everything below a folder that moves changes with it, but no version does. */
static int repath_one(struct edit *e, struct item *i, void *arg)
{
	const struct repath *p = arg;
	char *dir = str_printf("%s%s", p->to, i->dir + strlen(p->from));

	if (!dir)
		return -ENOMEM;
	free(i->dir);
	i->dir = dir;
	return item_put(e->m->db, i);
}

/* A place that exists and that is not below the item itself. */
static int check_place(struct edit *e, const char *from, const char *dir)
{
	size_t n = strlen(from);
	bool inside = strncasecmp(dir, from, n) == 0 && (!dir[n] || dir[n] == '/');
	int r = inside ? 0 : edit_is_folder(e, dir);

	return r == 0 ? edit_refuse(e, E_PARAMETER) : r;
}

int edit_check_name(struct edit *e, const char *name)
{
	if (tmpl_is_library(e->l) && !e->system)
		return namerule_check(e->m->version, name, false, false) == NAME_GOOD ? 0 : edit_refuse(e, E_PARAMETER);
	return !*name || strlen(name) > 255 || strpbrk(name, "/\"#%*:<>?\\{|}~") ? edit_refuse(e, E_PARAMETER) : 0;
}

int edit_move(struct edit *e, struct item *i, const char *dir, const char *leaf)
{
	CLEANUP(str_free_p) char *from = str_printf("%s/%s", i->dir, i->leaf);
	CLEANUP(str_free_p) char *to = str_printf("%s/%s", dir ? dir : i->dir, leaf ? leaf : i->leaf);
	struct repath p = { from, to };
	int r = from && to ? 0 : -ENOMEM;

	if (r >= 0 && leaf)
		r = edit_check_name(e, leaf);
	if (r >= 0 && dir)
		r = check_place(e, from, dir);
	if (r >= 0 && i->folder)
		r = each_below(e, from, repath_one, &p);
	if (r >= 0 && dir)
		r = str_set(&i->dir, dir);
	if (r >= 0 && leaf)
		r = str_set(&i->leaf, leaf);
	i->doc_modified = e->now;
	return r;
}
