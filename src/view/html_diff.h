#ifndef HTML_DIFF_H
#define HTML_DIFF_H

#include <stddef.h>

#include "base/attr.h"

/*
 * The longest common subsequence of two arrays of lines: ret[i] becomes the index
 * in b of the line that a[i] is, or -1. When the differing middle is too large to
 * compare everything with everything, only what both begin and end with is found.
 * 0, -ENOMEM.
 */
MUST_CHECK int html_diff(const char *const a[], size_t n, const char *const b[], size_t m, long ret[]);

#endif
