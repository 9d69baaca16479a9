#include "discover.h"

#include <errno.h>

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
	int code, r;

	if (!f)
		return cli_fail_err(CLI_FAILED, -ENOMEM, NULL);
	r = accounts_ask(s->accounts, url, &err);
	if (r < 0)
		code = cli_is_local(r) ? CLI_FAILED : CLI_LOGIN;
	else
		code = site_find(f, url, ret, &err);
	sp_factory_free(f);
	return code == CLI_OK ? code : cli_fail(code, "%s", err_text(&err, r < 0 ? r : -ENOMEM));
}

int discover(struct session *s, const char *url, struct site *ret)
{
	struct err err = { 0 };
	int r = session_configure(s, &err);

	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	return ask(s, url, ret);
}
