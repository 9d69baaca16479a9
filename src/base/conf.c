#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"

/* Values may be passwords. */
static void free_wiped(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void conf_release(struct conf *c)
{
	for (size_t i = 0; i < c->n_sections; i++) {
		free(c->sections[i].name);
		free(c->sections[i].subject);
	}
	for (size_t i = 0; i < c->n_entries; i++) {
		free(c->entries[i].key);
		free_wiped(c->entries[i].value);
	}
	free(c->sections);
	free(c->entries);
	free(c->file);
	*c = (struct conf) CONF_INIT;
}

/* ---- reading --------------------------------------------------------------- */

struct parser {
	struct conf *conf;
	const char *text;
	size_t n, at;
	int line;
	struct err *err;
};

static int fail(struct parser *p, const char *what)
{
	return err_set(p->err, -EINVAL, "%s:%d: %s", p->conf->file, p->line, what);
}

/* The character at hand, '\n' at the end of the text; a CR before LF is skipped. */
static char peek(const struct parser *p)
{
	if (p->at + 1 < p->n && p->text[p->at] == '\r' && p->text[p->at + 1] == '\n')
		return '\n';
	return p->at < p->n ? p->text[p->at] : '\n';
}

static void step(struct parser *p)
{
	if (p->at >= p->n)
		return;
	if (peek(p) == '\n') {
		p->line++;
		p->at += p->text[p->at] == '\r';
	}
	p->at++;
}

static void skip_blanks(struct parser *p)
{
	while (peek(p) == ' ' || peek(p) == '\t')
		step(p);
}

/* To behind the end of the line. */
static void skip_line(struct parser *p)
{
	while (peek(p) != '\n')
		step(p);
	step(p);
}

static bool is_name(char c)
{
	return isalnum((unsigned char) c) || c == '-' || c == '_' || c == '.';
}

/* r of a buffer as an error of the text: what does not fit says so. */
static int fits(struct parser *p, int r, const char *what)
{
	return r == -EFBIG ? fail(p, what) : r;
}

/* `what` says what is wrong where there is no name at all. */
static int read_name(struct parser *p, struct buf *out, const char *what)
{
	while (is_name(peek(p))) {
		buf_addc(out, (char) tolower((unsigned char) peek(p)));
		step(p);
	}
	if (out->len == 0)
		return fail(p, what);
	return fits(p, buf_error(out), "the name is longer than 256 bytes");
}

/* Behind "[section": the subject in quotes, where \ takes the next character as it is. */
static int read_subject(struct parser *p, struct buf *out)
{
	step(p);
	while (peek(p) != '"') {
		if (peek(p) == '\\')
			step(p);
		if (peek(p) == '\n')
			return fail(p, "the quote of the section's name does not end");
		buf_addc(out, peek(p));
		step(p);
	}
	step(p);
	return fits(p, buf_error(out), "the section's name in quotes is longer than 4,096 bytes");
}

static int add_section(struct parser *p, struct buf *name, struct buf *subject, bool has_subject, size_t begin)
{
	struct conf *c = p->conf;
	struct conf_section s = { .line = p->line, .begin = begin };
	int r = vec_grow(&c->sections, &c->cap_sections, c->n_sections + 1, sizeof(*c->sections));

	if (r < 0)
		return r;
	s.name = buf_take(name);
	s.subject = has_subject ? buf_take(subject) : NULL;
	if (!s.name || (has_subject && !s.subject)) {
		free(s.name);
		free(s.subject);
		return -ENOMEM;
	}
	c->sections[c->n_sections++] = s;
	return 0;
}

static int read_section(struct parser *p, size_t begin)
{
	CLEANUP(buf_release_p) struct buf name = BUF_INIT(256);
	CLEANUP(buf_release_p) struct buf subject = BUF_INIT(4096);
	bool has_subject;
	int r;

	step(p);
	skip_blanks(p);
	r = read_name(p, &name, "a section's name is missing: [name] or [name \"subject\"]");
	if (r < 0)
		return r;
	skip_blanks(p);
	has_subject = peek(p) == '"';
	if (has_subject) {
		r = read_subject(p, &subject);
		if (r < 0)
			return r;
		skip_blanks(p);
	}
	if (peek(p) != ']')
		return fail(p, "the section's header does not end with ]");
	r = add_section(p, &name, &subject, has_subject, begin);
	step(p);
	return r;
}

static int read_escape(struct parser *p, struct buf *out)
{
	static const char from[] = "ntb\"\\", to[] = "\n\t\b\"\\";
	const char *at;

	step(p);
	if (peek(p) == '\n') { /* the value goes on in the next line */
		if (p->at >= p->n)
			return fail(p, "the file ends within a value");
		step(p);
		return 0;
	}
	at = strchr(from, peek(p));
	if (!at)
		return fail(p, "a backslash is written \\\\ (other escapes: \\\" \\n \\t \\b, and \\ at the end of a line)");
	step(p);
	return buf_addc(out, to[at - from]);
}

/* Behind '='. Blanks at either end go, unless they are quoted. */
static int read_value(struct parser *p, struct buf *out, size_t *ret_begin, size_t *ret_end)
{
	bool quoted = false;
	size_t keep = 0; /* so much of out may not be trimmed */
	int r = 0;

	skip_blanks(p);
	*ret_begin = *ret_end = p->at;
	while (r == 0 && (quoted || (peek(p) != '#' && peek(p) != ';'))) {
		char c = peek(p);

		if (c == '\n')
			break;
		if (c == '\\') {
			r = read_escape(p, out);
			keep = out->len;
			*ret_end = p->at;
		} else if (c == '"') {
			quoted = !quoted;
			step(p);
			keep = out->len;
			*ret_end = p->at;
		} else {
			r = buf_addc(out, c);
			step(p);
			if (quoted || !isspace((unsigned char) c)) {
				keep = out->len;
				*ret_end = p->at;
			}
		}
	}
	if (r == 0 && quoted)
		return fail(p, "the quote does not end");
	return r < 0 ? r : buf_resize(out, keep);
}

/* e's strings come from key and value. */
static int add_entry(struct parser *p, struct conf_entry e, struct buf *key, struct buf *value)
{
	struct conf *c = p->conf;
	int r = vec_grow(&c->entries, &c->cap_entries, c->n_entries + 1, sizeof(*c->entries));

	if (r < 0)
		return r;
	e.key = buf_take(key);
	e.value = buf_take(value);
	if (!e.key || !e.value) {
		free(e.key);
		free(e.value);
		return -ENOMEM;
	}
	c->entries[c->n_entries++] = e;
	return 0;
}

static int read_entry(struct parser *p, size_t begin)
{
	CLEANUP(buf_release_p) struct buf key = BUF_INIT(256);
	CLEANUP(buf_release_p) struct buf value = BUF_INIT(65536);
	struct conf_entry e = { .section = p->conf->n_sections - 1, .line = p->line, .begin = begin };
	int r;

	if (p->conf->n_sections == 0)
		return fail(p, "a key stands before the first [section]");
	r = read_name(p, &key, "neither a [section] nor `key = value`");
	if (r < 0)
		return r;
	e.value_begin = e.value_end = p->at;
	skip_blanks(p);
	if (peek(p) == '=') {
		e.assigned = true;
		step(p);
		r = read_value(p, &value, &e.value_begin, &e.value_end);
	} else if (peek(p) == '\n' || peek(p) == '#' || peek(p) == ';') {
		r = buf_adds(&value, "true");
	} else {
		return fail(p, "there is no = behind the key");
	}
	if (r < 0)
		return fits(p, r, "the value is longer than 64 KiB");
	skip_line(p);
	e.end = p->at;
	return add_entry(p, e, &key, &value);
}

/* One line, or one value with its continuations; what a section spans ends with it. */
static int read_line(struct parser *p)
{
	size_t begin = p->at;
	bool header = false;
	int r = 0;

	skip_blanks(p);
	if (peek(p) == '[') {
		header = true;
		r = read_section(p, begin);
		if (r < 0)
			return r;
		skip_blanks(p);
	}
	if (peek(p) == '#' || peek(p) == ';' || peek(p) == '\n') {
		skip_line(p);
		if (!header)
			return 0;
	} else {
		r = read_entry(p, begin);
	}
	if (r == 0)
		p->conf->sections[p->conf->n_sections - 1].end = p->at;
	return r;
}

int conf_parse(const char *file, const char *text, size_t n, struct conf *ret, struct err *err)
{
	struct conf c = CONF_INIT;
	struct parser p = { .conf = &c, .text = text, .n = n, .line = 1, .err = err };
	int r;

	if (n > CONF_FILE_MAX)
		return err_set(err, -EFBIG, "%s: larger than 1 MiB; this is not a configuration file", file);
	r = str_set(&c.file, file);
	if (r == 0 && n && (memchr(text, '\0', n) || !str_utf8_valid(text, n)))
		r = err_set(err, -EINVAL, "%s:1: not a text in UTF-8", file);
	if (r == 0 && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		p.at = 3;
	while (r == 0 && p.at < n)
		r = read_line(&p);
	if (r < 0) {
		conf_release(&c);
		return r;
	}
	*ret = c;
	return 0;
}

int conf_read(const char *path, struct conf *ret, struct err *err)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(CONF_FILE_MAX);
	int r = fsutil_read(path, &text);

	if (r < 0 && r != -ENOENT)
		return err_set(err, r, "%s: %s", path, err_text(NULL, r));
	r = conf_parse(path, buf_str(&text), text.len, ret, err);
	if (text.p)
		explicit_bzero(text.p, text.len);
	return r;
}

const struct conf_entry *conf_find(const struct conf *c, size_t section, const char *key)
{
	for (size_t i = c->n_entries; i-- > 0;)
		if (c->entries[i].section == section && str_eq_nocase(c->entries[i].key, key))
			return &c->entries[i];
	return NULL;
}
