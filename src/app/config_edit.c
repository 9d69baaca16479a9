#include "config_edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/editor.h"
#include "ask.h"
#include "config.h"
#include "edit.h"

static const char example[] = "# Configuration of spfs; see spfs.conf(5).\n"
			      "#\n"
			      "# [defaults]\n"
			      "#\twait = 3s\n"
			      "# [site \"https://sharepoint.example.org/sites/team\"]\n"
			      "#\tuser = EXAMPLE\\\\ann\n"
			      "#\tpasscmd = secret-tool lookup service spfs user ann\n";

struct work {
	const char *path;
	char *copy;         /* owned; NULL: there is none */
	struct buf before;  /* the file as it was */
	struct buf offered; /* what the copy began with */
	struct buf after;   /* the copy as the editor left it */
};

static void wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->len);
	buf_release(b);
}

static void work_end_p(struct work *w)
{
	wipe(&w->before);
	wipe(&w->offered);
	wipe(&w->after);
	free(w->copy);
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(buf_str(a), buf_str(b), a->len) == 0;
}

/* Locked only while it is read: an editor may stay open for a day. */
static int begin(struct work *w, struct err *err)
{
	CLEANUP(edit_end_p) struct edit e = EDIT_INIT;
	CLEANUP(fsutil_close_p) int fd = -1;
	int r = edit_open(&e, w->path, err);

	if (r == 0)
		r = buf_add(&w->before, buf_str(&e.text), e.text.len);
	if (r == 0)
		r = e.text.len ? buf_add(&w->offered, buf_str(&e.text), e.text.len) : buf_adds(&w->offered, example);
	if (r < 0)
		return r;
	w->copy = str_printf("%s.edit-XXXXXX", e.path);
	fd = w->copy ? mkstemp(w->copy) : -1;
	r = !w->copy ? -ENOMEM : fd < 0 ? -errno : fsutil_write_all(fd, buf_str(&w->offered), w->offered.len);
	return r < 0 ? err_set(err, r, "a copy beside %s: %s", w->path, err_text(NULL, r)) : 0;
}

static int say_mistake(void *arg, const struct err *err)
{
	int *n = arg;

	(*n)++;
	cli_fail(CLI_USAGE, "%s", err->text);
	return 0;
}

/* Says the mistakes, with the name that the file is to have. How many; -errno. */
static int check(const struct work *w)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	struct err err = { 0 };
	int n = 0, r = conf_parse(w->path, buf_str(&w->after), w->after.len, &c, &err);

	if (r == -EINVAL || r == -EFBIG) {
		cli_fail_err(CLI_USAGE, r, &err);
		return 1;
	}
	if (r == 0)
		r = config_each_mistake(&c, true, say_mistake, &n);
	return r < 0 ? r : n;
}

static bool wants_to_go_on(void)
{
	CLEANUP(str_free_p) char *line = NULL;

	if (ask_line("Enter edits again, q leaves the file as it was: ", &line) < 0)
		return false;
	return *str_trim(line) != 'q';
}

static int keep(const struct work *w, int code, const char *why)
{
	return cli_fail(code, "%s; %s is unchanged, what you wrote is in %s", why, w->path, w->copy);
}

static int run_editor(struct work *w)
{
	const char *editor = cli_editor();
	int r, mistakes;

	if (!editor)
		return cli_fail(CLI_USAGE, "there is no terminal, and neither VISUAL nor EDITOR says what to edit with");
	do {
		int ended = cli_edit(editor, w->copy);

		wipe(&w->after);
		r = fsutil_read(w->copy, &w->after);
		if (ended == -ECANCELED)
			return keep(w, CLI_FAILED, "the editor failed");
		mistakes = ended < 0 ? ended : r < 0 ? r : check(w);
		if (mistakes < 0)
			return cli_fail_err(CLI_FAILED, mistakes, NULL);
	} while (mistakes && wants_to_go_on());
	return mistakes ? keep(w, CLI_USAGE, "it has mistakes") : CLI_OK;
}

static int install(struct work *w)
{
	CLEANUP(edit_end_p) struct edit e = EDIT_INIT;
	struct err err = { 0 };
	int r = edit_open(&e, w->path, &err);

	if (r == 0 && !same(&e.text, &w->before))
		return keep(w, CLI_FAILED, "somebody else changed it meanwhile");
	if (r == 0)
		r = edit_write(&e, &w->after, &err);
	return r < 0 ? keep(w, CLI_FAILED, err_text(&err, r)) : CLI_OK;
}

int config_edit(const char *path)
{
	CLEANUP(work_end_p) struct work w = { .path = path, .before = BUF_INIT(CONF_FILE_MAX),
					      .offered = BUF_INIT(CONF_FILE_MAX), .after = BUF_INIT(CONF_FILE_MAX) };
	struct err err = { 0 };
	int code, r = begin(&w, &err);

	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, &err);
	code = run_editor(&w);
	if (code == CLI_OK && same(&w.after, &w.offered))
		code = CONFIG_EDIT_NOTHING;
	else if (code == CLI_OK)
		code = install(&w);
	/* nothing but what was there before can be lost with it */
	if (code == CLI_OK || code == CONFIG_EDIT_NOTHING || !w.after.len || same(&w.after, &w.offered))
		unlink(w.copy);
	return code;
}
