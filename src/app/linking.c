#include "linking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/shown.h"
#include "sp/link.h"
#include "accounts.h"
#include "adding.h"
#include "ask.h"
#include "discover.h"
#include "session.h"
#include "site.h"

enum { TEXT_MAX = 65536, NAME_CHARS = 80, ADDRESS_CHARS = 300 };

#define TITLE "Connect a SharePoint list"

bool linking_is(const char *text)
{
	return sp_link_is(text);
}

/* ---- what it means, in words --------------------------------------------------------------- */

static bool same_server(const char *a, const char *b)
{
	struct uri x = { 0 }, y = { 0 };
	bool same = uri_parse(a, &x) == 0 && uri_parse(b, &y) == 0 && uri_same_origin(&x, &y);

	uri_release(&x);
	uri_release(&y);
	return same;
}

/* Whether the person has registered something of that server, or configured it. */
static bool is_known(const struct adding *a, const char *url)
{
	for (size_t i = 0; i < a->reg.n; i++)
		if (same_server(a->reg.v[i].site, url))
			return true;
	return accounts_know(a->s->accounts, url);
}

/* Plain http, and not to this machine itself. */
static bool is_open_to_all(const char *url)
{
	struct uri u = { 0 };
	bool open = uri_parse(url, &u) == 0 && str_eq(u.scheme, "http") && !str_eq(u.host, "localhost") &&
		    !str_starts(u.host, "127.") && !str_eq(u.host, "[::1]");

	uri_release(&u);
	return open;
}

static void add_name(struct buf *out, const char *name)
{
	if (!*name)
		return;
	buf_adds(out, ", which calls itself \"");
	cli_shown(out, name, NAME_CHARS);
	buf_addc(out, '"');
}

/* The question, without its last line. */
static int describe(const struct sp_link *l, bool known, struct buf *out)
{
	struct uri web = { 0 };
	int r = uri_parse(l->base_url, &web);

	if (r < 0)
		return r;
	buf_adds(out, "A link wants to connect a SharePoint list to this computer.\n\n  Server: ");
	uri_origin(&web, out);
	buf_adds(out, "\n  Site:   ");
	cli_shown(out, web.path, ADDRESS_CHARS);
	add_name(out, l->site_name);
	buf_adds(out, "\n  List:   ");
	cli_shown(out, l->list_path ? l->list_path : l->guid, ADDRESS_CHARS);
	buf_addf(out, " (%s)", sp_link_type_name(l->type));
	add_name(out, l->list_name);
	buf_adds(out, known ? "\n\nYou have registered this server already.\n" :
			      "\n\nThis server is new here. Nothing was sent to it yet, and no password\n"
			      "and no ticket will be before you log in there yourself.\n");
	if (str_eq(web.scheme, "http"))
		buf_adds(out, "What is sent to it is not encrypted.\n");
	buf_adds(out, "Connect only lists that you know, from people whom you trust.\n");
	uri_release(&web);
	return buf_error(out);
}

/* ---- asking -------------------------------------------------------------------------------- */

static int ask_in_other_terminal(const struct adding *a, const struct linking *l)
{
	CLEANUP(buf_release_p) struct buf encoded = BUF_INIT(4 * SP_LINK_MAX);
	CLEANUP(str_free_p) char *exe = realpath("/proc/self/exe", NULL);
	int r;

	for (const char *s = l->text; *s; s++)
		buf_addf(&encoded, "%%%02X", (unsigned char) *s);
	if (!exe || buf_error(&encoded))
		return -ENOMEM;
	r = ask_start_terminal((const char *const[]) { exe, "add", "--profile", a->s->places.profile, "--in-terminal",
						       buf_str(&encoded), NULL });
	return r == -EINVAL ? -ENOENT : r;
}

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_ELSEWHERE };

/* enum answer; -ENOTTY, -ENOENT: there is nobody to ask; -errno. */
static int ask(const struct adding *a, const struct linking *l, const char *question)
{
	CLEANUP(str_free_p) char *whole = str_printf("%s\nAdd the list? [y/N] ", question);
	int r;

	if (!whole)
		return -ENOMEM;
	if (!l->window)
		return ask_yes_no(whole);
	r = ask_in_window(TITLE, question, "Add the list", "Do not add it");
	if (r != -ENOENT)
		return r;
	if (ask_has_terminal())
		return ask_yes_no(whole);
	r = ask_in_other_terminal(a, l);
	return r == 0 ? ANSWER_ELSEWHERE : r;
}

