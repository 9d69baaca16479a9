#include "app.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "ctl/json.h"
#include "store/store.h"
#include "sync/sync.h"
#include "events.h"
#include "words.h"

/* The tables' columns; spfs-files(5) explains them, and `spfs status` reads them. */
#define COLUMNS "LIST\tITEMS\tSYNCED\tTO SEND\tREFUSED\tCONFLICTS\tSTATE\tNOTE\n"

static void add_time(struct buf *out, int64_t ns)
{
	char text[CLOCK_ISO_SIZE];

	if (ns)
		clock_format_iso(ns / 1000000000, text);
	buf_adds(out, ns ? text : "never");
}

#define MIB 1048576.0

/* What is under way, and why a list is not as it should be; "" when it is. */
static void add_note(struct buf *out, const struct sync_list_status *l)
{
	if (str_eq(l->list_state, "gone"))
		buf_adds(out, "not on the server any more; ");
	if (str_eq(l->list_state, "forbidden"))
		buf_adds(out, "the server refuses it; ");
	if (l->read_only && str_eq(l->list_state, "ok"))
		buf_addf(out, "read-only: %s; ", l->read_only);
	if (l->state == SYNC_SENDING && l->total)
		buf_addf(out, "sending a document: %.1f of %.1f MiB; ", (double) l->done / MIB, (double) l->total / MIB);
	if (l->error)
		buf_adds(out, l->error);
	else if (l->not_before > clock_now_ns()) {
		buf_adds(out, "the server wants no sync before ");
		add_time(out, l->not_before);
	}
}

/* A server's words must not make columns or lines. */
static void flatten(struct buf *out, size_t from)
{
	for (size_t i = from; i < out->len; i++)
		if (out->p[i] == '\t' || out->p[i] == '\n')
			out->p[i] = ' ';
}

struct table {
	struct app *app;
	struct buf *rows;
	int64_t last, to_send, refused, conflicts;
};

static int add_row(void *arg, const struct sync_list_status *l)
{
	struct table *t = arg;
	int conflicts = host_conflicts_count(t->app, l->name);
	size_t at;

	buf_addf(t->rows, "%s\t%lld\t", l->name, (long long) l->items);
	add_time(t->rows, l->last_sync);
	buf_addf(t->rows, "\t%lld\t%lld\t%d\t%s\t", (long long) l->to_send, (long long) l->refused, conflicts,
		 words_state(l));
	at = t->rows->len;
	add_note(t->rows, l);
	flatten(t->rows, at);
	t->last = l->last_sync > t->last ? l->last_sync : t->last;
	t->to_send += l->to_send;
	t->refused += l->refused;
	t->conflicts += conflicts;
	return buf_addc(t->rows, '\n');
}

static const char *online_word(const struct sync_status *s)
{
	return !s->online ? "no (work offline)" : s->reachable ? "yes" : "no (server not reachable)";
}

/* Whether SQLite has met damage since it was read to its end. */
static bool is_damaged(const struct app *app)
{
	CLEANUP(str_free_p) char *mark = str_printf("%s/" STORE_DAMAGED, app->places->data);

	return mark && access(mark, F_OK) == 0;
}

static void add_store(const struct app *app, struct buf *out)
{
	if (is_damaged(app))
		buf_adds(out, "database: damaged; unmount and mount again: it is kept aside then, with what was not sent\n");
	if (app->kept)
		buf_addf(out, "kept-aside: %s\n", app->kept);
}

static int add_all(struct app *app, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf rows = BUF_INIT(out->max);
	CLEANUP(buf_release_p) struct buf login = BUF_INIT(4096);
	struct table t = { .app = app, .rows = &rows };
	struct sync_status s;
	int r = sync_status(app->sync, &s, add_row, &t);

	if (r < 0)
		return r;
	buf_addf(out, "mountpoint: %s\n", app->mountpoint ? app->mountpoint : "none");
	buf_addf(out, "profile: %s\n", app->places->profile);
	buf_addf(out, "pid: %d\n", (int) getpid());
	buf_addf(out, "online: %s\n", online_word(&s));
	add_store(app, out);
	if (events_login(app, &login) == 0 && login.len)
		buf_addf(out, "login: %s\n", buf_str(&login));
	buf_addf(out, "state: %s\n", s.running ? "running" : "idle");
	if (s.running)
		buf_addf(out, "lists-done: %lld of %lld\n", (long long) s.lists_done, (long long) s.lists);
	buf_adds(out, "last-sync: ");
	add_time(out, t.last);
	if (s.backoff_until) {
		buf_adds(out, "\nnext-try: ");
		add_time(out, s.backoff_until);
	}
	buf_addf(out, "\nto-send: %lld\nrefused: %lld\nconflicts: %lld\n\n" COLUMNS, (long long) t.to_send,
		 (long long) t.refused, (long long) t.conflicts);
	return buf_adds(out, buf_str(&rows));
}

struct one {
	struct app *app;
	int64_t list;
	struct buf *out;
	bool found;
};

