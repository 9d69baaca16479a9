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
 * and does not put back what others changed meanwhile. Bounded in entries and in
 * bytes; the longest unused go. Thread-safe, RANK_LEAF.
 */
struct bases;

/*
 * Values of one moment, shared by everybody who read them. Never change. The table keeps them packed, in less than half
 * of the memory, since hardly any is ever asked for: base_whole() gives them.
 */
struct base {
	int64_t ino;
	int64_t version; /* of the node's content, 0: of no stored content */
	struct view_seen seen; /* without the item's values when it is packed */
	size_t size;     /* in memory, about */
	int refs;        /* atomic */
	int entries;     /* the table's */
	struct shape *shape; /* refd; the names of what is packed; NULL: not packed */
	char *texts;     /* owned; packed: the text of each name, with its NUL */
	size_t texts_len;
};

/* Enough for a program that reads all of a list of 10,000, twice. */
enum { BASES_ENTRIES = 16384, BASES_BYTES = 16 << 20 };

struct bases *bases_new(size_t max_entries, size_t max_bytes); /* NULL: out of memory */
struct bases *bases_free(struct bases *b);

/* Takes over *s (emptied). NULL: out of memory (then s is released). */
struct base *base_new(int64_t ino, int64_t version, struct view_seen *s);
struct base *base_ref(struct base *b);
struct base *base_unref(struct base *b); /* NULL allowed; returns NULL */
static inline void base_unref_p(struct base **b)
{
	base_unref(*b);
}

/* With all that was seen, held. NULL: out of memory. */
struct base *base_whole(struct base *b);

/* Process tgid has read `base` of the item. Out of memory: it is not remembered. */
void bases_put(struct bases *b, int64_t item, pid_t tgid, struct base *base);

/* What it read last, held; NULL. */
struct base *bases_find(struct bases *b, int64_t item, pid_t tgid);

/* Values of that very content that anybody has read, held; NULL. */
struct base *bases_of_version(struct bases *b, int64_t item, int64_t ino, int64_t version);

/* For tests. */
size_t bases_count(const struct bases *b);

#endif
