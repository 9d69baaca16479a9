#ifndef CTL_HOST_H
#define CTL_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;
struct ctl_hub;

/*
 * One dispatcher behind the control files (.spfs/) and the control socket: the
 * same names, the same texts. Implemented by app, used by fs and by ctl's
 * server. All calls return at once.
 */
struct ctl_host {
	/*
	 * The text of a control file. list 0: of the mount (sync, status, status.json, online, log, version,
	 * pid, README, conflicts.txt...); else of that list (status, sync, schema, template.txt). -ENOENT.
	 */
	int (*read)(void *arg, int64_t list, const char *name, struct buf *out);

	/*
	 * One command, as one write(2) to `sync` or `online` gives it. -EINVAL: unknown word; -ENOENT: no such list;
	 * -ENETDOWN: offline; -EACCES: not writable. err says it in words.
	 */
	int (*write)(void *arg, int64_t list, const char *name, const char *text, size_t n, struct err *err);

	/*
	 * The names in the directory `dir`: "outbox", "conflicts", "conflicts/Tasks". One that ends with '/' is a
	 * directory itself (a list's, in conflicts). fn's nonzero return ends it. -ENOENT.
	 */
	int (*dir)(void *arg, const char *dir, int (*fn)(void *fn_arg, const char *name), void *fn_arg);

	/* The text of an entry of such a directory. -ENOENT. */
	int (*entry)(void *arg, const char *dir, const char *name, struct buf *out);

	/* rm of such an entry. outbox: the change is dropped after a copy went to conflicts/; a file in conflicts/LIST
	 * is deleted, and so is LIST with its last one. -ENOENT, -EBUSY. */
	int (*remove)(void *arg, const char *dir, const char *name);

	struct ctl_hub *hub; /* foreign: events and progress */
	void *arg;           /* foreign */
};

/* The control files of the mount and of a list: one table for fs, the socket and the manual's test. */
struct ctl_file {
	const char *name;
	int mode;         /* 0400 or 0600 */
	enum { CTL_TEXT, CTL_STREAM_PROGRESS, CTL_STREAM_EVENTS } kind;
};

extern const struct ctl_file ctl_mount_files[]; /* ends with a NULL name */
extern const struct ctl_file ctl_list_files[];

/* The directories beside the mount's files, mode 0700; ends with NULL. */
extern const char *const ctl_mount_dirs[];

/* The row of a name in one of the tables, exact case; NULL. */
const struct ctl_file *ctl_file_find(const struct ctl_file files[], const char *name);

#endif
