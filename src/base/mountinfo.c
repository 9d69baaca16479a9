#include "base/mountinfo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"

/* "\040" -> " ", in place: blanks, tabs, newlines and backslashes are written so. */
static void unescape(char *s)
{
	char *w = s;

	for (const char *r = s; *r; r++) {
		if (r[0] == '\\' && r[1] >= '0' && r[1] <= '3' && r[2] >= '0' && r[2] <= '7' && r[3] >= '0' &&
		    r[3] <= '7') {
			*w++ = (char) ((r[1] - '0') * 64 + (r[2] - '0') * 8 + (r[3] - '0'));
			r += 3;
		} else {
			*w++ = *r;
		}
	}
	*w = '\0';
}

/* The next word of *at, ended by a NUL; NULL when there is none. */
static char *next_word(char **at)
{
	char *word = *at;
	size_t n = strcspn(word, " ");

	if (n == 0)
		return NULL;
	*at = word + n + (word[n] != '\0');
	word[n] = '\0';
	return word;
}

static uid_t owner(const char *options)
{
	const char *p = strstr(options, "user_id=");

	return p ? (uid_t) strtoul(p + strlen("user_id="), NULL, 10) : (uid_t) -1;
}

/*
 * "36 35 98:0 /root /dir opts [optional...] - type source superopts": the fifth
 * word is the mount point, and the optional ones end with a lone dash.
 */
static int one_line(char *line, int (*fn)(void *arg, const struct mountinfo *m), void *arg)
{
	char *tail = strstr(line, " - ");
	char *dir = NULL, *type, *source, *options;

	if (!tail)
		return 0;
	*tail = '\0';
	tail += 3;
	for (int i = 0; i < 5; i++) {
		dir = next_word(&line);
		if (!dir)
			return 0;
	}
	type = next_word(&tail);
	source = type ? next_word(&tail) : NULL;
	options = source ? next_word(&tail) : NULL;
	if (!options)
		return 0;
	unescape(dir);
	unescape(source);
	return fn(arg, &(struct mountinfo) { .dir = dir, .type = type, .source = source, .uid = owner(options) });
}

int mountinfo_each(const char *text, int (*fn)(void *arg, const struct mountinfo *m), void *arg)
{
	CLEANUP(str_free_p) char *copy = strdup(text);
	char *next, *line = copy;
	int r = copy ? 0 : -ENOMEM;

	for (; r == 0 && *line; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] != '\0');
		line[n] = '\0';
		r = one_line(line, fn, arg);
	}
	return r;
}

int mountinfo_read(struct buf *out)
{
	return fsutil_read("/proc/self/mountinfo", out);
}

int mountinfo_path(const char *path, char **ret)
{
	CLEANUP(str_free_p) char *copy = strdup(path);
	CLEANUP(str_free_p) char *parent = NULL;
	size_t n = copy ? strlen(copy) : 0;
	char *leaf, *whole;

	if (!copy)
		return -ENOMEM;
	while (n > 1 && copy[n - 1] == '/')
		copy[--n] = '\0';
	leaf = strrchr(copy, '/') ? strrchr(copy, '/') + 1 : copy;
	if (!*leaf || strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0) {
		whole = realpath(copy, NULL);
	} else {
		CLEANUP(str_free_p) char *dir = strndup(copy, (size_t) (leaf - copy));

		parent = dir ? realpath(*dir ? dir : ".", NULL) : NULL;
		if (!parent)
			return -errno;
		whole = str_printf("%s/%s", strcmp(parent, "/") ? parent : "", leaf);
	}
	if (!whole)
		return -errno;
	*ret = whole;
	return 0;
}
