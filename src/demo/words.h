#ifndef DEMO_WORDS_H
#define DEMO_WORDS_H

#include <stddef.h>

/*
 * Splits a line into words as a shell does it: blanks between them, "..."
 * around what has blanks, \" and \\ and \n and \r and \t inside. A '#' at the start of a
 * word begins a comment. In place; at most max words. How many, or -EINVAL: a
 * quote does not end, too many words.
 */
int words_split(char *line, char **words, int max);

#endif
