#include "view/forms.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/uri.h"
#include "store/form.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/node.h"
#include "thread.h"

struct view_forms {
	struct store *store;      /* foreign */
	struct view_zones *zones; /* owned */
	atomic_uint posts;        /* how many new posts were read: thread_index_new() */
};

int view_forms_new(struct store *st, struct view_forms **ret)
{
	struct view_forms *f = calloc(1, sizeof(*f));
	int r = f ? view_zones_new(VIEW_ZONES_DIR, NULL, &f->zones) : -ENOMEM;

	if (r < 0) {
		view_forms_free(f);
		return r;
	}
	f->store = st;
	*ret = f;
	return 0;
}

struct view_forms *view_forms_free(struct view_forms *f)
{
	if (f) {
		view_zones_free(f->zones);
		free(f);
	}
	return NULL;
}

const struct view_format *view_form(const struct list *l)
{
	return view_format_of(l, l->format);
}

static bool is_text(const struct list *l)
{
	return str_eq(view_form(l)->name, "text");
}

bool view_forms_is_alone(const struct list *l)
{
	const struct view_format *form = view_form(l);

	return !form->series && !str_eq(form->name, "eml") && !str_eq(form->name, "ics");
}

/* ---- parts --------------------------------------------------------------------------- */

static void parts_release(struct view_parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		item_release(&p->item[i]);
	free(p->item);
	free(p->id);
	free(p->at);
	free(p->extras);
	*p = (struct view_parts) { 0 };
}

void view_seen_release(struct view_seen *s)
{
	item_release(&s->item);
	parts_release(&s->parts);
	*s = (struct view_seen) VIEW_SEEN_INIT;
}

/* Makes room for n of them. */
static int parts_make(struct view_parts *p, size_t n)
{
	p->item = calloc(n ? n : 1, sizeof(*p->item));
	p->id = calloc(n ? n : 1, sizeof(*p->id));
	p->at = calloc(n ? n : 1, sizeof(*p->at));
	if (!p->item || !p->id || !p->at)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		p->at[i] = &p->item[i];
	return 0;
}

/* Takes the item's contents; there must be room. */
static void parts_add(struct view_parts *p, struct store_item *i)
{
	p->item[p->n] = i->item;
	p->id[p->n++] = i->id;
	i->item = (struct item) ITEM_INIT;
}

static int is_delete(void *arg, const struct store_change *c)
{
	(void) arg;
	return c->change.op == CHANGE_DELETE;
}

/* ---- a series: its exceptions --------------------------------------------------------- */

/* One that is on its way out is not there any more. */
static int add_instance(struct view_forms *f, int64_t id, struct view_parts *p)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	int r = store_item_get(f->store, id, &i);

	if (r == 0 && i.has_base)
		r = store_change_of_item(f->store, id, is_delete, NULL);
	if (r != 0)
		return r == -ENOENT || r > 0 ? 0 : r;
	parts_add(p, &i);
	return 0;
}

static int see_instances(struct view_forms *f, const struct view_forms_list *l, int64_t id, struct view_parts *p)
{
	int64_t *v = NULL;
	size_t n = 0;
	int r = store_form_of_master(f->store, l->id, id, &v, &n);

	if (r == 0 && n)
		r = parts_make(p, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_instance(f, v[i], p);
	free(v);
	return r;
}

/* ---- a thread: what a post answers ------------------------------------------------------ */

enum { THREAD_DEPTH = 64 };

struct thread {
	struct view_forms *f;
	const char *index; /* foreign; the post's */
	struct view_parts *p;
};

/* Those whose index the post's begins with, the shortest first. */
static int add_above(void *arg, const struct store_node *n)
{
	struct thread *t = arg;
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	const char *index;
	size_t at, len;
	int r = n->item && n->kind == STORE_NODE_ITEM ? store_item_get(t->f->store, n->item, &i) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	index = thread_index_of(&i.item);
	len = index ? strlen(index) : 0;
	if (len < THREAD_INDEX_ROOT + THREAD_INDEX_STEP || len >= strlen(t->index) || strncasecmp(index, t->index, len) != 0 ||
	    t->p->n == THREAD_DEPTH)
		return 0;
	for (at = t->p->n; at > 1 && strlen(thread_index_of(&t->p->item[at - 1])) > len; at--) {
		t->p->item[at] = t->p->item[at - 1];
		t->p->id[at] = t->p->id[at - 1];
	}
	t->p->item[at] = i.item;
	t->p->id[at] = i.id;
	t->p->n++;
	i.item = (struct item) ITEM_INIT;
	return 0;
}

/* The thread's root is the folder that the post is in. */
static int add_root(struct view_forms *f, int64_t folder, struct view_parts *p)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	int r = folder ? store_item_get(f->store, folder, &i) : -ENOENT;

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = parts_make(p, THREAD_DEPTH);
	if (r == 0)
		parts_add(p, &i);
	return r;
}

static int folder_of(struct view_forms *f, int64_t dir, int64_t *ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(f->store, dir, &n);

	*ret = r == 0 && n.kind == STORE_NODE_FOLDER ? n.item : 0;
	return r == -ENOENT ? 0 : r;
}

