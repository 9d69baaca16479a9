#include "answer.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "davcode.h"
#include "model/list.h"
#include "net/http.h"
#include "spcode.h"

/* ---- words ---------------------------------------------------------------------- */

/* The errno beside a result, for callers that need one. */
static int errno_of(enum remote_result r)
{
	switch (r) {
	case REMOTE_OK:
		return 0;
	case REMOTE_AUTH:
		return -EACCES;
	case REMOTE_LIST_GONE:
	case REMOTE_ITEM_GONE:
		return -ENOENT;
	case REMOTE_CANCELED:
		return -ECANCELED;
	case REMOTE_CONFLICT:
	case REMOTE_ITEM_BAD:
	case REMOTE_NOT_RUN:
	case REMOTE_LIST_BAD:
	case REMOTE_TOKEN_GONE:
	case REMOTE_SITE_BAD:
	case REMOTE_LOST:
		return -EIO;
	}
	return -EIO;
}

enum remote_result soap_fail(const struct sp *sp, struct remote_fault *f, enum remote_result r, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A server's words come with line breaks; ours are one sentence. */
	for (char *p = text; *p; p++)
		if ((unsigned char) *p < ' ')
			*p = ' ';
	text[str_utf8_cut(text, sizeof(text) - 1)] = '\0';
	err_set(&f->err, errno_of(r), "%s: %s", sp->host, text);
	return r;
}

/* Of a call that changes something: may it have been carried out? */
static enum remote_result or_lost(const struct soap_call *c, bool maybe_done, enum remote_result r)
{
	return c->changes && maybe_done ? REMOTE_LOST : r;
}

/* ---- no answer, or one that cannot be read --------------------------------------------- */

/* What an errno of net or of the parse means for a call whose answer is not needed to know what happened. */
static enum remote_result result_of(int r, bool sent)
{
	switch (r) {
	case -ECANCELED:
		return REMOTE_CANCELED;
	/* The answer is what it is: asking again will not make it smaller or better. */
	case -EBADMSG:
	case -EFBIG:
		return sent ? REMOTE_LIST_BAD : REMOTE_AUTH;
	case -ENOTCONN:
	case -EPROTO:
	case -ENOMEM:
	case -EINVAL:
		return REMOTE_SITE_BAD;
	default:
		/* Before anything was sent there is only the login that can fail. */
		return sent ? REMOTE_SITE_BAD : REMOTE_AUTH;
	}
}

enum remote_result answer_failed(const struct sp *sp, const struct soap_call *c, int r, bool sent,
				 struct remote_fault *f)
{
	enum remote_result result;

	if (c->stopped && *c->stopped < 0) {
		f->err.code = *c->stopped;
		return REMOTE_CANCELED;
	}
	result = or_lost(c, sent, result_of(r, sent));
	if (!f->err.text[0])
		soap_fail(sp, f, result, "%s",
			  r == -EBADMSG ? "the answer lacks something that it must have" : strerrordesc_np(-r));
	else if (!str_starts(f->err.text, sp->host))
		soap_fail(sp, f, result, "%s", f->err.text);
	f->err.code = r;
	return result;
}

/* ---- SOAP faults --------------------------------------------------------------------------- */

bool answer_too_old(const struct net_reply *reply)
{
	const char *v = net_reply_header(reply, "MicrosoftSharePointTeamServices", NULL);

	return v && list_version_cmp(v, LIST_VERSION_MIN) < 0;
}

static enum remote_result result_of_fault(const struct soap_call *c, const struct soap_fault *fault)
{
	if (fault->has_code)
		return spcode_find(fault->code)->call;
	/* R664, R1878: a token that the server does not know is a fault without a code. One
	 * without SharePoint's own words in it is the web server's: nothing about the token. */
	if (c->has_token && fault->has_errorstring)
		return REMOTE_TOKEN_GONE;
	if (fault->has_errorstring && c->one)
		return REMOTE_ITEM_BAD;
	if (fault->has_errorstring && !c->changes)
		return REMOTE_LIST_BAD;
	return or_lost(c, !fault->from_client, fault->from_client ? REMOTE_LIST_BAD : REMOTE_SITE_BAD);
}

/* The same number may say more about one document than about a list. */
static const char *words_of(const struct soap_call *c, uint32_t code)
{
	const struct davcode *d = c->one ? davcode_find(code) : NULL;

	return d ? d->words : spcode_find(code)->words;
}

enum remote_result answer_fault(const struct sp *sp, const struct soap_call *c, const struct soap_fault *fault,
				const struct net_reply *reply, struct remote_fault *f)
{
	enum remote_result r = result_of_fault(c, fault);
	const char *said = fault->text ?: "the server gave no reason";

	f->server_code = fault->code;
	if (fault->has_code)
		return soap_fail(sp, f, r, "%s (%s, 0x%08x)", words_of(c, fault->code), said, fault->code);
	if (answer_too_old(reply))
		return soap_fail(sp, f, REMOTE_LIST_BAD, "%s", SP_TOO_OLD);
	return soap_fail(sp, f, r, "the server refused: %s", said);
}

