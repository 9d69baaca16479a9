/* Fetching documents: shared, streamed, cancelled, gone on with, given up. The server is a fake that sends
 * as many bytes as the test allows. */
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* after what it needs */
#include <cmocka.h>

#include "base/str.h"
#include "remote/docs.h"
#include "store/blob.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/store.h"
#include "sync/docs.h"

#define must(expr) assert_int_equal(expr, 0)

enum { ITEMS = 12, SIZE = 5000, CHUNK = 100, FAR = 1000 };

struct server {
	atomic_long allow;       /* bytes of a document that may go out */
	atomic_long breaks;      /* once: the connection breaks there; 0: never */
	atomic_int fetches, running, most, canceled;
	atomic_int version;      /* of all documents: in the ETag and in the bytes */
	atomic_bool ranges, no_length;
	enum remote_result fails; /* REMOTE_OK: it does not */
	struct remote_fault fault;
	atomic_long offset;      /* of the last fetch */
	atomic_int parts;
	atomic_bool parts_hang, parts_break;
};

struct world {
	char dir[64];
	struct server v;
	struct store *st;
	struct store_blobs *blobs;
	struct sync_config conf;
	struct remote_factory factory;
	struct sync_present present;
	struct sync_hooks hooks;
	struct sync *s;
	int64_t list, item[ITEMS];
};

struct fake_remote {
	struct remote base;
	struct server *v;
};

static char byte_at(int version, int64_t at)
{
	return (char) ('a' + (at * 7 + version) % 26);
}

/* ---- the server ------------------------------------------------------------------------ */

static enum remote_result send_bytes(struct server *v, int64_t at, const struct remote_doc_sink *sink,
				     const atomic_int *cancel)
{
	char p[CHUNK];
	long breaks = atomic_load(&v->breaks);

	while (at < SIZE) {
		if (breaks && at >= breaks) {
			atomic_store(&v->breaks, 0);
			return REMOTE_SITE_BAD;
		}
		if (atomic_load(cancel)) {
			atomic_fetch_add(&v->canceled, 1);
			return REMOTE_CANCELED;
		}
		if (at + CHUNK > atomic_load(&v->allow)) {
			usleep(1000);
			continue;
		}
		for (int i = 0; i < CHUNK; i++)
			p[i] = byte_at(atomic_load(&v->version), at + i);
		if (sink->data(sink->arg, p, CHUNK) < 0)
			return REMOTE_CANCELED;
		at += CHUNK;
	}
	return REMOTE_OK;
}

static enum remote_result answer(struct server *v, int64_t offset, const char *etag, const struct remote_doc_sink *sink,
				 const atomic_int *cancel, struct remote_fault *f)
{
	char tag[32];
	struct remote_doc d = { .etag = tag, .size = atomic_load(&v->no_length) ? -1 : SIZE };
	int r;

	snprintf(tag, sizeof(tag), "\"{A},%d\"", atomic_load(&v->version));
	d.partial = offset && atomic_load(&v->ranges) && str_eq(etag, tag);
	r = sink->begin(sink->arg, &d);
	if (r < 0) {
		f->err.code = r;
		return REMOTE_CANCELED;
	}
	return send_bytes(v, d.partial ? offset : 0, sink, cancel);
}

static enum remote_result fake_fetch(struct remote *r, const char *path, int64_t offset, const char *etag,
				     const struct remote_doc_sink *sink, struct remote_doc *ret,
				     const atomic_int *cancel, struct remote_fault *f)
{
	struct server *v = ((struct fake_remote *) r)->v;
	enum remote_result result;
	int n;

	(void) ret;
	assert_true(str_starts(path, "sites/t/Docs/"));
	atomic_fetch_add(&v->fetches, 1);
	atomic_store(&v->offset, offset);
	if (v->fails != REMOTE_OK) {
		*f = v->fault;
		return v->fails;
	}
	n = atomic_fetch_add(&v->running, 1) + 1;
	if (n > atomic_load(&v->most))
		atomic_store(&v->most, n);
	result = answer(v, offset, etag, sink, cancel, f);
	atomic_fetch_sub(&v->running, 1);
	return result;
}

static bool fake_has_ranges(struct remote *r)
{
	return atomic_load(&((struct fake_remote *) r)->v->ranges);
}