static int nobody_to_ask(const struct linking *l, const struct sp_link *link)
{
	if (l->window)
		return cli_fail(CLI_FAILED, "nothing was added: there is no window to ask in; install zenity, kdialog or xmessage, or "
				"type in a terminal: spfs add LINK");
	return cli_fail(CLI_FAILED, "nothing was added: %s is new here and there is no terminal to ask on; if you know it, type: "
			"spfs add --yes LINK", link->base_url);
}

/* CLI_OK with the answer; else the exit code. */
static int consent(const struct adding *a, const struct linking *l, const struct sp_link *link, enum answer *ret)
{
	CLEANUP(buf_release_p) struct buf question = BUF_INIT(TEXT_MAX);
	bool known = is_known(a, link->base_url);
	int r;

	if (!known && is_open_to_all(link->base_url))
		return cli_fail(CLI_FAILED, "nothing was added: %s is new here and not encrypted, so anybody on the way could answer for it; "
				"if you mean it, type its address: spfs add %s", link->base_url, link->base_url);
	if ((known || l->yes) && !l->window && !l->terminal) {
		*ret = ANSWER_YES;
		return CLI_OK;
	}
	r = describe(link, known, &question);
	if (r == 0)
		r = ask(a, l, buf_str(&question));
	if (r == -ENOTTY || r == -ENOENT)
		return nobody_to_ask(l, link);
	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, NULL);
	*ret = (enum answer) r;
	return CLI_OK;
}

/* ---- adding --------------------------------------------------------------------------------- */

static const struct list *find_id(const struct site *site, const char *id)
{
	for (size_t i = 0; i < site->n; i++)
		if (str_eq(site->v[i].id, id))
			return &site->v[i];
	return NULL;
}

static const struct list *find(const struct site *site, const struct sp_link *link)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(TEXT_MAX);
	const struct list *found = NULL;
	struct sp_target t;

	if (link->guid)
		return find_id(site, link->guid);
	if (sp_link_list_url(link, &url) < 0 || sp_url_guess(buf_str(&url), &t) < 0)
		return NULL;
	for (size_t i = 0; i < site->n && !found; i++)
		if (sp_target_is_list(&t, &site->v[i]))
			found = &site->v[i];
	sp_target_release(&t);
	return found;
}

/* The list as the link describes it; names that were cut are no names. Strings are foreign. */
static struct list as_described(const struct sp_link *link)
{
	static const int templates[SP_LINK_TYPE_COUNT] = {
		[SP_LINK_CALENDAR] = 106, [SP_LINK_CONTACTS] = 105, [SP_LINK_DISCUSSIONS] = 108, [SP_LINK_DOCUMENTS] = 101,
		[SP_LINK_TASKS] = 107,
	};
	char *folder = link->list_path ? strrchr(link->list_path, '/') : NULL;
	bool cut = !*link->list_name || str_ends(link->list_name, "...");

	return (struct list) {
		.id = link->guid, .template = templates[link->type], .base_type = link->type == SP_LINK_DOCUMENTS,
		.title = cut && folder ? folder + 1 : *link->list_name ? link->list_name : (char *) sp_link_type_name(link->type),
	};
}

/* A new server that wants a login first: the list waits for that. */
static int add_unseen(struct adding *a, const struct sp_link *link)
{
	struct site site = { .url = link->base_url };
	const struct list l = as_described(link);
	int code;

	if (!link->guid)
		return cli_fail(CLI_LOGIN, "nothing was added: the link does not say the list's id; log in first with: spfs login %s; "
				"then add it again", link->base_url);
	a->site = &site;
	code = adding_list(a, &l);
	a->site = NULL;
	if (code == CLI_OK)
		code = cli_fail(CLI_LOGIN, "it is received once you have logged in: spfs login %s", link->base_url);
	return code;
}

static int add_seen(struct adding *a, const struct sp_link *link, const struct site *site)
{
	const struct list *l = find(site, link);
	int code;

	if (!l)
		return cli_fail(CLI_FAILED, "nothing was added: %s has no such list, or does not show it to you; `spfs lists %s` shows what "
				"it has", site->url, site->url);
	a->site = site;
	code = adding_list(a, l);
	a->site = NULL;
	if (code == CLI_OK && (link->folder || link->folder_id || link->user_id))
		fprintf(stderr, "spfs: the link means only a part of the list; all of it was added\n");
	return code;
}

static int add(struct adding *a, const struct linking *l, const struct sp_link *link, enum answer *ret)
{
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	int code = consent(a, l, link, ret);

	if (code != CLI_OK || *ret == ANSWER_ELSEWHERE)
		return code;
	if (*ret == ANSWER_NO) {
		fprintf(stderr, "nothing was added\n");
		return CLI_FAILED;
	}
	code = discover(a->s, link->base_url, &site);
	if (code == CLI_LOGIN)
		return add_unseen(a, link);
	return code == CLI_OK ? add_seen(a, link, &site) : code;
}

