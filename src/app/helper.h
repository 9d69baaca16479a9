#ifndef APP_HELPER_H
#define APP_HELPER_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

struct places;

/*
 * A process that does what the daemon, once it has confined itself (confine.h), cannot do any more: run
 * the commands of [site] sections and `notify`, take the mount away, and remove a list from the registry beside
 * the configuration. It does nothing else, whatever it is asked: a command has to stand in the
 * configuration, which it reads by itself, and the mount point is the one that it was made with.
 * So who has taken over the daemon through a server's answer gains no shell by it.
 */
struct helper;

/*
 * Before there are threads; `places` and the strings must live as long as the helper, which ends with
 * the calling process at the latest. 0 or -errno.
 */
MUST_CHECK int helper_start(const struct places *places, const char *config_path, const char *mountpoint,
			    struct helper **ret);

/* Its process, which is a child of ours. */
pid_t helper_pid(const struct helper *h);

/* NULL allowed; returns NULL. */
struct helper *helper_stop(struct helper *h);

/* For net_account.run: as net_cred_command(); -EPERM: it is no command of the configuration. Any thread. */
MUST_CHECK int helper_command(void *helper, const char *command, const atomic_int *cancel, char **ret, struct err *err);

/* Takes the mount away, as far as it is still there (lazily). 0 or -errno. */
int helper_unmount(struct helper *h);

/* As notify_tell(), with the command that the configuration has now. */
void helper_notify(struct helper *h, const char *title, const char *text);

/* As registry_remove(). */
MUST_CHECK int helper_remove_list(struct helper *h, const char *name, struct err *err);

#endif
