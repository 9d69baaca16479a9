/* net/oauth.h against a server that answers what a test wants, right and wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "net/json.h"
#include "net/oauth.h"
#include "t_net_server.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define BAD "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"

struct script {
	const char *head; /* for every request */
	const char *body;
	const char *only; /* paths that do not begin so: 404 */
	char paths[2000]; /* all that were asked for, blanks between */
};

static enum server_then answer(struct server *s, int fd, const char *request)
{
	struct script *c = s->arg;
	const char *path = strchr(request, ' ') + 1;
	size_t n = strcspn(path, " "), have = strlen(c->paths);

	snprintf(c->paths + have, sizeof(c->paths) - have, "%.*s ", (int) n, path);
	if (c->only && !str_starts(path, c->only))
		server_answer(fd, "HTTP/1.1 404 Not Found\r\n", "nothing");
	else
		server_answer(fd, c->head, c->body);
	return SERVER_KEEP;
}

static const struct net_oauth_way way = { .client_id = "a&b" };

/* ---- PKCE, claims, addresses ------------------------------------------------------------------ */

static void test_the_challenge_is_that_of_the_rfc(void **state)
{
	CLEANUP(net_oauth_proof_release_p) struct net_oauth_proof p = { 0 }, q = { 0 };
	CLEANUP(str_free_p) char *c = net_oauth_s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	CLEANUP(str_free_p) char *own = NULL;

	(void) state;
	assert_string_equal(c, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"); /* RFC 7636 B */
	assert_int_equal(net_oauth_proof_new(&p), 0);
	assert_int_equal(net_oauth_proof_new(&q), 0);
	own = net_oauth_s256(p.verifier);
	assert_string_equal(own, p.challenge);
	assert_int_equal(strlen(p.verifier), 43);
	assert_string_not_equal(p.verifier, q.verifier);
	assert_string_not_equal(p.state, q.state);
	assert_string_not_equal(p.state, p.verifier);
}

static void test_claims_of_a_challenge(void **state)
{
	static const struct {
		const char *challenge, *claims;
	} cases[] = {
		{ "Bearer realm=\"x\", error=\"insufficient_claims\", claims=\"eyJhIjoiPz4_In0=\"", "{\"a\":\"?>?\"}" },
		{ "Bearer error=\"insufficient_claims\", claims=\"eyJhIjoiPz4/In0\"", "{\"a\":\"?>?\"}" },
		{ "Bearer error=\"invalid_token\", claims=\"eyJhIjoxfQ==\"", NULL },
		{ "Bearer error=\"insufficient_claims\", claims=\"not base64!\"", NULL },
		{ "Bearer error=\"insufficient_claims\", claims=\"AAAA\"", NULL },
		{ "Bearer error=\"insufficient_claims\", claims=\"", NULL },
		{ "Bearer error=\"insufficient_claims\"", NULL },
		{ NULL, NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(str_free_p) char *claims = net_oauth_claims(cases[i].challenge);

		assert_true(str_eq(claims, cases[i].claims));
	}
}

static void test_tenants_are_names(void **state)
{
	CLEANUP(net_oauth_server_release_p) struct net_oauth_server s = { 0 };
	static const char *const wrong[] = { "", "a/b", "a b", "..", "a?b", "a%2f", ".x", "\xc3\xa4" };

	(void) state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(net_oauth_microsoft("login.example", wrong[i], &s), -EINVAL);
	assert_int_equal(net_oauth_microsoft("login.example", "contoso.onmicrosoft.com", &s), 0);
	assert_string_equal(s.token, "https://login.example/contoso.onmicrosoft.com/oauth2/v2.0/token");
	assert_string_equal(s.device, "https://login.example/contoso.onmicrosoft.com/oauth2/v2.0/devicecode");
	assert_null(s.revoke);
}

/* ---- descriptions -------------------------------------------------------------------------------- */

static int discover(struct script *c, const char *path, struct net_oauth_server *ret, struct err *err)
{
	struct server *s = server_start(answer, c);
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d%s", s->port, path);
	/* "@" stands for the port */
	CLEANUP(str_free_p) char *body = str_printf("%.*s%d%s", (int) strcspn(c->body, "@"), c->body, s->port,
						    strchr(c->body, '@') ? strchr(c->body, '@') + 1 : "");
	int r;

	c->body = body;
	r = net_oauth_discover(&way, url, ret, err);
	server_stop(s);
	c->body = NULL;
	return r;
}

static void test_both_places_of_a_description(void **state)
{
	CLEANUP(net_oauth_server_release_p) struct net_oauth_server openid = { 0 }, rfc = { 0 };
	struct script c = { .head = OK, .body = "{\"token_endpoint\":\"http://127.0.0.1:@/t\",\"authorization_endpoint\":7}" };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(discover(&c, "/adfs/", &openid, &err), 0);
	assert_string_equal(c.paths, "/adfs/.well-known/openid-configuration ");
	assert_true(str_ends(openid.token, "/t"));
	assert_null(openid.authorize);
	c = (struct script) { .head = OK, .body = "{\"token_endpoint\":\"http://127.0.0.1:@/t\"}",
			      .only = "/.well-known/oauth-authorization-server" };
	assert_int_equal(discover(&c, "/tenant", &rfc, &err), 0); /* RFC 8414 3.1 */
	assert_true(str_ends(c.paths, " /.well-known/oauth-authorization-server/tenant "));
}

static void test_descriptions_that_are_none(void **state)
{
	static const struct {
		const char *head, *body;
		int r;
	} cases[] = {
		{ OK, "<html>@", -EPROTO },
		{ OK, "{\"x\":@}", -EPROTO },
		{ OK, "[@]", -EPROTO },
		{ OK, "{\"token_endpoint\":\"http://127.0.0.2:@/t\"}", -EPROTO },
		{ OK, "{\"token_endpoint\":\"ftp://127.0.0.1:@/t\"}", -EPROTO },
		{ "HTTP/1.1 404 Not Found\r\n", "@", -EPROTO },
		{ "HTTP/1.1 503 Busy\r\n", "@", -ENOTCONN },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n", "@", -EPROTO },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(net_oauth_server_release_p) struct net_oauth_server s = { 0 };
		struct script c = { .head = cases[i].head, .body = cases[i].body };
		struct err err = { 0 };

		assert_int_equal(discover(&c, "", &s, &err), cases[i].r);
		assert_true(*err.text);
		assert_null(s.token);
	}
}

/* ---- tokens ----------------------------------------------------------------------------------------- */

static int refresh(struct script *c, const char *claims, struct net_oauth_tokens *ret, char *request, size_t n,
		   struct err *err)
{
	struct server *s = server_start(answer, c);
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d/token", s->port);
	const struct net_oauth_server server = { .token = url };
	int r = net_oauth_refresh(&way, &server, "the old=one", "openid x", claims, ret, err);

	if (request)
		snprintf(request, n, "%s", strstr(s->last, "\r\n\r\n") + 4);
	server_stop(s);
	return r;
}

static void test_what_a_refresh_sends_and_takes(void **state)
{
	CLEANUP(net_oauth_tokens_release_p) struct net_oauth_tokens t = { 0 };
	struct script c = { .head = OK, .body = "{\"access_token\":\"A\",\"token_type\":\"bearer\",\"expires_in\":\"3599\","
						"\"refresh_token\":\"R2\",\"other\":[1,{}]}" };
	char request[1000];
	struct err err = { 0 };

	(void) state;
	assert_int_equal(refresh(&c, "{\"a\":1}", &t, request, sizeof(request), &err), 0);
	assert_string_equal(request, "grant_type=refresh_token&refresh_token=the%20old%3Done&scope=openid%20x&"
				     "claims=%7B%22a%22%3A1%7D&client_id=a%26b");
	assert_string_equal(t.access, "A");
	assert_string_equal(t.refresh, "R2");
	assert_int_equal(t.good_s, 3599);
}

static void test_what_errors_mean(void **state)
{
	static const struct {
		const char *head, *body;
		int r;
		const char *says;
	} cases[] = {
		{ BAD, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS70008: too old\"}", -EKEYEXPIRED, "AADSTS70008: too old" },
		{ BAD, "{\"error\":\"interaction_required\"}", -EKEYEXPIRED, "interaction_required" },
		{ BAD, "{\"error\":\"invalid_scope\"}", -EPERM, "invalid_scope" },
		{ BAD, "{\"error\":\"unauthorized_client\"}", -EPERM, "unauthorized_client" },
		{ "HTTP/1.1 401 Unauthorized\r\n", "{\"error\":\"invalid_client\"}", -EPERM, "client_id" },
		{ BAD, "{\"error\":\"authorization_pending\"}", -EAGAIN, "" },
		{ BAD, "{\"error\":\"slow_down\"}", -EBUSY, "" },
		{ "HTTP/1.1 503 Busy\r\n", "later", -ENOTCONN, "503" },
		{ "HTTP/1.1 429 Too Many\r\n", "{\"error\":\"x\"}", -ENOTCONN, "x" },
		{ "HTTP/1.1 500 Oops\r\n", "{\"error\":\"invalid_grant\"}", -EKEYEXPIRED, "invalid_grant" },
		{ BAD, "no JSON", -EPROTO, "400" },
		{ OK, "no JSON", -EPROTO, "200" },
		{ OK, "{\"access_token\":\"\"}", -EPROTO, "access_token" },
		{ OK, "{\"access_token\":[]}", -EPROTO, "access_token" },
		{ OK, "{\"access_token\":\"A\",\"token_type\":\"mac\"}", -EPROTO, "mac" },
		{ OK, "{\"access_token\":\"A\",\"access_token\":\"B\"}", -EPROTO, "200" },
		{ "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\n", "", -EPROTO, "307" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(net_oauth_tokens_release_p) struct net_oauth_tokens t = { 0 };
		struct script c = { .head = cases[i].head, .body = cases[i].body };
		struct err err = { 0 };

		assert_int_equal(refresh(&c, NULL, &t, NULL, 0, &err), cases[i].r);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_null(t.access);
		assert_string_equal(c.paths, "/token ");
	}
}

static void test_an_answer_of_endless_length_is_cut_off(void **state)
{
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(2 << 20);
	CLEANUP(net_oauth_tokens_release_p) struct net_oauth_tokens t = { 0 };
	struct script c = { .head = OK };
	struct err err = { 0 };

	(void) state;
	buf_adds(&body, "{\"access_token\":\"");
	while (body.len < (1 << 20))
		buf_adds(&body, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	buf_adds(&body, "\"}");
	c.body = buf_str(&body);
	assert_int_equal(refresh(&c, NULL, &t, NULL, 0, &err), -ENOTCONN);
	assert_null(t.access);
}

static void test_nothing_is_sent_without_tls(void **state)
{
	CLEANUP(net_oauth_tokens_release_p) struct net_oauth_tokens t = { 0 };
	const struct net_oauth_server server = { .token = (char *) (uintptr_t) "http://192.0.2.1/token" };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(net_oauth_refresh(&way, &server, "R", "s", NULL, &t, &err), -EACCES);
	assert_non_null(strstr(err.text, "https"));
}

/* ---- devices ------------------------------------------------------------------------------------------- */

static int begin(const char *body, struct net_oauth_device *ret, struct err *err)
{
	struct script c = { .head = OK, .body = body };
	struct server *s = server_start(answer, &c);
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d/d", s->port);
	const struct net_oauth_server server = { .device = url };
	int r = net_oauth_device_begin(&way, &server, "s", ret, err);

	server_stop(s);
	return r;
}

static void test_what_a_device_is_told(void **state)
{
	static const struct {
		const char *body;
		int r, interval;
		int64_t good;
	} cases[] = {
		{ "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_uri\":\"https://x/\"}", 0, 5, 900 },
		{ "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_uri\":\"https://x/\",\"interval\":0,\"expires_in\":3}", 0, 1, 3 },
		{ "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_url\":\"https://x/\",\"interval\":-7}", 0, 5, 900 },
		{ "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_uri\":\"https://x/\",\"interval\":99999999999}", 0, 300, 900 },
		{ "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_uri\":\"http://x.example/\"}", -EACCES, 0, 0 },
		{ "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_uri\":\"javascript:1\"}", -EACCES, 0, 0 },
		{ "{\"device_code\":\"D\",\"verification_uri\":\"https://x/\"}", -EPROTO, 0, 0 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(net_oauth_device_release_p) struct net_oauth_device d = { 0 };
		struct err err = { 0 };

		assert_int_equal(begin(cases[i].body, &d, &err), cases[i].r);
		assert_int_equal(d.interval_s, cases[i].interval);
		assert_int_equal(d.good_s, cases[i].good);
	}
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static void test_json_that_goes_out_comes_in_again(void **state)
{
	CLEANUP(net_json_free_p) struct net_json *a = net_json_array(), *again = NULL;
	CLEANUP(buf_wipe_p) struct buf out = BUF_INIT(10000);
	struct net_json *o = net_json_object();

	(void) state;
	assert_int_equal(net_json_set_str(o, "x", "\"\\\n\xc3\xa4"), 0);
	assert_int_equal(net_json_set_str(o, "y", "\xff"), -EINVAL);
	assert_int_equal(net_json_set_int(o, "n", INT64_MAX), 0);
	assert_int_equal(net_json_set_str(o, "gone", "1"), 0);
	assert_int_equal(net_json_set_str(o, "gone", NULL), 0);
	assert_int_equal(net_json_set_int(a, "n", 1), -EINVAL);
	assert_int_equal(net_json_append(a, o), 0);
	assert_int_equal(net_json_dump(a, &out), 0);
	again = net_json_parse(out.p, out.len);
	assert_int_equal(net_json_count(again), 1);
	assert_string_equal(net_json_str(net_json_at(again, 0), "x"), "\"\\\n\xc3\xa4");
	assert_int_equal(net_json_int(net_json_at(again, 0), "n", 0), INT64_MAX);
	assert_int_equal(net_json_int(net_json_at(again, 0), "x", 7), 7);
	assert_null(net_json_str(net_json_at(again, 0), "gone"));
	assert_null(net_json_str(net_json_at(again, 0), "n"));
	assert_null(net_json_str(NULL, "n"));
	assert_null(net_json_at(again, 1));
	assert_int_equal(net_json_remove(a, 0), 0);
	assert_int_equal(net_json_remove(a, 0), -EINVAL);
	assert_null(net_json_parse("[1", 2));
	out.max = 5;
	buf_reset(&out);
	assert_int_equal(net_json_dump(again, &out), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_challenge_is_that_of_the_rfc),
		cmocka_unit_test(test_claims_of_a_challenge),
		cmocka_unit_test(test_tenants_are_names),
		cmocka_unit_test(test_both_places_of_a_description),
		cmocka_unit_test(test_descriptions_that_are_none),
		cmocka_unit_test(test_what_a_refresh_sends_and_takes),
		cmocka_unit_test(test_what_errors_mean),
		cmocka_unit_test(test_an_answer_of_endless_length_is_cut_off),
		cmocka_unit_test(test_nothing_is_sent_without_tls),
		cmocka_unit_test(test_what_a_device_is_told),
		cmocka_unit_test(test_json_that_goes_out_comes_in_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
