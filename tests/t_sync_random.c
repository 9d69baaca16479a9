#include "t_sync_model.h"

#include "base/log.h"

/*
 * Random schedules of what users, other people and a bad line do to some clients of one list; then
 * everything heals, and what must hold at the end is looked at:
 *
 *	I1  what was saved is what is read
 *	I2  nothing is invented, and no item is a mixture of two
 *	I5  all clients have what the server has, in files that say so
 *	I6  each acknowledged text is current on the server, was overwritten or deleted by somebody
 *	    who had it before him, or is in a file in conflicts/
 *	I7  nothing was made or appended twice
 *	I8  what was deleted by somebody who knew all of it stays deleted
 *	I9  the journal is empty, the store sound, nothing is left over
 *	I10 it comes to rest
 *
 * Each seed leaves out a random half of what can happen (swarm testing): some mistakes show only when
 * nothing else does. SPFS_SEED=n runs one seed and prints its schedule, shrunk if it
 * fails; RUNS=n and SPFS_SEED_FROM=n say how many and from where.
 */
enum kind {
	OP_CREATE, OP_EDIT, OP_EDIT_MANY, OP_NOTE, OP_RENAME, OP_UNLINK, OP_REPLACE, OP_DANCE, OP_RECREATE,
	OP_DISCARD, OP_OPEN, OP_SAVE, OP_GRACE, OP_PULL, OP_PUSH, OP_SYNC, OP_KILL, OP_OFFLINE, OP_ONLINE,
	OP_FAULT, OP_EXPIRE, OP_RESTORE, OP_PAGES, OP_RIGHTS, OP_THIRD, OP_THIRD_DELETES, OP_RETRY,
	OP_FLUSH, OP_COLUMN, OP_BETWEEN,
	OP_MKDIR, OP_RMDIR, OP_RENAME_DIR, OP_THIRD_FOLDER,
	OP_COUNT
};

static const struct {
	const char *name;
	int weight;
	bool always; /* without it nothing would happen */
} kinds[OP_COUNT] = {
	[OP_CREATE] = { "create", 10, true },
	[OP_EDIT] = { "edit", 14, true },
	[OP_EDIT_MANY] = { "edit-many", 4, false },
	[OP_NOTE] = { "note", 3, false },
	[OP_RENAME] = { "rename", 4, false },
	[OP_UNLINK] = { "unlink", 6, false },
	[OP_REPLACE] = { "replace", 4, false },
	[OP_DANCE] = { "dance", 4, false },
	[OP_RECREATE] = { "recreate", 3, false },
	[OP_DISCARD] = { "discard", 2, false },
	[OP_OPEN] = { "open", 4, false },
	[OP_SAVE] = { "save", 4, false },
	[OP_GRACE] = { "grace", 6, true },
	[OP_PULL] = { "pull", 8, true },
	[OP_PUSH] = { "push", 8, true },
	[OP_SYNC] = { "sync", 10, true },
	[OP_KILL] = { "kill", 3, false },
	[OP_OFFLINE] = { "offline", 2, false },
	[OP_ONLINE] = { "online", 3, true },
	[OP_FAULT] = { "fault", 12, false },
	[OP_EXPIRE] = { "expire", 2, false },
	[OP_RESTORE] = { "restore", 1, false },
	[OP_PAGES] = { "pages", 2, false },
	[OP_RIGHTS] = { "rights", 1, false },
	[OP_THIRD] = { "third", 6, false },
	[OP_FLUSH] = { "flush", 4, false },
	[OP_COLUMN] = { "column", 1, false },
	[OP_THIRD_DELETES] = { "third-deletes", 3, false },
	[OP_RETRY] = { "retry", 1, false },
	[OP_BETWEEN] = { "between", 2, false },
	[OP_MKDIR] = { "mkdir", 3, false },
	[OP_RMDIR] = { "rmdir", 3, false },
	[OP_RENAME_DIR] = { "rename-dir", 2, false },
	[OP_THIRD_FOLDER] = { "third-folder", 3, false },
};

static const char *const fault_names[FAULT_COUNT] = {
	"gone", "busy", "throttled", "lost", "part", "twice", "cut", "restart", "no-rows", "refused", "not-run",
	"kill-before", "kill-after", "third", "canceled",
};

struct op {
	enum kind kind;
	int client;
	unsigned dice;
	enum fault fault;
};

enum { OPS_MAX = 160, ROUNDS_MAX = 60 };

struct schedule {
	struct op v[OPS_MAX];
	int n;
	int clients;
	bool strict_delete;
	bool no_history, folders, same_names;
};

/* ---- files ------------------------------------------------------------------------------- */

struct files {
	struct { int64_t ino, item, parent; char name[64]; } v[256];
	int n;
	enum store_node_kind kind;
};

static int note_file(void *arg, const struct store_node *n)
{
	struct files *f = arg;

	if (n->kind != f->kind || f->n == 256)
		return 0;
	f->v[f->n].ino = n->ino;
	f->v[f->n].item = n->item;
	f->v[f->n].parent = n->parent;
	snprintf(f->v[f->n++].name, sizeof(f->v[0].name), "%s", n->name);
	return 0;
}

static void list_folders(struct model_client *mc, struct files *f)
{
	f->n = 0;
	f->kind = STORE_NODE_FOLDER;
	assert_int_equal(store_node_children(mc->c.st, mc->c.root, 0, note_file, f), 0);
}

