/* A series of appointments as one VCALENDAR: the master, then its exceptions; deleted instances are EXDATEs. */
#include "fmt_vevent.h"

#include <errno.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_changes.h"
#include "fmt_extras.h"
#include "fmt_frame.h"

#define NO_LIMIT ((size_t) 1 << 30)

struct rendering {
	const struct view_file *f;
	struct series series;
	struct instances instances; /* owned */
	struct lines extras;        /* owned */
	struct buf zone;            /* owned; TZID of a series that has times */
	const char *tzid;           /* the same, or NULL: times are in UTC */
};

static void release(struct rendering *r)
{
	instances_release(&r->instances);
	lines_release(&r->extras);
	buf_release(&r->zone);
}

static void write_extras(const struct rendering *re, const char *key, struct buf *out)
{
	static const char *const none[] = { NULL };

	extras_add(&re->extras, extras_find(&re->extras, "VEVENT", key), none, out);
}

static int write_master(const struct rendering *re, struct buf *out)
{
	const struct item *i = re->f->series.master;
	struct buf rule = BUF_INIT(4096);
	int r;

	buf_adds(out, "BEGIN:VEVENT\n");
	changes_write_uid(re->f, out);
	frame_write_stamps(i, out);
	vevent_write_time(&re->series, series_first(&re->series), re->tzid, out);
	if (re->series.recurring) {
		series_write_rule(&re->series, &rule);
		line_write("RRULE", buf_str(&rule), out);
	}
	buf_release(&rule);
	for (size_t k = 0; k < re->instances.n; k++)
		if (re->instances.i[k].deleted)
			vevent_write_moment("EXDATE", &re->series, re->instances.i[k].of, re->tzid, out);
	r = vevent_write(re->f->list, i, &i->values, out);
	write_extras(re, NULL, out);
	buf_adds(out, "END:VEVENT\n");
	return r;
}

static int write_exception(const struct rendering *re, const struct instance *i, struct buf *out)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	char key[ICAL_TIME_SIZE];
	struct series s;
	int r = instance_values(re->f->series.master, i->item, &v);

	if (r < 0)
		return r;
	instance_time(re->f->list, &re->series, i, &s);
	buf_adds(out, "BEGIN:VEVENT\n");
	changes_write_uid(re->f, out);
	vevent_write_moment("RECURRENCE-ID", &re->series, i->of, re->tzid, out);
	frame_write_stamps(i->item, out);
	vevent_write_time(&s, s.start, re->tzid, out);
	r = vevent_write(re->f->list, i->item, &v, out);
	ical_format(i->of, false, key);
	write_extras(re, key, out);
	buf_adds(out, "END:VEVENT\n");
	return r;
}

static int write_all(struct rendering *re, struct buf *out)
{
	int r;

	frame_begin(&re->extras, out);
	if (re->series.recurring && !re->series.all_day) {
		zones_name(re->f->zones, &re->series.zone, &re->zone);
		re->tzid = buf_str(&re->zone);
		zone_write_ical(re->tzid, &re->series.zone, out);
	}
	r = write_master(re, out);
	for (size_t k = 0; k < re->instances.n && r == 0; k++)
		if (!re->instances.i[k].deleted)
			r = write_exception(re, &re->instances.i[k], out);
	frame_end(out);
	return r < 0 ? r : buf_error(out);
}

int vevent_render(const struct view_file *f, struct buf *out)
{
	struct rendering re = { .f = f, .zone = BUF_INIT(NO_LIMIT), .extras = LINES_INIT };
	int r = extras_read(f->extras, &re.extras);

	series_of(f->list, &f->series.master->values, f->zones, &re.series);
	if (r == 0 && re.series.recurring)
		r = instances_of(f, &re.instances);
	if (r == 0)
		r = write_all(&re, out);
	release(&re);
	return r;
}
