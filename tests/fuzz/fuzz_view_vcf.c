/* vCards. The first byte chooses: 'v' the values of a contact, 's' a file of a contact that is there, else a new one's. */
#include "fuzz_view_pim.h"

static const struct fuzz_column columns[] = {
	{ "Title", FIELD_TEXT, 0 },	  { "FirstName", FIELD_TEXT, 0 }, { "FullName", FIELD_TEXT, 0 },
	{ "Company", FIELD_TEXT, 0 },	  { "Email", FIELD_TEXT, 0 },	  { "WorkPhone", FIELD_TEXT, 0 },
	{ "Business2Number", FIELD_TEXT, 0 }, { "WorkAddress", FIELD_NOTE, 0 }, { "WorkCity", FIELD_TEXT, 0 },
	{ "WebPage", FIELD_URL, 0 },	  { "Birthday", FIELD_DATETIME, FIELD_DATEONLY }, { "Comments", FIELD_NOTE, FIELD_RICHTEXT },
	{ "AttachProps", FIELD_NOTE, FIELD_HIDDEN }, { "Attachments", FIELD_ATTACHMENTS, 0 }, { "Extra", FIELD_LOOKUP, 0 },
	{ "ol_Department", FIELD_TEXT, 0 }, { "Categories", FIELD_TEXT, 0 }, { "HomeCity", FIELD_TEXT, 0 },
};

enum { N_COLUMNS = sizeof(columns) / sizeof(*columns) };

static void make_contact(struct fuzz_world *w)
{
	static const char *const pairs[] = { "Title", "Roe", "FirstName", "Jane", "WorkPhone", "1", "Business2Number", "2", "Email",
					     "a@x", "WebPage", "http://x/, X", "Birthday", "1970-05-16T23:00:00Z", "WorkAddress",
					     "A\nB", "Comments", "<p>One <b>bold</b></p>", "Categories", "a; b", NULL };

	set_pairs(add_item(w), pairs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_world w = { .n = 0 };

	if (!n)
		return 0;
	make_list(&w, 105, columns, N_COLUMNS);
	if (data[0] == 's')
		make_contact(&w);
	if (data[0] == 'v') {
		random_values(add_item(&w), columns, N_COLUMNS, (const char *) data + 1, n - 1);
		check_render(&w, view_format_of(&w.list, NULL));
	} else {
		check_file(&w, view_format_of(&w.list, NULL), (const char *) data + 1, n - 1);
	}
	release(&w);
	return 0;
}
