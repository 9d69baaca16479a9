#ifndef DEMO_CHANGE_H
#define DEMO_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/guid.h"

struct db;
struct item;
struct list;

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

/* Begins the log of a new server; in an old one, changes from more than so many days ago are forgotten. 0 or -errno. */
MUST_CHECK int change_begin(struct db *db, int days);

/* Where the log ends. 0 or -errno. */
MUST_CHECK int change_end(struct db *db, const struct list *l, struct token *ret);

/* Forgets what is older than now: every earlier token is expired. 0 or -errno. */
MUST_CHECK int change_trim(struct db *db);

/* Is the token one of this list, in the log's range? 1, 0 or -errno. */
MUST_CHECK int change_knows(struct db *db, const struct list *l, const struct token *t);

/* Writes an entry; kind as in schema.sql; i NULL: about the list. 0 or -errno. */
MUST_CHECK int change_add(struct db *db, const struct list *l, const struct item *i, const char *kind);

#endif
