#ifndef SP_DOCS_PATH_H
#define SP_DOCS_PATH_H

#include <stdbool.h>

#include "base/attr.h"

struct buf;
struct sp;

/*
 * Between the paths of remote/docs.h (server-relative, decoded, without a slash at either
 * end) and the URLs on the wire. Hosts and schemes that a server writes are never used: it
 * may call itself something else than the user does, and nothing goes to another origin.
 */

/*
 * Adds the URL of a path on the site's own origin, percent-encoded once. 0; -EINVAL: not
 * below the web, or with an empty part, "." or ".." or a control character in it; -EFBIG, -ENOMEM.
 */
MUST_CHECK int docs_path_url(const struct sp *sp, const char *path, struct buf *out);

/*
 * The URL as parameters and fields of Lists.asmx have it: with blanks and letters as they
 * are (so all of Microsoft's examples), encoded only where the plain text would not be a
 * URL of that path ('%', '#', '?'). `origin`: "http://host[:port]". Errors stick in out.
 */
void docs_path_plain(const char *origin, const char *path, struct buf *out);

/*
 * The path in what a server wrote: an absolute URL or an absolute path, percent-encoded or
 * not, as SharePoint's hrefs are. 0; -EINVAL: not that, or not UTF-8 when decoded; -EFBIG, -ENOMEM.
 */
MUST_CHECK int docs_path_read(const char *href, struct buf *out);

/* Decodes %XX where it can be read and leaves the rest; `plus`: '+' is a blank. */
void docs_path_decode(const char *s, bool plus, struct buf *out);

/* Servers compare without regard to (ASCII's) case. */
bool docs_path_same(const char *a, const char *b);

/* Whether it lies below the site's web. */
bool docs_path_is_ours(const struct sp *sp, const char *path);

#endif
