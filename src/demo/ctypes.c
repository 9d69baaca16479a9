#include "ctypes.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "db.h"
#include "model.h"
#include "xml.h"

#define FORMS "http://schemas.microsoft.com/sharepoint/v3/contenttype/forms"

/* ---- ids ---------------------------------------------------------------------------------------- */

/* Length of the next part of an id: one byte, or 00 and the sixteen of a GUID. */
static size_t part_len(const char *s)
{
	return strncmp(s, "00", 2) == 0 ? 34 : 2;
}

bool ctype_is_id(const char *s)
{
	if (!str_starts(s, "0x") || strlen(s) > 1026)
		return false;
	for (s += 2; *s;) {
		size_t n = part_len(s);

		if (strspn(s, "0123456789abcdefABCDEF") < n)
			return false;
		s += n;
	}
	return true;
}

/* How many characters of two ids are the same, in whole parts. */
static size_t common(const char *a, const char *b)
{
	size_t n = 2;

	while (a[n] && b[n] && part_len(a + n) == part_len(b + n) && strncasecmp(a + n, b + n, part_len(a + n)) == 0)
		n += part_len(a + n);
	return n;
}

/* ---- a list's own ------------------------------------------------------------------------------- */

struct xml *ctype_find(const struct list *l, const char *id)
{
	for (size_t i = 0; i < l->n_ctypes; i++)
		if (str_eq_nocase(xml_attr(l->ctypes[i], "ID"), id))
			return l->ctypes[i];
	return NULL;
}

struct xml *ctype_named(const struct list *l, const char *name)
{
	for (size_t i = 0; i < l->n_ctypes; i++)
		if (str_eq_nocase(xml_attr(l->ctypes[i], "Name"), name))
			return l->ctypes[i];
	return NULL;
}

struct xml *ctype_best(const struct list *l, const char *id)
{
	struct xml *best = NULL;
	size_t best_n = 2;

	if (!ctype_is_id(id))
		return NULL;
	for (size_t i = 0; i < l->n_ctypes; i++) {
		const char *own = xml_attr(l->ctypes[i], "ID");
		size_t n = common(own, id);

		/* of two that are as near, the one with less of its own */
		if (n > best_n || (best && n == best_n && strlen(own) < strlen(xml_attr(best, "ID")))) {
			best = l->ctypes[i];
			best_n = n;
		}
	}
	return best;
}

bool ctype_is_folder(const char *id)
{
	return common(id, "0x0120") == 6;
}

int ctype_id(const struct list *l, const char *parent, char **ret)
{
	for (size_t i = 0; i < l->n_ctypes; i++) {
		const char *id = xml_attr(l->ctypes[i], "ID");

		if (parent && !(common(id, parent) == strlen(parent) && strlen(id) == strlen(parent) + 34))
			continue;
		*ret = strdup(id);
		return *ret ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

const char *ctype_name(const struct list *l, const char *id)
{
	const struct xml *x = ctype_best(l, id);

	return x ? xml_attr(x, "Name") : "";
}

static int put(struct list *l, struct xml *x)
{
	int r = l->n_ctypes < CTYPES_MAX ? vec_grow(&l->ctypes, &l->cap_ctypes, l->n_ctypes + 1, sizeof(*l->ctypes))
					 : -EFBIG;

	if (r >= 0)
		l->ctypes[l->n_ctypes++] = x;
	return r;
}

void ctype_drop(struct list *l, struct xml *x)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n_ctypes; i++)
		if (l->ctypes[i] != x)
			l->ctypes[kept++] = l->ctypes[i];
	l->n_ctypes = kept;
	xml_free(x);
}

int ctype_touch(struct xml *x)
{
	const char *version = xml_attr(x, "Version");
	char next[24];

	snprintf(next, sizeof(next), "%lld", (version ? strtoll(version, NULL, 10) : 0) + 1);
	return xml_set_attr(x, "Version", next);
}

/* ---- new ones ----------------------------------------------------------------------------------- */

/* "...00" and 32 digits: the list's own for the children of a site's types, fresh ones for other children. */
static int make_id(const struct list *l, const char *parent, char **ret)
{
	char guid[GUID_SIZE];
	int r = 0;

	if (strlen(parent) > 1026 - 34)
		return -EFBIG;
	memcpy(guid, l->guid, sizeof(guid));
	if (strlen(parent) > 34)
		r = guid_new(guid);
	while (r >= 0) {
		struct buf id = BUF_INIT(1027);

		buf_addf(&id, "%s00", parent);
		for (const char *s = guid; *s; s++)
			if (isxdigit((unsigned char) *s))
				buf_addc(&id, *s);
		*ret = buf_take(&id);
		if (!*ret || !ctype_find(l, *ret))
			return *ret ? 0 : -ENOMEM;
		free(*ret);
		r = guid_new(guid);
	}
	return r;
}

static int add_ref(struct xml *refs, const struct field *f)
{
	struct xml *ref = xml_new("FieldRef");
	int r = ref ? xml_set_attr(ref, "ID", xml_attr(f->def, "ID")) : -ENOMEM;

	if (r >= 0)
		r = xml_set_attr(ref, "Name", f->name);
	if (r >= 0 && f->required)
		r = xml_set_attr(ref, "Required", "TRUE");
	if (r < 0)
		xml_free(ref);
	else
		xml_append(refs, ref);
	return r;
}

/* References to those of the columns that the list has. */
static int add_refs(const struct list *l, struct xml *x, const char *names)
{
	CLEANUP(str_free_p) char *copy = strdup(names);
	struct xml *refs = xml_new("FieldRefs");
	char *save = NULL;
	int r = copy && refs ? 0 : -ENOMEM;

	if (refs)
		xml_append(x, refs);
	for (char *s = r < 0 ? NULL : strtok_r(copy, " \t\n", &save); r >= 0 && s; s = strtok_r(NULL, " \t\n", &save)) {
		const struct field *f = list_field(l, s);

		if (f && xml_attr(f->def, "ID"))
			r = add_ref(refs, f);
	}
	return r;
}

