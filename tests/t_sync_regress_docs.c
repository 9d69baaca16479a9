#include "t_sync_docs.h"

#include "base/log.h"

/* Mistakes that the random schedules of documents have found, each as the few steps that lead to it. */

/* Two clients of an empty library. */
static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	template = template ? template : make_template();
	add_client(w);
	add_client(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static int remove_template(void **state)
{
	(void) state;
	if (template)
		wipe(template);
	free(template);
	return 0;
}

static void must_end_well(struct world *w)
{
	heal(w);
	check_end(w);
	if (w->why[0])
		fail_msg("%s", w->why);
}

static void must_edit(struct docs_client *dc, const char *name)
{
	int64_t item, base, ino = ino_named(dc, name, &item);
	int had = look(dc, item, &base), t = token_new(dc->w, dc->number);

	assert_int_equal(save(dc, ino, item, t, base, NULL), 0);
	token_ack(dc->w, t, had);
}

static void must_rename(struct docs_client *dc, const char *name, const char *to)
{
	int64_t item;

	assert_int_equal(sync_submit_rename(dc->c.s, ino_named(dc, name, &item), dc->c.root, to, 0), 0);
}

static void must_unlink(struct docs_client *dc, const char *name)
{
	int64_t item, version, ino = ino_named(dc, name, &item);

	dc->w->tok[look(dc, item, &version)].killed = true;
	assert_int_equal(sync_submit_unlink(dc->c.s, ino), 0);
}

static void third_edits(struct world *w, const char *name)
{
	struct fdoc *d = doc_named(w, name);
	int t = token_new(w, CLIENTS_MAX);

	token_ack(w, t, now_in(d));
	w->acting = CLIENTS_MAX;
	doc_moves(w, d, t);
}

/* Somebody deleted a new document before its row was heard of: it waited for ever. */
static void new_document_that_goes_before_its_row_comes(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	assert_int_equal(send_once(&w->c[0]), 1);
	w->tok[now_in(doc_named(w, "a.txt"))].killed = true;
	doc_goes(w, doc_named(w, "a.txt"));
	must_end_well(w);
}

/* Saved again and removed while the first bytes had no row yet: the removal was folded away. */
static void new_document_saved_again_and_removed_before_its_row_comes(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	assert_int_equal(send_once(&w->c[0]), 1);
	must_edit(&w->c[0], "a.txt");
	must_unlink(&w->c[0], "a.txt");
	must_end_well(w);
	assert_null(doc_named(w, "a.txt"));
}

/* The bytes before the move stayed in the way of the deletion. */
static void document_saved_moved_saved_and_removed(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_edit(&w->c[0], "a.txt");
	must_rename(&w->c[0], "a.txt", "b.txt");
	must_edit(&w->c[0], "b.txt");
	must_unlink(&w->c[0], "b.txt");
	must_end_well(w);
	assert_null(doc_named(w, "a.txt"));
}

/* Somebody's edit brought it back under its old name: the move that was left to do waited for a row for ever, and the next edit
 * counted as the move, with the old bytes. */
static void moved_document_that_is_back_where_it_was(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_rename(&w->c[0], "a.txt", "b.txt");
	must_unlink(&w->c[0], "b.txt");
	third_edits(w, "a.txt");
	assert_true(pull_once(&w->c[0]));
	op_grace(&w->c[0]);
	third_edits(w, "a.txt");
	assert_true(pull_once(&w->c[0]));
	must_end_well(w);
	assert_non_null(doc_named(w, "a.txt"));
}

static void document_back_where_it_was_with_nothing_to_hear(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_rename(&w->c[0], "a.txt", "b.txt");
	must_unlink(&w->c[0], "b.txt");
	third_edits(w, "a.txt");
	assert_true(pull_once(&w->c[0]));
	must_end_well(w);
}

/* A new document met somebody else's of its name, and another one was moved over it: their deletion was folded away. */
static void document_moved_over_a_new_one_that_others_made_too(void **state)
{
	struct world *w = *state;
	int t = token_new(w, CLIENTS_MAX);

	token_ack(w, t, 0);
	doc_new(w, "b.txt", t);
	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_create(&w->c[1], "a.txt");
	assert_true(pull_once(&w->c[1]));
	w->tok[now_in(doc_named(w, "a.txt"))].killed = true;
	w->tok[w->n_tok].killed = true;
	must_rename(&w->c[1], "b.txt", "a.txt");
	must_end_well(w);
}

/* Sent in vain, saved again, and moved to a name that others took meanwhile: the copy beside theirs had the bytes of the first save. */
static void new_document_saved_twice_and_moved_to_a_name_that_is_taken(void **state)
{
	struct world *w = *state;
	int theirs = token_new(w, CLIENTS_MAX);

	must_create(&w->c[0], "a.txt");
	w->c[0].armed[w->c[0].n_armed++] = FAULT_KILL_BEFORE;
	assert_int_equal(send_once(&w->c[0]), -1);
	client_dies(&w->c[0]);
	client_starts(&w->c[0]);
	must_edit(&w->c[0], "a.txt");
	must_rename(&w->c[0], "a.txt", "b.txt");
	token_ack(w, theirs, 0);
	doc_new(w, "b.txt", theirs);
	must_end_well(w);
	assert_int_equal(now_in(doc_named(w, "b.txt")), theirs);
}

/* Sent in vain, saved again, and moved over a document: that one was given the bytes of the first save. */
static void new_document_saved_twice_and_moved_over_another(void **state)
{
	struct world *w = *state;
	int64_t item, version;
	int latest;

	must_create(&w->c[0], "b.txt");
	op_sync(&w->c[0]);
	must_create(&w->c[0], "a.txt");
	w->c[0].armed[w->c[0].n_armed++] = FAULT_CANCELED;
	op_sync(&w->c[0]);
	must_edit(&w->c[0], "a.txt");
	ino_named(&w->c[0], "a.txt", &item);
	latest = look(&w->c[0], item, &version);
	w->tok[now_in(doc_named(w, "b.txt"))].killed = true;
	must_rename(&w->c[0], "a.txt", "b.txt");
	must_end_well(w);
	assert_int_equal(now_in(doc_named(w, "b.txt")), latest);
}

/* Removed here and moved by others: what took its old name here kept that name, and the server the other. */
static void new_document_moved_over_a_removed_one_that_others_moved(void **state)
{
	struct world *w = *state;
	int64_t item, version;
	struct fdoc *d;
	int latest;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_unlink(&w->c[0], "a.txt");
	d = doc_named(w, "a.txt");
	snprintf(d->name, sizeof(d->name), "b.txt");
	w->acting = CLIENTS_MAX;
	doc_moves(w, d, now_in(d));
	assert_true(pull_once(&w->c[0]));
	must_create(&w->c[0], "b.txt");
	ino_named(&w->c[0], "b.txt", &item);
	latest = look(&w->c[0], item, &version);
	must_rename(&w->c[0], "b.txt", "a.txt");
	must_end_well(w);
	assert_null(doc_named(w, "b.txt"));
	assert_int_equal(now_in(doc_named(w, "a.txt")), latest);
}

/* Open in an editor with bytes that were not sent, while others' version came and they became a copy: the editor has not seen it. */
static void unsent_document_that_is_open_while_it_loses_a_conflict(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_edit(&w->c[0], "a.txt");
	third_edits(w, "a.txt");
	assert_true(pull_once(&w->c[0]));
	op_open(&w->c[0]);
	op_sync(&w->c[0]);
	op_save(&w->c[0]);
	must_end_well(w);
}

/* Deleted and made again by others before its row came: their document was taken for ours, and stored over. */
static void document_of_others_under_the_name_of_one_that_was_sent(void **state)
{
	struct world *w = *state;
	int theirs;

	must_create(&w->c[0], "a.txt");
	assert_int_equal(send_once(&w->c[0]), 1);
	doc_goes(w, doc_named(w, "a.txt"));
	theirs = token_new(w, CLIENTS_MAX);
	token_ack(w, theirs, 0);
	doc_new(w, "a.txt", theirs);
	must_edit(&w->c[0], "a.txt");
	must_end_well(w);
	assert_int_equal(now_in(doc_named(w, "a.txt")), theirs);
}

/* The removal of what it was moved over waited for its row, and the move did not: it was taken back, as if others had the name. */
static void document_moved_over_one_whose_row_has_not_come(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];
	int64_t item, version;
	int t;

	must_create(dc, "a.txt");
	op_sync(dc);
	ino_named(dc, "a.txt", &item);
	t = look(dc, item, &version);
	must_create(dc, "b.txt");
	assert_int_equal(send_once(dc), 1);
	w->tok[now_in(doc_named(w, "b.txt"))].killed = true;
	must_rename(dc, "a.txt", "b.txt");
	must_end_well(w);
	assert_null(doc_named(w, "a.txt"));
	assert_int_equal(now_in(doc_named(w, "b.txt")), t);
}

