/* src/sp/forms.h: Authentication.asmx, good and hostile, and what a login page looks like. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "forms.h"
#include "net/auth.h"
#include "net/http.h"
#include "sp/sp.h"
#include "t_net_server.h"
#include "xmltab.h"

#define STR(s) ((char *) (uintptr_t) (s))
#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n"
#define LOGIN(inner)                                                                             \
	"<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"    \
	"<LoginResponse xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\"><LoginResult>" inner \
	"</LoginResult></LoginResponse></soap:Body></soap:Envelope>"

struct answer {
	const char *head, *body;
};

static enum server_then say(struct server *s, int fd, const char *request)
{
	const struct answer *a = s->arg;

	(void) request;
	server_answer(fd, a->head, a->body);
	return SERVER_CLOSE;
}

/* What the trade gives for that answer; the request is in s->last. */
static int trade(const struct answer *a, char *request, size_t size, struct net_ticket *ret, struct err *err)
{
	struct server *s = server_start(say, (void *) (uintptr_t) a);
	struct net_account account = { .auth = NET_AUTH_FORMS, .user = STR("ann<&"), .password = STR("unused") };
	CLEANUP(str_free_p) char *origin = str_printf("http://127.0.0.1:%d", s->port);
	const struct net_trade t = { .account = &account, .origin = origin, .secret = "p&<ss" };
	int r = forms_trade(NULL, &t, ret, err);

	snprintf(request, size, "%s", s->last);
	server_stop(s);
	return r;
}

static void test_user_and_password_become_cookies(void **state)
{
	const struct answer a = {
		OK "Set-Cookie: FedAuth=77u/; expires=Mon, 01-Jan-2035 00:00:00 GMT; path=/; HttpOnly\r\n"
		   "Set-Cookie: FedAuth1=abc; path=/\r\nSet-Cookie: gone=; path=/\r\n",
		LOGIN("<CookieName>FedAuth</CookieName><ErrorCode>NoError</ErrorCode><TimeoutSeconds>1800</TimeoutSeconds>"),
	};
	CLEANUP(net_ticket_release_p) struct net_ticket t = { 0 };
	struct err err = { 0 };
	char request[4096];

	(void) state;
	assert_int_equal(trade(&a, request, sizeof(request), &t, &err), 0);
	assert_string_equal(t.text, "FedAuth=77u/; FedAuth1=abc");
	assert_int_equal(t.good_ms, 1800 * 1000);
	assert_true(str_starts(request, "POST /_vti_bin/Authentication.asmx HTTP/1.1\r\n"));
	assert_non_null(strstr(request, "SOAPAction: \"http://schemas.microsoft.com/sharepoint/soap/Login\""));
	assert_non_null(strstr(request, "<username>ann&lt;&amp;</username><password>p&amp;&lt;ss</password>"));
	assert_null(strcasestr(request, "\r\nAuthorization:"));
}

static void test_only_a_refused_password_counts_against_the_account(void **state)
{
	static const struct {
		struct answer a;
		int want;
		const char *words;
	} cases[] = {
		{ { OK, LOGIN("<ErrorCode>PasswordNotMatch</ErrorCode>") }, -EACCES, "ann" },
		{ { OK, LOGIN("<ErrorCode>NotInFormsAuthenticationMode</ErrorCode>") }, -EPERM, "another auth" },
		{ { OK, LOGIN("") }, -EPERM, "another auth" },
		{ { OK, LOGIN("<ErrorCode>NoError</ErrorCode>") }, -EPERM, "no cookie" },
		{ { OK "Set-Cookie: =x\r\nSet-Cookie: novalue\r\n", LOGIN("<ErrorCode>NoError</ErrorCode>") }, -EPERM,
		  "no cookie" },
		{ { "HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\n", "" }, -EPERM, "another auth" },
		{ { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "<input type=\"password\">" }, -EPERM, "another auth" },
		{ { "HTTP/1.1 404 No\r\n", "" }, -ENOTCONN, NULL },
		{ { "HTTP/1.1 503 No\r\n", "" }, -ENOTCONN, NULL },
		{ { OK, "<!DOCTYPE x><a/>" }, -ENOTCONN, NULL },
		{ { OK, "<a" }, -ENOTCONN, NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(net_ticket_release_p) struct net_ticket t = { 0 };
		struct err err = { 0 };
		char request[4096];

		assert_int_equal(trade(&cases[i].a, request, sizeof(request), &t, &err), cases[i].want);
		assert_null(t.text);
		assert_true(err.text[0]);
		if (cases[i].words)
			assert_non_null(strstr(err.text, cases[i].words));
		assert_null(strstr(err.text, "p&<ss"));
	}
}

static void test_a_senseless_time_is_none(void **state)
{
	static const char *const bad[] = { "-1", "99999999999", "soon", "" };

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CLEANUP(str_free_p) char *body = str_printf(
			LOGIN("<ErrorCode>NoError</ErrorCode><TimeoutSeconds>%s</TimeoutSeconds>"), bad[i]);
		const struct answer a = { OK "Set-Cookie: FedAuth=1\r\n", body };
		CLEANUP(net_ticket_release_p) struct net_ticket t = { 0 };
		char request[4096];

		assert_int_equal(trade(&a, request, sizeof(request), &t, NULL), 0);
		assert_int_equal(t.good_ms, 0);
	}
}

/* ---- login pages ------------------------------------------------------------------------- */

static bool looks_like_one(const char *head)
{
	const struct answer a = { head, "x" };
	struct server *s = server_start(say, (void *) (uintptr_t) &a);
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d/", s->port);
	CLEANUP(net_reply_release_p) struct net_reply r = NET_REPLY_INIT;
	struct net_account none = { 0 };
	struct net_auth *auth = NULL;
	struct net_http *http = NULL;
	const struct net_request q = { .method = "POST", .url = url, .body = "", .body_len = 0 };

	assert_int_equal(net_auth_new(&none, &auth, NULL), 0);
	assert_int_equal(net_http_new(&none, auth, &http), 0);
	assert_int_equal(net_http_do(http, &q, &r, NULL), 0);
	net_http_free(http);
	net_auth_unref(auth);
	server_stop(s);
	return forms_is_login_page(&r);
}

static void test_what_a_login_page_looks_like(void **state)
{
	static const char *const yes[] = {
		"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /_layouts/15/Authenticate.aspx?Source=%2F\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://adfs.example/adfs/ls?wa=wsignin1.0\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /_login/default.aspx\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /_trust/\r\n",
		"HTTP/1.1 403 No\r\nX-Forms_Based_Auth_Required: https://h/x\r\n",
		"HTTP/1.1 403 No\r\nX-MSDAVEXT_Error: 917656; Access%20denied\r\n",
		"HTTP/1.1 440 Login Timeout\r\n",
	};
	static const char *const no[] = {
		"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n",
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: \"{X},1\"\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /sites/other\r\n",
		"HTTP/1.1 403 No\r\n",
		"HTTP/1.1 403 No\r\nX-MSDAVEXT_Error: 589838; checked out\r\n",
		"HTTP/1.1 404 No\r\nContent-Type: text/html\r\n",
		"HTTP/1.1 500 No\r\nContent-Type: text/html\r\n",
	};

	(void) state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(looks_like_one(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(looks_like_one(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user_and_password_become_cookies),
		cmocka_unit_test(test_only_a_refused_password_counts_against_the_account),
		cmocka_unit_test(test_a_senseless_time_is_none),
		cmocka_unit_test(test_what_a_login_page_looks_like),
	};

	xml_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
