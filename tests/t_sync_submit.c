#include "t_sync_fake.h"

#include "base/log.h"

/* The user's changes: what they do to slots, texts and the journal, and what they refuse. */

static struct store_change change_at(struct client *c, int64_t item)
{
	struct store_change found = STORE_CHANGE_INIT;
	int64_t id = 0;

	for (int64_t i = 1; i < 200 && !id; i++)
		if (store_change_get(c->st, i, &found) == 0 && found.item == item)
			id = i;
	assert_int_not_equal(id, 0);
	return found;
}

/* ---- saves -------------------------------------------------------------------------- */

static void save_in_place_is_one_update(void **state)
{
	struct client *c = *state;
	struct store_change ch;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Status", "one");
	must_save(c, "A.txt", "Status", "two");
	must_save(c, "A.txt", "Body", "text");
	assert_int_equal(journal(c), 1);
	ch = change_at(c, item_of(c, "A.txt"));
	assert_int_equal(ch.change.op, CHANGE_UPDATE);
	assert_int_equal(ch.change.fields.n, 2);
	assert_string_equal(values_get(&ch.change.fields, "Status"), "two");
	store_change_release(&ch);
	/* A partial text is rendered anew. */
	assert_file(c, "A.txt", "Title: A\nStatus: two\nNotes: \nBody: text\n# editor 1\n");
}

/* S8: saving what stands sends nothing; setting back what was not sent takes it out of the journal. */
static void unchanged_content_sends_nothing(void **state)
{
	struct client *c = *state;

	fake_add(c->f, "A");
	fake_set(c->f, 1, NULL, "old", NULL);
	must_pull(c);
	must_save(c, "A.txt", "Status", "old");
	assert_int_equal(journal(c), 0);
	must_save(c, "A.txt", "Status", "new");
	assert_int_equal(journal(c), 1);
	must_save(c, "A.txt", "Status", "old");
	assert_int_equal(journal(c), 0);
}

