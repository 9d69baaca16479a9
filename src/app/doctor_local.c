/* What a mount needs of this computer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/mountinfo.h"
#include "base/str.h"
#include "cli/cli.h"
#include "confine.h"
#include "doctor.h"
#include "registry.h"
#include "session.h"

#define FUSE_DEVICE "/dev/fuse"
#define FUSE_CONF "/etc/fuse.conf"

static void check_device(struct doctor *d)
{
	CLEANUP(fsutil_close_p) int fd = open(FUSE_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		doctor_ok(d, "FUSE", FUSE_DEVICE " can be opened");
	else if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		doctor_fail(d, "FUSE", CLI_FAILED, "as root: modprobe fuse; a container needs --device " FUSE_DEVICE,
			    FUSE_DEVICE " is not there: the kernel has no FUSE");
	else
		doctor_fail(d, "FUSE", CLI_FAILED, "it is usually mode 0666 (udev); ask whoever administers this computer",
			    FUSE_DEVICE ": %s", strerror(errno));
}

/* The first of that name in PATH: fresh string; NULL. */
static char *find_program(const char *name)
{
	CLEANUP(str_free_p) char *path = strdup(getenv("PATH") ?: "/usr/bin:/bin");
	char *rest = path;

	for (char *dir; rest && (dir = strsep(&rest, ":"));) {
		char *full = str_printf("%s/%s", *dir ? dir : ".", name);

		if (full && access(full, X_OK) == 0)
			return full;
		free(full);
	}
	return NULL;
}

static void check_fusermount(struct doctor *d)
{
	CLEANUP(str_free_p) char *path = find_program("fusermount3");
	struct stat st;

	if (!path)
		doctor_fail(d, "fusermount3", geteuid() ? CLI_FAILED : CLI_OK, "install it; Debian and Ubuntu: apt install fuse3",
			    "it is not in PATH: only root can mount");
	else if (geteuid() && (stat(path, &st) < 0 || st.st_uid != 0 || !(st.st_mode & S_ISUID)))
		doctor_fail(d, "fusermount3", CLI_FAILED, "install the package fuse3 again; in a container mount as root",
			    "%s does not run as root, so it cannot mount", path);
	else
		doctor_ok(d, "fusermount3", "%s", path);
}

/* allow_other and allow_root need the administrator's leave. */
static void check_fuse_conf(struct doctor *d)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 20);
	const struct settings *s = &d->s->config.settings;

	if (!geteuid() || !(s->allow_other || s->allow_root))
		return;
	if (fsutil_read(FUSE_CONF, &text) == 0)
		for (const char *line = buf_str(&text); *line; line += strcspn(line, "\n"), line += *line == '\n')
			if (str_starts(line, "user_allow_other")) {
				doctor_ok(d, "allow_other", FUSE_CONF " allows it");
				return;
			}
	doctor_fail(d, "allow_other", CLI_FAILED, "as root, write the line user_allow_other into " FUSE_CONF,
		    "the configuration wants it, and " FUSE_CONF " does not allow it");
}

/* ---- files ---------------------------------------------------------------------------- */

static bool check_config(struct doctor *d)
{
	const char *path = d->s->config_path;
	CLEANUP(str_free_p) char *advice = str_printf("chmod go-w %s", path);
	struct err err = { 0 };
	struct stat st;
	int r;

	r = session_configure(d->s, &err);
	if (r < 0) {
		doctor_fail(d, "configuration", CLI_USAGE, "spfs.conf(5) has all sections and keys", "%s", err_text(&err, r));
		return false;
	}
	if (stat(path, &st) < 0)
		doctor_ok(d, "configuration", "there is none, which is fine (%s)", path);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		doctor_fail(d, "configuration", CLI_FAILED, "it says which programs print passwords: it should be yours",
			    "%s belongs to somebody else", path);
	else if (st.st_mode & 022)
		doctor_fail(d, "configuration", CLI_FAILED, advice, "%s: others can write it, and so run programs as you", path);
	else
		doctor_ok(d, "configuration", "%s, mode %04o", path, (unsigned) (st.st_mode & 07777));
	return true;
}