/* He removed his own bytes, and had not seen theirs: theirs were deleted. */
static void document_that_others_changed_under_unsent_bytes_is_not_removed_with_them(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	must_edit(&w->c[0], "a.txt");
	third_edits(w, "a.txt");
	assert_true(pull_once(&w->c[0]));
	must_unlink(&w->c[0], "a.txt");
	must_end_well(w);
	assert_non_null(doc_named(w, "a.txt"));
	/* The same, found when they were to be sent. */
	must_edit(&w->c[1], "a.txt");
	third_edits(w, "a.txt");
	(void) !send_once(&w->c[1]);
	must_unlink(&w->c[1], "a.txt");
	must_end_well(w);
	assert_non_null(doc_named(w, "a.txt"));
}

/* Saved again before the row of the first bytes came: the bytes before both were kept as those of the new version. */
static void cache_has_no_older_bytes_after_two_saves(void **state)
{
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];
	int64_t item;

	must_create(dc, "a.txt");
	op_sync(dc);
	must_edit(dc, "a.txt");
	assert_int_equal(send_once(dc), 1);
	must_edit(dc, "a.txt");
	assert_true(pull_once(dc));
	ino_named(dc, "a.txt", &item);
	assert_int_equal(store_blob_find(dc->blobs, item, &b), 0);
	assert_int_equal(b.version, 2);
	assert_true(b.fd < 0 || token_in(dc, b.fd) == now_in(doc_named(w, "a.txt")));
	must_end_well(w);
}

