#ifndef RENDER_H
#define RENDER_H

#include "base/attr.h"
#include "model/list.h"
#include "model/values.h"

struct buf;

/* Adds the item's text. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int render_text(const struct list *l, const struct values *v, struct buf *out);

/* Adds a value for people as it stands behind "Key: ", on one line. */
void render_line(const struct field *f, const char *value, struct buf *out);

/* Adds s with spaces for control characters. */
void render_words(const char *s, struct buf *out);

#endif
