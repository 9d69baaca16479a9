/* The columns that say when an appointment is. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/guid.h"
#include "fmt_vevent.h"

int vevent_set(const struct fmt_edit *e, const char *name, const char *wire)
{
	struct fmt_column c;

	column_find(e->list, name, COLUMN_TEXT, &c);
	return values_set(e->out, c.key, wire);
}

static int edit_number(const struct fmt_edit *e, const char *name, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	return edit_wire(e, name, text);
}

static int edit_length(const struct fmt_edit *e, const struct series *s)
{
	int r = edit_number(e, "Duration", series_end(s, 0));

	return r < 0 ? r : edit_wire(e, "fAllDayEvent", s->all_day ? "1" : "0");
}

int vevent_set_single(const struct fmt_edit *e, const struct series *s)
{
	char iso[CLOCK_ISO_SIZE];
	int r;

	clock_format_iso(s->start, iso);
	r = edit_wire(e, "EventDate", iso);
	clock_format_iso(series_end(s, s->start), iso);
	if (r == 0)
		r = edit_wire(e, "EndDate", iso);
	return r < 0 ? r : edit_length(e, s);
}

static int set_moment(const struct fmt_edit *e, const char *name, int64_t utc)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(utc, iso);
	return vevent_set(e, name, iso);
}

/* MS-OUTSPS_R312: a new one with each change of the recurrence. */
static int set_uid(const struct fmt_edit *e)
{
	char guid[GUID_SIZE];
	int r = guid_new(guid);

	return r < 0 ? r : vevent_set(e, "UID", guid);
}

static int set_texts(const struct fmt_edit *e, const struct series *s, bool again)
{
	struct buf data = BUF_INIT(4096), zone = BUF_INIT(4096);
	int r;

	series_write_data(s, again, &data);
	zone_write(&s->zone, &zone);
	r = vevent_set(e, "RecurrenceData", buf_str(&data));
	if (r == 0)
		r = vevent_set(e, "XMLTZone", buf_str(&zone));
	buf_release(&data);
	buf_release(&zone);
	return r;
}

int vevent_set_series(const struct fmt_edit *e, const struct series *s, bool again)
{
	int r = set_moment(e, "EventDate", s->start);

	if (r == 0)
		r = set_moment(e, "EndDate", series_end(s, series_last(s)));
	if (r == 0)
		r = edit_length(e, s);
	if (r == 0)
		r = set_uid(e);
	if (r == 0)
		r = set_texts(e, s, again);
	if (r == 0)
		r = edit_wire(e, "EventType", "1");
	return r < 0 ? r : edit_wire(e, "fRecurrence", "1");
}
