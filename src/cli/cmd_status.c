#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "commands.h"

enum { STATUS_MAX = 16 << 20, NAME_MIN = 10, NAME_MAX_WIDTH = 40 };

/* ---- the block of lines ---------------------------------------------------------- */

static int measure(void *arg, const char *const column[TABLE_COLUMNS])
{
	int n = cli_table_width(column[TABLE_LIST]), *name = arg;

	*name = n > *name ? n : *name;
	return 0;
}

struct rows {
	struct buf *out;
	int name;
	int64_t now;
	int n;
};

static int add_row(void *arg, const char *const column[TABLE_COLUMNS])
{
	struct rows *r = arg;
	char ago[32];

	if (r->n++ == 0) {
		cli_table_cell(r->out, "LIST", r->name);
		buf_adds(r->out, "    ITEMS  SYNCED       TO SEND  CONFLICTS  STATE\n");
	}
	cli_table_ago(column[TABLE_SYNCED], r->now, ago);
	cli_table_cell(r->out, column[TABLE_LIST], r->name);
	cli_table_cell(r->out, column[TABLE_ITEMS], -9);
	buf_adds(r->out, "  ");
	cli_table_cell(r->out, ago, 10);
	cli_table_cell(r->out, column[TABLE_TO_SEND], -10);
	cli_table_cell(r->out, column[TABLE_CONFLICTS], -11);
	buf_adds(r->out, "  ");
	cli_table_cell(r->out, column[TABLE_STATE], 0);
	if (strcmp(column[TABLE_REFUSED], "0") != 0) {
		buf_adds(r->out, ", refused: ");
		cli_table_cell(r->out, column[TABLE_REFUSED], 0);
	}
	if (*column[TABLE_NOTE]) {
		buf_adds(r->out, ": ");
		cli_table_cell(r->out, column[TABLE_NOTE], 0);
	}
	return buf_addc(r->out, '\n');
}

static int add_key(struct buf *out, const char *status, const char *key, const char *before)
{
	CLEANUP(str_free_p) char *value = NULL;
	int r = cli_status_key(status, key, &value);

	if (r == 0 && value) {
		buf_adds(out, before);
		cli_table_cell(out, value, 0);
	}
	return r;
}

/* Those of keys that there are, each with what stands before it; ends with NULL. */
static int add_keys(struct buf *out, const char *status, const char *const keys[][2])
{
	int r = 0;

	for (size_t i = 0; r == 0 && keys[i][0]; i++)
		r = add_key(out, status, keys[i][0], keys[i][1]);
	return r;
}

static int add_head(struct buf *out, const char *status)
{
	static const char *const keys[][2] = {
		{ "profile", "   profile " }, { "online", "   online: " }, { "state", "   " }, { NULL, NULL },
	};
	static const char *const without_mount[][2] = { { "profile", "   profile " }, { NULL, NULL } };
	CLEANUP(str_free_p) char *dir = NULL;
	int r = cli_status_key(status, "mountpoint", &dir);
	bool mounted = dir && !str_eq(dir, "none");

	if (r < 0)
		return r;
	cli_table_cell(out, mounted ? dir : "not mounted", 0);
	return add_keys(out, status, mounted ? keys : without_mount);
}

static int format(const char *status, struct buf *out)
{
	static const char *const keys[][2] = {
		{ "next-try", "   next try by itself: " }, { "login", "\nlogin needed: " }, { "database", "\ndatabase: " },
		{ "kept-aside", "\nkept aside: " }, { NULL, NULL },
	};
	CLEANUP(str_free_p) char *last = NULL;
	struct rows rows = { .out = out, .name = NAME_MIN, .now = clock_now_ns() / 1000000000 };
	char ago[32] = "never";
	int r = cli_table_each(status, measure, &rows.name);

	if (r == 0)
		r = cli_status_key(status, "last-sync", &last);
	if (r == 0)
		r = add_head(out, status);
	if (rows.name > NAME_MAX_WIDTH)
		rows.name = NAME_MAX_WIDTH;
	if (last)
		cli_table_ago(last, rows.now, ago);
	buf_addf(out, "\nlast sync: %s", ago);
	if (r == 0)
		r = add_keys(out, status, keys);
	buf_addc(out, '\n');
	if (r == 0)
		r = cli_table_each(status, add_row, &rows);
	if (r == 0 && rows.n == 0)
		buf_adds(out, "no lists yet; try: spfs add URL\n");
	return r < 0 ? r : buf_error(out);
}

