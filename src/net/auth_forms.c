#include "method.h"

#include <errno.h>

#include "base/str.h"

static int check(const struct net_account *a, struct err *err)
{
	if (!a->cookies.trade)
		return err_set(err, -EINVAL, "the login method \"forms\" cannot be used here");
	return auth_check_password(a, "forms", err);
}

static int apply(const struct net_account *a, const char *secret, struct login *ret, struct err *err)
{
	(void) err;
	ret->scheme = LOGIN_COOKIE;
	ret->is_login_page = a->is_login_page;
	return str_set(&ret->secret, secret);
}

const struct auth_method auth_forms = {
	.name = "forms", .needs = NEEDS_PASSWORD, .readable = true, .check = check, .apply = apply,
};
