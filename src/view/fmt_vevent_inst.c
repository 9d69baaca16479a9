#include "fmt_vevent_inst.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "fmt_changes.h"

void vevent_reading_release(struct vevent_reading *re)
{
	lines_release(&re->l);
	ical_zones_release(&re->zones);
	instances_release(&re->instances);
	free(re->inst);
	values_release(&re->fields);
	values_release(&re->master_now);
	buf_release(&re->extras);
	view_changes_release(&re->out);
}

/* ---- reading ------------------------------------------------------------------------------ */

static int refuse(const struct vevent_reading *re, const struct line *line, const char *why)
{
	return err_set(re->err, -EINVAL, "line %zu: %s: %s", line->number, line->name, why);
}

static int add_inst(struct vevent_reading *re, const struct line *line, const char *value, size_t comp)
{
	struct ical_time t;
	int r = ical_time_read(&re->zones, line, value, &t, re->err);

	if (r == 0)
		r = vec_grow(&re->inst, &re->cap_inst, re->n_inst + 1, sizeof(*re->inst));
	if (r < 0)
		return r;
	if (!re->now.recurring)
		return refuse(re, line, "this event does not repeat");
	if (t.is_date != re->now.all_day)
		return refuse(re, line, "this is a date where DTSTART is a time, or the other way round");
	re->inst[re->n_inst++] = (struct vevent_inst) { t.utc, comp, line };
	return 0;
}

static int read_exdates(struct vevent_reading *re)
{
	const struct line *line = NULL;
	int r = 0;

	while (r == 0 && (line = lines_find(&re->l, re->master, "EXDATE", line)))
		for (const char *s = line->value; *s && r == 0; s += strcspn(s, ","), s += *s == ',')
			r = add_inst(re, line, s, re->l.n_c);
	return r;
}

static int read_exceptions(struct vevent_reading *re)
{
	int r = 0;

	for (size_t c = lines_child(&re->l, re->calendar, "VEVENT", re->calendar); c < re->l.n_c && r == 0;
	     c = lines_child(&re->l, re->calendar, "VEVENT", c)) {
		const struct line *id = lines_only(&re->l, c, "RECURRENCE-ID");

		if (c == re->master)
			continue;
		if (*line_param(id, "RANGE"))
			return refuse(re, id, "SharePoint has exceptions for single instances only, not with RANGE");
		r = add_inst(re, id, id->value, c);
	}
	return r;
}

/* An instance that is both there and excluded is there: nothing is lost. */
static int compare(const void *a, const void *b)
{
	const struct vevent_inst *x = a, *y = b;

	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	return (x->comp > y->comp) - (x->comp < y->comp);
}

/* Sorts them, one for each instance. */
static int sort(struct vevent_reading *re)
{
	size_t n = 0;

	if (re->n_inst)
		qsort(re->inst, re->n_inst, sizeof(*re->inst), compare);
	for (size_t i = 0; i < re->n_inst; i++) {
		const struct vevent_inst *last = n ? &re->inst[n - 1] : NULL;

		if (!last || last->of != re->inst[i].of)
			re->inst[n++] = re->inst[i];
		else if (re->inst[i].comp < re->l.n_c)
			return refuse(re, re->inst[i].line, "there are two events for this instance");
	}
	re->n_inst = n;
	return 0;
}

int instances_read(struct vevent_reading *re)
{
	bool same = re->f->series.master && series_same(&re->was, &re->now);
	int r = read_exdates(re);
	int64_t last;

	if (r == 0)
		r = read_exceptions(re);
	if (r == 0)
		r = sort(re);
	last = r == 0 && re->now.recurring ? series_last(&re->now) : 0;
	for (size_t i = 0; i < re->n_inst && r == 0; i++) {
		if (same && instances_find(&re->instances, re->inst[i].of))
			continue; /* the server has it, whatever the rule says */
		if (!series_has(&re->now, last, re->inst[i].of))
			r = refuse(re, re->inst[i].line, "the series has no instance at this time");
	}
	return r;
}

/* ---- items of instances -------------------------------------------------------------------- */

