/*
 * The slot rules (presentation 5.2) as a table, and as what they are for: recorded
 * operations of real programs that save a file, replayed through a directory in
 * memory. Each save must be one update, never a delete and a create.
 */
#include <dirent.h>
#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "view/slot.h"

/* ---- the table ----------------------------------------------------------------- */

#define S(d, n, w) { VIEW_SLOT_##d, VIEW_SLOT_NAME_##n, VIEW_SLOT_##w, true, 1, 10, 0, false }
#define DO(a) { VIEW_SLOT_##a, 0 }
#define NO(e) { VIEW_SLOT_REFUSE, -(e) }

struct single {
	const char *rule;
	struct view_slot s;
	struct view_slot_do want;
};

static void check(const char *rule, struct view_slot_do got, struct view_slot_do want)
{
	if (got.action != want.action || got.error != want.error)
		fail_msg("%s: got action %d error %d, wanted %d %d", rule, got.action, got.error, want.action,
			 want.error);
}

/* echo text > list/new.txt in the first moment after mounting was kept as an invalid draft and never sent. */
static void test_list_never_received(void **state)
{
	struct view_slot to = S(ITEMS, ITEM, FREE), other = S(ITEMS, TEMPORARY, FREE);
	const struct view_slot from = S(ITEMS, TEMPORARY, SCRATCH);

	(void) state;
	to.unknown = other.unknown = true;
	check("create", view_slot_create(&to, false), (struct view_slot_do) NO(EAGAIN));
	check("rename onto a name", view_slot_rename(&from, &to, false), (struct view_slot_do) NO(EAGAIN));
	check("link onto a name", view_slot_link(&from, &to), (struct view_slot_do) NO(EAGAIN));
	check("scratch is local", view_slot_create(&other, false), (struct view_slot_do) DO(MAKE_SCRATCH));
}

