#ifndef SP_CHANGES_H
#define SP_CHANGES_H

#include "remote/remote.h"

struct buf;

/* GetListItemChangesSinceToken ([MS-LISTSWS] 3.1.4.22), as remote.h describes pull. */
enum remote_result changes_pull(struct remote *r, const struct remote_pull *q, const struct remote_sink *sink,
				struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f);

/* Which fields are asked for; NULL: all. */
void changes_write_fields(const struct schema *schema, struct buf *out);

/* Its parameters as XML, in the order of the schema. */
void changes_write(const struct remote_pull *q, struct buf *out);

#endif
