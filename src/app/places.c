#include "places.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "ctl/client.h"

enum { TRIES = 60 /* for the lock, 50 ms apart */ };

void places_release(struct places *p)
{
	free(p->profile);
	free(p->config);
	free(p->lists);
	free(p->base);
	free(p->data);
	free(p->cache);
	free(p->lock);
	free(p->run);
	free(p->socket);
	*p = (struct places) PLACES_INIT;
}

/* XDG says: a relative path in these variables counts as unset. */
static const char *absolute_env(const char *name)
{
	const char *v = getenv(name);

	return v && *v == '/' ? v : NULL;
}

static const char *home(void)
{
	const char *h = absolute_env("HOME");
	const struct passwd *pw = h ? NULL : getpwuid(getuid());

	return h ? h : pw && pw->pw_dir && *pw->pw_dir == '/' ? pw->pw_dir : "/";
}

/* $XDG_NAME/spfs, or HOME/fallback/spfs */
static char *xdg(const char *name, const char *fallback)
{
	const char *dir = absolute_env(name);

	return dir ? str_printf("%s/spfs", dir) : str_printf("%s/%s/spfs", home(), fallback);
}

static bool name_is_fine(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 64 && *s != '.' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == n;
}

static int find_config(struct places *p)
{
	CLEANUP(str_free_p) char *dir = xdg("XDG_CONFIG_HOME", ".config");
	const char *named = getenv("SPFS_CONFIG");
	char *slash;

	if (!dir)
		return -ENOMEM;
	p->config = str_empty(named) ? str_printf("%s/config", dir) : strdup(named);
	if (!p->config)
		return -ENOMEM;
	/* the registry stands beside the configuration, wherever that is */
	slash = strrchr(p->config, '/');
	p->lists = str_printf("%.*slists", slash ? (int) (slash - p->config) + 1 : 0, p->config);
	return p->lists ? 0 : -ENOMEM;
}

static int find_cache(struct places *p)
{
	CLEANUP(str_free_p) char *dir = xdg("XDG_CACHE_HOME", ".cache");

	if (!dir)
		return -ENOMEM;
	p->cache = str_empty(getenv("SPFS_DATA")) ? str_printf("%s/%s", dir, p->profile) :
						    str_printf("%s/cache", p->data);
	return p->cache ? 0 : -ENOMEM;
}

static int find_data(struct places *p)
{
	const char *named = getenv("SPFS_DATA");
	const char *run = absolute_env("XDG_RUNTIME_DIR");

	p->base = str_empty(named) ? xdg("XDG_DATA_HOME", ".local/share") : strdup(named);
	p->data = p->base ? str_printf("%s/%s", p->base, p->profile) : NULL;
	p->lock = p->data ? str_printf("%s/mount.lock", p->data) : NULL;
	if (!p->lock)
		return -ENOMEM;
	if (run) {
		p->run = str_printf("%s/spfs", run);
		p->socket = p->run ? str_printf("%s/%s.sock", p->run, p->profile) : NULL;
	} else {
		p->socket = str_printf("%s/socket", p->data);
	}
	return p->socket ? 0 : -ENOMEM;
}

int places_find(const char *profile, struct places *ret, struct err *err)
{
	struct places p = PLACES_INIT;
	int r;

	if (!name_is_fine(profile))
		return err_set(err, -EINVAL, "\"%s\" cannot be a profile's name: use letters, digits, '-', '_', '.'",
			       profile);
	r = str_set(&p.profile, profile);
	if (r == 0)
		r = find_config(&p);
	if (r == 0)
		r = find_data(&p);
	if (r == 0)
		r = find_cache(&p);
	if (r < 0) {
		places_release(&p);
		return err_set(err, r, "out of memory");
	}
	*ret = p;
	return 0;
}

