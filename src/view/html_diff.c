#include "html_diff.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 1 << 20 };

/* Lengths of common subsequences of what follows: t[i * (m + 1) + j] for a[i..n) and b[j..m). */
static void fill(uint16_t *t, const char *const a[], size_t n, const char *const b[], size_t m)
{
	for (size_t i = n; i-- > 0;)
		for (size_t j = m; j-- > 0;) {
			uint16_t *at = &t[i * (m + 1) + j], below = at[m + 1], right = at[1];

			if (strcmp(a[i], b[j]) == 0)
				*at = (uint16_t) (at[m + 2] + 1);
			else
				*at = below > right ? below : right;
		}
}

static int diff_middle(const char *const a[], size_t n, const char *const b[], size_t m, size_t offset, long ret[])
{
	uint16_t *t;
	size_t i = 0, j = 0;

	if (!n || !m || n > UINT16_MAX || m > UINT16_MAX || (n + 1) * (m + 1) > MAX_CELLS)
		return 0;
	t = calloc((n + 1) * (m + 1), sizeof(*t));
	if (!t)
		return -ENOMEM;
	fill(t, a, n, b, m);
	while (i < n && j < m) {
		const uint16_t *at = &t[i * (m + 1) + j];

		if (strcmp(a[i], b[j]) == 0)
			ret[i++] = (long) (offset + j++);
		else if (at[m + 1] >= at[1])
			i++;
		else
			j++;
	}
	free(t);
	return 0;
}

int html_diff(const char *const a[], size_t n, const char *const b[], size_t m, long ret[])
{
	size_t head = 0, tail = 0;

	for (size_t i = 0; i < n; i++)
		ret[i] = -1;
	for (; head < n && head < m && strcmp(a[head], b[head]) == 0; head++)
		ret[head] = (long) head;
	for (; tail < n - head && tail < m - head && strcmp(a[n - 1 - tail], b[m - 1 - tail]) == 0; tail++)
		ret[n - 1 - tail] = (long) (m - 1 - tail);
	return diff_middle(a + head, n - head - tail, b + head, m - head - tail, head, ret + head);
}
