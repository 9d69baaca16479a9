#ifndef DEMO_TAKE_H
#define DEMO_TAKE_H

#include "base/attr.h"

struct buf;
struct intake;

/* What a client sent into stored form, by type; see ftype.h. 0, -EINVAL with the refusal set, -errno. */
MUST_CHECK int take_plain(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_text(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_note(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_choices(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_number(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_integer(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_boolean(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_date(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_lookup(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_user(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_url(struct intake *in, const char *sent, struct buf *out);
MUST_CHECK int take_guid(struct intake *in, const char *sent, struct buf *out);

#endif
