#ifndef BASE_PRIV_H
#define BASE_PRIV_H

#include "base.h"

/* base.c: values, and how they are packed. Thread-safe. */
struct shapes;

struct shapes *shapes_new(void); /* NULL: out of memory */
struct shapes *shapes_free(struct shapes *s);

/* The same packed, held; itself when it cannot be: with parts, or without memory. */
struct base *base_pack(struct shapes *s, struct base *b);

/* bases.c: one of bases_stored(). What stood in the row when it was made: base_whole(). */
struct base *bases_read_stored(struct base *b);

/* Nobody holds it any more. */
void bases_unlink(struct base *b);

#endif