static void complete_text_stands_as_it_is(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	const char *text = "title:   A\nStatus:new\n\n\n";
	struct store_node before, after;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .text = text, .n = strlen(text), .complete = true };

	fake_add(c->f, "A");
	must_pull(c);
	save.ino = ino_of(c, "A.txt");
	save.item = item_of(c, "A.txt");
	assert_int_equal(values_set(&v, "Status", "new"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_true(saved.changed);
	assert_file(c, "A.txt", text);
	/* The echo of one's own save touches nothing. */
	before = node_of(c, "A.txt");
	client_forget_events(c);
	must_push(c);
	must_pull(c);
	after = node_of(c, "A.txt");
	assert_int_equal(after.ino, before.ino);
	assert_int_equal(after.version, before.version);
	assert_int_equal(after.mtime, before.mtime);
	assert_string_equal(buf_str(&c->events), "");
	assert_file(c, "A.txt", text);
	assert_string_equal(fake_find(c->f, 1)->status, "new");
	/* Somebody else's edit does. */
	fake_set(c->f, 1, NULL, NULL, "theirs");
	must_pull(c);
	assert_file(c, "A.txt", "Title: A\nStatus: new\nNotes: \nBody: theirs\n# editor 3\n");
	store_node_release(&before);
	store_node_release(&after);
}

/* An editor with an old buffer changes what its user changed, and nothing else. */
static void old_buffer_does_not_revert(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values base = VALUES_INIT;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .base = &base, .text = "Status: mine\n", .n = 13, .complete = true };

	fake_add(c->f, "A");
	must_pull(c);
	save.ino = ino_of(c, "A.txt");
	save.item = item_of(c, "A.txt");
	assert_int_equal(values_set(&base, "Title", "A"), 0);
	assert_int_equal(values_set(&base, "Status", ""), 0);
	/* Meanwhile two fields change, one of them the same that the user changes. */
	fake_set(c->f, 1, NULL, "theirs", "theirs");
	must_pull(c);
	assert_int_equal(values_set(&v, "Status", "mine"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_true(saved.conflict);
	assert_false(saved.changed);
	assert_has(c, "A.txt", "Status: theirs");
	assert_has(c, "A.txt", "Body: theirs");
	assert_true(in_conflicts(c, "Status: mine"));
	assert_int_equal(journal(c), 0);
}

static void new_file_is_one_new(void **state)
{
	struct client *c = *state;
	struct store_change ch;

	must_pull(c);
	create_file(c, c->root, "Fresh", "open");
	must_save(c, "Fresh.txt", "Body", "more");
	assert_int_equal(journal(c), 1);
	ch = change_at(c, item_of(c, "Fresh.txt"));
	assert_int_equal(ch.change.op, CHANGE_NEW);
	/* MS-OUTSPS_R206 */
	assert_non_null(ch.change.replication_id);
	store_change_release(&ch);
	must_push(c);
	assert_int_equal(c->f->methods, 1);
	assert_non_null(fake_titled(c->f, "Fresh"));
	assert_true(ino_of(c, "Fresh.txt") > 0);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 1);
	assert_int_equal(journal(c), 0);
}

/* cp a.txt b.txt: a title that is taken moves the new file, and its name is found as before. */
static void name_of_new_file_follows_its_title(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct store_node ghost;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .text = "Title: A\n", .n = 9 };

	fake_add(c->f, "A");
	must_pull(c);
	assert_int_equal(sync_submit_make(c->s, c->root, "b.txt", STORE_NODE_DRAFT, 0644, NULL, &save.ino), 0);
	assert_int_equal(values_set(&v, "Title", "A"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_true(ino_of(c, "b.txt") > 0);
	must_push(c);
	assert_true(ino_of(c, "A (2).txt") > 0);
	ghost = node_of(c, "b.txt");
	assert_int_equal(ghost.kind, STORE_NODE_GHOST);
	store_node_release(&ghost);
	must_pull(c);
	assert_int_equal(count_files(c, c->root), 2);
}

static void title_edited_in_the_text_renames_with_ghost(void **state)
{
	struct client *c = *state;
	struct store_node ghost;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Title", "B");
	assert_true(ino_of(c, "B.txt") > 0);
	ghost = node_of(c, "A.txt");
	assert_int_equal(ghost.kind, STORE_NODE_GHOST);
	store_node_release(&ghost);
}

/* rename(2): no ghost, one update, the same inode. */
static void rename_is_a_title_change(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t ino;

	fake_add(c->f, "A");
	fake_add(c->f, "C");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	assert_int_equal(values_set(&v, "Title", "B"), 0);
	assert_int_equal(sync_submit_retitle(c->s, ino, "C.txt", &v), -EEXIST);
	assert_int_equal(sync_submit_retitle(c->s, ino, "B.txt", &v), 0);
	assert_int_equal(ino_of(c, "B.txt"), ino);
	assert_int_equal(store_node_lookup(c->st, c->root, "A.txt", &n), -ENOENT);
	assert_has(c, "B.txt", "Title: B");
	must_push(c);
	must_pull(c);
	assert_string_equal(c->f->log, "update B; ");
	assert_int_equal(ino_of(c, "B.txt"), ino);
	assert_int_equal(store_node_lookup(c->st, c->root, "A.txt", &n), -ENOENT);
}

/* ---- the ways programs save ------------------------------------------------------------- */

/* sed -i, and all that write a new file over the old one. */
static void rename_over_an_item_is_an_update(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .name = "A.txt", .text = "Status: sed\n", .n = 12 };
	int64_t item;

	fake_add(c->f, "A");
	must_pull(c);
	item = item_of(c, "A.txt");
	assert_int_equal(sync_submit_make(c->s, c->root, "sedXX", STORE_NODE_SCRATCH, 0600, NULL, &save.ino), 0);
	save.parent = c->root;
	save.item = item;
	assert_int_equal(values_set(&v, "Status", "sed"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_int_equal(saved.ino, save.ino);
	assert_int_equal(ino_of(c, "A.txt"), save.ino);
	assert_int_equal(item_of(c, "A.txt"), item);
	assert_int_equal(ino_of(c, "sedXX"), 0);
	assert_int_equal(count_files(c, c->root), 1);
	must_push(c);
	assert_string_equal(c->f->log, "update -; ");
}

/* vim: away with the old one, a new one in its place. */
static void backup_and_create_is_an_update(void **state)
{
	struct client *c = *state;
	int64_t item, old, ino;
	struct store_node n;

	fake_add(c->f, "A");
	must_pull(c);
	item = item_of(c, "A.txt");
	old = ino_of(c, "A.txt");
	assert_int_equal(sync_submit_backup(c->s, old, c->root, "A.txt~", 40, 0), 0);
	assert_int_equal(ino_of(c, "A.txt"), 0);
	n = node_of(c, "A.txt~");
	assert_int_equal(n.kind, STORE_NODE_SCRATCH);
	assert_int_equal(n.ino, old);
	assert_int_equal(n.size, 40);
	store_node_release(&n);
	/* In the vacated slot a draft would be a second item. */
	assert_int_equal(sync_submit_make(c->s, c->root, "A.txt", STORE_NODE_DRAFT, 0644, NULL, &ino), -ESTALE);
	assert_int_equal(sync_submit_bind(c->s, c->root, "A.txt", item + 1, &ino), -ESTALE);
	assert_int_equal(sync_submit_bind(c->s, c->root, "A.txt", item, &ino), 0);
	assert_int_not_equal(ino, old);
	assert_int_equal(item_of(c, "A.txt"), item);
	must_save(c, "A.txt", "Status", "vim");
	assert_int_equal(sync_submit_unlink(c->s, old), 0);
	must_push(c);
	assert_string_equal(c->f->log, "update -; ");
}

/* mv across file systems, install: unlink, then a new file of the name. */
static void unlink_and_create_is_an_update(void **state)
{
	struct client *c = *state;
	int64_t item, ino;

	fake_add(c->f, "A");
	must_pull(c);
	item = item_of(c, "A.txt");
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), 0);
	assert_int_equal(sync_submit_bind(c->s, c->root, "A.txt", item, &ino), 0);
	must_save(c, "A.txt", "Status", "cp");
	must_push(c);
	assert_string_equal(c->f->log, "update -; ");
}

/* A scratch file renamed into the slot that its own backup has left. */
static void rename_into_a_vacancy_is_an_update(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .name = "A.txt", .text = "Status: s\n", .n = 10 };

	fake_add(c->f, "A");
	must_pull(c);
	save.item = item_of(c, "A.txt");
	save.parent = c->root;
	assert_int_equal(sync_submit_make(c->s, c->root, "tmp", STORE_NODE_SCRATCH, 0600, NULL, &save.ino), 0);
	assert_int_equal(sync_submit_backup(c->s, ino_of(c, "A.txt"), c->root, "A.txt~", 4, 0), 0);
	assert_int_equal(values_set(&v, "Status", "s"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_int_equal(item_of(c, "A.txt"), save.item);
	must_push(c);
	assert_string_equal(c->f->log, "update -; ");
}

/* A program that only knows the former name writes into the item all the same. */
static void rename_onto_a_ghost_reaches_the_item(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .name = "A.txt", .text = "Status: g\n", .n = 10 };

	fake_add(c->f, "A");
	must_pull(c);
	fake_set(c->f, 1, "B", NULL, NULL);
	must_pull(c);
	save.item = item_of(c, "B.txt");
	save.parent = c->root;
	assert_int_equal(sync_submit_make(c->s, c->root, "tmp", STORE_NODE_SCRATCH, 0600, NULL, &save.ino), 0);
	assert_int_equal(values_set(&v, "Status", "g"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_int_equal(ino_of(c, "B.txt"), save.ino);
	assert_int_equal(count_files(c, c->root), 1);
	must_push(c);
	assert_string_equal(c->f->log, "update -; ");
}

/* rename item A -> item B: B has A's content, A is deleted when its grace is over. */
static void item_over_item(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy vac = STORE_VACANCY_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .name = "B.txt", .text = "Status: a\n", .n = 10 };
	int64_t a;

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	a = item_of(c, "A.txt");
	save.ino = ino_of(c, "A.txt");
	save.item = item_of(c, "B.txt");
	save.parent = c->root;
	assert_int_equal(values_set(&v, "Status", "a"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_int_equal(count_files(c, c->root), 1);
	assert_int_equal(item_of(c, "B.txt"), save.item);
	assert_int_equal(store_vacancy_find(c->st, c->root, "A.txt", &vac), 0);
	assert_int_equal(vac.item, a);
	assert_int_equal(vac.reason, STORE_VACANT_UNLINK);
}

/* perl -i.orig: link keeps the old name as a copy. */
static void link_leaves_a_copy(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct store_node n;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .name = "new.txt", .link = true, .text = "Title: new\n", .n = 11 };

	must_pull(c);
	assert_int_equal(sync_submit_make(c->s, c->root, "src", STORE_NODE_SCRATCH, 0600, NULL, &save.ino), 0);
	save.parent = c->root;
	assert_int_equal(values_set(&v, "Title", "new"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	n = node_of(c, "src");
	assert_int_equal(n.kind, STORE_NODE_SCRATCH);
	assert_int_not_equal(n.ino, save.ino);
	store_node_release(&n);
	assert_int_equal(ino_of(c, "new.txt"), save.ino);
}

/* ---- rows that moved on ------------------------------------------------------------------ */

static void decisions_from_old_rows_are_stale(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .text = "x", .n = 1 };
	int64_t ino;

	fake_add(c->f, "A");
	must_pull(c);
	save.ino = ino = ino_of(c, "A.txt");
	save.item = item_of(c, "A.txt");
	fake_delete(c->f, 1);
	must_pull(c);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), -ESTALE);
	assert_int_equal(sync_submit_unlink(c->s, ino), -ESTALE);
	assert_int_equal(sync_submit_retitle(c->s, ino, "B.txt", &v), -ESTALE);
	assert_int_equal(sync_submit_backup(c->s, ino, c->root, "x~", 0, 0), -ESTALE);
	assert_int_equal(sync_submit_open_text(c->s, ino, "x", 1, NULL), -ESTALE);
	assert_int_equal(sync_submit_bind(c->s, c->root, "A.txt", 1, &ino), -ESTALE);
	assert_int_equal(sync_submit_rmdir(c->s, 999), -ESTALE);
	assert_int_equal(sync_submit_forget(c->s, 999), 0);
	assert_int_equal(journal(c), 0);
}

static void save_onto_another_item_than_told_is_stale(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .name = "A.txt", .text = "x", .n = 1 };

	fake_add(c->f, "A");
	fake_add(c->f, "B");
	must_pull(c);
	save.parent = c->root;
	assert_int_equal(sync_submit_make(c->s, c->root, "s", STORE_NODE_SCRATCH, 0600, NULL, &save.ino), 0);
	save.item = item_of(c, "B.txt");
	assert_int_equal(sync_submit_save(c->s, &save, &saved), -ESTALE);
	save.item = 0;
	assert_int_equal(sync_submit_save(c->s, &save, &saved), -ESTALE);
	save.name = "free.txt";
	save.item = item_of(c, "B.txt");
	assert_int_equal(sync_submit_save(c->s, &save, &saved), -ESTALE);
}

/* ---- local files ---------------------------------------------------------------------------- */

static void local_files_move_freely(void **state)
{
	struct client *c = *state;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t a, b, d, e;

	must_pull(c);
	assert_int_equal(sync_submit_make(c->s, c->root, "a~", STORE_NODE_SCRATCH, 0600, NULL, &a), 0);
	assert_int_equal(sync_submit_make(c->s, c->root, "a~", STORE_NODE_SCRATCH, 0600, NULL, &b), -EEXIST);
	assert_int_equal(sync_submit_make(c->s, c->root, "b~", STORE_NODE_SCRATCH, 0600, NULL, &b), 0);
	assert_int_equal(sync_submit_make(c->s, c->root, "d", STORE_NODE_SCRATCH_DIR, 0700, NULL, &d), 0);
	assert_int_equal(sync_submit_make(c->s, d, "e", STORE_NODE_SCRATCH_DIR, 0700, NULL, &e), 0);
	assert_int_equal(sync_submit_make(c->s, c->root, ".#l", STORE_NODE_SYMLINK, 0777, "me@host", &n.ino), 0);
	assert_int_equal(sync_submit_make(c->s, a, "x", STORE_NODE_SCRATCH, 0600, NULL, &n.ino), -ENOTDIR);
	assert_int_equal(sync_submit_move(c->s, a, c->root, "b~", STORE_NODE_SCRATCH, 0), -ESTALE);
	assert_int_equal(sync_submit_move(c->s, a, c->root, "b~", STORE_NODE_SCRATCH, b), 0);
	assert_int_equal(ino_of(c, "b~"), a);
	assert_int_equal(sync_submit_move(c->s, a, c->root, "d", STORE_NODE_SCRATCH, d), -EISDIR);
	assert_int_equal(sync_submit_move(c->s, d, e, "x", STORE_NODE_SCRATCH_DIR, 0), -EINVAL);
	assert_int_equal(sync_submit_move(c->s, a, d, "in", STORE_NODE_SCRATCH, 0), 0);
	assert_int_equal(sync_submit_rmdir(c->s, d), -ENOTEMPTY);
	assert_int_equal(sync_submit_rmdir(c->s, e), 0);
	assert_int_equal(sync_submit_attr(c->s, a, 0600, 123, 77), 0);
	assert_int_equal(store_node_get(c->st, a, &n), 0);
	assert_int_equal(n.size, 77);
	assert_int_equal(n.mtime, 123);
	assert_int_equal(sync_submit_unlink(c->s, a), 0);
	assert_int_equal(sync_submit_rmdir(c->s, d), 0);
	assert_int_equal(journal(c), 0);
}

/* An open file keeps its row, and what it was, until the last handle is gone. */
static void open_files_stay_without_a_name(void **state)
{
	struct client *c = *state;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(4096);
	int64_t ino;

	fake_add(c->f, "A");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	client_note_open(c, ino);
	assert_int_equal(sync_submit_unlink(c->s, ino), 0);
	assert_int_equal(store_node_get(c->st, ino, &n), 0);
	assert_null(n.name);
	assert_int_equal(n.item, 0);
	assert_int_equal(store_text_get(c->st, ino, &b, NULL), 0);
	assert_int_equal(n.size, b.len);
	assert_int_equal(sync_submit_forget(c->s, ino), 0);
	assert_int_equal(store_node_get(c->st, ino, &n), -ENOENT);
}

/* ---- texts that are no change ------------------------------------------------------------------ */

static void drafts_keep_bytes_and_reason(void **state)
{
	struct client *c = *state;
	struct store_node n;
	int64_t ino;

	fake_add(c->f, "A");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	assert_int_equal(sync_submit_draft(c->s, ino, "Statsu: x\n", 10, "line 1: no such field"), 0);
	assert_file(c, "A.txt", "Statsu: x\n");
	n = node_of(c, "A.txt");
	assert_string_equal(n.error, "line 1: no such field");
	store_node_release(&n);
	/* A remote change does not touch the user's bytes. */
	fake_set(c->f, 1, NULL, "theirs", NULL);
	must_pull(c);
	assert_file(c, "A.txt", "Statsu: x\n");
	n = node_of(c, "A.txt"); /* nor does it take the reason away */
	assert_string_equal(n.error, "line 1: no such field");
	store_node_release(&n);
	assert_int_equal(journal(c), 0);
	/* The next valid save clears it. */
	must_save(c, "A.txt", "Status", "right");
	n = node_of(c, "A.txt");
	assert_null(n.error);
	store_node_release(&n);
	assert_has(c, "A.txt", "Status: right");
	assert_int_equal(sync_submit_draft(c->s, ino, "x", 1, "bad"), 0);
	assert_int_equal(sync_submit_revert(c->s, ino), 0);
	assert_has(c, "A.txt", "Status: right");
	n = node_of(c, "A.txt");
	assert_null(n.error);
	store_node_release(&n);
	assert_int_equal(sync_submit_make(c->s, c->root, "new.txt", STORE_NODE_DRAFT, 0644, NULL, &ino), 0);
	assert_int_equal(sync_submit_draft(c->s, ino, "zzz", 3, "bad"), 0);
	assert_int_equal(sync_submit_revert(c->s, ino), 0);
	assert_file(c, "new.txt", "");
}

/* setfattr, or a file of .spfs/html, while the item's file holds what could not be saved: that is not given up for it. */
static void a_field_saved_by_itself_leaves_a_draft(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .fields = &v };
	struct store_node n;

	fake_add(c->f, "A");
	must_pull(c);
	save.ino = ino_of(c, "A.txt");
	save.item = item_of(c, "A.txt");
	assert_int_equal(sync_submit_draft(c->s, save.ino, "Statsu: x\n", 10, "line 1: no such field"), 0);
	assert_int_equal(values_set(&v, "Status", "mine"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_true(saved.changed);
	must_push(c);
	must_pull(c);
	assert_string_equal(fake_find(c->f, 1)->status, "mine");
	assert_file(c, "A.txt", "Statsu: x\n");
	n = node_of(c, "A.txt");
	assert_string_equal(n.error, "line 1: no such field");
	store_node_release(&n);
	assert_int_equal(sync_submit_revert(c->s, save.ino), 0);
	assert_has(c, "A.txt", "Status: mine");
	/* so is what a writer has not closed yet */
	assert_int_equal(sync_submit_open_text(c->s, save.ino, "Status: half", 12, NULL), 0);
	assert_int_equal(values_set(&v, "Status", "later"), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	assert_file(c, "A.txt", "Status: half");
}

static int count_open(void *arg, int64_t ino)
{
	(void) ino;
	(*(int *) arg)++;
	return 0;
}

static void open_texts_are_found_again(void **state)
{
	struct client *c = *state;
	CLEANUP(values_release_p) struct values base = VALUES_INIT;
	CLEANUP(store_text_release_p) struct store_text t = STORE_TEXT_INIT;
	int64_t ino;
	int n = 0;

	fake_add(c->f, "A");
	must_pull(c);
	ino = ino_of(c, "A.txt");
	assert_int_equal(values_set(&base, "Title", "A"), 0);
	assert_int_equal(sync_submit_open_text(c->s, ino, "Status: half", 12, &base), 0);
	assert_file(c, "A.txt", "Status: half");
	client_close(c);
	client_open(c);
	assert_int_equal(sync_submit_recover(c->s, count_open, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_text_get(c->st, ino, NULL, &t), 0);
	assert_true(t.has_base);
	assert_string_equal(values_get(&t.base, "Title"), "A");
}

/* ---- folders --------------------------------------------------------------------------------------- */

static void folders_and_what_is_in_them(void **state)
{
	struct client *c = *state;
	int64_t d, e;

	must_pull(c);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &d), 0);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &e), -EEXIST);
	assert_int_equal(sync_submit_folder(c->s, d, "E", &e), 0);
	create_file(c, e, "deep", "x");
	assert_int_equal(sync_submit_rename_folder(c->s, d, "Dir"), 0);
	assert_int_equal(sync_submit_rmdir(c->s, d), -ENOTEMPTY);
	must_push(c);
	/* Each in its folder, and the folder first. */
	assert_string_equal(c->f->log, "new folder Dir; new folder E; new deep; ");
	assert_string_equal(fake_titled(c->f, "deep")->dir, FAKE_ROOT "/Dir/E");
	must_pull(c);
	assert_int_equal(ino_of(c, "Dir"), d);
	assert_int_equal(journal(c), 0);
	assert_int_equal(sync_submit_rename_folder(c->s, d, "Again"), 0);
	must_push(c);
	must_pull(c);
	assert_int_equal(ino_of(c, "Again"), d);
	assert_string_equal(fake_titled(c->f, "Again")->leaf, "Again");
}

