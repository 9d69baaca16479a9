/* net/http.h: what a session does with good, slow, broken and hostile servers. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "net/auth.h"
#include "net/http.h"
#include "t_net_server.h"

struct peer {
	struct net_auth *auth;
	struct net_http *http;
};

static struct peer peer_of(const char *user, const char *password)
{
	struct net_account a = {
		.auth = user ? NET_AUTH_BASIC : NET_AUTH_NONE,
		.user = (char *) (uintptr_t) user,
		.password = (char *) (uintptr_t) password,
	};
	struct peer p = { 0 };

	assert_int_equal(net_auth_new(&a, &p.auth, NULL), 0);
	assert_int_equal(net_http_new(&a, p.auth, &p.http), 0);
	return p;
}

static void peer_end(struct peer *p)
{
	net_http_free(p->http);
	net_auth_unref(p->auth);
}

static char *url_of(const struct server *s, const char *path)
{
	char *u = str_printf("http://127.0.0.1:%d%s", s->port, path);

	assert_non_null(u);
	return u;
}

/* A GET with the body in `body`. */
static int get(struct peer *p, const struct server *s, const char *path, struct net_reply *ret, struct buf *body)
{
	CLEANUP(str_free_p) char *url = url_of(s, path);
	struct net_sink sink = net_sink_buf(body);
	struct net_request q = { .method = "GET", .url = url, .sink = &sink, .gzip = true };
	struct err err = { 0 };
	int r = net_http_do(p->http, &q, ret, &err);

	assert_true(r == 0 || err.text[0]);
	return r;
}

static int post(struct peer *p, const struct server *s, const char *path, bool once, struct net_reply *ret)
{
	CLEANUP(str_free_p) char *url = url_of(s, path);
	static const struct net_header h[] = { { "Content-Type", "text/xml; charset=utf-8" } };
	struct net_request q = {
		.method = "POST", .url = url, .headers = h, .n_headers = 1, .body = "<x/>", .body_len = 4, .once = once,
	};

	return net_http_do(p->http, &q, ret, NULL);
}

/* ---- plain answers --------------------------------------------------------- */

static enum server_then plain(struct server *s, int fd, const char *request)
{
	(void) s;
	if (str_starts(request, "GET /missing"))
		server_answer(fd, "HTTP/1.1 404 Not Found\r\n", "gone");
	else
		server_answer(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nX-Two: a\r\nX-Two: b\r\n", "hello");
	return SERVER_KEEP;
}

static void test_status_headers_and_body_arrive_and_the_connection_is_kept(void **state)
{
	struct server *s = server_start(plain, NULL);
	struct peer p = peer_of(NULL, NULL);

	(void) state;
	for (int i = 0; i < 3; i++) {
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
		CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);
		const char *first;

		assert_int_equal(get(&p, s, "/a", &r, &body), 0);
		assert_int_equal(r.status, 200);
		assert_true(r.sent);
		assert_string_equal(buf_str(&body), "hello");
		assert_string_equal(net_reply_header(&r, "content-type", NULL), "text/xml");
		first = net_reply_header(&r, "X-Two", NULL);
		assert_string_equal(first, "a");
		assert_string_equal(net_reply_header(&r, "X-Two", first), "b");
		assert_null(net_reply_header(&r, "X-Three", NULL));
	}
	assert_int_equal(s->connections, 1);
	assert_null(strstr(s->last, "Authorization"));
	peer_end(&p);
	server_stop(s);
}

static void test_an_error_status_is_an_answer(void **state)
{
	struct server *s = server_start(plain, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);

	(void) state;
	assert_int_equal(get(&p, s, "/missing", &r, &body), 0);
	assert_int_equal(r.status, 404);
	assert_string_equal(buf_str(&body), "gone");
	peer_end(&p);
	server_stop(s);
}

