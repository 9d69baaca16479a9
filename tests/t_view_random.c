/*
 * What holds for every schema and all values: the rendering parses; against the
 * values it was made from it changes nothing; against nothing it gives values of
 * the same meaning, and these render the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "t_view_schema.h"

enum { ITEMS = 4000, SCHEMAS = 40, TIMED = 2000 };

static unsigned seed = 20261130; /* the test's own; one run is like another */

static unsigned pick(unsigned n)
{
	return (unsigned) rand_r(&seed) % n;
}

/* ---- nasty texts ------------------------------------------------------------------------- */

static const char *const atoms[] = {
	"a", "Z", "word", " ", "  ", "\"", "\\", ";", ";;", ";#", ",#", "#", ":", ": ", ".", "[", "]", "[7]", "<", ">", "<x@y>", ",",
	", ", "\u00e4", "\u65e5\u672c", "\U0001f600", "\U0001f468\u200d\U0001f469", "\u202e", "\u200b", "\u00a0", "\ufeff", "\u2028",
	"\t", "\x01", "\x1b[31m", "\x7f", "\r", "\n", "\r\n", "%", "=", "&amp;", "<b>", "</div>", "<br>", "*", "* ", "-", "0", "1",
	"Yes", "Title", "Title: ", "\\n", "\\u0041", "(1) ", "'", "|", "\v", "\f",
};

static void add_text(struct buf *out, unsigned max, bool one_line)
{
	for (unsigned n = pick(max + 1); n > 0; n--) {
		const char *atom = atoms[pick(sizeof(atoms) / sizeof(*atoms))];

		buf_adds(out, one_line && strpbrk(atom, "\r\n") ? "n" : atom);
	}
}

/* ---- values of each type, as a server sends them -------------------------------------------- */

static void make_text(struct buf *out, const struct field *f)
{
	(void) f;
	add_text(out, 8, false);
}

static void make_note(struct buf *out, const struct field *f)
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

static void make_choice(struct buf *out, const struct field *f)
{
	if (f->flags & FIELD_FILLIN && pick(2))
		add_text(out, 5, false);
	else
		buf_adds(out, f->choices[pick((unsigned) f->n_choices)]);
}

static void add_doubled(struct buf *out, const char *s, char c)
{
	for (; *s; s++) {
		if (*s == c)
			buf_addc(out, c);
		buf_addc(out, *s);
	}
}

static void make_choices(struct buf *out, const struct field *f)
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

static void make_boolean(struct buf *out, const struct field *f)
{
	static const char *const truths[] = { "0", "1", "TRUE", "FALSE", "-1" };

	(void) f;
	buf_adds(out, truths[pick(5)]);
}

static void make_number(struct buf *out, const struct field *f)
{
	if (f->type == FIELD_INTEGER)
		buf_addf(out, "%d", (int) pick(2000000) - 1000000);
	else if (pick(5))
		buf_addf(out, "%s%u.%03u0000000000", pick(2) ? "-" : "", pick(1000000), pick(1000));
	else
		buf_addf(out, "%u.%014uE%c%02u", pick(10), pick(1000000000), pick(2) ? '+' : '-', pick(60));
}

static void make_time(struct buf *out, const struct field *f)
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
static void add_reference(struct buf *out, const char *id, const char *text, bool several)
{
	buf_addf(out, "%s%s;#", several && out->len ? ";#" : "", id);
	if (several)
		add_doubled(out, text, ';');
	else
		buf_adds(out, text);
}

static void make_lookup(struct buf *out, const struct field *f)
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

static void make_user(struct buf *out, const struct field *f)
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

static void make_url(struct buf *out, const struct field *f)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);

	(void) f;
	add_text(&text, 4, true);
	buf_adds(out, pick(2) ? "http://x.example/" : "/sites/x/");
	add_doubled(out, buf_str(&text), ',');
	buf_adds(out, ", ");
	add_text(out, 5, false);
}

static void make_approval(struct buf *out, const struct field *f)
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

/* ---- schemas ------------------------------------------------------------------------------------ */

