/* app/helper.h: what the helper does, what it refuses, and that it ends; app/confine.h in a child. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "confine.h"
#include "helper.h"
#include "net/cred.h"
#include "places.h"
#include "registry.h"

struct fixture {
	char dir[64], config[80], lists[80];
	struct places places;
	struct helper *h;
};

static void write_file(const char *path, const char *text)
{
	assert_int_equal(fsutil_replace(path, 0600, text, strlen(text)), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/var/tmp/spfs-helper-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->config, sizeof(f->config), "%s/config", f->dir);
	snprintf(f->lists, sizeof(f->lists), "%s/lists", f->dir);
	write_file(f->config, "[site \"https://a\"]\npasscmd = echo one\ntokencmd = \"echo two; echo three\"\n"
			      "[site \"https://b\"]\npasscmd = \"echo a word >&2; exit 3\"\n");
	f->places = (struct places) { .profile = (char *) "default", .lists = f->lists };
	assert_int_equal(helper_start(&f->places, f->config, "/nowhere", &f->h), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	helper_stop(f->h);
	unlink(f->config);
	unlink(f->lists);
	for (int i = 0; i < 2; i++) {
		char name[100];

		snprintf(name, sizeof(name), "%s.lock", i ? f->config : f->lists);
		unlink(name);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

static int run(struct fixture *f, const char *command, char **ret, struct err *err)
{
	return helper_command(f->h, command, NULL, ret, err);
}

static void test_commands_of_the_configuration_are_run_and_no_others(void **state)
{
	static const char *const others[] = { "echo", "echo one ", "echo one; id", "", "ECHO ONE" };
	CLEANUP(net_cred_wipe_p) char *one = NULL, *two = NULL, *again = NULL;
	struct fixture *f = *state;
	struct err err = { 0 };

	assert_int_equal(run(f, "echo one", &one, &err), 0);
	assert_string_equal(one, "one");
	assert_int_equal(run(f, "echo two; echo three", &two, &err), 0);
	assert_string_equal(two, "two");
	assert_int_equal(run(f, "echo a word >&2; exit 3", &again, &err), -ECHILD);
	assert_non_null(strstr(err.text, "exit status"));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_int_equal(run(f, others[i], &again, &err), -EPERM);
		assert_null(again);
	}
	/* it reads the file anew each time */
	write_file(f->config, "[site \"https://a\"]\npasscmd = echo later\n");
	assert_int_equal(run(f, "echo one", &again, &err), -EPERM);
	assert_int_equal(run(f, "echo later", &again, &err), 0);
	assert_string_equal(again, "later");
}

struct hanging {
	struct fixture *f;
	char command[200];
	atomic_int cancel;
	int r;
};

static void *hang(void *arg)
{
	struct hanging *h = arg;
	char *text = NULL;

	h->r = helper_command(h->f->h, h->command, &h->cancel, &text, NULL);
	free(text);
	return NULL;
}

static void test_a_command_that_nobody_waits_for_is_killed(void **state)
{
	struct fixture *f = *state;
	struct hanging h = { .f = f };
	CLEANUP(str_free_p) char *note = str_printf("%s/pid", f->dir);
	CLEANUP(str_free_p) char *config = NULL;
	pthread_t thread;
	long pid = 0;

	snprintf(h.command, sizeof(h.command), "echo $$ > %s; exec sleep 1000", note);
	config = str_printf("[site \"https://a\"]\npasscmd = \"%s\"\n", h.command);
	write_file(f->config, config);
	assert_int_equal(pthread_create(&thread, NULL, hang, &h), 0);
	while (pid <= 0) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(100);

		if (fsutil_read(note, &text) == 0)
			pid = strtol(buf_str(&text), NULL, 10);
		nanosleep(&(struct timespec) { .tv_nsec = 10000000 }, NULL);
	}
	atomic_store(&h.cancel, 1);
	pthread_join(thread, NULL);
	assert_int_equal(h.r, -ECANCELED);
	while (kill((pid_t) pid, 0) == 0)
		nanosleep(&(struct timespec) { .tv_nsec = 10000000 }, NULL);
	unlink(note);
}

static void test_signals_do_not_end_it_and_the_end_of_the_daemon_does(void **state)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1 };
	CLEANUP(net_cred_wipe_p) char *text = NULL;
	struct fixture *f = *state;
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		assert_int_equal(kill(helper_pid(f->h), signals[i]), 0);
	assert_int_equal(run(f, "echo one", &text, &err), 0);
	f->h = helper_stop(f->h); /* waits for it */
}

static void test_lists_are_removed(void **state)
{
	const struct registry_entry e = { .name = (char *) "Tasks", .site = (char *) "https://a", .title = (char *) "Tasks",
					  .id = (char *) "{00000000-0000-0000-0000-000000000001}", .template = 107 };
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct fixture *f = *state;
	struct err err = { 0 };

	assert_int_equal(registry_add(f->lists, "default", &e, &err), 0);
	assert_int_equal(helper_remove_list(f->h, "Links", &err), -ENOENT);
	assert_int_equal(helper_remove_list(f->h, "Tasks", &err), 0);
	assert_int_equal(registry_load(f->lists, "default", &reg, &err), 0);
	assert_int_equal(reg.n, 0);
}

/* ---- confinement ---------------------------------------------------------------------------------------- */

static int try_open(const char *dir, const char *name, int flags)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", dir, name);
	CLEANUP(fsutil_close_p) int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : 0;
}

/* In a child, for it is for good. What failed, as a number of ours; 77: no Landlock. */
static int confined(const char *dir)
{
	struct confine *c = confine_new();
	CLEANUP(str_free_p) char *own = str_printf("%s/own", dir), *other = str_printf("%s/other", dir);
	bool landlock;

	confine_read(c, "/usr");
	confine_read(c, "/lib64");
	confine_write(c, own);
	confine_read(c, "/does/not/exist");
	if (confine_self(c, &landlock) < 0)
		return 1;
	confine_free(c);
	if (!landlock)
		return 77;
	if (try_open(own, "new", O_RDWR | O_CREAT | O_TRUNC) || try_open(own, "new", O_RDONLY))
		return 2;
	if (try_open(other, "there", O_RDONLY) != -EACCES || try_open(other, "new", O_RDWR | O_CREAT) != -EACCES)
		return 3;
	if (try_open("/usr", "", O_RDONLY) || try_open("/usr", "x", O_RDWR | O_CREAT) != -EACCES)
		return 4;
	execl("/usr/bin/true", "true", NULL);
	return errno == EACCES ? 0 : 5;
}

static void test_a_confined_process_keeps_to_its_own(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_free_p) char *own = str_printf("%s/own", f->dir), *other = str_printf("%s/other", f->dir);
	CLEANUP(str_free_p) char *there = str_printf("%s/other/there", f->dir), *new = str_printf("%s/own/new", f->dir);
	int status = 0;
	pid_t pid;

	assert_int_equal(mkdir(own, 0700) | mkdir(other, 0700), 0);
	write_file(there, "x");
	pid = fork();
	if (pid == 0)
		_exit(confined(f->dir));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(there);
	unlink(new);
	rmdir(own);
	rmdir(other);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("SKIPPED: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commands_of_the_configuration_are_run_and_no_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_command_that_nobody_waits_for_is_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_signals_do_not_end_it_and_the_end_of_the_daemon_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lists_are_removed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_confined_process_keeps_to_its_own, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
