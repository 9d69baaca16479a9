#ifndef DEMO_CAML_H
#define DEMO_CAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct call;
struct field;
struct item;
struct list;
struct options;
struct xml;

/* Where and OrderBy of [MS-WSSCAML] 2.2, compiled once and then asked for each item. */
struct caml;

/* What an item is compared or sorted by. */
struct caml_key {
	bool null;
	bool numeric;
	double number; /* also a date, as seconds since 1970 */
	char *text;    /* folded; owned; NULL when numeric */
};

struct caml_order {
	const struct field *field;
	bool descending;
};

#define CAML_ORDERS 8

/*
 * Compiles a filter element: And, Or, Eq, ..., or a Contains of
 * [MS-LISTSWS] 2.2.4.3. 0; -EINVAL with a fault in c: an unknown field or
 * element, a value of the wrong type, too deep; -ENOMEM.
 */
MUST_CHECK int caml_compile(struct call *c, const struct list *l, const struct xml *filter, struct caml **ret);
struct caml *caml_free(struct caml *n);
DEFINE_CLEANUP(struct caml *, caml_free);

/* Does the item pass? */
bool caml_match(const struct caml *n, const struct call *c, const struct list *l, const struct item *i);

/* The one id that items must have to pass; 0: the filter does not say. */
int64_t caml_only_id(const struct caml *n);

/* Does the filter look at nothing but columns with an index? */
bool caml_is_indexed(const struct caml *n);

/* Has the database an index on that column? */
bool caml_field_indexed(const struct field *f);

/* Reads OrderBy, and GroupBy before it; names that the list lacks are left out. How many. */
size_t caml_orders(const struct list *l, const struct xml *query, struct caml_order out[CAML_ORDERS]);

/* The key of an item for a column; caml_key_release when done. 0 or -ENOMEM. */
MUST_CHECK int caml_key(const struct call *c, const struct list *l, const struct item *i, const struct field *f,
			struct caml_key *ret);
void caml_key_release(struct caml_key *k);

/* < 0, 0, > 0; an empty value comes first. */
int caml_key_compare(const struct caml_key *a, const struct caml_key *b);

/* Adds s in the form that comparing without regard to case needs. */
char *caml_fold(const char *s);

#endif
