#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_categories.h"
#include "fmt_changes.h"
#include "fmt_field.h"
#include "fmt_vevent.h"

#define NO_LIMIT ((size_t) 1 << 30)

static const char *const mapped[] = {
	"Title", "Location", "Description", "Category", "Categories", "EventDate", "EndDate", "Duration", "fAllDayEvent",
	"EventType", "fRecurrence", "RecurrenceData", "XMLTZone", "UID", "TimeZone", "RecurrenceID", "MasterSeriesItemID",
	NULL,
};

static const char *const bag[] = { "FollowUp", "HeaderInfo", "FooterInfo", "Participants", NULL };

static const struct fmt_fields fields = { .mapped = mapped, .bag = bag };

/* Properties that are a text column. */
static const struct {
	const char *property, *column;
	enum column_kind kind;
} texts[] = {
	{ "SUMMARY", "Title", COLUMN_TEXT },
	{ "LOCATION", "Location", COLUMN_TEXT },
	{ "DESCRIPTION", "Description", COLUMN_NOTE },
};

enum { N_TEXTS = sizeof(texts) / sizeof(*texts) };

/* ---- entries of the property bag that are numbers ------------------------------------------ */

/* [MS-OUTSPS] 2.2.5.1 */
static const struct busy {
	const char *wire, *transparency, *status;
} busy[] = {
	{ "0", "TRANSPARENT", "FREE" },
	{ "1", "OPAQUE", "TENTATIVE" },
	{ "2", "OPAQUE", "BUSY" },
	{ "3", "OPAQUE", "OOF" },
};

enum { N_BUSY = sizeof(busy) / sizeof(*busy) };

static const char transparency[] = "TRANSP", status[] = "X-MICROSOFT-CDO-BUSYSTATUS",
		  intended[] = "X-MICROSOFT-CDO-INTENDEDSTATUS", priority[] = "PRIORITY";

/* The entry's value; NULL for none, and where the schema has a column of this name, which is another thing. */
static const char *bag_value(const struct list *l, const struct values *v, const char *name)
{
	return schema_known(&l->schema, name) ? NULL : column_get(l, v, name);
}

static const struct busy *find_busy(const char *wire)
{
	for (size_t i = 0; wire && i < N_BUSY; i++)
		if (str_eq(busy[i].wire, wire))
			return &busy[i];
	return NULL;
}

static const struct busy *find_status(const char *word)
{
	for (size_t i = 0; word && i < N_BUSY; i++)
		if (str_eq_nocase(busy[i].status, word))
			return &busy[i];
	return NULL;
}

/* [MS-OUTSPS] 2.2.5.10: -1 low, 0 normal, 1 high; iCalendar's 1 to 4, 5, 6 to 9 are the same classes. */
static int class_of(const char *priority_value)
{
	int n = priority_value && *priority_value >= '0' && *priority_value <= '9' ? *priority_value - '0' : 0;

	return n == 0 || n == 5 ? 0 : n < 5 ? 1 : -1;
}

static void write_numbers(const struct list *l, const struct values *v, struct buf *out)
{
	const struct busy *is = find_busy(bag_value(l, v, "BusyStatus"));
	const struct busy *meant = find_busy(bag_value(l, v, "IntendedBusyStatus"));
	const char *class = bag_value(l, v, "Priority");

	if (class && (str_eq(class, "1") || str_eq(class, "-1")))
		line_write(priority, *class == '-' ? "9" : "1", out);
	if (is) {
		line_write(transparency, is->transparency, out);
		line_write(status, is->status, out);
	}
	if (meant)
		line_write(intended, meant->status, out);
}

static const char *value_of(const struct line *line)
{
	return line ? line->value : NULL;
}

