#ifndef APP_PLACES_H
#define APP_PLACES_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * Where a profile's files are (XDG base directories). SPFS_CONFIG names another
 * configuration file, SPFS_DATA another directory for what belongs in
 * $XDG_DATA_HOME/spfs; the cache is then below that, since it goes with one database. Without
 * HOME, as mount(8) calls us, the password database says.
 */
struct places {
	char *profile; /* owned, all of them */
	char *config;  /* ~/.config/spfs/config, the person's */
	char *lists;   /* ~/.config/spfs/lists, written by `spfs add` */
	char *base;    /* ~/.local/share/spfs */
	char *data;    /* ~/.local/share/spfs/PROFILE: database, unsent changes */
	char *cache;   /* ~/.cache/spfs/PROFILE: contents that a server has too */
	char *lock;    /* in data: one daemon per profile; holds "PID MOUNTPOINT" */
	char *run;     /* $XDG_RUNTIME_DIR/spfs; NULL: there is none, sockets stand with the data */
	char *socket;
};

#define PLACES_INIT { 0 }
#define PLACES_SYSTEM_CONFIG "/etc/spfs/config" /* read before the person's */

void places_release(struct places *p);
static inline void places_release_p(struct places *p)
{
	places_release(p);
}

/* 0; -EINVAL with err: a profile's name is one to 64 letters, digits, '-', '_' or '.', not '.' first; -ENOMEM. */
MUST_CHECK int places_find(const char *profile, struct places *ret, struct err *err);

/* Makes the data and socket directories, mode 0700. 0 or -errno with err; -EPERM: one is a link, or somebody else's, or others
 * may look into it. */
MUST_CHECK int places_make(const struct places *p, struct err *err);

/*
 * Takes the profile's lock; it lives as long as the descriptor and those that fork inherits. -EWOULDBLOCK with
 * err: who holds it and what is mounted where. 0 or -errno with err.
 */
MUST_CHECK int places_lock(const struct places *p, int *ret_fd, struct err *err);

/* Writes who holds the lock into it, for the message of the next one. */
void places_note_holder(int lock_fd, const char *mountpoint);

/* Calls fn with the places of each profile that has a directory; nonzero ends it. */
void places_each(const struct places *p, int (*fn)(void *arg, const struct places *other), void *arg);

/* The one profile whose daemon listens, when there is exactly one: fresh string, else NULL. */
char *places_only_running(const struct places *p);

/* Whether the profile's daemon listens. */
bool places_is_running(const struct places *p);

/* The profile that is mounted on a directory (absolute): fresh string; NULL: none. */
char *places_mounted_at(const struct places *p, const char *dir);

#endif
