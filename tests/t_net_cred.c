/* net/cred.h: passwords from a command. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"
#include "net/cred.h"

static void gives(const char *command, const char *want)
{
	CLEANUP(net_cred_wipe_p) char *secret = NULL;
	struct err err = { 0 };

	if (net_cred_command(command, NULL, &secret, &err) < 0)
		fail_msg("%s: %s", command, err.text);
	assert_string_equal(secret, want);
}

static void fails(const char *command, int want)
{
	char *secret = NULL;
	struct err err = { 0 };

	assert_int_equal(net_cred_command(command, NULL, &secret, &err), want);
	assert_null(secret);
	assert_int_equal(err.code, want);
	assert_true(err.text[0] != 0);
	assert_null(strstr(err.text, command));
}

static void test_the_first_line_is_the_secret(void **state)
{
	(void) state;
	gives("echo 's3cret word'", "s3cret word");
	gives("printf 'no newline'", "no newline");
	gives("printf 'one\\r\\ntwo\\n'", "one");
	gives("printf 'p\\303\\244ss'", "p\303\244ss");
	/* More than a pipe holds must not block it. */
	gives("echo first; yes | head -c 300000", "first");
}

static void test_it_has_no_input_and_no_place(void **state)
{
	(void) state;
	gives("cat; echo end", "end");
	gives("pwd", "/");
	/* Signals that a daemon blocks or ignores are as usual for it. */
	gives("sh -c 'kill -TERM $$' || echo died", "died");
}

static void test_failures_say_what_happened_but_not_the_command(void **state)
{
	(void) state;
	fails("echo almost; exit 3", -ECHILD);
	fails("kill -9 $$", -ECHILD);
	fails("no-such-program-here 2>/dev/null", -ECHILD);
	fails("true", -ENODATA);
	fails("echo", -ENODATA);
	fails("head -c 17000 /dev/zero | tr '\\0' x", -EFBIG);
}

static void test_what_it_leaves_behind_is_not_waited_for(void **state)
{
	int64_t start = clock_mono_ms();

	(void) state;
	gives("sleep 20 & echo quick", "quick");
	assert_true(clock_mono_ms() - start < 15000);
}

static void *raise_flag(void *arg)
{
	usleep(200000);
	atomic_store((atomic_int *) arg, 1);
	return NULL;
}

static void test_a_cancel_ends_it(void **state)
{
	atomic_int cancel = 0;
	int64_t start = clock_mono_ms();
	char *secret = NULL;
	pthread_t t;

	(void) state;
	assert_int_equal(pthread_create(&t, NULL, raise_flag, &cancel), 0);
	assert_int_equal(net_cred_command("sleep 20; echo late", &cancel, &secret, NULL), -ECANCELED);
	pthread_join(t, NULL);
	assert_true(clock_mono_ms() - start < 15000);
	assert_null(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_line_is_the_secret),
		cmocka_unit_test(test_it_has_no_input_and_no_place),
		cmocka_unit_test(test_failures_say_what_happened_but_not_the_command),
		cmocka_unit_test(test_what_it_leaves_behind_is_not_waited_for),
		cmocka_unit_test(test_a_cancel_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
