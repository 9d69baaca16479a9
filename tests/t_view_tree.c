/* The mount as the kernel's side reads it from the store. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/store.h"
#include "view/tree.h"

/* One item list ("Tasks", id 1), one library ("Docs", id 2), and what a test puts in. */
struct world {
	char dir[64];
	struct store *st;
	struct view_tree *t;
	int64_t tasks, tasks_root, docs, docs_root;
};

static void add_field(struct list *l, const char *name, enum field_type type, const char *word)
{
	struct field *f = schema_add(&l->schema);

	f->name = strdup(name);
	f->display = strdup(name);
	f->type_name = strdup(word);
	f->type = type;
}

static void describe(struct list *l, const char *guid, const char *title, bool library)
{
	l->id = strdup(guid);
	l->title = strdup(title);
	l->web_url = strdup("/s");
	l->root_folder = strdup("/s/x");
	l->template = library ? 101 : 100;
	l->base_type = library;
	l->flags = LIST_FOLDERS;
	add_field(l, "Title", FIELD_TEXT, "Text");
	add_field(l, "Owner", FIELD_USER, "User");
	add_field(l, "Customer", FIELD_LOOKUP, "Lookup");
}

static int64_t register_list(struct world *w, const char *guid, const char *name, bool library,
			     int64_t *ret_root)
{
	CLEANUP(list_release_p) struct list info = LIST_INIT;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int64_t id;

	describe(&info, guid, name, library);
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_list_add(w->st, "http://h/s", name, &info, &id), 0);
	assert_int_equal(store_commit(w->st), 0);
	assert_int_equal(store_list_get(w->st, id, &l), 0);
	*ret_root = l.root;
	return id;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err err = { 0 };

	snprintf(w->dir, sizeof(w->dir), "/tmp/t_view_tree.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(store_open(w->dir, &w->st, &err), 0);
	w->tasks = register_list(w, "{11111111-0000-0000-0000-000000000001}", "Tasks", false,
				 &w->tasks_root);
	w->docs = register_list(w, "{11111111-0000-0000-0000-000000000002}", "Docs", true, &w->docs_root);
	assert_int_equal(view_tree_new(w->st, &w->t), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	CLEANUP(str_free_p) char *cmd = str_printf("rm -r %s", w->dir);
	FILE *p;

	view_tree_free(w->t);
	store_close(w->st);
	p = popen(cmd, "r");
	assert_non_null(p);
	pclose(p);
	free(w);
	return 0;
}

/* An item; returns its local id. */
static int64_t add_item(struct world *w, int64_t list, int64_t id, const char *title,
			const char *owner, const char *customer)
{
	struct store_item i = STORE_ITEM_INIT;
	int64_t local;

	i.list = list;
	i.item.id = id;
	i.item.modified = 1700000000;
	assert_int_equal(values_set(&i.item.values, "Title", title), 0);
	assert_int_equal(values_set(&i.item.values, "Owner", owner), 0);
	assert_int_equal(values_set(&i.item.values, "Customer", customer), 0);
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_item_put(w->st, &i), 0);
	assert_int_equal(store_commit(w->st), 0);
	local = i.id;
	store_item_release(&i);
	return local;
}

static int64_t add_node(struct world *w, int64_t parent, const char *name,
			enum store_node_kind kind, int64_t item, const char *error)
{
	struct store_node n = STORE_NODE_INIT;
	int64_t ino;

	n.list = parent == w->docs_root ? w->docs : w->tasks;
	n.parent = parent;
	n.name = strdup(name);
	n.kind = kind;
	n.item = item;
	n.mode = 0644;
	n.size = 7;
	n.mtime = n.ctime = 1600000000ll * 1000000000;
	n.version = 3;
	n.error = error ? strdup(error) : NULL;
	n.expires = kind == STORE_NODE_GHOST ? clock_now_ns() + 1000000000ll : 0;
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_node_add(w->st, &n), 0);
	assert_int_equal(store_commit(w->st), 0);
	ino = n.ino;
	store_node_release(&n);
	return ino;
}

static void put_text(struct world *w, int64_t ino, const char *text, enum store_text_state st)
{
	struct store_text t = STORE_TEXT_INIT;

	t.state = st;
	t.since = 1650000000ll * 1000000000;
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_text_put(w->st, ino, text, strlen(text), &t), 0);
	assert_int_equal(store_commit(w->st), 0);
}

