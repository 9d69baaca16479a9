/*
 * What a changed calendar file does to the items of its series.
 *
 * The recurrence is one thing: dates, rule, zone and UID are sent together or not
 * at all, because WSS 3 and later delete all exceptions when one of them is
 * updated (MS-OUTSPS_R444). When it did change, that is what is asked for, and the exceptions
 * that the file still has are made anew. When it did not, each instance is
 * compared by itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "fmt_changes.h"
#include "fmt_frame.h"
#include "fmt_vevent.h"
#include "fmt_vevent_inst.h"

static const char *const inner[] = { "VEVENT", "VTIMEZONE", NULL };

/* ---- the parts of the file --------------------------------------------------------------- */

static int refuse_comp(const struct vevent_reading *re, size_t comp, const char *why)
{
	return err_set(re->err, -EINVAL, "line %zu: %s", re->l.l[re->l.c[comp].first].number, why);
}

static int check_uid(struct vevent_reading *re, size_t comp, const struct line **uid)
{
	const struct line *line = lines_find(&re->l, comp, "UID", NULL);

	if (*uid && line && strcmp((*uid)->value, line->value) != 0)
		return refuse_comp(re, comp, "this event has another UID; a file holds one series");
	*uid = line ? line : *uid;
	return 0;
}

/* The component without RECURRENCE-ID. */
static int find_master(struct vevent_reading *re)
{
	const struct line *uid = NULL;
	int r = 0;

	re->master = re->l.n_c;
	for (size_t c = lines_child(&re->l, re->calendar, "VEVENT", re->calendar); c < re->l.n_c && r == 0;
	     c = lines_child(&re->l, re->calendar, "VEVENT", c)) {
		frame_ignore(&re->l, c);
		r = check_uid(re, c, &uid);
		if (r < 0 || lines_find(&re->l, c, "RECURRENCE-ID", NULL))
			continue;
		if (re->master < re->l.n_c)
			return refuse_comp(re, c, "this is the second event without RECURRENCE-ID; a file holds one series");
		re->master = c;
	}
	if (r == 0 && re->master == re->l.n_c)
		return err_set(re->err, -EINVAL, "there is no event without RECURRENCE-ID");
	return r;
}

/* ---- the master ------------------------------------------------------------------------------ */

/* A new item has what the server asks for (MS-OUTSPS_R275, R288) and a title. */
static int complete_new(const struct vevent_reading *re, const struct fmt_edit *e)
{
	int r = edit_title(e, re->f->new_title);

	if (r == 0 && !re->now.recurring)
		r = edit_wire(e, "EventType", "0");
	return r < 0 || re->now.recurring ? r : edit_wire(e, "fRecurrence", "0");
}

static int set_times(const struct vevent_reading *re, const struct fmt_edit *e)
{
	const struct item *master = re->f->series.master;
	int r;

	if (master && series_same(&re->was, &re->now))
		return 0;
	if (master && re->was.unreadable)
		return err_set(re->err, -EINVAL,
			       "this series has a rule that is not understood here; change its time in the browser");
	if (re->now.recurring)
		return vevent_set_series(e, &re->now, master && re->was.recurring);
	r = vevent_set_single(e, &re->now);
	if (r == 0 && master && re->was.recurring) {
		r = edit_wire(e, "EventType", "0");
		r = r < 0 ? r : edit_wire(e, "fRecurrence", "0");
	}
	return r;
}

static int read_master(struct vevent_reading *re)
{
	const struct item *master = re->f->series.master;
	static const struct values none = VALUES_INIT;
	const struct fmt_edit e = {
		.list = re->f->list,
		.known = re->f->known,
		.base = master ? &master->values : &none,
		.out = &re->fields,
		.err = re->err,
	};
	int r = vevent_read_time(&re->zones, re->master, true, master ? &re->was : NULL, &re->now, re->err);

	if (r == 0)
		r = vevent_read(&e, &re->l, re->master, &re->out.complete);
	if (r == 0)
		r = set_times(re, &e);
	if (r == 0 && !master)
		r = complete_new(re, &e);
	return r < 0 ? r : changes_take_uid(&re->l, re->master, !master, &re->out, &re->fields);
}

/* ---- all ---------------------------------------------------------------------------------------- */

static int read_base(struct vevent_reading *re)
{
	if (!re->f->series.master)
		return 0;
	series_of(re->f->list, &re->f->series.master->values, re->f->zones, &re->was);
	return re->was.recurring ? instances_of(re->f, &re->instances) : 0;
}

/* What is kept of each event, the master's without a key. */
static int take_extras(struct vevent_reading *re)
{
	static const char *const none[] = { NULL };
	struct buf own = BUF_INIT(LINE_MAX_TEXT);
	int r;

	extras_add(&re->l, re->master, none, &own);
	if (own.len)
		buf_addf(&re->extras, "BEGIN:VEVENT\n%sEND:VEVENT\n", buf_str(&own));
	r = buf_error(&own);
	buf_release(&own);
	if (r == 0)
		r = instances_take_extras(re);
	frame_ignore(&re->l, re->calendar);
	if (r == 0)
		r = buf_error(&re->extras);
	return r < 0 ? r : changes_take_extras(&re->l, re->calendar, inner, &re->extras, &re->out);
}

static int read_file(struct vevent_reading *re, const char *text, size_t n)
{
	int r = lines_read(text, n, &re->l, re->err);

	if (r == 0)
		r = frame_find(&re->l, "VEVENT", &re->calendar, re->err);
	if (r < 0)
		return r;
	re->zones = (struct ical_zones) ICAL_ZONES_INIT(re->f->zones, &re->l, re->calendar);
	re->out.complete = true;
	r = find_master(re);
	if (r < 0)
		return r;
	re->zones.by_rule = lines_find(&re->l, re->master, "RRULE", NULL) != NULL;
	r = read_base(re);
	if (r == 0)
		r = read_master(re);
	if (r == 0)
		r = instances_read(re);
	if (r == 0)
		r = instances_diff(re);
	return r < 0 ? r : take_extras(re);
}

int vevent_parse(const struct view_file *f, const char *text, size_t n, struct view_changes *ret, struct err *err)
{
	struct vevent_reading re = {
		.f = f,
		.err = err,
		.l = LINES_INIT,
		.fields = VALUES_INIT,
		.master_now = VALUES_INIT,
		.extras = BUF_INIT(LINE_MAX_TEXT),
		.out = VIEW_CHANGES_INIT,
	};
	int r = read_file(&re, text, n);

	if (r == 0) {
		view_changes_release(ret);
		*ret = re.out;
		re.out = (struct view_changes) VIEW_CHANGES_INIT;
	}
	vevent_reading_release(&re);
	return r;
}