static void test_create(void **state)
{
	static const struct single rows[] = {
		{ "create item name", S(ITEMS, ITEM, FREE), DO(MAKE_DRAFT) },
		{ "create in a vacated slot: the same item", S(ITEMS, ITEM, VACATED), DO(BIND) },
		{ "create on a ghost: its item", S(ITEMS, ITEM, GHOST), DO(OPEN) },
		{ "create on an item", S(ITEMS, ITEM, ITEM), DO(OPEN) },
		{ "create other name", S(ITEMS, OTHER, FREE), DO(MAKE_SCRATCH) },
		{ "create temporary", S(ITEMS, TEMPORARY, FREE), DO(MAKE_SCRATCH) },
		{ "ERRORS is ours", S(ITEMS, RESERVED, FREE), NO(EPERM) },
		{ "no trash", S(ITEMS, TRASH, FREE), NO(EPERM) },
		{ "the root holds lists only", S(ROOT, OTHER, FREE), NO(EPERM) },
		{ "temporary in a library", S(LIBRARY, TEMPORARY, FREE), DO(MAKE_SCRATCH) },
		{ "document", S(LIBRARY, OTHER, FREE), DO(MAKE_DOCUMENT) },
		{ "document that waits", S(LIBRARY, OTHER, VACATED), DO(BIND) },
		{ "below a local directory all is local", S(LOCAL, ITEM, FREE), DO(MAKE_SCRATCH) },
		{ "ERRORS below a local directory", S(LOCAL, RESERVED, FREE), DO(MAKE_SCRATCH) },
		{ "a directory stands there", S(ITEMS, OTHER, FOLDER), NO(EISDIR) },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check(rows[i].rule, view_slot_create(&rows[i].s, false), rows[i].want);
	check("O_EXCL on a ghost", view_slot_create(&rows[2].s, true), (struct view_slot_do) NO(EEXIST));
	check("O_EXCL on an item", view_slot_create(&rows[3].s, true), (struct view_slot_do) NO(EEXIST));
	check("O_EXCL in a vacated slot", view_slot_create(&rows[1].s, true), (struct view_slot_do) DO(BIND));
}

static void test_write_unlink_rmdir(void **state)
{
	static const struct {
		struct view_slot s;
		struct view_slot_do write, unlink, rmdir;
	} rows[] = {
		{ S(ITEMS, ITEM, FREE), NO(ENOENT), NO(ENOENT), NO(ENOENT) },
		{ S(ITEMS, ITEM, VACATED), NO(ENOENT), NO(ENOENT), NO(ENOENT) },
		{ S(ITEMS, ITEM, GHOST), DO(OPEN), DO(REMOVE), NO(ENOTDIR) },
		{ S(ITEMS, ITEM, ITEM), DO(OPEN), DO(REMOVE), NO(ENOTDIR) },
		{ S(ITEMS, ITEM, DRAFT), DO(OPEN), DO(REMOVE), NO(ENOTDIR) },
		{ S(ITEMS, OTHER, SCRATCH), DO(OPEN), DO(REMOVE), NO(ENOTDIR) },
		{ S(ITEMS, OTHER, SYMLINK), NO(ELOOP), DO(REMOVE), NO(ENOTDIR) },
		{ S(ITEMS, OTHER, LOCAL_DIR), NO(EISDIR), NO(EISDIR), DO(REMOVE_DIR) },
		{ S(ITEMS, OTHER, FOLDER), NO(EISDIR), NO(EISDIR), DO(REMOVE_DIR) },
		{ S(LIBRARY, OTHER, FOLDER), NO(EISDIR), NO(EISDIR), DO(REMOVE_DIR) },
		{ S(LIBRARY, OTHER, DOCUMENT), DO(OPEN), DO(REMOVE), NO(ENOTDIR) },
		{ S(ROOT, OTHER, LIST), NO(EISDIR), NO(EISDIR), NO(EPERM) },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check("write", view_slot_write(&rows[i].s), rows[i].write);
		check("unlink", view_slot_unlink(&rows[i].s), rows[i].unlink);
		check("rmdir", view_slot_rmdir(&rows[i].s), rows[i].rmdir);
	}
}

static void test_mkdir_symlink(void **state)
{
	static const struct {
		struct view_slot s;
		struct view_slot_do mkdir, symlink;
	} rows[] = {
		{ S(ITEMS, OTHER, FREE), DO(MAKE_FOLDER), DO(MAKE_SYMLINK) },
		{ S(ITEMS, TEMPORARY, FREE), DO(MAKE_DIR), DO(MAKE_SYMLINK) },
		{ S(ITEMS, ITEM, FREE), DO(MAKE_FOLDER), NO(EPERM) },
		{ S(ITEMS, ITEM, GHOST), DO(MAKE_FOLDER), NO(EEXIST) },
		{ S(ITEMS, ITEM, ITEM), NO(EEXIST), NO(EEXIST) },
		{ S(ITEMS, TRASH, FREE), NO(EPERM), NO(EPERM) },
		{ S(ROOT, OTHER, FREE), NO(EPERM), NO(EPERM) },
		{ S(ROOT, TRASH, FREE), NO(EPERM), NO(EPERM) },
		{ S(LOCAL, OTHER, FREE), DO(MAKE_DIR), DO(MAKE_SYMLINK) },
		{ S(LOCAL, TRASH, FREE), NO(EPERM), NO(EPERM) },
		{ S(LIBRARY, TEMPORARY, FREE), DO(MAKE_DIR), DO(MAKE_SYMLINK) },
		{ S(LIBRARY, OTHER, FREE), DO(MAKE_FOLDER), NO(EPERM) },
	};
	struct view_slot no_folders = S(ITEMS, OTHER, FREE);

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check("mkdir", view_slot_mkdir(&rows[i].s), rows[i].mkdir);
		check("symlink", view_slot_symlink(&rows[i].s), rows[i].symlink);
	}
	no_folders.folders = false;
	check("mkdir in a list without folders", view_slot_mkdir(&no_folders), (struct view_slot_do) NO(EPERM));
}

struct pair {
	const char *rule;
	struct view_slot from, to;
	struct view_slot_do rename, link;
};

