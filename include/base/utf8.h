#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Characters as numbers (code points). For whole strings see str_utf8_valid(). */

/* The character at s (NUL-terminated) and its length in bytes; 0: malformed, or the end. */
size_t utf8_get(const char *s, unsigned *ret);

/* Writes a character, at most 4 bytes and no NUL; returns its length. */
size_t utf8_put(unsigned c, char out[4]);

/* Whether a character changes how a text reads without being seen: C1 controls, invisible ones, and those that turn
 * the direction of writing. The controls below 0x80 are not among them. */
bool utf8_is_hidden(unsigned c);

#endif
