/* TZif files, RFC 8536, and the rules at their ends. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "zone.h"

enum { DAY = 86400, MAX_FILE = 256 << 10, HEADER = 44, MAX_HOURS = 167 };

void zone_release(struct zone *z)
{
	free(z->at);
	free(z->offset);
	*z = (struct zone) ZONE_INIT;
}

/* ---- POSIX rules ------------------------------------------------------------------------ */

/* Skips a zone's short name. */
static bool skip_name(const char **s)
{
	const char *from = *s;

	if (**s == '<') {
		const char *end = strchr(*s, '>');

		*s = end ? end + 1 : from;
	} else {
		while (isalpha((unsigned char) **s))
			++*s;
	}
	return *s > from;
}

static bool take_number(const char **s, int max, int *ret)
{
	int n = 0;

	if (!isdigit((unsigned char) **s))
		return false;
	for (; isdigit((unsigned char) **s) && n <= max; ++*s)
		n = n * 10 + **s - '0';
	*ret = n;
	return n <= max;
}

/* "[+-]h[:m[:s]]" in seconds. */
static bool take_time(const char **s, int *ret)
{
	int sign = **s == '-' ? -1 : 1, part[3] = { 0 };

	*s += **s == '-' || **s == '+';
	if (!take_number(s, MAX_HOURS, &part[0]))
		return false;
	for (int i = 1; i < 3 && **s == ':'; i++) {
		++*s;
		if (!take_number(s, 59, &part[i]))
			return false;
	}
	*ret = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

/* Offsets of whole minutes, of a day at most. */
static bool take_bias(const char **s, int *ret)
{
	int seconds;

	if (!take_time(s, &seconds) || seconds % 60 || abs(seconds) > DAY)
		return false;
	*ret = seconds / 60;
	return true;
}

static bool take_char(const char **s, char c)
{
	bool is = **s == c;

	*s += is;
	return is;
}

/* "M3.5.0": the fifth is the last. */
static bool take_weekday(const char **s, struct zone_change *c)
{
	int week, day;

	if (!take_char(s, 'M') || !take_number(s, 12, &c->month) || !take_char(s, '.') || !take_number(s, 5, &week) ||
	    !take_char(s, '.') || !take_number(s, 6, &day))
		return false;
	c->nth = week == 5 ? -1 : week;
	c->weekday = (day + 6) % 7;
	return c->month && week;
}

/* "J60": the day of a year that has no 29 February. */
static bool take_julian(const char **s, struct zone_change *c)
{
	int day, y;

	if (!take_char(s, 'J') || !take_number(s, 365, &day) || !day)
		return false;
	clock_date(clock_days(2001, 1, 1) + day - 1, &y, &c->month, &c->month_day);
	return true;
}

static bool take_change(const char **s, struct zone_change *c)
{
	int second = 2 * 3600, days;

	if (!take_char(s, ',') || !(**s == 'J' ? take_julian(s, c) : take_weekday(s, c)))
		return false;
	if (take_char(s, '/') && !take_time(s, &second))
		return false;
	days = (second >= 0 ? second : second - DAY + 1) / DAY;
	c->second = second - days * DAY;
	c->weekday = ((c->weekday + days) % 7 + 7) % 7;
	return true;
}

static bool take_summer(const char **s, struct zone_rule *z)
{
	int bias = z->bias - 60;

	if (!skip_name(s) || (**s != ',' && !take_bias(s, &bias)))
		return false;
	z->summer = bias - z->bias;
	return abs(z->summer) * 60 <= DAY && take_change(s, &z->to_summer) && take_change(s, &z->to_standard) && !**s;
}

int zone_posix(const char *text, struct zone_rule *ret)
{
	struct zone_rule z = { 0 };

	if (!skip_name(&text) || !take_bias(&text, &z.bias))
		return -EINVAL;
	if (*text && !take_summer(&text, &z))
		return -EINVAL;
	zone_turn(&z);
	*ret = z;
	return 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* The sizes of a block, as its header says (RFC 8536, 3.1). */
struct sizes {
	size_t isut, isstd, leap, time, type, chars;
};

static int64_t read_be(const char *p, int n)
{
	uint64_t v = (signed char) p[0] < 0 ? UINT64_MAX : 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char) p[i];
	return (int64_t) v;
}

static int read_header(const struct buf *b, size_t at, struct sizes *ret)
{
	const char *p;
	size_t n[6];

	if (b->len < at + HEADER)
		return -EINVAL;
	p = b->p + at;
	if (memcmp(p, "TZif", 4) != 0)
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		int64_t v = read_be(p + 20 + 4 * i, 4);

		if (v < 0 || v > MAX_FILE)
			return -EINVAL;
		n[i] = (size_t) v;
	}
	*ret = (struct sizes) { n[0], n[1], n[2], n[3], n[4], n[5] };
	return ret->type ? 0 : -EINVAL;
}

