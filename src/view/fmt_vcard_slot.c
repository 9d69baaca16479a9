/*
 * E-mail addresses and telephones. A card has any number of each kind, a list has
 * a fixed number of columns. Nothing but the value and its TYPE survives the
 * tools, so a value that a column had stays in it, and what is new takes the
 * columns that are free, in their order; what finds none is an extra.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_vcard.h"

#define NO_LIMIT ((size_t) 1 << 30)

enum { MAX_SLOTS = 3 };

/* One kind: what is written before its value, and its columns. */
struct kind {
	const char *head;
	const char *columns[MAX_SLOTS + 1]; /* NULL at the end */
};

static const struct kind email = { "EMAIL;TYPE=INTERNET", { "Email", "Email2", "Email3", NULL } };

enum tel { WORK, CELL, HOME, WORK_FAX, HOME_FAX, FAX, CAR, PAGER, ISDN, PREF, VOICE, TELS };

static const struct kind tels[TELS] = {
	[WORK] = { "TEL;TYPE=WORK,VOICE", { "WorkPhone", "Business2Number", NULL } },
	[CELL] = { "TEL;TYPE=CELL,VOICE", { "CellPhone", NULL } },
	[HOME] = { "TEL;TYPE=HOME,VOICE", { "HomePhone", "Home2Number", NULL } },
	[WORK_FAX] = { "TEL;TYPE=WORK,FAX", { "WorkFax", NULL } },
	[HOME_FAX] = { "TEL;TYPE=HOME,FAX", { "HomeFaxNumber", NULL } },
	[FAX] = { "TEL;TYPE=FAX", { "OtherFaxNumber", NULL } },
	[CAR] = { "TEL;TYPE=CAR,VOICE", { "CarNumber", NULL } },
	[PAGER] = { "TEL;TYPE=PAGER", { "PagerNumber", NULL } },
	[ISDN] = { "TEL;TYPE=ISDN", { "ISDNNumber", NULL } },
	[PREF] = { "TEL;TYPE=PREF", { "PrimaryNumber", NULL } },
	[VOICE] = { "TEL;TYPE=VOICE", { "OtherNumber", NULL } },
};

/* ---- writing --------------------------------------------------------------------------- */

static int write_kind(const struct list *l, const struct values *v, const struct kind *k, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; k->columns[i] && r == 0; i++) {
		buf_reset(&text);
		r = column_show(l, v, k->columns[i], COLUMN_TEXT, &text);
		if (r == 0 && text.len)
			line_text(k == &email && i == 0 ? "EMAIL;TYPE=INTERNET,PREF" : k->head, buf_str(&text), out);
	}
	buf_release(&text);
	return r;
}

int vcard_write_slots(const struct list *l, const struct values *v, struct buf *out)
{
	int r = write_kind(l, v, &email, out);

	for (size_t i = 0; i < TELS && r == 0; i++)
		r = write_kind(l, v, &tels[i], out);
	return r;
}

/* ---- reading ----------------------------------------------------------------------------- */

static bool has_type(const struct line *line, const char *type)
{
	return line_param_has(line, "TYPE", type);
}

/* Tools write a TYPE in any order and case, with VOICE or without, and more than one place. */
static enum tel kind_of(const struct line *line)
{
	static const struct {
		const char *type;
		enum tel kind;
	} types[] = {
		{ "CELL", CELL }, { "MOBILE", CELL }, { "CAR", CAR },   { "PAGER", PAGER },
		{ "ISDN", ISDN }, { "WORK", WORK },   { "HOME", HOME }, { "PREF", PREF },
	};

	if (has_type(line, "FAX"))
		return has_type(line, "WORK") ? WORK_FAX : has_type(line, "HOME") ? HOME_FAX : FAX;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (has_type(line, types[i].type))
			return types[i].kind;
	return VOICE;
}

static bool is_of(const struct line *line, const struct kind *k)
{
	return k == &email || &tels[kind_of(line)] == k;
}

/* The columns of a kind while they are given their lines. */
struct slots {
	const struct vcard_reading *re;
	const struct kind *kind;
	const char *property;
	const struct line *line[MAX_SLOTS]; /* NULL: free */
};

/* What the line says; vCard 4 has telephones as URIs. */
static int text_of(const struct line *line, struct buf *out)
{
	const char *value = line->value;

	if (str_eq_nocase(line_param(line, "VALUE"), "uri") && strncasecmp(value, "tel:", 4) == 0)
		value += 4;
	line_unescape(value, out);
	return buf_error(out);
}

/* A column that is free and has this value. 1: it has the line now; 0, -ENOMEM. */
static int give_old(struct slots *s, const struct line *line)
{
	const struct fmt_edit *e = &s->re->edit;
	struct buf now = BUF_INIT(NO_LIMIT), was = BUF_INIT(NO_LIMIT);
	int r = text_of(line, &now), found = 0;

	for (size_t i = 0; s->kind->columns[i] && r == 0 && !found; i++) {
		buf_reset(&was);
		r = s->line[i] ? 0 : column_show(e->list, e->base, s->kind->columns[i], COLUMN_TEXT, &was);
		if (r == 0 && !s->line[i] && was.len && str_eq(buf_str(&was), buf_str(&now))) {
			s->line[i] = line;
			line_mark(line, true);
			found = 1;
		}
	}
	buf_release(&now);
	buf_release(&was);
	return r < 0 ? r : found;
}

static bool has_line(const struct slots *s, const struct line *line)
{
	for (size_t i = 0; s->kind->columns[i]; i++)
		if (s->line[i] == line)
			return true;
	return false;
}

/* Gives a line that has no column the first that is free; what is over stays an extra, unless it says nothing. */
static void give_free(struct slots *s, const struct line *line)
{
	if (!*line->value) {
		line_mark(line, true);
		return;
	}
	for (size_t i = 0; s->kind->columns[i]; i++)
		if (!s->line[i]) {
			s->line[i] = line;
			line_mark(line, true);
			return;
		}
}

/* Those with PREF first: it is the first column that others write to. */
static void give_rest(struct slots *s, bool preferred)
{
	const struct line *line = NULL;

	while ((line = lines_next(&s->re->l, 0, s->property, line)))
		if (is_of(line, s->kind) && has_type(line, "PREF") == preferred && !has_line(s, line))
			give_free(s, line);
}

static int store(const struct slots *s)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; s->kind->columns[i] && r == 0; i++) {
		buf_reset(&text);
		r = s->line[i] ? text_of(s->line[i], &text) : 0;
		if (r == 0)
			r = edit_text(&s->re->edit, s->kind->columns[i], COLUMN_TEXT, buf_str(&text),
				      s->line[i] ? s->line[i]->number : 0);
	}
	buf_release(&text);
	return r;
}

static int read_kind(const struct vcard_reading *re, const char *property, const struct kind *k)
{
	struct slots s = { .re = re, .kind = k, .property = property };
	const struct line *line = NULL;
	int r = 0;

	while (r >= 0 && (line = lines_next(&re->l, 0, property, line)))
		if (is_of(line, k))
			r = give_old(&s, line);
	if (r < 0)
		return r;
	give_rest(&s, true);
	give_rest(&s, false);
	return store(&s);
}

int vcard_read_slots(const struct vcard_reading *re)
{
	int r = read_kind(re, "EMAIL", &email);

	for (size_t i = 0; i < TELS && r == 0; i++)
		r = read_kind(re, "TEL", &tels[i]);
	return r;
}
