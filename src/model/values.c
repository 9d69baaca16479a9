#include "model/values.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

/* ---- memory ---------------------------------------------------------------- */

static bool is_in_block(const struct values *v, const char *p)
{
	return (uintptr_t) p - (uintptr_t) v->block < v->block_len;
}

static void free_entry(const struct values *v, const struct value *e)
{
	if (!is_in_block(v, e->name))
		free((char *) e->name);
}

/* "name\0text\0" in one piece; the entry's name is what free() wants. */
static int new_entry(const char *name, const char *text, struct value *ret)
{
	size_t n = strlen(name) + 1, m = strlen(text) + 1;
	char *p = FAULT("values.set") ? NULL : malloc(n + m);

	if (!p)
		return -ENOMEM;
	memcpy(p, name, n);
	memcpy(p + n, text, m);
	*ret = (struct value) { p, p + n };
	return 0;
}

void values_release(struct values *v)
{
	for (size_t i = 0; i < v->n; i++)
		free_entry(v, &v->v[i]);
	free(v->v);
	free(v->block);
	*v = (struct values) VALUES_INIT;
}

/* ---- single values ---------------------------------------------------------- */

/* Where `name` is, or where it would have to stand. */
static size_t find_place(const struct values *v, const char *name, bool *ret_found)
{
	size_t low = 0, high = v->n;

	/* Whoever sets in order (an unpacked row, a copy) pays one comparison. */
	if (high && strcmp(v->v[high - 1].name, name) < 0)
		low = high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(v->v[mid].name, name);

		if (c == 0) {
			*ret_found = true;
			return mid;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*ret_found = false;
	return low;
}

const char *values_get(const struct values *v, const char *name)
{
	bool found;
	size_t i = find_place(v, name, &found);

	return found && *v->v[i].text ? v->v[i].text : NULL;
}

bool values_has(const struct values *v, const char *name)
{
	bool found;

	find_place(v, name, &found);
	return found;
}

static void remove_at(struct values *v, size_t i)
{
	free_entry(v, &v->v[i]);
	memmove(&v->v[i], &v->v[i + 1], (v->n - i - 1) * sizeof(*v->v));
	v->n--;
}

int values_set(struct values *v, const char *name, const char *text)
{
	struct value e;
	bool found;
	size_t i = find_place(v, name, &found);
	int r;

	if (!text) {
		if (found)
			remove_at(v, i);
		return 0;
	}
	r = found ? 0 : vec_grow(&v->v, &v->cap, v->n + 1, sizeof(*v->v));
	if (r < 0)
		return r;
	/* The new entry first: name and text may be the old one's. */
	r = new_entry(name, text, &e);
	if (r < 0)
		return r;
	if (found) {
		free_entry(v, &v->v[i]);
	} else {
		memmove(&v->v[i + 1], &v->v[i], (v->n - i) * sizeof(*v->v));
		v->n++;
	}
	v->v[i] = e;
	return 0;
}

/* ---- whole sets --------------------------------------------------------------- */

int values_copy(struct values *dst, const struct values *src)
{
	struct buf b = BUF_INIT(SIZE_MAX / 4);
	struct values copy = VALUES_INIT;
	int r = values_pack(src, &b);

	if (r == 0)
		r = values_unpack(b.p, b.len, &copy);
	buf_release(&b);
	values_release(dst);
	*dst = copy;
	return r;
}

int values_overlay(struct values *v, const struct values *change)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < change->n; i++) {
		const char *text = change->v[i].text;

		r = values_set(v, change->v[i].name, *text ? text : NULL);
	}
	return r;
}

/* The first entry from i on that is not empty; v->n when there is none. */
static size_t next_full(const struct values *v, size_t i)
{
	while (i < v->n && !*v->v[i].text)
		i++;
	return i;
}

bool values_equal(const struct values *a, const struct values *b)
{
	size_t i = next_full(a, 0), k = next_full(b, 0);

	while (i < a->n && k < b->n) {
		if (strcmp(a->v[i].name, b->v[k].name) != 0 || strcmp(a->v[i].text, b->v[k].text) != 0)
			return false;
		i = next_full(a, i + 1);
		k = next_full(b, k + 1);
	}
	return i == a->n && k == b->n;
}

/* ---- the database's form ------------------------------------------------------ */

int values_pack(const struct values *v, struct buf *out)
{
	for (size_t i = 0; i < v->n; i++) {
		buf_add(out, v->v[i].name, strlen(v->v[i].name) + 1);
		buf_add(out, v->v[i].text, strlen(v->v[i].text) + 1);
	}
	return buf_error(out);
}

/* Points entries into the block; false: not pairs of strings in rising order. */
static bool read_block(struct values *v)
{
	const char *p = v->block, *end = v->block + v->block_len;

	for (; p < end; v->n++) {
		const char *text = p + strlen(p) + 1;

		if (text == end || (v->n && strcmp(v->v[v->n - 1].name, p) >= 0))
			return false;
		v->v[v->n] = (struct value) { p, text };
		p = text + strlen(text) + 1;
	}
	return true;
}

int values_unpack(const void *p, size_t n, struct values *ret)
{
	struct values v = VALUES_INIT;
	const char *bytes = p;
	size_t strings = 0;
	int r;

	if (!n)
		return 0;
	if (bytes[n - 1])
		return -EUCLEAN;
	for (const char *s = bytes; s < bytes + n; s += strlen(s) + 1)
		strings++;
	r = vec_grow(&v.v, &v.cap, strings / 2 + 1, sizeof(*v.v));
	v.block = r < 0 || FAULT("values.unpack") ? NULL : malloc(n);
	if (!v.block) {
		values_release(&v);
		return -ENOMEM;
	}
	memcpy(v.block, p, n);
	v.block_len = n;
	if (!read_block(&v)) {
		values_release(&v);
		return -EUCLEAN;
	}
	*ret = v;
	return 0;
}
