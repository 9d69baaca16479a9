/* What people need to know to write an item: its fields, for a new file and as a table. */
#include "template.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "keys.h"
#include "render.h"
#include "value.h"
#include "view/text.h"

static bool is_html(const struct list *l, const struct field *f)
{
	return f->type == FIELD_NOTE && (f->flags & FIELD_RICHTEXT) && note_is_html(l);
}

/* How a value of each type is written; NULL: as it is. */
static const char *const forms[FIELD_TYPE_COUNT] = {
	[FIELD_NOTE] = "text; more lines begin with a blank each",
	[FIELD_BOOLEAN] = "Yes or No",
	[FIELD_NUMBER] = "a number, 1234.5",
	[FIELD_CURRENCY] = "a number, 1234.5",
	[FIELD_INTEGER] = "an integer",
	[FIELD_DATETIME] = "YYYY-MM-DD HH:MM",
	[FIELD_LOOKUP] = "text [ID] of an item of another list",
	[FIELD_LOOKUPMULTI] = "text [ID]; text [ID]",
	[FIELD_USER] = "a mail address, a login or a name",
	[FIELD_USERMULTI] = "mail addresses, logins or names, divided by ;",
	[FIELD_URL] = "an address, then a description",
	[FIELD_MODSTAT] = "Approved, Rejected, Pending, Draft or Scheduled",
};

static const char *form_of(const struct list *l, const struct field *f)
{
	if (is_html(l, f))
		return "HTML; more lines begin with a blank each";
	if (f->type == FIELD_DATETIME && (f->flags & FIELD_DATEONLY))
		return "YYYY-MM-DD";
	if (f->type == FIELD_NUMBER && (f->flags & FIELD_PERCENTAGE))
		return "a percentage, 50%";
	return forms[f->type];
}

static void add_choices(const struct field *f, struct buf *out)
{
	for (size_t i = 0; i < f->n_choices; i++) {
		buf_adds(out, i ? " | " : "");
		render_words(f->choices[i], out);
	}
}

/* Adds what is to be said about the field, divided by "; ". */
static void add_rules(const struct list *l, const struct field *f, struct buf *out)
{
	const char *form = f->n_choices ? NULL : form_of(l, f);
	size_t start = out->len;

	if (f->flags & FIELD_REQUIRED)
		buf_adds(out, "required");
	if (form)
		buf_addf(out, "%s%s", out->len > start ? "; " : "", form);
	if (f->n_choices) {
		buf_adds(out, out->len > start ? "; " : "");
		buf_adds(out, f->type == FIELD_MULTICHOICE ? "any of, divided by ;: " : "one of: ");
		add_choices(f, out);
		if (f->flags & FIELD_FILLIN)
			buf_adds(out, " | or another");
	}
	if (!str_empty(f->def)) {
		buf_adds(out, out->len > start ? "; default: " : "default: ");
		render_words(f->def, out);
	}
}

static int add_field(const struct list *l, const struct key *k, struct buf *out)
{
	struct buf rules = BUF_INIT(out->max);
	int r;

	add_rules(l, k->field, &rules);
	if (rules.len) {
		buf_adds(out, "# ");
		render_words(k->field->display, out);
		buf_addf(out, ": %s\n", buf_str(&rules));
	}
	buf_addf(out, "%s:\n", k->text);
	r = buf_error(&rules);
	buf_release(&rules);
	return r;
}

int template_text(const struct list *l, struct buf *out)
{
	CLEANUP(keys_release_p) struct keys keys = KEYS_INIT;
	int r = keys_read(l, &keys);

	buf_adds(out, "# A new item of ");
	render_words(l->title ? l->title : "this list", out);
	buf_adds(out, ". Lines that begin with # are not read; what is left empty gets its default.\n");
	for (size_t i = 0; i < keys.n && r == 0; i++)
		if (keys.k[i].field != keys.body)
			r = add_field(l, &keys.k[i], out);
	if (r == 0 && keys.body) {
		buf_adds(out, "# What follows the empty line is \"");
		render_words(keys.body->display, out);
		buf_addf(out, "\"%s%s.\n\n", is_html(l, keys.body) ? ", as HTML" : "",
			 keys.body->flags & FIELD_REQUIRED ? ", which is required" : "");
	}
	return r < 0 ? r : buf_error(out);
}

/* ---- the table --------------------------------------------------------------------------------- */

static void add_column(const struct field *f, const char *key, const char *may, bool body, struct buf *out)
{
	render_words(key, out);
	buf_addf(out, "\t%s\t%s\t%s\t", f->name, f->type_name ? f->type_name : "", may);
	add_choices(f, out);
	buf_addf(out, "\t%s\n", body ? "body" : "");
}

static bool is_visible_only(const struct field *f)
{
	return !field_editable(f) && !(f->flags & FIELD_HIDDEN) && (f->flags & FIELD_READONLY);
}

int view_text_schema(const struct list *l, struct buf *out)
{
	CLEANUP(keys_release_p) struct keys keys = KEYS_INIT;
	int r = keys_read(l, &keys);

	buf_adds(out, "key\tinternal name\ttype\trequired\tchoices\tbody\n");
	for (size_t i = 0; i < keys.n && r == 0; i++) {
		const struct field *f = keys.k[i].field;

		add_column(f, keys.k[i].text, f->flags & FIELD_REQUIRED ? "required" : "", f == keys.body, out);
	}
	for (size_t i = 0; i < l->schema.n && r == 0; i++)
		if (is_visible_only(&l->schema.f[i]))
			add_column(&l->schema.f[i], l->schema.f[i].display, "read-only", false, out);
	return r < 0 ? r : buf_error(out);
}
