#include "t_sync_fake.h"

#include "base/log.h"
#include "vacancy.h"

/* Mistakes that the random schedules have found, each as the few steps that lead to it. */

static void end_graces(struct client *c)
{
	int64_t next;

	assert_int_equal(vacancy_run(c->s, true, &next), 0);
}

static void lose_next_answer(struct client *c)
{
	struct push_result res;

	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
}

/* The server never got it. */
static void lose_next_request(struct client *c)
{
	struct push_result res;

	c->f->push_fails.n = 1;
	c->f->push_fails.result = REMOTE_LOST;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
}

/* The id of the only change in the journal. */
static int note_id(void *arg, const struct store_change *c)
{
	*(int64_t *) arg = c->id;
	return 0;
}

static int64_t only_change(struct client *c)
{
	int64_t id = 0;

	assert_int_equal(journal(c), 1);
	assert_int_equal(store_change_each(c->st, 0, note_id, &id), 0);
	return id;
}

/* A file moved aside by a program, while somebody else gave its item another title, came back under the old name. */
static void moved_file_returns_under_its_new_title(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "A.txt"), c->root, "A~", 1, 0), 0);
	fake_set(c->f, 1, "B", NULL, NULL);
	must_pull(c);
	end_graces(c);
	assert_true(ino_of(c, "B.txt") > 0);
	assert_int_equal(ino_of(c, "A.txt"), 0);
}

/* An appended text that was alone in its update, which never arrived, counted as arrived as soon as somebody
 * had edited the item. */
static void appended_text_survives_a_lost_request_and_an_edit(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Notes", "mine alone");
	lose_next_request(c);
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	must_push(c);
	assert_true(strstr(fake_find(c->f, 1)->notes, "mine alone") || in_conflicts(c, "mine alone"));
	assert_int_equal(journal(c), 0);
}

/* The same, and it had arrived: it must not be appended twice. */
static void appended_text_that_arrived_is_not_sent_again(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Notes", "mine alone");
	lose_next_answer(c);
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->notes, "mine alone");
}

/* A new file deleted while its New was on its way, which did not arrive: a row stayed behind. */
static void new_file_deleted_on_its_way_leaves_nothing(void **state)
{
	struct client *c = *state;
	int64_t items;

	must_pull(c);
	create_file(c, c->root, "A", "x");
	lose_next_request(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	end_graces(c);
	must_pull(c);
	must_push(c);
	assert_int_equal(store_item_count(c->st, c->list, &items), 0);
	assert_int_equal(items, 0);
	assert_int_equal(journal(c), 0);
	assert_int_equal(c->f->methods, 0);
}

/* An update taken back while its file was moved aside was kept nowhere. */
static void update_discarded_while_its_file_is_away_is_kept(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "only here");
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "A.txt"), c->root, "A~", 1, 0), 0);
	assert_int_equal(sync_submit_discard(c->s, only_change(c)), 0);
	assert_true(in_conflicts(c, "only here"));
	end_graces(c);
	assert_true(ino_of(c, "A.txt") > 0);
}

/* A file whose text the server had refused went on showing its old title after a rename. */
static void refused_file_shows_the_title_it_was_renamed_to(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	must_pull(c);
	create_file(c, c->root, "BAD", "x");
	must_push(c);
	assert_int_equal(count_state(c, STORE_CHANGE_REFUSED), 1);
	assert_int_equal(values_set(&v, "Title", "Good"), 0);
	assert_int_equal(sync_submit_retitle(c->s, ino_of(c, "BAD.txt"), "Good.txt", &v), 0);
	assert_has(c, "Good.txt", "Title: Good");
	assert_int_equal(sync_submit_discard(c->s, only_change(c)), 0);
	assert_true(in_conflicts(c, "Title: Good"));
}

static int count_deletes(void *arg, const struct store_change *c)
{
	*(int *) arg += c->change.op == CHANGE_DELETE;
	return 0;
}

