/*
 * Rich text: HTML and, behind the first NUL, the text that it is edited to. What
 * comes out of an edit is HTML that is left alone when its own text is written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "html.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *html = strndup((const char *) data, n), *text;
	size_t len = html ? strlen(html) : 0;
	struct buf shown = BUF_INIT(1 << 26), merged = BUF_INIT(1 << 26), again = BUF_INIT(1 << 26), same = BUF_INIT(1 << 26);

	text = len < n ? strndup((const char *) data + len + 1, n - len - 1) : strdup("edited\ntext");
	demand(html && text);
	demand(html_to_text(html, &shown) == 0);
	if (str_utf8_valid(text, strlen(text)) && str_utf8_valid(html, len)) {
		demand(html_merge(html, text, &merged) == 0);
		demand(html_to_text(buf_str(&merged), &again) == 0);
		demand(html_merge(buf_str(&merged), buf_str(&again), &same) == 0);
		demand(again.len == 0 || str_eq(buf_str(&same), buf_str(&merged)));
	}
	free(html);
	free(text);
	buf_release(&shown);
	buf_release(&merged);
	buf_release(&again);
	buf_release(&same);
	return 0;
}
