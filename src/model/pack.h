#ifndef MODEL_PACK_H
#define MODEL_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * Strings and numbers as bytes for the database: a string is 1, its bytes, NUL;
 * NULL is 0; a number is its decimal text with NUL. A reader that runs into
 * damage remembers it, so a whole record is read first and asked once.
 */
void pack_str(struct buf *out, const char *s);
void pack_num(struct buf *out, int64_t v);

struct unpack {
	const char *p; /* foreign */
	const char *end;
	int error; /* 0, -EUCLEAN, -ENOMEM: the first one */
};

/* *ret (freed first) becomes a fresh string, or NULL. */
void unpack_str(struct unpack *u, char **ret);

/* The number; 0 and -EUCLEAN when it is not within low..high. */
int64_t unpack_num(struct unpack *u, int64_t low, int64_t high);

/* 0 when all bytes were read without an error. */
MUST_CHECK int unpack_end(const struct unpack *u);

#endif
