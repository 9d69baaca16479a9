#ifndef DEMO_SERVE_H
#define DEMO_SERVE_H

#include "http.h"
#include "script.h"

struct person;
struct reqlog_entry;
struct server;
struct site;

/* One HTTP request below the sites. */
struct visit {
	struct server *s;
	const struct http_request *rq;
	struct http_reply *rp;
	struct reqlog_entry *entry;
	const struct person *person;
	struct site *site;
	const char *rest; /* of the path, behind the site and its '/' */
	const char *base; /* "http://host" */
};

/* POST to the service. */
void serve_soap(struct visit *v);

/* GET of pages, descriptions and attachments; and what else is asked is 404 or 405. */
void serve_get(struct visit *v);

/* Carries out what a script ordered before the request; false: that was all, the reply is made. */
bool serve_orders(struct visit *v, const struct effects *fx);

/* What it ordered for the answer. */
void serve_orders_after(struct visit *v, const struct effects *fx);

#endif