static const struct pair pairs[] = {
	{ "item -> scratch name", S(ITEMS, ITEM, ITEM), S(ITEMS, TEMPORARY, FREE), DO(BACKUP), DO(COPY) },
	{ "item -> older backup", S(ITEMS, ITEM, ITEM), S(ITEMS, OTHER, SCRATCH), DO(BACKUP), NO(EEXIST) },
	{ "item -> free item name", S(ITEMS, ITEM, ITEM), S(ITEMS, ITEM, FREE), DO(RETITLE), NO(EPERM) },
	{ "item -> vacated name", S(ITEMS, ITEM, ITEM), S(ITEMS, ITEM, VACATED), DO(RETITLE), NO(EPERM) },
	{ "item -> ghost", S(ITEMS, ITEM, ITEM), S(ITEMS, ITEM, GHOST), DO(RETITLE), NO(EEXIST) },
	{ "item -> draft", S(ITEMS, ITEM, ITEM), S(ITEMS, ITEM, DRAFT), DO(RETITLE), NO(EEXIST) },
	{ "item A -> item B", S(ITEMS, ITEM, ITEM), S(ITEMS, ITEM, ITEM), DO(SAVE), NO(EEXIST) },
	{ "item -> ERRORS", S(ITEMS, ITEM, ITEM), S(ITEMS, RESERVED, FREE), NO(EPERM), NO(EPERM) },
	{ "item -> .Trash", S(ITEMS, ITEM, ITEM), S(LOCAL, TRASH, FREE), NO(EPERM), NO(EPERM) },
	{ "item -> local directory", S(ITEMS, ITEM, ITEM), S(LOCAL, ITEM, FREE), DO(BACKUP), DO(COPY) },
	{ "item -> a directory", S(ITEMS, ITEM, ITEM), S(ITEMS, OTHER, FOLDER), NO(EISDIR), NO(EEXIST) },
	{ "ghost -> backup: the item stays", S(ITEMS, ITEM, GHOST), S(ITEMS, TEMPORARY, FREE), DO(COPY), DO(COPY) },
	{ "ghost -> free item name", S(ITEMS, ITEM, GHOST), S(ITEMS, ITEM, FREE), DO(RETITLE), NO(EPERM) },
	{ "scratch -> item", S(ITEMS, TEMPORARY, SCRATCH), S(ITEMS, ITEM, ITEM), DO(SAVE), NO(EEXIST) },
	{ "scratch -> vacated", S(ITEMS, OTHER, SCRATCH), S(ITEMS, ITEM, VACATED), DO(SAVE), DO(SAVE) },
	{ "scratch -> ghost", S(ITEMS, OTHER, SCRATCH), S(ITEMS, ITEM, GHOST), DO(SAVE), NO(EEXIST) },
	{ "scratch -> free item name", S(ITEMS, OTHER, SCRATCH), S(ITEMS, ITEM, FREE), DO(SAVE), DO(SAVE) },
	{ "scratch -> scratch", S(ITEMS, OTHER, SCRATCH), S(ITEMS, OTHER, SCRATCH), DO(MOVE_SCRATCH), NO(EEXIST) },
	{ "scratch -> local directory", S(ITEMS, OTHER, SCRATCH), S(LOCAL, OTHER, FREE), DO(MOVE_SCRATCH), DO(COPY) },
	{ "out of a local directory", S(LOCAL, ITEM, SCRATCH), S(ITEMS, ITEM, FREE), DO(SAVE), DO(SAVE) },
	{ "draft -> scratch name", S(ITEMS, ITEM, DRAFT), S(ITEMS, OTHER, FREE), DO(MOVE_SCRATCH), DO(COPY) },
	{ "draft -> item name", S(ITEMS, ITEM, DRAFT), S(ITEMS, ITEM, FREE), DO(SAVE), NO(EPERM) },
	{ "symlink -> item name", S(ITEMS, OTHER, SYMLINK), S(ITEMS, ITEM, FREE), NO(EPERM), NO(EPERM) },
	{ "symlink -> scratch name", S(ITEMS, OTHER, SYMLINK), S(ITEMS, OTHER, FREE), DO(MOVE_AS_IS), NO(EPERM) },
	{ "local directory", S(ITEMS, TEMPORARY, LOCAL_DIR), S(ITEMS, TEMPORARY, FREE), DO(MOVE_AS_IS), NO(EPERM) },
	{ "local directory -> folder's name", S(ITEMS, TEMPORARY, LOCAL_DIR), S(ITEMS, OTHER, FREE), NO(EXDEV),
	  NO(EPERM) },
	{ "folder", S(ITEMS, OTHER, FOLDER), S(ITEMS, OTHER, FREE), DO(RENAME_FOLDER), NO(EPERM) },
	{ "folder -> folder", S(ITEMS, OTHER, FOLDER), S(ITEMS, OTHER, FOLDER), NO(EEXIST), NO(EEXIST) },
	{ "folder -> dot name", S(ITEMS, OTHER, FOLDER), S(ITEMS, TEMPORARY, FREE), NO(EPERM), NO(EPERM) },
	{ "folder -> file", S(ITEMS, OTHER, FOLDER), S(ITEMS, ITEM, ITEM), NO(ENOTDIR), NO(EEXIST) },
	{ "temporary -> document", S(LIBRARY, TEMPORARY, SCRATCH), S(LIBRARY, OTHER, FREE), DO(SAVE_DOCUMENT),
	  DO(SAVE_DOCUMENT) },
	{ "temporary -> document that is there", S(LIBRARY, TEMPORARY, SCRATCH), S(LIBRARY, OTHER, DOCUMENT),
	  DO(SAVE_DOCUMENT), NO(EEXIST) },
	{ "symlink -> document", S(LIBRARY, TEMPORARY, SYMLINK), S(LIBRARY, OTHER, FREE), NO(EPERM), NO(EPERM) },
	{ "document", S(LIBRARY, OTHER, DOCUMENT), S(LIBRARY, OTHER, FREE), DO(MOVE), NO(EPERM) },
	{ "document -> temporary", S(LIBRARY, OTHER, DOCUMENT), S(LIBRARY, TEMPORARY, FREE), DO(BACKUP), DO(COPY) },
	{ "library's folder", S(LIBRARY, OTHER, FOLDER), S(LIBRARY, OTHER, FREE), DO(MOVE), NO(EPERM) },
	{ "library's folder -> folder", S(LIBRARY, OTHER, FOLDER), S(LIBRARY, OTHER, FOLDER), DO(MOVE),
	  NO(EEXIST) },
	{ "nothing there", S(ITEMS, ITEM, VACATED), S(ITEMS, OTHER, FREE), NO(ENOENT), NO(ENOENT) },
	{ "a list", S(ROOT, OTHER, LIST), S(ROOT, OTHER, FREE), NO(EPERM), NO(EPERM) },
};

