#ifndef APP_WIRE_H
#define APP_WIRE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/log.h"

struct accounts;
struct app;
struct groups;
struct helper;
struct places;
struct settings;

/*
 * Makes a running spfs out of the layers, and takes it apart:
 *
 *	wire_open()    store, engine, kernel's side; no thread yet, nothing mounted
 *	wire_listen()  the control socket
 *	wire_start()   the engine's threads; S1 begins
 *	wire_stop()    sends for a while what waits, ends the engine's threads
 *	wire_close()   all the rest; the socket goes now, so whoever waits for our end looks at it
 *
 * With a mount, fs_mount() and fs_loop() stand between listen and stop, and `ready` starts
 * the engine when the kernel has spoken to us: no request may be sent for a mount that fails.
 */
struct wire_config {
	const struct places *places;     /* foreign, and so is all of it */
	const char *config_path;
	const struct settings *settings;
	struct accounts *accounts;
	struct groups *groups;
	struct helper *helper;           /* NULL: this process may do everything by itself */
	const char *mountpoint;          /* absolute; NULL: no mount */
	const char *fsname;
	const char *kernel;              /* "nosuid,nodev" for the kernel; NULL */
	bool quiet;                      /* no S1: lists are synchronised when somebody asks */
	bool debug;
	enum log_sink log_sink;
	void (*ready)(void *arg);        /* the mount works; NULL */
	void *arg;
};

/* 0 or -errno with err. */
MUST_CHECK int wire_open(const struct wire_config *c, struct app **ret, struct err *err);
MUST_CHECK int wire_listen(struct app *app, struct err *err);
/* Follows up what a killed run left; before the mount, which must not show files whose bytes then change. */
MUST_CHECK int wire_prepare(struct app *app, struct err *err);
MUST_CHECK int wire_start(struct app *app, struct err *err);
void wire_stop(struct app *app, int send_ms);

/* NULL allowed; returns NULL. */
struct app *wire_close(struct app *app);

/* What the engine needs to know of the others; for wire_open(). */
void wire_hooks(struct app *app);

#endif
