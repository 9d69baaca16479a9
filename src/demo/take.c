#include "take.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/guid.h"
#include "base/str.h"
#include "db.h"
#include "ftype.h"
#include "item.h"
#include "model.h"
#include "tz.h"
#include "xml.h"

int take_plain(struct intake *in, const char *sent, struct buf *out)
{
	(void) in;
	return buf_adds(out, sent);
}

int take_text(struct intake *in, const char *sent, struct buf *out)
{
	const char *max = xml_attr(in->field->def, "MaxLength");
	int64_t limit = 255;

	if (max && str_to_i64(max, &limit) < 0)
		limit = 255;
	return xml_characters(sent) > limit ? refuse(in, E_INVALID) : buf_adds(out, sent);
}

/* Of a whole HTML document, as Outlook sends it, only the body is kept. */
static const char *body_of(const char *html, size_t *ret_n)
{
	const char *from = strcasestr(html, "<body");
	const char *start = from ? strchr(from, '>') : NULL;
	const char *end = start ? strcasestr(start, "</body>") : NULL;

	if (!end) {
		*ret_n = strlen(html);
		return html;
	}
	*ret_n = (size_t) (end - start - 1);
	return start + 1;
}

/* FullHtml columns live in a div of their own, so that their styles touch nothing around them. */
static int add_isolated(const char *html, size_t n, struct buf *out)
{
	bool plain = !memchr(html, '<', n);
	char id[GUID_SIZE];
	CLEANUP(str_free_p) char *copy = strndup(html, n);

	if (!copy)
		return -ENOMEM;
	model_guid("div", copy, id);
	buf_adds(out, "<div class=\"ExternalClass");
	for (const char *s = id; *s; s++)
		if (isxdigit((unsigned char) *s))
			buf_addc(out, *s);
	buf_adds(out, plain ? "\"><p>" : "\">");
	buf_add(out, html, n);
	return buf_adds(out, plain ? "</p></div>" : "</div>");
}

int take_note(struct intake *in, const char *sent, struct buf *out)
{
	const char *mode = xml_attr(in->field->def, "RichTextMode");
	size_t n;

	if (!xml_is_true(xml_attr(in->field->def, "RichText")))
		return buf_adds(out, sent);
	sent = body_of(sent, &n);
	if (!str_eq(mode, "FullHtml") || str_starts(sent, "<div class=\"ExternalClass"))
		return buf_add(out, sent, n);
	return add_isolated(sent, n, out);
}

/* ";#A;#B;#", with or without the outer ones. */
int take_choices(struct intake *in, const char *sent, struct buf *out)
{
	(void) in;
	if (!str_starts(sent, ";#"))
		buf_adds(out, ";#");
	buf_adds(out, sent);
	return str_ends(sent, ";#") ? buf_error(out) : buf_adds(out, ";#");
}

int take_number(struct intake *in, const char *sent, struct buf *out)
{
	char *end;
	double v = strtod(sent, &end);

	if (end == sent || !isfinite(v) || strpbrk(sent, "xXnNpP") || end[strspn(end, " \t\r\n")])
		return refuse(in, E_MISMATCH);
	return buf_addf(out, "%.15g", v);
}

int take_integer(struct intake *in, const char *sent, struct buf *out)
{
	int64_t v;

	if (str_to_i64(sent, &v) < 0 || v < INT32_MIN || v > INT32_MAX)
		return refuse(in, E_MISMATCH);
	return buf_addf(out, "%lld", (long long) v);
}

int take_boolean(struct intake *in, const char *sent, struct buf *out)
{
	static const char *const yes[] = { "1", "-1", "TRUE", "Yes" };
	static const char *const no[] = { "0", "FALSE", "No" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (str_eq_nocase(sent, yes[i]))
			return buf_addc(out, '1');
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (str_eq_nocase(sent, no[i]))
			return buf_addc(out, '0');
	return refuse(in, E_MISMATCH);
}

/* SharePoint's calendar: 1900 to 8900. */
#define DATE_FIRST INT64_C(-2208988800)
#define DATE_LAST INT64_C(218693951999)

int take_date(struct intake *in, const char *sent, struct buf *out)
{
	CLEANUP(str_free_p) char *copy = strdup(sent);
	char iso[CLOCK_ISO_SIZE];
	const char *s;
	int64_t t;

	if (!copy)
		return -ENOMEM;
	s = str_trim(copy);
	if (clock_parse_iso(s, &t) < 0 || t < DATE_FIRST || t > DATE_LAST)
		return refuse(in, E_BAD_DATE);
	if (in->field->floating && in->all_day) {
		clock_format_iso(t, iso);
		return buf_adds(out, iso);
	}
	if (!str_ends(s, "Z") && !(in->utc && strchr(s, 'T')))
		t = tz_utc(t);
	if (in->field->date_only) {
		int64_t local = tz_local(t);

		t = tz_utc(local - ((local % 86400) + 86400) % 86400);
	}
	clock_format_iso(t, iso);
	return buf_adds(out, iso);
}

/* Is there such an item? 0, -ENOENT, -errno. A lookup into another list than this site's is not checked. */
static int check_target(struct intake *in, int64_t id)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	const struct list *l = site_list_by_guid(in->site, in->field->target);

	return l ? item_get(in->model->db, l, id, &i) : 0;
}

