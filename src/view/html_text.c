#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "html.h"
#include "html_lines.h"
#include "html_tree.h"

static int add_lines(const struct html_lines *l, struct buf *out)
{
	size_t n = l->n;

	while (n && !*l->l[n - 1].text)
		n--;
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(out, '\n');
		buf_adds(out, l->l[i].text);
	}
	return buf_error(out);
}

/* Elements whose end ends a line, for the reader below. */
static bool ends_line(const char *tag)
{
	static const char *const tags[] = { "br", "/p", "/div", "/li", "/tr", "/h", NULL };

	for (const char *const *p = tags; *p; p++)
		if (strncasecmp(tag, *p, strlen(*p)) == 0)
			return true;
	return false;
}

/* What no honest editor writes is read by leaving out what stands between '<' and '>'. */
static int strip(const char *s, struct buf *out)
{
	size_t start = out->len;

	while (*s) {
		size_t n = strcspn(s, "<\r\n");

		buf_add(out, s, n);
		s += n;
		if (*s == '<') {
			if (ends_line(s + 1))
				buf_addc(out, '\n');
			s += strcspn(s, ">");
		}
		s += *s != '\0';
	}
	while (out->len > start && strchr(" \t\n", out->p[out->len - 1]))
		buf_resize(out, out->len - 1);
	return buf_error(out);
}

int html_to_text(const char *html, struct buf *out)
{
	CLEANUP(html_tree_release_p) struct html_tree tree = HTML_TREE_INIT;
	CLEANUP(html_lines_release_p) struct html_lines lines = HTML_LINES_INIT;
	int r = html_parse(html, &tree);

	if (r == -E2BIG)
		return strip(html, out);
	if (r == 0)
		r = html_lines_read(&tree, &lines);
	return r < 0 ? r : add_lines(&lines, out);
}
