#ifndef FS_BASE_H
#define FS_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "view/forms.h"

/*
 * What each process has read of each item: the base of the merge when it saves
 * (presentation 3.4). An editor with an old buffer then changes what its user changed
 * and does not put back what others changed meanwhile.
 *
 * As long as what was read still stands in the item's row, it is remembered only that it was read: 32 bytes, and no row is
 * read for it. bases_replacing() hears of each row that is about to change, and keeps its values for those who have read it.
 * So a program may read more files than there is memory for values, and an editor's base lasts although many
 * other files are read after it.
 *
 * Bounded in entries, and in the bytes of kept values; the longest unused go, and who reads against what is forgotten
 * reads against the item as it stands. What is held (base_ref) stays. Thread-safe, RANK_LEAF.
 */
struct bases;

/*
 * Values of one moment, shared by everybody who read them. Never change. The table keeps them packed, in less than half
 * of the memory, since hardly any is ever asked for; those that stand in a row are there. base_whole() gives them all.
 */
struct base {
	int64_t ino;
	int64_t version; /* of the node's content, 0: of no stored content */
	struct view_seen seen; /* without the item's values when it is packed; nothing when it is stored */
	size_t size;     /* in memory, about */
	int refs;        /* atomic */
	int entries;     /* the table's */
	struct shape *shape; /* refd; the names of what is packed; NULL: not packed */
	char *texts;     /* owned; packed: the text of each name, with its NUL */
	size_t texts_len;

	/* Of bases_stored(): */
	struct bases *table; /* foreign; NULL: it is none */
	int64_t item;
	struct base *kept;   /* refd, the table's: what stood in the row before it was replaced; NULL: it still does */
	struct base *next;   /* the table's, and the next */
	struct base **prev;
};

/* Entries of what stands in rows, and of kept values; bytes of the latter. At 40 bytes an entry, 26 MiB in all. */
enum { BASES_ENTRIES = 256 << 10, BASES_BYTES = 16 << 20 };

/* Reads an item as it stands; inside the writer's transaction, as that does. -ENOENT: there is none. */
typedef int bases_read(void *arg, int64_t item, struct view_seen *ret);

/* arg is foreign. NULL: out of memory. */
struct bases *bases_new(size_t max_entries, size_t max_bytes, bases_read *read, void *arg);
struct bases *bases_free(struct bases *b); /* nobody may hold one of bases_stored() any more */

/* Takes over *s (emptied). NULL: out of memory (then s is released). */
struct base *base_new(int64_t ino, int64_t version, struct view_seen *s);
struct base *base_ref(struct base *b);
struct base *base_unref(struct base *b); /* NULL allowed; returns NULL */
static inline void base_unref_p(struct base **b)
{
	base_unref(*b);
}

/* With all that was seen, held. NULL: out of memory, or the store cannot be read. */
struct base *base_whole(struct base *b);

/* Asked for before a row is read, for bases_stored(). */
uint64_t bases_moment(struct bases *b);

/*
 * What stands in the item's row and form, as read after `moment`; held. Only of items whose file is made of these alone. -EAGAIN:
 * some row was replaced since, or is being replaced: the values must be read. -ENOMEM.
 */
MUST_CHECK int bases_stored(struct bases *b, int64_t item, uint64_t moment, struct base **ret);

/* The item's row or form is about to be replaced, or deleted, by the writer's transaction (struct store_watch). 0; -errno: its
 * values cannot be kept, though somebody has read them. */
MUST_CHECK int bases_replacing(struct bases *b, int64_t item);

/* That transaction is over. */
void bases_replaced(struct bases *b);

/* Process tgid has read `base` of the item. Out of memory: it is not remembered. */
void bases_put(struct bases *b, int64_t item, pid_t tgid, struct base *base);

/* What it read last, held; NULL. */
struct base *bases_find(struct bases *b, int64_t item, pid_t tgid);

/* Values of that very content that anybody has read and that are kept, held; NULL. */
struct base *bases_of_version(struct bases *b, int64_t item, int64_t ino, int64_t version);

/* For tests. */
size_t bases_count(const struct bases *b);

#endif
