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

#endif