typedef int (*resolve_fn)(struct intake *in, const char *id, const char *text, int64_t *ret);

static int resolve_item(struct intake *in, const char *id, const char *text, int64_t *ret)
{
	int64_t n;
	int r;

	(void) text;
	if (str_to_i64(id, &n) < 0 || n < 1 || n > INT32_MAX)
		return refuse(in, E_MISMATCH);
	r = check_target(in, n);
	if (r == -ENOENT)
		return refuse(in, E_MISMATCH);
	*ret = n;
	return r;
}

/* "12", or "-1;#DOMAIN\login", or a login, name or mail address alone. */
static int resolve_person(struct intake *in, const char *id, const char *text, int64_t *ret)
{
	const struct person *p = NULL;
	int64_t n;

	if (str_to_i64(id, &n) < 0)
		p = model_person_named(in->model, id);
	else if (n == -1 && text)
		p = model_person_named(in->model, text);
	else
		p = model_person(in->model, n);
	if (!p)
		return refuse(in, E_NO_USER);
	*ret = p->id;
	return 0;
}

/* The next part of "a;#b;#c", cut out in place; *at is NULL after the last. */
static char *next_part(char **at)
{
	char *part = *at;
	char *end = part ? strstr(part, ";#") : NULL;

	if (!part)
		return NULL;
	if (end)
		*end = '\0';
	*at = end ? end + 2 : NULL;
	return part;
}

/* Ids alone, or ids with their texts between them; the texts of lookups mean nothing. */
static int take_ids(struct intake *in, const char *sent, resolve_fn resolve, struct buf *out)
{
	CLEANUP(str_free_p) char *copy = strdup(sent);
	char *at = copy;
	bool multiple = in->field->type->multiple;
	size_t before = out->len;

	if (!copy)
		return -ENOMEM;
	if (str_starts(at, ";#"))
		at += 2;
	while (at && *at) {
		char *id = next_part(&at);
		char *text = next_part(&at);
		int64_t n;
		int r = *id ? resolve(in, id, text, &n) : 0;

		if (r < 0)
			return r;
		if (*id)
			buf_addf(out, "%s%lld", out->len > before ? ";" : "", (long long) n);
		if (!multiple)
			break;
	}
	return buf_error(out);
}

int take_lookup(struct intake *in, const char *sent, struct buf *out)
{
	return take_ids(in, sent, resolve_item, out);
}

int take_user(struct intake *in, const char *sent, struct buf *out)
{
	return take_ids(in, sent, resolve_person, out);
}

/* "url, description"; without a description, the address is one. */
int take_url(struct intake *in, const char *sent, struct buf *out)
{
	static const char *const schemes[] = { "http://", "https://", "file:", "ftp://", "mailto:", "news:", "/",
					       "#", "\\\\", "onenote:", "pnm:", "mms:" };
	const char *text = strstr(sent, ", ");
	size_t n = text ? (size_t) (text - sent) : strlen(sent);

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (strncasecmp(sent, schemes[i], strlen(schemes[i])) != 0)
			continue;
		buf_add(out, sent, n);
		buf_adds(out, ", ");
		return text && text[2] ? buf_adds(out, text + 2) : buf_add(out, sent, n);
	}
	return refuse(in, E_INVALID);
}

int take_guid(struct intake *in, const char *sent, struct buf *out)
{
	char guid[GUID_SIZE];

	return guid_normalise(sent, guid) ? buf_adds(out, guid) : refuse(in, E_MISMATCH);
}
