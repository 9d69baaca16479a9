#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Small helpers on NUL-terminated UTF-8 strings. "Case" is ASCII's only. */

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_eq(const char *a, const char *b);         /* NULL equals only NULL */
bool str_eq_nocase(const char *a, const char *b);

/* NULL or "" */
bool str_empty(const char *s);

/* *p is freed and becomes a copy of s (NULL for NULL). 0 or -ENOMEM (then *p is unchanged). */
MUST_CHECK int str_set(char **p, const char *s);

/* A printf into fresh memory; NULL when out of memory. */
char *str_printf(const char *fmt, ...) PRINTF(1, 2);

/* The whole of s as a number in decimal (str_to_i64), or as 0x hexadecimal too
 * (str_to_u64). Blanks around it are allowed. 0, -EINVAL (also for ""), -ERANGE. */
MUST_CHECK int str_to_i64(const char *s, int64_t *ret);
MUST_CHECK int str_to_u64(const char *s, uint64_t *ret);

/* True when the n bytes are well-formed UTF-8 (no overlong forms, no surrogates). */
bool str_utf8_valid(const char *s, size_t n);

/* The largest length <= max at which s can be cut without splitting a character. */
size_t str_utf8_cut(const char *s, size_t max);

/* Cuts ASCII white space from both ends, in place; returns the first kept byte. */
char *str_trim(char *s);

/* Frees *p; for CLEANUP(str_free_p). */
void str_free_p(char **p);

/* Makes room for n elements: *p, *cap (elements). 0 or -ENOMEM. */
MUST_CHECK int vec_grow(void *p, size_t *cap, size_t n, size_t elem);

#endif
