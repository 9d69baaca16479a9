#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "opts.h"

static int parse(const char *line, struct opts *ret, struct err *err)
{
	char words[1000], *argv[40], *save = NULL;
	int argc = 0;

	*err = (struct err) { 0 };
	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	return opts_parse(argc, argv, ret, err);
}

static void forms_of_the_command_line(void **state)
{
	static const struct {
		const char *line, *profile, *mountpoint, *fsname;
	} cases[] = {
		{ "spfs dir", "default", "dir", "default" },
		{ "spfs work dir", "work", "dir", "work" },
		{ "spfs none dir", "default", "dir", "none" },
		{ "spfs -o profile=x dir", "x", "dir", "x" },
		{ "spfs --profile=x dir -f", "x", "dir", "x" },
		{ "spfs src dir -oprofile=x,fsname=y", "x", "dir", "y" },
		{ "spfs -- -dir", "default", "-dir", "default" },
		/* as /sbin/mount.fuse calls for `mount -t fuse.spfs work DIR` */
		{ "spfs work dir -o rw,noexec,nosuid,nodev,dev,suid", "work", "dir", "work" },
		/* as mount(8) calls a helper */
		{ "/sbin/mount.fuse.spfs work dir -o rw,nofail,_netdev,user,x-gvfs-show,comment=a -t fuse.spfs", "work", "dir",
		  "work" },
		{ "mount.spfs none dir -n -s -N /proc/1/ns/mnt -v", "default", "dir", "none" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(opts_release_p) struct opts o = OPTS_INIT;
		struct err err;

		if (parse(cases[i].line, &o, &err) != 0)
			fail_msg("%s: %s", cases[i].line, err.text);
		assert_string_equal(o.profile, cases[i].profile);
		assert_string_equal(o.mountpoint, cases[i].mountpoint);
		assert_string_equal(o.fsname, cases[i].fsname);
		assert_int_equal(o.n_settings, 0);
	}
}

static void flags(void **state)
{
	CLEANUP(opts_release_p) struct opts o = OPTS_INIT;
	CLEANUP(opts_release_p) struct opts helper = OPTS_INIT;
	CLEANUP(opts_release_p) struct opts debug = OPTS_INIT;
	struct err err;

	(void) state;
	assert_int_equal(parse("spfs -fvv -o nonempty dir", &o, &err), 0);
	assert_true(o.foreground && o.nonempty && !o.fake && !o.helper && !o.debug);
	assert_int_equal(o.verbose, 2);
	/* -f is mount(8)'s "fake" there */
	assert_int_equal(parse("mount.spfs work dir -f", &helper, &err), 0);
	assert_true(helper.fake && helper.helper && !helper.foreground);
	assert_int_equal(parse("spfs -d dir", &debug, &err), 0);
	assert_true(debug.debug && debug.foreground);
}

static void settings_are_kept_for_the_configuration(void **state)
{
	CLEANUP(opts_release_p) struct opts o = OPTS_INIT;
	CLEANUP(config_release_p) struct config c = { 0 };
	struct err err;

	(void) state;
	assert_int_equal(parse("spfs -o wait=1s,ro -ofresh=5s dir -v", &o, &err), 0);
	assert_int_equal(o.n_settings, 3);
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(opts_apply(&o, &c, &err), 0);
	assert_int_equal(c.settings.wait_ms, 1000);
	assert_int_equal(c.settings.fresh_ms, 5000);
	assert_true(c.settings.ro);
}

static void the_kernels_words_go_to_the_kernel(void **state)
{
	CLEANUP(opts_release_p) struct opts o = OPTS_INIT;
	struct err err;

	(void) state;
	assert_int_equal(parse("spfs -o rw,nosuid,sync,noatime,x-systemd.automount,nodev dir", &o, &err), 0);
	assert_string_equal(o.kernel, "nosuid,noatime,nodev");
	assert_int_equal(o.n_settings, 0);
}

static void a_backslash_keeps_a_comma(void **state)
{
	CLEANUP(opts_release_p) struct opts o = OPTS_INIT;
	struct err err;

	(void) state;
	assert_int_equal(parse("spfs -o config=/a\\,b,fsname=c\\\\d dir", &o, &err), 0);
	assert_string_equal(o.config, "/a,b");
	assert_string_equal(o.fsname, "c\\d");
}

static void mistakes(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{ "spfs", "no mount point given" },         { "spfs a b c", "one word too many: c" },
		{ "spfs --frob dir", "unknown option --frob" }, { "spfs -x dir", "unknown option -x" },
		{ "spfs dir -o", "option -o needs a value" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(opts_release_p) struct opts o = OPTS_INIT;
		struct err err;

		assert_int_equal(parse(cases[i].line, &o, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_the_command_line),
		cmocka_unit_test(flags),
		cmocka_unit_test(settings_are_kept_for_the_configuration),
		cmocka_unit_test(the_kernels_words_go_to_the_kernel),
		cmocka_unit_test(a_backslash_keeps_a_comma),
		cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