static int add_one(void *arg, const struct sync_list_status *l)
{
	struct one *o = arg;
	size_t at;

	if (l->list != o->list)
		return 0;
	o->found = true;
	buf_addf(o->out, "list: %s\ntitle: %s\nsite: %s\nstate: %s\nitems: %lld\nlast-sync: ", l->name, l->title, l->site,
		 words_state(l), (long long) l->items);
	add_time(o->out, l->last_sync);
	buf_addf(o->out, "\nmin-time-between-syncs: %d min\nrecommended-time-between-syncs: %d s\n", l->min_minutes,
		 l->recommended_seconds);
	if (l->interval_ms) {
		buf_addf(o->out, "interval: %d s\nnext-sync: ", l->interval_ms / 1000);
		add_time(o->out, l->next_cycle);
		buf_addc(o->out, '\n');
	}
	buf_addf(o->out, "received: %lld\nsent: %lld\nto-send: %lld\nrefused: %lld\nconflicts: %d\nnote: ",
		 (long long) l->received, (long long) l->sent, (long long) l->to_send, (long long) l->refused,
		 host_conflicts_count(o->app, l->name));
	at = o->out->len;
	add_note(o->out, l);
	flatten(o->out, at);
	return buf_addc(o->out, '\n');
}

int host_status(struct app *app, int64_t list, struct buf *out)
{
	struct one o = { .app = app, .list = list, .out = out };
	struct sync_status s;
	int r;

	if (!list)
		return add_all(app, out);
	r = sync_status(app->sync, &s, add_one, &o);
	return r < 0 ? r : o.found ? buf_error(out) : -ENOENT;
}

/* ---- for programs --------------------------------------------------------------- */

struct json_walk {
	struct app *app;
	struct ctl_json *j; /* foreign */
};

static void add_json_time(struct ctl_json *j, const char *key, int64_t ns)
{
	char text[CLOCK_ISO_SIZE];

	if (ns)
		clock_format_iso(ns / 1000000000, text);
	ctl_json_str(j, key, ns ? text : NULL);
}

static int add_json(void *arg, const struct sync_list_status *l)
{
	const struct json_walk *w = arg;

	ctl_json_object(w->j, NULL);
	ctl_json_str(w->j, "name", l->name);
	ctl_json_str(w->j, "title", l->title);
	ctl_json_str(w->j, "site", l->site);
	ctl_json_str(w->j, "state", words_state(l));
	ctl_json_str(w->j, "list_state", l->list_state);
	ctl_json_int(w->j, "items", l->items);
	ctl_json_int(w->j, "done", l->done);
	ctl_json_int(w->j, "total", l->total);
	ctl_json_int(w->j, "received", l->received);
	ctl_json_int(w->j, "sent", l->sent);
	ctl_json_int(w->j, "to_send", l->to_send);
	ctl_json_int(w->j, "refused", l->refused);
	ctl_json_int(w->j, "conflicts", host_conflicts_count(w->app, l->name));
	add_json_time(w->j, "last_sync", l->last_sync);
	add_json_time(w->j, "not_before", l->not_before);
	ctl_json_int(w->j, "min_minutes", l->min_minutes);
	ctl_json_int(w->j, "recommended_seconds", l->recommended_seconds);
	ctl_json_int(w->j, "interval_seconds", l->interval_ms / 1000);
	add_json_time(w->j, "next_sync", l->next_cycle);
	ctl_json_str(w->j, "read_only", l->read_only);
	ctl_json_str(w->j, "error", l->error);
	ctl_json_end(w->j);
	return 0;
}

int host_status_json(struct app *app, int64_t list, struct buf *out)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	struct json_walk w = { app, j };
	struct sync_status s;
	int r;

	(void) list;
	ctl_json_int(j, "version", 1);
	ctl_json_str(j, "program", "spfs " SPFS_VERSION);
	ctl_json_str(j, "mountpoint", app->mountpoint);
	ctl_json_str(j, "profile", app->places->profile);
	ctl_json_int(j, "pid", getpid());
	ctl_json_bool(j, "damaged", is_damaged(app));
	ctl_json_str(j, "kept_aside", app->kept);
	ctl_json_array(j, "lists");
	r = sync_status(app->sync, &s, add_json, &w);
	ctl_json_end(j);
	if (r < 0)
		return r;
	ctl_json_bool(j, "online", s.online);
	ctl_json_bool(j, "reachable", s.reachable);
	ctl_json_bool(j, "running", s.running);
	ctl_json_int(j, "lists_running", s.lists);
	ctl_json_int(j, "lists_done", s.lists_done);
	add_json_time(j, "next_try", s.backoff_until);
	return ctl_json_dump(j, CTL_JSON_PRETTY, out);
}

/* ---- for the log ------------------------------------------------------------------ */

static int log_row(void *arg, const struct sync_list_status *l)
{
	(void) arg;
	log_line(LOG_LEVEL_NOTICE, "status list=\"%s\" state=%s items=%lld to_send=%lld refused=%lld error=\"%s\"",
		 l->name, words_state(l), (long long) l->items, (long long) l->to_send, (long long) l->refused,
		 l->error ? l->error : "");
	return 0;
}

void host_status_log(struct app *app)
{
	struct sync_status s;
	int r = sync_status(app->sync, &s, log_row, NULL);

	if (r < 0)
		log_error("status: %s", err_text(NULL, r));
	else
		log_notice("status online=\"%s\" running=%d", online_word(&s), s.running);
}
