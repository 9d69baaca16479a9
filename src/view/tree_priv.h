#ifndef TREE_PRIV_H
#define TREE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "base/thread.h"
#include "view/tree.h"

struct store;
struct resolve_cache;

/* A registered list in the table. */
struct tree_list {
	struct view_list *list; /* refd */
	struct store_node dir;  /* owned; its directory's row */
};

struct view_tree {
	struct store *store;    /* foreign, immutable */
	struct view_forms *forms; /* owned, immutable */
	struct lock lock;       /* RANK_LEAF: the table; never held while the store is asked */
	struct tree_list *l;    /* owned, n of cap */
	size_t n;
	size_t cap;
	struct store_node root; /* owned */
	struct resolve_cache *people; /* owned; has its own lock */
};

/* tree_node.c: what programs see of a row. -ENOENT: a ghost that leads nowhere. */
MUST_CHECK int tree_attr_of(struct view_tree *t, const struct store_node *n, struct view_attr *ret);

/* tree.c: the entries of the root. fn's nonzero return ends it and is returned. */
MUST_CHECK int tree_each_list(struct view_tree *t,
			      int (*fn)(void *arg, const char *name, const struct view_attr *a),
			      void *arg);

/* Directories that are in memory. 1: ret is filled; 0: another node. */
int tree_known_dir(struct view_tree *t, int64_t ino, struct view_attr *ret);

/* A list's directory by name; -ENOENT. */
MUST_CHECK int tree_find_list(struct view_tree *t, const char *name, struct view_attr *ret);

/* tree_resolve.c: values that were seen may have become more. list 0: of all. */
struct resolve_cache *resolve_new(void);
struct resolve_cache *resolve_free(struct resolve_cache *c);
void resolve_outdate(struct resolve_cache *c);

#endif
