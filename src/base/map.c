#include "base/map.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

struct entry {
	struct entry *next; /* owned */
	void *value;        /* foreign */
	char key[];
};

struct map {
	struct entry **slots; /* owned; n_slots is a power of two */
	size_t n_slots;
	size_t count;
};

/* FNV-1a; titles and field names, nothing that an attacker gains by colliding
 * beyond a slow list of his own. */
static size_t hash(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char) *s) * 1099511628211u;
	return (size_t) (h ^ (h >> 32));
}

struct map *map_new(void)
{
	struct map *m = FAULT("map.new") ? NULL : calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->n_slots = 16;
	m->slots = calloc(m->n_slots, sizeof(*m->slots));
	return m->slots ? m : map_free(m);
}

struct map *map_free(struct map *m)
{
	if (!m)
		return NULL;
	for (size_t i = 0; m->slots && i < m->n_slots; i++)
		for (struct entry *e = m->slots[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
	free(m->slots);
	free(m);
	return NULL;
}

static struct entry **find_link(const struct map *m, const char *key)
{
	struct entry **p = &m->slots[hash(key) & (m->n_slots - 1)];

	while (*p && strcmp((*p)->key, key) != 0)
		p = &(*p)->next;
	return p;
}

void *map_find(const struct map *m, const char *key)
{
	const struct entry *e = *find_link(m, key);

	return e ? e->value : NULL;
}

static void rehash(struct map *m)
{
	size_t n = m->n_slots * 2;
	struct entry **slots = calloc(n, sizeof(*slots));

	if (!slots)
		return; /* longer chains, still right */
	for (size_t i = 0; i < m->n_slots; i++)
		for (struct entry *e = m->slots[i], *next; e; e = next) {
			struct entry **p = &slots[hash(e->key) & (n - 1)];

			next = e->next;
			e->next = *p;
			*p = e;
		}
	free(m->slots);
	m->slots = slots;
	m->n_slots = n;
}

int map_put(struct map *m, const char *key, void *value)
{
	struct entry **p = find_link(m, key);
	size_t len = strlen(key) + 1;
	struct entry *e = *p;

	if (e) {
		e->value = value;
		return 0;
	}
	e = FAULT("map.put") ? NULL : malloc(sizeof(*e) + len);
	if (!e)
		return -ENOMEM;
	*e = (struct entry) { .value = value };
	memcpy(e->key, key, len);
	*p = e;
	if (++m->count > m->n_slots)
		rehash(m);
	return 0;
}

void *map_take(struct map *m, const char *key)
{
	struct entry **p = find_link(m, key);
	struct entry *e = *p;
	void *value;

	if (!e)
		return NULL;
	value = e->value;
	*p = e->next;
	free(e);
	m->count--;
	return value;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

void map_each(const struct map *m, void (*fn)(void *arg, const char *key, void *value), void *arg)
{
	for (size_t i = 0; i < m->n_slots; i++)
		for (const struct entry *e = m->slots[i]; e; e = e->next)
			fn(arg, e->key, e->value);
}
