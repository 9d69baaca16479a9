#include "t_sync_wait.h"

#include <dirent.h>

#include "base/log.h"

/* The engine with its threads: when it talks to the server, who waits for whom, and how it stops. */

/* ---- triggers -------------------------------------------------------------------------- */

static void start_synchronises_every_list(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	start(c);
	assert_true(ino_of(c, "A.txt") > 0);
	assert_int_equal(requests(c), 1);
	UNTIL(client_heard(c, "end 1 list, 1 received, 0 sent, 0 conflicts, 0 failed"));
	client_stop(c, 0);
}

#ifdef SPFS_TEST
/* A mount that failed when its threads ran already was never over. */
static void a_start_that_fails_half_way_ends(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	setenv("SPFS_FAULT", "sync.start.ask:1", 1);
	assert_int_equal(sync_start(c->s), -ENOMEM);
	unsetenv("SPFS_FAULT");
	c->s = sync_free(c->s);
}
#endif

/* S3: the answer shows what is on the server; twice in a second is one request. */
static void opening_a_directory_shows_changes(void **state)
{
	struct client *c = *state;
	int64_t begun;
	int before;

	c->conf.fresh_ms = 300;
	client_renew(c);
	start(c);
	usleep(350000);
	fake_add(c->f, "A");
	begun = clock_mono_ms();
	assert_true(open_dir(c, 1));
	assert_true(ino_of(c, "A.txt") > 0);
	assert_int_equal(requests(c), 2);
	before = 2 + open_dir(c, 1);
	assert_int_equal(requests(c), before);
	assert_true(before == 2 || clock_mono_ms() - begun >= 300);
	usleep(350000);
	assert_true(open_dir(c, 1));
	assert_int_equal(requests(c), before + 1);
	client_stop(c, 0);
}

/* A file manager opens the directory three times at once: one request. */
static void opens_join_a_running_sync(void **state)
{
	struct client *c = *state;
	struct waited v[3];

	c->conf.fresh_ms = 100;
	client_renew(c);
	start(c);
	usleep(150000);
	c->f->latency_ms = 60000;
	for (int i = 0; i < 3; i++) {
		waited_init(&v[i]);
		assert_int_equal(sync_open_list(c->s, c->list, false, 1, &v[i].w), 1);
		UNTIL(c->f->asleep == 1);
	}
	c->f->latency_ms = 0;
	for (int i = 0; i < 3; i++)
		assert_int_equal(waited_for(&v[i]), 0);
	UNTIL(is_idle(c));
	assert_int_equal(requests(c), 2);
	client_stop(c, 0);
}

/* A request that comes during a sync that may have missed something is followed by one more, not by a queue. */
static void requests_during_a_sync_add_one(void **state)
{
	struct client *c = *state;

	start(c);
	c->f->latency_ms = 60000;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(c->f->asleep == 1);
	usleep(20000); /* what is wanted in the same millisecond is not missed */
	for (int i = 0; i < 10; i++)
		assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	c->f->latency_ms = 0;
	UNTIL(requests(c) >= 3 && is_idle(c));
	usleep(100000);
	UNTIL(is_idle(c));
	assert_int_equal(requests(c), 3);
	client_stop(c, 0);
}

/* The server is slow: the cache is shown after `wait`, and the sync goes on. */
static void waiting_has_a_deadline(void **state)
{
	struct client *c = *state;
	struct waited v;
	int64_t begun;

	c->conf.fresh_ms = 0;
	c->conf.wait_ms = 100;
	client_renew(c);
	start(c);
	c->f->latency_ms = 600000;
	fake_add(c->f, "A");
	waited_init(&v);
	begun = clock_mono_ms();
	assert_int_equal(sync_open_list(c->s, c->list, false, 1, &v.w), 1);
	assert_int_equal(waited_for(&v), 0);
	assert_true(v.at - begun >= 95);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	c->f->latency_ms = 0;
	UNTIL(ino_of(c, "A.txt") > 0);
	client_stop(c, 0);
}

/* A list never received is waited for until its first page is there. */
static void first_page_is_waited_for(void **state)
{
	struct client *c = *state;
	struct waited v;

	c->conf.wait_ms = 10;
	c->conf.offline = true;
	client_renew(c);
	for (int i = 0; i < 30; i++)
		fake_add(c->f, "T");
	c->f->page = 10;
	c->f->latency_ms = 300;
	must_start(c);
	sync_set_online(c->s, true);
	waited_init(&v);
	assert_int_equal(sync_open_list(c->s, c->list, false, 1, &v.w), 1);
	assert_int_equal(waited_for(&v), 0);
	assert_true(count_files(c, c->root) >= 10);
	assert_true(count_files(c, c->root) < 30);
	UNTIL(count_files(c, c->root) == 30);
	client_stop(c, 0);
}