/* ---- answers that are lost to a PUT of what the server rewrites -------------------------------- */

/* A document that the client has stored once, so that it knows who it is. */
static void must_know(struct docs_client *dc, const char *name)
{
	must_create(dc, name);
	op_sync(dc);
	assert_non_null(doc_named(dc->w, name));
	assert_int_equal(doc_named(dc->w, name)->version, 1);
}

/* Made from what the server has, which was read. */
static int must_edit_read(struct docs_client *dc, const char *name)
{
	int64_t item, base, ino = ino_named(dc, name, &item);
	int had = look(dc, item, &base), t = token_new(dc->w, dc->number);
	char etag[80];

	etag_of(id_of(dc->w, doc_named(dc->w, name)), base, etag);
	assert_int_equal(save(dc, ino, item, t, base, etag), 0);
	token_ack(dc->w, t, had);
	return t;
}

static int count_scratch(struct docs_client *dc)
{
	struct files f;

	list_files(dc, STORE_NODE_SCRATCH, &f);
	return f.n;
}

static void send_with(struct docs_client *dc, enum fault fault)
{
	dc->armed[dc->n_armed++] = fault;
	(void) !send_once(dc);
}

/* The bytes are not ours by then, so that every lost answer was a conflict copy. */
static void lost_answer_to_what_the_server_rewrites_is_no_conflict(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];
	int t;

	must_know(dc, "a.docx");
	t = must_edit_read(dc, "a.docx");
	send_with(dc, FAULT_LOST);
	op_sync(dc);
	assert_int_equal(now_in(doc_named(w, "a.docx")), t);
	assert_int_equal(count_scratch(dc), 0);
	assert_true(is_settled(w));
	must_end_well(w);
}

