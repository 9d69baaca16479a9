#ifndef NET_SECRET_H
#define NET_SECRET_H

#include "method.h"

/* The commands of an account: which one prints what a method needs, and running it. */

/* NULL: there is none, or something else wins over it. */
const char *secret_command(const struct net_account *a, enum auth_needs needs);

/* Its secret; waits, so with no lock held. As net_cred_command(); err names the key, not the command. */
MUST_CHECK int secret_run(const struct net_account *a, enum auth_needs needs, const atomic_int *cancel, char **ret,
			  struct err *err);

#endif
