#include "t_sync_fake.h"

#include "base/log.h"
#include "sync/conflict.h"

/* Pushing: batches, outcomes, and that nothing is carried out twice. */

static struct store_change only_change(struct client *c)
{
	struct store_change ch = STORE_CHANGE_INIT;

	for (int64_t i = 1; i < 200; i++)
		if (store_change_get(c->st, i, &ch) == 0)
			return ch;
	fail_msg("the journal is empty");
	return ch;
}

static int64_t queued(struct client *c)
{
	return count_state(c, STORE_CHANGE_QUEUED);
}

/* ---- batches ------------------------------------------------------------------------- */

static void hundred_methods_a_batch(void **state)
{
	struct client *c = *state;
	char title[32];

	must_pull(c);
	for (int i = 0; i < 250; i++) {
		snprintf(title, sizeof(title), "n%03d", i);
		create_file(c, c->root, title, "x");
	}
	must_push(c);
	assert_int_equal(c->f->pushes, 3);
	assert_int_equal(c->f->largest, 100);
	assert_int_equal(fake_count(c->f), 250);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 250);
	assert_int_equal(journal(c), 0);
}

static void refused_size_is_sent_in_less(void **state)
{
	struct client *c = *state;
	struct push_result res;
	char title[32];

	must_pull(c);
	for (int i = 0; i < 6; i++) {
		snprintf(title, sizeof(title), "n%d", i);
		create_file(c, c->root, title, "x");
	}
	c->f->max_methods = 3;
	assert_int_equal(push_with(c, &res), REMOTE_OK);
	assert_int_equal(res.not_run, 6);
	assert_int_equal(queued(c), 6);
	assert_int_equal(fake_count(c->f), 0);
}

/* One change of an item at a time: the second is made from what the first has left. */
static void changes_of_an_item_keep_their_order(void **state)
{
	struct client *c = *state;
	struct store_change ch;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "one");
	/* It is on its way: a later change does not fold into it. */
	ch = only_change(c);
	ch.state = STORE_CHANGE_SENDING;
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_change_put(c->st, &ch), 0);
	assert_int_equal(store_commit(c->st), 0);
	must_save(c, "A.txt", "Status", "two");
	assert_int_equal(journal(c), 2);
	must_push(c);
	assert_string_equal(c->f->log, "");
	ch.state = STORE_CHANGE_QUEUED;
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_change_put(c->st, &ch), 0);
	assert_int_equal(store_commit(c->st), 0);
	store_change_release(&ch);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "two");
	assert_int_equal(journal(c), 0);
	assert_has(c, "A.txt", "Status: two");
}

/* An item whose file was just removed is not worth sending. */
static void removed_items_wait_for_their_grace(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "x");
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	must_push(c);
	assert_string_equal(c->f->log, "");
	assert_int_equal(queued(c), 1);
}

/* ---- outcomes ---------------------------------------------------------------------------- */

static void conflict_merges_and_is_sent_again(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	fake_set(c->f, 1, NULL, NULL, "theirs");
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "mine");
	assert_string_equal(fake_find(c->f, 1)->body, "theirs");
	assert_int_equal(c->f->methods, 2);
	assert_int_equal(count_conflicts(c), 0);
	assert_has(c, "A.txt", "Body: theirs");
}

static void conflict_in_the_same_field_keeps_both(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "theirs");
	assert_has(c, "A.txt", "Status: theirs");
	assert_true(in_conflicts(c, "Status: mine"));
	assert_int_equal(journal(c), 0);
}

/* Without its row a conflict is left to the next pull. */
static void conflict_without_a_row_waits_for_the_pull(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	fake_set(c->f, 1, NULL, NULL, "theirs");
	c->f->no_rows = true;
	must_push(c);
	assert_int_equal(count_state(c, STORE_CHANGE_UNSURE), 1);
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "mine");
	assert_string_equal(fake_find(c->f, 1)->body, "theirs");
}

static void answers_without_rows(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	c->f->no_rows = true;
	must_save(c, "A.txt", "Status", "x");
	create_file(c, c->root, "N", "y");
	must_push(c);
	/* Its id is not known: the pull tells. */
	assert_int_equal(count_state(c, STORE_CHANGE_UNSURE), 1);
	must_pull(c);
	assert_int_equal(journal(c), 0);
	must_save(c, "A.txt", "Status", "z");
	must_save(c, "N.txt", "Status", "z");
	must_push(c);
	assert_string_equal(fake_titled(c->f, "N")->status, "z");
	assert_int_equal(fake_count(c->f), 2);
}

