/*
 * The inodes that are open, counted, in an open-addressing table: asked by the
 * engine inside its transactions, so it stands under a lock that waits for
 * nobody. Beside it, for each inode that was ever open, the version whose pages
 * the kernel may still hold; a table in which a newer inode overwrites an older one,
 * since forgetting costs one read more and no error.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/thread.h"
#include "handle.h"

enum { VERSIONS = 1 << 17 };

struct slot {
	int64_t ino; /* 0: free */
	int count;   /* 0: was removed */
};

struct seen_version {
	int64_t ino;
	int64_t version;
};

struct openset {
	struct lock lock; /* RANK_LEAF */
	struct slot *s;   /* owned; a power of two */
	size_t cap;
	size_t used;      /* slots that are not free */
	struct seen_version *seen; /* owned; NULL until somebody asks */
};

static size_t hash(int64_t ino, size_t cap)
{
	return (size_t) ((uint64_t) ino * 0x9e3779b97f4a7c15ull >> 32) & (cap - 1);
}

/* Its slot, or the free one where it belongs. */
static struct slot *find(struct slot *s, size_t cap, int64_t ino)
{
	size_t i = hash(ino, cap);

	while (s[i].ino && s[i].ino != ino)
		i = (i + 1) & (cap - 1);
	return &s[i];
}

/* Drops what was removed, and grows when more than half is in use. */
static int rebuild(struct openset *o)
{
	size_t live = 0, cap;
	struct slot *s;

	for (size_t i = 0; i < o->cap; i++)
		live += o->s[i].count > 0;
	cap = live * 4 > o->cap ? o->cap * 2 : o->cap;
	s = calloc(cap, sizeof(*s));
	if (!s)
		return -ENOMEM;
	o->used = 0;
	for (size_t i = 0; i < o->cap; i++)
		if (o->s[i].count > 0) {
			*find(s, cap, o->s[i].ino) = o->s[i];
			o->used++;
		}
	free(o->s);
	o->s = s;
	o->cap = cap;
	return 0;
}

int openset_add(struct openset *o, int64_t ino)
{
	struct slot *s;
	int r = 0;

	lock_take(&o->lock);
	if (o->used * 4 >= o->cap * 3)
		r = rebuild(o);
	if (r == 0) {
		s = find(o->s, o->cap, ino);
		if (!s->ino)
			o->used++;
		s->ino = ino;
		s->count++;
	}
	lock_give(&o->lock);
	return r;
}

void openset_remove(struct openset *o, int64_t ino)
{
	struct slot *s;

	lock_take(&o->lock);
	s = find(o->s, o->cap, ino);
	if (s->count > 0)
		s->count--;
	lock_give(&o->lock);
}

bool openset_has(struct openset *o, int64_t ino)
{
	bool has;

	lock_take(&o->lock);
	has = find(o->s, o->cap, ino)->count > 0;
	lock_give(&o->lock);
	return has;
}

bool openset_same_version(struct openset *o, int64_t ino, int64_t version)
{
	struct seen_version *v;
	bool same = false;

	lock_take(&o->lock);
	if (!o->seen)
		o->seen = calloc(VERSIONS, sizeof(*o->seen));
	if (o->seen) {
		v = &o->seen[hash(ino, VERSIONS)];
		same = v->ino == ino && v->version == version;
		*v = (struct seen_version) { ino, version };
	}
	lock_give(&o->lock);
	return same;
}

struct openset *openset_new(void)
{
	struct openset *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	lock_init(&o->lock, RANK_LEAF);
	o->cap = 256;
	o->s = calloc(o->cap, sizeof(*o->s));
	return o->s ? o : openset_free(o);
}

struct openset *openset_free(struct openset *o)
{
	if (o) {
		free(o->s);
		free(o->seen);
		lock_release(&o->lock);
		free(o);
	}
	return NULL;
}
