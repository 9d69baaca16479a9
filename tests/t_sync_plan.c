#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/str.h"
#include "history.h"
#include "pending.h"
#include "plan.h"

/* The three-way merge as a table: every way in which base, mine and theirs can be equal or not. */

static void add_field(struct schema *s, const char *name, enum field_type type, unsigned flags)
{
	struct field *f = schema_add(s);

	assert_non_null(f);
	f->name = strdup(name);
	f->display = strdup(name);
	f->type = type;
	f->flags = flags;
}

static struct schema make_schema(void)
{
	struct schema s = SCHEMA_INIT;

	add_field(&s, "Title", FIELD_TEXT, 0);
	add_field(&s, "Percent", FIELD_NUMBER, 0);
	add_field(&s, "Log", FIELD_NOTE, FIELD_APPENDONLY);
	add_field(&s, "Editor", FIELD_TEXT, FIELD_READONLY);
	return s;
}

static struct values one(const char *name, const char *text)
{
	struct values v = VALUES_INIT;

	if (text)
		assert_int_equal(values_set(&v, name, text), 0);
	return v;
}

enum outcome { NOTHING, SEND, CONFLICT };

static const struct {
	const char *what;
	const char *base, *mine, *theirs; /* NULL: absent */
	enum outcome outcome;
} cases[] = {
	{ "all the same", "a", "a", "a", NOTHING },
	{ "only mine changed", "a", "b", "a", SEND },
	{ "only theirs changed", "a", "a", "b", NOTHING },
	{ "both changed in the same way", "a", "b", "b", NOTHING },
	{ "both changed differently", "a", "b", "c", CONFLICT },
	{ "mine sets what was empty", NULL, "b", NULL, SEND },
	{ "both set what was empty, the same", NULL, "b", "b", NOTHING },
	{ "both set what was empty, differently", NULL, "b", "c", CONFLICT },
	{ "mine clears", "a", "", "a", SEND },
	{ "mine clears, theirs changed", "a", "", "c", CONFLICT },
	{ "both cleared", "a", "", NULL, NOTHING },
	{ "mine changed, theirs cleared", "a", "b", NULL, CONFLICT },
	{ "mine clears what is empty", NULL, "", NULL, NOTHING },
	{ "mine clears what was empty, theirs set it", NULL, "", "c", NOTHING },
};

static void merge_table(void **state)
{
	struct schema s = make_schema();

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(values_release_p) struct values base = one("Title", cases[i].base);
		CLEANUP(values_release_p) struct values mine = one("Title", cases[i].mine);
		CLEANUP(values_release_p) struct values theirs = one("Title", cases[i].theirs);
		CLEANUP(values_release_p) struct values send = VALUES_INIT;
		CLEANUP(values_release_p) struct values lost = VALUES_INIT;

		print_message("%s\n", cases[i].what);
		assert_int_equal(plan_merge(&s, &base, &mine, &theirs, &send, &lost), 0);
		assert_int_equal(send.n, cases[i].outcome == SEND);
		assert_int_equal(lost.n, cases[i].outcome == CONFLICT);
		if (send.n)
			assert_string_equal(send.v[0].text, cases[i].mine);
		if (lost.n)
			assert_string_equal(lost.v[0].text, cases[i].mine);
	}
	schema_release(&s);
}

/* Every combination of three values and none; what has to be done follows from which of them are equal. */
static void every_combination(void **state)
{
	static const char *const texts[] = { NULL, "", "a", "b", "c" };
	enum { N = sizeof(texts) / sizeof(*texts) };
	struct schema s = make_schema();

	(void) state;
	for (int i = 0; i < N * N * N; i++) {
		const char *b = texts[i % N], *m = texts[i / N % N], *t = texts[i / N / N];
		CLEANUP(values_release_p) struct values base = one("Title", b);
		CLEANUP(values_release_p) struct values mine = one("Title", m);
		CLEANUP(values_release_p) struct values theirs = one("Title", t);
		CLEANUP(values_release_p) struct values send = VALUES_INIT;
		CLEANUP(values_release_p) struct values lost = VALUES_INIT;
		const char *was = b ? b : "", *is = t ? t : "";
		bool changed = m && strcmp(m, was) != 0 && strcmp(m, is) != 0, moved = strcmp(was, is) != 0;

		assert_int_equal(plan_merge(&s, &base, &mine, &theirs, &send, &lost), 0);
		if (send.n != (changed && !moved) || lost.n != (changed && moved))
			fail_msg("base %s, mine %s, theirs %s: %zu to send, %zu lost", was, m ? m : "-", is, send.n, lost.n);
	}
	schema_release(&s);
}

