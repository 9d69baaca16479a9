/*
 * The protocol. Every request is a POST of a form, or a GET of a description, and every answer is a flat JSON
 * object. What is sent and what comes back is secret, so each buffer gets its whole size at once (growing would
 * leave copies behind) and is overwritten at the end.
 */
#include "net/oauth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "method.h"
#include "net/auth.h"
#include "net/cred.h"
#include "net/http.h"
#include "net/json.h"

enum { FORM_MAX = 65536, ANSWER_MAX = 256 * 1024, URL_MAX = 16384, SAID_MAX = 400 };
enum { INTERVAL_S = 5, INTERVAL_MAX_S = 300, DEVICE_GOOD_S = 900, GOOD_MAX_S = 366 * 24 * 3600 };
enum { FIRST_BYTE_MS = 60000 };

#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* ---- values ------------------------------------------------------------------------------- */

void net_oauth_server_release(struct net_oauth_server *s)
{
	free(s->authorize);
	free(s->token);
	free(s->device);
	free(s->revoke);
	*s = (struct net_oauth_server) { 0 };
}

void net_oauth_tokens_release(struct net_oauth_tokens *t)
{
	net_cred_wipe_p(&t->access);
	net_cred_wipe_p(&t->refresh);
	free(t->scope);
	*t = (struct net_oauth_tokens) { 0 };
}

void net_oauth_device_release(struct net_oauth_device *d)
{
	net_cred_wipe_p(&d->code);
	free(d->user_code);
	free(d->uri);
	*d = (struct net_oauth_device) { 0 };
}

/* ---- forms -------------------------------------------------------------------------------- */

static void add_encoded(struct buf *out, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s; s++) {
		if (strchr(plain, *s))
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned char) *s);
	}
}

/* A value of NULL adds nothing. */
static void add_pair(struct buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	if (out->len)
		buf_addc(out, '&');
	buf_addf(out, "%s=", key);
	add_encoded(out, value);
}

/* ---- requests ----------------------------------------------------------------------------- */

static int check_address(const char *url, struct err *err)
{
	struct uri u = { 0 };
	bool fine = uri_parse(url, &u) == 0 && (str_eq(u.scheme, "https") || auth_is_loopback(u.host));

	uri_release(&u);
	return fine ? 0 : err_set(err, -EACCES, "%s: a login server's address begins with https://", url);
}

/* Errors of net/http.h as this header names them. */
static int way_failed(int r, bool sent)
{
	switch (r) {
	case -ECANCELED:
	case -ENOMEM:
		return r;
	case -EPIPE:
	case -ETIMEDOUT:
		return sent ? -ECONNABORTED : -ENOTCONN;
	default:
		return -ENOTCONN;
	}
}

static int exchange(const struct net_oauth_way *w, const struct net_request *q, struct net_reply *reply, struct err *err)
{
	const struct net_account nobody = {
		.auth = NET_AUTH_NONE, .cafile = (char *) w->cafile, .user_agent = (char *) w->user_agent,
	};
	CLEANUP(net_http_free_p) struct net_http *http = NULL;
	struct net_auth *auth = NULL;
	int r = net_auth_new(&nobody, &auth, err);

	r = r ?: net_http_new(&nobody, auth, &http);
	r = r ?: net_http_do(http, q, reply, err);
	net_auth_unref(auth);
	return r < 0 ? err_add(err, way_failed(r, reply->sent), "%s: %s", q->url, strerrordesc_np(-r)) : 0;
}

/* The answer to a form, or without one to a GET; *ret is what it says, NULL: no JSON. */
static int ask(const struct net_oauth_way *w, const char *url, const struct buf *form, int *ret_status, struct net_json **ret,
	       struct err *err)
{
	static const struct net_header headers[] = { { "Accept", "application/json" },
						     { "Content-Type", "application/x-www-form-urlencoded" } };
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	CLEANUP(buf_wipe_p) struct buf body = BUF_INIT(ANSWER_MAX);
	const struct net_sink sink = net_sink_buf(&body);
	const struct net_request q = {
		.method = form ? "POST" : "GET", .url = url, .headers = headers, .n_headers = form ? 2 : 1,
		.body = form ? form->p : NULL, .body_len = form ? form->len : 0, .once = form, .stay = true,
		.sink = &sink, .timeouts = { .first_byte_ms = FIRST_BYTE_MS }, .cancel = w->cancel,
	};
	int r = check_address(url, err);

	r = r ?: buf_reserve(&body);
	r = r ?: exchange(w, &q, &reply, err);
	if (r < 0)
		return err_add(err, r, "out of memory");
	*ret_status = reply.status;
	*ret = net_json_parse(body.p, body.len);
	return 0;
}

/* ---- answers ------------------------------------------------------------------------------ */

