#ifndef T_VIEW_ITEMS_H
#define T_VIEW_ITEMS_H

/* Random items of any schema, and what holds for all of them as item text. */

#include <stdio.h>

#include "base/clock.h"
#include "t_view_pick.h"
#include "t_view_schema.h"

/* ---- nasty texts ------------------------------------------------------------------------- */

static const char *const atoms[] = {
	"a", "Z", "word", " ", "  ", "\"", "\\", ";", ";;", ";#", ",#", "#", ":", ": ", ".", "[", "]", "[7]", "<", ">", "<x@y>", ",",
	", ", "\u00e4", "\u65e5\u672c", "\U0001f600", "\U0001f468\u200d\U0001f469", "\u202e", "\u200b", "\u00a0", "\ufeff", "\u2028",
	"\t", "\x01", "\x1b[31m", "\x7f", "\r", "\n", "\r\n", "%", "=", "&amp;", "<b>", "</div>", "<br>", "*", "* ", "-", "0", "1",
	"Yes", "Title", "Title: ", "\\n", "\\u0041", "(1) ", "'", "|", "\v", "\f",
};

static inline void add_text(struct buf *out, unsigned max, bool one_line)
{
	for (unsigned n = pick(max + 1); n > 0; n--) {
		const char *atom = atoms[pick(sizeof(atoms) / sizeof(*atoms))];

		buf_adds(out, one_line && strpbrk(atom, "\r\n") ? "n" : atom);
	}
}

/* ---- values of each type, as a server sends them -------------------------------------------- */

static inline void make_text(struct buf *out, const struct field *f)
{
	(void) f;
	add_text(out, 8, false);
}

static inline void make_note(struct buf *out, const struct field *f)
{
	static const char *const tags[] = { "<p>", "</p>", "<div>", "</div>", "<ul><li>", "</li></ul>", "<b>", "</b>",
					    "<br>", "<a href=\"http://x/\">", "</a>", "<table><tr><td>", "</td><td>",
					    "</td></tr></table>", "&nbsp;", "&#8203;", "<pre>", "</pre>", "<img alt=x>" };

	for (unsigned n = pick(6); n > 0; n--) {
		if (f->flags & FIELD_RICHTEXT)
			buf_adds(out, tags[pick(sizeof(tags) / sizeof(*tags))]);
		add_text(out, 6, true);
		buf_adds(out, pick(3) ? "\n" : "\r\n");
	}
}

static inline void make_choice(struct buf *out, const struct field *f)
{
	if (f->flags & FIELD_FILLIN && pick(2))
		add_text(out, 5, false);
	else
		buf_adds(out, f->choices[pick((unsigned) f->n_choices)]);
}

static inline void add_doubled(struct buf *out, const char *s, char c)
{
	for (; *s; s++) {
		if (*s == c)
			buf_addc(out, c);
		buf_addc(out, *s);
	}
}

static inline void make_choices(struct buf *out, const struct field *f)
{
	for (unsigned n = pick(4); n > 0; n--) {
		CLEANUP(buf_release_p) struct buf one = BUF_INIT(4096);

		make_choice(&one, f);
		if (!one.len)
			continue;
		buf_adds(out, out->len ? "" : ";#");
		add_doubled(out, buf_str(&one), ';');
		buf_adds(out, ";#");
	}
}

static inline void make_boolean(struct buf *out, const struct field *f)
{
	static const char *const truths[] = { "0", "1", "TRUE", "FALSE", "-1" };

	(void) f;
	buf_adds(out, truths[pick(5)]);
}

static inline void make_number(struct buf *out, const struct field *f)
{
	if (f->type == FIELD_INTEGER)
		buf_addf(out, "%d", (int) pick(2000000) - 1000000);
	else if (pick(5))
		buf_addf(out, "%s%u.%03u0000000000", pick(2) ? "-" : "", pick(1000000), pick(1000));
	else
		buf_addf(out, "%u.%014uE%c%02u", pick(10), pick(1000000000), pick(2) ? '+' : '-', pick(60));
}

