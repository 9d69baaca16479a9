#ifndef SP_FORMS_H
#define SP_FORMS_H

#include <stdbool.h>

#include "base/attr.h"

struct err;
struct net_reply;
struct net_ticket;
struct net_trade;

/*
 * Logging in with forms ([MS-AUTHWS]): Login of the Authentication service at the root of
 * the server trades user and password for cookies. It is a net_trader's function; arg is
 * not used. 0; -EACCES: the password was refused; -EPERM: this server has no such login;
 * otherwise as net_http_do().
 */
MUST_CHECK int forms_trade(void *arg, const struct net_trade *t, struct net_ticket *ret, struct err *err);

/* Whether an answer is a page to log in on, or leads to one, by its status and headers. */
bool forms_is_login_page(const struct net_reply *r);

#endif
