#ifndef APP_DOCTOR_INT_H
#define APP_DOCTOR_INT_H

#include <stdbool.h>

#include "base/attr.h"
#include "remote/remote.h"

struct doctor;
struct uri;

/* Within `spfs doctor`: the parts of doctor_site(). Each says its steps; false: the following make no sense. */

/* The name, the connection, TLS, and what the server says without a login; url is of its web, u the same in parts. */
MUST_CHECK bool doctor_reach(struct doctor *d, const char *url, const struct uri *u);

/* For a pull of which only rows matter; row as in struct remote_sink. */
struct remote_sink doctor_sink(int (*row)(void *arg, struct item *row), void *arg);

/* Reading a document of a library, and with d->write writing one. */
void doctor_documents(struct doctor *d, struct remote *r, const struct list *library);

#endif
