#ifndef SP_ANSWER_H
#define SP_ANSWER_H

#include "soap.h"

struct net_reply;

/* Turns what did not go well into a result and words. Each fills f; none returns REMOTE_OK. */

/* net_http_do() or the parse failed with r; f->err may hold its words. `sent`: the request left. */
enum remote_result answer_failed(const struct sp *sp, const struct soap_call *c, int r, bool sent,
				 struct remote_fault *f);

/* A SOAP fault. */
enum remote_result answer_fault(const struct sp *sp, const struct soap_call *c, const struct soap_fault *fault,
				const struct net_reply *reply, struct remote_fault *f);

/* A SOAP message with neither a fault nor the operation's result in it. */
enum remote_result answer_empty(const struct sp *sp, const struct soap_call *c, struct remote_fault *f);

/* Anything that is not a SOAP message: a redirect, a login page, another site's page, an
 * error page. `head`: the beginning of its body. */
enum remote_result answer_foreign(const struct sp *sp, const struct soap_call *c, const struct net_reply *reply,
				  const char *head, struct remote_fault *f);

/* Whether MicrosoftSharePointTeamServices names a server before 12.0.0.4326 ([MS-OUTSPS] 1.7). */
bool answer_too_old(const struct net_reply *reply);

/* Whether an address leads to a page to log in on. */
bool answer_is_login_url(const char *url);

#endif
