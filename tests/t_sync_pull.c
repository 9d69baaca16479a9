#include "t_sync_fake.h"

#include "base/log.h"

/* Pulling: pages, tokens, ids, restarts, and what becomes of names and files. */

static struct store_list list_of(struct client *c)
{
	struct store_list l = STORE_LIST_INIT;

	assert_int_equal(store_list_get(c->st, c->list, &l), 0);
	return l;
}

static void first_pull_shows_all(void **state)
{
	struct client *c = *state;
	struct store_list l;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	fake_set(c->f, 2, NULL, "Open", NULL);
	must_pull(c);
	assert_file(c, "A.txt", "Title: A\nStatus: \nNotes: \nBody: \n# editor 1\n");
	assert_has(c, "B.txt", "Status: Open");
	assert_int_equal(count_files(c, c->root), 2);
	assert_true(client_heard(c, "added A.txt"));
	l = list_of(c);
	assert_int_equal(l.state, STORE_LIST_OK);
	assert_non_null(l.token);
	assert_true(l.last_sync > 0);
	store_list_release(&l);
}

/* MS-OUTSPS_R1132: only what changed since the last download is asked for. */
static void no_change_is_one_request_and_nothing_told(void **state)
{
	struct client *c = *state;
	struct pull_result res;

	fake_add(c->f, "A");
	must_pull(c);
	client_forget_events(c);
	c->f->pulls = 0;
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_int_equal(c->f->pulls, 1);
	assert_int_equal(res.received, 0);
	assert_string_equal(buf_str(&c->events), "");
}

static void changes_and_deletes_arrive(void **state)
{
	struct client *c = *state;
	struct store_node before, after;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	before = node_of(c, "A.txt");
	client_forget_events(c);
	fake_set(c->f, 1, NULL, "Done", NULL);
	fake_delete(c->f, 2);
	must_pull(c);
	after = node_of(c, "A.txt");
	assert_int_equal(after.ino, before.ino);
	assert_true(after.version > before.version);
	assert_true(after.mtime > before.mtime);
	assert_has(c, "A.txt", "Status: Done");
	assert_int_equal(ino_of(c, "B.txt"), 0);
	assert_true(client_heard(c, "content A.txt"));
	assert_true(client_heard(c, "removed B.txt"));
	store_node_release(&before);
	store_node_release(&after);
}

/*
 * Bug: a version of the second in which the file was saved here had a time one nanosecond later, and vdirsyncer, which
 * keeps 256 of them, did not see that the file had changed.
 */
static void a_version_of_the_same_second_has_a_time_that_can_be_told_apart(void **state)
{
	struct client *c = *state;
	struct store_node before, after;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	must_push(c);
	must_pull(c);
	before = node_of(c, "A.txt");
	for (int i = 0; i < 3; i++) {
		fake_set(c->f, 1, NULL, i % 2 ? "Done" : "Begun", NULL);
		must_pull(c);
		after = node_of(c, "A.txt");
		assert_true((double) after.mtime > (double) before.mtime);
		assert_true(after.mtime / 1000000 > before.mtime / 1000000);
		store_node_release(&before);
		before = after;
	}
	store_node_release(&before);
}

/* What people cannot edit changes the comments, and not the time. */
static void system_changes_leave_mtime(void **state)
{
	struct client *c = *state;
	struct store_node before, after;

	fake_add(c->f, "A");
	must_pull(c);
	before = node_of(c, "A.txt");
	fake_touch(c->f, 1);
	must_pull(c);
	after = node_of(c, "A.txt");
	assert_has(c, "A.txt", "# editor 2");
	assert_int_equal(after.mtime, before.mtime);
	assert_true(after.version > before.version);
	store_node_release(&before);
	store_node_release(&after);
}

/* An inode never shows two versions to those who have it open. */
static void open_file_gets_a_new_inode(void **state)
{
	struct client *c = *state;
	int64_t before;

	fake_add(c->f, "A");
	must_pull(c);
	before = ino_of(c, "A.txt");
	client_note_open(c, before);
	client_forget_events(c);
	fake_set(c->f, 1, NULL, "Done", NULL);
	must_pull(c);
	assert_int_not_equal(ino_of(c, "A.txt"), before);
	assert_true(client_heard(c, "removed A.txt; added A.txt"));
	assert_has(c, "A.txt", "Status: Done");
}