/* Meaning counts, not bytes: 0.500 is 0.5; and what the schema lacks is compared as it is. */
static void meaning_counts(void **state)
{
	struct schema s = make_schema();
	CLEANUP(values_release_p) struct values base = one("Percent", "0.500000000000000");
	CLEANUP(values_release_p) struct values mine = one("Percent", "0.7");
	CLEANUP(values_release_p) struct values theirs = one("Percent", "0.5");
	CLEANUP(values_release_p) struct values send = VALUES_INIT;
	CLEANUP(values_release_p) struct values lost = VALUES_INIT;

	(void) state;
	assert_int_equal(plan_merge(&s, &base, &mine, &theirs, &send, &lost), 0);
	assert_int_equal(send.n, 1);
	assert_int_equal(lost.n, 0);
	assert_true(plan_same(&s, "Percent", "1", "1.0"));
	assert_false(plan_same(&s, "MetaInfo_x", "1", "1.0"));
	assert_true(plan_same(&s, "MetaInfo_x", NULL, ""));
	assert_false(plan_edited(&s, &base, &theirs));
	assert_true(plan_edited(&s, &base, &mine));
	schema_release(&s);
}

static void readonly_fields_are_no_edit(void **state)
{
	struct schema s = make_schema();
	CLEANUP(values_release_p) struct values a = one("Editor", "x");
	CLEANUP(values_release_p) struct values b = one("Editor", "y");

	(void) state;
	assert_false(plan_edited(&s, &a, &b));
	schema_release(&s);
}

/* ---- several changes of one item ---------------------------------------------------------- */

enum { MAX_CHANGES = 3 };

static const struct {
	const char *what;
	const char *base, *theirs;
	struct {
		const char *title; /* NULL: no such change */
		enum store_change_state state;
	} c[MAX_CHANGES];
	const char *sent[MAX_CHANGES]; /* what is left of each; NULL: nothing */
	const char *now;               /* what the user sees */
	bool conflict;
} chains[] = {
	{ "an unsure one arrived", "a", "b", { { "b", STORE_CHANGE_UNSURE } }, { NULL }, "b", false },
	{ "an unsure one did not arrive", "a", "a", { { "b", STORE_CHANGE_UNSURE } }, { "b" }, "b", false },
	{ "an unsure one was changed over", "a", "z", { { "b", STORE_CHANGE_UNSURE } }, { NULL }, "z", true },
	{ "it arrived, another waits", "a", "b",
	  { { "b", STORE_CHANGE_UNSURE }, { "c", STORE_CHANGE_QUEUED } }, { NULL, "c" }, "c", false },
	{ "it did not arrive, another waits", "a", "a",
	  { { "b", STORE_CHANGE_UNSURE }, { "c", STORE_CHANGE_QUEUED } }, { "b", "c" }, "c", false },
	{ "others came first, another waits", "a", "z",
	  { { "b", STORE_CHANGE_UNSURE }, { "c", STORE_CHANGE_QUEUED } }, { NULL, NULL }, "z", true },
	{ "theirs is what the last one wants", "a", "c",
	  { { "b", STORE_CHANGE_UNSURE }, { "c", STORE_CHANGE_QUEUED } }, { NULL, NULL }, "c", true },
	{ "a refused one stays refused", "a", "a", { { "b", STORE_CHANGE_REFUSED } }, { "b" }, "b", false },
};

