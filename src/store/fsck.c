#include "store/fsck.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "store/node.h"
#include "store/store.h"
#include "conn.h"

/* A file that a program makes just now has its row a moment later. */
enum { YOUNG = 60 /* s */ };

struct check {
	struct store *s;
	void (*say)(void *arg, bool problem, const char *text);
	void *arg;
	int problems;
};

static int tell(struct check *c, bool problem, int64_t n, const char *what)
{
	CLEANUP(str_free_p) char *text = str_printf("%" PRId64 " %s", n, what);

	if (!text)
		return -ENOMEM;
	c->problems += problem;
	c->say(c->arg, problem, text);
	return 0;
}

/* ---- rows -------------------------------------------------------------------------------- */

static int look_at_rows(struct check *c)
{
	static const struct {
		enum query q;
		const char *what;
	} rules[] = {
		{ Q_FSCK_CHANGES_LOST, "unsent changes belong to no item or list; --export saves what they say" },
		{ Q_FSCK_CHANGES_TWICE, "new items are on the server already, but wait to be sent" },
		{ Q_FSCK_NODES_LOST, "files are in no directory" },
		{ Q_FSCK_NODES_EMPTY, "files show items that are not there" },
		{ Q_FSCK_ITEMS_HIDDEN, "items have no file" },
		{ Q_FSCK_TEXTS_LOST, "texts that were not saved have no file; --export saves them" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(rules) / sizeof(*rules); i++) {
		int64_t n = 0;

		r = conn_number(c->s, &n, rules[i].q, "");
		if (r == 0 && n)
			r = tell(c, true, n, rules[i].what);
	}
	return r;
}

static int drop_rows(struct check *c)
{
	static const struct {
		enum query q;
		const char *what;
	} rules[] = {
		{ Q_FSCK_TEXTS_USELESS, "renderings without a file removed" },
		{ Q_FSCK_VACANCIES_USELESS, "free names that waited for no item removed" },
		{ Q_FSCK_GHOSTS_USELESS, "former names of no item removed" },
	};
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int n[sizeof(rules) / sizeof(*rules)] = { 0 };
	int r = store_begin(c->s);

	if (r < 0)
		return r;
	txn = c->s;
	for (size_t i = 0; r >= 0 && i < sizeof(rules) / sizeof(*rules); i++)
		r = n[i] = conn_run(c->s, rules[i].q, "");
	if (r < 0)
		return r;
	txn = NULL;
	r = store_commit(c->s);
	for (size_t i = 0; r == 0 && i < sizeof(rules) / sizeof(*rules); i++)
		if (n[i])
			r = tell(c, false, n[i], rules[i].what);
	return r;
}

/* ---- scratch/ ------------------------------------------------------------------------------ */

static bool is_named(struct store *s, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	return store_node_get(s, ino, &n) != -ENOENT;
}

static int put_aside(struct check *c, const char *name, const struct stat *st)
{
	const char *dir = store_dir(c->s);
	CLEANUP(str_free_p) char *from = str_printf("%s/scratch/%s", dir, name);
	CLEANUP(str_free_p) char *found = str_printf("%s/lost+found", dir);
	CLEANUP(str_free_p) char *to = str_printf("%s/lost+found/%s", dir, name);
	int r;

	if (!from || !found || !to)
		return -ENOMEM;
	if (!st->st_size)
		return unlink(from) < 0 ? -errno : 0;
	r = fsutil_mkdirs(found, 0700);
	return r < 0 ? r : rename(from, to) < 0 ? -errno : 1;
}

static int look_at_scratch(struct check *c)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/scratch", store_dir(c->s));
	int64_t moved = 0, removed = 0;
	struct dirent *e;
	DIR *d = path ? opendir(path) : NULL;
	int r = 0;

	if (!d)
		return path ? -errno : -ENOMEM;
	while (r >= 0 && (e = readdir(d))) {
		struct stat st;
		int64_t ino;

		if (str_to_i64(e->d_name, &ino) < 0 || fstatat(dirfd(d), e->d_name, &st, 0) < 0 ||
		    st.st_mtime > time(NULL) - YOUNG || is_named(c->s, ino))
			continue;
		r = put_aside(c, e->d_name, &st);
		moved += r > 0;
		removed += r == 0;
	}
	closedir(d);
	if (r >= 0 && removed)
		r = tell(c, false, removed, "empty files without a name removed from scratch/");
	if (r >= 0 && moved)
		r = tell(c, false, moved, "files without a name moved from scratch/ to lost+found/");
	return r < 0 ? r : 0;
}

static int look_for_file(struct check *c, int64_t ino)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/scratch/%" PRId64, store_dir(c->s), ino);

	if (!path)
		return -ENOMEM;
	return access(path, F_OK) < 0 && errno == ENOENT;
}

static int look_for_files(struct check *c)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int64_t n = 0;
	int r = conn_walk(c->s, &st, Q_FSCK_SCRATCH, "");

	while (r >= 0 && (r = stmt_step(st)) > 0) {
		r = look_for_file(c, stmt_i64(st, 0));
		n += r > 0;
	}
	return r < 0 || !n ? r : tell(c, true, n, "local files have lost their contents");
}

/* ---- all ------------------------------------------------------------------------------------- */

int store_fsck(struct store *s, void (*say)(void *arg, bool problem, const char *text), void *arg)
{
	struct check c = { .s = s, .say = say, .arg = arg };
	struct err err = { 0 };
	int r = store_check(s, &err);

	/* Nothing that the rest would find in a damaged database is worth anything. */
	if (r == -EUCLEAN) {
		say(arg, true, err.text);
		return 1;
	}
	if (r == 0)
		r = drop_rows(&c);
	if (r == 0)
		r = look_at_rows(&c);
	if (r == 0)
		r = look_at_scratch(&c);
	if (r == 0)
		r = look_for_files(&c);
	return r < 0 ? r : c.problems;
}
