#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "model/list.h"
#include "store/list.h"
#include "view/text.h"

static const char readme[] =
	"This directory controls spfs and shows what it does. It is never listed; its\n"
	"name always works.\n"
	"\n"
	"  echo > sync                   send and receive everything now\n"
	"  echo 'Team Tasks' > sync      one list, or a group of spfs.conf(5); so does a\n"
	"                                list's own .spfs/sync\n"
	"  echo send > sync              send only (receive: receive only; retry: refused\n"
	"                                changes again; idle: stop). A list that is named\n"
	"                                like one of these words: in quotes\n"
	"  cat sync                      idle, or what runs\n"
	"  echo all > sync; cat progress     ... and wait until it is done\n"
	"  cat status                    the state of every list (status.json: for programs)\n"
	"  cat events                    what happens, as JSON Lines, for ever\n"
	"  echo 0 > online               work offline; echo 1 > online ends that\n"
	"  cat pinned                    what `spfs pin` keeps here\n"
	"  cat checkout                  what `spfs checkout` and its like wait for\n"
	"  ls outbox; cat outbox/*       changes that the server has not accepted, and why\n"
	"  rm outbox/NAME                gives a change up; a copy goes to conflicts/\n"
	"  ls conflicts                  texts that lost a conflict; spfs never deletes them by\n"
	"                                itself: `spfs conflicts` shows the ways out\n"
	"  cat log                       the last 1000 messages\n"
	"  ls ../LIST/.spfs              a list as one file (list.csv ...), its formatted fields as\n"
	"                                HTML (html/), texts that could not be saved (drafts/;\n"
	"                                rm gives one up)\n"
	"\n"
	"The manual: man spfs, man spfs-files\n";

static int read_readme(struct app *app, int64_t list, struct buf *out)
{
	(void) app;
	(void) list;
	return buf_adds(out, readme);
}

static int read_log(struct app *app, int64_t list, struct buf *out)
{
	(void) app;
	(void) list;
	log_ring(out);
	return buf_error(out);
}

static int read_version(struct app *app, int64_t list, struct buf *out)
{
	(void) app;
	(void) list;
	return buf_adds(out, SPFS_VERSION "\n");
}

static int read_pid(struct app *app, int64_t list, struct buf *out)
{
	(void) app;
	(void) list;
	return buf_addf(out, "%d\n", (int) getpid());
}

static int read_schema(struct app *app, int64_t list, struct buf *out)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_get(app->store, list, &l);

	return r < 0 ? r : view_text_schema(&l.info, out);
}

static int read_template(struct app *app, int64_t list, struct buf *out)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_get(app->store, list, &l);

	return r < 0 ? r : view_text_template(&l.info, out);
}

/* The rows of ctl_mount_files and ctl_list_files that are texts. */
static const struct host_file {
	const char *name;
	bool of_mount, of_list;
	int (*read)(struct app *app, int64_t list, struct buf *out);
	int (*write)(struct app *app, int64_t list, const char *text, size_t n, struct err *err);
} host_files[] = {
	{ "README", true, false, read_readme, NULL },
	{ "sync", true, true, host_sync_read, host_sync_write },
	{ "status", true, true, host_status, NULL },
	{ "status.json", true, false, host_status_json, NULL },
	{ "online", true, false, host_online_read, host_online_write },
	{ "pinned", true, false, host_pinned_read, host_pinned_write },
	{ "checkout", true, false, host_checkout_read, host_checkout_write },
	{ "conflicts.txt", true, false, host_conflicts_text, NULL },
	{ "conflicts.json", true, false, host_conflicts_json, NULL },
	{ "log", true, false, read_log, NULL },
	{ "version", true, false, read_version, NULL },
	{ "pid", true, false, read_pid, NULL },
	{ "schema", false, true, read_schema, NULL },
	{ "template.txt", false, true, read_template, NULL },
};

static const struct host_file *find_file(int64_t list, const char *name)
{
	for (size_t i = 0; i < sizeof(host_files) / sizeof(*host_files); i++)
		if (str_eq(host_files[i].name, name) && (list ? host_files[i].of_list : host_files[i].of_mount))
			return &host_files[i];
	return NULL;
}

static int host_read(void *arg, int64_t list, const char *name, struct buf *out)
{
	const struct host_file *f = find_file(list, name);

	return f ? f->read(arg, list, out) : -ENOENT;
}

static int host_write(void *arg, int64_t list, const char *name, const char *text, size_t n, struct err *err)
{
	const struct host_file *f = find_file(list, name);

	if (!f)
		return err_set(err, -ENOENT, "there is no control file named %s", name);
	if (!f->write)
		return err_set(err, -EACCES, "%s can only be read", name);
	return f->write(arg, list, text, n, err);
}

static bool is_conflicts(const char *dir)
{
	return str_eq(dir, "conflicts") || str_starts(dir, "conflicts/");
}

static int host_dir(void *arg, const char *dir, int (*fn)(void *fn_arg, const char *name), void *fn_arg)
{
	if (str_eq(dir, "outbox"))
		return host_outbox_dir(arg, fn, fn_arg);
	return is_conflicts(dir) ? host_conflicts_dir(arg, dir, fn, fn_arg) : -ENOENT;
}

static int host_entry(void *arg, const char *dir, const char *name, struct buf *out)
{
	if (str_eq(dir, "outbox"))
		return host_outbox_entry(arg, name, out);
	return is_conflicts(dir) ? host_conflicts_entry(arg, dir, name, out) : -ENOENT;
}

static int host_remove(void *arg, const char *dir, const char *name)
{
	if (str_eq(dir, "outbox"))
		return host_outbox_remove(arg, name);
	return is_conflicts(dir) ? host_conflicts_remove(arg, dir, name) : -ENOENT;
}

void host_init(struct app *app)
{
	app->host = (struct ctl_host) { .read = host_read, .write = host_write, .dir = host_dir,
					.entry = host_entry, .remove = host_remove, .hub = app->hub, .arg = app };
}

int host_list_name(struct app *app, int64_t list, char **ret)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_get(app->store, list, &l);

	if (r < 0)
		return r;
	*ret = l.name;
	l.name = NULL;
	return 0;
}