/* Half of it, and then what breaks breaks and what hangs hangs. */
static enum remote_result fake_fetch_part(struct remote *r, const char *path, int64_t from, int64_t to, const char *etag,
					  const struct remote_doc_sink *sink, const atomic_int *cancel, struct remote_fault *f)
{
	struct server *v = ((struct fake_remote *) r)->v;
	char tag[32], p[SIZE];
	struct remote_doc d = { .etag = tag, .size = SIZE, .partial = true };

	(void) path, (void) f;
	assert_true(from < to && from < SIZE);
	to = to < SIZE ? to : SIZE;
	atomic_fetch_add(&v->parts, 1);
	snprintf(tag, sizeof(tag), "\"{A},%d\"", atomic_load(&v->version));
	if (etag && !str_eq(etag, tag))
		return REMOTE_CONFLICT;
	for (int64_t i = from; i < to; i++)
		p[i - from] = byte_at(atomic_load(&v->version), i);
	if (sink->begin(sink->arg, &d) < 0 || sink->data(sink->arg, p, (size_t) (to - from) / 2) < 0)
		return REMOTE_CANCELED;
	while (atomic_load(&v->parts_hang) && !atomic_load(cancel))
		usleep(1000);
	if (atomic_load(cancel)) {
		atomic_fetch_add(&v->canceled, 1);
		return REMOTE_CANCELED;
	}
	if (atomic_load(&v->parts_break))
		return REMOTE_SITE_BAD;
	return sink->data(sink->arg, p + (to - from) / 2, (size_t) (to - from + 1) / 2) < 0 ? REMOTE_CANCELED : REMOTE_OK;
}

static enum remote_result fake_pull(struct remote *r, const struct remote_pull *q, const struct remote_sink *sink,
				    struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f)
{
	(void) r, (void) q, (void) sink, (void) ret, (void) cancel, (void) f;
	return REMOTE_LIST_BAD;
}

static struct remote *fake_close(struct remote *r)
{
	free(r);
	return NULL;
}

static int fake_open(void *arg, const char *site, struct remote **ret, struct err *err)
{
	static const struct remote_ops ops = { .pull = fake_pull, .close = fake_close };
	static const struct remote_doc_ops docs = {
		.fetch = fake_fetch, .fetch_part = fake_fetch_part, .has_ranges = fake_has_ranges,
	};
	struct fake_remote *r = calloc(1, sizeof(*r));

	(void) site, (void) err;
	r->base.ops = &ops;
	r->base.docs = &docs;
	r->v = arg;
	*ret = &r->base;
	return 0;
}

static void on_event(void *arg, const struct sync_event *e)
{
	(void) arg, (void) e;
}

static bool is_open(void *arg, int64_t ino)
{
	(void) arg, (void) ino;
	return false;
}

/* ---- the world ---------------------------------------------------------------------------- */

static void add_items(struct world *w)
{
	struct list info = LIST_INIT;

	info.id = (char *) "{A}";
	info.title = (char *) "Docs";
	info.web_url = (char *) "/sites/t";
	must(store_begin(w->st));
	must(store_list_add(w->st, "http://t/sites/t", "Docs", &info, &w->list));
	for (int i = 0; i < ITEMS; i++) {
		struct store_item it = STORE_ITEM_INIT;

		it.list = w->list;
		it.item.id = i + 1;
		it.item.version = 1;
		it.item.size = SIZE;
		it.item.path = str_printf("sites/t/Docs/%d", i);
		must(store_item_put(w->st, &it));
		w->item[i] = it.id;
		store_item_release(&it);
	}
	must(store_commit(w->st));
}

static void start(struct world *w)
{
	must(sync_new(&w->conf, &w->s));
	must(sync_start(w->s));
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err err = { 0 };

	snprintf(w->dir, sizeof(w->dir), "/tmp/t_sync.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	atomic_store(&w->v.allow, SIZE);
	must(store_open(w->dir, &w->st, &err));
	must(store_blobs_open(w->st, w->dir, 1 << 20, &w->blobs, &err));
	add_items(w);
	w->factory = (struct remote_factory) { .open = fake_open, .arg = &w->v };
	w->hooks = (struct sync_hooks) { .event = on_event, .is_open = is_open };
	sync_config_init(&w->conf);
	w->conf.store = w->st;
	w->conf.blobs = w->blobs;
	w->conf.remotes = &w->factory;
	w->conf.present = &w->present;
	w->conf.hooks = &w->hooks;
	w->conf.far_bytes = FAR;
	start(w);
	*state = w;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void) st, (void) flag, (void) f;
	return remove(path);
}

