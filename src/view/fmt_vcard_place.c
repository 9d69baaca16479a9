/* Where a contact is: addresses, labels, web pages, and the picture, of which a card has the address only. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_vcard.h"
#include "fmt_xml.h"

#define NO_LIMIT ((size_t) 1 << 30)

enum { PLACES = 3, PARTS = 7, STREET = 2, PAGES = 2 };

/* post office box;extended address;street;city;region;code;country */
static const struct place {
	const char *type;
	const char *columns[PARTS]; /* NULL: there is none */
	const char *label;
} places[PLACES] = {
	{ "WORK",
	  { "WorkPObox", NULL, "WorkAddress", "WorkCity", "WorkState", "WorkZip", "WorkCountry" },
	  "WorkFreeForm" },
	{ "HOME",
	  { "HomePObox", NULL, "HomeAddress", "HomeAddressCity", "HomeAddressStateOrProvince", "HomeAddressPostalCode",
	    "HomeAddressCountry" },
	  "HomeFreeForm" },
	{ "POSTAL",
	  { "OtherAddressPObox", NULL, "OtherAddressStreet", "OtherAddressCity", "OtherAddressStateOrProvince",
	    "OtherAddressPostalCode", "OtherAddressCountry" },
	  "OtherFreeForm" },
};

/* ---- addresses ------------------------------------------------------------------------- */

static int write_address(const struct list *l, const struct values *v, const struct place *p, struct buf *out)
{
	struct buf value = BUF_INIT(NO_LIMIT), part = BUF_INIT(NO_LIMIT);
	bool any = false;
	int r = 0;

	for (int i = 0; i < PARTS && r == 0; i++) {
		buf_reset(&part);
		if (p->columns[i])
			r = column_show(l, v, vcard_column(l, v, p->columns[i]), COLUMN_NOTE, &part);
		if (i)
			buf_addc(&value, ';');
		line_escape(buf_str(&part), &value);
		any |= part.len > 0;
	}
	if (r == 0)
		r = buf_error(&value);
	if (r == 0 && any) {
		buf_reset(&part);
		buf_addf(&part, "ADR;TYPE=%s", p->type);
		line_write(buf_str(&part), buf_str(&value), out);
	}
	buf_release(&value);
	buf_release(&part);
	return r;
}

static int write_label(const struct list *l, const struct values *v, const struct place *p, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT), head = BUF_INIT(100);
	int r = column_show(l, v, p->label, COLUMN_NOTE, &text);

	buf_addf(&head, "LABEL;TYPE=%s", p->type);
	if (r == 0 && text.len)
		line_text(buf_str(&head), buf_str(&text), out);
	buf_release(&text);
	buf_release(&head);
	return r;
}

/* Without a TYPE it is at work, as RFC 2426 3.2.1 has it. */
static const struct place *place_of(const struct line *line)
{
	if (line_param_has(line, "TYPE", "WORK"))
		return &places[0];
	if (line_param_has(line, "TYPE", "HOME"))
		return &places[1];
	return *line_param(line, "TYPE") ? &places[2] : &places[0];
}

/* Whether there is anything in the line; it is seen now. */
static bool take_line(const struct line *line)
{
	line_mark(line, true);
	return line->value[strspn(line->value, ";")] != '\0';
}

/* The first line of the place that says something; those behind it stay extras. */
static const struct line *find_line(const struct vcard_reading *re, const char *property, const struct place *p)
{
	const struct line *line = NULL;

	while ((line = lines_next(&re->l, 0, property, line)))
		if (place_of(line) == p && take_line(line))
			return line;
	return NULL;
}

/* A column for the extended address is missing: it goes before the street. */
static void take_part(const char **rest, int i, struct buf *part)
{
	if (i != STREET)
		buf_reset(part);
	else if (part->len)
		buf_addc(part, '\n');
	if (*rest)
		*rest = line_part(*rest, ';', part);
	if (i == STREET && part->len && part->p[part->len - 1] == '\n')
		buf_resize(part, part->len - 1);
}

static int read_address(const struct vcard_reading *re, const struct place *p)
{
	const struct line *line = find_line(re, "ADR", p);
	const struct fmt_edit *e = &re->edit;
	const char *rest = line ? line->value : NULL;
	struct buf part = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (int i = 0; i < PARTS && r == 0; i++) {
		take_part(&rest, i, &part);
		r = buf_error(&part);
		if (r == 0 && p->columns[i])
			r = edit_text(e, vcard_column(e->list, e->base, p->columns[i]), COLUMN_NOTE, buf_str(&part),
				      line ? line->number : 0);
	}
	buf_release(&part);
	return r;
}

/* ---- web pages ---------------------------------------------------------------------------- */

static const struct {
	const char *head, *column;
	bool home;
} pages[PAGES] = {
	{ "URL", "WebPage", false },
	{ "URL;TYPE=HOME", "PersonalWebsite", true },
};

/* Cuts the column's text, "address description", behind the address. *ret_rest: what follows it. */
static int show_page(const struct list *l, const struct values *v, const char *column, struct buf *address,
		     struct buf *ret_rest)
{
	int r = column_show(l, v, column, COLUMN_URL, address);
	size_t n = strcspn(buf_str(address), " ");

	if (r < 0 || n == address->len)
		return r;
	buf_adds(ret_rest, address->p + n);
	r = buf_error(ret_rest);
	return r < 0 ? r : buf_resize(address, n);
}

static int write_page(const struct list *l, const struct values *v, int i, struct buf *out)
{
	struct buf address = BUF_INIT(NO_LIMIT), rest = BUF_INIT(NO_LIMIT);
	int r = show_page(l, v, pages[i].column, &address, &rest);

	if (r == 0 && address.len)
		line_text(pages[i].head, buf_str(&address), out); /* a URI has no escapes, but vobject cuts it without */
	buf_release(&address);
	buf_release(&rest);
	return r;
}