static void test_rename_and_link(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		check(pairs[i].rule, view_slot_rename(&pairs[i].from, &pairs[i].to, false), pairs[i].rename);
		check(pairs[i].rule, view_slot_link(&pairs[i].from, &pairs[i].to), pairs[i].link);
	}
}

static void test_rename_across(void **state)
{
	struct view_slot item = S(ITEMS, ITEM, ITEM), scratch = S(ITEMS, OTHER, SCRATCH), to = S(ITEMS, ITEM, FREE);
	struct view_slot taken = S(ITEMS, ITEM, ITEM), ghost = S(ITEMS, ITEM, GHOST);

	(void) state;
	check("NOREPLACE", view_slot_rename(&scratch, &taken, true), (struct view_slot_do) NO(EEXIST));
	to.parent = 11;
	check("item into a folder", view_slot_rename(&item, &to, false), (struct view_slot_do) NO(EXDEV));
	check("scratch into a folder", view_slot_rename(&scratch, &to, false), (struct view_slot_do) DO(SAVE));
	to.list = 2;
	check("into another list", view_slot_rename(&scratch, &to, false), (struct view_slot_do) NO(EXDEV));
	check("link into another list", view_slot_link(&scratch, &to), (struct view_slot_do) NO(EXDEV));
	item.item = ghost.item = 7;
	check("former name -> present name", view_slot_rename(&ghost, &item, false), (struct view_slot_do) DO(NOTHING));
	check("present name -> former name", view_slot_rename(&item, &ghost, false), (struct view_slot_do) DO(NOTHING));
}

static void test_bytes(void **state)
{
	static const struct {
		struct view_slot from, to;
		struct view_slot_do valid, invalid, empty, empty_link;
	} rows[] = {
		{ S(ITEMS, OTHER, SCRATCH), S(ITEMS, ITEM, FREE), DO(SAVE), NO(EINVAL), DO(MOVE_DRAFT), DO(MAKE_DRAFT) },
		{ S(ITEMS, OTHER, SCRATCH), S(ITEMS, ITEM, ITEM), DO(SAVE), NO(EINVAL), DO(SAVE), DO(SAVE) },
		{ S(ITEMS, OTHER, SCRATCH), S(ITEMS, ITEM, VACATED), DO(SAVE), NO(EINVAL), DO(SAVE), DO(SAVE) },
		{ S(ITEMS, ITEM, DRAFT), S(ITEMS, ITEM, FREE), DO(SAVE), DO(MOVE_DRAFT), DO(MOVE_DRAFT), DO(MAKE_DRAFT) },
		{ S(ITEMS, ITEM, DRAFT), S(ITEMS, ITEM, ITEM), DO(SAVE), NO(EINVAL), DO(SAVE), DO(SAVE) },
		{ S(ITEMS, ITEM, ITEM), S(ITEMS, ITEM, ITEM), DO(SAVE), NO(EINVAL), NO(EINVAL), NO(EINVAL) },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct view_slot *f = &rows[i].from, *t = &rows[i].to;

		check("valid", view_slot_bytes(f, t, VIEW_SLOT_BYTES_VALID, false), rows[i].valid);
		check("invalid", view_slot_bytes(f, t, VIEW_SLOT_BYTES_INVALID, false), rows[i].invalid);
		check("empty", view_slot_bytes(f, t, VIEW_SLOT_BYTES_EMPTY, false), rows[i].empty);
		check("empty link", view_slot_bytes(f, t, VIEW_SLOT_BYTES_EMPTY, true), rows[i].empty_link);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum view_slot_name in_list, in_library;
	} rows[] = {
		{ "a.txt", VIEW_SLOT_NAME_ITEM, VIEW_SLOT_NAME_OTHER },
		{ ".a.txt", VIEW_SLOT_NAME_TEMPORARY, VIEW_SLOT_NAME_OTHER },
		{ "a.txt~", VIEW_SLOT_NAME_TEMPORARY, VIEW_SLOT_NAME_TEMPORARY },
		{ ".a.txt.swp", VIEW_SLOT_NAME_TEMPORARY, VIEW_SLOT_NAME_TEMPORARY },
		{ "photo.jpg", VIEW_SLOT_NAME_OTHER, VIEW_SLOT_NAME_OTHER },
		{ "ERRORS", VIEW_SLOT_NAME_RESERVED, VIEW_SLOT_NAME_OTHER },
		{ "Attachments", VIEW_SLOT_NAME_RESERVED, VIEW_SLOT_NAME_OTHER },
		{ ".spfs", VIEW_SLOT_NAME_RESERVED, VIEW_SLOT_NAME_RESERVED },
		{ ".Trash", VIEW_SLOT_NAME_TRASH, VIEW_SLOT_NAME_TRASH },
		{ ".Trash-1000", VIEW_SLOT_NAME_TRASH, VIEW_SLOT_NAME_TRASH },
		{ ".txt", VIEW_SLOT_NAME_TEMPORARY, VIEW_SLOT_NAME_OTHER },
	};
	struct list items = { .template = 100 }, library = { .template = 101, .base_type = 1 };

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (view_slot_name(&items, rows[i].name) != rows[i].in_list)
			fail_msg("%s in a list", rows[i].name);
		if (view_slot_name(&library, rows[i].name) != rows[i].in_library)
			fail_msg("%s in a library", rows[i].name);
	}
	assert_int_equal(view_slot_name(NULL, ".Trash-0"), VIEW_SLOT_NAME_TRASH);
}

