#include "choose.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "method.h"
#include "net/http.h"

static const struct scheme {
	const char *name;
	enum net_auth_kind kind;
} schemes[] = {
	{ "Negotiate", NET_AUTH_NEGOTIATE },
	{ "NTLM", NET_AUTH_NTLM },
	{ "Basic", NET_AUTH_BASIC },
	{ "Bearer", NET_AUTH_BEARER },
};

/* The best first. */
static const enum net_auth_kind order[] = { NET_AUTH_BEARER, NET_AUTH_NEGOTIATE, NET_AUTH_NTLM, NET_AUTH_BASIC,
					    NET_AUTH_FORMS };

static auth_set scheme_of(const char *challenge)
{
	size_t n = strcspn(challenge, " ,\t");

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strlen(schemes[i].name) == n && strncasecmp(schemes[i].name, challenge, n) == 0)
			return AUTH_BIT(schemes[i].kind);
	return 0;
}

static bool has_password_field(const char *page)
{
	return page && (strcasestr(page, "type=\"password\"") || strcasestr(page, "type='password'") ||
			strcasestr(page, "type=password"));
}

auth_set choose_offers(const struct net_account *a, const struct net_reply *r, const char *page)
{
	const char *v = NULL;
	auth_set offers = 0;

	while ((v = net_reply_header(r, "WWW-Authenticate", v)))
		offers |= scheme_of(v);
	if ((r->status != 200 && a->is_login_page && a->is_login_page(r)) || has_password_field(page))
		offers |= AUTH_BIT(NET_AUTH_FORMS);
	return offers;
}

enum net_auth_kind choose_first(const struct net_account *a)
{
	if (a->auth != NET_AUTH_AUTO)
		return a->auth;
	if (a->tokencmd || a->token.trade)
		return NET_AUTH_BEARER;
	if (a->cookiecmd)
		return NET_AUTH_COOKIE;
	if (a->last != NET_AUTH_NONE && auth_method(a->last)->check(a, NULL) == 0)
		return a->last;
	/* Without a user there is nothing to lose by asking with the request itself. */
	return str_empty(a->user) ? NET_AUTH_NONE : NET_AUTH_AUTO;
}

enum net_auth_kind choose_from(const struct net_account *a, auth_set offers, auth_set refused)
{
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		const struct auth_method *m = auth_method(order[i]);

		if ((offers & ~refused & AUTH_BIT(order[i])) && m->check(a, NULL) == 0)
			return order[i];
	}
	return NET_AUTH_NONE;
}
