#include "doc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "store/blob.h"
#include "store/unsent.h"
#include "apply.h"
#include "attach.h"
#include "conflict_about.h"
#include "local.h"
#include "people.h"
#include "place.h"
#include "show.h"

/* ---- facts --------------------------------------------------------------------------------- */

bool doc_is_promoted(const char *path)
{
	static const char *const types[] = {
		"doc", "docx", "docm", "dot", "dotx", "dotm", "xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "xltm", "ppt", "pptx",
		"pptm", "pot", "potx", "pps", "ppsx", "vsd", "vsdx", "mpp", "one", "pub", "pdf", "htm", "html", "aspx", "xsn",
		"odt", "ods", "odp", NULL,
	};
	const char *dot = strrchr(item_leaf(path), '.');

	for (int i = 0; dot && types[i]; i++)
		if (strcasecmp(dot + 1, types[i]) == 0)
			return true;
	return false;
}

/* Libraries do that; attachments stay as they are. */
static bool is_promoted(const struct item *i)
{
	return !i->owner && doc_is_promoted(i->path);
}

struct pending_row *doc_latest(const struct pending *p)
{
	struct pending_row *row = NULL;

	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone && p->v[i].c.change.op == CHANGE_STORE && p->v[i].c.state != STORE_CHANGE_SENT)
			row = &p->v[i];
	return row;
}

/* "{GUID},1" in quotes against "{GUID}". */
static int has_other_id(void *arg, const struct store_change *c)
{
	const struct item *row = arg;
	const char *word = c->change.content.etag;
	size_t n = strlen(row->unique_id);

	if (c->change.op != CHANGE_STORE || c->state != STORE_CHANGE_SENT || !word)
		return 0;
	word += *word == '"';
	return *word == '{' && (strncasecmp(word, row->unique_id, n) != 0 || word[n] != ',');
}

int doc_is_another(struct txn *t, int64_t item, const struct item *row)
{
	return row->unique_id ? store_change_of_item(t->st, item, has_other_id, (void *) row) : 0;
}

/* ---- what ends with a row -------------------------------------------------------------------- */

/* Bytes that we sent are those of this version: they become the cache's. When that fails they are fetched one day. */
static int adopt(struct txn *t, int64_t item, int64_t version, const struct change_content *k)
{
	const struct store_blob b = { .item = item, .version = version, .size = k->size, .etag = k->etag, .fd = -1 };
	CLEANUP(str_free_p) char *path = k->file ? store_unsent_path(t->st, k->file) : NULL;
	int r = path && t->conf->blobs ? store_blob_adopt(t->conf->blobs, &b, path) : 0;

	if (r < 0)
		log_info("a document that was sent is not kept item=%lld error=%d", (long long) item, r);
	return r == -ENOMEM ? r : 0;
}

/* Bytes that the server took are its own now. */
static int end_store(struct txn *t, const struct store_item *it, struct pending *p, struct pending_row *sent,
		     const struct item *row, struct doc_news *d)
{
	const struct change_content *k = &sent->c.change.content;
	bool exact = row->version == k->base + 1;
	int r = 0;

	d->ours |= exact;
	d->stored |= exact;
	d->same_bytes = exact && (row->size == k->size || row->owner) && !is_promoted(row);
	if (exact)
		r = people_are_us(t, values_get(&row->values, "Editor"));
	sent->gone = true;
	/* What was made from these bytes is stored over this version. */
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		struct pending_row *later = &p->v[i];

		if (later->gone || later->c.change.op != CHANGE_STORE || !exact)
			continue;
		later->c.change.content.base = row->version;
		later->changed = true;
		r = str_set(&later->c.change.content.etag, d->same_bytes ? k->etag : NULL);
	}
	if (r < 0 || !d->same_bytes || d->waits)
		return r;
	return adopt(t, it->id, row->version, k);
}

/* What the list says of the server's bytes. */
static int restore_size(struct store_item *it)
{
	CLEANUP(item_release_p) struct item was = ITEM_INIT;
	int r = values_copy(&was.values, store_item_base(it));

	if (it->item.owner)
		it->item.size = -1;
	if (r == 0)
		r = item_from_values(&was);
	if (r == 0)
		it->item.size = was.size;
	return r == -EINVAL ? 0 : r;
}

