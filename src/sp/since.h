#ifndef SP_SINCE_H
#define SP_SINCE_H

#include "remote/remote.h"

struct sp;

/*
 * Pulling from servers that are older than LIST_VERSION_MIN ([MS-OUTSPS] 1.7): GetListItemChanges
 * ([MS-LISTSWS] 3.1.4.21) says what changed since a time, and which items there are. It has no
 * pages, tokens, rights or deletions: the token is that time, and page->complete says that
 * present() named every item.
 */
enum remote_result since_pull(struct sp *sp, const struct remote_pull *q, const struct remote_sink *sink,
			      struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f);

#endif
