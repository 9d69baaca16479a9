#include "events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "ctl/hub.h"
#include "ctl/json.h"
#include "store/list.h"
#include "sync/sync.h"
#include "app.h"
#include "helper.h"
#include "notify.h"
#include "words.h"

/* A list that is being synchronised: what its counters were when that began. */
struct run {
	int64_t list;
	int64_t begun; /* monotonic ms */
	int64_t received, sent, conflicts;
};

/* What the person is told of by `notify`: once in a run, and in a minute. */
enum told { TOLD_CONFLICT, TOLD_REFUSED, TOLD_LOGIN, TOLD };
enum { TELL_AGAIN_MS = 60000 };

struct events {
	struct lock lock; /* RANK_LEAF; protects the rest */
	struct run *runs; /* owned */
	size_t n, cap;
	int telling;      /* ends of lists that are not told to their end yet */
	struct cond all_told;
	char login[512];  /* why a login is needed; "": it is not */
	char login_site[512]; /* and where */
	int64_t told[TOLD];   /* when the person was told last, monotonic ms; 0: not since the last run */
};

struct events *events_new(void)
{
	struct events *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	lock_init(&e->lock, RANK_LEAF);
	cond_init(&e->all_told);
	return e;
}

struct events *events_free(struct events *e)
{
	if (!e)
		return NULL;
	cond_release(&e->all_told);
	lock_release(&e->lock);
	free(e->runs);
	free(e);
	return NULL;
}

/* ---- the run of a list --------------------------------------------------------- */

static struct run *find_run(struct events *e, int64_t list)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->runs[i].list == list)
			return &e->runs[i];
	return NULL;
}

/* Notes that the list runs. Without memory its end is told with what was counted since the mount. */
static void begin_run(struct events *e, const struct sync_list_status *l)
{
	lock_take(&e->lock);
	if (!find_run(e, l->list) && vec_grow(&e->runs, &e->cap, e->n + 1, sizeof(*e->runs)) == 0)
		e->runs[e->n++] = (struct run) { .list = l->list, .begun = clock_mono_ms(), .received = l->received,
						 .sent = l->sent, .conflicts = l->conflicts };
	lock_give(&e->lock);
}

/* True: the list was running, ret is what it began with; the caller tells it, and then end_is_told(). */
static bool end_run(struct events *e, int64_t list, struct run *ret)
{
	struct run *r;

	lock_take(&e->lock);
	r = find_run(e, list);
	if (r) {
		*ret = *r;
		*r = e->runs[--e->n];
		e->telling++;
	}
	lock_give(&e->lock);
	return r != NULL;
}

static void end_is_told(struct events *e)
{
	lock_take(&e->lock);
	if (--e->telling == 0)
		cond_wake_all(&e->all_told);
	lock_give(&e->lock);
}

/* Another thread may be at it: for as long as it takes to put a line into buffers. */
static void wait_until_told(struct events *e)
{
	lock_take(&e->lock);
	while (e->telling)
		cond_wait(&e->all_told, &e->lock);
	lock_give(&e->lock);
}

/* ---- the run of them all --------------------------------------------------------- */

void events_run_ask(struct app *app)
{
	ctl_hub_run_ask(app->hub);
}

void events_run_asked(struct app *app)
{
	struct sync_status s;

	/* Too early an end is better for a reader than none. */
	ctl_hub_run_asked(app->hub, sync_status(app->sync, &s, NULL, NULL) < 0 ? 0 : s.run);
}

int events_last_run(struct app *app, struct buf *out)
{
	return ctl_hub_last_run(app->hub, out);
}

int events_login(struct app *app, struct buf *out)
{
	int r;

	lock_take(&app->events->lock);
	r = buf_adds(out, app->events->login);
	lock_give(&app->events->lock);
	return r;
}

static void need_login(struct app *app, const struct sync_event *ev)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct events *e = app->events;
	bool known = store_list_get(app->store, ev->list, &l) == 0;

	lock_take(&e->lock);
	snprintf(e->login, sizeof(e->login), "%s", ev->text ? ev->text : "login needed");
	snprintf(e->login_site, sizeof(e->login_site), "%s", known ? l.site : "");
	lock_give(&e->lock);
}

/* A list of that site was received: the login is good again. */
static void login_is_good(struct app *app, const char *site)
{
	struct events *e = app->events;

	lock_take(&e->lock);
	if (strcmp(e->login_site, site) == 0) {
		e->login[0] = e->login_site[0] = '\0';
		e->told[TOLD_LOGIN] = 0;
	}
	lock_give(&e->lock);
}

/* ---- lines ------------------------------------------------------------------------ */

static void publish_json(struct app *app, struct ctl_json *j)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(16384);

	if (ctl_json_dump(j, CTL_JSON_LINE, &line) == 0)
		ctl_hub_publish(app->hub, CTL_EVENTS, buf_str(&line));
}

static void tell_step(struct app *app, const struct sync_list_status *l)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(4096);

	ctl_json_str(j, "type", "list");
	ctl_json_str(j, "list", l->name);
	ctl_json_str(j, "state", words_state(l));
	ctl_json_int(j, "done", l->done);
	ctl_json_int(j, "total", l->total);
	ctl_json_int(j, "to_send", l->to_send);
	ctl_json_str(j, "error", l->error);
	publish_json(app, j);
	if (l->state == SYNC_IDLE)
		return;
	begin_run(app->events, l);
	buf_addc(&line, ' '); /* tells a step from a result; no list's name begins so */
	if (l->state != SYNC_QUEUED && words_step(&line, l) == 0)
		ctl_hub_publish(app->hub, CTL_PROGRESS, buf_str(&line));
}