/* Ctrl-C: the wait ends at once, and nobody is told a second time. */
static void waits_can_be_interrupted(void **state)
{
	struct client *c = *state;
	struct waited v;

	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->latency_ms = 300;
	waited_init(&v);
	assert_int_equal(sync_open_list(c->s, c->list, false, 1, &v.w), 1);
	assert_true(sync_cancel(c->s, &v.w));
	assert_false(sync_cancel(c->s, &v.w));
	UNTIL(is_idle(c));
	assert_false(v.done);
	client_stop(c, 0);
}

/* find: at most one request for each list, two lists at a time. */
static void scanning_is_answered_at_once(void **state)
{
	struct client *c = *state;
	int64_t lists[6] = { c->list };
	char name[16], guid[64];
	struct waited v[6];
	int waits = 0;

	for (int i = 1; i < 6; i++) {
		snprintf(name, sizeof(name), "L%d", i);
		snprintf(guid, sizeof(guid), "{11111111-2222-3333-4444-55555555555%d}", i - 1);
		lists[i] = client_register(c, name, guid);
	}
	c->conf.fresh_ms = 10;
	client_renew(c);
	start(c);
	assert_int_equal(requests(c), 6);
	assert_true(c->f->calls_most <= 2);
	usleep(20000);
	c->f->latency_ms = 20;
	for (int i = 0; i < 6; i++) {
		waited_init(&v[i]);
		v[i].r = sync_open_list(c->s, lists[i], false, 77, &v[i].w);
		waits += v[i].r;
		if (v[i].r)
			waited_for(&v[i]);
	}
	assert_int_equal(waits, 3);
	UNTIL(is_idle(c));
	assert_int_equal(requests(c), 12);
	assert_true(c->f->calls_most <= 2);
	client_stop(c, 0);
}

static void folders_trigger_once_per_process(void **state)
{
	struct client *c = *state;
	struct waited v;

	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	assert_true(open_dir(c, 5));
	waited_init(&v);
	assert_int_equal(sync_open_list(c->s, c->list, true, 5, &v.w), 0);
	assert_int_equal(sync_open_list(c->s, c->list, true, 6, &v.w), 1);
	assert_int_equal(waited_for(&v), 0);
	client_stop(c, 0);
}

static long switches_of(const char *tid)
{
	CLEANUP(str_free_p) char *path = str_printf("/proc/self/task/%s/status", tid);
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);
	const char *line;

	assert_int_equal(fsutil_read(path, &b), 0);
	line = strstr(buf_str(&b), "\nvoluntary_ctxt_switches:");
	assert_non_null(line);
	return strtol(strchr(line, ':') + 1, NULL, 10);
}

/* How often the other threads of this process went to sleep. */
static long context_switches(void)
{
	DIR *d = opendir("/proc/self/task");
	const struct dirent *e;
	long n = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		if (*e->d_name != '.' && strtol(e->d_name, NULL, 10) != getpid())
			n += switches_of(e->d_name);
	closedir(d);
	return n;
}

/* S6: nothing happens by itself, no request and no thread that wakes up. */
static void idle_is_idle(void **state)
{
	struct client *c = *state;
	long switches = -1, now;
	int before;

	fake_add(c->f, "A");
	start(c);
	before = requests(c);
	/* What the threads still have to do is done some time; what wakes up again and again never stands still. */
	for (int i = 0; i < 40 && (now = context_switches()) != switches; i++) {
		switches = now;
		usleep(500000);
	}
	assert_int_equal(requests(c), before);
#ifndef __SANITIZE_THREAD__ /* which has a thread of its own */
	assert_int_equal(now, switches);
#endif
	client_stop(c, 0);
}

static void unknown_lists(void **state)
{
	struct client *c = *state;
	struct waited v;

	start(c);
	waited_init(&v);
	assert_int_equal(sync_open_list(c->s, 999, false, 1, &v.w), 0);
	assert_int_equal(sync_request(c->s, SYNC_ALL, 999), -ENOENT);
	sync_kick(c->s, 999);
	sync_list_removed(c->s, 999);
	assert_int_equal(sync_list_added(c->s, 999), -ENOENT);
	client_stop(c, 0);
}

/* ---- sending ------------------------------------------------------------------------------ */

static bool is_sent(struct client *c)
{
	return journal(c) == 0 && is_idle(c);
}

