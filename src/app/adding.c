#include "adding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/word.h"
#include "view/name.h"
#include "session.h"
#include "site.h"

/* ---- names ------------------------------------------------------------------------- */

char *adding_site_word(const char *url)
{
	const char *slash = strrchr(url, '/');
	const char *host = strstr(url, "://");

	if (slash && host && slash > host + 2)
		return strdup(slash + 1);
	return strdup(host ? host + 3 : url);
}

/* The directory's name: the title, `Title (Site)`, `Title (Site 2)`... fresh string. */
static char *free_name(const struct adding *a, const struct list *l)
{
	CLEANUP(str_free_p) char *site = adding_site_word(a->site->url);
	char name[VIEW_NAME_SIZE];

	view_name_list(l->title, name);
	for (int i = 1; site && i < 100; i++) {
		CLEANUP(str_free_p) char *title = i == 1 ? strdup(l->title) :
						  i == 2 ? str_printf("%s (%s)", l->title, site) :
							   str_printf("%s (%s %d)", l->title, site, i - 1);

		if (!title)
			return NULL;
		view_name_list(title, name);
		if (!registry_find(&a->reg, name))
			return strdup(name);
	}
	return NULL;
}

static int choose_name(const struct adding *a, const struct list *l, char **ret)
{
	char name[VIEW_NAME_SIZE];

	if (!a->as) {
		*ret = free_name(a, l);
		return *ret ? 0 : -ENOMEM;
	}
	view_name_list(a->as, name);
	if (strcmp(name, a->as) != 0)
		return -EINVAL;
	*ret = strdup(name);
	return *ret ? 0 : -ENOMEM;
}

/* ---- adding ------------------------------------------------------------------------- */

int adding_read(struct adding *a)
{
	struct err err = { 0 };
	int r;

	registry_release(&a->reg);
	r = registry_load(a->s->places.lists, a->s->places.profile, &a->reg, &err);
	return r < 0 ? cli_fail_err(CLI_USAGE, r, &err) : CLI_OK;
}

int adding_list(struct adding *a, const struct list *l)
{
	const struct registry_entry *have = registry_find_id(&a->reg, a->site->url, l->id);
	CLEANUP(str_free_p) char *name = NULL;
	struct registry_entry e = { .site = a->site->url, .id = l->id, .title = l->title, .template = l->template,
				    .library = list_is_library(l),
				    .alternates = (char *) a->alternates /* only read */ };
	struct err err = { 0 };
	int r;

	if (have) {
		if (!a->brief)
			printf("%s: registered already, as %s\n", l->title, have->name);
		return CLI_OK;
	}
	/* MS-OUTSPS_R1120; rows of another system have no change log and no lasting numbers. */
	if (l->flags & LIST_EXCLUDED)
		return cli_fail(CLI_FAILED, "%s: its site does not allow it offline (ExcludeFromOfflineClient)", l->title);
	if (l->flags & LIST_EXTERNAL)
		return cli_fail(CLI_FAILED, "%s: its rows are another system's (an external list), which cannot be kept in step",
				l->title);
	r = choose_name(a, l, &name);
	if (r == -ENOMEM)
		return cli_fail_err(CLI_FAILED, r, NULL);
	if (r < 0)
		return cli_fail(CLI_FAILED, "\"%s\" cannot be a directory's name", a->as ? a->as : l->title);
	e.name = name;
	r = registry_add(a->s->places.lists, a->s->places.profile, &e, &err);
	if (r < 0)
		return cli_fail(CLI_FAILED, "%s%s", err_text(&err, r), r == -EEXIST ? "; choose another with --as NAME" : "");
	printf("%s: added%s%s%s\n", name, strcmp(name, l->title) ? " (" : "", strcmp(name, l->title) ? l->title : "",
	       strcmp(name, l->title) ? ")" : "");
	a->added++;
	return adding_read(a);
}

static int unknown_list(const struct adding *a, const char *name)
{
	struct cli_word w = CLI_WORD_INIT(name);

	for (size_t i = 0; i < a->site->n; i++)
		if (site_shows(&a->site->v[i]))
			cli_word_offer(&w, a->site->v[i].title);
	if (w.best)
		return cli_fail(CLI_FAILED, "%s has no list \"%s\"; did you mean \"%s\"?", a->site->url, name, w.best);
	return cli_fail(CLI_FAILED, "%s has no list \"%s\"; `spfs lists %s` shows what it has", a->site->url, name,
			a->site->url);
}

int adding_named(struct adding *a, int argc, char **argv)
{
	int code = CLI_OK;

	for (int i = 0; code == CLI_OK && i < argc; i++) {
		const struct list *l = site_list_of_title(a->site, argv[i]);

		code = l ? adding_list(a, l) : unknown_list(a, argv[i]);
	}
	return code;
}

int adding_all(struct adding *a)
{
	int code = CLI_OK;

	for (size_t i = 0; code == CLI_OK && i < a->site->n; i++)
		if (site_shows(&a->site->v[i]))
			code = adding_list(a, &a->site->v[i]);
	return code;
}
