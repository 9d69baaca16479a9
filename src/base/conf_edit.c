#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* A last line without its end must get one before something follows, and so must one that goes on after it. */
static void end_line(struct buf *out)
{
	if (out->len && out->p[out->len - 1] != '\n')
		buf_addc(out, '\n');
	if (str_ends(buf_str(out), "\\\n") || str_ends(buf_str(out), "\\\r\n"))
		buf_addc(out, '\n');
}

static void add_escaped(struct buf *out, const char *s, const char *newline)
{
	for (; *s; s++) {
		if (*s == '\n')
			buf_adds(out, newline);
		else if (*s == '"' || *s == '\\')
			buf_addf(out, "\\%c", *s);
		else
			buf_addc(out, *s);
	}
}

void conf_add_section(struct buf *out, const char *name, const char *subject)
{
	end_line(out);
	buf_addf(out, "[%s", name);
	if (subject) {
		buf_adds(out, " \"");
		add_escaped(out, subject, " "); /* a subject has no escape for it */
		buf_addc(out, '"');
	}
	buf_adds(out, "]\n");
}

static void add_value(struct buf *out, const char *value)
{
	size_t n = strlen(value);
	bool quote = n == 0 || strpbrk(value, "#;\"\\\n\t") || isspace((unsigned char) value[0]) ||
		     isspace((unsigned char) value[n - 1]);

	buf_adds(out, quote ? "\"" : "");
	add_escaped(out, value, "\\n");
	buf_adds(out, quote ? "\"" : "");
}

void conf_add_entry(struct buf *out, const char *key, const char *value)
{
	end_line(out);
	buf_addf(out, "\t%s = ", key);
	add_value(out, value);
	buf_addc(out, '\n');
}

/* A key that shares the header's line, "[a] k = v", cannot go with its whole line. */
static size_t entry_begin(const struct conf *c, const struct conf_entry *e, const char *text)
{
	const struct conf_section *s = &c->sections[e->section];
	size_t at = e->begin;

	if (at != s->begin)
		return at;
	for (bool quoted = false; text[at] != ']' || quoted; at++) {
		if (text[at] == '\\')
			at++;
		else if (text[at] == '"')
			quoted = !quoted;
	}
	return at + 1;
}

/* The blanks before the section's last key that has a line of its own; a tab where there is none. */
static void add_indentation(struct buf *out, const struct conf *c, const char *text, size_t section)
{
	const struct conf_entry *last = NULL;

	for (size_t i = 0; i < c->n_entries; i++)
		if (c->entries[i].section == section && c->entries[i].begin != c->sections[section].begin)
			last = &c->entries[i];
	if (last)
		buf_add(out, text + last->begin, strspn(text + last->begin, " \t"));
	else
		buf_addc(out, '\t');
}

int conf_append(const struct conf *c, const char *text, size_t n, size_t section, const char *key, const char *value,
		struct buf *out)
{
	size_t at = c->sections[section].end;

	buf_add(out, text, at);
	end_line(out);
	add_indentation(out, c, text, section);
	buf_addf(out, "%s = ", key);
	add_value(out, value);
	buf_addc(out, '\n');
	return buf_add(out, text + at, n - at);
}

static int replace_value(const struct conf_entry *e, const char *text, size_t n, const char *value, struct buf *out)
{
	char after = e->value_end < n ? text[e->value_end] : '\n';

	buf_add(out, text, e->value_begin);
	if (!e->assigned)
		buf_adds(out, " = ");
	else if (text[e->value_begin - 1] == '=' && e->value_begin == e->value_end)
		buf_addc(out, ' ');
	add_value(out, value);
	if (after == '#' || after == ';')
		buf_addc(out, ' ');
	return buf_add(out, text + e->value_end, n - e->value_end);
}

int conf_set(const struct conf *c, const char *text, size_t n, size_t section, const char *key,
	     const char *value, struct buf *out)
{
	const struct conf_entry *e = conf_find(c, section, key);

	if (value)
		return e ? replace_value(e, text, n, value, out) : conf_append(c, text, n, section, key, value, out);
	if (!e)
		return buf_add(out, text, n);
	buf_add(out, text, entry_begin(c, e, text));
	end_line(out);
	return buf_add(out, text + e->end, n - e->end);
}

int conf_drop(const struct conf *c, const char *text, size_t n, size_t section, struct buf *out)
{
	const struct conf_section *s = &c->sections[section];

	buf_add(out, text, s->begin);
	return buf_add(out, text + s->end, n - s->end);
}

int conf_bool(const char *text)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (str_eq_nocase(text, yes[i]))
			return 1;
		if (str_eq_nocase(text, no[i]))
			return 0;
	}
	return -EINVAL;
}

int conf_size(const char *text, int64_t *ret_bytes)
{
	static const char units[] = "kMGT";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	int64_t v = 0;
	int shift = 0;

	if (digits == 0)
		return -EINVAL;
	for (size_t i = 0; i < digits; i++) {
		v = v * 10 + (text[i] - '0');
		if (v > INT64_C(1) << 50)
			return -ERANGE;
	}
	if (*unit) {
		const char *at = strchr(units, *unit == 'K' ? 'k' : *unit);

		if (!at || (unit[1] && strcmp(unit + 1, "iB") != 0))
			return -EINVAL;
		shift = 10 * (int) (at - units + 1);
	}
	if (v > (INT64_C(1) << 50) >> shift)
		return -ERANGE;
	*ret_bytes = v << shift;
	return 0;
}

int conf_duration(const char *text, long long *ret_ms)
{
	static const struct {
		const char *unit;
		long long ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	size_t digits = strspn(text, "0123456789");
	long long v = 0;

	if (digits == 0)
		return -EINVAL;
	for (size_t i = 0; i < digits; i++) {
		v = v * 10 + (text[i] - '0');
		if (v > 1000000000)
			return -ERANGE;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(text + digits, units[i].unit) == 0) {
			*ret_ms = v * units[i].ms;
			return 0;
		}
	return -EINVAL;
}
