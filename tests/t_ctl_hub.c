#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "beat.h"
#include "ctl/hub.h"

enum { NEVER_MS = 1000000, QUEUE = 65536 };

static const char lost[] = "{\"type\":\"lost\"}";

static void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

/* What is there, at most 1 MiB. */
static char *read_all(struct ctl_sub *sub, int *ret_end)
{
	char *text = calloc(1, 1 << 20);
	size_t n = 0;
	int r;

	assert_non_null(text);
	while ((r = ctl_sub_read(sub, text + n, 5000)) > 0)
		n += (size_t) r;
	*ret_end = r;
	return text;
}

static void assert_reads(struct ctl_sub *sub, const char *want, int end)
{
	int r;
	char *text = read_all(sub, &r);

	assert_string_equal(text, want);
	assert_int_equal(r, end);
	free(text);
}

static void count(void *arg)
{
	atomic_fetch_add((atomic_int *) arg, 1);
}

static void begin_run(struct ctl_hub *h, int64_t n)
{
	ctl_hub_run_ask(h);
	ctl_hub_run_asked(h, n);
}

static void test_each_subscriber_gets_its_stream(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	atomic_int wakes = 0;
	struct ctl_sub *a, *b;

	(void) state;
	ctl_hub_publish(h, CTL_EVENTS, "before anybody reads");
	begin_run(h, 1);
	a = ctl_sub_new(h, CTL_EVENTS, count, &wakes);
	b = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	ctl_hub_publish(h, CTL_EVENTS, "{\"a\":1}");
	ctl_hub_publish(h, CTL_EVENTS, "two\nlines");
	ctl_hub_publish(h, CTL_PROGRESS, "receive Tasks");
	assert_int_equal(wakes, 2);
	assert_reads(a, "{\"a\":1}\ntwo lines\n", 0);
	assert_reads(b, "receive Tasks\n", 0);
	ctl_sub_free(a);
	ctl_sub_free(b);
	assert_null(ctl_hub_free(h));
}

static void test_progress_ends_with_the_run(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	atomic_int wakes = 0;
	struct ctl_sub *a, *b;

	(void) state;
	a = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	assert_reads(a, "", -ENODATA); /* nothing runs: the end at once */
	begin_run(h, 1);
	b = ctl_sub_new(h, CTL_PROGRESS, count, &wakes);
	ctl_hub_publish(h, CTL_PROGRESS, "1 of 2");
	ctl_hub_run_over(h, 1);
	assert_int_equal(wakes, 2);
	begin_run(h, 2);
	ctl_hub_publish(h, CTL_PROGRESS, "of the next run");
	assert_reads(b, "1 of 2\n", -ENODATA);
	assert_reads(a, "", -ENODATA);
	ctl_sub_free(a);
	ctl_sub_free(b);
	ctl_hub_free(h);
}

/*
 * Bug: the end of the run before was told by a thread that came late, and ended the run that had been asked for
 * meanwhile: echo > sync && cat progress showed nothing.
 */
static void test_the_end_of_a_run_ends_nothing_that_was_asked_for_later(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	struct ctl_sub *sub;

	(void) state;
	begin_run(h, 1);
	ctl_hub_run_ask(h);
	ctl_hub_run_over(h, 1);
	sub = ctl_sub_new_late(h, NULL, NULL);
	assert_reads(sub, "", 0);
	ctl_hub_run_asked(h, 2);
	assert_reads(sub, "", 0);
	ctl_hub_result(h, "2 lists");
	ctl_hub_run_over(h, 2);
	assert_reads(sub, "2 lists\n", -ENODATA);
	ctl_sub_free(sub);
	/* it came to nothing, or is over before anybody can say so */
	begin_run(h, 2);
	sub = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	assert_reads(sub, "", -ENODATA);
	ctl_hub_run_ask(h);
	ctl_hub_run_over(h, 3);
	ctl_hub_run_asked(h, 3);
	ctl_sub_free(sub);
	sub = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	assert_reads(sub, "", -ENODATA);
	ctl_sub_free(sub);
	ctl_hub_free(h);
}

