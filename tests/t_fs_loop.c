#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "loop.h"
#include "request.h"

/* A kernel of bytes in a pipe: each byte is a request. */
enum { QUICK = 'q', STORES = 's', HELD = 'h', STORES_HELD = 'H', OVER = '.', BROKEN = '!' };

struct kernel {
	int ends[2];
	struct loop *loop;
	pthread_t thread;
	int result;
	atomic_int answered;
	atomic_int held;      /* how many wait for `go` */
	atomic_bool go;
	atomic_int slots;
};

static int receive(void *arg, void *slot)
{
	struct kernel *k = arg;
	char *c = slot;
	ssize_t n = read(k->ends[0], c, 1);

	if (n < 0)
		return -errno;
	if (n == 0 || *c == OVER)
		return 0;
	return *c == BROKEN ? -EIO : 1;
}

static bool is_long(void *arg, const void *slot)
{
	const char *c = slot;

	(void) arg;
	return *c == STORES || *c == STORES_HELD;
}

static void answer(void *arg, void *slot)
{
	struct kernel *k = arg;
	char c = *(char *) slot;

	if (c == HELD || c == STORES_HELD) {
		atomic_fetch_add(&k->held, 1);
		while (!atomic_load(&k->go))
			usleep(1000);
		atomic_fetch_sub(&k->held, 1);
	}
	atomic_fetch_add(&k->answered, 1);
}

static void release(void *arg, void *slot)
{
	struct kernel *k = arg;

	(void) slot;
	atomic_fetch_add(&k->slots, 1);
}

static void *run(void *arg)
{
	struct kernel *k = arg;

	k->result = loop_run(k->loop);
	return NULL;
}

static void start(struct kernel *k)
{
	struct loop_source s = { .arg = k, .slot = 8, .receive = receive, .is_long = is_long, .answer = answer, .release = release };

	memset(k, 0, sizeof(*k));
	assert_return_code(pipe2(k->ends, O_NONBLOCK | O_CLOEXEC), errno);
	s.fd = k->ends[0];
	k->loop = loop_new(&s);
	assert_non_null(k->loop);
	assert_return_code(pthread_create(&k->thread, NULL, run, k), 0);
}

static void ask(struct kernel *k, const char *requests)
{
	assert_int_equal(write(k->ends[1], requests, strlen(requests)), strlen(requests));
}

static void wait_until(atomic_int *what, int n)
{
	int64_t end = clock_mono_ms() + 60000;

	while (atomic_load(what) < n && clock_mono_ms() < end)
		usleep(500);
	assert_int_equal(atomic_load(what), n);
}

static int end(struct kernel *k)
{
	pthread_join(k->thread, NULL);
	k->loop = loop_free(k->loop);
	close(k->ends[0]);
	close(k->ends[1]);
	assert_true(atomic_load(&k->slots) > 0);
	return k->result;
}

/* Many at once, some after a pause. */
static void everything_is_answered_once(void **state)
{
	struct kernel k;
	char all[1024];

	(void) state;
	for (size_t i = 0; i < sizeof(all) - 1; i++)
		all[i] = i % 7 ? QUICK : STORES;
	all[sizeof(all) - 1] = '\0';
	start(&k);
	ask(&k, all);
	wait_until(&k.answered, sizeof(all) - 1);
	usleep(20000);
	for (size_t i = 0; i < 5; i++) {
		ask(&k, "q");
		wait_until(&k.answered, (int) (sizeof(all) + i));
	}
	ask(&k, all);
	wait_until(&k.answered, 2 * (sizeof(all) - 1) + 5);
	ask(&k, ".");
	assert_int_equal(end(&k), 0);
	assert_int_equal(atomic_load(&k.answered), 2 * (sizeof(all) - 1) + 5);
}

/* What stores something leaves the way free for what comes after it. */
static void what_stores_holds_up_nobody(void **state)
{
	struct kernel k;

	(void) state;
	start(&k);
	ask(&k, "qqHqHqHqq");
	wait_until(&k.held, 3);
	wait_until(&k.answered, 6);
	atomic_store(&k.go, true);
	wait_until(&k.answered, 9);
	ask(&k, ".");
	assert_int_equal(end(&k), 0);
}

