#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "base/attr.h"
#include "model/list.h"

struct buf;

/* As view_text_template(). */
MUST_CHECK int template_text(const struct list *l, struct buf *out);

#endif
