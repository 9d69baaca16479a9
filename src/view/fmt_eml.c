/*
 * Posts of a discussion as messages ([MS-OUTSPS] 3.2.4.2.5). What a post says of
 * itself is the server's: its header is compared and never taken, except the
 * subject of a thread's root. Only the text is the writer's.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_changes.h"
#include "fmt_column.h"
#include "fmt_forms.h"
#include "fmt_mime.h"
#include "fmt_person.h"
#include "html.h"
#include "value.h"

#define NO_LIMIT ((size_t) 1 << 30)

/* ---- header fields ---------------------------------------------------------------------- */

/* "<21.6f1f9c7e8b1c4e5e9c0b0e6b1e1b0001@portal.contoso.example>" */
static void add_id(const struct view_file *f, int64_t id, struct buf *out)
{
	buf_addf(out, "<%" PRId64 ".", id);
	for (const char *s = f->list->id; s && *s; s++)
		if (isxdigit((unsigned char) *s))
			buf_addc(out, (char) tolower((unsigned char) *s));
	buf_addf(out, "@%s>", f->host ? f->host : "localhost");
}

/* The name of a person, in quotation marks if it could be read as something else. */
static void add_phrase(const char *s, struct buf *out)
{
	bool quoted = strpbrk(s, "()<>[]:;@\\,.\"") != NULL;

	if (quoted)
		buf_addc(out, '"');
	for (; *s; s++) {
		if (strchr("\"\\", *s))
			buf_addc(out, '\\');
		buf_addc(out, (unsigned char) *s < ' ' || *s == 0x7f ? ' ' : *s);
	}
	if (quoted)
		buf_addc(out, '"');
}

static bool is_address(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at > s && at[1] && !strpbrk(s, " \t\r\n<>()\",;:\\[]");
}

/* Who has no address is a group without members (RFC 6854). */
static int add_person(const char *wire, struct buf *out)
{
	struct person_parts p = PERSON_PARTS_INIT(NO_LIMIT);
	int r;

	person_parts_read(wire, false, &p);
	r = person_parts_error(&p);
	if (is_address(buf_str(&p.mail))) {
		add_phrase(buf_str(&p.name), out);
		buf_addf(out, "%s<%s>", p.name.len ? " " : "", buf_str(&p.mail));
	} else {
		add_phrase(p.name.len ? buf_str(&p.name) : "unknown", out);
		buf_adds(out, ":;");
	}
	person_parts_release(&p);
	return r < 0 ? r : buf_error(out);
}

static int add_from(const struct view_file *f, struct buf *out)
{
	const char *author = column_get(f->list, &f->series.master->values, "Author");

	return add_person(author ? author : "", out);
}

/* "Mon, 16 Nov 2026 09:30:00 +0100": in the user's zone, in no language but the format's. */
static int add_date(const struct view_file *f, struct buf *out)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t) f->series.master->created;
	struct tm tm;
	long offset;

	if (!localtime_r(&t, &tm) || tm.tm_year + 1900 > 9999)
		return buf_adds(out, "Thu, 01 Jan 1970 00:00:00 +0000");
	offset = labs(tm.tm_gmtoff) / 60;
	return buf_addf(out, "%s, %02d %s %04d %02d:%02d:%02d %c%02ld%02ld", days[tm.tm_wday], tm.tm_mday,
			months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
			tm.tm_gmtoff < 0 ? '-' : '+', offset / 60, offset % 60);
}

static void add_one_line(const char *s, struct buf *out)
{
	for (; *s; s++)
		buf_addc(out, *s == '\n' || *s == '\t' ? ' ' : *s);
}

/* A reply has often no title of its own. */
static int add_subject(const struct view_file *f, struct buf *out)
{
	struct buf title = BUF_INIT(NO_LIMIT);
	int r = column_show(f->list, &f->series.master->values, "Title", COLUMN_TEXT, &title);

	if (r == 0 && !title.len && f->n_above) {
		buf_adds(out, "Re: ");
		r = column_show(f->list, &f->above[0]->values, "Title", COLUMN_TEXT, &title);
	}
	add_one_line(buf_str(&title), out);
	buf_release(&title);
	return r < 0 ? r : buf_error(out);
}

