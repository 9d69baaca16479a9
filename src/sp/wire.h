#ifndef SP_WIRE_H
#define SP_WIRE_H

#include <stdbool.h>

#include "model/field.h"

struct buf;

/*
 * Values on their way up. They come as they were read (model/values.h) or as a person
 * made them in that form; UpdateListItems wants some of them another way
 * ([MS-LISTSWS] 3.1.4.31.2.1, [MS-WSSTS] 2.3).
 */

/* Whether the server lets clients set fields of this type at all. */
bool wire_is_settable(const struct field *f);

/* Adds the text for a settable field, not escaped for XML. "" stays "": it clears the field. */
void wire_add(const struct field *f, const char *text, struct buf *out);

#endif
