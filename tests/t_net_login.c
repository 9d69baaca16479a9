/* net/auth.h through net/http.h: what each login method sends, and when it stops. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "net/auth.h"
#include "net/http.h"
#include "t_net_server.h"

#define STR(s) ((char *) (uintptr_t) (s))

struct peer {
	struct net_auth *auth;
	struct net_http *http;
};

static struct peer peer_of(const struct net_account *a)
{
	struct peer p = { 0 };
	struct err err = { 0 };

	if (net_auth_new(a, &p.auth, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(net_http_new(a, p.auth, &p.http), 0);
	return p;
}

static void peer_end(struct peer *p)
{
	net_http_free(p->http);
	net_auth_unref(p->auth);
}

/* A request; its status, or -errno. The server's answer to it is in ret if there is one. */
static int ask_with(struct peer *p, const struct server *s, const char *method, struct net_reply *ret, struct err *err)
{
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d/_vti_bin/Lists.asmx", s->port);
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(10000);
	struct net_sink sink = net_sink_buf(&body);
	struct net_request q = { .method = method, .url = url, .sink = &sink };
	int r;

	if (str_eq(method, "POST")) {
		q.body = "<x/>";
		q.body_len = 4;
	}
	r = net_http_do(p->http, &q, ret, err);
	return r < 0 ? r : ret->status;
}

static int ask(struct peer *p, const struct server *s)
{
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;

	return ask_with(p, s, "POST", &r, NULL);
}

/* ---- a server that takes one header and offers something to all others ------------------- */

struct guard {
	const char *takes;  /* a request with this is let in */
	const char *offers; /* status line and headers for the others */
	const char *page;
	atomic_int tries;   /* requests that carried some login */
	atomic_int bare;    /* GETs without */
	atomic_int bodies;  /* requests with a body and without a login */
};

static enum server_then guard(struct server *s, int fd, const char *request)
{
	struct guard *g = s->arg;
	bool login = strcasestr(request, "\r\nAuthorization:") || strcasestr(request, "\r\nCookie:");

	g->tries += login;
	g->bare += !login && str_starts(request, "GET ");
	g->bodies += !login && str_starts(request, "POST ");
	if (g->takes && strstr(request, g->takes))
		server_answer(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n", "<in/>");
	else
		server_answer(fd, g->offers, g->page ?: "who?");
	return SERVER_KEEP;
}

#define UNAUTHORIZED "HTTP/1.1 401 Unauthorized\r\n"

/* ---- choosing ------------------------------------------------------------------------------ */

struct memory {
	enum net_auth_kind kind;
	int calls;
};

static void remember(void *arg, const char *name, enum net_auth_kind kind)
{
	struct memory *m = arg;

	assert_string_equal(name, "https://site");
	m->kind = kind;
	m->calls++;
}

static void test_auto_asks_once_without_a_body_and_keeps_what_was_accepted(void **state)
{
	struct guard g = { .takes = "Basic YW5uOnJpZ2h0", /* ann:right */
			   .offers = UNAUTHORIZED "WWW-Authenticate: Basic realm=\"x\"\r\n" };
	struct server *s = server_start(guard, &g);
	struct memory m = { 0 };
	struct net_account a = { .auth = NET_AUTH_AUTO, .name = STR("https://site"), .user = STR("ann"),
				 .password = STR("right"), .remember = remember, .remember_arg = &m };
	struct peer p = peer_of(&a), later;

	(void) state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(&p, s), 200);
	assert_int_equal(g.bare, 1);
	assert_int_equal(g.bodies, 0);
	assert_int_equal(s->requests, 4);
	assert_int_equal(m.calls, 1);
	assert_int_equal(m.kind, NET_AUTH_BASIC);

	/* Another day: it is not asked again. */
	a.last = m.kind;
	later = peer_of(&a);
	assert_int_equal(ask(&later, s), 200);
	assert_int_equal(s->requests, 5);
	peer_end(&later);
	peer_end(&p);
	server_stop(s);
}

