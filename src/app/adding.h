#ifndef APP_ADDING_H
#define APP_ADDING_H

#include <stdbool.h>

#include "base/attr.h"
#include "registry.h"

struct list;
struct session;
struct site;

/* Registering lists of one site; says on stdout what was added and on stderr what was not. */
struct adding {
	struct session *s;       /* foreign */
	const struct site *site; /* foreign */
	const char *as;          /* foreign; the directory's name; NULL: after the title */
	const char *alternates; /* foreign; other addresses of the site, blanks between; NULL: none */
	struct registry reg;     /* owned; as it is now */
	int added;
	bool brief; /* nothing is said of a list that is registered already */
};

/* Reads the registry (again). All here return an exit code. */
MUST_CHECK int adding_read(struct adding *a);

/* One list; one that is registered already is no error. */
MUST_CHECK int adding_list(struct adding *a, const struct list *l);

/* By title; the first that the site lacks ends it, with the nearest one. */
MUST_CHECK int adding_named(struct adding *a, int argc, char **argv);

/* What tells a site from others in a name, the last part of its path or its host: fresh string, NULL: out of memory. */
char *adding_site_word(const char *url);

/* Every list that the site shows. */
MUST_CHECK int adding_all(struct adding *a);

#endif
