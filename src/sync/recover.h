#ifndef SYNC_RECOVER_H
#define SYNC_RECOVER_H

#include "base/attr.h"

struct sync;
struct txn;

/*
 * What a start finds: open texts of a killed run become changes (through the hooks), kept texts
 * give way to their rendering, ghosts that expired go. 0 or -errno.
 */
MUST_CHECK int recover_start(struct sync *s);

/* A pull has ended that began after the answers were lost: what it did not show has not arrived,
 * and is queued again. Of t->list. */
MUST_CHECK int recover_unsure(struct txn *t);

#endif