static void test_a_post_carries_body_and_headers_and_an_fd_takes_the_answer(void **state)
{
	struct server *s = server_start(plain, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(str_free_p) char *url = url_of(s, "/b");
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(fsutil_close_p) int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct net_header h[] = { { "SOAPAction", "\"x\"" }, { "Content-Type", "text/xml" } };
	struct net_sink sink = net_sink_fd(&fd);
	struct net_request q = { .method = "POST", .url = url, .headers = h, .n_headers = 2,
				 .body = "<abc/>", .body_len = 6, .sink = &sink };
	char text[16] = "";

	(void) state;
	assert_int_equal(net_http_do(p.http, &q, &r, NULL), 0);
	assert_non_null(strstr(s->last, "POST /b HTTP/1.1\r\n"));
	assert_non_null(strstr(s->last, "SOAPAction: \"x\"\r\n"));
	assert_non_null(strstr(s->last, "\r\n\r\n<abc/>"));
	assert_non_null(strstr(s->last, "User-Agent: NONISV|spfs|spfs/"));
	assert_int_equal(pread(fd, text, sizeof(text) - 1, 0), 5);
	assert_string_equal(text, "hello");

	h[0].value = "a\r\nAuthorization: stolen";
	assert_int_equal(net_http_do(p.http, &q, &r, NULL), -EINVAL);
	peer_end(&p);
	server_stop(s);
}

/* ---- redirects --------------------------------------------------------------- */

static enum server_then redirecting(struct server *s, int fd, const char *request)
{
	const int *other = s->arg;
	char head[200];

	if (strstr(request, " /loop "))
		server_answer(fd, "HTTP/1.1 302 Found\r\nLocation: /loop\r\n", "no");
	else if (strstr(request, " /here "))
		server_answer(fd, "HTTP/1.1 301 Moved\r\nLocation: /target\r\n", "not this");
	else if (strstr(request, " /away ")) {
		snprintf(head, sizeof(head), "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/steal\r\n", *other);
		server_answer(fd, head, "not this");
	} else
		server_answer(fd, "HTTP/1.1 200 OK\r\n", "target");
	return SERVER_KEEP;
}

static void test_a_get_follows_within_the_origin(void **state)
{
	struct server *s = server_start(redirecting, NULL);
	struct peer p = peer_of("ann", "secret");
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);

	(void) state;
	assert_int_equal(get(&p, s, "/here", &r, &body), 0);
	assert_int_equal(r.status, 200);
	assert_string_equal(buf_str(&body), "target");

	assert_int_equal(get(&p, s, "/loop", &r, &body), 0);
	assert_int_equal(r.status, 302);
	assert_int_equal(s->requests, 2 + 4); /* three redirects were followed */
	peer_end(&p);
	server_stop(s);
}

/* Nothing goes to a host that the user did not register: not the request, let alone the password. */
static void test_another_origin_is_never_visited(void **state)
{
	struct server *thief = server_start(plain, NULL);
	struct server *s = server_start(redirecting, &thief->port);
	struct peer p = peer_of("ann", "secret");
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);
	CLEANUP(str_free_p) char *where = url_of(thief, "/steal");

	(void) state;
	assert_int_equal(get(&p, s, "/away", &r, &body), 0);
	assert_int_equal(r.status, 302);
	assert_string_equal(r.redirect, where);
	assert_int_equal(body.len, 0);
	assert_non_null(strstr(s->last, "Authorization: Basic YW5uOnNlY3JldA=="));
	assert_int_equal(thief->connections, 0);
	peer_end(&p);
	server_stop(s);
	server_stop(thief);
}

