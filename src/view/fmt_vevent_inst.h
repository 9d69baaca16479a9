#ifndef FMT_VEVENT_INST_H
#define FMT_VEVENT_INST_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "fmt_extras.h"
#include "fmt_vevent.h"

/* The instances in a calendar file against those that the series has. */

/* An instance that the file names. */
struct vevent_inst {
	int64_t of;
	size_t comp;             /* its VEVENT; lines.n_c: it is an EXDATE */
	const struct line *line; /* RECURRENCE-ID or EXDATE */
};

/* A file that is being read. */
struct vevent_reading {
	const struct view_file *f;
	struct err *err;
	struct lines l;             /* owned */
	struct ical_zones zones;    /* owned */
	size_t calendar;            /* component */
	size_t master;              /* component */
	struct series was, now;     /* the series as the writer saw it, and as the file has it */
	struct instances instances; /* owned; as the writer saw them */
	struct vevent_inst *inst;   /* owned; in the file, by `of` */
	size_t n_inst;
	size_t cap_inst;
	struct values fields;       /* owned; what changes of the master */
	struct values master_now;   /* owned; the master with them */
	struct buf extras;          /* owned; frames of events */
	struct view_changes out;    /* owned */
};

void vevent_reading_release(struct vevent_reading *re);

/* Reads RECURRENCE-IDs and EXDATEs into inst. Each must be of an instance. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int instances_read(struct vevent_reading *re);

/* Appends the operations, the master's among them. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int instances_diff(struct vevent_reading *re);

/* Adds what the exceptions have over to extras. 0, -ENOMEM. */
MUST_CHECK int instances_take_extras(struct vevent_reading *re);

#endif
