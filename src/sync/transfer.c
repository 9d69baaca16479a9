#include "transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "store/blob.h"
#include "store/journal.h"
#include "store/unsent.h"

/* ---- documents ------------------------------------------------------------------------- */

static struct sync_doc **bucket(struct transfers *t, int64_t item)
{
	return &t->docs[(uint64_t) item % TRANSFER_BUCKETS];
}

/* What a document's bytes are. */
struct which {
	int64_t item;
	int64_t version;  /* -1: any */
	const char *file; /* foreign; in unsent/; NULL: those of the version */
};

/* Needs the lock. */
static struct sync_doc *find(struct transfers *t, struct which w)
{
	struct sync_doc *d = *bucket(t, w.item);

	while (d && (d->item != w.item ||
		     (w.version >= 0 && (d->version != w.version || !str_eq(d->file, w.file)))))
		d = d->next;
	return d;
}

/* Needs the lock. */
static void take_out(struct sync_doc *d)
{
	struct sync_doc **p = bucket(d->all, d->item);

	if (!d->listed_in_table)
		return;
	while (*p != d)
		p = &(*p)->next;
	*p = d->next;
	d->listed_in_table = false;
}

static void free_doc(struct sync_doc *d)
{
	fsutil_close_p(&d->fd);
	if (d->temp)
		unlink(d->temp);
	free(d->temp);
	free(d->etag);
	free(d->file);
	free(d->parts);
	free(d);
}

void transfer_unref(struct sync_doc *d)
{
	if (--d->refs > 0)
		return;
	take_out(d);
	free_doc(d);
}

bool transfer_in_use(void *transfers, int64_t item)
{
	struct transfers *t = transfers;
	bool used;

	lock_take(&t->lock);
	used = find(t, (struct which) { item, -1, NULL }) != NULL;
	lock_give(&t->lock);
	return used;
}

/* What b says becomes a document with one user; takes b's descriptor and its ETag, and the name. Needs the lock. */
static struct sync_doc *add(struct transfers *t, int64_t list, struct store_blob *b, char **file)
{
	struct sync_doc *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	*d = (struct sync_doc) {
		.all = t, .list = list, .item = b->item, .version = b->version, .listed = b->size, .users = 1, .refs = 1,
		.fd = b->fd, .total = -1, .file = *file,
	};
	b->fd = -1;
	*file = NULL;
	if (d->fd >= 0) {
		d->state = DOC_HERE;
		d->have = d->total = b->size;
		d->etag = b->etag;
		b->etag = NULL;
	}
	d->next = *bucket(t, d->item);
	*bucket(t, d->item) = d;
	d->listed_in_table = true;
	return d;
}

static struct sync_doc *hold(struct transfers *t, struct which w)
{
	struct sync_doc *d = find(t, w);

	if (d) {
		d->users++;
		d->refs++;
	}
	return d;
}

struct sync_doc *sync_doc_hold(struct sync_doc *d)
{
	lock_take(&d->all->lock);
	d->users++;
	d->refs++;
	lock_give(&d->all->lock);
	return d;
}

/* What is not on the server yet. 1: there is something, and it is open; 0: there is not. */
static int find_unsent(struct sync *s, int64_t item, struct store_blob *b, char **file)
{
	int64_t size = 0, base = 0;
	int r = store_change_bytes(s->conf.store, item, file, &size, &base);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	/* b is the item's row. An ETag would be of other bytes. */
	fsutil_close_p(&b->fd);
	str_free_p(&b->etag);
	b->fd = store_unsent_open(s->conf.store, *file);
	b->size = size;
	b->version = base; /* the row may be a later one, of others, that these bytes know nothing of */
	if (b->fd < 0)
		return b->fd;
	/* An empty one has no file to be known by. */
	r = *file ? 0 : str_set(file, "");
	return r < 0 ? r : 1;
}

