/*
 * Every step of the store fails once, at every fault point in turn: it must say
 * so with the right code, leave nothing half done, and succeed when it is tried
 * again. The scenario is this program with arguments, so that it can also be run
 * as scripts/check-fault does with whole commands.
 */
#include <sys/wait.h>

#include "t_store_scenario.h"

static int complain(const struct step *st, const char *what, int r)
{
	fprintf(stderr, "%s%s: %s\n", st->name, what, strerror(-r));
	return 2;
}

/* One step, and once more when it failed. 0, or 2: it had another code than `expected` (0: one of those that
 * can be), or failed again. */
static int run_step(const struct step *st, struct world *w, int expected)
{
	int r = try_step(st, w), again;

	if (r == 0)
		return 0;
	if (expected ? r != expected : r != -EIO && r != -ENOMEM)
		return complain(st, "", r);
	again = try_step(st, w);
	return again < 0 ? complain(st, ", again", again) : 0;
}

/* The exit code. */
static int run_scenario(const char *dir, int expected)
{
	struct world w = { .dir = dir };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(steps) / sizeof(*steps); i++)
		rc = run_step(&steps[i], &w, expected);
	store_close(w.s);
	return rc;
}

/* ---- the loop ------------------------------------------------------------- */

#ifdef SPFS_TEST
/* Runs the scenario with one fault; returns whether it was met. */
static bool run_with_fault(const struct fixture *f, const char *fault, const char *expected)
{
	char dir[128], mark[128];
	bool met;
	int status;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/scenario", f->top);
	snprintf(mark, sizeof(mark), "%s/mark", f->top);
	pid = fork();
	if (pid == 0) {
		setenv("SPFS_FAULT", fault, 1);
		setenv("SPFS_FAULT_FIRED", mark, 1);
		execl("/proc/self/exe", "t_store_fault", "scenario", dir, expected, (char *) NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("SPFS_FAULT=%s: status %d", fault, status);
	remove_tree(dir);
	met = access(mark, F_OK) == 0;
	unlink(mark);
	return met;
}

/* Every stride-th passage of the point, or of all points (NULL). */
static void fail_everywhere(const struct fixture *f, const char *point, int stride, int expected, int at_least)
{
	char fault[64], code[16];
	int n = 1 - stride;

	snprintf(code, sizeof(code), "%d", expected);
	do {
		n += stride;
		if (point)
			snprintf(fault, sizeof(fault), "%s:%d", point, n);
		else
			snprintf(fault, sizeof(fault), "%d", n);
	} while (run_with_fault(f, fault, code));
	assert_true(n > at_least);
}

static void any_fault_is_survived(void **state)
{
	fail_everywhere(*state, NULL, 1, 0, 100);
}

static void a_failed_open_is_EIO(void **state)
{
	fail_everywhere(*state, "store.open", 1, -EIO, 3);
}

static void a_failed_prepare_is_ENOMEM(void **state)
{
	fail_everywhere(*state, "store.prepare", 7, -ENOMEM, 20);
}

static void a_failed_step_is_EIO(void **state)
{
	fail_everywhere(*state, "store.step", 7, -EIO, 50);
}

static void a_failed_commit_is_EIO(void **state)
{
	fail_everywhere(*state, "store.commit", 1, -EIO, 10);
}
#else
static void faults(void **state)
{
	(void) state;
	print_message("SKIPPED: fault points are only there when built with -DSPFS_TEST\n");
	skip();
}
#endif

static void without_a_fault_the_scenario_passes(void **state)
{
	struct fixture *f = *state;
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/scenario", f->top);
	assert_int_equal(run_scenario(dir, 0), 0);
}

static int run_alone(void)
{
	char top[] = "/tmp/t_store_fault.XXXXXX";
	int rc = mkdtemp(top) ? run_scenario(top, 0) : 2;

	remove_tree(top);
	return rc;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		store_test(without_a_fault_the_scenario_passes),
#ifdef SPFS_TEST
		store_test(any_fault_is_survived),
		store_test(a_failed_open_is_EIO),
		store_test(a_failed_prepare_is_ENOMEM),
		store_test(a_failed_step_is_EIO),
		store_test(a_failed_commit_is_EIO),
#else
		cmocka_unit_test(faults),
#endif
	};

	if (argc == 2)
		return run_alone();
	if (argc == 4)
		return run_scenario(argv[2], (int) strtol(argv[3], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
