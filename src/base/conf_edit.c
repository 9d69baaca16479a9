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

void conf_add_entry(struct buf *out, const char *key, const char *value)
{
	size_t n = strlen(value);
	bool quote = n == 0 || strpbrk(value, "#;\"\\\n\t") || isspace((unsigned char) value[0]) ||
		     isspace((unsigned char) value[n - 1]);

	end_line(out);
	buf_addf(out, "\t%s = %s", key, quote ? "\"" : "");
	add_escaped(out, value, "\\n");
	buf_addf(out, "%s\n", quote ? "\"" : "");
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

int conf_set(const struct conf *c, const char *text, size_t n, size_t section, const char *key,
	     const char *value, struct buf *out)
{
	const struct conf_entry *e = conf_find(c, section, key);
	size_t begin = e ? entry_begin(c, e, text) : c->sections[section].end;
	size_t end = e ? e->end : begin;

	buf_add(out, text, begin);
	if (value)
		conf_add_entry(out, key, value);
	else
		end_line(out);
	return buf_add(out, text + end, n - end);
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
