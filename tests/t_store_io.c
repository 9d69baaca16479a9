/*
 * The disk fails: the n-th write, sync or truncate of SQLite, once or from then
 * on, with an I/O error or "full". Whatever the store says then, it must work
 * again when the disk does, and the database must be sound.
 *
 * Found with it: the switch to WAL writes after it has answered, so an answer
 * that is read without going on to the end hides a failure.
 */
#include "t_store_scenario.h"

/* ---- a VFS whose files fail ----------------------------------------------- */

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	long seen, at; /* at 0: never */
	long syncs;
	int code;
	bool for_good;
	bool fired;
} disk;

/* The real methods of a file, some replaced; the file itself stays the real one. */
struct methods {
	sqlite3_io_methods m;
	const sqlite3_io_methods *real;
};

static const sqlite3_io_methods *real_methods(const sqlite3_file *f)
{
	return ((const struct methods *) f->pMethods)->real;
}

static bool fails(void)
{
	disk.seen++;
	if (!disk.at || disk.seen < disk.at || (disk.seen > disk.at && !disk.for_good))
		return false;
	return disk.fired = true;
}

/* A write that fails has written half. */
static int failing_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 where)
{
	if (!fails())
		return real_methods(f)->xWrite(f, p, n, where);
	real_methods(f)->xWrite(f, p, n / 2, where);
	return disk.code;
}

/* No power is cut here, so none is needed, and without it the sweep is ten times as fast. */
static int failing_sync(sqlite3_file *f, int flags)
{
	(void) f;
	(void) flags;
	disk.syncs++;
	return fails() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int failing_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return fails() ? SQLITE_IOERR_TRUNCATE : real_methods(f)->xTruncate(f, n);
}

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	static struct methods known[8];
	struct methods *k = known;
	int rc = disk.real->xOpen(v, name, f, flags, ret_flags);

	if (rc != SQLITE_OK || !f->pMethods)
		return rc;
	while (k->real && k->real != f->pMethods)
		k++;
	assert_true(k < known + sizeof(known) / sizeof(*known));
	if (!k->real) {
		k->m = *f->pMethods;
		k->real = f->pMethods;
		k->m.xWrite = failing_write;
		k->m.xSync = failing_sync;
		k->m.xTruncate = failing_truncate;
	}
	f->pMethods = &k->m;
	return rc;
}

static int install(void **state)
{
	(void) state;
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "failing";
	disk.vfs.xOpen = open_file;
	return sqlite3_vfs_register(&disk.vfs, 1);
}

static void arm(long at, int code, bool for_good)
{
	disk.seen = 0;
	disk.at = at;
	disk.code = code;
	disk.for_good = for_good;
	disk.fired = false;
}

/* ---- the sweep ------------------------------------------------------------- */

/* The step failed: with a code that is known, and not again on a disk that works. */
static void try_again(const struct step *st, struct world *w, int r)
{
	if (r != -EIO && r != -ENOSPC && r != -ENOMEM && r != -EUCLEAN)
		fail_msg("operation %ld: %s: %s", disk.at, st->name, strerror(-r));
	disk.for_good = false;
	r = try_step(st, w);
	if (r < 0)
		fail_msg("operation %ld: %s, again: %s", disk.at, st->name, strerror(-r));
}

/* Returns whether the fault was met. */
static bool run_with_fault(struct fixture *f, long at, int code, bool for_good)
{
	char dir[128];
	struct world w = { .dir = dir };

	snprintf(dir, sizeof(dir), "%s/scenario", f->top);
	arm(at, code, for_good);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int r = try_step(&steps[i], &w);

		if (r < 0)
			try_again(&steps[i], &w, r);
	}
	disk.at = 0;
	w.s = store_close(w.s);
	must(open_it(&w));
	must(store_check(w.s, NULL));
	must(look_at_all(&w));
	store_close(w.s);
	remove_tree(dir);
	return disk.fired;
}

/* Every stride-th operation. */
static void sweep(struct fixture *f, long stride, int code, bool for_good)
{
	long n = 1;

	while (run_with_fault(f, n, code, for_good))
		n += stride;
	assert_true(n > 50);
}

static void one_failed_operation(void **state)
{
	sweep(*state, 1, SQLITE_IOERR_WRITE, false);
}

