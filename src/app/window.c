/*
 * Windows of other programs. They are started with their words, never through a shell; but each reads the text
 * in its own way, so that each has its own escaping:
 *
 *	zenity    Pango's markup, in which it first undoes backslashes
 *	kdialog   Qt's rich text where it looks like such, in which it first undoes backslashes
 *	xmessage  as it is
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "ask.h"

enum { TEXT_MAX = 256 * 1024, WORDS = 16, NOT_STARTED = 127 };

enum escape { ESCAPE_NONE, ESCAPE_MARKUP, ESCAPE_RICH };

struct tool {
	const char *program;
	enum escape escape;
	/* "%T" title, "%X" text, "%Y" and "%N" the answers; ends with NULL */
	const char *ask[WORDS];
	const char *tell[WORDS];
	int yes; /* exit statuses; all others than `no` and 0 mean that it did not work */
	int no;
};

static const struct tool tools[] = {
	{ "zenity", ESCAPE_MARKUP, .yes = 0, .no = 1,
	  .ask = { "zenity", "--question", "--default-cancel", "--width=640", "--title=%T", "--ok-label=%Y", "--cancel-label=%N", "--text=%X" },
	  .tell = { "zenity", "--info", "--width=400", "--title=%T", "--text=%X" } },
	{ "kdialog", ESCAPE_RICH, .yes = 0, .no = 1,
	  .ask = { "kdialog", "--title", "%T", "--yes-label", "%Y", "--no-label", "%N", "--warningyesno", "%X" },
	  .tell = { "kdialog", "--title", "%T", "--msgbox", "%X" } },
	{ "xmessage", ESCAPE_NONE, .yes = 2, .no = 1,
	  .ask = { "xmessage", "-center", "-title", "%T", "-buttons", "%N:1,%Y:2", "-default", "%N", "%X" },
	  .tell = { "xmessage", "-center", "-title", "%T", "%X" } },
};

enum { TOOLS = sizeof(tools) / sizeof(*tools) };

/* What a question or a message is made of. */
struct words {
	const char *title, *text, *yes, *no; /* foreign; title, yes and no are ours */
};

/* ---- their texts ------------------------------------------------------------------------- */

static void add_escaped(struct buf *out, enum escape how, const char *s)
{
	if (how == ESCAPE_RICH)
		buf_adds(out, "<qt>");
	for (; *s; s++) {
		if (how == ESCAPE_NONE)
			buf_addc(out, *s);
		else if (strchr("&<>", *s))
			buf_addf(out, "&#%d;", *s);
		else if (*s == '\\')
			buf_adds(out, "\\\\");
		else if (*s == '\n' && how == ESCAPE_RICH)
			buf_adds(out, "<br/>");
		else
			buf_addc(out, *s);
	}
	if (how == ESCAPE_RICH)
		buf_adds(out, "</qt>");
}

/* One word of the table with what it stands for: fresh string. */
static char *fill(const struct tool *t, const char *word, const struct words *w)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);

	for (; *word; word++) {
		if (*word != '%') {
			buf_addc(&out, *word);
			continue;
		}
		switch (*++word) {
		case 'X':
			add_escaped(&out, t->escape, w->text);
			break;
		case 'T':
			buf_adds(&out, w->title);
			break;
		default:
			buf_adds(&out, *word == 'Y' ? w->yes : w->no);
		}
	}
	return buf_error(&out) ? NULL : buf_take(&out);
}

/* ---- running them -------------------------------------------------------------------------- */

/* -ENOENT: there is no such program; else its exit status, or -errno. */
static int run(char *const argv[])
{
	int status = 0, e;
	pid_t pid;

	e = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (e)
		return -e;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : NOT_STARTED;
}

static int run_tool(const struct tool *t, const char *const words[], const struct words *w)
{
	char *argv[WORDS + 1] = { 0 };
	int r = 0;

	for (int i = 0; i < WORDS && words[i]; i++) {
		argv[i] = fill(t, words[i], w);
		if (!argv[i])
			r = -ENOMEM;
	}
	if (r == 0)
		r = run(argv);
	for (int i = 0; i < WORDS; i++)
		free(argv[i]);
	return r;
}

static bool has_display(const struct tool *t)
{
	return !str_empty(getenv("DISPLAY")) || (!str_eq(t->program, "xmessage") && !str_empty(getenv("WAYLAND_DISPLAY")));
}

/* The n-th to be tried on this desktop. */
static const struct tool *nth_tool(int n)
{
	const char *desktop = getenv("XDG_CURRENT_DESKTOP");
	bool kde = desktop && strstr(desktop, "KDE");

	return &tools[kde && n < 2 ? 1 - n : n];
}

/* 1: yes or told, 0: no; -ENOENT. */
static int show(bool asks, const struct words *w)
{
	for (int i = 0; i < TOOLS; i++) {
		const struct tool *t = nth_tool(i);
		int r = has_display(t) ? run_tool(t, asks ? t->ask : t->tell, w) : -ENOENT;

		if (r == -ENOMEM)
			return r;
		if (!asks && (r == 0 || r == 1))
			return 1;
		if (asks && (r == t->yes || r == t->no))
			return r == t->yes;
	}
	return -ENOENT;
}

int ask_in_window(const char *title, const char *text, const char *yes, const char *no)
{
	const struct words w = { .title = title, .text = text, .yes = yes, .no = no };

	return show(true, &w);
}

int ask_tell(const char *title, const char *text)
{
	const struct words w = { .title = title, .text = text, .yes = "", .no = "" };
	int r = show(false, &w);

	return r < 0 ? r : 0;
}

/* ---- terminals ------------------------------------------------------------------------------- */

static bool is_plain(const char *word)
{
	return strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%-_./=") == strlen(word);
}

int ask_start_terminal(const char *const words[])
{
	static const char *const emulators[] = { "x-terminal-emulator", "xterm", "konsole" };
	char *argv[WORDS + 1] = { NULL, (char *) "-e" };
	pid_t pid;
	int n = 0;

	for (; words[n] && n < WORDS - 2; n++) {
		if (!is_plain(words[n]))
			return -EINVAL;
		argv[n + 2] = (char *) words[n];
	}
	if (str_empty(getenv("DISPLAY")) && str_empty(getenv("WAYLAND_DISPLAY")))
		return -ENOENT;
	for (size_t i = 0; i < sizeof(emulators) / sizeof(*emulators); i++) {
		argv[0] = (char *) emulators[i];
		if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) == 0)
			return 0;
	}
	return -ENOENT;
}