/* MS-OUTSPS_R805, R806: what is refused is not sent again, and kept. */
static void refused_change_stays_as_a_draft(void **state)
{
	struct client *c = *state;
	struct store_node n;
	struct store_change ch;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "BAD one");
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	assert_int_equal(count_state(c, STORE_CHANGE_REFUSED), 1);
	assert_true(client_heard(c, "refused A.txt"));
	n = node_of(c, "A.txt");
	assert_string_equal(n.error, "the fake does not like it");
	store_node_release(&n);
	assert_has(c, "A.txt", "Status: BAD one");
	must_push(c);
	must_pull(c);
	assert_int_equal(c->f->methods, 1);
	assert_has(c, "A.txt", "Status: BAD one");
	ch = only_change(c);
	assert_int_equal(ch.server_code, 0x81020014);
	store_change_release(&ch);
	/* A new save of the file repairs it. */
	must_save(c, "A.txt", "Status", "good");
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "good");
	assert_int_equal(journal(c), 0);
	n = node_of(c, "A.txt");
	assert_null(n.error);
	store_node_release(&n);
}

static void refused_change_can_be_reverted(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "BAD");
	must_push(c);
	assert_int_equal(sync_submit_revert(c->s, ino_of(c, "A.txt")), 0);
	assert_has(c, "A.txt", "Status: \n");
	assert_int_equal(journal(c), 0);
}

static void refused_new_item_stays(void **state)
{
	struct client *c = *state;

	must_pull(c);
	create_file(c, c->root, "BAD", "x");
	create_file(c, c->root, "fine", "x");
	must_push(c);
	assert_int_equal(fake_count(c->f), 1);
	assert_true(ino_of(c, "BAD.txt") > 0);
	must_save(c, "BAD.txt", "Title", "better");
	must_push(c);
	assert_int_equal(fake_count(c->f), 2);
	assert_non_null(fake_titled(c->f, "better"));
	must_pull(c);
	assert_true(ino_of(c, "better.txt") > 0);
	assert_int_equal(count_files(c, c->root), 2);
}

static void edit_of_a_deleted_item(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	fake_delete(c->f, 1);
	must_push(c);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	assert_true(in_conflicts(c, "Status: mine"));
	assert_int_equal(journal(c), 0);
}

/* A folder on the server of the name that we made is our folder. */
static void same_folder_made_on_both_sides(void **state)
{
	struct client *c = *state;
	int64_t d;

	must_pull(c);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &d), 0);
	fake_add_folder(c->f, FAKE_ROOT, "D");
	must_pull(c);
	assert_int_equal(journal(c), 0);
	assert_int_equal(ino_of(c, "D"), d);
	assert_int_equal(count_files(c, c->root), 1);
}

static void contents_wait_for_their_folder(void **state)
{
	struct client *c = *state;
	struct push_result res;
	int64_t d;

	must_pull(c);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &d), 0);
	create_file(c, d, "in", "x");
	c->f->push_fails.result = REMOTE_SITE_BAD;
	c->f->push_fails.n = 1;
	assert_int_equal(push_with(c, &res), REMOTE_SITE_BAD);
	assert_int_equal(res.taken, 1);
	assert_int_equal(queued(c), 2);
	must_push(c);
	assert_string_equal(c->f->log, "new folder D; new in; ");
}

/* ---- exactly once ---------------------------------------------------------------------------- */

/* MS-OUTSPS_R207 */
static void lost_answer_to_new(void **state)
{
	struct client *c = *state;
	struct push_result res;
	int64_t ino;

	must_pull(c);
	ino = create_file(c, c->root, "N", "x");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	assert_int_equal(count_state(c, STORE_CHANGE_UNSURE), 1);
	/* Nothing goes out before a pull. */
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	must_pull(c);
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	assert_int_equal(fake_count(c->f), 1);
	assert_int_equal(journal(c), 0);
	assert_int_equal(ino_of(c, "N.txt"), ino);
}

/* ... and somebody edited it before we knew. */
static void lost_answer_to_new_then_edited(void **state)
{
	struct client *c = *state;
	struct push_result res;

	must_pull(c);
	create_file(c, c->root, "N", "x");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "theirs");
	assert_has(c, "N.txt", "Status: theirs");
	assert_int_equal(c->f->methods, 1);
}