static const struct line *find_page(const struct vcard_reading *re, int i)
{
	const struct line *line = NULL;

	while ((line = lines_next(&re->l, 0, "URL", line)))
		if (line_param_has(line, "TYPE", "HOME") == pages[i].home && take_line(line))
			return line;
	return NULL;
}

/* Only the address is in the card; the description stays. */
static int edit_page(const struct vcard_reading *re, int i, const struct line *line, const struct buf *was,
		     const struct buf *rest)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r;

	line_unescape(line->value, &text);
	if (str_eq(buf_str(&text), buf_str(was)))
		r = buf_error(&text);
	else {
		if (text.len)
			buf_adds(&text, buf_str(rest));
		r = buf_error(&text);
		r = r < 0 ? r : edit_text(&re->edit, pages[i].column, COLUMN_URL, buf_str(&text), line->number);
	}
	buf_release(&text);
	return r;
}

static int read_page(const struct vcard_reading *re, int i)
{
	const struct line *line = find_page(re, i);
	struct buf was = BUF_INIT(NO_LIMIT), rest = BUF_INIT(NO_LIMIT);
	int r = show_page(re->edit.list, re->edit.base, pages[i].column, &was, &rest);

	if (r == 0 && !line) /* what has no address was not in the card */
		r = was.len ? edit_text(&re->edit, pages[i].column, COLUMN_URL, NULL, 0) : edit_keep(&re->edit, pages[i].column);
	else if (r == 0 && !str_eq(line->value, buf_str(&was)))
		r = edit_page(re, i, line, &was, &rest);
	buf_release(&was);
	buf_release(&rest);
	return r;
}

/* ---- the picture --------------------------------------------------------------------------- */

/* The name of the attachment that is the photo (MS-OUTSPS_R886). */
static bool photo_name(const char *xml, char out[XML_MAX_TEXT])
{
	bool inside = false;
	struct xml x;
	int e;

	fmt_xml_begin(&x, xml);
	while ((e = fmt_xml_next(&x)) > XML_EOF) {
		const char *photo = e == XML_OPEN && fmt_xml_is(&x, XML_OPEN, "File") ? fmt_xml_attr(&x, "Photo") : NULL;

		if (e == XML_OPEN)
			inside = photo && str_eq(photo, "-1");
		if (e != XML_TEXT || !inside)
			continue;
		snprintf(out, XML_MAX_TEXT, "%s", x.text);
		return true;
	}
	return false;
}

/* Whether the n bytes at url end with "/name". */
static bool is_named(const char *url, size_t n, const char *name)
{
	size_t len = strlen(name);

	return n > len && url[n - len - 1] == '/' && strncmp(url + n - len, name, len) == 0;
}

/* Attachments: ";#http://.../photo.jpg;#{GUID},1;#". */
static int write_url(const char *attachments, const char *name, struct buf *out)
{
	struct buf url = BUF_INIT(NO_LIMIT);
	const char *s = attachments;
	int r = 0;

	while (*s) {
		const char *end = strstr(s, ";#");
		size_t n = end ? (size_t) (end - s) : strlen(s);

		if (is_named(s, n, name)) {
			buf_add(&url, s, n);
			r = buf_error(&url);
			if (r == 0 && !strpbrk(buf_str(&url), "\r\n"))
				line_write("PHOTO;VALUE=uri", buf_str(&url), out);
			break;
		}
		s += n + (end ? 2 : 0);
	}
	buf_release(&url);
	return r;
}

int vcard_write_photo(const struct list *l, const struct values *v, struct buf *out)
{
	const char *props = column_get(l, v, "AttachProps"), *attachments = values_get(v, "Attachments");
	char name[XML_MAX_TEXT];

	return props && attachments && photo_name(props, name) ? write_url(attachments, name, out) : 0;
}

/* Ours is not a change; a picture that a tool put in is an extra. */
int vcard_read_photo(const struct vcard_reading *re)
{
	struct buf ours = BUF_INIT(NO_LIMIT), theirs = BUF_INIT(NO_LIMIT);
	const struct line *line = lines_next(&re->l, 0, "PHOTO", NULL);
	int r = line ? vcard_write_photo(re->edit.list, re->edit.base, &ours) : 0;

	if (r == 0 && line) {
		line_write("PHOTO;VALUE=uri", line->value, &theirs);
		r = buf_error(&theirs);
		line_mark(line, str_eq(buf_str(&ours), buf_str(&theirs)));
	}
	buf_release(&ours);
	buf_release(&theirs);
	return r;
}

/* ---- all -------------------------------------------------------------------------------------- */

int vcard_write_places(const struct list *l, const struct values *v, struct buf *out)
{
	int r = 0;

	for (int i = 0; i < PLACES && r == 0; i++)
		r = write_address(l, v, &places[i], out);
	for (int i = 0; i < PLACES && r == 0; i++)
		r = write_label(l, v, &places[i], out);
	for (int i = 0; i < PAGES && r == 0; i++)
		r = write_page(l, v, i, out);
	return r;
}

int vcard_read_places(const struct vcard_reading *re)
{
	int r = 0;

	for (int i = 0; i < PLACES && r == 0; i++)
		r = read_address(re, &places[i]);
	for (int i = 0; i < PLACES && r == 0; i++)
		r = vcard_edit_line(re, places[i].label, find_line(re, "LABEL", &places[i]));
	for (int i = 0; i < PAGES && r == 0; i++)
		r = read_page(re, i);
	return r;
}