static void chains_of_changes(void **state)
{
	struct schema s = make_schema();

	(void) state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
		CLEANUP(pending_merge_release_p) struct pending_merge m = PENDING_MERGE_INIT;
		CLEANUP(values_release_p) struct values base = one("Title", chains[i].base);
		CLEANUP(values_release_p) struct values theirs = one("Title", chains[i].theirs);
		bool moved = !str_eq(chains[i].base, chains[i].theirs);

		print_message("%s\n", chains[i].what);
		p.v = calloc(MAX_CHANGES, sizeof(*p.v));
		p.cap = MAX_CHANGES;
		for (; p.n < MAX_CHANGES && chains[i].c[p.n].title; p.n++) {
			p.v[p.n].c.change.op = CHANGE_UPDATE;
			p.v[p.n].c.state = chains[i].c[p.n].state;
			p.v[p.n].c.change.fields = one("Title", chains[i].c[p.n].title);
		}
		{
			const struct pending_news w = { &s, &base, &theirs, NULL, moved, false };

			assert_int_equal(pending_merge(&w, &p, &m), 0);
		}
		for (size_t k = 0; k < p.n; k++) {
			assert_int_equal(p.v[k].gone, chains[i].sent[k] == NULL);
			if (chains[i].sent[k])
				assert_string_equal(values_get(&p.v[k].c.change.fields, "Title"), chains[i].sent[k]);
			assert_int_not_equal(p.v[k].c.state, STORE_CHANGE_UNSURE);
		}
		assert_string_equal(values_get(&m.now, "Title"), chains[i].now);
		assert_int_equal(m.conflict.n > 0, chains[i].conflict);
	}
	schema_release(&s);
}

/* ---- lost answers -------------------------------------------------------------------------- */

/* Without a history: only a field that stands as before says anything. */
static void arrival_by_values(void **state)
{
	struct schema s = make_schema();
	CLEANUP(values_release_p) struct values sent = one("Log", "line");
	CLEANUP(values_release_p) struct values theirs = VALUES_INIT;
	CLEANUP(values_release_p) struct values base = VALUES_INIT;

	(void) state;
	assert_false(plan_not_arrived(&s, &base, &sent, &theirs));
	assert_int_equal(values_set(&theirs, "Percent", "1"), 0);
	assert_false(plan_not_arrived(&s, &base, &sent, &theirs));
	assert_int_equal(values_set(&sent, "Title", "x"), 0);
	assert_true(plan_not_arrived(&s, &base, &sent, &theirs));
	assert_int_equal(values_set(&theirs, "Title", "z"), 0);
	assert_false(plan_not_arrived(&s, &base, &sent, &theirs));
	assert_int_equal(values_set(&theirs, "Title", "x"), 0);
	assert_false(plan_not_arrived(&s, &base, &sent, &theirs));
	schema_release(&s);
}

#define ME "2fa454dc8373da4bbe5e3ba2a8701f73"
#define OTHER "1a2650eddb304337b1378e5771a08443"

enum fate { DONE, SENT_AGAIN, KEPT };

