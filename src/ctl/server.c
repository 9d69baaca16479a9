#include "ctl/server.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "proto.h"
#include "serve.h"
#include "sock.h"
#include "spawn.h"

enum { MAX_CONNECTIONS = 16, MAX_STREAMS = 12, MAX_IDLE = 2, STOP_MS = 2000, PAUSE_MS = 100 };

struct connection {
	struct connection *next;   /* foreign; protected by the server's lock */
	struct ctl_server *server; /* foreign */
	int fd;                    /* owned */
	bool is_stream;            /* protected by the server's lock */
};

/*
 * Where a thread that has served one connection sleeps until the next: a command makes several, and to begin and to
 * end a thread costs more than most answers.
 */
struct seat {
	struct cond given; /* `next` is there, or all shall end */
	struct connection *next; /* protected by the server's lock, and so is the next */
	bool taken;
};

struct ctl_server {
	/* immutable */
	struct ctl_server_config config;
	char *path; /* owned */
	int listener;
	int stopper; /* an eventfd: written once, when the accepting thread shall end */
	dev_t dev;   /* of the socket's file, to remove no other */
	ino_t ino;
	pthread_t thread;
	/* their own */
	struct lock lock;
	struct cond ended; /* a connection or a thread is through */
	/* protected by lock */
	struct connection *connections; /* foreign: each belongs to its thread */
	int n_connections;
	int n_threads;
	struct seat seat[MAX_IDLE];
	int n_streams;
	bool stopping;
	pthread_t last;  /* that ended, or is about to; to be joined by the next one that ends */
	bool has_last;
};

/* ---- connections ------------------------------------------------------------------------ */

static int begin_stream(void *arg)
{
	struct connection *c = arg;
	struct ctl_server *s = c->server;
	int r = 0;

	lock_take(&s->lock);
	if (s->stopping)
		r = -ESHUTDOWN;
	else if (s->n_streams == MAX_STREAMS)
		r = -EBUSY;
	else
		c->is_stream = true;
	s->n_streams += r == 0;
	lock_give(&s->lock);
	return r;
}

static int add_connection(struct ctl_server *s, struct connection *c)
{
	int r = 0;

	lock_take(&s->lock);
	if (s->n_connections == MAX_CONNECTIONS) {
		r = -EBUSY;
	} else {
		c->next = s->connections;
		s->connections = c;
		s->n_connections++;
	}
	lock_give(&s->lock);
	return r;
}

/* Out of the list before the descriptor is closed: stopping must not meet its number in other hands. */
static void remove_connection(struct ctl_server *s, struct connection *c)
{
	struct connection **link = &s->connections;

	lock_take(&s->lock);
	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	s->n_streams -= c->is_stream;
	s->n_connections--;
	cond_wake_all(&s->ended);
	lock_give(&s->lock);
}

/* The last that a thread does with the server: once the count is 0, it may be freed. */
static void count_down(struct ctl_server *s)
{
	lock_take(&s->lock);
	s->n_threads--;
	cond_wake_all(&s->ended);
	lock_give(&s->lock);
}

/* The next connection of a thread that has served one; NULL: it shall end. */
static struct connection *wait_for_next(struct ctl_server *s)
{
	struct connection *c = NULL;
	struct seat *seat = NULL;

	lock_take(&s->lock);
	for (int i = 0; i < MAX_IDLE && !seat; i++)
		seat = s->seat[i].taken ? NULL : &s->seat[i];
	if (seat) {
		seat->taken = true;
		while (!seat->next && !s->stopping)
			cond_wait(&seat->given, &s->lock);
		c = seat->next;
		seat->next = NULL;
		seat->taken = false;
	}
	lock_give(&s->lock);
	return c;
}

/* To a thread that sleeps; false: none does, and there is to be one more. */
static bool give_to_idle(struct ctl_server *s, struct connection *c)
{
	struct seat *seat = NULL;

	lock_take(&s->lock);
	for (int i = 0; i < MAX_IDLE && !seat; i++)
		seat = s->seat[i].taken && !s->seat[i].next ? &s->seat[i] : NULL;
	if (seat)
		seat->next = c;
	else
		s->n_threads++;
	lock_give(&s->lock);
	if (seat)
		cond_wake_all(&seat->given);
	return seat;
}

/*
 * Each thread that ends joins the one that ended before it, and who stops the server joins the last: so
 * all are gone then, with what belongs to a thread (a connection to the database).
 */
static void join_last(struct ctl_server *s, bool then_me)
{
	pthread_t last;
	bool has;

	lock_take(&s->lock);
	last = s->last;
	has = s->has_last;
	s->last = pthread_self();
	s->has_last = then_me;
	lock_give(&s->lock);
	if (has)
		pthread_join(last, NULL);
}

static void *run_connections(void *arg)
{
	struct connection *c = arg;
	struct ctl_server *s = c->server;

	do {
		int fd = c->fd;

		serve_connection(&s->config, fd, begin_stream, c);
		remove_connection(s, c);
		close(fd);
		free(c);
		c = wait_for_next(s);
	} while (c);
	join_last(s, true);
	count_down(s);
	return NULL;
}

/* ---- accepting ---------------------------------------------------------------------------- */

