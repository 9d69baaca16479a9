#ifndef APP_LOGINS_H
#define APP_LOGINS_H

#include "net/auth.h"

/*
 * What `auth = auto` came to at each site: a file of the profile with a line for each,
 * "METHOD URL", so that the next start does not ask the server again. It is no more than
 * a hint: what is not there, or wrong, costs a request. Thread-safe.
 */
struct logins;

struct logins *logins_new(const char *path); /* reads it; NULL: out of memory */
struct logins *logins_free(struct logins *l);

/* NET_AUTH_NONE: nothing is known. */
enum net_auth_kind logins_find(struct logins *l, const char *url);

/* For net_account.remember; `logins` is the struct. Writes the file when something is new. */
void logins_note(void *logins, const char *url, enum net_auth_kind kind);

#endif
