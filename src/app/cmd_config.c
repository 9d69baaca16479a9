#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/shown.h"
#include "cli/talk.h"
#include "cli/word.h"
#include "ctl/json.h"
#include "commands.h"
#include "config.h"
#include "config_edit.h"
#include "config_name.h"
#include "edit.h"
#include "registry.h"
#include "session.h"

enum { TEXT_MAX = 4 << 20, FILES = 2 };

/* The options of all verbs, and what they are about. */
struct task {
	const struct cli_env *env;
	struct session *s;
	bool json, more, lists, system;
};

static const char *file_path(const struct task *t, int i)
{
	return i == 0 ? PLACES_SYSTEM_CONFIG : t->s->config_path;
}

/* ---- reading ------------------------------------------------------------------------- */

struct files {
	struct conf v[FILES]; /* in the order in which they count */
};

static void files_release_p(struct files *f)
{
	for (int i = 0; i < FILES; i++)
		conf_release(&f->v[i]);
}

static int read_files(const struct task *t, struct files *ret)
{
	struct err err = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && i < FILES; i++)
		r = conf_read(file_path(t, i), &ret->v[i], &err);
	return r < 0 ? cli_fail_err(CLI_USAGE, r, &err) : CLI_OK;
}

static int run_get(struct task *t, int argc, char **argv)
{
	CLEANUP(config_name_release_p) struct config_name name = CONFIG_NAME_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);
	CLEANUP(files_release_p) struct files files = { 0 };
	struct err err = { 0 };
	int code, r;

	if (argc != 1)
		return cli_usage(&cmd_config, "get takes one KEY");
	r = config_name_parse(argv[0], t->s->places.profile, &name, &err);
	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	code = read_files(t, &files);
	if (code != CLI_OK)
		return code;
	if (config_name_value(&name, files.v, FILES, t->s->places.profile, &out))
		return cli_print(&out);
	if (name.key->def) {
		puts(name.key->def);
		return CLI_OK;
	}
	return cli_fail(CLI_FAILED, "%s is not set, and has no default", argv[0]);
}

/* Passwords are shown to who asks for them by name only. */
static void add_line(struct buf *out, const struct conf_section *s, const struct conf_entry *e)
{
	buf_addf(out, "%s.", s->name);
	if (s->subject) {
		cli_shown(out, s->subject, 0);
		buf_addc(out, '.');
	}
	buf_addf(out, "%s=", e->key);
	cli_shown(out, str_eq(e->key, "password") ? "(hidden)" : e->value, 0);
	buf_addc(out, '\n');
}

static int print_json(const struct files *files)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);
	int r;

	ctl_json_int(j, "version", 1);
	ctl_json_array(j, "values");
	for (int i = 0; i < FILES; i++)
		for (size_t k = 0; k < files->v[i].n_entries; k++) {
			const struct conf_entry *e = &files->v[i].entries[k];

			ctl_json_object(j, NULL);
			ctl_json_str(j, "file", files->v[i].file);
			ctl_json_int(j, "line", e->line);
			ctl_json_str(j, "section", files->v[i].sections[e->section].name);
			ctl_json_str(j, "name", files->v[i].sections[e->section].subject);
			ctl_json_str(j, "key", e->key);
			ctl_json_str(j, "value", str_eq(e->key, "password") ? NULL : e->value);
			ctl_json_end(j);
		}
	ctl_json_end(j);
	r = ctl_json_dump(j, CTL_JSON_PRETTY, &out);
	return r < 0 ? cli_fail_err(CLI_FAILED, r, NULL) : cli_print(&out);
}

static int run_list(struct task *t, int argc, char **argv)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);
	CLEANUP(files_release_p) struct files files = { 0 };
	int code;

	(void) argv;
	if (argc)
		return cli_usage(&cmd_config, "list takes no words; get KEY shows one");
	code = read_files(t, &files);
	if (code != CLI_OK)
		return code;
	if (t->json)
		return print_json(&files);
	for (int i = 0; i < FILES; i++)
		for (size_t k = 0; k < files.v[i].n_entries; k++)
			add_line(&out, &files.v[i].sections[files.v[i].entries[k].section], &files.v[i].entries[k]);
	return cli_print(&out);
}

