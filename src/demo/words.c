#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static char unescape(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* Reads one word from *at into the same memory; false: its quote does not end. */
static bool read_word(char **at, char **ret)
{
	char *s = *at, *out = *at;
	bool quoted = false;

	*ret = out;
	for (; *s && (quoted || !strchr(" \t\r\n", *s)); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '\\' && quoted && s[1])
			*out++ = unescape(*++s);
		else
			*out++ = *s;
	}
	*at = *s ? s + 1 : s;
	*out = '\0';
	return !quoted;
}

int words_split(char *line, char **words, int max)
{
	int n = 0;

	for (;;) {
		line += strspn(line, " \t\r\n");
		if (!*line || *line == '#')
			return n;
		if (n == max || !read_word(&line, &words[n]))
			return -EINVAL;
		n++;
	}
}
