#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

#include "base/attr.h"

/* A hash map from strings to pointers. Keys are copied; values are foreign. */
struct map;

struct map *map_new(void); /* NULL: out of memory */
struct map *map_free(struct map *m);
DEFINE_CLEANUP(struct map *, map_free);

void *map_find(const struct map *m, const char *key);

/* Puts or replaces. 0 or -ENOMEM. */
MUST_CHECK int map_put(struct map *m, const char *key, void *value);

/* Removes and returns the value; NULL when there was none. */
void *map_take(struct map *m, const char *key);
size_t map_count(const struct map *m);

/* Calls fn for each entry, in no order; fn must not change the map. */
void map_each(const struct map *m, void (*fn)(void *arg, const char *key, void *value), void *arg);

#endif