static void tell_end(struct app *app, const struct sync_list_status *l, const struct run *run)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(4096);
	int64_t ms = clock_mono_ms() - run->begun;

	if (words_done(&line, l, l->received - run->received, l->sent - run->sent, l->conflicts - run->conflicts, ms) < 0)
		return;
	ctl_hub_result(app->hub, buf_str(&line));
	if (!l->error)
		login_is_good(app, l->site);
	if (l->error)
		log_warning("sync list=\"%s\" failed: %s", l->name, l->error);
	else
		log_info("sync list=\"%s\" received=%lld sent=%lld conflicts=%lld ms=%lld", l->name,
			 (long long) (l->received - run->received), (long long) (l->sent - run->sent),
			 (long long) (l->conflicts - run->conflicts), (long long) ms);
}

static int tell_ended(void *arg, const struct sync_list_status *l)
{
	struct app *app = arg;
	struct run run;

	if (l->state == SYNC_IDLE && end_run(app->events, l->list, &run)) {
		tell_end(app, l, &run);
		end_is_told(app->events);
	}
	return 0;
}

static int tell_list(void *arg, const struct sync_list_status *l)
{
	tell_step(arg, l);
	return tell_ended(arg, l);
}

static int tell_online(struct app *app)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	struct sync_status s;
	int r = sync_status(app->sync, &s, NULL, NULL);

	if (r < 0)
		return r;
	ctl_json_str(j, "type", "online");
	ctl_json_bool(j, "online", s.online);
	publish_json(app, j);
	return 0;
}

/* ---- what else happens --------------------------------------------------------------- */

static void tell(struct app *app, const struct sync_event *e, const char *type, enum log_level level)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	CLEANUP(str_free_p) char *list = NULL;

	if (e->list && host_list_name(app, e->list, &list) < 0)
		list = NULL;
	ctl_json_str(j, "type", type);
	if (list)
		ctl_json_str(j, "list", list);
	if (e->name)
		ctl_json_str(j, "name", e->name);
	ctl_json_str(j, "text", e->text);
	publish_json(app, j);
	log_line(level, "%s list=\"%s\" name=\"%s\" %s", type, list ? list : "", e->name ? e->name : "",
		 e->text ? e->text : "");
}

/* The end of the run is told by another thread than that of its last list: that list's result comes first all the same. */
static void tell_run(struct app *app, const struct sync_event *e)
{
	struct sync_status s;

	if (sync_status(app->sync, &s, tell_ended, app) < 0)
		log_warning("the results of some lists could not be shown");
	wait_until_told(app->events);
	tell(app, e, "end", LOG_LEVEL_INFO);
	ctl_hub_result(app->hub, e->text ? e->text : "done");
	ctl_hub_run_over(app->hub, e->run);
}

/* Whether to tell now; a login that is needed is told of until it was good again. */
static bool is_due(struct events *ev, enum told what)
{
	int64_t now = clock_mono_ms();
	bool due;

	lock_take(&ev->lock);
	due = !ev->told[what] || (what != TOLD_LOGIN && now - ev->told[what] >= TELL_AGAIN_MS);
	if (due)
		ev->told[what] = now;
	lock_give(&ev->lock);
	return due;
}

static void tell_person(struct app *app, const struct sync_event *e, enum told what)
{
	static const char *const titles[TOLD] = { "SharePoint: conflict", "SharePoint: change refused",
						  "SharePoint: login needed" };
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	CLEANUP(str_free_p) char *list = NULL;

	if (!app->notify || !is_due(app->events, what))
		return;
	if (e->list && host_list_name(app, e->list, &list) < 0)
		list = NULL;
	buf_adds(&text, list);
	if (e->name)
		buf_addf(&text, "%s%s", list ? "/" : "", e->name);
	if (e->text)
		buf_addf(&text, "%s%s", text.len ? ": " : "", e->text);
	if (buf_error(&text) < 0)
		return;
	if (app->helper)
		helper_notify(app->helper, titles[what], buf_str(&text));
	else
		notify_tell(app->notify, titles[what], buf_str(&text));
}

static void forget_told(struct events *ev)
{
	lock_take(&ev->lock);
	ev->told[TOLD_CONFLICT] = ev->told[TOLD_REFUSED] = 0;
	lock_give(&ev->lock);
}

void events_publish(struct app *app, const struct sync_event *e)
{
	int r;

	switch (e->kind) {
	case SYNC_LIST:
		r = e->list ? sync_status_list(app->sync, e->list, tell_list, app) : tell_online(app);
		if (r < 0 && r != -ENOENT) /* the list was removed meanwhile */
			log_warning("a change of state could not be shown: %s", err_text(NULL, r));
		break;
	case SYNC_RUN_END:
		tell_run(app, e);
		forget_told(app->events);
		break;
	case SYNC_CONFLICT:
		tell(app, e, "conflict", LOG_LEVEL_WARNING);
		tell_person(app, e, TOLD_CONFLICT);
		break;
	case SYNC_REFUSED:
		tell(app, e, "refused", LOG_LEVEL_WARNING);
		tell_person(app, e, TOLD_REFUSED);
		break;
	case SYNC_LOGIN:
		need_login(app, e);
		tell(app, e, "login", LOG_LEVEL_WARNING);
		tell_person(app, e, TOLD_LOGIN);
		break;
	case SYNC_ENTRY_ADDED:
	case SYNC_ENTRY_REMOVED:
	case SYNC_ENTRY_RENAMED:
	case SYNC_CONTENT:
	case SYNC_ATTR:
		break; /* the kernel's business: fs */
	}
}
