#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "fmt_column.h"
#include "fmt_ical.h"
#include "series.h"

void instances_release(struct instances *i)
{
	free(i->i);
	*i = (struct instances) { 0 };
}

/* ---- which there are -------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct instance *x = a, *y = b;

	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	if (x->item->id != y->item->id) /* what is not on the server yet has no ID: last */
		return !y->item->id || (x->item->id && x->item->id < y->item->id) ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static bool read_instance(const struct list *l, const struct item *i, struct instance *ret)
{
	const char *type = column_get(l, &i->values, "EventType");
	int64_t t;

	if (!type || ical_wire_time(column_get(l, &i->values, "RecurrenceID"), &ret->of) < 0 ||
	    str_to_i64(type, &t) < 0 || (t != 3 && t != 4))
		return false;
	ret->item = i;
	ret->deleted = t == 3;
	return true;
}

int instances_of(const struct view_file *f, struct instances *ret)
{
	struct instance *i = calloc(f->series.n + 1, sizeof(*i));
	size_t n = 0, kept = 0;

	if (!i)
		return -ENOMEM;
	for (size_t k = 0; k < f->series.n; k++)
		n += read_instance(f->list, f->series.exceptions[k], &i[n]);
	qsort(i, n, sizeof(*i), compare);
	for (size_t k = 0; k < n; k++)
		if (!k || i[k].of != i[kept - 1].of)
			i[kept++] = i[k];
	*ret = (struct instances) { i, kept };
	return 0;
}

static int compare_to(const void *key, const void *member)
{
	const int64_t *of = key;
	const struct instance *i = member;

	return (*of > i->of) - (*of < i->of);
}

const struct instance *instances_find(const struct instances *i, int64_t of)
{
	return i->n ? bsearch(&of, i->i, i->n, sizeof(*i->i), compare_to) : NULL;
}

/* ---- what they are ------------------------------------------------------------------------ */

int instance_values(const struct item *master, const struct item *exception, struct values *ret)
{
	const struct values *own = &exception->values;
	int r = values_copy(ret, &master->values);

	for (size_t i = 0; i < own->n && r == 0; i++)
		if (*own->v[i].text)
			r = values_set(ret, own->v[i].name, own->v[i].text);
	return r;
}

void instance_time(const struct list *l, const struct series *master, const struct instance *i, struct series *ret)
{
	const struct values *v = &i->item->values;
	const char *all_day = column_get(l, v, "fAllDayEvent");
	struct series s = { .start = i->of, .length = master->length, .zone = master->zone };
	int64_t start = s.start, end;

	s.all_day = all_day ? !str_eq(all_day, "0") && !str_eq_nocase(all_day, "FALSE") : master->all_day;
	if (ical_wire_time(column_get(l, v, "EventDate"), &start) == 0)
		s.start = s.all_day ? series_day(start) * SERIES_DAY : start;
	if (ical_wire_time(column_get(l, v, "EndDate"), &end) == 0 && end >= s.start)
		s.length = s.all_day ? (series_day(end - s.start) + 1) * SERIES_DAY : end - s.start;
	else if (s.all_day && !master->all_day)
		s.length = SERIES_DAY;
	*ret = s;
}
