#ifndef DEMO_OPTS_H
#define DEMO_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "login.h"

/* NAME:PASSWORD[:role] of --user. All owned. */
struct opts_user {
	char *name, *password, *role;
};

/* The command line. */
struct opts {
	int port;
	const char *port_file;
	const char *bind;
	const char *data;   /* directory; NULL: in memory */
	const char *script; /* file of fault orders */
	const char *keep;   /* directory for the bodies of SOAP requests; NULL: they are not kept */
	int version;        /* of the product; see model.h */
	bool wss2;          /* likewise */
	int64_t items;      /* of "Big list"; 0: no such list */
	int64_t latency;    /* ms */
	int64_t retention;  /* seconds that the change log remembers; 0: for ever */
	int64_t max_changes; /* that it remembers; 0: any number */
	enum login_mode auth; /* of users, if there are any */
	int64_t login_seconds; /* how long cookies and tokens are good */
	bool quiet;
	bool empty; /* sites without sample lists */
	const char **sites;
	size_t n_sites, cap_sites;
	struct opts_user *users; /* owned */
	size_t n_users, cap_users;
};

/* Reads the command line. 0: go on; 1: it was --help or --version, which is done; -EINVAL: wrong, and said
 * so on stderr; -ENOMEM. */
MUST_CHECK int opts_parse(struct opts *o, int argc, char **argv);
void opts_release(struct opts *o);

/* "60", "60d": days; "5s", "5m", "5h". Seconds; 0, -EINVAL, -ENOMEM. */
MUST_CHECK int opts_duration(const char *text, int64_t *ret);

#endif