static void test_auto_without_a_user_loses_no_request(void **state)
{
	struct guard open = { .takes = "POST" }, closed = { .offers = UNAUTHORIZED "WWW-Authenticate: NTLM\r\n" };
	struct server *s = server_start(guard, &open), *t = server_start(guard, &closed);
	struct net_account a = { .auth = NET_AUTH_AUTO };
	struct peer p = peer_of(&a), q = peer_of(&a);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(s->requests, 1);
	assert_int_equal(ask_with(&q, t, "POST", &r, NULL), 401);
	assert_null(r.login);
	assert_int_equal(t->requests, 1);
	peer_end(&p);
	peer_end(&q);
	server_stop(s);
	server_stop(t);
}

/* C.4: a farm offers both, there is no ticket, and curl by itself would not come to NTLM. */
static void test_negotiate_without_a_ticket_gives_way_to_ntlm(void **state)
{
	struct guard g = { .offers = UNAUTHORIZED "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n" };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_AUTO, .user = STR("D\\ann"), .password = STR("x") };
	struct peer p;
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;

	(void) state;
	setenv("KRB5CCNAME", "FILE:/nonexistent/cc", 1);
	p = peer_of(&a);
	assert_int_equal(ask_with(&p, s, "POST", &r, NULL), 401);
	/* Type 1 of [MS-NLMP], with an empty body. */
	assert_non_null(strstr(s->last, "Authorization: NTLM TlRMTVNTUAAB"));
	assert_non_null(strstr(s->last, "Content-Length: 0"));
	assert_string_equal(r.login, "ntlm");
	peer_end(&p);

	a = (struct net_account) { .auth = NET_AUTH_NEGOTIATE };
	p = peer_of(&a);
	net_reply_release(&r);
	assert_int_equal(ask_with(&p, s, "POST", &r, NULL), 401);
	assert_string_equal(r.login, "negotiate");
	assert_non_null(strcasestr(r.gss, "credentials"));
	peer_end(&p);
	server_stop(s);
}

static void test_ntlm_says_what_it_cannot_do(void **state)
{
	struct guard g = { .offers = UNAUTHORIZED "WWW-Authenticate: NTLM\r\n" };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_NTLM, .user = STR("ann"), .password = STR("p\303\244ss") };
	struct peer p = peer_of(&a);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct err err = { 0 };

	(void) state;
	assert_int_equal(ask_with(&p, s, "POST", &r, &err), -EACCES);
	assert_non_null(strstr(err.text, "ASCII"));
	assert_int_equal(s->requests, 0);
	peer_end(&p);
	server_stop(s);
}

/* ---- stopping ------------------------------------------------------------------------------ */

enum { MANY = 8 };

struct hammer {
	struct net_auth *auth;
	const struct net_account *account;
	struct server *server;
};

static void *hammer(void *arg)
{
	const struct hammer *h = arg;
	struct peer p = { .auth = net_auth_ref(h->auth) };

	if (net_http_new(h->account, p.auth, &p.http) < 0)
		return NULL;
	for (int i = 0; i < 25; i++)
		(void) ask(&p, h->server);
	peer_end(&p);
	return NULL;
}

/* F.2: two wrong passwords, not two for each of the threads that want something. */
static void test_eight_sessions_try_a_wrong_password_twice_together(void **state)
{
	struct guard g = { .offers = UNAUTHORIZED "WWW-Authenticate: Basic realm=\"x\"\r\n" };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = STR("ann"), .password = STR("wrong") };
	struct peer p = peer_of(&a);
	struct hammer h = { .auth = p.auth, .account = &a, .server = s };
	pthread_t t[MANY];

	(void) state;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(pthread_create(&t[i], NULL, hammer, &h), 0);
	for (int i = 0; i < MANY; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(g.tries, 2);
	peer_end(&p);
	server_stop(s);
}

static void test_a_refused_password_is_sent_by_no_other_method(void **state)
{
	struct guard g = { .offers = UNAUTHORIZED "WWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm=\"x\"\r\n" };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_AUTO, .user = STR("ann"), .password = STR("wrong") };
	struct peer p = peer_of(&a);
	int tries;

	(void) state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(&p, s), 401);
		assert_non_null(strstr(s->last, "Authorization: NTLM "));
	}
	tries = g.tries; /* type 1 has no password in it; libcurl may send it twice */
	assert_int_equal(ask(&p, s), -EACCES);
	assert_int_equal(g.tries, tries);
	peer_end(&p);
	server_stop(s);
}

