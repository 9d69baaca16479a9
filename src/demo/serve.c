#include "serve.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "keep.h"
#include "login.h"
#include "opts.h"
#include "reqlog.h"
#include "server.h"

/* From a request to who sent it, which site it is for, and what a script wants of it. */

static const char *product(int version)
{
	switch (version) {
	case 12: return "12.0.0.6421";
	case 14: return "14.0.0.7149";
	case 15: return "15.0.0.4420";
	case PRODUCT_2019: return "16.0.0.10337";
	case PRODUCT_SE: return "16.0.0.14326";
	default: return "16.0.0.5071";
	}
}

/* ---- where ------------------------------------------------------------------------------------ */

/* The site whose path is the longest that the request's begins with. Sites are never removed. */
static bool find_site(struct visit *v)
{
	size_t best = 0;

	lock_take(&v->s->lock);
	for (size_t i = 0; i < v->s->model.n_sites; i++) {
		struct site *site = v->s->model.sites[i];
		size_t n = strlen(site->path);
		const char *after = v->rq->path + n;

		if (strncasecmp(v->rq->path, site->path, n) != 0 || (*after && *after != '/') || (v->site && n < best))
			continue;
		v->site = site;
		v->rest = *after ? after + 1 : after;
		best = n;
	}
	lock_give(&v->s->lock);
	return v->site;
}

/* "http://host" as the client called us, so that the addresses in answers work for it. */
static void find_base(const struct http_request *rq, char *out, size_t size)
{
	const char *host = http_header(rq, "Host");

	if (!host || !*host || strlen(host) > 255)
		host = "localhost";
	for (const char *s = host; *s; s++)
		if (!isalnum((unsigned char) *s) && !strchr(".-_:[]", *s)) {
			host = "localhost";
			break;
		}
	snprintf(out, size, "http://%s", host);
}

/* ---- what a script wants ---------------------------------------------------------------------- */

static void send_status(struct visit *v, const struct effects *fx)
{
	v->rp->status = (int) fx->status;
	http_set_type(v->rp, *fx->type ? fx->type : "text/plain; charset=utf-8");
	if (fx->retry_after >= 0)
		http_set_header(v->rp, "Retry-After", "%lld", (long long) fx->retry_after);
	if (*fx->location)
		http_set_header(v->rp, "Location", "%s", fx->location);
	if (*fx->body)
		buf_adds(&v->rp->body, fx->body);
	else
		buf_addf(&v->rp->body, "%lld\n", (long long) fx->status);
}

bool serve_orders(struct visit *v, const struct effects *fx)
{
	char error[256];

	if (fx->delay && !server_wait(v->s, fx->delay))
		v->rp->silent = true;
	if (*fx->command && do_command(v->s, fx->command, error) < 0)
		fprintf(stderr, "spfs-demo: do=%s: %s\n", fx->command, error);
	if (fx->close_before)
		v->rp->silent = true;
	if (v->rp->silent)
		return false;
	if (fx->status) {
		send_status(v, fx);
		return false;
	}
	if (fx->html)
		login_page(v->rp);
	return !fx->html;
}

void serve_orders_after(struct visit *v, const struct effects *fx)
{
	v->rp->cut = fx->cut;
	v->rp->silent |= fx->close_after;
}

/* ---- all of it -------------------------------------------------------------------------------- */

static void serve(struct visit *v)
{
	if (v->rq->too_big) {
		v->rp->status = 413;
		return;
	}
	if (login_serve(v) || !login_visit(v))
		return;
	if (!find_site(v)) {
		v->rp->status = 404;
		http_set_type(v->rp, "text/html; charset=utf-8");
		buf_adds(&v->rp->body, "404 NOT FOUND");
		return;
	}
	if (strcmp(v->rq->method, "POST") == 0 && str_eq_nocase(v->rest, "_vti_bin/lists.asmx"))
		serve_soap(v);
	else
		serve_get(v);
}

static bool wait_latency(struct server *s)
{
	int64_t ms;

	lock_take(&s->idle);
	ms = s->latency;
	lock_give(&s->idle);
	return !ms || server_wait(s, ms);
}

void server_handle(void *arg, const struct http_request *rq, struct http_reply *rp)
{
	struct server *s = arg;
	struct reqlog_entry entry = { .time_ns = clock_now_ns(), .in = rq->body_len };
	char base[300];
	struct visit v = { .s = s, .rq = rq, .rp = rp, .entry = &entry, .base = base };

	if (str_starts(rq->path, "/_demo/")) {
		admin_handle(s, rq, rp);
		return;
	}
	find_base(rq, base, sizeof(base));
	snprintf(entry.method, sizeof(entry.method), "%s", rq->method);
	snprintf(entry.path, sizeof(entry.path), "%s", rq->path);
	http_set_header(rp, "MicrosoftSharePointTeamServices", "%s", s->opts->wss2 ? "6.0.2.8117" : product(s->opts->version));
	if (wait_latency(s))
		serve(&v);
	else
		rp->silent = true;
	if (s->opts->keep && *entry.op)
		keep_request(s->opts->keep, entry.time_ns, rq);
	entry.status = rp->silent ? 0 : rp->status;
	entry.out = rp->file < 0 ? rp->body.len : (size_t) rp->file_size;
	entry.took_us = (clock_now_ns() - entry.time_ns) / 1000;
	reqlog_add(s->log, &entry);
}
