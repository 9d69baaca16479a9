#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "ctypes.h"
#include "ftype.h"
#include "ops.h"
#include "perm.h"
#include "xml.h"

/* Content types of a list, to change: [MS-LISTSWS] 3.1.4.6, 3.1.4.9, 3.1.4.11 and 3.1.4.27. */

#define E_BAD_NAME 0x80131600u
#define E_NAME_EXISTS 0x000000b7u
#define E_NO_FIELD 0x82000007u

struct change {
	struct call *c;
	struct list *l;
	struct xml *x; /* the type */
};

static int no_type(struct call *c)
{
	return call_fault(c, 0, "The content type does not exist on this list.");
}

static struct list *find_list(struct call *c)
{
	return call_list_with(c, PERM_MANAGE_LISTS);
}

/* The list and its type that the request names. 0, or -EINVAL with the fault set. */
static int find_type(struct call *c, struct change *u)
{
	const char *id = call_text(c, "contentTypeId");

	*u = (struct change) { .c = c, .l = find_list(c) };
	if (!u->l)
		return -EINVAL;
	u->x = id ? ctype_find(u->l, id) : NULL;
	return u->x ? 0 : no_type(c);
}

/* ---- names -------------------------------------------------------------------------------------- */

/* "_x0020_" is a blank; only what is one byte of UTF-8 is read. */
static void decode_name(char *s)
{
	char *out = s;

	while (*s) {
		char digits[5] = "";
		long c = 0;

		if (str_starts(s, "_x") && strlen(s) >= 7 && s[6] == '_') {
			memcpy(digits, s + 2, 4);
			c = strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : 0;
		}
		if (c > 0 && c < 0x80) {
			*out++ = (char) c;
			s += 7;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* May a type of the list be called so? self: the one that is renamed. */
static int check_name(struct call *c, const struct list *l, const char *name, const struct xml *self)
{
	static const char blanks[] = " \t\r\n";
	size_t n = strlen(name);
	const struct xml *other = ctype_named(l, name);

	if (!n || xml_characters(name) > 128 || name[n - 1] == '.' || strchr(blanks, *name) || strchr(blanks, name[n - 1]) ||
	    strpbrk(name, "\t\\/:*?\"#%<>{}|~&") || strstr(name, ".."))
		return call_fault(c, E_BAD_NAME, "The content type name cannot contain: \\  / : * ? \" # %% < > { } | ~ & , "
						 "two consecutive periods (..), or special characters such as a tab.");
	if (other && other != self)
		return call_fault(c, E_NAME_EXISTS, "A duplicate content type \"%s\" was found.", name);
	return 0;
}

/* ---- fields ------------------------------------------------------------------------------------- */

static const struct field *field_of(const struct list *l, const struct xml *x)
{
	const char *name = xml_attr(x, "Name");
	const char *id = xml_attr(x, "ID");
	char wanted[GUID_SIZE], own[GUID_SIZE];
	const struct field *f = name ? list_field(l, name) : NULL;

	if (f || !id || !guid_normalise(id, wanted))
		return f;
	for (size_t i = 0; i < l->n_fields; i++) {
		const char *other = xml_attr(l->fields[i]->def, "ID");

		if (other && guid_normalise(other, own) && strcmp(own, wanted) == 0)
			return l->fields[i];
	}
	return NULL;
}

static struct xml *refs_of(const struct change *u)
{
	for (struct xml *x = u->x->first; x; x = x->next)
		if (strcmp(x->name, "FieldRefs") == 0)
			return x;
	return NULL;
}

static struct xml *find_ref(const struct change *u, const char *name)
{
	struct xml *refs = refs_of(u);

	for (struct xml *ref = refs ? refs->first : NULL; ref; ref = ref->next)
		if (str_eq(xml_attr(ref, "Name"), name))
			return ref;
	return NULL;
}

/* What a request may say of a column in this type. */
static int take_attributes(struct xml *ref, const struct xml *from)
{
	static const char *const names[] = { "Aggregation", "DisplayName", "Hidden", "Node", "PIAttribute", "PITarget",
					     "PrimaryPIAttribute", "PrimaryPITarget", "ReadOnly", "Required" };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(names) / sizeof(*names); i++) {
		const char *value = xml_attr(from, names[i]);
		bool truth = strcmp(names[i], "Hidden") == 0 || strcmp(names[i], "ReadOnly") == 0 ||
			     strcmp(names[i], "Required") == 0;

		if (value && truth) /* "TRUE" is true, all else is false */
			value = strcmp(value, "TRUE") == 0 ? "TRUE" : "FALSE";
		if (value)
			r = xml_set_attr(ref, names[i], value);
	}
	return r;
}

static int add_to_view(struct list *l, const char *name)
{
	CLEANUP(str_free_p) char *padded = str_printf(" %s ", l->view_fields);
	CLEANUP(str_free_p) char *needle = str_printf(" %s ", name);
	char *fields;

	if (!padded || !needle)
		return -ENOMEM;
	if (strstr(padded, needle))
		return 0;
	fields = str_printf("%s %s", l->view_fields, name);
	if (!fields)
		return -ENOMEM;
	free(l->view_fields);
	l->view_fields = fields;
	return 0;
}

/* The outcome of each is an error code; what the answer shows besides is in *show: a FieldRef or a Field, foreign. */
static int add_field(struct change *u, const struct field *f, const struct xml *x, uint32_t *code, const struct xml **show)
{
	struct xml *refs = refs_of(u);
	struct xml *ref = find_ref(u, f->name);
	int r = 0;

	(void) code;
	if (!ref && refs) {
		ref = xml_new("FieldRef");
		r = ref ? xml_set_attr(ref, "ID", xml_attr(f->def, "ID") ? xml_attr(f->def, "ID") : "") : -ENOMEM;
		if (r >= 0)
			r = xml_set_attr(ref, "Name", f->name);
		if (r < 0) {
			xml_free(ref);
			return r;
		}
		xml_append(refs, ref);
	}
	*show = ref;
	r = ref ? take_attributes(ref, x) : 0;
	if (r >= 0 && str_eq(call_text(u->c, "addToView"), "TRUE"))
		r = add_to_view(u->l, f->name);
	return r;
}

static int update_field(struct change *u, const struct field *f, const struct xml *x, uint32_t *code,
			const struct xml **show)
{
	struct xml *ref = find_ref(u, f->name);

	*show = f->def;
	if (!ref)
		*code = E_NO_FIELD;
	return ref ? take_attributes(ref, x) : 0;
}

static int delete_field(struct change *u, const struct field *f, const struct xml *x, uint32_t *code,
			const struct xml **show)
{
	struct xml *ref = find_ref(u, f->name);

	(void) x, (void) code, (void) show;
	if (ref)
		xml_remove(refs_of(u), ref);
	return 0;
}

typedef int (*field_fn)(struct change *u, const struct field *f, const struct xml *x, uint32_t *code,
			const struct xml **show);

static void write_result(const struct change *u, const struct xml *method, uint32_t code, const struct xml *show)
{
	struct buf *out = u->c->out;

	buf_adds(out, "<Method ID=\"");
	xml_value(out, xml_attr(method, "ID") ? xml_attr(method, "ID") : "");
	buf_addf(out, "\"><ErrorCode>0x%08x</ErrorCode>", code);
	if (!code && show)
		xml_write(out, show);
	if (code)
		buf_adds(out, "<ErrorText>The column does not exist. It may have been deleted by another user.</ErrorText>");
	buf_adds(out, "</Method>");
}

/* Runs the methods of one parameter; outcomes are written when `tell`. */
static int run_methods(struct change *u, const char *param, field_fn fn, bool tell)
{
	int r = 0;

	for (const struct xml *m = xml_first(call_caml(u->c, param, "Fields")); r >= 0 && m; m = m->next) {
		const struct xml *x = xml_child(m, "Field");
		const struct field *f = x ? field_of(u->l, x) : NULL;
		const struct xml *show = NULL;
		uint32_t code = f ? 0 : E_NO_FIELD;

		if (f)
			r = fn(u, f, x, &code, &show);
		if (r >= 0 && tell)
			write_result(u, m, code, show);
	}
	return r;
}

/* ---- properties --------------------------------------------------------------------------------- */

static int set_template(struct xml *x, const char *name)
{
	struct xml *t = NULL;
	int r;

	for (struct xml *k = x->first; k; k = k->next)
		if (strcmp(k->name, "DocumentTemplate") == 0)
			t = k;
	if (t)
		return xml_set_attr(t, "TargetName", name);
	t = xml_new("DocumentTemplate");
	r = t ? xml_set_attr(t, "TargetName", name) : -ENOMEM;
	if (r < 0)
		xml_free(t);
	else
		xml_append(x, t);
	return r;
}

/* Each stays set when a later one is wrong. 0; -EINVAL with the fault set; -ENOMEM. */
static int set_properties(struct change *u)
{
	const struct xml *p = call_caml(u->c, "contentTypeProperties", "ContentType");
	const char *description = xml_attr(p, "Description");
	const char *group = xml_attr(p, "Group");
	const char *template = xml_attr(p, "DocumentTemplate");
	const char *render = xml_attr(p, "RequireClientRenderingOnNew");
	const char *title = xml_attr(p, "Title");
	int r = description ? xml_set_attr(u->x, "Description", description) : 0;

	if (r >= 0 && template)
		r = set_template(u->x, template);
	if (r >= 0 && group)
		r = xml_set_attr(u->x, "Group", group);
	if (r >= 0 && render)
		r = xml_set_attr(u->x, "RequireClientRenderingOnNew", strcmp(render, "TRUE") == 0 ? "TRUE" : "FALSE");
	if (r >= 0 && title)
		r = check_name(u->c, u->l, title, u->x);
	return r >= 0 && title ? xml_set_attr(u->x, "Name", title) : r;
}

static int save(struct change *u)
{
	int r = ctype_touch(u->x);

	if (r >= 0)
		r = ctype_save(u->c->m, u->l);
	return r < 0 ? r : list_schema_changed(u->c->m, u->l, u->c->now);
}

/* What was done stays done although the answer is a fault (R2268, R820): the transaction must not fail. */
static int settle(struct change *u, int r)
{
	int saved = r < 0 && !u->c->fault.set ? r : save(u);

	return saved < 0 ? saved : 0;
}

/* ---- the operations ------------------------------------------------------------------------------- */

/* parentType: one of the list's, or one that the site has. */
static int make(struct change *u, const char *parent, const char *name)
{
	const struct xml *own = ctype_find(u->l, parent);
	int r;

	if (own)
		return ctype_derive(u->l, own, name, &u->x);
	r = ctype_adopt(u->c->m, u->l, parent, &u->x);
	return r < 0 ? r : xml_set_attr(u->x, "Name", name);
}

int op_create_content_type(struct call *c)
{
	const char *parent = call_text(c, "parentType");
	CLEANUP(str_free_p) char *name = strdup(call_text(c, "displayName") ? call_text(c, "displayName") : "");
	struct change u = { .c = c, .l = find_list(c) };
	int r;

	if (!u.l)
		return -EINVAL;
	if (!name)
		return -ENOMEM;
	if (!parent || !ctype_is_id(parent))
		return call_fault(c, 0, "Value does not fall within the expected range.");
	decode_name(name);
	r = check_name(c, u.l, name, NULL);
	if (r >= 0)
		r = make(&u, parent, name);
	if (r == -ENOENT)
		return no_type(c);
	if (r == -EFBIG)
		return call_fault(c, 0, "The list has too many content types.");
	if (r >= 0)
		r = run_methods(&u, "fields", add_field, false);
	if (r < 0)
		return r;
	r = settle(&u, set_properties(&u));
	xml_text(c->out, xml_attr(u.x, "ID"));
	return r;
}

static void write_properties(const struct change *u)
{
	static const char *const names[] = { "Description", "FeatureId", "Group", "Hidden", "ID", "Name", "ReadOnly",
					     "Sealed", "V2ListTemplateName", "Version" };
	struct buf *out = u->c->out;

	buf_adds(out, "<ListProperties");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		xml_put(out, names[i], xml_attr(u->x, names[i]));
	buf_adds(out, "/>");
}

int op_update_content_type(struct call *c)
{
	struct change u;
	int r = find_type(c, &u);

	if (r < 0)
		return r;
	buf_adds(c->out, "<Results>");
	r = run_methods(&u, "deleteFields", delete_field, true);
	if (r >= 0)
		r = run_methods(&u, "newFields", add_field, true);
	if (r >= 0)
		r = run_methods(&u, "updateFields", update_field, true);
	if (r < 0)
		return r;
	/* a type that must not change takes columns all the same (R821) */
	if (!xml_is_true(xml_attr(u.x, "ReadOnly")) && !xml_is_true(xml_attr(u.x, "Sealed")))
		r = set_properties(&u);
	r = settle(&u, r);
	write_properties(&u);
	buf_adds(c->out, "</Results>");
	return r;
}

int op_delete_content_type(struct call *c)
{
	struct change u;
	int r = find_type(c, &u);

	if (r < 0)
		return r;
	ctype_drop(u.l, u.x);
	r = ctype_save(c->m, u.l);
	if (r >= 0)
		r = list_schema_changed(c->m, u.l, c->now);
	buf_adds(c->out, "<Success/>");
	return r;
}

int op_apply_content_type(struct call *c)
{
	const char *id = call_text(c, "contentTypeId");
	struct change u = { .c = c, .l = find_list(c) };
	int r = u.l ? 0 : -EINVAL;

	if (r >= 0)
		r = id && ctype_is_id(id) ? ctype_adopt(c->m, u.l, id, &u.x) : -ENOENT;
	if (r == -ENOENT)
		return call_fault(c, 0, "The content type does not exist on this site.");
	if (r == -EFBIG)
		return call_fault(c, 0, "The list has too many content types.");
	if (r >= 0)
		r = save(&u);
	buf_adds(c->out, "<Success/>");
	return r;
}
