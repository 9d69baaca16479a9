#ifndef DEMO_PERM_H
#define DEMO_PERM_H

#include <stdint.h>

#include "model.h"

struct buf;
struct item;

/* In an item's values: the mask that a script narrowed its rights to; in a list's properties the same of the list. */
#define OWN_RIGHTS "_Rights"

/* Rights, as bits of [MS-WSSFO2] 2.2.2.14. */
#define PERM_VIEW UINT64_C(0x1)
#define PERM_ADD UINT64_C(0x2)
#define PERM_EDIT UINT64_C(0x4)
#define PERM_DELETE UINT64_C(0x8)
#define PERM_APPROVE UINT64_C(0x10)
#define PERM_OPEN UINT64_C(0x20)
#define PERM_CANCEL_CHECKOUT UINT64_C(0x100)
#define PERM_MANAGE_LISTS UINT64_C(0x800)
#define PERM_FULL UINT64_C(0x7fffffffffffffff)

/* What somebody may do in a list, and with one item of it. */
uint64_t perm_of_list(const struct person *p, const struct list *l);
uint64_t perm_of_item(const struct person *p, const struct list *l, const struct item *i);

/* Does it wait for approval, and p is neither its author, nor who wrote it last, nor an approver? */
bool perm_hides_draft(const struct person *p, const struct list *l, const struct item *i);

/* "ViewListItems, OpenItems, ...", or "FullMask" or "EmptyMask". */
void perm_names(uint64_t mask, struct buf *out);

#endif
