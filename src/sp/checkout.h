#ifndef SP_CHECKOUT_H
#define SP_CHECKOUT_H

#include "remote/docs.h"

/* CheckOutFile, CheckInFile, UndoCheckOut ([MS-LISTSWS] 3.1.4.8, .7, .26), as remote/docs.h describes them. */
enum remote_result checkout_begin(struct remote *r, const char *path, const atomic_int *cancel,
				 struct remote_fault *f);
enum remote_result checkout_end(struct remote *r, const char *path, const char *comment, enum remote_checkin kind,
				const atomic_int *cancel, struct remote_fault *f);
enum remote_result checkout_undo(struct remote *r, const char *path, const atomic_int *cancel,
				struct remote_fault *f);

#endif
