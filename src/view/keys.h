#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "model/list.h"

struct buf;

/*
 * The keys of a list's text (presentation 3.2): which fields people see, in
 * which order, and what stands before the ':'.
 *
 * A key is the field's display name, or "[InternalName]" when that would not
 * lead back to the field: it is empty, begins with '#' or '[', is another one's
 * key, or has another one's key and ':' at its beginning. So the longest key
 * that a rendered line begins with is the right one.
 */
struct key {
	const struct field *field; /* foreign */
	const char *text;
	char *own;      /* owned; text, unless that is the display name itself */
	bool bracketed;
};

struct alias;

struct keys {
	struct key *k; /* owned; Title first, then in the schema's order */
	size_t n;
	const struct field *body; /* foreign; NULL: none */
	struct alias *alias;      /* owned; sorted; NULL before keys_index() */
	size_t n_alias;
	size_t longest;           /* alias */
};

#define KEYS_INIT { 0 }

/* Reads the list's schema into ret, which is initialised; the list must outlive it. 0, -ENOMEM. */
MUST_CHECK int keys_read(const struct list *l, struct keys *ret);
void keys_release(struct keys *k);
static inline void keys_release_p(struct keys *k)
{
	keys_release(k);
}

/* Prepares for keys_find(). 0, -ENOMEM. */
MUST_CHECK int keys_index(const struct list *l, struct keys *k);

/* What a line begins with. */
struct key_found {
	size_t key;                /* index in k; k->n: a field that cannot be changed */
	const struct field *field; /* foreign */
	size_t len;                /* of the key without ':' */
};

/* The longest key that the n bytes of the line begin with, followed by ':'; false: none. */
bool keys_find(const struct keys *k, const char *line, size_t n, struct key_found *ret);

/* Adds what could have been meant by an unknown key: the nearest key, or all of them. */
void keys_suggest(const struct keys *k, const char *name, size_t n, struct buf *out);

/* The list's field that is the body (presentation 3.5), or NULL. */
const struct field *keys_body(const struct list *l);

#endif