static int teardown(void **state)
{
	struct world *w = *state;

	sync_stop(w->s, 0);
	sync_free(w->s);
	store_blobs_close(w->blobs);
	store_close(w->st);
	nftw(w->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* ---- readers -------------------------------------------------------------------------------- */

struct reader {
	struct sync_waiter w;
	atomic_bool answered;
	int r;
};

static void done(struct sync_waiter *w, int r)
{
	struct reader *rd = (struct reader *) w;

	rd->r = r;
	atomic_store(&rd->answered, true);
}

/* 1: it waits. */
static int want_part(struct sync_doc *d, int64_t begin, int64_t end, struct reader *rd)
{
	*rd = (struct reader) { .w.done = done };
	return sync_doc_want(d, begin, end, &rd->w);
}

static int want(struct sync_doc *d, int64_t end, struct reader *rd)
{
	return want_part(d, 0, end, rd);
}

static bool comes_true(atomic_bool *b)
{
	for (int i = 0; i < 5000 && !atomic_load(b); i++)
		usleep(1000);
	return atomic_load(b);
}

static int answered(struct reader *rd)
{
	assert_true(comes_true(&rd->answered));
	return rd->r;
}

static int read_to(struct sync_doc *d, int64_t end)
{
	struct reader rd;
	int r = want(d, end, &rd);

	return r == 1 ? answered(&rd) : r;
}

static struct sync_doc *open_doc(struct world *w, int i)
{
	struct sync_doc *d;

	must(sync_doc_open(w->s, w->list, w->item[i], &d));
	return d;
}

static void assert_bytes(struct sync_doc *d, int version, int64_t n)
{
	char p[SIZE];
	int64_t size;
	int fd;

	assert_true(sync_doc_look(d, 0, n, &fd, &size));
	assert_int_equal(pread(fd, p, (size_t) n, 0), n);
	for (int64_t i = 0; i < n; i++)
		assert_int_equal(p[i], byte_at(version, i));
}

static int read_part(struct sync_doc *d, int64_t begin, int64_t end)
{
	struct reader rd;
	int r = want_part(d, begin, end, &rd);

	return r == 1 ? answered(&rd) : r;
}

static void assert_part(struct sync_doc *d, int version, int64_t begin, int64_t end)
{
	char p[SIZE];
	int64_t size;
	int fd;

	assert_true(sync_doc_look(d, begin, end, &fd, &size));
	assert_int_equal(size, SIZE);
	end = end < SIZE ? end : SIZE;
	assert_int_equal(pread(fd, p, (size_t) (end - begin), begin), end - begin);
	for (int64_t i = begin; i < end; i++)
		assert_int_equal(p[i - begin], byte_at(version, i));
}

static void wait_running(struct world *w, int n)
{
	for (int i = 0; i < 5000 && atomic_load(&w->v.running) != n; i++)
		usleep(1000);
	assert_int_equal(atomic_load(&w->v.running), n);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void an_open_asks_nobody_and_a_second_read_neither(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);

	assert_false(sync_doc_is_local(d));
	assert_int_equal(atomic_load(&w->v.fetches), 0);
	must(read_to(d, INT64_MAX));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
	for (int i = 0; i < 3; i++) {
		d = open_doc(w, 0);
		must(read_to(d, SIZE));
		assert_bytes(d, 0, SIZE);
		sync_doc_close(d);
	}
	assert_int_equal(atomic_load(&w->v.fetches), 1);
}

/* The row may have come for others' version: a save of what was read here must not go over that. */
static void bytes_that_were_not_sent_are_of_the_version_they_were_made_from(void **state)
{
	struct world *w = *state;
	struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct sync_doc *d;

	c.list = w->list;
	c.item = w->item[0];
	c.state = STORE_CHANGE_QUEUED;
	c.name = (char *) "0";
	c.change.op = CHANGE_STORE;
	c.change.content.base = 1;
	must(store_begin(w->st));
	must(store_change_add(w->st, &c));
	must(store_item_get(w->st, w->item[0], &it));
	it.item.version = it.since = 2;
	must(store_item_put(w->st, &it));
	must(store_commit(w->st));
	d = open_doc(w, 0);
	assert_int_equal(sync_doc_version(d), 1);
	sync_doc_close(d);
}

static void bytes_are_read_as_they_come(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);
	struct reader late;

	atomic_store(&w->v.allow, 1000);
	must(read_to(d, 500));
	assert_bytes(d, 0, 500);
	assert_int_equal(want(d, 2000, &late), 1);
	usleep(20000);
	assert_false(atomic_load(&late.answered));
	atomic_store(&w->v.allow, SIZE);
	must(answered(&late));
	must(read_to(d, SIZE));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
}

static void readers_of_one_version_share_one_fetch(void **state)
{
	struct world *w = *state;
	struct sync_doc *a = open_doc(w, 0), *b = open_doc(w, 0);
	struct reader ra, rb;

	atomic_store(&w->v.allow, 0);
	assert_int_equal(want(a, SIZE, &ra), 1);
	assert_int_equal(want(b, SIZE, &rb), 1);
	atomic_store(&w->v.allow, SIZE);
	must(answered(&ra));
	must(answered(&rb));
	sync_doc_close(a);
	assert_bytes(b, 0, SIZE);
	sync_doc_close(b);
	assert_int_equal(atomic_load(&w->v.fetches), 1);
}

static void five_are_fetched_at_once_and_no_more(void **state)
{
	struct world *w = *state;
	struct sync_doc *d[ITEMS];
	struct reader rd[ITEMS];

	atomic_store(&w->v.allow, 0);
	for (int i = 0; i < ITEMS; i++) {
		d[i] = open_doc(w, i);
		assert_int_equal(want(d[i], SIZE, &rd[i]), 1);
	}
	wait_running(w, 5);
	atomic_store(&w->v.allow, SIZE);
	for (int i = 0; i < ITEMS; i++) {
		must(answered(&rd[i]));
		sync_doc_close(d[i]);
	}
	assert_int_equal(atomic_load(&w->v.most), 5);
}

static void the_last_close_cancels(void **state)
{
	struct world *w = *state;
	struct sync_doc *a = open_doc(w, 0), *b = open_doc(w, 0);

	atomic_store(&w->v.allow, 1000);
	must(read_to(a, 100));
	sync_doc_close(a);
	usleep(20000);
	assert_int_equal(atomic_load(&w->v.running), 1);
	sync_doc_close(b);
	wait_running(w, 0);
	assert_int_equal(atomic_load(&w->v.canceled), 1);
	/* whoever comes then reads all of it */
	atomic_store(&w->v.allow, SIZE);
	a = open_doc(w, 0);
	must(read_to(a, SIZE));
	assert_bytes(a, 0, SIZE);
	sync_doc_close(a);
}

static void an_interrupted_reader_is_not_answered(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);
	struct reader rd;

	atomic_store(&w->v.allow, 0);
	assert_int_equal(want(d, SIZE, &rd), 1);
	assert_true(sync_cancel(w->s, &rd.w));
	assert_false(sync_cancel(w->s, &rd.w));
	sync_doc_close(d);
	assert_false(atomic_load(&rd.answered));
}

