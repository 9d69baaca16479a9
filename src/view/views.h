#ifndef VIEWS_H
#define VIEWS_H

#include "base/attr.h"
#include "model/field.h"
#include "model/list.h"

struct buf;

/* views_json.c: adds a wire value ("" or NULL: none) as JSON. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int json_value(const struct list *l, const struct field *f, const char *wire, struct buf *out);

/* Adds a string with its quotation marks. */
void views_json_string(const char *s, struct buf *out);

/* views_name.c: names for recutils: letters, digits and '_', a letter first. Fresh; NULL: out of memory. */
char *rec_name(const char *display);

#endif
