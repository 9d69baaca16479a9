#ifndef SP_DISCUSS_H
#define SP_DISCUSS_H

#include <stdbool.h>

#include "remote/remote.h"

struct buf;
struct sp;

/*
 * Posts of discussions (MS-OUTSPS 3.1.4.2): a new one goes as a mail message, with AddDiscussionBoardItem. Its place
 * among the others is its Thread-index; it is known again by its Message-ID (item_post_id()). What a message cannot say
 * follows as an update of the ID that the answer named (MS-OUTSPS_R1089), and that one's answer brings the row.
 *
 * An answer in a thread whose root has no ThreadIndex is none of these, and goes as a New of UpdateListItems in the thread's folder,
 * although clients should not do that (MS-OUTSPS_R1082): a message is put into a thread by the first 22 bytes of its Thread-index
 * and by nothing else ([MS-LISTSWS] 3.1.4.2.2.1), so with one of its own it would begin another thread.
 */

/* Whether the change is a new post. */
bool discuss_is_post(const struct change *c);

/*
 * REMOTE_OK: ret says what became of it; OK without a row, when it was taken and only the update came to nothing.
 * Else it was not taken, or (REMOTE_LOST) nobody knows. ret is initialised by the caller.
 */
enum remote_result discuss_add(struct sp *sp, const char *list_id, const struct schema *schema, const struct change *c,
			       struct remote_outcome *ret, const atomic_int *cancel, struct remote_fault *f);

/* The message: headers, which are ASCII whatever the subject is, and the body in base64. Errors stick in out. */
void discuss_write(const struct schema *schema, const struct change *c, struct buf *out);

#endif
