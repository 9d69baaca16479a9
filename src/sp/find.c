/* Which of several addresses is a web: asks them. */
#include "sp/sp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"

struct probe {
	int (*fn)(void *arg, const struct list *l); /* the caller's */
	void *arg;
	char *web_url; /* owned; what the first list says of its web */
};

static int on_list(void *arg, const struct list *l)
{
	struct probe *p = arg;

	if (!p->web_url && l->web_url) {
		p->web_url = strdup(l->web_url);
		if (!p->web_url)
			return -ENOMEM;
	}
	return p->fn ? p->fn(p->arg, l) : 0;
}

/*
 * SharePoint answers below a web as that web: where it says it is, counts. Only the path
 * is taken from it, and only if it is a part of the one that was asked, for behind
 * a proxy a server may call itself something else.
 */
static int true_web(const char *asked, const char *web_url, char **ret)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(32768);
	struct uri u = { 0 };
	size_t n = web_url ? strlen(web_url) : 0;
	int r = uri_parse(asked, &u);

	if (r < 0)
		return r;
	if (!web_url || strncasecmp(u.path, web_url, n) != 0 || (u.path[n] && u.path[n] != '/')) {
		buf_adds(&b, asked);
	} else {
		uri_origin(&u, &b);
		uri_encode_path(&b, web_url);
	}
	uri_release(&u);
	if (buf_error(&b))
		return buf_error(&b);
	*ret = buf_take(&b);
	return *ret ? 0 : -ENOMEM;
}

static enum remote_result ask(struct sp_factory *f, const char *web, struct probe *p, const atomic_int *cancel,
			      struct remote_fault *fault)
{
	const struct remote_factory *rf = sp_factory_remote(f);
	struct remote *r = NULL;
	enum remote_result result;
	int k;

	*fault = (struct remote_fault) { 0 };
	/* What an account lacks, the user has to give. */
	k = rf->open(rf->arg, web, &r, &fault->err);
	if (k < 0)
		return k == -ENOMEM ? REMOTE_SITE_BAD : REMOTE_AUTH;
	result = r->ops->lists(r, on_list, p, cancel, fault);
	r->ops->close(r);
	return result;
}

/* The next candidate may still do better: this one is no web, but the server is there and lets us in. */
static bool is_worth_going_on(enum remote_result r, const struct remote_fault *fault)
{
	bool busy = fault->http_status == 429 || fault->http_status == 503;

	return fault->http_status && !busy && r != REMOTE_AUTH && r != REMOTE_CANCELED;
}

enum remote_result sp_site_find(struct sp_factory *f, const struct sp_target *t,
				int (*fn)(void *arg, const struct list *l), void *arg, char **ret_web,
				const atomic_int *cancel, struct remote_fault *fault)
{
	enum remote_result first = REMOTE_SITE_BAD;
	struct remote_fault first_fault = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		struct probe p = { .fn = fn, .arg = arg };
		enum remote_result r = ask(f, t->webs[i], &p, cancel, fault);

		if (r == REMOTE_OK && true_web(t->webs[i], p.web_url, ret_web) < 0) {
			err_set(&fault->err, -ENOMEM, "out of memory");
			r = REMOTE_SITE_BAD;
		}
		free(p.web_url);
		if (r == REMOTE_OK || !is_worth_going_on(r, fault))
			return r;
		if (i == 0) {
			first = r;
			first_fault = *fault;
		}
	}
	*fault = first_fault;
	return first;
}
