#include "fmt_vcard.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_categories.h"
#include "fmt_changes.h"
#include "fmt_extras.h"
#include "fmt_field.h"
#include "fmt_forms.h"
#include "fmt_ical.h"

#define NO_LIMIT ((size_t) 1 << 30)

static const char *const mapped[] = {
	"Title", "FirstName", "MiddleName", "NameTitle", "Suffix", "FullName", "Nickname", "JobTitle", "Profession",
	"Company", "ol_Department", "Email", "Email2", "Email3", "WorkPhone", "Business2Number", "HomePhone",
	"Home2Number", "CellPhone", "CarNumber", "PagerNumber", "ISDNNumber", "PrimaryNumber", "OtherNumber", "WorkFax",
	"HomeFaxNumber", "OtherFaxNumber", "WorkPObox", "WorkAddress", "WorkCity", "WorkState", "WorkZip", "WorkCountry",
	"HomePObox", "HomeAddress", "HomeAddressCity", "HomeAddressStateOrProvince", "HomeAddressPostalCode",
	"HomeAddressCountry", "HomeCity", "HomeState", "HomeZip", "HomeCountry", "OtherAddressPObox", "OtherAddressStreet",
	"OtherAddressCity", "OtherAddressStateOrProvince", "OtherAddressPostalCode", "OtherAddressCountry", "WorkFreeForm",
	"HomeFreeForm", "OtherFreeForm", "WebPage", "PersonalWebsite", "Birthday", "Anniversary", "Wedding", "SpouseName",
	"AssistantsName", "ManagersName", "Comments", "Categories", "AttachProps",
	/* never shown, never sent */
	"Photo", "BCPicture", "BizCard", "Certificate", "CertificateStr", "CertificatesX509", "ConfDefServerIndex",
	"ConfServerNames", "PostAddrID", NULL,
};

static const char *const bag[] = {
	"AssistantNumber", "CallbackNumber", "CompanyNumber", "RadioNumber", "TelexNumber", "TTYTDDNumber", "IMAddress",
	"FTPSite", "Hobbies", "Language", "Gender", "UserField1", "UserField2", "UserField3", "UserField4", "FileAs",
	"EmailDisplayAs1", "EmailDisplayAs2", "EmailDisplayAs3", "FirstNamePhonetic", "LastNamePhonetic", "CompanyPhonetic",
	"Account", "BillingInformation", "ChildrensNames", "ComputerNetworkName", "ContactLinkName", "CustomerID",
	"FreeBusyURL", "GovernmentIDNumber", "Initials", "Location", "Mileage", "Office", "OrganizationalIDNumber",
	"ReferredBy", NULL,
};

static const struct fmt_fields fields = { .mapped = mapped, .bag = bag };

/* Properties that are a text column; others by which tools say the same. */
struct text {
	const char *property, *column;
	const char *others[4];
};

static const struct text about[] = {
	{ "NICKNAME", "Nickname", { NULL } },
};

static const struct text work[] = {
	{ "TITLE", "JobTitle", { NULL } },
	{ "ROLE", "Profession", { NULL } },
};

static const struct text people[] = {
	{ "X-SPOUSE", "SpouseName", { "X-EVOLUTION-SPOUSE", "X-KADDRESSBOOK-X-SPOUSESNAME", "X-MS-SPOUSE", NULL } },
	{ "X-ASSISTANT", "AssistantsName", { "X-EVOLUTION-ASSISTANT", "X-KADDRESSBOOK-X-ASSISTANTSNAME", "X-MS-ASSISTANT", NULL } },
	{ "X-MANAGER", "ManagersName", { "X-EVOLUTION-MANAGER", "X-KADDRESSBOOK-X-MANAGERSNAME", "X-MS-MANAGER", NULL } },
};

static const struct text note[] = {
	{ "NOTE", "Comments", { NULL } },
};

#define WRITE_TEXTS(l, v, texts, out) write_texts(l, v, texts, sizeof(texts) / sizeof(*(texts)), out)
#define READ_TEXTS(re, texts) read_texts(re, texts, sizeof(texts) / sizeof(*(texts)))

const char *vcard_column(const struct list *l, const struct values *v, const char *column)
{
	static const char *const outlook[][2] = {
		{ "HomeAddressCity", "HomeCity" },	 { "HomeAddressStateOrProvince", "HomeState" },
		{ "HomeAddressPostalCode", "HomeZip" }, { "HomeAddressCountry", "HomeCountry" },
		{ "Anniversary", "Wedding" },
	};

	for (size_t i = 0; i < sizeof(outlook) / sizeof(*outlook); i++)
		if (str_eq(outlook[i][0], column) && !schema_known(&l->schema, column) &&
		    (schema_known(&l->schema, outlook[i][1]) || (!column_get(l, v, column) && column_get(l, v, outlook[i][1]))))
			return outlook[i][1];
	return column;
}

/* ---- texts and dates ------------------------------------------------------------------- */

static int write_texts(const struct list *l, const struct values *v, const struct text *t, size_t n, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		buf_reset(&text);
		r = column_show(l, v, t[i].column, COLUMN_NOTE, &text);
		if (r == 0 && text.len)
			line_text(t[i].property, buf_str(&text), out);
	}
	buf_release(&text);
	return r;
}

