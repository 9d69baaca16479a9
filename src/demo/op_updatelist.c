#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "calc.h"
#include "call.h"
#include "ftype.h"
#include "listxml.h"
#include "ops.h"
#include "perm.h"
#include "validate.h"
#include "xml.h"

/* UpdateList, [MS-LISTSWS] 3.1.4.30: properties and columns of a list. */

struct change {
	struct call *c;
	struct list *l;
};

/* ---- properties --------------------------------------------------------------------------------- */

#define SURVEY 102

static const char *const switches[] = { "EnableAttachments", "EnableModeration",
					"EnableVersioning", "EnableMinorVersion", "EnforceDataValidation", "Hidden",
					"MultipleDataList", "Ordered", "PreserveEmptyValues", "RequireCheckout", "ShowUser",
					"StrictTypeCoercion", "EnableFolderCreation", "ExcludeFromOfflineClient" };

static int check_title(struct change *u, const char *title)
{
	const struct list *other = title ? site_list(u->c->site, title) : NULL;

	if (!title || (*title && (!other || other == u->l)))
		return 0;
	return call_fault(u->c, 0x81020012u, "A list, survey, discussion board, or document library with the specified "
					     "title already exists in this Web site.  Please choose another title.");
}

/* "LTR", "RTL" or "None" in a request; small in answers. */
static int set_direction(struct change *u, const char *text)
{
	static const char *const all[] = { "ltr", "rtl", "none" };

	for (size_t i = 0; text && i < sizeof(all) / sizeof(*all); i++)
		if (str_eq_nocase(text, all[i]))
			return pairs_set(&u->l->props, "Direction", all[i]);
	return 0;
}

/* Up to 1,024 characters, and every name one of a column as people see it (R2051, R2052, R2054). Empty: none any more. */
static int set_validation(struct change *u, const struct xml *x)
{
	const char *message = xml_attr(x, "Message");
	CLEANUP(buf_release_p) struct buf kept = BUF_INIT(1 << 20);
	int r;

	if (xml_characters(x->text) > VALIDATION_MAX || (message && xml_characters(message) > VALIDATION_MAX))
		return call_fault(u->c, 0, "The validation formula and its message have up to 1024 characters.");
	r = calc_translate(x->text, u->l, false, &kept);
	if (r > 0)
		return call_fault(u->c, 0, "The formula refers to a column that does not exist.  Check the formula for "
					   "spelling mistakes or change the non-existing column to an existing column.");
	if (r >= 0 && *x->text)
		r = calc_check(buf_str(&kept), u->l);
	if (r == -EINVAL)
		return call_fault(u->c, 0, "The formula contains a syntax error or is not supported.");
	if (r >= 0)
		r = pairs_set(&u->l->props, VALIDATION_FORMULA, *x->text ? buf_str(&kept) : NULL);
	return r < 0 ? r : pairs_set(&u->l->props, VALIDATION_MESSAGE, *x->text && message && *message ? message : NULL);
}

static int set_switch(struct change *u, const char *name, const char *value)
{
	return value ? pairs_set(&u->l->props, name, xml_is_true(value) ? "True" : "False") : 0;
}

static int set_switches(struct change *u, const struct xml *x)
{
	int r = 0;

	if (u->l->template == SURVEY)
		r = set_switch(u, "AllowMultiResponses", xml_attr(x, "AllowMultiResponses"));
	if (r >= 0 && u->l->base == LIST_ISSUES) /* the request calls it so */
		r = set_switch(u, "EnableAssignedToEmail", xml_attr(x, "EnableAssignToEmail"));
	for (size_t i = 0; r >= 0 && i < sizeof(switches) / sizeof(*switches); i++)
		r = set_switch(u, switches[i], xml_attr(x, switches[i]));
	return r;
}

/* What may be refused comes first: a refusal changes nothing. */
static int set_properties(struct change *u)
{
	const struct xml *x = call_caml(u->c, "listProperties", "List");
	const struct xml *validation = xml_child(x, "Validation");
	const char *title = xml_attr(x, "Title");
	const char *description = xml_attr(x, "Description");
	int r = check_title(u, title);

	if (r >= 0 && validation && u->c->m->version > 12)
		r = set_validation(u, validation);
	if (r >= 0 && title)
		r = str_set(&u->l->title, title);
	if (r >= 0 && description)
		r = str_set(&u->l->description, description);
	if (r >= 0)
		r = set_direction(u, xml_attr(x, "Direction"));
	return r < 0 ? r : set_switches(u, x);
}

