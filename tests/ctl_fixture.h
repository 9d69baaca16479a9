#ifndef TESTS_CTL_FIXTURE_H
#define TESTS_CTL_FIXTURE_H

/* A control server over a host that remembers what it was asked. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "ctl/client.h"
#include "ctl/host.h"
#include "ctl/hub.h"
#include "ctl/server.h"
#include "proto.h"
#include "sock.h"

enum { PATIENCE_MS = 20000, BIG = 3000000, TOO_BIG = 20000000 };

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* ---- a host that remembers what it was asked ------------------------------------------------ */

struct fixture {
	char dir[64];
	char path[128];
	struct ctl_host host;
	struct ctl_server_config config;
	struct ctl_server *server;
	pthread_mutex_t lock;
	char written[200]; /* protected by lock */
	atomic_int blocked; /* commands that wait for `go` */
	atomic_bool go;
};

static inline int add_many(struct buf *out, size_t n)
{
	while (n--)
		if (buf_addc(out, 'x') < 0)
			break;
	return 0;
}

static inline int host_read(void *arg, int64_t list, const char *name, struct buf *out)
{
	(void) arg;
	if (strcmp(name, "big") == 0)
		return add_many(out, BIG);
	if (strcmp(name, "too big") == 0)
		return add_many(out, TOO_BIG);
	if (strcmp(name, "nothing") == 0)
		return 0;
	if (strcmp(name, "status") != 0)
		return -ENOENT;
	return buf_addf(out, "status of %lld\n", (long long) list);
}

static inline int host_write(void *arg, int64_t list, const char *name, const char *text, size_t n, struct err *err)
{
	struct fixture *f = arg;

	if (strcmp(text, "nonsense") == 0)
		return err_set(err, -EINVAL, "unknown word \"nonsense\"\nok 5");
	pthread_mutex_lock(&f->lock);
	snprintf(f->written, sizeof(f->written), "%lld %s %zu %s", (long long) list, name, n, text);
	pthread_mutex_unlock(&f->lock);
	return 0;
}

static inline int host_dir(void *arg, const char *dir, int (*fn)(void *fn_arg, const char *name), void *fn_arg)
{
	static const char *const names[] = { "1 new.txt", "-", "2%\n.txt" };
	int r = strcmp(dir, "outbox") == 0 ? 0 : -ENOENT;

	(void) arg;
	for (int i = 0; r == 0 && i < 3; i++)
		r = fn(fn_arg, names[i]);
	return r;
}

static inline int host_entry(void *arg, const char *dir, const char *name, struct buf *out)
{
	(void) arg;
	return buf_addf(out, "%s/%s", dir, name);
}

static inline int host_remove(void *arg, const char *dir, const char *name)
{
	(void) arg;
	(void) dir;
	return strcmp(name, "busy") == 0 ? -EBUSY : 0;
}

static inline int command(void *arg, int argc, char **argv, struct buf *out, struct err *err)
{
	struct fixture *f = arg;

	if (strcmp(argv[0], "wait") == 0) {
		f->blocked++;
		while (!f->go)
			poll(NULL, 0, 2);
		f->blocked--;
		return buf_adds(out, "waited");
	}
	if (strcmp(argv[0], "remove-list") == 0) {
		buf_adds(out, "3 changes\n");
		return err_set(err, -EBUSY, "%s has unsent changes", argv[1]);
	}
	if (strcmp(argv[0], "echo") != 0)
		return -ENOSYS;
	for (int i = 0; i < argc; i++)
		buf_addf(out, "[%s]", argv[i]);
	return argv[argc] ? -EIO : 0;
}

static inline int find_list(void *arg, const char *name, int64_t *ret)
{
	(void) arg;
	if (strcmp(name, "Team Tasks") == 0)
		*ret = 5;
	else if (strcmp(name, "2024") == 0)
		*ret = 6;
	else
		return -ENOENT;
	return 0;
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	log_setup(LOG_TO_NOTHING, LOG_LEVEL_ERROR);
	pthread_mutex_init(&f->lock, NULL);
	snprintf(f->dir, sizeof(f->dir), "/tmp/spfs-ctl-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/run/default.sock", f->dir);
	f->host = (struct ctl_host) { host_read, host_write, host_dir, host_entry, host_remove, ctl_hub_new(), f };
	f->config = (struct ctl_server_config) {
		.path = f->path, .host = &f->host, .command = command, .find_list = find_list, .arg = f,
	};
	assert_int_equal(ctl_server_start(&f->config, &f->server, NULL), 0);
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	char run[128];

	f->go = true;
	f->server = ctl_server_stop(f->server);
	assert_int_equal(access(f->path, F_OK), -1);
	ctl_hub_free(f->host.hub);
	pthread_mutex_destroy(&f->lock);
	snprintf(run, sizeof(run), "%s/run", f->dir);
	rmdir(run);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

/* ---- helpers ---------------------------------------------------------------------------------- */

/* One request; words separated by '|'. Returns what the call returned. */
static inline int ask(struct fixture *f, const char *request, struct buf *body, struct err *err)
{
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	CLEANUP(str_free_p) char *copy = strdup(request);
	const char *argv[PROTO_WORDS];
	char *rest = copy;
	int argc = 0;

	while (rest)
		argv[argc++] = strsep(&rest, "|");
	assert_int_equal(ctl_client_open(f->path, PATIENCE_MS, &c), 0);
	buf_reset(body);
	*err = (struct err) { 0 };
	return ctl_client_call(c, argc, argv, body, err);
}

static inline void assert_answer(struct fixture *f, const char *request, int r, const char *text)
{
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1 << 20);
	struct err err;

	assert_int_equal(ask(f, request, &body, &err), r);
	assert_string_equal(r < 0 ? err.text : buf_str(&body), text);
}

/* Raw bytes in, raw bytes out until the end of file. */
static inline void talk(struct fixture *f, const char *p, size_t n, char out[512])
{
	CLEANUP(fsutil_close_p) int fd = -1;
	size_t got = 0;
	int r = sock_connect(f->path, clock_mono_ms() + PATIENCE_MS, &fd);

	assert_int_equal(r, 0);
	r = sock_send(fd, p, n, clock_mono_ms() + PATIENCE_MS);
	assert_true(r == 0 || r == -EPIPE || r == -ECONNRESET);
	shutdown(fd, SHUT_WR);
	while (got < 511 && (r = sock_receive(fd, out + got, 511 - got, clock_mono_ms() + PATIENCE_MS)) > 0)
		got += (size_t) r;
	assert_int_not_equal(r, -ETIMEDOUT);
	out[got] = '\0';
}

static inline void open_many(struct fixture *f, int fds[], int n, const char *request)
{
	for (int i = 0; i < n; i++) {
		assert_int_equal(sock_connect(f->path, clock_mono_ms() + PATIENCE_MS, &fds[i]), 0);
		assert_int_equal(sock_send(fds[i], request, strlen(request), SOCK_FOREVER), 0);
	}
}

#endif
