#include "ctl/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "proto.h"
#include "sock.h"

enum { CHUNK_BYTES = 16384 };

struct ctl_client {
	int fd; /* owned; -1: its last request was made */
	int timeout_ms;
	size_t from, to; /* what was received and not yet used of chunk */
	char chunk[CHUNK_BYTES];
};

static int64_t next_deadline(const struct ctl_client *c)
{
	return c->timeout_ms < 0 ? SOCK_FOREVER : clock_mono_ms() + c->timeout_ms;
}

int ctl_client_open(const char *path, int timeout_ms, struct ctl_client **ret)
{
	struct ctl_client *c = FAULT("ctl.client") ? NULL : calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->fd = -1;
	c->timeout_ms = timeout_ms;
	r = sock_connect(path, next_deadline(c), &c->fd);
	/* root may ask anybody's; others only trust their own. */
	if (r == 0 && geteuid() != 0 && !sock_peer_is_ours(c->fd))
		r = -EACCES;
	if (r < 0) {
		ctl_client_close(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct ctl_client *ctl_client_close(struct ctl_client *c)
{
	if (c)
		fsutil_close_p(&c->fd);
	free(c);
	return NULL;
}

/* ---- receiving ---------------------------------------------------------------------------- */

/* Fills the chunk when it is used up. > 0; 0: the end of file; -EINTR too. */
static int fill(struct ctl_client *c)
{
	int n;

	if (c->from < c->to)
		return 1;
	n = sock_receive(c->fd, c->chunk, sizeof(c->chunk), next_deadline(c));
	if (n > 0) {
		c->from = 0;
		c->to = (size_t) n;
	}
	return n;
}

/* Moves the rest of the present line to `line`, as far as it is there. True: it is whole, its newline is gone. */
static bool take_line(struct ctl_client *c, struct buf *line)
{
	const char *s = c->chunk + c->from;
	const char *end = memchr(s, '\n', c->to - c->from);
	size_t n = end ? (size_t) (end - s) : c->to - c->from;

	buf_add(line, s, n);
	c->from += n + (end ? 1 : 0);
	return end;
}

/* 1: a line; 0: the end of file came first; -EINTR: call again, what was received of the line is kept;
 * -EPROTO: too long, or it holds a NUL. */
static int receive_line(struct ctl_client *c, struct buf *line)
{
	bool whole = false;
	int r = 0;

	while (!whole) {
		r = fill(c);
		if (r <= 0)
			return r;
		whole = take_line(c, line);
		r = buf_error(line);
		if (r < 0)
			return r == -EFBIG ? -EPROTO : r;
	}
	return memchr(buf_str(line), '\0', line->len) ? -EPROTO : 1;
}

static int receive_body(struct ctl_client *c, int64_t length, struct buf *body)
{
	while (length != 0) {
		int r = fill(c);
		size_t n = c->to - c->from;

		if (r == -EINTR)
			continue;
		if (r <= 0)
			return r == 0 && length > 0 ? -ECONNRESET : r;
		if (length > 0 && (int64_t) n > length)
			n = (size_t) length;
		r = buf_add(body, c->chunk + c->from, n);
		if (r < 0)
			return r;
		c->from += n;
		length -= length > 0 ? (int64_t) n : 0;
	}
	return 0;
}

/* ---- requests ----------------------------------------------------------------------------- */

static int send_request(struct ctl_client *c, int argc, const char *const argv[])
{
	CLEANUP(buf_wipe_p) struct buf line = BUF_INIT(PROTO_LINE_BYTES); /* may hold a password */
	int r = proto_add_request(&line, argc, argv);

	if (r < 0)
		return r;
	r = sock_send(c->fd, line.p, line.len, next_deadline(c));
	/* A server that did not want to hear all of it may have answered: "too many connections". */
	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

/* Sends the request and reads the head of the answer; the server's error is in head and err. */
static int ask(struct ctl_client *c, int argc, const char *const argv[], struct proto_head *ret, struct err *err)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(PROTO_LINE_BYTES);
	int r = c->fd < 0 ? -EINVAL : send_request(c, argc, argv);

	if (r < 0)
		return r;
	do
		r = receive_line(c, &line);
	while (r == -EINTR);
	if (r <= 0)
		return r < 0 ? r : -ECONNRESET;
	r = proto_read_head(buf_str(&line), ret);
	if (r == 0 && ret->code < 0)
		err_set(err, ret->code, "%s", ret->text);
	ret->text = ""; /* it goes with the line */
	return r;
}

static int call(struct ctl_client *c, int argc, const char *const argv[], bool more, struct buf *body, struct err *err)
{
	struct proto_head head = { 0 };
	int r = ask(c, argc, argv, &head, err);

	if (r == 0)
		r = receive_body(c, head.length, body);
	if (r < 0 || head.code < 0 || head.length < 0 || !more)
		fsutil_close_p(&c->fd);
	/* The server's reason counts more than an end that was cut off. */
	if (r == 0 || head.code < 0)
		return head.code;
	return err_add(err, r, "%s", err_text(NULL, r));
}

int ctl_client_call(struct ctl_client *c, int argc, const char *const argv[], struct buf *body, struct err *err)
{
	return call(c, argc, argv, false, body, err);
}

int ctl_client_more(struct ctl_client *c, int argc, const char *const argv[], struct buf *body, struct err *err)
{
	const char *words[PROTO_WORDS] = { "more" };

	if (argc >= PROTO_WORDS)
		return -E2BIG;
	for (int i = 0; i < argc; i++)
		words[i + 1] = argv[i];
	return call(c, argc + 1, words, true, body, err);
}

static int hand_out_lines(struct ctl_client *c, int (*fn)(void *arg, const char *line), void *arg)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(PROTO_LINE_BYTES);

	for (;;) {
		int r = receive_line(c, &line);
		bool interrupted = r == -EINTR;

		if (r <= 0 && !interrupted)
			return r;
		r = fn(arg, interrupted ? NULL : buf_str(&line));
		if (r != 0)
			return r;
		if (!interrupted)
			buf_reset(&line);
	}
}

int ctl_client_stream(struct ctl_client *c, const char *stream, int (*fn)(void *arg, const char *line), void *arg,
		      struct err *err)
{
	const char *const argv[] = { "stream", stream };
	struct proto_head head = { 0 };
	int r = ask(c, 2, argv, &head, err);

	if (r == 0)
		r = head.code < 0 ? head.code : hand_out_lines(c, fn, arg);
	fsutil_close_p(&c->fd);
	return r < 0 ? err_add(err, r, "%s", err_text(NULL, r)) : r;
}

int ctl_client_names(struct buf *body, int (*fn)(void *arg, const char *name), void *arg)
{
	char *name = body->p;

	while (name && *name) {
		char *end = strchr(name, '\n');
		int r;

		if (!end)
			return -EPROTO;
		*end = '\0';
		if (proto_decode_word(name) < 0)
			return -EPROTO;
		r = fn(arg, name);
		if (r != 0)
			return r;
		name = end + 1;
	}
	return 0;
}