/* RFC 6749 5.2, RFC 8628 3.5, and what Microsoft adds. */
static int error_code(const char *error, int status)
{
	static const struct {
		const char *error;
		int code;
	} codes[] = {
		{ "authorization_pending", -EAGAIN },
		{ "slow_down", -EBUSY },
		{ "invalid_grant", -EKEYEXPIRED },
		{ "interaction_required", -EKEYEXPIRED },
		{ "login_required", -EKEYEXPIRED },
		{ "consent_required", -EKEYEXPIRED },
		{ "expired_token", -EKEYEXPIRED },
		{ "bad_verification_code", -EKEYEXPIRED },
		{ "access_denied", -EKEYEXPIRED },
		{ "authorization_declined", -EKEYEXPIRED },
		{ "temporarily_unavailable", -ENOTCONN },
		{ "server_error", -ENOTCONN },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (str_eq(codes[i].error, error))
			return codes[i].code;
	return status == 429 || status >= 500 ? -ENOTCONN : error ? -EPERM : -EPROTO;
}

/* The server's words: administrators need them as they are (AADSTS...). */
static int refused(const char *url, int status, const struct net_json *j, struct err *err)
{
	const char *error = net_json_str(j, "error"), *said = net_json_str(j, "error_description");
	int r = error_code(error, status);

	/* RFC 6749 5.2; the bodies of 401 stay in net/http.h. */
	if (status == 401)
		return err_set(err, -EPERM, "%s does not know this client_id (401)", url);
	if (!error)
		return err_set(err, r, "%s: status %d, and not what a login server answers", url, status);
	return err_set(err, r, "the login server says %.100s%s%.*s", error, str_empty(said) ? "" : ": ",
		       (int) str_utf8_cut(said ?: "", SAID_MAX), said ?: "");
}

static int64_t within(int64_t v, int64_t max, int64_t otherwise)
{
	return v < 0 ? otherwise : v > max ? max : v;
}

/* RFC 6749 5.1 */
static int take_tokens(const char *url, const struct net_json *j, struct net_oauth_tokens *ret, struct err *err)
{
	const char *access = net_json_str(j, "access_token"), *type = net_json_str(j, "token_type");
	struct net_oauth_tokens t = { .good_s = within(net_json_int(j, "expires_in", 0), GOOD_MAX_S, 0) };
	int r;

	if (str_empty(access))
		return err_set(err, -EPROTO, "%s: the answer holds no access_token", url);
	if (type && !str_eq_nocase(type, "Bearer"))
		return err_set(err, -EPROTO, "%s: tokens of the type %.40s cannot be used", url, type);
	net_cred_guard();
	r = str_set(&t.access, access);
	r = r ?: str_set(&t.refresh, net_json_str(j, "refresh_token"));
	r = r ?: str_set(&t.scope, net_json_str(j, "scope"));
	if (r < 0) {
		net_oauth_tokens_release(&t);
		return err_set(err, r, "out of memory");
	}
	*ret = t;
	return 0;
}

static int ask_token(const struct net_oauth_way *w, const struct net_oauth_server *s, struct buf *form,
		     struct net_oauth_tokens *ret, struct err *err)
{
	CLEANUP(net_json_free_p) struct net_json *j = NULL;
	int status = 0, r;

	if (!s->token)
		return err_set(err, -EPERM, "the login server has no token endpoint; set token_endpoint");
	add_pair(form, "client_id", w->client_id);
	r = buf_error(form);
	if (r < 0)
		return err_set(err, r, "%s: %s", s->token, err_text(NULL, r));
	r = ask(w, s->token, form, &status, &j, err);
	if (r < 0)
		return r;
	return status == 200 && j ? take_tokens(s->token, j, ret, err) : refused(s->token, status, j, err);
}

/* ---- discovery ---------------------------------------------------------------------------- */

/* An endpoint of the description: of the same server, for the person named no other. */
static int take_endpoint(const struct net_json *j, const char *key, const struct uri *at, char **ret)
{
	const char *url = net_json_str(j, key);
	struct uri u = { 0 };
	int r = url && uri_parse(url, &u) == 0 && uri_same_origin(&u, at) ? str_set(ret, url) : 0;

	uri_release(&u);
	return r;
}

static int take_server(const struct net_json *j, const struct uri *at, struct net_oauth_server *ret)
{
	struct net_oauth_server s = { .offline = net_json_has(j, "scopes_supported", "offline_access") };
	int r = take_endpoint(j, "authorization_endpoint", at, &s.authorize);

	r = r ?: take_endpoint(j, "token_endpoint", at, &s.token);
	r = r ?: take_endpoint(j, "device_authorization_endpoint", at, &s.device);
	r = r ?: take_endpoint(j, "revocation_endpoint", at, &s.revoke);
	r = r ?: s.token ? r : -ENODATA;
	if (r < 0)
		net_oauth_server_release(&s);
	else
		*ret = s;
	return r;
}

static int discover_at(const struct net_oauth_way *w, const char *url, const struct uri *at, struct net_oauth_server *ret,
		       struct err *err)
{
	CLEANUP(net_json_free_p) struct net_json *j = NULL;
	int status = 0, r = ask(w, url, NULL, &status, &j, err);

	if (r < 0)
		return r;
	r = status == 200 && j ? take_server(j, at, ret) : -ENODATA;
	if (r == -ENODATA)
		return err_set(err, status == 429 || status >= 500 ? -ENOTCONN : r, "%s: status %d, and no token endpoint of that server",
			       url, status);
	return r < 0 ? err_set(err, r, "out of memory") : 0;
}

int net_oauth_discover(const struct net_oauth_way *w, const char *authority, struct net_oauth_server *ret, struct err *err)
{
	CLEANUP(buf_release_p) struct buf openid = BUF_INIT(URL_MAX), rfc = BUF_INIT(URL_MAX);
	size_t n = strlen(authority);
	struct uri u = { 0 };
	int r = uri_parse(authority, &u);

	if (r < 0)
		return err_set(err, r == -EINVAL ? -EACCES : r, "authority: not an address: %s", authority);
	while (n && authority[n - 1] == '/')
		n--;
	buf_add(&openid, authority, n);
	buf_adds(&openid, "/.well-known/openid-configuration");
	uri_origin(&u, &rfc);
	buf_adds(&rfc, "/.well-known/oauth-authorization-server");
	if (!str_eq(u.path, "/"))
		uri_encode_path(&rfc, u.path);
	r = buf_error(&openid) ?: buf_error(&rfc);
	r = r ?: discover_at(w, buf_str(&openid), &u, ret, err);
	if (r == -ENODATA)
		r = discover_at(w, buf_str(&rfc), &u, ret, err);
	uri_release(&u);
	return r == -ENODATA ? err_set(err, -EPROTO, "%s does not say where it gives tokens: is it the login server's address? Else "
				       "set token_endpoint and authorize_endpoint", authority) : r;
}

static bool is_tenant(const char *s)
{
	return *s && strlen(s) <= 255 && *s != '.' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == strlen(s);
}

int net_oauth_microsoft(const char *host, const char *tenant, struct net_oauth_server *ret)
{
	struct net_oauth_server s;

	if (!is_tenant(tenant))
		return -EINVAL;
	s = (struct net_oauth_server) {
		.authorize = str_printf("https://%s/%s/oauth2/v2.0/authorize", host, tenant),
		.token = str_printf("https://%s/%s/oauth2/v2.0/token", host, tenant),
		.device = str_printf("https://%s/%s/oauth2/v2.0/devicecode", host, tenant),
	};
	if (!s.authorize || !s.token || !s.device) {
		net_oauth_server_release(&s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

/* The realm of a Bearer challenge; it goes into an address of ours, so it has to be a name. */
static char *realm_of(const struct net_reply *reply)
{
	const char *v = NULL;

	while ((v = net_reply_header(reply, "WWW-Authenticate", v))) {
		const char *at = str_starts(v, "Bearer") ? strcasestr(v, "realm=\"") : NULL;
		char *realm = at ? strndup(at + strlen("realm=\""), strcspn(at + strlen("realm=\""), "\"")) : NULL;

		if (realm && is_tenant(realm))
			return realm;
		free(realm);
	}
	return NULL;
}

int net_oauth_tenant(const struct net_oauth_way *w, const char *site, char **ret, struct err *err)
{
	static const struct net_header headers[] = { { "Authorization", "Bearer" } };
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	CLEANUP(str_free_p) char *url = str_printf("%s/_vti_bin/Lists.asmx", site);
	const struct net_request q = { .method = "GET", .url = url, .headers = headers, .n_headers = 1, .stay = true,
				       .max_body = ANSWER_MAX, .cancel = w->cancel };
	int r = url ? check_address(url, err) : -ENOMEM;

	r = r ?: exchange(w, &q, &reply, err);
	if (r < 0)
		return err_add(err, r, "out of memory");
	*ret = realm_of(&reply);
	return *ret ? 0 : err_set(err, -ENODATA, "%s does not say which tenant it belongs to: set tenant", site);
}

/* ---- authorization code --------------------------------------------------------------------- */

int net_oauth_authorize_url(const struct net_oauth_server *s, const char *client_id, const char *redirect, const char *scope,
			    const struct net_oauth_proof *p, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf query = BUF_INIT(URL_MAX);

	add_pair(&query, "response_type", "code");
	add_pair(&query, "client_id", client_id);
	add_pair(&query, "redirect_uri", redirect);
	add_pair(&query, "scope", scope);
	add_pair(&query, "state", p->state);
	add_pair(&query, "code_challenge", p->challenge);
	add_pair(&query, "code_challenge_method", "S256");
	/* OpenID Connect Core 11: without it there is no offline access. */
	add_pair(&query, "prompt", s->offline && strstr(scope, "offline_access") ? "consent" : NULL);
	buf_addf(out, "%s%c%s", s->authorize, strchr(s->authorize, '?') ? '&' : '?', buf_str(&query));
	return buf_error(&query) ?: buf_error(out);
}

int net_oauth_code(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *code, const char *redirect,
		   const char *verifier, struct net_oauth_tokens *ret, struct err *err)
{
	CLEANUP(buf_wipe_p) struct buf form = BUF_INIT(FORM_MAX);
	int r = buf_reserve(&form);

	add_pair(&form, "grant_type", "authorization_code");
	add_pair(&form, "code", code);
	add_pair(&form, "redirect_uri", redirect);
	add_pair(&form, "code_verifier", verifier);
	return r ?: ask_token(w, s, &form, ret, err);
}

/* ---- device code ---------------------------------------------------------------------------- */

/* What the person is sent to must not be a page that anybody on the way can write. */
static int take_device(const char *url, const struct net_json *j, struct net_oauth_device *ret, struct err *err)
{
	const char *code = net_json_str(j, "device_code"), *user = net_json_str(j, "user_code");
	/* some servers kept the draft's name */
	const char *uri = net_json_str(j, "verification_uri") ?: net_json_str(j, "verification_url");
	struct net_oauth_device d = {
		.good_s = within(net_json_int(j, "expires_in", DEVICE_GOOD_S), GOOD_MAX_S, DEVICE_GOOD_S),
		.interval_s = (int) within(net_json_int(j, "interval", INTERVAL_S), INTERVAL_MAX_S, INTERVAL_S),
	};
	int r;

	if (!code || !user || !uri)
		return err_set(err, -EPROTO, "%s: the answer lacks device_code, user_code or verification_uri", url);
	r = check_address(uri, err);
	r = r ?: str_set(&d.code, code);
	r = r ?: str_set(&d.user_code, user);
	r = r ?: str_set(&d.uri, uri);
	if (r < 0) {
		net_oauth_device_release(&d);
		return err_add(err, r, "out of memory");
	}
	d.interval_s += d.interval_s == 0;
	*ret = d;
	return 0;
}

int net_oauth_device_begin(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *scope,
			   struct net_oauth_device *ret, struct err *err)
{
	CLEANUP(net_json_free_p) struct net_json *j = NULL;
	CLEANUP(buf_release_p) struct buf form = BUF_INIT(FORM_MAX);
	int status = 0, r;

	if (!s->device)
		return err_set(err, -EPERM, "the login server offers no login on another device");
	add_pair(&form, "client_id", w->client_id);
	add_pair(&form, "scope", scope);
	r = buf_error(&form);
	r = r < 0 ? err_set(err, r, "out of memory") : ask(w, s->device, &form, &status, &j, err);
	if (r < 0)
		return r;
	return status == 200 && j ? take_device(s->device, j, ret, err) : refused(s->device, status, j, err);
}

int net_oauth_device_ask(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *code,
			 struct net_oauth_tokens *ret, struct err *err)
{
	CLEANUP(buf_wipe_p) struct buf form = BUF_INIT(FORM_MAX);
	int r = buf_reserve(&form);

	add_pair(&form, "grant_type", DEVICE_GRANT);
	add_pair(&form, "device_code", code);
	return r ?: ask_token(w, s, &form, ret, err);
}

/* ---- afterwards ------------------------------------------------------------------------------- */

int net_oauth_refresh(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *refresh, const char *scope,
		      const char *claims, struct net_oauth_tokens *ret, struct err *err)
{
	CLEANUP(buf_wipe_p) struct buf form = BUF_INIT(FORM_MAX);
	int r = buf_reserve(&form);

	add_pair(&form, "grant_type", "refresh_token");
	add_pair(&form, "refresh_token", refresh);
	add_pair(&form, "scope", scope);
	add_pair(&form, "claims", claims);
	return r ?: ask_token(w, s, &form, ret, err);
}

int net_oauth_revoke(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *refresh, struct err *err)
{
	CLEANUP(net_json_free_p) struct net_json *j = NULL;
	CLEANUP(buf_wipe_p) struct buf form = BUF_INIT(FORM_MAX);
	int status = 0, r = buf_reserve(&form);

	add_pair(&form, "token", refresh);
	add_pair(&form, "token_type_hint", "refresh_token");
	add_pair(&form, "client_id", w->client_id);
	r = r ?: buf_error(&form);
	r = r < 0 ? err_set(err, r, "out of memory") : ask(w, s->revoke, &form, &status, &j, err);
	if (r < 0)
		return r;
	return status == 200 ? 0 : refused(s->revoke, status, j, err);
}
