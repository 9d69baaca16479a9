/* RecurrenceXML, [MS-OUTSPS] 2.2.4.2 to 2.2.4.5. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "fmt_xml.h"
#include "recur.h"

enum { WEEK = 7 };

static const char *const weekdays[WEEK] = { "mo", "tu", "we", "th", "fr", "sa", "su" };

/* SharePoint's own order. */
static const int written_order[WEEK] = { 6, 0, 1, 2, 3, 4, 5 };

static const struct {
	const char *word;
	int nth;
} ordinals[] = { { "first", 1 }, { "second", 2 }, { "third", 3 }, { "fourth", 4 }, { "last", -1 } };

static const struct {
	const char *name;
	unsigned days;
} kinds[] = { { "day", RECUR_ALL_DAYS }, { "weekday", RECUR_WORKDAYS }, { "weekend_day", RECUR_WEEKEND } };

/* ---- reading ------------------------------------------------------------------------- */

static bool is_true(const struct xml *x, const char *name)
{
	const char *value = fmt_xml_attr(x, name);

	return value && (strcasecmp(value, "TRUE") == 0 || str_eq(value, "1"));
}

/* A number attribute; 1 is the default of each ([MS-OUTSPS] 2.2.4.5). */
static int number(const struct xml *x, const char *name, int max, int *ret)
{
	const char *value = fmt_xml_attr(x, name);
	int64_t n = 1;

	if (value && (str_to_i64(value, &n) < 0 || n < 1 || n > max))
		return -EINVAL;
	*ret = (int) n;
	return 0;
}

static unsigned days_of(const struct xml *x)
{
	unsigned days = 0;

	for (int i = 0; i < WEEK; i++)
		if (is_true(x, weekdays[i]))
			days |= 1u << i;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (is_true(x, kinds[i].name))
			days |= kinds[i].days;
	return days;
}

static int read_nth(const struct xml *x, int *ret)
{
	const char *value = fmt_xml_attr(x, "weekdayOfMonth");

	if (!value)
		value = fmt_xml_attr(x, "weekDayOfMonth"); /* some write it so */
	for (size_t i = 0; i < sizeof(ordinals) / sizeof(*ordinals); i++)
		if (!value || strcasecmp(value, ordinals[i].word) == 0) {
			*ret = ordinals[i].nth;
			return 0;
		}
	return -EINVAL;
}

static int read_by_day(const struct xml *x, struct recur *r)
{
	r->days = days_of(x);
	return r->days ? read_nth(x, &r->nth) : -EINVAL;
}

static int read_daily(const struct xml *x, struct recur *r)
{
	r->pattern = is_true(x, "weekday") ? RECUR_WEEKDAYS : RECUR_DAILY;
	return number(x, "dayFrequency", RECUR_MAX_EVERY, &r->every);
}

static int read_weekly(const struct xml *x, struct recur *r)
{
	r->pattern = RECUR_WEEKLY;
	r->days = days_of(x);
	return number(x, "weekFrequency", RECUR_MAX_EVERY, &r->every);
}

static int read_monthly(const struct xml *x, struct recur *r)
{
	r->pattern = RECUR_MONTHLY;
	if (number(x, "day", 31, &r->day) < 0)
		return -EINVAL;
	return number(x, "monthFrequency", RECUR_MAX_EVERY, &r->every);
}

static int read_monthly_by_day(const struct xml *x, struct recur *r)
{
	r->pattern = RECUR_MONTHLY_BY_DAY;
	if (read_by_day(x, r) < 0)
		return -EINVAL;
	return number(x, "monthFrequency", RECUR_MAX_EVERY, &r->every);
}

static int read_yearly(const struct xml *x, struct recur *r)
{
	r->pattern = RECUR_YEARLY;
	if (number(x, "day", 31, &r->day) < 0 || number(x, "month", 12, &r->month) < 0)
		return -EINVAL;
	return number(x, "yearFrequency", RECUR_MAX_EVERY, &r->every);
}

static int read_yearly_by_day(const struct xml *x, struct recur *r)
{
	r->pattern = RECUR_YEARLY_BY_DAY;
	if (read_by_day(x, r) < 0 || number(x, "month", 12, &r->month) < 0)
		return -EINVAL;
	return number(x, "yearFrequency", RECUR_MAX_EVERY, &r->every);
}

static const struct {
	const char *element;
	int (*read)(const struct xml *x, struct recur *r);
} patterns[] = {
	{ "daily", read_daily },
	{ "weekly", read_weekly },
	{ "monthly", read_monthly },
	{ "monthlyByDay", read_monthly_by_day },
	{ "yearly", read_yearly },
	{ "yearlyByDay", read_yearly_by_day },
};

/* 1: it was a pattern; 0: something else. */
static int read_pattern(const struct xml *x, struct recur *r)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (fmt_xml_is(x, XML_OPEN, patterns[i].element))
			return patterns[i].read(x, r) < 0 ? -EINVAL : 1;
	return 0;
}

static int read_week_start(const char *text, struct recur *r)
{
	for (int i = 0; i < WEEK; i++)
		if (strcasecmp(text, weekdays[i]) == 0)
			r->week_start = i;
	return 0;
}

