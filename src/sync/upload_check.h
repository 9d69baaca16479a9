#ifndef SYNC_UPLOAD_CHECK_H
#define SYNC_UPLOAD_CHECK_H

#include <stdbool.h>

#include "base/attr.h"
#include "model/change.h"
#include "local.h"
#include "push.h"
#include "upload_look.h"

/* Who has a document to himself ([MS-LISTSWS] 3.1.4.7, .8, .26), beside its bytes. */

/* A check-in that is to be as the library has them becomes what the library has now. */
void upload_check_take(const struct txn *t, struct change *c);

/* Carries the change out: CHECK_OUT, CHECK_IN, UNDO_CHECK_OUT. Results of the remote. */
enum remote_result upload_check(const struct push *p, const struct upload_doc *d, const struct change *c,
				struct remote_fault *f);

/* Whether the document is to be checked out before it is stored: the library wants it, and nobody has it. */
bool upload_wants_check_out(const struct txn *t, const struct item *i);

/* Checks it out before it is stored over the version d->etag, which becomes the word for the same bytes afterwards. */
enum remote_result upload_check_out(const struct push *p, struct upload_doc *d, struct remote_fault *f);

/* The server does not do it: it is told, and given up; row is of i. Written. */
MUST_CHECK int upload_check_refused(struct txn *t, struct local_item *i, struct pending_row *row, const struct remote_fault *f);

/* The same of the removal of an attachment, which shows again. */
MUST_CHECK int upload_removal_refused(struct txn *t, struct local_item *i, struct pending_row *row,
				      const struct remote_fault *f);

#endif
