#ifndef SP_MULTISTATUS_H
#define SP_MULTISTATUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * Reads the body of a 207 (RFC 4918 13) while it arrives. Lenient where SharePoint is lax:
 * its hrefs may be absolute or not, name another host, and be encoded or not.
 */
struct multistatus_entry {
	const char *path;  /* foreign; as remote/docs.h has paths; "": its href cannot be read */
	int status;        /* of the whole resource; 0: it has properties instead */
	const char *etag;  /* foreign; NULL: none */
	int64_t size;      /* -1: not said */
	int64_t modified;  /* seconds since 1970; 0: not said */
};

struct multistatus;

/* fn is called for each resource, when it is complete; its negative return ends the reading. arg is
 * foreign. 0 or -ENOMEM. */
MUST_CHECK int multistatus_new(int (*fn)(void *arg, const struct multistatus_entry *e), void *arg,
			       struct multistatus **ret);
struct multistatus *multistatus_free(struct multistatus *m);
DEFINE_CLEANUP(struct multistatus *, multistatus_free);

/* Portions of the body, then its end. 0; errors as of xmltab.h; what fn returned. */
MUST_CHECK int multistatus_feed(struct multistatus *m, const void *p, size_t n, struct err *err);
MUST_CHECK int multistatus_end(struct multistatus *m, struct err *err);

#endif
