/*
 * The formats for other programs to judge: what they write is read by libraries
 * of others, and what those make of it is read again.
 *
 *	judge rules < LINES                 "2026-11-02<TAB><recurrence>..." -> "RRULE<TAB>2026-11-02 ...": twelve days
 *	judge written < LINES               "2026-11-02<TAB>RRULE" -> "days 2026-11-02 ..." or "refused"
 *	judge render TEMPLATE MASTER [EXCEPTION...]
 *	judge parse TEMPLATE MASTER [EXCEPTION...] < TEXT     a line for each operation; 1 and the reason if refused
 *
 * An item is a file of "name=value" texts, each ended by NUL. MASTER may be "-": none.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "recur.h"
#include "view/format.h"

enum { DAYS = 12, MAX_ITEMS = 100, MAX_TEXT = 1 << 24 };

static void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

static void demand(bool ok)
{
	if (!ok)
		die("out of memory, or a broken call");
}

/* ---- rules --------------------------------------------------------------------------- */

static void print_day(int64_t day)
{
	int y, m, d;

	clock_date(day, &y, &m, &d);
	printf(" %04d-%02d-%02d", y, m, d);
}

static void print_rule(char *line)
{
	char *xml = strchr(line, '\t');
	struct buf rule = BUF_INIT(4096);
	struct recur r, back;
	int64_t start, day;

	demand(xml && (*xml++ = '\0', clock_parse_iso(line, &start) == 0) && recur_read(xml, &r) == 0);
	start = recur_first(&r, start / 86400);
	recur_rule(&r, &rule);
	demand(recur_parse(buf_str(&rule), &(struct recur_from) { .day = start, .second = 0 }, &back, NULL) == 0 &&
	       recur_same(&r, &back));
	printf("%s\t", buf_str(&rule));
	day = start;
	for (int i = 0; i < DAYS && day != RECUR_NEVER; i++, day = recur_next(&r, start, day))
		print_day(day);
	putchar('\n');
	buf_release(&rule);
}

/* A rule that somebody else wrote. */
static void print_written(char *line)
{
	char *rule = strchr(line, '\t');
	struct recur_from from = { 0 };
	struct recur r;
	int64_t start, day;

	demand(rule && (*rule++ = '\0', clock_parse_iso(line, &start) == 0));
	from.day = start / 86400;
	if (recur_parse(rule, &from, &r, NULL) < 0) {
		puts("refused");
		return;
	}
	fputs("days", stdout);
	day = recur_first(&r, from.day);
	for (int i = 0; i < DAYS && day != RECUR_NEVER; i++, day = recur_next(&r, from.day, day))
		print_day(day);
	putchar('\n');
}

static int each_line(void (*print)(char *line))
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		print(line);
	}
	free(line);
	return 0;
}

/* ---- files ----------------------------------------------------------------------------- */

static const struct {
	const char *name, *display;
	enum field_type type;
	unsigned flags;
} columns[] = {
	{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED },
	{ "Location", "Location", FIELD_TEXT, 0 },
	{ "EventDate", "Start", FIELD_DATETIME, 0 },
	{ "EndDate", "End", FIELD_DATETIME, 0 },
	{ "Description", "Description", FIELD_NOTE, 0 },
	{ "fAllDayEvent", "All Day", FIELD_BOOLEAN, 0 },
	{ "fRecurrence", "Recurrence", FIELD_BOOLEAN, 0 },
	{ "Body", "Body", FIELD_NOTE, 0 },
	{ "Status", "Status", FIELD_CHOICE, 0 },
	{ "Priority", "Priority", FIELD_CHOICE, 0 },
	{ "PercentComplete", "% Complete", FIELD_NUMBER, FIELD_PERCENTAGE },
	{ "DueDate", "Due", FIELD_DATETIME, FIELD_DATEONLY },
	{ "Comments", "Notes", FIELD_NOTE, 0 },
	{ "WebPage", "Web", FIELD_URL, 0 },
	{ "Cost_x0020_Centre", "Cost: \"Centre\"", FIELD_TEXT, 0 },
	{ "EventType", "EventType", FIELD_INTEGER, FIELD_HIDDEN },
	{ "RecurrenceData", "RecurrenceData", FIELD_NOTE, FIELD_HIDDEN },
	{ "RecurrenceID", "RecurrenceID", FIELD_DATETIME, FIELD_HIDDEN },
	{ "Duration", "Duration", FIELD_INTEGER, FIELD_HIDDEN },
	{ "XMLTZone", "XMLTZone", FIELD_NOTE, FIELD_HIDDEN },
	{ "MasterSeriesItemID", "MasterSeriesItemID", FIELD_INTEGER, FIELD_HIDDEN },
	{ "UID", "UID", FIELD_GUID, FIELD_HIDDEN },
};

