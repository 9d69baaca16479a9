#include "cli/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "ctl/client.h"
#include "bar.h"

enum { AGAIN_US = 50000, SILENCE_MS = 5000 };

struct watch {
	const struct cli_run_order *order;
	struct bar bar;
	struct ctl_client *line; /* owned; for what is asked when the run is over */
	int told; /* result lines that have come */
	char *held; /* owned; the last of them: that of a run is its sum, and stands below what was missed; NULL: none, or printed */
};

/* Everything from the daemon may hold a server's words. */
static void print(const char *line)
{
	cli_table_cell(NULL, line, 0);
	putchar('\n');
	fflush(stdout);
}

static void print_held(struct watch *w)
{
	if (!w->held)
		return;
	bar_wipe(&w->bar);
	if (!w->order->quiet)
		print(w->held);
	str_free_p(&w->held);
}

static int take_line(void *arg, const char *line)
{
	struct watch *w = arg;

	if (!line || *line == '#' || !*line)
		return 0;
	print_held(w); /* it goes on, so that was not the sum */
	if (*line == ' ') {
		bar_draw(&w->bar, line);
		return 0;
	}
	w->told++;
	return str_set(&w->held, line);
}

/* lists: the names of those that are meant, a line each; nothing: all. */
static int ask(const struct cli_env *env, const struct cli_run_order *o, struct buf *lists)
{
	if (!o->list)
		return TALK(env, NULL, "write", "sync", o->verb);
	return TALK(env, lists, "sync-name", o->list, o->verb);
}

/* Results that were told before we could listen: the first ones. */
static int print_missed(const struct cli_env *env, struct watch *w)
{
	CLEANUP(buf_release_p) struct buf lines = BUF_INIT(2 << 20);
	int n = 0, r = TALK_ON(env, &w->line, &lines, "last-run");
	char *line, *next;

	if (r != CLI_OK)
		return r;
	for (const char *p = buf_str(&lines); *p; p++)
		n += *p == '\n';
	for (line = lines.p; line && *line && n > w->told; line = next, n--) {
		next = line + strcspn(line, "\n") + 1;
		next[-1] = '\0';
		if (!w->order->quiet)
			print(line);
	}
	return CLI_OK;
}

/*
 * Reads progress until nothing runs any more. The stream may have ended before
 * it was opened (a quick run), and another run may follow the one that it ended
 * with; a step may take long and tell nothing. So what counts is the state.
 */
static int follow(const struct cli_env *env, struct watch *w)
{
	CLEANUP(buf_release_p) struct buf state = BUF_INIT(65536);
	int r;

	do {
		w->line = ctl_client_close(w->line);
		if (state.len)
			usleep(AGAIN_US);
		r = cli_talk_stream(env, "progress", SILENCE_MS, take_line, w);
		buf_reset(&state);
		if (r == CLI_OK)
			r = TALK_ON(env, &w->line, &state, "read", "sync");
	} while (r == CLI_OK && strcmp(buf_str(&state), "idle\n") != 0);
	bar_wipe(&w->bar);
	if (r == CLI_OK)
		r = print_missed(env, w);
	print_held(w);
	return r;
}

struct tally {
	const char *of; /* names, a line each; "": all count */
	bool quiet;     /* nothing was printed of them yet */
	int lists, failed;
};

static bool is_line(const char *lines, const char *name)
{
	size_t n = strlen(name);

	while (*lines) {
		size_t line = strcspn(lines, "\n");

		if (line == n && strncmp(lines, name, n) == 0)
			return true;
		lines += line + (lines[line] == '\n');
	}
	return false;
}

static void tell(const char *list, const char *note)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(1 << 20);

	cli_table_cell(&line, list, 0);
	(void) buf_adds(&line, ": "); /* what does not fit is not shown */
	cli_table_cell(&line, note, 0);
	fprintf(stderr, "spfs: %s\n", buf_str(&line));
}

static int count(void *arg, const char *const column[TABLE_COLUMNS])
{
	struct tally *t = arg;

	if (*t->of && !is_line(t->of, column[TABLE_LIST]))
		return 0;
	t->lists++;
	if (!str_eq(column[TABLE_STATE], "failed"))
		return 0;
	t->failed++;
	if (t->quiet)
		tell(column[TABLE_LIST], column[TABLE_NOTE]);
	return 0;
}

static int verdict(const struct cli_env *env, struct watch *w, const char *of, bool quiet)
{
	CLEANUP(buf_release_p) struct buf status = BUF_INIT(16 << 20);
	CLEANUP(str_free_p) char *login = NULL;
	CLEANUP(str_free_p) char *online = NULL;
	struct tally t = { .of = of, .quiet = quiet };
	int r = TALK_ON(env, &w->line, &status, "read", "status");

	if (r != CLI_OK)
		return r;
	r = cli_table_each(buf_str(&status), count, &t);
	if (r == 0)
		r = cli_status_key(buf_str(&status), "login", &login);
	if (r == 0)
		r = cli_status_key(buf_str(&status), "online", &online);
	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, NULL);
	if (t.failed == 0)
		return CLI_OK;
	fprintf(stderr, "spfs: %d of %d lists failed; spfs status tells of each what it is\n", t.failed, t.lists);
	if (login)
		return CLI_LOGIN;
	if (online && str_starts(online, "no"))
		return CLI_UNREACHABLE;
	return t.failed < t.lists ? CLI_PARTLY : CLI_FAILED;
}

int cli_run_sync(const struct cli_env *env, const struct cli_run_order *o)
{
	CLEANUP(buf_release_p) struct buf lists = BUF_INIT(1 << 20);
	struct watch w = { .order = o };
	int r;

	bar_begin(&w.bar, o->progress);
	r = ask(env, o, &lists);
	if (r == CLI_OK)
		r = follow(env, &w);
	if (r == CLI_OK)
		r = verdict(env, &w, buf_str(&lists), o->quiet);
	ctl_client_close(w.line);
	return r;
}
