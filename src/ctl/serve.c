#include "serve.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "ctl/host.h"
#include "ctl/hub.h"
#include "ctl/server.h"
#include "proto.h"
#include "sock.h"

enum { REQUEST_MS = 5000, ANSWER_MS = 30000, CHUNK_BYTES = 4096 };

static const size_t max_answer = 16u << 20;

struct request {
	const struct ctl_server_config *config; /* foreign */
	int64_t list; /* 0: the mount */
	int argc;
	char **argv;     /* foreign; the verb and its words */
	struct buf *out; /* foreign */
	struct err *err; /* foreign */
};

/* ---- the verbs ------------------------------------------------------------------------ */

static int run_read(struct request *q)
{
	const struct ctl_host *h = q->config->host;

	return h->read(h->arg, q->list, q->argv[1], q->out);
}

static int run_write(struct request *q)
{
	const struct ctl_host *h = q->config->host;

	return h->write(h->arg, q->list, q->argv[1], q->argv[2], strlen(q->argv[2]), q->err);
}

static int add_name(void *arg, const char *name)
{
	struct buf *out = arg;

	proto_add_word(out, name);
	return buf_addc(out, '\n');
}

static int run_dir(struct request *q)
{
	const struct ctl_host *h = q->config->host;

	return h->dir(h->arg, q->argv[1], add_name, q->out);
}

static int run_entry(struct request *q)
{
	const struct ctl_host *h = q->config->host;

	return h->entry(h->arg, q->argv[1], q->argv[2], q->out);
}

static int run_remove(struct request *q)
{
	const struct ctl_host *h = q->config->host;

	return h->remove(h->arg, q->argv[1], q->argv[2]);
}

struct verb {
	const char *name;
	int words; /* after the verb */
	int (*run)(struct request *q);
};

static const struct verb verbs[] = {
	{ "read", 1, run_read },
	{ "write", 2, run_write },
	{ "dir", 1, run_dir },
	{ "entry", 2, run_entry },
	{ "remove", 2, run_remove },
};

/* Those that `list LIST` may stand before: the first ones of the table. */
enum { LIST_VERBS = 2 };

