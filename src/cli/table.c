#include "cli/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

static int one_row(char *line, int (*fn)(void *arg, const char *const column[TABLE_COLUMNS]), void *arg)
{
	const char *column[TABLE_COLUMNS];

	for (int i = 0; i < TABLE_COLUMNS; i++) {
		size_t n = strcspn(line, "\t");

		column[i] = line;
		line += n;
		if (*line)
			*line++ = '\0';
	}
	return fn(arg, column);
}

int cli_table_each(const char *status, int (*fn)(void *arg, const char *const column[TABLE_COLUMNS]), void *arg)
{
	const char *header = strstr(status, "\n\nLIST\t");
	CLEANUP(str_free_p) char *rows = NULL;
	char *line, *next;
	int r = 0;

	if (!header)
		return 0;
	rows = strdup(header + 2 + strcspn(header + 2, "\n"));
	if (!rows)
		return -ENOMEM;
	for (line = rows; r == 0 && *line; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] != '\0');
		line[n] = '\0';
		if (*line)
			r = one_row(line, fn, arg);
	}
	return r;
}

void cli_table_ago(const char *iso, int64_t now, char out[32])
{
	int64_t at, ago;
	time_t t;
	struct tm tm;

	if (clock_parse_iso(iso, &at) < 0) {
		snprintf(out, 32, "%.31s", iso);
		return;
	}
	ago = now - at;
	t = (time_t) at;
	if (ago < 0 || !localtime_r(&t, &tm))
		snprintf(out, 32, "%.31s", iso);
	else if (ago < 5)
		snprintf(out, 32, "now");
	else if (ago < 120)
		snprintf(out, 32, "%d s ago", (int) ago);
	else if (ago < 7200)
		snprintf(out, 32, "%d min ago", (int) (ago / 60));
	else
		strftime(out, 32, ago < 86400 ? "%H:%M" : "%Y-%m-%d", &tm);
}

static bool continues(char c)
{
	return ((unsigned char) c & 0xc0) == 0x80;
}

int cli_table_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += !continues(*s);
	return n;
}

static void put(struct buf *out, char c)
{
	if (out)
		buf_addc(out, c);
	else
		putchar(c);
}

static void add_safe(struct buf *out, const char *s, int max)
{
	while (*s) {
		unsigned c = 0;
		size_t n = utf8_get(s, &c);
		bool shown = n && c >= ' ' && c != 0x7f && !utf8_is_hidden(c);

		if (!continues(*s) && max-- == 0)
			return;
		if (!shown)
			put(out, '?');
		n = n ? n : 1;
		for (size_t i = 0; shown && i < n; i++)
			put(out, s[i]);
		s += n;
	}
}

void cli_table_cell(struct buf *out, const char *s, int width)
{
	int w = cli_table_width(s), room = width < 0 ? -width : width;

	for (int i = w; width < 0 && i < room; i++)
		put(out, ' ');
	add_safe(out, s, room && w > room ? room - 1 : w);
	for (const char *dots = room && w > room ? "\xe2\x80\xa6" : ""; *dots; dots++)
		put(out, *dots);
	for (int i = w; width > 0 && i < room; i++)
		put(out, ' ');
}

void cli_print_lines(char *text)
{
	for (char *part = text, *next; part && *part; part = next) {
		size_t n = strcspn(part, "\t\n");
		char end = part[n] ? part[n] : '\n';

		next = part + n + (part[n] != '\0');
		part[n] = '\0';
		cli_table_cell(NULL, part, 0);
		putchar(end);
	}
}
