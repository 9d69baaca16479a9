#ifndef TEXT_FORMAT_H
#define TEXT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/list.h"
#include "model/values.h"
#include "view/text.h"

struct buf;

/* A form in which the items of a list are files. */
struct format {
	const char *ext; /* of the files, with its dot */
	int (*render)(const struct list *l, const struct values *v, struct buf *out);
	int (*parse)(const struct view_edit *e, const char *text, size_t n, struct values *ret,
		     bool *ret_complete, struct err *err);
	int (*template)(const struct list *l, struct buf *out); /* a file for a new item */
};

/* The form of a list's items; a library's columns have one too. Never NULL. */
const struct format *format_of(const struct list *l);

#endif
