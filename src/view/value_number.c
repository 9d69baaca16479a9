/*
 * Numbers as texts: what the server sends with fifteen digits is shown as short
 * as it can be, and a percentage is shifted, without a double that would make
 * 33.3 % of 0.333 something else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "value.h"

enum {
	MAX_DIGITS = 64,
	MAX_PLAIN = 24, /* digits before the point, or zeros behind it, that are still written out */
};

/* 0.DIGITS * 10^exponent, with no zero at either end; no digits: zero. */
struct decimal {
	bool negative;
	char digits[MAX_DIGITS];
	int n;
	int exponent;
};

/* Takes digits and one point off *p. False: no digit, or too many that count. */
static bool read_digits(const char **p, struct decimal *d)
{
	const char *s = *p;
	bool any = false, point = false;
	int zeros = 0; /* not yet known to stand between digits that count */

	for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		any = true;
		if (d->n || *s != '0')
			d->exponent += !point;
		else
			d->exponent -= point;
		if (*s == '0') {
			zeros += d->n > 0;
			continue;
		}
		if (d->n + zeros >= MAX_DIGITS)
			return false;
		memset(d->digits + d->n, '0', (size_t) zeros);
		d->n += zeros;
		d->digits[d->n++] = *s;
		zeros = 0;
	}
	*p = s;
	return any;
}

/* The whole of n bytes at s, which something follows. */
static bool read_decimal(const char *s, size_t n, struct decimal *ret)
{
	struct decimal d = { .negative = *s == '-' };
	const char *end = s + n;

	s += *s == '-' || *s == '+';
	if (!read_digits(&s, &d))
		return false;
	if (*s == 'e' || *s == 'E') {
		const char *digits = s + 1 + (s[1] == '-' || s[1] == '+');
		long e = strtol(s + 1, NULL, 10);

		s = digits + strspn(digits, "0123456789");
		if (s == digits || e > 999 || e < -999)
			return false;
		d.exponent += (int) e;
	}
	if (s != end)
		return false;
	*ret = d;
	return true;
}

static void add_zeros(struct buf *out, int n)
{
	while (n-- > 0)
		buf_addc(out, '0');
}

static void add_decimal(struct buf *out, const struct decimal *d)
{
	int whole = d->exponent < 0 ? 0 : d->exponent < d->n ? d->exponent : d->n;

	if (!d->n) {
		buf_addc(out, '0');
		return;
	}
	if (d->negative)
		buf_addc(out, '-');
	if (d->exponent > MAX_PLAIN || d->exponent < -MAX_PLAIN) {
		buf_addf(out, "%c%s%.*sE%+d", d->digits[0], d->n > 1 ? "." : "", d->n - 1,
			 d->digits + 1, d->exponent - 1);
		return;
	}
	buf_add(out, d->digits, (size_t) whole);
	add_zeros(out, d->exponent > 0 ? d->exponent - whole : 1);
	if (whole < d->n) {
		buf_addc(out, '.');
		add_zeros(out, -d->exponent);
		buf_add(out, d->digits + whole, (size_t) (d->n - whole));
	}
}

int number_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	bool percent = f->type != FIELD_INTEGER && (f->flags & FIELD_PERCENTAGE);
	struct decimal d;

	(void) l;
	if (!read_decimal(wire, strlen(wire), &d))
		return buf_adds(out, wire);
	d.exponent += percent ? 2 : 0;
	add_decimal(out, &d);
	return percent ? buf_addc(out, '%') : buf_error(out);
}

int number_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	bool percentage = from->field->flags & FIELD_PERCENTAGE;
	size_t n = strlen(text);
	bool percent = percentage && n && text[n - 1] == '%';
	struct decimal d;

	n -= percent;
	while (percent && n && text[n - 1] == ' ')
		n--;
	if (!n || !read_decimal(text, n, &d))
		return err_set(err, -EINVAL, "not a number; write it as %s, without grouping",
			       percentage ? "50% or 0.5" : "1234.5");
	d.exponent -= percent ? 2 : 0;
	add_decimal(out, &d);
	return buf_error(out);
}

int integer_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	const char *digits = text + (*text == '-' || *text == '+');
	struct decimal d;

	(void) from;
	if (!*digits || digits[strspn(digits, "0123456789")] || !read_decimal(text, strlen(text), &d))
		return err_set(err, -EINVAL, "not an integer");
	/* With more it would be written with an exponent, which is none. */
	if (d.exponent > MAX_PLAIN)
		return err_set(err, -EINVAL, "an integer with more than %d digits", MAX_PLAIN);
	add_decimal(out, &d);
	return buf_error(out);
}
