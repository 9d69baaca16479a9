#include "view/merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Lines of two texts are matched by a longest common subsequence, after what is the
 * same at both ends was taken off. A text of records is short; for a long one that
 * differs throughout the table would be too big, and nothing is matched then.
 */
enum { CELLS_MAX = 4 << 20, AROUND = 3 };

struct line {
	const char *p; /* foreign */
	size_t n;      /* without the newline */
};

struct text {
	struct line *v; /* owned */
	size_t n;
};

/* For each line of one text its partner in another, ascending; -1: none. */
struct match {
	int64_t *to; /* owned */
};

static void text_release(struct text *t)
{
	free(t->v);
}

static void match_release(struct match *m)
{
	free(m->to);
}

/* ---- matching --------------------------------------------------------------------------- */

static int split(const char *s, struct text *ret)
{
	size_t cap = 0;

	while (*s) {
		size_t n = strcspn(s, "\n");
		int r = vec_grow(&ret->v, &cap, ret->n + 1, sizeof(*ret->v));

		if (r < 0)
			return r;
		ret->v[ret->n++] = (struct line) { s, n };
		s += n + (s[n] != '\0');
	}
	return 0;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* Lines a[i..ni) and b[j..nj), which begin and end differently. */
static int match_middle(const struct line *a, size_t na, const struct line *b, size_t nb, size_t at, size_t bt,
			struct match *m)
{
	size_t width = nb + 1, i = 0, j = 0;
	uint32_t *len;

	if (!na || !nb || na + 1 > CELLS_MAX / width)
		return 0;
	len = calloc((na + 1) * width, sizeof(*len));
	if (!len)
		return -ENOMEM;
	for (i = na; i-- > 0;)
		for (j = nb; j-- > 0;) {
			uint32_t down = len[(i + 1) * width + j], right = len[i * width + j + 1];

			len[i * width + j] = same(&a[i], &b[j]) ? len[(i + 1) * width + j + 1] + 1 :
					     down > right	? down :
								  right;
		}
	for (i = j = 0; i < na && j < nb;) {
		if (same(&a[i], &b[j]))
			m->to[at + i++] = (int64_t) (bt + j++);
		else if (len[(i + 1) * width + j] >= len[i * width + j + 1])
			i++;
		else
			j++;
	}
	free(len);
	return 0;
}

static int match_texts(const struct text *a, const struct text *b, struct match *ret)
{
	size_t head = 0, tail = 0;

	ret->to = malloc((a->n + 1) * sizeof(*ret->to));
	if (!ret->to)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++)
		ret->to[i] = -1;
	while (head < a->n && head < b->n && same(&a->v[head], &b->v[head])) {
		ret->to[head] = (int64_t) head;
		head++;
	}
	while (tail < a->n - head && tail < b->n - head && same(&a->v[a->n - 1 - tail], &b->v[b->n - 1 - tail])) {
		ret->to[a->n - 1 - tail] = (int64_t) (b->n - 1 - tail);
		tail++;
	}
	return match_middle(a->v + head, a->n - head - tail, b->v + head, b->n - head - tail, head, head, ret);
}

/* ---- comparing --------------------------------------------------------------------------- */

/* One line of the comparison. */
struct step {
	char sign;   /* ' ', '-', '+' */
	struct line line;
	size_t a, b; /* lines of either text before it */
};

struct steps {
	struct step *v; /* owned */
	size_t n, cap;
};

static void steps_release(struct steps *s)
{
	free(s->v);
}

static int push(struct steps *s, char sign, const struct line *l, size_t a, size_t b)
{
	int r = vec_grow(&s->v, &s->cap, s->n + 1, sizeof(*s->v));

	if (r == 0)
		s->v[s->n++] = (struct step) { sign, *l, a, b };
	return r;
}

static int compare(const struct text *a, const struct text *b, const struct match *m, struct steps *ret)
{
	size_t i = 0, j = 0;
	int r = 0;

	while (r == 0 && (i < a->n || j < b->n)) {
		if (i < a->n && m->to[i] < 0) {
			r = push(ret, '-', &a->v[i], i, j);
			i++;
		} else if (i < a->n && (size_t) m->to[i] == j) {
			r = push(ret, ' ', &a->v[i], i, j);
			i++;
			j++;
		} else {
			r = push(ret, '+', &b->v[j], i, j);
			j++;
		}
	}
	return r;
}

/* The end of the group of changes that begins before `at`: so many same lines follow that the next is a group of its own. */
static size_t group_end(const struct steps *s, size_t at)
{
	size_t last = at;

	for (size_t i = at; i < s->n && i - last <= 2 * AROUND; i++)
		if (s->v[i].sign != ' ')
			last = i;
	return last + 1;
}

static void add_group(const struct steps *s, size_t from, size_t to, struct buf *out)
{
	size_t a = 0, b = 0;

	for (size_t i = from; i < to; i++) {
		a += s->v[i].sign != '+';
		b += s->v[i].sign != '-';
	}
	buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", s->v[from].a + (a > 0), a, s->v[from].b + (b > 0), b);
	for (size_t i = from; i < to; i++) {
		buf_addc(out, s->v[i].sign);
		buf_add(out, s->v[i].line.p, s->v[i].line.n);
		buf_addc(out, '\n');
	}
}