/* Once a thread has it, the descriptor is the connection's and *fd is -1. */
static int start_connection(struct ctl_server *s, int *fd)
{
	struct connection *c;
	pthread_t thread;
	int r;

	if (!sock_peer_is_ours(*fd)) {
		log_warning("control socket: a process of another user was turned away");
		return -EACCES;
	}
	c = FAULT("ctl.connection") ? NULL : calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->server = s;
	c->fd = *fd;
	r = add_connection(s, c);
	if (r < 0) {
		free(c);
		return r;
	}
	if (!give_to_idle(s, c))
		r = spawn_thread(run_connections, c, &thread); /* joined by join_last() */
	if (r < 0) {
		remove_connection(s, c);
		free(c);
		count_down(s);
		return r;
	}
	*fd = -1;
	return 0;
}

/* 0, or why no connection could be taken. */
static int accept_one(struct ctl_server *s)
{
	CLEANUP(fsutil_close_p) int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	CLEANUP(buf_release_p) struct buf head = BUF_INIT(PROTO_LINE_BYTES);
	int r;

	if (fd < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0 : -errno;
	r = start_connection(s, &fd);
	if (r < 0) {
		proto_add_error(&head, r, r == -EBUSY ? "too many connections" : err_text(NULL, r));
		/* It fits into the empty socket; if not, the end of file says it too. */
		if (buf_error(&head) == 0 && sock_send(fd, head.p, head.len, 0) < 0)
			log_debug("control socket: a refusal was not delivered");
	}
	return 0;
}

static void *accept_all(void *arg)
{
	struct ctl_server *s = arg;
	struct pollfd p[2] = { { .fd = s->stopper, .events = POLLIN }, { .fd = s->listener, .events = POLLIN } };

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents)
			return NULL;
		/* Out of descriptors: whoever is waiting still is, and poll would return at once. */
		if (accept_one(s) < 0 && poll(p, 1, PAUSE_MS) > 0)
			return NULL;
	}
}

/* ---- life --------------------------------------------------------------------------------- */

static struct ctl_server *free_server(struct ctl_server *s)
{
	fsutil_close_p(&s->listener);
	fsutil_close_p(&s->stopper);
	for (int i = 0; i < MAX_IDLE; i++)
		cond_release(&s->seat[i].given);
	cond_release(&s->ended);
	lock_release(&s->lock);
	free(s->path);
	free(s);
	return NULL;
}

static struct ctl_server *new_server(const struct ctl_server_config *c)
{
	struct ctl_server *s = FAULT("ctl.server") ? NULL : calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->config = *c;
	s->listener = -1;
	s->stopper = -1;
	lock_init(&s->lock, RANK_LEAF);
	cond_init(&s->ended);
	for (int i = 0; i < MAX_IDLE; i++)
		cond_init(&s->seat[i].given);
	if (str_set(&s->path, c->path) < 0)
		return free_server(s);
	s->config.path = s->path;
	return s;
}

static void remove_socket(const struct ctl_server *s)
{
	struct stat st;

	/* Somebody may have put another one there meanwhile: that is his. */
	if (lstat(s->path, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino)
		unlink(s->path);
}

static int make_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	CLEANUP(str_free_p) char *dir = slash && slash != path ? strndup(path, (size_t) (slash - path)) : NULL;

	if (!slash || slash == path)
		return 0;
	return dir ? fsutil_mkdirs(dir, 0700) : -ENOMEM;
}

static int listen_and_start(struct ctl_server *s)
{
	struct stat st;
	int r = make_directory(s->path);

	if (r == 0)
		r = sock_listen(s->path, &s->listener);
	if (r < 0)
		return r;
	if (lstat(s->path, &st) == 0) {
		s->dev = st.st_dev;
		s->ino = st.st_ino;
	}
	s->stopper = eventfd(0, EFD_CLOEXEC);
	r = s->stopper < 0 ? -errno : spawn_thread(accept_all, s, &s->thread);
	if (r < 0)
		remove_socket(s);
	return r;
}

int ctl_server_start(const struct ctl_server_config *c, struct ctl_server **ret, struct err *err)
{
	struct ctl_server *s = new_server(c);
	int r = s ? listen_and_start(s) : -ENOMEM;

	if (r < 0) {
		if (s)
			free_server(s);
		return err_set(err, r, "control socket %s: %s", c->path,
			       r == -EADDRINUSE ? "another spfs serves it" : err_text(NULL, r));
	}
	*ret = s;
	return 0;
}

/* Streams would last for ever; from the others no further request is taken, the present one gets its answer. */
static void shut_down(struct ctl_server *s, bool all)
{
	for (struct connection *c = s->connections; c; c = c->next)
		shutdown(c->fd, all || c->is_stream ? SHUT_RDWR : SHUT_RD);
}

struct ctl_server *ctl_server_stop(struct ctl_server *s)
{
	int64_t deadline = clock_mono_ms() + STOP_MS;
	uint64_t one = 1;

	if (!s)
		return NULL;
	if (write(s->stopper, &one, sizeof(one)) == sizeof(one))
		pthread_join(s->thread, NULL);
	remove_socket(s);
	lock_take(&s->lock);
	s->stopping = true;
	for (int i = 0; i < MAX_IDLE; i++)
		cond_wake_all(&s->seat[i].given);
	shut_down(s, false);
	while (s->n_connections && cond_wait_until(&s->ended, &s->lock, deadline))
		;
	/* Who has not taken his answer by now does not get it. */
	shut_down(s, true);
	while (s->n_threads)
		cond_wait(&s->ended, &s->lock);
	lock_give(&s->lock);
	join_last(s, false);
	return free_server(s);
}