/* ... and edited here too, which is sent then. */
static void lost_answer_to_new_then_edited_here(void **state)
{
	struct client *c = *state;
	struct push_result res;

	must_pull(c);
	create_file(c, c->root, "N", "x");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_save(c, "N.txt", "Status", "later");
	must_pull(c);
	must_push(c);
	assert_string_equal(c->f->log, "new N; update -; ");
	assert_string_equal(fake_find(c->f, 1)->status, "later");
	assert_int_equal(journal(c), 0);
}

static void new_that_did_not_arrive(void **state)
{
	struct client *c = *state;
	struct push_result res;

	must_pull(c);
	create_file(c, c->root, "N", "x");
	c->f->push_fails.result = REMOTE_LOST;
	c->f->push_fails.n = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	assert_int_equal(queued(c), 1);
	must_push(c);
	assert_int_equal(fake_count(c->f), 1);
	assert_int_equal(journal(c), 0);
}

static void lost_answer_to_update(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	assert_int_equal(journal(c), 0);
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	assert_has(c, "A.txt", "Status: mine");
	assert_int_equal(count_conflicts(c), 0);
}

static void lost_answer_to_update_with_another_behind(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "one");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_save(c, "A.txt", "Status", "two");
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "two");
	assert_int_equal(c->f->methods, 2);
	assert_int_equal(count_conflicts(c), 0);
	/* The other way: the first did not arrive. */
	must_save(c, "A.txt", "Status", "three");
	c->f->push_fails.result = REMOTE_LOST;
	c->f->push_fails.n = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_save(c, "A.txt", "Status", "four");
	fake_set(c->f, 1, NULL, NULL, "theirs");
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "four");
	assert_int_equal(count_conflicts(c), 0);
	assert_int_equal(journal(c), 0);
}

static void update_that_did_not_arrive(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	c->f->push_fails.result = REMOTE_LOST;
	c->f->push_fails.n = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	fake_set(c->f, 1, NULL, NULL, "theirs");
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "mine");
	assert_string_equal(fake_find(c->f, 1)->body, "theirs");
	assert_int_equal(c->f->methods, 1);
}

/* What the server appends to shows empty: the arrival is known by the version. */
static void lost_answer_to_appended_text(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Notes", "once");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->notes, "once");
	assert_int_equal(journal(c), 0);
}

static void lost_answer_to_folder(void **state)
{
	struct client *c = *state;
	struct push_result res;
	int64_t d;

	must_pull(c);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &d), 0);
	create_file(c, d, "in", "x");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	must_push(c);
	assert_string_equal(c->f->log, "new folder D; new in; ");
	assert_int_equal(ino_of(c, "D"), d);
}

static void lost_answer_to_folder_rename(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add_folder(c->f, FAKE_ROOT, "D");
	must_pull(c);
	assert_int_equal(sync_submit_rename_folder(c->s, ino_of(c, "D"), "E"), 0);
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	assert_true(ino_of(c, "E") > 0);
	assert_int_equal(count_files(c, c->root), 1);
	assert_int_equal(count_conflicts(c), 0);
	assert_false(client_heard(c, "conflict"));
	assert_int_equal(journal(c), 0);
}

/* Rename against rename: the server's name stands. */
static void folder_renamed_on_both_sides(void **state)
{
	struct client *c = *state;
	int64_t d;

	fake_add_folder(c->f, FAKE_ROOT, "D");
	must_pull(c);
	d = ino_of(c, "D");
	assert_int_equal(sync_submit_rename_folder(c->s, d, "Mine"), 0);
	snprintf(fake_find(c->f, 1)->leaf, FAKE_TEXT, "Theirs");
	fake_touch(c->f, 1);
	must_push(c);
	assert_int_equal(ino_of(c, "Theirs"), d);
	assert_int_equal(ino_of(c, "Mine"), 0);
	assert_string_equal(fake_find(c->f, 1)->leaf, "Theirs");
	assert_true(client_heard(c, "conflict Mine"));
	assert_int_equal(journal(c), 0);
}

/* MoreChanges: the row that tells may come in a later round. */
static void lost_answer_is_found_in_a_later_round(void **state)
{
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	for (int i = 0; i < 5; i++)
		fake_add(c->f, "other");
	create_file(c, c->root, "N", "x");
	c->f->push_lost = 1;
	c->f->cut = 2;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	assert_int_equal(journal(c), 0);
}

