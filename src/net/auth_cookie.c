#include "method.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

static int check(const struct net_account *a, struct err *err)
{
	if (str_empty(a->cookiecmd))
		return err_set(err, -EINVAL, "the login method \"cookie\" needs a command that prints cookies: "
					     "set cookiecmd");
	return 0;
}

/* As a browser's developer tools show it, with the name of the header. */
static const char *without_name(const char *text)
{
	if (strncasecmp(text, "Cookie:", 7) == 0)
		text += 7;
	return text + strspn(text, " \t");
}

static int apply(const struct net_account *a, const char *secret, struct login *ret, struct err *err)
{
	const char *text = without_name(secret);

	if (!strchr(text, '='))
		return err_set(err, -EACCES, "cookiecmd printed no cookies: the line must be like "
					     "FedAuth=77u...; rtFa=...");
	ret->scheme = LOGIN_COOKIE;
	ret->is_login_page = a->is_login_page;
	return str_set(&ret->secret, text);
}

const struct auth_method auth_cookie = {
	.name = "cookie", .needs = NEEDS_COOKIES, .readable = true, .check = check, .apply = apply,
};