static void a_disk_that_fails_for_a_while(void **state)
{
	sweep(*state, 3, SQLITE_IOERR_WRITE, true);
}

static void one_operation_finds_the_disk_full(void **state)
{
	sweep(*state, 2, SQLITE_FULL, false);
}

static void a_disk_that_is_full_for_a_while(void **state)
{
	sweep(*state, 3, SQLITE_FULL, true);
}

/* A transaction that outgrows memory meets a full disk, and SQLite ends it by itself. A caller that goes on in
 * it must not have the rest of it committed row by row. */
static void a_lost_transaction_takes_no_more_changes(void **state)
{
	enum { SIZE = 8 << 20 };
	const struct store_text t = { .state = STORE_TEXT_KEPT };
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;
	char *big = calloc(1, SIZE);

	assert_non_null(big);
	must(store_begin(f->s));
	must(store_text_put(f->s, 5, "x", 1, &t));
	arm(1, SQLITE_FULL, true);
	assert_int_equal(store_text_put(f->s, 6, big, SIZE, &t), -ENOSPC);
	disk.at = 0;
	free(big);
	assert_int_equal(store_node_touch(f->s, f->root, 12345), -ENOSPC);
	assert_int_equal(store_node_get(f->s, f->root, &n), -ENOSPC);
	assert_true(store_in_txn(f->s));
	assert_int_equal(store_commit(f->s), -ENOSPC);
	assert_false(store_in_txn(f->s));
	assert_int_equal(store_text_get(f->s, 5, NULL, NULL), -ENOENT);
	must(store_node_get(f->s, f->root, &n));
	assert_true(n.mtime != 12345);
	store_node_release(&n);
}

/* synchronous=NORMAL lost every acknowledged row in a power cut. */
static void each_commit_is_synced(void **state)
{
	struct fixture *f = *state;

	arm(0, 0, false);
	for (int i = 1; i <= 20; i++) {
		long before = disk.syncs;

		must(store_begin(f->s));
		must(store_node_touch(f->s, f->root, i));
		assert_int_equal(disk.syncs, before);
		must(store_commit(f->s));
		assert_true(disk.syncs > before);
	}
}

static void touch_lazily(struct fixture *f, int64_t when)
{
	must(store_begin_lazy(f->s));
	must(store_node_touch(f->s, f->root, when));
	must(store_commit(f->s));
}

/* A lazy commit waits for no disk, who asks for it does, and nobody waits for what a later commit took along. */
static void lazy_commits_are_synced_when_asked_for(void **state)
{
	struct fixture *f = *state;
	long before;

	touch_lazily(f, 1);
	before = disk.syncs;
	touch_lazily(f, 2);
	assert_int_equal(disk.syncs, before);
	must(store_settle(f->s, store_lazy(f->s) - 1));
	assert_int_equal(disk.syncs, before + 1);
	must(store_settle(f->s, store_lazy(f->s)));
	assert_int_equal(disk.syncs, before + 1);

	touch_lazily(f, 3);
	arm(1, SQLITE_IOERR_FSYNC, false);
	assert_int_equal(store_settle(f->s, store_lazy(f->s)), -EIO);
	arm(0, 0, false);
	before = disk.syncs;
	must(store_settle(f->s, store_lazy(f->s)));
	assert_int_equal(disk.syncs, before + 1);

	touch_lazily(f, 4);
	must(store_begin(f->s));
	must(store_node_touch(f->s, f->root, 5));
	must(store_commit(f->s));
	before = disk.syncs;
	must(store_settle(f->s, store_lazy(f->s)));
	assert_int_equal(disk.syncs, before);
	/* A transaction that changed nothing took nothing along. */
	touch_lazily(f, 6);
	must(store_begin(f->s));
	must(store_commit(f->s));
	before = disk.syncs;
	must(store_settle(f->s, store_lazy(f->s)));
	assert_int_equal(disk.syncs, before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(each_commit_is_synced),
		store_test(lazy_commits_are_synced_when_asked_for),
		store_test(a_lost_transaction_takes_no_more_changes),
		store_test(one_failed_operation),
		store_test(a_disk_that_fails_for_a_while),
		store_test(one_operation_finds_the_disk_full),
		store_test(a_disk_that_is_full_for_a_while),
	};

	return cmocka_run_group_tests(tests, install, NULL);
}