/* Nobody here had sent anything to the site that it took: who we are was not known, and our own version was a conflict. */
static void lost_answer_to_our_first_document_that_the_server_rewrites_is_no_conflict(void **state)
{
	static const char *const names[] = { "a.docx", "b.docx" };
	struct world *w = *state;
	struct docs_client *dc = &w->c[1];

	must_create(&w->c[0], "a.docx");
	must_create(&w->c[0], "b.docx");
	op_sync(&w->c[0]);
	assert_true(pull_once(dc));
	for (int i = 0; i < 2; i++) {
		int t = must_edit_read(dc, names[i]);

		send_with(dc, FAULT_LOST);
		op_sync(dc);
		assert_int_equal(now_in(doc_named(w, names[i])), t);
	}
	assert_int_equal(count_scratch(dc), 0);
	/* Asked once; it is known then. */
	assert_non_null(strstr(w->log, "whose is a.docx"));
	assert_null(strstr(w->log, "whose is b.docx"));
	must_end_well(w);
}

/* The same with somebody else's. */
static void version_of_others_before_we_know_who_we_are_is_not_taken_for_ours(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[1];

	must_create(&w->c[0], "a.docx");
	op_sync(&w->c[0]);
	assert_true(pull_once(dc));
	must_edit_read(dc, "a.docx");
	third_edits(w, "a.docx");
	send_with(dc, FAULT_LOST);
	op_sync(dc);
	assert_int_equal(count_scratch(dc), 1);
	must_end_well(w);
}

/* It came back, since the version that the lost answer was about counted as somebody else's: a second rm was needed. */
static void document_removed_after_a_lost_answer_is_gone(void **state)
{
	static const char *const names[] = { "a.txt", "a.docx" };
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	for (int strict = 0; strict < 2; strict++)
		for (int i = 0; i < 2; i++) {
			w->strict_delete = strict;
			must_know(dc, names[i]);
			must_edit_read(dc, names[i]);
			send_with(dc, FAULT_LOST);
			must_unlink(dc, names[i]);
			op_grace(dc);
			op_sync(dc);
			op_sync(dc);
			assert_null(doc_named(w, names[i]));
		}
	must_end_well(w);
}

/* The same of a new one, which was folded away with its removal, and stayed on the server. */
static void new_document_removed_after_a_lost_answer_is_gone(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	must_know(dc, "known.txt");
	must_create(dc, "a.txt");
	dc->armed[dc->n_armed++] = FAULT_KILL_AFTER;
	(void) !send_once(dc);
	client_dies(dc);
	client_starts(dc);
	must_unlink(dc, "a.txt");
	must_end_well(w);
}

/* The later bytes took the place of those whose answer was lost, and were compared with what the server had of these. */
static void what_is_saved_over_bytes_whose_answer_was_lost_is_no_conflict(void **state)
{
	static const char *const names[] = { "a.txt", "a.docx" };
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	for (int i = 0; i < 2; i++) {
		int t;

		must_know(dc, names[i]);
		t = must_edit_read(dc, names[i]);
		send_with(dc, FAULT_LOST);
		must_edit(dc, names[i]);
		op_sync(dc);
		op_sync(dc);
		must_end_well(w);
		assert_int_equal(now_in(doc_named(w, names[i])), t + 1);
		assert_int_equal(doc_named(w, names[i])->version, 3);
		assert_int_equal(count_scratch(dc), 0);
	}
}

/* Nothing had arrived, and of the version before, which was never fetched, neither bytes nor ETag were known. */
static void version_before_that_nobody_fetched_is_not_taken_for_others(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	must_know(dc, "a.docx");
	must_edit(dc, "a.docx");
	for (int i = 0; i < 2; i++) {
		dc->armed[dc->n_armed++] = FAULT_KILL_BEFORE;
		(void) !send_once(dc);
		client_dies(dc);
		client_starts(dc);
	}
	must_end_well(w);
	assert_int_equal(doc_named(w, "a.docx")->version, 2);
	assert_int_equal(count_scratch(dc), 0);
}

static void lost_answer_to_a_new_document_that_the_server_rewrites_is_no_conflict(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	must_know(dc, "a.docx");
	must_create(dc, "b.docx");
	send_with(dc, FAULT_LOST);
	must_end_well(w);
	assert_int_equal(doc_named(w, "b.docx")->version, 1);
	assert_int_equal(count_scratch(dc), 0);
}

