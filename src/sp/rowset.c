#include "rowset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char prefix[] = "ows_";

enum { PREFIX = sizeof(prefix) - 1 };

static int by_name(const void *a, const void *b)
{
	const struct xml_attr *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The attributes that are values, by name as struct values keeps them. */
static int collect(struct rowset *s, const struct xml *x, size_t *ret_n)
{
	size_t count = xml_attr_count(x), n = 0;
	bool sorted = true;
	int r = vec_grow(&s->attrs, &s->cap, count, sizeof(*s->attrs));

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		struct xml_attr a = xml_attr_at(x, i);

		if (!str_starts(a.name, prefix))
			continue;
		sorted = sorted && (!n || by_name(&s->attrs[n - 1], &a) < 0);
		s->attrs[n++] = a;
	}
	if (!sorted)
		qsort(s->attrs, n, sizeof(*s->attrs), by_name);
	*ret_n = n;
	return 0;
}

static int pack(struct rowset *s, size_t n)
{
	buf_reset(&s->packed);
	for (size_t i = 0; i < n; i++) {
		const char *name = s->attrs[i].name + PREFIX;

		buf_add(&s->packed, name, strlen(name) + 1);
		xml_attr_add(&s->attrs[i], &s->packed);
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
	buf_release(&s->packed);
	*s = (struct rowset) ROWSET_INIT;
}
