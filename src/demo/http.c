#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/uri.h"

/* The only file that sees libmicrohttpd. */

struct http {
	struct MHD_Daemon *daemon; /* owned */
	http_handler handler;
	const struct http_spool *spool; /* foreign */
	void *arg; /* foreign */
	int port;
};

struct http_peer {
	struct MHD_Connection *connection; /* foreign */
};

/* One request while it comes in; made when its first line is there. */
struct exchange {
	char *target; /* owned: as the client wrote it */
	struct buf body;
	bool begun;
	bool too_big;
	bool spooled;
	int64_t at;   /* of the place, when spooled */
	uint64_t got; /* bytes written there */
	void (*after)(void *arg);
	void *after_arg;
};

static void *begin_exchange(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = calloc(1, sizeof(*x));

	(void) arg, (void) connection;
	if (!x)
		return NULL;
	x->body = (struct buf) BUF_INIT(HTTP_BODY_MAX);
	x->target = strdup(target);
	return x;
}

static void end_exchange(void *arg, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void) arg, (void) connection, (void) code;
	if (!x)
		return;
	if (x->after)
		x->after(x->after_arg);
	free(x->target);
	buf_release(&x->body);
	free(x);
	*state = NULL;
}

const char *http_header(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->peer->connection, MHD_HEADER_KIND, name);
}

void http_set_header(struct http_reply *rp, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (rp->n_headers >= HTTP_HEADERS)
		return;
	rp->header[rp->n_headers].name = name;
	va_start(ap, fmt);
	vsnprintf(rp->header[rp->n_headers++].value, sizeof(rp->header[0].value), fmt, ap);
	va_end(ap);
}

void http_set_type(struct http_reply *rp, const char *type)
{
	snprintf(rp->type, sizeof(rp->type), "%s", type);
}

static bool is_loopback(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (!info || !info->client_addr)
		return false;
	if (info->client_addr->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const void *) info->client_addr;

		return ntohl(a->sin_addr.s_addr) >> 24 == 127;
	}
	return info->client_addr->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *) (const void *) info->client_addr)->sin6_addr);
}

/* A body that is read piece by piece; it may end before its Content-Length does: the connection breaks there. */
struct pieces {
	struct buf body;
	int file; /* owned; < 0: it is in body */
	int64_t at;
	uint64_t end;
};

static ssize_t read_piece(void *arg, uint64_t pos, char *out, size_t max)
{
	const struct pieces *b = arg;
	uint64_t n = pos < b->end ? b->end - pos : 0;
	ssize_t done;

	if (!n)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = n < max ? n : max;
	if (b->file < 0) {
		memcpy(out, b->body.p + pos, n);
		return (ssize_t) n;
	}
	done = pread(b->file, out, n, b->at + (int64_t) pos);
	return done > 0 ? done : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_pieces(void *arg)
{
	struct pieces *b = arg;

	buf_release(&b->body);
	fsutil_close_p(&b->file);
	free(b);
}

static struct MHD_Response *cut_response(struct http_reply *rp)
{
	struct pieces *b = calloc(1, sizeof(*b));
	uint64_t len = rp->file < 0 ? rp->body.len : (uint64_t) rp->file_size;
	struct MHD_Response *r;

	if (!b)
		return NULL;
	b->file = rp->file < 0 ? -1 : dup(rp->file);
	b->at = rp->file_at;
	b->body = rp->body;
	b->end = (uint64_t) rp->cut < len ? (uint64_t) rp->cut : len;
	rp->body = (struct buf) BUF_INIT(HTTP_REPLY_MAX);
	r = MHD_create_response_from_callback(len, 65536, read_piece, b, free_pieces);
	if (!r)
		free_pieces(b);
	return r;
}

static struct MHD_Response *file_response(const struct http_reply *rp)
{
	int fd = fcntl(rp->file, F_DUPFD_CLOEXEC, 0);
	struct MHD_Response *r = NULL;

	if (fd >= 0)
		r = MHD_create_response_from_fd_at_offset64((uint64_t) rp->file_size, fd, (uint64_t) rp->file_at);
	if (!r)
		fsutil_close_p(&fd);
	return r;
}

static struct MHD_Response *whole_response(struct http_reply *rp)
{
	size_t len = rp->body.len;
	char *body = buf_take(&rp->body);
	struct MHD_Response *r = body ? MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE) : NULL;

	if (!r)
		free(body);
	return r;
}

static struct MHD_Response *make_response(struct http_reply *rp)
{
	bool has_file = rp->file >= 0 && rp->file_size > 0;