static int join_names(void *arg, const char *name, const struct view_attr *a)
{
	(void) a;
	return buf_addf(arg, "%s;", name);
}

static void assert_children(struct world *w, int64_t dir, const char *want)
{
	CLEANUP(buf_release_p) struct buf names = BUF_INIT(4096);

	assert_int_equal(view_tree_children(w->t, dir, join_names, &names), 0);
	assert_string_equal(buf_str(&names), want);
}

static void assert_content(struct world *w, int64_t ino, const char *want)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	struct view_attr a;

	assert_int_equal(view_tree_attr(w->t, ino, &a), 0);
	assert_int_equal(view_tree_content(w->t, &a, &text, NULL), 0);
	if (!strstr(buf_str(&text), want))
		fail_msg("no \"%s\" in\n%s", want, buf_str(&text));
}

/* ---- tests ---------------------------------------------------------------------------- */

static void test_root_and_lists_are_in_memory(void **state)
{
	struct world *w = *state;
	struct view_attr a;

	assert_int_equal(view_tree_attr(w->t, STORE_ROOT_INO, &a), 0);
	assert_int_equal(a.mode, 0555); /* so that desktops offer to delete, not a trash folder */
	assert_children(w, STORE_ROOT_INO, "Docs;Tasks;");
	assert_int_equal(view_tree_lookup(w->t, STORE_ROOT_INO, "Tasks", &a), 0);
	assert_int_equal(a.ino, w->tasks_root);
	assert_int_equal(a.mode, 0755);
	assert_int_equal(view_tree_lookup(w->t, STORE_ROOT_INO, ".Trash", &a), -ENOENT);
}

static void test_read_only_list(void **state)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct world *w = *state;
	int64_t ino = add_node(w, w->tasks_root, "a.txt", STORE_NODE_ITEM,
			       add_item(w, w->tasks, 1, "a", "", ""), NULL);
	int64_t local = add_node(w, w->tasks_root, "a.tmp", STORE_NODE_SCRATCH, 0, NULL);
	struct view_attr a;

	assert_int_equal(store_list_get(w->st, w->tasks, &l), 0);
	l.state = STORE_LIST_GONE;
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_list_put(w->st, &l), 0);
	assert_int_equal(store_commit(w->st), 0);
	assert_int_equal(view_tree_attr(w->t, ino, &a), 0);
	assert_int_equal(a.mode, 0644); /* not read again yet */
	assert_int_equal(view_tree_reload(w->t, w->tasks), 0);
	assert_int_equal(view_tree_attr(w->t, ino, &a), 0);
	assert_int_equal(a.mode, 0444);
	assert_int_equal(view_tree_attr(w->t, w->tasks_root, &a), 0);
	assert_int_equal(a.mode, 0555);
	assert_int_equal(view_tree_attr(w->t, local, &a), 0);
	assert_int_equal(a.mode, 0644); /* what is local stays the user's */
}

static void test_lists_come_and_go(void **state)
{
	struct world *w = *state;
	const struct view_list *held;
	int64_t root, id;

	id = register_list(w, "{11111111-0000-0000-0000-000000000003}", "More", false, &root);
	assert_children(w, STORE_ROOT_INO, "Docs;Tasks;");
	assert_int_equal(view_tree_reload(w->t, id), 0);
	assert_children(w, STORE_ROOT_INO, "Docs;Tasks;More;");
	assert_int_equal(view_tree_list(w->t, id, &held), 0);
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_list_remove(w->st, id), 0);
	assert_int_equal(store_commit(w->st), 0);
	assert_int_equal(view_tree_reload(w->t, 0), 0);
	assert_children(w, STORE_ROOT_INO, "Docs;Tasks;");
	assert_string_equal(held->name, "More"); /* whoever holds it may go on */
	view_list_unref(held);
	assert_int_equal(view_tree_list(w->t, id, &held), -ENOENT);
}

