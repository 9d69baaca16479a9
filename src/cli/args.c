#include "cli/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/word.h"

/* Every command has this one beside its own. */
struct walk {
	const struct cli_command *cmd;
	const struct cli_option *options;
	bool help;
	int at, argc;
	char **argv;
};

static void say(const char *who, const char *fmt, va_list ap)
{
	char text[2048];

	vsnprintf(text, sizeof(text), fmt, ap);
	fprintf(stderr, who ? "spfs %s: %s\n" : "spfs%s: %s\n", who ? who : "", text);
}

int cli_usage(const struct cli_command *cmd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(cmd->name, fmt, ap);
	va_end(ap);
	fprintf(stderr, "usage: spfs %s\n       spfs %s --help shows more\n", cmd->usage, cmd->name);
	return CLI_USAGE;
}

int cli_fail(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(NULL, fmt, ap);
	va_end(ap);
	return code;
}

bool cli_is_local(int r)
{
	return r == -ENOMEM || r == -ENOSPC || r == -EDQUOT || r == -EMFILE || r == -ENFILE;
}

int cli_fail_err(int code, int r, const struct err *err)
{
	if (code == CLI_USAGE && (cli_is_local(r) || r == -EIO || r == -EAGAIN))
		code = CLI_FAILED;
	return cli_fail(code, "%s", err_text(err, r));
}

int cli_print(const struct buf *text)
{
	int r = buf_error(text);

	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, NULL);
	fputs(buf_str(text), stdout);
	return CLI_OK;
}

static void print_help(const struct cli_command *cmd)
{
	printf("spfs %s\n  %s\n%s%s", cmd->usage, cmd->summary, *cmd->help ? "\n" : "", cmd->help);
}

static int unknown(const struct walk *w, const char *name, size_t n)
{
	char typed[64];
	struct cli_word word = CLI_WORD_INIT(typed);

	snprintf(typed, sizeof(typed), "%.*s", (int) n, name);
	cli_word_offer(&word, "help");
	for (const struct cli_option *o = w->options; o->name || o->letter; o++)
		if (o->name)
			cli_word_offer(&word, o->name);
	if (word.best)
		return cli_usage(w->cmd, "unknown option --%s; did you mean --%s?", typed, word.best);
	return cli_usage(w->cmd, "unknown option --%s", typed);
}

/* Sets o; its value stands at `value`, or in the next word when that is NULL. 0 or CLI_USAGE. */
static int set(struct walk *w, const struct cli_option *o, const char *value)
{
	char letter[2] = { o->letter, '\0' };

	if (o->flag) {
		*o->flag = true;
		return 0;
	}
	if (!value && w->at + 1 < w->argc)
		value = w->argv[++w->at];
	if (!value)
		return cli_usage(w->cmd, "option -%s%s needs a value", o->name ? "-" : "", o->name ? o->name : letter);
	*o->value = value;
	return 0;
}

static int long_option(struct walk *w, const char *s)
{
	size_t n = strcspn(s, "=");
	const char *value = s[n] ? s + n + 1 : NULL;

	if (n == 4 && strncmp(s, "help", n) == 0) {
		w->help = true;
		return 0;
	}
	for (const struct cli_option *o = w->options; o->name || o->letter; o++) {
		if (!o->name || strlen(o->name) != n || strncmp(o->name, s, n) != 0)
			continue;
		if (o->flag && value)
			return cli_usage(w->cmd, "option --%s takes no value", o->name);
		return set(w, o, value);
	}
	return unknown(w, s, n);
}

static int short_options(struct walk *w, const char *s)
{
	for (; *s; s++) {
		const struct cli_option *o = w->options;

		while ((o->name || o->letter) && o->letter != *s)
			o++;
		if (o->letter == *s && o->value)
			return set(w, o, s[1] ? s + 1 : NULL);
		if (o->letter == *s)
			*o->flag = true;
		else if (*s == 'h')
			w->help = true;
		else
			return cli_usage(w->cmd, "unknown option -%c", *s);
	}
	return 0;
}

bool cli_args(const struct cli_command *cmd, const struct cli_option *options, int *argc, char **argv, int *ret_exit)
{
	struct walk w = { .cmd = cmd, .options = options, .at = 1, .argc = *argc, .argv = argv };
	bool ended = false;
	int kept = 1;

	for (; w.at < w.argc; w.at++) {
		char *s = argv[w.at];
		int r = 0;

		if (ended || s[0] != '-' || !s[1])
			argv[kept++] = s;
		else if (strcmp(s, "--") == 0)
			ended = true;
		else
			r = s[1] == '-' ? long_option(&w, s + 2) : short_options(&w, s + 1);
		if (r) {
			*ret_exit = r;
			return false;
		}
	}
	if (w.help) {
		print_help(cmd);
		*ret_exit = CLI_OK;
		return false;
	}
	argv[kept] = NULL;
	*argc = kept;
	return true;
}