static int add_message_id(const struct view_file *f, struct buf *out)
{
	add_id(f, f->series.master->id, out);
	return buf_error(out);
}

static int add_parent(const struct view_file *f, struct buf *out)
{
	if (f->n_above)
		add_id(f, f->above[f->n_above - 1]->id, out);
	return buf_error(out);
}

static int add_references(const struct view_file *f, struct buf *out)
{
	for (size_t i = 0; i < f->n_above; i++) {
		buf_adds(out, i ? "\n " : "");
		add_id(f, f->above[i]->id, out);
	}
	return buf_error(out);
}

static int add_item_id(const struct view_file *f, struct buf *out)
{
	return f->series.master->id > 0 ? buf_addf(out, "%" PRId64, f->series.master->id) : 0;
}

/* Fields that are the server's, in the order in which they are written; one without a value is left out. */
static const struct {
	const char *name;
	int (*add)(const struct view_file *f, struct buf *out);
} headers[] = {
	{ "From", add_from },
	{ "Date", add_date },
	{ "Subject", add_subject },
	{ "Message-ID", add_message_id },
	{ "In-Reply-To", add_parent },
	{ "References", add_references },
	{ "X-SP-ID", add_item_id },
};

enum { N_HEADERS = sizeof(headers) / sizeof(*headers) };

/* ---- writing ------------------------------------------------------------------------------ */

static const struct field *body_field(const struct list *l)
{
	return schema_known(&l->schema, "Body");
}

static bool body_is_html(const struct list *l)
{
	const struct field *f = body_field(l);

	return f && (f->flags & FIELD_RICHTEXT) && note_is_html(l);
}

int eml_render(const struct view_file *f, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; i < N_HEADERS && r == 0; i++) {
		buf_reset(&text);
		r = headers[i].add(f, &text);
		if (r == 0 && text.len)
			buf_addf(out, "%s: %s\n", headers[i].name, buf_str(&text));
	}
	buf_addf(out, "MIME-Version: 1.0\nContent-Type: text/%s; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
		 body_is_html(f->list) ? "html" : "plain");
	buf_reset(&text);
	if (r == 0)
		r = column_show(f->list, &f->series.master->values, "Body", COLUMN_NOTE, &text);
	if (r == 0 && text.len)
		buf_addf(out, "%s\n", buf_str(&text));
	buf_release(&text);
	return r < 0 ? r : buf_error(out);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct reading {
	const struct view_file *f;
	struct mime m; /* owned */
	struct fmt_edit edit;
};

/* Whether two texts are the same but for white space. */
static bool same_words(const char *a, const char *b)
{
	static const char blanks[] = " \t\n";

	a += strspn(a, blanks);
	b += strspn(b, blanks);
	for (;;) {
		bool gap_a = strchr(blanks, *a), gap_b = strchr(blanks, *b); /* the end is one, too */

		a += strspn(a, blanks);
		b += strspn(b, blanks);
		if (gap_a != gap_b || *a != *b || !*a)
			return *a == *b && gap_a == gap_b;
		a++;
		b++;
	}
}

/* What was written there is not what the server has. */
static int header_changed(const struct reading *re, const struct mime_header *h)
{
	if (strcasecmp(h->name, "Subject") == 0 && !re->f->n_above)
		return edit_text(&re->edit, "Title", COLUMN_TEXT, h->value, h->line);
	return err_set(re->edit.err, -EINVAL, "line %zu: %s: SharePoint keeps the header of a post; its text can be changed",
		       h->line, h->name);
}

static int compare_headers(const struct reading *re)
{
	struct buf ours = BUF_INIT(NO_LIMIT), read = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; i < N_HEADERS && r == 0; i++) {
		const struct mime_header *h = mime_find(&re->m, headers[i].name);

		if (!h)
			continue;
		buf_reset(&ours);
		buf_reset(&read);
		r = headers[i].add(re->f, &ours);
		mime_words(buf_str(&ours), &read); /* as it was read */
		r = r < 0 ? r : buf_error(&read);
		if (r == 0 && !same_words(buf_str(&read), h->value))
			r = header_changed(re, h);
	}
	buf_release(&ours);
	buf_release(&read);
	return r;
}

