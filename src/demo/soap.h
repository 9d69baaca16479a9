#ifndef DEMO_SOAP_H
#define DEMO_SOAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf;
struct call;
struct fault;
struct xml;

#define SOAP_NS "http://schemas.microsoft.com/sharepoint/soap/"

/* SOAP 1.1 or 1.2, as the envelope says. */
struct soap {
	bool v12;
	struct xml *doc; /* owned: the whole envelope */
};

/*
 * Reads an envelope: any prefix, SOAP 1.1 or 1.2. action is the SOAPAction
 * header or the action of the content type, with or without quotes; NULL when
 * there is none. Fills c->op, c->args; a failure is a fault in c: -EINVAL.
 */
MUST_CHECK int soap_read(struct soap *s, struct call *c, const char *body, size_t n, const char *action);
void soap_release(struct soap *s);

/* Wraps the result in an envelope. */
void soap_answer(const struct soap *s, const struct call *c, const struct buf *result, struct buf *out);

/* An envelope with the fault that is in c. */
void soap_fault(const struct soap *s, const struct call *c, struct buf *out);

static inline void soap_release_p(struct soap *s)
{
	soap_release(s);
}

#endif
