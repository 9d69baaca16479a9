#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/thread.h"

static char dir[64];

static const char *path(const char *name)
{
	static char p[128];

	snprintf(p, sizeof(p), "%s/%s", dir, name);
	return p;
}

static int make_dir(void **state)
{
	(void) state;
	snprintf(dir, sizeof(dir), "/var/tmp/spfs-base-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	static const char *const names[] = { "f", "f.new", "lock", "a/b/c", "a/b", "a", "" };

	(void) state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(path(names[i]));
	return 0;
}

static void a_file_is_replaced_whole(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(100);
	struct stat st;

	(void) state;
	assert_int_equal(fsutil_replace(path("f"), 0600, "one", 3), 0);
	assert_int_equal(fsutil_replace(path("f"), 0600, "two!", 4), 0);
	assert_int_equal(fsutil_read(path("f"), &b), 0);
	assert_string_equal(buf_str(&b), "two!");
	assert_int_equal(stat(path("f"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path("f.new"), &st), -1);
	assert_int_equal(fsutil_replace("/nonexistent/f", 0600, "x", 1), -ENOENT);
	assert_int_equal(fsutil_read(path("nothing"), &b), -ENOENT);
}

static void a_read_keeps_the_ceiling(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(2);

	(void) state;
	assert_int_equal(fsutil_replace(path("f"), 0600, "one", 3), 0);
	assert_int_equal(fsutil_read(path("f"), &b), -EFBIG);
}

static void directories_with_their_parents(void **state)
{
	(void) state;
	assert_int_equal(fsutil_mkdirs(path("a/b/c"), 0700), 0);
	assert_int_equal(fsutil_mkdirs(path("a/b/c"), 0700), 0);
	assert_int_equal(fsutil_sync_dir(path("a/b")), 0);
	assert_int_equal(fsutil_replace(path("f"), 0600, "", 0), 0);
	assert_int_equal(fsutil_mkdirs(path("f/x"), 0700), -ENOTDIR);
}

static void a_lock_has_one_holder(void **state)
{
	CLEANUP(fsutil_close_p) int a = -1;
	CLEANUP(fsutil_close_p) int b = -1;

	(void) state;
	assert_int_equal(fsutil_lock(path("lock"), &a), 0);
	assert_int_equal(fsutil_lock(path("lock"), &b), -EWOULDBLOCK);
	fsutil_close_p(&a);
	assert_int_equal(fsutil_lock(path("lock"), &b), 0);
}

static void locks_know_who_holds_them(void **state)
{
	struct lock low, high;

	(void) state;
	lock_init(&low, RANK_APP);
	lock_init(&high, RANK_LEAF);
	lock_take(&low);
	lock_take(&high);
	assert_true(lock_held(&low) && lock_held(&high));
	lock_give(&low); /* in any order */
	assert_false(lock_held(&low));
	lock_give(&high);
	lock_release(&low);
	lock_release(&high);
}

/* The wrong order dies at once, in the first test that meets it. */
static void the_wrong_order_of_locks_dies(void **state)
{
	struct lock low = LOCK_INIT(RANK_APP), high = LOCK_INIT(RANK_LEAF);
	pid_t pid = fork();
	int status;

	(void) state;
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit) { 0 });
		signal(SIGABRT, SIG_DFL);
		close(2);
		lock_take(&high);
		lock_take(&low);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_condition_has_a_deadline(void **state)
{
	struct lock l = LOCK_INIT(RANK_LEAF);
	struct cond c;
	int64_t begun = clock_mono_ms();

	(void) state;
	cond_init(&c);
	lock_take(&l);
	assert_false(cond_wait_until(&c, &l, begun + 30));
	lock_give(&l);
	assert_true(clock_mono_ms() >= begun + 30);
	cond_release(&c);
}

static void errors_keep_their_first_words(void **state)
{
	struct err e = { 0 };

	(void) state;
	assert_string_equal(err_text(&e, -ENOENT), "No such file or directory");
	assert_string_equal(err_text(NULL, -EACCES), "Permission denied");
	assert_int_equal(err_set(&e, -EIO, "%s: broken", "x"), -EIO);
	assert_int_equal(err_add(&e, -EINVAL, "later"), -EINVAL);
	assert_string_equal(err_text(&e, -EIO), "x: broken");
	assert_int_equal(err_set(NULL, -EIO, "nobody listens"), -EIO);
}

/* What a server says must not forge a second line. */
static void the_log_keeps_lines_whole(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 20);

	(void) state;
	log_setup(LOG_TO_NOTHING, LOG_LEVEL_NOTICE);
	log_notice("one\nerror: forged \033[2J");
	log_debug("not at this level");
	log_ring(&out);
	assert_non_null(strstr(buf_str(&out), " notice: one error: forged  [2J\n"));
	assert_null(strstr(buf_str(&out), "not at this level"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_whole),
		cmocka_unit_test(a_read_keeps_the_ceiling),
		cmocka_unit_test(directories_with_their_parents),
		cmocka_unit_test(a_lock_has_one_holder),
		cmocka_unit_test(locks_know_who_holds_them),
		cmocka_unit_test(the_wrong_order_of_locks_dies),
		cmocka_unit_test(a_condition_has_a_deadline),
		cmocka_unit_test(errors_keep_their_first_words),
		cmocka_unit_test(the_log_keeps_lines_whole),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
