#ifndef SP_LISTS_H
#define SP_LISTS_H

#include "remote/remote.h"

struct buf;

/* GetListCollection ([MS-LISTSWS] 3.1.4.17) and GetList (3.1.4.15), as remote.h describes them. */
enum remote_result lists_all(struct remote *r, int (*fn)(void *arg, const struct list *l), void *arg,
			     const atomic_int *cancel, struct remote_fault *f);
enum remote_result lists_get(struct remote *r, const char *name, struct list *ret, const atomic_int *cancel,
			     struct remote_fault *f);

/* Adds <listName>: a GUID in braces, whatever form it came in, or a title as it is. */
void lists_add_name(struct buf *out, const char *name);

#endif
