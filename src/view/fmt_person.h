#ifndef FMT_PERSON_H
#define FMT_PERSON_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/* The parts of a person on the wire: "12;#Jane Roe,#DOM\jane,#jane@x,#sip,#Jane Roe", or "12;#Jane Roe". */
struct person_parts {
	struct buf id;    /* "" for none, as each of them */
	struct buf name;
	struct buf login;
	struct buf mail;
};

#define PERSON_PARTS_INIT(limit) { BUF_INIT(limit), BUF_INIT(limit), BUF_INIT(limit), BUF_INIT(limit) }

/* Reads the first of several, or the only one. Returns the rest; NULL at the end. */
const char *person_parts_read(const char *wire, bool several, struct person_parts *ret);
void person_parts_release(struct person_parts *p);

/* The first error of its buffers, or 0. */
MUST_CHECK int person_parts_error(const struct person_parts *p);

#endif
