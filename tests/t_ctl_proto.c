#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/buf.h"
#include "ctl/host.h"
#include "proto.h"

static void test_every_byte_but_nul_can_be_said(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);
	char all[256], *argv[PROTO_WORDS + 1];
	const char *const words[] = { "write", "", "-", "--", "%41", "Team Tasks\n", all };
	int argc;

	(void) state;
	for (int i = 0; i < 255; i++)
		all[i] = (char) (i + 1);
	all[255] = '\0';
	assert_int_equal(proto_add_request(&b, 7, words), 0);
	assert_int_equal(b.p[b.len - 1], '\n');
	b.p[b.len - 1] = '\0';
	assert_null(strchr(b.p, '\n'));
	assert_int_equal(proto_split_request(b.p, argv, &argc), 0);
	assert_int_equal(argc, 7);
	for (int i = 0; i < 7; i++)
		assert_string_equal(argv[i], words[i]);
	assert_null(argv[7]);
}

/* What people type into a socket by hand. */
static void test_a_plain_request_is_as_typed(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);
	const char *const words[] = { "list", "Team Tasks", "write", "sync", "" };

	(void) state;
	assert_int_equal(proto_add_request(&b, 5, words), 0);
	assert_string_equal(b.p, "list Team%20Tasks write sync -\n");
}

static void test_bad_requests_are_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "read ", " read", "read  status", "read %", "read %4", "read %zz", "read %00", "read %0g",
	};
	char line[16], many[2 * (PROTO_WORDS + 1)], *argv[PROTO_WORDS + 1];
	int argc;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(line, sizeof(line), "%s", bad[i]);
		assert_int_equal(proto_split_request(line, argv, &argc), -EINVAL);
	}
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = i % 2 ? ' ' : 'x';
	many[sizeof(many) - 1] = '\0';
	assert_int_equal(proto_split_request(many, argv, &argc), -E2BIG);
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = i % 2 ? ' ' : 'x';
	many[2 * PROTO_WORDS - 1] = '\0';
	assert_int_equal(proto_split_request(many, argv, &argc), 0);
	assert_int_equal(argc, PROTO_WORDS);
}

static void test_a_request_has_a_ceiling(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);
	CLEANUP(buf_release_p) struct buf small = BUF_INIT(PROTO_LINE_BYTES);
	char *big = malloc(PROTO_LINE_BYTES);
	const char *words[PROTO_WORDS + 1] = { "write", big };

	(void) state;
	assert_non_null(big);
	memset(big, 'x', PROTO_LINE_BYTES);
	big[PROTO_LINE_BYTES - 7] = '\0';
	assert_int_equal(proto_add_request(&b, 2, words), 0);
	assert_int_equal(b.len, PROTO_LINE_BYTES);
	big[PROTO_LINE_BYTES - 7] = 'x';
	big[PROTO_LINE_BYTES - 6] = '\0';
	buf_reset(&b);
	assert_int_equal(proto_add_request(&b, 2, words), -E2BIG);
	assert_int_equal(proto_add_request(&small, 2, words), -E2BIG);
	for (int i = 0; i <= PROTO_WORDS; i++)
		words[i] = "x";
	buf_reset(&b);
	assert_int_equal(proto_add_request(&b, PROTO_WORDS + 1, words), -E2BIG);
	assert_int_equal(proto_add_request(&b, 0, words), -EINVAL);
	free(big);
}

