#include "method.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

static int check(const struct net_account *a, struct err *err)
{
	if (str_empty(a->tokencmd) && !a->token.trade)
		return err_set(err, -EINVAL, "the login method \"bearer\" needs a token: set tokencmd, or run spfs login");
	return 0;
}

static int apply(const struct net_account *a, const char *secret, struct login *ret, struct err *err)
{
	const char *token = strncasecmp(secret, "Bearer ", 7) == 0 ? secret + 7 : secret;

	(void) a;
	/* RFC 6750 2.1: b64token has no blanks. */
	if (!*token || strpbrk(token, " \t"))
		return err_set(err, -EACCES, "what was got is no token: there are blanks in it");
	ret->scheme = LOGIN_BEARER;
	return str_set(&ret->secret, token);
}

const struct auth_method auth_bearer = {
	.name = "bearer", .needs = NEEDS_TOKEN, .readable = true, .check = check, .apply = apply,
};