/* The file showed what was sent until now, and the server has other bytes of it. */
static int show_servers(struct txn *t, struct store_item *it, const struct pending *p)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = restore_size(it);

	it->has_base = it->has_base && pending_any(p);
	if (r == 0)
		r = store_node_of_item(t->st, it->id, &n);
	if (r == 0)
		r = show_rewritten(t, &it->item, &n);
	return r == -ENOENT ? 0 : r;
}

int doc_end_store(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *sent)
{
	struct doc_news d = { .waits = doc_latest(p) != NULL };
	struct item row = it->item; /* only looked at; of the length only the bytes tell, and they are ours */
	int r;

	row.version = it->item.version;
	row.size = sent->c.change.content.size;
	r = end_store(t, it, p, sent, &row, &d);
	return r < 0 || d.same_bytes || d.waits ? r : show_servers(t, it, p);
}

/*
 * A check-out or its end: the row says so, and nothing of the bytes; but what was undone may have others.
 */
static int end_check(struct txn *t, const struct store_item *it, struct pending_row *check, const struct item *row,
		     struct doc_news *d)
{
	bool exact = row->version == it->item.version + 1;
	int r = 0;

	check->gone = true;
	if (row->version == it->item.version || check->c.change.op == CHANGE_UNDO_CHECK_OUT)
		return 0;
	if (exact && check->c.change.op == CHANGE_CHECK_OUT)
		r = people_are_us(t, values_get(&row->values, "CheckoutUser"));
	d->ours |= exact;
	d->same_bytes |= exact;
	return r;
}

/* A move: done, overtaken by somebody else's, or still to come. */
static int end_move(struct txn *t, const struct store_item *it, const struct store_node *n, struct pending_row *move,
		    const struct item *row, struct doc_news *d)
{
	CLEANUP(item_release_p) struct item wanted = ITEM_INIT;
	int r = n->name ? local_item_path(t, n->parent, n->name, &wanted) : 0;

	if (r < 0)
		return r;
	/* It is back where it stands there: the version is somebody's new bytes. */
	if (move->c.state == STORE_CHANGE_QUEUED && str_eq(row->path, it->item.path) && str_eq(wanted.path, row->path)) {
		move->gone = true;
		return 0;
	}
	if (move->c.state == STORE_CHANGE_SENT || str_eq(wanted.path, row->path)) {
		d->ours |= row->version == it->item.version + 1;
		d->same_bytes |= row->version == it->item.version + 1;
		move->gone = true;
		return 0;
	}
	d->stays = str_eq(row->path, it->item.path);
	if (d->stays)
		return 0;
	move->gone = true;
	return txn_say(t, SYNC_CONFLICT, n->name, "moved or renamed here and on the server: the server's name stands");
}

static int end_changes(struct txn *t, struct store_item *it, struct pending *p, const struct item *row, struct doc_news *d)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(t->st, it->id, &n);

	if (r == -ENOENT)
		r = 0;
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		struct pending_row *c = &p->v[i];

		if (c->gone)
			continue;
		if (c->c.change.op == CHANGE_MOVE)
			r = end_move(t, it, &n, c, row, d);
		else if (change_is_check(c->c.change.op) && c->c.state == STORE_CHANGE_SENT)
			r = end_check(t, it, c, row, d);
		else if (c->c.change.op == CHANGE_STORE && c->c.state == STORE_CHANGE_SENT &&
			 row->version > c->c.change.content.base)
			r = end_store(t, it, p, c, row, d);
	}
	return r;
}

/*
 * The version moved with the same bytes: what waits to be stored over the one before is stored over this one. Under what word, the
 * server is asked then. What is on its way finds out by itself.
 */
static void rebase(struct pending *p, int64_t from, int64_t to)
{
	for (size_t i = 0; i < p->n; i++) {
		struct pending_row *row = &p->v[i];

		if (row->gone || row->c.change.op != CHANGE_STORE || row->c.change.content.base != from ||
		    (row->c.state != STORE_CHANGE_QUEUED && row->c.state != STORE_CHANGE_REFUSED))
			continue;
		row->c.change.content.base = to;
		str_free_p(&row->c.change.content.etag);
		row->changed = true;
	}
}

