#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "calc.h"
#include "edit.h"
#include "item.h"
#include "model.h"
#include "validate.h"
#include "xml.h"

/* What a list demands of its items. */

static int refuse_with(struct edit *e, const char *message)
{
	e->refusal = (struct refusal) { E_VALIDATION, str_empty(message) ? refusal_text(E_VALIDATION) : message };
	return -EINVAL;
}

/* ---- what the definitions of columns say (EnforceDataValidation) ---------------------------------- */

/* Is it one of CHOICES, or may others be written in? */
static bool is_choice(const struct field *f, const char *value, size_t n)
{
	const struct xml *x = xml_first(xml_child(f->def, "CHOICES"));

	if (!x || xml_is_true(xml_attr(f->def, "FillInChoice")))
		return true;
	for (; x; x = x->next)
		if (strlen(x->text) == n && strncmp(x->text, value, n) == 0)
			return true;
	return false;
}

/* ";#A;#B;#" */
static bool are_choices(const struct field *f, const char *value)
{
	for (const char *s = value; *s;) {
		const char *end = strstr(s, ";#");
		size_t n = end ? (size_t) (end - s) : strlen(s);

		if (n && !is_choice(f, s, n))
			return false;
		s += n + (end ? 2 : 0);
	}
	return true;
}

static bool in_bounds(const struct field *f, const char *value)
{
	const char *min = xml_attr(f->def, "Min");
	const char *max = xml_attr(f->def, "Max");
	double v = strtod(value, NULL);

	return (str_empty(min) || v >= strtod(min, NULL)) && (str_empty(max) || v <= strtod(max, NULL));
}

static bool keeps_definition(const struct field *f, const char *value)
{
	if (!value || !*value)
		return !f->required;
	if (strcmp(f->type->name, "Choice") == 0)
		return is_choice(f, value, strlen(value));
	if (strcmp(f->type->name, "MultiChoice") == 0)
		return are_choices(f, value);
	return strcmp(f->type->column ? f->type->column : "", "float") != 0 || in_bounds(f, value);
}

/* ---- all of it ------------------------------------------------------------------------------------ */

static int check_field(struct edit *e, const struct item *i, const struct field *f)
{
	const struct xml *x = xml_child(f->def, "Validation");
	int r = x && *x->text ? calc_holds(x->text, e->l, i) : 1;

	if (r == 0)
		return refuse_with(e, xml_attr(x, "Message"));
	if (r < 0 || f->sys || !f->type->take || !list_prop_is(e->l, "EnforceDataValidation", false))
		return r;
	return keeps_definition(f, pairs_get(&i->vals, f->name)) ? 0 : edit_refuse(e, E_VALIDATION);
}

int edit_validate(struct edit *e, const struct item *i)
{
	const char *formula = list_prop(e->l, VALIDATION_FORMULA);
	int r = 0;

	if (e->m->version == 12 || i->folder)
		return 0;
	for (size_t n = 0; r >= 0 && n < e->l->n_fields; n++)
		r = check_field(e, i, e->l->fields[n]);
	if (r < 0 || !formula)
		return r;
	r = calc_holds(formula, e->l, i);
	return r == 0 ? refuse_with(e, list_prop(e->l, VALIDATION_MESSAGE)) : r < 0 ? r : 0;
}
