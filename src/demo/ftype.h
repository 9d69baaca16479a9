#ifndef DEMO_FTYPE_H
#define DEMO_FTYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;
struct field;
struct item;
struct list;
struct model;
struct site;

/*
 * The types of columns, one table: how a value is stored, read from a client,
 * written to one, and compared ([MS-LISTSWS] 2.2.4, [MS-WSSTS] 2.3).
 *
 * Stored forms: numbers as shortest decimals; dates as UTC "2026-11-30T16:00:00Z"
 * (of all-day events the wall clock with a Z); lookups as ids with ';' between
 * them; multiple choices as ";#A;#B;#"; everything else as the client sent it.
 */

/* Why a value was refused: what Result/ErrorCode and ErrorText say. */
struct refusal {
	uint32_t code; /* 0: not refused */
	const char *text;
};

/* What is known when a value comes in. */
struct intake {
	const struct model *model;
	const struct site *site;
	const struct list *list;
	const struct field *field;
	bool utc;     /* dates without a zone are UTC */
	bool all_day; /* the item is an all-day event */
	struct refusal refusal;
};

/* How a value goes out: QueryOptions in effect. */
struct outlook {
	const struct model *model;
	const struct site *site;
	bool utc;
	bool expand_user;
	bool v3_patterns;
	bool published; /* of what lookups point at, the approved version: OptimizeLookups */
};

/* How Where and OrderBy compare values of the type. */
enum compare { COMPARE_TEXT, COMPARE_NUMBER, COMPARE_DATE, COMPARE_LOOKUP };

struct ftype {
	const char *name;
	const char *column; /* kind of database column for ColName; NULL: the type stores nothing */
	enum compare compare;
	bool multiple; /* lookups: more than one */
	bool people;   /* lookups into the list of people */

	/* Adds the stored form of what a client sent (never ""). 0; -EINVAL with refusal set; -errno.
	 * NULL: clients cannot set it. */
	int (*take)(struct intake *in, const char *sent, struct buf *out);

	/* Adds the wire form of a stored value. NULL: as it is stored. */
	void (*show)(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		     struct buf *out);
};

/* The type of that name; an unknown one is text (MS-OUTSPS_R103). */
const struct ftype *ftype_find(const char *name);

/* Number of types, and the n-th: for tests and the list that has a column of each. */
const struct ftype *ftype_nth(unsigned n);

/* Marks a refusal; returns -EINVAL. */
int refuse(struct intake *in, uint32_t code);

/* What people read about a code; "" for an unknown one. */
const char *refusal_text(uint32_t code);

#define E_CONFLICT 0x81020015u
#define E_NO_ITEM 0x81020016u
#define E_INVALID 0x81020014u
#define E_BAD_DATE 0x8102001cu
#define E_MISMATCH 0x80020005u
#define E_PARAMETER 0x80070057u
#define E_NO_USER 0x81020054u
#define E_ABORTED 0x800704c7u
#define E_DENIED 0x80070005u
#define E_NO_LIST 0x82000006u
#define E_NO_LIST_2013 0x81020026u
#define E_MISSING 0x82000001u
#define E_NO_VIEW 0x82000005u
#define E_THRESHOLD 0x80070024u
#define E_SCHEMA 0x80070666u
#define E_NAME_TAKEN 0x81020067u
#define E_NO_FILE_NAME 0x81020073u
#define E_EMPTY_FILE 0x8007000du
#define E_PATH_TAKEN 0x8107090du
#define E_VALIDATION 0x810200c5u /* the list's or a column's validation says no */
#define E_CHECKED_OUT 0x81020036u /* by somebody else, or it ought to be by you */

#endif
