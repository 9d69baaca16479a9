#ifndef FS_AHEAD_H
#define FS_AHEAD_H

struct aheads;
struct fs;
struct handle;

/*
 * Programs that read document after document of a directory (grep -r, cp -r, a
 * build): what they will read next is fetched while they read. Two in a row are
 * a beginning when the second stands near behind the first in one of the orders
 * in which programs read: as the directory lists them, or by name.
 */
struct aheads *aheads_new(void); /* NULL: out of memory */
struct aheads *aheads_free(struct aheads *a);

/* The process reads the beginning of the document. No lock held. Never waits for the network. */
void ahead_note(struct fs *f, const struct handle *h);

#endif