static void test_a_post_follows_nothing(void **state)
{
	struct server *s = server_start(redirecting, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(str_free_p) char *target = url_of(s, "/target");

	(void) state;
	assert_int_equal(post(&p, s, "/here", false, &r), 0);
	assert_int_equal(r.status, 301);
	assert_string_equal(r.redirect, target);
	assert_int_equal(s->requests, 1);
	peer_end(&p);
	server_stop(s);
}

/* ---- logins --------------------------------------------------------------------- */

static enum server_then guarded(struct server *s, int fd, const char *request)
{
	const char *accepted = s->arg;

	if (strstr(request, accepted))
		server_answer(fd, "HTTP/1.1 200 OK\r\n", "in");
	else
		server_answer(fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n"
				  "WWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\n", "who?");
	return SERVER_KEEP;
}

static void test_a_wrong_password_is_tried_twice_and_then_not_for_a_while(void **state)
{
	struct server *s = server_start(guarded, (char *) (uintptr_t) "Basic YW5uOnJpZ2h0"); /* ann:right */
	struct peer p = peer_of("ann", "wrong");
	struct peer q = { .auth = net_auth_ref(p.auth) }; /* another thread's session of the same account */
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = (char *) (uintptr_t) "ann",
				 .password = (char *) (uintptr_t) "right" };
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);
	CLEANUP(buf_release_p) struct buf offers = BUF_INIT(100);

	(void) state;
	assert_int_equal(net_http_new(&a, q.auth, &q.http), 0);
	assert_int_equal(get(&p, s, "/", &r, &body), 0);
	assert_int_equal(r.status, 401);
	assert_int_equal(body.len, 0);
	net_reply_offers(&r, &offers);
	assert_string_equal(buf_str(&offers), "Negotiate, NTLM, Basic");
	assert_int_equal(get(&q, s, "/", &r, &body), 0);
	assert_int_equal(r.status, 401);
	assert_int_equal(get(&p, s, "/", &r, &body), -EACCES);
	assert_int_equal(get(&q, s, "/", &r, &body), -EACCES);
	assert_int_equal(s->requests, 2);

	/* spfs login */
	assert_int_equal(net_auth_update(p.auth, &a, NULL), 0);
	assert_int_equal(get(&p, s, "/", &r, &body), 0);
	assert_int_equal(r.status, 200);
	peer_end(&q);
	peer_end(&p);
	server_stop(s);
}

struct passcmd {
	atomic_int runs;
	const char *answer;
};

static int fake_run(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	struct passcmd *c = arg;

	(void) cancel;
	(void) err;
	assert_string_equal(command, "ask");
	c->runs++;
	*ret = strdup(c->answer);
	return *ret ? 0 : -ENOMEM;
}

static void test_passcmd_runs_once_and_again_when_its_answer_was_refused(void **state)
{
	struct server *s = server_start(guarded, (char *) (uintptr_t) "Basic YW5uOnJpZ2h0");
	struct passcmd c = { .answer = "right" };
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = (char *) (uintptr_t) "ann",
				 .passcmd = (char *) (uintptr_t) "ask", .run = fake_run, .run_arg = &c };
	struct peer p = { 0 };
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);

	(void) state;
	assert_int_equal(net_auth_new(&a, &p.auth, NULL), 0);
	assert_int_equal(net_http_new(&a, p.auth, &p.http), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(get(&p, s, "/", &r, &body), 0);
		assert_int_equal(r.status, 200);
	}
	assert_int_equal(c.runs, 1);

	/* The password was changed, there and in the user's store. */
	s->arg = (char *) (uintptr_t) "Basic YW5uOm5ldw=="; /* ann:new */
	c.answer = "new";
	assert_int_equal(get(&p, s, "/", &r, &body), 0);
	assert_int_equal(r.status, 200);
	assert_int_equal(c.runs, 2);

	/* Changed there only: the same answer is not sent a second time. */
	s->arg = (char *) (uintptr_t) "Basic bm8=";
	s->requests = 0;
	assert_int_equal(get(&p, s, "/", &r, &body), 0);
	assert_int_equal(r.status, 401);
	assert_int_equal(s->requests, 1);
	peer_end(&p);
	server_stop(s);
}

