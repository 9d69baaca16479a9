#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/attr.h"
#include "base/err.h"

struct store;

/* 0; -EPROTO: the database is of a newer version; -EUCLEAN: it is not one of spfs. err is filled for these
 * two, and left to the caller for others. Changes nothing. */
MUST_CHECK int migrate_check(struct store *s, struct err *err);

/* Brings the database to the version of this program, each step in a transaction of its own. */
MUST_CHECK int migrate_run(struct store *s);

#endif