static const char *const displays[] = {
	"Title", "title", "TITLE", "", " ", "#hash", "[x]", "Due", "Due: date", "Due: date: x", "due", "Same", "same", "a:", ":", "::",
	"A\nB", "A B", "\u65e5\u672c", "\ufeffbom", "F7", "[F7]", "F8:", "\U0001f600", "Body", "\x01", "x\ty", " lead", "Why?",
};

/* One field of each type in every schema, more of some; displays that clash on purpose. */
static void make_schema(struct list *l)
{
	static const char *const notes[] = { "Body", "Comment", "Description" };
	const unsigned more = pick(20);

	*l = (struct list) LIST_INIT;
	l->template = 100;
	l->bias = (int) pick(25) * 60 - 720;
	l->flags = (pick(2) ? LIST_MODERATED : 0) | (pick(2) ? LIST_RAW_HTML : 0);
	for (unsigned i = 0; i < FIELD_TYPE_COUNT + more; i++) {
		struct column c = { .type = i < FIELD_TYPE_COUNT ? (enum field_type) i : (enum field_type) pick(FIELD_TYPE_COUNT) };
		CLEANUP(str_free_p) char *name = str_printf("F%u", i);
		CLEANUP(buf_release_p) struct buf display = BUF_INIT(4096);

		c.name = i == 1 ? "Title" : c.type == FIELD_NOTE && !pick(3) && i == FIELD_NOTE ? notes[pick(3)] : name;
		if (pick(3))
			buf_adds(&display, displays[pick(sizeof(displays) / sizeof(*displays))]);
		else
			add_text(&display, 4, false);
		c.display = buf_str(&display);
		if (c.type == FIELD_CHOICE || c.type == FIELD_MULTICHOICE)
			memcpy(c.choices, (const char *[]) { "(1) High", "(2) Normal", "Red; Green", "\"x\"", " y", "high" },
			       6 * sizeof(*c.choices));
		c.flags = pick(2) ? FIELD_RICHTEXT | FIELD_PERCENTAGE | FIELD_DATEONLY : 0;
		c.flags |= pick(2) ? FIELD_FILLIN : 0;
		c.flags |= pick(8) ? 0 : FIELD_READONLY;
		add_column(l, &c);
	}
}

static void make_values(const struct list *l, struct values *v)
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

static void parse(const struct list *l, const struct values *base, const char *text, struct values *ret, bool *ret_complete)
{
	struct view_edit e = { l, base, NULL, &known };
	struct err err = { 0 };

	if (view_text_parse(&e, text, strlen(text), ret, ret_complete, &err) < 0)
		fail_msg("the rendering was refused: %s\n%s", err.text, text);
}

/* Whether it is shown as another text than it has. */
static bool is_rich(const struct list *l, const struct field *f)
{
	return f->type == FIELD_NOTE && (f->flags & FIELD_RICHTEXT) && !(l->flags & LIST_RAW_HTML);
}

static bool has_text(const struct field *f)
{
	return f->type == FIELD_USER || f->type == FIELD_USERMULTI || f->type == FIELD_LOOKUP || f->type == FIELD_LOOKUPMULTI;
}

/* HTML folds white space: a tab comes back as blanks. */
static void fold(char *s)
{
	char *start = s, *w = s;

	for (; *s; s++)
		if ((*s != ' ' && *s != '\t') || (w > start && w[-1] != ' ' && w[-1] != '\n'))
			*w++ = *s == '\t' ? ' ' : *s;
	*w = '\0';
}

/* Whether two wire values are the same to a person: as text, or by ids. */
static void check_meaning(const struct list *l, const struct field *f, const char *a, const char *b, const char *text)
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

static void check_item(const struct list *l)
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

static void test_a_rendering_reads_back_as_the_item(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "America/St_Johns", "UTC", "Pacific/Kiritimati", "Asia/Kathmandu" };

	(void) state;
	for (int s = 0; s < SCHEMAS; s++) {
		CLEANUP(list_release_p) struct list l;

		setenv("TZ", zones[s % 5], 1);
		tzset();
		make_schema(&l);
		for (int i = 0; i < ITEMS / SCHEMAS; i++)
			check_item(&l);
	}
}

