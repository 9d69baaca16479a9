#include "forms.h"

#include <errno.h>
#include <string.h>

#include "answer.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "davcode.h"
#include "net/auth.h"
#include "net/http.h"
#include "soap.h"
#include "xmlout.h"

enum { ARGS_MAX = 65536, COOKIES_MAX = 65536, SECONDS_MAX = 30 * 24 * 3600 };

/* ---- recognising ------------------------------------------------------------------- */

bool forms_is_login_page(const struct net_reply *r)
{
	const char *type = net_reply_header(r, "Content-Type", NULL);
	uint32_t code;

	if (r->status == 440)
		return true;
	if (r->status == 403)
		return net_reply_header(r, "X-Forms_Based_Auth_Required", NULL) ||
		       (davcode_read(r, &code, NULL) && !davcode_is_answer(r));
	if (r->status > 299 && r->status < 400)
		return answer_is_login_url(net_reply_header(r, "Location", NULL) ?: "");
	/* A document that is itself HTML has an ETag; no service answers in HTML. */
	return r->status == 200 && type && strcasestr(type, "html") && !net_reply_header(r, "ETag", NULL) &&
	       !str_eq(net_reply_header(r, "Content-Length", NULL), "0");
}

/* ---- Login --------------------------------------------------------------------------- */

enum { IN_CODE = SOAP_STATES, IN_TIMEOUT };

static const struct xml_rule rules[] = {
	SOAP_RULES("Login"),
	XML_TEXT(SOAP_RESULT, SP_NS, "ErrorCode", IN_CODE),
	XML_TEXT(SOAP_RESULT, SP_NS, "TimeoutSeconds", IN_TIMEOUT),
	XML_RULES_END,
};

struct login_result {
	char code[64];
	int64_t seconds;
};

static int enter(void *ctx, int state, struct xml *x)
{
	(void) ctx;
	(void) state;
	(void) x;
	return 0;
}

static int leave(void *ctx, int state, const char *text)
{
	struct login_result *l = ctx;

	if (state == IN_CODE)
		snprintf(l->code, sizeof(l->code), "%s", text);
	if (state == IN_TIMEOUT && (str_to_i64(text, &l->seconds) < 0 || l->seconds < 0 || l->seconds > SECONDS_MAX))
		l->seconds = 0;
	return 0;
}

static const struct xml_sink sink = { enter, leave };

/* "FedAuth=77u..; path=/; HttpOnly" of each Set-Cookie, without the attributes: they go to this server only anyway. */
static int take_cookies(const struct net_reply *r, struct net_ticket *ret)
{
	CLEANUP(buf_release_p) struct buf all = BUF_INIT(COOKIES_MAX);
	const char *v = NULL;
	int error;

	while ((v = net_reply_header(r, "Set-Cookie", v))) {
		size_t n = strcspn(v, ";");
		const char *equals = memchr(v, '=', n);

		if (!equals || equals == v || equals + 1 == v + n)
			continue;
		buf_adds(&all, all.len ? "; " : "");
		buf_add(&all, v, n);
	}
	error = buf_error(&all);
	if (error == 0 && !all.len)
		return -ENODATA;
	error = error ?: str_set(&ret->text, buf_str(&all));
	explicit_bzero(all.p, all.len);
	return error;
}

static int judge(const struct sp *sp, const struct net_trade *t, const struct login_result *l,
		 const struct net_reply *reply, struct net_ticket *ret, struct err *err)
{
	int r;

	if (str_eq(l->code, "PasswordNotMatch"))
		return err_set(err, -EACCES, "%s refused user and password of %s: correct them, then run spfs login",
			       sp->host, t->account->user);
	if (!str_eq(l->code, "NoError"))
		return err_set(err, -EPERM, "%s does not log in with forms (%.60s): set another auth", sp->host,
			       *l->code ? l->code : "no ErrorCode");
	r = take_cookies(reply, ret);
	if (r == -ENODATA)
		return err_set(err, -EPERM, "%s accepted the password and gave no cookie", sp->host);
	ret->good_ms = l->seconds * 1000;
	return r < 0 ? err_set(err, r, "out of memory") : 0;
}

/* Errors of the call as the caller of a trader knows them: -EACCES is the password only. */
static int failed(const struct sp *sp, enum remote_result result, const struct remote_fault *f, struct err *err)
{
	if (result == REMOTE_CANCELED)
		return err_set(err, -ECANCELED, "%s", f->err.text);
	if (result == REMOTE_AUTH)
		return err_set(err, -EPERM, "%s has no login with forms: set another auth (%s)", sp->host, f->err.text);
	return err_set(err, f->err.code == -EPROTO ? -EPROTO : -ENOTCONN, "%s", f->err.text);
}

static int log_in(struct sp *sp, const struct net_trade *t, struct net_ticket *ret, struct err *err)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct remote_fault f = { 0 };
	struct login_result l = { 0 };
	const struct soap_call call = {
		.op = "Login", .args = &args, .rules = rules, .sink = &sink, .ctx = &l, .reply = &reply,
		.cancel = t->cancel,
	};
	enum remote_result result;

	xmlout_element(&args, "username", t->account->user);
	xmlout_element(&args, "password", t->secret);
	result = soap_do(sp, &call, &f);
	if (args.p)
		explicit_bzero(args.p, args.len);
	if (result != REMOTE_OK)
		return failed(sp, result, &f, err);
	return judge(sp, t, &l, &reply, ret, err);
}

int forms_trade(void *arg, const struct net_trade *t, struct net_ticket *ret, struct err *err)
{
	struct net_account anonymous = *t->account;
	struct net_auth *auth = NULL;
	struct uri u = { 0 };
	struct sp sp = { .endpoint = str_printf("%s/_vti_bin/Authentication.asmx", t->origin) };
	int r = sp.endpoint ? uri_parse(t->origin, &u) : -ENOMEM;

	(void) arg;
	anonymous.auth = NET_AUTH_NONE;
	sp.host = u.host;
	r = r ?: net_auth_new(&anonymous, &auth, err);
	r = r ?: net_http_new(&anonymous, auth, &sp.http);
	r = r < 0 ? err_add(err, r, "out of memory") : log_in(&sp, t, ret, err);
	net_http_free(sp.http);
	net_auth_unref(auth);
	str_free_p(&sp.endpoint);
	uri_release(&u);
	return r;
}