/* ---- columns ------------------------------------------------------------------------------------ */

/* An internal name from the name on the screen: what XML cannot have escaped, 32 characters at most, and a
 * number when it is taken. */
static char *internal_name(const struct list *l, const char *display)
{
	struct buf name = BUF_INIT(16384);
	CLEANUP(str_free_p) char *stem = NULL;

	xml_name(&name, display, "_");
	stem = buf_take(&name);
	if (!stem)
		return NULL;
	if (strlen(stem) > 32)
		stem[32] = '\0';
	for (int n = 0; n < 10000; n++) {
		char *s = n ? str_printf("%s%d", stem, n - 1) : strdup(stem);

		if (!s || (*s && !list_field(l, s)))
			return s;
		free(s);
	}
	return NULL;
}

/* A copy that a list may own. */
static struct xml *copy_field(const struct xml *x)
{
	struct buf text = BUF_INIT(1 << 20);
	struct xml *copy = NULL;

	xml_write(&text, x);
	if (buf_error(&text) == 0 && xml_parse(text.p, text.len, &copy) < 0)
		copy = NULL;
	buf_release(&text);
	return copy;
}

static struct field *find_field(const struct list *l, const struct xml *x)
{
	const char *name = xml_attr(x, "Name");
	const char *id = xml_attr(x, "ID");
	char wanted[GUID_SIZE], own[GUID_SIZE];

	for (size_t i = 0; id && guid_normalise(id, wanted) && i < l->n_fields; i++) {
		const char *other = xml_attr(l->fields[i]->def, "ID");

		if (other && guid_normalise(other, own) && strcmp(own, wanted) == 0)
			return l->fields[i];
	}
	return name ? list_field(l, name) : NULL;
}

static bool display_taken(const struct list *l, const char *display)
{
	for (size_t i = 0; i < l->n_fields; i++)
		if (str_eq_nocase(l->fields[i]->display, display) && !xml_is_true(xml_attr(l->fields[i]->def, "Hidden")))
			return true;
	return false;
}

/* The type must be one that people can add. */
static bool can_be_added(const struct xml *x)
{
	const char *type = xml_attr(x, "Type");
	const struct ftype *t = type ? ftype_find(type) : NULL;

	return t && strcmp(t->name, type) == 0 && t->column && !str_empty(xml_attr(x, "DisplayName"));
}

static int add_to_view(struct list *l, const char *name)
{
	char *fields = str_printf("%s %s", l->view_fields, name);

	if (!fields)
		return -ENOMEM;
	free(l->view_fields);
	l->view_fields = fields;
	return 0;
}

/* The outcome of each is an error code, or a failure of the server: < 0. */
static int add_field(struct change *u, const struct xml *method, const struct xml *x, uint32_t *code,
		     const struct field **ret)
{
	CLEANUP(str_free_p) char *name = NULL;
	struct xml *def;
	int r;

	if (!can_be_added(x) || display_taken(u->l, xml_attr(x, "DisplayName"))) {
		*code = E_INVALID;
		return 0;
	}
	def = copy_field(x);
	name = internal_name(u->l, xml_attr(x, "Name") ? xml_attr(x, "Name") : xml_attr(x, "DisplayName"));
	r = def && name ? xml_set_attr(def, "Name", name) : -ENOMEM;
	if (r < 0) {
		xml_free(def);
		return r;
	}
	r = list_own_field(u->l, def, NULL);
	if (r >= 0 && xml_attr(method, "AddToView")) /* whichever it names: there is only the default view */
		r = add_to_view(u->l, name);
	*ret = list_field(u->l, name);
	return r;
}

