#include "secret.h"

#include "net/cred.h"

const char *secret_command(const struct net_account *a, enum auth_needs needs)
{
	switch (needs) {
	case NEEDS_PASSWORD:
		return a->password ? NULL : a->passcmd;
	case NEEDS_COOKIES:
		return a->cookiecmd;
	case NEEDS_TOKEN:
		return a->token.trade ? NULL : a->tokencmd;
	case NEEDS_NOTHING:
		break;
	}
	return NULL;
}

static const char *name_of(enum auth_needs needs)
{
	return needs == NEEDS_TOKEN ? "tokencmd gave no token" :
	       needs == NEEDS_COOKIES ? "cookiecmd gave no cookies" : "passcmd gave no password";
}

int secret_run(const struct net_account *a, enum auth_needs needs, const atomic_int *cancel, char **ret, struct err *err)
{
	const char *command = secret_command(a, needs);
	struct err why = { 0 };
	int r;

	if (a->run)
		r = a->run(a->run_arg, command, cancel, ret, &why);
	else
		r = net_cred_command(command, cancel, ret, &why);
	return r < 0 ? err_set(err, r, "%s: %s", name_of(needs), err_text(&why, r)) : 0;
}
