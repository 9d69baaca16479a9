#include "show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "db.h"
#include "face.h"
#include "ftype.h"
#include "item.h"
#include "model.h"
#include "tz.h"
#include "xml.h"

void show_time(const struct outlook *o, int64_t utc, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(o->utc ? utc : tz_local(utc), iso);
	if (!o->utc) {
		iso[10] = ' ';
		iso[19] = '\0';
	}
	buf_adds(out, iso);
}

/* 15 significant digits, zeros kept: "20.0000000000000"; zero is "0". */
void show_float(double v, struct buf *out)
{
	char text[40];
	size_t n;

	if (v == 0) {
		buf_addc(out, '0');
		return;
	}
	n = (size_t) snprintf(text, sizeof(text), "%#.15g", v);
	buf_add(out, text, n && text[n - 1] == '.' ? n - 1 : n);
}

/* A ',' in a part of an expanded user is doubled ([MS-LISTSWS] 2.2.4.4), a ';' always. */
static void add_part(const char *s, bool commas, struct buf *out)
{
	for (; *s; s++) {
		if (*s == ';' || (commas && *s == ','))
			buf_addc(out, *s);
		buf_addc(out, *s);
	}
}

void show_person(const struct outlook *o, int64_t id, struct buf *out)
{
	const struct person *p = model_person(o->model, id);
	const char *parts[4];

	buf_addf(out, "%lld;#", (long long) id);
	if (!p)
		return;
	add_part(p->name, o->expand_user, out);
	if (!o->expand_user)
		return;
	parts[0] = p->login;
	parts[1] = p->email;
	parts[2] = "";
	parts[3] = p->name;
	for (size_t i = 0; i < 4; i++) {
		buf_adds(out, ",#");
		add_part(parts[i], true, out);
	}
}

void show_target(const struct outlook *o, const char *guid, const char *show, int64_t id, struct buf *out)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	const struct list *l = site_list_by_guid(o->site, guid);
	const char *text;

	if (!l || item_get(o->model->db, l, id, &i) < 0 || (o->published && face_publish(o->model->db, l, &i) < 0))
		return;
	text = pairs_get(&i.vals, show && *show ? show : "Title");
	add_part(text ? text : "", false, out);
}

void show_note(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
	       struct buf *out)
{
	/* patterns that clients before v3 cannot read: "the n-th weekday" and the like */
	static const char *const newer[] = { " weekday=\"TRUE\"", " day=\"TRUE\"", " weekend_day=\"TRUE\"" };

	(void) i;
	if (strcmp(f->name, "RecurrenceData") == 0 && !o->v3_patterns)
		for (size_t n = 0; n < sizeof(newer) / sizeof(*newer); n++)
			if (strstr(stored, newer[n])) {
				buf_adds(out, "<V3RecurrencePattern/>");
				return;
			}
	buf_adds(out, stored);
}

void show_number(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		 struct buf *out)
{
	(void) o, (void) f, (void) i;
	show_float(strtod(stored, NULL), out);
}

void show_date(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
	       struct buf *out)
{
	const char *all_day = f->floating && i ? pairs_get(&i->vals, "fAllDayEvent") : NULL;
	int64_t t;

	if (clock_parse_iso(stored, &t) < 0)
		return;
	/* the wall clock is kept as if it were UTC; to show it as local time, go there and back */
	if (str_eq(all_day, "1") && !o->utc)
		t = tz_utc(t);
	show_time(o, t, out);
}

void show_lookup(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		 struct buf *out)
{
	const char *show = xml_attr(f->def, "ShowField");
	const char *s = stored;

	(void) i;
	while (*s) {
		char *end;
		long long id = strtoll(s, &end, 10);

		buf_addf(out, "%s%lld;#", s > stored ? ";#" : "", id);
		show_target(o, f->target, show, id, out);
		s = *end == ';' ? end + 1 : "";
	}
}

void show_user(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
	       struct buf *out)
{
	const char *s = stored;

	(void) f, (void) i;
	while (*s) {
		char *end;
		long long id = strtoll(s, &end, 10);

		if (s > stored)
			buf_adds(out, ";#");
		show_person(o, id, out);
		s = *end == ';' ? end + 1 : "";
	}
}

/* "type;#value": a number or a date is shown as its own type would show it. */
void show_calculated(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		     struct buf *out)
{
	const char *type = xml_attr(f->def, "ResultType");

	if (str_eq(type, "Number") || str_eq(type, "Currency")) {
		buf_adds(out, "float;#");
		show_number(o, f, i, stored, out);
	} else if (str_eq(type, "DateTime")) {
		buf_adds(out, "datetime;#");
		show_date(o, f, i, stored, out);
	} else if (str_eq(type, "Boolean")) {
		buf_addf(out, "boolean;#%s", stored);
	} else {
		buf_addf(out, "string;#%s", stored);
	}
}
