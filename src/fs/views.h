#ifndef FS_VIEWS_H
#define FS_VIEWS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

struct fs;

/*
 * list.csv and its like in a list's .spfs: made when they are looked up, kept in files without a name, and made anew
 * when anything in the store has changed since. Who has one open goes on reading what he opened.
 */
struct views;
struct views_file;

struct views *views_new(void); /* NULL: out of memory */
struct views *views_free(struct views *v);

/* The view as it is now, held. -ENOENT: the list has none of that name; -ENOSPC, -EIO, -ENOMEM. */
MUST_CHECK int views_get(struct fs *f, int64_t list, const char *name, struct views_file **ret);
struct views_file *views_put(struct views_file *f); /* NULL allowed; returns NULL */

int64_t views_size(const struct views_file *f);
int64_t views_time(const struct views_file *f); /* when it was made, ns */
MUST_CHECK int views_read(const struct views_file *f, void *p, size_t size, int64_t off, size_t *ret_n);

#endif