/* ---- a directory in memory ------------------------------------------------------- */

enum { NODES = 64, TEXT = 4096 };

struct mem_node {
	char name[256]; /* "": in no directory */
	enum view_slot_what what; /* ITEM, DRAFT, SCRATCH, SYMLINK, GHOST, VACATED */
	int item;
	bool unlinked;  /* VACATED: by unlink */
	char content[TEXT];
	bool dirty;
	int open;
};

struct mem {
	struct list list;
	struct mem_node n[NODES];
	int used;
	int items;
	char base[NODES][TEXT]; /* what the server has */
	int created, updated, deleted;
};

/* The file in a slot; ghosts and vacancies only when asked for. */
static struct mem_node *find(struct mem *m, const char *name, bool marks)
{
	struct mem_node *mark = NULL;

	for (int i = 0; i < m->used; i++) {
		struct mem_node *n = &m->n[i];

		if (strcmp(n->name, name) != 0)
			continue;
		if (n->what != VIEW_SLOT_VACATED && n->what != VIEW_SLOT_GHOST)
			return n;
		mark = n;
	}
	return marks ? mark : NULL;
}

static struct view_slot slot_of(struct mem *m, const char *name)
{
	const struct mem_node *n = find(m, name, true);

	return (struct view_slot) { VIEW_SLOT_ITEMS, view_slot_name(&m->list, name), n ? n->what : VIEW_SLOT_FREE,
				    true, 1, 10, n ? n->item : 0, false };
}

static struct mem_node *add(struct mem *m, const char *name, enum view_slot_what what, int item)
{
	struct mem_node *n = &m->n[m->used++];

	assert_true(m->used < NODES);
	*n = (struct mem_node) { .what = what, .item = item };
	snprintf(n->name, sizeof(n->name), "%s", name);
	return n;
}

static void commit(struct mem *m, struct mem_node *n)
{
	if (!n->dirty || !*n->name)
		return;
	n->dirty = false;
	if (n->what == VIEW_SLOT_DRAFT && *n->content) {
		n->what = VIEW_SLOT_ITEM;
		n->item = ++m->items;
		m->created++;
	} else if (n->what == VIEW_SLOT_ITEM && !*n->content) {
		memcpy(n->content, m->base[n->item], TEXT); /* the item shows again */
	} else if (n->what == VIEW_SLOT_ITEM && strcmp(n->content, m->base[n->item]) != 0) {
		m->updated++;
	}
	if (n->what == VIEW_SLOT_ITEM)
		memcpy(m->base[n->item], n->content, TEXT);
}

static void mem_create(struct mem *m, const char *name)
{
	struct view_slot s = slot_of(m, name);
	struct view_slot_do d = view_slot_create(&s, false);
	struct mem_node *n = find(m, name, true);

	if (d.action == VIEW_SLOT_BIND) {
		n->what = VIEW_SLOT_ITEM;
		*n->content = '\0';
		n->open = 0;
	} else if (d.action == VIEW_SLOT_MAKE_DRAFT || d.action == VIEW_SLOT_MAKE_SCRATCH) {
		n = add(m, name, d.action == VIEW_SLOT_MAKE_DRAFT ? VIEW_SLOT_DRAFT : VIEW_SLOT_SCRATCH, 0);
	} else {
		assert_int_equal(d.action, VIEW_SLOT_OPEN);
	}
	n->open++;
	n->dirty = true;
}

