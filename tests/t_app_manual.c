#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "cli/cli.h"
#include "config.h"
#include "ctl/host.h"

/* The manual pages of the source tree; tests run in its top directory. */
static void read_page(const char *path, struct buf *ret)
{
	if (fsutil_read(path, ret) < 0)
		fail_msg("%s: the tests run in the top directory of the sources", path);
}

/* "macro name" as an entry of its own, or in a line with others: ".It Cm offline , online". */
static void has_entry(const struct buf *page, const char *macro, const char *name)
{
	for (const char *at = buf_str(page); (at = strstr(at, name)); at++) {
		const char *line = at;
		char after = at[strlen(name)];

		while (line > buf_str(page) && line[-1] != '\n')
			line--;
		if (strncmp(line, macro, strlen(macro)) == 0 && at[-1] == ' ' && (after == ' ' || after == '\n'))
			return;
	}
	fail_msg("the manual has no \"%s %s\"", macro, name);
}

static void every_key_is_in_the_manual(void **state)
{
	CLEANUP(buf_release_p) struct buf conf = BUF_INIT(1 << 20);
	CLEANUP(buf_release_p) struct buf spfs = BUF_INIT(1 << 20);

	(void) state;
	read_page("man/spfs.conf.5", &conf);
	read_page("man/spfs.1", &spfs);
	for (const struct config_key *k = config_keys; k->name; k++) {
		has_entry(&conf, ".It Ic", k->name);
		if (k->places & IN_OPTION)
			assert_non_null(strstr(buf_str(&spfs), k->name));
	}
}

static void every_command_is_in_the_manual(void **state)
{
	static const char *const apps[] = { "add", "mount", "config", "lists", "login", "logout", "demo", "doctor", "fsck", "help" };
	CLEANUP(buf_release_p) struct buf page = BUF_INIT(1 << 20);

	(void) state;
	read_page("man/spfs.1", &page);
	for (const struct cli_command *const *c = cli_commands; *c; c++)
		has_entry(&page, ".It Cm", (*c)->name);
	for (size_t i = 0; i < sizeof(apps) / sizeof(*apps); i++)
		has_entry(&page, ".It Cm", apps[i]);
}

static void every_control_file_is_in_the_manual(void **state)
{
	CLEANUP(buf_release_p) struct buf page = BUF_INIT(1 << 20);

	(void) state;
	read_page("man/spfs-files.5", &page);
	for (const struct ctl_file *f = ctl_mount_files; f->name; f++)
		has_entry(&page, ".It Pa", f->name);
	for (size_t i = 0; ctl_mount_dirs[i]; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/", ctl_mount_dirs[i]);
		has_entry(&page, ".It Pa", name);
	}
	for (const struct ctl_file *f = ctl_list_files; f->name; f++)
		assert_non_null(strstr(buf_str(&page), f->name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_in_the_manual),
		cmocka_unit_test(every_command_is_in_the_manual),
		cmocka_unit_test(every_control_file_is_in_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
