#include "numbers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/str.h"

int numbers_add(struct numbers *s, int64_t number)
{
	int r = s->n < NUMBERS_MAX ? vec_grow(&s->v, &s->cap, s->n + 1, sizeof(*s->v)) : -EFBIG;

	if (r == 0)
		s->v[s->n++] = number;
	return r;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void numbers_sort(struct numbers *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_size);
}

bool numbers_has(const struct numbers *s, int64_t number)
{
	return s->n && bsearch(&number, s->v, s->n, sizeof(*s->v), by_size);
}

void numbers_release(struct numbers *s)
{
	free(s->v);
	*s = (struct numbers) NUMBERS_INIT;
}
