#ifndef HTML_H
#define HTML_H

#include "base/attr.h"

struct buf;
struct html_tree;

/* Rich text (Note with RichText="TRUE", presentation 3.6): HTML shown as text, and edited text put back into HTML. */

/* Adds the text of the HTML, without a newline at the end. Any bytes are HTML. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int html_to_text(const char *html, struct buf *out);

/*
 * Adds the HTML that reads as `text` and keeps the form of the lines of `html`
 * that did not change: byte by byte when none did. What results was read again;
 * when it does not read as the text, each line became a <div> of its own.
 * 0, -ENOMEM, -EFBIG.
 */
MUST_CHECK int html_merge(const char *html, const char *text, struct buf *out);

/* Builds the tree of the HTML in `ret`, which is initialised. 0, -ENOMEM, -E2BIG: too deep or too many
 * attributes for anything but an attack. (html.c, the only file that sees libxml2.) */
MUST_CHECK int html_parse(const char *html, struct html_tree *ret);

#endif
