#ifndef FS_MOVE_H
#define FS_MOVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "handle.h"
#include "names.h"
#include "state.h"

/* A rename or link on its way, for rename.c and move_doc.c. */
struct move {
	const struct names_pair *p;
	struct view_found from;
	struct view_found to;
	pid_t tgid;
	bool link;
};

/* The node's own inode: a former name stands for its item's. */
static inline int64_t move_source(const struct move *m)
{
	return m->from.node.target ? m->from.node.target : m->from.node.ino;
}

/* Both names may lead to something else than the kernel thinks. */
void move_both_changed(struct fs *f, const struct move *m);

/* Handles know where their file is, for the title of a new item. Needs the lock. */
void move_renamed(struct node *n, const struct move *m);

/*
 * move_doc.c: the same of documents, whose bytes are files. -ESTALE: decide anew; WORK_NOT_HERE (work.h): the document's bytes have
 * to be fetched first.
 */

/* To another name of the library, or over another document. */
MUST_CHECK int move_document(struct fs *f, const struct move *m);

/* Whether somebody writes to the source just now. */
bool move_is_written(struct fs *f, const struct move *m);

/* To a local name: its bytes go, the document waits for new ones. */
MUST_CHECK int move_document_aside(struct fs *f, const struct move *m);

/* A local file takes a document's name, or a free one: its bytes are the document's. The same of an attachment that the server has,
 * whose old name is removed afterwards. */
MUST_CHECK int move_onto_document(struct fs *f, const struct move *m);

/* A local copy of a document. */
MUST_CHECK int move_copy_document(struct fs *f, const struct move *m, int64_t *ret_ino);

#endif
