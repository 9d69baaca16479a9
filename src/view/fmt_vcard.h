#ifndef FMT_VCARD_H
#define FMT_VCARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "fmt_column.h"
#include "line.h"
#include "view/format.h"

struct buf;

/* Contacts as vCards ([MS-OUTSPS] 3.2.4.2.4). */

/* A vCard that is being read; its one component has index 0. */
struct vcard_reading {
	const struct view_file *f;
	struct lines l; /* owned */
	struct fmt_edit edit;
};

/* What a line says: the column is it. line NULL: nothing. */
MUST_CHECK int vcard_edit_line(const struct vcard_reading *re, const char *column, const struct line *line);

/* Columns that have another name in Outlook 2007 (MS-OUTSPS_R839 to R844): the one that the list has. */
const char *vcard_column(const struct list *l, const struct values *v, const char *column);

/* fmt_vcard_name.c: FN, N and ORG. */
MUST_CHECK int vcard_write_name(const struct list *l, const struct values *v, struct buf *out);
MUST_CHECK int vcard_write_org(const struct list *l, const struct values *v, struct buf *out);
MUST_CHECK int vcard_read_name(const struct vcard_reading *re);

/* fmt_vcard_slot.c: EMAIL and TEL, of which a card has many and a list a fixed number. */
MUST_CHECK int vcard_write_slots(const struct list *l, const struct values *v, struct buf *out);
MUST_CHECK int vcard_read_slots(const struct vcard_reading *re);

/* fmt_vcard_place.c: ADR, LABEL, URL, PHOTO. */
MUST_CHECK int vcard_write_places(const struct list *l, const struct values *v, struct buf *out);
MUST_CHECK int vcard_read_places(const struct vcard_reading *re);
MUST_CHECK int vcard_write_photo(const struct list *l, const struct values *v, struct buf *out);
MUST_CHECK int vcard_read_photo(const struct vcard_reading *re);

#endif