/* What a column is may not change: only what it is called and how it is shown. */
static int update_field(struct change *u, const struct xml *method, const struct xml *x, uint32_t *code,
			const struct field **ret)
{
	static const char *const fixed[] = { "ID", "Name", "StaticName", "SourceID", "ColName", "RowOrdinal", "Type" };
	struct field *f = find_field(u->l, x);
	struct xml *def = f ? copy_field(x) : NULL;
	int r = 0;

	(void) method;
	if (!f || (xml_attr(x, "Type") && !str_eq(xml_attr(x, "Type"), xml_attr(f->def, "Type")))) {
		*code = E_INVALID;
		xml_free(def);
		return 0;
	}
	if (!def)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < f->def->n_attr; i++) {
		const struct xml_attr *a = &f->def->attr[i];
		bool kept = !xml_attr(def, a->name);

		for (size_t k = 0; k < sizeof(fixed) / sizeof(*fixed); k++)
			kept |= strcmp(fixed[k], a->name) == 0;
		if (kept)
			r = xml_set_attr(def, a->name, a->value);
	}
	if (r < 0) {
		xml_free(def);
		return r;
	}
	if (!def->first) { /* choices and defaults stay unless new ones come */
		def->first = f->def->first;
		f->def->first = NULL;
	}
	xml_free(f->def);
	f->def = def;
	*ret = f;
	return field_refresh(f, u->l);
}

static int delete_field(struct change *u, const struct xml *method, const struct xml *x, uint32_t *code,
			const struct field **ret)
{
	const struct field *f = find_field(u->l, x);

	(void) method, (void) ret;
	if (!f || xml_is_true(xml_attr(f->def, "FromBaseType")) || xml_is_true(xml_attr(f->def, "Sealed"))) {
		*code = E_INVALID;
		return 0;
	}
	return list_drop_field(u->l, f->name);
}

typedef int (*field_fn)(struct change *u, const struct xml *method, const struct xml *x, uint32_t *code,
			const struct field **ret);

/* One of the three parameters with columns: a Method with its outcome for each of its own. */
static int run_methods(struct change *u, const char *param, const char *result, field_fn fn)
{
	const struct xml *m = xml_first(call_caml(u->c, param, "Fields"));
	struct buf *out = u->c->out;
	int r = 0;

	buf_addf(out, "<%s>", result);
	for (; r >= 0 && m; m = m->next) {
		const struct xml *x = xml_child(m, "Field");
		const struct field *f = NULL;
		uint32_t code = x ? 0 : E_INVALID;

		if (strcmp(m->name, "Method") != 0)
			continue;
		if (x)
			r = fn(u, m, x, &code, &f);
		buf_adds(out, "<Method");
		xml_put(out, "ID", xml_attr(m, "ID"));
		buf_addf(out, "><ErrorCode>0x%08x</ErrorCode><ErrorText>", code);
		xml_text(out, refusal_text(code));
		buf_adds(out, "</ErrorText>");
		if (r >= 0 && f && !code)
			buf_adds(out, f->text);
		buf_adds(out, "</Method>");
	}
	buf_addf(out, "</%s>", result);
	return r;
}

/* ---- both ---------------------------------------------------------------------------------------- */

static int check_version(struct change *u)
{
	const char *text = call_text(u->c, "listVersion");
	int64_t n;

	if (str_empty(text))
		return 0;
	if (str_to_i64(text, &n) < 0 || n < 0 || n > UINT32_MAX)
		return call_fault(u->c, 0, "Input string was not in a correct format.");
	return n == u->l->version ? 0 : call_fault_code(u->c, E_CONFLICT);
}

/* The new state, as the attributes of an element that GetListCollection calls List. */
static int write_properties(struct change *u)
{
	struct buf *out = u->c->out;
	size_t before = out->len;
	int r = listxml_write(u->c, u->l, false);
	struct buf list = BUF_INIT(1 << 20);

	if (r < 0)
		return r;
	buf_adds(&list, out->p + before + strlen("<List"));
	r = buf_resize(out, before);
	buf_adds(out, "<ListProperties");
	buf_adds(out, buf_str(&list));
	if (r >= 0)
		r = buf_error(&list);
	buf_release(&list);
	return r;
}

int op_update_list(struct call *c)
{
	struct change u = { .c = c, .l = call_list_with(c, PERM_MANAGE_LISTS) };
	int r = u.l ? check_version(&u) : -EINVAL;

	if (r >= 0)
		r = set_properties(&u);
	if (r < 0)
		return r;
	buf_adds(c->out, "<Results>");
	r = run_methods(&u, "newFields", "NewFields", add_field);
	if (r >= 0)
		r = run_methods(&u, "updateFields", "UpdateFields", update_field);
	if (r >= 0)
		r = run_methods(&u, "deleteFields", "DeleteFields", delete_field);
	if (r >= 0)
		r = list_schema_changed(c->m, u.l, c->now);
	if (r >= 0)
		r = write_properties(&u);
	buf_adds(c->out, "</Results>");
	return r;
}