/* What was begun then took so long that pauses between two changes ended a batch: one in 100 ms at most. */
static int more_batches(int64_t begun, int64_t usual_ms)
{
	int64_t took = clock_mono_ms() - begun;

	return took > usual_ms ? (int) (took / 100) : 0;
}

/* S4: pushed, and then the list is pulled; changes made together go together. */
static void changes_are_sent_in_batches(void **state)
{
	struct client *c = *state;
	char title[32];
	int64_t begun;
	int more;

	start(c);
	begun = clock_mono_ms();
	for (int i = 0; i < 50; i++) {
		snprintf(title, sizeof(title), "n%02d", i);
		create_file(c, c->root, title, "x");
	}
	more = more_batches(begun, 1000);
	UNTIL(fake_count(c->f) == 50);
	UNTIL(is_sent(c));
	usleep(300000);
	UNTIL(is_idle(c));
	assert_true(c->f->pushes <= 3 + more);
	/* the start, perhaps one before, and one for the echo */
	assert_true(c->f->pulls <= 3 + more);
	assert_int_equal(c->f->methods, 50);
	assert_int_equal(count_files(c, c->root), 50);
	client_stop(c, 0);
}

static void thousand_changes_are_few_requests(void **state)
{
	struct client *c = *state;
	char title[32];
	int before;

	start(c);
	before = requests(c);
	for (int i = 0; i < 1000; i++) {
		snprintf(title, sizeof(title), "n%04d", i);
		create_file(c, c->root, title, "x");
	}
	UNTIL(fake_count(c->f) == 1000);
	UNTIL(is_sent(c));
	usleep(300000);
	UNTIL(is_idle(c));
	print_message("1,000 new files: %d requests, %d pushes\n", requests(c) - before, c->f->pushes);
	assert_int_equal(c->f->methods, 1000);
	assert_true(c->f->largest <= 100);
	client_stop(c, 0);
}

/* rm in a loop: the graces end one after the other, the requests are few. */
static void many_removals_are_few_requests(void **state)
{
	struct client *c = *state;
	char name[32];
	int64_t begun;
	int more;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "t%03d", i);
		fake_add(c->f, name);
	}
	c->conf.grace_ms = 400;
	client_renew(c);
	start(c);
	begun = clock_mono_ms();
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "t%03d.txt", i);
		assert_int_equal(sync_submit_unlink(c->s, ino_of(c, name)), 0);
		usleep(1500);
	}
	more = more_batches(begun, 4000);
	UNTIL(fake_count(c->f) == 0);
	UNTIL(is_sent(c));
	usleep(400000);
	UNTIL(is_idle(c));
	print_message("300 removals: %d pushes, %d pulls\n", c->f->pushes, c->f->pulls);
	/* Three and three, when nothing else has the processor. */
	assert_true(c->f->pushes <= 8 + more);
	assert_true(c->f->pulls <= 8 + more);
	client_stop(c, 0);
}

static void removed_files_are_deleted_after_the_grace(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	c->conf.grace_ms = 100;
	client_renew(c);
	start(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	UNTIL(fake_count(c->f) == 0);
	UNTIL(is_sent(c));
	assert_string_equal(c->f->log, "delete -; ");
	/* A file moved aside comes back, with an event. */
	fake_add(c->f, "B");
	assert_int_equal(sync_request(c->s, SYNC_ALL, c->list), 0);
	UNTIL(ino_of(c, "B.txt") > 0);
	client_forget_events(c);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "B.txt"), c->root, "B.txt~", 1, 0), 0);
	UNTIL(client_heard(c, "added B.txt"));
	assert_true(ino_of(c, "B.txt") > 0);
	client_stop(c, 0);
}

/* -o fsync=server */
static void waiting_until_it_is_sent(void **state)
{
	struct client *c = *state;
	struct waited v;

	fake_add(c->f, "A");
	start(c);
	waited_init(&v);
	assert_int_equal(sync_wait_sent(c->s, c->list, 5000, &v.w), 0);
	must_save(c, "A.txt", "Status", "x");
	assert_int_equal(sync_wait_sent(c->s, c->list, 5000, &v.w), 1);
	assert_int_equal(waited_for(&v), 0);
	assert_string_equal(fake_find(c->f, 1)->status, "x");
	/* refused */
	waited_init(&v);
	must_save(c, "A.txt", "Status", "BAD");
	assert_int_equal(sync_wait_sent(c->s, c->list, 5000, &v.w), 1);
	assert_int_equal(waited_for(&v), -EIO);
	/* no answer */
	waited_init(&v);
	c->f->pull_fails.result = c->f->push_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.n = c->f->push_fails.n = 1;
	must_save(c, "A.txt", "Status", "y");
	assert_int_equal(sync_wait_sent(c->s, c->list, 5000, &v.w), 1);
	assert_int_equal(waited_for(&v), -ENETDOWN);
	/* too slow */
	waited_init(&v);
	c->f->pull_fails.n = c->f->push_fails.n = 0;
	c->f->latency_ms = 400;
	assert_int_equal(sync_request(c->s, SYNC_SEND, 0), 0);
	assert_int_equal(sync_wait_sent(c->s, c->list, 50, &v.w), 1);
	assert_int_equal(waited_for(&v), -ETIMEDOUT);
	UNTIL(is_sent(c));
	client_stop(c, 0);
}