static inline void make_time(struct buf *out, const struct field *f)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t day = (int64_t) pick(3000000) * 86400 / 1000 * 365;

	if (f->flags & FIELD_DATEONLY)
		clock_format_iso(day / 86400 * 86400 - 3600, iso);
	else
		clock_format_iso((int64_t) pick(0x7fffffff) * 8 - 4000000000 + pick(86400), iso);
	buf_adds(out, iso);
}

/* "id;#text", in several with ';' doubled. */
static inline void add_reference(struct buf *out, const char *id, const char *text, bool several)
{
	buf_addf(out, "%s%s;#", several && out->len ? ";#" : "", id);
	if (several)
		add_doubled(out, text, ';');
	else
		buf_adds(out, text);
}

static inline void make_lookup(struct buf *out, const struct field *f)
{
	bool several = f->type == FIELD_LOOKUPMULTI;

	for (unsigned n = several ? pick(4) : 1; n > 0; n--) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
		CLEANUP(str_free_p) char *id = str_printf("%u", 1000 + pick(100000));
		unsigned known_one = pick(2 * N_LOOKED_UP);

		add_text(&text, 5, false);
		if (known_one < N_LOOKED_UP)
			add_reference(out, looked_up[known_one].id, looked_up[known_one].text, several);
		else
			add_reference(out, id, buf_str(&text), several);
	}
}

static inline void make_user(struct buf *out, const struct field *f)
{
	bool several = f->type == FIELD_USERMULTI;

	for (unsigned n = several ? pick(4) : 1; n > 0; n--) {
		CLEANUP(buf_release_p) struct buf name = BUF_INIT(4096);
		CLEANUP(str_free_p) char *id = str_printf("%u", 1000 + pick(100000));
		unsigned one = pick(2 * N_PEOPLE);

		add_text(&name, 5, true);
		if (one < N_PEOPLE) {
			const char *rest = strstr(people[one].wire, ";#") + 2;

			add_reference(out, people[one].id, rest, several);
		} else if (!strstr(buf_str(&name), ",#")) {
			add_reference(out, id, buf_str(&name), several);
		}
	}
}

static inline void make_url(struct buf *out, const struct field *f)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);

	(void) f;
	add_text(&text, 4, true);
	buf_adds(out, pick(2) ? "http://x.example/" : "/sites/x/");
	add_doubled(out, buf_str(&text), ',');
	buf_adds(out, ", ");
	add_text(out, 5, false);
}

static inline void make_approval(struct buf *out, const struct field *f)
{
	(void) f;
	buf_addf(out, "%u", pick(5));
}

static void (*const makers[FIELD_TYPE_COUNT])(struct buf *out, const struct field *f) = {
	[FIELD_UNKNOWN] = make_text,	  [FIELD_TEXT] = make_text,	    [FIELD_NOTE] = make_note,
	[FIELD_CHOICE] = make_choice,	  [FIELD_MULTICHOICE] = make_choices, [FIELD_BOOLEAN] = make_boolean,
	[FIELD_NUMBER] = make_number,	  [FIELD_CURRENCY] = make_number,   [FIELD_INTEGER] = make_number,
	[FIELD_DATETIME] = make_time,	  [FIELD_LOOKUP] = make_lookup,	    [FIELD_LOOKUPMULTI] = make_lookup,
	[FIELD_USER] = make_user,	  [FIELD_USERMULTI] = make_user,    [FIELD_URL] = make_url,
	[FIELD_CALCULATED] = make_text,	  [FIELD_COUNTER] = make_number,    [FIELD_GUID] = make_text,
	[FIELD_ATTACHMENTS] = make_text,  [FIELD_COMPUTED] = make_text,	    [FIELD_FILE] = make_text,
	[FIELD_MODSTAT] = make_approval,  [FIELD_CONTENTTYPEID] = make_text, [FIELD_THREADINDEX] = make_text,
};