struct forgetful {
	int first_fd; /* of the first connection */
	int served;   /* requests on it */
};

/* What a web server does whose connections end their login after a while. */
static enum server_then forget(struct server *s, int fd, const char *request)
{
	struct forgetful *f = s->arg;

	(void) request;
	f->first_fd = f->first_fd ?: fd;
	if (fd == f->first_fd && f->served++ > 0)
		server_answer(fd, UNAUTHORIZED "WWW-Authenticate: NTLM\r\n", "who?");
	else
		server_answer(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n", "<in/>");
	return SERVER_KEEP;
}

/* F.2: once more on a new connection, before the password is doubted. */
static void test_a_connection_that_lost_its_login_is_replaced(void **state)
{
	struct forgetful f = { 0 };
	struct server *s = server_start(forget, &f);
	struct net_account a = { .auth = NET_AUTH_NTLM, .user = STR("ann"), .password = STR("right") };
	struct peer p = peer_of(&a);

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(s->connections, 2);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(s->connections, 2);
	peer_end(&p);
	server_stop(s);
}

/* [MS-WDV] 4.2: what somebody else has checked out is refused with 401; the login was good. */
static bool is_checked_out(const struct net_reply *r)
{
	return net_reply_header(r, "X-MSDAVEXT_Error", NULL) != NULL;
}

static void test_a_401_that_is_an_answer_is_no_refusal(void **state)
{
	struct guard g = { .offers = UNAUTHORIZED "WWW-Authenticate: NTLM\r\nX-MSDAVEXT_Error: 589838; out\r\n" };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = STR("ann"), .password = STR("right") };
	struct peer p = peer_of(&a);

	(void) state;
	for (int i = 0; i < 5; i++) {
		CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d/a.docx", s->port);
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
		struct net_request q = { .method = "PUT", .url = url, .body = "x", .body_len = 1, .is_answer = is_checked_out };

		assert_int_equal(net_http_do(p.http, &q, &r, NULL), 0);
		assert_int_equal(r.status, 401);
	}
	assert_int_equal(s->requests, 5);
	peer_end(&p);
	server_stop(s);
}

/* ---- cookies and tokens ------------------------------------------------------------------------ */

struct command {
	atomic_int runs;
	const char *name;
	const char *answer;
};

static int run(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	struct command *c = arg;

	(void) cancel;
	(void) err;
	assert_string_equal(command, c->name);
	c->runs++;
	return str_set(ret, c->answer);
}

static bool is_html(const struct net_reply *r)
{
	const char *type = net_reply_header(r, "Content-Type", NULL);

	return r->status == 302 || (type && strstr(type, "html"));
}

static void test_a_token_that_ran_out_is_got_again(void **state)
{
	struct guard g = { .takes = "Authorization: Bearer one\r\n",
			   .offers = UNAUTHORIZED "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n" };
	struct server *s = server_start(guard, &g);
	struct command c = { .name = "token", .answer = "one" };
	struct net_account a = { .auth = NET_AUTH_AUTO, .tokencmd = STR("token"), .run = run, .run_arg = &c };
	struct peer p = peer_of(&a);

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(c.runs, 1);
	g.takes = "Authorization: Bearer two\r\n";
	c.answer = "Bearer two";
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(c.runs, 2);
	assert_int_equal(s->requests, 4);
	/* Nothing new: it does not go on for ever. */
	g.takes = NULL;
	for (int i = 0; i < 10; i++)
		(void) ask(&p, s);
	assert_int_equal(s->requests, 6);
	assert_int_equal(ask(&p, s), -EACCES);
	peer_end(&p);
	server_stop(s);
}

