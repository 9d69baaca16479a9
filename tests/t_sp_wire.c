/* sp/wire.h: [MS-LISTSWS] 3.1.4.31.2.1 values on their way up, by type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "wire.h"

static const struct {
	enum field_type type;
	const char *text, *want;
} cases[] = {
	{ FIELD_TEXT, "a <b> & c", "a <b> & c" },
	{ FIELD_TEXT, "", "" },
	{ FIELD_UNKNOWN, "as it is", "as it is" },
	{ FIELD_NOTE, "one\r\ntwo", "one\r\ntwo" },
	{ FIELD_CHOICE, "In Progress", "In Progress" },
	{ FIELD_MULTICHOICE, ";#A;#B;#", ";#A;#B;#" },
	{ FIELD_MULTICHOICE, "A", ";#A;#" },
	{ FIELD_MULTICHOICE, "A;#B", ";#A;#B;#" },
	{ FIELD_MULTICHOICE, "", "" },
	{ FIELD_BOOLEAN, "1", "1" },
	{ FIELD_BOOLEAN, "TRUE", "1" },
	{ FIELD_BOOLEAN, "no", "0" },
	{ FIELD_BOOLEAN, "perhaps", "perhaps" },
	{ FIELD_NUMBER, "12.5000000000000", "12.5000000000000" },
	{ FIELD_CURRENCY, "-3", "-3" },
	{ FIELD_INTEGER, "7", "7" },
	{ FIELD_DATETIME, "2006-01-11T09:15:30Z", "2006-01-11T09:15:30Z" },
	{ FIELD_DATETIME, "2006-01-11 09:15:30", "2006-01-11T09:15:30Z" },
	{ FIELD_DATETIME, "2007-03-25", "2007-03-25T00:00:00Z" },
	{ FIELD_DATETIME, "tomorrow", "tomorrow" },
	{ FIELD_DATETIME, "", "" },
	{ FIELD_LOOKUP, "1;#Lookup 1", "1" },
	{ FIELD_LOOKUP, "1", "1" },
	{ FIELD_LOOKUP, "Lookup 1", "Lookup 1" },
	{ FIELD_LOOKUP, "", "" },
	{ FIELD_LOOKUPMULTI, "2;#Lookup 2;#3;#Lookup 3", "2;#;#3;#" },
	{ FIELD_LOOKUPMULTI, "1;#;#2;#", "1;#;#2;#" },
	{ FIELD_LOOKUPMULTI, "2;#semi;;#colon;#3;#x", "2;#;#3;#" },
	{ FIELD_LOOKUPMULTI, "5", "5;#" },
	{ FIELD_LOOKUPMULTI, "", "" },
	{ FIELD_USER, "5;#Ann Smith,#EXAMPLE\\ann,#ann@example.com,#,#Head", "5;#" },
	{ FIELD_USER, "5", "5;#" },
	{ FIELD_USER, "-1;#EXAMPLE\\ann", "-1;#EXAMPLE\\ann" },
	{ FIELD_USERMULTI, "5;#Ann,#i:0#.f|membership|a@b,#;#7;#Bob", "5;#;#7;#" },
	{ FIELD_USERMULTI, "5;#Ann;#-1;#EXAMPLE\\bob", "5;#;#-1;#EXAMPLE\\bob" },
	{ FIELD_URL, "http://www.yahoo.com, Yahoo", "http://www.yahoo.com, Yahoo" },
	{ FIELD_URL, "http://h/a,b, Text, more", "http://h/a,,b, Text, more" },
	{ FIELD_URL, "http://h/a,,b, Text", "http://h/a,,b, Text" },
	{ FIELD_URL, "http://h/a,b", "http://h/a,,b" },
	{ FIELD_URL, "http://h/,", "http://h/,," },
	{ FIELD_URL, "", "" },
	{ FIELD_FILE, "12;#name.txt", "name.txt" },
	{ FIELD_FILE, "12;# odd", " odd" },
	{ FIELD_FILE, "name.txt", "name.txt" },
	{ FIELD_CONTENTTYPEID, "0x0108", "0x0108" },
	{ FIELD_GUID, "{A}", "{A}" },
};

static void test_values_by_type(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);
		struct field f = { .type = cases[i].type };

		assert_true(wire_is_settable(&f));
		wire_add(&f, cases[i].text, &out);
		if (strcmp(buf_str(&out), cases[i].want) != 0)
			print_error("type %d: %s\n", (int) f.type, cases[i].text);
		assert_string_equal(buf_str(&out), cases[i].want);
	}
}

static void test_what_is_written_can_be_written_again(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf again = BUF_INIT(1000);
		struct field f = { .type = cases[i].type };

		wire_add(&f, cases[i].want, &again);
		assert_string_equal(buf_str(&again), cases[i].want);
	}
}

static void test_what_the_server_sets_is_not_sent(void **state)
{
	static const enum field_type types[] = { FIELD_CALCULATED, FIELD_COMPUTED, FIELD_COUNTER, FIELD_ATTACHMENTS,
						 FIELD_MODSTAT };

	(void) state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);
		struct field f = { .type = types[i] };

		assert_false(wire_is_settable(&f));
		wire_add(&f, "x", &out);
		assert_int_equal(out.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_by_type),
		cmocka_unit_test(test_what_is_written_can_be_written_again),
		cmocka_unit_test(test_what_the_server_sets_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
