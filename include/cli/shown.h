#ifndef CLI_SHOWN_H
#define CLI_SHOWN_H

struct buf;

/*
 * Adds a stranger's text so that a person sees what it is: what could steer a terminal, hides, or
 * turns the direction of writing round stands as <U+202E>; bytes that are no characters as <FF>. At most
 * `max` characters of it, then an ellipsis; 0: all. Markup and shells' characters stay: whoever
 * hands the text to a program that reads such escapes it for that.
 */
void cli_shown(struct buf *out, const char *s, int max);

#endif
