#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

/*
 * What went wrong, for people: filled in where the facts are known, shown once
 * by whoever knows the user's request. It goes beside an errno, never instead.
 */
struct err {
	int code;        /* a negative errno, 0 for none */
	char text[1024]; /* one sentence: what, where and what to do; no newline at the end */
};

/* Fills e (NULL allowed) and returns code, which must be negative. */
int err_set(struct err *e, int code, const char *fmt, ...) PRINTF(3, 4);

/* As err_set, but an e that is filled already keeps its first text. */
int err_add(struct err *e, int code, const char *fmt, ...) PRINTF(3, 4);

/* The text, or what strerror says of the code; never NULL. */
const char *err_text(const struct err *e, int code);

#endif
