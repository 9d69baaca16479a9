#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/field.h"

static void test_types_by_their_wire_names(void **state)
{
	(void) state;
	assert_int_equal(field_type_of("Note"), FIELD_NOTE);
	assert_int_equal(field_type_of("AllDayEvent"), FIELD_BOOLEAN);
	assert_int_equal(field_type_of("CrossProjectLink"), FIELD_BOOLEAN);
	assert_int_equal(field_type_of("GUID"), FIELD_GUID); /* R614 writes it so */
	assert_int_equal(field_type_of("UserMulti"), FIELD_USERMULTI);
	assert_int_equal(field_type_of("ThreadIndex"), FIELD_THREADINDEX);
	assert_int_equal(field_type_of("note"), FIELD_UNKNOWN);
	/* MS-OUTSPS_R103: an unknown type is taken for a string */
	assert_int_equal(field_type_of("TaxonomyFieldType"), FIELD_UNKNOWN);
}

static void check_same(enum field_type type, const char *a, const char *b, bool want)
{
	struct field f = { .type = type };

	if (field_same(&f, a, b) != want || field_same(&f, b, a) != want)
		fail_msg("type %d: \"%s\" and \"%s\" should %sbe the same", type, a ? a : "(null)",
			 b ? b : "(null)", want ? "" : "not ");
}

static void test_same_number_is_decided_on_the_digits(void **state)
{
	(void) state;
	check_same(FIELD_NUMBER, "12.5000000000000", "12.5", true);
	check_same(FIELD_NUMBER, "20.0000000000000", "20", true);
	check_same(FIELD_NUMBER, "2323.00000000000", "2323", true);
	check_same(FIELD_NUMBER, "0.500000000000000", ".5", true);
	check_same(FIELD_NUMBER, "-0", "0.000", true);
	check_same(FIELD_NUMBER, "+7", "007", true);
	check_same(FIELD_NUMBER, "1e3", "1000", true);
	check_same(FIELD_NUMBER, "1.00000000000000E-002", "0.01", true);
	check_same(FIELD_NUMBER, "100", "10", false);
	check_same(FIELD_NUMBER, "10.1", "1.01", false);
	check_same(FIELD_NUMBER, "0.05", "0.5", false);
	check_same(FIELD_NUMBER, "-1", "1", false);
	check_same(FIELD_NUMBER, "101", "11", false);
	/* a double would call these equal */
	check_same(FIELD_NUMBER, "9007199254740993", "9007199254740992", false);
	check_same(FIELD_CURRENCY, "0.1", "0.10000000000000000001", false);
	/* what is no number is compared as text */
	check_same(FIELD_NUMBER, "abc", "abd", false);
	check_same(FIELD_NUMBER, "", "0", false);
	check_same(FIELD_NUMBER, NULL, "0", false);
	check_same(FIELD_NUMBER, ".", "0", false);
	check_same(FIELD_NUMBER, "1.2.3", "1.2", false);
	check_same(FIELD_NUMBER, "1e", "1", false);
	check_same(FIELD_NUMBER, "1e99999999999999999999", "1", false);
	check_same(FIELD_NUMBER, "1,5", "1.5", false);
	check_same(FIELD_INTEGER, "05", "5", true);
}

static void test_same_boolean(void **state)
{
	(void) state;
	check_same(FIELD_BOOLEAN, "1", "TRUE", true);
	check_same(FIELD_BOOLEAN, "-1", "True", true);
	check_same(FIELD_BOOLEAN, "7", "TRUE", true); /* MS-OUTSPS_R985 */
	check_same(FIELD_BOOLEAN, "0", "FALSE", true);
	check_same(FIELD_BOOLEAN, "0", "1", false);
	check_same(FIELD_BOOLEAN, "", "0", false);
	check_same(FIELD_BOOLEAN, "maybe", "0", false);
}