/* Comments alone do not disturb a reader. */
static void open_file_keeps_its_comments(void **state)
{
	struct client *c = *state;
	int64_t before;

	fake_add(c->f, "A");
	must_pull(c);
	before = ino_of(c, "A.txt");
	client_note_open(c, before);
	fake_touch(c->f, 1);
	must_pull(c);
	assert_int_equal(ino_of(c, "A.txt"), before);
	assert_has(c, "A.txt", "# editor 1");
}

static void remote_rename_leaves_a_ghost(void **state)
{
	struct client *c = *state;
	struct store_node ghost;
	int64_t ino;

	fake_add(c->f, "A");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	fake_set(c->f, 1, "Z", NULL, NULL);
	must_pull(c);
	assert_int_equal(ino_of(c, "Z.txt"), ino);
	assert_true(client_heard(c, "renamed A.txt -> Z.txt"));
	ghost = node_of(c, "A.txt");
	assert_int_equal(ghost.kind, STORE_NODE_GHOST);
	assert_int_not_equal(ghost.ino, ino);
	assert_int_equal(ghost.item, item_of(c, "Z.txt"));
	store_node_release(&ghost);
}

static void same_titles_carry_ids_and_stick(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	fake_add(c->f, "A");
	must_pull(c);
	assert_true(ino_of(c, "A.txt") > 0);
	assert_true(ino_of(c, "A (2).txt") > 0);
	/* The plain name is free now, but nobody's name moves for that. */
	fake_delete(c->f, 1);
	fake_set(c->f, 2, NULL, "x", NULL);
	must_pull(c);
	assert_true(ino_of(c, "A (2).txt") > 0);
	assert_int_equal(ino_of(c, "A.txt"), 0);
}

/* MS-OUTSPS_R1168: several batches; the token is that of the first page. */
static void pages_keep_the_first_token(void **state)
{
	struct client *c = *state;
	struct store_list l;

	for (int i = 0; i < 25; i++)
		fake_add(c->f, "T");
	c->f->page = 10;
	must_pull(c);
	assert_int_equal(c->f->pulls, 3);
	assert_int_equal(count_files(c, c->root), 25);
	l = list_of(c);
	assert_string_equal(l.token, "26");
	store_list_release(&l);
}

static void repeated_position_ends_and_removes_nothing(void **state)
{
	struct client *c = *state;

	for (int i = 0; i < 20; i++)
		fake_add(c->f, "T");
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 20);
	c->f->page = 5;
	c->f->repeats = true;
	c->f->whole_restore = true;
	must_pull(c);
	/* Most were never sent again, which proves nothing. */
	assert_int_equal(count_files(c, c->root), 20);
	assert_true(c->f->pulls < 10);
}

static void more_changes_are_asked_for(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	for (int i = 0; i < 10; i++)
		fake_add(c->f, "M");
	c->f->cut = 4;
	c->f->pulls = 0;
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 11);
	assert_int_equal(c->f->pulls, 3);
}

/* MS-OUTSPS_R1200: without a valid token it is left out, and the list read anew. */
static void token_gone_reads_anew(void **state)
{
	struct client *c = *state;
	struct pull_result res;
	int64_t ino;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	fake_delete(c->f, 2);
	fake_set(c->f, 1, NULL, "Done", NULL);
	c->f->pull_fails.result = REMOTE_TOKEN_GONE;
	c->f->pull_fails.n = 1;
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_true(res.resynced);
	assert_int_equal(ino_of(c, "A.txt"), ino);
	assert_has(c, "A.txt", "Status: Done");
	assert_int_equal(ino_of(c, "B.txt"), 0);
}