int vcard_edit_line(const struct vcard_reading *re, const char *column, const struct line *line)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r;

	if (line)
		line_unescape(line->value, &text);
	r = buf_error(&text);
	if (r == 0)
		r = edit_text(&re->edit, column, COLUMN_NOTE, buf_str(&text), line ? line->number : 0);
	buf_release(&text);
	return r;
}

static int read_texts(const struct vcard_reading *re, const struct text *t, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct line *line = lines_only(&re->l, 0, t[i].property);

		for (const char *const *p = t[i].others; !line && *p; p++)
			line = lines_only(&re->l, 0, *p);
		r = vcard_edit_line(re, t[i].column, line);
	}
	return r;
}

static const struct {
	const char *property, *column;
} dates[] = {
	{ "BDAY", "Birthday" },
	{ "X-ANNIVERSARY", "Anniversary" },
};

enum { N_DATES = sizeof(dates) / sizeof(*dates), DATE_LEN = 10 };

/* "19700517", "1970-05-17", with or without a time behind it. False: another form, as a day without a year. */
static bool read_day(const char *s, char out[DATE_LEN + 1])
{
	char digits[9] = "";
	int n = 0;

	for (; n < 8 && (isdigit((unsigned char) *s) || (*s == '-' && (n == 4 || n == 6))); s++)
		if (*s != '-')
			digits[n++] = *s;
	snprintf(out, DATE_LEN + 1, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6);
	return n == 8 && (!*s || *s == 'T');
}

/* The day of a column that may have a time; "" for none and for what is no date. */
static int show_day(const struct list *l, const struct values *v, const char *column, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	char day[DATE_LEN + 1];
	int r = column_show(l, v, vcard_column(l, v, column), COLUMN_DATE, &text);

	/* a time begins with a blank for people */
	if (r == 0 && text.len > DATE_LEN && text.p[DATE_LEN] == ' ')
		r = buf_resize(&text, DATE_LEN);
	if (r == 0 && read_day(buf_str(&text), day))
		r = buf_adds(out, day);
	buf_release(&text);
	return r;
}

static int write_dates(const struct list *l, const struct values *v, struct buf *out)
{
	struct buf day = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t i = 0; i < N_DATES && r == 0; i++) {
		buf_reset(&day);
		r = show_day(l, v, dates[i].column, &day);
		if (r == 0 && day.len)
			line_write(dates[i].property, buf_str(&day), out);
	}
	buf_release(&day);
	return r;
}

static int read_date(const struct vcard_reading *re, const char *property, const char *column)
{
	const struct line *line = lines_only(&re->l, 0, property);
	const char *name = vcard_column(re->edit.list, re->edit.base, column);
	struct buf was = BUF_INIT(NO_LIMIT);
	char day[DATE_LEN + 1] = "";
	int r = 0;

	if (!line && str_eq(property, "X-ANNIVERSARY"))
		line = lines_only(&re->l, 0, "ANNIVERSARY");
	if (line && !read_day(line->value, day)) {
		line_mark(line, false);
		return 0;
	}
	r = show_day(re->edit.list, re->edit.base, column, &was);
	if (r == 0 && !str_eq(buf_str(&was), day))
		r = edit_text(&re->edit, name, COLUMN_DATE, day, line ? line->number : 0);
	buf_release(&was);
	return r;
}

static int read_dates(const struct vcard_reading *re)
{
	int r = 0;

	for (size_t i = 0; i < N_DATES && r == 0; i++)
		r = read_date(re, dates[i].property, dates[i].column);
	return r;
}

/* ---- writing ------------------------------------------------------------------------------- */

static int write_person(const struct list *l, const struct values *v, struct buf *out)
{
	int r = vcard_write_name(l, v, out);

	if (r == 0)
		r = WRITE_TEXTS(l, v, about, out);
	if (r == 0)
		r = vcard_write_org(l, v, out);
	if (r == 0)
		r = WRITE_TEXTS(l, v, work, out);
	if (r == 0)
		r = vcard_write_slots(l, v, out);
	if (r == 0)
		r = vcard_write_places(l, v, out);
	if (r == 0)
		r = write_dates(l, v, out);
	if (r == 0)
		r = WRITE_TEXTS(l, v, people, out);
	if (r == 0)
		r = categories_write(l, v, NULL, out);
	return r < 0 ? r : WRITE_TEXTS(l, v, note, out);
}

int vcard_render(const struct view_file *f, struct buf *out)
{
	static const char *const none[] = { NULL };
	CLEANUP(lines_release_p) struct lines extras = LINES_INIT;
	const struct item *i = f->series.master;
	size_t kept;
	int r = extras_read(f->extras, &extras);

	if (r < 0)
		return r;
	kept = extras_find(&extras, "VCARD", NULL);
	buf_adds(out, "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//spfs//EN\n");
	changes_write_uid(f, out);
	if (i->modified)
		ical_write_utc("REV", i->modified, out);
	r = write_person(f->list, &i->values, out);
	if (r == 0 && (kept == extras.n_c || !lines_find(&extras, kept, "PHOTO", NULL)))
		r = vcard_write_photo(f->list, &i->values, out);
	else if (r == 0)
		line_fold(lines_find(&extras, kept, "PHOTO", NULL)->raw, out);
	changes_write_id(i, out);
	if (r == 0)
		r = fields_write(&fields, f->list, &i->values, out);
	extras_add(&extras, kept, none, out);
	buf_adds(out, "END:VCARD\n");
	return r < 0 ? r : buf_error(out);
}

