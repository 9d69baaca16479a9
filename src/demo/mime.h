#ifndef DEMO_MIME_H
#define DEMO_MIME_H

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * A mail message (RFC 5322, RFC 2045) as far as a discussion board keeps it.
 * What is no UTF-8 is read as Latin-1: all text that comes out is UTF-8.
 * Strings are owned; a header that is not there is "".
 */
#define MIME_PARTS 32

struct mime_file {
	char *name;
	struct buf content;
};

struct mime {
	char *subject, *message_id, *thread_index, *thread_topic, *references;
	char *html; /* of the body; plain text is made HTML */
	struct mime_file files[MIME_PARTS];
	size_t n_files;
};

/* 0; -EINVAL: there are no headers, or parts are nested too deep; -EFBIG; -ENOMEM. Release in any case. */
MUST_CHECK int mime_read(const char *p, size_t n, struct mime *ret);
void mime_release(struct mime *m);

static inline void mime_release_p(struct mime *m)
{
	mime_release(m);
}

#endif
