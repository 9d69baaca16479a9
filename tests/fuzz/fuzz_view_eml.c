/* Posts. The first byte chooses: 'v' the values of a post, 's' a message of a post that is there, 'h' the same as HTML, else a new
 * one's. */
#include "fuzz_view_pim.h"

static const struct fuzz_column columns[] = {
	{ "Title", FIELD_TEXT, 0 },
	{ "Body", FIELD_NOTE, FIELD_RICHTEXT },
	{ "Author", FIELD_USER, FIELD_READONLY },
};

enum { N_COLUMNS = sizeof(columns) / sizeof(*columns) };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const pairs[] = { "Title", "Release date", "Body", "<div>Can we?</div>", "Author",
					     "12;#Jane Roe,#D\\jane,#jane@x,#,#Jane Roe", NULL };
	struct fuzz_world w = { .n = 0 };

	if (!n)
		return 0;
	make_list(&w, 108, columns, N_COLUMNS);
	w.list.flags = data[0] == 'h' || (data[0] == 'v' && n % 2) ? LIST_RAW_HTML : 0;
	if (data[0] == 's' || data[0] == 'h')
		set_pairs(add_item(&w), pairs);
	if (data[0] == 'v') {
		random_values(add_item(&w), columns, N_COLUMNS, (const char *) data + 1, n - 1);
		check_render(&w, view_format_of(&w.list, NULL));
	} else {
		check_file(&w, view_format_of(&w.list, NULL), (const char *) data + 1, n - 1);
	}
	release(&w);
	return 0;
}