/* An expired FedAuth cookie shows as a page with status 200, or as a redirect (C.3, F.3). */
static void test_cookies_are_got_again_when_a_login_page_comes(void **state)
{
	struct guard g = { .takes = "Cookie: FedAuth=1; rtFa=2\r\n", .page = "<html>log in</html>",
			   .offers = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" };
	struct server *s = server_start(guard, &g);
	struct command c = { .name = "cookies", .answer = "Cookie: FedAuth=1; rtFa=2" };
	struct net_account a = { .auth = NET_AUTH_COOKIE, .cookiecmd = STR("cookies"), .run = run, .run_arg = &c,
				 .is_login_page = is_html };
	struct peer p = peer_of(&a);

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(c.runs, 1);
	g.takes = "Cookie: FedAuth=3\r\n";
	c.answer = "FedAuth=3";
	assert_int_equal(ask(&p, s), 200);
	assert_non_null(strstr(s->last, "FedAuth=3"));
	g.takes = "Cookie: FedAuth=4\r\n";
	g.offers = "HTTP/1.1 302 Found\r\nLocation: /_layouts/15/Authenticate.aspx\r\n";
	c.answer = "FedAuth=4";
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(c.runs, 3);

	c.answer = "no cookies";
	g.takes = NULL;
	assert_int_equal(ask(&p, s), -EACCES);
	peer_end(&p);
	server_stop(s);
}

static int run_in_vain(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	atomic_int *runs = arg;

	(void) command;
	(void) cancel;
	(void) ret;
	(*runs)++;
	return err_set(err, -ECHILD, "it failed");
}

/* pinentry of a locked key ring would come up for each list. */
static void test_a_command_that_failed_is_not_run_for_each_request(void **state)
{
	struct guard g = { .offers = UNAUTHORIZED };
	struct server *s = server_start(guard, &g);
	atomic_int runs = 0;
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = STR("ann"), .passcmd = STR("x"), .run = run_in_vain,
				 .run_arg = &runs };
	struct peer p = peer_of(&a);

	(void) state;
	for (int i = 0; i < 5; i++) {
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
		struct err err = { 0 };

		assert_int_equal(ask_with(&p, s, "POST", &r, &err), -ECHILD);
		assert_string_equal(err.text, "passcmd gave no password: it failed");
	}
	assert_int_equal(runs, 1);
	assert_int_equal(net_auth_update(p.auth, &a, NULL), 0);
	assert_int_equal(ask(&p, s), -ECHILD);
	assert_int_equal(runs, 2);
	assert_int_equal(s->requests, 0);
	peer_end(&p);
	server_stop(s);
}

/* ---- traders ----------------------------------------------------------------------------------- */

struct shop {
	atomic_int trades;
	const char *ticket; /* NULL: the password is refused */
	int64_t good_ms;
	bool refused;       /* what the last one was told */
	char challenge[80];
};

static int sell(void *arg, const struct net_trade *t, struct net_ticket *ret, struct err *err)
{
	struct shop *shop = arg;

	shop->trades++;
	shop->refused = t->refused;
	snprintf(shop->challenge, sizeof(shop->challenge), "%s", t->challenge ?: "");
	assert_true(str_starts(t->origin, "http://127.0.0.1:"));
	if (t->account->auth != NET_AUTH_BEARER)
		assert_string_equal(t->secret, "pw");
	if (!shop->ticket)
		return err_set(err, -EACCES, "wrong password");
	ret->good_ms = shop->good_ms;
	return str_set(&ret->text, shop->ticket);
}

static void test_forms_trade_a_password_for_a_cookie(void **state)
{
	struct guard g = { .takes = "Cookie: FedAuth=1\r\n", .page = "<html><input type=\"password\"></html>",
			   .offers = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" };
	struct server *s = server_start(guard, &g);
	struct shop shop = { .ticket = "FedAuth=1" };
	/* auto: the page is what shows that there are forms. */
	struct net_account a = { .auth = NET_AUTH_AUTO, .user = STR("ann"), .password = STR("pw"),
				 .cookies = { sell, &shop }, .is_login_page = is_html };
	struct peer p = peer_of(&a);

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(shop.trades, 1);
	/* It has run out. */
	g.takes = "Cookie: FedAuth=2\r\n";
	shop.ticket = "FedAuth=2";
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(shop.trades, 2);
	assert_true(shop.refused);
	peer_end(&p);

	shop = (struct shop) { 0 };
	p = peer_of(&a);
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(&p, s), -EACCES);
	assert_int_equal(shop.trades, 2);
	peer_end(&p);
	server_stop(s);
}

