#ifndef CLI_WORD_H
#define CLI_WORD_H

/*
 * The nearest of several words, for "did you mean". Offer each candidate, then
 * look at `best`: NULL when none is near enough to be a slip of the fingers.
 */
struct cli_word {
	const char *word; /* foreign; what was typed */
	const char *best; /* foreign; a candidate */
	int distance;     /* of best */
};

#define CLI_WORD_INIT(w) { .word = (w) }

void cli_word_offer(struct cli_word *w, const char *candidate);

/* Insertions, deletions, changes and swaps of neighbours that lead from a to b, ASCII case ignored;
 * words beyond 63 bytes are compared by their first 63. */
int cli_word_distance(const char *a, const char *b);

#endif
