/* Values of fields in JSON (RFC 8259), by type. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_person.h"
#include "value.h"
#include "value_wire.h"
#include "views.h"

#define NO_LIMIT ((size_t) 1 << 30)

void views_json_string(const char *s, struct buf *out)
{
	static const char plain[] = "\"\\\n\r\t", letters[] = "\"\\nrt";

	buf_addc(out, '"');
	for (; *s; s++) {
		const char *at = strchr(plain, *s);

		if (at)
			buf_addf(out, "\\%c", letters[at - plain]);
		else if ((unsigned char) *s < 0x20)
			buf_addf(out, "\\u%04x", (unsigned) *s);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* "-12.5000000000000": shortest, as text: no digit is lost in a double. What is none is a string. */
static void add_number(const char *wire, struct buf *out)
{
	const char *s = wire + (*wire == '-'), *fraction;
	size_t digits = strspn(s, "0123456789"), n = 0, zeros = strspn(s, "0");

	fraction = s + digits + (s[digits] == '.');
	if (s[digits] == '.')
		n = strspn(fraction, "0123456789");
	if (fraction[n] || !(digits || n)) {
		views_json_string(wire, out);
		return;
	}
	while (n && fraction[n - 1] == '0')
		n--;
	if (*wire == '-' && (zeros < digits || n))
		buf_addc(out, '-');
	if (zeros >= digits)
		buf_addc(out, '0');
	else
		buf_add(out, s + zeros, digits - zeros);
	if (n) {
		buf_addc(out, '.');
		buf_add(out, fraction, n);
	}
}

static void add_id(const struct buf *id, struct buf *out)
{
	buf_adds(out, "{\"id\": ");
	if (id->len)
		add_number(buf_str(id), out);
	else
		buf_adds(out, "null");
}

/* ---- types with parts ----------------------------------------------------------------------- */

static void add_member(const char *name, const struct buf *value, struct buf *out)
{
	buf_addf(out, ", \"%s\": ", name);
	views_json_string(buf_str(value), out);
}

/* One or several, as an array. */
static int add_lookups(const char *wire, bool several, struct buf *out)
{
	struct wire_ref ref = WIRE_REF_INIT(NO_LIMIT);
	const char *between = "";
	int r = 0;

	buf_adds(out, several ? "[" : "");
	while (wire && r == 0) {
		wire = wire_ref_next(wire, several, &ref);
		r = wire_ref_error(&ref);
		buf_adds(out, between);
		add_id(&ref.id, out);
		add_member("value", &ref.text, out);
		buf_addc(out, '}');
		between = ", ";
	}
	buf_adds(out, several ? "]" : "");
	wire_ref_release(&ref);
	return r;
}

static int add_people(const char *wire, bool several, struct buf *out)
{
	struct person_parts p = PERSON_PARTS_INIT(NO_LIMIT);
	const char *between = "";
	int r = 0;

	buf_adds(out, several ? "[" : "");
	while (wire && r == 0) {
		wire = person_parts_read(wire, several, &p);
		r = person_parts_error(&p);
		buf_adds(out, between);
		add_id(&p.id, out);
		add_member("name", &p.name, out);
		add_member("login", &p.login, out);
		add_member("email", &p.mail, out);
		buf_addc(out, '}');
		between = ", ";
	}
	buf_adds(out, several ? "]" : "");
	person_parts_release(&p);
	return r;
}

/* ";#A;#b;; c;#" */
static int add_choices(const char *wire, struct buf *out)
{
	struct buf one = BUF_INIT(NO_LIMIT);
	const char *between = "";
	int r = 0;

	buf_addc(out, '[');
	while (wire && r == 0) {
		buf_reset(&one);
		wire = wire_part(wire, ";#", &one);
		r = buf_error(&one);
		if (!one.len)
			continue;
		buf_adds(out, between);
		views_json_string(buf_str(&one), out);
		between = ", ";
	}
	buf_addc(out, ']');
	buf_release(&one);
	return r;
}

/* "http://x, description" */
static int add_url(const char *wire, struct buf *out)
{
	struct buf address = BUF_INIT(NO_LIMIT);
	const char *description = wire_part(wire, ", ", &address);
	int r = buf_error(&address);

	buf_adds(out, "{\"url\": ");
	views_json_string(buf_str(&address), out);
	buf_adds(out, ", \"description\": ");
	views_json_string(description ? description : "", out);
	buf_addc(out, '}');
	buf_release(&address);
	return r;
}

/* ---- types without ------------------------------------------------------------------------------- */

static int number(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	add_number(wire, out);
	return 0;
}

static int boolean(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return buf_adds(out, str_eq(wire, "0") || strcasecmp(wire, "FALSE") == 0 ? "false" : "true");
}

static int text(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	views_json_string(wire, out);
	return 0;
}

/* What is for people anyway. */
static int shown(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	struct buf value = BUF_INIT(NO_LIMIT);
	int r = value_show(l, f, wire, &value);

	views_json_string(buf_str(&value), out);
	buf_release(&value);
	return r;
}

/* An instant as it is, a day as people see it. */
static int moment(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	return f->flags & FIELD_DATEONLY ? shown(l, f, wire, out) : text(l, f, wire, out);
}

static int calculated(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	static const char prefix[] = "float;#";

	return str_starts(wire, prefix) ? number(l, f, wire + strlen(prefix), out) : shown(l, f, wire, out);
}

static int lookups(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	return add_lookups(wire, f->type == FIELD_LOOKUPMULTI, out);
}

static int people(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	return add_people(wire, f->type == FIELD_USERMULTI, out);
}

static int choices(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return add_choices(wire, out);
}

static int url(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return add_url(wire, out);
}

/* ---- all --------------------------------------------------------------------------------------- */

static int (*const types[])(const struct list *l, const struct field *f, const char *wire, struct buf *out) = {
	[FIELD_UNKNOWN] = text,	      [FIELD_TEXT] = text,	     [FIELD_NOTE] = text,
	[FIELD_CHOICE] = text,	      [FIELD_MULTICHOICE] = choices, [FIELD_BOOLEAN] = boolean,
	[FIELD_NUMBER] = number,      [FIELD_CURRENCY] = number,     [FIELD_INTEGER] = number,
	[FIELD_DATETIME] = moment,    [FIELD_LOOKUP] = lookups,	     [FIELD_LOOKUPMULTI] = lookups,
	[FIELD_USER] = people,	      [FIELD_USERMULTI] = people,    [FIELD_URL] = url,
	[FIELD_CALCULATED] = calculated, [FIELD_COUNTER] = number,   [FIELD_GUID] = text,
	[FIELD_ATTACHMENTS] = text,   [FIELD_COMPUTED] = text,	     [FIELD_FILE] = shown,
	[FIELD_MODSTAT] = shown,      [FIELD_CONTENTTYPEID] = text,  [FIELD_THREADINDEX] = text,
};

_Static_assert(sizeof(types) / sizeof(*types) == FIELD_TYPE_COUNT, "each type has its row");

int json_value(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	int r = str_empty(wire) ? buf_adds(out, "null") : types[f->type](l, f, wire, out);

	return r < 0 ? r : buf_error(out);
}