static void test_a_token_is_refreshed_before_its_end(void **state)
{
	struct guard g = { .takes = "Authorization: Bearer t\r\n", .offers = UNAUTHORIZED };
	struct server *s = server_start(guard, &g);
	struct shop shop = { .ticket = "t", .good_ms = 1 };
	struct net_account a = { .auth = NET_AUTH_BEARER, .token = { sell, &shop } };
	struct peer p = peer_of(&a);
	int short_lived;

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	usleep(5000);
	assert_int_equal(ask(&p, s), 200);
	/* on a busy machine one ends before it is used, and then there is one more */
	short_lived = shop.trades;
	assert_true(short_lived >= 2);
	shop.good_ms = 3600 * 1000;
	usleep(5000);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(shop.trades, short_lived + 1);
	assert_int_equal(g.tries, 4);
	/* Revoked: the next one is told what the server said. */
	g.takes = "Authorization: Bearer u\r\n";
	g.offers = UNAUTHORIZED "WWW-Authenticate: NTLM\r\nWWW-Authenticate: Bearer error=\"insufficient_claims\"\r\n";
	shop.ticket = "u";
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(shop.trades, short_lived + 2);
	assert_true(shop.refused);
	assert_string_equal(shop.challenge, "Bearer error=\"insufficient_claims\"");
	peer_end(&p);
	server_stop(s);
}

/* ---- identities ---------------------------------------------------------------------------------- */

static void test_two_accounts_never_share_a_connection(void **state)
{
	struct guard g = { .takes = "Authorization: Basic ", .offers = UNAUTHORIZED };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = STR("ann"), .password = STR("x") };
	struct net_account b = { .auth = NET_AUTH_BASIC, .user = STR("bob"), .password = STR("x") };
	struct net_account nobody = { .auth = NET_AUTH_NONE };
	struct peer p = peer_of(&a), q = peer_of(&b);

	(void) state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask(&p, s), 200);
		assert_int_equal(ask(&q, s), 200);
	}
	assert_int_equal(s->connections, 2);
	assert_false(net_account_same(&a, &b));

	/* The same session as somebody else, or as nobody: libcurl 7.88 would use a connection that is logged in. */
	assert_int_equal(net_auth_update(p.auth, &b, NULL), 0);
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(s->connections, 3);
	assert_int_equal(net_auth_update(p.auth, &nobody, NULL), 0);
	assert_int_equal(ask(&p, s), 401);
	assert_int_equal(s->connections, 4);
	peer_end(&p);
	peer_end(&q);
	server_stop(s);
}

/* Without a user it is the section of the configuration that tells two apart. */
static void test_which_accounts_are_one_login(void **state)
{
	struct net_account a = { .auth = NET_AUTH_COOKIE, .name = STR("https://h/a") };
	struct net_account b = { .auth = NET_AUTH_COOKIE, .name = STR("https://h/b") };

	(void) state;
	assert_true(net_account_same(&a, &a));
	assert_false(net_account_same(&a, &b));
	a.user = b.user = STR("ann");
	assert_true(net_account_same(&a, &b));
	b.auth = NET_AUTH_BASIC;
	assert_false(net_account_same(&a, &b));
}

/* S3 of the threat model: each kind of secret stays with the host that was registered. */
static enum server_then leads_away(struct server *s, int fd, const char *request)
{
	char head[200];

	(void) request;
	snprintf(head, sizeof(head), "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/steal\r\n", *(int *) s->arg);
	server_answer(fd, head, "");
	return SERVER_KEEP;
}

static void test_no_kind_of_login_follows_a_redirect_to_another_host(void **state)
{
	struct guard g = { .takes = "GET" };
	struct server *thief = server_start(guard, &g), *s = server_start(leads_away, &thief->port);
	struct command c = { .name = "x", .answer = "FedAuth=1" };
	struct shop shop = { .ticket = "FedAuth=1" };
	const enum net_auth_kind kinds[] = { NET_AUTH_NONE, NET_AUTH_BASIC, NET_AUTH_NTLM, NET_AUTH_NEGOTIATE,
					     NET_AUTH_FORMS, NET_AUTH_COOKIE, NET_AUTH_BEARER, NET_AUTH_AUTO };

	(void) state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct net_account a = { .auth = kinds[i], .user = STR("ann"), .password = STR("pw"), .cookiecmd = STR("x"),
					 .tokencmd = STR("x"), .cookies = { sell, &shop }, .run = run, .run_arg = &c };
		struct peer p = peer_of(&a);
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;

		assert_int_equal(ask_with(&p, s, "GET", &r, NULL), 302);
		assert_non_null(r.redirect);
		peer_end(&p);
	}
	assert_int_equal(thief->connections, 0);
	server_stop(s);
	server_stop(thief);
}