/* MS-OUTSPS_R796, R797: a restored list is read anew; what was not sent stays. */
static void whole_restore_keeps_unsent_changes(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	c->f->whole_restore = true;
	/* The same version number again, but another text: a backup. */
	snprintf(fake_find(c->f, 1)->body, FAKE_TEXT, "restored");
	must_pull(c);
	assert_has(c, "A.txt", "Status: mine");
	assert_has(c, "A.txt", "Body: restored");
	assert_int_equal(journal(c), 1);
}

/* MS-OUTSPS_R799 to R804 */
static void changed_permissions_read_anew(void **state)
{
	struct client *c = *state;
	struct pull_result res;
	struct store_node n;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	snprintf(c->f->perm, FAKE_TEXT, "ViewListItems, Open");
	/* B is not reported as deleted: it is only missing. */
	fake_find(c->f, 2)->used = false;
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_true(res.resynced);
	assert_int_equal(ino_of(c, "B.txt"), 0);
	n = node_of(c, "A.txt");
	store_node_release(&n);
	assert_int_equal(save_field(c, "A.txt", "Status", "x"), -EACCES);
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_false(res.resynced);
}

static void row_permissions_become_mode_bits(void **state)
{
	struct client *c = *state;
	struct store_node n;

	fake_add(c->f, "A");
	fake_find(c->f, 1)->perm = PERM_VIEW;
	fake_add(c->f, "B");
	fake_find(c->f, 2)->perm = PERM_VIEW | PERM_EDIT;
	must_pull(c);
	n = node_of(c, "A.txt");
	assert_int_equal(n.mode, 0444);
	store_node_release(&n);
	n = node_of(c, "B.txt");
	assert_int_equal(n.mode, 0644);
	store_node_release(&n);
	assert_int_equal(save_field(c, "A.txt", "Status", "x"), -EACCES);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "B.txt")), -EACCES);
}

/* MS-OUTSPS_R1107, R1218: the answer tells of changed columns. */
static void changed_columns_read_anew(void **state)
{
	struct client *c = *state;
	struct store_list l;
	struct pull_result res;

	fake_add(c->f, "A");
	must_pull(c);
	c->f->schema = 1;
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_true(res.resynced);
	l = list_of(c);
	assert_non_null(schema_find(&l.info.schema, "Added"));
	store_list_release(&l);
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_false(res.resynced);
}

/* A server that describes the list in every answer is not a server whose columns change. */
static void description_in_every_answer_is_no_change(void **state)
{
	struct client *c = *state;
	struct pull_result res;

	c->f->send_list = true;
	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(pull_with(c, &res), REMOTE_OK);
	assert_false(res.resynced);
}

static void reading_anew_needs_leave(void **state)
{
	struct client *c = *state;
	struct remote *r = NULL;
	struct pull p = { .conf = &c->conf, .list = c->list, .may_resync = false };
	struct pull_result res = { 0 };
	struct remote_fault fault = { 0 };

	fake_add(c->f, "A");
	must_pull(c);
	c->f->whole_restore = true;
	assert_int_equal(fake_open(c->f, "", &r, NULL), 0);
	p.remote = r;
	assert_int_equal(pull_run(&p, &res, &fault), REMOTE_LIST_BAD);
	assert_true(strstr(fault.err.text, "restored") != NULL);
	assert_true(strstr(fault.err.text, "`spfs sync \"Tasks\"`") != NULL);
	fake_close(r);
	assert_true(ino_of(c, "A.txt") > 0);
}

/* A server that refuses each token is not asked for everything again and again, because something waits to be sent. */
static void a_refused_token_is_no_loop(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	c->f->page = 1;
	c->f->oldest_token = c->f->seq + 100;
	c->f->pulls = 0;
	must_pull(c);
	assert_in_range(c->f->pulls, 3, 4);
	assert_int_equal(journal(c), 1);
}

static int64_t version_of(struct client *c, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = node_of(c, name);

	return n.version;
}