/* A mail program answers in plain text where posts are shown as HTML. */
static int edit_plain(const struct reading *re)
{
	const char *base = column_get(re->f->list, re->edit.base, "Body");
	struct buf wire = BUF_INIT(NO_LIMIT);
	int r = html_merge(base ? base : "", buf_str(&re->m.body), &wire);

	if (r == 0)
		r = edit_text(&re->edit, "Body", COLUMN_NOTE, buf_str(&wire), re->m.body_line);
	buf_release(&wire);
	return r;
}

static int edit_body(const struct reading *re)
{
	bool html = body_is_html(re->f->list);

	if (re->m.html && !html)
		return err_set(re->edit.err, -EINVAL, "Content-Type: text/html: a post is text/plain");
	if (html && !re->m.html && re->m.body.len)
		return edit_plain(re);
	return edit_text(&re->edit, "Body", COLUMN_NOTE, buf_str(&re->m.body), re->m.body_line);
}

static int read_edit(const struct reading *re, struct view_changes *c)
{
	int r = compare_headers(re);

	c->complete = mime_find(&re->m, "Message-ID") != NULL;
	/* Without a header and a text there is nothing that says that the text is to go. */
	if (r == 0 && (re->m.n || re->m.body.len))
		r = edit_body(re);
	return r;
}

/* The post that "<21.GUID@host>" in a field's value names, the last of several; 0: none of this list. */
static int64_t named_post(const struct reading *re, const char *field)
{
	const struct mime_header *h = mime_find(&re->m, field);
	const char *s = h ? strrchr(h->value, '<') : NULL;
	size_t digits = s ? strspn(s + 1, "0123456789") : 0;
	struct buf id = BUF_INIT(NO_LIMIT);
	int64_t n = 0;

	if (!digits || digits > 18)
		return 0;
	for (size_t i = 1; i <= digits; i++)
		n = n * 10 + (s[i] - '0');
	add_id(re->f, n, &id);
	/* The host may have been called otherwise: the list's GUID is enough. */
	if (strncasecmp(s, buf_str(&id), strcspn(buf_str(&id), "@") + 1) != 0)
		n = 0;
	buf_release(&id);
	return n;
}

/* In a thread's directory a reply, elsewhere the root of a new one. */
static int read_new(const struct reading *re, struct view_changes *c)
{
	const struct mime_header *subject = mime_find(&re->m, "Subject");
	int r = edit_body(re);

	if (r == 0 && subject)
		r = edit_text(&re->edit, "Title", COLUMN_TEXT, subject->value, subject->line);
	if (r == 0 && !re->f->n_above)
		r = edit_title(&re->edit, re->f->new_title);
	c->reply_to = named_post(re, "In-Reply-To");
	if (!c->reply_to)
		c->reply_to = named_post(re, "References");
	return r;
}

int eml_parse(const struct view_file *f, const char *text, size_t n, struct view_changes *ret, struct err *err)
{
	CLEANUP(view_changes_release_p) struct view_changes c = VIEW_CHANGES_INIT;
	CLEANUP(values_release_p) struct values changed = VALUES_INIT;
	static const struct values none = VALUES_INIT;
	const struct item *master = f->series.master;
	struct reading re = {
		.f = f,
		.m = MIME_INIT,
		.edit = {
			.list = f->list,
			.known = f->known,
			.base = master ? &master->values : &none,
			.out = &changed,
			.err = err,
		},
	};
	int r = mime_read(text, n, &re.m, err);

	if (r == 0)
		r = master ? read_edit(&re, &c) : read_new(&re, &c);
	if (r == 0)
		r = changes_add_master(&c, master, &changed);
	mime_release(&re.m);
	if (r < 0)
		return r;
	view_changes_release(ret);
	*ret = c;
	c = (struct view_changes) VIEW_CHANGES_INIT;
	return 0;
}