/* Which bytes the document has. They may become the server's, and their file go, between a look and the other. */
static int find_bytes(struct sync *s, int64_t item, struct store_blob *b, char **file)
{
	int r = -ENOENT;

	for (int i = 0; i < 8 && r == -ENOENT; i++) {
		r = store_blob_find(s->conf.blobs, item, b);
		if (r < 0)
			return r;
		r = find_unsent(s, item, b, file);
	}
	return r < 0 ? r : 0;
}

int sync_doc_open(struct sync *s, int64_t list, int64_t item, struct sync_doc **ret)
{
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;
	CLEANUP(str_free_p) char *file = NULL;
	struct transfers *t = s->transfers;
	struct sync_doc *before;
	int r;

	if (!t)
		return -EOPNOTSUPP;
	/* Held over the look into the store, so that it does not end between the two. */
	lock_take(&t->lock);
	before = hold(t, (struct which) { item, -1, NULL });
	lock_give(&t->lock);
	r = find_bytes(s, item, &b, &file);
	if (r == 0) {
		lock_take(&t->lock);
		*ret = hold(t, (struct which) { item, b.version, file });
		if (!*ret)
			*ret = add(t, list, &b, &file);
		lock_give(&t->lock);
		r = *ret ? 0 : -ENOMEM;
	}
	sync_doc_close(before);
	return r;
}

int64_t sync_doc_version(const struct sync_doc *d)
{
	return d->version;
}

const char *sync_doc_etag(struct sync_doc *d)
{
	bool here;

	lock_take(&d->all->lock);
	here = d->state == DOC_HERE || d->state == DOC_STORING;
	lock_give(&d->all->lock);
	return here ? d->etag : NULL;
}

/* Nobody wants the rest. Needs the lock. */
static void give_up(struct sync_doc *d)
{
	struct sync_doc **p;

	part_give_up(d);
	if (d->part == PART_RUNNING && d->state != DOC_HERE && d->state != DOC_STORING)
		take_out(d);
	if (d->state == DOC_QUEUED) {
		for (p = &d->site->first; *p != d; p = &(*p)->later)
			;
		*p = d->later;
		if (!*p)
			d->site->last = p;
		d->state = DOC_IDLE;
	} else if (d->state == DOC_RUNNING && (d->total < 0 || d->have < d->total)) {
		atomic_store(&d->by->cancel, 1);
		take_out(d);
	}
}

void transfer_close(struct sync_doc *d)
{
	if (--d->users == 0)
		give_up(d);
	transfer_unref(d);
}

struct sync_doc *sync_doc_close(struct sync_doc *d)
{
	struct transfers *t;

	if (!d)
		return NULL;
	t = d->all;
	lock_take(&t->lock);
	transfer_close(d);
	lock_give(&t->lock);
	return NULL;
}

bool sync_doc_is_local(struct sync_doc *d)
{
	bool here;

	lock_take(&d->all->lock);
	here = d->state == DOC_HERE || d->state == DOC_STORING ||
	       /* the last byte has come, and the thread that fetches does not know yet that it is the last */
	       (d->state == DOC_RUNNING && d->total >= 0 && d->have >= d->total);
	lock_give(&d->all->lock);
	return here;
}

bool sync_doc_is_shared(struct sync_doc *d)
{
	bool shared;

	lock_take(&d->all->lock);
	/* Who fetches ahead has no pages. */
	shared = d->users - (d->ahead != AHEAD_NOT) > 1;
	lock_give(&d->all->lock);
	return shared;
}

/* ---- waiters ----------------------------------------------------------------------------- */

/*
 * What reaches as far as the list says is not answered before the true length is known: the kernel
 * would take an answer up to there for the end.
 */
static bool is_ready(const struct sync_doc *d, int64_t begin, int64_t end)
{
	if (d->state == DOC_HERE || d->state == DOC_STORING)
		return true;
	if (d->total >= 0) {
		end = end < d->total ? end : d->total;
		return d->have >= end || part_has(d, begin, end);
	}
	return d->have >= end && end < d->listed;
}

