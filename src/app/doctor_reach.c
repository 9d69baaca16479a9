/* As far as nobody has to know who we are: names, connections, TLS, and the first answer. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "base/uri.h"
#include "cli/cli.h"
#include "net/auth.h"
#include "net/http.h"
#include "accounts.h"
#include "doctor.h"
#include "doctor_int.h"
#include "session.h"

enum { CONNECT_MS = 5000, FIRST_BYTE_MS = 60000, URL_MAX = 32768, SKEW_SECONDS = 300, BODY_MAX = 1 << 20 };

/* ---- name and connection ------------------------------------------------------------------ */

static const char *proxy_for(const struct uri *u)
{
	const char *all = getenv("all_proxy") ?: getenv("ALL_PROXY");
	const char *https = getenv("https_proxy") ?: getenv("HTTPS_PROXY");
	const char *one = str_eq(u->scheme, "https") ? https : getenv("http_proxy");
	const char *proxy = str_empty(one) ? all : one;

	return str_empty(proxy) ? NULL : proxy;
}

static int connect_within(const struct addrinfo *a, int ms)
{
	CLEANUP(fsutil_close_p) int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int e = 0;
	socklen_t n = sizeof(e);

	if (fd < 0)
		return -errno;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	if (poll(&p, 1, ms) != 1)
		return -ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0 ? -errno : -e;
}

