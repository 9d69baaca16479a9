#ifndef SP_ADDRESS_H
#define SP_ADDRESS_H

#include <stdbool.h>

#include "base/attr.h"

struct sp_accounts;

/*
 * Which of its addresses a site is asked at (MS-OUTSPS 3.2.4.1): the one that worked last, as
 * long as it does; then the next that did not fail recently, and if all did, the one
 * whose failure is the oldest. Thread-safe.
 */
struct address_book;

struct address_book *address_book_new(const struct sp_accounts *accounts); /* NULL: out of memory */
struct address_book *address_book_free(struct address_book *b); /* NULL allowed; returns NULL */

/* A fresh string. 0 or -ENOMEM. */
MUST_CHECK int address_choose(struct address_book *b, const char *site, char **ret);

/* The connection was lost. True: the next choice is one that did not fail recently. */
bool address_failed(struct address_book *b, const char *site, const char *address);

/* The n-th address of the site, the registered one first; NULL in *ret: there are no more. 0 or -ENOMEM. */
MUST_CHECK int address_nth(const struct sp_accounts *accounts, const char *site, int n, char **ret);

#endif
