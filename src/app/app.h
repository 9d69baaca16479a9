#ifndef APP_APP_H
#define APP_APP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/log.h"
#include "base/thread.h"
#include "config.h"
#include "ctl/host.h"
#include "places.h"

struct accounts;
struct buf;
struct ctl_hub;
struct ctl_server;
struct events;
struct fs;
struct groups;
struct helper;
struct sp_factory;
struct store;
struct store_blobs;
struct sync;
struct sync_hooks;
struct sync_present;

/*
 * A running spfs: where everything meets. wire.c makes it and takes it apart;
 * the host_*.c files answer for it; visible in app only.
 */
struct app {
	/* immutable once the threads run */
	const struct places *places; /* foreign, and so are the next */
	const char *config_path;
	const char *mountpoint;      /* absolute; NULL: not mounted */
	const char *notify;          /* the command that tells the person; NULL: none */
	struct accounts *accounts;   /* thread-safe by itself */
	struct groups *groups;       /* likewise */
	struct helper *helper;       /* likewise; NULL: this process does everything by itself */
	enum log_sink log_sink;
	struct store *store;         /* owned, and so are the next */
	struct store_blobs *blobs;   /* NULL: documents cannot be opened */
	struct sp_factory *sp;
	struct sync *sync;
	struct fs *fs;
	struct ctl_hub *hub;
	struct ctl_server *server;
	struct events *events;       /* what is told to watchers; thread-safe by itself */
	struct ctl_host host;
	char *spool_dir;
	char *kept;                  /* where a database was kept aside; NULL: nowhere */
	char *fuse_options;
	char *agent;                 /* 32 hexadecimal digits of this profile */
	struct sync_present *present;
	struct sync_hooks *hooks;

	atomic_bool started; /* the engine runs */
	bool go_online;      /* it begins in Work Offline, only so that it does not begin with S1 */

	struct lock lock; /* RANK_APP: one reload, one removing at a time */
};

/* ---- host.c: the control files ------------------------------------------------ */

/* Fills app->host and is its dispatcher. */
void host_init(struct app *app);

/* The name of a list's directory: fresh string. 0, -ENOENT. */
MUST_CHECK int host_list_name(struct app *app, int64_t list, char **ret);

/* ---- host_sync.c: what is written to `sync` and `online` ----------------------- */

MUST_CHECK int host_sync_read(struct app *app, int64_t list, struct buf *out);
MUST_CHECK int host_sync_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err);
/* A list or a group by its name (a list wins), for `spfs sync NAME`; the lists' names go to out, a line each. verb: as in
 * `sync`. -ENOENT with err, -EINVAL. */
MUST_CHECK int host_sync_name(struct app *app, const char *name, const char *verb, struct buf *out, struct err *err);

MUST_CHECK int host_online_read(struct app *app, int64_t list, struct buf *out);
MUST_CHECK int host_checkout_read(struct app *app, int64_t list, struct buf *out);
MUST_CHECK int host_checkout_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err);
MUST_CHECK int host_pinned_read(struct app *app, int64_t list, struct buf *out);
MUST_CHECK int host_pinned_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err);
MUST_CHECK int host_online_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err);

/* ---- host_status.c --------------------------------------------------------------- */

MUST_CHECK int host_status(struct app *app, int64_t list, struct buf *out);
MUST_CHECK int host_status_json(struct app *app, int64_t list, struct buf *out);

/* Writes the status to the log, a line per list (SIGUSR1). */
void host_status_log(struct app *app);

/* ---- host_outbox.c: changes that the server has not accepted ------------------------ */

MUST_CHECK int host_outbox_dir(struct app *app, int (*fn)(void *arg, const char *name), void *arg);
MUST_CHECK int host_outbox_entry(struct app *app, const char *name, struct buf *out);
MUST_CHECK int host_outbox_remove(struct app *app, const char *name);

/* ---- host_conflicts.c: what conflicts and refusals left behind ---------------------- */

/* `dir` is "conflicts" or "conflicts/LIST". */
MUST_CHECK int host_conflicts_dir(struct app *app, const char *dir, int (*fn)(void *arg, const char *name), void *arg);
MUST_CHECK int host_conflicts_entry(struct app *app, const char *dir, const char *name, struct buf *out);
MUST_CHECK int host_conflicts_remove(struct app *app, const char *dir, const char *name);

/* conflicts.txt: "LIST/FILE<TAB>time<TAB>why", one line each; conflicts.json: the same for programs. */
MUST_CHECK int host_conflicts_text(struct app *app, int64_t list, struct buf *out);
MUST_CHECK int host_conflicts_json(struct app *app, int64_t list, struct buf *out);

/* How many entries stand in conflicts/LIST. */
int host_conflicts_count(struct app *app, const char *list_name);

/* ---- lists.c: the registry and the store --------------------------------------------- */

/* Adds to the store what the registry names and the store lacks; a list that was added while the engine runs is
 * synchronised (S5). How many were added, or -errno with err. */
MUST_CHECK int lists_forms(struct app *app, struct err *err);
MUST_CHECK int lists_reconcile(struct app *app, struct err *err);

/* Removes a list from the store and the registry. force: what was not sent is copied to conflicts/ before; without
 * it -EBUSY with err when there is any. -ENOENT. */
MUST_CHECK int lists_remove(struct app *app, const char *name, bool force, struct err *err);

/* ---- command.c: words of the control socket beside the files ------------------------- */

MUST_CHECK int command_run(struct app *app, int argc, char **argv, struct buf *out, struct err *err);

/* Reads the configuration's accounts and the registry again (SIGHUP). */
MUST_CHECK int command_reload(struct app *app, struct err *err);

#endif
