#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/talk.h"
#include "adding.h"
#include "ask.h"
#include "commands.h"
#include "discover.h"
#include "linking.h"
#include "session.h"
#include "site.h"

/* ---- a site ----------------------------------------------------------------------------- */

/* The n-th that the site shows, from 1; NULL. */
static const struct list *nth(const struct site *site, int64_t n)
{
	for (size_t i = 0; i < site->n; i++)
		if (site_shows(&site->v[i]) && --n == 0)
			return &site->v[i];
	return NULL;
}

static int add_word(struct adding *a, char *word)
{
	const struct list *l = NULL;
	int64_t n;

	if (str_to_i64(word, &n) == 0)
		l = nth(a->site, n);
	return l ? adding_list(a, l) : adding_named(a, 1, &word);
}

/* "1 3 4", "Tasks, Links", "2, Links", "all". A title may hold blanks: then only commas separate. */
static int add_answer(struct adding *a, char *line)
{
	const char *between = line[strspn(line, "0123456789, \t")] ? "," : ", \t";
	int code = CLI_OK;

	if (str_eq_nocase(str_trim(line), "all"))
		return adding_all(a);
	for (char *word; code == CLI_OK && (word = strsep(&line, between));) {
		word = str_trim(word);
		code = *word ? add_word(a, word) : CLI_OK;
	}
	return code;
}

/* A site without a list's name: what could be meant. */
static int offer(struct adding *a)
{
	CLEANUP(str_free_p) char *line = NULL;
	bool asks = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && ask_has_terminal();

	discover_print(a->s, a->site, asks);
	if (asks) {
		if (ask_line("\nWhich? Numbers or names with commas between, all, or Enter for none: ", &line) == 0 && *str_trim(line))
			return add_answer(a, line);
	}
	printf("\nNothing was added yet. Name what you want, or take all of it:\n"
	       "  spfs add %s NAME...\n  spfs add --all %s\n",
	       a->site->url, a->site->url);
	return CLI_OK;
}

/* Whether the address means something below the site, and not the site. */
static bool is_below(const struct site *site)
{
	struct uri web = { 0 };
	bool below = uri_parse(site->url, &web) == 0 && !str_eq_nocase(site->target.path, str_eq(web.path, "/") ? "" : web.path);

	uri_release(&web);
	return below || site->target.list_id;
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
	if (is_below(a->site))
		return cli_fail(CLI_FAILED, "there is no list at that address; `spfs lists %s` shows what its site has", a->site->url);
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

static int add_address(struct adding *a, bool all, int argc, char **argv)
{
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	CLEANUP(str_free_p) char *url = NULL;
	bool named = strstr(argv[0], "://") != NULL;
	int code;

	if (!named && !only_site(&a->reg))
		return cli_usage(&cmd_add, "which site? Begin with its address: spfs add https://... %s", argv[0]);
	url = strdup(named ? argv[0] : only_site(&a->reg));
	code = url ? discover(a->s, url, &site) : cli_fail_err(CLI_FAILED, -ENOMEM, NULL);
	if (code != CLI_OK)
		return code;
	a->site = &site;
	code = choose(a, all, argc - named, argv + named);
	a->site = NULL;
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

/* What the options say beside struct adding. */
struct wish {
	bool all, yes, gui, terminal, print;
};

static int check(const struct wish *w, const struct adding *a, int argc, char **argv)
{
	int r = a->alternates ? check_addresses(a->alternates) : 0;

	if (r == -ENOMEM)
		return cli_fail_err(CLI_FAILED, r, NULL);
	if (argc < 1)
		return cli_usage(&cmd_add, "the address of a site or of a list is missing");
	if (r < 0)
		return cli_usage(&cmd_add, "--alternate %s: not an address; it begins with https:// or http://", a->alternates);
	if ((w->gui || w->terminal) && w->yes)
		return cli_usage(&cmd_add, "--yes leaves nothing to ask in a window");
	if ((w->gui || w->terminal) && !linking_is(argv[0]))
		return cli_usage(&cmd_add, "--gui takes a link that begins with stssync:");
	if ((w->print || linking_is(argv[0])) && argc > 1)
		return cli_usage(&cmd_add, "one %s at a time", w->print ? "list" : "link");
	return CLI_OK;
}

static int add(const struct cli_env *env, struct adding *a, const struct wish *w, int argc, char **argv)
{
	const struct linking l = { .text = argv[0], .yes = w->yes, .window = w->gui, .terminal = w->terminal };
	int code = check(w, a, argc, argv);

	if (code == CLI_OK)
		code = adding_read(a);
	if (code != CLI_OK)
		return code;
	if (w->print)
		return linking_print(a, argv[0]);
	code = linking_is(argv[0]) ? linking_add(a, &l) : add_address(a, w->all, argc, argv);
	if (a->added && tell_daemon(env) != CLI_OK && code == CLI_OK)
		code = CLI_FAILED;
	return code;
}

/* The terminal was opened for this, and closes with it. */
static void wait_for_enter(void)
{
	CLEANUP(str_free_p) char *line = NULL;

	if (ask_line("\nEnter closes this window. ", &line) < 0)
		return;
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	struct wish w = { 0 };
	struct adding a = { .s = env->arg };
	const struct cli_option options[] = { { "as", 0, NULL, &a.as }, { "all", 0, &w.all, NULL },
					      { "alternate", 0, NULL, &a.alternates }, { "yes", 0, &w.yes, NULL },
					      { "gui", 0, &w.gui, NULL }, { "in-terminal", 0, &w.terminal, NULL },
					      { "print-link", 0, &w.print, NULL }, { 0 } };
	int code;

	if (!cli_args(&cmd_add, options, &argc, argv, &code))
		return code;
	if (w.terminal && argc > 1 && !uri_decode(argv[1]))
		return cli_usage(&cmd_add, "--in-terminal takes a link that is percent-encoded as a whole");
	code = add(env, &a, &w, argc - 1, argv + 1);
	if (w.terminal)
		wait_for_enter();
	registry_release(&a.reg);
	return code;
}

const struct cli_command cmd_add = {
	.name = "add",
	.usage = "add [--as NAME] [--all] [--alternate URL] [--yes] [--gui] URL [LIST...] | add LIST... | add --print-link LIST",
	.summary = "register a list of a site; it is a directory of the mount from then on",
	.help = "  --as NAME    call the directory so instead of after the list's title\n"
		"  --all        every list that the site shows\n"
		"  --alternate URL  another address of the same site, for when the first cannot be reached\n"
		"  --yes        do not ask whether a link's server, which is new here, is meant\n"
		"  --gui        ask in a window; for desktops, when a browser opens a link\n"
		"  --print-link print the stssync: link to a list, to share it\n"
		"URL is the address of a site, of a list, a view, an item or a folder as the browser\n"
		"shows it, or the stssync: link behind \"Connect to Outlook\" (in quotes).\n"
		"\n"
		"  spfs add https://sharepoint.example.org/sites/team               what is there?\n"
		"  spfs add https://sharepoint.example.org/sites/team Tasks Links\n"
		"  spfs add https://sharepoint.example.org/sites/team/Lists/Tasks/AllItems.aspx\n"
		"  spfs add 'stssync://sts/?ver=1.1&type=tasks&...'\n"
		"  spfs add --print-link Tasks\n",
	.registers = true,
	.run = run,
};
