#ifndef NET_REPLY_H
#define NET_REPLY_H

#include <stddef.h>

#include "base/attr.h"

struct net_reply;

/*
 * Takes one line as curl delivers it: a status line begins a new answer and forgets
 * the headers before. 0, -EFBIG, -ENOMEM.
 */
MUST_CHECK int reply_add_line(struct net_reply *r, const char *p, size_t n);

/* Of a 3xx: fills r->redirect from Location, which may be relative to `url`. 0 or -ENOMEM. */
MUST_CHECK int reply_note_redirect(struct net_reply *r, const char *url);

#endif
