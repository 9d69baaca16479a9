#ifndef DEMO_LOGIN_H
#define DEMO_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/thread.h"

struct buf;
struct http_reply;
struct http_request;
struct server;
struct visit;

/* How people of --user log in. */
enum login_mode {
	LOGIN_BASIC,  /* HTTP Basic */
	LOGIN_FORMS,  /* a cookie, from _vti_bin/Authentication.asmx ([MS-AUTHWS]) */
	LOGIN_BEARER, /* a token, from /_demo/token */
};

/* "basic", "forms", "bearer". 0 or -EINVAL. */
MUST_CHECK int login_mode_parse(const char *name, enum login_mode *ret);

/* Who has logged in: what stands in cookies and tokens. */
struct login_ticket {
	char text[40];
	const struct person *person; /* foreign */
	int64_t until;               /* monotonic ms */
};

struct logins {
	struct lock lock; /* RANK_LEAF; protects the rest */
	struct login_ticket *v; /* owned */
	size_t n, cap;
};

void logins_init(struct logins *l);
void logins_release(struct logins *l);

/* All of them end, as if their time had come. */
void logins_expire(struct logins *l);

/* Whose request it is: fills v->person. False: the answer, a refusal or a login page, is made. */
bool login_visit(struct visit *v);

/* The pages and the service that answer to everybody. True: it was one of them. */
bool login_serve(struct visit *v);

/* Trades "user=NAME&password=WORD" for a token and a line end. */
void login_token(struct server *s, const struct http_request *rq, struct http_reply *rp);

/* The page that asks for user and password. */
void login_page(struct http_reply *rp);

#endif
