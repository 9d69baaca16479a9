#include "caml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "camlrange.h"
#include "ftype.h"
#include "item.h"
#include "options.h"
#include "rows.h"
#include "show.h"
#include "tz.h"
#include "xml.h"

#define DEPTH_MAX 64

enum test_op { AND, OR, EQ, NEQ, GT, GEQ, LT, LEQ, IS_NULL, IS_NOT_NULL, BEGINS, CONTAINS, IN, INCLUDES, NOT_INCLUDES, OVERLAPS,
	       MEMBER };

static const struct {
	const char *name;
	enum test_op op;
} ops[] = {
	{ "And", AND },           { "Or", OR },         { "Eq", EQ },
	{ "Neq", NEQ },           { "Gt", GT },         { "Geq", GEQ },
	{ "Lt", LT },             { "Leq", LEQ },       { "IsNull", IS_NULL },
	{ "IsNotNull", IS_NOT_NULL }, { "BeginsWith", BEGINS }, { "Contains", CONTAINS },
	{ "In", IN },             { "Includes", INCLUDES }, { "NotIncludes", NOT_INCLUDES },
	{ "DateRangesOverlap", OVERLAPS }, { "Membership", MEMBER },
};

/* One value to compare with; In has several. */
struct value {
	struct value *next; /* owned */
	struct caml_key key;
	int64_t id; /* of a lookup */
};

struct caml {
	enum test_op op;
	const struct field *field;
	bool by_id;     /* a lookup is compared by its id */
	bool with_time; /* else only the days of dates are compared */
	const struct field *end; /* of OVERLAPS: when field ends */
	struct camlrange range;
	bool anybody;   /* of MEMBER: all people count; else a group does, and here are none */
	struct value *values; /* owned */
	struct caml *left, *right; /* owned */
};

/* ---- values ----------------------------------------------------------------------------------- */

/* ASCII and the capitals of Latin-1: what the database's collation folds that our samples have. */
char *caml_fold(const char *s)
{
	char *copy = strdup(s);

	for (unsigned char *p = (unsigned char *) copy; p && *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
		else if (*p == 0xc3 && p[1] >= 0x80 && p[1] <= 0x9e && p[1] != 0x97)
			*++p |= 0x20;
	}
	return copy;
}

void caml_key_release(struct caml_key *k)
{
	free(k->text);
	*k = (struct caml_key) { .null = true };
}

int caml_key_compare(const struct caml_key *a, const struct caml_key *b)
{
	if (a->null || b->null)
		return b->null - a->null;
	if (a->numeric || b->numeric)
		return (a->number > b->number) - (a->number < b->number);
	return strcmp(a->text, b->text);
}

/* "3;#sites/team/x" is compared by what follows the id, a path without the slash in front. */
static const char *bare_value(const struct field *f, const char *s)
{
	const char *at = strstr(s, ";#");

	if (f->sys && f->type->compare == COMPARE_LOOKUP && at)
		s = at + 2;
	else if (f->sys && strcmp(f->name, "FileLeafRef") == 0 && at)
		s = at + 2;
	return *s == '/' && f->sys ? s + 1 : s;
}

static double day_of(double seconds)
{
	int64_t local = tz_local((int64_t) seconds);

	return (double) (local - ((local % 86400) + 86400) % 86400);
}

/* The key of a text in the type's stored form. */
static int make_key(const struct field *f, const char *s, struct caml_key *ret)
{
	int64_t t;

	*ret = (struct caml_key) { .null = !*s };
	if (ret->null)
		return 0;
	switch (f->type->compare) {
	case COMPARE_NUMBER:
		ret->numeric = true;
		ret->number = strtod(s, NULL);
		return 0;
	case COMPARE_DATE:
		ret->numeric = true;
		ret->number = clock_parse_iso(s, &t) < 0 ? 0 : (double) t;
		return 0;
	case COMPARE_TEXT:
	case COMPARE_LOOKUP: break;
	}
	ret->text = caml_fold(s);
	return ret->text ? 0 : -ENOMEM;
}

