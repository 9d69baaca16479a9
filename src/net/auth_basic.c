#include "method.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

static int check(const struct net_account *a, struct err *err)
{
	int r = auth_check_password(a, "basic", err);

	/* RFC 7617 2: the first colon ends the name. */
	if (r == 0 && strchr(a->user, ':'))
		return err_set(err, -EINVAL, "a user name with a colon cannot log in with \"basic\": %s", a->user);
	return r;
}

static int apply(const struct net_account *a, const char *secret, struct login *ret, struct err *err)
{
	int r = str_set(&ret->user, a->user);

	(void) err;
	ret->scheme = LOGIN_BASIC;
	return r < 0 ? r : str_set(&ret->secret, secret);
}

const struct auth_method auth_basic = {
	.name = "basic", .needs = NEEDS_PASSWORD, .readable = true, .check = check, .apply = apply,
};
