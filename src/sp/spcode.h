#ifndef SP_SPCODE_H
#define SP_SPCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "remote/remote.h"

/* What the numbers of a server mean: two tables, and nothing else decides on a number. */

struct spcode {
	uint32_t code;
	enum remote_result item; /* in a Result of UpdateListItems: the fate of one change */
	enum remote_result call; /* in a SOAP fault: the fate of the whole call */
	const char *words;       /* for people; what to do */
};

/* Codes that are not in the table get a row that refuses the one change or the one list. Never NULL. */
const struct spcode *spcode_find(uint32_t code);

struct sphttp {
	int from, to; /* status codes */
	enum remote_result result;
	bool maybe_done; /* the request may have been carried out all the same */
	const char *words;
};

/* For an answer without a SOAP message in it. Never NULL. */
const struct sphttp *spcode_http(int status);

#endif
