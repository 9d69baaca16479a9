#include "login.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/uri.h"
#include "base64.h"
#include "opts.h"
#include "reqlog.h"
#include "serve.h"
#include "server.h"
#include "soap.h"
#include "xml.h"

enum { NOT_LOGGED_IN = 917656 }; /* [MS-WDV], X-MSDAVEXT_Error */

int login_mode_parse(const char *name, enum login_mode *ret)
{
	static const char *const names[] = { "basic", "forms", "bearer" };

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], name) == 0) {
			*ret = (enum login_mode) i;
			return 0;
		}
	return -EINVAL;
}

/* ---- tickets ------------------------------------------------------------------------------------ */

void logins_init(struct logins *l)
{
	lock_init(&l->lock, RANK_LEAF);
}

void logins_release(struct logins *l)
{
	free(l->v);
	lock_release(&l->lock);
}

void logins_expire(struct logins *l)
{
	lock_take(&l->lock);
	l->n = 0;
	lock_give(&l->lock);
}

static int new_ticket(struct logins *l, const struct person *p, int64_t seconds, char ret[40])
{
	unsigned char random[16];
	struct login_ticket t = { .person = p, .until = clock_mono_ms() + seconds * 1000 };
	int r = getrandom(random, sizeof(random), 0) == (ssize_t) sizeof(random) ? 0 : -EIO;

	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(t.text + 2 * i, 3, "%02x", random[i]);
	lock_take(&l->lock);
	r = r ?: vec_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	if (r == 0)
		l->v[l->n++] = t;
	lock_give(&l->lock);
	memcpy(ret, t.text, sizeof(t.text));
	return r;
}

static const struct person *person_of_ticket(struct logins *l, const char *text, size_t n)
{
	const struct person *p = NULL;
	int64_t now = clock_mono_ms();

	lock_take(&l->lock);
	for (size_t i = 0; !p && i < l->n; i++)
		if (strlen(l->v[i].text) == n && memcmp(l->v[i].text, text, n) == 0 && now < l->v[i].until)
			p = l->v[i].person;
	lock_give(&l->lock);
	return p;
}

/* ---- who ------------------------------------------------------------------------------------------ */

/* NULL: unknown, or a wrong password. People are never removed, so the pointer outlives the lock. */
static const struct person *person_with(struct server *s, const char *name, const char *password)
{
	const struct person *p;

	lock_take(&s->lock);
	p = model_person_named(&s->model, name);
	if (p && (!p->password || strcmp(p->password, password) != 0))
		p = NULL;
	lock_give(&s->lock);
	return p;
}

/* "Basic dXNlcjpwYXNz" */
static const struct person *by_basic(struct server *s, const char *authorization)
{
	struct buf text = BUF_INIT(4096);
	const struct person *p = NULL;
	char *colon;

	if (authorization && strncasecmp(authorization, "Basic ", 6) == 0 &&
	    base64_decode(authorization + 6, &text) == 0 && text.len && !memchr(text.p, '\0', text.len) &&
	    (colon = memchr(text.p, ':', text.len))) {
		*colon = '\0';
		p = person_with(s, text.p, colon + 1);
	}
	buf_release(&text);
	return p;
}

/* "a=b; FedAuth=0123; c=d" */
static const struct person *by_cookie(struct server *s, const char *cookies)
{
	const char *at = cookies ? strstr(cookies, "FedAuth=") : NULL;

	at = at ? at + strlen("FedAuth=") : NULL;
	return at ? person_of_ticket(&s->logins, at, strcspn(at, "; ")) : NULL;
}

static const struct person *by_token(struct server *s, const char *authorization)
{
	const char *at = authorization && strncasecmp(authorization, "Bearer ", 7) == 0 ? authorization + 7 : NULL;

	return at ? person_of_ticket(&s->logins, at, strlen(at)) : NULL;
}

static const struct person *find_person(struct visit *v)
{
	const char *authorization = http_header(v->rq, "Authorization");

	switch (v->s->opts->auth) {
	case LOGIN_BASIC:
		return by_basic(v->s, authorization);
	case LOGIN_FORMS:
		return by_cookie(v->s, http_header(v->rq, "Cookie"));
	case LOGIN_BEARER:
		return by_token(v->s, authorization);
	}
	return NULL;
}

/* ---- refusing ---------------------------------------------------------------------------------------- */

void login_page(struct http_reply *rp)
{
	http_set_type(rp, "text/html; charset=utf-8");
	buf_adds(&rp->body, "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method=\"post\">"
			    "<input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>");
}

static void refuse_401(struct visit *v, const char *challenge)
{
	v->rp->status = 401;
	http_set_type(v->rp, "text/html");
	http_set_header(v->rp, "WWW-Authenticate", "%s", challenge);
	buf_adds(&v->rp->body, "401 UNAUTHORIZED");
}

/* A browser is sent to the login page; a program that says it cannot fill in forms is told so ([MS-OFBA] 2.2.2). */
static void refuse_by_form(struct visit *v)
{
	if (!http_header(v->rq, "X-FORMS_BASED_AUTH_ACCEPTED")) {
		v->rp->status = 302;
		http_set_header(v->rp, "Location", "%s/_layouts/15/Authenticate.aspx?Source=%%2F", v->base);
		return;
	}
	v->rp->status = 403;
	http_set_type(v->rp, "text/plain; charset=utf-8");
	http_set_header(v->rp, "X-Forms_Based_Auth_Required", "%s/_login/default.aspx?ReturnUrl=/_layouts/15/error.aspx",
			v->base);
	http_set_header(v->rp, "X-Forms_Based_Auth_Return_Url", "%s/_layouts/15/error.aspx", v->base);
	http_set_header(v->rp, "X-MSDAVEXT_Error", "%d; Access%%20denied.%%20Before%%20opening%%20files%%20in%%20this%%20"
						   "location%%2c%%20you%%20must%%20first%%20browse%%20to%%20the%%20web"
						   "%%20site%%20and%%20select%%20the%%20option%%20to%%20login%%20"
						   "automatically.", NOT_LOGGED_IN);
	buf_adds(&v->rp->body, "403 FORBIDDEN");
}

