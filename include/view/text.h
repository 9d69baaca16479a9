#ifndef VIEW_TEXT_H
#define VIEW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/list.h"
#include "model/values.h"

struct buf;

/*
 * An item as text: "Display name: value" lines, a blank line, the body. Pure
 * functions of their arguments and of the process's time zone (TZ).
 *
 * What holds, for every schema and all values: parsing a rendering against the
 * values it was made from gives no change; and where the values are of their
 * fields' types, parsing it against nothing gives values of the same meaning.
 */

/* People and looked-up items that are known without asking the server. */
struct view_known {
	/*
	 * The wire value ("12;#Jane Roe,#DOM\login,...") of the person whose mail, login,
	 * id or name (ASCII case ignored) is `key`. 1 found once, 0 unknown, -ENOTUNIQ, -ENOMEM.
	 */
	int (*user)(void *arg, const char *key, char **ret_wire);
	/*
	 * A value of lookup field `f`: by id when id is not NULL, else by text.
	 * ret_id and ret_text are fresh strings. 1, 0, -ENOTUNIQ, -ENOMEM.
	 */
	int (*lookup)(void *arg, const struct field *f, const char *id, const char *text,
		      char **ret_id, char **ret_text);
	void *arg; /* foreign */
};

/* Adds the item's text; the server's values as wire texts. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int view_text_render(const struct list *l, const struct values *v, struct buf *out);

/* The value of one field for people, as in the text but not quoted or folded (Notes with LF). 0, -ENOMEM, -EFBIG. */
MUST_CHECK int view_text_value(const struct list *l, const struct field *f, const char *wire, struct buf *out);

/* One field's new value for people -> wire, checked. 0; -EINVAL with err: not a value of the field. */
MUST_CHECK int view_text_wire(const struct list *l, const struct field *f, const char *human, const char *base_wire,
			      const struct view_known *known, struct buf *out, struct err *err);

/* The HTML of a rich text field as people write it -> wire: as it is, without a newline at its end. 0; -EINVAL with err: no such
 * text can be stored; -ENOMEM, -EFBIG. */
MUST_CHECK int view_text_html(const struct field *f, const char *html, size_t n, struct buf *out, struct err *err);

/* What a text is read against. */
struct view_edit {
	const struct list *list;
	const struct values *base; /* values that the writer saw; empty ones for a new item */
	const char *new_title;     /* a new item's title when the text names none; NULL: not a new item */
	const struct view_known *known;
};

/*
 * Reads a text and finds what it changes: ret gets the wire value of each field
 * whose meaning differs from base ("" clears it); a field that is not mentioned
 * is not changed. ret_complete says whether every editable field was listed, so
 * that the user's bytes may stand as they are.
 *
 * 0; -EINVAL with err ("line 3: no field named "Titel" in this list; ...");
 * -ENOMEM. ret is initialised by the caller and untouched on failure.
 */
MUST_CHECK int view_text_parse(const struct view_edit *e, const char *text, size_t n, struct values *ret,
			       bool *ret_complete, struct err *err);

/* The field that is the body of this list's text, or NULL (presentation 3.5). */
const struct field *view_text_body(const struct list *l);

/* A file for a new item: every editable field with its choices and what is required, as comments. */
MUST_CHECK int view_text_template(const struct list *l, struct buf *out);

/* The list's columns for people: key, internal name, type, required, choices, body. One line each, tab separated. */
MUST_CHECK int view_text_schema(const struct list *l, struct buf *out);

#endif
