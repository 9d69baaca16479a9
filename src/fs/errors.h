#ifndef FS_ERRORS_H
#define FS_ERRORS_H

#include <stdint.h>

#include "base/attr.h"
#include "state.h"

struct file_open;

/* ERRORS in a list's directory or a folder of it: there while something needs the user
 * (presentation 3.7). */
#define ERRORS_NAME "ERRORS"

/* -ENOENT: nothing to say in that directory. */
MUST_CHECK int errors_lookup(struct fs *f, int64_t dir, struct entry *ret);
MUST_CHECK int errors_attr(struct fs *f, int64_t ino, struct entry *ret);
MUST_CHECK int errors_open(struct fs *f, int64_t ino, int flags, struct file_open *ret);

#endif
