#ifndef FS_WAIT_H
#define FS_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

struct fs;
struct fuse_req;
struct sync_doc;

/*
 * Requests that wait for the sync engine. Answered once: by the engine's
 * done(), after what it reported before was passed on to the kernel; by the
 * interrupt; or by the end of the session.
 */
struct waits;

struct waits *waits_new(void); /* NULL: out of memory */
struct waits *waits_free(struct waits *w);

/* answer is called once with arg, from any thread: r 0, -EINTR, or what the engine said. */
typedef void (*wait_answer_fn)(struct fs *f, struct fuse_req *q, void *arg, int r);

/* S3: waits for the list's sync as sync_open_list says; may answer before it returns. */
void wait_for_list(struct fs *f, struct fuse_req *q, int64_t list, bool folder, pid_t tgid,
		   wait_answer_fn answer, void *arg);

/* The bytes of a document from `from` to `end`. Answered by the thread that brought them: what it waits for, nobody else's news
 * may hold up, and telling the kernel of those may wait for this very answer. */
void wait_for_bytes(struct fs *f, struct fuse_req *q, struct sync_doc *d, int64_t from, int64_t end, wait_answer_fn answer,
		    void *arg);

/* The names of an item's attachments, where the list does not tell them. now: answered by the thread that brought them, for who
 * looks a name up: the kernel keeps the directory locked. */
void wait_for_attachments(struct fs *f, struct fuse_req *q, int64_t dir, bool now, wait_answer_fn answer, void *arg);

/* A move to another library. Answered by the thread that did it: the kernel keeps both directories locked until then, and telling it
 * of changes in them waits for that. */
struct sync_crossing;
void wait_for_crossing(struct fs *f, struct fuse_req *q, const struct sync_crossing *c, wait_answer_fn answer, void *arg);

/* fsync=server: until the list's changes were sent. */
void wait_for_sent(struct fs *f, struct fuse_req *q, int64_t list, wait_answer_fn answer, void *arg);

/* Answers all that still wait, and returns when none is left. */
void waits_end(struct fs *f);

#endif
