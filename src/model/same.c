#include "same.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"
#include "base/str.h"
#include "model/field.h"

static const char blanks[] = " \t\r\n";

bool same_bytes(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* ---- numbers ------------------------------------------------------------------ */

/*
 * A decimal as the digits that count: 0.<digits> * 10^exponent, no zero at
 * either end; zero has no digits. A double would call some different ones equal.
 */
struct decimal {
	bool negative;
	long exponent;
	const char *first; /* first digit that counts; a '.' may stand between the digits */
	const char *last;  /* last digit that counts; NULL for zero */
};

/* Reads "e-05"; false when something else stands there. */
static bool read_exponent(const char *s, const char **ret_end, long *ret)
{
	char *end = (char *) s;

	*ret = 0;
	if (*s == 'e' || *s == 'E') {
		*ret = strtol(s + 1, &end, 10);
		if (end == s + 1 || *ret > 100000 || *ret < -100000)
			return false;
	}
	*ret_end = end;
	return true;
}

static bool read_digits(const char **p, struct decimal *d)
{
	const char *s = *p;
	bool any = false, after_point = false;

	for (; (*s >= '0' && *s <= '9') || (*s == '.' && !after_point); s++) {
		if (*s == '.') {
			after_point = true;
			continue;
		}
		any = true;
		if (*s != '0' && !d->first)
			d->first = s;
		if (*s != '0')
			d->last = s;
		/* Leading zeros count after the point only, digits before it only. */
		if (d->first && !after_point)
			d->exponent++;
		else if (!d->first && after_point)
			d->exponent--;
	}
	*p = s;
	return any;
}

static bool read_decimal(const char *s, struct decimal *ret)
{
	struct decimal d = { 0 };
	long e;

	s += strspn(s, blanks);
	d.negative = *s == '-';
	s += *s == '-' || *s == '+';
	if (!read_digits(&s, &d) || !read_exponent(s, &s, &e))
		return false;
	d.exponent += e;
	*ret = d;
	return s[strspn(s, blanks)] == '\0';
}

/* The next digit that counts, or '\0' after the last. */
static char next_digit(const char **p, const char *last)
{
	const char *s = *p;

	s += *s == '.';
	if (s > last)
		return '\0';
	*p = s + 1;
	return *s;
}

bool same_number(const char *a, const char *b)
{
	struct decimal x, y;
	const char *s, *t;
	char c;

	if (!read_decimal(a, &x) || !read_decimal(b, &y))
		return same_bytes(a, b);
	if (!x.last || !y.last)
		return x.last == y.last;
	if (x.negative != y.negative || x.exponent != y.exponent)
		return false;
	s = x.first;
	t = y.first;
	do {
		c = next_digit(&s, x.last);
		if (c != next_digit(&t, y.last))
			return false;
	} while (c);
	return true;
}

/* ---- truth -------------------------------------------------------------------- */

int field_truth(const char *s)
{
	int64_t n;

	if (strcasecmp(s, "TRUE") == 0 || strcasecmp(s, "FALSE") == 0)
		return *s == 'T' || *s == 't';
	if (str_to_i64(s, &n) < 0)
		return -1;
	return PLANTED("only_one_is_true") ? n == 1 : n != 0;
}

bool same_truth(const char *a, const char *b)
{
	int x = field_truth(a), y = field_truth(b);

	return x < 0 || y < 0 ? same_bytes(a, b) : x == y;
}

/* ---- notes -------------------------------------------------------------------- */

static const char *without_end(const char *s)
{
	size_t n = strlen(s);

	while (n && strchr(blanks, s[n - 1]))
		n--;
	return s + n;
}

/* The next character that counts, or -1 at the end. */
static int next_char(const char **p, const char *end)
{
	while (*p < end && **p == '\r')
		(*p)++;
	return *p < end ? (unsigned char) *(*p)++ : -1;
}

/* Takes `before` and `after` off a text that has both. */
static bool take_off(const char **s, const char **end, const char *before, const char *after)
{
	size_t n = strlen(before), m = strlen(after);

	if ((size_t) (*end - *s) < n + m || strncmp(*s, before, n) != 0 || strncmp(*end - m, after, m) != 0)
		return false;
	*s += n;
	*end -= m;
	return true;
}

/*
 * A column of FullHtml comes back in a div of its own, with a class that the server made up, and what was no HTML in
 * a paragraph besides: <div class="ExternalClass0A1B"><p>text</p></div>. That is how what was sent is kept, no edit.
 */
static void unwrap(const char **s, const char **end)
{
	const char *p = *s, *e = *end;

	if (!take_off(&p, &e, "<div class=\"ExternalClass", "</div>"))
		return;
	p += strspn(p, "0123456789ABCDEFabcdef");
	if (!take_off(&p, &e, "\">", ""))
		return;
	*s = p;
	*end = e;
	if (take_off(&p, &e, "<p>", "</p>") && !memchr(p, '<', (size_t) (e - p))) {
		*s = p;
		*end = e;
	}
}

bool same_note(const char *a, const char *b)
{
	const char *a_end = without_end(a), *b_end = without_end(b);
	int c;

	unwrap(&a, &a_end);
	unwrap(&b, &b_end);
	do {
		c = next_char(&a, a_end);
		if (c != next_char(&b, b_end))
			return false;
	} while (c >= 0);
	return true;
}

/* ---- lookups and users -------------------------------------------------------- */

/* A stretch of a wire value. */
struct part {
	const char *s;
	size_t n;
};

static bool same_part(struct part a, struct part b)
{
	return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

/*
 * The next part of a value that is divided by `separator`, a character and '#'.
 * A doubled character is a literal one ([MS-LISTSWS] 2.2.4.4), so ";;#" is no end.
 * False when nothing is left.
 */
static bool next_part(struct part *rest, char separator, struct part *ret)
{
	struct part r = *rest;
	size_t i = 0;

	if (!r.s)
		return false;
	while (i < r.n) {
		bool more = i + 1 < r.n && r.s[i] == separator;

		if (more && r.s[i + 1] == '#') {
			*ret = (struct part) { r.s, i };
			*rest = (struct part) { r.s + i + 2, r.n - i - 2 };
			return true;
		}
		i += more && r.s[i + 1] == separator ? 2 : 1;
	}
	*ret = r;
	*rest = (struct part) { NULL, 0 };
	return true;
}

/* An id that means somebody or something: 0 and the -1 of "-1;#DOMAIN\login" do not. */
static bool is_id(struct part p)
{
	bool positive = false;

	for (size_t i = 0; i < p.n; i++) {
		if (p.s[i] < '0' || p.s[i] > '9')
			return false;
		positive |= p.s[i] != '0';
	}
	return positive;
}

/* Whether p is a number at all, so that a text follows it. */
static bool is_number(struct part p)
{
	size_t sign = p.n && *p.s == '-';

	for (size_t i = sign; i < p.n; i++)
		if (p.s[i] < '0' || p.s[i] > '9')
			return false;
	return p.n > sign;
}

struct reference {
	struct part id; /* n 0: none */
	struct part text;
};

/* One reference off a list of them: "id;#text", "id" at the end, or a bare text. */
static bool next_reference(struct part *rest, struct reference *ret)
{
	struct part p;

	*ret = (struct reference) { 0 };
	if (!next_part(rest, ';', &p))
		return false;
	if (!is_number(p)) {
		ret->text = p;
		return true;
	}
	if (is_id(p))
		ret->id = p;
	next_part(rest, ';', &ret->text);
	return true;
}

/* Whether `wanted` is one of the names in "Jane Roe,#DOM\jane,#jane@x,#,#Jane Roe", or all of it. */
static bool is_known_as(struct part names, struct part wanted)
{
	struct part rest = names, p;

	if (same_part(names, wanted))
		return true;
	while (next_part(&rest, ',', &p))
		if (p.n && same_part(p, wanted))
			return true;
	return false;
}

static struct part without_zeros(struct part id)
{
	while (id.n > 1 && *id.s == '0')
		id = (struct part) { id.s + 1, id.n - 1 };
	return id;
}

static bool same_reference(const struct reference *a, const struct reference *b)
{
	if (a->id.n && b->id.n)
		return same_part(without_zeros(a->id), without_zeros(b->id));
	/* A bare id and nothing are not the same for having no text both. */
	if ((a->id.n || b->id.n) && !(a->text.n && b->text.n))
		return false;
	/* Names of a person stand on the side that the server sent. */
	return is_known_as(a->text, b->text) || is_known_as(b->text, a->text);
}

bool same_lookup(const char *a, const char *b)
{
	struct part x = { a, strlen(a) }, y = { b, strlen(b) };
	struct reference p, q;

	next_reference(&x, &p);
	next_reference(&y, &q);
	return same_reference(&p, &q);
}

bool same_lookups(const char *a, const char *b)
{
	struct part x = { a, strlen(a) }, y = { b, strlen(b) };
	struct reference p, q;

	if (!*a || !*b)
		return same_bytes(a, b);
	for (;;) {
		bool more = next_reference(&x, &p);

		if (more != next_reference(&y, &q))
			return false;
		if (!more)
			return true;
		if (!same_reference(&p, &q))
			return false;
	}
}
