#ifndef T_VIEW_PIM_H
#define T_VIEW_PIM_H

/* Lists, items and files for the tests of formats. Operations are compared as text. */

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/guid.h"
#include "t_view_schema.h"
#include "view/format.h"

#define LIST_GUID "{6F1F9C7E-8B1C-4E5E-9C0B-0E6B1E1B0001}"
#define HOST "portal.contoso.example"

static inline void use_berlin(void)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
}

static inline const struct view_zones *zones(void)
{
	static struct view_zones *z; /* the test's own */

	if (!z)
		assert_int_equal(view_zones_new(VIEW_ZONES_DIR, "Europe/Berlin", &z), 0);
	return z;
}

static inline void free_zones(void)
{
	view_zones_free((struct view_zones *) zones());
}

/* ---- items -------------------------------------------------------------------------- */

/* name, text, ..., NULL; Created and Modified as in the samples. */
static inline void make_item(struct item *i, int64_t id, const char *const pairs[])
{
	*i = (struct item) ITEM_INIT;
	i->id = id;
	i->created = 1793607300;  /* 2026-11-02T08:15:00Z */
	i->modified = 1795189330; /* 2026-11-20T15:42:10Z */
	set_values(&i->values, pairs);
	if (values_get(&i->values, "MetaInfo_ReplicationID"))
		assert_int_equal(str_set(&i->replication_id, values_get(&i->values, "MetaInfo_ReplicationID")), 0);
}

#define MAKE_ITEM(i, id, ...) make_item(i, id, (const char *const[]) { __VA_ARGS__, NULL })

/* ---- calls --------------------------------------------------------------------------- */

static inline char *render_file(const struct view_format *format, const struct view_file *f)
{
	struct buf out = BUF_INIT(1 << 24);
	char *text;

	assert_int_equal(format->render(f, &out), 0);
	text = buf_take(&out);
	assert_non_null(text);
	return text;
}

static inline void check_render(const struct view_format *format, const struct view_file *f, const char *want)
{
	char *text = render_file(format, f);

	assert_string_equal(text, want);
	free(text);
}

static inline void add_op(struct buf *out, const struct view_op *op)
{
	if (op->op == CHANGE_NEW)
		buf_adds(out, op->instance ? "new instance" : "new");
	else
		buf_addf(out, "%s %" PRId64, change_op_name(op->op), op->item->id);
	for (size_t i = 0; i < op->fields.n; i++) {
		char guid[GUID_SIZE];
		bool fresh = str_eq(op->fields.v[i].name, "UID") && guid_normalise(op->fields.v[i].text, guid);

		buf_addf(out, "|%s=%s", op->fields.v[i].name, fresh ? "GUID" : op->fields.v[i].text);
	}
	buf_addc(out, '\n');
}

static inline void parse_file(const struct view_format *format, const struct view_file *f, const char *text,
			      struct view_changes *ret)
{
	struct err err = { 0 };
	int r = format->parse(f, text, strlen(text), ret, &err);

	if (r < 0)
		print_error("%s\n%s\n", err.text, text);
	assert_int_equal(r, 0);
}

/* What the text changes, a line for each operation. */
static inline void check_ops(const struct view_format *format, const struct view_file *f, const char *text,
			     const char *want)
{
	struct view_changes c = VIEW_CHANGES_INIT;
	struct buf out = BUF_INIT(1 << 24);

	parse_file(format, f, text, &c);
	for (size_t i = 0; i < c.n; i++)
		add_op(&out, &c.op[i]);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
	view_changes_release(&c);
}

static inline void check_refused(const struct view_format *format, const struct view_file *f, const char *text,
				 const char *why)
{
	struct view_changes c = VIEW_CHANGES_INIT;
	struct err err = { 0 };

	assert_int_equal(format->parse(f, text, strlen(text), &c, &err), -EINVAL);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	view_changes_release(&c);
}

/* The text with the first `what` replaced; fresh. */
static inline char *edited(const char *text, const char *what, const char *by)
{
	const char *at = strstr(text, what);
	char *s;

	if (!at)
		fail_msg("there is no \"%s\" in\n%s", what, text);
	s = str_printf("%.*s%s%s", (int) (at - text), text, by, at + strlen(what));
	assert_non_null(s);
	return s;
}

/* The rendering, edited. */
static inline void check_edit(const struct view_format *format, const struct view_file *f, const char *what,
			      const char *by, const char *want)
{
	char *text = render_file(format, f), *now = edited(text, what, by);

	check_ops(format, f, now, want);
	free(text);
	free(now);
}

static inline void check_edit_refused(const struct view_format *format, const struct view_file *f, const char *what,
				      const char *by, const char *why)
{
	char *text = render_file(format, f), *now = edited(text, what, by);

	check_refused(format, f, now, why);
	free(text);
	free(now);
}

/* ---- what tools do to a file that they did not change --------------------------------------- */

/* Lines in another order within each component, folded at another place, with CRLF and their own PRODID. */
static inline char *rewritten(const char *text)
{
	struct buf unfolded = BUF_INIT(1 << 24), out = BUF_INIT(1 << 25);
	char *lines[4096], *s, *all;
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		if (p[0] == '\n' && p[1] == ' ')
			p++;
		else
			buf_addc(&unfolded, *p);
	}
	all = s = buf_take(&unfolded);
	for (; *s; s += strlen(s) + 1) {
		s[strcspn(s, "\n")] = '\0';
		assert_true(n < 4096);
		lines[n++] = s;
	}
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && !str_starts(lines[end], "BEGIN:") && !str_starts(lines[end], "END:");)
			end++;
		for (size_t k = end; k-- > i;) {
			if (str_starts(lines[k], "PRODID"))
				lines[k] = (char *) "PRODID:-//other//tool//EN";
			buf_addf(&out, "%.20s%s%s\r\n", lines[k], strlen(lines[k]) > 20 ? "\r\n " : "",
				 strlen(lines[k]) > 20 ? lines[k] + 20 : "");
		}
		if (end < n)
			buf_addf(&out, "%s\r\n%s", lines[end],
				 str_eq(lines[end], "BEGIN:VEVENT") ? "SEQUENCE:7\r\nLAST-MODIFIED:20300101T000000Z\r\n" : "");
		end += end < n;
	}
	free(all);
	all = buf_take(&out);
	assert_non_null(all);
	return all;
}

static inline void check_rewritten(const struct view_format *format, const struct view_file *f)
{
	char *text = render_file(format, f), *now = rewritten(text);

	check_ops(format, f, text, "");
	check_ops(format, f, now, "");
	free(text);
	free(now);
}

#endif
