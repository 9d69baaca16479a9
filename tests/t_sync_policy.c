#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "backoff.h"
#include "policy.h"

/* When a list is synchronised, as tables: no clock, no thread. */

/* ---- S3 ------------------------------------------------------------------------------ */

static const struct {
	const char *what;
	struct policy_open o;
	enum policy_answer answer;
} opens[] = {
	{ "a list is opened", { .now = 9000 }, POLICY_WAIT },
	{ "synchronised a second ago", { .now = 9000, .ended = 8000 }, POLICY_CACHE },
	{ "synchronised three seconds ago", { .now = 9000, .ended = 6000 }, POLICY_WAIT },
	{ "a folder, the list was opened by the same process", { .now = 9000, .folder = true, .seen = POLICY_SEEN },
	  POLICY_CACHE },
	{ "a folder, by another process", { .now = 9000, .folder = true }, POLICY_WAIT },
	{ "the list again by the same process", { .now = 9000, .seen = POLICY_SEEN }, POLICY_WAIT },
	{ "a scanning process", { .now = 9000, .seen = POLICY_SCANNING }, POLICY_BEHIND },
	{ "a scanning process, list just synchronised", { .now = 9000, .ended = 8999, .seen = POLICY_SCANNING },
	  POLICY_CACHE },
	{ "Work Offline", { .now = 9000, .offline = true }, POLICY_CACHE },
	{ "MinTimeBetweenSyncs (MS-OUTSPS_R789)", { .now = 9000, .floored = true }, POLICY_CACHE },
	{ "Retry-After", { .now = 90000, .held = true, .backing_off = true }, POLICY_CACHE },
	{ "back-off, never probed", { .now = 90000, .backing_off = true }, POLICY_BEHIND },
	{ "back-off, probed 20 s ago", { .now = 90000, .backing_off = true, .probed = 70000 }, POLICY_CACHE },
	{ "back-off, probed 30 s ago", { .now = 90000, .backing_off = true, .probed = 60000 }, POLICY_BEHIND },
};

static void directories_opened(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(opens) / sizeof(*opens); i++) {
		struct policy_open o = opens[i].o;

		print_message("%s\n", opens[i].what);
		o.readable = true;
		o.fresh = 3000;
		assert_int_equal(policy_opened(&o), opens[i].answer);
		o.readable = false;
		assert_int_equal(policy_opened(&o), POLICY_CACHE);
	}
}

static void who_opens_what(void **state)
{
	struct policy_opens o = { 0 };

	(void) state;
	assert_int_equal(policy_note_open(&o, 1, 10, 1000), 0);
	assert_int_equal(policy_note_open(&o, 1, 10, 2000), POLICY_SEEN);
	assert_int_equal(policy_note_open(&o, 2, 10, 2000), 0);
	assert_int_equal(policy_note_open(&o, 1, 10, 62000), POLICY_SEEN);
	assert_int_equal(policy_note_open(&o, 1, 10, 122001), 0);
	/* Four lists within two seconds */
	assert_int_equal(policy_note_open(&o, 3, 1, 200000), 0);
	assert_int_equal(policy_note_open(&o, 3, 2, 200100), 0);
	assert_int_equal(policy_note_open(&o, 3, 2, 200150), POLICY_SEEN);
	assert_int_equal(policy_note_open(&o, 3, 3, 200200), 0);
	assert_int_equal(policy_note_open(&o, 3, 4, 200300), POLICY_SCANNING);
	assert_int_equal(policy_note_open(&o, 3, 1, 200400), POLICY_SCANNING | POLICY_SEEN);
	assert_int_equal(policy_note_open(&o, 3, 5, 203000), 0);
	/* Slowly is no scan. */
	for (int i = 0; i < 10; i++)
		assert_int_equal(policy_note_open(&o, 4, 100 + i, 300000 + i * 1000), 0);
	/* More than it can remember: the oldest are forgotten, nothing else. */
	for (int i = 0; i < 1000; i++)
		policy_note_open(&o, 1000 + i, 7, 400000);
	assert_int_equal(policy_note_open(&o, 1999, 7, 400001), POLICY_SEEN);
	assert_int_equal(policy_note_open(&o, 1000, 7, 400001), 0);
}