int caml_key(const struct call *c, const struct list *l, const struct item *i, const struct field *f,
	     struct caml_key *ret)
{
	const struct options o = { .look = { .model = c->m, .site = c->site, .utc = true, .v3_patterns = true } };
	struct buf text = BUF_INIT((size_t) 64 << 20);
	const char *stored = f->sys ? NULL : pairs_get(&i->vals, f->name);
	const char *at;
	int r;

	if (!f->sys && f->type->compare != COMPARE_LOOKUP)
		return make_key(f, stored ? stored : "", ret);
	rows_value(c, l, &o, i, f, &text);
	at = f->sys ? NULL : strstr(buf_str(&text), ";#");
	r = make_key(f, at ? at + 2 : bare_value(f, buf_str(&text)), ret);
	buf_release(&text);
	return r;
}

/* ---- compiling -------------------------------------------------------------------------------- */

static struct value *free_values(struct value *v)
{
	while (v) {
		struct value *next = v->next;

		caml_key_release(&v->key);
		free(v);
		v = next;
	}
	return NULL;
}

struct caml *caml_free(struct caml *n)
{
	if (!n)
		return NULL;
	caml_free(n->left);
	caml_free(n->right);
	free_values(n->values);
	free(n);
	return NULL;
}

/* <Today OffsetDays="-7"/>, <Now/>, <UserID/> and the like instead of a text; NULL: it is a text. */
static char *special_value(const struct call *c, const struct xml *value)
{
	const struct xml *x = xml_first(value);
	const char *offset = xml_attr(x, "OffsetDays") ? xml_attr(x, "OffsetDays") : xml_attr(x, "Offset");
	int64_t days = 0;
	char iso[CLOCK_ISO_SIZE];

	if (!x)
		return NULL;
	if (strcmp(x->name, "UserID") == 0)
		return str_printf("%lld", (long long) c->person->id);
	if (offset && str_to_i64(offset, &days) < 0)
		days = 0;
	if (strcmp(x->name, "Today") == 0)
		clock_format_iso(tz_utc((int64_t) day_of((double) c->now)) + days * 86400, iso);
	else
		clock_format_iso(c->now + days * 86400, iso);
	return strdup(iso);
}

static int bad_query(struct call *c)
{
	return call_fault(c, E_INVALID, "One or more field types are not installed properly. Go to the list settings "
					"page to delete these fields.");
}

/* A date that a client wrote, as UTC. */
static int date_key(struct call *c, const char *s, struct caml_key *ret)
{
	int64_t t;

	if (clock_parse_iso(s, &t) < 0)
		return call_fault(c, E_BAD_DATE, "%s", refusal_text(E_BAD_DATE));
	*ret = (struct caml_key) { .numeric = true, .number = (double) (str_ends(s, "Z") ? t : tz_utc(t)) };
	return 0;
}

static int fill_value(struct call *c, const struct caml *n, const char *s, struct value *v)
{
	const char *text = bare_value(n->field, s);
	bool truth = str_eq_nocase(s, "TRUE");

	v->id = strtoll(s, NULL, 10);
	if (n->field->type->compare == COMPARE_DATE && *s)
		return date_key(c, s, &v->key);
	if (n->field->type->compare == COMPARE_NUMBER && (truth || str_eq_nocase(s, "FALSE")))
		text = truth ? "1" : "0";
	return make_key(n->field, text, &v->key);
}

static int add_value(struct call *c, struct caml *n, const struct xml *value)
{
	struct value *v = calloc(1, sizeof(*v));
	CLEANUP(str_free_p) char *special = v ? special_value(c, value) : NULL;
	CLEANUP(str_free_p) char *text = v && !special ? xml_trimmed(value) : NULL;

	if (!v || (!special && !text)) {
		free(v);
		return -ENOMEM;
	}
	v->next = n->values;
	n->values = v;
	n->with_time |= xml_is_true(xml_attr(value, "IncludeTimeValue"));
	return fill_value(c, n, special ? special : text, v);
}