/* One of the client's files by chance; -1: it has none. */
static int pick_file(struct model_client *mc, struct files *f)
{
	struct files d;

	f->n = 0;
	f->kind = STORE_NODE_ITEM;
	assert_int_equal(store_node_children(mc->c.st, mc->c.root, 0, note_file, f), 0);
	list_folders(mc, &d);
	for (int i = 0; i < d.n; i++)
		assert_int_equal(store_node_children(mc->c.st, d.v[i].ino, 0, note_file, f), 0);
	return f->n ? (int) roll(mc->m, (unsigned) f->n) : -1;
}

/* Where something new is put. */
static int64_t pick_dir(struct model_client *mc)
{
	struct files d;

	list_folders(mc, &d);
	return d.n && roll(mc->m, 2) ? d.v[roll(mc->m, (unsigned) d.n)].ino : mc->c.root;
}

/* What the item shows to the user. Returns its record. */
static int look(struct model_client *mc, int64_t item, int view[TOKEN_KINDS])
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int record;

	assert_int_equal(store_item_get(mc->c.st, item, &it), 0);
	record = view_of(mc->m, &it.item.values, view);
	if (record <= 0)
		violated(mc->m, "I2 client %d shows \"%s\", \"%s\", \"%s\"", mc->number,
			 values_get(&it.item.values, "Title"), values_get(&it.item.values, "Status"),
			 values_get(&it.item.values, "Body"));
	return record > 0 ? record : 0;
}

/* A save about to be made: its texts, which count when it returns 0. */
struct writing {
	struct values fields;
	int t[TOKEN_KINDS];
	char text[256];
};

static void write_field(struct model_client *mc, struct writing *w, int record, int kind, int base, char letter)
{
	char text[32];

	w->t[kind] = token_new(mc->m, record, kind, mc->number, base);
	token_text(mc->m, w->t[kind], letter, text);
	assert_int_equal(values_set(&w->fields, field_names[kind], text), 0);
	snprintf(w->text + strlen(w->text), sizeof(w->text) - strlen(w->text), "%s: %s\n", field_names[kind], text);
}

static void writing_is_done(struct model_client *mc, struct writing *w, int r)
{
	for (int k = 0; r == 0 && k < TOKEN_KINDS; k++)
		if (w->t[k])
			token_ack(mc->m, w->t[k]);
	values_release(&w->fields);
}

static void check_read_back(struct model_client *mc, const struct writing *w, int64_t item)
{
	int view[TOKEN_KINDS];

	look(mc, item, view);
	for (int k = 0; k < TRACKED; k++)
		if (w->t[k] && view[k] != w->t[k])
			violated(mc->m, "I1 client %d wrote %s %d and reads %d", mc->number, field_names[k], w->t[k],
				 view[k]);
}

static int64_t item_at(struct model_client *mc, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	assert_int_equal(store_node_get(mc->c.st, ino, &n), 0);
	return n.item;
}

/* Saves what w says. base: what the writer had read; NULL: what stands. */
static int save(struct model_client *mc, struct writing *w, struct sync_save *s)
{
	struct sync_saved saved = { 0 };
	int r;

	s->fields = &w->fields;
	s->text = w->text;
	s->n = strlen(w->text);
	r = sync_submit_save(mc->c.s, s, &saved);
	if (r == 0 && !saved.conflict)
		check_read_back(mc, w, item_at(mc, saved.ino));
	writing_is_done(mc, w, r);
	return r;
}

static char pick_letter(struct model *m)
{
	return (char) ('a' + roll(m, 4));
}

/* ---- what users do --------------------------------------------------------------------------- */

static void op_create(struct model_client *mc)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	struct writing w = { 0 };
	struct sync_save s = { 0 };
	char name[16], letter = pick_letter(mc->m);
	int record;

	snprintf(name, sizeof(name), "%c.txt", letter);
	if (sync_submit_make(mc->c.s, pick_dir(mc), name, STORE_NODE_DRAFT, 0644, NULL, &s.ino) < 0)
		return;
	record = record_new(mc->m);
	write_field(mc, &w, record, TITLE, 0, letter);
	if (roll(mc->m, 2))
		write_field(mc, &w, record, STATUS, 0, letter);
	if (save(mc, &w, &s) < 0)
		assert_int_equal(sync_submit_unlink(mc->c.s, s.ino), 0);
}

static void edit(struct model_client *mc, int mask, const char *to_name)
{
	struct files f;
	int i = pick_file(mc, &f), view[TOKEN_KINDS] = { 0 }, record;
	struct writing w = { 0 };
	struct sync_save s = { 0 };

	if (i < 0)
		return;
	record = look(mc, f.v[i].item, view);
	for (int k = 0; k < TOKEN_KINDS; k++)
		if (mask & 1 << k)
			write_field(mc, &w, record, k, view[k],
				    k == TITLE ? pick_letter(mc->m) : 'a');
	s.ino = f.v[i].ino;
	s.item = f.v[i].item;
	if (to_name && sync_submit_make(mc->c.s, mc->c.root, to_name, STORE_NODE_SCRATCH, 0600, NULL, &s.ino) == 0) {
		s.parent = f.v[i].parent;
		s.name = f.v[i].name;
	}
	if (save(mc, &w, &s) < 0 && to_name)
		assert_int_equal(sync_submit_unlink(mc->c.s, s.ino), 0);
}