enum remote_result answer_empty(const struct sp *sp, const struct soap_call *c, struct remote_fault *f)
{
	return soap_fail(sp, f, or_lost(c, true, REMOTE_SITE_BAD), "the answer is not one of SharePoint to %s: check the URL",
			 c->op);
}

/* ---- what is not SharePoint's service ---------------------------------------------------------- */

static bool has_any(const char *text, const char *const marks[])
{
	for (; *marks; marks++)
		if (strcasestr(text, *marks))
			return true;
	return false;
}

bool answer_is_login_url(const char *url)
{
	static const char *const marks[] = {
		"authenticate.aspx", "/_login/", "/_forms/", "/_trust/", "/adfs/", "/oauth2/", "wa=wsignin",
		"signin", "login", "accessdenied.aspx", NULL,
	};

	return has_any(url, marks);
}

static bool is_login_page(const struct net_reply *reply, const char *head)
{
	static const char *const marks[] = { "type=\"password\"", "type='password'", "type=password",
					     "_forms/default.aspx", "/adfs/ls", "login.microsoftonline.", NULL };

	return has_any(head, marks) || net_reply_header(reply, "X-Forms_Based_Auth_Required", NULL);
}

static enum remote_result redirected(const struct sp *sp, const char *to, struct remote_fault *f)
{
	if (answer_is_login_url(to))
		return soap_fail(sp, f, REMOTE_AUTH, "the server sends its sign-in page instead of an answer; "
						     "run spfs login, or use another login method");
	return soap_fail(sp, f, REMOTE_SITE_BAD, "the server points to another address, which spfs does not follow "
						 "on its own: %s; if it is right, register it with spfs add", to);
}

static enum remote_result page(const struct sp *sp, const struct net_reply *reply, const char *head,
			       struct remote_fault *f)
{
	if (is_login_page(reply, head) || net_reply_header(reply, "MicrosoftSharePointTeamServices", NULL))
		return soap_fail(sp, f, REMOTE_AUTH, "the server answered with a sign-in page; "
						     "run spfs login, or use another login method");
	if (strcasestr(net_reply_header(reply, "Content-Type", NULL) ?: "", "html"))
		return soap_fail(sp, f, REMOTE_SITE_BAD, "this is not a SharePoint site: the server answered with "
							 "an HTML page; check the URL");
	return soap_fail(sp, f, REMOTE_SITE_BAD, "this is not a SharePoint site: the answer is not XML; check the URL");
}

/* [MS-WDV] 4.2 refuses with 401 what has nothing to do with the login. */
static enum remote_result by_code(const struct sp *sp, const struct soap_call *c, uint32_t code, const char *text,
				  struct remote_fault *f)
{
	const struct davcode *d = davcode_find(code);
	enum remote_result r = d ? d->result : REMOTE_ITEM_BAD;

	f->server_code = code;
	return soap_fail(sp, f, r == REMOTE_ITEM_BAD && !c->one ? REMOTE_LIST_BAD : r, "%s%s%s%s",
			 d ? d->words : "the server refused", *text ? " (" : "", text, *text ? ")" : "");
}

/* What was wrong with the login, as far as one can know, and what to do. */
static void refusal_words(const struct sp *sp, const struct net_reply *reply, struct buf *out)
{
	if (*reply->gss)
		buf_addf(out, "there is no Kerberos ticket that could be used: %s; get one with kinit", reply->gss);
	else if (!reply->login)
		buf_addf(out, "the server wants a login; type: spfs login %s (how it logs in stands in [site] of spfs.conf(5))",
			 sp->site ?: sp->host);
	else if (str_eq(reply->login, "negotiate"))
		buf_adds(out, "the server did not take the Kerberos ticket: look with klist whose it is; a server that "
			      "requires Extended Protection cannot be used with this libcurl");
	else if (str_eq(reply->login, "bearer") || str_eq(reply->login, "cookie"))
		buf_addf(out, "the server did not take the %s: get a new one",
			 str_eq(reply->login, "bearer") ? "token" : "cookie");
	else
		buf_adds(out, spcode_http(401)->words);
}

static enum remote_result no_login(const struct sp *sp, const struct net_reply *reply, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf words = BUF_INIT(2000);
	size_t before;

	refusal_words(sp, reply, &words);
	buf_adds(&words, " (the server offers ");
	before = words.len;
	net_reply_offers(reply, &words);
	if (words.len == before)
		buf_resize(&words, before - strlen(" (the server offers "));
	else
		buf_addc(&words, ')');
	return soap_fail(sp, f, REMOTE_AUTH, "%s", buf_str(&words));
}

enum remote_result answer_foreign(const struct sp *sp, const struct soap_call *c, const struct net_reply *reply,
				  const char *head, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	const struct sphttp *h = spcode_http(reply->status);
	uint32_t code;

	if (davcode_read(reply, &code, &text))
		return by_code(sp, c, code, buf_str(&text), f);
	if (reply->redirect)
		return redirected(sp, reply->redirect, f);
	if (reply->status == 401)
		return no_login(sp, reply, f);
	if (reply->status == 200 || (reply->status == 403 && is_login_page(reply, head)))
		return page(sp, reply, head, f);
	return soap_fail(sp, f, or_lost(c, h->maybe_done, h->result), "%s", h->words);
}