static void a_reader_gives_up_without_a_byte_and_not_after_a_total_time(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;
	struct reader rd;

	sync_stop(w->s, 0);
	sync_free(w->s);
	w->conf.stall_ms = 200;
	start(w);
	d = open_doc(w, 0);
	atomic_store(&w->v.allow, 0);
	assert_int_equal(want(d, SIZE, &rd), 1);
	for (int i = 1; i <= 6; i++) {
		usleep(80000);
		atomic_store(&w->v.allow, i * CHUNK);
	}
	assert_false(atomic_load(&rd.answered)); /* 480 ms, and always something came */
	assert_int_equal(answered(&rd), -ETIMEDOUT);
	wait_running(w, 0); /* it frees the connection, too */
	atomic_store(&w->v.allow, SIZE);
	must(read_to(d, SIZE));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
}

static void a_broken_fetch_goes_on(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;

	for (int i = 0; i < 2; i++) { /* without ranges, with them */
		atomic_store(&w->v.ranges, i == 1);
		atomic_store(&w->v.breaks, 1000);
		d = open_doc(w, i);
		must(read_to(d, SIZE));
		assert_int_equal(atomic_load(&w->v.offset), 1000);
		assert_bytes(d, 0, SIZE);
		sync_doc_close(d);
	}
	assert_int_equal(atomic_load(&w->v.fetches), 4);
}