/* mv: the name's letter becomes another title. */
static void op_rename(struct model_client *mc)
{
	struct files f;
	int i = pick_file(mc, &f), view[TOKEN_KINDS], record, r;
	struct writing w = { 0 };
	char name[16], letter = pick_letter(mc->m);

	if (i < 0)
		return;
	record = look(mc, f.v[i].item, view);
	write_field(mc, &w, record, TITLE, view[TITLE], letter);
	snprintf(name, sizeof(name), "%c.txt", letter);
	r = sync_submit_retitle(mc->c.s, f.v[i].ino, name, &w.fields);
	if (r == 0)
		check_read_back(mc, &w, f.v[i].item);
	writing_is_done(mc, &w, r);
}

static void op_unlink(struct model_client *mc)
{
	struct files f;
	int i = pick_file(mc, &f), view[TOKEN_KINDS], record;

	if (i < 0)
		return;
	record = look(mc, f.v[i].item, view);
	if (sync_submit_unlink(mc->c.s, f.v[i].ino) == 0)
		note_delete(mc->m, mc->number, record, view);
}

static int find_vacancy(void *arg, const struct store_vacancy *v)
{
	struct store_vacancy *found = arg;

	*found = *v;
	found->name = strdup(v->name);
	return 1;
}

/* Puts a new text into the slot of a file that was removed or moved aside a moment ago. */
static void fill_vacancy(struct model_client *mc)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	struct writing w = { 0 };
	struct sync_save s = { 0 };
	int view[TOKEN_KINDS], record;

	if (store_vacancy_each(mc->c.st, INT64_MAX, find_vacancy, &v) <= 0)
		return;
	record = look(mc, v.item, view);
	if (sync_submit_bind(mc->c.s, v.parent, v.name, v.item, &s.ino) < 0)
		return;
	if (v.reason == STORE_VACANT_UNLINK)
		undo_delete(mc->m, mc->number, record);
	mc->m->rec[record].kept_slot = true;
	s.item = v.item;
	write_field(mc, &w, record, STATUS, view[STATUS], 'a');
	(void) !save(mc, &w, &s);
}

static void meanwhile(struct model_client *mc);

/* mv F F~; write F; rm F~ */
static void op_dance(struct model_client *mc)
{
	struct files f;
	int i = pick_file(mc, &f), view[TOKEN_KINDS];

	if (i < 0)
		return;
	mc->m->rec[look(mc, f.v[i].item, view)].kept_slot = true;
	if (sync_submit_backup(mc->c.s, f.v[i].ino, mc->c.root, "backup~", 10, 0) < 0)
		return;
	meanwhile(mc);
	if (mc->killed)
		return;
	if (roll(mc->m, 4))
		fill_vacancy(mc);
	assert_int_equal(sync_submit_unlink(mc->c.s, f.v[i].ino), 0);
}

/* rm F; write F */
static void op_recreate(struct model_client *mc)
{
	op_unlink(mc);
	meanwhile(mc);
	if (!mc->killed)
		fill_vacancy(mc);
}

struct changes {
	int64_t id[256];
	int n;
};

static int note_change(void *arg, const struct store_change *c)
{
	struct changes *ch = arg;

	if (ch->n < 256)
		ch->id[ch->n++] = c->id;
	return 0;
}

static void op_discard(struct model_client *mc)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct changes ch = { .n = 0 };
	int view[TOKEN_KINDS], record;

	assert_int_equal(store_change_each(mc->c.st, 0, note_change, &ch), 0);
	if (!ch.n)
		return;
	assert_int_equal(store_change_get(mc->c.st, ch.id[roll(mc->m, (unsigned) ch.n)], &c), 0);
	assert_int_equal(store_item_get(mc->c.st, c.item, &it), 0);
	record = it.item.folder ? 0 : look(mc, c.item, view);
	/* What he had written before he deleted it stays deleted. */
	if (sync_submit_discard(mc->c.s, c.id) == 0 && c.change.op == CHANGE_DELETE)
		mc->m->rec[record].may_return = true;
}

/* An editor reads a file, and writes it much later. */
static void op_open(struct model_client *mc)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct files f;
	int i = pick_file(mc, &f);

	if (i < 0)
		return;
	assert_int_equal(store_item_get(mc->c.st, f.v[i].item, &it), 0);
	values_release(&mc->editor.base);
	assert_int_equal(values_copy(&mc->editor.base, &it.item.values), 0);
	mc->editor.ino = f.v[i].ino;
	mc->editor.item = f.v[i].item;
	mc->editor.on = true;
}

static void op_save(struct model_client *mc)
{
	struct writing w = { 0 };
	struct sync_save s = { .ino = mc->editor.ino, .item = mc->editor.item, .base = &mc->editor.base };
	int view[TOKEN_KINDS], record, kind = (int) roll(mc->m, TRACKED);

	if (!mc->editor.on)
		return;
	mc->editor.on = false;
	record = view_of(mc->m, &mc->editor.base, view);
	write_field(mc, &w, record, kind, view[kind], 'a');
	(void) !save(mc, &w, &s);
}

