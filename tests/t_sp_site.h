#ifndef T_SP_SITE_H
#define T_SP_SITE_H

/* A site that answers with files: what the tests of sp have in common. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "net/auth.h"
#include "remote/remote.h"
#include "sp/sp.h"
#include "t_net_server.h"

#define DATA "tests/data/sp/"
#define XML_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n"
#define FAULT_HEAD "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/xml; charset=utf-8\r\n"

/* The n-th request gets the n-th answer, later ones the last. */
struct say {
	const char *head; /* NULL: the connection is closed without a word */
	char *body;       /* owned */
};

struct site {
	struct server *server;
	struct sp_factory *factory;
	struct remote *remote;
	struct say says[4];
	int n;
	char *requests[4]; /* owned; as they came */
	char *url;         /* owned */
	struct net_account account; /* what the factory is told; foreign strings */
};

static inline enum server_then site_answer(struct server *s, int fd, const char *request)
{
	struct site *t = s->arg;
	int i = atomic_load(&s->requests) - 1;
	const struct say *say = &t->says[i < t->n ? i : t->n - 1];

	if (i < 4)
		t->requests[i] = strdup(request);
	if (!say->head)
		return SERVER_CLOSE;
	server_answer(fd, say->head, say->body);
	return SERVER_KEEP;
}

static inline int site_account(void *arg, const char *site, struct net_account *ret, struct err *err)
{
	struct site *t = arg;

	(void) site;
	(void) err;
	ret->auth = t->account.auth;
	return str_set(&ret->user, t->account.user) ?: str_set(&ret->password, t->account.password);
}

static inline void site_open(struct site *t)
{
	struct sp_accounts accounts = { .account = site_account, .arg = t };
	const struct remote_factory *f;

	t->server = server_start(site_answer, t);
	t->url = str_printf("http://127.0.0.1:%d/sites/team", t->server->port);
	t->factory = sp_factory_new(&accounts);
	f = sp_factory_remote(t->factory);
	assert_int_equal(f->open(f->arg, t->url, &t->remote, NULL), 0);
}

static inline void site_close(struct site *t)
{
	if (t->remote)
		t->remote->ops->close(t->remote);
	sp_factory_free(t->factory);
	server_stop(t->server);
	for (int i = 0; i < 4; i++)
		free(t->requests[i]);
	for (int i = 0; i < t->n; i++)
		free(t->says[i].body);
	free(t->url);
	*t = (struct site) { 0 };
}

static inline char *file_text(const char *path)
{
	struct buf b = BUF_INIT(64 << 20);

	if (fsutil_read(path, &b) < 0)
		fail_msg("cannot read %s (run from the top of the tree)", path);
	return buf_take(&b);
}

static inline void site_says(struct site *t, const char *head, char *body)
{
	t->says[t->n++] = (struct say) { head, body };
}

/* A site that answers with these files of tests/data/sp, the fault-* ones with status 500. */
static inline void site_of(struct site *t, const char *a, const char *b)
{
	const char *names[] = { a, b };

	for (int i = 0; i < 2; i++) {
		CLEANUP(str_free_p) char *path = str_printf(DATA "%s", names[i] ?: "");

		if (names[i])
			site_says(t, str_starts(names[i], "fault") ? FAULT_HEAD : XML_HEAD, file_text(path));
	}
	site_open(t);
}

/* ---- what a pull reported, as text -------------------------------------------------- */

struct heard {
	struct buf log;
	int rows, ids, lists, restarts;
	struct item last; /* owned */
	int stop_at;      /* rows after which to stop with -ENOSPC; 0: never */
};

static inline void heard_restart(void *arg)
{
	struct heard *h = arg;

	buf_reset(&h->log);
	h->rows = h->ids = h->lists = 0;
	h->restarts++;
}

static inline int heard_list(void *arg, const struct list *l)
{
	struct heard *h = arg;

	h->lists++;
	return buf_addf(&h->log, "list %s %s %zu\n", l->id, l->title, l->schema.n);
}

static inline int heard_id(void *arg, enum remote_id_change kind, int64_t id)
{
	struct heard *h = arg;

	h->ids++;
	return buf_addf(&h->log, "id %d %lld\n", (int) kind, (long long) id);
}

static inline int heard_row(void *arg, struct item *row)
{
	struct heard *h = arg;

	h->rows++;
	buf_addf(&h->log, "row %lld v%lld %s\n", (long long) row->id, (long long) row->version,
		 values_get(&row->values, "Title") ?: "-");
	item_release(&h->last);
	h->last = *row;
	*row = (struct item) ITEM_INIT;
	return h->stop_at && h->rows == h->stop_at ? -ENOSPC : 0;
}

static inline int heard_present(void *arg, int64_t id)
{
	struct heard *h = arg;

	return buf_addf(&h->log, "there %lld\n", (long long) id);
}

#define HEARD_INIT { .log = BUF_INIT(1 << 20), .last = ITEM_INIT }

static inline void heard_release(struct heard *h)
{
	buf_release(&h->log);
	item_release(&h->last);
}

static inline enum remote_result site_pull(struct site *t, const char *token, struct heard *h,
					   struct remote_page *page, struct remote_fault *f)
{
	const struct remote_sink sink = { heard_restart, heard_list, heard_id, heard_row, heard_present, h };
	const struct remote_pull q = { .list_id = "{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}", .token = token };

	*f = (struct remote_fault) { 0 };
	return t->remote->ops->pull(t->remote, &q, &sink, page, NULL, f);
}

#endif