static void test_ghost_shows_its_item(void **state)
{
	struct world *w = *state;
	int64_t item = add_item(w, w->tasks, 1, "new", "", "");
	int64_t ino = add_node(w, w->tasks_root, "new.txt", STORE_NODE_ITEM, item, NULL);
	int64_t ghost = add_node(w, w->tasks_root, "old.txt", STORE_NODE_GHOST, item, NULL);
	struct view_attr a;
	struct view_found found;

	assert_int_equal(view_tree_lookup(w->t, w->tasks_root, "old.txt", &a), 0);
	assert_int_equal(a.ino, ghost);
	assert_int_equal(a.target, ino);
	assert_int_equal(a.size, 7);
	assert_content(w, ghost, "Title: new\n");
	assert_children(w, w->tasks_root, "new.txt;");
	assert_int_equal(view_tree_slot(w->t, w->tasks_root, "old.txt", &found), 0);
	assert_int_equal(found.slot.what, VIEW_SLOT_GHOST);
	assert_int_equal(found.item, item);
	/* an item without a file: the name leads nowhere */
	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_node_delete(w->st, ino), 0);
	assert_int_equal(store_commit(w->st), 0);
	assert_int_equal(view_tree_lookup(w->t, w->tasks_root, "old.txt", &a), -ENOENT);
}

static void test_slots(void **state)
{
	struct world *w = *state;
	int64_t item = add_item(w, w->tasks, 1, "a", "", "");
	int64_t dir = add_node(w, w->tasks_root, ".d", STORE_NODE_SCRATCH_DIR, 0, NULL);
	struct store_vacancy v = { w->tasks_root, (char *) "gone.txt", item,
				   w->tasks,	  STORE_VACANT_UNLINK, 1 };
	struct view_found f;

	assert_int_equal(store_begin(w->st), 0);
	assert_int_equal(store_vacancy_put(w->st, &v), 0);
	assert_int_equal(store_commit(w->st), 0);
	assert_int_equal(view_tree_slot(w->t, w->tasks_root, "gone.txt", &f), 0);
	assert_int_equal(f.slot.what, VIEW_SLOT_VACATED);
	assert_int_equal(f.item, item);
	assert_int_equal(f.node.ino, 0);
	assert_int_equal(view_tree_slot(w->t, w->tasks_root, "free.txt", &f), 0);
	assert_int_equal(f.slot.what, VIEW_SLOT_FREE);
	assert_int_equal(f.slot.name, VIEW_SLOT_NAME_ITEM);
	assert_int_equal(f.slot.dir, VIEW_SLOT_ITEMS);
	assert_true(f.slot.folders);
	assert_int_equal(view_tree_slot(w->t, dir, "x.txt", &f), 0);
	assert_int_equal(f.slot.dir, VIEW_SLOT_LOCAL);
	assert_int_equal(view_tree_slot(w->t, w->docs_root, "x.txt", &f), 0);
	assert_int_equal(f.slot.dir, VIEW_SLOT_LIBRARY);
	assert_int_equal(view_tree_slot(w->t, STORE_ROOT_INO, "x", &f), 0);
	assert_int_equal(f.slot.dir, VIEW_SLOT_ROOT);
	assert_int_equal(view_tree_slot(w->t, 999999, "x", &f), -ENOENT);
}

static void test_contents(void **state)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct world *w = *state;
	int64_t ino = add_node(w, w->tasks_root, "a.txt", STORE_NODE_ITEM,
			       add_item(w, w->tasks, 1, "a", "", ""), NULL);
	int64_t draft = add_node(w, w->tasks_root, "b.txt", STORE_NODE_DRAFT, 0, NULL);
	int64_t doc = add_node(w, w->docs_root, "c.pdf", STORE_NODE_DOCUMENT,
			       add_item(w, w->docs, 1, "c", "", ""), NULL);
	struct view_attr a;
	const char *st;
	bool has_base;

	assert_content(w, ino, "Title: a\n");
	put_text(w, ino, "my own form\n", STORE_TEXT_KEPT);
	assert_content(w, ino, "my own form\n");
	assert_int_equal(view_tree_open_text(w->t, ino, &text, &v, &has_base), -ENOENT);
	put_text(w, draft, "half", STORE_TEXT_OPEN);
	buf_reset(&text);
	assert_int_equal(view_tree_open_text(w->t, draft, &text, &v, &has_base), 0);
	assert_string_equal(buf_str(&text), "half");
	assert_false(has_base);
	assert_int_equal(view_tree_attr(w->t, doc, &a), 0);
	assert_int_equal(view_tree_content(w->t, &a, &text, NULL), -EOPNOTSUPP);
	assert_int_equal(view_tree_attr(w->t, ino, &a), 0);
	assert_int_equal(view_tree_state(w->t, &a, &st), 0);
	assert_string_equal(st, "clean");
	put_text(w, ino, "bad", STORE_TEXT_DRAFT);
	assert_int_equal(view_tree_state(w->t, &a, &st), 0);
	assert_string_equal(st, "draft");
}