/* The forms of web pages: every type has this document. */
static int add_forms(struct xml *x, const char *id)
{
	const char *form = common(id, "0x0101") == 6 ? "DocumentLibraryForm" : "ListForm";
	CLEANUP(str_free_p) char *text =
		str_printf("<XmlDocuments><XmlDocument NamespaceURI=\"" FORMS "\"><FormTemplates xmlns=\"" FORMS "\">"
			   "<Display>%s</Display><Edit>%s</Edit><New>%s</New></FormTemplates></XmlDocument></XmlDocuments>",
			   form, form, form);
	struct xml *docs = NULL;
	int r = text ? xml_parse(text, strlen(text), &docs) : -ENOMEM;

	if (r >= 0)
		xml_append(x, docs);
	return r;
}

static int start(const struct list *l, const char *parent, const char *name, struct xml **ret)
{
	CLEANUP(str_free_p) char *id = NULL;
	int r = make_id(l, parent, &id);

	if (r < 0)
		return r;
	*ret = xml_new("ContentType");
	r = *ret ? xml_set_attr(*ret, "ID", id) : -ENOMEM;
	return r < 0 ? r : xml_set_attr(*ret, "Name", name);
}

int ctype_adopt(struct model *m, struct list *l, const char *parent, struct xml **ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	CLEANUP(xml_free_p) struct xml *x = NULL;
	int r = db_ask(m->db, &st, SITE_CTYPE_GET, "s", parent);

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = start(l, db_text(st, 0), db_text(st, 1), &x);
	if (r >= 0)
		r = xml_set_attr(x, "Group", db_text(st, 2));
	if (r >= 0)
		r = xml_set_attr(x, "Description", db_text(st, 3));
	if (r >= 0 && *db_text(st, 4))
		r = xml_set_attr(x, "V2ListTemplateName", db_text(st, 4));
	if (r >= 0)
		r = xml_set_attr(x, "Version", "0");
	if (r >= 0)
		r = add_refs(l, x, db_text(st, 5));
	if (r >= 0)
		r = add_forms(x, db_text(st, 0));
	if (r >= 0)
		r = put(l, x);
	if (r < 0)
		return r;
	if (ret)
		*ret = x;
	x = NULL;
	return 0;
}

static int copy_refs(struct xml *to, const struct xml *from)
{
	struct xml *refs = xml_new("FieldRefs");
	int r = refs ? 0 : -ENOMEM;

	if (refs)
		xml_append(to, refs);
	for (const struct xml *f = xml_first(xml_child(from, "FieldRefs")); r >= 0 && f; f = f->next) {
		struct xml *ref = xml_new("FieldRef");

		r = ref ? 0 : -ENOMEM;
		for (size_t i = 0; r >= 0 && i < f->n_attr; i++)
			r = xml_set_attr(ref, f->attr[i].name, f->attr[i].value);
		if (r < 0)
			xml_free(ref);
		else
			xml_append(refs, ref);
	}
	return r;
}

int ctype_derive(struct list *l, const struct xml *parent, const char *name, struct xml **ret)
{
	CLEANUP(xml_free_p) struct xml *x = NULL;
	int r = start(l, xml_attr(parent, "ID"), name, &x);

	if (r >= 0)
		r = xml_set_attr(x, "Group", xml_attr(parent, "Group"));
	if (r >= 0)
		r = xml_set_attr(x, "Description", "");
	if (r >= 0)
		r = xml_set_attr(x, "Version", "0");
	if (r >= 0)
		r = copy_refs(x, parent);
	if (r >= 0)
		r = add_forms(x, xml_attr(parent, "ID"));
	if (r >= 0)
		r = put(l, x);
	if (r < 0)
		return r;
	*ret = x;
	x = NULL;
	return 0;
}

int ctype_make_all(struct model *m, struct list *l, const char *ids)
{
	int r = 0;

	for (const char *s = ids; r >= 0 && *s; s += strcspn(s, ";"), s += *s == ';') {
		CLEANUP(str_free_p) char *id = strndup(s, strcspn(s, " "));

		r = id ? ctype_adopt(m, l, id, NULL) : -ENOMEM;
	}
	return r < 0 ? r : ctype_save(m, l);
}

/* ---- storing ------------------------------------------------------------------------------------ */

int ctype_save(struct model *m, const struct list *l)
{
	int r = db_run(m->db, CTYPES_DROP, "i", l->id);

	for (size_t i = 0; r >= 0 && i < l->n_ctypes; i++) {
		struct buf text = BUF_INIT((size_t) 64 << 20);

		xml_write_doc(&text, l->ctypes[i], "");
		r = buf_error(&text);
		if (r >= 0)
			r = db_run(m->db, CTYPE_ADD, "iis", l->id, (int64_t) i, buf_str(&text));
		buf_release(&text);
	}
	return r;
}

int ctype_load(struct model *m, struct list *l)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, CTYPES_OF, "i", l->id);

	while (r >= 0 && (r = db_step(st)) > 0) {
		struct xml *x = NULL;

		r = xml_parse(db_text(st, 0), strlen(db_text(st, 0)), &x);
		if (r >= 0)
			r = put(l, x);
		if (r < 0)
			xml_free(x);
	}
	return r;
}

void ctype_release(struct list *l)
{
	for (size_t i = 0; i < l->n_ctypes; i++)
		xml_free(l->ctypes[i]);
	free(l->ctypes);
}