/* ---- failures ------------------------------------------------------------------------------- */

/* The server is away: every answer is quick, nothing is lost, and the next trigger finds it back. */
static void server_away_and_back(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct looked k;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->pull_fails.result = c->f->push_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.n = c->f->push_fails.n = 1000;
	assert_true(open_dir(c, 1));
	k = look(c, &s);
	assert_false(s.reachable);
	assert_string_equal(k.error, "the fake fails as ordered");
	/* With nothing to send, each look tries again. */
	c->f->pull_fails.n = 0;
	fake_add(c->f, "B");
	assert_true(open_dir(c, 1));
	assert_true(ino_of(c, "B.txt") > 0);
	k = look(c, &s);
	assert_true(s.reachable);
	assert_string_equal(k.error, "");
	assert_int_equal(s.backoff_until, 0);
	client_stop(c, 0);
}

/* Never more than once an hour unasked; the status says what to do, and who asks gets it. */
static void a_second_reading_anew_waits_until_somebody_asks(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct looked k;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->oldest_token = c->f->seq + 1;
	fake_add(c->f, "B");
	assert_true(open_dir(c, 1));
	assert_true(ino_of(c, "B.txt") > 0);
	assert_string_equal(look(c, &s).error, "");
	fake_add(c->f, "C");
	fake_add(c->f, "D");
	c->f->oldest_token = c->f->seq;
	assert_true(open_dir(c, 1));
	/* who looks is let go before the end of the run, which says why */
	UNTIL(is_idle(c));
	k = look(c, &s);
	assert_non_null(strstr(k.error, "expired"));
	assert_non_null(strstr(k.error, "`spfs sync \"Tasks\"`"));
	assert_int_equal(ino_of(c, "C.txt"), 0);
	assert_true(ino_of(c, "A.txt") > 0);
	assert_int_equal(sync_request(c->s, SYNC_ALL, c->list), 0);
	UNTIL(ino_of(c, "C.txt") > 0 && is_idle(c));
	assert_string_equal(look(c, &s).error, "");
	client_stop(c, 0);
}

/* With changes that wait: looks are answered at once and probe now and then; a person's request is not held up. */
static void backing_off(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct looked k;
	int before;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->pull_fails.result = c->f->push_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.n = c->f->push_fails.n = 1000;
	must_save(c, "A.txt", "Status", "x");
	UNTIL(look(c, &s).l.to_send == 1 && !s.reachable && is_idle(c));
	k = look(c, &s);
	assert_int_equal(k.l.to_send, 1);
	assert_true(s.backoff_until > clock_now_ns() + (int64_t) 3 * 1000000000);
	before = requests(c);
	assert_false(open_dir(c, 1));
	UNTIL(requests(c) > before && is_idle(c));
	before = requests(c);
	for (int i = 0; i < 5; i++)
		assert_false(open_dir(c, 1));
	usleep(100000);
	assert_int_equal(requests(c), before);
	c->f->pull_fails.n = c->f->push_fails.n = 0;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_sent(c));
	assert_string_equal(fake_find(c->f, 1)->status, "x");
	client_stop(c, 0);
}

/* What waits goes out by itself when the back-off is over. */
static void back_off_ends_by_itself(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	start(c);
	c->f->push_fails.result = REMOTE_SITE_BAD;
	c->f->push_fails.n = 1;
	must_save(c, "A.txt", "Status", "x");
	UNTIL(is_sent(c));
	assert_string_equal(fake_find(c->f, 1)->status, "x");
	client_stop(c, 0);
}

/* Retry-After holds for everybody. */
static void server_asks_to_be_left_alone(void **state)
{
	struct client *c = *state;
	int64_t begun;
	int before;

	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->pull_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.http = 429;
	c->f->pull_fails.retry_after = 2;
	c->f->pull_fails.n = 1;
	begun = clock_mono_ms();
	assert_true(open_dir(c, 1));
	before = requests(c);
	open_dir(c, 1);
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	while (clock_mono_ms() - begun < 1500 && requests(c) == before)
		usleep(10000);
	assert_true(requests(c) == before || clock_mono_ms() - begun >= 1500);
	UNTIL(requests(c) > before);
	client_stop(c, 0);
}

