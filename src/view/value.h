#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/list.h"
#include "view/text.h"

struct buf;

/*
 * Values of fields between the wire ([MS-LISTSWS] rows as GetListItemChangesSinceToken
 * sends them with DateInUtc and ExpandUserField) and people. One table by type in
 * value.c; the types with a grammar of their own have a file each.
 *
 * A wire value that its type does not allow is shown as it stands.
 */

/* What a value for people is read with. All foreign. */
struct value_from {
	const struct list *list;
	const struct field *field;
	const char *base; /* the wire value that the writer saw, "" for none */
	const struct view_known *known; /* may be NULL */
};

/* Adds the value for people of a wire value that is not "". 0, -ENOMEM, -EFBIG. */
MUST_CHECK int value_show(const struct list *l, const struct field *f, const char *wire, struct buf *out);

/* Writes the wire value of what people wrote into out, which is empty; nothing for nothing. 0, -ENOMEM,
 * -EFBIG; -EINVAL: err says what is wrong with it, without naming the field. */
MUST_CHECK int value_read(const struct value_from *from, const char *text, struct buf *out, struct err *err);

/* Whether the value is a text of which every character counts, so that a line holds it in quotation marks. */
bool value_is_verbatim(const struct field *f);

/* ---- value_quote.c: "..." ------------------------------------------------------- */

/* Adds s; in quotation marks if it would not read back as it is: blanks at an end, '"' at the beginning,
 * control characters, or one of `special`. */
void quote_add(struct buf *out, const char *s, const char *special);

/* Adds s in any case as one line that reads back: quoted only if it has control characters or blanks at an end. */
void quote_line(struct buf *out, const char *s);

/* What the n bytes at s mean: themselves, or what stands between quotation marks. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int quote_read(const char *s, size_t n, struct buf *out, struct err *err);

/* The length of the quoted text that begins at s, both marks included; 0: it does not end. */
size_t quote_len(const char *s, size_t n);

/* Calls fn for each element of "A; \"b; c\"; D", trimmed; empty ones are left out. fn's nonzero return ends it. */
int quote_list(const char *s, int (*fn)(void *arg, const char *elem, size_t n), void *arg);

/* ---- the types that have a grammar --------------------------------------------------- */

typedef int value_show_fn(const struct list *l, const struct field *f, const char *wire, struct buf *out);
typedef int value_read_fn(const struct value_from *from, const char *text, struct buf *out, struct err *err);

/* value_number.c */
value_show_fn number_show;
value_read_fn number_read, integer_read;

/* value_time.c */
value_show_fn time_show;
value_read_fn time_read;

/* value_choice.c */
value_show_fn choices_show;
value_read_fn choice_read, choices_read;

/* value_lookup.c */
value_show_fn lookup_show, lookups_show;
value_read_fn lookup_read, lookups_read;

/* value_user.c */
value_show_fn user_show, users_show;
value_read_fn user_read, users_read;

/* value_note.c */
value_show_fn note_show;
value_read_fn note_read;

/* Whether formatted fields stand in the list's files as the HTML that they are (LIST_RAW_HTML), not as text. */
bool note_is_html(const struct list *l);

/* value_url.c */
value_show_fn url_show;
value_read_fn url_read;

/* Whether a URL value has a description of its own. */
bool url_has_description(const char *wire);

/* Adds the URL value `wire` with another description. */
MUST_CHECK int url_describe(const char *wire, const char *description, struct buf *out);

#endif
