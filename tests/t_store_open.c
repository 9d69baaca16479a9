/* Opening and closing: who may read the files, who may open them, and what is told when that is impossible. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "t_store_util.h"

#include "store/form.h"

static unsigned mode_of(const struct fixture *f, const char *name)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void assert_private(const struct fixture *f)
{
	assert_int_equal(mode_of(f, "."), 0700);
	assert_int_equal(mode_of(f, "scratch"), 0700);
	assert_int_equal(mode_of(f, "conflicts"), 0700);
	assert_int_equal(mode_of(f, "spfs.db"), 0600);
	assert_int_equal(mode_of(f, "spfs.db-wal"), 0600);
	assert_int_equal(mode_of(f, "lock"), 0600);
}

static void files_are_private_whatever_the_umask(void **state)
{
	static const mode_t mask[] = { 0, 022, 0177 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(mask) / sizeof(*mask); i++) {
		mode_t old = umask(mask[i]);

		f->s = store_close(f->s);
		remove_tree(f->dir);
		open_store(f);
		umask(old);
		add_list(f->s, SITE, "{A}", "Tasks");
		assert_private(f);
	}
}

static void modes_that_are_too_wide_are_narrowed(void **state)
{
	struct fixture *f = *state;
	char path[160];

	f->s = store_close(f->s);
	snprintf(path, sizeof(path), "%s/spfs.db", f->dir);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(f->dir, 0755), 0);
	open_store(f);
	add_list(f->s, SITE, "{B}", "Events");
	assert_private(f);
}

static void the_directory_is_named_without_a_slash(void **state)
{
	struct fixture *f = *state;
	char dir[128];
	struct store *s = NULL;

	snprintf(dir, sizeof(dir), "%s/deep/er//", f->top);
	must(store_open(dir, &s, NULL));
	snprintf(dir, sizeof(dir), "%s/deep/er", f->top);
	assert_string_equal(store_dir(s), dir);
	store_close(s);
}

static void one_process_has_the_profile(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	struct err err = { 0 };

	assert_int_equal(store_open(f->dir, &s, &err), -EWOULDBLOCK);
	assert_null(s);
	assert_non_null(strstr(err.text, f->dir));
	assert_non_null(strstr(err.text, "in use"));
	reopen_store(f);
}

static void two_stores_live_side_by_side(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	struct store_list l = STORE_LIST_INIT;
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/other", f->top);
	must(store_open(dir, &s, NULL));
	assert_int_equal(store_list_find(s, "Tasks", &l), -ENOENT);
	must(store_begin(s));
	assert_true(store_in_txn(s));
	assert_false(store_in_txn(f->s));
	store_rollback(s);
	assert_false(store_in_txn(s));
	store_close(s);
	must(store_list_find(f->s, "Tasks", &l));
	store_list_release(&l);
}

static void the_root_is_inode_1(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;

	must(store_node_get(f->s, STORE_ROOT_INO, &n));
	assert_int_equal(n.kind, STORE_NODE_ROOT);
	assert_int_equal(n.mode, 0555);
	assert_null(n.name);
	assert_true(n.mtime > 0);
	store_node_release(&n);
}

static void rolled_back_is_as_if_never_done(void **state)
{
	struct fixture *f = *state;
	struct store_list l = STORE_LIST_INIT;

	must(store_begin(f->s));
	must(store_list_remove(f->s, f->list));
	assert_int_equal(store_list_get(f->s, f->list, &l), -ENOENT);
	store_rollback(f->s);
	store_rollback(f->s);
	must(store_list_get(f->s, f->list, &l));
	store_list_release(&l);
}

/* ---- what cannot be opened --------------------------------------------- */

static void assert_refused(const struct fixture *f, int r, const char *text)
{
	struct store *s = NULL;
	struct err err = { 0 };

	assert_int_equal(store_open(f->dir, &s, &err), r);
	assert_null(s);
	assert_int_equal(err.code, r);
	if (!strstr(err.text, text) || !strstr(err.text, f->dir))
		fail_msg("no \"%s\" in: %s", text, err.text);
}

static void a_newer_database_is_left_alone(void **state)
{
	struct fixture *f = *state;

	f->s = store_close(f->s);
	run_sql(f, "PRAGMA user_version = 1000");
	assert_refused(f, -EPROTO, "newer spfs");
	assert_int_equal(run_sql(f, "PRAGMA user_version"), 1000);
	run_sql(f, "PRAGMA user_version = 2");
	open_store(f);
}