/* The source's bytes become the item behind the target. */
static void mem_save(struct mem *m, struct mem_node *src, const char *to, bool link)
{
	struct mem_node *old = find(m, to, true);
	int item = old ? old->item : 0;

	if (link) {
		struct mem_node *stays = add(m, src->name, VIEW_SLOT_SCRATCH, 0);

		memcpy(stays->content, src->content, TEXT);
	}
	if (old && old != src)
		*old->name = '\0';
	if (src->what == VIEW_SLOT_ITEM) /* item A -> item B: A is unlinked */
		add(m, src->name, VIEW_SLOT_VACATED, src->item)->unlinked = true;
	snprintf(src->name, sizeof(src->name), "%s", to);
	src->what = item ? VIEW_SLOT_ITEM : VIEW_SLOT_DRAFT;
	src->item = item;
	src->dirty = true;
	commit(m, src);
}

static void mem_rename(struct mem *m, const char *from, const char *to)
{
	struct view_slot a = slot_of(m, from), b = slot_of(m, to);
	struct view_slot_do d = view_slot_rename(&a, &b, false);
	struct mem_node *src = find(m, from, true), *dst = find(m, to, true);

	assert_int_not_equal(d.action, VIEW_SLOT_REFUSE);
	if (d.action == VIEW_SLOT_SAVE) {
		mem_save(m, src, to, false);
		return;
	}
	if (dst)
		*dst->name = '\0';
	if (d.action == VIEW_SLOT_BACKUP) {
		add(m, from, VIEW_SLOT_VACATED, src->item);
		src->what = VIEW_SLOT_SCRATCH;
		src->item = 0;
	} else if (d.action == VIEW_SLOT_RETITLE) {
		m->updated++;
	} else {
		assert_int_equal(d.action, VIEW_SLOT_MOVE_SCRATCH);
	}
	snprintf(src->name, sizeof(src->name), "%s", to);
}

static void mem_link(struct mem *m, const char *from, const char *to)
{
	struct view_slot a = slot_of(m, from), b = slot_of(m, to);
	struct view_slot_do d = view_slot_link(&a, &b);
	struct mem_node *src = find(m, from, false);

	if (d.action == VIEW_SLOT_SAVE) {
		mem_save(m, src, to, true);
	} else {
		assert_int_equal(d.action, VIEW_SLOT_COPY);
		memcpy(add(m, to, VIEW_SLOT_SCRATCH, 0)->content, src->content, TEXT);
	}
}

static void mem_unlink(struct mem *m, const char *name)
{
	struct view_slot s = slot_of(m, name);
	struct mem_node *n = find(m, name, false);

	assert_int_equal(view_slot_unlink(&s).action, VIEW_SLOT_REMOVE);
	if (n->what == VIEW_SLOT_ITEM)
		add(m, name, VIEW_SLOT_VACATED, n->item)->unlinked = true;
	*n->name = '\0';
}

static void mem_timers(struct mem *m)
{
	for (int i = 0; i < m->used; i++)
		if (m->n[i].what == VIEW_SLOT_VACATED && *m->n[i].name)
			m->deleted += m->n[i].unlinked;
}

/* ---- traces ---------------------------------------------------------------------- */

static const char traces[] = "../shared/presentation-samples/traces";

struct line {
	char op[16];
	char a[256], b[256]; /* paths without the leading slash; b only for "x -> y" */
	char rest[256];
};

/* "prog  OP  /path[ -> /path][ rest]"; false: another operation, or one without a path. */
static bool read_line(const regex_t *re, const char *text, struct line *ret)
{
	regmatch_t m[5];
	char *arrow, *cut;

	if (regexec(re, text, 5, m, 0) != 0)
		return false;
	snprintf(ret->op, sizeof(ret->op), "%.*s", (int) (m[2].rm_eo - m[2].rm_so), text + m[2].rm_so);
	snprintf(ret->a, sizeof(ret->a), "%s", text + m[3].rm_so);
	*ret->b = *ret->rest = '\0';
	arrow = strstr(ret->a, " -> ");
	if (arrow) {
		snprintf(ret->b, sizeof(ret->b), "%s", arrow + (arrow[4] == '/' ? 5 : 4));
		*arrow = '\0';
	}
	for (char *p = arrow ? ret->b : ret->a; (cut = strpbrk(p, " ")); p = cut + 1)
		if (cut == strstr(p, " = ") || strchr("RWofn0123456789", cut[1])) {
			snprintf(ret->rest, sizeof(ret->rest), "%s", cut);
			*cut = '\0';
			break;
		}
	return true;
}