static void weigh_bytes(const struct txn *t, const struct store_item *it, const struct item *row, struct doc_news *d)
{
	/* The answer to columns that we set ourselves. */
	if (t->own && row->version == it->item.version + 1) {
		d->ours = true;
		d->same_bytes = !is_promoted(row);
	}
	if (row->version == it->item.version)
		d->same_bytes = row->size == it->item.size || d->waits;
}

/* What is known of the bytes holds for the version `to` as well. */
static int keep_bytes(struct txn *t, const struct store_item *it, struct pending *p, int64_t to, const struct doc_news *d)
{
	rebase(p, it->item.version, to);
	/* Those that are cached are of the version before. */
	if (d->stored || !t->conf->blobs)
		return 0;
	return store_blob_follow(t->conf->blobs, it->id, it->item.version, to);
}

int doc_news(struct txn *t, struct store_item *it, struct pending *p, const struct item *row, struct doc_news *ret)
{
	const struct pending_row *latest = doc_latest(p);
	bool moved = row->version != it->item.version;
	int r;

	*ret = (struct doc_news) { .is_document = row->owner || (list_is_library(&t->list.info) && !row->folder) };
	if (!ret->is_document && !list_is_library(&t->list.info))
		return 0;
	ret->waits = latest != NULL;
	ret->size = latest ? latest->c.change.content.size : 0;
	r = end_changes(t, it, p, row, ret);
	if (r < 0 || !ret->is_document)
		return r;
	weigh_bytes(t, it, row, ret);
	if (moved && !ret->ours)
		it->since = row->version;
	return moved && ret->same_bytes ? keep_bytes(t, it, p, row->version, ret) : 0;
}

/* ---- what the file shows ------------------------------------------------------------------------ */

int doc_show(struct txn *t, const struct item *old, const struct store_item *it, const struct doc_news *d,
	     struct store_node *n)
{
	if (d->waits || d->same_bytes)
		return show_rights(t, &it->item, n);
	return d->ours ? show_rewritten(t, &it->item, n) : show_changed(t, old, &it->item, n);
}

/* ---- beside it ------------------------------------------------------------------------------------ */

static int link_scratch(struct txn *t, const char *file, int64_t ino)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/scratch", store_dir(t->st));
	CLEANUP(str_free_p) char *to = str_printf("%s/scratch/%lld", store_dir(t->st), (long long) ino);
	CLEANUP(str_free_p) char *from = file ? store_unsent_path(t->st, file) : NULL;

	if (!to || !dir || (file && !from))
		return -ENOMEM;
	/* One that a rolled back transaction left. */
	if (unlink(to) < 0 && errno != ENOENT)
		return -errno;
	if (!from)
		return 0;
	return link(from, to) < 0 ? -errno : fsutil_sync_dir(dir);
}

/* A local file of its own, named after the document; its name goes to `name`. */
static int make_copy(struct txn *t, int64_t dir, const char *file, const char *bytes, int64_t size, const char *why,
		     struct buf *name)
{
	struct store_node n = {
		.list = t->list.id, .parent = dir, .kind = STORE_NODE_SCRATCH, .mode = 0644, .size = size,
		.mtime = t->now, .ctime = t->now, .version = 1, .error = (char *) why,
	};
	time_t now = (time_t) (t->now / 1000000000);
	struct tm when;
	int r = -EEXIST;

	localtime_r(&now, &when);
	for (int number = 1; r == -EEXIST && number < 1000; number++) {
		r = conflict_name(file, &when, number, name);
		n.name = name->p;
		if (r == 0)
			r = store_node_add(t->st, &n);
	}
	if (r == 0)
		r = link_scratch(t, bytes, n.ino);
	if (r == 0)
		r = txn_touch(t, dir);
	return r < 0 ? r : txn_tell(t, SYNC_ENTRY_ADDED, &n);
}