static int slow_run(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	usleep(200000);
	return fake_run(arg, command, cancel, ret, err);
}

struct user {
	struct peer peer;
	struct server *server;
	int status;
};

static void *get_once(void *arg)
{
	struct user *u = arg;
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(100);

	if (get(&u->peer, u->server, "/", &r, &body) == 0)
		u->status = r.status;
	return NULL;
}

static void test_threads_wait_for_one_passcmd(void **state)
{
	struct server *s = server_start(guarded, (char *) (uintptr_t) "Basic YW5uOnJpZ2h0");
	struct passcmd c = { .answer = "right" };
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = (char *) (uintptr_t) "ann",
				 .passcmd = (char *) (uintptr_t) "ask", .run = slow_run, .run_arg = &c };
	struct net_auth *auth = NULL;
	struct user users[3] = { 0 };
	pthread_t t[3];

	(void) state;
	assert_int_equal(net_auth_new(&a, &auth, NULL), 0);
	for (int i = 0; i < 3; i++) {
		users[i].server = s;
		assert_int_equal(net_http_new(&a, auth, &users[i].peer.http), 0);
		assert_int_equal(pthread_create(&t[i], NULL, get_once, &users[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(users[i].status, 200);
		net_http_free(users[i].peer.http);
	}
	assert_int_equal(c.runs, 1);
	assert_int_equal(s->connections, 3); /* each session has a pool of its own */
	net_auth_unref(auth);
	server_stop(s);
}

static void test_a_password_does_not_cross_the_network_in_clear(void **state)
{
	struct peer p = peer_of("ann", "secret");
	struct net_request q = { .method = "GET", .url = "http://sharepoint.example/" };
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct err err = { 0 };

	(void) state;
	assert_int_equal(net_http_do(p.http, &q, &r, &err), -EACCES);
	assert_false(r.sent);
	assert_non_null(strstr(err.text, "https"));
	/* A name that only looks like this machine. */
	q.url = "http://127.0.0.1.example/";
	assert_int_equal(net_http_do(p.http, &q, &r, &err), -EACCES);
	peer_end(&p);
}

static void test_accounts_are_checked_when_they_are_made(void **state)
{
	struct net_account a = { .auth = NET_AUTH_BASIC };
	struct net_auth *auth = NULL;
	enum net_auth_kind kind;
	struct err err = { 0 };

	(void) state;
	assert_int_equal(net_auth_new(&a, &auth, &err), -EINVAL);
	assert_non_null(strstr(err.text, "user"));
	a.user = (char *) (uintptr_t) "ann:x";
	assert_int_equal(net_auth_new(&a, &auth, &err), -EINVAL);
	a.user = (char *) (uintptr_t) "ann";
	assert_int_equal(net_auth_new(&a, &auth, &err), -EINVAL);
	assert_non_null(strstr(err.text, "passcmd"));
	assert_int_equal(net_auth_parse("Basic", &kind), 0);
	assert_int_equal(kind, NET_AUTH_BASIC);
	assert_string_equal(net_auth_name(NET_AUTH_NONE), "none");
	assert_int_equal(net_auth_parse("any", &kind), -EINVAL);
}

/* ---- what goes wrong on the way ---------------------------------------------------- */

static void test_nobody_listens(void **state)
{
	struct server gone = { 0 };
	struct server *s = server_start(plain, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct net_request bad = { .method = "GET", .url = "ftp://127.0.0.1/" };

	(void) state;
	gone.port = s->port;
	server_stop(s);
	assert_int_equal(post(&p, &gone, "/", true, &r), -ENOTCONN);
	assert_false(r.sent);
	assert_int_equal(r.status, 0);
	assert_int_equal(net_http_do(p.http, &bad, &r, NULL), -EINVAL);
	peer_end(&p);
}

static enum server_then broken(struct server *s, int fd, const char *request)
{
	(void) s;
	if (strstr(request, " /cut "))
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it");
	else if (strstr(request, " /headers "))
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-");
	else if (strstr(request, " /chunks "))
		server_say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
	else if (strstr(request, " /noise "))
		server_say(fd, "220 mail.example ESMTP\r\n");
	else if (strstr(request, " /badzip "))
		server_answer(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", "not compressed");
	return SERVER_CLOSE;
}

static void test_a_broken_answer_may_have_been_carried_out(void **state)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{ "/cut", -EPIPE }, { "/headers", -EPIPE }, { "/chunks", -EPIPE }, { "/nothing", -EPIPE },
		{ "/noise", -EPROTO }, { "/badzip", -EBADMSG },
	};
	struct server *s = server_start(broken, NULL);
	struct peer p = peer_of(NULL, NULL);

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
		CLEANUP(buf_release_p) struct buf body = BUF_INIT(1000);
		int got = get(&p, s, cases[i].path, &r, &body);

		if (got != cases[i].r)
			print_error("%s: %d\n", cases[i].path, got);
		assert_int_equal(got, cases[i].r);
		assert_true(r.sent);
	}
	peer_end(&p);
	server_stop(s);
}

/* The second request on a connection is read and then dropped without a word. */
static enum server_then drops_second(struct server *s, int fd, const char *request)
{
	(void) request;
	if (s->requests == 2)
		return SERVER_CLOSE;
	server_answer(fd, "HTTP/1.1 200 OK\r\n", "ok");
	return SERVER_KEEP;
}

static void test_a_change_is_not_sent_twice_when_a_kept_connection_dies(void **state)
{
	(void) state;
	for (int once = 0; once < 2; once++) {
		struct server *s = server_start(drops_second, NULL);
		struct peer p = peer_of(NULL, NULL);
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;

		assert_int_equal(post(&p, s, "/", once, &r), 0);
		assert_int_equal(post(&p, s, "/", once, &r), once ? -EPIPE : 0);
		assert_true(r.sent);
		assert_int_equal(s->requests, once ? 2 : 3);
		/* And the session goes on. */
		assert_int_equal(post(&p, s, "/", once, &r), 0);
		assert_int_equal(r.status, 200);
		peer_end(&p);
		server_stop(s);
	}
}

static enum server_then silent(struct server *s, int fd, const char *request)
{
	(void) s;
	if (strstr(request, " /begins "))
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
	return SERVER_KEEP;
}

static void test_a_silent_server_ends_at_the_deadline(void **state)
{
	struct server *s = server_start(silent, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(str_free_p) char *never = url_of(s, "/never");
	CLEANUP(str_free_p) char *begins = url_of(s, "/begins");
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct net_request q = { .method = "GET", .url = never, .timeouts = { .first_byte_ms = 300, .stall_ms = 60000 } };
	int64_t start = clock_mono_ms();

	(void) state;
	assert_int_equal(net_http_do(p.http, &q, &r, NULL), -ETIMEDOUT);
	assert_true(r.sent);
	q.url = begins;
	q.timeouts = (struct net_timeouts) { .first_byte_ms = 60000, .stall_ms = 300 };
	assert_int_equal(net_http_do(p.http, &q, &r, NULL), -ETIMEDOUT);
	assert_true(clock_mono_ms() - start < 50000);
	peer_end(&p);
	server_stop(s);
}

static void *raise_flag(void *arg)
{
	usleep(200000);
	atomic_store((atomic_int *) arg, 1);
	return NULL;
}

static void test_a_cancel_is_seen_soon(void **state)
{
	struct server *s = server_start(silent, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(str_free_p) char *url = url_of(s, "/never");
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	atomic_int cancel = 0;
	struct net_request q = { .method = "GET", .url = url, .cancel = &cancel };
	int64_t start = clock_mono_ms();
	pthread_t t;

	(void) state;
	assert_int_equal(pthread_create(&t, NULL, raise_flag, &cancel), 0);
	assert_int_equal(net_http_do(p.http, &q, &r, NULL), -ECANCELED);
	pthread_join(t, NULL);
	assert_true(clock_mono_ms() - start < 20000);
	assert_true(r.sent);
	peer_end(&p);
	server_stop(s);
}

/* ---- ceilings ------------------------------------------------------------------------- */

static enum server_then huge(struct server *s, int fd, const char *request)
{
	/* printf 'x%.0s' $(seq 1 10000) | gzip -9n: 45 bytes that become 10,000 */
	static const unsigned char bomb[] = {
		0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xed, 0xc1, 0x01, 0x0d, 0x00,
		0x00, 0x00, 0xc2, 0xa0, 0xda, 0x8f, 0x6f, 0x0e, 0x37, 0xa0, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0xe0, 0xdf, 0x00, 0xa3, 0xa4, 0x55, 0x0d, 0x10, 0x27, 0x00, 0x00,
	};
	char line[1024];

	(void) s;
	if (strstr(request, " /headers ")) {
		memset(line, 'x', sizeof(line));
		memcpy(line, "X-Filler: ", 10);
		memcpy(line + sizeof(line) - 2, "\r\n", 2);
		server_say(fd, "HTTP/1.1 200 OK\r\n");
		for (int i = 0; i < 300; i++)
			server_send(fd, line, sizeof(line));
		server_say(fd, "Content-Length: 0\r\n\r\n");
	} else if (strstr(request, " /zip ")) {
		snprintf(line, sizeof(line), "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
			 sizeof(bomb));
		server_say(fd, line);
		server_send(fd, (const char *) bomb, sizeof(bomb));
	} else {
		server_say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		memset(line, 'x', sizeof(line));
		for (int i = 0; i < 100; i++)
			server_send(fd, line, sizeof(line));
	}
	return SERVER_CLOSE;
}

static int get_limited(struct peer *p, const struct server *s, const char *path, int64_t max)
{
	CLEANUP(str_free_p) char *url = url_of(s, path);
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1 << 20);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct net_sink sink = net_sink_buf(&body);
	struct net_request q = { .method = "GET", .url = url, .sink = &sink, .max_body = max, .gzip = true };

	return net_http_do(p->http, &q, &r, NULL);
}

static void test_what_a_server_sends_has_ceilings(void **state)
{
	struct server *s = server_start(huge, NULL);
	struct peer p = peer_of(NULL, NULL);

	(void) state;
	assert_int_equal(get_limited(&p, s, "/headers", 1000), -EFBIG);
	assert_int_equal(get_limited(&p, s, "/body", 100 * 1024 - 1), -EFBIG);
	assert_int_equal(get_limited(&p, s, "/body", 100 * 1024), 0);
	/* Counted after decompression. */
	assert_int_equal(get_limited(&p, s, "/zip", 9999), -EFBIG);
	assert_int_equal(get_limited(&p, s, "/zip", 10000), 0);
	peer_end(&p);
	server_stop(s);
}

static int refuse_begin(void *arg, const struct net_reply *r)
{
	(void) arg;
	assert_int_equal(r->status, 200);
	return -ENOSPC;
}

static void test_the_sink_can_end_a_request(void **state)
{
	struct server *s = server_start(plain, NULL);
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(str_free_p) char *url = url_of(s, "/");
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct net_sink sink = { .begin = refuse_begin };
	struct net_request q = { .method = "GET", .url = url, .sink = &sink };

	(void) state;
	assert_int_equal(net_http_do(p.http, &q, &r, NULL), -ENOSPC);
	peer_end(&p);
	server_stop(s);
}

/* ---- the pieces that a sink gets --------------------------------------------------------- */

enum { LONG = 3 * 1024 * 1024 + 7 };

struct taken {
	size_t n;
	bool wrong;
	atomic_int seen; /* something came */
	int refuse;      /* an answer to what comes after 1 MiB */
};

static char nth(size_t i)
{
	return (char) (i % 251);
}

static int take(void *arg, const void *p, size_t n)
{
	struct taken *t = arg;

	for (size_t i = 0; i < n; i++)
		t->wrong |= ((const char *) p)[i] != nth(t->n + i);
	t->n += n;
	atomic_store(&t->seen, 1);
	return t->n > 1024 * 1024 ? t->refuse : 0;
}

static enum server_then lengthy(struct server *s, int fd, const char *request)
{
	char line[128], *all = malloc(LONG);

	(void) s;
	for (size_t i = 0; i < LONG; i++)
		all[i] = nth(i);
	snprintf(line, sizeof(line), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", (int) LONG);
	server_say(fd, line);
	server_send(fd, all, strstr(request, " /begins ") ? 5 : LONG);
	free(all);
	return SERVER_KEEP;
}

static int take_from(struct server *s, const char *path, struct taken *t, const atomic_int *cancel)
{
	struct peer p = peer_of(NULL, NULL);
	CLEANUP(str_free_p) char *url = url_of(s, path);
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	const struct net_sink sink = { .write = take, .arg = t };
	struct net_request q = { .method = "GET", .url = url, .sink = &sink, .cancel = cancel };
	int r = net_http_do(p.http, &q, &reply, NULL);

	peer_end(&p);
	return r;
}

static void test_a_sink_gets_all_of_a_long_body_in_order(void **state)
{
	struct server *s = server_start(lengthy, NULL);
	struct taken all = { 0 }, refused = { .refuse = -ENOSPC };

	(void) state;
	assert_int_equal(take_from(s, "/", &all, NULL), 0);
	assert_int_equal(all.n, LONG);
	assert_false(all.wrong);
	assert_int_equal(take_from(s, "/", &refused, NULL), -ENOSPC);
	assert_false(refused.wrong);
	server_stop(s);
}

/* A reader waits for it, however long the rest takes: the request is given up by the first piece, and ends for nothing else. */
static void test_a_sink_gets_what_has_come_while_the_rest_does_not_come(void **state)
{
	struct server *s = server_start(lengthy, NULL);
	struct taken t = { 0 };

	(void) state;
	assert_int_equal(take_from(s, "/begins", &t, &t.seen), -ECANCELED);
	assert_int_equal(t.n, 5);
	assert_false(t.wrong);
	server_stop(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_headers_and_body_arrive_and_the_connection_is_kept),
		cmocka_unit_test(test_an_error_status_is_an_answer),
		cmocka_unit_test(test_a_post_carries_body_and_headers_and_an_fd_takes_the_answer),
		cmocka_unit_test(test_a_get_follows_within_the_origin),
		cmocka_unit_test(test_another_origin_is_never_visited),
		cmocka_unit_test(test_a_post_follows_nothing),
		cmocka_unit_test(test_a_wrong_password_is_tried_twice_and_then_not_for_a_while),
		cmocka_unit_test(test_passcmd_runs_once_and_again_when_its_answer_was_refused),
		cmocka_unit_test(test_threads_wait_for_one_passcmd),
		cmocka_unit_test(test_a_password_does_not_cross_the_network_in_clear),
		cmocka_unit_test(test_accounts_are_checked_when_they_are_made),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_a_broken_answer_may_have_been_carried_out),
		cmocka_unit_test(test_a_change_is_not_sent_twice_when_a_kept_connection_dies),
		cmocka_unit_test(test_a_silent_server_ends_at_the_deadline),
		cmocka_unit_test(test_a_cancel_is_seen_soon),
		cmocka_unit_test(test_what_a_server_sends_has_ceilings),
		cmocka_unit_test(test_the_sink_can_end_a_request),
		cmocka_unit_test(test_a_sink_gets_all_of_a_long_body_in_order),
		cmocka_unit_test(test_a_sink_gets_what_has_come_while_the_rest_does_not_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
