#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "reqlog.h"
#include "script.h"
#include "server.h"

/* /_demo/...: for tests, and for this machine only. */

typedef int (*line_fn)(struct server *s, const char *line, char error[256]);

/* Each line of the body; the first that is wrong ends it with its reason. */
static void each_line(struct server *s, const struct http_request *rq, struct http_reply *rp, line_fn fn)
{
	CLEANUP(str_free_p) char *body = strndup(rq->body, rq->body_len);
	char *save = NULL;
	char error[256] = "";
	int r = body ? 0 : -ENOMEM;

	if (body && strlen(body) != rq->body_len)
		r = -EINVAL;
	for (char *l = body ? strtok_r(body, "\n", &save) : NULL; r >= 0 && l; l = strtok_r(NULL, "\n", &save)) {
		r = fn(s, l, error);
		if (r < 0)
			buf_addf(&rp->body, "%s: %s\n", l, *error ? error : strerror(-r));
	}
	if (r >= 0)
		buf_adds(&rp->body, "ok\n");
	else if (rp->body.len == 0)
		buf_addf(&rp->body, "%s\n", strerror(-r));
	if (r < 0)
		rp->status = r == -EINVAL ? 400 : 500;
}

static int add_order(struct server *s, const char *line, char error[256])
{
	return script_add(s->script, line, error);
}

static void post_script(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	each_line(s, rq, rp, add_order);
}

static void get_script(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	script_list(s->script, &rp->body);
}

static void delete_script(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	script_clear(s->script);
	buf_adds(&rp->body, "ok\n");
}

static void post_do(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	each_line(s, rq, rp, do_command);
}

static void get_log(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	http_set_type(rp, "application/jsonl; charset=utf-8");
	reqlog_write(s->log, &rp->body);
}

static void get_counts(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	http_set_type(rp, "application/json");
	reqlog_counts(s->log, &rp->body);
}

static void post_reset(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	reqlog_reset(s->log);
	buf_adds(&rp->body, "ok\n");
}

static void post_expire(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	logins_expire(&s->logins);
	buf_adds(&rp->body, "ok\n");
}

static void stop(void *arg)
{
	server_stop(arg);
}

/* The main thread waits for it as for a signal; the answer goes out first. */
static void post_stop(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	(void) rq;
	buf_adds(&rp->body, "ok\n");
	rp->after = stop;
	rp->after_arg = s;
}

static const struct {
	const char *method, *path;
	void (*run)(struct server *s, const struct http_request *rq, struct http_reply *rp);
} actions[] = {
	{ "GET", "/_demo/log", get_log },         { "GET", "/_demo/counts", get_counts },
	{ "POST", "/_demo/reset-counts", post_reset }, { "GET", "/_demo/script", get_script },
	{ "POST", "/_demo/script", post_script }, { "DELETE", "/_demo/script", delete_script },
	{ "POST", "/_demo/do", post_do },         { "POST", "/_demo/stop", post_stop },
	{ "POST", "/_demo/token", login_token },  { "POST", "/_demo/expire-logins", post_expire },
};

void admin_handle(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	http_set_type(rp, "text/plain; charset=utf-8");
	/* a page in somebody's browser may reach this port; it would say where it comes from */
	if (!rq->loopback || http_header(rq, "Origin")) {
		rp->status = 403;
		return;
	}
	rp->status = 404;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(actions[i].path, rq->path) != 0)
			continue;
		rp->status = 405;
		if (strcmp(actions[i].method, rq->method) != 0)
			continue;
		rp->status = 200;
		actions[i].run(s, rq, rp);
		return;
	}
}