static size_t block_size(const struct sizes *s, size_t width)
{
	return s->time * (width + 1) + s->type * 6 + s->chars + s->leap * (width + 4) + s->isstd + s->isut;
}

static int read_block(const char *p, const struct sizes *s, struct zone *z)
{
	const char *index = p + s->time * 8, *types = index + s->time;

	z->at = calloc(s->time + 1, sizeof(*z->at));
	z->offset = calloc(s->time + 1, sizeof(*z->offset));
	if (!z->at || !z->offset)
		return -ENOMEM;
	z->before = (int32_t) read_be(types, 4);
	for (z->n = 0; z->n < s->time; z->n++) {
		size_t type = (unsigned char) index[z->n];

		if (type >= s->type)
			return -EINVAL;
		z->at[z->n] = read_be(p + z->n * 8, 8);
		z->offset[z->n] = (int32_t) read_be(types + type * 6, 4);
		if (z->n && z->at[z->n] <= z->at[z->n - 1])
			return -EINVAL;
	}
	return 0;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n" at the end; it may be empty. */
static void read_footer(const char *p, size_t n, struct zone *z)
{
	char text[128] = "";
	const char *end = n > 1 && *p == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
	size_t len = end ? (size_t) (end - p - 1) : 0;

	if (len >= sizeof(text))
		return;
	memcpy(text, p + 1, len);
	z->has_rule = zone_posix(text, &z->rule) == 0;
}

static int read_file(const struct buf *b, struct zone *z)
{
	struct sizes s;
	size_t at, size;

	if (read_header(b, 0, &s) < 0 || b->p[4] < '2')
		return -EINVAL;
	at = HEADER + block_size(&s, 4);
	if (at > b->len || read_header(b, at, &s) < 0)
		return -EINVAL;
	size = block_size(&s, 8);
	at += HEADER;
	if (size > b->len - at)
		return -EINVAL;
	read_footer(b->p + at + size, b->len - at - size, z);
	return read_block(b->p + at, &s, z);
}

int zone_load(const char *path, struct zone *ret)
{
	struct zone z = ZONE_INIT;
	struct buf b = BUF_INIT(MAX_FILE);
	int r = fsutil_read(path, &b);

	if (r == 0)
		r = read_file(&b, &z);
	buf_release(&b);
	if (r < 0) {
		zone_release(&z);
		return r;
	}
	zone_release(ret);
	*ret = z;
	return 0;
}

/* ---- converting --------------------------------------------------------------------------------- */

/* Seconds east at a moment. */
static int64_t offset_at(const struct zone *z, int64_t utc)
{
	size_t low = 0, high = z->n;

	if (z->has_rule && (!z->n || utc >= z->at[z->n - 1]))
		return zone_rule_local(&z->rule, utc) - utc;
	while (low < high) { /* how many changes are past */
		size_t mid = (low + high) / 2;

		if (z->at[mid] <= utc)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? z->offset[low - 1] : z->before;
}

int64_t zone_utc(const struct zone *z, int64_t local)
{
	int64_t before = offset_at(z, local - DAY), after = offset_at(z, local + DAY);

	if (offset_at(z, local - before) != before && offset_at(z, local - after) == after)
		return local - after;
	return local - before;
}
