#ifndef DEMO_CALC_H
#define DEMO_CALC_H

#include <stdbool.h>

#include "base/attr.h"

struct buf;
struct item;
struct list;

/*
 * Formulas of calculated columns and of validations, [MS-WSSTS] 2.9: columns by internal or display name, bare or in
 * brackets, numbers, "texts", TRUE and FALSE, the operators  = <> < > <= >= & + - * / ^ %  and the functions of calcfn.c.
 * Dates count in days, as in a spreadsheet, on the site's clock. What cannot be worked out is "#VALUE!" or "#DIV/0!", what
 * is no formula "#NAME?", as a real server shows it.
 */

/* Adds the stored form of the result. 0 or -errno. */
MUST_CHECK int calc_eval(const char *formula, const struct list *l, const struct item *i, struct buf *out);

/* Is the result true? 1, 0 (also: an error, or no formula) or -errno. */
MUST_CHECK int calc_holds(const char *formula, const struct list *l, const struct item *i);

/* Is it a formula, whatever comes of it? 0, -EINVAL, -errno. */
MUST_CHECK int calc_check(const char *formula, const struct list *l);

/* Adds the formula with internal names where it has display names, or the reverse (to_display). Names that the list does
 * not have stay as they are: the result is their number. Or -errno. */
MUST_CHECK int calc_translate(const char *formula, const struct list *l, bool to_display, struct buf *out);

#endif
