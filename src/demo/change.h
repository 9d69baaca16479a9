#ifndef DEMO_CHANGE_H
#define DEMO_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/guid.h"

struct db;
struct item;
struct list;
struct model;

/*
 * The change log and the tokens that name a place in it, [MS-LISTSWS]
 * 3.1.4.22 and what SPChangeToken says of the format:
 *
 *	1;3;{list guid, bare, lower case};{ticks, UTC};{number of the change}
 *
 * Ticks are 100 ns since the year 1. A server in memory counts its changes
 * from a number that grows with the clock: a token of an earlier run lies
 * before the log's beginning and is refused as expired, not misread.
 */
struct token {
	char list[GUID_SIZE];
	int64_t ticks;
	int64_t seq;
};

#define TOKEN_SIZE 128

/* 0 or -EINVAL: that was never a token. */
MUST_CHECK int token_parse(const char *s, struct token *ret);
void token_format(const struct token *t, char out[TOKEN_SIZE]);

int64_t change_ticks(void); /* now */

#define TICKS_A_SECOND INT64_C(10000000)

/* Begins the log of a new server. 0 or -errno. */
MUST_CHECK int change_begin(struct db *db);

/*
 * Forgets what is older than the model's log_age, and the oldest of more than its log_entries. Called before each
 * operation, outside of transactions; when there is nothing to forget it costs one look at the log. 0 or -errno.
 */
MUST_CHECK int change_expire(struct model *m);

/* Where the log ends. A place at which nothing has happened for half of log_age is named by the time it is now: who
 * asks again in time never holds a token that is too old. 0 or -errno. */
MUST_CHECK int change_end(const struct model *m, const struct list *l, struct token *ret);

/* Forgets what is older than now: every earlier token is expired. 0 or -errno. */
MUST_CHECK int change_trim(struct db *db);

/* Is the token one of this list, in the log's range, and not older than log_age? 1, 0 or -errno. */
MUST_CHECK int change_knows(const struct model *m, const struct list *l, const struct token *t);

/* Writes an entry; kind as in schema.sql; i NULL: about the list. 0 or -errno. */
MUST_CHECK int change_add(struct db *db, const struct list *l, const struct item *i, const char *kind);

#endif