static void folder_removed_before_it_was_sent(void **state)
{
	struct client *c = *state;
	int64_t d;

	must_pull(c);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &d), 0);
	assert_int_equal(sync_submit_rmdir(c->s, d), 0);
	assert_int_equal(journal(c), 0);
	must_push(c);
	assert_string_equal(c->f->log, "");
}

/* rm -r: the files' graces end with their folder. */
static void folder_removed_with_its_files(void **state)
{
	struct client *c = *state;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t d;

	fake_add_folder(c->f, FAKE_ROOT, "D");
	fake_add(c->f, "in");
	snprintf(fake_find(c->f, 2)->dir, FAKE_TEXT, FAKE_ROOT "/D");
	must_pull(c);
	d = ino_of(c, "D");
	assert_int_equal(store_node_lookup(c->st, d, "in.txt", &n), 0);
	assert_int_equal(sync_submit_unlink(c->s, n.ino), 0);
	assert_int_equal(sync_submit_rmdir(c->s, d), 0);
	assert_int_equal(ino_of(c, "D"), 0);
	must_push(c);
	assert_int_equal(fake_count(c->f), 0);
	must_pull(c);
	assert_int_equal(journal(c), 0);
}

static void lists_without_folders(void **state)
{
	struct client *c = *state;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int64_t d;

	assert_int_equal(store_list_get(c->st, c->list, &l), 0);
	l.info.flags = 0;
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_list_put(c->st, &l), 0);
	assert_int_equal(store_commit(c->st), 0);
	assert_int_equal(sync_submit_folder(c->s, c->root, "D", &d), -EPERM);
}

