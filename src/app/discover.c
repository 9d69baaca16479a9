#include "discover.h"

#include "cli/args.h"
#include "cli/cli.h"
#include "accounts.h"
#include "session.h"
#include "site.h"

static int ask(struct session *s, const char *url, struct site *ret)
{
	const struct sp_accounts who = { .account = accounts_find, .arg = s->accounts };
	struct sp_factory *f = sp_factory_new(&who);
	struct err err = { 0 };
	int code;

	if (!f)
		return cli_fail(CLI_FAILED, "out of memory");
	if (accounts_ask(s->accounts, url, &err) < 0)
		code = CLI_LOGIN;
	else
		code = site_find(f, url, ret, &err);
	sp_factory_free(f);
	return code == CLI_OK ? code : cli_fail(code, "%s", err.text[0] ? err.text : "out of memory");
}

int discover(struct session *s, const char *url, struct site *ret)
{
	struct err err = { 0 };
	int r = session_configure(s, &err);

	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	return ask(s, url, ret);
}
