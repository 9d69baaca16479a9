#ifndef DEMO_DELTA_H
#define DEMO_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "change.h"

struct map;
struct query;

/* An Id element: a change without a row, or beside one. */
struct delta_id {
	char kind[16];
	int64_t item; /* 0: about the whole list, empty content */
	char uid[GUID_SIZE];
	char client[256]; /* vti_clientid; of MoveAway "list-guid item" */
};

/* What happened to a list since a token, each item once and as it is now. */
struct delta {
	struct delta_id *ids; /* owned */
	size_t n_ids, cap_ids;
	int64_t *rows; /* owned: items whose rows are sent, ascending */
	size_t n_rows, cap_rows;
	bool schema; /* the columns changed */
	bool more;   /* cut: the rest comes with the next token */
	struct token end;
	struct map *seen; /* owned: ids, as text */
};

/* Reads the log behind `from`; at most max rows. q says which items count. 0 or -errno. */
MUST_CHECK int delta_read(const struct query *q, const struct token *from, size_t max, struct delta *ret);
void delta_release(struct delta *d);

static inline void delta_release_p(struct delta *d)
{
	delta_release(d);
}

#endif
