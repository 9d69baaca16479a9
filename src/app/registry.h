#ifndef APP_REGISTRY_H
#define APP_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct list;

/*
 * The file `lists` beside the configuration: which lists are mounted. Written by
 * `spfs add` and `spfs remove`, in the configuration's syntax, comments kept:
 *
 *	[list "Tasks"]
 *		site = https://sharepoint.example.org/sites/team
 *		id = {8D2F0A31-...}
 *		title = Tasks
 *		template = 107
 *
 * `profile` is there when it is not "default"; `library = yes` marks documents.
 *
 * The file says what is wanted, the store what there is: at each mount and reload
 * lists that are wanted and missing are added to the store. Rows that the file
 * does not name stay until `spfs remove`, for they may hold changes that nobody
 * has sent yet.
 */
struct registry_entry {
	char *name;   /* owned; the directory's */
	char *site;   /* owned; the web's URL, no slash at the end */
	char *id;     /* owned; "{GUID}" upper case */
	char *title;  /* owned */
	int template; /* ServerTemplate */
	bool library;
	char *alternates; /* owned; other addresses of the site, blanks between; NULL: none */
	bool html;    /* `richtext = html`: formatted fields are shown as HTML */
	char *format; /* owned; a word of view_format_is_name(); NULL: as the list has it by itself */
};

struct registry {
	struct registry_entry *v; /* owned; in the order of the file */
	size_t n, cap;
};

#define REGISTRY_INIT { 0 }

void registry_release(struct registry *r);
static inline void registry_release_p(struct registry *r)
{
	registry_release(r);
}

/* Reads the entries of one profile; a missing file is empty. 0; -EINVAL with err "FILE:LINE: ..."; -errno. */
MUST_CHECK int registry_load(const char *path, const char *profile, struct registry *ret, struct err *err);

/* The same from a text, for tests. */
MUST_CHECK int registry_parse(const char *file, const char *text, size_t n, const char *profile,
			      struct registry *ret, struct err *err);

const struct registry_entry *registry_find(const struct registry *r, const char *name);
const struct registry_entry *registry_find_id(const struct registry *r, const char *site, const char *id);

/*
 * Adds, or removes, an entry in the file; what else stands in it stays byte for byte. Callers
 * at the same time wait for each other. -EEXIST, -ENOENT; -errno with err.
 */
MUST_CHECK int registry_add(const char *path, const char *profile, const struct registry_entry *e, struct err *err);
MUST_CHECK int registry_remove(const char *path, const char *profile, const char *name, struct err *err);

/* What a row of the store needs to begin with; the first sync brings the rest. Release with list_release(). */
MUST_CHECK int registry_to_list(const struct registry_entry *e, struct list *ret);

#endif
