#ifndef MODEL_VALUES_H
#define MODEL_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf;

/*
 * The values of one item: internal field name -> text as it stands on the wire
 * of GetListItemChangesSinceToken (with DateInUtc, ExpandUserField, Properties
 * all TRUE), without the "ows_" prefix. Property-bag entries are fields named
 * "MetaInfo_<key>". An empty value and an absent one are the same thing
 * ([MS-LISTSWS] R742001), with one exception: in a *change* a name that is
 * present with "" clears the field, an absent one leaves it alone. So "" is
 * kept when it is set, and only values_get() makes no difference.
 *
 * Kept sorted by name; names are unique and case-sensitive. Entries are changed
 * by the functions below only: a name and its text share one piece of memory,
 * and all of a copied or unpacked set one block (a pull makes them by the million).
 */
struct value {
	const char *name; /* belongs to the struct values */
	const char *text; /* the same; never NULL */
};

struct values {
	struct value *v;  /* owned */
	size_t n;
	size_t cap;
	char *block;      /* owned; holds the entries that point into it; NULL when each stands alone */
	size_t block_len;
};

#define VALUES_INIT { 0 }

void values_release(struct values *v);
static inline void values_release_p(struct values *v)
{
	values_release(v);
}

/* The text, or NULL when the name is absent or its text is "". Valid until v changes. */
const char *values_get(const struct values *v, const char *name);

/* Whether the name is present, be it with "". */
bool values_has(const struct values *v, const char *name);

/* Sets; text NULL removes the name. Both may point into v. 0 or -ENOMEM (then v is unchanged). */
MUST_CHECK int values_set(struct values *v, const char *name, const char *text);

/* Replaces dst (initialised) by a copy. 0 or -ENOMEM (then dst is empty). */
MUST_CHECK int values_copy(struct values *dst, const struct values *src);

/* Lays change over v: each name of change is set, "" removes it. 0 or -ENOMEM (then part of it was laid). */
MUST_CHECK int values_overlay(struct values *v, const struct values *change);

/* Same names with byte-equal texts, empty ones counting as absent. */
bool values_equal(const struct values *a, const struct values *b);

/*
 * The form in which the database keeps them: for each value the name, NUL, the
 * text, NUL. Texts cannot hold NUL (XML cannot). 0, -ENOMEM, -EFBIG (out's ceiling).
 */
MUST_CHECK int values_pack(const struct values *v, struct buf *out);

/* Reads what values_pack wrote into an initialised, empty ret.
 * 0, -ENOMEM, -EUCLEAN: damaged. */
MUST_CHECK int values_unpack(const void *p, size_t n, struct values *ret);

#endif
