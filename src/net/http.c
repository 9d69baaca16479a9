/*
 * The only file that sees curl. One easy handle inside one multi handle: the multi
 * handle keeps the connections and lets us wait in short steps, so that a cancel is
 * seen within a tenth of a second however dead the server is.
 *
 * Invariants:
 * 1. One exchange is one request on the wire: curl follows nothing and answers no
 *    challenge with a body. Redirects and second logins are ours (http_do.c).
 * 2. A request that is marked `once` is never sent again by curl itself, which it does
 *    when a connection from the pool dies before the answer: open_socket() refuses.
 * 3. A connection is never used for two identities: when the login's changes, the pool is
 *    closed. curl 7.88 would serve a request on one that Negotiate has logged somebody in on.
 * 4. `sent` is true if a single byte of the request left. Callers decide on it whether
 *    a change may have been carried out, so a doubt counts as sent.
 */
#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/str.h"
#include "base/uri.h"
#include "http_exchange.h"
#include "incoming.h"
#include "method.h"
#include "net/cred.h"
#include "outgoing.h"
#include "reply.h"

enum { CONNECT_MS = 10000, FIRST_BYTE_MS = 150000, STALL_MS = 30000, TICK_MS = 100 };
/* Smaller bodies are not worth the round trip of asking first. */
enum { EXPECT_MIN = 256 * 1024, UPLOAD_CHUNK = 256 * 1024 };

static const char agent[] = "NONISV|spfs|spfs/" SPFS_VERSION;

struct net_http {
	CURL *easy;            /* owned */
	CURLM *multi;          /* owned; the pool of connections */
	struct net_auth *auth; /* refd */
	unsigned identity;     /* whose connections are in the pool */
	bool distrusted;       /* what is in the pool is to be closed */
	struct net_account tls; /* owned; only what concerns connections is in it */
	bool no_expect;        /* something on the way has refused Expect with 417 */
	char *held;            /* owned; see incoming.h */
};

