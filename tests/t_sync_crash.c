#include "t_sync_fake.h"

#include <sys/wait.h>

#include "base/log.h"
#include "recover.h"
#include "vacancy.h"

/*
 * Killed at every numbered crash point, between the change and the server's
 * answer and again while the next start repairs it: each change that was
 * acknowledged reaches the server by exactly one method, and one that was not by
 * one at most. Client and server live in different processes here, as they do outside.
 */

/* What the killed process has told before it died; in memory shared with it. */
struct told {
	bool acknowledged;
};

struct scenario {
	const char *name;
	void (*act)(struct client *c);
	const char *method; /* what the server notes of it */
};

/* ---- what is done ------------------------------------------------------------------- */

static void act_create(struct client *c)
{
	create_file(c, c->root, "New", "x");
}

static void act_edit(struct client *c)
{
	must_save(c, "A.txt", "Status", "edited");
}

static void act_rename(struct client *c)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	assert_int_equal(values_set(&v, "Title", "B"), 0);
	assert_int_equal(sync_submit_retitle(c->s, ino_of(c, "A.txt"), "B.txt", &v), 0);
}

static void act_delete(struct client *c)
{
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
}

static void act_mkdir(struct client *c)
{
	int64_t ino;

	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &ino), 0);
}

/* FLUSH has replied; RELEASE never comes when the process dies now. */
static void act_flush(struct client *c)
{
	assert_int_equal(sync_submit_open_text(c->s, ino_of(c, "A.txt"), "flushed", 7, NULL), 0);
}

static void release(struct client *c)
{
	CLEANUP(store_text_release_p) struct store_text t = STORE_TEXT_INIT;
	int64_t ino = ino_of(c, "A.txt");

	if (store_text_get(c->st, ino, NULL, &t) == 0 && t.state == STORE_TEXT_OPEN)
		must_save(c, "A.txt", "Status", "flushed");
}

/* As the mount does at its next start with what a writer had flushed. */
static int on_recover(void *arg, int64_t ino)
{
	(void) ino;
	release(arg);
	return 0;
}

/* Renamed over, as editors save. */
static void act_replace(struct client *c)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .parent = c->root, .name = "A.txt", .text = "x", .n = 1 };

	save.item = item_of(c, "A.txt");
	assert_int_equal(sync_submit_make(c->s, c->root, "tmp", STORE_NODE_SCRATCH, 0600, NULL, &save.ino), 0);
	assert_int_equal(values_set(&v, "Status", "replaced"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
}

static const struct scenario scenarios[] = {
	{ "create", act_create, "new New; " },
	{ "edit", act_edit, "update -; " },
	{ "rename", act_rename, "update B; " },
	{ "delete", act_delete, "delete -; " },
	{ "mkdir", act_mkdir, "new folder D; " },
	{ "flush", act_flush, "update -; " },
	{ "replace", act_replace, "update -; " },
};

/* ---- processes ------------------------------------------------------------------------- */

/* Everything that is due, in the order in which the engine would do it. */
static void settle(struct client *c)
{
	int64_t next;

	assert_int_equal(vacancy_run(c->s, true, &next), 0);
	must_pull(c);
	must_push(c);
	must_pull(c);
}

static void open_again(struct client *c)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

	client_open(c);
	c->hooks.recover = on_recover;
	assert_int_equal(store_list_get(c->st, c->list, &l), 0);
	c->root = l.root;
}

static void crash_at(int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	assert_int_equal(setenv("SPFS_CRASH_AT", text, 1), 0);
}

/* The first life: acts, is acknowledged, and goes on until it is killed or done. */
static void live(struct client *c, const struct scenario *sc, struct told *told, int crash)
{
	fake_add(c->f, "A");
	open_again(c);
	must_pull(c);
	crash_at(crash);
	sc->act(c);
	told->acknowledged = true;
	if (sc->act == act_flush)
		release(c);
	settle(c);
	client_close(c);
}

/* A later life: finds what is there. */
static void live_on(struct client *c, int crash)
{
	open_again(c);
	crash_at(crash);
	assert_int_equal(recover_start(c->s), 0);
	settle(c);
	assert_int_equal(journal(c), 0);
	client_close(c);
}

/* Runs in a process of its own; returns its exit code: 137 when it was killed at a crash point. */
static int in_child(struct client *c, const struct scenario *sc, struct told *told, int crash)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sc)
			live(c, sc, told, crash);
		else
			live_on(c, crash);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A registered list in a directory of its own, with no process that has it open. */
static struct client *prepare(struct fake *f)
{
	struct client *c = client_new(f);

	client_close(c);
	return c;
}

static int count_methods(const char *log, const char *method)
{
	int n = 0;

	for (const char *p = log; (p = strstr(p, method)); p += strlen(method))
		n++;
	return n;
}

static void discard(struct client *c)
{
	wipe(c->dir);
	free(c->dir);
	buf_release(&c->events);
	free(c);
}

/* Killed at the first-th point, then at the second-th of the next life (0: not). Returns whether both were met. */
static bool check(const struct scenario *sc, int first, int second)
{
	struct fake *f = fake_new();
	struct client *c = prepare(f);
	struct told *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int died, died_again = 137, n;

	assert_true(told != MAP_FAILED);
	died = in_child(c, sc, told, first);
	if (second)
		died_again = in_child(c, NULL, NULL, second);
	assert_int_equal(in_child(c, NULL, NULL, 0), 0);
	n = count_methods(f->log, sc->method);
	if (n > 1 || (told->acknowledged && n != 1) || f->methods != n)
		fail_msg("%s, killed at %d and %d: the server has seen \"%s\"", sc->name, first, second, f->log);
	discard(c);
	fake_free(f);
	assert_true((died == 0 || died == 137) && (died_again == 0 || died_again == 137));
	munmap(told, sizeof(*told));
	return died == 137 && died_again == 137;
}

static void each_is_one_method(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		check(&scenarios[i], 0, 0);
}

static void killed_at_every_point(void **state)
{
	(void) state;
#ifndef SPFS_TEST
	print_message("skipped: without -DSPFS_TEST there are no crash points\n");
	skip();
#endif
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		int first = 1;

		while (check(&scenarios[i], first, 0))
			first++;
		print_message("%s: %d crash points\n", scenarios[i].name, first - 1);
		assert_true(first > 6);
	}
}

/* The repair is killed too: a sample, each pair costs three processes. */
static void killed_twice(void **state)
{
	(void) state;
#ifndef SPFS_TEST
	print_message("skipped: without -DSPFS_TEST there are no crash points\n");
	skip();
#endif
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		for (int first = 4; first <= 16; first += 6)
			for (int second = 2; check(&scenarios[i], first, second); second += 7)
				continue;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_one_method),
		cmocka_unit_test(killed_at_every_point),
		cmocka_unit_test(killed_twice),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