/* An external list's rows have no owshiddenversion: a change is seen all the same, and what stays is not touched. */
static void rows_without_versions(void **state)
{
	struct client *c = *state;
	int64_t ino, version;

	c->f->no_versions = true;
	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	version = version_of(c, "B.txt");
	fake_set(c->f, 1, NULL, "new", NULL);
	c->f->oldest_token = c->f->seq + 1; /* it has no change log either */
	client_forget_events(c);
	must_pull(c);
	assert_int_equal(ino_of(c, "A.txt"), ino);
	assert_has(c, "A.txt", "Status: new\n");
	assert_int_equal(version_of(c, "B.txt"), version);
	assert_false(client_heard(c, "content B.txt"));
	fake_delete(c->f, 2);
	c->f->oldest_token = c->f->seq + 1;
	must_pull(c);
	assert_int_equal(ino_of(c, "B.txt"), 0);
}

/* MS-OUTSPS 3.2.6.5: a row wins over a Delete of the same answer. */
static void row_wins_over_delete(void **state)
{
	struct client *c = *state;
	int64_t ino;

	fake_add(c->f, "A");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	fake_set(c->f, 1, NULL, "back", NULL);
	c->f->delete_first = 1;
	must_pull(c);
	assert_int_equal(ino_of(c, "A.txt"), ino);
	assert_has(c, "A.txt", "Status: back");
}

/* MS-OUTSPS_R811: an id without its row is asked for, and looked at although its version is known. */
static void ids_without_rows_are_asked_for(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	c->f->pulls = 0;
	c->f->rename_ids = 1;
	snprintf(fake_find(c->f, 1)->title, FAKE_TEXT, "Renamed");
	must_pull(c);
	assert_int_equal(c->f->pulls, 2);
	assert_true(ino_of(c, "Renamed.txt") > 0);
}

/* The same when the request for its row fails: the next pull asks again. The token had moved on. */
static void ids_without_rows_are_asked_for_until_they_come(void **state)
{
	struct client *c = *state;
	struct pull_result res;

	fake_add(c->f, "A");
	must_pull(c);
	c->f->rename_ids = 1;
	c->f->rename_seq = ++c->f->seq;
	snprintf(fake_find(c->f, 1)->title, FAKE_TEXT, "Renamed");
	c->f->pull_fails.n = 1;
	c->f->pull_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails_after = 1;
	assert_int_equal(pull_with(c, &res), REMOTE_SITE_BAD);
	c->f->pulls = 0;
	must_pull(c);
	assert_true(ino_of(c, "Renamed.txt") > 0);
	assert_int_equal(c->f->pulls, 2);
	/* And no more than once then. */
	must_pull(c);
	assert_int_equal(c->f->pulls, 3);
}

static void folders_may_come_after_their_contents(void **state)
{
	struct client *c = *state;
	CLEANUP(store_node_release_p) struct store_node outer = STORE_NODE_INIT;
	CLEANUP(store_node_release_p) struct store_node inner = STORE_NODE_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	fake_add(c->f, "deep");
	snprintf(fake_find(c->f, 1)->dir, FAKE_TEXT, FAKE_ROOT "/Outer/Inner");
	fake_add_folder(c->f, FAKE_ROOT "/Outer", "Inner");
	fake_add(c->f, "flat");
	fake_add_folder(c->f, FAKE_ROOT, "Outer");
	fake_add(c->f, "lost");
	snprintf(fake_find(c->f, 5)->dir, FAKE_TEXT, FAKE_ROOT "/Hidden");
	c->f->page = 2;
	must_pull(c);
	outer = node_of(c, "Outer");
	assert_int_equal(outer.kind, STORE_NODE_FOLDER);
	assert_int_equal(store_node_lookup(c->st, outer.ino, "Inner", &inner), 0);
	assert_int_equal(store_node_lookup(c->st, inner.ino, "deep.txt", &n), 0);
	assert_int_equal(n.kind, STORE_NODE_ITEM);
	/* Its folder may not be seen: it shows in the list's directory. */
	assert_true(ino_of(c, "lost.txt") > 0);
	assert_int_equal(count_files(c, c->root), 3);
}