/* Who made or changed it; NULL: the column names nobody. */
static const int64_t *person_of(const struct field *f, const struct item *i)
{
	return strcmp(f->name, "Author") == 0 ? &i->author : strcmp(f->name, "Editor") == 0 ? &i->editor : NULL;
}

static bool has_ids(const struct field *f)
{
	static const struct item any;

	return f->sys ? person_of(f, &any) != NULL : f->type->compare == COMPARE_LOOKUP;
}

static int compile(struct call *c, const struct list *l, const struct xml *x, int depth, struct caml **ret);

static int compile_both(struct call *c, const struct list *l, const struct xml *x, int depth, struct caml *n)
{
	const struct xml *second = x->first ? x->first->next : NULL;
	int r = x->first ? compile(c, l, x->first, depth + 1, &n->left) : bad_query(c);

	return r < 0 || !second ? r : compile(c, l, second, depth + 1, &n->right);
}

/* The column that a FieldRef means, by Name or by ID; NULL: none. */
static const struct field *find_field(const struct list *l, const struct xml *ref)
{
	const char *name = xml_attr(ref, "Name"), *id = xml_attr(ref, "ID");
	char wanted[GUID_SIZE], own[GUID_SIZE];

	if (name || !id || !guid_normalise(id, wanted))
		return name ? list_field(l, name) : NULL;
	for (size_t i = 0; i < l->n_fields; i++) {
		const char *other = xml_attr(l->fields[i]->def, "ID");

		if (other && guid_normalise(other, own) && strcmp(own, wanted) == 0)
			return l->fields[i];
	}
	return NULL;
}

static int compile_overlap(struct call *c, const struct list *l, const struct xml *x, struct caml *n)
{
	const struct xml *begin = xml_child(x, "FieldRef");
	const struct xml *end = begin ? begin->next : NULL;
	const struct xml *value = xml_child(x, "Value");

	n->field = begin ? find_field(l, begin) : NULL;
	n->end = end && strcmp(end->name, "FieldRef") == 0 ? find_field(l, end) : NULL;
	if (!n->field || !n->end || !value || n->field->type->compare != COMPARE_DATE || n->end->type->compare != COMPARE_DATE)
		return bad_query(c);
	return camlrange_read(c, value, &n->range);
}

static int compile_member(struct call *c, const struct list *l, const struct xml *x, struct caml *n)
{
	static const char *const types[] = { "SPWeb.AllUsers", "SPWeb.Users", "SPWeb.Groups", "CurrentUserGroups", "SPGroup" };
	const char *type = xml_attr(x, "Type");
	const struct xml *ref = xml_child(x, "FieldRef");
	size_t k = 0;

	n->field = ref ? find_field(l, ref) : NULL;
	while (type && k < sizeof(types) / sizeof(*types) && !str_eq(types[k], type))
		k++;
	if (!n->field || !type || k == sizeof(types) / sizeof(*types))
		return bad_query(c);
	n->anybody = k < 2;
	return 0;
}

static int compile_test(struct call *c, const struct list *l, const struct xml *x, struct caml *n)
{
	const struct xml *ref = xml_child(x, "FieldRef");
	const struct xml *in = xml_child(x, "Values");
	int r = 0;

	n->field = ref ? find_field(l, ref) : NULL;
	if (!n->field)
		return bad_query(c);
	n->by_id = xml_is_true(xml_attr(ref, "LookupId"));
	for (const struct xml *v = in ? in->first : x->first; r >= 0 && v; v = v->next)
		if (strcmp(v->name, "Value") == 0) {
			n->by_id |= has_ids(n->field) && str_eq(xml_attr(v, "Type"), "Integer");
			r = add_value(c, n, v);
		}
	if (r >= 0 && !n->values && n->op != IS_NULL && n->op != IS_NOT_NULL)
		return bad_query(c);
	return r;
}

