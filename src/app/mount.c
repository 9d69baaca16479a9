#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mountinfo.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "fs/fs.h"
#include "sync/sync.h"
#include "accounts.h"
#include "app.h"
#include "commands.h"
#include "daemon.h"
#include "demo.h"
#include "guard.h"
#include "help.h"
#include "helper.h"
#include "mountpoint.h"
#include "opts.h"
#include "registry.h"
#include "session.h"
#include "signals.h"
#include "wire.h"

enum { SEND_MS = 10000 /* for what waits, after the mount is gone */ };

/* One mount, from the command line to its end. */
struct mount {
	struct opts opts;
	struct session s;
	char *mountpoint; /* owned; absolute */
	struct daemon daemon;
	struct helper *helper; /* owned; NULL: not confined */
	struct signals signals;
	pthread_t starter;
	bool starting; /* there is a starter to be joined */
	int code;      /* CLI_OK, or why the engine did not start; the starter's until it was joined */
};

/* ---- before anything runs --------------------------------------------------------------- */

/* With nothing registered there is nothing to see: say what to type. */
static void suggest(const struct session *s)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };

	if (registry_load(s->places.lists, s->places.profile, &reg, &err) == 0 && reg.n == 0)
		fprintf(stderr, "spfs: no lists are registered yet. Next:\n"
				"  spfs add https://SERVER/SITE    what the site offers, and how to mount it\n"
				"  spfs demo DIR                   a sample site to try things out\n");
}

static int configure(struct mount *m)
{
	struct err err = { 0 };
	int r = session_open(&m->s, m->opts.profile, m->opts.config, &err);

	if (r == 0)
		r = session_configure(&m->s, &err);
	if (r == 0)
		r = opts_apply(&m->opts, &m->s.config, &err);
	return r < 0 ? cli_fail_err(CLI_USAGE, r, &err) : CLI_OK;
}

/* "spfs stauts" is a mount point that does not exist. */
static void guess_command(const struct mount *m)
{
	const char *near = m->opts.n_settings || strchr(m->opts.mountpoint, '/') ? NULL :
			   help_nearest(m->opts.mountpoint);

	if (near)
		fprintf(stderr, "spfs: or did you mean the command `spfs %s`?\n", near);
}

static int check_mountpoint(struct mount *m)
{
	struct err err = { 0 };
	int r = mountinfo_path(m->opts.mountpoint, &m->mountpoint);

	if (r < 0) {
		cli_fail(CLI_MOUNTPOINT, "%s: %s", m->opts.mountpoint, err_text(NULL, r));
	} else {
		r = mountpoint_check(m->mountpoint, m->opts.nonempty, &err);
		if (r < 0)
			cli_fail_err(CLI_MOUNTPOINT, r, &err);
	}
	if (r < 0)
		guess_command(m);
	return r < 0 ? CLI_MOUNTPOINT : CLI_OK;
}

static int take_profile(struct mount *m)
{
	struct err err = { 0 };
	int r = session_lock(&m->s, &err);

	if (r < 0)
		return cli_fail_err(r == -EWOULDBLOCK ? CLI_MOUNTPOINT : CLI_FAILED, r, &err);
	r = session_ask(&m->s, &err);
	return r < 0 ? cli_fail_err(r == -ENODATA ? CLI_LOGIN : CLI_USAGE, r, &err) : CLI_OK;
}

static int go_to_background(struct mount *m)
{
	int r = m->opts.foreground ? 0 : daemon_fork(&m->daemon);

	if (r < 0)
		return cli_fail(CLI_FAILED, "cannot go to the background: %s", err_text(NULL, r));
	if (m->s.config.settings.confine)
		r = helper_start(&m->s.places, m->s.config_path, m->mountpoint, &m->helper);
	if (r < 0)
		return cli_fail(CLI_FAILED, "no process for the helper: %s", err_text(NULL, r));
	if (m->helper)
		accounts_run_by(m->s.accounts, helper_command, m->helper);
	signals_block();
	places_note_holder(m->s.lock, m->mountpoint);
	return CLI_OK;
}

/* ---- while it runs -------------------------------------------------------------------------- */

static void reload(void *arg)
{
	struct mount *m = arg;
	struct err err = { 0 };
	int r = command_reload(m->s.app, &err);

	if (r < 0)
		log_error("reload: %s", err_text(&err, r));
	else
		log_notice("configuration and lists read again");
	r = sync_request(m->s.app->sync, SYNC_ALL, 0);
	if (r < 0)
		log_notice("nothing is synchronised: %s", err_text(NULL, r));
}

static void status(void *arg)
{
	const struct mount *m = arg;

	host_status_log(m->s.app);
}

static void end(void *arg)
{
	const struct mount *m = arg;

	fs_exit(m->s.app->fs);
}

/* A mount without its engine would show an old cache and send nothing: it ends, and says why. */
static void *start(void *arg)
{
	struct mount *m = arg;
	struct err err = { 0 };
	int r;

	/* Only now is there an engine that a command could ask, so whoever called us waits until here. */
	r = wire_start(m->s.app, &err);
	if (r == 0) {
		daemon_ready(&m->daemon);
		return NULL;
	}
	m->code = cli_fail_err(CLI_FAILED, r, &err);
	fs_exit(m->s.app->fs);
	return NULL;
}