static int fetch(const struct cli_env *env, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf status = BUF_INIT(STATUS_MAX);
	int r = TALK(env, &status, "read", "status");

	int k = r == CLI_OK ? format(buf_str(&status), out) : 0;

	return k < 0 ? cli_fail_err(CLI_FAILED, k, NULL) : r;
}

/* ---- watching ----------------------------------------------------------------------- */

struct watch {
	const struct cli_env *env;
	int lines;    /* of the block on the screen */
	int64_t last; /* of the last drawing, monotonic ms */
};

/* On a terminal the block is drawn over itself, and Ctrl-C leaves it there; else one follows the other. */
static int redraw(struct watch *w)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(STATUS_MAX);
	int r = fetch(w->env, &text);

	if (r != CLI_OK)
		return r;
	if (w->lines && isatty(STDOUT_FILENO))
		printf("\033[%dA\r\033[J", w->lines);
	w->lines = 0;
	for (const char *p = buf_str(&text); *p; p++)
		w->lines += *p == '\n';
	fputs(buf_str(&text), stdout);
	fflush(stdout);
	w->last = clock_mono_ms();
	return CLI_OK;
}

static int on_event(void *arg, const char *line)
{
	struct watch *w = arg;

	if (line && *line != '#' && clock_mono_ms() - w->last < 100 && strstr(line, "\"total\""))
		return 0;
	return redraw(w);
}

static int watch(const struct cli_env *env)
{
	struct watch w = { .env = env };
	int r = redraw(&w);

	return r == CLI_OK ? cli_talk_stream(env, "events", -1, on_event, &w) : r;
}

/* ---- the command -------------------------------------------------------------------- */

static int check(const char *status)
{
	CLEANUP(str_free_p) char *refused = NULL;
	CLEANUP(str_free_p) char *conflicts = NULL;
	CLEANUP(str_free_p) char *login = NULL;
	int r = cli_status_key(status, "refused", &refused);

	if (r == 0)
		r = cli_status_key(status, "conflicts", &conflicts);
	if (r == 0)
		r = cli_status_key(status, "login", &login);
	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, NULL);
	if (login)
		return CLI_LOGIN;
	return str_eq(refused, "0") && str_eq(conflicts, "0") ? CLI_OK : CLI_CONFLICTS;
}

static int show(const struct cli_env *env, const char *name, bool raw)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(STATUS_MAX);
	int r = raw ? TALK(env, &text, "read", name) : fetch(env, &text);

	return r == CLI_OK ? cli_print(&text) : r;
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool json = false, watching = false, checking = false;
	const struct cli_option options[] = {
		{ "json", 0, &json, NULL }, { "watch", 'w', &watching, NULL }, { "check", 0, &checking, NULL }, { 0 },
	};
	CLEANUP(buf_release_p) struct buf status = BUF_INIT(STATUS_MAX);
	int code;

	if (!cli_args(&cmd_status, options, &argc, argv, &code))
		return code;
	if (argc > 1)
		return cli_usage(&cmd_status, "too many words");
	code = cli_talk_begin(env, watching ? TALK_MOUNTED : TALK_STORE);
	if (code != CLI_OK)
		return code;
	if (watching)
		return watch(env);
	if (!checking)
		return show(env, "status.json", json);
	code = TALK(env, &status, "read", "status");
	return code == CLI_OK ? check(buf_str(&status)) : code;
}

const struct cli_command cmd_status = {
	.name = "status",
	.usage = "status [--watch | --json | --check]",
	.summary = "show what is mounted, when it was synchronised and what waits",
	.help = "  -w, --watch    keep showing it while it changes\n"
		"  --json         for programs (version 1)\n"
		"  --check        print nothing; exit 6 when there are conflicts or refused changes,\n"
		"                 4 when a login is needed\n"
		"\n"
		"  spfs status\n"
		"  spfs status --check || notify-send \"SharePoint needs you\"\n",
	.run = run,
};
