#include "model/field.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/guid.h"
#include "base/str.h"
#include "pack.h"
#include "same.h"

enum { MAX_NAMES = 4 };

/* The types: how the wire names them, how their values compare, and whether
 * people can type one. */
static const struct {
	const char *names[MAX_NAMES];
	bool (*same)(const char *a, const char *b);
	bool has_text;
} types[] = {
	[FIELD_UNKNOWN] = { { NULL }, same_bytes, true },
	[FIELD_TEXT] = { { "Text" }, same_bytes, true },
	[FIELD_NOTE] = { { "Note" }, same_note, true },
	[FIELD_CHOICE] = { { "Choice" }, same_bytes, true },
	[FIELD_MULTICHOICE] = { { "MultiChoice" }, same_bytes, true },
	[FIELD_BOOLEAN] = { { "Boolean", "AllDayEvent", "Recurrence", "CrossProjectLink" }, same_truth, true },
	[FIELD_NUMBER] = { { "Number" }, same_number, true },
	[FIELD_CURRENCY] = { { "Currency" }, same_number, true },
	[FIELD_INTEGER] = { { "Integer" }, same_number, true },
	[FIELD_DATETIME] = { { "DateTime" }, same_bytes, true },
	[FIELD_LOOKUP] = { { "Lookup" }, same_lookup, true },
	[FIELD_LOOKUPMULTI] = { { "LookupMulti" }, same_lookups, true },
	[FIELD_USER] = { { "User" }, same_lookup, true },
	[FIELD_USERMULTI] = { { "UserMulti" }, same_lookups, true },
	[FIELD_URL] = { { "URL" }, same_bytes, true },
	[FIELD_CALCULATED] = { { "Calculated" }, same_bytes, false },
	[FIELD_COUNTER] = { { "Counter" }, same_number, false },
	[FIELD_GUID] = { { "Guid", "GUID" }, same_bytes, true },
	[FIELD_ATTACHMENTS] = { { "Attachments" }, same_bytes, false },
	[FIELD_COMPUTED] = { { "Computed" }, same_bytes, false },
	[FIELD_FILE] = { { "File" }, same_bytes, false },
	[FIELD_MODSTAT] = { { "ModStat" }, same_bytes, true },
	[FIELD_CONTENTTYPEID] = { { "ContentTypeId" }, same_bytes, false },
	[FIELD_THREADINDEX] = { { "ThreadIndex" }, same_bytes, false },
};

_Static_assert(sizeof(types) / sizeof(*types) == FIELD_TYPE_COUNT, "each type has its row");

enum field_type field_type_of(const char *name)
{
	for (int t = 0; t < FIELD_TYPE_COUNT; t++)
		for (int i = 0; i < MAX_NAMES && types[t].names[i]; i++)
			if (strcmp(types[t].names[i], name) == 0)
				return (enum field_type) t;
	return FIELD_UNKNOWN;
}

bool field_editable(const struct field *f)
{
	return types[f->type].has_text && !(f->flags & (FIELD_HIDDEN | FIELD_READONLY | FIELD_NOT_IN_EDIT));
}

bool field_same(const struct field *f, const char *a, const char *b)
{
	a = a ? a : "";
	b = b ? b : "";
	return strcmp(a, b) == 0 || types[f->type].same(a, b);
}

/* ---- memory ------------------------------------------------------------------- */

static const size_t strings[] = {
	offsetof(struct field, id),          offsetof(struct field, name),
	offsetof(struct field, display),     offsetof(struct field, type_name),
	offsetof(struct field, lookup_list), offsetof(struct field, show_field),
	offsetof(struct field, def),
};

enum { N_STRINGS = sizeof(strings) / sizeof(*strings) };

static char **string_at(const struct field *f, int i)
{
	return (char **) ((char *) f + strings[i]);
}

void field_release(struct field *f)
{
	for (int i = 0; i < N_STRINGS; i++)
		str_free_p(string_at(f, i));
	for (size_t i = 0; i < f->n_choices; i++)
		free(f->choices[i]);
	free(f->choices);
	*f = (struct field) { 0 };
}

/* Fields that several schemas show. */
struct schema_shared {
	atomic_int refs;
};

void schema_release(struct schema *s)
{
	if (!s->shared || atomic_fetch_sub(&s->shared->refs, 1) == 1) {
		for (size_t i = 0; i < s->n; i++)
			field_release(&s->f[i]);
		free(s->f);
		free(s->shared);
	}
	*s = (struct schema) SCHEMA_INIT;
}

/* Fields of its own, the same. */
static int unshare(struct schema *s)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(INT_MAX);
	struct schema own = SCHEMA_INIT;
	int r = schema_pack(s, &b);

	if (r == 0)
		r = schema_unpack(b.p, b.len, &own);
	if (r < 0)
		return r;
	schema_release(s);
	*s = own;
	return 0;
}