bool sync_doc_look(struct sync_doc *d, int64_t begin, int64_t end, int *ret_fd, int64_t *ret_size)
{
	bool ready;

	lock_take(&d->all->lock);
	ready = is_ready(d, begin, end);
	d->told |= ready && end;
	*ret_fd = d->fd;
	*ret_size = d->total;
	lock_give(&d->all->lock);
	return ready;
}

static struct sync_waiter *take(struct sync_doc *d, bool all)
{
	struct sync_waiter *taken = NULL, **p = &d->waiters;

	while (*p) {
		struct sync_waiter *w = *p;

		if (!all && !is_ready(d, w->begin, w->end)) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		w->next = taken;
		taken = w;
	}
	d->told |= taken && !all;
	return taken;
}

struct sync_waiter *transfer_take_ready(struct sync_doc *d)
{
	return take(d, false);
}

struct sync_waiter *transfer_take_all(struct sync_doc *d)
{
	return take(d, true);
}

bool transfers_unwait(struct transfers *t, struct sync_waiter *w)
{
	bool found = false;

	lock_take(&t->lock);
	for (struct sync_waiter **p = w->doc ? &w->doc->waiters : NULL; p && *p && !found;) {
		found = *p == w;
		if (found)
			*p = w->next;
		else
			p = &(*p)->next;
	}
	lock_give(&t->lock);
	return found;
}

/* ---- what is wanted ------------------------------------------------------------------------ */

int transfer_find_site(struct sync *s, int64_t list, const struct site **ret)
{
	const struct entry *e;
	int r = 0;

	lock_take(&s->lock);
	e = engine_find(s, list);
	if (!s->started || !s->online)
		r = -ENETUNREACH;
	else if (!e)
		r = -ESTALE;
	else if (e->site->backoff.server_until > clock_mono_ms())
		r = -EAGAIN;
	else
		*ret = e->site;
	lock_give(&s->lock);
	return r;
}

struct transfer_site *transfer_site_of(struct transfers *t, const struct site *site)
{
	struct transfer_site *ts = t->sites;

	while (ts && ts->site != site)
		ts = ts->next;
	if (ts || !(ts = calloc(1, sizeof(*ts))))
		return ts;
	ts->all = t;
	ts->site = site;
	ts->last = &ts->first;
	ts->ahead_last = &ts->ahead_first;
	cond_init(&ts->work);
	for (int i = 0; i < TRANSFER_THREADS; i++)
		ts->threads[i].site = ts;
	ts->next = t->sites;
	t->sites = ts;
	return ts;
}

/* One thread does all the work, only slower. */
int transfer_wake_thread(struct transfer_site *ts)
{
	struct transfer *t = &ts->threads[ts->n_threads];
	int r;

	if (ts->n_asleep || ts->n_threads == TRANSFER_THREADS) {
		cond_wake_all(&ts->work);
		return 0;
	}
	r = -pthread_create(&t->thread, NULL, transfer_main, t);
	ts->n_threads += r == 0;
	return ts->n_threads ? 0 : r;
}

static int wake_watcher(struct transfers *t)
{
	int r = 0;

	if (!t->watched) {
		r = -pthread_create(&t->watcher, NULL, transfer_watch_main, t);
		t->watched = r == 0;
	} else if (t->asleep) {
		cond_wake_all(&t->watch);
	}
	return r;
}

void transfer_enqueue(struct transfer_site *ts, struct sync_doc *d)
{
	d->site = ts;
	d->later = NULL;
	*ts->last = d;
	ts->last = &d->later;
	d->state = DOC_QUEUED;
}

/* Needs the lock. */
static int enqueue(struct sync_doc *d, struct transfer_site *ts)
{
	int r;

	if (ts->not_before > clock_mono_ms())
		return ts->why;
	r = transfer_wake_thread(ts);
	if (r == 0)
		transfer_enqueue(ts, d);
	return r;
}

