#include "value_wire.h"

#include <errno.h>
#include <string.h>

#include "value.h"

const char *wire_part(const char *s, const char *separator, struct buf *out)
{
	const char *start = s;

	for (; *s; s++) {
		if (s[0] != separator[0])
			continue;
		if (s[1] == separator[1]) {
			buf_add(out, start, (size_t) (s - start));
			return s + 2;
		}
		if (s[1] == s[0]) { /* the first of the two is text */
			buf_add(out, start, (size_t) (s - start) + 1);
			start = ++s + 1;
		}
	}
	buf_add(out, start, (size_t) (s - start));
	return NULL;
}

void wire_double(struct buf *out, const char *s, char c)
{
	for (; *s; s++) {
		if (*s == c)
			buf_addc(out, c);
		buf_addc(out, *s);
	}
}

/* ---- references on the wire ------------------------------------------------------- */

void wire_ref_release(struct wire_ref *r)
{
	buf_release(&r->id);
	buf_release(&r->text);
}

int wire_ref_error(const struct wire_ref *r)
{
	int e = buf_error(&r->id);

	return e < 0 ? e : buf_error(&r->text);
}

/* Moves the id aside when s begins with one; returns what follows it, NULL when nothing does. */
static const char *take_id(const char *s, struct buf *id)
{
	size_t n = strspn(s, "0123456789");
	bool end = s[n] == '\0';

	if (!n || !(end || strncmp(s + n, ";#", 2) == 0))
		return s;
	buf_add(id, s, n);
	return end ? NULL : s + n + 2;
}

const char *wire_ref_next(const char *s, bool several, struct wire_ref *ret)
{
	buf_reset(&ret->id);
	buf_reset(&ret->text);
	s = take_id(s, &ret->id);
	if (!s)
		return NULL;
	if (several)
		return wire_part(s, ";#", &ret->text);
	buf_adds(&ret->text, s);
	return NULL;
}

void wire_ref_add(struct buf *out, bool several, const char *id, const char *text)
{
	if (several && out->len)
		buf_adds(out, ";#");
	buf_adds(out, id);
	if (*text || several)
		buf_adds(out, ";#");
	if (several)
		wire_double(out, text, ';');
	else
		buf_adds(out, text);
}

/* ---- references as people write them ------------------------------------------------ */

void written_ref_release(struct written_ref *r)
{
	buf_release(&r->text);
	buf_release(&r->id);
	buf_release(&r->key);
}

static size_t trimmed(const char *s, size_t n)
{
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return n;
}

/*
 * Takes "[12]" or "<key>" off the end of the n bytes at s, at or behind `from`.
 * Returns how many bytes are left, trimmed.
 */
static size_t take_tail(const char *s, size_t n, size_t from, bool with_key, struct written_ref *ret)
{
	char last = n > from ? s[n - 1] : '\0';
	char opening = last == ']' ? '[' : last == '>' && with_key ? '<' : '\0';
	size_t i = n - (n > from);

	if (!opening)
		return n;
	while (i > from && s[i - 1] != opening)
		i--;
	if (i == from || i == n - 1)
		return n;
	if (opening == '[' && strspn(s + i, "0123456789") != n - 1 - i)
		return n;
	buf_add(opening == '[' ? &ret->id : &ret->key, s + i, n - 1 - i);
	return trimmed(s, i - 1);
}

int written_ref_read(const char *s, size_t n, bool with_key, struct written_ref *ret, struct err *err)
{
	size_t quoted = *s == '"' ? quote_len(s, n) : 0;
	int r;

	n = take_tail(s, n, quoted, with_key, ret);
	r = quote_read(s, n, &ret->text, err);
	if (r == 0)
		r = buf_error(&ret->id);
	return r < 0 ? r : buf_error(&ret->key);
}
