#include "method.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

static int check(const struct net_account *a, struct err *err)
{
	if (str_empty(a->user))
		return err_set(err, -EINVAL, "the login method \"basic\" needs a user name: set user");
	/* RFC 7617 2: the first colon ends the name. */
	if (strchr(a->user, ':'))
		return err_set(err, -EINVAL, "a user name with a colon cannot log in with \"basic\": %s", a->user);
	if (!a->password && str_empty(a->passcmd))
		return err_set(err, -EINVAL, "there is no password for %s: set passcmd, or run spfs login", a->user);
	return 0;
}

static int apply(const struct net_account *a, const char *secret, struct login *ret)
{
	int r = str_set(&ret->user, a->user);

	ret->scheme = LOGIN_BASIC;
	return r < 0 ? r : str_set(&ret->secret, secret);
}

const struct auth_method auth_basic = {
	.name = "basic", .needs_secret = true, .readable = true, .check = check, .apply = apply,
};