static const struct verb *find_verb(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int run_verb(const struct verb *v, struct request *q)
{
	if (q->argc != v->words + 1)
		return err_set(q->err, -EINVAL, "\"%s\" takes %d word(s), not %d", v->name, v->words, q->argc - 1);
	return v->run(q);
}

/* A name wins over an id: a list may be called "2024". */
static int find_list(const struct ctl_server_config *c, const char *name, int64_t *ret)
{
	int r = c->find_list ? c->find_list(c->arg, name, ret) : -ENOENT;

	return r == -ENOENT && str_to_i64(name, ret) == 0 && *ret > 0 ? 0 : r;
}

static int run_list(struct request *q)
{
	const struct verb *v = q->argc > 2 ? find_verb(q->argv[2], LIST_VERBS) : NULL;
	int64_t list = 0;
	int r;

	if (!v)
		return err_set(q->err, -EINVAL, "after \"list NAME\" comes \"read\" or \"write\"");
	r = find_list(q->config, q->argv[1], &list);
	if (r < 0)
		return err_set(q->err, r, "no list is called \"%s\"", q->argv[1]);
	q->list = list;
	q->argc -= 2;
	q->argv += 2;
	return run_verb(v, q);
}

static int run_request(struct request *q)
{
	const struct ctl_server_config *c = q->config;
	const struct verb *v = find_verb(q->argv[0], sizeof(verbs) / sizeof(*verbs));
	int r;

	if (v)
		return run_verb(v, q);
	if (strcmp(q->argv[0], "list") == 0)
		return run_list(q);
	r = c->command ? c->command(c->arg, q->argc, q->argv, q->out, q->err) : -ENOSYS;
	return r == -ENOSYS ? err_add(q->err, r, "unknown request \"%s\"", q->argv[0]) : r;
}

/* ---- streams ---------------------------------------------------------------------------- */

static void ring(void *arg)
{
	const int *bell = arg;
	uint64_t one = 1;

	/* Full it is rung already. */
	if (write(*bell, &one, sizeof(one)) < 0)
		return;
}

/* Sleeps until there is something to read. False: the other end has gone, or the server stops. */
static bool wait_for_bell(int bell, int fd)
{
	/* POLLHUP comes unasked. Not POLLRDHUP: who has closed his sending side may still read. */
	struct pollfd p[2] = { { .fd = bell, .events = POLLIN }, { .fd = fd } };
	uint64_t rings;

	if (poll(p, 2, -1) < 0)
		return errno == EINTR;
	if (p[1].revents)
		return false;
	return read(bell, &rings, sizeof(rings)) == sizeof(rings) || errno == EAGAIN;
}

static void send_lines(struct ctl_sub *sub, int bell, int fd)
{
	char chunk[CHUNK_BYTES];

	for (;;) {
		int n = ctl_sub_read(sub, chunk, sizeof(chunk));

		if (n < 0)
			return;
		/* For ever: who does not read loses lines in the hub, not the connection. */
		if (n > 0 && sock_send(fd, chunk, (size_t) n, SOCK_FOREVER) < 0)
			return;
		if (n == 0 && !wait_for_bell(bell, fd))
			return;
	}
}

/* 0 once the stream has begun, however it ended. */
static int run_stream(const struct ctl_server_config *c, enum ctl_stream stream, int fd)
{
	CLEANUP(fsutil_close_p) int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct ctl_sub *sub;

	if (bell < 0)
		return -errno;
	sub = ctl_sub_new(c->host->hub, stream, ring, &bell);
	if (!sub)
		return -ENOMEM;
	/* After the subscription: what happens once the other end has seen the "ok" is not missed. */
	if (sock_send(fd, "ok\n", 3, clock_mono_ms() + ANSWER_MS) == 0)
		send_lines(sub, bell, fd);
	ctl_sub_free(sub);
	return 0;
}

static int start_stream(struct request *q, int fd, int (*begin_stream)(void *arg), void *arg)
{
	const struct ctl_file *f = q->argc == 2 ? ctl_file_find(ctl_mount_files, q->argv[1]) : NULL;
	int r;

	if (!f || f->kind == CTL_TEXT)
		return err_set(q->err, -EINVAL, "\"stream\" takes \"progress\" or \"events\"");
	r = begin_stream(arg);
	if (r < 0)
		return err_set(q->err, r, r == -EBUSY ? "too many streams are being read" : "spfs is ending");
	return run_stream(q->config, f->kind == CTL_STREAM_EVENTS ? CTL_EVENTS : CTL_PROGRESS, fd);
}

/* ---- a connection ------------------------------------------------------------------------- */

/* The request without its newline; what follows it is not looked at. -ENODATA: nothing came. */
static int receive_request(int fd, struct buf *line)
{
	int64_t deadline = clock_mono_ms() + REQUEST_MS;
	char chunk[CHUNK_BYTES];
	const char *end = NULL;

	while (!end) {
		int n = sock_receive(fd, chunk, sizeof(chunk), deadline);
		int r;

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? n : line->len ? -EINVAL : -ENODATA;
		end = memchr(chunk, '\n', (size_t) n);
		r = buf_add(line, chunk, end ? (size_t) (end - chunk) : (size_t) n);
		if (r < 0)
			return r == -EFBIG ? -E2BIG : r;
	}
	return line->len && !memchr(line->p, '\0', line->len) ? 0 : -EINVAL;
}

/* True: it was taken whole, and its end can be told. */
static bool send_answer(int fd, int code, const struct err *err, const struct buf *out)
{
	CLEANUP(buf_release_p) struct buf head = BUF_INIT(PROTO_LINE_BYTES);
	int64_t deadline = clock_mono_ms() + ANSWER_MS;

	if (code >= 0 && buf_error(out) < 0)
		code = buf_error(out);
	if (code >= 0)
		proto_add_ok(&head, (int64_t) out->len);
	else
		proto_add_error(&head, code, err_text(err, code));
	if (buf_error(&head) < 0 || sock_send(fd, head.p, head.len, deadline) < 0)
		return false;
	/* The other end sees by the length that something is missing. */
	if (out->len && sock_send(fd, out->p, out->len, deadline) < 0) {
		log_debug("control socket: an answer was not taken to its end");
		return false;
	}
	return code >= 0;
}

/* Whether another request is to follow: takes the word that says so away. */
static bool take_more(struct request *q)
{
	if (q->argc < 2 || strcmp(q->argv[0], "more") != 0)
		return false;
	q->argv++;
	q->argc--;
	return true;
}

/* True: the next request may come. */
static bool serve_request(const struct ctl_server_config *c, int fd, int (*begin_stream)(void *arg), void *arg)
{
	CLEANUP(buf_wipe_p) struct buf line = BUF_INIT(PROTO_LINE_BYTES - 1); /* may hold a password */
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(max_answer);
	struct err err = { 0 };
	char *argv[PROTO_WORDS + 1];
	struct request q = { .config = c, .argv = argv, .out = &out, .err = &err };
	bool is_stream = false, more = false;
	int r = receive_request(fd, &line);

	if (r == -ENODATA)
		return false;
	if (r == 0)
		r = proto_split_request(line.p, argv, &q.argc);
	if (r == 0)
		more = take_more(&q);
	if (r < 0)
		err_set(&err, r, r == -E2BIG ? "the request is too long" : "this is not a request");
	else if ((is_stream = strcmp(q.argv[0], "stream") == 0))
		r = start_stream(&q, fd, begin_stream, arg);
	else
		r = run_request(&q);
	if (r == 0 && is_stream)
		return false;
	return send_answer(fd, r, &err, &out) && more;
}

void serve_connection(const struct ctl_server_config *c, int fd, int (*begin_stream)(void *arg), void *arg)
{
	while (serve_request(c, fd, begin_stream, arg))
		;
}