static void refused_login_stops_and_says_so(void **state)
{
	struct client *c = *state;
	int before;

	fake_add(c->f, "A");
	start(c);
	c->f->pull_fails.result = c->f->push_fails.result = REMOTE_AUTH;
	c->f->pull_fails.n = c->f->push_fails.n = 1000;
	must_save(c, "A.txt", "Status", "x");
	UNTIL(client_heard(c, "login http://t/sites/t: the fake fails as ordered"));
	UNTIL(is_idle(c));
	before = requests(c);
	must_save(c, "A.txt", "Status", "y");
	usleep(400000);
	assert_int_equal(requests(c), before);
	c->f->pull_fails.n = c->f->push_fails.n = 0;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_sent(c));
	assert_string_equal(fake_find(c->f, 1)->status, "y");
	client_stop(c, 0);
}

static void remote_that_does_not_open(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	c->f->fails_open = -EIO;
	start(c);
	assert_string_equal(look(c, &s).error, "the fake does not open");
	c->f->fails_open = 0;
	fake_add(c->f, "A");
	assert_true(open_dir(c, 1));
	assert_true(ino_of(c, "A.txt") > 0);
	client_stop(c, 0);
}

/* A list that is gone stays, read-only; its changes wait and go out when it is back. */
static void list_gone_and_back(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->pull_fails.result = c->f->push_fails.result = REMOTE_LIST_GONE;
	c->f->pull_fails.n = c->f->push_fails.n = 1000;
	must_save(c, "A.txt", "Status", "x");
	UNTIL(!strcmp(look(c, &s).state, "gone"));
	UNTIL(is_idle(c));
	assert_int_equal(look(c, &s).l.refused, 1);
	assert_true(client_heard(c, "attr A.txt"));
	assert_has(c, "A.txt", "Status: x");
	assert_int_equal(save_field(c, "A.txt", "Status", "y"), -EROFS);
	c->f->pull_fails.n = c->f->push_fails.n = 0;
	assert_true(open_dir(c, 1));
	assert_string_equal(look(c, &s).state, "ok");
	UNTIL(is_sent(c));
	assert_string_equal(fake_find(c->f, 1)->status, "x");
	client_stop(c, 0);
}

static void forbidden_list(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->pull_fails.result = REMOTE_LIST_BAD;
	c->f->pull_fails.http = 403;
	c->f->pull_fails.n = 1;
	assert_true(open_dir(c, 1));
	assert_string_equal(look(c, &s).state, "forbidden");
	assert_true(ino_of(c, "A.txt") > 0);
	assert_true(open_dir(c, 1));
	assert_string_equal(look(c, &s).state, "ok");
	client_stop(c, 0);
}

/* `retry`: what was refused is sent again. */
static void refused_changes_are_retried(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	fake_add(c->f, "A");
	start(c);
	must_save(c, "A.txt", "Status", "BAD");
	UNTIL(look(c, &s).l.refused == 1 && is_idle(c));
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_idle(c));
	assert_int_equal(c->f->methods, 1);
	assert_int_equal(sync_request(c->s, SYNC_RETRY, 0), 0);
	UNTIL(methods(c) == 2);
	UNTIL(look(c, &s).l.refused == 1 && is_idle(c));
	client_stop(c, 0);
}

/* MS-OUTSPS_R789: not before MinTimeBetweenSyncs, whoever asks; pushes are not bound. */
static void floor_holds_for_pulls(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	fake_add(c->f, "A");
	c->f->min_minutes = 5;
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	assert_int_equal(c->f->pulls, 1);
	assert_false(open_dir(c, 1));
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_idle(c));
	assert_int_equal(c->f->pulls, 1);
	assert_true(look(c, &s).l.not_before > clock_now_ns());
	must_save(c, "A.txt", "Status", "x");
	UNTIL(is_sent(c));
	usleep(200000);
	assert_int_equal(c->f->pulls, 1);
	assert_int_equal(c->f->pushes, 1);
	/* A lost answer is asked for all the same. */
	c->f->push_lost = 1;
	must_save(c, "A.txt", "Status", "y");
	UNTIL(count_state(c, STORE_CHANGE_UNSURE) == 1 && is_idle(c));
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_sent(c));
	assert_int_equal(c->f->pulls, 2);
	assert_int_equal(c->f->methods, 2);
	client_stop(c, 0);
}

