#ifndef DEMO_BASE64_H
#define DEMO_BASE64_H

#include "base/attr.h"

struct buf;

/* Decodes RFC 4648 base64; white space is skipped, padding required. 0, -EINVAL, -EFBIG, -ENOMEM. */
MUST_CHECK int base64_decode(const char *s, struct buf *out);

#endif