/* rm b; mv a b; rm b: the second removal made the first one forgotten. */
static void two_removed_from_one_slot_are_both_deleted(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	int deletes = 0;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "B.txt")), 0);
	assert_int_equal(values_set(&v, "Title", "B"), 0);
	assert_int_equal(sync_submit_retitle(c->s, ino_of(c, "A.txt"), "B.txt", &v), 0);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "B.txt")), 0);
	end_graces(c);
	assert_int_equal(store_change_each(c->st, 0, count_deletes, &deletes), 0);
	assert_int_equal(deletes, 2);
	must_push(c);
	assert_int_equal(fake_count(c->f), 0);
}

/* mv b b~; mv a b; rm b: the one that was moved aside is there again. */
static void moved_item_outlives_a_removal_from_its_slot(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "B.txt"), c->root, "B~", 1, 0), 0);
	assert_int_equal(values_set(&v, "Title", "B"), 0);
	assert_int_equal(sync_submit_retitle(c->s, ino_of(c, "A.txt"), "B.txt", &v), 0);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "B.txt")), 0);
	end_graces(c);
	must_push(c);
	must_pull(c);
	assert_int_equal(fake_count(c->f), 1);
	assert_has(c, "B (2).txt", "Title: B");
}

/* Create against create: ours carries its id in the end, and is still found where it was. */
static void ours_yields_its_name(void **state)
{
	struct client *c = *state;
	CLEANUP(store_node_release_p) struct store_node ghost = STORE_NODE_INIT;
	int64_t item;

	must_pull(c);
	create_file(c, c->root, "A", "ours");
	item = item_of(c, "A.txt");
	fake_add(c->f, "A");
	fake_add(c->f, "A, but longer (1)");
	must_pull(c);
	assert_has(c, "A.txt", "Status: ours");
	assert_has(c, "A (1).txt", "Title: A\n");
	must_push(c);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	assert_has(c, "A (3).txt", "Status: ours");
	assert_has(c, "A (1).txt", "Title: A\n");
	assert_true(client_heard(c, "renamed A.txt -> A (3).txt"));
	assert_int_equal(store_node_lookup(c->st, c->root, "A.txt", &ghost), 0);
	assert_int_equal(ghost.kind, STORE_NODE_GHOST);
	assert_int_equal(ghost.item, item);
	must_pull(c);
	assert_has(c, "A (3).txt", "Status: ours");
	assert_int_equal(fake_count(c->f), 3);
}

/* Who was first on the server keeps the plain name. */
static void ours_keeps_its_name_when_it_was_first(void **state)
{
	struct client *c = *state;

	must_pull(c);
	create_file(c, c->root, "A", "ours");
	must_push(c);
	fake_add(c->f, "A");
	must_pull(c);
	assert_has(c, "A.txt", "Status: ours");
	assert_has(c, "A (2).txt", "Title: A\n");
}

/* The disk is full when the answer is to be stored: the change was sent, once, and the next pull says what became of it. */
static void outcome_that_could_not_be_stored_is_looked_up(void **state)
{
	struct client *c = *state;
	struct push_survey look = { 0 };
	struct push_result res;

#ifndef SPFS_TEST
	skip();
#endif
	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	setenv("SPFS_FAULT", "store.commit:2", 1);
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	unsetenv("SPFS_FAULT");
	assert_int_equal(count_state(c, STORE_CHANGE_SENDING), 1);
	assert_int_equal(push_look(&c->conf, c->list, 100, 0, &look), 0);
	assert_true(look.unsure);
	must_pull(c);
	assert_int_equal(journal(c), 0);
	assert_int_equal(c->f->methods, 1);
	assert_has(c, "A.txt", "Status: mine");
}

/* ---- folders ------------------------------------------------------------------------------ */

static int64_t ino_in(struct client *c, int64_t dir, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_lookup(c->st, dir, name, &n);

	assert_true(r == 0 || r == -ENOENT);
	return r == 0 && n.kind != STORE_NODE_GHOST ? n.ino : 0;
}

static int64_t add_in(struct client *c, const char *folder, const char *title)
{
	int64_t id = fake_add(c->f, title);

	snprintf(fake_find(c->f, id)->dir, FAKE_TEXT, "%s/%s", FAKE_ROOT, folder);
	return id;
}