/* Close has returned and release has not come: half of the time it never does. */
static void op_flush(struct model_client *mc)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct files f;
	int i = pick_file(mc, &f), view[TOKEN_KINDS], record, kind = 1 + (int) roll(mc->m, 2), r;
	struct writing w = { 0 };
	struct sync_save s = { .base = &it.item.values };

	if (i < 0)
		return;
	record = look(mc, f.v[i].item, view);
	assert_int_equal(store_item_get(mc->c.st, f.v[i].item, &it), 0);
	write_field(mc, &w, record, kind, view[kind], 'a');
	r = sync_submit_open_text(mc->c.s, f.v[i].ino, w.text, strlen(w.text), &it.item.values);
	s.ino = f.v[i].ino;
	s.item = f.v[i].item;
	if (r == 0 && roll(mc->m, 2)) {
		if (save(mc, &w, &s) < 0)
			give_up(mc, f.v[i].ino);
		return;
	}
	if (r == 0)
		kill_here(mc);
	writing_is_done(mc, &w, r);
}

/* ---- folders ----------------------------------------------------------------------------------- */

static void op_mkdir(struct model_client *mc)
{
	char name[16];
	int64_t ino;

	folder_name(mc->m, name);
	if (mc->m->folders)
		(void) !sync_submit_folder(mc->c.s, mc->c.root, name, &ino);
}

static void op_rmdir(struct model_client *mc)
{
	struct files d;

	list_folders(mc, &d);
	if (d.n)
		(void) !sync_submit_rmdir(mc->c.s, d.v[roll(mc->m, (unsigned) d.n)].ino);
}

static void op_rename_dir(struct model_client *mc)
{
	struct files d;
	char name[16];
	unsigned i;

	list_folders(mc, &d);
	folder_name(mc->m, name);
	if (!d.n)
		return;
	i = roll(mc->m, (unsigned) d.n);
	folder_leaves(mc->m, d.v[i].name);
	(void) !sync_submit_rename_folder(mc->c.s, d.v[i].ino, name);
}

static void op_column(struct model *m)
{
	m->f->schema = !m->f->schema;
	m->f->schema_told = m->f->schema;
	m->f->schema_seq = ++m->f->seq;
}

/* ---- what the engine does ----------------------------------------------------------------------- */

static bool pull_once(struct model_client *mc)
{
	struct remote *r = NULL;
	struct pull p = { .conf = &mc->c.conf, .list = mc->c.list, .may_resync = true };
	struct pull_result res = { 0 };
	struct remote_fault fault = { 0 };
	enum remote_result result;

	assert_int_equal(line_open(mc, "", &r, NULL), 0);
	p.remote = r;
	result = pull_run(&p, &res, &fault);
	line_close(r);
	if (result != REMOTE_OK && fault.err.code && fault.err.code != -EIO)
		violated(mc->m, "I9 client %d cannot pull: %s", mc->number, fault.err.text);
	return result == REMOTE_OK;
}

/* As policy.c orders: what is unsure is asked for before anything is sent, and what others did before a
 * Delete, whose version the server may ignore. Returns whether all went well. */
static bool push_once(struct model_client *mc, int limit, int64_t *ret_taken)
{
	struct remote *r = NULL;
	struct push p = { .conf = &mc->c.conf, .list = mc->c.list, .limit = limit, .last_chance = limit == 1 };
	struct push_result res = { 0 };
	struct push_survey look = { 0 };
	struct remote_fault fault = { 0 };
	enum remote_result result;

	*ret_taken = 0;
	assert_int_equal(push_look(&mc->c.conf, mc->c.list, limit, 0, &look), 0);
	if ((look.unsure || look.deletes) && !pull_once(mc))
		return false;
	if (!look.to_send && !look.unsure)
		return true;
	assert_int_equal(line_open(mc, "", &r, NULL), 0);
	p.remote = r;
	result = push_run(&p, &res, &fault);
	line_close(r);
	*ret_taken = res.taken;
	return result == REMOTE_OK;
}

static void op_sync(struct model_client *mc)
{
	int limit = roll(mc->m, 2) ? 100 : 1 + (int) roll(mc->m, 3);
	int64_t taken;

	for (int i = 0; i < 100 && !mc->killed; i++)
		if (!push_once(mc, limit, &taken) || !taken)
			break;
		else
			limit = limit > 1 ? limit / 2 : 1;
	if (!mc->killed)
		(void) !pull_once(mc);
}

static void op_grace(struct model_client *mc)
{
	int64_t next;

	assert_int_equal(vacancy_run(mc->c.s, true, &next), 0);
}

static void meanwhile(struct model_client *mc)
{
	unsigned what = roll(mc->m, 6);
	int64_t taken;

	if (what == 0)
		(void) !pull_once(mc);
	else if (what == 1)
		(void) !push_once(mc, 100, &taken);
	else if (what == 2)
		op_grace(mc);
}

static void op_retry(struct model_client *mc)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&mc->c.conf);

	assert_int_equal(txn_begin(&t, mc->c.list), 0);
	assert_int_equal(park_retry(&t, NULL), 0);
	assert_int_equal(txn_commit(&t), 0);
}

static void op_pages(struct model *m)
{
	static const int pages[] = { 0, 1, 2, 3, 7 };

	m->f->page = pages[roll(m, 5)];
	m->f->cut = pages[roll(m, 5)];
}

