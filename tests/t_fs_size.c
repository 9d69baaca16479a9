/* Sizes as programs see them at the moments when they change: one that is too small cuts what is
 * read. */
#include "t_fs_fixture.h"

enum { ROUNDS = 200, SAVES = 20 };

static const char *path_of(const char *name)
{
	static _Thread_local char path[512];

	snprintf(path, sizeof(path), "%s/Tasks/%s", m->at, name);
	return path;
}

static int64_t ino_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(path_of(name), &st), 0);
	return (int64_t) st.st_ino;
}

static int open_to_write(void)
{
	int fd = open(path_of("A.txt"), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

struct helper {
	pthread_t thread;
	void (*fn)(struct helper *h); /* again and again */
	_Atomic bool stop;
	int64_t dir;
	int wrong;
};

static void *help(void *arg)
{
	struct helper *h = arg;

	while (!h->stop)
		h->fn(h);
	return NULL;
}

static void start(struct helper *h)
{
	assert_int_equal(pthread_create(&h->thread, NULL, help, h), 0);
}

static void finish(struct helper *h)
{
	h->stop = true;
	pthread_join(h->thread, NULL);
}

/* ---- our own thread that makes what has come ------------------------------------------------------ */

static void announce(struct helper *h)
{
	const struct sync_event e = {
		.kind = SYNC_ENTRY_ADDED, .list = 1, .parent = h->dir, .name = "A.txt"
	};

	fs_event(m->fs, &e);
	usleep(100);
}

/* The kernel takes the attributes in an answer to mknod over although the file was written to after
 * they were looked up: the size of a file that had just been cut stood for an hour. */
static void test_announced_while_written(void **state)
{
	struct helper h = { .fn = announce };
	char text[64];
	struct stat st;

	NEED_MOUNT();
	memset(text, 'x', sizeof(text));
	h.dir = ino_of(".");
	start(&h);
	for (int i = 0; i < ROUNDS; i++) {
		int fd = open_to_write();

		for (int k = 1; k < SAVES; k++) {
			assert_int_equal(ftruncate(fd, 0), 0);
			assert_int_equal(pwrite(fd, text, (size_t) k, 0), k);
			assert_int_equal(fstat(fd, &st), 0);
			h.wrong += st.st_size != k;
		}
		close(fd);
	}
	finish(&h);
	assert_int_equal(h.wrong, 0);
}

/* ---- what the kernel has not heard of ------------------------------------------------------------------- */

static int64_t stored_size(int64_t ino)
{
	struct store_node n = STORE_NODE_INIT;
	int64_t size;

	assert_int_equal(store_node_get(m->st, ino, &n), 0);
	size = n.size;
	store_node_release(&n);
	return size;
}

/* The item grows on the server and in the store, and nobody tells the kernel. */
static void grow_untold(const char *name, int64_t id)
{
	int64_t ino = ino_of(name), was = stored_size(ino);

	m->held = true;
	fake_set(f, id, NULL, NULL, "a text that is quite a bit longer than the one before\nand ends here");
	assert_int_equal(sync_request(m->s, SYNC_ALL, 0), 0);
	for (int i = 0; stored_size(ino) == was; i++) {
		assert_true(i < 3000);
		usleep(10000);
	}
}

/* Between the commit of a version and the kernel's hearing of it, who opens the file reads all of it. */
static void test_opened_before_the_news(void **state)
{
	NEED_MOUNT();
	sh_says(m, "tail -n 1 A.txt", "second line\n"); /* the kernel knows its size and its bytes */
	grow_untold("A.txt", 1);
	sh_says(m, "tail -n 1 A.txt", "and ends here\n");
	m->held = false;
}

/* The same for one that nobody has opened before: the kernel knows its size from `ls -l`. */
static void test_first_opened_before_the_news(void **state)
{
	NEED_MOUNT();
	sh(m, "ls -l");
	grow_untold("B.txt", 2);
	sh_says(m, "tail -n 1 B.txt", "and ends here\n");
	m->held = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
		T(test_announced_while_written),
		T(test_opened_before_the_news),
		T(test_first_opened_before_the_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
