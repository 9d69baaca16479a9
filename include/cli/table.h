#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdint.h>

#include "base/attr.h"

struct buf;

/* The control file `status` as spfs-files(5) describes it: a block of keys, an empty line, a header, a line a list. Pure. */
enum table_column {
	TABLE_LIST,
	TABLE_ITEMS,
	TABLE_SYNCED,
	TABLE_TO_SEND,
	TABLE_REFUSED,
	TABLE_CONFLICTS,
	TABLE_STATE,
	TABLE_NOTE,
	TABLE_COLUMNS
};

/* Calls fn for each list; the strings are valid during the call. fn's nonzero return ends it and is returned. 0 or -ENOMEM. */
MUST_CHECK int cli_table_each(const char *status, int (*fn)(void *arg, const char *const column[TABLE_COLUMNS]), void *arg);

/* "never", "2 min ago", "14:02", "2026-11-22": an ISO time for people. `now` in seconds since 1970. */
void cli_table_ago(const char *iso, int64_t now, char out[32]);

/* How many columns of a terminal a text fills: its characters (combining and wide ones are not told apart). */
int cli_table_width(const char *s);

/* Adds s with everything that could steer a terminal as '?', padded with blanks to `width` (negative: to the
 * right); a longer one is cut, with an ellipsis. 0: as long as it is. out NULL: on stdout. */
void cli_table_cell(struct buf *out, const char *s, int width);

/* Prints lines of the daemon, which may hold a server's words, with what could steer a terminal as '?'. text is changed. */
void cli_print_lines(char *text);

#endif