/* Our own bytes may be lost on their way, too, and the version is somebody's who has not seen them. */
static void version_of_others_after_a_lost_answer_is_not_taken_for_ours(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	must_know(dc, "a.docx");
	must_edit_read(dc, "a.docx");
	send_with(dc, FAULT_CANCELED);
	third_edits(w, "a.docx");
	must_end_well(w);
	assert_int_equal(doc_named(w, "a.docx")->version, 2);
	assert_int_equal(count_scratch(dc), 1);
}

/* Nor is one that is further away. */
static void versions_after_the_one_whose_answer_was_lost_are_not_taken_for_it(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];
	int t;

	must_know(dc, "a.docx");
	must_edit_read(dc, "a.docx");
	send_with(dc, FAULT_LOST);
	third_edits(w, "a.docx");
	t = now_in(doc_named(w, "a.docx"));
	must_end_well(w);
	assert_int_equal(now_in(doc_named(w, "a.docx")), t);
	assert_int_equal(count_scratch(dc), 1);
}

/* Without a lost answer, what we stored from elsewhere (another machine) is a conflict as anybody's. */
static void version_of_ours_without_a_lost_answer_is_a_conflict(void **state)
{
	struct world *w = *state;
	struct docs_client *dc = &w->c[0];

	must_know(dc, "a.docx");
	must_edit_read(dc, "a.docx");
	third_edits(w, "a.docx");
	doc_named(w, "a.docx")->editor = dc->number;
	must_end_well(w);
	assert_int_equal(doc_named(w, "a.docx")->version, 2);
	assert_int_equal(count_scratch(dc), 1);
}

/* Moved, and then saved over without having been read: the version that its own move made was met again at each try, until the
 * bytes were refused. */
static void document_moved_and_saved_over_unread(void **state)
{
	struct world *w = *state;

	must_create(&w->c[0], "a.txt");
	op_sync(&w->c[0]);
	assert_true(pull_once(&w->c[1]));
	must_rename(&w->c[1], "a.txt", "b.txt");
	must_edit(&w->c[1], "b.txt");
	must_end_well(w);
}

#define DOCS_CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCS_CASE(new_document_that_goes_before_its_row_comes),
		DOCS_CASE(new_document_saved_again_and_removed_before_its_row_comes),
		DOCS_CASE(document_saved_moved_saved_and_removed),
		DOCS_CASE(moved_document_that_is_back_where_it_was),
		DOCS_CASE(document_back_where_it_was_with_nothing_to_hear),
		DOCS_CASE(document_moved_over_a_new_one_that_others_made_too),
		DOCS_CASE(new_document_saved_twice_and_moved_to_a_name_that_is_taken),
		DOCS_CASE(new_document_saved_twice_and_moved_over_another),
		DOCS_CASE(unsent_document_that_is_open_while_it_loses_a_conflict),
		DOCS_CASE(new_document_moved_over_a_removed_one_that_others_moved),
		DOCS_CASE(document_of_others_under_the_name_of_one_that_was_sent),
		DOCS_CASE(document_moved_over_one_whose_row_has_not_come),
		DOCS_CASE(document_that_others_changed_under_unsent_bytes_is_not_removed_with_them),
		DOCS_CASE(cache_has_no_older_bytes_after_two_saves),
		DOCS_CASE(lost_answer_to_what_the_server_rewrites_is_no_conflict),
		DOCS_CASE(lost_answer_to_our_first_document_that_the_server_rewrites_is_no_conflict),
		DOCS_CASE(version_of_others_before_we_know_who_we_are_is_not_taken_for_ours),
		DOCS_CASE(document_removed_after_a_lost_answer_is_gone),
		DOCS_CASE(new_document_removed_after_a_lost_answer_is_gone),
		DOCS_CASE(what_is_saved_over_bytes_whose_answer_was_lost_is_no_conflict),
		DOCS_CASE(version_before_that_nobody_fetched_is_not_taken_for_others),
		DOCS_CASE(lost_answer_to_a_new_document_that_the_server_rewrites_is_no_conflict),
		DOCS_CASE(version_of_others_after_a_lost_answer_is_not_taken_for_ours),
		DOCS_CASE(versions_after_the_one_whose_answer_was_lost_are_not_taken_for_it),
		DOCS_CASE(version_of_ours_without_a_lost_answer_is_a_conflict),
		DOCS_CASE(document_moved_and_saved_over_unread),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, remove_template);
}