static void joining(void **state)
{
	(void) state;
	assert_true(policy_joins(0, 5000, 0));
	assert_true(policy_joins(5000, 5000, 0));
	assert_false(policy_joins(4999, 5000, 0));
	assert_true(policy_joins(4999, 5000, 3000));
	assert_false(policy_joins(1999, 5000, 3000));
}

/* ---- times ----------------------------------------------------------------------------- */

static const struct {
	int64_t n, first, last;
	bool hurry;
	int64_t at;
} pushes[] = {
	{ 0, 1000, 1000, false, POLICY_NEVER },
	{ 0, 1000, 1000, true, POLICY_NEVER },
	{ 1, 1000, 1000, false, 1100 },
	{ 5, 1000, 1500, false, 1600 },
	{ 50, 1000, 2950, false, 3000 },
	{ 50, 1000, 5000, false, 3000 },
	{ 100, 1000, 1001, false, 0 },
	{ 1, 1000, 1000, true, 0 },
};

static void batching(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(pushes) / sizeof(*pushes); i++)
		assert_int_equal(policy_push_at(pushes[i].n, pushes[i].first, pushes[i].last, pushes[i].hurry),
				 pushes[i].at);
}

/* MS-OUTSPS_R81, R789 */
static void the_floor(void **state)
{
	const int64_t minute = (int64_t) 60 * 1000000000;

	(void) state;
	assert_int_equal(policy_floor(10 * minute, 9 * minute, 5), 14 * minute);
	assert_int_equal(policy_floor(14 * minute, 9 * minute, 5), 0);
	assert_int_equal(policy_floor(10 * minute, 9 * minute, 0), 0);
	/* MS-OUTSPS_R74: ignored when the list was never synchronised */
	assert_int_equal(policy_floor(10 * minute, 0, 5), 0);
	/* the clock was set back */
	assert_int_equal(policy_floor(8 * minute, 9 * minute, 5), 0);
}

/* A thousand new items are one page of the list, and 25 answers to a token. */
static void own_burst_is_read_as_a_whole(void **state)
{
	(void) state;
	assert_true(policy_read_whole(1000, 1010, 2000));
	assert_false(policy_read_whole(40, 40, 2000));        /* one answer either way */
	assert_false(policy_read_whole(1000, 100000, 2000));  /* a big list is not read for it */
	assert_true(policy_read_whole(10000, 10000, 2000));
	assert_false(policy_read_whole(1000, 1010, 0));
}

static void reading_anew(void **state)
{
	(void) state;
	assert_true(policy_may_resync(0, 1000, false));
	assert_false(policy_may_resync(500, 1000, false));
	assert_true(policy_may_resync(500, 1000, true));
	assert_false(policy_may_resync(500, 499 + 3600000, false));
	assert_true(policy_may_resync(500, 500 + 3600000, false));
}

/* ---- the order of work --------------------------------------------------------------------- */

static const struct {
	const char *what;
	struct policy_facts f;
	enum policy_step step;
} steps[] = {
	{ "nothing", { 0 }, POLICY_END },
	{ "somebody looks", { .wanted = true }, POLICY_PULL },
	{ "changes are due", { .to_send = 1, .due = true, .received = true }, POLICY_PUSH },
	{ "changes are not due yet", { .to_send = 1 }, POLICY_END },
	{ "changes wait and somebody looks: push first", { .to_send = 1, .wanted = true }, POLICY_PUSH },
	{ "old list: pull first", { .to_send = 1, .due = true, .age = 3000 }, POLICY_PULL },
	{ "never synchronised: pull first", { .to_send = 1, .due = true, .age = POLICY_NEVER }, POLICY_PULL },
	{ "old list, pulled in this run", { .to_send = 1, .due = true, .age = 3000, .pulled = true }, POLICY_PUSH },
	{ "old list, in a burst", { .to_send = 1, .due = true, .age = 14000, .burst = true }, POLICY_PUSH },
	{ "old list, in a long burst", { .to_send = 1, .due = true, .age = 15000, .burst = true }, POLICY_PULL },
	{ "a Delete: pull first", { .to_send = 1, .due = true, .deletes = true }, POLICY_PULL },
	{ "a Delete, pulled in this run", { .to_send = 1, .due = true, .deletes = true, .pulled = true },
	  POLICY_PUSH },
	{ "a Delete in a burst", { .to_send = 1, .due = true, .deletes = true, .burst = true, .age = 9000 },
	  POLICY_PUSH },
	{ "a Delete under the floor", { .to_send = 1, .due = true, .deletes = true, .floored = true, .received = true },
	  POLICY_PUSH },
	{ "a folder's Delete in a burst, pulled in this run",
	  { .to_send = 1, .due = true, .deletes = true, .folders = true, .burst = true, .pulled = true }, POLICY_PULL },
	{ "a folder's Delete under the floor",
	  { .to_send = 1, .due = true, .deletes = true, .folders = true, .floored = true, .received = true }, POLICY_PULL },
	{ "a folder's Delete right after a pull",
	  { .to_send = 1, .due = true, .deletes = true, .folders = true, .pulled = true, .looked = true }, POLICY_PUSH },
	{ "a pull is owed", { .owed = true }, POLICY_PULL },
	{ "a pull is owed under the floor", { .owed = true, .floored = true, .received = true }, POLICY_END },
	{ "somebody looks under the floor", { .wanted = true, .floored = true, .received = true }, POLICY_END },
	{ "floor, but never received", { .wanted = true, .floored = true }, POLICY_PULL },
	{ "an answer was lost", { .unsure = true, .to_send = 3, .due = true }, POLICY_PULL },
	{ "an answer was lost, under the floor", { .unsure = true, .floored = true, .received = true }, POLICY_PULL },
	{ "an answer was lost after the pull", { .unsure = true, .pulled = true, .to_send = 1, .due = true },
	  POLICY_END },
};

