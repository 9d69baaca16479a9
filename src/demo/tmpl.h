#ifndef DEMO_TMPL_H
#define DEMO_TMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model.h"

/* What a list is made of by its template number ([MS-WSSTS], [MS-LISTSWS] 2.2.4.11 ServerTemplate). All owned. */
struct tmpl {
	int number;
	int base;      /* BaseType */
	char *feature; /* GUID, bare and in lower case */
	char *image;   /* "itgen" */
	char *ctype;   /* "0x01 Item;0x0120 Folder" */
	char *fields;
	char *view, *page; /* of the default view */
	char *view_fields;
	char *view_query; /* XML inside of Query */
	char *props;
	char *folder; /* where it lies in the site; "": where its title says */
	int first;   /* product version that has it */
	bool once;   /* a site has one at most */
	bool absent; /* its feature is not installed */
};

#define TMPL_CUSTOM 100
#define TMPL_LIBRARY 101
#define TMPL_CALENDAR 106
#define TMPL_DISCUSSION 108
#define TMPL_PEOPLE 112

/* 0, -ENOENT: no such template in this version, -errno. */
MUST_CHECK int tmpl_get(struct model *m, int number, struct tmpl *ret);
void tmpl_release(struct tmpl *t);

static inline void tmpl_release_p(struct tmpl *t)
{
	tmpl_release(t);
}

/* What tmpl_make_list needs to know. */
struct tmpl_order {
	struct site *site;
	int number;
	const char *title;
	const char *description;
	const char *guid; /* NULL: a fresh one */
	int64_t author;
	int64_t now;
};

/*
 * Makes, stores and registers a list in the site. 0; -ENOENT: no such
 * template; -EEXIST: the title is taken; -EINVAL: the title is no name; -errno.
 */
MUST_CHECK int tmpl_make_list(struct model *m, const struct tmpl_order *o, struct list **ret);

/* Is it a library: does it hold documents? */
bool tmpl_is_library(const struct list *l);

#endif