/* One request on the wire. */
struct exchange {
	struct net_http *h;          /* foreign */
	const struct http_exchange *e; /* foreign */
	const struct net_request *q; /* foreign; that of e */
	struct net_reply *ret;       /* foreign */
	struct curl_slist *headers;  /* owned */
	char detail[CURL_ERROR_SIZE];
	char gss[160];               /* why there was no ticket; "": nothing was said */
	int error;                   /* why a callback gave up, or 0 */
	struct incoming in;
	struct outgoing out;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready;

/* What curl frees had passwords in it. */
static void set_up_curl(void)
{
	ready = curl_global_init_mem(CURL_GLOBAL_DEFAULT, net_cred_malloc, net_cred_free, net_cred_realloc,
				     net_cred_strdup, net_cred_calloc);
}

struct net_http *net_http_free(struct net_http *h)
{
	if (!h)
		return NULL;
	curl_easy_cleanup(h->easy);
	if (h->multi)
		curl_multi_cleanup(h->multi);
	net_auth_unref(h->auth);
	net_account_release(&h->tls);
	net_cred_free(h->held);
	free(h);
	return NULL;
}

int net_http_new(const struct net_account *account, struct net_auth *auth, struct net_http **ret)
{
	struct net_http *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->auth = net_auth_ref(auth);
	pthread_once(&once, set_up_curl);
	h->easy = ready == CURLE_OK ? curl_easy_init() : NULL;
	h->multi = h->easy ? curl_multi_init() : NULL;
	h->held = net_cred_malloc(INCOMING_HELD);
	if (!h->multi || !h->held || auth_copy_tls(&h->tls, account) < 0) {
		net_http_free(h);
		return -ENOMEM;
	}
	*ret = h;
	return 0;
}

/* Invariant 3. */
static int use_identity(struct net_http *h, unsigned identity)
{
	bool same = h->identity == identity && !h->distrusted;
	CURLM *fresh = same ? NULL : curl_multi_init();

	if (same)
		return 0;
	if (!fresh)
		return -ENOMEM;
	curl_multi_cleanup(h->multi);
	h->multi = fresh;
	h->identity = identity;
	h->distrusted = false;
	return 0;
}

void net_http_distrust(struct net_http *h)
{
	h->distrusted = true;
}

/* ---- what curl calls --------------------------------------------------------- */

static bool asks_first(const struct exchange *x)
{
	return x->q->source && x->q->source->size >= EXPECT_MIN && !x->h->no_expect;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;

	n *= size;
	x->error = incoming_line(&x->in, p, n);
	return x->error ? 0 : n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;

	x->error = incoming_body(&x->in, p, n * size);
	return x->error ? 0 : n * size;
}

/* Only what the Kerberos library said is kept. What goes over the wire comes here too, and is nobody's business. */
static int on_debug(CURL *c, curl_infotype type, char *p, size_t n, void *arg)
{
	static const char mark[] = "gss_init_sec_context() failed: ";
	struct exchange *x = arg;
	const char *at = type == CURLINFO_TEXT ? memmem(p, n, mark, sizeof(mark) - 1) : NULL;

	(void) c;
	if (at) {
		at += sizeof(mark) - 1;
		snprintf(x->gss, sizeof(x->gss), "%.*s", (int) (p + n - at), at);
		x->gss[strcspn(x->gss, "\r\n")] = '\0';
	}
	return 0;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	ssize_t got = outgoing_read(&x->out, p, size * n);

	x->error = got < 0 ? (int) got : 0;
	return got < 0 ? CURL_READFUNC_ABORT : (size_t) got;
}

/* curl only ever goes to an absolute place. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct exchange *x = arg;

	return origin == SEEK_SET && outgoing_seek(&x->out, offset) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static bool was_sent(const struct exchange *x)
{
	long bytes = 0;

	curl_easy_getinfo(x->h->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

/* Invariant 2. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct exchange *x = arg;

	(void) purpose;
	if (x->q->once && was_sent(x))
		return CURL_SOCKET_BAD;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* ---- setting a request up ------------------------------------------------------ */

static int add_header(struct exchange *x, const char *name, const char *value)
{
	CLEANUP(str_free_p) char *line = str_printf("%s: %s", name, value);
	struct curl_slist *list = line ? curl_slist_append(x->headers, line) : NULL;

	x->headers = list ?: x->headers;
	return list ? 0 : -ENOMEM;
}

static int set_headers(struct exchange *x)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < x->q->n_headers; i++) {
		const struct net_header *h = &x->q->headers[i];

		r = strpbrk(h->value, "\r\n") ? -EINVAL : add_header(x, h->name, h->value);
	}
	/* Without a value: curl is not to decide on it. */
	if (r == 0 && x->q->source)
		r = add_header(x, "Expect", asks_first(x) ? "100-continue" : "");
	return r;
}

/* The settings that no request may change; each is a rule of the header's or of the file's. */
static int set_rules(struct exchange *x)
{
	CURL *c = x->h->easy;
	int bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, x->e->uri->scheme);
	bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_UNRESTRICTED_AUTH, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* Else a cancel would wait for a name server that does not answer. */
	bad |= curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long) INCOMING_HELD);
	bad |= curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_USERAGENT, x->h->tls.user_agent ?: agent);
	/* A proxy of the environment cannot reach this machine's own loopback. */
	if (auth_is_loopback(x->e->uri->host))
		bad |= curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	return bad ? -ENOMEM : 0;
}