/* ---- rights --------------------------------------------------------------------------------------------- */

static void set_list(struct client *c, enum store_list_state st, int write_security, uint64_t perm)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

	assert_int_equal(store_list_get(c->st, c->list, &l), 0);
	l.state = st;
	l.info.write_security = write_security;
	l.perm = perm;
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_list_put(c->st, &l), 0);
	assert_int_equal(store_commit(c->st), 0);
}

static void rights_are_obeyed(void **state)
{
	struct client *c = *state;
	int64_t ino;

	fake_add(c->f, "A");
	must_pull(c);
	set_list(c, STORE_LIST_OK, 1, PERM_VIEW | PERM_EDIT);
	assert_int_equal(save_field(c, "A.txt", "Status", "x"), 0);
	assert_int_equal(sync_submit_make(c->s, c->root, "n.txt", STORE_NODE_DRAFT, 0644, NULL, &ino), -EACCES);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), -EACCES);
	/* WriteSecurity 4: nobody (MS-LISTSWS 2.2.4.11). */
	set_list(c, STORE_LIST_OK, 4, PERM_FULL);
	assert_int_equal(save_field(c, "A.txt", "Status", "y"), -EACCES);
	set_list(c, STORE_LIST_GONE, 1, PERM_FULL);
	assert_int_equal(save_field(c, "A.txt", "Status", "y"), -EROFS);
	assert_int_equal(sync_submit_unlink(c->s, ino_of(c, "A.txt")), -EROFS);
	set_list(c, STORE_LIST_FORBIDDEN, 1, PERM_FULL);
	assert_int_equal(save_field(c, "A.txt", "Status", "y"), -EROFS);
}

