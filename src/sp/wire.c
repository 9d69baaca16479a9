#include "wire.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

/* ---- parts separated by ";#" ----------------------------------------------------- */

/* The end of the part that begins at s. A doubled semicolon is a literal one. */
static const char *part_end(const char *s)
{
	while (*s && !(s[0] == ';' && s[1] == '#'))
		s += s[0] == ';' && s[1] == ';' ? 2 : 1;
	return s;
}

/* Past the separator; NULL: that was the last part. */
static const char *next_part(const char *end)
{
	return *end ? end + 2 : NULL;
}

/* How many digits an id at s has; 0: there is none before the end of the part. */
static size_t id_len(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return s + n == part_end(s) ? n : 0;
}

/* ---- one function for each encoding ------------------------------------------------ */

static void as_it_is(const char *s, struct buf *out)
{
	buf_adds(out, s);
}

static void boolean(const char *s, struct buf *out)
{
	if (str_eq_nocase(s, "TRUE") || str_eq_nocase(s, "YES"))
		s = "1";
	else if (str_eq_nocase(s, "FALSE") || str_eq_nocase(s, "NO"))
		s = "0";
	buf_adds(out, s);
}

/* With DateInUtc="TRUE" always the form with Z; the server says what is wrong with anything else. */
static void date_time(const char *s, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t t;

	if (clock_parse_iso(s, &t) == 0) {
		clock_format_iso(t, iso);
		s = iso;
	}
	buf_adds(out, s);
}

/* The id alone: a text beside it is ignored there, and could be out of date. */
static void lookup(const char *s, struct buf *out)
{
	size_t n = id_len(s);

	buf_add(out, s, n ? n : strlen(s));
}

/* "-1;#DOMAIN\login", a person whom the server is to find, stays whole. */
static void user(const char *s, struct buf *out)
{
	size_t n = id_len(s);

	buf_add(out, s, n ? n : strlen(s));
	if (n)
		buf_adds(out, ";#");
}

/* "1;#Ann;#2;#Bob" -> "1;#;#2;#": pairs of id and text, the text only where there is no id yet. */
static void pairs(const char *s, struct buf *out)
{
	bool more = false;

	while (s && *s) {
		const char *end = part_end(s), *text = next_part(end);
		size_t n = id_len(s);

		if (more)
			buf_adds(out, ";#");
		more = true;
		buf_add(out, s, (size_t) (end - s));
		buf_adds(out, ";#");
		if (!text)
			return;
		end = part_end(text);
		if (!n)
			buf_add(out, text, (size_t) (end - text));
		s = next_part(end);
	}
}

/* ";#A;#B;#" */
static void choices(const char *s, struct buf *out)
{
	if (!*s)
		return;
	if (!str_starts(s, ";#"))
		buf_adds(out, ";#");
	buf_adds(out, s);
	if (!str_ends(s, ";#"))
		buf_adds(out, ";#");
}

/* "url, description": a comma in the url is doubled; one that is doubled already stays. */
static void url(const char *s, struct buf *out)
{
	const char *end = strstr(s, ", ");

	for (end = end ?: s + strlen(s); s < end; s++) {
		buf_addc(out, *s);
		if (*s != ',')
			continue;
		buf_addc(out, ',');
		s += s + 1 < end && s[1] == ',';
	}
	buf_adds(out, end);
}

/* "12;#name.txt" -> "name.txt" */
static void file_name(const char *s, struct buf *out)
{
	size_t n = id_len(s);

	buf_adds(out, n && s[n] ? s + n + 2 : s);
}

/* ---- which type takes which ----------------------------------------------------------- */

/* NULL: the server sets them itself. */
static void (*const encodings[])(const char *s, struct buf *out) = {
	[FIELD_UNKNOWN] = as_it_is,
	[FIELD_TEXT] = as_it_is,
	[FIELD_NOTE] = as_it_is,
	[FIELD_CHOICE] = as_it_is,
	[FIELD_MULTICHOICE] = choices,
	[FIELD_BOOLEAN] = boolean,
	[FIELD_NUMBER] = as_it_is,
	[FIELD_CURRENCY] = as_it_is,
	[FIELD_INTEGER] = as_it_is,
	[FIELD_DATETIME] = date_time,
	[FIELD_LOOKUP] = lookup,
	[FIELD_LOOKUPMULTI] = pairs,
	[FIELD_USER] = user,
	[FIELD_USERMULTI] = pairs,
	[FIELD_URL] = url,
	[FIELD_CALCULATED] = NULL,
	[FIELD_COUNTER] = NULL,
	[FIELD_GUID] = as_it_is,
	[FIELD_ATTACHMENTS] = NULL,
	[FIELD_COMPUTED] = NULL,
	[FIELD_FILE] = file_name,
	[FIELD_MODSTAT] = NULL,
	[FIELD_CONTENTTYPEID] = as_it_is,
	[FIELD_THREADINDEX] = as_it_is,
};

_Static_assert(sizeof(encodings) / sizeof(*encodings) == FIELD_TYPE_COUNT, "each type has its row");

bool wire_is_settable(const struct field *f)
{
	return encodings[f->type] != NULL;
}

void wire_add(const struct field *f, const char *text, struct buf *out)
{
	if (encodings[f->type])
		encodings[f->type](text, out);
}