/* ---- reading ------------------------------------------------------------------------------- */

static int check(const struct vcard_reading *re)
{
	static const char *const ignored[] = { "VERSION", "PRODID", "UID", "REV", "X-SP-ID", NULL };
	const struct line *version;

	if (!re->l.n_c || !str_eq(re->l.c[0].name, "VCARD"))
		return err_set(re->edit.err, -EINVAL, "expected BEGIN:VCARD in line 1");
	if (re->l.c[0].end < re->l.n)
		return err_set(re->edit.err, -EINVAL, "line %zu: a file holds one vCard", re->l.l[re->l.c[0].end].number);
	version = lines_find(&re->l, 0, "VERSION", NULL);
	if (!version || (!str_starts(version->value, "3.") && !str_starts(version->value, "4.")))
		return err_set(re->edit.err, -EINVAL, "line %zu: expected VERSION:3.0", version ? version->number : 1);
	extras_ignore(&re->l, 0, ignored);
	return 0;
}

/* Microsoft's telephones without a standard TYPE, where the card does not have them as columns. */
static int read_ms_telephones(const struct vcard_reading *re)
{
	static const struct {
		const char *type, *column;
	} types[] = {
		{ "ASSISTANT", "AssistantNumber" }, { "CALLBACK", "CallbackNumber" }, { "COMPANY", "CompanyNumber" },
		{ "RADIO", "RadioNumber" },	    { "TELEX", "TelexNumber" },	      { "TTYTDD", "TTYTDDNumber" },
	};
	const struct line *line = NULL;
	int r = 0;

	while (r == 0 && (line = lines_find(&re->l, 0, "X-MS-TEL", line)))
		for (size_t i = 0; i < sizeof(types) / sizeof(*types) && r == 0; i++)
			if (line_param_has(line, "TYPE", types[i].type) && !fields_find(&re->l, 0, types[i].column))
				r = vcard_edit_line(re, types[i].column, line);
	return r;
}

static int read_person(const struct vcard_reading *re, bool *ret_complete)
{
	int r = vcard_read_name(re);

	if (r == 0)
		r = READ_TEXTS(re, about);
	if (r == 0)
		r = READ_TEXTS(re, work);
	if (r == 0)
		r = vcard_read_slots(re);
	if (r == 0)
		r = vcard_read_places(re);
	if (r == 0)
		r = vcard_read_photo(re);
	if (r == 0)
		r = read_dates(re);
	if (r == 0)
		r = READ_TEXTS(re, people);
	if (r == 0)
		r = categories_edit(&re->edit, &re->l, 0, NULL);
	if (r == 0)
		r = READ_TEXTS(re, note);
	if (r == 0)
		r = fields_read(&fields, &re->edit, &re->l, 0, ret_complete);
	return r < 0 ? r : read_ms_telephones(re);
}

/* A card without a family name is filed under its formatted name. */
static int name_new(const struct vcard_reading *re)
{
	const char *full = values_get(re->edit.out, "FullName");

	return edit_title(&re->edit, full ? full : re->f->new_title);
}

static int read_file(struct vcard_reading *re, const char *text, size_t n, struct view_changes *c)
{
	static const char *const none[] = { NULL };
	const struct item *master = re->f->series.master;
	int r = lines_read(text, n, &re->l, re->edit.err);

	if (r == 0)
		r = check(re);
	c->complete = true;
	if (r == 0)
		r = read_person(re, &c->complete);
	if (r == 0 && !master)
		r = name_new(re);
	if (r == 0)
		r = changes_take_uid(&re->l, 0, !master, c, re->edit.out);
	if (r == 0)
		r = changes_add_master(c, master, re->edit.out);
	return r < 0 ? r : changes_take_extras(&re->l, 0, none, NULL, c);
}

int vcard_parse(const struct view_file *f, const char *text, size_t n, struct view_changes *ret, struct err *err)
{
	CLEANUP(view_changes_release_p) struct view_changes c = VIEW_CHANGES_INIT;
	CLEANUP(values_release_p) struct values changed = VALUES_INIT;
	static const struct values none = VALUES_INIT;
	struct vcard_reading re = {
		.f = f,
		.l = LINES_INIT,
		.edit = {
			.list = f->list,
			.known = f->known,
			.base = f->series.master ? &f->series.master->values : &none,
			.out = &changed,
			.err = err,
		},
	};
	int r = read_file(&re, text, n, &c);

	lines_release(&re.l);
	if (r < 0)
		return r;
	view_changes_release(ret);
	*ret = c;
	c = (struct view_changes) VIEW_CHANGES_INIT;
	return 0;
}
