#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include "base/attr.h"
#include "base/err.h"

struct oauth_site;
struct places;

/* Logging in with OAuth, with the person: in the browser of this computer, or on any other device. */
enum login_how {
	LOGIN_BEST,    /* the browser if there is a display; else a device, if the server offers that */
	LOGIN_BROWSER,
	LOGIN_DEVICE,
};

/*
 * Says on stdout what to do, waits for the person, keeps the tokens. 0; -EKEYEXPIRED: the server, or the person there, said
 * no, or took too long; else as net/oauth.h and tokens.h; with err.
 */
MUST_CHECK int login_oauth(const struct places *p, const struct oauth_site *s, enum login_how how, struct err *err);

/* Takes the tokens back at the server, where it does that, and removes them here in any case. 0; -ENOENT: there were none; with err. */
MUST_CHECK int logout_oauth(const struct places *p, const struct oauth_site *s, struct err *err);

#endif
