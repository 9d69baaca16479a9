#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/talk.h"
#include "adding.h"
#include "commands.h"
#include "discover.h"
#include "session.h"
#include "site.h"

/* A site without a list's name: what could be meant. */
static int offer(const struct adding *a)
{
	discover_print(a->s, a->site);
	printf("\nNothing was added yet. Name what you want, or take all of it:\n"
	       "  spfs add %s NAME...\n  spfs add --all %s\n",
	       a->site->url, a->site->url);
	return CLI_OK;
}

static int choose(struct adding *a, bool all, int argc, char **argv)
{
	const struct list *page = site_list_of_url(a->site);

	if (a->as && argc > 1)
		return cli_fail(CLI_USAGE, "--as names one list only");
	if (argc > 0)
		return adding_named(a, argc, argv);
	if (page)
		return adding_list(a, page);
	if (all)
		return adding_all(a);
	return offer(a);
}

/* ---- afterwards ---------------------------------------------------------------------- */

/* The daemon shows the directory at once and receives the list; without one the next mount does. */
static int tell_daemon(const struct cli_env *env)
{
	CLEANUP(buf_release_p) struct buf none = BUF_INIT(65536);
	struct err err = { 0 };
	int r = cli_talk_try(env, &none, &err, (const char *const[]) { "reload", NULL });

	if (r == -ENOENT || r == -ECONNREFUSED) {
		printf("Not mounted yet: spfs ~/SharePoint\n");
		return CLI_OK;
	}
	return r < 0 ? cli_talk_failed(r, &err) : CLI_OK;
}

/* `spfs add NAME`: the site is the one that all registered lists are of. */
static const char *only_site(const struct registry *reg)
{
	for (size_t i = 1; i < reg->n; i++)
		if (!str_eq(reg->v[i].site, reg->v[0].site))
			return NULL;
	return reg->n ? reg->v[0].site : NULL;
}

static int add(const struct cli_env *env, struct adding *a, bool all, int argc, char **argv)
{
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	CLEANUP(str_free_p) char *url = NULL;
	bool named = strstr(argv[0], "://") != NULL;
	int code = adding_read(a);

	if (code != CLI_OK)
		return code;
	if (!named && !only_site(&a->reg))
		return cli_usage(&cmd_add, "which site? Begin with its address: spfs add https://... %s", argv[0]);
	url = strdup(named ? argv[0] : only_site(&a->reg));
	code = url ? discover(a->s, url, &site) : cli_fail_err(CLI_FAILED, -ENOMEM, NULL);
	if (code != CLI_OK)
		return code;
	a->site = &site;
	code = choose(a, all, argc - named, argv + named);
	if (a->added && tell_daemon(env) != CLI_OK && code == CLI_OK)
		code = CLI_FAILED;
	return code;
}

/* Addresses with blanks between. */
static int check_addresses(const char *text)
{
	CLEANUP(str_free_p) char *copy = strdup(text);
	int r = copy ? 0 : -ENOMEM;

	for (char *at = copy, *word; r == 0 && (word = strsep(&at, " "));) {
		struct uri u = { 0 };

		r = *word ? uri_parse(word, &u) : 0;
		uri_release(&u);
	}
	return r;
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool all = false;
	struct adding a = { .s = env->arg };
	const struct cli_option options[] = { { "as", 0, NULL, &a.as }, { "all", 0, &all, NULL },
					      { "alternate", 0, NULL, &a.alternates }, { 0 } };
	int code, r;

	if (!cli_args(&cmd_add, options, &argc, argv, &code))
		return code;
	if (argc < 2)
		return cli_usage(&cmd_add, "the address of a site or of a list is missing");
	r = a.alternates ? check_addresses(a.alternates) : 0;
	if (r == -ENOMEM)
		return cli_fail_err(CLI_FAILED, r, NULL);
	if (r < 0)
		return cli_usage(&cmd_add, "--alternate %s: not an address; it begins with https:// or http://", a.alternates);
	code = add(env, &a, all, argc - 1, argv + 1);
	registry_release(&a.reg);
	return code;
}

const struct cli_command cmd_add = {
	.name = "add",
	.usage = "add [--as NAME] [--all] [--alternate URL] URL [LIST...] | add LIST...",
	.summary = "register a list of a site; it is a directory of the mount from then on",
	.help = "  --as NAME    call the directory so instead of after the list's title\n"
		"  --all        every list that the site shows\n"
		"  --alternate URL  another address of the same site, for when the first cannot be reached\n"
		"URL is the address of a site, or that of a list as the browser shows it.\n"
		"\n"
		"  spfs add https://sharepoint.example.org/sites/team               what is there?\n"
		"  spfs add https://sharepoint.example.org/sites/team Tasks Links\n"
		"  spfs add https://sharepoint.example.org/sites/team/Lists/Tasks/AllItems.aspx\n",
	.registers = true,
	.run = run,
};