static void refuse(struct visit *v)
{
	switch (v->s->opts->auth) {
	case LOGIN_BASIC:
		refuse_401(v, "Basic realm=\"spfs-demo\"");
		break;
	case LOGIN_FORMS:
		refuse_by_form(v);
		break;
	case LOGIN_BEARER:
		refuse_401(v, "Bearer realm=\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\", "
			      "client_id=\"00000003-0000-0ff1-ce00-000000000000\", trusted_issuers=\"spfs-demo\"");
		break;
	}
}

bool login_visit(struct visit *v)
{
	if (v->s->opts->n_users) {
		v->person = find_person(v);
	} else {
		lock_take(&v->s->lock);
		v->person = model_person(&v->s->model, PERSON_DEFAULT);
		lock_give(&v->s->lock);
	}
	if (v->person)
		snprintf(v->entry->user, sizeof(v->entry->user), "%s", v->person->login);
	else
		refuse(v);
	return v->person;
}

/* ---- Authentication.asmx -------------------------------------------------------------------------------- */

static void write_login(struct visit *v, const struct xml *call, struct buf *out)
{
	const struct xml *user = xml_child(call, "username"), *password = xml_child(call, "password");
	const struct person *p = person_with(v->s, user ? user->text : "", password ? password->text : "");
	char ticket[40];

	if (v->s->opts->auth != LOGIN_FORMS || !v->s->opts->n_users) {
		buf_adds(out, "<ErrorCode>NotInFormsAuthenticationMode</ErrorCode>");
		return;
	}
	if (!p || new_ticket(&v->s->logins, p, v->s->opts->login_seconds, ticket) < 0) {
		buf_adds(out, "<ErrorCode>PasswordNotMatch</ErrorCode>");
		return;
	}
	http_set_header(v->rp, "Set-Cookie", "FedAuth=%s; path=/; HttpOnly", ticket);
	buf_addf(out, "<CookieName>FedAuth</CookieName><ErrorCode>NoError</ErrorCode><TimeoutSeconds>%lld</TimeoutSeconds>",
		 (long long) v->s->opts->login_seconds);
}

static const char *mode_name(const struct server *s)
{
	return !s->opts->n_users ? "None" : s->opts->auth == LOGIN_FORMS ? "Forms" : "Windows";
}

/* Login and Mode of [MS-AUTHWS] 3.1.4. */
static void serve_authentication(struct visit *v)
{
	CLEANUP(xml_free_p) struct xml *doc = NULL;
	struct buf *out = &v->rp->body;
	const struct xml *call;

	if (xml_parse(v->rq->body, v->rq->body_len, &doc) < 0)
		doc = NULL;
	call = xml_first(xml_child(doc, "Body"));
	if (!call || (strcmp(call->name, "Login") != 0 && strcmp(call->name, "Mode") != 0)) {
		v->rp->status = 400;
		return;
	}
	http_set_type(v->rp, "text/xml; charset=utf-8");
	buf_addf(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "
		      "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><%sResponse xmlns=\"" SOAP_NS
		      "\"><%sResult>", call->name, call->name);
	if (strcmp(call->name, "Login") == 0)
		write_login(v, call, out);
	else
		buf_adds(out, mode_name(v->s));
	buf_addf(out, "</%sResult></%sResponse></soap:Body></soap:Envelope>", call->name, call->name);
}

static bool ends_nocase(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcasecmp(s + n - m, end) == 0;
}

bool login_serve(struct visit *v)
{
	const char *path = v->rq->path;

	if (strcmp(v->rq->method, "POST") == 0 && ends_nocase(path, "/_vti_bin/Authentication.asmx")) {
		serve_authentication(v);
		return true;
	}
	if (v->s->opts->auth != LOGIN_FORMS || (!str_eq_nocase(path, "/_layouts/15/Authenticate.aspx") &&
						!str_eq_nocase(path, "/_login/default.aspx")))
		return false;
	login_page(v->rp);
	return true;
}

/* ---- tokens ------------------------------------------------------------------------------------------------ */

/* The decoded value of a form's field; NULL: it is not there, or out of memory. */
static char *field(const char *form, const char *name)
{
	size_t n = strlen(name);
	char *value;

	while (*form && (strncmp(form, name, n) != 0 || form[n] != '=')) {
		form += strcspn(form, "&");
		form += *form == '&';
	}
	value = *form ? strndup(form + n + 1, strcspn(form + n + 1, "&")) : NULL;
	for (char *p = value; p && *p; p++)
		if (*p == '+')
			*p = ' ';
	if (value && !uri_decode(value))
		str_free_p(&value);
	return value;
}

void login_token(struct server *s, const struct http_request *rq, struct http_reply *rp)
{
	CLEANUP(str_free_p) char *name = field(rq->body, "user");
	CLEANUP(str_free_p) char *password = field(rq->body, "password");
	const struct person *p = name && password ? person_with(s, name, password) : NULL;
	char ticket[40];

	if (!p || new_ticket(&s->logins, p, s->opts->login_seconds, ticket) < 0) {
		rp->status = 403;
		buf_adds(&rp->body, "the body must be user=NAME&password=WORD of a --user\n");
		return;
	}
	buf_addf(&rp->body, "%s\n", ticket);
}