/* A scratch file's size and time are its file's: no transaction is needed for what editors write. */
static void test_scratch_is_its_file(void **state)
{
	struct world *w = *state;
	int64_t ino = add_node(w, w->tasks_root, "x.tmp", STORE_NODE_SCRATCH, 0, NULL);
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(w->t, ino);
	CLEANUP(str_free_p) char *dir = str_printf("%s/scratch", w->dir);
	struct view_attr a;

	assert_int_equal(fsutil_mkdirs(dir, 0700), 0);
	assert_int_equal(view_tree_attr(w->t, ino, &a), 0);
	assert_int_equal(a.size, 7); /* the row's, while nothing was written */
	assert_int_equal(fsutil_replace(path, 0600, "0123456789", 10), 0);
	assert_int_equal(view_tree_attr(w->t, ino, &a), 0);
	assert_int_equal(a.size, 10);
}

static void test_errors_text(void **state)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(8192);
	CLEANUP(str_free_p) char *dir = NULL;
	CLEANUP(str_free_p) char *photo = NULL;
	CLEANUP(str_free_p) char *swap = NULL;
	struct world *w = *state;
	int64_t when, ino;

	dir = str_printf("%s/scratch", w->dir);
	assert_int_equal(fsutil_mkdirs(dir, 0700), 0);
	assert_int_equal(view_tree_errors(w->t, w->tasks_root, &text, &when), -ENODATA);
	ino = add_node(w, w->tasks_root, "a.txt", STORE_NODE_ITEM,
		       add_item(w, w->tasks, 1, "a", "", ""), "line 3: wrong");
	put_text(w, ino, "x", STORE_TEXT_DRAFT);
	swap = view_tree_scratch_path(
		w->t, add_node(w, w->tasks_root, ".a.swp", STORE_NODE_SCRATCH, 0, NULL));
	photo = view_tree_scratch_path(
		w->t, add_node(w, w->tasks_root, "p.jpg", STORE_NODE_SCRATCH, 0, NULL));
	assert_int_equal(fsutil_replace(swap, 0600, "x", 1), 0);
	assert_int_equal(view_tree_errors(w->t, w->tasks_root, &text, &when), 0);
	assert_int_equal(when, 1650000000ll * 1000000000);
	assert_non_null(strstr(buf_str(&text), "File:   a.txt\nWhen:   2022-"));
	assert_non_null(strstr(buf_str(&text), "What:   not saved to SharePoint: line 3: wrong\n"));
	assert_null(strstr(buf_str(&text), ".a.swp"));
	assert_int_equal(fsutil_replace(photo, 0600, "x", 1), 0);
	buf_reset(&text);
	assert_int_equal(view_tree_errors(w->t, w->tasks_root, &text, &when), 0);
	assert_non_null(strstr(buf_str(&text), "\n\nFile:   p.jpg\n"));
	assert_int_equal(view_tree_errors(w->t, w->docs_root, &text, &when), -ENODATA);
}

static int add_draft(void *arg, const char *path, const struct view_attr *a)
{
	return buf_addf(arg, "%s%s\n", path, a->item ? "" : " (new)");
}