/* A folder was deleted on the server and made again, and an item pushed into it before that was heard. The read of the
 * whole list that followed took the item away with the old folder, and left the new one as "F (3)". */
static void folder_made_again_keeps_what_was_pushed_into_it(void **state)
{
	struct client *c = *state;
	int64_t was;

	fake_add_folder(c->f, FAKE_ROOT, "F");
	add_in(c, "F", "Old");
	must_pull(c);
	was = ino_of(c, "F");
	fake_delete(c->f, 1);
	fake_add_folder(c->f, FAKE_ROOT, "F");
	create_file(c, was, "New", "mine");
	must_push(c);
	c->f->oldest_token = ++c->f->seq;
	must_pull(c);
	assert_int_equal(ino_of(c, "F (3)"), 0);
	assert_true(ino_of(c, "F") > 0);
	assert_true(ino_in(c, ino_of(c, "F"), "New.txt") > 0);
	assert_int_equal(ino_in(c, ino_of(c, "F"), "Old.txt"), 0);
	assert_int_equal(count_files(c, c->root), 1);
	assert_int_equal(journal(c), 0);
	assert_int_equal(count_conflicts(c), 0);
}

/* An item came in an answer before its folder and more answers followed: it stayed in the list's directory. */
static void item_goes_to_a_folder_of_a_later_answer(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	fake_add_folder(c->f, FAKE_ROOT, "F");
	add_in(c, "F", "In");
	fake_touch(c->f, 2);
	c->f->cut = 1;
	must_pull(c);
	assert_true(ino_in(c, ino_of(c, "F"), "In.txt") > 0);
	assert_int_equal(ino_of(c, "In.txt"), 0);
}

/* Of a folder that was renamed, and another made in its place, the other one was heard of first: it kept "F (3)", and what
 * was in it counted as the renamed one's. */
static void folder_in_the_place_of_a_renamed_one(void **state)
{
	struct client *c = *state;
	int64_t f, g;

	fake_add_folder(c->f, FAKE_ROOT, "F");
	add_in(c, "F", "A");
	must_pull(c);
	f = ino_of(c, "F");
	fake_rename_folder(c->f, fake_find(c->f, 1), "G");
	fake_add_folder(c->f, FAKE_ROOT, "F");
	add_in(c, "F", "B");
	fake_touch(c->f, 1);
	c->f->cut = 1;
	must_pull(c);
	g = ino_of(c, "G");
	assert_int_equal(g, f);
	assert_true(ino_in(c, g, "A.txt") > 0);
	assert_true(ino_in(c, ino_of(c, "F"), "B.txt") > 0);
	/* What is known of them is right too: the next news do not move them. */
	fake_touch(c->f, 2);
	fake_touch(c->f, 4);
	fake_rename_folder(c->f, fake_find(c->f, 1), "H");
	fake_touch(c->f, 1);
	must_pull(c);
	assert_true(ino_in(c, ino_of(c, "H"), "A.txt") > 0);
	assert_true(ino_in(c, ino_of(c, "F"), "B.txt") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(outcome_that_could_not_be_stored_is_looked_up),
		CASE(moved_file_returns_under_its_new_title),
		CASE(appended_text_survives_a_lost_request_and_an_edit),
		CASE(appended_text_that_arrived_is_not_sent_again),
		CASE(new_file_deleted_on_its_way_leaves_nothing),
		CASE(update_discarded_while_its_file_is_away_is_kept),
		CASE(refused_file_shows_the_title_it_was_renamed_to),
		CASE(two_removed_from_one_slot_are_both_deleted),
		CASE(moved_item_outlives_a_removal_from_its_slot),
		CASE(ours_yields_its_name),
		CASE(ours_keeps_its_name_when_it_was_first),
		CASE(folder_made_again_keeps_what_was_pushed_into_it),
		CASE(item_goes_to_a_folder_of_a_later_answer),
		CASE(folder_in_the_place_of_a_renamed_one),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
