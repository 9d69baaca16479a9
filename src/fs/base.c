#include "base_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/thread.h"

enum { SHAPES = 64 };

/* The names that rows of a list have in common: a third of what a row takes. */
struct shape {
	int refs; /* atomic */
	size_t n;
	size_t len;
	char names[]; /* n of them, each with its NUL */
};

struct shapes {
	struct lock lock; /* RANK_LEAF */
	struct shape *last[SHAPES]; /* refd; by their hash, the one that was used last */
};

/* ---- values -------------------------------------------------------------------- */

static size_t size_of_values(const struct values *v)
{
	size_t n = v->cap * sizeof(*v->v) + v->block_len;

	for (size_t i = 0; i < v->n && !v->block; i++)
		n += strlen(v->v[i].name) + strlen(v->v[i].text) + 2;
	return n;
}

static size_t size_of(const struct view_seen *s)
{
	size_t n = sizeof(struct base) + size_of_values(&s->item.values);

	for (size_t i = 0; i < s->parts.n; i++)
		n += sizeof(s->parts.item[i]) + size_of_values(&s->parts.item[i].values);
	for (int i = 0; i < 3; i++) {
		const char *text[] = { s->item.unique_id, s->item.path, s->item.replication_id };

		n += text[i] ? strlen(text[i]) + 1 : 0;
	}
	return n + (s->parts.extras ? strlen(s->parts.extras) : 0);
}

struct base *base_new(int64_t ino, int64_t version, struct view_seen *s)
{
	struct base *b = malloc(sizeof(*b));

	if (b)
		*b = (struct base) { .ino = ino, .version = version, .seen = *s, .size = size_of(s), .refs = 1 };
	else
		view_seen_release(s);
	*s = (struct view_seen) VIEW_SEEN_INIT;
	return b;
}

static struct shape *shape_ref(struct shape *s)
{
	__atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

static void shape_unref(struct shape *s)
{
	if (s && __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0)
		free(s);
}

struct base *base_ref(struct base *b)
{
	__atomic_add_fetch(&b->refs, 1, __ATOMIC_RELAXED);
	return b;
}

struct base *base_unref(struct base *b)
{
	if (b && __atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		if (b->table)
			bases_unlink(b);
		view_seen_release(&b->seen);
		shape_unref(b->shape);
		free(b->texts);
		free(b);
	}
	return NULL;
}

/* ---- packing ------------------------------------------------------------------- */

static int copy_string(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

/* All but its values. */
static int copy_item(struct item *to, const struct item *from)
{
	*to = *from;
	to->values = (struct values) VALUES_INIT;
	to->unique_id = to->path = to->replication_id = NULL;
	if (copy_string(&to->unique_id, from->unique_id) < 0 || copy_string(&to->path, from->path) < 0 ||
	    copy_string(&to->replication_id, from->replication_id) < 0) {
		item_release(to);
		return -ENOMEM;
	}
	return 0;
}

static uint64_t hash_names(const struct values *v)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < v->n; i++)
		for (const char *p = v->v[i].name; *p; p++)
			h = (h ^ (unsigned char) *p) * 1099511628211ull;
	return h;
}

static bool has_names(const struct shape *s, const struct values *v)
{
	const char *p = s->names;
	bool same = s->n == v->n;

	for (size_t i = 0; same && i < v->n; i++) {
		same = strcmp(p, v->v[i].name) == 0;
		p += strlen(p) + 1;
	}
	return same;
}

static struct shape *shape_new(const struct values *v)
{
	struct shape *s;
	size_t len = 0;

	for (size_t i = 0; i < v->n; i++)
		len += strlen(v->v[i].name) + 1;
	s = malloc(sizeof(*s) + len);
	if (!s)
		return NULL;
	*s = (struct shape) { 1, v->n, 0 };
	for (size_t i = 0; i < v->n; i++) {
		size_t n = strlen(v->v[i].name) + 1;

		memcpy(s->names + s->len, v->v[i].name, n);
		s->len += n;
	}
	return s;
}

/* The names of v, held; ret_new: how much memory they take that nobody had before. */
static struct shape *find_shape(struct shapes *b, const struct values *v, size_t *ret_new)
{
	struct shape **at = &b->last[hash_names(v) % SHAPES], *old = NULL, *s = NULL;

	lock_take(&b->lock);
	if (*at && has_names(*at, v))
		s = shape_ref(*at);
	lock_give(&b->lock);
	*ret_new = 0;
	if (s || !(s = shape_new(v)))
		return s;
	*ret_new = sizeof(*s) + s->len;
	lock_take(&b->lock);
	old = *at;
	*at = shape_ref(s);
	lock_give(&b->lock);
	shape_unref(old);
	return s;
}

static int pack_texts(struct base *to, const struct values *v)
{
	size_t len = 0;

	for (size_t i = 0; i < v->n; i++)
		len += strlen(v->v[i].text) + 1;
	to->texts = malloc(len);
	if (!to->texts)
		return -ENOMEM;
	for (size_t i = 0; i < v->n; i++) {
		size_t n = strlen(v->v[i].text) + 1;

		memcpy(to->texts + to->texts_len, v->v[i].text, n);
		to->texts_len += n;
	}
	return 0;
}

struct base *base_pack(struct shapes *t, struct base *b)
{
	const struct values *v = &b->seen.item.values;
	struct base *p;
	size_t names;

	if (b->shape || !v->n || b->seen.parts.n || b->seen.parts.extras || !(p = calloc(1, sizeof(*p))))
		return base_ref(b);
	*p = (struct base) { .ino = b->ino, .version = b->version, .refs = 1, .seen.id = b->seen.id };
	if (copy_item(&p->seen.item, &b->seen.item) < 0 || !(p->shape = find_shape(t, v, &names)) || pack_texts(p, v) < 0) {
		base_unref(p);
		return base_ref(b);
	}
	p->size = size_of(&p->seen) + p->texts_len + names;
	return p;
}

struct base *base_whole(struct base *b)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	CLEANUP(buf_release_p) struct buf pairs = BUF_INIT(SIZE_MAX / 4);
	const char *name, *text = b->texts;

	if (b->table)
		return bases_read_stored(b);
	if (!b->shape)
		return base_ref(b);
	name = b->shape->names;
	for (size_t i = 0; i < b->shape->n; i++) {
		size_t k = strlen(name) + 1, n = strlen(text) + 1;

		buf_add(&pairs, name, k);
		buf_add(&pairs, text, n);
		name += k;
		text += n;
	}
	s.id = b->seen.id;
	if (buf_error(&pairs) < 0 || copy_item(&s.item, &b->seen.item) < 0 ||
	    values_unpack(pairs.p, pairs.len, &s.item.values) < 0)
		return NULL;
	return base_new(b->ino, b->version, &s);
}

/* ---- shapes -------------------------------------------------------------------- */

struct shapes *shapes_new(void)
{
	struct shapes *s = calloc(1, sizeof(*s));

	if (s)
		lock_init(&s->lock, RANK_LEAF);
	return s;
}

struct shapes *shapes_free(struct shapes *s)
{
	if (s) {
		for (size_t i = 0; i < SHAPES; i++)
			shape_unref(s->last[i]);
		lock_release(&s->lock);
		free(s);
	}
	return NULL;
}
