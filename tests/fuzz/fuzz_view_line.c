/* Content lines: what is read and written again reads as the same lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "line.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void same_lines(const struct lines *a, const struct lines *b)
{
	demand(a->n == b->n && a->n_c == b->n_c);
	for (size_t i = 0; i < a->n; i++) {
		demand(str_eq(a->l[i].raw, b->l[i].raw) && str_eq(a->l[i].name, b->l[i].name));
		demand(a->l[i].comp == b->l[i].comp && a->l[i].n_param == b->l[i].n_param);
	}
}

/* A text that is escaped means itself, whatever it is cut from. */
static void check_value(const char *value)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 26), escaped = BUF_INIT(1 << 26), back = BUF_INIT(1 << 26);

	line_unescape(value, &text);
	line_escape(buf_str(&text), &escaped);
	line_unescape(buf_str(&escaped), &back);
	buf_reset(&text);
	line_escape(buf_str(&back), &text);
	demand(str_eq(buf_str(&text), buf_str(&escaped)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT, again = LINES_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 26);
	struct err err = { 0 };

	if (lines_read((const char *) data, n, &l, &err) < 0) {
		demand(*err.text);
		return 0;
	}
	for (size_t i = 0; i < l.n; i++) {
		line_fold(l.l[i].raw, &out);
		check_value(l.l[i].value);
		demand(!l.l[i].n_param || line_param(&l.l[i], l.l[i].param[0].name) != NULL);
	}
	for (const char *s = buf_str(&out); *s; s += strcspn(s, "\n") + 1)
		demand(strcspn(s, "\n") <= 75);
	demand(lines_read(buf_str(&out), out.len, &again, &err) == 0);
	same_lines(&l, &again);
	return 0;
}
