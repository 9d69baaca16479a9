#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/mountinfo.h"

static int note(void *arg, const struct mountinfo *m)
{
	struct buf *out = arg;

	buf_addf(out, "%s|%s|%s|%d\n", m->dir, m->type, m->source, (int) m->uid);
	return strcmp(m->dir, "/stop") == 0 ? 7 : 0;
}

static void lines_as_the_kernel_writes_them(void **state)
{
	static const char text[] =
		"22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
		"90 22 0:55 / /home/ann/My\\040Share\\134Point rw,nosuid shared:5 master:1 - fuse.spfs work\\0431 "
		"rw,user_id=1000,group_id=1000,default_permissions\n"
		"91 22 0:56 / /auto rw - autofs systemd-1 rw,fd=32\n";
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4096);

	(void) state;
	assert_int_equal(mountinfo_each(text, note, &out), 0);
	assert_string_equal(buf_str(&out), "/|ext4|/dev/sda1|-1\n"
					   "/home/ann/My Share\\Point|fuse.spfs|work#1|1000\n"
					   "/auto|autofs|systemd-1|-1\n");
}

static void nonsense_is_skipped_and_fn_may_end_it(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4096);

	(void) state;
	assert_int_equal(mountinfo_each("", note, &out), 0);
	assert_int_equal(mountinfo_each("garbage\n1 2 - x\n1 2 3 4 /a o - t\n\n", note, &out), 0);
	assert_string_equal(buf_str(&out), "");
	assert_int_equal(mountinfo_each("1 2 3 / /stop o - t s o\n1 2 3 / /b o - t s o\n", note, &out), 7);
	assert_string_equal(buf_str(&out), "/stop|t|s|-1\n");
}

static void the_running_kernel_has_a_root(void **state)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(MOUNTINFO_MAX);
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(MOUNTINFO_MAX);

	(void) state;
	assert_int_equal(mountinfo_read(&text), 0);
	assert_int_equal(mountinfo_each(buf_str(&text), note, &out), 0);
	assert_non_null(strstr(buf_str(&out), "/|"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_as_the_kernel_writes_them),
		cmocka_unit_test(nonsense_is_skipped_and_fn_may_end_it),
		cmocka_unit_test(the_running_kernel_has_a_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
