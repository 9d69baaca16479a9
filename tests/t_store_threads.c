/* Many readers, few writers: nobody sees half a change, no reader waits, and no connection is left behind. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "t_store_util.h"

enum { FILES = 40, READERS = 4 };

struct shared {
	struct fixture *f;
	atomic_bool stop;
	atomic_int bad;
	atomic_int rounds;
};

static int count_node(void *arg, const struct store_node *n)
{
	int64_t *sum = arg;

	sum[0]++;
	sum[1] += n->size;
	return 0;
}

/* In each committed state there are FILES files of 100 bytes together, and slot "0" is taken. */
static void *read_until_stopped(void *arg)
{
	struct shared *sh = arg;
	struct store_node n = STORE_NODE_INIT;

	while (!atomic_load(&sh->stop)) {
		int64_t sum[2] = { 0, 0 };

		if (store_node_children(sh->f->s, sh->f->root, 0, count_node, sum) != 0 || sum[0] != FILES ||
		    sum[1] != 100)
			atomic_fetch_add(&sh->bad, 1);
		if (store_node_lookup(sh->f->s, sh->f->root, "0", &n) != 0)
			atomic_fetch_add(&sh->bad, 1);
	}
	store_node_release(&n);
	return NULL;
}

static int put_file(struct store *s, struct fixture *f, const char *name, int64_t size)
{
	struct store_node n = {
		.list = f->list, .parent = f->root, .name = (char *) name, .kind = STORE_NODE_SCRATCH, .size = size,
	};

	return store_node_add(s, &n);
}

/* Replaces slot "0" by a new inode, and moves bytes from one file to another. */
static int change_once(struct fixture *f, int round)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	struct store_node n = STORE_NODE_INIT;
	int64_t size;
	int r = store_begin(f->s);

	if (r < 0)
		return r;
	txn = f->s;
	r = store_node_lookup(f->s, f->root, "0", &n);
	size = n.size;
	if (r == 0)
		r = store_node_delete(f->s, n.ino);
	if (r == 0)
		r = put_file(f->s, f, "0", size - (round % 2 ? 1 : -1));
	if (r == 0)
		r = store_node_lookup(f->s, f->root, "1", &n);
	n.size += round % 2 ? 1 : -1;
	if (r == 0)
		r = store_node_put(f->s, &n);
	store_node_release(&n);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(f->s);
}

static void *write_rounds(void *arg)
{
	struct shared *sh = arg;

	for (int i = 0; i < 200; i++)
		if (change_once(sh->f, i) == 0)
			atomic_fetch_add(&sh->rounds, 1);
		else
			atomic_fetch_add(&sh->bad, 1);
	return NULL;
}

static void fill_directory(struct fixture *f)
{
	char name[16];

	must(store_begin(f->s));
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		must(put_file(f->s, f, name, i ? 0 : 100));
	}
	must(store_commit(f->s));
}

static void readers_see_whole_commits_only(void **state)
{
	struct shared sh = { .f = *state };
	pthread_t reader[READERS], writer[2];

	fill_directory(sh.f);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&reader[i], NULL, read_until_stopped, &sh), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&writer[i], NULL, write_rounds, &sh), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(writer[i], NULL);
	atomic_store(&sh.stop, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(reader[i], NULL);
	assert_int_equal(sh.bad, 0);
	assert_int_equal(sh.rounds, 400);
}

static void *look_once(void *arg)
{
	struct fixture *f = arg;
	struct store_node n = STORE_NODE_INIT;
	int64_t start = clock_mono_ms();
	bool seen = store_node_lookup(f->s, f->root, "0", &n) == 0 && n.size == 100 &&
		    store_node_lookup(f->s, f->root, "uncommitted", &n) == -ENOENT;

	store_node_release(&n);
	return seen && clock_mono_ms() - start < 8000 ? f : NULL;
}

/* A first call of a thread opens its connection: that must not wait for the writer either. */
static void a_reader_does_not_wait_for_the_writer(void **state)
{
	struct fixture *f = *state;
	pthread_t reader;
	void *seen;

	fill_directory(f);
	must(store_begin(f->s));
	must(put_file(f->s, f, "uncommitted", 1));
	assert_int_equal(pthread_create(&reader, NULL, look_once, f), 0);
	pthread_join(reader, &seen);
	store_rollback(f->s);
	assert_ptr_equal(seen, f);
}

static void *count_up(void *arg)
{
	struct fixture *f = arg;

	for (int i = 0; i < 100; i++) {
		struct store_node n = STORE_NODE_INIT;

		if (store_begin(f->s) < 0)
			return NULL;
		if (store_node_lookup(f->s, f->root, "counter", &n) == 0) {
			n.size++;
			if (store_node_put(f->s, &n) < 0)
				n.size = 0;
		}
		store_node_release(&n);
		if (store_commit(f->s) < 0)
			return NULL;
	}
	return f;
}

