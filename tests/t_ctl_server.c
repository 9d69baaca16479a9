#include "ctl_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- the files ---------------------------------------------------------------------------------- */

static void test_control_files_by_their_names(void **state)
{
	struct fixture *f = *state;

	assert_answer(f, "read|status", 0, "status of 0\n");
	assert_answer(f, "read|nothing", 0, "");
	assert_answer(f, "read|no such file", -ENOENT, "No such file or directory");
	assert_answer(f, "write|sync|Team Tasks\n", 0, "");
	assert_string_equal(f->written, "0 sync 11 Team Tasks\n");
	assert_answer(f, "write|sync|", 0, "");
	assert_string_equal(f->written, "0 sync 0 ");
	assert_answer(f, "write|sync|nonsense", -EINVAL, "unknown word \"nonsense\" ok 5");
	assert_answer(f, "entry|outbox|2%\n.txt", 0, "outbox/2%\n.txt");
	assert_answer(f, "remove|outbox|1", 0, "");
	assert_answer(f, "remove|outbox|busy", -EBUSY, "Device or resource busy");
	assert_answer(f, "dir|inbox", -ENOENT, "No such file or directory");
}

static void test_files_of_a_list(void **state)
{
	struct fixture *f = *state;

	assert_answer(f, "list|Team Tasks|read|status", 0, "status of 5\n");
	assert_answer(f, "list|7|read|status", 0, "status of 7\n");
	assert_answer(f, "list|2024|read|status", 0, "status of 6\n"); /* a name wins over an id */
	assert_answer(f, "list|Nobody's|read|status", -ENOENT, "no list is called \"Nobody's\"");
	assert_answer(f, "list|0|read|status", -ENOENT, "no list is called \"0\"");
	assert_answer(f, "list|Team Tasks|write|sync|", 0, "");
	assert_string_equal(f->written, "5 sync 0 ");
	assert_answer(f, "list|Team Tasks|dir|outbox", -EINVAL, "after \"list NAME\" comes \"read\" or \"write\"");
	assert_answer(f, "list|Team Tasks", -EINVAL, "after \"list NAME\" comes \"read\" or \"write\"");
	assert_answer(f, "list|Team Tasks|read", -EINVAL, "\"read\" takes 1 word(s), not 0");
}

static int add_name(void *arg, const char *name)
{
	buf_addf(arg, "<%s>", name);
	return 0;
}

static void test_names_of_a_directory(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1 << 16);
	CLEANUP(buf_release_p) struct buf names = BUF_INIT(1 << 16);
	struct err err;

	assert_int_equal(ask(f, "dir|outbox", &body, &err), 0);
	assert_int_equal(ctl_client_names(&body, add_name, &names), 0);
	assert_string_equal(buf_str(&names), "<1 new.txt><-><2%\n.txt>");
	buf_reset(&body);
	assert_int_equal(ctl_client_names(&body, add_name, &names), 0);
	buf_adds(&body, "cut off");
	assert_int_equal(ctl_client_names(&body, add_name, &names), -EPROTO);
	buf_reset(&body);
	buf_adds(&body, "%zz\n");
	assert_int_equal(ctl_client_names(&body, add_name, &names), -EPROTO);
}

static void test_words_of_the_command_line(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1 << 16);
	struct err err;

	assert_answer(f, "echo||a b|%", 0, "[echo][][a b][%]");
	assert_answer(f, "frobnicate", -ENOSYS, "unknown request \"frobnicate\"");
	assert_int_equal(ask(f, "remove-list|Tasks", &body, &err), -EBUSY);
	assert_string_equal(err.text, "Tasks has unsent changes");
	assert_string_equal(buf_str(&body), "3 changes\n");
}

static void test_big_answers(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(TOO_BIG * 2);
	CLEANUP(buf_release_p) struct buf small = BUF_INIT(1000);
	struct err err;

	assert_int_equal(ask(f, "read|big", &body, &err), 0);
	assert_int_equal(body.len, BIG);
	assert_int_equal(ask(f, "read|too big", &body, &err), -EFBIG);
	assert_int_equal(ask(f, "read|big", &small, &err), -EFBIG);
	assert_answer(f, "read|status", 0, "status of 0\n");
}

