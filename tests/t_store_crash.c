/*
 * A process that dies at any moment loses nothing that it had acknowledged, and
 * leaves nothing half done. The child (this program with arguments) commits and
 * acknowledges on stdout; it ends at a crash point, or is killed.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "t_store_util.h"

/* One transaction: a draft's node, its text, its journal row. */
static int commit_one(struct store *s, int64_t list, int64_t root, int k)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	const struct store_text t = { .state = STORE_TEXT_KEPT };
	char name[32];
	struct store_node n = { .list = list, .parent = root, .name = name, .kind = STORE_NODE_DRAFT, .version = k };
	struct store_change c = STORE_CHANGE_INIT;
	int r = store_begin(s);

	snprintf(name, sizeof(name), "%d", k);
	if (r < 0)
		return r;
	txn = s;
	r = store_node_add(s, &n);
	if (r == 0)
		r = store_text_put(s, n.ino, name, strlen(name), &t);
	c.list = list;
	c.item = n.ino;
	c.state = STORE_CHANGE_SENDING;
	if (r == 0)
		r = store_change_add(s, &c);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(s);
}

/* The list was registered before. */
static int run_child(const char *dir, int count)
{
	struct store *s = NULL;
	struct store_list l = STORE_LIST_INIT;
	int64_t list, root;

	if (store_open(dir, &s, NULL) < 0 || store_list_find(s, "Tasks", &l) < 0)
		return 1;
	list = l.id;
	root = l.root;
	store_list_release(&l);
	for (int k = 0; k < count; k++)
		if (commit_one(s, list, root, k) < 0 || write(STDOUT_FILENO, &k, sizeof(k)) != sizeof(k))
			return 1;
	store_close(s);
	return 0;
}

/* Starts the child; `crash_at` goes into its environment when not NULL. */
static pid_t start_child(const struct fixture *f, int count, const char *crash_at, int *ret_fd)
{
	char number[16];
	int fd[2];
	pid_t pid;

	snprintf(number, sizeof(number), "%d", count);
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		if (crash_at)
			setenv("SPFS_CRASH_AT", crash_at, 1);
		execl("/proc/self/exe", "t_store_crash", f->dir, number, (char *) NULL);
		_exit(127);
	}
	close(fd[1]);
	*ret_fd = fd[0];
	return pid;
}

/* How many acknowledgements came; they are numbered. */
static int read_acks(int fd)
{
	int k, n = 0;

	while (read(fd, &k, sizeof(k)) == sizeof(k))
		assert_int_equal(k, n++);
	close(fd);
	return n;
}

struct found {
	struct store *s;
	int nodes, changes;
};

static int look_at_change(void *arg, const struct store_change *c)
{
	struct found *fo = arg;
	struct store_node n = STORE_NODE_INIT;

	must(store_node_get(fo->s, c->item, &n));
	must(store_text_get(fo->s, c->item, NULL, NULL));
	assert_int_equal(n.version, fo->changes++);
	/* Whether it arrived is not known: it must not be sent again before a pull has told. */
	assert_int_equal(c->state, STORE_CHANGE_UNSURE);
	store_node_release(&n);
	return 0;
}

static int count_node(void *arg, const struct store_node *n)
{
	struct found *fo = arg;

	(void) n;
	fo->nodes++;
	return 0;
}

/* Whole transactions only; returns how many. */
static int look_after_crash(struct fixture *f)
{
	struct found fo = { .nodes = 0 };

	open_store(f);
	fo.s = f->s;
	must(store_change_each(f->s, 0, look_at_change, &fo));
	must(store_node_children(f->s, f->root, 0, count_node, &fo));
	assert_int_equal(fo.nodes, fo.changes);
	must(store_check(f->s, NULL));
	return fo.changes;
}

/* ---- crash points --------------------------------------------------------- */

#ifdef SPFS_TEST
static void crash_at(struct fixture *f, const char *point, int n, int acked, int there)
{
	char spec[64];
	int fd, status;
	pid_t pid;

	f->s = store_close(f->s);
	snprintf(spec, sizeof(spec), "%s:%d", point, n);
	pid = start_child(f, 20, spec, &fd);
	assert_int_equal(read_acks(fd), acked);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 137);
	assert_int_equal(look_after_crash(f), there);
}

/* The first commit of a run is store_open's own, so the n-th passage is the row n - 2. */
static void before_the_commit_nothing_is_there(void **state)
{
	crash_at(*state, "store.commit.before", 2, 0, 0);
}

static void before_the_commit_what_was_acknowledged_is_there(void **state)
{
	crash_at(*state, "store.commit.before", 12, 10, 10);
}

static void after_the_commit_it_is_there_though_not_acknowledged(void **state)
{
	crash_at(*state, "store.commit.after", 12, 10, 11);
}

/* Dies in the first commit of a new store: the schema, then what the start settles. */
static void a_new_store_is_made_whole(void **state)
{
	static const char *const points[] = {
		"store.commit.before:1", "store.commit.after:1", "store.commit.before:2",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		int fd, status;
		pid_t pid;

		f->s = store_close(f->s);
		remove_tree(f->dir);
		pid = start_child(f, 1, points[i], &fd);
		close(fd);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), 137);
		open_store(f);
		assert_true(add_list(f->s, SITE, "{A}", "Tasks") > 0);
	}
}
#else
static void crash_points(void **state)
{
	(void) state;
	print_message("SKIPPED: crash points are only there when built with -DSPFS_TEST\n");
	skip();
}
#endif

/* ---- kill -9 --------------------------------------------------------------- */

static void a_killed_writer_loses_nothing_acknowledged(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < 12; round++) {
		struct pollfd p = { .events = POLLIN };
		int acked, there;
		pid_t pid;

		f->s = store_close(f->s);
		remove_tree(f->dir);
		open_store(f);
		add_list(f->s, SITE, "{A}", "Tasks");
		f->s = store_close(f->s);
		pid = start_child(f, 100000, NULL, &p.fd);
		assert_int_equal(poll(&p, 1, 60000), 1);
		usleep((useconds_t) round * 3100);
		kill(pid, SIGKILL);
		acked = read_acks(p.fd);
		waitpid(pid, NULL, 0);
		there = look_after_crash(f);
		assert_in_range(there, acked, acked + 1);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#ifdef SPFS_TEST
		store_test(before_the_commit_nothing_is_there),
		store_test(before_the_commit_what_was_acknowledged_is_there),
		store_test(after_the_commit_it_is_there_though_not_acknowledged),
		store_test(a_new_store_is_made_whole),
#else
		cmocka_unit_test(crash_points),
#endif
		store_test(a_killed_writer_loses_nothing_acknowledged),
	};

	if (argc == 3)
		return run_child(argv[1], (int) strtol(argv[2], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
