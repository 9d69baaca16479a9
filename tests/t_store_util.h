#ifndef T_STORE_UTIL_H
#define T_STORE_UTIL_H

/* What the tests of the store share: a store in a directory of its own, and rows to put into it. */

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"

#define must(expr) assert_int_equal(expr, 0)
#define SITE "https://sp.example/sites/a"

struct fixture {
	char top[64]; /* removed at the end */
	char dir[80]; /* the store's */
	struct store *s;
	int64_t list; /* one registered list, and its directory */
	int64_t root;
};

static inline int64_t add_list(struct store *s, const char *site, const char *guid, const char *name)
{
	struct list info = LIST_INIT;
	int64_t id = 0;

	info.id = (char *) guid;
	info.title = (char *) name;
	info.web_url = (char *) "/sites/a";
	must(store_begin(s));
	must(store_list_add(s, site, name, &info, &id));
	must(store_commit(s));
	return id;
}

static inline void open_store(struct fixture *f)
{
	struct err err = { 0 };

	if (store_open(f->dir, &f->s, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void reopen_store(struct fixture *f)
{
	f->s = store_close(f->s);
	open_store(f);
}

static inline int make_fixture(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_list l = STORE_LIST_INIT;

	assert_non_null(f);
	snprintf(f->top, sizeof(f->top), "/tmp/t_store.XXXXXX");
	assert_non_null(mkdtemp(f->top));
	snprintf(f->dir, sizeof(f->dir), "%s/profile", f->top);
	open_store(f);
	f->list = add_list(f->s, SITE, "{A}", "Tasks");
	must(store_list_get(f->s, f->list, &l));
	f->root = l.root;
	store_list_release(&l);
	*state = f;
	return 0;
}

/* Entries of a directory, "." and ".." too; "/proc/self/fd" tells how many files are open. */
static inline int count_entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static inline int count_open_files(void)
{
	return count_entries("/proc/self/fd");
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void) st;
	(void) flag;
	(void) f;
	return remove(path);
}

static inline void remove_tree(const char *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Each test leaves a sound database behind. */
static inline int drop_fixture(void **state)
{
	struct fixture *f = *state;
	struct err err = { 0 };

	if (f->s && store_check(f->s, &err) < 0)
		fail_msg("%s", err.text);
	store_close(f->s);
	remove_tree(f->top);
	free(f);
	return 0;
}

#define store_test(fn) cmocka_unit_test_setup_teardown(fn, make_fixture, drop_fixture)

/* Runs SQL on the database of a closed store, behind its back; the first column of the first row as a number. */
static inline int64_t run_sql(const struct fixture *f, const char *sql)
{
	char path[128];
	sqlite3_stmt *st = NULL;
	sqlite3 *db;
	int64_t n;

	snprintf(path, sizeof(path), "%s/spfs.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_step(st);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

/* A row with an sp_id (0: none) in a transaction of its own; returns its local id. */
static inline int64_t add_item(struct store *s, int64_t list, int64_t sp_id, const char *title)
{
	struct store_item i = STORE_ITEM_INIT;
	int64_t id;

	i.list = list;
	i.item.id = sp_id;
	i.item.version = 1;
	must(values_set(&i.item.values, "Title", title));
	must(store_begin(s));
	must(store_item_put(s, &i));
	must(store_commit(s));
	id = i.id;
	store_item_release(&i);
	return id;
}

/* A node in a transaction of its own; returns its inode. */
static inline int64_t add_node(struct store *s, int64_t list, int64_t parent, const char *name,
			       enum store_node_kind kind, int64_t item)
{
	struct store_node n = {
		.list = list, .parent = parent, .name = (char *) name, .kind = kind, .item = item, .mode = 0644,
	};

	must(store_begin(s));
	must(store_node_add(s, &n));
	must(store_commit(s));
	return n.ino;
}

#endif
