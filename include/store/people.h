#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include <stdint.h>

#include "base/attr.h"

struct store;

/*
 * The people of a site under their id in its User Information List, as the server
 * names them with ExpandUserField: "Name,#login,#email,#sip,#Title". Other answers
 * (UpdateListItems) give the name alone.
 */

/* The id under which stands who we are: the text is then the id of one of the others. */
#define STORE_PERSON_US 0

/* Adds or replaces. site: URL of the web, as in store_list. */
MUST_CHECK int store_person_put(struct store *s, const char *site, int64_t id, const char *text);

/* *ret is the caller's to free. 0 or -ENOENT. */
MUST_CHECK int store_person_get(struct store *s, const char *site, int64_t id, char **ret);

#endif