/* Never without verification; what is too old is too old unless the user says so for this host. */
static int set_tls(struct exchange *x)
{
	const struct net_account *a = &x->h->tls;
	CURL *c = x->h->easy;
	int bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	bad |= curl_easy_setopt(c, CURLOPT_SSLVERSION, (long) (a->old_tls ? CURL_SSLVERSION_TLSv1_0
									   : CURL_SSLVERSION_TLSv1_2));
	if (a->old_tls)
		bad |= curl_easy_setopt(c, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
	if (a->cafile) {
		/* Instead of the system's authorities, not beside them. */
		bad |= curl_easy_setopt(c, CURLOPT_CAINFO, a->cafile);
		bad |= curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	if (a->clientcert) {
		bool p12 = str_ends(a->clientcert, ".p12") || str_ends(a->clientcert, ".pfx");

		bad |= curl_easy_setopt(c, CURLOPT_SSLCERT, a->clientcert);
		bad |= curl_easy_setopt(c, CURLOPT_SSLCERTTYPE, p12 ? "P12" : "PEM");
		bad |= curl_easy_setopt(c, CURLOPT_SSLKEY, a->clientkey ?: a->clientcert);
		bad |= curl_easy_setopt(c, CURLOPT_SSLKEYTYPE, p12 ? "P12" : "PEM");
	}
	return bad ? -ENOMEM : 0;
}

static int set_callbacks(struct exchange *x)
{
	CURL *c = x->h->easy;
	int bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->detail);
	bad |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	bad |= curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	bad |= curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	bad |= curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
	return bad ? -ENOMEM : 0;
}

static int set_login(struct exchange *x)
{
	const struct login *l = x->e->login;
	long auth = (long) CURLAUTH_NONE;
	CURL *c = x->h->easy;
	int bad = 0;

	switch (l->scheme) {
	case LOGIN_NONE:
		break;
	case LOGIN_NTLM:
	case LOGIN_BASIC:
		auth = l->scheme == LOGIN_NTLM ? (long) CURLAUTH_NTLM : (long) CURLAUTH_BASIC;
		bad |= curl_easy_setopt(c, CURLOPT_USERNAME, l->user);
		bad |= curl_easy_setopt(c, CURLOPT_PASSWORD, l->secret);
		break;
	case LOGIN_NEGOTIATE:
		/* The user of the ticket. */
		auth = (long) CURLAUTH_NEGOTIATE;
		bad |= curl_easy_setopt(c, CURLOPT_USERPWD, ":");
		bad |= curl_easy_setopt(c, CURLOPT_GSSAPI_DELEGATION, (long) CURLGSSAPI_DELEGATION_NONE);
		bad |= curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
		bad |= curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug);
		bad |= curl_easy_setopt(c, CURLOPT_DEBUGDATA, x);
		break;
	case LOGIN_COOKIE:
		bad |= curl_easy_setopt(c, CURLOPT_COOKIE, l->secret);
		break;
	case LOGIN_BEARER:
		auth = (long) CURLAUTH_BEARER;
		bad |= curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, l->secret);
		break;
	}
	if (curl_easy_setopt(c, CURLOPT_HTTPAUTH, auth) != CURLE_OK)
		return -EPROTONOSUPPORT;
	return bad ? -ENOMEM : 0;
}

static int set_source(struct exchange *x)
{
	CURL *c = x->h->easy;
	int bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t) x->q->source->size);
	bad |= curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long) UPLOAD_CHUNK);
	bad |= curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	bad |= curl_easy_setopt(c, CURLOPT_READDATA, x);
	bad |= curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
	bad |= curl_easy_setopt(c, CURLOPT_SEEKDATA, x);
	return bad;
}

static int set_request(struct exchange *x)
{
	const struct net_request *q = x->q;
	CURL *c = x->h->easy;
	int bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_URL, x->e->url);
	if (str_eq(q->method, "HEAD"))
		bad |= curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (q->body) {
		bad |= curl_easy_setopt(c, CURLOPT_POST, 1L);
		bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) q->body_len);
		bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body);
	}
	if (q->source)
		bad |= set_source(x);
	bad |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
	bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, x->headers);
	bad |= curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, q->gzip ? "gzip" : NULL);
	bad |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long) (q->timeouts.connect_ms ?: CONNECT_MS));
	return bad ? -ENOMEM : 0;
}

static int set_up(struct exchange *x)
{
	int r;

	/* Forgets the request before, not the connections: those are the multi handle's. */
	curl_easy_reset(x->h->easy);
	r = use_identity(x->h, x->e->login->identity) ?: set_headers(x);
	r = r ?: set_rules(x);
	r = r ?: set_tls(x);
	r = r ?: set_callbacks(x);
	r = r ?: set_login(x);
	return r ?: set_request(x);
}

