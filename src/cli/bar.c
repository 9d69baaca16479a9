#include "bar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/table.h"

enum { FIRST_MS = 500, EVERY_MS = 100, WIDTH = 20 /* of the bar itself */ };

static bool seen_by_a_person(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && !str_empty(term) && strcmp(term, "dumb") != 0 &&
	       tcgetpgrp(STDERR_FILENO) == getpgrp();
}

void bar_begin(struct bar *b, int forced)
{
	*b = (struct bar) { .on = forced > 0 || (forced == 0 && seen_by_a_person()), .begun = clock_mono_ms() };
}

/* " verb "name" done/total" in its parts. False: it is something else. */
static bool split(const char *step, char verb[16], char name[256], long long *done, long long *total)
{
	const char *first = strchr(step, '"'), *last = strrchr(step, '"');

	*done = *total = 0;
	if (!first || last <= first || sscanf(step, " %15s", verb) != 1)
		return false;
	snprintf(name, 256, "%.*s", (int) (last - first - 1), first + 1);
	sscanf(last + 1, " %lld/%lld", done, total); /* a step may have no numbers */
	return true;
}

void bar_line(const char *step, int columns, struct buf *out)
{
	char verb[16], name[256];
	long long done, total;

	if (!split(step, verb, name, &done, &total)) {
		cli_table_cell(out, step, columns > 1 ? columns - 1 : 1);
		return;
	}
	cli_table_cell(out, name, columns > 70 ? 24 : 12);
	buf_addf(out, " %-8s", verb);
	if (total > 0 && columns > 60) {
		int full = (int) (done * WIDTH / total);

		buf_adds(out, " [");
		for (int i = 0; i < WIDTH; i++)
			buf_addc(out, i < full ? '=' : i == full ? '>' : ' ');
		buf_adds(out, "]");
	}
	if (total > 0)
		buf_addf(out, " %3d%% %lld/%lld", (int) (done * 100 / total), done, total);
	else if (done > 0)
		buf_addf(out, " %lld", done);
}

static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

void bar_draw(struct bar *b, const char *step)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(8192);
	int64_t now = clock_mono_ms();

	if (!b->on || now - b->begun < FIRST_MS || now - b->last < EVERY_MS)
		return;
	b->last = now;
	b->drawn = true;
	bar_line(step, columns(), &line);
	fprintf(stderr, "\r%s\033[K", buf_str(&line));
	fflush(stderr);
}

void bar_wipe(struct bar *b)
{
	if (b->drawn)
		fputs("\r\033[K", stderr);
	b->drawn = false;
}