/* The numbers of status follow what happens. */
static void status_counts(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct store_change ch = STORE_CHANGE_INIT;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	assert_int_equal(look(c, &s).l.items, 1);
	fake_add(c->f, "B");
	fake_add(c->f, "C");
	assert_true(open_dir(c, 1));
	UNTIL(is_idle(c));
	assert_int_equal(look(c, &s).l.items, 3);
	assert_int_equal(look(c, &s).l.received, 3);
	sync_set_online(c->s, false);
	create_file(c, c->root, "N", "x");
	assert_int_equal(look(c, &s).l.items, 4);
	assert_int_equal(look(c, &s).l.to_send, 1);
	assert_false(s.online);
	assert_int_equal(store_change_get(c->st, 1, &ch), 0);
	store_change_release(&ch);
	assert_int_equal(sync_submit_discard(c->s, 1), 0);
	assert_int_equal(look(c, &s).l.items, 3);
	assert_int_equal(look(c, &s).l.to_send, 0);
	assert_int_equal(look(c, &s).l.conflicts, 1);
	client_stop(c, 0);
}

/* ---- offline, idle, lists ---------------------------------------------------------------------- */

static void work_offline(void **state)
{
	struct client *c = *state;
	struct waited v;
	int before;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	sync_set_online(c->s, false);
	before = requests(c);
	must_save(c, "A.txt", "Status", "x");
	create_file(c, c->root, "N", "y");
	assert_false(open_dir(c, 1));
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), -ENETDOWN);
	waited_init(&v);
	assert_int_equal(sync_wait_sent(c->s, c->list, 100, &v.w), -ENETDOWN);
	usleep(300000);
	assert_int_equal(requests(c), before);
	sync_set_online(c->s, true);
	UNTIL(is_sent(c));
	assert_int_equal(fake_count(c->f), 2);
	client_stop(c, 0);
}

/* MS-OUTSPS_R793: cancelled at the earliest opportunity. */
static void idle_stops_what_runs(void **state)
{
	struct client *c = *state;
	struct waited v;

	start(c);
	c->f->latency_ms = 600000;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	waited_init(&v);
	UNTIL(c->f->asleep == 1);
	c->conf.fresh_ms = 0;
	sync_idle(c->s);
	UNTIL(is_idle(c));
	c->f->latency_ms = 0;
	fake_add(c->f, "A");
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(ino_of(c, "A.txt") > 0);
	client_stop(c, 0);
}

static void list_added_and_removed_while_running(void **state)
{
	struct client *c = *state;
	int64_t id;

	start(c);
	fake_add(c->f, "A");
	id = client_register(c, "More", "{99999999-2222-3333-4444-555555555555}");
	assert_int_equal(sync_list_added(c->s, id), 1);
	UNTIL(count_files(c, c->root) == 1);
	c->f->latency_ms = 200;
	assert_int_equal(sync_request(c->s, SYNC_ALL, id), 0);
	usleep(50000);
	sync_list_removed(c->s, id);
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_list_remove(c->st, id), 0);
	assert_int_equal(store_commit(c->st), 0);
	UNTIL(is_idle(c));
	assert_int_equal(sync_request(c->s, SYNC_ALL, id), -ENOENT);
	client_stop(c, 0);
}

/* Bug: a list that was added in Work Offline began a run that never ended. */
static void list_added_in_work_offline(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	int64_t id;

	start(c);
	fake_add(c->f, "A");
	sync_set_online(c->s, false);
	client_forget_events(c);
	id = client_register(c, "More", "{99999999-2222-3333-4444-555555555555}");
	assert_int_equal(sync_list_added(c->s, id), 0);
	assert_int_equal(sync_status(c->s, &s, NULL, NULL), 0);
	assert_false(s.running);
	sync_set_online(c->s, true);
	UNTIL(count_files(c, c->root) == 1);
	UNTIL(is_idle(c));
	client_stop(c, 0);
}

/* A server that answers and is busy is left alone for a while, whoever asks; so is one that said 429. */
static void a_busy_server_gets_a_pause(void **state)
{
	struct client *c = *state;
	int before;

	c->conf.fresh_ms = 0;
	client_renew(c);
	c->f->busy = 60;
	start(c);
	before = requests(c);
	assert_false(open_dir(c, 1));
	fake_add(c->f, "A");
	create_file(c, c->root, "N", "x");
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	usleep(300000);
	assert_int_equal(requests(c), before);
	assert_int_equal(count_state(c, STORE_CHANGE_QUEUED), 1);
	client_stop(c, 0);
}

