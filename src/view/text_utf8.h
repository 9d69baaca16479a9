#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <stddef.h>

/* The character at s (NUL-terminated) and its length in bytes; 0: malformed, or the end. */
size_t utf8_get(const char *s, unsigned *ret);

/* Writes a character, at most 4 bytes and no NUL; returns its length. */
size_t utf8_put(unsigned c, char out[4]);

#endif