static void what_was_read_is_never_followed_by_another_version(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);
	struct reader rd;

	atomic_store(&w->v.allow, 500);
	must(read_to(d, 500));
	atomic_store(&w->v.version, 1);
	atomic_store(&w->v.breaks, 1000);
	assert_int_equal(want(d, SIZE, &rd), 1);
	sync_set_online(w->s, false);
	assert_int_equal(answered(&rd), -ENETUNREACH);
	wait_running(w, 0);
	sync_set_online(w->s, true);
	atomic_store(&w->v.allow, SIZE);
	assert_int_equal(read_to(d, SIZE), -ESTALE);
	assert_bytes(d, 0, 500);
	sync_doc_close(d);
	d = open_doc(w, 0);
	atomic_store(&w->v.breaks, 0);
	must(read_to(d, SIZE));
	assert_bytes(d, 1, SIZE);
	sync_doc_close(d);
}

static void the_end_is_not_told_before_it_is_known(void **state)
{
	struct world *w = *state;
	struct store_item it = STORE_ITEM_INIT;
	struct sync_doc *d;
	struct reader rd;

	must(store_item_get(w->st, w->item[0], &it));
	it.item.size = 300; /* as the list has it */
	must(store_begin(w->st));
	must(store_item_put(w->st, &it));
	must(store_commit(w->st));
	store_item_release(&it);
	atomic_store(&w->v.no_length, true);
	atomic_store(&w->v.allow, 1000);
	d = open_doc(w, 0);
	must(read_to(d, 200));
	assert_int_equal(want(d, 300, &rd), 1);
	usleep(20000);
	assert_false(atomic_load(&rd.answered));
	atomic_store(&w->v.allow, SIZE);
	must(answered(&rd));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
}

static void failures_are_told_for_what_they_are(void **state)
{
	static const struct {
		enum remote_result fails;
		int http, code, retry_after, error;
	} kinds[] = {
		{ REMOTE_AUTH, 401, 0, 0, -EACCES },         { REMOTE_LIST_BAD, 403, 0, 0, -EACCES },
		{ REMOTE_ITEM_BAD, 403, -EPERM, 0, -EPERM }, { REMOTE_ITEM_GONE, 404, 0, 0, -ESTALE },
		{ REMOTE_SITE_BAD, 500, 0, 0, -EIO },        { REMOTE_SITE_BAD, 0, 0, 0, -ENETUNREACH },
		{ REMOTE_SITE_BAD, 503, 0, 7, -EAGAIN },
	};
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);
	int before;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		w->v.fails = kinds[i].fails;
		w->v.fault = (struct remote_fault) {
			.http_status = kinds[i].http, .err.code = kinds[i].code, .retry_after = kinds[i].retry_after,
		};
		usleep(10000);
		assert_int_equal(read_to(d, SIZE), kinds[i].error);
	}
	/* it asked to be left alone: nobody asks it again */
	before = atomic_load(&w->v.fetches);
	w->v.fails = REMOTE_OK;
	assert_int_equal(read_to(d, SIZE), -EAGAIN);
	assert_int_equal(atomic_load(&w->v.fetches), before);
	sync_doc_close(d);
}

static void offline_only_what_is_here_can_be_read(void **state)
{
	struct world *w = *state;
	struct sync_doc *here = open_doc(w, 0), *not = open_doc(w, 1);

	must(read_to(here, SIZE));
	sync_doc_close(here);
	sync_set_online(w->s, false);
	here = open_doc(w, 0);
	must(read_to(here, SIZE));
	assert_int_equal(read_to(not, 1), -ENETUNREACH);
	sync_doc_close(here);
	sync_doc_close(not);
	assert_int_equal(atomic_load(&w->v.fetches), 1);
}