static void ready(void *arg)
{
	struct mount *m = arg;

	/* Not here: the kernel waits for the answer to INIT. */
	m->starting = pthread_create(&m->starter, NULL, start, m) == 0;
	if (!m->starting) {
		m->code = cli_fail(CLI_FAILED, "no thread for the engine");
		fs_exit(m->s.app->fs);
	}
}

/* Until the mount works, a background process has the user's terminal: only what is wrong belongs there. */
static void open_log(const struct mount *m, bool mounted)
{
	int level = m->s.config.settings.loglevel;

	if (!mounted && !m->opts.foreground && level > LOG_LEVEL_WARNING)
		level = LOG_LEVEL_WARNING;
	log_setup(m->opts.foreground || !mounted ? LOG_TO_STDERR : LOG_TO_SYSLOG, (enum log_level) level);
}

static int open_prepared(const struct wire_config *c, struct app **ret, struct err *err)
{
	int r = wire_open(c, ret, err);

	if (r == 0)
		r = wire_prepare(*ret, err);
	if (r < 0)
		*ret = wire_close(*ret);
	return r;
}

static int open_app(struct mount *m)
{
	const struct wire_config c = {
		.places = &m->s.places, .config_path = m->s.config_path, .settings = &m->s.config.settings,
		.accounts = m->s.accounts, .groups = m->s.groups, .helper = m->helper, .mountpoint = m->mountpoint, .fsname = m->opts.fsname,
		.kernel = m->opts.kernel, .debug = m->opts.debug,
		.log_sink = m->opts.foreground ? LOG_TO_STDERR : LOG_TO_SYSLOG, .ready = ready, .arg = m,
	};
	struct err err = { 0 };
	int r;

	open_log(m, false);
	r = open_prepared(&c, &m->s.app, &err);
	/* Damage that only shows when rows are read is known now, and kept aside. */
	if (r == -EUCLEAN) {
		err = (struct err) { 0 };
		r = open_prepared(&c, &m->s.app, &err);
	}
	return r < 0 ? cli_fail(CLI_FAILED, "%s", err_text(&err, r)) : CLI_OK;
}

/* Every thread comes after this, and so is confined like the one that makes it. */
static int confine_and_listen(struct mount *m)
{
	struct err err = { 0 };
	int r;

	if (m->helper)
		guard_daemon(&m->s.places, m->s.config_path, m->mountpoint, m->s.accounts);
	r = wire_listen(m->s.app, &err);
	return r < 0 ? cli_fail(CLI_FAILED, "%s", err_text(&err, r)) : CLI_OK;
}

static int serve(struct mount *m)
{
	struct app *app = m->s.app;
	struct err err = { 0 };
	int code, r = fs_mount(app->fs, &err);

	if (r < 0)
		return cli_fail(CLI_MOUNT, "%s: %s", m->mountpoint, err_text(&err, r));
	code = confine_and_listen(m);
	if (code != CLI_OK)
		return code;
	/* Not before: one that came early waits until there is a session that it can end. */
	m->signals = (struct signals) { .reload = reload, .status = status, .end = end, .arg = m };
	r = signals_start(&m->signals);
	if (r < 0)
		return cli_fail(CLI_FAILED, "%s", err_text(NULL, r));
	open_log(m, true);
	r = fs_loop(app->fs);
	if (r < 0)
		log_error("the mount ended: %s", err_text(NULL, r));
	daemon_notify("STOPPING=1\nSTATUS=Sending outstanding changes");
	if (m->starting)
		pthread_join(m->starter, NULL);
	/* The mount is gone already: nobody waits for an answer while the last changes go out. */
	wire_stop(app, SEND_MS);
	return r < 0 ? CLI_FAILED : m->code;
}

static int run(struct mount *m)
{
	int code = configure(m);

	if (code == CLI_OK)
		code = check_mountpoint(m);
	if (code != CLI_OK || m->opts.fake)
		return code;
	code = take_profile(m);
	if (code != CLI_OK)
		return code;
	suggest(&m->s);
	code = go_to_background(m);
	if (code == CLI_OK)
		code = open_app(m);
	if (code == CLI_OK)
		code = serve(m);
	demo_ended(&m->s.places);
	signals_stop(&m->signals);
	return code;
}

/* mount(8) knows other numbers than we do: 1 is wrong usage or rights, 32 a failed mount. */
static int for_mount(int code)
{
	return code == CLI_OK ? 0 : code == CLI_USAGE ? 1 : 32;
}

int mount_main(int argc, char **argv)
{
	struct mount m = { .opts = OPTS_INIT, .s = SESSION_INIT, .daemon = DAEMON_INIT };
	struct err err = { 0 };
	int r = opts_parse(argc, argv, &m.opts, &err), code;

	if (r < 0) {
		cli_fail_err(CLI_USAGE, r, &err);
		fprintf(stderr, "spfs: `spfs --help` shows how it is used\n");
		return opts_is_helper(argv[0]) ? for_mount(CLI_USAGE) : CLI_USAGE;
	}
	if (m.opts.help || m.opts.version) {
		(m.opts.help ? help_print : help_version)();
		code = CLI_OK;
	} else {
		code = run(&m);
	}
	session_close(&m.s);
	helper_stop(m.helper);
	free(m.mountpoint);
	code = m.opts.helper ? for_mount(code) : code;
	opts_release(&m.opts);
	return code;
}