static int read_forever(const char *text, struct recur *r)
{
	(void) text;
	r->end = RECUR_FOREVER;
	return 0;
}

static int read_count(const char *text, struct recur *r)
{
	int64_t n;

	if (str_to_i64(text, &n) < 0 || n < 1 || n > RECUR_MAX_COUNT)
		return -EINVAL;
	r->count = (int) n;
	r->end = RECUR_COUNT;
	return 0;
}

static int read_window_end(const char *text, struct recur *r)
{
	r->end = RECUR_UNTIL;
	r->until_as = RECUR_ENDS_BY;
	return clock_parse_iso(text, &r->until);
}

static int read_text(const struct xml *x, struct recur *r)
{
	static const struct {
		const char *element;
		int (*read)(const char *text, struct recur *r);
	} texts[] = {
		{ "firstDayOfWeek", read_week_start },
		{ "repeatForever", read_forever },
		{ "repeatInstances", read_count },
		{ "windowEnd", read_window_end },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (fmt_xml_is(x, XML_TEXT, texts[i].element))
			return texts[i].read(x->text, r);
	return 0;
}

int recur_read(const char *xml, struct recur *ret)
{
	struct recur r = { .every = 1 };
	int found = 0, e = XML_EOF;
	struct xml x;

	xml += strspn(xml, " \t\r\n");
	if (*xml != '<')
		return -ENODATA;
	fmt_xml_begin(&x, xml);
	while ((e = fmt_xml_next(&x)) > XML_EOF) {
		int one = 0;

		if (e == XML_OPEN)
			one = read_pattern(&x, &r);
		else if (e == XML_TEXT)
			one = read_text(&x, &r);
		if (one < 0)
			return one;
		found += one;
	}
	if (e < 0 || found != 1)
		return -EINVAL;
	*ret = r;
	return 0;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void write_days(const struct recur *r, bool kinds_too, struct buf *out)
{
	for (size_t i = 0; kinds_too && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (r->days == kinds[i].days) {
			buf_addf(out, " %s=\"TRUE\"", kinds[i].name);
			return;
		}
	for (int i = 0; i < WEEK; i++)
		if (r->days & 1u << written_order[i])
			buf_addf(out, " %s=\"TRUE\"", weekdays[written_order[i]]);
}

static const char *ordinal(int nth)
{
	size_t i = 0;

	while (i + 1 < sizeof(ordinals) / sizeof(*ordinals) && ordinals[i].nth != nth)
		i++;
	return ordinals[i].word;
}

static void write_pattern(const struct recur *r, struct buf *out)
{
	switch (r->pattern) {
	case RECUR_DAILY:
		buf_addf(out, "<daily dayFrequency=\"%d\" />", r->every);
		return;
	case RECUR_WEEKDAYS:
		buf_adds(out, "<daily weekday=\"TRUE\" />");
		return;
	case RECUR_WEEKLY:
		buf_adds(out, "<weekly");
		write_days(r, false, out);
		buf_addf(out, " weekFrequency=\"%d\" />", r->every);
		return;
	case RECUR_MONTHLY:
		buf_addf(out, "<monthly monthFrequency=\"%d\" day=\"%d\" />", r->every, r->day);
		return;
	case RECUR_MONTHLY_BY_DAY:
		buf_adds(out, "<monthlyByDay");
		write_days(r, true, out);
		buf_addf(out, " weekdayOfMonth=\"%s\" monthFrequency=\"%d\" />", ordinal(r->nth), r->every);
		return;
	case RECUR_YEARLY:
		buf_addf(out, "<yearly yearFrequency=\"%d\" month=\"%d\" day=\"%d\" />", r->every, r->month, r->day);
		return;
	case RECUR_YEARLY_BY_DAY:
		buf_addf(out, "<yearlyByDay yearFrequency=\"%d\"", r->every);
		write_days(r, true, out);
		buf_addf(out, " weekdayOfMonth=\"%s\" month=\"%d\" />", ordinal(r->nth), r->month);
		return;
	case RECUR_PATTERN_COUNT:
		return;
	}
}

static void write_end(const struct recur *r, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	switch (r->end) {
	case RECUR_FOREVER:
		buf_adds(out, "<repeatForever>FALSE</repeatForever>");
		return;
	case RECUR_COUNT:
		buf_addf(out, "<repeatInstances>%d</repeatInstances>", r->count);
		return;
	case RECUR_UNTIL:
		clock_format_iso(r->until, iso);
		buf_addf(out, "<windowEnd>%s</windowEnd>", iso);
		return;
	}
}

void recur_write(const struct recur *r, bool delete_exceptions, struct buf *out)
{
	buf_addf(out, "<recurrence><rule><firstDayOfWeek>%s</firstDayOfWeek><repeat>", weekdays[r->week_start]);
	write_pattern(r, out);
	buf_adds(out, "</repeat>");
	write_end(r, out);
	buf_adds(out, "</rule></recurrence>");
	if (delete_exceptions)
		buf_adds(out, "<deleteExceptions>true</deleteExceptions>");
}