/* What version 2 brought is taken away again: the store of an older program, with a list in it. */
static void an_older_database_is_brought_up(void **state)
{
	struct fixture *f = *state;
	CLEANUP(store_form_release_p) struct store_form form = STORE_FORM_INIT;
	struct store_list l = STORE_LIST_INIT;

	f->s = store_close(f->s);
	run_sql(f, "DROP TABLE forms");
	run_sql(f, "DROP INDEX items_by_replication");
	run_sql(f, "DROP INDEX items_attached");
	run_sql(f, "DROP INDEX items_by_list");
	run_sql(f, "CREATE INDEX items_by_list ON items (list, id, generation, sp_id)");
	run_sql(f, "ALTER TABLE items DROP COLUMN owner");
	run_sql(f, "ALTER TABLE lists DROP COLUMN format");
	run_sql(f, "PRAGMA user_version = 1");
	open_store(f);
	assert_int_equal(run_sql(f, "PRAGMA user_version"), 2);
	must(store_list_get(f->s, f->list, &l));
	assert_null(l.info.format);
	must(store_begin(f->s));
	must(str_set(&l.info.format, "ics"));
	must(store_list_put(f->s, &l));
	must(str_set(&form.extras, "BEGIN:VEVENT\nEND:VEVENT\n"));
	form.master = -7;
	must(store_form_put(f->s, f->list, 5, &form));
	must(store_commit(f->s));
	must(store_list_get(f->s, f->list, &l));
	assert_string_equal(l.info.format, "ics");
	must(store_form_get(f->s, 5, &form));
	assert_int_equal(form.master, -7);
	assert_string_equal(form.extras, "BEGIN:VEVENT\nEND:VEVENT\n");
	store_list_release(&l);
}

/* A program between two releases may have made other tables under the same number. */
static void tables_of_another_program_under_our_number_are_damage(void **state)
{
	static const char *const change[] = {
		"ALTER TABLE journal RENAME COLUMN lost TO astray", "ALTER TABLE lists RENAME COLUMN format TO form",
	};
	struct fixture *f = *state;

	f->s = store_close(f->s);
	for (size_t i = 0; i < sizeof(change) / sizeof(*change); i++) {
		run_sql(f, change[i]);
		assert_refused(f, -EUCLEAN, "not those of this spfs");
		run_sql(f, i == 0 ? "ALTER TABLE journal RENAME COLUMN astray TO lost" : "PRAGMA user_version = 1");
	}
	/* Nor can they be brought up. */
	assert_refused(f, -EUCLEAN, "not those of this spfs");
	run_sql(f, "ALTER TABLE lists RENAME COLUMN form TO format");
	run_sql(f, "PRAGMA user_version = 2");
	open_store(f);
}

static void another_programs_database_is_left_alone(void **state)
{
	struct fixture *f = *state;

	f->s = store_close(f->s);
	run_sql(f, "PRAGMA application_id = 7");
	assert_refused(f, -EUCLEAN, "another program");
	run_sql(f, "PRAGMA user_version = 0");
	assert_refused(f, -EUCLEAN, "another program");
	assert_int_equal(run_sql(f, "SELECT count(*) FROM lists"), 1);
}

static void write_at(const struct fixture *f, off_t where, const void *p, size_t n)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/spfs.db", f->dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, n, where), n);
	close(fd);
}

static void what_is_no_database_is_named_as_damaged(void **state)
{
	struct fixture *f = *state;

	f->s = store_close(f->s);
	write_at(f, 0, "These bytes never were a database", 33);
	assert_refused(f, -EUCLEAN, "spfs fsck");
	assert_refused(f, -EUCLEAN, "not a database");
}

static void a_missing_root_is_damage(void **state)
{
	struct fixture *f = *state;

	f->s = store_close(f->s);
	run_sql(f, "DELETE FROM nodes WHERE ino = 1");
	assert_refused(f, -EUCLEAN, "damaged");
}

static int ignore_node(void *arg, const struct store_node *n)
{
	(void) arg;
	(void) n;
	return 0;
}

/* Damage that the start does not meet is found by the call that meets it, and by the check. */
static void damage_inside_is_reported_as_such(void **state)
{
	struct fixture *f = *state;
	struct err err = { 0 };
	char noise[4096];
	int64_t pages;

	must(store_begin(f->s));
	for (int i = 0; i < 2000; i++) {
		char name[32];
		struct store_node n = { .list = f->list, .parent = f->root, .name = name, .kind = STORE_NODE_SCRATCH };

		snprintf(name, sizeof(name), "file %d", i);
		must(store_node_add(f->s, &n));
	}
	must(store_commit(f->s));
	f->s = store_close(f->s);
	pages = run_sql(f, "PRAGMA page_count");
	memset(noise, 0xa5, sizeof(noise));
	for (int64_t p = pages / 2; p < pages; p++)
		write_at(f, p * 4096, noise, sizeof(noise));
	if (store_open(f->dir, &f->s, &err) < 0) {
		assert_int_equal(err.code, -EUCLEAN);
		return;
	}
	assert_int_equal(store_node_children(f->s, f->root, 0, ignore_node, NULL), -EUCLEAN);
	assert_int_equal(store_check(f->s, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "spfs.db"));
	f->s = store_close(f->s);
}