/* Whichever of the two properties changed says what the entry is; Microsoft's is the finer one. */
static int read_busy(const struct fmt_edit *e, const struct lines *l, size_t comp)
{
	const char *now_status = value_of(lines_only(l, comp, status)), *now = value_of(lines_only(l, comp, transparency));
	const struct busy *was = find_busy(bag_value(e->list, e->base, "BusyStatus")), *is = find_status(now_status);
	const char *was_transparency = was ? was->transparency : "OPAQUE";

	if (schema_known(&e->list->schema, "BusyStatus"))
		return 0;
	if (is && is != was)
		return edit_wire(e, "BusyStatus", is->wire);
	if (now && !str_eq_nocase(now, was_transparency))
		return edit_wire(e, "BusyStatus", str_eq_nocase(now, "TRANSPARENT") ? "0" : "2");
	if (was && !now && !now_status)
		return edit_wire(e, "BusyStatus", "");
	return edit_keep(e, "BusyStatus");
}

static int read_intended(const struct fmt_edit *e, const struct lines *l, size_t comp)
{
	const char *value = value_of(lines_only(l, comp, intended));
	const struct busy *was = find_busy(bag_value(e->list, e->base, "IntendedBusyStatus")), *is = find_status(value);

	if (schema_known(&e->list->schema, "IntendedBusyStatus"))
		return 0;
	if (is == was || (value && !is))
		return edit_keep(e, "IntendedBusyStatus");
	return edit_wire(e, "IntendedBusyStatus", is ? is->wire : "");
}

static int read_priority(const struct fmt_edit *e, const struct lines *l, size_t comp)
{
	static const char *const wires[] = { "-1", "0", "1" };
	const char *was = bag_value(e->list, e->base, "Priority");
	int is = class_of(value_of(lines_only(l, comp, priority)));

	if (schema_known(&e->list->schema, "Priority"))
		return 0;
	if (str_eq(was ? was : "0", wires[is + 1]) || (!is && was && !str_eq(was, "1") && !str_eq(was, "-1")))
		return edit_keep(e, "Priority");
	return edit_wire(e, "Priority", wires[is + 1]);
}

/* ---- writing --------------------------------------------------------------------------------- */

static int write_texts(const struct list *l, const struct values *v, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; i < N_TEXTS && r == 0; i++) {
		buf_reset(&text);
		r = column_show(l, v, texts[i].column, texts[i].kind, &text);
		if (r == 0 && text.len)
			line_text(texts[i].property, buf_str(&text), out);
	}
	buf_release(&text);
	return r;
}

int vevent_write(const struct list *l, const struct item *i, const struct values *v, struct buf *out)
{
	int r = write_texts(l, v, out);

	if (r == 0)
		r = categories_write(l, v, "Category", out);
	if (r < 0)
		return r;
	write_numbers(l, v, out);
	changes_write_id(i, out);
	return fields_write(&fields, l, v, out);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static int read_text(const struct fmt_edit *e, const struct lines *l, size_t comp, size_t i)
{
	const struct line *line = lines_only(l, comp, texts[i].property);
	struct buf text = BUF_INIT(NO_LIMIT);
	int r;

	if (!line && e->whole && str_eq(texts[i].column, "Title")) /* an exception that does not say it */
		return edit_keep(e, texts[i].column);
	if (line)
		line_unescape(line->value, &text);
	r = buf_error(&text);
	if (r == 0)
		r = edit_text(e, texts[i].column, texts[i].kind, buf_str(&text), line ? line->number : 0);
	buf_release(&text);
	return r;
}

int vevent_read(const struct fmt_edit *e, const struct lines *l, size_t comp, bool *ret_complete)
{
	int r = 0;

	for (size_t i = 0; i < N_TEXTS && r == 0; i++)
		r = read_text(e, l, comp, i);
	if (r == 0)
		r = categories_edit(e, l, comp, "Category");
	if (r == 0)
		r = read_busy(e, l, comp);
	if (r == 0)
		r = read_intended(e, l, comp);
	if (r == 0)
		r = read_priority(e, l, comp);
	return r < 0 ? r : fields_read(&fields, e, l, comp, ret_complete);
}