static void renamed_folder_moves_its_contents(void **state)
{
	struct client *c = *state;
	CLEANUP(store_node_release_p) struct store_node folder = STORE_NODE_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	fake_add_folder(c->f, FAKE_ROOT, "Old");
	fake_add(c->f, "in");
	snprintf(fake_find(c->f, 2)->dir, FAKE_TEXT, FAKE_ROOT "/Old");
	must_pull(c);
	snprintf(fake_find(c->f, 1)->leaf, FAKE_TEXT, "New");
	snprintf(fake_find(c->f, 2)->dir, FAKE_TEXT, FAKE_ROOT "/New");
	fake_touch(c->f, 1);
	must_pull(c);
	folder = node_of(c, "New");
	assert_int_equal(store_node_lookup(c->st, folder.ino, "in.txt", &n), 0);
	/* And what is made in it now is found by the new path. */
	fake_add(c->f, "later");
	snprintf(fake_find(c->f, 3)->dir, FAKE_TEXT, FAKE_ROOT "/New");
	must_pull(c);
	assert_int_equal(store_node_lookup(c->st, folder.ino, "later.txt", &n), 0);
}

/* MS-OUTSPS_R66: a folder takes its contents with it; local files stay. */
static void deleted_folder_takes_its_contents(void **state)
{
	struct client *c = *state;
	struct store_node folder;
	int64_t scratch;

	fake_add_folder(c->f, FAKE_ROOT, "F");
	fake_add(c->f, "in");
	snprintf(fake_find(c->f, 2)->dir, FAKE_TEXT, FAKE_ROOT "/F");
	fake_add_folder(c->f, FAKE_ROOT, "G");
	must_pull(c);
	folder = node_of(c, "F");
	assert_int_equal(sync_submit_make(c->s, folder.ino, "notes~", STORE_NODE_SCRATCH, 0644, NULL, &scratch), 0);
	store_node_release(&folder);
	fake_delete(c->f, 1);
	fake_delete(c->f, 3);
	must_pull(c);
	folder = node_of(c, "F");
	assert_int_equal(folder.kind, STORE_NODE_SCRATCH_DIR);
	assert_int_equal(count_files(c, folder.ino), 1);
	store_node_release(&folder);
	assert_int_equal(ino_of(c, "G"), 0);
}

/* A failure in the middle moves no token, and the next pull does the rest. */
static void failed_page_repeats_work(void **state)
{
	struct client *c = *state;
	struct pull_result res;
	struct store_list l;

	for (int i = 0; i < 9; i++)
		fake_add(c->f, "T");
	c->f->page = 3;
	c->f->pull_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.n = 1;
	assert_int_equal(pull_with(c, &res), REMOTE_SITE_BAD);
	l = list_of(c);
	assert_null(l.token);
	assert_int_equal(l.state, STORE_LIST_NEW);
	store_list_release(&l);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 9);
}

static void many_rows_in_chunks(void **state)
{
	struct client *c = *state;

	for (int i = 0; i < 1100; i++)
		fake_add(c->f, "T");
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 1100);
	for (int i = 1; i <= 1100; i++)
		fake_delete(c->f, i);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 0);
}

/* ---- against what the user changed ------------------------------------------------------ */

static void other_fields_merge(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	fake_set(c->f, 1, NULL, NULL, "theirs");
	must_pull(c);
	assert_has(c, "A.txt", "Status: mine");
	assert_has(c, "A.txt", "Body: theirs");
	assert_int_equal(count_conflicts(c), 0);
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "mine");
	assert_string_equal(fake_find(c->f, 1)->body, "theirs");
	assert_int_equal(c->f->methods, 1);
}

static void same_field_keeps_both(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	must_save(c, "A.txt", "Body", "text");
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	assert_has(c, "A.txt", "Status: theirs");
	assert_has(c, "A.txt", "Body: text");
	assert_int_equal(count_conflicts(c), 1);
	assert_true(in_conflicts(c, "Status: mine"));
	assert_true(client_heard(c, "conflict A.txt"));
	must_push(c);
	assert_string_equal(fake_find(c->f, 1)->status, "theirs");
	assert_string_equal(fake_find(c->f, 1)->body, "text");
}

