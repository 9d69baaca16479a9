/*
 * The inodes that are open, counted, in an open-addressing table: asked by the
 * engine inside its transactions, so it stands under a lock that waits for
 * nobody. Beside it in another, for each inode that was opened since the kernel came to
 * know it, the version whose pages the kernel may still hold. Both grow with what is in
 * them: a list that is read again must not be rendered again because it is long.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/thread.h"
#include "handle.h"

enum { CAP = 256 };

struct slot {
	int64_t ino;   /* 0: free */
	int64_t value; /* 0: was removed */
};

struct table {
	struct slot *s; /* owned; a power of two */
	size_t cap;
	size_t used;    /* slots that are not free */
};

#define NO_VERSION INT64_MAX

struct openset {
	struct lock lock; /* RANK_LEAF */
	struct table open; /* the value: how often */
	struct table seen; /* the value: the version + 1, or NO_VERSION */
};

static size_t hash(int64_t ino, size_t cap)
{
	return (size_t) ((uint64_t) ino * 0x9e3779b97f4a7c15ull >> 32) & (cap - 1);
}

/* Its slot, or the free one where it belongs. */
static struct slot *find(const struct table *t, int64_t ino)
{
	size_t i = hash(ino, t->cap);

	while (t->s[i].ino && t->s[i].ino != ino)
		i = (i + 1) & (t->cap - 1);
	return &t->s[i];
}

/* Drops what was removed, and grows when more than a quarter is in use, shrinks when hardly any is. */
static int rebuild(struct table *t)
{
	struct table n = { .cap = t->cap };
	size_t live = 0;

	for (size_t i = 0; i < t->cap; i++)
		live += t->s[i].value > 0;
	if (live * 4 > n.cap)
		n.cap *= 2;
	else if (live * 16 < n.cap && n.cap > CAP)
		n.cap /= 2;
	n.s = calloc(n.cap, sizeof(*n.s));
	if (!n.s)
		return -ENOMEM;
	for (size_t i = 0; i < t->cap; i++)
		if (t->s[i].value > 0) {
			*find(&n, t->s[i].ino) = t->s[i];
			n.used++;
		}
	free(t->s);
	*t = n;
	return 0;
}

/* Its slot, with its ino in it; NULL: out of memory. */
static struct slot *claim(struct table *t, int64_t ino)
{
	struct slot *s;

	if (t->used * 4 >= t->cap * 3 && rebuild(t) < 0)
		return NULL;
	s = find(t, ino);
	t->used += !s->ino;
	s->ino = ino;
	return s;
}

int openset_add(struct openset *o, int64_t ino)
{
	struct slot *s;

	lock_take(&o->lock);
	s = claim(&o->open, ino);
	if (s)
		s->value++;
	lock_give(&o->lock);
	return s ? 0 : -ENOMEM;
}

void openset_remove(struct openset *o, int64_t ino)
{
	struct slot *s;

	lock_take(&o->lock);
	s = find(&o->open, ino);
	if (s->value > 0)
		s->value--;
	lock_give(&o->lock);
}

bool openset_has(struct openset *o, int64_t ino)
{
	bool has;

	lock_take(&o->lock);
	has = find(&o->open, ino)->value > 0;
	lock_give(&o->lock);
	return has;
}

bool openset_same_version(struct openset *o, int64_t ino, int64_t version)
{
	struct slot *s;
	bool same = false;

	lock_take(&o->lock);
	s = claim(&o->seen, ino);
	if (s) {
		same = s->value > 0 && s->value == version + 1;
		s->value = version + 1;
	}
	lock_give(&o->lock);
	return same;
}

bool openset_is_first(struct openset *o, int64_t ino)
{
	bool first;

	lock_take(&o->lock);
	first = find(&o->open, ino)->value == 1 && find(&o->seen, ino)->value == 0;
	lock_give(&o->lock);
	return first;
}

void openset_created(struct openset *o, int64_t ino)
{
	struct slot *s;

	lock_take(&o->lock);
	s = claim(&o->seen, ino);
	if (s)
		s->value = NO_VERSION;
	lock_give(&o->lock);
}

void openset_forget(struct openset *o, int64_t ino)
{
	lock_take(&o->lock);
	find(&o->seen, ino)->value = 0;
	lock_give(&o->lock);
}

struct openset *openset_new(void)
{
	struct openset *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	lock_init(&o->lock, RANK_LEAF);
	o->open.cap = o->seen.cap = CAP;
	o->open.s = calloc(CAP, sizeof(*o->open.s));
	o->seen.s = calloc(CAP, sizeof(*o->seen.s));
	return o->open.s && o->seen.s ? o : openset_free(o);
}

struct openset *openset_free(struct openset *o)
{
	if (o) {
		free(o->open.s);
		free(o->seen.s);
		lock_release(&o->lock);
		free(o);
	}
	return NULL;
}
