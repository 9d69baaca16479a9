#ifndef APP_SITE_H
#define APP_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/list.h"
#include "sp/sp.h"

/* What a site offers, for `spfs lists URL` and `spfs add`: asked directly, with no daemon and no store. */
struct site {
	char *url;               /* owned; of the web, no slash at the end */
	struct sp_target target; /* owned; what the address meant */
	struct list *v;          /* owned; all lists, hidden ones too, in the server's order */
	size_t n, cap;
};

#define SITE_INIT { 0 }

void site_release(struct site *s);
static inline void site_release_p(struct site *s)
{
	site_release(s);
}

/*
 * Finds the web that an address belongs to, be it of the site, of a list or of a page.
 * CLI_OK; CLI_USAGE: no address; CLI_LOGIN; CLI_UNREACHABLE: no answer, or no SharePoint there; CLI_FAILED.
 * err says it for people.
 */
MUST_CHECK int site_find(struct sp_factory *f, const char *url, struct site *ret, struct err *err);

/* The list whose page or folder the address was, or NULL. */
const struct list *site_list_of_url(const struct site *s);

/* By title; exact case first, then any case. NULL. */
const struct list *site_list_of_title(const struct site *s, const char *title);

/* Whether people see it: not hidden, and not one that the site keeps from offline clients. */
bool site_shows(const struct list *l);

/* "announcements", "tasks", "library"...: a list's kind in a word. */
const char *site_kind(const struct list *l);

#endif
