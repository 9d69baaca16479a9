#include "fmt_frame.h"

#include <errno.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_extras.h"
#include "fmt_ical.h"

void frame_begin(const struct lines *extras, struct buf *out)
{
	static const char *const inner[] = { "VEVENT", "VTODO", NULL };

	buf_adds(out, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//spfs//EN\n");
	extras_add(extras, extras_find(extras, "VCALENDAR", NULL), inner, out);
}

void frame_end(struct buf *out)
{
	buf_adds(out, "END:VCALENDAR\n");
}

void frame_write_stamps(const struct item *i, struct buf *out)
{
	ical_write_utc("DTSTAMP", i->modified, out);
	if (i->created)
		ical_write_utc("CREATED", i->created, out);
	if (i->modified)
		ical_write_utc("LAST-MODIFIED", i->modified, out);
}

int frame_find(const struct lines *l, const char *name, size_t *ret, struct err *err)
{
	static const char *const items[] = { "VEVENT", "VTODO", "VJOURNAL" };

	if (!l->n_c || !str_eq(l->c[0].name, "VCALENDAR"))
		return err_set(err, -EINVAL, "expected BEGIN:VCALENDAR in line 1");
	if (l->c[0].end < l->n)
		return err_set(err, -EINVAL, "line %zu: a file holds one VCALENDAR", l->l[l->c[0].end].number);
	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		size_t c = lines_child(l, 0, items[i], 0);

		if (str_eq(items[i], name) != (c < l->n_c))
			return err_set(err, -EINVAL, c < l->n_c ? "line %zu: this list takes %s, not this" :
								 "line %zu: there is no %s",
				       c < l->n_c ? l->l[l->c[c].first].number : l->l[0].number, name);
	}
	*ret = 0;
	return 0;
}

void frame_ignore(const struct lines *l, size_t comp)
{
	static const char *const names[] = { "VERSION",       "PRODID",   "UID",     "DTSTAMP", "CREATED",
					     "LAST-MODIFIED", "SEQUENCE", "X-SP-ID", NULL };

	extras_ignore(l, comp, names);
}
