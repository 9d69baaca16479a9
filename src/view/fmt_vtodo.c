/* Tasks as VTODOs ([MS-OUTSPS] 3.2.4.2.8). */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "fmt_categories.h"
#include "fmt_changes.h"
#include "fmt_extras.h"
#include "fmt_field.h"
#include "fmt_forms.h"
#include "fmt_frame.h"
#include "fmt_ical.h"
#include "fmt_vtodo.h"

#define NO_LIMIT ((size_t) 1 << 30)

static const char *const mapped[] = { "Title",	  "Body",	  "EmailBody",	  "StartDate",	"DueDate",  "Status",
				      "Priority", "PercentComplete", "DateComplete", "Categories", "ParentID", NULL };
static const char *const twice[] = { "Status", NULL };
static const char *const bag[] = { "TotalWork", "ActualWork", "Role", "Mileage", "BillingInformation", "TaskCompanies",
				   "ContactLinkName", NULL };

static const struct fmt_fields fields = { mapped, twice, bag };

static const char *const no_comps[] = { NULL };

/* A workflow's task has its text elsewhere. */
static const char *body_of(const struct list *l, const struct values *v)
{
	const char *type = values_get(v, "ContentTypeId");

	return type && str_starts(type, "0x010801") && column_get(l, v, "EmailBody") ? "EmailBody" : "Body";
}

/* ---- writing --------------------------------------------------------------------------- */

static int write_text(const struct list *l, const struct values *v, const char *property, const char *column,
		      struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = column_show(l, v, column, COLUMN_NOTE, &text);

	if (r == 0 && text.len)
		line_text(property, buf_str(&text), out);
	buf_release(&text);
	return r;
}

/* A DateOnly column is a date, any other an instant. */
static int write_date(const struct list *l, const struct values *v, const char *property, const char *column,
		      struct buf *out)
{
	const struct field *f = schema_known(&l->schema, column);
	struct buf text = BUF_INIT(NO_LIMIT);
	int64_t instant, day;
	int r = column_show(l, v, column, COLUMN_DATE, &text);
	bool is_time = r == 0 && ical_wire_time(column_get(l, v, column), &instant) == 0;

	if (is_time && f && !(f->flags & FIELD_DATEONLY))
		ical_write_utc(property, instant, out);
	else if (is_time && ical_wire_time(buf_str(&text), &day) == 0)
		ical_write_date(property, day, out);
	buf_release(&text);
	return r;
}

static int write_related(const struct view_file *f, struct buf *out)
{
	struct buf uid = BUF_INIT(NO_LIMIT);
	int r;

	if (f->parent)
		view_format_uid(f->list, f->parent, f->host, &uid);
	r = buf_error(&uid);
	if (uid.len)
		line_text("RELATED-TO", buf_str(&uid), out);
	buf_release(&uid);
	return r;
}

static int write_task(const struct view_file *f, struct buf *out)
{
	const struct item *i = f->series.master;
	const struct values *v = &i->values;
	int r;

	changes_write_uid(f, out);
	frame_write_stamps(i, out);
	r = write_date(f->list, v, "DTSTART", "StartDate", out);
	if (r == 0)
		r = write_date(f->list, v, "DUE", "DueDate", out);
	if (r == 0)
		r = write_text(f->list, v, "SUMMARY", "Title", out);
	if (r == 0)
		r = write_text(f->list, v, "DESCRIPTION", body_of(f->list, v), out);
	if (r == 0)
		r = categories_write(f->list, v, NULL, out);
	if (r < 0)
		return r;
	vtodo_write_state(f->list, v, out);
	r = write_related(f, out);
	changes_write_id(i, out);
	return r < 0 ? r : fields_write(&fields, f->list, v, out);
}

