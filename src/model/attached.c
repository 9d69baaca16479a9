#include "model/attached.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/uri.h"
#include "model/item.h"

void attached_release(struct attached *a)
{
	free(a->path);
	free(a->word);
	*a = (struct attached) ATTACHED_INIT;
}

bool attached_any(const char *text)
{
	return text && str_starts(text, ";#") && text[2];
}

bool attached_untold(const char *text)
{
	return !str_empty(text) && strcmp(text, "0") != 0 && !str_starts(text, ";#") && strcasecmp(text, "false") != 0;
}

/* What follows the scheme and the host; NULL: it is no URL. */
static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? strchr(host + 3, '/') : *url == '/' ? url : NULL;
}

/* A path whose last part can be a file's name. */
static bool is_file(const char *path)
{
	const char *leaf = item_leaf(path);

	if (!*leaf || strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0 || strlen(leaf) > 255)
		return false;
	for (const char *p = path; *p; p++)
		if ((unsigned char) *p < ' ' || *p == 0x7f)
			return false;
	return str_utf8_valid(path, strlen(path));
}

/* 1: *ret is a fresh path; 0: it is none. */
static int read_path(const char *url, char **ret)
{
	const char *path = path_of(url);
	char *plain, *decoded;

	if (!path)
		return 0;
	path += strspn(path, "/");
	plain = strdup(path);
	decoded = strdup(path);
	if (plain && decoded && uri_decode(decoded) && is_file(decoded)) {
		free(plain);
		*ret = decoded;
		return 1;
	}
	free(decoded);
	if (plain && is_file(plain)) {
		*ret = plain;
		return 1;
	}
	free(plain);
	return plain && decoded ? 0 : -ENOMEM;
}

/* The part up to the next ";#", which *at passes. NULL: there is none, or no memory: *at tells. */
static char *take_part(const char **at)
{
	const char *from = *at, *end;

	if (!*from)
		return NULL;
	end = strstr(from, ";#");
	*at = end ? end + 2 : from + strlen(from);
	return strndup(from, end ? (size_t) (end - from) : strlen(from));
}

static bool is_word(const char *at)
{
	const char *end = strchr(at, '}');

	return *at == '{' && end && end[1] == ',';
}

int attached_next(const char **at, struct attached *ret)
{
	struct attached a = ATTACHED_INIT;
	int r = 0;

	attached_release(ret);
	if (str_starts(*at, ";#"))
		*at += 2;
	while (r == 0 && **at) {
		CLEANUP(str_free_p) char *url = take_part(at);

		r = url ? read_path(url, &a.path) : -ENOMEM;
		if (r >= 0 && is_word(*at)) {
			a.word = take_part(at);
			if (!a.word)
				r = -ENOMEM;
		}
		if (r > 0)
			*ret = a;
		else
			attached_release(&a);
	}
	return r;
}

int64_t attached_number(const char *word)
{
	const char *comma = word ? strrchr(word, ',') : NULL;
	int64_t n;

	return comma && str_to_i64(comma + 1, &n) == 0 && n > 0 ? n : 0;
}

bool attached_same_file(const char *a, const char *b)
{
	size_t n = a ? strcspn(a, ",") : 0;

	return n && b && n == strcspn(b, ",") && strncasecmp(a, b, n) == 0;
}
