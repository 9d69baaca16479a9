#ifndef DEMO_LISTXML_H
#define DEMO_LISTXML_H

#include <stdbool.h>

#include "base/attr.h"

struct call;
struct list;

/*
 * The List element of [MS-LISTSWS] 2.2.4.11 and 2.2.4.12. full: as GetList
 * shows it, with columns and settings; else as GetListCollection does, whose
 * attributes differ in a few places. Adds to c->out. 0 or -errno.
 */
MUST_CHECK int listxml_write(struct call *c, const struct list *l, bool full);

#endif