/* Which series it is of: the master's words, but not what it asks the server to do (MS-OUTSPS_R305). */
static int set_series(const struct vevent_reading *re, const struct fmt_edit *e)
{
	static const char *const shared[] = { "UID", "XMLTZone", "TimeZone", "RecurrenceData" };
	int r = 0;

	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared) && r == 0; i++) {
		const char *value = column_get(e->list, &re->master_now, shared[i]);
		const char *end = value ? strstr(value, "<deleteExceptions>") : NULL;
		CLEANUP(str_free_p) char *own = end ? strndup(value, (size_t) (end - value)) : NULL;

		if (value)
			r = end && !own ? -ENOMEM : vevent_set(e, shared[i], own ? own : value);
	}
	return r;
}

/* Which instance it is. type: EventType. */
static int set_links(const struct vevent_reading *re, const struct fmt_edit *e, int64_t of, const char *type)
{
	int64_t master = re->f->series.master ? re->f->series.master->id : 0;
	char iso[CLOCK_ISO_SIZE], id[24];
	int r = set_series(re, e);

	clock_format_iso(of, iso);
	snprintf(id, sizeof(id), "%" PRId64, master);
	if (r == 0)
		r = vevent_set(e, "RecurrenceID", iso);
	if (r == 0 && master)
		r = vevent_set(e, "MasterSeriesItemID", id);
	if (r == 0)
		r = vevent_set(e, "EventType", type);
	return r < 0 ? r : vevent_set(e, "fRecurrence", "1");
}

/* What clears a field has no place in a new item. */
static int drop_empty(struct values *v)
{
	for (size_t i = v->n; i > 0; i--)
		if (!*v->v[i - 1].text && values_set(v, v->v[i - 1].name, NULL) < 0)
			return -ENOMEM;
	return 0;
}

static int add_new(struct vevent_reading *re, struct values *fields)
{
	int r = drop_empty(fields);

	if (r == 0)
		r = changes_add(&re->out, CHANGE_NEW, NULL, fields);
	if (r == 0)
		re->out.op[re->out.n - 1].instance = true;
	return r;
}

/* A deleted instance has what is needed to know it, and nothing else (MS-OUTSPS_R49). */
static int create_deleted(struct vevent_reading *re, const struct vevent_inst *i)
{
	CLEANUP(values_release_p) struct values fields = VALUES_INIT, none = VALUES_INIT;
	const struct fmt_edit e = { .list = re->f->list, .base = &none, .out = &fields, .err = re->err };
	const struct series s = { .all_day = re->now.all_day, .start = i->of, .length = re->now.length };
	const char *title = column_get(re->f->list, &re->master_now, "Title");
	CLEANUP(str_free_p) char *text = str_printf("Deleted: %s", title ? title : "");
	int r = text ? vevent_set(&e, "Title", text) : -ENOMEM;

	if (r == 0)
		r = vevent_set_single(&e, &s);
	if (r == 0)
		r = set_links(re, &e, i->of, "3");
	return r < 0 ? r : add_new(re, &fields);
}

static int create_exception(struct vevent_reading *re, const struct vevent_inst *i)
{
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	const struct fmt_edit e = { .list = re->f->list, .known = re->f->known, .base = &re->master_now, .out = &fields,
				    .whole = true, .err = re->err };
	struct series s;
	int r = vevent_read_time(&re->zones, i->comp, false, NULL, &s, re->err);

	if (r == 0)
		r = vevent_read(&e, &re->l, i->comp, &re->out.complete);
	if (r == 0)
		r = vevent_set_single(&e, &s);
	if (r == 0)
		r = set_links(re, &e, i->of, "4");
	return r < 0 ? r : add_new(re, &fields);
}

static int create(struct vevent_reading *re, const struct vevent_inst *i)
{
	return i->comp == re->l.n_c ? create_deleted(re, i) : create_exception(re, i);
}

static int delete(struct vevent_reading *re, const struct instance *i)
{
	struct values none = VALUES_INIT;

	return changes_add(&re->out, CHANGE_DELETE, i->item, &none);
}