static void test_drafts_are_texts_that_could_not_be_saved(void **state)
{
	CLEANUP(buf_release_p) struct buf all = BUF_INIT(8192);
	struct world *w = *state;
	struct view_attr a;
	int64_t folder = add_node(w, w->tasks_root, "Sub", STORE_NODE_FOLDER, add_item(w, w->tasks, 2, "Sub", "", ""), NULL);
	int64_t kept = add_node(w, w->tasks_root, "kept.txt", STORE_NODE_ITEM, add_item(w, w->tasks, 3, "kept", "", ""), NULL);

	assert_int_equal(view_tree_drafts(w->t, w->tasks, add_draft, &all), 0);
	assert_int_equal(all.len, 0);
	put_text(w, kept, "x", STORE_TEXT_KEPT);
	put_text(w, add_node(w, w->tasks_root, "a.txt", STORE_NODE_ITEM, add_item(w, w->tasks, 1, "a", "", ""), "line 3: wrong"),
		 "x", STORE_TEXT_DRAFT);
	put_text(w, add_node(w, folder, "new.txt", STORE_NODE_DRAFT, 0, "line 1: wrong"), "y", STORE_TEXT_DRAFT);
	add_node(w, w->docs_root, "d.pdf", STORE_NODE_DOCUMENT, add_item(w, w->docs, 1, "d", "", ""), "refused");
	assert_int_equal(view_tree_drafts(w->t, w->tasks, add_draft, &all), 0);
	assert_string_equal(buf_str(&all), "a.txt\nSub/new.txt (new)\n");
	assert_int_equal(view_tree_lookup(w->t, folder, "new.txt", &a), 0);
	assert_int_equal(view_tree_is_draft(w->t, &a), 1);
	assert_int_equal(view_tree_lookup(w->t, w->tasks_root, "kept.txt", &a), 0);
	assert_int_equal(view_tree_is_draft(w->t, &a), 0);
	assert_int_equal(view_tree_drafts(w->t, w->docs, add_draft, &all), 0);
	assert_int_equal(view_tree_drafts(w->t, 99, add_draft, &all), -ENOENT);
}

/* ---- people and lookups ------------------------------------------------------------------ */

static void test_people(void **state)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(str_free_p) char *wire = NULL;
	struct world *w = *state;
	struct view_resolve r;

	add_item(w, w->tasks, 1, "a", "7;#Jane Roe,#DOM\\jane,#jane@h,#,#Jane Roe", "");
	add_item(w, w->tasks, 2, "b", "7;#Jane Roe,#DOM\\jane,#jane@h,#,#Jane Roe", "");
	add_item(w, w->docs, 1, "c", "8;#Max; M,#DOM\\max,#max@h,#,#Max", ""); /* of the same site */
	assert_int_equal(view_tree_list(w->t, w->tasks, &l), 0);
	view_tree_resolve(w->t, l, &r);
	assert_int_equal(r.known.user(r.known.arg, "JANE@h", &wire), 1);
	assert_string_equal(wire, "7;#Jane Roe,#DOM\\jane,#jane@h,#,#Jane Roe");
	str_free_p(&wire);
	assert_int_equal(r.known.user(r.known.arg, "dom\\MAX", &wire), 1);
	str_free_p(&wire);
	assert_int_equal(r.known.user(r.known.arg, "nobody", &wire), 0);
	/* seen since: found once the list was read again */
	add_item(w, w->tasks, 3, "d", "9;#Jane Roe,#DOM\\jane2,#j2@h,#,#Jane Roe", "");
	assert_int_equal(r.known.user(r.known.arg, "j2@h", &wire), 0);
	assert_int_equal(view_tree_reload(w->t, w->tasks), 0);
	assert_int_equal(r.known.user(r.known.arg, "j2@h", &wire), 1);
	assert_int_equal(r.known.user(r.known.arg, "Jane Roe", &wire), -ENOTUNIQ);
}

static void test_lookups(void **state)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(str_free_p) char *id = NULL;
	CLEANUP(str_free_p) char *text = NULL;
	struct world *w = *state;
	struct view_resolve r;
	const struct field *f;

	add_item(w, w->tasks, 1, "a", "", "7;#Contoso Ltd");
	add_item(w, w->tasks, 2, "b", "", "8;#Fabrikam");
	assert_int_equal(view_tree_list(w->t, w->tasks, &l), 0);
	view_tree_resolve(w->t, l, &r);
	f = schema_find(&l->info.schema, "Customer");
	assert_int_equal(r.known.lookup(r.known.arg, f, "7", NULL, &id, &text), 1);
	assert_string_equal(text, "Contoso Ltd");
	str_free_p(&id);
	str_free_p(&text);
	assert_int_equal(r.known.lookup(r.known.arg, f, NULL, "Fabrikam", &id, &text), 1);
	assert_string_equal(id, "8");
	str_free_p(&id);
	str_free_p(&text);
	assert_int_equal(r.known.lookup(r.known.arg, f, NULL, "Unknown", &id, &text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
		T(test_root_and_lists_are_in_memory), T(test_read_only_list), T(test_lists_come_and_go),
		T(test_ghost_shows_its_item), T(test_slots), T(test_contents), T(test_scratch_is_its_file),
		T(test_errors_text), T(test_drafts_are_texts_that_could_not_be_saved), T(test_people), T(test_lookups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
