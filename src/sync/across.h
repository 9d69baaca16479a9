#ifndef SYNC_ACROSS_H
#define SYNC_ACROSS_H

#include <stdbool.h>

#include "base/attr.h"
#include "remote/remote.h"

struct entry;
struct worker;

/*
 * Carries out the next move to another library that waits in the entry, by the worker that has taken it, and answers who
 * waits for it. False: there is none. *ret: as a sync of the list would end with it.
 */
bool across_run(struct worker *w, struct entry *e, enum remote_result *ret, struct remote_fault *f);

/* Forgets them; who waits for them is the caller's to answer. Needs the lock. */
void across_drop(struct entry *e);

#endif