static void numeric(const struct addrinfo *a, char out[NI_MAXHOST])
{
	if (getnameinfo(a->ai_addr, a->ai_addrlen, out, NI_MAXHOST, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(out, NI_MAXHOST, "?");
}

static bool check_connection(struct doctor *d, const struct uri *u, const struct addrinfo *all)
{
	char host[NI_MAXHOST] = "?";
	int r = -ENOENT;

	for (const struct addrinfo *a = all; a && r < 0; a = a->ai_next) {
		numeric(a, host);
		r = connect_within(a, CONNECT_MS);
	}
	if (r < 0) {
		doctor_fail(d, "connection", CLI_UNREACHABLE,
			    r == -ECONNREFUSED ? "nothing listens there: is the port right, https or http, and the server up?" :
						 "is the network up, is a VPN needed, does a firewall drop it, is a proxy needed (https_proxy)?",
			    "%s port %d: %s", host, u->port, strerror(-r));
		return false;
	}
	doctor_ok(d, "connection", "%s port %d", host, u->port);
	return true;
}

static bool check_name(struct doctor *d, const struct uri *u, struct addrinfo **ret)
{
	CLEANUP(str_free_p) char *host = strdup(u->host[0] == '[' ? u->host + 1 : u->host);
	CLEANUP(str_free_p) char *port = str_printf("%d", u->port);
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	char number[NI_MAXHOST];
	int e;

	if (!host || !port) {
		doctor_fail(d, "name", CLI_FAILED, NULL, "%s", strerror(ENOMEM));
		return false;
	}
	host[strcspn(host, "]")] = '\0';
	e = getaddrinfo(host, port, &hints, ret);
	if (e) {
		doctor_fail(d, "name", CLI_UNREACHABLE, "is it spelled right, is the network up, is a VPN needed? getent hosts NAME asks the "
			    "same way", "%s: %s", u->host, gai_strerror(e));
		return false;
	}
	numeric(*ret, number);
	doctor_ok(d, "name", "%s is %s%s", u->host, number, (*ret)->ai_next ? " and others" : "");
	return true;
}

static bool check_way(struct doctor *d, const struct uri *u)
{
	const char *proxy = proxy_for(u);
	struct addrinfo *all = NULL;
	bool fine;

	if (proxy) {
		doctor_skip(d, "name", "the proxy of the environment looks it up (%s)", strchr(proxy, '@') ? "with a login" : proxy);
		return true;
	}
	fine = check_name(d, u, &all) && check_connection(d, u, all);
	if (all)
		freeaddrinfo(all);
	return fine;
}

/* ---- the first answer ------------------------------------------------------------------------ */

/* Like the site's requests, but for the login: there is none. */
static int ask(struct doctor *d, const char *url, struct net_reply *reply, struct err *err)
{
	CLEANUP(net_account_release_p) struct net_account account = { 0 };
	struct net_account nobody = { .auth = NET_AUTH_NONE };
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(BODY_MAX);
	CLEANUP(net_http_free_p) struct net_http *http = NULL;
	struct net_sink sink = net_sink_buf(&body);
	struct net_request q = { .method = "GET", .url = url, .stay = true, .sink = &sink,
				 .timeouts = { .first_byte_ms = FIRST_BYTE_MS } };
	struct net_auth *auth = NULL;
	int r = accounts_find(d->s->accounts, url, &account, err);

	nobody.cafile = account.cafile;
	nobody.clientcert = account.clientcert;
	nobody.clientkey = account.clientkey;
	nobody.old_tls = account.old_tls;
	nobody.user_agent = account.user_agent;
	if (r == 0)
		r = net_auth_new(&nobody, &auth, err);
	if (r == 0)
		r = net_http_new(&nobody, auth, &http);
	if (r == 0)
		r = net_http_do(http, &q, reply, err);
	net_auth_unref(auth);
	return r == -EFBIG ? 0 : r; /* a long page is an answer too */
}

static void say_no_answer(struct doctor *d, const struct uri *u, int r, const struct err *err)
{
	bool tls = str_eq(u->scheme, "https");

	if (r == -EPROTO && tls)
		doctor_fail(d, "TLS", CLI_UNREACHABLE, "a certificate of an authority of your own: cafile = in [site] of spfs.conf(5); a wrong "
			    "name: use the name in the certificate; port 80 speaks http", "%s", err_text(err, r));
	else
		doctor_fail(d, "HTTP", CLI_UNREACHABLE, r == -EPROTO ? "what answers there is no web server, or wants https" :
			    "farms may need minutes for the first request of a day: try again", "%s", err_text(err, r));
}

static void check_clock(struct doctor *d, const struct net_reply *reply)
{
	const char *date = net_reply_header(reply, "Date", NULL);
	int64_t now = clock_now_ns() / 1000000000, server, skew;

	if (!date || clock_parse_http(date, &server) < 0)
		return;
	skew = now - server;
	if (skew > SKEW_SECONDS || skew < -SKEW_SECONDS)
		doctor_fail(d, "clock", 0, "Kerberos logins fail beyond 5 minutes; timedatectl set-ntp true",
			    "this computer's is %lld s %s the server's", (long long) (skew < 0 ? -skew : skew), skew < 0 ? "behind" : "ahead of");
	else
		doctor_ok(d, "clock", "within %d minutes of the server's", SKEW_SECONDS / 60);
}

static void check_kind(struct doctor *d, const struct net_reply *reply)
{
	const char *version = net_reply_header(reply, "MicrosoftSharePointTeamServices", NULL);

	if (version)
		doctor_ok(d, "server", "SharePoint %s", version);
	else
		doctor_fail(d, "server", 0, NULL, "it does not say that it is SharePoint (MicrosoftSharePointTeamServices is missing)");
}

static void check_challenge(struct doctor *d, const struct net_reply *reply)
{
	CLEANUP(buf_release_p) struct buf offers = BUF_INIT(URL_MAX);
	const char *forms = net_reply_header(reply, "X-Forms_Based_Auth_Required", NULL);

	net_reply_offers(reply, &offers);
	if (offers.len)
		doctor_ok(d, "challenge", "wants a login: %s", buf_str(&offers));
	else if (reply->status / 100 == 3)
		doctor_fail(d, "challenge", 0, "it may be a page to log in on: spfs login ADDRESS, and auth = in spfs.conf(5)", "status %d leads to %s", reply->status,
			    reply->redirect ? reply->redirect : "nowhere");
	else if (reply->status == 401 || reply->status == 403 || forms)
		doctor_fail(d, "challenge", 0, "it wants a login in a way of its own: spfs login ADDRESS, and auth = in spfs.conf(5)",
			    "status %d, and no way to log in is offered", reply->status);
	else
		doctor_ok(d, "challenge", "none: status %d without a login", reply->status);
}

bool doctor_reach(struct doctor *d, const char *url, const struct uri *u)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	CLEANUP(str_free_p) char *endpoint = str_printf("%s/_vti_bin/Lists.asmx", url);
	struct err err = { 0 };
	int r;

	if (!check_way(d, u))
		return false;
	r = endpoint ? ask(d, endpoint, &reply, &err) : -ENOMEM;
	if (r < 0) {
		say_no_answer(d, u, r, &err);
		return false;
	}
	if (str_eq(u->scheme, "https"))
		doctor_ok(d, "TLS", "the certificate is %s's", u->host);
	else
		doctor_fail(d, "TLS", 0, "use https:// if the server has it", "none: everybody on the way can read along");
	check_kind(d, &reply);
	check_clock(d, &reply);
	check_challenge(d, &reply);
	return true;
}