static void set_online(struct model_client *mc, bool online)
{
	mc->online = online;
	mc->c.s->conf.offline = !online;
	sync_set_online(mc->c.s, online);
}

static void run_op(struct model *m, const struct op *op)
{
	struct model_client *mc = &m->c[op->client % m->n_clients];
	int64_t taken;

	m->dice = op->dice;
	switch (op->kind) {
	case OP_CREATE: op_create(mc); break;
	case OP_EDIT: edit(mc, 1 << roll(m, TRACKED), NULL); break;
	case OP_EDIT_MANY: edit(mc, 1 + (int) roll(m, 7), NULL); break;
	case OP_NOTE: edit(mc, 1 << NOTES, NULL); break;
	case OP_RENAME: op_rename(mc); break;
	case OP_UNLINK: op_unlink(mc); break;
	case OP_REPLACE: edit(mc, 1 + (int) roll(m, 7), "tmp~"); break;
	case OP_DANCE: op_dance(mc); break;
	case OP_RECREATE: op_recreate(mc); break;
	case OP_DISCARD: op_discard(mc); break;
	case OP_OPEN: op_open(mc); break;
	case OP_SAVE: op_save(mc); break;
	case OP_GRACE: op_grace(mc); break;
	case OP_PULL: (void) !pull_once(mc); break;
	case OP_PUSH: (void) !push_once(mc, 1 + (int) roll(m, 4), &taken); break;
	case OP_SYNC: op_sync(mc); break;
	case OP_KILL: kill_here(mc); break;
	case OP_OFFLINE: set_online(mc, false); break;
	case OP_ONLINE: set_online(mc, true); break;
	case OP_FAULT:
		if (mc->n_armed < ARMED_MAX)
			mc->armed[mc->n_armed++] = op->fault;
		break;
	case OP_EXPIRE: m->oldest_token = ++m->f->seq; break; /* not those that are given from now on */
	case OP_RESTORE: m->f->whole_restore = true; break;
	case OP_PAGES: op_pages(m); break;
	case OP_RIGHTS: snprintf(m->f->perm, sizeof(m->f->perm), roll(m, 2) ? "FullMask" : "0x7fffffffffffffff"); break;
	case OP_THIRD: third_acts(m, false); break;
	case OP_THIRD_DELETES: third_acts(m, true); break;
	case OP_RETRY: op_retry(mc); break;
	case OP_FLUSH: op_flush(mc); break;
	case OP_COLUMN: op_column(m); break;
	case OP_BETWEEN: m->between++; break;
	case OP_MKDIR: op_mkdir(mc); break;
	case OP_RMDIR: op_rmdir(mc); break;
	case OP_RENAME_DIR: op_rename_dir(mc); break;
	case OP_THIRD_FOLDER:
		if (m->folders)
			third_folder(m);
		break;
	case OP_COUNT: break;
	}
	if (mc->killed) {
		client_dies(mc);
		client_starts(mc);
	}
}

/* ---- the end ---------------------------------------------------------------------------------------- */

static bool is_settled(struct model *m)
{
	int64_t next;

	for (int i = 0; i < m->n_clients; i++)
		if (journal(&m->c[i].c) || store_vacancy_next(m->c[i].c.st, &next) == 0)
			return false;
	return true;
}

/* What a user does about a folder whose name the server does not take: another one has it. */
static void mend_folders(struct model_client *mc)
{
	struct changes ch = { .n = 0 };

	assert_int_equal(store_change_each(mc->c.st, 0, note_change, &ch), 0);
	for (int i = 0; i < ch.n; i++) {
		CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
		CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
		CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
		char name[16];

		if (store_change_get(mc->c.st, ch.id[i], &c) < 0 || c.state != STORE_CHANGE_REFUSED)
			continue;
		assert_int_equal(store_item_get(mc->c.st, c.item, &it), 0);
		if (!it.item.folder || store_node_of_item(mc->c.st, it.id, &n) < 0 || !n.name)
			continue;
		snprintf(name, sizeof(name), "F%d", 5 + mc->m->n_folders++);
		folder_leaves(mc->m, n.name);
		assert_int_equal(sync_submit_rename_folder(mc->c.s, n.ino, name), 0);
	}
}

static void heal(struct model *m)
{
	int quiet = 0;

	m->oldest_token = 0;
	m->between = 0;
	m->f->whole_restore = false;
	for (int i = 0; i < m->n_clients; i++) {
		m->c[i].n_armed = 0;
		set_online(&m->c[i], true);
	}
	for (int round = 0; round < ROUNDS_MAX && quiet < 2 && !m->why[0]; round++) {
		int64_t seq = m->f->seq;

		for (int i = 0; i < m->n_clients; i++) {
			m->dice = (unsigned) round;
			op_grace(&m->c[i]);
			mend_folders(&m->c[i]);
			op_retry(&m->c[i]);
			op_sync(&m->c[i]);
		}
		quiet = seq == m->f->seq && is_settled(m) ? quiet + 1 : 0;
	}
	if (quiet < 2)
		violated(m, "I10 it does not come to rest (journals:%s)", is_settled(m) ? " empty" : " not empty");
}