int doc_make_copy(struct txn *t, int64_t dir, const char *file, const char *bytes, int64_t size, const char *why)
{
	CLEANUP(buf_release_p) struct buf name = BUF_INIT(1024);
	CLEANUP(buf_release_p) struct buf say = BUF_INIT(8192);
	int r = make_copy(t, dir, file, bytes, size, why, &name);

	if (r < 0)
		return r;
	buf_addf(&say, "%s: %s", buf_str(&name), why);
	return txn_say(t, SYNC_CONFLICT, buf_str(&name), buf_str(&say));
}

/* Where the document stands, or would. */
static int find_slot(struct txn *t, const struct store_item *it, const struct pending_row *row,
		     struct store_node *n, int64_t *ret_dir, const char **ret_name)
{
	int r = store_node_of_item(t->st, it->id, n);

	if (r == 0 && n->name) {
		*ret_dir = n->parent;
		*ret_name = n->name;
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_name = row->c.name ? row->c.name : item_leaf(it->item.path);
	r = place_parent(t, &it->item, ret_dir);
	if (r == -ENOENT)
		*ret_dir = t->list.root;
	return r == -ENOENT ? 0 : r;
}

/* Sent or not: it may have been found on the way that others had stored theirs. */
static bool may_be_dropped(const struct pending_row *row)
{
	return row->c.change.op == CHANGE_STORE &&
	       (row->c.state == STORE_CHANGE_QUEUED || row->c.state == STORE_CHANGE_UNSURE);
}

bool doc_is_overtaken(const struct store_item *it, const struct pending *p)
{
	const struct pending_row *latest = it->item.id && !it->item.owner ? doc_latest(p) : NULL;

	return latest && may_be_dropped(latest) && latest->c.change.content.base < it->since;
}

int doc_drop_stores(struct txn *t, struct store_item *it, struct pending *p)
{
	int r = restore_size(it);

	for (size_t i = 0; i < p->n; i++)
		p->v[i].gone |= may_be_dropped(&p->v[i]);
	if (r == 0)
		r = pending_store(t->st, p);
	it->has_base = it->has_base && pending_any(p);
	return r < 0 ? r : store_item_put(t->st, it);
}

int doc_put_aside(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *row, const char *why)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	/* One that the server never had goes as a whole: with what was saved after these bytes. */
	const struct pending_row *latest = it->item.id ? NULL : doc_latest(p);
	const struct change_content *bytes = latest ? &latest->c.change.content : &row->c.change.content;
	const char *file = "";
	int64_t dir = 0;
	int r = find_slot(t, it, row, &n, &dir, &file);

	if (r == 0)
		r = doc_make_copy(t, dir, file, bytes->file, bytes->size, why);
	row->gone = true;
	if (r == 0)
		r = attach_spare(t, row->c.change.name);
	if (r == 0)
		r = restore_size(it);
	if (r == 0)
		r = pending_store(t->st, p);
	if (r < 0)
		return r;
	if (!it->item.id) /* the server's own comes with the next pull */
		return apply_vanish(t, it);
	it->has_base = it->has_base && pending_any(p);
	r = store_item_put(t->st, it);
	if (r < 0 || !n.ino)
		return r;
	str_free_p(&n.error);
	return show_replaced(t, &it->item, &n);
}

/* ---- back ------------------------------------------------------------------------------------------- */

int doc_move_back(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *row, const char *why)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(str_free_p) char *from = NULL;
	char name[PLACE_NAME];
	int64_t dir, from_dir;
	int r = txn_say(t, SYNC_CONFLICT, row->c.name, why);

	row->gone = true;
	if (r == 0)
		r = pending_store(t->st, p);
	if (r == 0)
		r = store_node_of_item(t->st, it->id, &n);
	if (r < 0 || !n.name)
		return r == -ENOENT ? 0 : r;
	r = place_parent(t, &it->item, &dir);
	if (r == -ENOENT)
		dir = n.parent;
	else if (r < 0)
		return r;
	r = place_name(t, &it->item, dir, n.ino, it->id, name);
	from_dir = n.parent;
	if (r == 0)
		r = str_set(&from, n.name);
	if (r == 0)
		r = str_set(&n.error, why);
	if (r == 0)
		r = place_move(t, &n, dir, name, false);
	return r < 0 ? r : txn_tell_renamed(t, &n, from_dir, from);
}