static int see_thread(struct view_forms *f, const struct view_forms_list *l, const struct item *item,
		      struct view_parts *p)
{
	CLEANUP(str_free_p) char *dir = NULL;
	const char *leaf = item_leaf(item->path);
	struct thread t = { .f = f, .index = thread_index_of(item), .p = p };
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t folder;
	int r;

	if (!item->path || leaf == item->path || item->folder)
		return 0;
	dir = strndup(item->path, (size_t) (leaf - item->path) - 1);
	r = dir ? store_item_find_folder(f->store, l->id, dir, &folder) : -ENOMEM;
	if (r == 0)
		r = add_root(f, folder, p);
	if (r < 0 || !p->n || !t.index)
		return r == -ENOENT ? 0 : r;
	r = store_node_of_item(f->store, folder, &n);
	if (r == 0)
		r = store_node_children(f->store, n.ino, 0, add_above, &t);
	return r == -ENOENT ? 0 : r;
}

/* ---- a task: what it is a part of --------------------------------------------------------- */

static int see_parent(struct view_forms *f, const struct view_forms_list *l, const struct item *item,
		      struct view_parts *p)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	const char *id = values_get(&item->values, "ParentID");
	int64_t n = id ? strtoll(id, NULL, 10) : 0;
	int r = n > 0 ? store_item_find(f->store, l->id, n, &i) : -ENOENT;

	if (r == 0)
		r = parts_make(p, 1);
	if (r == 0)
		parts_add(p, &i);
	return r == -ENOENT ? 0 : r;
}

/* ---- an item and its parts ------------------------------------------------------------------- */

/* The UID that a tool gave it, where the server did not keep it. */
static int take_form(struct view_forms *f, int64_t id, struct view_parts *p, char **ret_uid)
{
	CLEANUP(store_form_release_p) struct store_form form = STORE_FORM_INIT;
	int r = store_form_get(f->store, id, &form);

	p->extras = form.extras;
	*ret_uid = form.uid;
	form.extras = form.uid = NULL;
	return r;
}

static int see_parts(struct view_forms *f, const struct view_forms_list *l, int64_t id, const struct item *item,
		     struct view_parts *p, char **ret_uid)
{
	const struct view_format *form = view_form(l->info);
	int r = take_form(f, id, p, ret_uid);

	if (r < 0)
		return r;
	if (form->series)
		return see_instances(f, l, id, p);
	if (str_eq(form->name, "eml"))
		return see_thread(f, l, item, p);
	return str_eq(form->name, "ics") ? see_parent(f, l, item, p) : 0;
}

static int set_uid(struct item *item, const char *uid)
{
	return uid && !values_get(&item->values, "MetaInfo_SpfsUid") ? values_set(&item->values, "MetaInfo_SpfsUid", uid)
								     : 0;
}

int view_forms_see(struct view_forms *f, const struct view_forms_list *l, int64_t id, struct item *item,
		   struct view_seen *ret)
{
	CLEANUP(str_free_p) char *uid = NULL;
	struct view_seen s = { .id = id, .item = *item };
	int r = is_text(l->info) ? 0 : see_parts(f, l, id, item, &s.parts, &uid);

	*item = (struct item) ITEM_INIT;
	if (r == 0)
		r = set_uid(&s.item, uid);
	if (r < 0) {
		view_seen_release(&s);
		return r;
	}
	view_seen_release(ret);
	*ret = s;
	return 0;
}

int view_forms_see_new(struct view_forms *f, const struct view_forms_list *l, int64_t folder, struct view_seen *ret)
{
	struct view_seen s = VIEW_SEEN_INIT;
	int64_t item = 0;
	int r = str_eq(view_form(l->info)->name, "eml") && folder ? folder_of(f, folder, &item) : 0;

	if (r == 0 && item)
		r = add_root(f, item, &s.parts);
	if (r < 0) {
		view_seen_release(&s);
		return r;
	}
	view_seen_release(ret);
	*ret = s;
	return 0;
}

/* ---- files --------------------------------------------------------------------------------------- */

static void fill(struct view_forms *f, const struct view_forms_list *l, const struct view_parts *p,
		 struct view_file *ret)
{
	const struct view_format *form = view_form(l->info);

	ret->list = l->info;
	ret->extras = p->extras;
	ret->zones = f->zones;
	ret->now = clock_now_ns() / 1000000000;
	if (form->series) {
		ret->series.exceptions = p->at;
		ret->series.n = p->n;
	} else if (str_eq(form->name, "eml")) {
		ret->above = p->at;
		ret->n_above = p->n;
	} else {
		ret->parent = p->n ? p->at[0] : NULL;
	}
}

/* Host of the site; the rest of u is the caller's to release. */
static const char *host_of(const char *site, struct uri *u)
{
	return site && uri_parse(site, u) == 0 ? u->host : NULL;
}

