#include "ctl_fixture.h"

#include <signal.h>
#include <time.h>

struct listener {
	struct fixture *f;
	struct buf lines;
	int max;
};

/* Answers the first line by publishing two more and ending the run. */
static int on_line(void *arg, const char *line)
{
	struct listener *l = arg;

	assert_non_null(line);
	buf_addf(&l->lines, "<%s>", line);
	if (strcmp(line, "one") == 0) {
		ctl_hub_publish(l->f->host.hub, CTL_PROGRESS, "two");
		ctl_hub_publish(l->f->host.hub, CTL_PROGRESS, "");
		ctl_hub_run_over(l->f->host.hub, 1);
	}
	return --l->max == 0 ? 42 : 0;
}

static void *publish_until_told(void *arg)
{
	struct fixture *f = arg;

	while (!f->go) {
		ctl_hub_publish(f->host.hub, CTL_PROGRESS, "one");
		ctl_hub_publish(f->host.hub, CTL_EVENTS, "{}");
		poll(NULL, 0, 5);
	}
	return NULL;
}

static void test_progress_ends_with_the_run(void **state)
{
	struct listener l = { .f = *state, .lines = BUF_INIT(1 << 20), .max = -1 };
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	pthread_t t;

	ctl_hub_run_ask(l.f->host.hub);
	ctl_hub_run_asked(l.f->host.hub, 1);
	assert_int_equal(ctl_client_open(l.f->path, PATIENCE_MS, &c), 0);
	assert_int_equal(pthread_create(&t, NULL, publish_until_told, l.f), 0);
	assert_int_equal(ctl_client_stream(c, "progress", on_line, &l, NULL), 0);
	l.f->go = true;
	pthread_join(t, NULL);
	assert_true(str_starts(buf_str(&l.lines), "<one>"));
	assert_non_null(strstr(buf_str(&l.lines), "<two>"));
	assert_true(str_ends(buf_str(&l.lines), "<>"));
	buf_release(&l.lines);
}

static void test_progress_of_nothing_ends_at_once(void **state)
{
	struct listener l = { .f = *state, .lines = BUF_INIT(1 << 20), .max = -1 };
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;

	assert_int_equal(ctl_client_open(l.f->path, PATIENCE_MS, &c), 0);
	assert_int_equal(ctl_client_stream(c, "progress", on_line, &l, NULL), 0);
	assert_int_equal(l.lines.len, 0);
}

static void test_events_last_until_the_reader_has_enough(void **state)
{
	struct listener l = { .f = *state, .lines = BUF_INIT(1 << 20), .max = 3 };
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	struct err err = { 0 };
	pthread_t t;

	assert_int_equal(pthread_create(&t, NULL, publish_until_told, l.f), 0);
	assert_int_equal(ctl_client_open(l.f->path, PATIENCE_MS, &c), 0);
	assert_int_equal(ctl_client_stream(c, "events", on_line, &l, NULL), 42);
	assert_string_equal(buf_str(&l.lines), "<{}><{}><{}>");
	/* an opened client is good for one request */
	assert_int_equal(ctl_client_stream(c, "events", on_line, &l, NULL), -EINVAL);
	c = ctl_client_close(c);
	assert_int_equal(ctl_client_open(l.f->path, PATIENCE_MS, &c), 0);
	assert_int_equal(ctl_client_stream(c, "status", on_line, &l, &err), -EINVAL);
	assert_string_equal(err.text, "\"stream\" takes \"progress\" or \"events\"");
	l.f->go = true;
	pthread_join(t, NULL);
	buf_release(&l.lines);
}

static void test_a_silent_stream_times_out(void **state)
{
	struct listener l = { .f = *state, .lines = BUF_INIT(1 << 20), .max = -1 };
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;

	assert_int_equal(ctl_client_open(l.f->path, 50, &c), 0);
	assert_int_equal(ctl_client_stream(c, "events", on_line, &l, NULL), -ETIMEDOUT);
}

static int on_signal(void *arg, const char *line)
{
	return line ? 0 : *(int *) arg;
}

static void ignore(int sig)
{
	(void) sig;
}

static void test_a_signal_reaches_the_reader_of_a_stream(void **state)
{
	struct fixture *f = *state;
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	struct sigaction a = { .sa_handler = ignore };
	struct itimerspec every = { { 0, 20000000 }, { 0, 20000000 } };
	struct sigevent e = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	timer_t timer;
	int end = 7;

	sigaction(SIGUSR1, &a, NULL);
	e._sigev_un._tid = gettid();
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &e, &timer), 0);
	assert_int_equal(ctl_client_open(f->path, PATIENCE_MS, &c), 0);
	timer_settime(timer, 0, &every, NULL);
	assert_int_equal(ctl_client_stream(c, "events", on_signal, &end, NULL), 7);
	timer_delete(timer);
}

/* Who half-closes (nc, socat) still reads; who has gone is noticed without a line to send. */
static void test_a_stream_ends_with_its_reader(void **state)
{
	struct fixture *f = *state;
	char ok[4] = "";

	for (int round = 0; round < 40; round++) {
		CLEANUP(fsutil_close_p) int fd = -1;
		int r;

		/* 40 rounds fit into 12 streams only if those that went are forgotten */
		do {
			fsutil_close_p(&fd);
			assert_int_equal(sock_connect(f->path, clock_mono_ms() + PATIENCE_MS, &fd), 0);
			assert_int_equal(sock_send(fd, "stream events\n", 14, SOCK_FOREVER), 0);
			shutdown(fd, SHUT_WR);
			r = sock_receive(fd, ok, 3, clock_mono_ms() + PATIENCE_MS);
		} while (r > 0 && memcmp(ok, "err", 3) == 0 && poll(NULL, 0, 5) == 0);
		assert_int_equal(r, 3);
		assert_memory_equal(ok, "ok\n", 3);
		if (round == 39) {
			ctl_hub_publish(f->host.hub, CTL_EVENTS, "x");
			assert_int_equal(sock_receive(fd, ok, 3, clock_mono_ms() + PATIENCE_MS), 2);
		}
	}
}

static void test_streams_leave_room_for_requests(void **state)
{
	struct fixture *f = *state;
	char text[8] = "";
	int fds[12];

	open_many(f, fds, 12, "stream events\n");
	for (int i = 0; i < 12; i++)
		assert_int_equal(sock_receive(fds[i], text, 3, clock_mono_ms() + PATIENCE_MS), 3);
	assert_answer(f, "stream|events", -EBUSY, "too many streams are being read");
	assert_answer(f, "read|status", 0, "status of 0\n");
	for (int i = 0; i < 12; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(test_progress_ends_with_the_run),
		WITH_SERVER(test_progress_of_nothing_ends_at_once),
		WITH_SERVER(test_events_last_until_the_reader_has_enough),
		WITH_SERVER(test_a_silent_stream_times_out),
		WITH_SERVER(test_a_signal_reaches_the_reader_of_a_stream),
		WITH_SERVER(test_a_stream_ends_with_its_reader),
		WITH_SERVER(test_streams_leave_room_for_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