static void test_same_note(void **state)
{
	(void) state;
	check_same(FIELD_NOTE, "a\r\nb\r\n", "a\nb", true);
	check_same(FIELD_NOTE, "a \n\n", "a", true);
	check_same(FIELD_NOTE, " \r\n", NULL, true);
	check_same(FIELD_NOTE, " a", "a", false);
	/* what the server puts around a rich text */
	check_same(FIELD_NOTE, "<div class=\"ExternalClass12AB\"><div>a</div></div>\r\n", "<div>a</div>", true);
	check_same(FIELD_NOTE, "<div class=\"ExternalClass1\"><div>a</div></div>",
		   "<div class=\"ExternalClass2\"><div>a</div></div>", true);
	check_same(FIELD_NOTE, "<div class=\"ExternalClass1\"><div>a</div></div>", "<div>b</div>", false);
	check_same(FIELD_NOTE, "<div class=\"ExternalClass1\"></div>", NULL, true);
	check_same(FIELD_NOTE, "<div class=\"ExternalClass1\">", "<div class=\"ExternalClass1\"", false);
	check_same(FIELD_NOTE, "<div class=\"Other\">a</div>", "a", false);
	check_same(FIELD_NOTE, "a\n\nb", "a\nb", false);
	check_same(FIELD_NOTE, "a", "<div class=\"ExternalClass0A1b\"><p>a</p></div>", true);
	check_same(FIELD_NOTE, "<p>a</p><p>b</p>", "<div class=\"ExternalClass0A1B\"><p>a</p><p>b</p></div>", true);
	check_same(FIELD_NOTE, "<div class=\"ExternalClass1\"><b>a</b></div>", "<div class=\"ExternalClass2\"><b>a</b></div>",
		   true);
	check_same(FIELD_NOTE, "a", "<div class=\"ExternalClass0A1B\"><p>b</p></div>", false);
	check_same(FIELD_NOTE, "a", "<div class=\"External\">a</div>", false);
	check_same(FIELD_NOTE, "a", "<div class=\"ExternalClass0A1B\">", false);
	check_same(FIELD_TEXT, "a ", "a", false);
	check_same(FIELD_TEXT, "", NULL, true);
}

static void test_same_lookup_goes_by_id(void **state)
{
	(void) state;
	check_same(FIELD_LOOKUP, "7;#Contoso Ltd", "7", true);
	check_same(FIELD_LOOKUP, "7;#Contoso Ltd", "7;#", true);
	check_same(FIELD_LOOKUP, "7;#Contoso Ltd", "07;#Contoso (renamed)", true);
	check_same(FIELD_LOOKUP, "7;#Contoso Ltd", "8;#Contoso Ltd", false);
	check_same(FIELD_LOOKUP, "7;#Contoso Ltd", "Contoso Ltd", true);
	check_same(FIELD_LOOKUP, "7;#Contoso Ltd", "Fabrikam", false);
	check_same(FIELD_LOOKUP, "7", "", false);
	check_same(FIELD_LOOKUP, "7;#", NULL, false);
	check_same(FIELD_LOOKUP, "0;#", "", true);
}

static void test_same_user_knows_all_names_of_a_person(void **state)
{
	static const char jane[] = "12;#Jane Roe,#DOM\\jane,#jane@x,#,#Jane Roe";

	(void) state;
	check_same(FIELD_USER, jane, "12", true);
	check_same(FIELD_USER, jane, "12;#J. Roe", true);
	check_same(FIELD_USER, jane, "-1;#DOM\\jane", true);
	check_same(FIELD_USER, jane, "Jane Roe", true);
	check_same(FIELD_USER, jane, "-1;#DOM\\max", false);
	check_same(FIELD_USER, jane, "13;#Jane Roe,#DOM\\jane,#jane@x,#,#Jane Roe", false);
	check_same(FIELD_USER, jane, "", false);
	check_same(FIELD_USER, "1;#Roe,, Jane,#DOM\\j", "Roe,, Jane", true);
}

static void test_same_lists_of_lookups(void **state)
{
	(void) state;
	check_same(FIELD_LOOKUPMULTI, "2;#Lookup 2;#3;#Lookup 3", "2;#;#3;#", true);
	check_same(FIELD_LOOKUPMULTI, "2;#a;;#b;#3;#c", "2;#;#3;#", true); /* a doubled ';' is a literal one */
	check_same(FIELD_LOOKUPMULTI, "2;#a;#3;#b", "3;#b;#2;#a", false);
	check_same(FIELD_LOOKUPMULTI, "2;#a;#3;#b", "2;#a", false);
	check_same(FIELD_LOOKUPMULTI, "2;#a", "", false);
	check_same(FIELD_USERMULTI, "1;#A,#D\\a;#2;#B,#D\\b", "1;#A;#-1;#D\\b", true);
	check_same(FIELD_USERMULTI, ";#", ";#;#", false);
}

static void test_the_rest_is_compared_by_bytes(void **state)
{
	(void) state;
	check_same(FIELD_DATETIME, "2006-10-04T10:00:00Z", "2006-10-04T10:00:01Z", false);
	check_same(FIELD_URL, "http://x, X", "http://x, x", false);
	check_same(FIELD_UNKNOWN, "1.0", "1", false);
}

static void test_editable(void **state)
{
	struct field f = { .type = FIELD_TEXT };

	(void) state;
	assert_true(field_editable(&f));
	f.flags = FIELD_REQUIRED | FIELD_RICHTEXT;
	assert_true(field_editable(&f));
	f.flags = FIELD_HIDDEN;
	assert_false(field_editable(&f));
	f.flags = FIELD_READONLY;
	assert_false(field_editable(&f));
	f.flags = FIELD_NOT_IN_EDIT;
	assert_false(field_editable(&f));
	f = (struct field) { .type = FIELD_ATTACHMENTS };
	assert_false(field_editable(&f));
	f.type = FIELD_UNKNOWN;
	assert_true(field_editable(&f));
}

