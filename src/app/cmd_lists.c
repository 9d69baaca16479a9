#include <stdio.h>

#include "accounts.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "commands.h"
#include "discover.h"
#include "registry.h"
#include "session.h"
#include "site.h"

enum { NAME_COLUMNS = 32, KIND_COLUMNS = 16 };

static void print_row(const char *a, int wa, const char *b, int wb, const char *c)
{
	cli_table_cell(NULL, a, wa);
	fputs("  ", stdout);
	cli_table_cell(NULL, b, wb);
	fputs("  ", stdout);
	cli_table_cell(NULL, c, 0);
	putchar('\n');
}

static int show_registered(struct session *s, bool names)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };
	int r = registry_load(s->places.lists, s->places.profile, &reg, &err);

	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	if (reg.n == 0 && !names)
		puts("no lists are registered; `spfs lists URL` shows what a site offers, `spfs add URL` adds");
	for (size_t i = 0; i < reg.n; i++) {
		if (names)
			puts(reg.v[i].name);
		else
			print_row(reg.v[i].name, NAME_COLUMNS, reg.v[i].library ? "library" : "list", KIND_COLUMNS,
				  reg.v[i].site);
	}
	return CLI_OK;
}

static void print_offer(const struct registry *reg, const struct site *site, const struct list *l)
{
	const struct registry_entry *e = registry_find_id(reg, site->url, l->id);
	char kind[64];

	snprintf(kind, sizeof(kind), "%-14s %8lld", site_kind(l), (long long) l->item_count);
	cli_table_cell(NULL, l->title, NAME_COLUMNS);
	printf("  %s  %s", kind, e ? "added as " : "");
	cli_table_cell(NULL, e ? e->name : "", 0);
	putchar('\n');
}

void discover_print(struct session *s, const struct site *site, bool numbered)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };
	int r = registry_load(s->places.lists, s->places.profile, &reg, &err);
	int n = 0;

	/* a broken registry is the next command's trouble: here it only costs a remark */
	if (r < 0)
		fprintf(stderr, "spfs: %s\n", err_text(&err, r));
	printf("%s offers:\n", site->url);
	for (size_t i = 0; i < site->n; i++)
		if (site_shows(&site->v[i])) {
			if (numbered)
				printf("%3d  ", ++n);
			print_offer(&reg, site, &site->v[i]);
		}
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool names = false;
	const struct cli_option options[] = { { "names", 0, &names, NULL }, { 0 } };
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	struct session *s = env->arg;
	int code;

	if (!cli_args(&cmd_lists, options, &argc, argv, &code))
		return code;
	if (argc > 2)
		return cli_usage(&cmd_lists, "one site at a time");
	if (argc == 1)
		return show_registered(s, names);
	code = discover(s, argv[1], &site);
	if (code != CLI_OK)
		return code;
	if (names) {
		for (size_t i = 0; i < site.n; i++)
			if (site_shows(&site.v[i]))
				puts(site.v[i].title);
		return CLI_OK;
	}
	discover_print(s, &site, false);
	printf("To mount some: spfs add %s NAME...   (all: --all)\n", site.url);
	return CLI_OK;
}

const struct cli_command cmd_lists = {
	.name = "lists",
	.usage = "lists [--names] [URL]",
	.summary = "show what is registered, or what a site offers",
	.help = "  --names    only names, one a line\n"
		"\n"
		"  spfs lists\n"
		"  spfs lists https://sharepoint.example.org/sites/team\n",
	.registers = true,
	.run = run,
};
