#ifndef NAME_MAP_H
#define NAME_MAP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Texts to parts of file names, character by character, and back.
 *
 *	/                          U+FF0F          as rclone does
 *	U+0001..001F, U+007F       U+2401..241F, U+2421
 *	. at the beginning         U+FF0E          only where asked for
 *	bidi, invisible, C1        %XX per byte    "invoice<RLO>fdp.exe" cannot pose
 *	the characters on the right themselves     %XX per byte
 *	% that begins what looks like one of these escapes     %25
 *
 * So the mapping is injective, and name_unmap() takes it back. Any other '%'
 * stays as it is: "100%25" is a name that people give.
 */
struct name_map {
	char p[512]; /* NUL-terminated */
	size_t len;
	bool full;   /* what did not fit was dropped */
};

#define NAME_MAP_INIT { .len = 0 }

/* Adds n bytes of the string at s, the beginning of a name; malformed UTF-8 becomes
 * U+FFFD. With `dot` the name must not begin with '.'. */
void name_map(struct name_map *out, const char *s, size_t n, bool dot);

/* Takes it back: n bytes of the string at s, the beginning of a name. */
void name_unmap(struct name_map *out, const char *s, size_t n);

#endif