static void test_several_requests_over_one_connection(void **state)
{
	struct fixture *f = *state;
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(BIG * 2);
	const char *const status[] = { "read", "status" }, *const big[] = { "read", "big" };
	const char *const missing[] = { "read", "missing" };
	struct err err = { 0 };

	assert_int_equal(ctl_client_open(f->path, PATIENCE_MS, &c), 0);
	assert_int_equal(ctl_client_more(c, 2, status, &body, &err), 0);
	assert_string_equal(buf_str(&body), "status of 0\n");
	buf_reset(&body);
	assert_int_equal(ctl_client_more(c, 2, big, &body, &err), 0);
	assert_int_equal(body.len, BIG);
	buf_reset(&body);
	assert_int_equal(ctl_client_call(c, 2, status, &body, &err), 0);
	assert_string_equal(buf_str(&body), "status of 0\n");
	assert_true(ctl_client_call(c, 2, status, &body, &err) < 0); /* that was the last */
	c = ctl_client_close(c);

	/* An error has no end but that of the connection. */
	assert_int_equal(ctl_client_open(f->path, PATIENCE_MS, &c), 0);
	assert_int_equal(ctl_client_more(c, 2, missing, &body, &err), -ENOENT);
	assert_true(ctl_client_more(c, 2, status, &body, &err) < 0);
	assert_answer(f, "more", -ENOSYS, "unknown request \"more\"");
	assert_answer(f, "more|more|read|status", -ENOSYS, "unknown request \"more\"");
}

/* ---- hostile requests ------------------------------------------------------------------------------ */

static void test_nonsense_is_answered_and_does_no_harm(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		const char *want;
	} cases[] = {
		{ "\n", 1, "error 22 this is not a request\n" },
		{ "read  status\n", 13, "error 22 this is not a request\n" },
		{ "read %00\n", 9, "error 22 this is not a request\n" },
		{ "read st\0tus\n", 12, "error 22 this is not a request\n" },
		{ "read status", 11, "error 22 this is not a request\n" }, /* cut off: not carried out */
		{ "read status\r\n", 13, "error 2 No such file or directory\n" },
		{ "read\n", 5, "error 22 \"read\" takes 1 word(s), not 0\n" },
		{ "write sync a b\n", 15, "error 22 \"write\" takes 2 word(s), not 3\n" },
		{ "stream\n", 7, "error 22 \"stream\" takes \"progress\" or \"events\"\n" },
		{ "stream events x\n", 16, "error 22 \"stream\" takes \"progress\" or \"events\"\n" },
		{ "%1b[2J\n", 7, "error 38 unknown request \" [2J\"\n" },
		{ "GET / HTTP/1.1\r\n\r\n", 18, "error 38 unknown request \"GET\"\n" },
		{ "read status\nread status\n", 24, "ok 12\nstatus of 0\n" }, /* one request each */
		{ "", 0, "" },
	};
	struct fixture *f = *state;
	char out[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		talk(f, cases[i].p, cases[i].n, out);
		assert_string_equal(out, cases[i].want);
	}
}

static void test_a_request_above_the_ceiling_is_refused(void **state)
{
	struct fixture *f = *state;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1 << 17);
	CLEANUP(str_free_p) char *big = malloc(1 << 20);
	struct err err;
	char out[512];

	assert_non_null(big);
	memset(big, 'x', 1 << 20);
	talk(f, big, 1 << 20, out);
	assert_string_equal(out, "error 7 the request is too long\n");
	for (int i = 0; i < 1 << 20; i++)
		big[i] = i % 2 ? ' ' : 'x';
	big[2000] = '\n';
	talk(f, big, 2001, out);
	assert_string_equal(out, "error 7 the request is too long\n");
	/* the client refuses it before it is sent; the longest that goes arrives */
	memset(big, 'y', 1 << 20);
	memcpy(big, "echo|", 5);
	big[PROTO_LINE_BYTES] = '\0';
	assert_int_equal(ask(f, big, &body, &err), -E2BIG);
	big[PROTO_LINE_BYTES - 1] = '\0';
	assert_int_equal(ask(f, big, &body, &err), 0);
}

