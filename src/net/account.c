/* Accounts as values, and the table of methods. */
#include "net/auth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/str.h"
#include "method.h"
#include "net/cred.h"

static const struct auth_method *const methods[] = {
	[NET_AUTH_NONE] = &auth_none,	     [NET_AUTH_BASIC] = &auth_basic,
	[NET_AUTH_NTLM] = &auth_ntlm,	     [NET_AUTH_NEGOTIATE] = &auth_negotiate,
	[NET_AUTH_FORMS] = &auth_forms,	     [NET_AUTH_COOKIE] = &auth_cookie,
	[NET_AUTH_BEARER] = &auth_bearer,
};

_Static_assert(sizeof(methods) / sizeof(*methods) == NET_AUTH_COUNT, "each kind has its method");

const struct auth_method *auth_method(enum net_auth_kind kind)
{
	return methods[kind == NET_AUTH_AUTO ? NET_AUTH_NONE : kind];
}

const char *net_auth_name(enum net_auth_kind kind)
{
	return kind == NET_AUTH_AUTO ? "auto" : methods[kind]->name;
}

int net_auth_parse(const char *name, enum net_auth_kind *ret)
{
	for (int k = 0; k <= NET_AUTH_AUTO; k++) {
		if (str_eq_nocase(name, net_auth_name((enum net_auth_kind) k))) {
			*ret = (enum net_auth_kind) k;
			return 0;
		}
	}
	return -EINVAL;
}

/* ---- where secrets may go ------------------------------------------------------ */

bool auth_is_loopback(const char *host)
{
	struct in_addr v4;

	if (str_eq(host, "localhost") || str_eq(host, "[::1]"))
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

bool auth_may_send(const struct net_account *a, const struct uri *to)
{
	return str_eq(to->scheme, "https") || a->allow_http || auth_is_loopback(to->host);
}

/* ---- plain values -------------------------------------------------------------- */

int auth_check_password(const struct net_account *a, const char *method, struct err *err)
{
	if (str_empty(a->user))
		return err_set(err, -EINVAL, "the login method \"%s\" needs a user name: set user", method);
	if (!a->password && str_empty(a->passcmd))
		return err_set(err, -EINVAL, "there is no password for %s: set passcmd, or run spfs login", a->user);
	return 0;
}

/* What is not there is said by curl when it is needed. */
int auth_check_key(const struct net_account *a, struct err *err)
{
	const char *key = a->clientkey ?: a->clientcert;
	struct stat st;

	if (!key || stat(key, &st) < 0 || !(st.st_mode & 077))
		return 0;
	return err_set(err, -EINVAL, "others can read the key in %s; type: chmod 600 %s", key, key);
}

void login_release(struct login *l)
{
	free(l->user);
	net_cred_wipe_p(&l->secret);
	free(l->probe);
	*l = (struct login) { 0 };
}

void net_ticket_release(struct net_ticket *t)
{
	net_cred_wipe_p(&t->text);
	*t = (struct net_ticket) { 0 };
}

/* All strings but the password. */
#define EACH_STRING(do)                                                                                   \
	do(name) do(user) do(passcmd) do(cookiecmd) do(tokencmd) do(cafile) do(clientcert) do(clientkey) \
		do(user_agent) do(probe)

void net_account_release(struct net_account *a)
{
	net_cred_wipe_p(&a->password);
#define FREE(field) free(a->field);
	EACH_STRING(FREE)
#undef FREE
	*a = (struct net_account) { 0 };
}

int auth_copy_account(struct net_account *dst, const struct net_account *src)
{
	struct net_account copy = *src;
	int r = 0;

	copy.password = NULL;
#define CLEAR(field) copy.field = NULL;
	EACH_STRING(CLEAR)
#undef CLEAR
	r = str_set(&copy.password, src->password);
#define COPY(field) r = r ?: str_set(&copy.field, src->field);
	EACH_STRING(COPY)
#undef COPY
	if (r < 0) {
		net_account_release(&copy);
		return r;
	}
	*dst = copy;
	return 0;
}

int auth_copy_tls(struct net_account *dst, const struct net_account *src)
{
	const struct net_account part = {
		.cafile = src->cafile, .clientcert = src->clientcert, .clientkey = src->clientkey,
		.user_agent = src->user_agent, .old_tls = src->old_tls,
	};

	return auth_copy_account(dst, &part);
}

bool net_account_same(const struct net_account *a, const struct net_account *b)
{
	return a->auth == b->auth && str_eq(a->user, b->user) && (a->user || str_eq(a->name, b->name));
}
