#ifndef FMT_FORMS_H
#define FMT_FORMS_H

#include "view/format.h"

struct buf;

/* The forms, each as view_format has them; events are in fmt_vevent.h. */
typedef int form_render_fn(const struct view_file *f, struct buf *out);
typedef int form_parse_fn(const struct view_file *f, const char *text, size_t n, struct view_changes *ret,
			  struct err *err);

form_render_fn text_render, vtodo_render, vcard_render, eml_render;
form_parse_fn text_parse, vtodo_parse, vcard_parse, eml_parse;

#endif
