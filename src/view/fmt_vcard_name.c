/* Who a contact is: FN, N (family;given;middle;prefix;suffix) and ORG (company;department). */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_vcard.h"

#define NO_LIMIT ((size_t) 1 << 30)

static const char *const name_columns[] = { "Title", "FirstName", "MiddleName", "NameTitle", "Suffix" };
static const char *const org_columns[] = { "Company", "ol_Department" };

enum { N_NAMES = sizeof(name_columns) / sizeof(*name_columns), N_ORGS = sizeof(org_columns) / sizeof(*org_columns) };

/* ---- writing ------------------------------------------------------------------------- */

/* The values of columns as the parts of one value. *ret_any: there is one that is not empty. */
static int join(const struct list *l, const struct values *v, const char *const *columns, size_t n, struct buf *out,
		bool *ret_any)
{
	struct buf part = BUF_INIT(NO_LIMIT);
	int r = 0;

	*ret_any = false;
	for (size_t i = 0; i < n && r == 0; i++) {
		buf_reset(&part);
		r = column_show(l, v, columns[i], COLUMN_TEXT, &part);
		if (i)
			buf_addc(out, ';');
		line_escape(buf_str(&part), out);
		*ret_any |= part.len > 0;
	}
	buf_release(&part);
	return r < 0 ? r : buf_error(out);
}

/* Appends the column with a blank before it. */
static int add_word(const struct list *l, const struct values *v, const char *column, struct buf *out)
{
	struct buf word = BUF_INIT(NO_LIMIT);
	int r = column_show(l, v, column, COLUMN_TEXT, &word);

	if (r == 0 && word.len)
		buf_addf(out, "%s%s", out->len ? " " : "", buf_str(&word));
	buf_release(&word);
	return r < 0 ? r : buf_error(out);
}

/* FullName, else "First Last", else whatever the contact has: a card without FN is none. */
static int full_name(const struct list *l, const struct values *v, struct buf *out)
{
	static const char *const otherwise[] = { "Company", "Email" };
	int r = add_word(l, v, "FullName", out);
	bool is_full = out->len > 0;

	if (r == 0 && !is_full)
		r = add_word(l, v, "FirstName", out);
	if (r == 0 && !is_full)
		r = add_word(l, v, "Title", out);
	for (size_t i = 0; i < sizeof(otherwise) / sizeof(*otherwise) && r == 0 && !out->len; i++)
		r = add_word(l, v, otherwise[i], out);
	if (r == 0 && !out->len)
		buf_adds(out, "(no name)");
	return r < 0 ? r : buf_error(out);
}

int vcard_write_name(const struct list *l, const struct values *v, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	bool any;
	int r = full_name(l, v, &text);

	if (r == 0) {
		line_text("FN", buf_str(&text), out);
		buf_reset(&text);
		r = join(l, v, name_columns, N_NAMES, &text, &any);
	}
	if (r == 0)
		line_write("N", buf_str(&text), out);
	buf_release(&text);
	return r;
}

int vcard_write_org(const struct list *l, const struct values *v, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT), last = BUF_INIT(NO_LIMIT);
	bool any = false;
	int r = column_show(l, v, org_columns[N_ORGS - 1], COLUMN_TEXT, &last);

	if (r == 0)
		r = join(l, v, org_columns, last.len ? N_ORGS : N_ORGS - 1, &text, &any);
	buf_release(&last);
	if (r == 0 && any)
		line_write("ORG", buf_str(&text), out);
	buf_release(&text);
	return r;
}

/* ---- reading -------------------------------------------------------------------------- */

/* Parts that the line has over go into the last column. */
static int read_parts(const struct vcard_reading *re, const struct line *line, const char *const *columns, size_t n)
{
	struct buf part = BUF_INIT(NO_LIMIT);
	const char *rest = line ? line->value : NULL;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		buf_reset(&part);
		if (rest)
			rest = line_part(rest, ';', &part);
		while (rest && i + 1 == n) {
			if (*rest)
				buf_adds(&part, "; ");
			rest = line_part(rest, ';', &part);
		}
		r = buf_error(&part);
		if (r == 0)
			r = edit_text(&re->edit, columns[i], COLUMN_TEXT, buf_str(&part), line ? line->number : 0);
	}
	buf_release(&part);
	return r;
}

/* The name that was made up for the card is not one that somebody gave. */
static int read_full_name(const struct vcard_reading *re)
{
	const struct line *line = lines_only(&re->l, 0, "FN");
	struct buf was = BUF_INIT(NO_LIMIT), is = BUF_INIT(NO_LIMIT);
	int r = full_name(re->edit.list, re->edit.base, &was);

	if (line)
		line_unescape(line->value, &is);
	if (r == 0)
		r = buf_error(&is);
	if (r == 0 && is.len && !str_eq(buf_str(&was), buf_str(&is)))
		r = edit_text(&re->edit, "FullName", COLUMN_TEXT, buf_str(&is), line->number);
	buf_release(&was);
	buf_release(&is);
	return r;
}

int vcard_read_name(const struct vcard_reading *re)
{
	const struct line *name = lines_only(&re->l, 0, "N");
	int r = read_full_name(re);

	/* vCard 4 may be without N; a contact has its last name in any case. */
	if (r == 0)
		r = name ? read_parts(re, name, name_columns, N_NAMES) :
			   read_parts(re, NULL, name_columns + 1, N_NAMES - 1);
	return r < 0 ? r : read_parts(re, lines_only(&re->l, 0, "ORG"), org_columns, N_ORGS);
}
