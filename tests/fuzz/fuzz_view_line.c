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

/* Each line is found by its name where it stands, and each component in its parent. */
static void check_found(const struct lines *l)
{
	for (size_t c = 0; c < l->n_c; c++) {
		size_t in = 0;

		for (size_t i = lines_child(l, c, NULL, c); i < l->n_c; i = lines_child(l, c, NULL, i)) {
			demand(l->c[i].parent == c);
			demand(lines_child(l, c, l->c[i].name, i - 1) == i);
			in++;
		}
		demand(in < l->n_c);
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct line *k = &l->l[i], *found = lines_only(l, k->comp, k->name);

		demand(found && found <= k && str_eq(found->name, k->name));
		while (found && found != k)
			found = lines_find(l, k->comp, k->name, found);
		demand(found == k);
		line_mark(k, false);
		if (k->n_param)
			(void) line_param_has(k, k->param[0].name, "WORK");
	}
}

/* The parts of a value that has several, and a line that is made of one. */
static void check_parts(const struct line *l)
{
	CLEANUP(buf_release_p) struct buf part = BUF_INIT(1 << 26), made = BUF_INIT(1 << 26);

	for (const char *s = l->value; s;) {
		const char *rest = line_part(s, ';', &part);

		demand(!rest || rest > s);
		s = rest;
	}
	line_text("X-PART", buf_str(&part), &made);
	line_write("X-RAW", l->value, &made);
	demand(str_starts(buf_str(&made), "X-PART:"));
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
		check_parts(&l.l[i]);
		demand(!l.l[i].n_param || line_param(&l.l[i], l.l[i].param[0].name) != NULL);
	}
	for (const char *s = buf_str(&out); *s; s += strcspn(s, "\n") + 1)
		demand(strcspn(s, "\n") <= 75);
	demand(lines_read(buf_str(&out), out.len, &again, &err) == 0);
	same_lines(&l, &again);
	check_found(&l);
	return 0;
}
