#ifndef SP_SOAP_H
#define SP_SOAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "remote/remote.h"
#include "xmltab.h"

struct buf;
struct docs_host;
struct net_auth;
struct net_http;
struct net_reply;
struct net_source;

/* One site, in the hands of one thread. */
struct sp {
	struct remote remote;  /* first: what the outside sees */
	struct net_http *http; /* owned */
	char *site;            /* owned; the web's URL as it was registered, without a slash at the end */
	char *address;         /* owned; the same, or another address of it: what is asked */
	char *host;            /* owned; for words */
	char *endpoint;        /* owned; {site}/_vti_bin/Lists.asmx */
	char *origin;          /* owned; "http://host[:port]" of the site */
	char *web;             /* owned; the web's path, decoded, no slash at either end; "" for a root web */
	struct docs_host *docs; /* foreign; what the host has shown about documents; shared, atomic */
	const char *dir;       /* foreign; for big answers, NULL: memory */
	bool too_old;          /* the server has no GetListItemChangesSinceToken */
};

#define SP_NS "http://schemas.microsoft.com/sharepoint/soap/"
#define SOAP_NS "http://schemas.xmlsoap.org/soap/envelope/"

#define SP_TOO_OLD                                                                       \
	"this server is older than SharePoint 2007 (12.0.0.4326) and does not know what spfs asks; " \
	"its lists can be read, and no more"

/* States of the envelope; an operation's own begin at SOAP_STATES, below SOAP_RESULT. */
enum soap_state {
	SOAP_ENVELOPE = XML_START + 1,
	SOAP_BODY,
	SOAP_ANSWER, /* {op}Response */
	SOAP_RESULT, /* {op}Result */
	SOAP_FAULT,
	SOAP_FAULTCODE,
	SOAP_FAULTSTRING,
	SOAP_DETAIL,
	SOAP_ERRORSTRING,
	SOAP_ERRORCODE,
	SOAP_STATES
};

/* The rules that every operation's table begins with. [SOAP1.1] 4; faults as [MS-LISTSWS] 2.2.3.1 */
#define SOAP_RULES(op)                                                       \
	XML_RULE(XML_START, SOAP_NS, "Envelope", SOAP_ENVELOPE),             \
	XML_RULE(SOAP_ENVELOPE, SOAP_NS, "Body", SOAP_BODY),                 \
	XML_RULE(SOAP_BODY, SP_NS, op "Response", SOAP_ANSWER),              \
	XML_RULE(SOAP_ANSWER, SP_NS, op "Result", SOAP_RESULT),              \
	XML_RULE(SOAP_BODY, SOAP_NS, "Fault", SOAP_FAULT),                   \
	XML_TEXT(SOAP_FAULT, NULL, "faultcode", SOAP_FAULTCODE),             \
	XML_TEXT(SOAP_FAULT, NULL, "faultstring", SOAP_FAULTSTRING),         \
	XML_RULE(SOAP_FAULT, NULL, "detail", SOAP_DETAIL),                   \
	XML_TEXT(SOAP_DETAIL, SP_NS, "errorstring", SOAP_ERRORSTRING),       \
	XML_TEXT(SOAP_DETAIL, SP_NS, "errorcode", SOAP_ERRORCODE)

/* One call. Everything foreign. */
struct soap_call {
	const char *op;               /* "GetList" */
	const struct buf *args;       /* its parameters as XML */
	const char *stream_name;      /* the last parameter, when it is long: read while it is sent; NULL: none */
	const struct net_source *stream; /* its text, which needs no escaping */
	const struct xml_rule *rules; /* SOAP_RULES(op), then those below SOAP_RESULT */
	const struct xml_sink *sink;  /* gets the states from SOAP_STATES on, and the end of SOAP_RESULT */
	void *ctx;                    /* of the sink */
	void (*restart)(void *ctx);   /* what the sink got is void and comes again */
	const int *stopped;           /* set by the sink when the caller's own callback ended the call; may be NULL */
	bool changes;                 /* changes something there: a lost answer is REMOTE_LOST */
	bool has_token;               /* carries a change token: see R664, R1878 */
	bool one;                     /* about one document or item: what SharePoint refuses is REMOTE_ITEM_BAD */
	struct net_reply *reply;      /* gets the answer's headers; the caller releases it; NULL: nobody wants them */
	const atomic_int *cancel;
};

/* Does it. On REMOTE_OK the sink has the whole result; on another result f says why. */
enum remote_result soap_do(struct sp *sp, const struct soap_call *c, struct remote_fault *f);

/* What a fault of a server said. */
struct soap_fault {
	bool seen;
	bool has_code;
	uint32_t code;
	char *text; /* owned; errorstring, else faultstring; NULL */
	bool has_errorstring;
	bool from_client; /* faultcode says that the request was at fault */
};

/* Fills f (its words begin with the host) and returns r. */
enum remote_result soap_fail(const struct sp *sp, struct remote_fault *f, enum remote_result r,
			     const char *fmt, ...) PRINTF(4, 5);

#endif