static void a_file_in_the_directorys_place_is_named(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	struct err err = { 0 };
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/lock/profile", f->dir);
	assert_true(store_open(dir, &s, &err) < 0);
	assert_non_null(strstr(err.text, dir));
	assert_null(store_close(NULL));
}

/* ---- a full disk ------------------------------------------------------- */

static int fill(struct store *s, int64_t ino)
{
	static char block[16384];
	const struct store_text t = { .state = STORE_TEXT_KEPT };
	int r = store_begin(s);

	if (r < 0)
		return r;
	r = store_text_put(s, ino, block, sizeof(block), &t);
	if (r == 0)
		return store_commit(s);
	/* What is still done in a transaction that failed must not be stored. */
	if (store_node_touch(s, STORE_ROOT_INO, 1) == 0 && store_commit(s) == 0)
		return 0;
	store_rollback(s);
	return r;
}

/* In a child with a mount namespace of its own: exit 0 well, 1 badly, 77 not allowed to mount. */
static int fill_the_disk(struct fixture *f)
{
	struct store *s = NULL;
	int64_t n = 0;
	int r = 0;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", f->top, "tmpfs", 0, "size=1m") < 0)
		return 77;
	if (store_open(f->dir, &s, NULL) < 0)
		return 1;
	while (r == 0 && n < 1000)
		r = fill(s, ++n);
	if (r != -ENOSPC || store_in_txn(s) || store_check(s, NULL) < 0)
		return 1;
	for (int64_t i = 1; i < n; i++)
		if (store_text_get(s, i, NULL, NULL) != 0)
			return 1;
	if (store_text_get(s, n, NULL, NULL) != -ENOENT)
		return 1;
	store_close(s);
	return 0;
}

static void a_full_disk_is_ENOSPC_and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	pid_t pid;
	int status;

	f->s = store_close(f->s);
	pid = fork();
	if (pid == 0)
		_exit(fill_the_disk(f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("SKIPPED: may not mount a small tmpfs here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- the log ------------------------------------------------------------ */

static off_t log_size(const struct fixture *f)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof(path), "%s/spfs.db-wal", f->dir);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* To overwrite it costs half of what it costs to make it longer, which many small commits need not each do. */
static void the_log_grows_in_steps(void **state)
{
	enum { COMMITS = 3000 };
	struct fixture *f = *state;
	off_t last = 0;
	int grown = 0;

	for (int i = 1; i <= COMMITS; i++) {
		must(store_begin_lazy(f->s));
		must(store_node_touch(f->s, f->root, i));
		must(store_commit(f->s));
		grown += log_size(f) != last;
		last = log_size(f);
	}
	assert_true(last > (off_t) COMMITS * 4096);
	assert_true(grown < 100);
}

/* 120 MB of small and of big transactions. */
static void the_log_stays_bounded(void **state)
{
	static const size_t sizes[] = { 200 << 10, 2 << 20 };
	const struct store_text t = { .state = STORE_TEXT_KEPT };
	struct fixture *f = *state;
	char *block = calloc(1, 2 << 20);
	off_t most = 0;

	assert_non_null(block);
	for (size_t k = 0; k < 2; k++)
		for (size_t sum = 0; sum < (60u << 20); sum += sizes[k]) {
			block[0]++;
			memset(block + 1, block[0], sizes[k] - 1); /* the same bytes again would not be written */
			must(store_begin(f->s));
			must(store_text_put(f->s, 7, block, sizes[k], &t));
			must(store_commit(f->s));
			if (log_size(f) > most)
				most = log_size(f);
		}
	free(block);
	assert_in_range(most, 8 << 20, 40 << 20);
	reopen_store(f);
	assert_true(log_size(f) < (4 << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(files_are_private_whatever_the_umask),
		store_test(modes_that_are_too_wide_are_narrowed),
		store_test(the_directory_is_named_without_a_slash),
		store_test(one_process_has_the_profile),
		store_test(two_stores_live_side_by_side),
		store_test(the_root_is_inode_1),
		store_test(rolled_back_is_as_if_never_done),
		store_test(a_newer_database_is_left_alone),
		store_test(an_older_database_is_brought_up),
		store_test(tables_of_another_program_under_our_number_are_damage),
		store_test(another_programs_database_is_left_alone),
		store_test(what_is_no_database_is_named_as_damaged),
		store_test(a_missing_root_is_damage),
		store_test(damage_inside_is_reported_as_such),
		store_test(a_file_in_the_directorys_place_is_named),
		store_test(a_full_disk_is_ENOSPC_and_loses_nothing),
		store_test(the_log_grows_in_steps),
		store_test(the_log_stays_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