static void test_heads(void **state)
{
	static const struct {
		const char *line;
		int r, code;
		int64_t length;
		const char *text;
	} cases[] = {
		{ "ok", 0, 0, -1, "" },
		{ "ok 0", 0, 0, 0, "" },
		{ "ok 16777216", 0, 0, 16777216, "" },
		{ "error 2 no list is called \"X\"", 0, -2, -1, "no list is called \"X\"" },
		{ "error 22", 0, -22, -1, "" },
		{ "error 22 ", 0, -22, -1, "" },
		{ "ok ", -EPROTO, 0, 0, NULL },
		{ "ok -1", -EPROTO, 0, 0, NULL },
		{ "ok 1x", -EPROTO, 0, 0, NULL },
		{ "ok 99999999999999999999", -EPROTO, 0, 0, NULL },
		{ "okay", -EPROTO, 0, 0, NULL },
		{ "error", -EPROTO, 0, 0, NULL },
		{ "error 0 fine", -EPROTO, 0, 0, NULL },
		{ "error -2 x", -EPROTO, 0, 0, NULL },
		{ "error 2x", -EPROTO, 0, 0, NULL },
		{ "error 99999 x", -EPROTO, 0, 0, NULL },
		{ "error 4294967298 x", -EPROTO, 0, 0, NULL },
		{ "HTTP/1.1 200 OK", -EPROTO, 0, 0, NULL },
		{ "", -EPROTO, 0, 0, NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct proto_head h;

		assert_int_equal(proto_read_head(cases[i].line, &h), cases[i].r);
		if (cases[i].r < 0)
			continue;
		assert_int_equal(h.code, cases[i].code);
		assert_int_equal(h.length, cases[i].length);
		assert_string_equal(h.text, cases[i].text);
	}
}

static void test_an_error_stays_one_line(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);

	(void) state;
	proto_add_error(&b, -EINVAL, "a\nok 5\r\x1b[2J\x7f");
	assert_string_equal(b.p, "error 22 a ok 5  [2J \n");
	buf_reset(&b);
	proto_add_ok(&b, 7);
	proto_add_ok(&b, -1);
	assert_string_equal(b.p, "ok 7\nok\n");
}

/* Any bytes: split or refused, never outside the line; what was split says the same again. */
static void test_random_requests(void **state)
{
	static const char alphabet[] = "ab -%%%0419fF\x01\xff";
	uint32_t seed = 1;

	(void) state;
	for (int i = 0; i < 200000; i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);
		char line[24], *argv[PROTO_WORDS + 1], *again[PROTO_WORDS + 1];
		int argc, argc2, n = i % 23;

		for (int k = 0; k < n; k++) {
			seed = seed * 1664525 + 1013904223;
			line[k] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		line[n] = '\0';
		if (proto_split_request(line, argv, &argc) < 0)
			continue;
		assert_int_equal(proto_add_request(&b, argc, (const char *const *) argv), 0);
		b.p[b.len - 1] = '\0';
		assert_int_equal(proto_split_request(b.p, again, &argc2), 0);
		assert_int_equal(argc2, argc);
		for (int k = 0; k < argc; k++)
			assert_string_equal(again[k], argv[k]);
	}
}

/* The table of control files: what the manual and fs show. */
static void test_control_files(void **state)
{
	(void) state;
	for (const struct ctl_file *f = ctl_mount_files; f->name; f++) {
		assert_true(f->mode == 0400 || f->mode == 0600);
		assert_ptr_equal(ctl_file_find(ctl_mount_files, f->name), f); /* no name twice */
		for (const char *const *d = ctl_mount_dirs; *d; d++)
			assert_string_not_equal(*d, f->name);
	}
	assert_int_equal(ctl_file_find(ctl_mount_files, "sync")->mode, 0600);
	assert_int_equal(ctl_file_find(ctl_mount_files, "online")->mode, 0600);
	assert_int_equal(ctl_file_find(ctl_mount_files, "status")->mode, 0400);
	assert_int_equal(ctl_file_find(ctl_mount_files, "events")->kind, CTL_STREAM_EVENTS);
	assert_int_equal(ctl_file_find(ctl_mount_files, "progress")->kind, CTL_STREAM_PROGRESS);
	assert_int_equal(ctl_file_find(ctl_list_files, "schema")->mode, 0400);
	assert_null(ctl_file_find(ctl_list_files, "Sync"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_but_nul_can_be_said),
		cmocka_unit_test(test_a_plain_request_is_as_typed),
		cmocka_unit_test(test_bad_requests_are_refused),
		cmocka_unit_test(test_a_request_has_a_ceiling),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_an_error_stays_one_line),
		cmocka_unit_test(test_random_requests),
		cmocka_unit_test(test_control_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