/* What is missing in its own row is compared with what it has from the master. */
static int update(struct vevent_reading *re, const struct vevent_inst *i, const struct instance *was)
{
	CLEANUP(values_release_p) struct values fields = VALUES_INIT, base = VALUES_INIT;
	const struct fmt_edit e = { .list = re->f->list, .known = re->f->known, .base = &base, .out = &fields,
				    .err = re->err };
	const char *zone = column_get(re->f->list, &re->master_now, "TimeZone");
	struct series before, s;
	int r = instance_values(re->f->series.master, was->item, &base);

	if (r == 0)
		r = vevent_read_time(&re->zones, i->comp, false, NULL, &s, re->err);
	if (r < 0)
		return r;
	instance_time(re->f->list, &re->was, was, &before);
	r = vevent_read(&e, &re->l, i->comp, &re->out.complete);
	if (r == 0 && !series_same(&before, &s))
		r = vevent_set_single(&e, &s);
	if (r == 0 && fields.n && zone)
		r = edit_wire(&e, "TimeZone", zone);
	return r < 0 || !fields.n ? r : changes_add(&re->out, CHANGE_UPDATE, was->item, &fields);
}

/* ---- comparing --------------------------------------------------------------------------------- */

/* One instance that the file names; was: as it is, NULL for one that is as the rule says. */
static int diff_one(struct vevent_reading *re, const struct vevent_inst *i, const struct instance *was)
{
	bool deleted = i->comp == re->l.n_c;
	int r = 0;

	if (was && was->deleted && deleted)
		return 0;
	if (was && !was->deleted && !deleted)
		return update(re, i, was);
	if (was) /* MS-OUTSPS_R44: what is deleted is another item */
		r = delete(re, was);
	return r < 0 ? r : create(re, i);
}

/* Both are sorted. What the file does not name any more is as the rule says again (MS-OUTSPS_R853). */
static int diff_all(struct vevent_reading *re)
{
	const struct instances *was = &re->instances;
	size_t i = 0, k = 0;
	int r = 0;

	while (r == 0 && (i < re->n_inst || k < was->n)) {
		if (i == re->n_inst || (k < was->n && was->i[k].of < re->inst[i].of)) {
			r = delete(re, &was->i[k++]);
		} else {
			bool both = k < was->n && was->i[k].of == re->inst[i].of;

			r = diff_one(re, &re->inst[i++], both ? &was->i[k] : NULL);
			k += both;
		}
	}
	return r;
}

static int create_all(struct vevent_reading *re)
{
	int r = 0;

	for (size_t i = 0; i < re->n_inst && r == 0; i++)
		r = create(re, &re->inst[i]);
	return r;
}

static int delete_all(struct vevent_reading *re)
{
	int r = 0;

	for (size_t i = 0; i < re->instances.n && r == 0; i++)
		r = delete(re, &re->instances.i[i]);
	return r;
}

int instances_diff(struct vevent_reading *re)
{
	const struct item *master = re->f->series.master;
	bool same = master && series_same(&re->was, &re->now), ends = master && re->was.recurring && !re->now.recurring;
	int r = master ? values_copy(&re->master_now, &master->values) : 0;

	if (r == 0)
		r = values_overlay(&re->master_now, &re->fields);
	if (r == 0 && ends) /* before the server drops them by itself */
		r = delete_all(re);
	if (r == 0)
		r = changes_add_master(&re->out, master, &re->fields);
	re->out.drops_instances = master && re->was.recurring && re->now.recurring && !same;
	if (r < 0)
		return r;
	return same ? diff_all(re) : create_all(re);
}

/* ---- what is over --------------------------------------------------------------------------------- */

int instances_take_extras(struct vevent_reading *re)
{
	static const char *const none[] = { NULL };
	struct buf own = BUF_INIT(LINE_MAX_TEXT);
	int r = 0;

	for (size_t i = 0; i < re->n_inst && r == 0; i++) {
		char key[ICAL_TIME_SIZE];

		if (re->inst[i].comp == re->l.n_c)
			continue;
		buf_reset(&own);
		extras_add(&re->l, re->inst[i].comp, none, &own);
		ical_format(re->inst[i].of, false, key);
		if (own.len)
			buf_addf(&re->extras, "BEGIN:VEVENT\nRECURRENCE-ID:%s\n%sEND:VEVENT\n", key, buf_str(&own));
		r = buf_error(&own);
	}
	buf_release(&own);
	return r;
}