/* It stands in the folder in which the server has it. */
static void check_place(struct model_client *mc, struct fake_item *i, const struct store_node *n)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	struct fake_item *d = fake_folder_at(mc->m->f, i->dir);
	int64_t want = mc->c.root;

	if (d && store_item_find(mc->c.st, mc->c.list, d->id, &it) == 0 &&
	    store_node_of_item(mc->c.st, it.id, &dir) == 0)
		want = dir.ino;
	if (n->parent != want)
		violated(mc->m, "I5 client %d shows %s elsewhere than in %s", mc->number, n->name, i->dir);
}

static void check_folder(struct model_client *mc, struct fake_item *d)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	char full[FAKE_TEXT + 32];

	/* Another one of its name may have stood there when it came. */
	snprintf(full, sizeof(full), "%s (%lld)", d->leaf, (long long) d->id);
	if (store_item_find(mc->c.st, mc->c.list, d->id, &it) < 0 ||
	    store_node_of_item(mc->c.st, it.id, &n) < 0 || !n.name)
		violated(mc->m, "I5 client %d does not show folder %lld, %s", mc->number, (long long) d->id, d->leaf);
	else if (strcmp(n.name, d->leaf) != 0 && strcmp(n.name, full) != 0)
		violated(mc->m, "I5 client %d shows folder %s as %s", mc->number, d->leaf, n.name);
}

static void check_item(struct model_client *mc, struct fake_item *i)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(buf_release_p) struct buf bytes = BUF_INIT(1 << 20);
	char plain[16], full[32];

	if (store_item_find(mc->c.st, mc->c.list, i->id, &it) < 0 ||
	    store_node_of_item(mc->c.st, it.id, &n) < 0 || !n.name) {
		violated(mc->m, "I5 client %d does not show item %lld, \"%s\"", mc->number, (long long) i->id, i->title);
		return;
	}
	for (int k = 0; k < TRACKED; k++)
		if (!str_eq(values_get(&it.item.values, field_names[k]), *server_text(i, k) ? server_text(i, k) : NULL))
			violated(mc->m, "I5 client %d has %s \"%s\" and the server \"%s\"", mc->number, field_names[k],
				 values_get(&it.item.values, field_names[k]), server_text(i, k));
	if (store_text_get(mc->c.st, n.ino, &bytes, NULL) < 0)
		assert_int_equal(look_render(NULL, NULL, 0, &it.item, &bytes), 0);
	if (n.size != (int64_t) bytes.len)
		violated(mc->m, "I5 client %d: %s has %lld bytes and says %lld", mc->number, n.name,
			 (long long) bytes.len, (long long) n.size);
	for (int k = 0; k < TRACKED; k++)
		if (*server_text(i, k) && !strstr(buf_str(&bytes), server_text(i, k)) &&
		    store_text_get(mc->c.st, n.ino, NULL, NULL) < 0)
			violated(mc->m, "I5 client %d: %s does not say \"%s\"", mc->number, n.name, server_text(i, k));
	check_place(mc, i, &n);
	snprintf(plain, sizeof(plain), "%c.txt", i->title[0]);
	snprintf(full, sizeof(full), "%c (%lld).txt", i->title[0], (long long) i->id);
	if (!mc->m->rec[server_record(mc->m, i)].kept_slot && strcmp(n.name, plain) != 0 && strcmp(n.name, full) != 0)
		violated(mc->m, "I5 client %d shows \"%s\" as %s", mc->number, i->title, n.name);
}

/* A program's backup may have been left behind when its mount was killed; nothing else. */
static int count_shown(void *arg, const struct store_node *n)
{
	*(int *) arg += n->kind != STORE_NODE_SCRATCH;
	return 0;
}

static void check_client(struct model_client *mc)
{
	struct fake_item *alive[FAKE_ITEMS], *folders[FAKE_ITEMS];
	int n = server_alive(mc->m, alive), n_folders = server_folders(mc->m, folders);
	int64_t items;
	int files = 0;
	struct files d;
	struct err err = { 0 };

	for (int i = 0; i < n; i++)
		check_item(mc, alive[i]);
	for (int i = 0; i < n_folders; i++)
		check_folder(mc, folders[i]);
	n += n_folders;
	assert_int_equal(store_item_count(mc->c.st, mc->c.list, &items), 0);
	assert_int_equal(store_node_children(mc->c.st, mc->c.root, 0, count_shown, &files), 0);
	list_folders(mc, &d);
	for (int i = 0; i < d.n; i++)
		assert_int_equal(store_node_children(mc->c.st, d.v[i].ino, 0, count_shown, &files), 0);
	if (items != n || files != n)
		violated(mc->m, "I5 client %d has %lld items and %d files of the server's %d", mc->number,
			 (long long) items, files, n);
	if (store_check(mc->c.st, &err) < 0)
		violated(mc->m, "I9 the store of client %d: %s", mc->number, err.text);
}

static void read_tree(const char *dir, struct buf *out)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		CLEANUP(str_free_p) char *path = str_printf("%s/%s", dir, e->d_name);

		if (e->d_name[0] != '.' && e->d_type == DT_DIR)
			read_tree(path, out);
		else if (e->d_name[0] != '.')
			assert_int_equal(fsutil_read(path, out), 0);
	}
	if (d)
		closedir(d);
}

static int count_in(const char *text, const char *part)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
		n++;
	return n;
}

/* ---- what was written ---------------------------------------------------------------------------------- */

