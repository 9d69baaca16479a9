#include "wire.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/guid.h"
#include "base/str.h"
#include "ctl/hub.h"
#include "ctl/server.h"
#include "fs/fs.h"
#include "sp/sp.h"
#include "store/blob.h"
#include "store/list.h"
#include "store/store.h"
#include "sync/sync.h"
#include "accounts.h"
#include "app.h"
#include "config.h"
#include "events.h"
#include "groups.h"
#include "helper.h"
#include "quarantine.h"

/* ---- parts, in the order of their making --------------------------------------------- */

static int open_store(struct app *app, struct err *err)
{
	int r = quarantine_open(app->places->data, false, &app->store, err);

	if (r < 0)
		return r;
	app->kept = quarantine_kept(app->places->data);
	/* before the engine reads the lists; afterwards it would have to be told of each */
	r = lists_reconcile(app, err);
	return r < 0 ? r : 0;
}

#define CACHE_MAX (4ll << 30)
#define GUID_DIGITS 32

/* As it is configured; else a tenth of what is free, and no more than CACHE_MAX. */
static int64_t cache_size(const char *dir, const struct settings *settings)
{
	struct statvfs v;
	int64_t tenth;

	if (settings->cache_size >= 0)
		return settings->cache_size;
	if (statvfs(dir, &v) < 0)
		return CACHE_MAX;
	tenth = (int64_t) v.f_bavail * (int64_t) v.f_frsize / 10;
	return tenth < CACHE_MAX ? tenth : CACHE_MAX;
}

/* Without it everything works but reading documents. */
static void open_cache(struct app *app, const struct settings *settings)
{
	const char *dir = app->places->cache;
	struct err err = { 0 };
	int r = fsutil_mkdirs(dir, 0700);

	if (r == 0)
		r = store_blobs_open(app->store, dir, cache_size(dir, settings), &app->blobs, &err);
	if (r < 0)
		log_error("documents cannot be opened, their cache is not usable: %s", err_text(&err, r));
}

/* Big answers wait on disk until they are read; what a killed run left of them has no names. */
static int open_remote(struct app *app)
{
	struct sp_accounts who = { .account = accounts_find, .alternate = accounts_alternate, .arg = app->accounts };

	app->spool_dir = str_printf("%s/spool", app->places->data);
	if (!app->spool_dir)
		return -ENOMEM;
	if (mkdir(app->spool_dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	who.spool_dir = app->spool_dir;
	app->sp = sp_factory_new(&who);
	return app->sp ? 0 : -ENOMEM;
}

static int open_watchers(struct app *app)
{
	app->hub = ctl_hub_new();
	app->events = events_new();
	app->present = calloc(1, sizeof(*app->present));
	app->hooks = calloc(1, sizeof(*app->hooks));
	if (!app->hub || !app->events || !app->present || !app->hooks)
		return -ENOMEM;
	host_init(app);
	wire_hooks(app);
	return 0;
}

static int fuse_options(const struct wire_config *c, struct buf *out)
{
	const struct {
		const char *word;
		bool wanted;
	} words[] = {
		{ "allow_other", c->settings->allow_other },
		{ "allow_root", c->settings->allow_root && !c->settings->allow_other },
	};

	buf_adds(out, c->kernel);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].wanted)
			buf_addf(out, "%s%s", out->len ? "," : "", words[i].word);
	return buf_error(out);
}

static int unmount(void *arg)
{
	return helper_unmount(arg);
}

static int open_fs(struct app *app, const struct wire_config *c)
{
	CLEANUP(buf_release_p) struct buf options = BUF_INIT(4096);
	struct fs_config f = {
		.store = app->store, .ctl = &app->host, .mountpoint = c->mountpoint, .fsname = c->fsname,
		.xattr = c->settings->xattr, .announce = c->settings->announce,
		.crawlers = c->settings->crawlers,
		.fsync_server = c->settings->fsync == FSYNC_SERVER, .read_only = c->settings->ro, .debug = c->debug,
		.ready = c->ready, .arg = c->arg, .unmount = c->helper ? unmount : NULL, .unmount_arg = c->helper,
	};
	int r = fuse_options(c, &options);

	if (c->settings->allow_other)
		log_warning("allow_other: every user of this computer can read what is in %s", c->mountpoint);
	if (r < 0)
		return r;
	app->fuse_options = buf_take(&options);
	if (!app->fuse_options)
		return -ENOMEM;
	f.fuse_options = *app->fuse_options ? app->fuse_options : NULL;
	return fs_new(&f, &app->fs);
}

/* What other clients know this profile's edits by; made once. Another database would be another agent. */
static int find_agent(struct app *app)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/agent", app->places->data);
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	char guid[GUID_SIZE];
	int r = path ? fsutil_read(path, &text) : -ENOMEM;

	if (r == 0 && text.len == GUID_DIGITS && strspn(buf_str(&text), "0123456789abcdef") == GUID_DIGITS)
		return str_set(&app->agent, buf_str(&text));
	if (r < 0 && r != -ENOENT)
		return r;
	buf_reset(&text);
	r = guid_new(guid);
	for (const char *s = guid; r == 0 && *s; s++)
		if (isxdigit((unsigned char) *s))
			buf_addc(&text, (char) tolower((unsigned char) *s));
	if (r == 0)
		r = buf_error(&text);
	if (r == 0)
		r = fsutil_replace(path, 0600, buf_str(&text), text.len);
	return r < 0 ? r : str_set(&app->agent, buf_str(&text));
}

