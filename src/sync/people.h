#ifndef SYNC_PEOPLE_H
#define SYNC_PEOPLE_H

#include <stdint.h>

#include "base/attr.h"
#include "model/values.h"
#include "txn.h"

/*
 * Rows of a pull name people in full ("12;#Jane Roe,#login,#email,..."); rows that
 * come back from UpdateListItems, which knows no ExpandUserField, give "12;#Jane Roe".
 * The first teach how to complete the second, so that a file does not lose the
 * addresses when its item is saved.
 */

enum { PEOPLE_SEEN = 256 };

/* Who was learned already; zero to begin with. */
struct people {
	int64_t seen[PEOPLE_SEEN];
};

/* Keeps whom a row of t->list names in full. 0 or -errno of the store. */
MUST_CHECK int people_learn(struct txn *t, struct people *p, const struct values *row);

/* Completes whom a row of t->list names without more. Who is not known stays as he is. 0 or -errno of the store. */
MUST_CHECK int people_complete(struct txn *t, struct values *row);

/* Whoever this field names ("12;#Jane Roe...") is us: what it is of we did ourselves. NULL: nobody. */
MUST_CHECK int people_are_us(struct txn *t, const char *user);

/* Whether it names somebody else: 1; 0: us, nobody, or nobody knows who we are. */
MUST_CHECK int people_is_other(struct store *st, const char *site, const char *user);

/* Whether it names us: 1; 0: somebody else, nobody, or nobody knows who we are. */
MUST_CHECK int people_is_us(struct store *st, const char *site, const char *user);

/* 1: it is known who we are on that site; 0. */
MUST_CHECK int people_know_us(struct store *st, const char *site);

#endif
