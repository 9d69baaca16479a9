#ifndef DEMO_ZONE_H
#define DEMO_ZONE_H

#include "base/attr.h"

struct buf;

#define ZONES 5

/*
 * The zones of a web application: one site has an address in each, by which different people reach it
 * ([MS-LISTSWS] 3.1.4.22.2.2, AlternateUrls). The default zone without an address is where the client called.
 */
struct zones {
	char url[ZONES][256]; /* with a slash at the end; "": none */
};

/* name: intranet, default, extranet, internet, custom, in any case; url "": it has none. 0; -EINVAL: there is no such
 * zone, or the address is none. */
MUST_CHECK int zones_set(struct zones *z, const char *name, const char *url);

/* Adds the addresses in the order of the zones, commas between them. base: "http://host:8080", where the client called. */
void zones_write(const struct zones *z, const char *base, struct buf *out);

#endif
