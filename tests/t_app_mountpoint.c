#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mountinfo.h"
#include "base/str.h"
#include "mountpoint.h"

static void of_several_mounts_the_last_is_on_top(void **state)
{
	static const char text[] = "1 2 3 / /m o - autofs systemd rw\n"
				   "1 2 3 / /m o - fuse.spfs work rw,user_id=1000\n"
				   "1 2 3 / /m/below o - tmpfs t rw\n";
	struct mountpoint_state m;

	(void) state;
	assert_int_equal(mountpoint_look_up(text, "/m", &m), 0);
	assert_true(m.mounted);
	assert_string_equal(m.type, "fuse.spfs");
	assert_int_equal(m.uid, 1000);
	assert_int_equal(mountpoint_look_up(text, "/m/below", &m), 0);
	assert_string_equal(m.type, "tmpfs");
	assert_int_equal((int) m.uid, -1);
	assert_int_equal(mountpoint_look_up(text, "/m/bel", &m), 0);
	assert_false(m.mounted);
}

static void mount_points_that_will_not_do(void **state)
{
	static const struct {
		const char *path, *says;
	} cases[] = {
		{ "/nonexistent/spfs", "create it first: mkdir -p" },
		{ "/etc/passwd", "not a directory" },
		{ "/etc", "is not empty; -o nonempty" },
		{ "/proc", "something else (proc) is mounted there" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		assert_int_equal(mountpoint_check(cases[i].path, false, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].says));
	}
}

static void an_empty_directory_does(void **state)
{
	char dir[] = "/var/tmp/spfs-mp-XXXXXX";
	struct err err = { 0 };

	(void) state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(mountpoint_check(dir, false, &err), 0);
	rmdir(dir);
	assert_int_equal(mountpoint_check("/etc", true, &err), 0);
}

static void paths_are_made_absolute_without_looking_at_the_last_part(void **state)
{
	static const struct {
		const char *path, *absolute;
	} cases[] = {
		{ "/etc/nonexistent", "/etc/nonexistent" }, { "/etc/../etc/x/", "/etc/x" }, { "/nothing", "/nothing" },
		{ "/", "/" }, { "/etc/.", "/etc" }, { "relative", "/etc/relative" }, { "..", "/" },
	};

	(void) state;
	assert_int_equal(chdir("/etc"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(str_free_p) char *abs = NULL;

		assert_int_equal(mountinfo_path(cases[i].path, &abs), 0);
		assert_string_equal(abs, cases[i].absolute);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_several_mounts_the_last_is_on_top),
		cmocka_unit_test(mount_points_that_will_not_do),
		cmocka_unit_test(an_empty_directory_does),
		cmocka_unit_test(paths_are_made_absolute_without_looking_at_the_last_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
