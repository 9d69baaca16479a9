#ifndef STORE_WORD_H
#define STORE_WORD_H

#include <stddef.h>

#include "base/attr.h"

/*
 * States stand in the database as words, so that a person can read it and its
 * CHECKs can hold them. A table of words is indexed by the enum.
 */

/* The index of `word` in words[0..n-1]; -EUCLEAN: it is none of them (NULL included). */
MUST_CHECK int word_find(const char *const words[], size_t n, const char *word);

#define WORD_COUNT(words) (sizeof(words) / sizeof(*(words)))

#endif