/* Whom a browser called, nobody reads stderr of. */
static void tell(const struct adding *a, int code)
{
	static const char *const words[] = {
		[CLI_FAILED] = "Nothing was added. To see why, type in a terminal: spfs add LINK",
		[CLI_USAGE] = "Nothing was added: the link is broken, or made to mislead.",
		[CLI_LOGIN] = "Nothing was added: the server wants a login first. Type in a terminal: spfs login ADDRESS",
		[CLI_UNREACHABLE] = "Nothing was added: the server does not answer, or is no SharePoint.",
	};
	const char *text = code >= 0 && (size_t) code < sizeof(words) / sizeof(*words) ? words[code] : NULL;

	if (code == CLI_OK)
		text = a->added ? "The list was added." : "The list is registered already.";
	else if (a->added)
		text = "The list was added. Its server wants a login; type in a terminal: spfs login ADDRESS";
	if (!text)
		text = words[CLI_FAILED];
	if (ask_tell(TITLE, text) < 0)
		fprintf(stderr, "%s\n", text);
}

int linking_add(struct adding *a, const struct linking *l)
{
	CLEANUP(sp_link_release_p) struct sp_link link = SP_LINK_INIT;
	struct err err = { 0 };
	enum answer answer = ANSWER_YES;
	int r = session_configure(a->s, &err);
	int code;

	if (r == 0)
		r = sp_link_parse(l->text, &link, &err);
	code = r < 0 ? cli_fail_err(CLI_USAGE, r, &err) : add(a, l, &link, &answer);
	if (l->window && answer == ANSWER_YES)
		tell(a, code);
	return code;
}

/* ---- giving -------------------------------------------------------------------------------- */

/* The list's folder; fresh string, NULL: the server does not say. */
static char *folder_of(const struct site *site, const struct list *l)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(TEXT_MAX);
	struct uri web = { 0 };
	struct sp_target t;
	char *path;

	if (l->root_folder)
		return strdup(l->root_folder);
	if (!l->view_url || uri_parse(site->url, &web) < 0)
		return NULL;
	uri_origin(&web, &url);
	uri_encode_path(&url, l->view_url);
	uri_release(&web);
	if (buf_error(&url) || sp_url_guess(buf_str(&url), &t) < 0)
		return NULL;
	path = t.path;
	t.path = NULL;
	sp_target_release(&t);
	return path;
}

/* SharePoint's own are never longer. */
enum { LINK_CHARS = 500 };

static int write_link(struct sp_link *link, struct buf *out)
{
	int r = link->list_path && link->site_name && link->list_name ? sp_link_print(link, out) : -ENOMEM;

	if (r < 0 || out->len <= LINK_CHARS)
		return r;
	buf_reset(out);
	r = sp_link_shorten(link);
	return r < 0 ? r : sp_link_print(link, out);
}

static int print(const struct site *site, const struct list *l)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	CLEANUP(sp_link_release_p) struct sp_link link = SP_LINK_INIT;
	int r = sp_link_type_of(l->template, list_is_library(l), &link.type);

	if (r < 0)
		return cli_fail(CLI_FAILED, "%s: there are such links to calendars, contacts, discussions, libraries and tasks only; share "
				"its address instead", l->title);
	link.base_url = strdup(site->url);
	link.guid = strdup(l->id);
	link.list_path = folder_of(site, l);
	link.site_name = adding_site_word(site->url);
	link.list_name = strdup(l->title);
	if (!l->root_folder && !l->view_url)
		return cli_fail(CLI_FAILED, "%s: its site does not say where it is", l->title);
	r = link.base_url && link.guid ? write_link(&link, &text) : -ENOMEM;
	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, NULL);
	buf_addc(&text, '\n');
	return cli_print(&text);
}

int linking_print(struct adding *a, const char *name)
{
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	const struct registry_entry *e = registry_find(&a->reg, name);
	const struct list *l;
	int code;

	if (!e && !strstr(name, "://"))
		return cli_fail(CLI_USAGE, "no list named \"%s\" is registered; `spfs lists` shows those that are", name);
	code = discover(a->s, e ? e->site : name, &site);
	if (code != CLI_OK)
		return code;
	l = e ? find_id(&site, e->id) : site_list_of_url(&site);
	return l ? print(&site, l) : cli_fail(CLI_FAILED, "%s has no such list", site.url);
}