static int compile(struct call *c, const struct list *l, const struct xml *x, int depth, struct caml **ret)
{
	CLEANUP(caml_free_p) struct caml *n = calloc(1, sizeof(*n));
	size_t k = 0;
	int r;

	if (!n)
		return -ENOMEM;
	while (k < sizeof(ops) / sizeof(*ops) && strcmp(ops[k].name, x->name) != 0)
		k++;
	if (k == sizeof(ops) / sizeof(*ops) || depth > DEPTH_MAX)
		return bad_query(c);
	n->op = ops[k].op;
	switch (n->op) {
	case AND:
	case OR: r = compile_both(c, l, x, depth, n); break;
	case OVERLAPS: r = compile_overlap(c, l, x, n); break;
	case MEMBER: r = compile_member(c, l, x, n); break;
	default: r = compile_test(c, l, x, n); break;
	}
	if (r < 0)
		return r;
	*ret = n;
	n = NULL;
	return 0;
}

int caml_compile(struct call *c, const struct list *l, const struct xml *filter, struct caml **ret)
{
	return compile(c, l, filter, 0, ret);
}

bool caml_field_indexed(const struct field *f)
{
	return strcmp(f->name, "ID") == 0 || xml_is_true(xml_attr(f->def, "Indexed"));
}

int64_t caml_only_id(const struct caml *n)
{
	int64_t id;

	if (!n)
		return 0;
	if (n->op == AND) {
		id = caml_only_id(n->left);
		return id ? id : caml_only_id(n->right);
	}
	if (n->op != EQ || n->by_id || strcmp(n->field->name, "ID") != 0 || n->values->key.null)
		return 0;
	return n->values->id;
}

/* Of an And one indexed side is enough: the rows that it leaves are few. */
bool caml_is_indexed(const struct caml *n)
{
	if (!n)
		return true;
	if (n->op == AND)
		return caml_is_indexed(n->left) || (n->right && caml_is_indexed(n->right));
	if (n->op == OR)
		return caml_is_indexed(n->left) && caml_is_indexed(n->right);
	return caml_field_indexed(n->field);
}

/* ---- asking ----------------------------------------------------------------------------------- */

/* Of several choices one is enough; a ';' in one is stored twice. */
static bool has_choice(const struct caml_key *k, const struct value *v)
{
	struct buf choice = BUF_INIT(1 << 20);
	bool found;

	buf_adds(&choice, ";#");
	for (const char *s = v->key.text ? v->key.text : ""; *s; s++)
		buf_adds(&choice, *s == ';' ? ";;" : (char[]) { *s, '\0' });
	buf_adds(&choice, ";#");
	found = k->text && v->key.text && (strcmp(k->text, v->key.text) == 0 || strstr(k->text, buf_str(&choice)));
	buf_release(&choice);
	return found;
}

/* What a comparison's outcome means for each operation. */
static bool is_met(enum test_op op, int d)
{
	switch (op) {
	case EQ:
	case IN: return d == 0;
	case NEQ: return d != 0;
	case GT: return d > 0;
	case GEQ: return d >= 0;
	case LT: return d < 0;
	case LEQ: return d <= 0;
	case BEGINS:
	case CONTAINS:
	case AND:
	case OR:
	case IS_NULL:
	case IS_NOT_NULL:
	case INCLUDES:
	case OVERLAPS:
	case MEMBER:
	case NOT_INCLUDES: break;
	}
	return false;
}

static bool is_equality(enum test_op op)
{
	return op == EQ || op == IN || op == NEQ;
}