/* A request that was thought to be short and is not: the leader itself is held up, time after time. */
static void a_leader_that_is_held_up_is_replaced(void **state)
{
	struct kernel k;

	(void) state;
	start(&k);
	ask(&k, "qqqqqqqqqqhqqqqhqqqqhqqqqqq");
	wait_until(&k.held, 3);
	wait_until(&k.answered, 24);
	atomic_store(&k.go, true);
	wait_until(&k.answered, 27);
	ask(&k, "qqqqqqqqqqqqq");
	wait_until(&k.answered, 40);
	ask(&k, ".");
	assert_int_equal(end(&k), 0);
}

/* The threads are all taken: what comes meanwhile is answered when one is free. */
static void more_is_held_up_than_there_are_threads(void **state)
{
	struct kernel k;

	(void) state;
	start(&k);
	ask(&k, "HHHHHHHHHHHHHHHHHHHHHHHHqqqq");
	wait_until(&k.held, LOOP_THREADS);
	assert_int_equal(atomic_load(&k.answered), 0);
	atomic_store(&k.go, true);
	wait_until(&k.answered, 28);
	ask(&k, ".");
	assert_int_equal(end(&k), 0);
}

/* Asked to end, it answers first what it has taken. */
static void an_end_waits_for_answers(void **state)
{
	struct kernel k;

	(void) state;
	start(&k);
	ask(&k, "qHq");
	wait_until(&k.held, 1);
	loop_end(k.loop);
	loop_end(k.loop);
	atomic_store(&k.go, true);
	assert_int_equal(end(&k), 0);
	assert_int_equal(atomic_load(&k.held), 0);
	assert_true(atomic_load(&k.answered) >= 1);
}

static void an_end_before_the_beginning(void **state)
{
	struct loop_source s = { .slot = 8, .receive = receive, .is_long = is_long, .answer = answer, .release = release };
	struct kernel k = { .go = true };

	(void) state;
	assert_return_code(pipe2(k.ends, O_NONBLOCK | O_CLOEXEC), errno);
	s.arg = &k;
	s.fd = k.ends[0];
	k.loop = loop_new(&s);
	assert_non_null(k.loop);
	loop_end(k.loop);
	assert_int_equal(loop_run(k.loop), 0);
	k.loop = loop_free(k.loop);
	close(k.ends[0]);
	close(k.ends[1]);
}

static void an_error_ends_it(void **state)
{
	struct kernel k;

	(void) state;
	start(&k);
	ask(&k, "qqq!");
	assert_int_equal(end(&k), -EIO);
	assert_int_equal(atomic_load(&k.answered), 3);
}

/* ---- which requests are long ------------------------------------------------------------------ */

static bool of(uint32_t opcode, uint32_t flags, uint32_t size)
{
	struct {
		struct fuse_in_header h;
		union {
			struct fuse_read_in read;
			struct fuse_release_in release;
		} in;
	} m = { .h.opcode = opcode };

	if (opcode == FUSE_READ)
		m.in.read.size = size;
	else
		m.in.release.flags = flags;
	return request_is_long(&m);
}

static void what_stores_or_copies_much_is_long(void **state)
{
	(void) state;
	assert_false(of(FUSE_LOOKUP, 0, 0));
	assert_false(of(FUSE_OPEN, O_RDWR, 0));
	assert_false(of(FUSE_READ, 0, 4096));
	assert_true(of(FUSE_READ, 0, 128 << 10));
	assert_false(of(FUSE_RELEASE, O_RDONLY | O_CLOEXEC, 0));
	assert_true(of(FUSE_RELEASE, O_WRONLY, 0));
	assert_true(of(FUSE_RELEASE, O_RDWR | O_APPEND, 0));
	assert_true(of(FUSE_FLUSH, 0, 0));
	assert_true(of(FUSE_WRITE, 0, 0));
	assert_true(of(FUSE_RENAME2, 0, 0));
	assert_true(of(UINT32_MAX, 0, 0)); /* whatever a later kernel asks for */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_answered_once),
		cmocka_unit_test(what_stores_holds_up_nobody),
		cmocka_unit_test(a_leader_that_is_held_up_is_replaced),
		cmocka_unit_test(more_is_held_up_than_there_are_threads),
		cmocka_unit_test(an_end_waits_for_answers),
		cmocka_unit_test(an_end_before_the_beginning),
		cmocka_unit_test(an_error_ends_it),
		cmocka_unit_test(what_stores_or_copies_much_is_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