static void order_of_work(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct policy_facts f = steps[i].f;

		print_message("%s\n", steps[i].what);
		f.may_send = f.may_receive = true;
		f.fresh = 3000;
		assert_int_equal(policy_step(&f), steps[i].step);
		/* Only receiving, only sending */
		f.may_send = false;
		assert_int_not_equal(policy_step(&f), POLICY_PUSH);
		f.may_send = true;
		f.may_receive = false;
		assert_int_not_equal(policy_step(&f), POLICY_PULL);
	}
}

/* ---- back-off -------------------------------------------------------------------------------- */

static void delays_grow_and_are_bounded(void **state)
{
	struct backoff b = { 0 };
	int64_t longest = 0;

	(void) state;
	assert_int_equal(backoff_gate(&b, false), 0);
	for (uint32_t i = 1; i < 40; i++) {
		backoff_failed(&b, 1000000, 0, i * 7919);
		assert_true(b.until >= 1000000 + BACKOFF_FIRST_MS);
		assert_true(b.until <= 1000000 + BACKOFF_LAST_MS);
		assert_int_equal(backoff_gate(&b, false), b.until);
		/* A person is not held up. */
		assert_int_equal(backoff_gate(&b, true), 0);
		if (b.until - 1000000 > longest)
			longest = b.until - 1000000;
	}
	assert_true(longest > 200000);
	backoff_reset(&b);
	assert_int_equal(backoff_gate(&b, false), 0);
}

static void delays_are_spread(void **state)
{
	struct backoff a = { .tries = 3 }, b = { .tries = 3 };

	(void) state;
	backoff_failed(&a, 0, 0, 1);
	backoff_failed(&b, 0, 0, 999);
	assert_true(b.until - a.until > 10000);
}

/* Whoever asks: what the server asked for holds. */
static void retry_after_holds_for_all(void **state)
{
	struct backoff b = { 0 };

	(void) state;
	backoff_failed(&b, 1000, 60, 5);
	assert_true(backoff_gate(&b, true) >= 61000 && backoff_gate(&b, true) <= 67000);
	assert_true(backoff_gate(&b, false) >= 61000);
	/* A date that is years away is a mistake. */
	backoff_failed(&b, 1000, 1 << 30, 5);
	assert_true(backoff_gate(&b, true) <= 1000 + (int64_t) 24 * 3600 * 1000);
	backoff_failed(&b, 1000, 0, 5);
	assert_int_equal(backoff_gate(&b, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_burst_is_read_as_a_whole),
		cmocka_unit_test(directories_opened),
		cmocka_unit_test(who_opens_what),
		cmocka_unit_test(joining),
		cmocka_unit_test(batching),
		cmocka_unit_test(the_floor),
		cmocka_unit_test(reading_anew),
		cmocka_unit_test(order_of_work),
		cmocka_unit_test(delays_grow_and_are_bounded),
		cmocka_unit_test(delays_are_spread),
		cmocka_unit_test(retry_after_holds_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
