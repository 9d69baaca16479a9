#ifndef T_VIEW_PIM_RANDOM_H
#define T_VIEW_PIM_RANDOM_H

/* Random values for the formats, and what holds for all of them. */

#include "base/clock.h"
#include "t_view_pick.h"
#include "t_view_pim.h"

enum { RANDOM_ITEMS = 4000 };

static inline void random_text(struct buf *out, unsigned max, bool one_line)
{
	static const char *const atoms[] = {
		"a", "Z", "word ", " ", "\"", "\\", "\\n", ";", ",", ":", ";#", "=", "?", "#", "<x@y>", "[7]", "\u00e4", "\u65e5\u672c",
		"\U0001f600", "\u202e", "\u00a0", "\t", "\r", "'", "BEGIN:X", "END:VEVENT", "0", "&amp;", "\n", "\n\n",
		"\r\n", "a long word that goes on and on and on, so that the line has to be folded somewhere ",
	};
	const unsigned n = sizeof(atoms) / sizeof(*atoms);

	for (unsigned i = pick(max + 1); i > 0; i--)
		buf_adds(out, atoms[pick(one_line ? n - 4 : n)]);
}

static inline void set_buf(struct values *v, const char *name, struct buf *b)
{
	assert_int_equal(values_set(v, name, b->len ? buf_str(b) : NULL), 0);
	buf_release(b);
}

static inline void random_set(struct values *v, const char *name, bool one_line)
{
	struct buf b = BUF_INIT(1 << 16);

	random_text(&b, pick(4) ? 8 : 0, one_line);
	set_buf(v, name, &b);
}

/* A title, which no item is without. */
static inline void random_title(struct values *v, const char *name)
{
	struct buf b = BUF_INIT(1 << 16);

	buf_addc(&b, 't');
	random_text(&b, 8, true);
	set_buf(v, name, &b);
}

static inline void random_html(struct values *v, const char *name)
{
	static const char *const tags[] = { "<p>", "</p>", "<div>", "</div>", "<ul><li>", "</li></ul>", "<b>", "</b>", "<br>" };
	struct buf b = BUF_INIT(1 << 16);

	for (unsigned n = pick(6); n > 0; n--) {
		buf_adds(&b, tags[pick(sizeof(tags) / sizeof(*tags))]);
		random_text(&b, 4, false);
	}
	set_buf(v, name, &b);
}

/* Categories. */
static inline void random_words(struct values *v, const char *name)
{
	static const char *const words[] = { "VIP", "Research", "a b", "\u00c4rger", "x\\y", "q\"q" };
	struct buf b = BUF_INIT(1 << 16);

	for (unsigned n = pick(4); n > 0; n--)
		buf_addf(&b, "%s%s", words[pick(sizeof(words) / sizeof(*words))], n > 1 ? "; " : "");
	set_buf(v, name, &b);
}

static inline int64_t random_moment(void)
{
	return (int64_t) 60 * (14000000 + pick(30000000)); /* 1996 to 2053 */
}

static inline void set_moment(struct values *v, const char *name, int64_t t)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(t, iso);
	assert_int_equal(values_set(v, name, iso), 0);
}

/* Midnight in the site's zone, which is an hour ahead of UTC. */
static inline void random_date(struct values *v, const char *name)
{
	if (pick(3))
		set_moment(v, name, random_moment() / 86400 * 86400 - 3600);
}

/* Whether the values mean the same to people: as the file shows them. */
static inline void same_meaning(const struct view_format *format, const struct view_file *f, const struct values *now)
{
	struct item copy = *f->series.master;
	struct view_file as_new = *f;
	char *was = render_file(format, f), *is;

	copy.values = *now;
	as_new.series.master = &copy;
	is = render_file(format, &as_new);
	if (!str_eq(is, was))
		fprintf(stderr, "%s\nis not\n%s", is, was);
	assert_string_equal(is, was);
	free(was);
	free(is);
}

/* The rendering, read as a new item's, gives values that render the same. */
static inline void check_as_new(const struct view_format *format, const struct view_file *f)
{
	static const char *const told[] = { "Author", "Editor", "Modified", "Created", "_ModerationStatus" };
	struct view_changes c = VIEW_CHANGES_INIT;
	struct view_file as_new = *f;
	char *text = render_file(format, f);
	struct values *v;

	as_new.series = (struct view_series) { NULL, NULL, 0 };
	as_new.new_title = "t";
	parse_file(format, &as_new, text, &c);
	assert_true(c.n >= 1);
	assert_int_equal(c.op[0].op, CHANGE_NEW);
	v = &c.op[0].fields;
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		assert_int_equal(values_set(v, told[i], values_get(&f->series.master->values, told[i])), 0);
	if (f->series.n == 0)
		same_meaning(format, f, v);
	free(text);
	view_changes_release(&c);
}

#endif
