#ifndef DEMO_CALC_H
#define DEMO_CALC_H

#include "base/attr.h"

struct buf;
struct item;
struct list;

/*
 * Works out the formula of a calculated column: columns by internal or display
 * name, bare or in brackets, numbers, "texts", + - * / &, and brackets around
 * them. Everything else, and a division by zero, is "#NAME?" or "#DIV/0!", as
 * a real server shows it. Adds the stored form. 0 or -errno.
 */
MUST_CHECK int calc_eval(const char *formula, const struct list *l, const struct item *i, struct buf *out);

#endif
