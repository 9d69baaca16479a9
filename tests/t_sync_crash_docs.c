#include "t_sync_docs.h"

#include <sys/wait.h>

#include "base/log.h"

/*
 * Documents: killed at crash points (every third; SPFS_CASES=all: every one), from the save to the row that comes of it. What was acknowledged is on the server
 * or in a file of the client's, once; nothing waits for ever. Client and server live in different processes here, as they do
 * outside.
 */
struct scenario {
	const char *name;
	void (*act)(struct docs_client *dc);
};

/* The library has a.txt and b.txt, which the client has received. */
static struct world *world_shared(void)
{
	struct world *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(w != MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		int t = token_new(w, CLIENTS_MAX);

		token_ack(w, t, 0);
		doc_new(w, i ? "b.txt" : "a.txt", t);
	}
	add_client(w);
	assert_true(pull_once(&w->c[0]));
	client_ends(&w->c[0]);
	return w;
}

static void world_unmap(struct world *w)
{
	struct docs_client *dc = &w->c[0];

	client_ends(dc);
	wipe(dc->c.dir);
	wipe(dc->snapshot);
	free(dc->c.dir);
	free(dc->snapshot);
	buf_release(&dc->c.events);
	munmap(w, sizeof(*w));
}

static int64_t ino_of_doc(struct docs_client *dc, const char *name, int64_t *ret_item)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	assert_int_equal(store_node_lookup(dc->c.st, dc->c.root, name, &n), 0);
	*ret_item = n.item;
	return n.ino;
}

/* The one before may be gone although nobody heard that these bytes were taken. */
static void edit(struct docs_client *dc, const char *name)
{
	int64_t item, base, ino = ino_of_doc(dc, name, &item);
	int had = look(dc, item, &base), t = token_new(dc->w, dc->number);

	dc->w->tok[had].superseded = true;
	assert_int_equal(save(dc, ino, item, t, base, NULL), 0);
	token_ack(dc->w, t, had);
}

static void others_edit(struct world *w, const char *name)
{
	struct fdoc *d = doc_named(w, name);
	int t = token_new(w, CLIENTS_MAX);

	token_ack(w, t, now_in(d));
	doc_moves(w, d, t);
}

/* ---- what is done ------------------------------------------------------------------------------------ */

static void act_create(struct docs_client *dc)
{
	int t;

	create(dc, "new.txt", &t);
	op_sync(dc);
}

static void act_edit(struct docs_client *dc)
{
	edit(dc, "a.txt");
	op_sync(dc);
}

static void act_edit_twice(struct docs_client *dc)
{
	edit(dc, "a.txt");
	(void) !send_once(dc);
	edit(dc, "a.txt");
	op_sync(dc);
}

static void act_edit_with_a_lost_answer(struct docs_client *dc)
{
	edit(dc, "a.txt");
	(void) !pull_once(dc);
	dc->armed[dc->n_armed++] = FAULT_LOST; /* of the look for its version */
	dc->armed[dc->n_armed++] = FAULT_LOST;
	op_sync(dc);
	op_sync(dc);
}

static void act_create_with_a_lost_answer(struct docs_client *dc)
{
	int t;

	create(dc, "new.txt", &t);
	dc->armed[dc->n_armed++] = FAULT_LOST;
	op_sync(dc);
	op_sync(dc);
}

static void act_rename(struct docs_client *dc)
{
	int64_t item;

	assert_int_equal(sync_submit_rename(dc->c.s, ino_of_doc(dc, "a.txt", &item), dc->c.root, "c.txt", 0), 0);
	op_sync(dc);
}

static void act_rename_over(struct docs_client *dc)
{
	int64_t item, version;

	ino_of_doc(dc, "b.txt", &item);
	dc->w->tok[look(dc, item, &version)].killed = true;
	assert_int_equal(sync_submit_rename(dc->c.s, ino_of_doc(dc, "a.txt", &item), dc->c.root, "b.txt", 0), 0);
	op_sync(dc);
}

