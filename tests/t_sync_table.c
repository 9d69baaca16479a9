/*
 * What becomes of an item that was changed here and there: every kind of change here against every kind there, found
 * by the pull or by the server at the push. base: title A, status s0, body b0.
 */
#include "t_sync_fake.h"

#include "base/log.h"
#include "vacancy.h"

enum here { NOTHING, EDIT, RENAME, DELETE, ARRIVED, LOST, HERE };
enum there { NO, SAME, FIELD, OTHER, TITLE, TOUCH, GONE, THERE };

static const char *const here_names[] = { "nothing", "edit", "rename", "delete", "an edit that arrived unseen",
					  "an edit that was lost on its way" };
static const char *const there_names[] = { "nothing", "the same edit", "another edit of the field", "an edit of another field",
					   "a rename", "a new version", "a deletion" };

/* "title status body" on the server at the end, NULL: gone; how many files are in conflicts/. */
static const struct {
	const char *item;
	int conflicts;
} outcomes[HERE][THERE] = {
	[NOTHING] = { { "A s0 b0", 0 }, { "A m b0", 0 }, { "A t b0", 0 }, { "A s0 t", 0 }, { "T s0 b0", 0 }, { "A s0 b0", 0 }, { NULL, 0 } },
	[EDIT] = { { "A m b0", 0 }, { "A m b0", 0 }, { "A t b0", 1 }, { "A m t", 0 }, { "T m b0", 0 }, { "A m b0", 0 }, { NULL, 1 } },
	[RENAME] = { { "M s0 b0", 0 }, { "M m b0", 0 }, { "M t b0", 0 }, { "M s0 t", 0 }, { "T s0 b0", 1 }, { "M s0 b0", 0 }, { NULL, 1 } },
	[DELETE] = { { NULL, 0 }, { "A m b0", 1 }, { "A t b0", 1 }, { "A s0 t", 1 }, { "T s0 b0", 1 }, { NULL, 0 }, { NULL, 0 } },
	[ARRIVED] = { { "A m b0", 0 }, { "A m b0", 0 }, { "A t b0", 1 }, { "A m t", 0 }, { "T m b0", 0 }, { "A m b0", 0 }, { NULL, 1 } },
	[LOST] = { { "A m b0", 0 }, { "A m b0", 0 }, { "A t b0", 1 }, { "A m t", 0 }, { "T m b0", 0 }, { "A m b0", 0 }, { NULL, 1 } },
};

static void act_here(struct client *c, enum here h)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct push_result res;
	int64_t next;

	switch (h) {
	case EDIT:
		must_save(c, "A.txt", "Status", "m");
		break;
	case RENAME:
		assert_int_equal(values_set(&v, "Title", "M"), 0);
		assert_int_equal(sync_submit_retitle(c->s, ino_of(c, "A.txt"), "M.txt", &v), 0);
		break;
	case DELETE:
		assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
		assert_int_equal(vacancy_run(c->s, true, &next), 0);
		break;
	case ARRIVED:
	case LOST:
		must_save(c, "A.txt", "Status", "m");
		if (h == ARRIVED)
			c->f->push_lost = 1;
		else
			c->f->push_fails.n = 1, c->f->push_fails.result = REMOTE_LOST;
		assert_int_equal(push_with(c, &res), REMOTE_LOST);
		break;
	case NOTHING:
	case HERE:
		break;
	}
}

static void act_there(struct fake *f, enum there t)
{
	switch (t) {
	case SAME: fake_set(f, 1, NULL, "m", NULL); break;
	case FIELD: fake_set(f, 1, NULL, "t", NULL); break;
	case OTHER: fake_set(f, 1, NULL, NULL, "t"); break;
	case TITLE: fake_set(f, 1, "T", NULL, NULL); break;
	case TOUCH: fake_touch(f, 1); break;
	case GONE: fake_delete(f, 1); break;
	case NO:
	case THERE: break;
	}
}

static void check(struct client *c, enum here h, enum there t, bool push_first)
{
	struct fake_item *i = fake_find(c->f, 1);
	CLEANUP(str_free_p) char *is = i->deleted ? NULL : str_printf("%s %s %s", i->title, i->status, i->body);
	CLEANUP(str_free_p) char *file = str_printf("%s.txt", i->title);
	const char *want = outcomes[h][t].item;

	if (!str_eq(is, want) || count_conflicts(c) != outcomes[h][t].conflicts || journal(c) ||
	    (ino_of(c, file) != 0) != (want != NULL))
		fail_msg("here %s, there %s, %s: the server has \"%s\" and not \"%s\"; %d conflicts; %s is %sshown; %lld wait",
			 here_names[h], there_names[t], push_first ? "pushed first" : "pulled first", is ? is : "-",
			 want ? want : "-", count_conflicts(c), file, ino_of(c, file) ? "" : "not ", (long long) journal(c));
}

static void one(enum here h, enum there t, bool push_first)
{
	struct fake *f = fake_new();
	struct client *c = client_new(f);
	struct push_result res;

	fake_add(f, "A");
	fake_set(f, 1, NULL, "s0", "b0");
	must_pull(c);
	act_here(c, h);
	act_there(f, t);
	/* A conflict or a lost answer needs a pull before the rest can go. */
	if (push_first)
		(void) !push_with(c, &res);
	for (int i = 0; i < 3; i++) {
		must_pull(c);
		must_push(c);
	}
	must_pull(c);
	check(c, h, t, push_first);
	client_free(c);
	fake_free(f);
}

static void each_here_against_each_there(void **state)
{
	(void) state;
	for (int h = 0; h < HERE; h++)
		for (int t = 0; t < THERE; t++)
			one((enum here) h, (enum there) t, false);
}

/* A Delete goes only after a pull (policy.c): the server may ignore its version. */
static void the_server_finds_it(void **state)
{
	(void) state;
	for (int h = 0; h < HERE; h++)
		for (int t = 0; h != DELETE && t < THERE; t++)
			one((enum here) h, (enum there) t, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_here_against_each_there),
		cmocka_unit_test(the_server_finds_it),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