struct field *schema_add(struct schema *s)
{
	if (s->shared && unshare(s) < 0)
		return NULL;
	if (vec_grow(&s->f, &s->cap, s->n + 1, sizeof(*s->f)) < 0)
		return NULL;
	s->f[s->n] = (struct field) { 0 };
	return &s->f[s->n++];
}

/* ---- finding ------------------------------------------------------------------ */

const struct field *schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->f[i].name && *s->f[i].name == *name && strcmp(s->f[i].name, name) == 0)
			return &s->f[i];
	return NULL;
}

const struct field *schema_match(const struct schema *s, const char *id, const char *name)
{
	char guid[GUID_SIZE];

	if (id && guid_normalise(id, guid))
		for (size_t i = 0; i < s->n; i++)
			if (s->f[i].id && strcasecmp(s->f[i].id, guid) == 0)
				return &s->f[i];
	return schema_find(s, name);
}

/* ---- the database's form ------------------------------------------------------ */

static void pack_field(const struct field *f, struct buf *out)
{
	for (int i = 0; i < N_STRINGS; i++)
		pack_str(out, *string_at(f, i));
	pack_num(out, f->type);
	pack_num(out, f->flags);
	pack_num(out, (int64_t) f->n_choices);
	for (size_t i = 0; i < f->n_choices; i++)
		pack_str(out, f->choices[i]);
}

int schema_pack(const struct schema *s, struct buf *out)
{
	pack_num(out, (int64_t) s->n);
	for (size_t i = 0; i < s->n; i++)
		pack_field(&s->f[i], out);
	return buf_error(out);
}

/* One is read at a time, so that a damaged count asks for no more memory than there are bytes. */
static int unpack_choices(struct unpack *u, struct field *f)
{
	size_t n = (size_t) unpack_num(u, 0, INT_MAX), cap = 0;
	int r = 0;

	while (r == 0 && f->n_choices < n) {
		r = vec_grow(&f->choices, &cap, f->n_choices + 1, sizeof(*f->choices));
		if (r < 0)
			break;
		f->choices[f->n_choices] = NULL;
		unpack_str(u, &f->choices[f->n_choices++]);
		r = u->error ? u->error : f->choices[f->n_choices - 1] ? 0 : -EUCLEAN;
	}
	return r < 0 ? r : u->error;
}

static int unpack_field(struct unpack *u, struct field *f)
{
	for (int i = 0; i < N_STRINGS; i++)
		unpack_str(u, string_at(f, i));
	f->type = (enum field_type) unpack_num(u, 0, FIELD_TYPE_COUNT - 1);
	f->flags = (unsigned) unpack_num(u, 0, UINT_MAX);
	if (u->error)
		return u->error;
	return f->name && f->display ? unpack_choices(u, f) : -EUCLEAN;
}

int schema_unpack(const void *p, size_t n, struct schema *ret)
{
	struct unpack u = { .p = p, .end = n ? (const char *) p + n : p };
	struct schema s = SCHEMA_INIT;
	size_t fields = (size_t) unpack_num(&u, 0, INT_MAX);
	int r = 0;

	while (r == 0 && s.n < fields) {
		struct field *f = schema_add(&s);

		r = f ? unpack_field(&u, f) : -ENOMEM;
	}
	if (r == 0)
		r = unpack_end(&u);
	if (r < 0) {
		schema_release(&s);
		return r;
	}
	schema_release(ret);
	*ret = s;
	return 0;
}

void schema_memory_release(struct schema_memory *m)
{
	schema_release(&m->schema);
	free(m->bytes);
	*m = (struct schema_memory) { 0 };
}

/* From now on s is what the memory has, too. Without memory for that it is not, which does no harm. */
static void remember(const void *p, size_t n, struct schema_memory *m, struct schema *s)
{
	struct schema_shared *shared = malloc(sizeof(*shared));
	void *bytes = malloc(n);

	schema_memory_release(m);
	if (!shared || !bytes) {
		free(shared);
		free(bytes);
		return;
	}
	atomic_init(&shared->refs, 2);
	s->shared = shared;
	memcpy(bytes, p, n);
	*m = (struct schema_memory) { bytes, n, *s };
}

int schema_recall(const void *p, size_t n, struct schema_memory *m, struct schema *ret)
{
	int r;

	if (m && m->bytes && m->n == n && memcmp(m->bytes, p, n) == 0) {
		atomic_fetch_add(&m->schema.shared->refs, 1);
		schema_release(ret);
		*ret = m->schema;
		return 0;
	}
	r = schema_unpack(p, n, ret);
	if (r == 0 && m && n)
		remember(p, n, m, ret);
	return r;
}
