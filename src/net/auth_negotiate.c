#include "method.h"

/* The ticket is the Kerberos library's business: KRB5CCNAME, krb5.conf(5). */
static int check(const struct net_account *a, struct err *err)
{
	(void) a;
	(void) err;
	return 0;
}

static int apply(const struct net_account *a, const char *secret, struct login *ret, struct err *err)
{
	(void) a;
	(void) secret;
	(void) err;
	ret->scheme = LOGIN_NEGOTIATE;
	return 0;
}

const struct auth_method auth_negotiate = { .name = "negotiate", .check = check, .apply = apply };