/* ---- running it ---------------------------------------------------------------- */

/* Grows with every byte that moves either way. */
static int64_t activity(const struct exchange *x)
{
	curl_off_t up = 0;
	long request = 0;

	curl_easy_getinfo(x->h->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	curl_easy_getinfo(x->h->easy, CURLINFO_REQUEST_SIZE, &request);
	return up + request + x->in.header_bytes + x->in.body_bytes;
}

/* How long nothing may move. While connecting curl's own, shorter limit comes first. */
static int64_t patience(const struct exchange *x)
{
	const struct net_timeouts *t = &x->q->timeouts;

	return x->in.header_bytes ? t->stall_ms ?: STALL_MS : t->first_byte_ms ?: FIRST_BYTE_MS;
}

static void tell_sent(struct exchange *x)
{
	curl_off_t up = 0;

	if (!x->q->source || !x->q->source->sent)
		return;
	curl_easy_getinfo(x->h->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	outgoing_tell(&x->out, up);
}

/* Until curl has a result. 0, -ECANCELED, -ETIMEDOUT, -ENOMEM. */
static int wait_for_it(struct exchange *x)
{
	int64_t moved = clock_mono_ms(), seen = 0;
	int running = 1;

	for (;;) {
		if (curl_multi_perform(x->h->multi, &running) != CURLM_OK)
			return -ENOMEM;
		x->error = x->error ?: incoming_flush(&x->in);
		tell_sent(x);
		if (!running || x->error)
			return 0;
		if (x->q->cancel && atomic_load(x->q->cancel))
			return -ECANCELED;
		if (activity(x) != seen) {
			seen = activity(x);
			moved = clock_mono_ms();
		} else if (clock_mono_ms() - moved > patience(x)) {
			return -ETIMEDOUT;
		}
		if (curl_multi_poll(x->h->multi, NULL, 0, TICK_MS, NULL) != CURLM_OK)
			return -ENOMEM;
	}
}

static CURLcode result_of(struct net_http *h)
{
	struct CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)))
		if (m->msg == CURLMSG_DONE)
			return m->data.result;
	return CURLE_GOT_NOTHING;
}

/* ---- what a failure means -------------------------------------------------------- */

static const struct failure {
	CURLcode code;
	int error;
	const char *words;
} failures[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, -ENOTCONN, "its name is not known (check the address and the network)" },
	{ CURLE_COULDNT_RESOLVE_PROXY, -ENOTCONN, "the name of the proxy is not known" },
	{ CURLE_COULDNT_CONNECT, -ENOTCONN, "it cannot be reached" },
	{ CURLE_OPERATION_TIMEDOUT, -ENOTCONN, "it does not answer" },
	{ CURLE_PEER_FAILED_VERIFICATION, -EPROTO,
	  "its certificate is not trusted (for an authority of your organisation set cafile)" },
	{ CURLE_SSL_CACERT_BADFILE, -EPROTO, "the file of trusted authorities (cafile) cannot be read" },
	{ CURLE_SSL_CERTPROBLEM, -EPROTO, "the client certificate cannot be used, or the server wants another one "
					  "(clientcert, clientkey)" },
	{ CURLE_SSL_CIPHER, -EPROTO, "no secure connection: it has no cipher that is safe today" },
	{ CURLE_SSL_CONNECT_ERROR, -EPROTO, "no secure connection (TLS 1.2 or later; for an old farm "
					   "see old_tls in spfs.conf(5))" },
	{ CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, "it does not speak HTTP" },
	{ CURLE_WEIRD_SERVER_REPLY, -EPROTO, "it does not speak HTTP" },
	{ CURLE_BAD_CONTENT_ENCODING, -EBADMSG, "its answer cannot be decompressed" },
	{ CURLE_URL_MALFORMAT, -EINVAL, "the address is not valid" },
	{ CURLE_OUT_OF_MEMORY, -ENOMEM, "out of memory" },
	{ CURLE_OK, -EPIPE, "the connection broke before the whole answer had come" },
};