static void same_change_on_both_sides_is_done(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "same");
	fake_set(c->f, 1, NULL, "same", NULL);
	must_pull(c);
	assert_int_equal(journal(c), 0);
	assert_int_equal(count_conflicts(c), 0);
}

/* Edit against remote delete: the item goes, the text is kept. */
static void edit_against_delete(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "mine");
	fake_delete(c->f, 1);
	must_pull(c);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	assert_int_equal(journal(c), 0);
	assert_true(in_conflicts(c, "Status: mine"));
}

/* Somebody is writing when the item is deleted: his file is a new one. */
static void open_text_against_delete(void **state)
{
	struct client *c = *state;
	struct store_node n;

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_open_text(c->s, ino_of(c, "A.txt"), "half", 4, NULL), 0);
	fake_delete(c->f, 1);
	must_pull(c);
	n = node_of(c, "A.txt");
	assert_int_equal(n.kind, STORE_NODE_DRAFT);
	store_node_release(&n);
	assert_file(c, "A.txt", "half");
}

/* A server that tells no deletions names what is there; what we made ourselves is not its business. */
static void what_an_old_server_does_not_name_is_gone(void **state)
{
	struct client *c = *state;

	c->f->old = true;
	for (int i = 0; i < 60; i++)
		fake_add(c->f, "T");
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 60);
	create_file(c, c->root, "Ours", "x");
	fake_delete(c->f, 1);
	fake_delete(c->f, 30);
	fake_delete(c->f, 60);
	fake_set(c->f, 2, "Other", NULL, NULL);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 58);
	assert_true(ino_of(c, "Other.txt") > 0);
	assert_true(ino_of(c, "Ours.txt") > 0);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 58);
}

/* lists.md 1.5, 0x80070024: pages become smaller until they pass below the list view threshold. */
static void a_low_threshold_makes_pages_smaller(void **state)
{
	struct client *c = *state;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct pull_result res;

	for (int i = 0; i < 300; i++)
		fake_add(c->f, "T");
	c->f->threshold = 100;
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 300);
	/* and there is an end to it */
	c->f->threshold = 10;
	assert_int_equal(store_list_get(c->st, c->list, &l), 0);
	str_free_p(&l.token);
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_list_put(c->st, &l), 0);
	assert_int_equal(store_commit(c->st), 0);
	assert_int_equal(pull_with(c, &res), REMOTE_LIST_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(first_pull_shows_all),
		CASE(no_change_is_one_request_and_nothing_told),
		CASE(changes_and_deletes_arrive),
		CASE(system_changes_leave_mtime),
		CASE(a_version_of_the_same_second_has_a_time_that_can_be_told_apart),
		CASE(open_file_gets_a_new_inode),
		CASE(open_file_keeps_its_comments),
		CASE(remote_rename_leaves_a_ghost),
		CASE(same_titles_carry_ids_and_stick),
		CASE(pages_keep_the_first_token),
		CASE(repeated_position_ends_and_removes_nothing),
		CASE(more_changes_are_asked_for),
		CASE(token_gone_reads_anew),
		CASE(whole_restore_keeps_unsent_changes),
		CASE(changed_permissions_read_anew),
		CASE(row_permissions_become_mode_bits),
		CASE(changed_columns_read_anew),
		CASE(description_in_every_answer_is_no_change),
		CASE(reading_anew_needs_leave),
		CASE(a_refused_token_is_no_loop),
		CASE(rows_without_versions),
		CASE(row_wins_over_delete),
		CASE(ids_without_rows_are_asked_for),
		CASE(ids_without_rows_are_asked_for_until_they_come),
		CASE(folders_may_come_after_their_contents),
		CASE(renamed_folder_moves_its_contents),
		CASE(deleted_folder_takes_its_contents),
		CASE(failed_page_repeats_work),
		CASE(many_rows_in_chunks),
		CASE(other_fields_merge),
		CASE(same_field_keeps_both),
		CASE(same_change_on_both_sides_is_done),
		CASE(edit_against_delete),
		CASE(open_text_against_delete),
		CASE(what_an_old_server_does_not_name_is_gone),
		CASE(a_low_threshold_makes_pages_smaller),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
