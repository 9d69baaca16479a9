#include "mountpoint.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mountinfo.h"
#include "base/str.h"
#include "cli/unmount.h"

struct search {
	const char *path;
	struct mountpoint_state *state;
};

/* The last line about a directory is the topmost mount, so all are read. */
static int compare(void *arg, const struct mountinfo *m)
{
	const struct search *s = arg;

	if (strcmp(m->dir, s->path) != 0)
		return 0;
	s->state->mounted = true;
	s->state->uid = m->uid;
	snprintf(s->state->type, sizeof(s->state->type), "%s", m->type);
	return 0;
}

int mountpoint_look_up(const char *mountinfo, const char *path, struct mountpoint_state *ret)
{
	*ret = (struct mountpoint_state) { .uid = (uid_t) -1 };
	return mountinfo_each(mountinfo, compare, &(struct search) { .path = path, .state = ret });
}


/* What died left a mount that answers ENOTCONN; nobody but its owner may take it away. */
static int clean_up(const char *path, struct err *err)
{
	struct err why = { 0 };

	fprintf(stderr, "spfs: %s: cleaning up a mount left by a process that died\n", path);
	if (cli_unmount(path, true, &why) < 0)
		return err_set(err, -EINVAL, "%s: the dead mount there could not be removed (%s); try: fusermount3 -u -z %s",
			       path, why.text, path);
	return 0;
}

static int check_mounted(const char *path, struct err *err)
{
	CLEANUP(buf_release_p) struct buf table = BUF_INIT(MOUNTINFO_MAX);
	struct mountpoint_state m;
	struct statvfs fs;
	bool ours;
	int r = mountinfo_read(&table);

	if (r == 0)
		r = mountpoint_look_up(buf_str(&table), path, &m);
	if (r < 0)
		return err_set(err, r, "/proc/self/mountinfo: %s", err_text(NULL, r));
	ours = m.mounted && strcmp(m.type, "fuse.spfs") == 0;
	if (!m.mounted || strcmp(m.type, "autofs") == 0)
		return 0;
	/* statfs and not stat: that would be answered from the kernel's cache */
	if (ours && m.uid == getuid() && statvfs(path, &fs) < 0 && errno == ENOTCONN)
		return clean_up(path, err);
	if (ours)
		return err_set(err, -EINVAL, "%s: already mounted", path);
	return err_set(err, -EINVAL, "%s: something else (%s) is mounted there", path, m.type);
}

static bool is_empty(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	for (struct dirent *e; d && (e = readdir(d));)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (d)
		closedir(d);
	return n == 0;
}

int mountpoint_check(const char *absolute, bool nonempty, struct err *err)
{
	struct stat st;
	int r = check_mounted(absolute, err);

	if (r < 0)
		return r;
	if (stat(absolute, &st) < 0 && errno == ENOENT)
		return err_set(err, -EINVAL, "%s: no such directory; create it first: mkdir -p %s", absolute, absolute);
	if (stat(absolute, &st) < 0)
		return err_set(err, -EINVAL, "%s: %s", absolute, err_text(NULL, -errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, -EINVAL, "%s: not a directory", absolute);
	if (!nonempty && !is_empty(absolute))
		return err_set(err, -EINVAL, "%s: the directory is not empty; -o nonempty mounts over it", absolute);
	return 0;
}