static void act_rename_to_a_taken_name(struct docs_client *dc)
{
	int64_t item;
	int t = token_new(dc->w, CLIENTS_MAX);

	token_ack(dc->w, t, 0);
	doc_new(dc->w, "c.txt", t);
	assert_int_equal(sync_submit_rename(dc->c.s, ino_of_doc(dc, "a.txt", &item), dc->c.root, "c.txt", 0), 0);
	op_sync(dc);
}

static void act_replace(struct docs_client *dc)
{
	int64_t item, version, ino;
	int t;

	ino_of_doc(dc, "a.txt", &item);
	dc->w->tok[look(dc, item, &version)].superseded = true;
	ino = create(dc, "tmp.txt", &t);
	assert_int_equal(sync_submit_rename(dc->c.s, ino, dc->c.root, "a.txt", 0), 0);
	op_sync(dc);
}

static void act_unlink(struct docs_client *dc)
{
	int64_t item, version, ino = ino_of_doc(dc, "a.txt", &item);

	dc->w->tok[look(dc, item, &version)].killed = true;
	assert_int_equal(sync_submit_unlink(dc->c.s, ino), 0);
	op_grace(dc);
	op_sync(dc);
}

static void act_conflict(struct docs_client *dc)
{
	edit(dc, "a.txt");
	others_edit(dc->w, "a.txt");
	op_sync(dc);
}

static void act_edit_and_gone_there(struct docs_client *dc)
{
	edit(dc, "a.txt");
	dc->w->tok[now_in(doc_named(dc->w, "a.txt"))].killed = true;
	doc_goes(dc->w, doc_named(dc->w, "a.txt"));
	op_sync(dc);
}

static const struct scenario scenarios[] = {
	{ "create", act_create },
	{ "create, and its answer is lost", act_create_with_a_lost_answer },
	{ "edit", act_edit },
	{ "edit, and its answer is lost", act_edit_with_a_lost_answer },
	{ "edit twice", act_edit_twice },
	{ "edit, and others do too", act_conflict },
	{ "edit, and it is gone there", act_edit_and_gone_there },
	{ "replace", act_replace },
	{ "rename", act_rename },
	{ "rename over another one", act_rename_over },
	{ "rename to a name that is taken there", act_rename_to_a_taken_name },
	{ "unlink", act_unlink },
};

/* ---- lives --------------------------------------------------------------------------------------------- */

/* Returns whether it was killed. */
static bool act_in_child(struct docs_client *dc, const struct scenario *sc, int point)
{
	char text[16];
	int status;
	pid_t pid;

	/* The child puts its own in this place, which is shared. */
	buf_release(&dc->c.events);
	dc->c.events = (struct buf) BUF_INIT(1 << 24);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		snprintf(text, sizeof(text), "%d", point);
		setenv("SPFS_CRASH_AT", text, 1);
		client_starts(dc);
		sc->act(dc);
		unsetenv("SPFS_CRASH_AT");
		client_ends(dc);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 137))
		fail_msg("%s, killed at %d: the test itself failed", sc->name, point);
	/* What the child had in its own memory. */
	dc->c.events = (struct buf) BUF_INIT(1 << 24);
	dc->n_armed = 0;
	return WEXITSTATUS(status) == 137;
}

static bool killed_at(const struct scenario *sc, int point)
{
	struct world *w = world_shared();
	bool killed = act_in_child(&w->c[0], sc, point);

	client_starts(&w->c[0]);
	heal(w);
	check_end(w);
	if (w->why[0])
		fail_msg("%s, killed at %d: %s (the server has seen %s)", sc->name, point, w->why, w->log);
	world_unmap(w);
	return killed;
}

static void documents_survive_a_kill_at_each_step(void **state)
{
	int step = getenv("SPFS_CASES") && strcmp(getenv("SPFS_CASES"), "all") == 0 ? 1 : 3;

	(void) state;
#ifndef SPFS_TEST
	skip();
#endif
	template = make_template();
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		int point = 1 + (int) i % step;

		while (killed_at(&scenarios[i], point))
			point += step;
		assert_true(point > step);
		print_message("  %s: up to point %d\n", scenarios[i].name, point);
	}
	wipe(template);
	free(template);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(documents_survive_a_kill_at_each_step) };

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
