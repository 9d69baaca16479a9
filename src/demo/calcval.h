#ifndef DEMO_CALCVAL_H
#define DEMO_CALCVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* A value in a formula; inside of the formula's files. */
enum val_kind { VAL_BLANK, VAL_NUMBER, VAL_DATE, VAL_BOOL, VAL_TEXT, VAL_ERROR };

struct val {
	enum val_kind kind;
	bool wordy;        /* blank: of a column of text */
	double n;          /* a date: days since 1899-12-30 of the site's clock */
	char *text;        /* owned; of VAL_TEXT */
	const char *error; /* "#VALUE!" and the like; of VAL_ERROR */
};

void val_release(struct val *v);

/* Replaces the value. */
void val_number(struct val *v, enum val_kind kind, double n);
void val_error(struct val *v, const char *error);

/* Takes ownership; 0 or -ENOMEM when there is none. */
MUST_CHECK int val_text(struct val *v, char *text);

/* As a number: false when it is none, and v is the error then. */
bool val_to_number(struct val *v, double *ret);

/* As a truth value, the same way. */
bool val_to_bool(struct val *v, bool *ret);

/* As text, for the caller to free; NULL: no memory, or it is an error. Dates only when not strict. */
char *val_to_text(const struct val *v);

/*
 * Carries out the function with n arguments (which it may change) and puts the result into ret. 0; -ENOENT: there is no
 * such function, or not with so many arguments; -ENOMEM.
 */
MUST_CHECK int calcfn_run(const char *name, struct val *args, size_t n, struct val *ret);

#define CALC_ARGS 30

#endif
