#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "ctl/client.h"
#include "sock.h"

enum { PATIENCE_MS = 20000 };

/* A server that says what it is told to, whatever it is asked. */
struct liar {
	int listener;
	const char *answer; /* NULL: none at all */
};

static void *lie(void *arg)
{
	struct liar *l = arg;
	struct pollfd p = { .fd = l->listener, .events = POLLIN };
	char chunk[4096];
	int fd;

	poll(&p, 1, PATIENCE_MS);
	fd = accept(l->listener, NULL, NULL);
	if (l->answer) {
		/* nothing unread is left, or the answer would be lost with a reset */
		assert_true(recv(fd, chunk, sizeof(chunk), 0) > 0);
		if (sock_send(fd, l->answer, strlen(l->answer), SOCK_FOREVER) < 0)
			l->answer = "";
	} else {
		p.fd = fd;
		while (recv(fd, chunk, sizeof(chunk), 0) > 0)
			;
	}
	close(fd);
	return NULL;
}

static int ask_liar(const char *answer, struct buf *body)
{
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	CLEANUP(fsutil_close_p) int listener = -1;
	const char *const argv[] = { "read", "status" };
	struct liar l = { .answer = answer };
	char path[128];
	pthread_t t;
	int r;

	snprintf(path, sizeof(path), "/tmp/spfs-liar-%d.sock", (int) getpid());
	assert_int_equal(sock_listen(path, &listener), 0);
	l.listener = listener;
	assert_int_equal(pthread_create(&t, NULL, lie, &l), 0);
	assert_int_equal(ctl_client_open(path, answer ? PATIENCE_MS : 100, &c), 0);
	r = ctl_client_call(c, 2, argv, body, NULL);
	c = ctl_client_close(c);
	pthread_join(t, NULL);
	unlink(path);
	return r;
}

static void test_the_client_believes_no_server_blindly(void **state)
{
	static const struct {
		const char *answer;
		int r;
	} cases[] = {
		{ NULL, -ETIMEDOUT },
		{ "", -ECONNRESET },
		{ "ok", -ECONNRESET },
		{ "ok 5\nabc", -ECONNRESET },
		{ "ok 3\nabc", 0 },
		{ "ok 3\nabcdef", 0 },
		{ "ok\nabc", 0 },
		{ "ok 5000000000\nabc", -ECONNRESET },
		{ "ok -5\nabc", -EPROTO },
		{ "yes\n", -EPROTO },
		{ "error 2 gone\nabc", -ENOENT },
		{ "error 2 gone", -ECONNRESET },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf body = BUF_INIT(1000);

		assert_int_equal(ask_liar(cases[i].answer, &body), cases[i].r);
		if (cases[i].r == 0)
			assert_string_equal(buf_str(&body), "abc");
	}
}

static void test_an_endless_head_is_refused(void **state)
{
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1000);
	CLEANUP(str_free_p) char *head = calloc(1, 100001);

	(void) state;
	assert_non_null(head);
	memset(head, 'o', 100000);
	assert_int_equal(ask_liar(head, &body), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_client_believes_no_server_blindly),
		cmocka_unit_test(test_an_endless_head_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
