#ifndef SP_ATTACH_H
#define SP_ATTACH_H

#include "remote/docs.h"

/* Attachments of items ([MS-LISTSWS] 3.1.4.14, .1, .10), as remote/docs.h describes them. */
enum remote_result attach_list(struct remote *r, const char *list_id, int64_t item,
			       int (*fn)(void *arg, const char *name, const char *path), void *arg,
			       const atomic_int *cancel, struct remote_fault *f);

/* The file goes out as base64 while it is read. An empty one the server would not take: ITEM_BAD, -EINVAL. */
enum remote_result attach_add(struct remote *r, const char *list_id, int64_t item, const char *name, int fd,
			      int64_t size, const atomic_int *cancel, struct remote_fault *f);

/* ITEM_GONE: the item has no such attachment. */
enum remote_result attach_delete(struct remote *r, const char *list_id, int64_t item, const char *name,
				 const atomic_int *cancel, struct remote_fault *f);

#endif