static void failures_of_the_whole_batch(void **state)
{
	static const enum remote_result again[] = { REMOTE_SITE_BAD, REMOTE_AUTH, REMOTE_LIST_BAD, REMOTE_LIST_GONE };
	struct client *c = *state;
	struct push_result res;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "x");
	for (size_t i = 0; i < sizeof(again) / sizeof(*again); i++) {
		c->f->push_fails.result = again[i];
		c->f->push_fails.n = 1;
		assert_int_equal(push_with(c, &res), again[i]);
		assert_int_equal(queued(c), 1);
	}
	/* Given up on the way: nobody knows. */
	c->f->push_fails.result = REMOTE_CANCELED;
	c->f->push_fails.n = 1;
	assert_int_equal(push_with(c, &res), REMOTE_CANCELED);
	assert_int_equal(count_state(c, STORE_CHANGE_UNSURE), 1);
}

#define AGENT "2fa454dc8373da4bbe5e3ba2a8701f73"
#define OTHER "1a2650eddb304337b1378e5771a08443"

/* lists.md 3.6: Outlook knows from it who edited what before. */
static void edits_leave_their_history(void **state)
{
	struct client *c = *state;

	c->conf.agent = AGENT;
	must_pull(c);
	create_file(c, c->root, "A", "x");
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->history, AGENT ":1");
	snprintf(fake_find(c->f, 1)->history, FAKE_TEXT, AGENT ":1," OTHER ":2");
	fake_touch(c->f, 1);
	must_pull(c);
	must_save(c, "A.txt", "Status", "y");
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->history, OTHER ":2," AGENT ":3");
	/* It is no change of its own: what was saved stands, and nothing more is sent. */
	must_pull(c);
	assert_int_equal(journal(c), 0);
	assert_has(c, "A.txt", "Status: y\n");
}

/* Where nothing tells whether a note arrived, its writer hears what to do. */
static void an_unsure_note_says_what_to_do(void **state)
{
	CLEANUP(sync_conflict_release_p) struct sync_conflict got = SYNC_CONFLICT_INIT;
	struct client *c = *state;
	CLEANUP(str_free_p) char *path = str_printf("%s/conflicts/Tasks", c->dir);
	struct push_result res;
	struct dirent *e;
	DIR *d;

	c->f->no_history = true;
	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Notes", "line");
	c->f->push_lost = 1;
	assert_int_equal(push_with(c, &res), REMOTE_LOST);
	must_pull(c);
	assert_int_equal(journal(c), 0);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) && !sync_conflict_is_entry(e->d_name))
		continue;
	assert_non_null(e);
	assert_int_equal(sync_conflict_load(c->dir, "Tasks", e->d_name, &got), 0);
	assert_non_null(strstr(got.why, "append it again if it is missing"));
	closedir(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(edits_leave_their_history),
		CASE(an_unsure_note_says_what_to_do),
		CASE(hundred_methods_a_batch),
		CASE(refused_size_is_sent_in_less),
		CASE(changes_of_an_item_keep_their_order),
		CASE(removed_items_wait_for_their_grace),
		CASE(conflict_merges_and_is_sent_again),
		CASE(conflict_in_the_same_field_keeps_both),
		CASE(conflict_without_a_row_waits_for_the_pull),
		CASE(answers_without_rows),
		CASE(refused_change_stays_as_a_draft),
		CASE(refused_change_can_be_reverted),
		CASE(refused_new_item_stays),
		CASE(edit_of_a_deleted_item),
		CASE(same_folder_made_on_both_sides),
		CASE(contents_wait_for_their_folder),
		CASE(lost_answer_to_new),
		CASE(lost_answer_to_new_then_edited),
		CASE(lost_answer_to_new_then_edited_here),
		CASE(new_that_did_not_arrive),
		CASE(lost_answer_to_update),
		CASE(lost_answer_to_update_with_another_behind),
		CASE(update_that_did_not_arrive),
		CASE(lost_answer_to_appended_text),
		CASE(lost_answer_to_folder),
		CASE(lost_answer_to_folder_rename),
		CASE(folder_renamed_on_both_sides),
		CASE(lost_answer_is_found_in_a_later_round),
		CASE(failures_of_the_whole_batch),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