static int run_path(struct task *t, int argc, char **argv)
{
	(void) argv;
	if (argc)
		return cli_usage(&cmd_config, "path takes no words");
	puts(t->lists ? t->s->places.lists : file_path(t, t->system ? 0 : 1));
	return CLI_OK;
}

/* ---- checking -------------------------------------------------------------------------- */

static int say_mistake(void *arg, const struct err *err)
{
	int *n = arg;

	(*n)++;
	cli_fail(CLI_USAGE, "%s", err->text);
	return 0;
}

/* How many mistakes were said; -errno. */
static int check_file(const char *path)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	struct stat st = { 0 };
	struct err err = { 0 };
	int n = 0, r = conf_read(path, &c, &err);

	if (r < 0) {
		cli_fail_err(CLI_USAGE, r, &err);
		return 1;
	}
	r = config_each_mistake(&c, stat(path, &st) < 0 || !(st.st_mode & 077), say_mistake, &n);
	return r < 0 ? r : n;
}

static int run_check(struct task *t, int argc, char **argv)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };
	int n = 0, r = 0;

	if (argc > 1)
		return cli_usage(&cmd_config, "check takes one FILE at most");
	for (int i = 0; r >= 0 && i < (argc ? 1 : FILES); i++) {
		r = check_file(argc ? argv[0] : file_path(t, i));
		n += r > 0 ? r : 0;
	}
	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, NULL);
	if (!argc) {
		r = registry_load(t->s->places.lists, t->s->places.profile, &reg, &err);
		if (r < 0)
			return cli_fail_err(CLI_USAGE, r, &err);
	}
	return n ? CLI_USAGE : CLI_OK;
}

/* ---- changing --------------------------------------------------------------------------- */

/* A daemon that runs reads accounts and groups again; what its mount was made with stays. */
static int tell_daemon(const struct task *t, const struct config_name *name)
{
	CLEANUP(buf_release_p) struct buf none = BUF_INIT(65536);
	struct err err = { 0 };
	int r = cli_talk_try(t->env, &none, &err, (const char *const[]) { "reload", NULL });

	if (r == -ENOENT || r == -ECONNREFUSED)
		return CLI_OK;
	if (r < 0)
		return cli_talk_failed(r, &err);
	if (!name || name->key->places & IN_OPTION)
		fprintf(stderr, "spfs: what is mounted keeps the settings it was mounted with\n");
	return CLI_OK;
}

static int change(struct task *t, const struct config_name *name, const char *value)
{
	CLEANUP(edit_end_p) struct edit e = EDIT_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(CONF_FILE_MAX);
	struct err err = { 0 };
	int r = edit_begin(&e, t->s->config_path, &err);

	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	r = config_name_set(name, &e.conf, &e.text, value, t->more, &out, &err);
	if (r == -ENOENT)
		return cli_fail(CLI_FAILED, "%s is not set in %s", name->key->name, t->s->config_path);
	if (r == 0)
		r = edit_write(&e, &out, &err);
	if (out.p)
		explicit_bzero(out.p, out.len);
	return r < 0 ? cli_fail_err(r == -EEXIST ? CLI_USAGE : CLI_FAILED, r, &err) : tell_daemon(t, name);
}

static int run_set(struct task *t, int argc, char **argv)
{
	CLEANUP(config_name_release_p) struct config_name name = CONFIG_NAME_INIT;
	struct err err = { 0 };
	int r;

	if (argc != 2)
		return cli_usage(&cmd_config, "set takes a KEY and a VALUE; in quotes when it has blanks");
	r = config_name_parse(argv[0], t->s->places.profile, &name, &err);
	if (r == 0)
		r = config_check_value(name.key, argv[1], &err);
	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	if (str_eq(name.key->name, "password"))
		return cli_fail(CLI_USAGE, "everybody on this machine sees the words of a command: "
				"set passcmd, or write the password with `spfs config edit`");
	if (t->more && name.key->type != CONFIG_TEXTS && name.key->type != CONFIG_URLS)
		return cli_usage(&cmd_config, "%s has one value, so --add is nothing for it", name.key->name);
	return change(t, &name, argv[1]);
}

