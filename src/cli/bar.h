#ifndef CLI_BAR_H
#define CLI_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * Progress on a terminal: one line on stderr that is drawn over itself, first after
 * half a second, at most ten times a second, and only where a person sees it: stderr is a
 * terminal that can, and we are in its foreground.
 */
struct bar {
	bool on;
	bool drawn;    /* there is something to wipe */
	int64_t begun; /* monotonic ms */
	int64_t last;  /* of the last drawing */
};

/* forced: -1 never, 1 always, 0 as it fits. */
void bar_begin(struct bar *b, int forced);

/* A step as `progress` tells it: ` receive "Tasks" 310/500`. */
void bar_draw(struct bar *b, const char *step);

/* Wipes the line: before other output, and at the end. */
void bar_wipe(struct bar *b);

/* The line for a step in so many columns; pure. */
void bar_line(const char *step, int columns, struct buf *out);

#endif
