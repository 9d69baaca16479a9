#ifndef FMT_EXTRAS_H
#define FMT_EXTRAS_H

#include <stddef.h>

#include "base/attr.h"
#include "line.h"

struct buf;

/*
 * What SharePoint has no place for (alarms, attendees, properties of tools) is
 * kept beside the item as a text of the same grammar: the components that the
 * file had, each with the lines that nothing asked for. A component that is the
 * exception of a series begins with its RECURRENCE-ID in UTC.
 */

/* Marks as seen what is written anew each time and never read: it is no extra. NULL at the end. */
void extras_ignore(const struct lines *l, size_t comp, const char *const *names);

/* Adds the lines of component `comp` that nothing asked for, and what is in it, but components that `except` names
 * (NULL at the end). comp may be l->n_c: nothing. */
void extras_add(const struct lines *l, size_t comp, const char *const *except, struct buf *out);

/* Reads what is kept into ret, which is initialised. A text that does not read is none. 0, -ENOMEM. */
MUST_CHECK int extras_read(const char *text, struct lines *ret);

/* The component of that name and, where key is not NULL, RECURRENCE-ID; l->n_c: there is none. Its lines are for
 * extras_add(). */
size_t extras_find(const struct lines *l, const char *name, const char *key);

#endif