static void step(struct mem *m, const struct line *l, int number)
{
	struct mem_node *n = find(m, l->a, false);

	if (strcmp(l->op, "CREATE") == 0) {
		mem_create(m, l->a);
	} else if (!n && strcmp(l->op, "symlink") == 0) {
		add(m, l->a, VIEW_SLOT_SYMLINK, 0);
	} else if (!n) {
		return; /* a handle whose file is gone */
	} else if (strcmp(l->op, "open") == 0) {
		n->open++;
		if (strstr(l->rest, "|TRUNC")) {
			*n->content = '\0';
			n->dirty = true;
		}
	} else if (strcmp(l->op, "write") == 0) {
		size_t at = strlen(n->content);

		snprintf(n->content + at, TEXT - at, "|%d%s", number, l->rest);
		n->dirty = true;
	} else if (strcmp(l->op, "TRUNCATE") == 0) {
		*n->content = '\0';
		n->dirty = true;
	} else if (strcmp(l->op, "flush") == 0) {
		if (str_ends(l->rest, "= -22"))
			n->dirty = false; /* invalid: stays in the file as a draft */
	} else if (strcmp(l->op, "release") == 0) {
		n->open = n->open > 0 ? n->open - 1 : 0;
		if (n->open == 0 && n->what != VIEW_SLOT_SCRATCH)
			commit(m, n);
	} else if (strcmp(l->op, "UNLINK") == 0) {
		mem_unlink(m, l->a);
	} else if (strcmp(l->op, "RENAME") == 0) {
		mem_rename(m, l->a, l->b);
	} else if (strcmp(l->op, "LINK") == 0) {
		mem_link(m, l->a, l->b);
	}
}

/* All traces of item text work on one item; new names are made by CREATE. */
static void play(const char *name, struct mem *m)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 20);
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", traces, name);
	char *p, *next;
	regex_t re;
	int number = 0;

	assert_int_equal(fsutil_read(path, &text), 0);
	assert_int_equal(regcomp(&re, "(^|[^[:alnum:]_])(CREATE|open|write|TRUNCATE|release|UNLINK|RENAME|LINK|symlink|"
				      "flush)[[:space:]]+/(.*)$", REG_EXTENDED), 0);
	snprintf(add(m, "item.txt", VIEW_SLOT_ITEM, ++m->items)->content, TEXT, "orig");
	memcpy(m->base[1], m->n[0].content, TEXT);
	for (p = text.p; p && *p; p = next) {
		struct line l;

		next = strchr(p, '\n');
		if (next)
			*next++ = '\0';
		number++;
		if (read_line(&re, p, &l))
			step(m, &l, number);
	}
	regfree(&re);
	mem_timers(m);
}