static void add(struct schema *s, const char *id, const char *name, enum field_type type)
{
	struct field *f = schema_add(s);

	assert_non_null(f);
	assert_int_equal(str_set(&f->id, id), 0);
	assert_int_equal(str_set(&f->name, name), 0);
	assert_int_equal(str_set(&f->display, name), 0);
	f->type = type;
}

static const char title_id[] = "{FA564E0F-0C70-4AB9-B863-0177E6DDD247}";

/* MS-OUTSPS_R163, R161: the GUID first, then the name. */
static void test_match_by_guid_then_by_name(void **state)
{
	CLEANUP(schema_release_p) struct schema s = SCHEMA_INIT;

	(void) state;
	add(&s, NULL, "Title", FIELD_TEXT);
	add(&s, title_id, "Renamed", FIELD_TEXT);
	assert_string_equal(schema_match(&s, "fa564e0f-0c70-4ab9-b863-0177e6ddd247", "Title")->name, "Renamed");
	assert_string_equal(schema_match(&s, "{00000000-0c70-4ab9-b863-0177e6ddd247}", "Title")->name, "Title");
	assert_string_equal(schema_match(&s, NULL, "Title")->name, "Title");
	assert_string_equal(schema_match(&s, "not a guid", "Title")->name, "Title");
	assert_null(schema_match(&s, NULL, "title"));
	assert_null(schema_find(&s, "Body"));
}

static void make_schema(struct schema *s)
{
	static const char *const choices[] = { "Not Started", "(2) Normal" };
	struct field *f;

	add(s, title_id, "Title", FIELD_TEXT);
	add(s, NULL, "Status", FIELD_CHOICE);
	f = &s->f[1];
	f->flags = FIELD_REQUIRED | FIELD_FILLIN;
	f->choices = calloc(2, sizeof(*f->choices));
	assert_non_null(f->choices);
	for (f->n_choices = 0; f->n_choices < 2; f->n_choices++)
		f->choices[f->n_choices] = strdup(choices[f->n_choices]);
	assert_int_equal(str_set(&f->def, ""), 0);
}

static void test_a_packed_schema_comes_back(void **state)
{
	CLEANUP(schema_release_p) struct schema s = SCHEMA_INIT;
	CLEANUP(schema_release_p) struct schema t = SCHEMA_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);

	(void) state;
	make_schema(&s);
	assert_int_equal(schema_pack(&s, &b), 0);
	assert_int_equal(schema_unpack(b.p, b.len, &t), 0);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.f[0].id, title_id);
	assert_null(t.f[0].def);
	assert_null(t.f[1].id);
	assert_string_equal(t.f[1].def, "");
	assert_int_equal(t.f[1].type, FIELD_CHOICE);
	assert_int_equal(t.f[1].flags, FIELD_REQUIRED | FIELD_FILLIN);
	assert_int_equal(t.f[1].n_choices, 2);
	assert_string_equal(t.f[1].choices[1], "(2) Normal");
}

/* Each cut and each changed byte of a packed schema is read or refused, never believed blindly. */
static void test_a_damaged_schema_is_refused(void **state)
{
	CLEANUP(schema_release_p) struct schema s = SCHEMA_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);

	(void) state;
	make_schema(&s);
	assert_int_equal(schema_pack(&s, &b), 0);
	for (size_t n = 0; n < b.len; n++) {
		CLEANUP(schema_release_p) struct schema t = SCHEMA_INIT;

		assert_int_equal(schema_unpack(b.p, n, &t), -EUCLEAN);
		assert_int_equal(t.n, 0);
	}
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			CLEANUP(schema_release_p) struct schema t = SCHEMA_INIT;
			int r;

			b.p[i] ^= (char) (1 << bit);
			r = schema_unpack(b.p, b.len, &t);
			assert_true(r == 0 || r == -EUCLEAN);
			b.p[i] ^= (char) (1 << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_by_their_wire_names),
		cmocka_unit_test(test_same_number_is_decided_on_the_digits),
		cmocka_unit_test(test_same_boolean),
		cmocka_unit_test(test_same_note),
		cmocka_unit_test(test_same_lookup_goes_by_id),
		cmocka_unit_test(test_same_user_knows_all_names_of_a_person),
		cmocka_unit_test(test_same_lists_of_lookups),
		cmocka_unit_test(test_the_rest_is_compared_by_bytes),
		cmocka_unit_test(test_editable),
		cmocka_unit_test(test_match_by_guid_then_by_name),
		cmocka_unit_test(test_a_packed_schema_comes_back),
		cmocka_unit_test(test_a_damaged_schema_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
