#include "method.h"

#include <errno.h>

#include "base/str.h"

static int check(const struct net_account *a, struct err *err)
{
	return auth_check_password(a, "ntlm", err);
}

/* libcurl widens each byte to a character: what it computes of others is a wrong password. */
static bool is_ascii(const char *s)
{
	while (*s && (unsigned char) *s < 0x80)
		s++;
	return !*s;
}

static int apply(const struct net_account *a, const char *secret, struct login *ret, struct err *err)
{
	int r;

	if (!is_ascii(secret) || !is_ascii(a->user))
		return err_set(err, -EACCES,
			       "this libcurl cannot do NTLM with letters beyond ASCII in user name or password: "
			       "use auth = negotiate (Kerberos), or basic");
	r = str_set(&ret->user, a->user);
	ret->scheme = LOGIN_NTLM;
	return r < 0 ? r : str_set(&ret->secret, secret);
}

/* Readable: an answer to a challenge can be relayed, and short passwords be guessed from it. */
const struct auth_method auth_ntlm = {
	.name = "ntlm", .needs = NEEDS_PASSWORD, .readable = true, .check = check, .apply = apply,
};
