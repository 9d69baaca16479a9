#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/values.h"
#include "view/text.h"

/* As view_text_parse(). */
MUST_CHECK int parse_text(const struct view_edit *e, const char *text, size_t n, struct values *ret,
			  bool *ret_complete, struct err *err);

#endif
