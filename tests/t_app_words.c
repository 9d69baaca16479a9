#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "sync/sync.h"
#include "words.h"

static void words_of_the_sync_file(void **state)
{
	static const struct {
		const char *line;
		int r;
		enum words_verb verb;
		const char *list;
	} cases[] = {
		{ "", 0, WORDS_ALL, NULL },         { "all", 0, WORDS_ALL, NULL },      { "  send ", 0, WORDS_SEND, NULL },
		{ "receive", 0, WORDS_RECEIVE, NULL }, { "retry", 0, WORDS_RETRY, NULL }, { "idle", 0, WORDS_IDLE, NULL },
		{ "Team Tasks", 0, WORDS_ALL, "Team Tasks" }, { "\"send\"", 0, WORDS_ALL, "send" },
		{ "\"a \\\"b\\\" \\\\\"", 0, WORDS_ALL, "a \"b\" \\" }, { "\"open", -EINVAL, WORDS_ALL, NULL },
		{ "\"a\" b", -EINVAL, WORDS_ALL, NULL }, { "Send", 0, WORDS_ALL, "Send" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(words_order_release_p) struct words_order o = { 0 };

		assert_int_equal(words_parse(cases[i].line, strlen(cases[i].line), &o), cases[i].r);
		if (cases[i].r < 0)
			continue;
		assert_int_equal(o.verb, cases[i].verb);
		assert_true(str_eq(o.list, cases[i].list));
		assert_int_equal(o.quoted, *cases[i].line == '"');
	}
}

static void steps_and_results_in_words(void **state)
{
	struct sync_list_status l = { .name = "Team Tasks", .state = SYNC_RECEIVING, .done = 310, .total = 500 };
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

	(void) state;
	words_step(&out, &l);
	assert_string_equal(buf_str(&out), "receive \"Team Tasks\" 310/500");
	assert_string_equal(words_state(&l), "receiving");
	buf_reset(&out);
	l.state = SYNC_IDLE;
	words_done(&out, &l, 12, 1, 0, 840);
	assert_string_equal(buf_str(&out), "Team Tasks: 12 received, 1 sent (0.8 s)");
	buf_reset(&out);
	words_done(&out, &l, 0, 0, 2, 6100);
	assert_string_equal(buf_str(&out), "Team Tasks: 2 conflicts (6.1 s)");
	buf_reset(&out);
	l.error = "no answer";
	words_done(&out, &l, 3, 0, 0, 100);
	assert_string_equal(buf_str(&out), "Team Tasks: failed: no answer (0.1 s)");
	assert_string_equal(words_state(&l), "failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_sync_file),
		cmocka_unit_test(steps_and_results_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
