#include "quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "store/salvage.h"
#include "store/store.h"
#include "rescue.h"

/* ---- a place ------------------------------------------------------------------------- */

/* "damaged-20261122-104107", made; with a number when two are kept in a second. */
static int make_place(const char *dir, const char *word, char **ret)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int r = -EEXIST;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	for (int i = 1; r == -EEXIST && i < 1000; i++) {
		CLEANUP(str_free_p) char *path = i == 1 ? str_printf("%s/%s-%s", dir, word, when) :
							  str_printf("%s/%s-%s-%d", dir, word, when, i);

		if (!path)
			return -ENOMEM;
		r = mkdir(path, 0700) < 0 ? -errno : 0;
		if (r == 0) {
			*ret = path;
			path = NULL;
		}
	}
	return r;
}

/*
 * The database goes last: killed in between, the next start finds it damaged
 * still and moves the rest. scratch/ belongs to it, its names are inode numbers of that
 * database; conflicts/ does not.
 */
static int move_all(const char *dir, const char *place)
{
	static const char *const names[] = { "scratch", "spfs.db-shm", "spfs.db-wal", "spfs.db", STORE_DAMAGED };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(*names); i++) {
		CLEANUP(str_free_p) char *from = str_printf("%s/%s", dir, names[i]);
		CLEANUP(str_free_p) char *to = str_printf("%s/%s", place, names[i]);

		if (!from || !to)
			return -ENOMEM;
		if (rename(from, to) < 0 && errno != ENOENT)
			r = -errno;
	}
	return r < 0 ? r : fsutil_sync_dir(dir);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void) st;
	(void) kind;
	(void) at;
	return remove(path);
}

/* ---- what was not sent ------------------------------------------------------------------ */

/* 0; -EUCLEAN: nothing could be read; else it could not be written. */
static int save_unsent(const char *dir, const char *place, struct rescue *ret, struct err *err)
{
	CLEANUP(str_free_p) char *work = str_printf("%s/work", place);
	CLEANUP(str_free_p) char *unsent = str_printf("%s/unsent", place);
	CLEANUP(str_free_p) char *scratch = str_printf("%s/scratch", dir);
	struct store *s = NULL;
	int r = work && unsent && scratch ? 0 : -ENOMEM;

	if (r == 0 && mkdir(work, 0700) < 0)
		r = -errno;
	if (r < 0)
		return err_set(err, r, "%s: %s", place, err_text(NULL, r));
	r = store_salvage_open(dir, work, &s, err);
	if (r == 0)
		r = rescue_unsent(s, scratch, unsent, dir, ret, err);
	store_close(s);
	nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r;
}

static void say(const char *why, const char *place, int r, const struct rescue *saved)
{
	CLEANUP(str_free_p) char *lost = NULL;

	if (r < 0) {
		log_error("%s; kept in %s and begun anew. Nothing could be read of it: what was not sent is in there only", why,
			  place);
		return;
	}
	if (saved->unreadable)
		lost = str_printf(" (%" PRId64 " entries could not be read)", saved->unreadable);
	log_error("%s; kept in %s and begun anew. Not sent were %" PRId64 " changes, %" PRId64 " texts and %" PRId64
		  " local files%s; see %s/unsent/MANIFEST.txt%s", why, place, saved->changes, saved->texts, saved->files,
		  lost ? lost : "", place, saved->changes + saved->texts ? " and `spfs conflicts`" : "");
}

static int keep_aside(const char *dir, bool newer, struct err *err)
{
	CLEANUP(str_free_p) char *place = NULL;
	struct rescue saved = { 0 };
	struct err why = *err, more = { 0 };
	int r = make_place(dir, newer ? "newer" : "damaged", &place), unread;

	if (r < 0)
		return err_set(err, r, "%s; it could not be kept aside either: %s", why.text, err_text(NULL, r));
	unread = save_unsent(dir, place, &saved, &more);
	/* A full disk must not cost the user's changes: as long as they are not written, all stays as it is. */
	if (unread < 0 && unread != -EUCLEAN && unread != -EIO) {
		nftw(place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		return err_set(err, unread, "%.400s; it stays as it is, because %.400s", why.text, err_text(&more, unread));
	}
	r = move_all(dir, place);
	if (r < 0)
		return err_set(err, r, "%s; it could not be kept aside either: %s", why.text, err_text(NULL, r));
	say(why.text, place, unread, &saved);
	return 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool exists(const char *dir, const char *name, bool filled)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", dir, name);
	struct stat st;

	return path && stat(path, &st) == 0 && (!filled || st.st_size);
}

static void forget_mark(const char *dir)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/" STORE_DAMAGED, dir);

	if (path)
		unlink(path);
}

static int open_whole(const char *dir, bool check, struct store **ret, struct err *err)
{
	bool look = check || exists(dir, STORE_DAMAGED, false) || exists(dir, "spfs.db-wal", true);
	int r = store_open(dir, ret, err);

	if (r == 0 && look)
		r = store_check(*ret, err);
	else if (r < 0)
		return r;
	if (r == -EUCLEAN)
		*ret = store_close(*ret);
	else if (look)
		forget_mark(dir);
	return r == -EUCLEAN ? r : 0;
}

int quarantine_open(const char *dir, bool check, struct store **ret, struct err *err)
{
	struct err why = { 0 };
	int r = open_whole(dir, check, ret, &why);

	if (r == -EPROTO || r == -EUCLEAN) {
		err_add(&why, r, "%s: the database is damaged", dir);
		r = keep_aside(dir, r == -EPROTO, &why);
		if (r == 0)
			r = store_open(dir, ret, &why);
	}
	if (r < 0)
		*err = why;
	return r;
}

static int is_kept(const struct dirent *e)
{
	return str_starts(e->d_name, "damaged-") || str_starts(e->d_name, "newer-");
}

/* The names end with the time, whatever they begin with. */
static int by_time(const struct dirent **a, const struct dirent **b)
{
	return strcmp(strchr((*a)->d_name, '-'), strchr((*b)->d_name, '-'));
}

char *quarantine_kept(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_kept, by_time);
	char *ret = n > 0 ? str_printf("%s/%s", dir, names[n - 1]->d_name) : NULL;

	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
	return ret;
}