int vtodo_render(const struct view_file *f, struct buf *out)
{
	CLEANUP(lines_release_p) struct lines extras = LINES_INIT;
	int r = extras_read(f->extras, &extras);

	if (r < 0)
		return r;
	frame_begin(&extras, out);
	buf_adds(out, "BEGIN:VTODO\n");
	r = write_task(f, out);
	extras_add(&extras, extras_find(&extras, "VTODO", NULL), no_comps, out);
	buf_adds(out, "END:VTODO\n");
	frame_end(out);
	return r < 0 ? r : buf_error(out);
}

/* ---- reading ---------------------------------------------------------------------------- */

int vtodo_edit_time(const struct vtodo_reading *re, const char *column, enum column_kind kind,
		    const struct ical_time *t, size_t line)
{
	const struct field *f = schema_known(&re->edit.list->schema, column);
	bool date_only = f ? f->flags & FIELD_DATEONLY : kind == COLUMN_DATE;
	int64_t seconds = date_only && !t->is_date ? ical_own_local(t->utc) : t->utc;
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(seconds, iso);
	if (date_only || t->is_date)
		iso[strcspn(iso, "T")] = '\0';
	return edit_text(&re->edit, column, kind, iso, line);
}

static int read_text(const struct vtodo_reading *re, const char *property, const char *column)
{
	const struct line *line = lines_only(&re->l, re->comp, property);
	struct buf text = BUF_INIT(NO_LIMIT);
	int r;

	if (line)
		line_unescape(line->value, &text);
	r = buf_error(&text);
	if (r == 0)
		r = edit_text(&re->edit, column, COLUMN_NOTE, buf_str(&text), line ? line->number : 0);
	buf_release(&text);
	return r;
}

/* DUE, or DURATION behind DTSTART. *ret: whether there is one. */
static int find_due(struct vtodo_reading *re, const struct line *begin, const struct ical_time *start,
		    struct ical_time *ret, const struct line **ret_line)
{
	const struct line *due = lines_only(&re->l, re->comp, "DUE");
	const struct line *duration = due || !begin ? NULL : lines_only(&re->l, re->comp, "DURATION");
	int64_t seconds;
	int r;

	*ret_line = due ? due : duration;
	if (due)
		return ical_time_read(&re->zones, due, due->value, ret, re->edit.err);
	if (!duration)
		return 0;
	r = ical_duration_read(duration, &seconds, re->edit.err);
	*ret = *start;
	ret->utc += r == 0 ? seconds : 0;
	return r;
}

/* What is no date was not in the file, and is not cleared when it is not there. */
static int clear_date(const struct vtodo_reading *re, const char *column)
{
	struct buf shown = BUF_INIT(NO_LIMIT);
	int r = write_date(re->edit.list, re->edit.base, "X", column, &shown);

	if (r == 0)
		r = shown.len ? edit_text(&re->edit, column, COLUMN_DATE, NULL, 0) : edit_keep(&re->edit, column);
	buf_release(&shown);
	return r;
}

static int read_dates(struct vtodo_reading *re)
{
	const struct line *begin = lines_only(&re->l, re->comp, "DTSTART"), *end = NULL;
	struct ical_time start = { 0 }, due = { 0 };
	int r = begin ? ical_time_read(&re->zones, begin, begin->value, &start, re->edit.err) : 0;

	if (r == 0)
		r = find_due(re, begin, &start, &due, &end);
	if (r == 0)
		r = begin ? vtodo_edit_time(re, "StartDate", COLUMN_DATE, &start, begin->number) : clear_date(re, "StartDate");
	if (r < 0)
		return r;
	return end ? vtodo_edit_time(re, "DueDate", COLUMN_DATE, &due, end->number) : clear_date(re, "DueDate");
}

