#ifndef NET_CHOOSE_H
#define NET_CHOOSE_H

#include <stdbool.h>

#include "net/auth.h"

struct net_reply;

/*
 * Which method NET_AUTH_AUTO comes to. Pure.
 *
 * What the user gave a command for is used at once: a token, then cookies. Else the
 * server is asked without a login, and of what it offers the first counts that the
 * account can do: Negotiate, NTLM, Basic, forms. Negotiate without a usable ticket moves
 * on to NTLM; a password that was refused is sent by no other method.
 */

/* Methods as bits: 1 << kind. */
typedef unsigned auth_set;
#define AUTH_BIT(kind) (1u << (kind))

/* What an answer offers: schemes of WWW-Authenticate, and NET_AUTH_FORMS for a login page. */
auth_set choose_offers(const struct net_account *a, const struct net_reply *r, const char *page);

/* The method before anything was asked: NET_AUTH_AUTO if the server must be. */
enum net_auth_kind choose_first(const struct net_account *a);

/* The best of `offers` but `refused`; NET_AUTH_NONE: there is none. */
enum net_auth_kind choose_from(const struct net_account *a, auth_set offers, auth_set refused);

#endif
