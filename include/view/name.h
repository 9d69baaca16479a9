#ifndef VIEW_NAME_H
#define VIEW_NAME_H

#include <stdbool.h>

#include "base/attr.h"
#include "model/item.h"
#include "model/list.h"

/*
 * Titles to file names and back (presentation 2.1, and security N1). Pure.
 *
 *	name = stem [" (" ID ")"] ext
 *
 * The mapping of forbidden characters is injective and reversible: '/' -> U+FF0F,
 * controls -> U+2400.., DEL -> U+2421, a leading '.' -> U+FF0E; white space is
 * trimmed; bidi and invisible controls are shown as %XX.
 */
#define VIEW_NAME_SIZE 256 /* NAME_MAX + 1 */
#define VIEW_NAME_MAX 236  /* longest derived name in bytes; editors add suffixes */

/* ".txt" for lists; "" for libraries (a document has its own name). */
const char *view_name_ext(const struct list *l);

/*
 * The name of an item. With with_id it carries " (ID)". Returns 0, or 1 when the
 * name must carry the ID whatever else is in the directory (it was cut or is
 * reserved) and with_id was false. Folders have no extension and, like
 * documents, the server's own leaf name, mapped.
 */
int view_name_make(const struct list *l, const struct item *i, bool with_id, char out[VIEW_NAME_SIZE]);

/* A list's directory name from its title; never empty, never ".spfs" or a dot name. */
void view_name_list(const char *title, char out[VIEW_NAME_SIZE]);

/* Whether a file of this name in a directory of the list is an item: no leading dot, the list's extension, more than the
 * extension. In a library: whether it goes to the server, which is every name but those of view_name_is_temporary(). */
bool view_name_is_item(const struct list *l, const char *name);

/*
 * The title that a name chosen by the user means: without the extension, without " (ID)" of this item
 * (id 0: nothing to drop), mapped back. Into out (at most VIEW_NAME_SIZE bytes). 0, -EINVAL: nothing is left.
 */
MUST_CHECK int view_name_title(const struct list *l, const char *name, int64_t id, char out[VIEW_NAME_SIZE]);

/* The field whose text makes the stem (Title, URL's description, FullName ...) and whether rename may set it: the
 * field's internal name, or NULL when a rename changes only the name: a vCard's too. */
const char *view_name_field(const struct list *l);

/*
 * What a rename changes: sets in ret the wire value of view_name_field() with which an item of these values has
 * that title; nothing when it has it already. 0, -EPERM: the list's names follow no field; -EINVAL: a link without
 * an address cannot have one; -ENOMEM. ret may be values.
 */
MUST_CHECK int view_name_change(const struct list *l, const struct values *v, const char *title, struct values *ret);

/* Whether the list's directory is a vdir, as programs for calendars and address books read it. */
bool view_name_is_vdir(const struct list *l);

/* Names of files that such programs keep beside the items: color, displayname, description, order. */
bool view_name_is_vdir_file(const struct list *l, const char *name);

/* Names of well-known temporary files of editors and desktops (presentation 5.2, desktop 4.6): never sent. */
bool view_name_is_temporary(const char *name);

/* Names that some program uses for a moment and people use too: tmp*, sed??????, XX??????, 4913, .NAME.??????.
 * In a library they wait a while before they are sent; none of them is temporary by the function above. */
bool view_name_may_be_temporary(const char *name);

#endif
