/*
 * The control protocol. What is read as a request is the same request when it is written again; so is the head of an
 * answer; and any words make a request that is read back.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "proto.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void same_words(int n, char *const a[], int m, char *const b[])
{
	demand(n == m);
	for (int i = 0; i < n; i++)
		demand(str_eq(a[i], b[i]));
	demand(!a[n] && !b[m]);
}

static void write_again(int argc, char *argv[])
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 * PROTO_LINE_BYTES);
	char *again[PROTO_WORDS + 1];
	int n = 0, r = proto_add_request(&out, argc, (const char *const *) argv);

	/* written in another way it may be longer */
	demand(r == 0 || r == -E2BIG);
	if (r < 0)
		return;
	demand(out.p[out.len - 1] == '\n' && !memchr(out.p, '\n', out.len - 1));
	out.p[out.len - 1] = '\0';
	demand(proto_split_request(out.p, again, &n) == 0);
	same_words(argc, argv, n, again);
}

static void request(char *text)
{
	char *argv[PROTO_WORDS + 1];
	int argc = 0, r = proto_split_request(text, argv, &argc);

	demand(r == 0 || r == -EINVAL || r == -E2BIG);
	if (r == 0) {
		demand(argc > 0 && argc <= PROTO_WORDS);
		write_again(argc, argv);
	}
}

/* Words that end at blanks, whatever is in them. */
static void words(char *text)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 * PROTO_LINE_BYTES);
	char *argv[PROTO_WORDS + 1] = { NULL };
	int argc = 0;

	for (char *word; text && argc < PROTO_WORDS && (word = strsep(&text, "|"));)
		argv[argc++] = word;
	argv[argc] = NULL;
	if (argc)
		write_again(argc, argv);
	else
		demand(proto_add_request(&out, 0, NULL) == -EINVAL);
}

static void head(const char *line)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 * PROTO_LINE_BYTES);
	struct proto_head h = { 0 }, again = { 0 };
	int r = proto_read_head(line, &h);

	demand(r == 0 || r == -EPROTO);
	if (r < 0)
		return;
	demand(h.code <= 0 && h.length >= -1 && h.text);
	if (h.code)
		proto_add_error(&out, h.code, h.text);
	else
		proto_add_ok(&out, h.length);
	demand(buf_error(&out) == 0 && out.len > 1);
	out.p[out.len - 1] = '\0';
	demand(proto_read_head(out.p, &again) == 0);
	demand(again.code == h.code && (h.code || again.length == h.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(str_free_p) char *text = n ? strndup((const char *) data + 1, n - 1) : NULL;

	if (!text)
		return 0;
	if (*data % 3 == 0)
		request(text);
	else if (*data % 3 == 1)
		words(text);
	else
		head(text);
	return 0;
}
