#ifndef CTL_PROTO_H
#define CTL_PROTO_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/* The words of a request and the head of an answer (ctl/server.h); pure functions. */
enum {
	PROTO_LINE_BYTES = 65536, /* a request with its newline; a head too */
	PROTO_WORDS = 64,
};

/* Adds one encoded word. */
void proto_add_word(struct buf *out, const char *word);

/* Adds a request line. 0, -EINVAL (no words), -E2BIG, -ENOMEM. */
MUST_CHECK int proto_add_request(struct buf *out, int argc, const char *const argv[]);

/* Decodes a word in place. 0, -EINVAL: a broken escape or a NUL. */
MUST_CHECK int proto_decode_word(char *word);

/* Cuts a request (without its newline) into its words, in place; ret_argv[*ret_argc] is
 * NULL. 0; -EINVAL: no word, an empty one, a broken escape; -E2BIG: too many. */
MUST_CHECK int proto_split_request(char *line, char *ret_argv[PROTO_WORDS + 1], int *ret_argc);

/* Adds the head of an answer; length -1: until the end of file. */
void proto_add_ok(struct buf *out, int64_t length);
void proto_add_error(struct buf *out, int code, const char *text);

struct proto_head {
	int code;         /* 0 or a negative errno */
	int64_t length;   /* of the body; -1: until the end of file */
	const char *text; /* in the line; "" when code is 0 */
};

/* Reads a head (without its newline). 0 or -EPROTO. */
MUST_CHECK int proto_read_head(const char *line, struct proto_head *ret);

#endif