/* An update of Title and of the append-only Log, made from title "a", meets a later version. */
static const struct {
	const char *what;
	enum store_change_state state;
	int tries;
	const char *before, *after; /* histories */
	const char *mine, *theirs;  /* titles; NULL: the update has none */
	enum fate title, log;
} fates[] = {
	{ "ours is the last", STORE_CHANGE_UNSURE, 1, OTHER ":1", OTHER ":1," ME ":2", "b", "b", DONE, DONE },
	{ "ours, and others after it", STORE_CHANGE_UNSURE, 1, OTHER ":1", ME ":2," OTHER ":3", "b", "z", DONE, DONE },
	{ "ours, and it was set back", STORE_CHANGE_UNSURE, 1, NULL, ME ":1," OTHER ":2", "b", "a", DONE, DONE },
	{ "ours, of a list that keeps no others", STORE_CHANGE_UNSURE, 1, NULL, ME ":1", "b", "z", DONE, DONE },
	{ "the second try", STORE_CHANGE_UNSURE, 2, NULL, ME ":2", "b", "b", DONE, DONE },
	{ "others came first", STORE_CHANGE_UNSURE, 1, ME ":1", OTHER ":2", "b", "a", SENT_AGAIN, SENT_AGAIN },
	{ "others did the same", STORE_CHANGE_UNSURE, 1, NULL, OTHER ":1", "b", "b", DONE, SENT_AGAIN },
	{ "others did something else", STORE_CHANGE_UNSURE, 1, NULL, OTHER ":1", "b", "z", KEPT, SENT_AGAIN },
	{ "others' version in which nothing is seen", STORE_CHANGE_UNSURE, 1, ME ":1", ME ":1", NULL, "a", DONE, SENT_AGAIN },
	{ "others wrote in capitals", STORE_CHANGE_UNSURE, 1, NULL, "2FA454DC8373DA4BBE5E3BA2A8701F73:1", "b", "a", DONE, DONE },
	{ "an earlier try came late", STORE_CHANGE_UNSURE, 2, NULL, ME ":1", "b", "b", DONE, KEPT },
	{ "no history, as before", STORE_CHANGE_UNSURE, 1, NULL, NULL, "b", "a", SENT_AGAIN, SENT_AGAIN },
	{ "no history, as sent", STORE_CHANGE_UNSURE, 1, NULL, NULL, "b", "b", DONE, KEPT },
	{ "no history, something else", STORE_CHANGE_UNSURE, 1, NULL, NULL, "b", "z", KEPT, KEPT },
	{ "no history, and nothing to go by", STORE_CHANGE_UNSURE, 1, NULL, NULL, NULL, "a", DONE, KEPT },
	{ "a conflict with itself", STORE_CHANGE_SENDING, 1, OTHER ":4", OTHER ":4," ME ":5", "b", "b", DONE, DONE },
	{ "a conflict with others", STORE_CHANGE_SENDING, 1, OTHER ":4", OTHER ":5", "b", "a", SENT_AGAIN, SENT_AGAIN },
	{ "a conflict, and no history", STORE_CHANGE_SENDING, 1, NULL, NULL, "b", "b", DONE, SENT_AGAIN },
};

static enum fate fate_of(const struct pending_row *row, const struct pending_merge *m, const char *field)
{
	if (values_has(&m->conflict, field))
		return KEPT;
	return !row->gone && values_has(&row->c.change.fields, field) ? SENT_AGAIN : DONE;
}

/* After a lost answer an appended note was lost when somebody else's version was taken for ours. */
static void a_note_is_not_lost_to_somebody_elses_version(void **state)
{
	struct schema s = make_schema();

	(void) state;
	for (size_t i = 0; i < sizeof(fates) / sizeof(*fates); i++) {
		CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
		CLEANUP(pending_merge_release_p) struct pending_merge m = PENDING_MERGE_INIT;
		CLEANUP(values_release_p) struct values base = one("Title", "a");
		CLEANUP(values_release_p) struct values theirs = one("Title", fates[i].theirs);
		const struct pending_news w = { &s, &base, &theirs, ME, true, false };

		print_message("%s\n", fates[i].what);
		if (fates[i].before)
			assert_int_equal(values_set(&base, HISTORY_FIELD, fates[i].before), 0);
		if (fates[i].after)
			assert_int_equal(values_set(&theirs, HISTORY_FIELD, fates[i].after), 0);
		p.v = calloc(1, sizeof(*p.v));
		p.n = p.cap = 1;
		p.v->c.change.op = CHANGE_UPDATE;
		p.v->c.state = fates[i].state;
		p.v->c.tries = fates[i].tries;
		p.v->c.change.fields = one("Title", fates[i].mine);
		assert_int_equal(values_set(&p.v->c.change.fields, "Log", "line"), 0);
		assert_int_equal(pending_merge(&w, &p, &m), 0);
		assert_int_equal(fate_of(p.v, &m, "Title"), fates[i].title);
		assert_int_equal(fate_of(p.v, &m, "Log"), fates[i].log);
		assert_true(p.v->gone || p.v->c.state == STORE_CHANGE_QUEUED);
	}
	schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge_table),
		cmocka_unit_test(every_combination),
		cmocka_unit_test(meaning_counts),
		cmocka_unit_test(readonly_fields_are_no_edit),
		cmocka_unit_test(chains_of_changes),
		cmocka_unit_test(arrival_by_values),
		cmocka_unit_test(a_note_is_not_lost_to_somebody_elses_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
