#ifndef APP_DISCOVER_H
#define APP_DISCOVER_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct accounts;
struct remote_factory;
struct session;
struct site;

/* Asks a site what it offers, with the accounts of the configuration; what fails is said on stderr. An exit code. */
MUST_CHECK int discover(struct session *s, const char *url, struct site *ret);

/* Prints the table of `spfs lists URL`; numbered: from 1 on, for people to choose by. */
void discover_print(struct session *s, const struct site *site, bool numbered);

#endif