/* Whatever people write, it is read or refused with a reason; nothing else happens. */
static void test_any_text_is_read_or_refused(void **state)
{
	int read = 0, refused = 0;

	(void) state;
	for (int s = 0; s < SCHEMAS; s++) {
		CLEANUP(list_release_p) struct list l;
		CLEANUP(values_release_p) struct values v;

		make_schema(&l);
		make_values(&l, &v);
		for (int i = 0; i < 200; i++) {
			CLEANUP(str_free_p) char *text = rendered(&l, &v);
			CLEANUP(values_release_p) struct values out = VALUES_INIT;
			CLEANUP(buf_release_p) struct buf edited = BUF_INIT(1 << 20);
			struct view_edit e = { &l, &v, pick(2) ? "New" : NULL, &known };
			struct err err = { 0 };
			bool complete;
			size_t at = pick((unsigned) strlen(text) + 1);
			int r;

			buf_add(&edited, text, at);
			add_text(&edited, 4, false);
			at += pick(9);
			buf_adds(&edited, text + (at < strlen(text) ? at : strlen(text)));
			r = view_text_parse(&e, buf_str(&edited), edited.len, &out, &complete, &err);
			assert_true(r == 0 || (r == -EINVAL && str_starts(err.text, "line ") && out.n == 0));
			read += r == 0;
			refused += r != 0;
		}
	}
	assert_true(read > 500 && refused > 500);
}

/* ---- speed --------------------------------------------------------------------------------------------- */

/* Lists of 10,000 items are rendered in well under a second (the figure is printed, the limit is wide). */
static void test_rendering_is_fast(void **state)
{
	static const struct column columns[] = {
		{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
		{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
		{ "AssignedTo", "Assigned To", FIELD_USER, 0, { NULL }, NULL },
		{ "Status", "Issue Status", FIELD_CHOICE, 0, { "Active", "Resolved", "Closed" }, NULL },
		{ "DueDate", "Due Date", FIELD_DATETIME, 0, { NULL }, NULL },
		{ "RelatedIssues", "Related Issues", FIELD_LOOKUPMULTI, 0, { NULL }, NULL },
		{ "Created", "Created", FIELD_DATETIME, FIELD_READONLY, { NULL }, NULL },
		{ "Author", "Created By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
		{ "Comment", "Description", FIELD_NOTE, FIELD_RICHTEXT, { NULL }, NULL },
	};
	CLEANUP(list_release_p) struct list l;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *text = NULL;
	int64_t start, rendering, parsing;

	(void) state;
	MAKE_LIST(&l, 1100, columns);
	for (unsigned i = 0; i < 60; i++) { /* what a real schema brings along */
		CLEANUP(str_free_p) char *name = str_printf("Extra%u", i);
		struct column c = { name, name, i % 3 ? FIELD_COMPUTED : FIELD_TEXT, i % 3 ? FIELD_READONLY : 0, { NULL }, NULL };

		add_column(&l, &c);
	}
	set_values(&v, (const char *const[]) {
			       "ID", "42", "Title", "Printer on 3rd floor is broken", "AssignedTo", people[0].wire, "Status", "Active",
			       "DueDate", "2026-11-30T16:00:00Z", "RelatedIssues", "17;#Toner order;#23;#Fuser;; replaced twice",
			       "Created", "2026-11-02T08:15:00Z", "Author", people[1].wire, "Comment",
			       "<div class=\"ExternalClass1\"><div>Dear all,</div><ul><li>fast</li><li>safe</li></ul></div>", NULL });
	text = rendered(&l, &v);
	start = clock_now_ns();
	for (int i = 0; i < TIMED; i++) {
		CLEANUP(str_free_p) char *one = rendered(&l, &v);

		assert_non_null(one);
	}
	rendering = clock_now_ns() - start;
	start = clock_now_ns();
	for (int i = 0; i < TIMED; i++) {
		CLEANUP(values_release_p) struct values same = VALUES_INIT;
		bool complete;

		parse(&l, &v, text, &same, &complete);
	}
	parsing = clock_now_ns() - start;
	print_message("%.1f us a rendering, %.1f us a parse\n", (double) rendering / TIMED / 1e3, (double) parsing / TIMED / 1e3);
	assert_true(rendering / TIMED < 2000000 && parsing / TIMED < 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rendering_reads_back_as_the_item),
		cmocka_unit_test(test_any_text_is_read_or_refused),
		cmocka_unit_test(test_rendering_is_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