/* Bug: cat progress showed nothing, or not all, of a run that was quicker than cat. */
static void test_who_comes_late_gets_the_results_once(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	struct ctl_sub *a, *b;

	(void) state;
	ctl_hub_result(h, "of no run");
	begin_run(h, 1);
	ctl_hub_publish(h, CTL_PROGRESS, " a step");
	ctl_hub_result(h, "Tasks: 1");
	a = ctl_sub_new_late(h, NULL, NULL);
	b = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	assert_reads(a, "Tasks: 1\n", 0);
	assert_reads(b, "", 0);
	ctl_hub_result(h, "1 list");
	ctl_hub_run_over(h, 1);
	assert_reads(a, "1 list\n", -ENODATA);
	ctl_sub_free(a);
	ctl_sub_free(b);
	a = ctl_sub_new_late(h, NULL, NULL); /* somebody was there to hear it */
	assert_reads(a, "", -ENODATA);
	ctl_sub_free(a);
	begin_run(h, 2);
	ctl_hub_result(h, "2 lists");
	ctl_hub_run_over(h, 2);
	a = ctl_sub_new_late(h, NULL, NULL);
	b = ctl_sub_new_late(h, NULL, NULL);
	assert_reads(a, "2 lists\n", -ENODATA);
	assert_reads(b, "", -ENODATA);
	ctl_sub_free(a);
	ctl_sub_free(b);
	ctl_hub_free(h);
}

/* Numbered lines of 100 bytes, more than the queue holds. */
static void flood(struct ctl_hub *h, int from, int to)
{
	char line[128];

	for (int i = from; i < to; i++) {
		snprintf(line, sizeof(line), "%06d%093d", i, 0);
		ctl_hub_publish(h, CTL_EVENTS, line);
	}
}

static void test_a_slow_reader_loses_the_oldest_lines_and_is_told(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	struct ctl_sub *sub = ctl_sub_new(h, CTL_EVENTS, NULL, NULL);
	int r, n = 0, last = -1;
	char *text, *line, *rest;

	(void) state;
	flood(h, 0, 5000);
	text = read_all(sub, &r);
	assert_true(strlen(text) <= QUEUE);
	for (rest = text; (line = strsep(&rest, "\n")) && *line; n++) {
		int number;

		if (n == 0) {
			assert_string_equal(line, lost);
			continue;
		}
		assert_int_equal(strlen(line), 99);
		assert_int_equal(sscanf(line, "%6d", &number), 1);
		if (last >= 0)
			assert_int_equal(number, last + 1);
		last = number;
	}
	assert_int_equal(last, 4999);
	assert_true(n > 400);
	free(text);
	ctl_sub_free(sub);
	ctl_hub_free(h);
}

static void test_the_rest_of_a_half_read_line_is_kept(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	struct ctl_sub *sub = ctl_sub_new(h, CTL_EVENTS, NULL, NULL);
	char head[5], *text;
	int r;

	(void) state;
	ctl_hub_publish(h, CTL_EVENTS, "the first line");
	assert_int_equal(ctl_sub_read(sub, head, 4), 4);
	flood(h, 0, 2000);
	flood(h, 2000, 4000);
	text = read_all(sub, &r);
	assert_memory_equal(text, "first line\n", 11);
	assert_memory_equal(text + 11, lost, sizeof(lost) - 1);
	assert_null(strstr(text + 11 + sizeof(lost), lost)); /* one mark is enough */
	free(text);
	ctl_sub_free(sub);
	ctl_hub_free(h);
}

static void test_a_line_that_is_too_long_counts_as_lost(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	struct ctl_sub *sub = ctl_sub_new(h, CTL_EVENTS, NULL, NULL);
	char *line = malloc(QUEUE);
	int r;

	(void) state;
	memset(line, 'x', QUEUE - 1);
	line[QUEUE - 1] = '\0';
	ctl_hub_publish(h, CTL_EVENTS, line);
	assert_reads(sub, "{\"type\":\"lost\"}\n", 0);
	line[16383] = '\0';
	for (int i = 0; i < 9; i++)
		ctl_hub_publish(h, CTL_EVENTS, line);
	assert_int_equal(ctl_sub_read(sub, line, 16), 16);
	line[15] = '\0';
	assert_string_equal(line, lost);
	while ((r = ctl_sub_read(sub, line, QUEUE)) > 0)
		assert_int_equal(line[r - 1], '\n');
	free(line);
	ctl_sub_free(sub);
	ctl_hub_free(h);
}

static void test_the_heartbeat_beats_for_readers_of_events(void **state)
{
	struct ctl_hub *h = hub_new_beating(20);
	struct ctl_sub *events, *progress;
	char text[64] = "";
	int64_t began = clock_mono_ms();

	(void) state;
	begin_run(h, 1);
	events = ctl_sub_new(h, CTL_EVENTS, NULL, NULL);
	progress = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	while (ctl_sub_read(events, text, sizeof(text) - 1) == 0 && clock_mono_ms() - began < 10000)
		pause_ms(5);
	assert_memory_equal(text, "#\n", 2);
	assert_true(clock_mono_ms() - began >= 20);
	assert_reads(progress, "", 0);
	ctl_sub_free(events);
	ctl_sub_free(progress);
	ctl_hub_free(h);
}

