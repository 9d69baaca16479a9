#ifndef SYNC_NUMBERS_H
#define SYNC_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* A set of ids that a server's answer fills: bounded, sorted before it is asked. */
enum { NUMBERS_MAX = 4 << 20 };

struct numbers {
	int64_t *v; /* owned */
	size_t n, cap;
};

#define NUMBERS_INIT { 0 }

/* 0, -ENOMEM, -EFBIG. */
MUST_CHECK int numbers_add(struct numbers *s, int64_t number);
void numbers_sort(struct numbers *s);

/* Of a sorted set. */
bool numbers_has(const struct numbers *s, int64_t number);
void numbers_release(struct numbers *s);

#endif
