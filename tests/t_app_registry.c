#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "model/list.h"
#include "registry.h"

#define ID1 "{8D2F0A31-0000-4000-8000-000000000001}"
#define ID2 "{8D2F0A31-0000-4000-8000-000000000002}"

static void entries_of_a_profile(void **state)
{
	static const char text[] = "# mine\n[list \"Tasks\"]\n\tsite = https://h/s/\n\tid = 8d2f0a31-0000-4000-8000-000000000001\n"
				   "\ttitle = Team Tasks\n\ttemplate = 107\n\trichtext = html\n"
				   "[list \"Tasks\"]\nprofile = work\nsite = https://w\nid = " ID2 "\nlibrary = yes\n";
	CLEANUP(registry_release_p) struct registry mine = REGISTRY_INIT;
	CLEANUP(registry_release_p) struct registry work = REGISTRY_INIT;
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	struct err err = { 0 };

	(void) state;
	assert_int_equal(registry_parse("lists", text, strlen(text), "default", &mine, &err), 0);
	assert_int_equal(mine.n, 1);
	assert_string_equal(mine.v[0].site, "https://h/s");
	assert_string_equal(mine.v[0].id, ID1);
	assert_int_equal(registry_to_list(&mine.v[0], &l), 0);
	assert_string_equal(l.title, "Team Tasks");
	assert_int_equal(l.template, 107);
	assert_false(list_is_library(&l));
	assert_int_equal(l.flags, LIST_RAW_HTML);
	assert_int_equal(registry_parse("lists", text, strlen(text), "work", &work, &err), 0);
	assert_int_equal(work.n, 1);
	assert_true(work.v[0].library);
	assert_string_equal(work.v[0].title, "Tasks");
	assert_non_null(registry_find_id(&work, "https://W", ID2));
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[list \"A\"]\nid = " ID1 "\n", "lists:1: list \"A\" has no site = URL" },
		{ "[list \"A\"]\nsite = https://h\nid = 7\n", "lists:1: list \"A\" has no id = {GUID}" },
		{ "[list \"a/b\"]\n", "lists:1: a list begins with [list \"NAME\"], NAME being a directory's" },
		{ "[list \".spfs\"]\n", "lists:1: a list begins with [list \"NAME\"], NAME being a directory's" },
		{ "[list]\n", "lists:1: a list begins with [list \"NAME\"], NAME being a directory's" },
		{ "[list \"A\"]\nsite = https://h\nid = " ID1 "\nrichtext = yes\n",
		  "lists:1: list \"A\": richtext is \"text\" or \"html\", not \"yes\"" },
		{ "[list \"A\"]\nsite = https://h\nid = " ID1 "\n[list \"A\"]\nsite = https://h\nid = " ID2 "\n",
		  "lists:4: list \"A\" is there twice" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(registry_release_p) struct registry r = REGISTRY_INIT;
		struct err err = { 0 };

		assert_int_equal(registry_parse("lists", cases[i].text, strlen(cases[i].text), "default", &r, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].message);
	}
}

static void adding_and_removing_leave_comments(void **state)
{
	char dir[] = "/var/tmp/spfs-registry-XXXXXX", path[64], file[4096];
	const struct registry_entry a = { .name = (char *) "A \"x\"", .site = (char *) "https://h", .id = (char *) ID1,
					  .title = (char *) "A", .template = 100 };
	const struct registry_entry b = { .name = (char *) "B", .site = (char *) "https://h", .id = (char *) ID2,
					  .title = (char *) "B", .template = 101, .library = true, .html = true };
	CLEANUP(registry_release_p) struct registry r = REGISTRY_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	struct err err = { 0 };
	struct stat st;

	(void) state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/new/lists", dir);
	assert_int_equal(registry_add(path, "default", &a, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(fsutil_read(path, &text), 0);
	snprintf(file, sizeof(file), "# my note\n%s", buf_str(&text));
	assert_int_equal(fsutil_replace(path, 0600, file, strlen(file)), 0);
	assert_int_equal(registry_add(path, "demo", &b, &err), 0);
	assert_int_equal(registry_add(path, "demo", &b, &err), -EEXIST);
	assert_int_equal(registry_remove(path, "default", "B", &err), -ENOENT);
	assert_int_equal(registry_remove(path, "default", "A \"x\"", &err), 0);
	assert_int_equal(registry_load(path, "demo", &r, &err), 0);
	assert_int_equal(r.n, 1);
	assert_true(r.v[0].library);
	buf_reset(&text);
	assert_int_equal(fsutil_read(path, &text), 0);
	assert_int_equal(strncmp(buf_str(&text), "# my note\n", 10), 0);
	assert_null(strstr(buf_str(&text), "A \\\"x\\\""));
	unlink(path);
	snprintf(path, sizeof(path), "%s/new/lists.lock", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/new", dir);
	rmdir(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_a_profile),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(adding_and_removing_leave_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