static void the_end_of_the_engine_answers_everybody(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);
	struct reader rd;

	atomic_store(&w->v.allow, 0);
	assert_int_equal(want(d, SIZE, &rd), 1);
	sync_stop(w->s, 0);
	assert_true(answered(&rd) < 0);
	assert_true(read_to(d, SIZE) < 0);
	sync_doc_close(d);
}

/* ---- ahead of the reader ------------------------------------------------------------------------ */

/* At least so many. */
static void wait_fetches(struct world *w, int n)
{
	for (int i = 0; i < 5000 && atomic_load(&w->v.fetches) < n; i++)
		usleep(1000);
	assert_true(atomic_load(&w->v.fetches) >= n);
}

static void wait_local(struct world *w, int i)
{
	struct sync_doc *d = NULL;
	bool here = false;

	for (int k = 0; k < 5000 && !here; k++) {
		d = open_doc(w, i);
		here = sync_doc_is_local(d);
		sync_doc_close(d);
		if (!here)
			usleep(1000);
	}
	assert_true(here);
}

static void what_comes_next_is_fetched_by_four(void **state)
{
	struct world *w = *state;

	atomic_store(&w->v.allow, 0);
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, ITEMS), ITEMS);
	wait_running(w, 4);
	usleep(50000);
	assert_int_equal(atomic_load(&w->v.running), 4);
	atomic_store(&w->v.allow, SIZE);
	for (int i = 0; i < ITEMS; i++)
		wait_local(w, i);
	assert_int_equal(atomic_load(&w->v.fetches), ITEMS);
	assert_int_equal(atomic_load(&w->v.most), 4);
	/* they are here now, and nobody asks again */
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, ITEMS), ITEMS);
	usleep(50000);
	assert_int_equal(atomic_load(&w->v.fetches), ITEMS);
}

static void who_wants_one_of_them_waits_for_that_only(void **state)
{
	struct world *w = *state;
	struct sync_doc *queued = open_doc(w, 5), *running = open_doc(w, 0);
	struct reader a, b;

	atomic_store(&w->v.allow, 1000);
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, ITEMS), ITEMS);
	wait_running(w, 4);
	/* the last in the row goes to the thread that is left for such */
	assert_int_equal(want(queued, 500, &a), 1);
	must(answered(&a));
	wait_running(w, 5);
	/* half of this one is here already */
	must(read_to(running, 1000));
	assert_int_equal(want(running, SIZE, &b), 1);
	atomic_store(&w->v.allow, SIZE);
	must(answered(&b));
	assert_bytes(running, 0, SIZE);
	for (int i = 0; i < ITEMS; i++)
		wait_local(w, i);
	assert_int_equal(atomic_load(&w->v.fetches), ITEMS);
	sync_doc_close(queued);
	sync_doc_close(running);
}

static void the_last_close_leaves_what_is_fetched_ahead(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);
	struct reader rd;

	atomic_store(&w->v.allow, 1000);
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, 1), 1);
	wait_running(w, 1);
	assert_int_equal(want(d, SIZE, &rd), 1);
	assert_false(sync_doc_is_shared(d)); /* nobody has pages of it */
	assert_true(sync_cancel(w->s, &rd.w));
	sync_doc_close(d);
	atomic_store(&w->v.allow, SIZE);
	wait_local(w, 0);
	assert_int_equal(atomic_load(&w->v.canceled), 0);
	assert_int_equal(atomic_load(&w->v.fetches), 1);
}

static void a_failure_ends_what_is_fetched_ahead(void **state)
{
	struct world *w = *state;

	atomic_store(&w->v.allow, 0);
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, ITEMS), ITEMS);
	wait_running(w, 4);
	w->v.fails = REMOTE_SITE_BAD; /* for those that have not begun */
	atomic_store(&w->v.allow, SIZE);
	wait_fetches(w, 5);
	for (int i = 0; i < 4; i++)
		wait_local(w, i);
	usleep(50000);
	assert_true(atomic_load(&w->v.fetches) <= 8);
}

