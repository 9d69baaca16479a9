#ifndef DEMO_PAIRS_H
#define DEMO_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * Names with values in one block of memory, as one column of the database
 * holds them: name NUL value NUL, in the order of first setting. An item has
 * some twenty, so looking through them beats any index.
 */
struct pairs {
	struct buf b;
};

#define PAIRS_MAX ((size_t) 64 << 20)
#define PAIRS_INIT { BUF_INIT(PAIRS_MAX) }

/* The value, or NULL; valid until the next change. */
const char *pairs_get(const struct pairs *p, const char *name);

/* Sets, adds, or (value NULL) removes. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int pairs_set(struct pairs *p, const char *name, const char *value);

/*
 * Steps through: *at is 0 before the first call.
 *
 *	for (size_t at = 0; pairs_next(p, &at, &name, &value);)
 */
bool pairs_next(const struct pairs *p, size_t *at, const char **ret_name, const char **ret_value);

/* Replaces everything by a block that a column held. 0, -ENOMEM, -EFBIG, -EINVAL: not such a block. */
MUST_CHECK int pairs_load(struct pairs *p, const void *block, size_t n);

/* Replaces everything by a copy. 0, -ENOMEM. */
MUST_CHECK int pairs_copy(struct pairs *p, const struct pairs *from);

void pairs_release(struct pairs *p);

static inline void pairs_release_p(struct pairs *p)
{
	pairs_release(p);
}

#endif