static int open_engine(struct app *app, const struct wire_config *c)
{
	struct sync_config s;
	int r = find_agent(app);

	if (r < 0)
		return r;
	sync_config_init(&s);
	s.store = app->store;
	s.blobs = app->blobs;
	s.remotes = sp_factory_remote(app->sp);
	s.present = app->present;
	s.hooks = app->hooks;
	s.fresh_ms = c->settings->fresh_ms;
	s.wait_ms = c->settings->wait_ms;
	s.offline = c->settings->offline || c->quiet;
	s.agent = app->agent;
	app->go_online = c->quiet && !c->settings->offline;
	r = sync_new(&s, &app->sync);
	if (r == 0)
		fs_set_sync(app->fs, app->sync);
	return r;
}

static int open_parts(struct app *app, const struct wire_config *c, struct err *err)
{
	int r = open_store(app, err);

	if (r == 0) {
		open_cache(app, c->settings);
		r = open_remote(app);
	}
	if (r == 0)
		r = open_watchers(app);
	if (r == 0)
		r = open_fs(app, c);
	if (r == 0)
		r = open_engine(app, c);
	if (r == 0)
		r = lists_forms(app, err);
	return r < 0 ? err_add(err, r, "%s: %s", app->places->data, err_text(NULL, r)) : 0;
}

static int open_once(const struct wire_config *c, struct app **ret, struct err *err)
{
	struct app *app = calloc(1, sizeof(*app));
	int r;

	if (!app)
		return err_set(err, -ENOMEM, "out of memory");
	app->places = c->places;
	app->config_path = c->config_path;
	app->notify = c->mountpoint ? c->settings->notify : NULL; /* a command says it itself */
	app->mountpoint = c->mountpoint;
	app->accounts = c->accounts;
	app->groups = c->groups;
	app->helper = c->helper;
	app->log_sink = c->log_sink;
	lock_init(&app->lock, RANK_APP);
	r = open_parts(app, c, err);
	if (r < 0) {
		wire_close(app);
		return r;
	}
	*ret = app;
	return 0;
}

int wire_open(const struct wire_config *c, struct app **ret, struct err *err)
{
	struct err why = { 0 };
	int r = open_once(c, ret, &why);

	/* As in mount.c, for those who only ask. */
	if (r == -EUCLEAN) {
		why = (struct err) { 0 };
		r = open_once(c, ret, &why);
	}
	if (r < 0)
		*err = why;
	return r;
}

/* ---- the socket ------------------------------------------------------------------------ */

static int on_command(void *arg, int argc, char **argv, struct buf *out, struct err *err)
{
	return command_run(arg, argc, argv, out, err);
}

static int find_list(void *arg, const char *name, int64_t *ret)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	const struct app *app = arg;
	int r = store_list_find(app->store, name, &l);

	if (r == 0)
		*ret = l.id;
	return r;
}

int wire_listen(struct app *app, struct err *err)
{
	const struct ctl_server_config c = {
		.path = app->places->socket, .host = &app->host, .command = on_command, .find_list = find_list, .arg = app,
	};

	return ctl_server_start(&c, &app->server, err);
}

/* ---- the engine -------------------------------------------------------------------------- */

int wire_prepare(struct app *app, struct err *err)
{
	int r = sync_prepare(app->sync);

	return r < 0 ? err_set(err, r, "%s: %s%s", app->places->data, err_text(NULL, r),
			       r == -EUCLEAN ? "; the database is damaged: start again, and it is kept aside" : "") : 0;
}

int wire_start(struct app *app, struct err *err)
{
	int r;

	events_run_ask(app); /* S1 is a run that `progress` shows */
	r = sync_start(app->sync);
	app->started = r == 0;
	if (r == 0)
		r = groups_apply(app);
	if (app->go_online)
		sync_set_online(app->sync, true);
	events_run_asked(app);
	return r < 0 ? err_set(err, r, "the engine did not start: %s", err_text(NULL, r)) : 0;
}

void wire_stop(struct app *app, int send_ms)
{
	if (app->started)
		sync_stop(app->sync, send_ms);
	app->started = false;
}

struct app *wire_close(struct app *app)
{
	if (!app)
		return NULL;
	ctl_server_stop(app->server);
	fs_free(app->fs); /* before the engine: its requests in flight ask it */
	sync_free(app->sync);
	sp_factory_free(app->sp);
	events_free(app->events);
	ctl_hub_free(app->hub);
	store_blobs_close(app->blobs);
	store_close(app->store);
	lock_release(&app->lock);
	free(app->present);
	free(app->hooks);
	free(app->fuse_options);
	free(app->spool_dir);
	free(app->agent);
	free(app->kept);
	free(app);
	return NULL;
}