static void test_random_bytes(void **state)
{
	static const char alphabet[] = "read write list status sync 5 %20%00\n\n-\xff\x01";
	struct fixture *f = *state;
	uint32_t seed = 7;
	char line[64], out[512];

	for (int i = 0; i < 1500; i++) {
		size_t n = (size_t) i % 60;

		for (size_t k = 0; k < n; k++) {
			seed = seed * 1664525 + 1013904223;
			line[k] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		line[n] = '\n';
		talk(f, line, n + 1, out);
		assert_true(str_starts(out, "ok ") || str_starts(out, "error "));
	}
	assert_answer(f, "read|status", 0, "status of 0\n");
}

/* ---- who may come, and how many ----------------------------------------------------------------------- */

static void test_the_socket_is_for_its_user_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char dir[128];

	assert_int_equal(stat(f->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	snprintf(dir, sizeof(dir), "%s/run", f->dir);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

/* SO_PEERCRED decides, even when the file's mode would let others in. */
static void test_another_user_is_turned_away(void **state)
{
	struct fixture *f = *state;
	char dir[128];
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	snprintf(dir, sizeof(dir), "%s/run", f->dir);
	assert_int_equal(chmod(f->dir, 0755) | chmod(dir, 0755) | chmod(f->path, 0666), 0);
	pid = fork();
	if (pid == 0) {
		char out[64] = "";
		int fd = -1;

		if (setresuid(65534, 65534, 65534) < 0 || sock_connect(f->path, SOCK_FOREVER, &fd) < 0)
			_exit(1);
		if (sock_receive(fd, out, sizeof(out) - 1, clock_mono_ms() + PATIENCE_MS) <= 0)
			_exit(2);
		_exit(strcmp(out, "error 13 Permission denied\n") == 0 ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void wait_for_blocked(struct fixture *f, int n)
{
	int64_t end = clock_mono_ms() + PATIENCE_MS;

	while (f->blocked != n && clock_mono_ms() < end)
		poll(NULL, 0, 2);
	assert_int_equal(f->blocked, n);
}

static void test_sixteen_connections_and_no_more(void **state)
{
	struct fixture *f = *state;
	char text[16] = "";
	int fds[16];

	open_many(f, fds, 16, "wait\n");
	wait_for_blocked(f, 16);
	assert_answer(f, "read|status", -EBUSY, "too many connections");
	f->go = true;
	for (int i = 0; i < 16; i++) {
		assert_int_equal(sock_receive(fds[i], text, 5, clock_mono_ms() + PATIENCE_MS), 5);
		assert_string_equal(text, "ok 6\n");
		while (sock_receive(fds[i], text, 5, clock_mono_ms() + PATIENCE_MS) > 0)
			;
		close(fds[i]);
		memset(text, 0, sizeof(text));
	}
	wait_for_blocked(f, 0);
	for (int r = -EBUSY; r == -EBUSY;) {
		CLEANUP(buf_release_p) struct buf body = BUF_INIT(1000);
		struct err err;

		r = ask(f, "read|status", &body, &err);
		assert_true(r == 0 || r == -EBUSY);
	}
}

/* ---- beginning and end ---------------------------------------------------------------------------------- */

static void test_nobody_there(void **state)
{
	struct fixture *f = *state;
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	char path[128];

	snprintf(path, sizeof(path), "%s/run/other.sock", f->dir);
	assert_int_equal(ctl_client_open(path, 100, &c), -ENOENT);
	assert_null(c);
}

static void test_a_socket_that_nobody_serves_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct ctl_server *s = NULL;
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	struct err err = { 0 };
	char path[128];
	int fd;

	assert_int_equal(ctl_server_start(&f->config, &s, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, "another spfs serves it"));
	snprintf(path, sizeof(path), "%s/run/stale.sock", f->dir);
	assert_int_equal(sock_listen(path, &fd), 0);
	close(fd); /* as if killed */
	assert_int_equal(ctl_client_open(path, 100, &c), -ECONNREFUSED);
	f->config.path = path;
	assert_int_equal(ctl_server_start(&f->config, &s, NULL), 0);
	assert_int_equal(ctl_client_open(path, 100, &c), 0);
	assert_null(ctl_server_stop(s));
	assert_int_equal(access(path, F_OK), -1);
	/* what is no socket stays */
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	assert_int_equal(ctl_server_start(&f->config, &s, NULL), -EEXIST);
	assert_int_equal(unlink(path), 0);
}

static void test_a_path_longer_than_an_address(void **state)
{
	struct fixture *f = *state;
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	struct ctl_server *s = NULL;
	char dir[300], path[320];

	snprintf(dir, sizeof(dir), "%s/run/%0180d", f->dir, 0);
	snprintf(path, sizeof(path), "%s/a.sock", dir);
	f->config.path = path;
	assert_int_equal(ctl_server_start(&f->config, &s, NULL), 0);
	assert_int_equal(ctl_client_open(path, 1000, &c), 0);
	ctl_server_stop(s);
	assert_int_equal(rmdir(dir), 0);
}

static void *stop(void *arg)
{
	struct fixture *f = arg;

	f->server = ctl_server_stop(f->server);
	return NULL;
}

/* A command that is under way gets its answer to its caller; a stream ends; who has not asked yet is cut off. */
static void test_stopping_lets_requests_end(void **state)
{
	struct fixture *f = *state;
	int waiting, idle, stream;
	char text[32] = "";
	pthread_t t;

	open_many(f, &waiting, 1, "wait\n");
	open_many(f, &idle, 1, "read sta");
	open_many(f, &stream, 1, "stream events\n");
	assert_int_equal(sock_receive(stream, text, 3, clock_mono_ms() + PATIENCE_MS), 3);
	wait_for_blocked(f, 1);
	assert_int_equal(pthread_create(&t, NULL, stop, f), 0);
	assert_int_equal(sock_receive(stream, text, 3, clock_mono_ms() + PATIENCE_MS), 0);
	while (sock_receive(idle, text, sizeof(text), clock_mono_ms() + PATIENCE_MS) > 0)
		;
	f->go = true;
	memset(text, 0, sizeof(text));
	for (size_t n = 0; n < 11;) {
		int r = sock_receive(waiting, text + n, sizeof(text) - 1 - n, clock_mono_ms() + PATIENCE_MS);

		assert_true(r > 0);
		n += (size_t) r;
	}
	assert_string_equal(text, "ok 6\nwaited");
	pthread_join(t, NULL);
	close(waiting);
	close(idle);
	close(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(test_control_files_by_their_names),
		WITH_SERVER(test_files_of_a_list),
		WITH_SERVER(test_names_of_a_directory),
		WITH_SERVER(test_words_of_the_command_line),
		WITH_SERVER(test_big_answers),
		WITH_SERVER(test_several_requests_over_one_connection),
		WITH_SERVER(test_nonsense_is_answered_and_does_no_harm),
		WITH_SERVER(test_a_request_above_the_ceiling_is_refused),
		WITH_SERVER(test_random_bytes),
		WITH_SERVER(test_the_socket_is_for_its_user_alone),
		WITH_SERVER(test_another_user_is_turned_away),
		WITH_SERVER(test_sixteen_connections_and_no_more),
		WITH_SERVER(test_nobody_there),
		WITH_SERVER(test_a_socket_that_nobody_serves_is_replaced),
		WITH_SERVER(test_a_path_longer_than_an_address),
		WITH_SERVER(test_stopping_lets_requests_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