static const char *const statuses[] = { "Not Started", "In Progress", "Completed", "Deferred", "Waiting" };
static const char *const priorities[] = { "(1) High", "(2) Normal", "(3) Low" };

static void set_choices(struct field *f, const char *const *choices, size_t n)
{
	f->choices = calloc(n, sizeof(*f->choices));
	demand(f->choices);
	for (f->n_choices = 0; f->n_choices < n; f->n_choices++)
		demand(str_set(&f->choices[f->n_choices], choices[f->n_choices]) == 0);
}

static void make_list(struct list *l, const char *template)
{
	l->template = (int) strtol(template, NULL, 10);
	l->bias = -60;
	demand(str_set(&l->id, "{6F1F9C7E-8B1C-4E5E-9C0B-0E6B1E1B0001}") == 0);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		struct field *f = schema_add(&l->schema);

		demand(f && str_set(&f->name, columns[i].name) == 0 && str_set(&f->display, columns[i].display) == 0);
		f->type = columns[i].type;
		f->flags = columns[i].flags;
		if (str_eq(f->name, "Status"))
			set_choices(f, statuses, sizeof(statuses) / sizeof(*statuses));
		if (str_eq(f->name, "Priority"))
			set_choices(f, priorities, sizeof(priorities) / sizeof(*priorities));
	}
}

static void read_item(const char *path, int64_t id, struct item *i)
{
	struct buf b = BUF_INIT(MAX_TEXT);

	if (fsutil_read(path, &b) < 0)
		die(path);
	*i = (struct item) ITEM_INIT;
	i->id = id;
	i->created = i->modified = 1795189330;
	for (char *s = b.p; s && s < b.p + b.len; s += strlen(s) + 1) {
		char *value = strchr(s, '=');

		demand(value);
		*value++ = '\0';
		demand(values_set(&i->values, s, value) == 0);
		s = value;
	}
	buf_release(&b);
}

static void print_op(const struct view_op *op)
{
	printf("%s %ld", change_op_name(op->op), op->item ? (long) op->item->id : 0);
	for (size_t i = 0; i < op->fields.n; i++) {
		printf("|%s=", op->fields.v[i].name);
		for (const char *s = op->fields.v[i].text; *s; s++)
			fputs((char[]) { *s == '\n' ? '~' : *s, '\0' }, stdout);
	}
	putchar('\n');
}

static int parse(const struct view_format *format, const struct view_file *f)
{
	struct view_changes c = VIEW_CHANGES_INIT;
	struct buf text = BUF_INIT(MAX_TEXT);
	struct err err = { 0 };
	int r;

	demand(fsutil_read("/dev/stdin", &text) == 0);
	r = format->parse(f, text.p ? text.p : "", text.len, &c, &err);
	if (r < 0)
		printf("%s\n", err_text(&err, r));
	for (size_t i = 0; i < c.n; i++)
		print_op(&c.op[i]);
	buf_release(&text);
	view_changes_release(&c);
	return r < 0;
}

static int render(const struct view_format *format, const struct view_file *f)
{
	struct buf out = BUF_INIT(MAX_TEXT);

	demand(format->render(f, &out) == 0);
	fwrite(out.p, 1, out.len, stdout);
	buf_release(&out);
	return 0;
}

int main(int argc, char **argv)
{
	CLEANUP(view_zones_free_p) struct view_zones *zones = NULL;
	static struct item items[MAX_ITEMS];
	const struct item *exceptions[MAX_ITEMS];
	struct list list = LIST_INIT;
	struct view_file f = { .list = &list, .host = "host.example" };
	const struct view_format *format;
	int n = argc - 3, r;

	if (argc == 2 && str_eq(argv[1], "rules"))
		return each_line(print_rule);
	if (argc == 2 && str_eq(argv[1], "written"))
		return each_line(print_written);
	if (argc < 4 || n > MAX_ITEMS)
		die("usage: judge rules | written | render TEMPLATE MASTER... | parse TEMPLATE MASTER...");
	demand(view_zones_new(VIEW_ZONES_DIR, NULL, &zones) == 0);
	make_list(&list, argv[2]);
	for (int i = 0; i < n && !str_eq(argv[3], "-"); i++) {
		read_item(argv[3 + i], i + 1, &items[i]);
		exceptions[i] = &items[i];
		f.series = (struct view_series) { &items[0], exceptions + 1, (size_t) i };
	}
	f.zones = zones;
	f.new_title = f.series.master ? NULL : "new";
	format = view_format_of(&list, "ics");
	r = str_eq(argv[1], "render") ? render(format, &f) : parse(format, &f);
	for (int i = 0; i < n; i++)
		item_release(&items[i]);
	list_release(&list);
	return r;
}
