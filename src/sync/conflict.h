#ifndef SYNC_CONFLICT_H
#define SYNC_CONFLICT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;
struct store;

/*
 * Keeps what a conflict or a refusal would lose: writes conflicts/LIST/STEM (conflict YYYY-MM-DD
 * HH.MM.SS).EXT below the store's directory, durably (fsync of file and directory) before it returns, so call it before the commit of
 * the transaction that drops the text. `file` is the item's file name. The name chosen goes to ret_path
 * (relative to conflicts/, e.g. "Tasks/A (conflict 2026-11-22 10.41.07).txt"; a number is added when it is taken).
 * 0 or -errno.
 */
MUST_CHECK int conflict_keep(struct store *st, const char *list_name, const char *file, const void *text, size_t n,
			     struct buf *ret_path);

#endif