static void nothing_is_fetched_ahead_offline(void **state)
{
	struct world *w = *state;

	sync_set_online(w->s, false);
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, ITEMS), 0);
	sync_set_online(w->s, true);
	atomic_store(&w->v.allow, 0);
	assert_int_equal(sync_doc_ahead(w->s, w->list, w->item, ITEMS), ITEMS);
	wait_running(w, 4);
	sync_set_online(w->s, false);
	wait_running(w, 0);
	atomic_store(&w->v.allow, SIZE);
	usleep(50000);
	assert_int_equal(atomic_load(&w->v.fetches), 4);
}

static void the_server_says_how_much_may_be_fetched_ahead(void **state)
{
	struct world *w = *state;

	assert_true(sync_doc_may_bulk(w->s, w->list, (int64_t) 500 << 20));
	assert_false(sync_doc_may_bulk(w->s, w->list, ((int64_t) 500 << 20) + 1));
}

/* ---- parts ------------------------------------------------------------------------------------ */

/* The host shows with the first document that it gives parts. */
static void prove(struct world *w)
{
	struct sync_doc *d = open_doc(w, ITEMS - 1);

	atomic_store(&w->v.ranges, true);
	must(read_to(d, SIZE));
	sync_doc_close(d);
	assert_int_equal(atomic_load(&w->v.fetches), 1);
}

static void who_reads_far_ahead_gets_these_bytes_alone(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;
	int64_t size;
	int fd;

	prove(w);
	d = open_doc(w, 0);
	must(read_part(d, SIZE - 100, SIZE + 50));
	assert_part(d, 0, SIZE - 100, SIZE + 50);
	assert_false(sync_doc_look(d, 0, 100, &fd, &size));
	assert_false(sync_doc_is_local(d));
	assert_int_equal(atomic_load(&w->v.parts), 1);
	assert_int_equal(atomic_load(&w->v.fetches), 1);
	/* who reads on has most of it already */
	must(read_part(d, 2000, 2100));
	must(read_part(d, 2100, 2900));
	assert_part(d, 0, 2000, 2900);
	assert_int_equal(atomic_load(&w->v.parts), 2);
	/* what is read from the start on is the whole, and the cache's */
	must(read_to(d, SIZE));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
	assert_int_equal(atomic_load(&w->v.parts), 2);
	assert_int_equal(atomic_load(&w->v.fetches), 2);
	wait_local(w, 0);
	d = open_doc(w, 0);
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
}

static void a_seek_does_not_wait_for_what_streams(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;
	struct reader all;

	prove(w);
	atomic_store(&w->v.allow, 500);
	d = open_doc(w, 0);
	assert_int_equal(want(d, SIZE, &all), 1);
	must(read_part(d, 3000, 3100));
	assert_part(d, 0, 3000, 3100);
	must(read_part(d, 4500, SIZE));
	assert_part(d, 0, 4500, SIZE);
	assert_false(atomic_load(&all.answered));
	atomic_store(&w->v.allow, SIZE);
	must(answered(&all));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
	assert_int_equal(atomic_load(&w->v.parts), 2);
	assert_int_equal(atomic_load(&w->v.fetches), 2);
}

/* It proves that it can with the answer that the reader waits for. */
static void a_seek_is_a_part_as_soon_as_the_host_has_shown_that_it_can(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);

	atomic_store(&w->v.ranges, true);
	atomic_store(&w->v.allow, 100);
	must(read_part(d, 3000, 3100));
	assert_part(d, 0, 3000, 3100);
	sync_doc_close(d);
	wait_running(w, 0);
	assert_int_equal(atomic_load(&w->v.fetches), 1);
}

static void without_ranges_a_seek_waits_for_the_whole(void **state)
{
	struct world *w = *state;
	struct sync_doc *d = open_doc(w, 0);

	must(read_part(d, 3000, 3100));
	assert_bytes(d, 0, 3100);
	sync_doc_close(d);
	assert_int_equal(atomic_load(&w->v.parts), 0);
}

static void a_part_that_fails_is_read_from_the_whole(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;

	prove(w);
	atomic_store(&w->v.parts_break, true);
	d = open_doc(w, 0);
	must(read_part(d, 3000, 3900));
	must(read_part(d, 4500, SIZE));
	must(read_to(d, SIZE));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
	assert_int_equal(atomic_load(&w->v.parts), 1);
	assert_int_equal(atomic_load(&w->v.fetches), 2);
}