/* Whoever prepared it could read along, or have us write where he may not. */
static int check_own(const char *dir, struct err *err)
{
	struct stat st;

	if (lstat(dir, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return err_set(err, -EPERM, "%s is a symbolic link; spfs keeps secrets there, so it has to be a directory: remove the link, "
			       "and set XDG_DATA_HOME or XDG_RUNTIME_DIR to have it elsewhere", dir);
	if (st.st_uid != geteuid())
		return err_set(err, -EPERM, "%s is somebody else's (uid %u); spfs keeps secrets there", dir, (unsigned) st.st_uid);
	if (st.st_mode & 077)
		return err_set(err, -EPERM, "others may look into %s, where spfs keeps secrets; type: chmod 700 %s", dir, dir);
	return 0;
}

int places_make(const struct places *p, struct err *err)
{
	const char *dirs[] = { p->data, p->run };

	for (int i = 0; i < 2; i++) {
		int r = dirs[i] ? fsutil_mkdirs(dirs[i], 0700) : 0;

		if (r == 0 && dirs[i] && access(dirs[i], W_OK | X_OK) < 0)
			r = -errno;
		if (r == 0 && dirs[i])
			r = check_own(dirs[i], err);
		if (r == -EPERM)
			return r;
		if (r < 0)
			return err_set(err, r, "%s: %s; spfs keeps its %s there", dirs[i], err_text(NULL, r),
				       i ? "socket" : "database and unsent changes");
	}
	return 0;
}

int places_lock(const struct places *p, int *ret_fd, struct err *err)
{
	CLEANUP(buf_release_p) struct buf who = BUF_INIT(8192);
	int r = fsutil_lock(p->lock, ret_fd);
	char *dir;

	/* One that holds it and does not listen is about to end, or has just begun. */
	for (int i = 0; i < TRIES && r == -EWOULDBLOCK && !places_is_running(p); i++) {
		nanosleep(&(struct timespec) { .tv_nsec = 50000000 }, NULL);
		r = fsutil_lock(p->lock, ret_fd);
	}

	if (r != -EWOULDBLOCK)
		return r < 0 ? err_set(err, r, "%s: %s", p->lock, err_text(NULL, r)) : 0;
	if (fsutil_read(p->lock, &who) < 0 || who.len == 0)
		return err_set(err, r, "profile %s is in use by another spfs", p->profile);
	dir = strchr(who.p, ' ');
	if (dir)
		*dir++ = '\0';
	if (str_empty(dir))
		return err_set(err, r, "profile %s is in use by another spfs (process %s)", p->profile, who.p);
	return err_set(err, r, "profile %s is already mounted at %s (process %s)", p->profile, dir, who.p);
}

void places_note_holder(int lock_fd, const char *mountpoint)
{
	CLEANUP(str_free_p) char *text = str_printf("%d %s", (int) getpid(), mountpoint ? mountpoint : "");

	/* Only for a message: when it cannot be written, that is shorter. */
	if (text && ftruncate(lock_fd, 0) == 0 && pwrite(lock_fd, text, strlen(text), 0) < 0)
		return;
}

/* Somebody accepts on its socket: the file alone may be what a crash left. */
bool places_is_running(const struct places *p)
{
	struct ctl_client *c = NULL;
	int r = ctl_client_open(p->socket, 1000, &c);

	ctl_client_close(c);
	return r == 0;
}

void places_each(const struct places *p, int (*fn)(void *arg, const struct places *other), void *arg)
{
	DIR *d = opendir(p->base);
	int r = 0;

	for (struct dirent *e; d && r == 0 && (e = readdir(d));) {
		CLEANUP(places_release_p) struct places other = PLACES_INIT;

		if (*e->d_name != '.' && places_find(e->d_name, &other, NULL) == 0)
			r = fn(arg, &other);
	}
	if (d)
		closedir(d);
}

struct search {
	const char *dir;
	char *found; /* owned */
	int n;
};

static int note_running(void *arg, const struct places *other)
{
	struct search *s = arg;

	if (!places_is_running(other))
		return 0;
	s->n++;
	return str_set(&s->found, other->profile);
}

char *places_only_running(const struct places *p)
{
	struct search s = { 0 };

	places_each(p, note_running, &s);
	if (s.n == 1)
		return s.found;
	free(s.found);
	return NULL;
}

/* The lock's holder wrote where it is mounted. */
static int note_mounted(void *arg, const struct places *other)
{
	CLEANUP(buf_release_p) struct buf who = BUF_INIT(8192);
	struct search *s = arg;
	const char *dir;

	if (fsutil_read(other->lock, &who) < 0)
		return 0;
	dir = strchr(buf_str(&who), ' ');
	if (!dir || strcmp(dir + 1, s->dir) != 0)
		return 0;
	return str_set(&s->found, other->profile) < 0 ? -ENOMEM : 1;
}

char *places_mounted_at(const struct places *p, const char *dir)
{
	struct search s = { .dir = dir };

	places_each(p, note_mounted, &s);
	return s.found;
}
