#ifndef FMT_VTODO_H
#define FMT_VTODO_H

#include <stddef.h>

#include "base/attr.h"
#include "fmt_column.h"
#include "fmt_ical.h"
#include "line.h"
#include "view/format.h"

struct buf;

/* A VTODO that is being read. */
struct vtodo_reading {
	const struct view_file *f;
	struct lines l;          /* owned */
	struct ical_zones zones; /* owned */
	size_t comp;
	struct fmt_edit edit;
};

/* fmt_vtodo.c: the column is the time, or its day in the user's zone where the column has days only. */
MUST_CHECK int vtodo_edit_time(const struct vtodo_reading *re, const char *column, enum column_kind kind,
			       const struct ical_time *t, size_t line);

/* fmt_vtodo_state.c: how far a task is: PRIORITY, STATUS, PERCENT-COMPLETE, COMPLETED. */
void vtodo_write_state(const struct list *l, const struct values *v, struct buf *out);
MUST_CHECK int vtodo_read_state(struct vtodo_reading *re);

#endif
