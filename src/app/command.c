#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "sp/sp.h"
#include "store/list.h"
#include "store/store.h"
#include "sync/sync.h"
#include "accounts.h"
#include "config.h"
#include "conflicts.h"
#include "events.h"
#include "fsck.h"
#include "groups.h"

/*
 * Requests of the commands that are no control files, because nobody should
 * register a list by a slip in a shell's redirection. They run in a thread of the
 * socket's server and may wait for the disk, one after the other (app->lock).
 */

/* Later words win over those of the start in the accounts only: what the mount was made with stays. */
static int load_config(struct app *app, struct config *ret, struct err *err)
{
	int r = config_init(ret);

	if (r == 0)
		r = config_load(ret, PLACES_SYSTEM_CONFIG, app->places->profile, err);
	if (r == 0)
		r = config_load(ret, app->config_path, app->places->profile, err);
	return r;
}

/* Passwords may have changed; what a site refused is tried again. */
static int login_again(void *arg, const struct store_list *l)
{
	const struct app *app = arg;
	struct err err = { 0 };
	int r = sp_factory_login(app->sp, l->site, &err);

	if (r < 0)
		log_warning("login at %s: %s", l->site, err_text(&err, r));
	return 0;
}

static int reload(struct app *app, struct err *err)
{
	CLEANUP(config_release_p) struct config c = { 0 };
	int r = load_config(app, &c, err);

	if (r < 0)
		return r;
	log_setup(app->log_sink, (enum log_level) c.settings.loglevel);
	groups_load(app->groups, &c);
	accounts_load(app->accounts, &c);
	r = store_list_each(app->store, login_again, app);
	if (r == 0)
		r = lists_reconcile(app, err);
	return r < 0 ? r : groups_apply(app);
}

int command_reload(struct app *app, struct err *err)
{
	int r;

	lock_take(&app->lock);
	r = reload(app, err);
	lock_give(&app->lock);
	return r;
}

static int run_reload(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	(void) argc;
	(void) argv;
	(void) out;
	return command_reload(app, err);
}

/* login [URL PASSWORD]: somebody has logged in anew, and may have typed a password. */
static int run_login(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	int r = argc > 2 ? accounts_type(app->accounts, argv[1], argv[2]) : 0;

	(void) out;
	if (argc > 2)
		explicit_bzero(argv[2], strlen(argv[2]));
	if (r < 0 && r != -ENOENT)
		return r;
	r = command_reload(app, err);
	/* While offline there is nothing to go on with. */
	if (r == 0 && sync_request(app->sync, SYNC_ALL, 0) < 0)
		log_notice("nothing is synchronised");
	return r;
}

#ifdef SPFS_TEST
/* attempt read|write|exec PATH: what this process may do (confine.h). */
static int run_attempt(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	bool writes = argc > 2 && str_eq(argv[1], "write");
	CLEANUP(fsutil_close_p) int fd = -1;
	pid_t pid;
	int r = 0;

	(void) app;
	if (argc < 3)
		return err_set(err, -EINVAL, "attempt read|write|exec PATH");
	if (str_eq(argv[1], "exec")) {
		r = -posix_spawn(&pid, argv[2], NULL, NULL, (char *const[]) { argv[2], NULL }, environ);
	} else {
		fd = open(argv[2], writes ? O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600);
		r = fd < 0 ? -errno : 0;
	}
	return r < 0 ? err_set(err, r, "%s: %s", argv[2], strerror(-r)) : buf_adds(out, "done\n");
}
#endif

/* remove-list NAME [force] */
static int run_remove_list(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	int r;

	(void) out;
	if (argc < 2)
		return err_set(err, -EINVAL, "remove-list NAME [force]");
	lock_take(&app->lock);
	r = lists_remove(app, argv[1], argc > 2 && str_eq(argv[2], "force"), err);
	lock_give(&app->lock);
	return r;
}

/* The mount point and the process, a line each: for `spfs umount`. */
static int run_where(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	(void) argc;
	(void) argv;
	(void) err;
	return buf_addf(out, "%s\n", app->mountpoint ? app->mountpoint : "");
}

static int run_last_run(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	(void) argc;
	(void) argv;
	(void) err;
	return events_last_run(app, out);
}

/* sync-name NAME VERB: prints the lists that are meant */
static int run_sync_name(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	if (argc < 3)
		return err_set(err, -EINVAL, "sync-name NAME VERB");
	return host_sync_name(app, argv[1], argv[2], out, err);
}

int command_run(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	static const struct {
		const char *name;
		int (*run)(struct app *app, int argc, char **argv, struct buf *out, struct err *err);
	} commands[] = {
		{ "reload", run_reload },
		{ "login", run_login },
#ifdef SPFS_TEST
		{ "attempt", run_attempt },
#endif
		{ "remove-list", run_remove_list },
		{ "where", run_where },
		{ "last-run", run_last_run },
		{ "sync-name", run_sync_name },
		{ "conflict", conflicts_command },
		{ "fsck", fsck_command },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (str_eq(commands[i].name, argv[0]))
			return commands[i].run(app, argc, argv, out, err);
	return -ENOSYS;
}
