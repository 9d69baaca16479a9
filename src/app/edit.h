#ifndef APP_EDIT_H
#define APP_EDIT_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"

/*
 * Changing a file of the configuration that a person may edit too: lock, read, change the text, replace the file whole. Two
 * commands at once wait for each other; the lock is a file beside it, since the file itself is replaced.
 */
struct edit {
	char *path;       /* owned; where links lead to */
	struct buf text;  /* the file as it is; empty: there is none */
	struct conf conf; /* parsed from it by edit_begin() */
	int lock;         /* -1: none */
};

#define EDIT_INIT { .text = BUF_INIT(CONF_FILE_MAX), .conf = CONF_INIT, .lock = -1 }

/* Gives the lock back. */
void edit_end(struct edit *e);
static inline void edit_end_p(struct edit *e)
{
	edit_end(e);
}

/* Makes the directory, locks and reads. 0; -errno, -EFBIG with err. */
MUST_CHECK int edit_open(struct edit *e, const char *path, struct err *err);

/* The same, and parses: also -EINVAL with err "FILE:LINE: ...". */
MUST_CHECK int edit_begin(struct edit *e, const char *path, struct err *err);

/* Replaces the file by a text that was made by additions, mode 0600. 0; -errno with err. */
MUST_CHECK int edit_write(const struct edit *e, const struct buf *text, struct err *err);

#endif