int view_merge_diff(const char *from, const char *to, struct buf *out)
{
	CLEANUP(text_release) struct text a = { 0 };
	CLEANUP(text_release) struct text b = { 0 };
	CLEANUP(match_release) struct match m = { 0 };
	CLEANUP(steps_release) struct steps s = { 0 };
	size_t end = 0;
	int r = split(from, &a);

	if (r == 0)
		r = split(to, &b);
	if (r == 0)
		r = match_texts(&a, &b, &m);
	if (r == 0)
		r = compare(&a, &b, &m, &s);
	for (size_t i = 0; r == 0 && i < s.n; i++) {
		size_t first;

		if (s.v[i].sign == ' ')
			continue;
		first = i >= end + AROUND ? i - AROUND : end;
		i = group_end(&s, i);
		end = i + AROUND < s.n ? i + AROUND : s.n;
		add_group(&s, first, end, out);
		i = end - 1;
	}
	return r < 0 ? r : buf_error(out);
}

/* ---- merging ------------------------------------------------------------------------------ */

struct piece {
	const struct line *v;
	size_t n;
};

struct merge {
	struct text base, mine, theirs; /* owned */
	struct match to_mine, to_theirs;
	struct buf *out;
	int places;
};

static void merge_release(struct merge *m)
{
	text_release(&m->base);
	text_release(&m->mine);
	text_release(&m->theirs);
	match_release(&m->to_mine);
	match_release(&m->to_theirs);
}

static bool same_piece(const struct piece *a, const struct piece *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same(&a->v[i], &b->v[i]))
			return false;
	return true;
}

static void add_piece(struct merge *m, const struct piece *p)
{
	for (size_t i = 0; i < p->n; i++) {
		buf_add(m->out, p->v[i].p, p->v[i].n);
		buf_addc(m->out, '\n');
	}
}

static void add_both(struct merge *m, const struct piece *base, const struct piece *mine, const struct piece *theirs)
{
	m->places++;
	buf_adds(m->out, "<<<<<<< mine\n");
	add_piece(m, mine);
	buf_adds(m->out, "||||||| base\n");
	add_piece(m, base);
	buf_adds(m->out, "=======\n");
	add_piece(m, theirs);
	buf_adds(m->out, ">>>>>>> theirs\n");
}

static void add_merged(struct merge *m, const struct piece *base, const struct piece *mine, const struct piece *theirs)
{
	if (same_piece(base, mine) || same_piece(mine, theirs))
		add_piece(m, theirs);
	else if (same_piece(base, theirs))
		add_piece(m, mine);
	else if (base->n == mine->n && base->n == theirs->n && base->n > 1)
		/* Neighbouring lines are different fields: each is merged by itself. */
		for (size_t i = 0; i < base->n; i++)
			add_merged(m, &(struct piece) { base->v + i, 1 }, &(struct piece) { mine->v + i, 1 },
				   &(struct piece) { theirs->v + i, 1 });
	else
		add_both(m, base, mine, theirs);
}

/* The next line of the base from i on that stands in both texts; the end: none does. */
static size_t next_common(const struct merge *m, size_t i)
{
	while (i < m->base.n && (m->to_mine.to[i] < 0 || m->to_theirs.to[i] < 0))
		i++;
	return i;
}

static void walk(struct merge *m)
{
	size_t i = 0, j = 0, k = 0;

	for (;;) {
		size_t next = next_common(m, i);
		bool end = next == m->base.n;
		size_t a = end ? m->mine.n : (size_t) m->to_mine.to[next];
		size_t b = end ? m->theirs.n : (size_t) m->to_theirs.to[next];

		add_merged(m, &(struct piece) { m->base.v + i, next - i }, &(struct piece) { m->mine.v + j, a - j },
			   &(struct piece) { m->theirs.v + k, b - k });
		if (end)
			return;
		add_piece(m, &(struct piece) { m->base.v + next, 1 });
		i = next + 1;
		j = a + 1;
		k = b + 1;
	}
}

int view_merge_texts(const char *base, const char *mine, const char *theirs, struct buf *out)
{
	CLEANUP(merge_release) struct merge m = { .out = out };
	int r = split(base, &m.base);

	if (r == 0)
		r = split(mine, &m.mine);
	if (r == 0)
		r = split(theirs, &m.theirs);
	if (r == 0)
		r = match_texts(&m.base, &m.mine, &m.to_mine);
	if (r == 0)
		r = match_texts(&m.base, &m.theirs, &m.to_theirs);
	if (r < 0)
		return r;
	walk(&m);
	r = buf_error(out);
	return r < 0 ? r : m.places;
}

static bool is_mark(const char *line, size_t n)
{
	static const char *const marks[] = { "<<<<<<< mine", "||||||| base", ">>>>>>> theirs" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (strlen(marks[i]) == n && memcmp(marks[i], line, n) == 0)
			return true;
	return false;
}

int view_merge_marked(const char *text)
{
	for (int number = 1; *text; number++) {
		size_t n = strcspn(text, "\n");

		if (is_mark(text, n))
			return number;
		text += n + (text[n] != '\0');
	}
	return 0;
}
