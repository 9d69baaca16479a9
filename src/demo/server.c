#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "change.h"
#include "db.h"
#include "heap.h"
#include "opts.h"
#include "reqlog.h"
#include "sample.h"
#include "script.h"

/* ---- the state -------------------------------------------------------------------------------- */

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : "Team Site";
}

/* "team" -> "Team" */
static char *site_title(const char *path)
{
	char *title = strdup(last_name(path));

	if (title && *title >= 'a' && *title <= 'z')
		*title = (char) (*title - 0x20);
	return title;
}

static int make_site(struct server *s, const char *path, bool first)
{
	CLEANUP(str_free_p) char *title = site_title(path);
	struct site *site = NULL;
	int r = title ? model_add_site(&s->model, path, title, &site) : -ENOMEM;

	if (r >= 0)
		r = sample_site(&s->model, site);
	if (r >= 0 && !s->opts->empty)
		r = sample_lists(&s->model, site);
	if (r >= 0 && first && s->opts->items)
		r = sample_big_list(&s->model, site, s->opts->items);
	return r;
}

/* Sites and people that the state does not have yet. */
static int make_missing(struct server *s)
{
	int r = change_begin(s->db);

	if (r >= 0 && !s->model.n_people)
		r = sample_people(&s->model);
	for (size_t i = 0; r >= 0 && i < s->opts->n_sites; i++)
		if (!model_site(&s->model, s->opts->sites[i]))
			r = make_site(s, s->opts->sites[i], i == 0);
	return r;
}

/* Somebody whom no site knows yet: "CONTOSO\\ann" is called ann. */
static int add_person(struct server *s, const char *login, struct person **ret)
{
	const char *bare = strrchr(login, '\\');
	const struct person_facts fresh = { 0, login, bare && bare[1] ? bare + 1 : login, "", "" };
	int r = model_add_person(&s->model, &fresh, ret);

	for (size_t i = 0; r >= 0 && i < s->model.n_sites; i++)
		r = sample_person(&s->model, s->model.sites[i], *ret);
	return r;
}

/* Those of --user may log in. */
static int add_users(struct server *s)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < s->opts->n_users; i++) {
		const struct opts_user *u = &s->opts->users[i];
		struct person *p = model_person_named(&s->model, u->name);

		if (!p)
			r = add_person(s, u->name, &p);
		if (r >= 0)
			r = str_set(&p->password, u->password);
		if (r >= 0)
			p->role = strcmp(u->role, "owner") == 0		 ? ROLE_OWNER
				  : strcmp(u->role, "contributor") == 0 ? ROLE_CONTRIBUTOR
									: ROLE_READER;
	}
	return r;
}

static int open_heap(struct server *s)
{
	CLEANUP(str_free_p) char *path = s->opts->data ? str_printf("%s/documents", s->opts->data) : NULL;

	return s->opts->data && !path ? -ENOMEM : heap_open(path, &s->heap);
}

static int open_db(struct server *s)
{
	CLEANUP(str_free_p) char *path = s->opts->data ? str_printf("%s/demo.db", s->opts->data) : NULL;
	int r = 0;

	if (s->opts->data) {
		r = path ? fsutil_mkdirs(s->opts->data, 0700) : -ENOMEM;
		if (r < 0)
			return r;
	}
	r = open_heap(s);
	if (r >= 0)
		r = db_open(path, &s->db);
	if (r < 0)
		return r;
	s->model.db = s->db;
	s->model.locks = &s->locks;
	s->model.version = s->opts->version;
	s->model.wss2 = s->opts->wss2;
	s->model.log_age = s->opts->retention * TICKS_A_SECOND;
	s->model.log_entries = s->opts->max_changes;
	r = model_load(&s->model);
	if (r >= 0)
		r = db_begin(s->db);
	if (r < 0)
		return r;
	r = make_missing(s);
	if (r >= 0)
		r = add_users(s);
	return db_end(s->db, r);
}

static int read_script(struct server *s)
{
	struct buf text = BUF_INIT(1 << 20);
	char *save = NULL;
	char error[256] = "";
	int r = s->opts->script ? fsutil_read(s->opts->script, &text) : 0;
	CLEANUP(str_free_p) char *body = r < 0 ? NULL : buf_take(&text);

	if (r < 0)
		fprintf(stderr, "spfs-demo: %s: %s\n", s->opts->script, strerror(-r));
	for (char *l = body ? strtok_r(body, "\n", &save) : NULL; r >= 0 && l; l = strtok_r(NULL, "\n", &save)) {
		r = script_add(s->script, l, error);
		if (r < 0)
			fprintf(stderr, "spfs-demo: %s: %s: %s\n", s->opts->script, l, error);
	}
	buf_release(&text);
	return r;
}

int server_open(struct server *s, const struct opts *o)
{
	int r;

	*s = (struct server) { .opts = o, .threshold = 5000, .latency = o->latency };
	habits_init(&s->habits, o->version);
	logins_init(&s->logins);
	lock_init(&s->lock, RANK_STORE);
	lock_init(&s->idle, RANK_LEAF);
	cond_init(&s->wake);
	s->script = script_new();
	s->log = reqlog_new();
	if (!s->script || !s->log)
		return -ENOMEM;
	r = read_script(s);
	if (r < 0)
		return r;
	r = open_db(s);
	if (r < 0)
		fprintf(stderr, "spfs-demo: cannot open or fill the state%s%s: %s\n", o->data ? " in " : "",
			o->data ? o->data : "", strerror(-r));
	return r;
}

void server_close(struct server *s)
{
	model_release(&s->model);
	db_close(s->db);
	heap_close(s->heap);
	davlock_release(&s->locks);
	script_free(s->script);
	reqlog_free(s->log);
	logins_release(&s->logins);
	cond_release(&s->wake);
	lock_release(&s->idle);
	lock_release(&s->lock);
}

/* ---- documents on their way in -------------------------------------------------------------------- */

static int64_t take_place(void *arg, uint64_t n)
{
	struct server *s = arg;

	return heap_take(s->heap, n);
}

static int write_place(void *arg, int64_t at, const void *p, size_t n)
{
	struct server *s = arg;

	return heap_write(s->heap, at, p, n);
}

const struct http_spool server_spool = { take_place, write_place };

/* ---- waiting ---------------------------------------------------------------------------------- */

void server_stop(struct server *s)
{
	lock_take(&s->idle);
	s->stopping = true;
	cond_wake_all(&s->wake);
	lock_give(&s->idle);
}

bool server_wait(struct server *s, int64_t ms)
{
	int64_t deadline = clock_mono_ms() + ms;
	bool stopping;

	lock_take(&s->idle);
	while (!s->stopping && clock_mono_ms() < deadline)
		cond_wait_until(&s->wake, &s->idle, deadline);
	stopping = s->stopping;
	lock_give(&s->idle);
	return !stopping;
}