/* The parent is for reading; one that a tool made up is kept for it. */
static int read_related(const struct vtodo_reading *re)
{
	const struct line *line = lines_find(&re->l, re->comp, "RELATED-TO", NULL);
	struct buf uid = BUF_INIT(NO_LIMIT), value = BUF_INIT(NO_LIMIT);
	int r;

	if (re->f->parent)
		view_format_uid(re->f->list, re->f->parent, re->f->host, &uid);
	line_escape(buf_str(&uid), &value);
	r = buf_error(&value);
	if (line)
		line_mark(line, str_eq(line->value, buf_str(&value)));
	buf_release(&uid);
	buf_release(&value);
	return r;
}

static int read_task(struct vtodo_reading *re, bool *ret_complete)
{
	int r = read_text(re, "SUMMARY", "Title");

	if (r == 0)
		r = read_text(re, "DESCRIPTION", body_of(re->edit.list, re->edit.base));
	if (r == 0)
		r = read_dates(re);
	if (r == 0)
		r = categories_edit(&re->edit, &re->l, re->comp, NULL);
	if (r == 0)
		r = vtodo_read_state(re);
	if (r == 0)
		r = read_related(re);
	if (r == 0)
		r = fields_read(&fields, &re->edit, &re->l, re->comp, ret_complete);
	return r < 0 || re->f->series.master ? r : edit_title(&re->edit, re->f->new_title);
}

static int take_extras(struct vtodo_reading *re, size_t calendar, struct view_changes *c)
{
	static const char *const inner[] = { "VTODO", "VTIMEZONE", NULL };
	struct buf own = BUF_INIT(LINE_MAX_TEXT), frame = BUF_INIT(LINE_MAX_TEXT);
	int r;

	frame_ignore(&re->l, calendar);
	frame_ignore(&re->l, re->comp);
	extras_add(&re->l, re->comp, no_comps, &own);
	if (own.len)
		buf_addf(&frame, "BEGIN:VTODO\n%sEND:VTODO\n", buf_str(&own));
	r = buf_error(&own);
	if (r == 0)
		r = changes_take_extras(&re->l, calendar, inner, &frame, c);
	buf_release(&own);
	buf_release(&frame);
	return r;
}

static int read_file(struct vtodo_reading *re, const char *text, size_t n, struct view_changes *c)
{
	const struct item *master = re->f->series.master;
	size_t calendar = 0;
	int r = lines_read(text, n, &re->l, re->edit.err);

	if (r == 0)
		r = frame_find(&re->l, "VTODO", &calendar, re->edit.err);
	if (r < 0)
		return r;
	re->zones = (struct ical_zones) ICAL_ZONES_INIT(re->f->zones, &re->l, calendar);
	re->comp = lines_child(&re->l, calendar, "VTODO", calendar);
	if (lines_child(&re->l, calendar, "VTODO", re->comp) < re->l.n_c)
		return err_set(re->edit.err, -EINVAL, "a file holds one task");
	c->complete = true;
	r = read_task(re, &c->complete);
	if (r == 0)
		r = changes_take_uid(&re->l, re->comp, !master, c, re->edit.out);
	if (r == 0)
		r = changes_add_master(c, master, re->edit.out);
	return r < 0 ? r : take_extras(re, calendar, c);
}

int vtodo_parse(const struct view_file *f, const char *text, size_t n, struct view_changes *ret, struct err *err)
{
	CLEANUP(view_changes_release_p) struct view_changes c = VIEW_CHANGES_INIT;
	CLEANUP(values_release_p) struct values changed = VALUES_INIT;
	static const struct values none = VALUES_INIT;
	struct vtodo_reading re = {
		.f = f,
		.l = LINES_INIT,
		.edit = {
			.list = f->list,
			.known = f->known,
			.base = f->series.master ? &f->series.master->values : &none,
			.out = &changed,
			.err = err,
		},
	};
	int r = read_file(&re, text, n, &c);

	lines_release(&re.l);
	ical_zones_release(&re.zones);
	if (r < 0)
		return r;
	view_changes_release(ret);
	*ret = c;
	c = (struct view_changes) VIEW_CHANGES_INIT;
	return 0;
}
