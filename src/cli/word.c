#include "cli/word.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 63 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int lower(char c)
{
	return tolower((unsigned char) c);
}

/* Damerau's distance, three rows at a time: two back for the swap of neighbours. */
int cli_word_distance(const char *a, const char *b)
{
	int rows[3][LONGEST + 1] = { 0 };
	int n = least((int) strlen(a), LONGEST), m = least((int) strlen(b), LONGEST);

	for (int j = 0; j <= m; j++)
		rows[0][j] = j;
	for (int i = 1; i <= n; i++) {
		const int *before = rows[(i + 1) % 3], *up = rows[(i - 1) % 3];
		int *row = rows[i % 3];

		row[0] = i;
		for (int j = 1; j <= m; j++) {
			int same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(least(row[j - 1], up[j]) + 1, up[j - 1] + !same);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

void cli_word_offer(struct cli_word *w, const char *candidate)
{
	int d = cli_word_distance(w->word, candidate);
	int slips = 1 + (int) strlen(w->word) / 4; /* a longer word may have more of them */

	if (d <= slips && d < (int) strlen(candidate) && (!w->best || d < w->distance)) {
		w->best = candidate;
		w->distance = d;
	}
}