static int run_unset(struct task *t, int argc, char **argv)
{
	CLEANUP(config_name_release_p) struct config_name name = CONFIG_NAME_INIT;
	struct err err = { 0 };
	int r;

	if (argc != 1)
		return cli_usage(&cmd_config, "unset takes one KEY");
	r = config_name_parse(argv[0], t->s->places.profile, &name, &err);
	return r < 0 ? cli_fail_err(CLI_USAGE, r, &err) : change(t, &name, NULL);
}

static int run_edit(struct task *t, int argc, char **argv)
{
	int code;

	(void) argv;
	if (argc)
		return cli_usage(&cmd_config, "edit takes no words");
	code = config_edit(t->s->config_path);
	return code == CLI_OK ? tell_daemon(t, NULL) : code == CONFIG_EDIT_NOTHING ? CLI_OK : code;
}

/* ---- which ------------------------------------------------------------------------------- */

static int run(const struct cli_env *env, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct task *t, int argc, char **argv);
	} verbs[] = {
		{ "get", run_get },   { "set", run_set },   { "unset", run_unset }, { "list", run_list },
		{ "edit", run_edit }, { "path", run_path }, { "check", run_check },
	};
	struct task t = { .env = env, .s = env->arg };
	struct cli_word word = CLI_WORD_INIT("");
	const struct cli_option options[] = { { "json", 0, &t.json, NULL }, { "add", 0, &t.more, NULL },
					      { "lists", 0, &t.lists, NULL }, { "system", 0, &t.system, NULL }, { 0 } };
	int code;

	if (!cli_args(&cmd_config, options, &argc, argv, &code))
		return code;
	if (argc < 2)
		return cli_usage(&cmd_config, "get, set, unset, list, edit, path or check?");
	word.word = argv[1];
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (str_eq(verbs[i].name, argv[1]))
			return verbs[i].run(&t, argc - 2, argv + 2);
		cli_word_offer(&word, verbs[i].name);
	}
	if (word.best)
		return cli_usage(&cmd_config, "\"%s\"; did you mean %s?", argv[1], word.best);
	return cli_usage(&cmd_config, "\"%s\": get, set, unset, list, edit, path or check", argv[1]);
}

const struct cli_command cmd_config = {
	.name = "config",
	.usage = "config get KEY | set [--add] KEY VALUE | unset KEY | list [--json] | edit | path | check [FILE]",
	.summary = "show, change and check the configuration",
	.help = "  get           the value that counts, or the default\n"
		"  set           change one line of ~/.config/spfs/config; the rest stays as it is\n"
		"                --add: one more line of a key that may be repeated\n"
		"  unset         remove it\n"
		"  list          what is set, in the order in which it counts; --json for programs\n"
		"  edit          open $VISUAL or $EDITOR on a copy, which counts when it has no mistakes\n"
		"  path          where the file is; --lists: the list registry, --system: the one in /etc\n"
		"  check         say every mistake with file and line; exit 2 when there are any\n"
		"\n"
		"KEY is a setting (wait), with --profile NAME of that profile, or SECTION.NAME.KEY.\n"
		"All keys: man spfs.conf\n"
		"\n"
		"  spfs config set wait 5s\n"
		"  spfs config set site.https://sharepoint.example.org/sites/team.user 'EXAMPLE\\ann'\n"
		"  spfs config set --add group.hourly.lists 'Team Calendar'\n"
		"  spfs config get profile.work.announce\n",
	.registers = true,
	.run = run,
};
