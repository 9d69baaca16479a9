#ifndef DEMO_SHOW_H
#define DEMO_SHOW_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct field;
struct item;
struct outlook;

/* Stored values in wire form, by type; see ftype.h. */
void show_note(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
	       struct buf *out);
void show_number(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		 struct buf *out);
void show_date(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
	       struct buf *out);
void show_lookup(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		 struct buf *out);
void show_user(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
	       struct buf *out);
void show_calculated(const struct outlook *o, const struct field *f, const struct item *i, const char *stored,
		     struct buf *out);

/* The pieces: a moment, a number as SharePoint prints floats, a person. */
void show_time(const struct outlook *o, int64_t utc, struct buf *out);
void show_float(double v, struct buf *out);
void show_person(const struct outlook *o, int64_t id, struct buf *out);

/* What a lookup shows of its target: the text of column `show` of item `id` in list `guid` ("" when there
 * is none), with ';' doubled. */
void show_target(const struct outlook *o, const char *guid, const char *show, int64_t id, struct buf *out);

#endif