static void writers_take_turns(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;
	pthread_t t[4];
	void *ok;

	add_node(f->s, f->list, f->root, "counter", STORE_NODE_SCRATCH, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, count_up, f), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &ok);
		assert_ptr_equal(ok, f);
	}
	must(store_node_lookup(f->s, f->root, "counter", &n));
	assert_int_equal(n.size, 400);
	store_node_release(&n);
}

/* What another thread commits during a walk is seen by the callback's calls, and they may begin to write. */
static int change_during_walk(void *arg, const struct store_node *n)
{
	struct fixture *f = arg;
	struct store_node now = STORE_NODE_INIT;
	pthread_t t;
	void *ok;
	int64_t size = n->size;

	assert_int_equal(pthread_create(&t, NULL, count_up, f), 0);
	pthread_join(t, &ok);
	assert_ptr_equal(ok, f);
	must(store_node_lookup(f->s, f->root, "counter", &now));
	assert_int_equal(now.size, size + 100);
	must(store_begin(f->s));
	must(store_node_touch(f->s, n->ino, 5));
	must(store_commit(f->s));
	must(store_node_get(f->s, n->ino, &now));
	assert_int_equal(now.mtime, 5);
	store_node_release(&now);
	return 0;
}

static void a_callback_sees_what_others_committed(void **state)
{
	struct fixture *f = *state;

	add_node(f->s, f->list, f->root, "counter", STORE_NODE_SCRATCH, 0);
	must(store_node_children(f->s, f->root, 0, change_during_walk, f));
}

static void a_threads_connection_goes_to_the_next(void **state)
{
	struct fixture *f = *state;
	int before = 0;

	fill_directory(f);
	for (int i = 0; i < 50; i++) {
		pthread_t t;
		void *ok;

		if (i == 1)
			before = count_open_files();
		assert_int_equal(pthread_create(&t, NULL, look_once, f), 0);
		pthread_join(t, &ok);
		assert_ptr_equal(ok, f);
	}
	/* SQLite keeps a descriptor for the next connection, since closing one gives up locks (POSIX). */
	assert_in_range(count_open_files(), before, before + 1);
}

struct sleeper {
	struct fixture *f;
	pthread_barrier_t used, closed;
};

static void *use_and_outlive(void *arg)
{
	struct sleeper *sl = arg;
	void *ok = look_once(sl->f);

	pthread_barrier_wait(&sl->used);
	pthread_barrier_wait(&sl->closed);
	return ok;
}

static void *change_in_a_thread(void *arg)
{
	return change_once(arg, 1) == 0 ? arg : NULL;
}

static int64_t size_of(struct fixture *f, const char *name)
{
	struct store_node n = STORE_NODE_INIT;
	int64_t size;

	must(store_node_lookup(f->s, f->root, name, &n));
	size = n.size;
	store_node_release(&n);
	return size;
}

static int ask_within(void *arg, const struct store_node *n)
{
	(void) n;
	return size_of(arg, "1") == 1 ? 77 : 78;
}

/* Two rows that another thread changes in between are of one moment; afterwards the last commit is seen. */
static void what_is_read_together_is_of_one_moment(void **state)
{
	struct fixture *f = *state;
	pthread_t t;
	void *ok;

	fill_directory(f);
	store_read_begin(f->s);
	assert_int_equal(size_of(f, "0"), 100);
	assert_int_equal(pthread_create(&t, NULL, change_in_a_thread, f), 0);
	pthread_join(t, &ok);
	assert_ptr_equal(ok, f);
	assert_int_equal(size_of(f, "1"), 0);
	assert_int_equal(store_node_children(f->s, f->root, 0, ask_within, f), 77); /* a callback's calls are of now */
	store_read_end(f->s);
	assert_int_equal(size_of(f, "0"), 99);
	assert_int_equal(size_of(f, "1"), 1);
	must(change_once(f, 0)); /* and the thread may write again */
	assert_int_equal(size_of(f, "0"), 100);
}

/* A thread pool outlives the store: its threads end later without touching what is gone. */
static void a_store_closes_under_sleeping_threads(void **state)
{
	struct sleeper sl = { .f = *state };
	int before;
	pthread_t t;
	void *ok;

	fill_directory(sl.f);
	pthread_barrier_init(&sl.used, NULL, 2);
	pthread_barrier_init(&sl.closed, NULL, 2);
	before = count_open_files();
	assert_int_equal(pthread_create(&t, NULL, use_and_outlive, &sl), 0);
	pthread_barrier_wait(&sl.used);
	sl.f->s = store_close(sl.f->s);
	assert_true(count_open_files() < before);
	open_store(sl.f);
	pthread_barrier_wait(&sl.closed);
	pthread_join(t, &ok);
	assert_ptr_equal(ok, sl.f);
	pthread_barrier_destroy(&sl.used);
	pthread_barrier_destroy(&sl.closed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(readers_see_whole_commits_only),
		store_test(a_reader_does_not_wait_for_the_writer),
		store_test(writers_take_turns),
		store_test(a_callback_sees_what_others_committed),
		store_test(a_threads_connection_goes_to_the_next),
		store_test(what_is_read_together_is_of_one_moment),
		store_test(a_store_closes_under_sleeping_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
