#include "value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"

/* ---- types without a grammar -------------------------------------------------------- */

static int text_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return buf_adds(out, wire);
}

static int text_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	(void) from;
	(void) err;
	return buf_adds(out, text);
}

/* What follows "12;#" or "float;#". */
static const char *after_prefix(const char *wire)
{
	const char *at = strstr(wire, ";#");

	return at ? at + 2 : wire;
}

static int file_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return buf_adds(out, after_prefix(wire));
}

/* ---- types whose values are words for people ------------------------------------------ */

/* In both directions the first row that fits counts. */
struct word {
	const char *word;
	const char *wire;
};

static const struct word truths[] = {
	{ "Yes", "1" },  { "No", "0" },   { "Yes", "TRUE" }, { "No", "FALSE" }, { "Yes", "-1" },
	{ "True", "1" }, { "False", "0" }, { "On", "1" },    { "Off", "0" },    { "Y", "1" },
	{ "N", "0" },    { "1", "1" },    { "0", "0" },      { NULL, NULL },
};

static const struct word approvals[] = {
	{ "Approved", "0" }, { "Rejected", "1" },  { "Pending", "2" },
	{ "Draft", "3" },    { "Scheduled", "4" }, { NULL, NULL },
};

static int word_show(const struct word *w, const char *wire, struct buf *out)
{
	while (w->word && strcasecmp(w->wire, wire) != 0)
		w++;
	return buf_adds(out, w->word ? w->word : wire);
}

static int word_read(const struct word *w, const char *text, struct buf *out)
{
	while (w->word && strcasecmp(w->word, text) != 0)
		w++;
	return w->word ? buf_adds(out, w->wire) : -EINVAL;
}

static int boolean_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return word_show(truths, field_truth(wire) == 1 ? "1" : wire, out);
}

static int boolean_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	int r = word_read(truths, text, out);

	(void) from;
	return r == -EINVAL ? err_set(err, r, "expected Yes or No") : r;
}

static int approval_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return word_show(approvals, wire, out);
}

static int approval_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	int r = word_read(approvals, text, out);

	(void) from;
	return r == -EINVAL ? err_set(err, r, "must be one of: Approved | Rejected | Pending | Draft | Scheduled") : r;
}

/* "float;#1.70000000000000": what is calculated has its type in front. */
static int calculated_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	static const struct {
		const char *prefix;
		value_show_fn *show;
	} results[] = {
		{ "float;#", number_show },
		{ "datetime;#", time_show },
		{ "boolean;#", boolean_show },
	};

	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		if (str_starts(wire, results[i].prefix))
			return results[i].show(l, f, after_prefix(wire), out);
	return buf_adds(out, after_prefix(wire));
}

/* ---- the table ------------------------------------------------------------------------ */

static const struct {
	value_show_fn *show;
	value_read_fn *read;
	bool verbatim; /* blanks and quotation marks are part of the value */
} types[] = {
	[FIELD_UNKNOWN] = { text_show, text_read, true },
	[FIELD_TEXT] = { text_show, text_read, true },
	[FIELD_NOTE] = { note_show, note_read, true },
	[FIELD_CHOICE] = { text_show, choice_read, true },
	[FIELD_MULTICHOICE] = { choices_show, choices_read, false },
	[FIELD_BOOLEAN] = { boolean_show, boolean_read, false },
	[FIELD_NUMBER] = { number_show, number_read, false },
	[FIELD_CURRENCY] = { number_show, number_read, false },
	[FIELD_INTEGER] = { number_show, integer_read, false },
	[FIELD_DATETIME] = { time_show, time_read, false },
	[FIELD_LOOKUP] = { lookup_show, lookup_read, false },
	[FIELD_LOOKUPMULTI] = { lookups_show, lookups_read, false },
	[FIELD_USER] = { user_show, user_read, false },
	[FIELD_USERMULTI] = { users_show, users_read, false },
	[FIELD_URL] = { url_show, url_read, false },
	[FIELD_CALCULATED] = { calculated_show, text_read, true },
	[FIELD_COUNTER] = { text_show, text_read, true },
	[FIELD_GUID] = { text_show, text_read, true },
	[FIELD_ATTACHMENTS] = { text_show, text_read, true },
	[FIELD_COMPUTED] = { text_show, text_read, true },
	[FIELD_FILE] = { file_show, text_read, true },
	[FIELD_MODSTAT] = { approval_show, approval_read, false },
	[FIELD_CONTENTTYPEID] = { text_show, text_read, true },
	[FIELD_THREADINDEX] = { text_show, text_read, true },
};

_Static_assert(sizeof(types) / sizeof(*types) == FIELD_TYPE_COUNT, "each type has its row");

int value_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	return types[f->type].show(l, f, wire, out);
}

int value_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	enum field_type type = from->field->type;
	CLEANUP(str_free_p) char *copy = NULL;

	if (!types[type].verbatim) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
		text = str_trim(copy);
	}
	return *text ? types[type].read(from, text, out, err) : 0;
}

bool value_is_verbatim(const struct field *f)
{
	return types[f->type].verbatim;
}