/* How often the threads of this process, the caller's excepted, have gone to sleep so far. */
static long count_switches(int *ret_threads)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	long sum = 0;

	*ret_threads = 0;
	assert_non_null(d);
	while ((e = readdir(d))) {
		char path[300], line[128];
		FILE *f;

		if (*e->d_name == '.' || strtol(e->d_name, NULL, 10) == (long) gettid())
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/status", e->d_name);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			if (strstr(line, "ctxt_switches:"))
				sum += strtol(strchr(line, ':') + 1, NULL, 10);
		if (f)
			fclose(f);
		++*ret_threads;
	}
	closedir(d);
	return sum;
}

static void *do_nothing(void *arg)
{
	return arg;
}

/* An idle mount makes no context switch, also after somebody has watched it. */
static void test_nobody_wakes_when_nobody_reads(void **state)
{
	struct ctl_hub *h = hub_new_beating(10);
	int threads, before;
	long switches;
	pthread_t first;
	struct ctl_sub *sub;

	(void) state;
	/* TSan starts a thread of its own beside the first one. */
	assert_int_equal(pthread_create(&first, NULL, do_nothing, NULL), 0);
	pthread_join(first, NULL);
	count_switches(&before);
	sub = ctl_sub_new(h, CTL_PROGRESS, NULL, NULL);
	count_switches(&threads);
	assert_int_equal(threads, before); /* no thread at all before the first reader of events */
	ctl_sub_free(sub);
	sub = ctl_sub_new(h, CTL_EVENTS, NULL, NULL);
	pause_ms(50);
	ctl_sub_free(sub);
	pause_ms(50);
	switches = count_switches(&threads);
	assert_int_equal(threads, before + 1);
	pause_ms(300);
	if (!before)
		assert_int_equal(count_switches(&threads), switches);
	ctl_hub_free(h);
}

/* ---- many threads ---------------------------------------------------------------------- */

struct reader {
	struct ctl_sub *sub;
	atomic_int inside; /* wakes that run now */
	atomic_int alive;
	atomic_int bytes;
	atomic_bool twice;
	atomic_bool late;
};

static void take_all(void *arg)
{
	struct reader *r = arg;
	char chunk[512];
	int n;

	if (atomic_fetch_add(&r->inside, 1))
		r->twice = true;
	if (!r->alive)
		r->late = true;
	while ((n = ctl_sub_read(r->sub, chunk, sizeof(chunk))) > 0)
		r->bytes += n;
	atomic_fetch_sub(&r->inside, 1);
}

static void *publish_many(void *arg)
{
	for (int i = 0; i < 2000; i++)
		ctl_hub_publish(arg, CTL_PROGRESS, "1234567");
	return NULL;
}

static void *come_and_go(void *arg)
{
	for (int i = 0; i < 300; i++) {
		/* On the heap, so that a wake after the end is found by the sanitizers. */
		atomic_int *wakes = calloc(1, sizeof(*wakes));
		struct ctl_sub *sub = ctl_sub_new(arg, CTL_PROGRESS, count, wakes);

		ctl_sub_free(sub);
		free(wakes);
	}
	return NULL;
}

static void test_wakes_are_never_twice_at_once_nor_late(void **state)
{
	struct ctl_hub *h = hub_new_beating(NEVER_MS);
	struct reader r = { .alive = 1 };
	pthread_t t[4];

	(void) state;
	begin_run(h, 1);
	r.sub = ctl_sub_new(h, CTL_PROGRESS, take_all, &r);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, i < 3 ? publish_many : come_and_go, h), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	take_all(&r);
	ctl_sub_free(r.sub);
	r.alive = 0;
	assert_false(r.twice);
	assert_false(r.late);
	assert_int_equal(r.bytes, 3 * 2000 * 8); /* each line woke somebody who took it */
	ctl_hub_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_wakes_when_nobody_reads),
		cmocka_unit_test(test_each_subscriber_gets_its_stream),
		cmocka_unit_test(test_progress_ends_with_the_run),
		cmocka_unit_test(test_the_end_of_a_run_ends_nothing_that_was_asked_for_later),
		cmocka_unit_test(test_who_comes_late_gets_the_results_once),
		cmocka_unit_test(test_a_slow_reader_loses_the_oldest_lines_and_is_told),
		cmocka_unit_test(test_the_rest_of_a_half_read_line_is_kept),
		cmocka_unit_test(test_a_line_that_is_too_long_counts_as_lost),
		cmocka_unit_test(test_the_heartbeat_beats_for_readers_of_events),
		cmocka_unit_test(test_wakes_are_never_twice_at_once_nor_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