/* Needs the lock. */
static int wait_for(struct sync_doc *d, const struct site *site, int64_t begin, int64_t end, struct sync_waiter *w)
{
	struct transfer_site *ts = transfer_site_of(d->all, site);
	int r = !ts ? -ENOMEM : d->all->quit ? -ENETUNREACH : wake_watcher(d->all);
	bool far = r == 0 && ts->not_before <= clock_mono_ms() && part_is_far(d, ts, begin);

	if (far)
		r = transfer_wake_thread(ts);
	else if (r == 0 && d->state == DOC_IDLE)
		r = enqueue(d, ts);
	if (r < 0)
		return r;
	w->kind = WAITER_DOC;
	w->doc = d;
	w->begin = begin;
	w->end = end;
	w->since = clock_mono_ms();
	w->next = d->waiters;
	d->waiters = w;
	if (far)
		part_enqueue(ts, d);
	return 1;
}

int sync_doc_want(struct sync_doc *d, int64_t begin, int64_t end, struct sync_waiter *w)
{
	const struct site *site = NULL;
	struct transfers *t = d->all;
	int64_t size;
	int fd, r;

	if (sync_doc_look(d, begin, end, &fd, &size))
		return 0;
	r = transfer_find_site(t->s, d->list, &site);
	if (r < 0)
		return r;
	lock_take(&t->lock);
	if (is_ready(d, begin, end))
		d->told = true;
	else
		r = wait_for(d, site, begin, end, w);
	lock_give(&t->lock);
	return r;
}

/* ---- the beginning and the end ------------------------------------------------------------- */

struct transfers *transfers_new(struct sync *s)
{
	struct transfers *t = calloc(1, sizeof(*t));

	if (t) {
		t->s = s;
		lock_init(&t->lock, RANK_LEAF);
		cond_init(&t->watch);
	}
	return t;
}

void transfers_cancel(struct transfers *t, int r)
{
	struct sync_waiter *w, *all = NULL;

	if (!t)
		return;
	lock_take(&t->lock);
	for (struct transfer_site *ts = t->sites; ts; ts = ts->next)
		ahead_flush(ts);
	for (int i = 0; i < TRANSFER_BUCKETS; i++)
		for (struct sync_doc *d = t->docs[i]; d; d = d->next) {
			while ((w = d->waiters)) {
				d->waiters = w->next;
				w->next = all;
				all = w;
			}
			part_give_up(d);
			if (d->state == DOC_QUEUED)
				give_up(d);
			else if (d->state == DOC_RUNNING)
				atomic_store(&d->by->cancel, 1);
		}
	lock_give(&t->lock);
	waiter_finish(all, r);
}

void transfers_stop(struct transfers *t)
{
	if (!t)
		return;
	lock_take(&t->lock);
	t->quit = true;
	for (struct transfer_site *ts = t->sites; ts; ts = ts->next) {
		for (int i = 0; i < TRANSFER_THREADS; i++)
			atomic_store(&ts->threads[i].cancel, 1);
		cond_wake_all(&ts->work);
	}
	cond_wake_all(&t->watch);
	lock_give(&t->lock);
	for (struct transfer_site *ts = t->sites; ts; ts = ts->next) {
		for (int i = 0; i < ts->n_threads; i++)
			pthread_join(ts->threads[i].thread, NULL);
		ts->n_threads = 0;
	}
	if (t->watched)
		pthread_join(t->watcher, NULL);
	t->watched = false;
	transfers_cancel(t, -ENETUNREACH);
}

struct transfers *transfers_free(struct transfers *t)
{
	if (!t)
		return NULL;
	for (struct transfer_site *ts = t->sites, *next; ts; ts = next) {
		next = ts->next;
		cond_release(&ts->work);
		free(ts->pins);
		free(ts);
	}
	cond_release(&t->watch);
	lock_release(&t->lock);
	free(t);
	return NULL;
}
