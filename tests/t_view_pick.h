#ifndef T_VIEW_PICK_H
#define T_VIEW_PICK_H

#include <stdlib.h>

#include "base/str.h"

/* A random number below n. The test's own: one run is like another, unless SPFS_SEED=... says which. */
static inline unsigned pick(unsigned n)
{
	static unsigned seed;
	int64_t given;

	if (!seed)
		seed = getenv("SPFS_SEED") && str_to_i64(getenv("SPFS_SEED"), &given) == 0 ? (unsigned) given : 20261130;
	return (unsigned) rand_r(&seed) % n;
}

#endif