static inline void make_values(const struct list *l, struct values *v)
{
	*v = (struct values) VALUES_INIT;
	for (size_t i = 0; i < l->schema.n; i++) {
		const struct field *f = &l->schema.f[i];
		CLEANUP(buf_release_p) struct buf wire = BUF_INIT(1 << 16);

		if (pick(7))
			makers[f->type](&wire, f);
		assert_int_equal(buf_error(&wire), 0);
		if (wire.len)
			assert_int_equal(values_set(v, f->name, buf_str(&wire)), 0);
	}
}

/* ---- the properties -------------------------------------------------------------------------------- */

static inline void parse(const struct list *l, const struct values *base, const char *text, struct values *ret, bool *ret_complete)
{
	struct view_edit e = { l, base, NULL, &known };
	struct err err = { 0 };

	if (view_text_parse(&e, text, strlen(text), ret, ret_complete, &err) < 0)
		fail_msg("the rendering was refused: %s\n%s", err.text, text);
}

/* Whether it is shown as another text than it has. */
static inline bool is_rich(const struct list *l, const struct field *f)
{
	return f->type == FIELD_NOTE && (f->flags & FIELD_RICHTEXT) && !(l->flags & LIST_RAW_HTML);
}

static inline bool has_text(const struct field *f)
{
	return f->type == FIELD_USER || f->type == FIELD_USERMULTI || f->type == FIELD_LOOKUP || f->type == FIELD_LOOKUPMULTI;
}

/* HTML folds white space: a tab comes back as blanks. */
static inline void fold(char *s)
{
	char *start = s, *w = s;

	for (; *s; s++)
		if ((*s != ' ' && *s != '\t') || (w > start && w[-1] != ' ' && w[-1] != '\n'))
			*w++ = *s == '\t' ? ' ' : *s;
	*w = '\0';
}

/* Whether two wire values are the same to a person: as text, or by ids. */
static inline void check_meaning(const struct list *l, const struct field *f, const char *a, const char *b, const char *text)
{
	CLEANUP(str_free_p) char *x = shown(l, f, a), *y = shown(l, f, b);

	if (is_rich(l, f)) {
		fold(x);
		fold(y);
	}
	if (str_eq(x, y) || (has_text(f) && field_same(f, a, b)))
		return;
	fail_msg("%s of type %d was\n%s\nand became\n%s\nthat is\n%s\nand\n%s\nin\n%s", f->name, f->type, a, b ? b : "(none)", x, y,
		 text);
}

static inline void check_item(const struct list *l)
{
	CLEANUP(values_release_p) struct values v, none = VALUES_INIT, same = VALUES_INIT, all = VALUES_INIT;
	CLEANUP(str_free_p) char *text = NULL, *again = NULL;
	bool complete = false;

	make_values(l, &v);
	text = rendered(l, &v);
	assert_true(str_utf8_valid(text, strlen(text)));
	parse(l, &v, text, &same, &complete);
	if (same.n)
		fail_msg("%s changed from \"%s\" to \"%s\" in\n%s", same.v[0].name, values_get(&v, same.v[0].name), same.v[0].text,
			 text);
	assert_true(complete);
	parse(l, &none, text, &all, &complete);
	for (size_t i = 0; i < l->schema.n; i++) {
		const struct field *f = &l->schema.f[i];

		if (!field_editable(f) || schema_find(&l->schema, f->name) != f)
			continue;
		check_meaning(l, f, values_get(&v, f->name), values_get(&all, f->name), text);
		/* what cannot be changed is in comments; with it the text is the same again */
		if (values_get(&all, f->name) && !is_rich(l, f))
			assert_int_equal(values_set(&v, f->name, values_get(&all, f->name)), 0);
	}
	/* saved a second time against what the first time sent: nothing is sent */
	parse(l, &all, text, &same, &complete);
	if (same.n)
		fail_msg("%s went from \"%s\" to \"%s\" when saved again:\n%s", same.v[0].name, values_get(&all, same.v[0].name),
			 same.v[0].text, text);
	again = rendered(l, &v);
	if (strcmp(text, again) != 0)
		fail_msg("rendered again:\n%s\ninstead of\n%s", again, text);
}

#endif
