#include "rowset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char prefix[] = "ows_";

enum { PREFIX = sizeof(prefix) - 1 };

struct rowset_attr {
	struct xml_attr a;
	size_t at; /* as it came */
};

static int by_name(const void *a, const void *b)
{
	const struct rowset_attr *x = a, *y = b;

	return strcmp(x->a.name, y->a.name);
}

/* Sorts n attributes as those of the row before. false: they have another order. */
static bool sort_as_before(struct rowset *s, size_t n)
{
	if (s->n_sorted != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		s->sorted[i] = s->attrs[s->sorted[i].at];
		if (i && by_name(&s->sorted[i - 1], &s->sorted[i]) >= 0) {
			s->n_sorted = 0; /* half of it is this row's by now */
			return false;
		}
	}
	return true;
}

/* The attributes that are values, sorted. */
static int collect(struct rowset *s, const struct xml *x, size_t *ret_n)
{
	size_t count = xml_attr_count(x), n = 0;
	int r = vec_grow(&s->attrs, &s->cap, count, sizeof(*s->attrs));

	if (r == 0)
		r = vec_grow(&s->sorted, &s->cap_sorted, count, sizeof(*s->sorted));
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		struct xml_attr a = xml_attr_at(x, i);

		if (!str_starts(a.name, prefix))
			continue;
		s->attrs[n] = (struct rowset_attr) { a, n };
		n++;
	}
	if (!sort_as_before(s, n) && n) {
		memcpy(s->sorted, s->attrs, n * sizeof(*s->sorted));
		qsort(s->sorted, n, sizeof(*s->sorted), by_name);
		s->n_sorted = n;
	}
	*ret_n = n;
	return 0;
}

static int pack(struct rowset *s, size_t n)
{
	buf_reset(&s->packed);
	for (size_t i = 0; i < n; i++) {
		const char *name = s->sorted[i].a.name + PREFIX;

		buf_add(&s->packed, name, strlen(name) + 1);
		xml_attr_add(&s->sorted[i].a, &s->packed);
		buf_addc(&s->packed, '\0');
	}
	return buf_error(&s->packed);
}

int rowset_read(struct rowset *s, const struct xml *x, struct item *ret)
{
	struct item item = ITEM_INIT;
	size_t n = 0;
	int r = collect(s, x, &n);

	if (r == 0)
		r = pack(s, n);
	if (r == 0)
		r = values_unpack(s->packed.p, s->packed.len, &item.values);
	if (r == 0)
		r = item_from_values(&item);
	if (r < 0) {
		item_release(&item);
		return r;
	}
	item_release(ret);
	*ret = item;
	return 0;
}

void rowset_release(struct rowset *s)
{
	free(s->attrs);
	free(s->sorted);
	buf_release(&s->packed);
	*s = (struct rowset) ROWSET_INIT;
}
