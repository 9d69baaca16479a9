#ifndef NET_CRED_H
#define NET_CRED_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * Where secrets come from, and how they leave memory. A secret is a malloc'ed
 * string that its owner wipes: CLEANUP(net_cred_wipe_p).
 */

/* Overwrites and frees *secret (NULL allowed) and sets it to NULL. */
void net_cred_wipe_p(char **secret);

/*
 * From now on the process leaves no core dump and lets no other program of the same user look into its
 * memory: it holds a secret. For good, and cheap when repeated.
 */
void net_cred_guard(void);

/* malloc(3) and its family, for a library that is handed secrets: what is freed is overwritten first. */
void *net_cred_malloc(size_t n);
void *net_cred_calloc(size_t n, size_t size);
void *net_cred_realloc(void *p, size_t n);
char *net_cred_strdup(const char *s);
void net_cred_free(void *p);

/*
 * Runs `command` with /bin/sh -c, standard input from /dev/null, in "/" and in a process
 * group of its own; the secret is the first line that it prints. It has 30 seconds, then
 * its whole group is killed; the same when *cancel (NULL: never) becomes nonzero.
 *
 * 0; -ECHILD: exit status not 0; -ENODATA: printed nothing; -EFBIG: a first line beyond
 * 16 KiB; -ETIMEDOUT; -ECANCELED; -ENOMEM; -errno of pipe(2) and posix_spawn(3). err says what happened
 * and not to which command: people do put secrets into it.
 */
MUST_CHECK int net_cred_command(const char *command, const atomic_int *cancel, char **ret, struct err *err);

#endif