static void check_note(struct model *m, int t, bool kept)
{
	struct record *r = &m->rec[m->tok[t].record];
	struct fake_item *i = r->server_id ? fake_find(m->f, r->server_id) : NULL;
	char text[32];
	int n;

	token_text(m, t, 'a', text);
	n = i ? count_in(i->notes, text) : 0;
	if (n > 1)
		violated(m, "I7 note %s was appended %d times", text, n);
	if (!n && !kept && !m->tok[t].superseded && !is_killed(m, t) && i && !i->deleted)
		violated(m, "I6 note %s of actor %d is lost", text, m->tok[t].actor);
}

static void check_tokens(struct model *m, const char *kept)
{
	static _Thread_local bool current[TOKENS_MAX];
	struct fake_item *alive[FAKE_ITEMS];
	int n = server_alive(m, alive);

	memset(current, 0, sizeof(current));
	for (int i = 0; i < n; i++)
		for (int k = 0; k < TRACKED; k++) {
			int t = token_of(m, k, server_text(alive[i], k));

			if (t < 0 || (t && !m->tok[t].acked))
				violated(m, "I3 the server has \"%s\", which nobody wrote", server_text(alive[i], k));
			else
				current[t] = true;
		}
	for (int t = 1; t <= m->n_tok; t++) {
		char text[32];

		if (!m->tok[t].acked)
			continue;
		token_text(m, t, 'a', text);
		if (m->tok[t].kind == NOTES)
			check_note(m, t, strstr(kept, text));
		else if (!current[t] && !m->tok[t].superseded && !is_killed(m, t) &&
			 !strstr(kept, text + (m->tok[t].kind == TITLE ? 1 : 0)))
			violated(m, "I6 %s %d of actor %d (from %d) is lost", field_names[m->tok[t].kind], t,
				 m->tok[t].actor, m->tok[t].base);
	}
}

/* Whether one who deleted had all there is to know of the record before him. */
static bool knew_all(const struct model *m, int record, const int view[TOKEN_KINDS])
{
	for (int t = 1; t <= m->n_tok; t++)
		if (m->tok[t].record == record && m->tok[t].acked &&
		    (m->tok[t].kind == NOTES || !is_ancestor(m, t, view[m->tok[t].kind])))
			return false;
	return true;
}

static void check_deletes(struct model *m)
{
	for (int i = 1; i <= m->n_rec; i++) {
		struct record *r = &m->rec[i];
		struct fake_item *item = r->server_id ? fake_find(m->f, r->server_id) : NULL;

		if (!item || item->deleted || r->may_return || r->unheard)
			continue;
		for (int k = 0; k < r->n_deletes; k++)
			if (!r->deletes[k].undone && knew_all(m, i, r->deletes[k].view))
				violated(m, "I8 \"%s\" is there again, which actor %d had deleted", item->title,
					 r->deletes[k].actor);
	}
}

static void check_end(struct model *m)
{
	CLEANUP(buf_release_p) struct buf kept = BUF_INIT(1 << 24);

	for (int i = 0; i < m->n_clients; i++) {
		CLEANUP(str_free_p) char *dir = str_printf("%s/conflicts", m->c[i].c.dir);

		check_client(&m->c[i]);
		read_tree(dir, &kept);
	}
	check_tokens(m, buf_str(&kept));
	check_deletes(m);
}

/* ---- schedules ------------------------------------------------------------------------------------------ */

static void print_op(int i, const struct op *op)
{
	print_message("  %3d  client %d  %s%s%s  (%u)\n", i, op->client, kinds[op->kind].name,
		      op->kind == OP_FAULT ? " " : "", op->kind == OP_FAULT ? fault_names[op->fault] : "", op->dice);
}

static void make_schedule(unsigned seed, struct schedule *s)
{
	uint64_t state = seed;
	bool off[OP_COUNT], fault_off[FAULT_COUNT];
	int sum = 0, length = 30 + (int) (next_random(&state) % (OPS_MAX - 30));

	for (int k = 0; k < OP_COUNT; k++) {
		off[k] = next_random(&state) % 2 && !kinds[k].always;
		sum += off[k] ? 0 : kinds[k].weight;
	}
	for (int k = 0; k < FAULT_COUNT; k++)
		fault_off[k] = next_random(&state) % 2;
	*s = (struct schedule) { .clients = 2 + (int) (next_random(&state) % 2), .strict_delete = next_random(&state) % 2 };
	s->no_history = next_random(&state) % 4 == 0;
	s->folders = next_random(&state) % 2;
	s->same_names = next_random(&state) % 2;
	while (s->n < length) {
		int at = (int) (next_random(&state) % (unsigned) sum), k = 0;
		struct op *op = &s->v[s->n];

		while (off[k] || at >= kinds[k].weight)
			at -= off[k] ? 0 : kinds[k].weight, k++;
		op->kind = (enum kind) k;
		op->client = (int) (next_random(&state) % (unsigned) s->clients);
		op->dice = next_random(&state);
		op->fault = (enum fault) (next_random(&state) % FAULT_COUNT);
		s->n += op->kind != OP_FAULT || !fault_off[op->fault];
	}
}

