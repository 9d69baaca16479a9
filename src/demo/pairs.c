#include "pairs.h"

#include <errno.h>
#include <string.h>

bool pairs_next(const struct pairs *p, size_t *at, const char **ret_name, const char **ret_value)
{
	const char *name;

	if (*at >= p->b.len)
		return false;
	name = p->b.p + *at;
	*ret_name = name;
	*ret_value = name + strlen(name) + 1;
	*at += (size_t) (*ret_value - name) + strlen(*ret_value) + 1;
	return true;
}

const char *pairs_get(const struct pairs *p, const char *name)
{
	const char *key, *value;

	for (size_t at = 0; pairs_next(p, &at, &key, &value);)
		if (strcmp(key, name) == 0)
			return value;
	return NULL;
}

/* Puts n bytes in the place of the `cut` bytes at `from`. */
static int splice(struct buf *b, size_t from, size_t cut, const char *text, size_t n)
{
	size_t rest = b->len - from - cut;
	int r = n > cut ? buf_resize(b, b->len + n - cut) : 0;

	if (r < 0)
		return r;
	memmove(b->p + from + n, b->p + from + cut, rest);
	memcpy(b->p + from, text, n);
	return n < cut ? buf_resize(b, from + n + rest) : 0;
}

int pairs_set(struct pairs *p, const char *name, const char *value)
{
	const char *key, *old;
	size_t before = 0;
	int r;

	for (size_t at = 0; pairs_next(p, &at, &key, &old); before = at) {
		if (strcmp(key, name) != 0)
			continue;
		if (!value)
			return splice(&p->b, before, at - before, "", 0);
		return splice(&p->b, (size_t) (old - p->b.p), strlen(old) + 1, value, strlen(value) + 1);
	}
	if (!value)
		return 0;
	r = buf_add(&p->b, name, strlen(name) + 1);
	return r < 0 ? r : buf_add(&p->b, value, strlen(value) + 1);
}

int pairs_load(struct pairs *p, const void *block, size_t n)
{
	const char *s = block;
	size_t nuls = 0;

	for (size_t i = 0; i < n; i++)
		nuls += !s[i];
	if (nuls % 2 || (n && s[n - 1]))
		return -EINVAL;
	buf_reset(&p->b);
	return buf_add(&p->b, block, n);
}

int pairs_copy(struct pairs *p, const struct pairs *from)
{
	buf_reset(&p->b);
	return buf_add(&p->b, from->b.p, from->b.len);
}

void pairs_release(struct pairs *p)
{
	buf_release(&p->b);
}