/* Several codes mean different things before and after the first byte was sent. */
static const struct failure *find_failure(const struct exchange *x, CURLcode code)
{
	const struct failure *f = failures;
	bool sent = x->ret->sent;

	/* In TLS 1.3 the server says so when the request is on its way already. */
	if (strstr(x->detail, "certificate required"))
		code = CURLE_SSL_CERTPROBLEM;
	if (sent && (code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT))
		code = CURLE_OK;
	while (f->code != code && f->code != CURLE_OK)
		f++;
	return f;
}

static int stopped(const struct exchange *x, int r, struct err *err)
{
	const char *host = x->e->uri->host;

	if (r == -ECANCELED)
		return err_set(err, r, "%s: cancelled", host);
	if (r == -ETIMEDOUT)
		return err_set(err, r, "%s: %s", host,
			       x->in.header_bytes ? "its answer stopped coming" : "it took the request and did not answer");
	return err_set(err, r, "%s: out of memory", host);
}

static int classify(const struct exchange *x, CURLcode code, struct err *err)
{
	const char *host = x->e->uri->host;
	const struct failure *f;

	if (x->error == -EFBIG)
		return err_set(err, x->error, "%s: its answer is bigger than spfs accepts", host);
	if (x->error)
		return err_add(err, x->error, "%s: %s", host, strerrordesc_np(-x->error));
	if (code == CURLE_OK && x->in.began)
		return 0;
	f = find_failure(x, code);
	return err_set(err, f->error, "%s: %s%s%s", host, f->words, *x->detail ? ": " : "", x->detail);
}

/* ---- one exchange ------------------------------------------------------------------ */

static int perform(struct exchange *x, struct err *err)
{
	CURLcode code;
	int r;

	if (FAULT("http.connect"))
		return err_set(err, -ENOTCONN, "%s: cannot be reached", x->e->uri->host);
	if (curl_multi_add_handle(x->h->multi, x->h->easy) != CURLM_OK)
		return err_set(err, -ENOMEM, "out of memory");
	r = wait_for_it(x);
	x->ret->sent = was_sent(x);
	code = result_of(x->h);
	curl_multi_remove_handle(x->h->multi, x->h->easy);
	if (r == 0)
		r = classify(x, code, err);
	else
		r = stopped(x, r, err);
	if (r == 0)
		r = reply_note_redirect(x->ret, x->e->url) < 0 ? err_set(err, -ENOMEM, "out of memory") : 0;
	snprintf(x->ret->gss, sizeof(x->ret->gss), "%s", x->gss);
	if (r == 0 && FAULT("http.answer"))
		r = err_set(err, -EPIPE, "%s: the connection broke", x->e->uri->host);
	return r;
}

static struct exchange new_exchange(struct net_http *h, const struct http_exchange *e, struct net_reply *ret)
{
	struct exchange x = { .h = h, .q = e->q, .e = e, .ret = ret, .out = { .source = e->q->source } };

	x.in = (struct incoming) { .q = e->q, .ret = ret, .asks_first = asks_first(&x), .is_login_page = e->is_login_page,
				   .held = h->held };
	return x;
}

static int attempt(struct exchange *x, struct err *err)
{
	int r = set_up(x);

	net_reply_release(x->ret);
	if (r < 0)
		err_set(err, r, "%s: %s", x->e->uri->host,
			r == -EINVAL ? "a header with a line break" :
			r == -ENOMEM ? "out of memory" : "this libcurl was built without the login method; set another auth");
	else
		r = perform(x, err);
	curl_slist_free_all(x->headers);
	return r;
}

int http_exchange(struct net_http *h, const struct http_exchange *e, struct net_reply *ret, struct err *err)
{
	struct exchange x = new_exchange(h, e, ret);
	bool asked = asks_first(&x);
	int r = attempt(&x, err);

	if (!asked || r != -EAGAIN || ret->status != 417)
		return r;
	/* Nothing of the body was taken. */
	h->no_expect = true;
	if (err)
		*err = (struct err) { 0 };
	x = new_exchange(h, e, ret);
	return attempt(&x, err);
}

struct net_auth *http_auth(const struct net_http *h)
{
	return h->auth;
}
