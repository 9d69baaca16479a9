#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "sync/conflict.h"

static char dir[] = "/tmp/spfs-conflict-XXXXXX";

static int setup(void **state)
{
	(void) state;
	memcpy(dir, "/tmp/spfs-conflict-XXXXXX", sizeof(dir));
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	CLEANUP(str_free_p) char *cmd = str_printf("rm -rf '%s'", dir);
	FILE *p = popen(cmd, "r");

	(void) state;
	return p ? pclose(p) : -1;
}

static struct sync_conflict sample(struct values *base)
{
	return (struct sync_conflict) {
		.kind = SYNC_CONFLICT_EDIT, .list = (char *) "Tasks", .name = (char *) "Write report.txt",
		.guid = (char *) "{A}", .folder = (char *) "sites/team/Lists/Tasks/Old", .why = (char *) "two\nlines",
		.id = 12, .has_base = base != NULL, .base = base ? *base : (struct values) VALUES_INIT,
	};
}

/* Keeps it; the name that it got is in `file`. */
static void keep(const struct sync_conflict *c, const char *text, char file[300])
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(4096);

	assert_int_equal(sync_conflict_keep(dir, c, text, strlen(text), &path), 0);
	assert_true(str_starts(buf_str(&path), c->list));
	snprintf(file, 300, "%s", buf_str(&path) + strlen(c->list) + 1);
}

static bool exists(const char *name)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/conflicts/%s", dir, name);

	return access(path, F_OK) == 0;
}

static void what_is_kept_is_found_again(void **state)
{
	CLEANUP(values_release_p) struct values base = VALUES_INIT;
	CLEANUP(sync_conflict_release_p) struct sync_conflict got = SYNC_CONFLICT_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	CLEANUP(str_free_p) char *path = NULL;
	struct sync_conflict c;
	char file[300];

	(void) state;
	assert_int_equal(values_set(&base, "Title", "Write report"), 0);
	c = sample(&base);
	keep(&c, "Title: mine\n", file);
	assert_true(sync_conflict_is_entry(file));
	assert_int_equal(sync_conflict_load(dir, "Tasks", file, &got), 0);
	assert_int_equal(got.kind, SYNC_CONFLICT_EDIT);
	assert_string_equal(got.name, "Write report.txt");
	assert_string_equal(got.guid, "{A}");
	assert_string_equal(got.folder, "sites/team/Lists/Tasks/Old");
	assert_string_equal(got.why, "two lines");
	assert_int_equal(got.id, 12);
	assert_true(got.has_base);
	assert_string_equal(values_get(&got.base, "Title"), "Write report");
	path = sync_conflict_path(dir, "Tasks", file, false);
	assert_int_equal(fsutil_read(path, &text), 0);
	assert_string_equal(buf_str(&text), "Title: mine\n");
}

static void two_of_one_second_are_two(void **state)
{
	struct sync_conflict c = sample(NULL);
	char one[300], two[300];

	(void) state;
	keep(&c, "one", one);
	keep(&c, "two", two);
	assert_string_not_equal(one, two);
}

/* A person may have put it there, or a damaged disk: the text counts. */
static void a_text_alone_is_an_entry(void **state)
{
	CLEANUP(sync_conflict_release_p) struct sync_conflict got = SYNC_CONFLICT_INIT;
	CLEANUP(str_free_p) char *about = NULL;
	struct sync_conflict c = sample(NULL);
	char file[300];

	(void) state;
	keep(&c, "text", file);
	about = str_printf("%s/conflicts/Tasks/.%s", dir, file);
	assert_int_equal(fsutil_replace(about, 0600, "spfs-conflict 1\nid x", 20), 0);
	assert_int_equal(sync_conflict_load(dir, "Tasks", file, &got), 0);
	assert_int_equal(got.kind, SYNC_CONFLICT_UNKNOWN);
	assert_string_equal(got.name, "Write report.txt");
	unlink(about);
	assert_int_equal(sync_conflict_load(dir, "Tasks", file, &got), 0);
	assert_int_equal(got.id, 0);
	assert_int_equal(sync_conflict_load(dir, "Tasks", "nothing", &got), -ENOENT);
}

static void removing_leaves_nothing(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(values_release_p) struct values start = VALUES_INIT;
	CLEANUP(str_free_p) char *merge = NULL;
	struct sync_conflict c = sample(NULL);
	char file[300];

	(void) state;
	keep(&c, "text", file);
	merge = sync_conflict_path(dir, "Tasks", file, true);
	assert_false(sync_conflict_is_entry(strrchr(merge, '/') + 1));
	assert_int_equal(sync_conflict_get_start(dir, "Tasks", file, &start), -ENOENT);
	assert_int_equal(values_set(&v, "Title", "x"), 0);
	assert_int_equal(sync_conflict_put_start(dir, "Tasks", file, &v), 0);
	assert_int_equal(fsutil_replace(merge, 0600, "m", 1), 0);
	assert_int_equal(sync_conflict_get_start(dir, "Tasks", file, &start), 0);
	assert_true(values_equal(&start, &v));
	assert_int_equal(sync_conflict_remove(dir, "Tasks", file), 0);
	assert_false(exists("Tasks"));
	assert_int_equal(sync_conflict_remove(dir, "Tasks", file), -ENOENT);
}

/* Its name, its companion's and that of its merge all fit into a directory entry. */
static void the_longest_name_has_room(void **state)
{
	char name[256], file[300];
	struct sync_conflict c = sample(NULL);
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	(void) state;
	memset(name, 'n', 255);
	memcpy(name + 251, ".txt", 5);
	c.name = name;
	for (int i = 0; i < 3; i++)
		keep(&c, "text", file);
	assert_int_equal(sync_conflict_put_start(dir, "Tasks", file, &v), 0);
	assert_true(str_ends(file, ".txt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_is_found_again, setup, teardown),
		cmocka_unit_test_setup_teardown(two_of_one_second_are_two, setup, teardown),
		cmocka_unit_test_setup_teardown(a_text_alone_is_an_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(removing_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(the_longest_name_has_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
