#include "quarantine.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "store/store.h"

/* "damaged-20261122-104107", made. */
static int make_place(const char *dir, const char *word, char **ret)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	char *path;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	path = str_printf("%s/%s-%s", dir, word, when);
	if (!path)
		return -ENOMEM;
	if (mkdir(path, 0700) < 0) {
		str_free_p(&path);
		return -errno;
	}
	*ret = path;
	return 0;
}

/*
 * The database goes last: killed in between, the next start finds it damaged
 * still and moves the rest. scratch/ belongs to it, its names are inode numbers of that
 * database; conflicts/ does not.
 */
static int move_all(const char *dir, const char *place)
{
	static const char *const names[] = { "scratch", "spfs.db-shm", "spfs.db-wal", "spfs.db" };
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

static int keep_aside(const char *dir, bool newer, struct err *err)
{
	CLEANUP(str_free_p) char *place = NULL;
	struct err why = *err;
	int r = make_place(dir, newer ? "newer" : "damaged", &place);

	if (r == 0)
		r = move_all(dir, place);
	if (r < 0)
		return err_set(err, r, "%s; it could not be kept aside either: %s", why.text, err_text(NULL, r));
	log_error("%s; kept in %s and begun anew. Changes that were not sent are in there", why.text, place);
	return 0;
}

int quarantine_open(const char *dir, struct store **ret, struct err *err)
{
	struct err why = { 0 };
	int r = store_open(dir, ret, &why);

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
