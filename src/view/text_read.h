#ifndef TEXT_READ_H
#define TEXT_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "keys.h"
#include "view/text.h"

/* The grammar of a text (presentation 3.2): what it says about each key, not yet what that means. */

struct text_entry {
	size_t line;       /* where it stands; 0: it does not */
	bool block;        /* lines that go on with it were there */
	struct buf value;  /* its lines, joined by LF */
};

struct text_read {
	struct text_entry *e; /* owned; one for each key */
	size_t n;
	size_t head;          /* lines before the empty one, or all */
	bool has_body;        /* there is an empty line */
	struct buf body;      /* without white space at its end, without CR */
};

#define TEXT_READ_INIT { .body = BUF_INIT((size_t) 1 << 30) }

void text_read_release(struct text_read *t);
static inline void text_read_release_p(struct text_read *t)
{
	text_read_release(t);
}

/* Refuses bytes that are not text: malformed UTF-8 and NUL. 0, -EINVAL. */
MUST_CHECK int text_check(const char *text, size_t n, struct err *err);

/* Whether the first line that is no comment begins with a key, or is empty; true too when there is none. */
bool text_has_head(const struct keys *k, const char *text, size_t n);

/* Reads into ret, which is initialised. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int text_read(const struct view_edit *edit, const struct keys *k, const char *text, size_t n,
			 struct text_read *ret, struct err *err);

/* Adds n bytes of a note as the user wrote them to out: without CR and white space at the end. */
void text_read_note(const char *s, size_t n, struct buf *out);

#endif