	if (rp->cut >= 0 && (rp->body.len || has_file))
		return cut_response(rp);
	return has_file ? file_response(rp) : whole_response(rp);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct http_reply *rp)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (rp->silent)
		return MHD_NO;
	response = make_response(rp);
	if (!response)
		return MHD_NO;
	if (*rp->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, rp->type);
	for (size_t i = 0; i < rp->n_headers; i++)
		MHD_add_response_header(response, rp->header[i].name, rp->header[i].value);
	result = MHD_queue_response(connection, (unsigned) rp->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Splits the target into a decoded path and the raw query. */
static bool split_target(struct exchange *x, struct http_request *rq)
{
	char *query = strchr(x->target, '?');

	if (query)
		*query++ = '\0';
	rq->path = x->target;
	rq->query = query;
	return x->target[0] == '/' && uri_decode(x->target);
}

static enum MHD_Result handle(struct http *h, struct exchange *x, struct MHD_Connection *connection,
			      const char *method)
{
	struct http_peer peer = { connection };
	struct http_request rq = { .method = method, .peer = &peer, .body = buf_str(&x->body),
				   .body_len = x->spooled ? x->got : x->body.len, .too_big = x->too_big,
				   .spooled = x->spooled, .spool_at = x->at, .loopback = is_loopback(connection) };
	struct http_reply rp = { .status = 200, .body = BUF_INIT(HTTP_REPLY_MAX), .file = -1, .cut = -1 };
	enum MHD_Result result;

	if (split_target(x, &rq))
		h->handler(h->arg, &rq, &rp);
	else
		rp.status = 400;
	x->after = rp.after;
	x->after_arg = rp.after_arg;
	result = send_reply(connection, &rp);
	buf_release(&rp.body);
	return result;
}

/* The header is there. Documents go where they will stay; all else comes into memory. */
static void begin_body(struct http *h, struct exchange *x, struct MHD_Connection *connection, const char *method)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	int64_t n;

	x->begun = true;
	if (strcmp(method, "PUT") != 0 || !length || str_to_i64(length, &n) < 0 || n < 0)
		return;
	x->at = h->spool->take(h->arg, (uint64_t) n);
	x->spooled = x->at >= 0;
	x->too_big = x->at < 0;
}

static void take_body(struct http *h, struct exchange *x, const char *data, size_t n)
{
	int r = 0;

	if (x->too_big)
		return;
	if (x->spooled)
		r = h->spool->write(h->arg, x->at + (int64_t) x->got, data, n);
	else
		r = buf_add(&x->body, data, n);
	x->got += n;
	if (r < 0) {
		x->too_big = true;
		buf_release(&x->body);
	}
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *data, size_t *n, void **state)
{
	struct exchange *x = *state;

	(void) url, (void) version;
	if (!x || !x->target)
		return MHD_NO;
	if (!x->begun) { /* libmicrohttpd sends 100 Continue if that is wanted */
		begin_body(arg, x, connection, method);
		return MHD_YES;
	}
	if (*n) {
		take_body(arg, x, data, *n);
		*n = 0;
		return MHD_YES;
	}
	return handle(arg, x, connection, method);
}

static int fill_address(const char *addr, int port, struct sockaddr_storage *ret, socklen_t *ret_n)
{
	struct sockaddr_in *a4 = (struct sockaddr_in *) ret;
	struct sockaddr_in6 *a6 = (struct sockaddr_in6 *) ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, addr, &a4->sin_addr) == 1) {
		a4->sin_family = AF_INET;
		a4->sin_port = htons((uint16_t) port);
		*ret_n = sizeof(*a4);
		return 0;
	}
	if (inet_pton(AF_INET6, addr, &a6->sin6_addr) != 1)
		return -EINVAL;
	a6->sin6_family = AF_INET6;
	a6->sin6_port = htons((uint16_t) port);
	*ret_n = sizeof(*a6);
	return 0;
}

/* Listens, and tells the port, which the system chose when it was 0. */
static int listen_on(const char *addr, int port, int *ret_fd, int *ret_port)
{
	struct sockaddr_storage a;
	socklen_t n;
	int on = 1;
	int r = fill_address(addr, port, &a, &n);
	CLEANUP(fsutil_close_p) int fd = r < 0 ? -1 : socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (r < 0)
		return r;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *) &a, n) < 0 || listen(fd, 1024) < 0 ||
	    getsockname(fd, (struct sockaddr *) &a, &n) < 0)
		return -errno;
	*ret_port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *) &a)->sin_port
						 : ((struct sockaddr_in6 *) &a)->sin6_port);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static void ignore_log(void *arg, const char *fmt, va_list ap)
{
	(void) arg, (void) fmt, (void) ap;
}

int http_start(const char *addr, int port, http_handler handler, const struct http_spool *spool, void *arg,
	       struct http **ret)
{
	struct http *h = calloc(1, sizeof(*h));
	int fd = -1;
	int r = h ? listen_on(addr, port, &fd, &h->port) : -ENOMEM;

	if (r < 0) {
		free(h);
		return r;
	}
	h->handler = handler;
	h->spool = spool;
	h->arg = arg;
	h->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
					     MHD_USE_ERROR_LOG | MHD_USE_ITC,
				     0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET, fd,
				     MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL, MHD_OPTION_URI_LOG_CALLBACK,
				     begin_exchange, NULL, MHD_OPTION_NOTIFY_COMPLETED, end_exchange, NULL,
				     MHD_OPTION_THREAD_STACK_SIZE, (size_t) 1 << 20, MHD_OPTION_CONNECTION_LIMIT, 4096u,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) 64 << 10, MHD_OPTION_END);
	if (!h->daemon) {
		close(fd);
		free(h);
		return -EIO;
	}
	*ret = h;
	return 0;
}

int http_port(const struct http *h)
{
	return h->port;
}

struct http *http_stop(struct http *h)
{
	if (!h)
		return NULL;
	MHD_stop_daemon(h->daemon);
	free(h);
	return NULL;
}