/* lists.md 1.5: the site is locked: nothing by itself, but a person may look whether it still is. */
static void a_locked_site_is_left_alone(void **state)
{
	struct client *c = *state;
	int before;

	fake_add(c->f, "A");
	start(c);
	c->f->push_fails.result = REMOTE_SITE_BAD;
	c->f->push_fails.code = 0x81020071;
	c->f->push_fails.n = 1;
	before = requests(c);
	must_save(c, "A.txt", "Status", "x");
	UNTIL(requests(c) > before - 1 && c->f->push_fails.n == 0);
	UNTIL(is_idle(c));
	before = requests(c);
	must_save(c, "A.txt", "Status", "y");
	usleep(400000);
	assert_int_equal(requests(c), before);
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_sent(c));
	client_stop(c, 0);
}

/* After an outage one worker looks first: no storm. */
static void one_looks_first_after_an_outage(void **state)
{
	struct client *c = *state;
	char name[16], guid[64];

	for (int i = 1; i < 6; i++) {
		snprintf(name, sizeof(name), "L%d", i);
		snprintf(guid, sizeof(guid), "{11111111-2222-3333-4444-55555555555%d}", i - 1);
		client_register(c, name, guid);
	}
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->pull_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.n = 1;
	assert_int_equal(sync_request(c->s, SYNC_ALL, c->list), 0);
	UNTIL(is_idle(c));
	c->f->pull_fails.n = 1000;
	c->f->latency_ms = 20;
	c->f->calls_most = 0;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_idle(c));
	assert_int_equal(c->f->calls_most, 1);
	c->f->pull_fails.n = 0;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_idle(c));
	UNTIL(client_heard(c, "end 6 lists, 0 received, 0 sent, 0 conflicts, 0 failed"));
	client_stop(c, 0);
}

/* A batch whose answer was lost may have been too much for the server: the next is smaller. */
static void lost_batches_shrink(void **state)
{
	struct client *c = *state;
	char title[32];

	c->conf.fresh_ms = 60000;
	client_renew(c);
	start(c);
	c->f->push_fails.result = REMOTE_LOST;
	c->f->push_fails.n = 1;
	for (int i = 0; i < 100; i++) {
		snprintf(title, sizeof(title), "N%d", i);
		create_file(c, c->root, title, "x");
	}
	UNTIL(is_idle(c) && count_state(c, STORE_CHANGE_UNSURE) > 0);
	c->f->largest = 0;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_sent(c));
	assert_in_range(c->f->largest, 1, 50);
	assert_int_equal(fake_count(c->f), 100);
	client_stop(c, 0);
}

/* MS-OUTSPS_R84, R85: the connection is lost, so the sync begins again at another address. */
static void another_address_is_tried(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	c->factory.failed = fake_failed;
	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->away = 1;
	must_save(c, "A.txt", "Status", "x");
	UNTIL(is_sent(c));
	assert_string_equal(fake_find(c->f, 1)->status, "x");
	assert_int_equal(c->f->address, 1);
	assert_int_equal(sync_status(c->s, &s, NULL, NULL), 0);
	assert_true(s.reachable);
	/* R86: none is left; that ends too. */
	c->f->away = 3;
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_idle(c));
	assert_int_equal(sync_status(c->s, &s, NULL, NULL), 0);
	assert_false(s.reachable);
	client_stop(c, 0);
}

/* ---- the end -------------------------------------------------------------------------------------- */

/* Unmounting: graces end, and what waits is sent. */
static void stop_sends_what_waits(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	c->conf.grace_ms = 60000;
	client_renew(c);
	start(c);
	must_save(c, "A.txt", "Status", "x");
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "B.txt")), 0);
	client_stop(c, 5000);
	assert_int_equal(fake_count(c->f), 1);
	assert_string_equal(fake_find(c->f, 1)->status, "x");
	assert_int_equal(journal(c), 0);
}

static void stop_does_not_wait_for_the_dead(void **state)
{
	struct client *c = *state;
	int64_t begun;

	fake_add(c->f, "A");
	start(c);
	c->f->latency_ms = 600000;
	must_save(c, "A.txt", "Status", "x");
	begun = clock_mono_ms();
	client_stop(c, 200);
	assert_true(clock_mono_ms() - begun < 60000);
	assert_int_equal(journal(c), 1);
}

static void stop_answers_who_waits(void **state)
{
	struct client *c = *state;
	struct waited v;

	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	c->f->latency_ms = 60000;
	waited_init(&v);
	assert_int_equal(sync_open_list(c->s, c->list, false, 1, &v.w), 1);
	client_stop(c, 0);
	assert_true(v.done);
}

