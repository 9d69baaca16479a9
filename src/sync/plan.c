#include "plan.h"

#include <string.h>

#include "base/fault.h"
#include "base/str.h"

/* File names come as "5;#Name" and are sent as "Name". */
static const char *after_id(const char *s)
{
	const char *mark = s ? strstr(s, ";#") : NULL;

	return mark && strspn(s, "0123456789") == (size_t) (mark - s) ? mark + 2 : s;
}

bool plan_same(const struct schema *schema, const char *name, const char *a, const char *b)
{
	const struct field *f = schema_find(schema, name);

	if (f && f->type == FIELD_FILE)
		return field_same(f, after_id(a), after_id(b));
	if (f && !PLANTED("bytes_differ"))
		return field_same(f, a, b);
	/* A property-bag entry: nothing is known of its type. */
	return strcmp(a ? a : "", b ? b : "") == 0;
}

int plan_merge(const struct schema *schema, const struct values *base, const struct values *mine,
	       const struct values *theirs, struct values *ret_send, struct values *ret_conflict)
{
	int r = 0;

	values_release(ret_send);
	values_release(ret_conflict);
	for (size_t i = 0; r == 0 && i < mine->n; i++) {
		const char *name = mine->v[i].name, *text = mine->v[i].text;
		const char *now = values_get(theirs, name), *then = values_get(base, name);

		/* In this order: what both sides changed in the same way is no conflict and
		 * nothing to send; asked the other way round, it would be sent again. */
		if (plan_same(schema, name, now, text) ||
		    (plan_same(schema, name, then, text) && !PLANTED("unchanged_sent")))
			continue;
		if (plan_same(schema, name, now, then) || PLANTED("mine_wins"))
			r = values_set(ret_send, name, text);
		else
			r = values_set(ret_conflict, name, text);
	}
	return r;
}

bool plan_edited(const struct schema *schema, const struct values *before, const struct values *after)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *f = &schema->f[i];

		if (field_editable(f) && !field_same(f, values_get(before, f->name), values_get(after, f->name)))
			return true;
	}
	return false;
}

bool plan_not_arrived(const struct schema *schema, const struct values *base, const struct values *sent,
		      const struct values *theirs)
{
	for (size_t i = 0; i < sent->n; i++) {
		const char *name = sent->v[i].name, *then = values_get(base, name);
		const struct field *f = schema_find(schema, name);

		if (!(f && f->flags & FIELD_APPENDONLY) && !plan_same(schema, name, then, sent->v[i].text) &&
		    plan_same(schema, name, values_get(theirs, name), then))
			return true;
	}
	return false;
}