/* ---- taking back --------------------------------------------------------------------------------------------- */

static void discard_an_update(void **state)
{
	struct client *c = *state;
	struct store_change ch;

	fake_add(c->f, "A");
	must_pull(c);
	must_save(c, "A.txt", "Title", "B");
	ch = change_at(c, item_of(c, "B.txt"));
	assert_int_equal(sync_submit_discard(c->s, ch.id), 0);
	assert_has(c, "A.txt", "Title: A");
	assert_true(in_conflicts(c, "Title: B"));
	assert_int_equal(journal(c), 0);
	assert_int_equal(sync_submit_discard(c->s, ch.id), -ENOENT);
	store_change_release(&ch);
}

static void discard_a_new_item(void **state)
{
	struct client *c = *state;
	struct store_change ch;

	must_pull(c);
	create_file(c, c->root, "N", "x");
	ch = change_at(c, item_of(c, "N.txt"));
	assert_int_equal(sync_submit_discard(c->s, ch.id), 0);
	assert_int_equal(ino_of(c, "N.txt"), 0);
	assert_int_equal(journal(c), 0);
	assert_true(in_conflicts(c, "Title: N"));
	store_change_release(&ch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(save_in_place_is_one_update),
		CASE(unchanged_content_sends_nothing),
		CASE(complete_text_stands_as_it_is),
		CASE(old_buffer_does_not_revert),
		CASE(new_file_is_one_new),
		CASE(name_of_new_file_follows_its_title),
		CASE(title_edited_in_the_text_renames_with_ghost),
		CASE(rename_is_a_title_change),
		CASE(rename_over_an_item_is_an_update),
		CASE(backup_and_create_is_an_update),
		CASE(unlink_and_create_is_an_update),
		CASE(rename_into_a_vacancy_is_an_update),
		CASE(rename_onto_a_ghost_reaches_the_item),
		CASE(item_over_item),
		CASE(link_leaves_a_copy),
		CASE(decisions_from_old_rows_are_stale),
		CASE(save_onto_another_item_than_told_is_stale),
		CASE(local_files_move_freely),
		CASE(open_files_stay_without_a_name),
		CASE(a_field_saved_by_itself_leaves_a_draft), CASE(drafts_keep_bytes_and_reason),
		CASE(open_texts_are_found_again),
		CASE(folders_and_what_is_in_them),
		CASE(folder_removed_before_it_was_sent),
		CASE(folder_removed_with_its_files),
		CASE(lists_without_folders),
		CASE(rights_are_obeyed),
		CASE(discard_an_update),
		CASE(discard_a_new_item),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