/* What a run left behind is sent by the next: nothing lost, nothing twice. */
static void restart_goes_on(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	start(c);
	c->f->push_lost = 1;
	create_file(c, c->root, "N", "x");
	UNTIL(count_state(c, STORE_CHANGE_UNSURE) == 1);
	must_save(c, "A.txt", "Status", "y");
	client_stop(c, 0);
	client_close(c);
	client_open(c);
	must_start(c);
	UNTIL(is_sent(c));
	assert_int_equal(fake_count(c->f), 2);
	assert_int_equal(c->f->methods, 2);
	client_stop(c, 0);
}

/* After a remount files show their items again, not what was typed. */
static void kept_texts_end_with_the_run(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .text = "status:x", .n = 8, .complete = true };

	fake_add(c->f, "A");
	start(c);
	save.ino = ino_of(c, "A.txt");
	save.item = item_of(c, "A.txt");
	assert_int_equal(values_set(&v, "Status", "x"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_file(c, "A.txt", "status:x");
	UNTIL(is_sent(c));
	client_stop(c, 0);
	client_close(c);
	client_open(c);
	must_start(c);
	assert_has(c, "A.txt", "Status: x");
	client_stop(c, 0);
}

/* Four people at one engine, and a server that fails now and then. */
static void *scribble(void *arg)
{
	struct client *c = arg;
	struct waited v;

	for (int i = 0; i < 40; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%d", i);
		if (ino_of(c, "A.txt"))
			save_field(c, "A.txt", i % 2 ? "Body" : "Status", text);
		waited_init(&v);
		if (sync_open_list(c->s, c->list, false, i, &v.w) > 0 && !sync_cancel(c->s, &v.w))
			waited_for(&v);
		usleep(1000);
	}
	return NULL;
}

static void many_threads(void **state)
{
	struct client *c = *state;
	pthread_t t[4];

	fake_add(c->f, "A");
	c->conf.fresh_ms = 1;
	client_renew(c);
	start(c);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, scribble, c), 0);
	for (int i = 0; i < 20; i++) {
		struct sync_status s;

		look(c, &s);
		pthread_mutex_lock(&c->f->m);
		c->f->push_lost = i % 5 == 0;
		pthread_mutex_unlock(&c->f->m);
		assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
		usleep(5000);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(sync_request(c->s, SYNC_ALL, 0), 0);
	UNTIL(is_sent(c));
	assert_has(c, "A.txt", fake_find(c->f, 1)->status);
	assert_has(c, "A.txt", fake_find(c->f, 1)->body);
	client_stop(c, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(start_synchronises_every_list),
#ifdef SPFS_TEST
		CASE(a_start_that_fails_half_way_ends),
#endif
		CASE(opening_a_directory_shows_changes),
		CASE(opens_join_a_running_sync),
		CASE(requests_during_a_sync_add_one),
		CASE(waiting_has_a_deadline),
		CASE(first_page_is_waited_for),
		CASE(waits_can_be_interrupted),
		CASE(scanning_is_answered_at_once),
		CASE(folders_trigger_once_per_process),
		CASE(idle_is_idle),
		CASE(unknown_lists),
		CASE(changes_are_sent_in_batches),
		CASE(thousand_changes_are_few_requests),
		CASE(many_removals_are_few_requests),
		CASE(removed_files_are_deleted_after_the_grace),
		CASE(waiting_until_it_is_sent),
		CASE(server_away_and_back),
		CASE(a_second_reading_anew_waits_until_somebody_asks),
		CASE(backing_off),
		CASE(back_off_ends_by_itself),
		CASE(server_asks_to_be_left_alone),
		CASE(refused_login_stops_and_says_so),
		CASE(remote_that_does_not_open),
		CASE(list_gone_and_back),
		CASE(forbidden_list),
		CASE(refused_changes_are_retried),
		CASE(floor_holds_for_pulls),
		CASE(status_counts),
		CASE(work_offline),
		CASE(idle_stops_what_runs),
		CASE(list_added_and_removed_while_running),
		CASE(list_added_in_work_offline),
		CASE(a_busy_server_gets_a_pause),
		CASE(a_locked_site_is_left_alone),
		CASE(one_looks_first_after_an_outage),
		CASE(lost_batches_shrink),
		CASE(another_address_is_tried),
		CASE(stop_sends_what_waits),
		CASE(stop_does_not_wait_for_the_dead),
		CASE(stop_answers_who_waits),
		CASE(restart_goes_on),
		CASE(kept_texts_end_with_the_run),
		CASE(many_threads),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
