#ifndef DEMO_PAPER_H
#define DEMO_PAPER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * Adds a document as its name says: .docx, .odt, .xlsx, .pdf, .png and .jpg
 * are real ones that programs open, all else is text. It has exactly `size`
 * bytes (a format that needs more is text, too) and, somewhere, the line
 * "NAME, version N, line 1" and more like it. 0 or -errno.
 */
MUST_CHECK int paper_write(const char *name, int64_t version, size_t size, struct buf *out);

/*
 * What a server does to a document that was put: it writes the library's
 * columns into it, so that its length and bytes change. Adds the tail that
 * replaces the last *ret_cut bytes of p, the last n bytes of the document.
 * 1; 0: documents of that name are left alone; -errno.
 */
MUST_CHECK int paper_promote(const char *name, int64_t version, const char *p, size_t n, size_t *ret_cut,
			     struct buf *out);

#define PAPER_TAIL 22

#endif