/* None of these goes over plain http to another machine. */
static void test_no_secret_crosses_the_network_in_clear(void **state)
{
	struct command c = { .name = "x", .answer = "FedAuth=1" };
	struct shop shop = { .ticket = "FedAuth=1" };
	const enum net_auth_kind kinds[] = { NET_AUTH_BASIC, NET_AUTH_NTLM, NET_AUTH_FORMS, NET_AUTH_COOKIE,
					     NET_AUTH_BEARER };

	(void) state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct net_account a = { .auth = kinds[i], .user = STR("ann"), .password = STR("pw"), .cookiecmd = STR("x"),
					 .tokencmd = STR("x"), .cookies = { sell, &shop }, .run = run, .run_arg = &c };
		struct peer p = peer_of(&a);
		struct net_request q = { .method = "GET", .url = "http://sharepoint.example/" };
		CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
		struct err err = { 0 };

		assert_int_equal(net_http_do(p.http, &q, &r, &err), -EACCES);
		assert_non_null(strstr(err.text, "allow_http"));
		peer_end(&p);
	}
	assert_int_equal(c.runs + shop.trades, 0);
}

static void test_who_holds_a_secret_leaves_no_core_dump(void **state)
{
	struct guard g = { .takes = "Basic ", .offers = UNAUTHORIZED };
	struct server *s = server_start(guard, &g);
	struct net_account a = { .auth = NET_AUTH_BASIC, .user = STR("ann"), .password = STR("x") };
	struct peer p = peer_of(&a);
	struct rlimit core = { 0 };

	(void) state;
	assert_int_equal(ask(&p, s), 200);
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 0);
	assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
	assert_int_equal(core.rlim_cur, 0);
	peer_end(&p);
	server_stop(s);
}

static void test_methods_say_what_they_lack(void **state)
{
	static const struct {
		enum net_auth_kind kind;
		const char *user;
		const char *want;
	} cases[] = {
		{ NET_AUTH_NTLM, NULL, "user" }, { NET_AUTH_NTLM, "ann", "passcmd" }, { NET_AUTH_FORMS, "ann", "forms" },
		{ NET_AUTH_COOKIE, "ann", "cookiecmd" }, { NET_AUTH_BEARER, NULL, "tokencmd" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct net_account a = { .auth = cases[i].kind, .user = STR(cases[i].user) };
		struct net_auth *auth = NULL;
		struct err err = { 0 };

		assert_int_equal(net_auth_new(&a, &auth, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_auto_asks_once_without_a_body_and_keeps_what_was_accepted),
		cmocka_unit_test(test_auto_without_a_user_loses_no_request),
		cmocka_unit_test(test_negotiate_without_a_ticket_gives_way_to_ntlm),
		cmocka_unit_test(test_ntlm_says_what_it_cannot_do),
		cmocka_unit_test(test_eight_sessions_try_a_wrong_password_twice_together),
		cmocka_unit_test(test_a_refused_password_is_sent_by_no_other_method),
		cmocka_unit_test(test_a_connection_that_lost_its_login_is_replaced),
		cmocka_unit_test(test_a_401_that_is_an_answer_is_no_refusal),
		cmocka_unit_test(test_a_token_that_ran_out_is_got_again),
		cmocka_unit_test(test_cookies_are_got_again_when_a_login_page_comes),
		cmocka_unit_test(test_a_command_that_failed_is_not_run_for_each_request),
		cmocka_unit_test(test_forms_trade_a_password_for_a_cookie),
		cmocka_unit_test(test_a_token_is_refreshed_before_its_end),
		cmocka_unit_test(test_two_accounts_never_share_a_connection),
		cmocka_unit_test(test_which_accounts_are_one_login),
		cmocka_unit_test(test_no_kind_of_login_follows_a_redirect_to_another_host),
		cmocka_unit_test(test_no_secret_crosses_the_network_in_clear),
		cmocka_unit_test(test_who_holds_a_secret_leaves_no_core_dump),
		cmocka_unit_test(test_methods_say_what_they_lack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
