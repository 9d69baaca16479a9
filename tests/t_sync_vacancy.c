#include "t_sync_fake.h"

#include "base/log.h"
#include "vacancy.h"

/* Graces: what was removed is deleted, what was moved aside comes back, and others' edits beat both. */

static void end_graces(struct client *c)
{
	int64_t next;

	assert_int_equal(vacancy_run(c->s, true, &next), 0);
	assert_int_equal(next, 0);
}

static void removed_item_is_deleted(void **state)
{
	struct client *c = *state;
	int64_t next;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	assert_int_equal(vacancy_run(c->s, false, &next), 0);
	assert_true(next > clock_now_ns());
	assert_int_equal(journal(c), 0);
	end_graces(c);
	assert_int_equal(journal(c), 1);
	/* Hidden, until the server confirms. */
	must_pull(c);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	must_push(c);
	assert_string_equal(c->f->log, "delete -; ");
	assert_int_equal(fake_count(c->f), 0);
	must_pull(c);
	assert_int_equal(journal(c), 0);
}

/* Changed, then removed: one Delete. */
static void edit_then_remove_is_one_delete(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "x");
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	assert_int_equal(journal(c), 1);
	must_push(c);
	assert_string_equal(c->f->log, "delete -; ");
}

/* Made and removed before it was sent: nothing. */
static void new_then_remove_is_nothing(void **state)
{
	struct client *c = *state;
	int64_t n;

	must_pull(c);
	create_file(c, c->root, "N", "x");
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "N.txt")), 0);
	end_graces(c);
	assert_int_equal(journal(c), 0);
	assert_int_equal(store_item_count(c->st, c->list, &n), 0);
	assert_int_equal(n, 0);
}

/* ... but while it is on its way, it is deleted after it has arrived. */
static void new_on_its_way_then_remove(void **state)
{
	struct client *c = *state;
	struct push_result res;

	must_pull(c);
	create_file(c, c->root, "N", "x");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "N.txt")), 0);
	end_graces(c);
	must_pull(c);
	assert_int_equal(ino_of(c, "N.txt"), 0);
	must_push(c);
	assert_string_equal(c->f->log, "new N; delete -; ");
	must_pull(c);
	assert_int_equal(fake_count(c->f), 0);
	assert_int_equal(journal(c), 0);
}

static void moved_item_comes_back(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "A.txt"), c->root, "A.txt~", 3, 0), 0);
	end_graces(c);
	assert_true(ino_of(c, "A.txt") > 0);
	assert_true(ino_of(c, "A.txt~") > 0);
	assert_has(c, "A.txt", "Title: A");
	assert_int_equal(journal(c), 0);
}

/* The slot was taken meanwhile by somebody's new item of that name. */
static void moved_item_finds_its_slot_kept(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "A.txt"), c->root, "A.txt~", 3, 0), 0);
	fake_add(c->f, "A");
	must_pull(c);
	assert_true(ino_of(c, "A (2).txt") > 0);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	end_graces(c);
	assert_true(ino_of(c, "A.txt") > 0);
}

static void vacated_item_takes_remote_values(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "A.txt"), c->root, "A.txt~", 3, 0), 0);
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	end_graces(c);
	assert_has(c, "A.txt", "Status: theirs");
}

/* Delete against remote edit: the item stays, with an entry. */
static void edit_beats_delete_in_the_grace(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	assert_true(client_heard(c, "conflict A.txt"));
	end_graces(c);
	assert_has(c, "A.txt", "Status: theirs");
	must_push(c);
	assert_int_equal(fake_count(c->f), 1);
}

static void edit_beats_delete_in_the_journal(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	assert_has(c, "A.txt", "Status: theirs");
	assert_true(client_heard(c, "conflict A.txt"));
	assert_int_equal(journal(c), 0);
}

/* A change that nobody made by hand (a workflow's stamp) is no edit. */
static void stamp_does_not_beat_delete(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	fake_touch(c->f, 1);
	must_pull(c);
	must_push(c);
	assert_int_equal(fake_count(c->f), 0);
}

/* Our own update, whose answer was lost, is no edit of others. */
static void own_lost_update_does_not_beat_delete(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	must_pull(c);
	must_push(c);
	assert_string_equal(c->f->log, "update -; delete -; ");
	assert_int_equal(fake_count(c->f), 0);
}

static void delete_of_what_is_gone_is_done(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	fake_delete(c->f, 1);
	must_push(c);
	assert_int_equal(journal(c), 0);
	assert_int_equal(count_conflicts(c), 0);
}

static void lost_answer_to_delete(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	assert_int_equal(journal(c), 0);
	assert_int_equal(c->f->methods, 1);
}

static void refused_delete_shows_the_item_again(void **state)
{
	struct client *c = *state;
	struct store_node n;

	fake_add(c->f, "KEEP");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "KEEP.txt")), 0);
	end_graces(c);
	must_push(c);
	assert_true(client_heard(c, "refused KEEP.txt"));
	assert_has(c, "KEEP.txt", "Title: KEEP");
	n = node_of(c, "KEEP.txt");
	assert_string_equal(n.error, "the fake does not like it");
	store_node_release(&n);
	assert_int_equal(journal(c), 0);
}

static void many_removals_end_together(void **state)
{
	struct client *c = *state;
	char title[32], name[40];

	for (int i = 0; i < 230; i++) {
		snprintf(title, sizeof(title), "t%03d", i);
		fake_add(c->f, title);
	}
	must_pull(c);
	for (int i = 0; i < 230; i++) {
		snprintf(name, sizeof(name), "t%03d.txt", i);
		assert_int_equal(sync_submit_unlink(c->s, ino_of(c, name)), 0);
	}
	end_graces(c);
	must_push(c);
	assert_int_equal(c->f->pushes, 3);
	assert_int_equal(fake_count(c->f), 0);
}

/* The clock was set back while a grace ran: it does not run for an hour. */
static void due_times_from_another_clock(void **state)
{
	struct client *c = *state;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int64_t next;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	assert_int_equal(store_vacancy_find(c->st, c->root, "A.txt", &v), 0);
	v.due += (int64_t) 3600 * 1000000000;
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_vacancy_put(c->st, &v), 0);
	assert_int_equal(store_commit(c->st), 0);
	assert_int_equal(vacancy_run(c->s, false, &next), 0);
	assert_int_equal(journal(c), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(removed_item_is_deleted),
		CASE(edit_then_remove_is_one_delete),
		CASE(new_then_remove_is_nothing),
		CASE(new_on_its_way_then_remove),
		CASE(moved_item_comes_back),
		CASE(moved_item_finds_its_slot_kept),
		CASE(vacated_item_takes_remote_values),
		CASE(edit_beats_delete_in_the_grace),
		CASE(edit_beats_delete_in_the_journal),
		CASE(stamp_does_not_beat_delete),
		CASE(own_lost_update_does_not_beat_delete),
		CASE(delete_of_what_is_gone_is_done),
		CASE(lost_answer_to_delete),
		CASE(refused_delete_shows_the_item_again),
		CASE(many_removals_end_together),
		CASE(due_times_from_another_clock),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