/* savemodel.py's EXPECT; all others are one update. */
static int updates_of(const char *trace)
{
	static const struct { const char *name; int n; } other[] = {
		{ "empty.txt", 0 }, { "vim-close-fails.txt", 0 }, { "gedit.txt", 2 }, { "mousepad.txt", 2 },
		{ "gnome-text-editor.txt", 2 }, { "geany.txt", 2 }, { "kate.txt", 2 },
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (strcmp(other[i].name, trace) == 0)
			return other[i].n;
	return 1;
}

static void test_traces(void **state)
{
	DIR *d = opendir(traces);
	struct dirent *e;
	int n = 0;

	(void) state;
	if (!d) {
		print_message("SKIPPED: %s is not here, so no recorded program was replayed\n", traces);
		skip();
	}
	while ((e = readdir(d))) {
		struct mem *m = calloc(1, sizeof(*m));

		assert_non_null(m);
		m->list.template = 100;
		/* those of calendars, contacts and documents are about other formats */
		if (*e->d_name != '.' && !str_starts(e->d_name, "pim-") && !str_starts(e->d_name, "lo-")) {
			play(e->d_name, m);
			if (m->updated != updates_of(e->d_name) || m->created || m->deleted)
				fail_msg("%s: %d updates, %d new, %d deletes; wanted %d updates", e->d_name, m->updated,
					 m->created, m->deleted, updates_of(e->d_name));
			n++;
		}
		free(m);
	}
	closedir(d);
	assert_int_equal(n, 36);
}

/* In Attachments/ITEM/ names are those of files, as in a library; it has no folders, and nothing moves out of it. */
static void test_attachments(void **state)
{
	static const struct view_slot saved = S(ATTACHED, OTHER, DOCUMENT), free_name = S(ATTACHED, OTHER, FREE);
	static const struct view_slot scratch = S(ATTACHED, TEMPORARY, SCRATCH), backup = S(ATTACHED, TEMPORARY, FREE);
	static const struct view_slot top = S(ATTACHMENTS, OTHER, FREE), dir = S(ATTACHMENTS, OTHER, ATTACHMENTS_DIR);
	static const struct view_slot item = S(ITEMS, ITEM, ITEM), photo = S(ITEMS, OTHER, SCRATCH);
	struct view_slot elsewhere = free_name, free_item = S(ITEMS, ITEM, FREE);

	(void) state;
	elsewhere.parent = free_item.parent = 11;
	check("create", view_slot_create(&free_name, false), (struct view_slot_do) DO(MAKE_DOCUMENT));
	check("temporary", view_slot_create(&backup, false), (struct view_slot_do) DO(MAKE_SCRATCH));
	check("no folders", view_slot_mkdir(&free_name), (struct view_slot_do) NO(EPERM));
	check("nothing beside the items' directories", view_slot_create(&top, false), (struct view_slot_do) NO(EPERM));
	check("nor a directory of no item", view_slot_mkdir(&top), (struct view_slot_do) NO(EPERM));
	check("mkdir -p", view_slot_mkdir(&dir), (struct view_slot_do) NO(EEXIST));
	check("rmdir", view_slot_rmdir(&dir), (struct view_slot_do) DO(REMOVE_DIR));
	check("unlink", view_slot_unlink(&saved), (struct view_slot_do) DO(REMOVE));
	check("to a backup", view_slot_rename(&saved, &backup, false), (struct view_slot_do) DO(BACKUP));
	check("save", view_slot_rename(&scratch, &saved, false), (struct view_slot_do) DO(SAVE_DOCUMENT));
	check("a local file is attached", view_slot_rename(&photo, &elsewhere, false), (struct view_slot_do) DO(SAVE_DOCUMENT));
	check("another name: the engine knows", view_slot_rename(&saved, &free_name, false), (struct view_slot_do) DO(MOVE));
	check("to another item", view_slot_rename(&saved, &elsewhere, false), (struct view_slot_do) NO(EXDEV));
	check("to an item's name", view_slot_rename(&saved, &free_item, false), (struct view_slot_do) NO(EXDEV));
	check("an item is no attachment", view_slot_rename(&item, &free_name, false), (struct view_slot_do) NO(EXDEV));
	check("the directory has its item's name", view_slot_rename(&dir, &elsewhere, false), (struct view_slot_do) NO(EPERM));
}

/* A library's documents and folders go to another one by the server, when the name is free or a document's; nothing else does. */
static void test_another_library(void **state)
{
	static const struct view_slot document = S(LIBRARY, OTHER, DOCUMENT), folder = S(LIBRARY, OTHER, FOLDER);
	static const struct view_slot local = S(LIBRARY, OTHER, SCRATCH), item = S(ITEMS, ITEM, ITEM);
	struct view_slot free_name = S(LIBRARY, OTHER, FREE), taken = S(LIBRARY, OTHER, DOCUMENT), swap = S(LIBRARY, TEMPORARY, FREE);
	struct view_slot dir = S(LIBRARY, OTHER, FOLDER), vacated = S(LIBRARY, OTHER, VACATED), below = S(LOCAL, OTHER, FREE);

	(void) state;
	free_name.list = taken.list = swap.list = dir.list = vacated.list = below.list = 2;
	check("document", view_slot_rename(&document, &free_name, false), (struct view_slot_do) DO(MOVE_ACROSS));
	check("folder", view_slot_rename(&folder, &free_name, true), (struct view_slot_do) DO(MOVE_ACROSS));
	check("over a document", view_slot_rename(&document, &taken, false), (struct view_slot_do) DO(MOVE_ACROSS));
	check("not over it", view_slot_rename(&document, &taken, true), (struct view_slot_do) NO(EEXIST));
	check("a folder over anything", view_slot_rename(&folder, &dir, false), (struct view_slot_do) NO(EXDEV));
	check("something waits there", view_slot_rename(&document, &vacated, false), (struct view_slot_do) NO(EXDEV));
	check("to a name that stays here", view_slot_rename(&document, &swap, false), (struct view_slot_do) NO(EXDEV));
	check("to a local directory", view_slot_rename(&document, &below, false), (struct view_slot_do) NO(EXDEV));
	check("a local file", view_slot_rename(&local, &free_name, false), (struct view_slot_do) NO(EXDEV));
	check("an item", view_slot_rename(&item, &free_name, false), (struct view_slot_do) NO(EXDEV));
	check("link", view_slot_link(&document, &free_name), (struct view_slot_do) NO(EXDEV));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_list_never_received),
		cmocka_unit_test(test_write_unlink_rmdir),
		cmocka_unit_test(test_mkdir_symlink),
		cmocka_unit_test(test_rename_and_link),
		cmocka_unit_test(test_rename_across),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_attachments),
		cmocka_unit_test(test_another_library),
		cmocka_unit_test(test_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
