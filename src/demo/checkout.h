#ifndef DEMO_CHECKOUT_H
#define DEMO_CHECKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "edit.h"

/*
 * Documents that somebody has to himself. Who it is stands in the columns
 * CheckoutUser and IsCheckedoutToLocal; what the document was before is kept
 * as a revision with number 0, which no history shows.
 */
enum check_in { CHECK_IN_MINOR, CHECK_IN_MAJOR, CHECK_IN_OVERWRITE };

/* Who has it; 0: nobody. */
int64_t checkout_person(const struct item *i);

/* Of one that is checked out: was it ever checked in before? */
bool checkout_has_copy(const struct item *i);

/* Is it somebody else's who has never checked it in? Then only he sees it ([MS-LISTSWS] 3.1.4.7). */
bool checkout_hides(const struct item *i, int64_t person);

/* Who has locked it; 0: nobody. */
int64_t checkout_locker(const struct edit *e, const struct item *i);

/* May e->who change it now? 0; -EINVAL refused: somebody else has it or has locked it, or the library wants a
 * check-out first. */
MUST_CHECK int checkout_allows(struct edit *e, const struct item *i);

/* The caller knows that these make sense now. 0 or -errno. */
MUST_CHECK int checkout_begin(struct edit *e, struct item *i, bool local);
MUST_CHECK int checkout_end(struct edit *e, struct item *i, enum check_in how, const char *comment);
MUST_CHECK int checkout_undo(struct edit *e, struct item *i);

#endif