static int print_node(void *arg, const struct store_node *n)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;

	if (n->kind == STORE_NODE_FOLDER) {
		print_message(" %s/{", n->name);
		assert_int_equal(store_node_children(arg, n->ino, 0, print_node, arg), 0);
		print_message(" }");
		return 0;
	}
	if (n->item && store_item_get(arg, n->item, &it) == 0)
		print_message(" %s=[%s|%s|%s]", n->name, values_get(&it.item.values, "Title"),
			      values_get(&it.item.values, "Status"), values_get(&it.item.values, "Body"));
	else
		print_message(" %s", n->name);
	return 0;
}

static int print_vacancy(void *arg, const struct store_vacancy *v)
{
	(void) arg;
	print_message(" %s:%s", v->reason == STORE_VACANT_UNLINK ? "removed" : "moved", v->name);
	return 0;
}

static int print_change(void *arg, const struct store_change *c)
{
	(void) arg;
	print_message(" (%s %s", change_op_name(c->change.op), store_change_state_name(c->state));
	for (size_t i = 0; i < c->change.fields.n; i++)
		print_message(" %s", c->change.fields.v[i].text ? c->change.fields.v[i].text : "-");
	print_message(")");
	return 0;
}

/* What everybody has, in a line each. */
static void print_world(struct model *m)
{
	print_message("       server:");
	for (int i = 0; i < m->f->n; i++)
		if (!m->f->v[i].deleted)
			print_message(" %s%lld=[%s|%s|%s]v%lld", m->f->v[i].folder ? m->f->v[i].leaf : strrchr(m->f->v[i].dir, '/'), (long long) m->f->v[i].id, m->f->v[i].title,
				      m->f->v[i].status, m->f->v[i].body, (long long) m->f->v[i].version);
	for (int i = 0; i < m->n_clients; i++) {
		print_message("\n       client %d:", i);
		assert_int_equal(store_node_children(m->c[i].c.st, m->c[i].c.root, 0, print_node, m->c[i].c.st), 0);
		assert_int_equal(store_change_each(m->c[i].c.st, 0, print_change, NULL), 0);
		assert_int_equal(store_vacancy_each(m->c[i].c.st, INT64_MAX, print_vacancy, NULL), 0);
		print_message(" conflicts %d", count_conflicts(&m->c[i].c));
	}
	print_message("\n");
}

/* Runs it in a new world. False: `why` says which invariant does not hold. */
static bool run_schedule(const struct schedule *s, const char *template, bool verbose, char why[512])
{
	struct model *m = model_new();

	m->strict_delete = s->strict_delete;
	m->f->no_history = s->no_history;
	m->folders = s->folders;
	m->same_names = s->same_names;
	for (int i = 0; i < s->clients; i++)
		model_add_client(m, template);
	for (int i = 0; i < s->n && !m->why[0]; i++) {
		if (verbose)
			print_op(i, &s->v[i]);
		run_op(m, &s->v[i]);
		if (verbose)
			print_world(m);
	}
	if (!m->why[0])
		heal(m);
	if (!m->why[0])
		check_end(m);
	snprintf(why, 512, "%s", m->why);
	if (verbose)
		print_message("  the server has seen: %s\n", m->f->log);
	model_free(m);
	return !why[0];
}

/* Drops operations while it fails with the same invariant. */
static void shrink(struct schedule *s, const char *template, const char *why)
{
	size_t same = strcspn(why, " ");

	for (int size = s->n / 2; size >= 1; size /= 2)
		for (int i = 0; i < s->n;) {
			struct schedule less = *s;
			int cut = size < s->n - i ? size : s->n - i;
			char now[512];

			memmove(&less.v[i], &less.v[i + cut], (size_t) (s->n - i - cut) * sizeof(less.v[0]));
			less.n -= cut;
			if (!run_schedule(&less, template, false, now) && strncmp(now, why, same + 1) == 0)
				*s = less;
			else
				i += cut;
		}
}

static long number_from(const char *name, long other)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : other;
}

static void report(unsigned seed, struct schedule *s, const char *template, const char *why)
{
	char now[512];

	print_message("seed %u: %s (%d operations)\n", seed, why, s->n);
	if (number_from("SPFS_SHRINK", 1))
		shrink(s, template, why);
	run_schedule(s, template, true, now);
	wipe(template);
	fail_msg("SPFS_SEED=%u: %s (shrunk to %d operations: %s)", seed, why, s->n, now);
}

#ifdef __SANITIZE_ADDRESS__
enum { RUNS_WHEN_NOT_TOLD = 60 };
#else
enum { RUNS_WHEN_NOT_TOLD = 300 };
#endif

static void random_schedules(void **state)
{
	long from = number_from("SPFS_SEED_FROM", 1), runs = number_from("RUNS", RUNS_WHEN_NOT_TOLD);
	long one = number_from("SPFS_SEED", 0);
	int64_t begun = clock_mono_ms();
	char *template = make_template();
	struct schedule s;
	char why[512];

	(void) state;
	if (one) {
		from = one;
		runs = 1;
	}
	for (long seed = from; seed < from + runs; seed++) {
		make_schedule((unsigned) seed, &s);
		if (!run_schedule(&s, template, one && !number_from("SPFS_SHRINK", 1), why))
			report((unsigned) seed, &s, template, why);
	}
	print_message("%ld seeds from %ld, %lld ms\n", runs, from, (long long) (clock_mono_ms() - begun));
	wipe(template);
	free(template);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_schedules) };

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