static int render(struct view_forms *f, const struct view_forms_list *l, const struct item *item,
		  const struct view_parts *p, struct buf *out)
{
	struct view_file file = { .series.master = item };
	struct uri u = { 0 };
	int r;

	file.host = host_of(l->site, &u);
	fill(f, l, p, &file);
	r = view_form(l->info)->render(&file, out);
	uri_release(&u);
	return r;
}

int view_forms_render_seen(struct view_forms *f, const struct view_forms_list *l, const struct view_seen *s,
			   struct buf *out)
{
	return is_text(l->info) ? view_text_render(l->info, &s->item.values, out)
				: render(f, l, &s->item, &s->parts, out);
}

int view_forms_render(struct view_forms *f, const struct view_forms_list *l, int64_t id, const struct item *item,
		      struct buf *out)
{
	struct view_parts p = { 0 };
	CLEANUP(str_free_p) char *uid = NULL;
	struct item with = *item; /* all foreign but the values, once they have the UID */
	bool own;
	int r;

	if (is_text(l->info))
		return view_text_render(l->info, &item->values, out);
	r = see_parts(f, l, id, item, &p, &uid);
	own = uid && !values_get(&item->values, "MetaInfo_SpfsUid");
	if (own) {
		with.values = (struct values) VALUES_INIT;
		r = r < 0 ? r : values_copy(&with.values, &item->values);
		r = r < 0 ? r : set_uid(&with, uid);
	}
	if (r == 0)
		r = render(f, l, &with, &p, out);
	if (own)
		values_release(&with.values);
	parts_release(&p);
	return r;
}

/* Another UID than the item's is not taken; the file shows the item's own again. */
static void check_uid(const struct view_file *file, struct view_changes *c)
{
	struct buf uid = BUF_INIT((size_t) 1 << 30);

	if (!c->uid || !file->series.master)
		return;
	view_format_uid(file->list, file->series.master, file->host, &uid);
	c->complete &= str_eq(buf_str(&uid), c->uid);
	buf_release(&uid);
}

/* The UID in a copy of a file is the original's: the copy gets one of its own. */
static int check_new_uid(struct view_forms *f, const struct view_forms_list *l, struct view_changes *c)
{
	int r = c->uid && !c->replication_id ? store_form_has_uid(f->store, l->id, c->uid) : 0;

	if (r <= 0)
		return r;
	for (size_t i = 0; i < c->n; i++)
		if (values_set(&c->op[i].fields, "MetaInfo_SpfsUid", NULL) < 0)
			return -ENOMEM;
	c->complete = false;
	return str_set(&c->uid, NULL);
}

/* The post that a new one answers: the one that it names, if it is of the thread; else the thread's root. */
static int find_answered(struct view_forms *f, const struct view_forms_list *l, const struct view_seen *s,
			 int64_t reply_to, struct store_item *ret, const struct item **ret_item)
{
	const char *root, *index;
	int r;

	*ret_item = s->parts.n ? s->parts.at[0] : NULL;
	root = *ret_item ? thread_index_of(*ret_item) : NULL;
	r = root && reply_to > 0 ? store_item_find(f->store, l->id, reply_to, ret) : -ENOENT;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	index = thread_index_of(&ret->item);
	if (index && strncasecmp(index, root, THREAD_INDEX_ROOT) == 0)
		*ret_item = &ret->item;
	return 0;
}

/* Says where a new post stands. In a thread whose root has no place nobody can say that. */
static int set_thread_index(struct view_forms *f, const struct view_forms_list *l, const struct view_seen *s,
			    struct view_changes *c)
{
	CLEANUP(store_item_release_p) struct store_item other = STORE_ITEM_INIT;
	CLEANUP(buf_release_p) struct buf index = BUF_INIT(THREAD_INDEX_MAX);
	const struct item *answered;
	const char *above;
	int r = find_answered(f, l, s, c->reply_to, &other, &answered);

	above = r == 0 && answered ? thread_index_of(answered) : NULL;
	if (r < 0 || c->n != 1 || (answered && str_empty(above)))
		return r;
	r = thread_index_new(above, clock_now_ns(), atomic_fetch_add(&f->posts, 1), &index);
	return r == -EFBIG ? 0 : r < 0 ? r : values_set(&c->op[0].fields, "ThreadIndex", buf_str(&index));
}

int view_forms_parse(struct view_forms *f, const struct view_forms_list *l, const struct view_seen *s,
		     const struct view_known *known, const char *title, const char *text, size_t n,
		     struct view_changes *ret, struct err *err)
{
	struct view_file file = {
		.series.master = s->id ? &s->item : NULL,
		.known = known,
		.new_title = s->id ? NULL : title,
	};
	struct uri u = { 0 };
	int r;

	file.host = host_of(l->site, &u);
	fill(f, l, &s->parts, &file);
	r = view_form(l->info)->parse(&file, text, n, ret, err);
	if (r == 0)
		check_uid(&file, ret);
	if (r == 0 && !s->id)
		r = check_new_uid(f, l, ret);
	if (r == 0 && !s->id && str_eq(view_form(l->info)->name, "eml"))
		r = set_thread_index(f, l, s, ret);
	uri_release(&u);
	return r;
}