static void check_registry(struct doctor *d)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };
	int r = registry_load(d->s->places.lists, d->s->places.profile, &reg, &err);

	if (r < 0)
		doctor_fail(d, "lists", CLI_USAGE, "repair that line, or move the file away and add the lists again", "%s", err_text(&err, r));
	else if (reg.n == 0)
		doctor_fail(d, "lists", CLI_OK, "spfs add URL", "none is registered in the profile %s", d->s->places.profile);
	else
		doctor_ok(d, "lists", "%zu registered in the profile %s", reg.n, d->s->places.profile);
}

static void check_data(struct doctor *d)
{
	const char *path = d->s->places.data;
	CLEANUP(str_free_p) char *advice = str_printf("chmod 700 %s", path);
	struct stat st;

	if (lstat(path, &st) < 0 && errno == ENOENT)
		doctor_ok(d, "data", "%s: the first mount makes it", path);
	else if (access(path, R_OK | W_OK | X_OK) < 0 || !S_ISDIR(st.st_mode))
		doctor_fail(d, "data", CLI_FAILED, "the database and unsent changes are kept there: it must be your directory",
			    "%s: %s", path, strerror(S_ISDIR(st.st_mode) ? errno : ENOTDIR));
	else if (st.st_uid != geteuid() || (st.st_mode & 077))
		doctor_fail(d, "data", CLI_FAILED, advice, "%s: others can look into your items", path);
	else
		doctor_ok(d, "data", "%s", path);
}

/* ---- the mount -------------------------------------------------------------------------- */

/* Where the profile's daemon says, or said, that it is mounted: fresh string; NULL: it does not. */
static char *noted_mount(const struct doctor *d)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(65536);
	const char *dir = fsutil_read(d->s->places.lock, &text) == 0 ? strchr(buf_str(&text), ' ') : NULL;

	return dir && dir[1] == '/' ? strndup(dir + 1, strcspn(dir + 1, "\n")) : NULL;
}

static int is_spfs_on(void *arg, const struct mountinfo *m)
{
	return str_eq(m->type, "fuse.spfs") && str_eq(m->dir, arg);
}

static void check_mount(struct doctor *d)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(MOUNTINFO_MAX);
	CLEANUP(str_free_p) char *dir = noted_mount(d);
	CLEANUP(str_free_p) char *advice =
		str_printf("fusermount3 -uz '%s', and mount again; if that hangs, as root: echo 1 > /sys/fs/fuse/connections/N/abort",
			   dir ? dir : "");
	bool runs = places_is_running(&d->s->places);
	bool mounted = dir && mountinfo_read(&text) == 0 && mountinfo_each(buf_str(&text), is_spfs_on, dir) == 1;

	if (mounted && !runs)
		doctor_fail(d, "mount", CLI_FAILED, advice, "%s is mounted, and its daemon does not answer", dir);
	else if (mounted)
		doctor_ok(d, "mount", "%s", dir);
	else
		doctor_ok(d, "mount", runs ? "a daemon runs without a mount" : "not mounted");
}

static void check_confinement(struct doctor *d, bool configured)
{
	int abi = confine_landlock();

	if (!configured)
		doctor_skip(d, "confinement", "the configuration cannot be read");
	else if (!d->s->config.settings.confine)
		doctor_fail(d, "confinement", 0, NULL, "switched off (confine = no)");
	else if (!abi)
		doctor_fail(d, "confinement", 0, "Landlock is in Linux 5.19 and later, and may have to be named in the boot parameter lsm=",
			    "this kernel has no Landlock: a mount's daemon gains no privileges, but may use all of your files");
	else
		doctor_ok(d, "confinement", "a mount's daemon keeps to its own files (Landlock %d)", abi);
}

bool doctor_local(struct doctor *d)
{
	bool fine;

	check_device(d);
	check_fusermount(d);
	fine = check_config(d);
	if (fine)
		check_fuse_conf(d);
	check_registry(d);
	check_data(d);
	check_confinement(d, fine);
	check_mount(d);
	return fine;
}
