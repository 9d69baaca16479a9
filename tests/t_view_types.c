/*
 * Every type of list with the columns that it has: 4,000 random items of each are rendered as item text and read back, half of
 * them with their HTML. Contacts, events, tasks and posts in their own forms are in the tests of these
 * (t_view_vcard, t_view_vevent_random, t_view_vtodo, t_view_eml).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "t_view_items.h"

enum { ITEMS = 4000, LINE = 512, COLUMNS = 6 };

static const struct {
	const char *word;
	unsigned flag;
} words[] = {
	{ "ReadOnly", FIELD_READONLY },	    { "Required", FIELD_REQUIRED },   { "RichText", FIELD_RICHTEXT },
	{ "AppendOnly", FIELD_APPENDONLY }, { "DateOnly", FIELD_DATEONLY },   { "Percentage", FIELD_PERCENTAGE },
	{ "FillIn", FIELD_FILLIN },	    { "NotInEdit", FIELD_NOT_IN_EDIT },
};

/* "ReadOnly,RichText" */
static unsigned flags_of(const char *text)
{
	unsigned flags = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(text, words[i].word))
			flags |= words[i].flag;
	return flags;
}

/* A line of the table; its text is changed. */
static void add_line(struct list *l, char *line)
{
	char *cell[COLUMNS], *choice;
	struct column c = { NULL };
	int64_t template;

	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < COLUMNS; i++) {
		cell[i] = strsep(&line, "\t");
		assert_non_null(cell[i]);
	}
	assert_int_equal(str_to_i64(cell[0], &template), 0);
	if (template != l->template)
		return;
	c.name = cell[1];
	c.display = cell[2];
	c.type = field_type_of(cell[3]);
	c.flags = flags_of(cell[4]);
	choice = strcmp(cell[5], "-") == 0 ? NULL : cell[5];
	for (size_t i = 0; i < 8 && choice; i++)
		c.choices[i] = strsep(&choice, "|");
	add_column(l, &c);
}

static void read_type(struct list *l, int template)
{
	FILE *in = fopen("tests/data/list-types.tsv", "re");
	char line[LINE];

	assert_non_null(in);
	*l = (struct list) LIST_INIT;
	l->template = template;
	l->base_type = template == 101;
	l->bias = -60;
	assert_int_equal(str_set(&l->title, "A list"), 0);
	assert_int_equal(str_set(&l->format, "text"), 0);
	while (fgets(line, sizeof(line), in))
		if (*line != '#')
			add_line(l, line);
	fclose(in);
	assert_true(l->schema.n >= 9);
}

static void check_type(int template)
{
	static const char *const zones[] = { "Europe/Berlin", "America/St_Johns", "UTC", "Pacific/Kiritimati", "Asia/Kathmandu" };
	CLEANUP(list_release_p) struct list l;

	read_type(&l, template);
	for (int i = 0; i < ITEMS; i++) {
		if (i % 100 == 0) {
			setenv("TZ", zones[pick(5)], 1);
			tzset();
		}
		l.flags = i % 2 ? LIST_RAW_HTML : 0;
		check_item(&l);
	}
}

#define TYPE(name, template)                          \
	static void name(void **state)                \
	{                                             \
		(void) state;                         \
		check_type(template);                 \
	}

TYPE(custom_list, 100)
TYPE(columns_of_documents, 101)
TYPE(survey, 102)
TYPE(links, 103)
TYPE(announcements, 104)
TYPE(contacts_as_text, 105)
TYPE(events_as_text, 106)
TYPE(tasks_as_text, 107)
TYPE(posts_as_text, 108)
TYPE(issue_tracking, 1100)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(custom_list),	   cmocka_unit_test(columns_of_documents), cmocka_unit_test(survey),
		cmocka_unit_test(links),	   cmocka_unit_test(announcements),	   cmocka_unit_test(contacts_as_text),
		cmocka_unit_test(events_as_text),  cmocka_unit_test(tasks_as_text),	   cmocka_unit_test(posts_as_text),
		cmocka_unit_test(issue_tracking),
	};

	return cmocka_run_group_tests_name("every type of list", tests, NULL, NULL);
}
