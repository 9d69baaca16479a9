#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/editor.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "commands.h"

enum { TEXT_MAX = 16 << 20 };

/* ---- listing ------------------------------------------------------------------------ */

/* "LIST/FILE<TAB>time<TAB>why", a line each, for people. */
static int print_list(char *text)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX + 65536);
	int tabs = 0;

	for (; *text; text++) {
		if (*text == '\t')
			buf_adds(&out, tabs++ ? "  " : "\n    ");
		else
			buf_addc(&out, *text);
		if (*text == '\n')
			tabs = 0;
	}
	if (buf_error(&out) < 0)
		return cli_fail_err(CLI_FAILED, buf_error(&out), NULL);
	if (out.len)
		cli_print_lines(out.p);
	return CLI_OK;
}

static int list_all(const struct cli_env *env, bool checking, bool json)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	int code = TALK(env, &text, "read", json ? "conflicts.json" : "conflicts.txt");

	if (code != CLI_OK)
		return code;
	if (checking)
		return text.len ? CLI_CONFLICTS : CLI_OK;
	if (json)
		return cli_print(&text);
	if (text.len)
		return print_list(text.p);
	puts("no conflicts");
	return CLI_OK;
}

/* ---- one entry ------------------------------------------------------------------------ */

static int run_verb(const struct cli_env *env, const char *verb, const char *entry)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	int code = TALK(env, &text, "conflict", verb, entry);

	if (code == CLI_OK && text.len)
		cli_print_lines(text.p);
	return code;
}

static int edit(const char *editor, const char *path)
{
	int r = cli_edit(editor, path);

	if (r == 0)
		return CLI_OK;
	if (r != -ECANCELED)
		return cli_fail(CLI_FAILED, "%s: %s", editor, err_text(NULL, r));
	return cli_fail(CLI_FAILED, "the editor \"%s\" failed; nothing was sent, %s is as it left it", editor, path);
}

static int merge(const struct cli_env *env, const char *entry)
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(8192);
	CLEANUP(buf_release_p) struct buf done = BUF_INIT(TEXT_MAX);
	const char *editor = cli_editor();
	struct err err = { 0 };
	int code = TALK(env, &path, "conflict", "merge", entry), r;

	if (code == CLI_OK && path.len) {
		path.p[path.len - 1] = '\0';
		code = editor ? edit(editor, path.p) : CLI_OK;
	}
	if (code != CLI_OK)
		return code;
	r = cli_talk_try(env, &done, &err, (const char *const[]) { "conflict", "submit", entry, NULL });
	if (r == 0) {
		cli_print_lines(done.p);
		return CLI_OK;
	}
	code = cli_talk_failed(r, &err);
	fprintf(stderr, "spfs: nothing was sent; edit %s\nspfs: and say `spfs conflicts merge` again\n", path.p);
	return code == CLI_USAGE ? CLI_CONFLICTS : code;
}

/* ---- which entries ------------------------------------------------------------------------- */

/* Without a name: the only one, or to be shown, all. */
static int each_entry(const struct cli_env *env, const char *verb, int (*fn)(const struct cli_env *, const char *, const char *))
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	int code = TALK(env, &text, "read", "conflicts.txt");
	char *line = text.p, *next;

	if (code != CLI_OK)
		return code;
	if (!text.len) {
		puts("no conflicts");
		return CLI_OK;
	}
	next = strchr(line, '\n');
	if (next && next[1] && !str_eq(verb, "show"))
		return cli_usage(&cmd_conflicts, "which one? `spfs conflicts` lists them");
	for (; code == CLI_OK && line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		line[strcspn(line, "\t")] = '\0';
		if (line != text.p)
			putchar('\n');
		code = fn(env, verb, line);
	}
	return code;
}

static int run_entry(const struct cli_env *env, const char *verb, const char *entry)
{
	return str_eq(verb, "merge") ? merge(env, entry) : run_verb(env, verb, entry);
}

static bool is_verb(const char *word)
{
	static const char *const verbs[] = { "show", "keep-mine", "keep-theirs", "merge" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (str_eq(verbs[i], word))
			return true;
	return false;
}

static int run_conflicts(const struct cli_env *env, int argc, char **argv)
{
	bool checking = false, json = false;
	const struct cli_option options[] = { { "check", 0, &checking, NULL }, { "json", 0, &json, NULL }, { 0 } };
	int code;

	if (!cli_args(&cmd_conflicts, options, &argc, argv, &code))
		return code;
	if (argc > 1 && !is_verb(argv[1]))
		return cli_usage(&cmd_conflicts, "\"%s\": show, keep-mine, keep-theirs or merge", argv[1]);
	if (argc > 1 && (checking || json))
		return cli_usage(&cmd_conflicts, "--check and --json are for the list");
	code = cli_talk_begin(env, TALK_STORE);
	if (code != CLI_OK || argc == 1)
		return code != CLI_OK ? code : list_all(env, checking, json);
	if (argc == 2)
		return each_entry(env, argv[1], run_entry);
	for (int i = 2; code == CLI_OK && i < argc; i++)
		code = run_entry(env, argv[1], argv[i]);
	return code;
}

const struct cli_command cmd_conflicts = {
	.name = "conflicts",
	.usage = "conflicts [--check|--json] | show|keep-mine|keep-theirs|merge [ITEM...]",
	.summary = "list and resolve what a conflict or a refusal left behind",
	.help = "  --check       print nothing; exit 6 when there are any\n"
		"  --json        for programs\n"
		"\n"
		"  show          compare your text, theirs, and what both were made from\n"
		"  keep-mine     send your text, over what stands now\n"
		"  keep-theirs   drop your text\n"
		"  merge         edit both texts into one with $VISUAL or $EDITOR and send that\n"
		"\n"
		"ITEM is a line of the list, or the item's file. Without it: the only conflict.\n"
		"They are files in .spfs/conflicts of the mount; nothing else deletes them.\n"
		"\n"
		"  spfs conflicts\n"
		"  spfs conflicts show \"Tasks/Write report.txt\"\n"
		"  spfs conflicts merge \"Tasks/Write report.txt\"\n",
	.run = run_conflicts,
};