static bool compare_with(const struct caml *n, const struct caml_key *k, const struct value *v)
{
	struct caml_key a = *k, b = v->key;

	if (strcmp(n->field->type->name, "MultiChoice") == 0 && is_equality(n->op))
		return has_choice(k, v) == (n->op != NEQ);
	if (k->null && !is_equality(n->op))
		return false;
	if (n->op == BEGINS)
		return a.text && b.text && str_starts(a.text, b.text);
	if (n->op == CONTAINS)
		return a.text && b.text && strstr(a.text, b.text);
	if (n->field->type->compare == COMPARE_DATE && !n->with_time) {
		a.number = day_of(a.number);
		b.number = day_of(b.number);
	}
	return is_met(n->op, caml_key_compare(&a, &b));
}

/* Is one of the ids, or one of the texts, of a lookup with several values the wanted one? */
static bool includes(const struct caml *n, const struct call *c, const struct list *l, const struct item *i)
{
	const char *stored = n->field->sys ? NULL : pairs_get(&i->vals, n->field->name);
	struct caml_key k;
	bool found = false;

	if (n->by_id && n->field->sys && person_of(n->field, i))
		return *person_of(n->field, i) == n->values->id;
	for (const char *s = stored; s && *s && !found && n->by_id;) {
		char *end;

		found = strtoll(s, &end, 10) == n->values->id;
		s = *end == ';' ? end + 1 : "";
	}
	if (n->by_id || caml_key(c, l, i, n->field, &k) < 0)
		return found;
	found = k.text && n->values->key.text && strstr(k.text, n->values->key.text);
	caml_key_release(&k);
	return found;
}

/* An event without an end is one moment. */
static bool overlaps(const struct caml *n, const struct call *c, const struct list *l, const struct item *i)
{
	struct caml_key begin, end;
	bool met;

	if (caml_key(c, l, i, n->field, &begin) < 0 || begin.null || caml_key(c, l, i, n->end, &end) < 0)
		return false;
	met = camlrange_meets(&n->range, (int64_t) begin.number, (int64_t) (end.null ? begin.number : end.number));
	caml_key_release(&begin);
	caml_key_release(&end);
	return met;
}

static bool test(const struct caml *n, const struct call *c, const struct list *l, const struct item *i)
{
	struct caml_key k;
	bool any = false;

	if (n->op == OVERLAPS)
		return overlaps(n, c, l, i);
	if (n->by_id || n->op == INCLUDES || n->op == NOT_INCLUDES)
		return includes(n, c, l, i) != (n->op == NEQ || n->op == NOT_INCLUDES);
	if (caml_key(c, l, i, n->field, &k) < 0)
		return false;
	if (n->op == IS_NULL || n->op == IS_NOT_NULL)
		any = k.null == (n->op == IS_NULL);
	if (n->op == MEMBER)
		any = n->anybody && !k.null;
	for (const struct value *v = n->values; v && !any; v = v->next)
		any = compare_with(n, &k, v);
	caml_key_release(&k);
	return any;
}

bool caml_match(const struct caml *n, const struct call *c, const struct list *l, const struct item *i)
{
	if (!n)
		return true;
	if (n->op == AND)
		return caml_match(n->left, c, l, i) && caml_match(n->right, c, l, i);
	if (n->op == OR)
		return caml_match(n->left, c, l, i) || (n->right && caml_match(n->right, c, l, i));
	return test(n, c, l, i);
}

/* ---- order ------------------------------------------------------------------------------------ */

static size_t add_orders(const struct list *l, const struct xml *by, struct caml_order *out, size_t n)
{
	for (const struct xml *x = xml_first(by); x && n < CAML_ORDERS; x = x->next) {
		const char *up = xml_attr(x, "Ascending");
		const struct field *f = find_field(l, x);

		if (f)
			out[n++] = (struct caml_order) { f, up && !xml_is_true(up) };
	}
	return n;
}

size_t caml_orders(const struct list *l, const struct xml *query, struct caml_order out[CAML_ORDERS])
{
	size_t n = add_orders(l, xml_child(query, "GroupBy"), out, 0);

	return add_orders(l, xml_child(query, "OrderBy"), out, n);
}
