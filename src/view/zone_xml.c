/* TimeZoneXML, [MS-OUTSPS] 2.2.4.6 to 2.2.4.8. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_xml.h"
#include "zone.h"

enum { WEEK = 7, NTHS = 5, MAX_BIAS = 24 * 60 };

static const char *const weekdays[WEEK] = { "mo", "tu", "we", "th", "fr", "sa", "su" };
static const char *const ordinals[NTHS] = { "first", "second", "third", "fourth", "last" };

/* ---- reading -------------------------------------------------------------------------- */

struct reading {
	struct xml x;
	struct zone_rule z;
	struct zone_change *change; /* the one that we are in; NULL: in neither */
	int found; /* bits: what was there */
};

enum { BIAS = 1, STANDARD = 2, SUMMER = 4 };

/* The index of the word in a table, the fallback where there is none, -1 for another one. */
static int find_word(const char *word, const char *const *table, int n, int fallback)
{
	if (!word)
		return fallback;
	for (int i = 0; i < n; i++)
		if (strcasecmp(word, table[i]) == 0)
			return i;
	return -1;
}

static int read_number(const char *text, int min, int max, int *ret)
{
	int64_t n;

	if (!text || str_to_i64(text, &n) < 0 || n < min || n > max)
		return -EINVAL;
	*ret = (int) n;
	return 0;
}

static int read_rule(struct reading *re)
{
	const char *month_day = fmt_xml_attr(&re->x, "dayOfMonth");
	int nth = find_word(fmt_xml_attr(&re->x, "weekdayOfMonth"), ordinals, NTHS, 0);
	struct zone_change *c = re->change;

	c->weekday = find_word(fmt_xml_attr(&re->x, "day"), weekdays, WEEK, WEEK - 1);
	c->nth = nth == NTHS - 1 ? -1 : nth + 1;
	if (nth < 0 || c->weekday < 0 || read_number(fmt_xml_attr(&re->x, "month"), 1, 12, &c->month) < 0)
		return -EINVAL;
	return month_day ? read_number(month_day, 1, 31, &c->month_day) : 0;
}

static int read_time(const char *text, struct zone_change *c)
{
	int h, m = 0, s = 0, n = 0;

	if (sscanf(text, "%2d:%2d:%2d%n", &h, &m, &s, &n) != 3 || text[n] || h < 0 || h > 23 || m < 0 || m > 59 ||
	    s < 0 || s > 59)
		return -EINVAL;
	c->second = h * 3600 + m * 60 + s;
	return 0;
}

static int read_open(struct reading *re)
{
	if (fmt_xml_is(&re->x, XML_OPEN, "standardDate")) {
		re->change = &re->z.to_standard;
		re->found |= STANDARD;
	} else if (fmt_xml_is(&re->x, XML_OPEN, "daylightDate")) {
		re->change = &re->z.to_summer;
		re->found |= SUMMER;
	} else if (fmt_xml_is(&re->x, XML_OPEN, "transitionRule")) {
		return re->change ? read_rule(re) : -EINVAL;
	}
	return 0;
}

static int read_text(struct reading *re)
{
	const char *text = re->x.text;

	if (fmt_xml_is(&re->x, XML_TEXT, "standardBias")) {
		re->found |= BIAS;
		return read_number(text, -MAX_BIAS, MAX_BIAS, &re->z.bias);
	}
	if (fmt_xml_is(&re->x, XML_TEXT, "additionalDaylightBias"))
		return read_number(text, -MAX_BIAS, MAX_BIAS, &re->z.summer);
	if (fmt_xml_is(&re->x, XML_TEXT, "transitionTime"))
		return re->change ? read_time(text, re->change) : -EINVAL;
	return 0;
}

static int read_event(struct reading *re, int event)
{
	if (event == XML_OPEN)
		return read_open(re);
	if (event == XML_TEXT)
		return read_text(re);
	if (fmt_xml_is(&re->x, XML_CLOSE, "standardDate") || fmt_xml_is(&re->x, XML_CLOSE, "daylightDate"))
		re->change = NULL;
	return 0;
}

int zone_read(const char *xml, struct zone_rule *ret)
{
	struct reading re = { .z = { 0 } };
	int e;

	fmt_xml_begin(&re.x, xml);
	while ((e = fmt_xml_next(&re.x)) > XML_EOF)
		if (read_event(&re, e) < 0)
			return -EINVAL;
	if (e < 0 || !(re.found & BIAS))
		return -EINVAL;
	if (!(re.found & STANDARD) || !(re.found & SUMMER))
		re.z.summer = 0;
	if (re.z.summer && (!re.z.to_standard.month || !re.z.to_summer.month))
		return -EINVAL;
	zone_turn(&re.z);
	*ret = re.z;
	return 0;
}

/* ---- writing ---------------------------------------------------------------------------- */

static void write_change(const char *element, const struct zone_change *c, struct buf *out)
{
	buf_addf(out, "<%s><transitionRule month=\"%d\"", element, c->month);
	if (c->month_day)
		buf_addf(out, " dayOfMonth=\"%d\"", c->month_day);
	else
		buf_addf(out, " day=\"%s\" weekdayOfMonth=\"%s\"", weekdays[c->weekday],
			 ordinals[c->nth < 0 ? NTHS - 1 : c->nth - 1]);
	buf_addf(out, "/><transitionTime>%d:%d:%d</transitionTime></%s>", c->second / 3600, c->second / 60 % 60,
		 c->second % 60, element);
}

void zone_write(const struct zone_rule *z, struct buf *out)
{
	buf_addf(out, "<timeZoneRule><standardBias>%d</standardBias><additionalDaylightBias>%d</additionalDaylightBias>",
		 z->bias, z->summer);
	if (z->summer) {
		write_change("standardDate", &z->to_standard, out);
		write_change("daylightDate", &z->to_summer, out);
	}
	buf_adds(out, "</timeZoneRule>");
}
