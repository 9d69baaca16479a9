#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "view/merge.h"

static void diff(const char *from, const char *to, const char *expected)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(65536);

	assert_int_equal(view_merge_diff(from, to, &out), 0);
	assert_string_equal(buf_str(&out), expected);
}

static void merge(const char *base, const char *mine, const char *theirs, int places, const char *expected)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(65536);

	assert_int_equal(view_merge_texts(base, mine, theirs, &out), places);
	assert_string_equal(buf_str(&out), expected);
	assert_int_equal(view_merge_marked(buf_str(&out)) > 0, places > 0);
}

static void a_comparison_is_that_of_diff(void **state)
{
	(void) state;
	diff("", "", "");
	diff("a\nb\n", "a\nb\n", "");
	diff("a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
	diff("", "a\n", "@@ -0,0 +1,1 @@\n+a\n");
	diff("a\n", "", "@@ -1,1 +0,0 @@\n-a\n");
	/* a last line without its end is a line */
	diff("a", "b", "@@ -1,1 +1,1 @@\n-a\n+b\n");
	diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
	     "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

static void far_changes_are_groups_of_their_own(void **state)
{
	(void) state;
	diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	     "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
	diff("a\n1\n2\nb\n", "A\n1\n2\nB\n", "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n-b\n+B\n");
}

static void changes_of_one_side_are_taken(void **state)
{
	(void) state;
	merge("a\nb\nc\n", "a\nX\nc\n", "a\nb\nc\n", 0, "a\nX\nc\n");
	merge("a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\nd\n", 0, "a\nb\nc\nd\n");
	merge("a\nb\nc\n", "b\nc\n", "a\nb\nc\nd\n", 0, "b\nc\nd\n");
	merge("a\nb\n", "a\nX\n", "a\nX\n", 0, "a\nX\n");
	merge("", "a\n", "", 0, "a\n");
}

/* Two fields that stand beside each other are not one. */
static void neighbouring_lines_are_merged_by_themselves(void **state)
{
	(void) state;
	merge("Status: a\nPriority: b\n", "Status: mine\nPriority: b\n", "Status: a\nPriority: theirs\n", 0,
	      "Status: mine\nPriority: theirs\n");
	merge("Status: a\nPriority: b\nX: 1\n", "Status: m\nPriority: m\nX: 1\n", "Status: a\nPriority: t\nX: 1\n", 1,
	      "Status: m\n<<<<<<< mine\nPriority: m\n||||||| base\nPriority: b\n=======\nPriority: t\n>>>>>>> theirs\nX: 1\n");
}

static void what_both_changed_stands_there_twice(void **state)
{
	(void) state;
	merge("a\nb\nc\n", "a\nm\nc\n", "a\nt\nu\nc\n", 1,
	      "a\n<<<<<<< mine\nm\n||||||| base\nb\n=======\nt\nu\n>>>>>>> theirs\nc\n");
	merge("", "m\n", "t\n", 1, "<<<<<<< mine\nm\n||||||| base\n=======\nt\n>>>>>>> theirs\n");
}

static void marks_are_found_by_their_line(void **state)
{
	(void) state;
	assert_int_equal(view_merge_marked("a\n>>>>>>> theirs\n"), 2);
	assert_int_equal(view_merge_marked("<<<<<<< mine"), 1);
	/* what people write below a heading */
	assert_int_equal(view_merge_marked("Title\n=======\n"), 0);
	assert_int_equal(view_merge_marked(""), 0);
}

/* Random texts: a merge with an unchanged side is the other side, and the order of the sides does not matter. */
static void merging_has_its_laws(void **state)
{
	unsigned seed = 1;

	(void) state;
	for (int i = 0; i < 2000; i++) {
		char text[3][64] = { "", "", "" };
		CLEANUP(buf_release_p) struct buf one = BUF_INIT(65536);
		CLEANUP(buf_release_p) struct buf other = BUF_INIT(65536);
		int a, b;

		for (int t = 0; t < 3; t++)
			for (int n = rand_r(&seed) % 8; n > 0; n--) {
				size_t len = strlen(text[t]);

				snprintf(text[t] + len, sizeof(text[t]) - len, "%c\n", 'a' + rand_r(&seed) % 4);
			}
		merge(text[0], text[1], text[0], 0, text[1]);
		merge(text[0], text[0], text[2], 0, text[2]);
		merge(text[0], text[1], text[1], 0, text[1]);
		a = view_merge_texts(text[0], text[1], text[2], &one);
		b = view_merge_texts(text[0], text[2], text[1], &other);
		assert_int_equal(a, b);
		if (a == 0)
			assert_string_equal(buf_str(&one), buf_str(&other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comparison_is_that_of_diff),
		cmocka_unit_test(far_changes_are_groups_of_their_own),
		cmocka_unit_test(changes_of_one_side_are_taken),
		cmocka_unit_test(neighbouring_lines_are_merged_by_themselves),
		cmocka_unit_test(what_both_changed_stands_there_twice),
		cmocka_unit_test(marks_are_found_by_their_line),
		cmocka_unit_test(merging_has_its_laws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