static void parts_of_two_versions_are_never_mixed(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;
	int64_t size;
	int fd;

	prove(w);
	d = open_doc(w, 0);
	must(read_part(d, 3000, 3100));
	atomic_store(&w->v.version, 1);
	/* neither another part nor the whole: who has read some of the one gets nothing of the other */
	assert_int_equal(read_part(d, 1500, 1600), -ESTALE);
	assert_false(sync_doc_look(d, 1500, 1600, &fd, &size));
	assert_part(d, 0, 3000, 3100);
	assert_int_equal(read_to(d, SIZE), -ESTALE);
	assert_part(d, 0, 3000, 3100);
	sync_doc_close(d);
	/* who opens it anew reads what the server has now */
	d = open_doc(w, 0);
	must(read_part(d, 3000, 3100));
	assert_part(d, 1, 3000, 3100);
	must(read_to(d, SIZE));
	assert_bytes(d, 1, SIZE);
	sync_doc_close(d);
}

static void the_last_close_cancels_a_part(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;
	struct reader rd;

	prove(w);
	atomic_store(&w->v.parts_hang, true);
	d = open_doc(w, 0);
	assert_int_equal(want_part(d, 3000, 4000, &rd), 1);
	for (int i = 0; i < 5000 && !atomic_load(&w->v.parts); i++)
		usleep(1000);
	assert_true(sync_cancel(w->s, &rd.w));
	sync_doc_close(d);
	for (int i = 0; i < 5000 && !atomic_load(&w->v.canceled); i++)
		usleep(1000);
	assert_int_equal(atomic_load(&w->v.canceled), 1);
	atomic_store(&w->v.parts_hang, false);
	d = open_doc(w, 0);
	must(read_part(d, 3000, 4000));
	assert_part(d, 0, 3000, 4000);
	sync_doc_close(d);
}

/* Reading here and there, so many parts are fetched and no more. */
static void reading_everywhere_is_reading_the_whole(void **state)
{
	struct world *w = *state;
	struct sync_doc *d;

	w->conf.far_bytes = 1;
	sync_stop(w->s, 0);
	sync_free(w->s);
	start(w);
	prove(w);
	d = open_doc(w, 0);
	for (int64_t at = SIZE - 4; at > 0; at -= 4) {
		must(read_part(d, at, at + 1));
		assert_part(d, 0, at, at + 1);
	}
	must(read_to(d, SIZE));
	assert_bytes(d, 0, SIZE);
	sync_doc_close(d);
	assert_int_equal(atomic_load(&w->v.fetches), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		TEST(an_open_asks_nobody_and_a_second_read_neither),
		TEST(bytes_that_were_not_sent_are_of_the_version_they_were_made_from),
		TEST(bytes_are_read_as_they_come),
		TEST(readers_of_one_version_share_one_fetch),
		TEST(five_are_fetched_at_once_and_no_more),
		TEST(the_last_close_cancels),
		TEST(what_comes_next_is_fetched_by_four),
		TEST(who_wants_one_of_them_waits_for_that_only),
		TEST(the_last_close_leaves_what_is_fetched_ahead),
		TEST(a_failure_ends_what_is_fetched_ahead),
		TEST(nothing_is_fetched_ahead_offline),
		TEST(the_server_says_how_much_may_be_fetched_ahead),
		TEST(an_interrupted_reader_is_not_answered),
		TEST(a_reader_gives_up_without_a_byte_and_not_after_a_total_time),
		TEST(a_broken_fetch_goes_on),
		TEST(what_was_read_is_never_followed_by_another_version),
		TEST(the_end_is_not_told_before_it_is_known),
		TEST(failures_are_told_for_what_they_are),
		TEST(offline_only_what_is_here_can_be_read),
		TEST(the_end_of_the_engine_answers_everybody),
		TEST(who_reads_far_ahead_gets_these_bytes_alone),
		TEST(a_seek_does_not_wait_for_what_streams),
		TEST(a_seek_is_a_part_as_soon_as_the_host_has_shown_that_it_can),
		TEST(without_ranges_a_seek_waits_for_the_whole),
		TEST(a_part_that_fails_is_read_from_the_whole),
		TEST(parts_of_two_versions_are_never_mixed),
		TEST(the_last_close_cancels_a_part),
		TEST(reading_everywhere_is_reading_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
