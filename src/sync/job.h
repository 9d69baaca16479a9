#ifndef SYNC_JOB_H
#define SYNC_JOB_H

struct entry;
struct worker;

/* One sync of a list, by the worker that has taken it (e->worker). Afterwards the entry has no worker, or is gone. */
void job_run(struct worker *w, struct entry *e);

#endif
