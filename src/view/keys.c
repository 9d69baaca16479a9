#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"

#define BOM "\xef\xbb\xbf"

enum { MAX_GUESSED = 64, MAX_SUGGESTED = 500 };

/* ---- which fields, and which of them is the body ----------------------------------------- */

static bool is_shown(const struct field *f)
{
	if (str_eq(f->name, "ContentType") && f->n_choices < 2)
		return false;
	return field_editable(f);
}

static bool can_be_body(const struct field *f)
{
	return f->type == FIELD_NOTE && !(f->flags & FIELD_APPENDONLY) && is_shown(f);
}

const struct field *keys_body(const struct list *l)
{
	static const char *const names[] = { "Body", "Comment", "Comments", "Description",
					     "Notes", "_Comments", NULL };
	const struct field *only = NULL;
	size_t notes = 0;

	for (const char *const *p = names; *p; p++) {
		const struct field *f = schema_find(&l->schema, *p);

		if (f && can_be_body(f))
			return f;
	}
	for (size_t i = 0; i < l->schema.n; i++) {
		const struct field *f = &l->schema.f[i];

		if (f->type != FIELD_NOTE || !is_shown(f))
			continue;
		notes++;
		only = can_be_body(f) ? f : NULL;
	}
	return notes == 1 ? only : NULL;
}

static int compare_names(const void *a, const void *b)
{
	const struct key *const *x = a, *const *y = b;
	int r = strcmp((*x)->field->name, (*y)->field->name);

	return r ? r : (*x > *y) - (*x < *y);
}

static int compare_texts(const void *a, const void *b)
{
	const struct key *const *x = a, *const *y = b;

	return strcasecmp((*x)->text, (*y)->text);
}

/* Of several fields of one internal name only the first can be told apart: the others go. */
static void drop_doubles(struct keys *k, struct key **by)
{
	size_t n = 0;

	qsort(by, k->n, sizeof(*by), compare_names);
	for (size_t i = 1; i < k->n; i++)
		if (strcmp(by[i]->field->name, by[i - 1]->field->name) == 0)
			by[i]->bracketed = true; /* for the moment: set_texts() decides anew */
	for (size_t i = 0; i < k->n; i++)
		if (!k->k[i].bracketed)
			k->k[n++] = k->k[i];
	k->n = n;
}

/* ---- what stands before the ':' ------------------------------------------------------------ */

static bool is_control(char c)
{
	return (unsigned char) c < 0x20 || c == 0x7f;
}

/* The display name on one line, without blanks at its ends. 0, -ENOMEM. */
static int set_display(struct key *k)
{
	const char *s = k->field->display;
	size_t n = strlen(s);
	bool clean = !n || (s[0] != ' ' && s[n - 1] != ' ');

	for (size_t i = 0; i < n && clean; i++)
		clean = !is_control(s[i]);
	k->text = s;
	if (clean)
		return 0;
	k->own = strdup(s);
	if (!k->own)
		return -ENOMEM;
	for (char *p = k->own; *p; p++)
		if (is_control(*p))
			*p = ' ';
	k->text = str_trim(k->own);
	return 0;
}

static int compare_prefix(const char *text, const char *s, size_t n)
{
	int r = strncasecmp(text, s, n);

	return r ? r : text[n] != '\0';
}

/* Whether the n bytes at s are the display name of a field. by is sorted by texts. */
static bool is_display(struct key *const *by, size_t count, const char *s, size_t n)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int r = compare_prefix(by[mid]->text, s, n);

		if (r == 0)
			return true;
		if (r < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool misleads(struct key *const *by, size_t count, size_t i)
{
	const char *s = by[i]->text;

	if (!*s || *s == '#' || *s == '[' || str_starts(s, BOM))
		return true;
	if (i && strcasecmp(s, by[i - 1]->text) == 0)
		return true;
	if (i + 1 < count && strcasecmp(s, by[i + 1]->text) == 0)
		return true;
	for (const char *colon = strchr(s, ':'); colon; colon = strchr(colon + 1, ':'))
		if (is_display(by, count, s, (size_t) (colon - s)))
			return true;
	return false;
}

/* SharePoint escapes in internal names whatever XML names cannot hold; others fit between no brackets. */
static bool fits_brackets(const char *name)
{
	for (; *name; name++)
		if (is_control(*name) || *name == ']' || *name == ':')
			return false;
	return true;
}

static int set_bracketed(struct keys *k)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < k->n; i++) {
		struct key *key = &k->k[i];

		if (key->bracketed) {
			free(key->own);
			key->own = NULL;
			if (!fits_brackets(key->field->name))
				continue;
			key->text = key->own = str_printf("[%s]", key->field->name);
			r = key->own ? r : -ENOMEM;
		}
		k->k[n++] = *key;
	}
	k->n = n;
	return r;
}

static int set_texts(struct keys *k, struct key **by)
{
	size_t n = k->n;

	for (size_t i = 0; i < n; i++) {
		int r = set_display(&k->k[i]);

		if (r < 0)
			return r;
		by[i] = &k->k[i];
	}
	qsort(by, n, sizeof(*by), compare_texts);
	for (size_t i = 0; i < n; i++)
		by[i]->bracketed = misleads(by, n, i);
	return set_bracketed(k);
}

static void title_first(struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->k[i].field->name, "Title")) {
			struct key title = k->k[i];

			memmove(k->k + 1, k->k, i * sizeof(*k->k));
			k->k[0] = title;
			return;
		}
}

int keys_read(const struct list *l, struct keys *ret)
{
	const struct field *body = keys_body(l);
	struct key **by = calloc(l->schema.n + 1, sizeof(*by));
	int r = by ? 0 : -ENOMEM;

	ret->k = calloc(l->schema.n + 1, sizeof(*ret->k));
	if (!ret->k)
		r = -ENOMEM;
	for (size_t i = 0; i < l->schema.n && r == 0; i++)
		if (is_shown(&l->schema.f[i])) {
			by[ret->n] = &ret->k[ret->n];
			ret->k[ret->n++].field = &l->schema.f[i];
		}
	if (r == 0) {
		drop_doubles(ret, by);
		r = set_texts(ret, by);
	}
	free(by);
	if (r < 0)
		return r;
	title_first(ret);
	for (size_t i = 0; i < ret->n; i++)
		if (ret->k[i].field == body)
			ret->body = body;
	return 0;
}

/* ---- finding the key of a line ----------------------------------------------------------------- */

enum rank { RANK_WRITTEN, RANK_INTERNAL, RANK_READONLY };

struct alias {
	const char *text; /* foreign */
	const struct field *field;
	size_t key;
	enum rank rank;
};

void keys_release(struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->k[i].own);
	free(k->k);
	free(k->alias);
	*k = (struct keys) KEYS_INIT;
}

static int compare_aliases(const void *a, const void *b)
{
	const struct alias *x = a, *y = b;
	int r = strcasecmp(x->text, y->text);

	return r ? r : (int) x->rank - (int) y->rank;
}

static void add_alias(struct keys *k, const char *text, const struct field *f, size_t key, enum rank rank)
{
	size_t n = strlen(text);

	k->alias[k->n_alias++] = (struct alias) { text, f, key, rank };
	if (n > k->longest)
		k->longest = n;
}

static void add_readonly(struct keys *k, const struct field *f)
{
	if ((f->flags & FIELD_HIDDEN) || is_shown(f))
		return;
	add_alias(k, f->display, f, k->n, RANK_READONLY);
	add_alias(k, f->name, f, k->n, RANK_READONLY);
}

int keys_index(const struct list *l, struct keys *k)
{
	k->alias = calloc(2 * l->schema.n + 1, sizeof(*k->alias));
	if (!k->alias)
		return -ENOMEM;
	for (size_t i = 0; i < k->n; i++) {
		const struct key *key = &k->k[i];

		if (!key->bracketed)
			add_alias(k, key->text, key->field, i, RANK_WRITTEN);
		add_alias(k, key->field->name, key->field, i, RANK_INTERNAL);
	}
	for (size_t i = 0; i < l->schema.n; i++)
		add_readonly(k, &l->schema.f[i]);
	qsort(k->alias, k->n_alias, sizeof(*k->alias), compare_aliases);
	return 0;
}

/* The first alias that equals the n bytes when case is ignored; n_alias when none does. */
static size_t first_alias(const struct keys *k, const char *s, size_t n)
{
	size_t low = 0, high = k->n_alias;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (compare_prefix(k->alias[mid].text, s, n) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < k->n_alias && compare_prefix(k->alias[low].text, s, n) == 0 ? low : k->n_alias;
}

static const struct alias *find_alias(const struct keys *k, const char *s, size_t n, enum rank rank, bool exact)
{
	for (size_t i = first_alias(k, s, n); i < k->n_alias && compare_prefix(k->alias[i].text, s, n) == 0; i++)
		if (k->alias[i].rank == rank && (!exact || memcmp(k->alias[i].text, s, n) == 0))
			return &k->alias[i];
	return NULL;
}

/* In one rank: the longest alias that is followed by ':'. A bracketed name is at its ']'. */
static const struct alias *find_longest(const struct keys *k, const char *line, size_t n, enum rank rank, bool exact,
					size_t *ret_len)
{
	size_t most = n < k->longest + 3 ? n : k->longest + 3;

	for (size_t i = most; i-- > 1;) {
		bool bracketed = line[0] == '[' && i > 2 && line[i - 1] == ']' && rank != RANK_WRITTEN;
		const struct alias *a;

		if (line[i] != ':')
			continue;
		a = bracketed ? find_alias(k, line + 1, i - 2, rank, exact) : find_alias(k, line, i, rank, exact);
		if (a) {
			*ret_len = i;
			return a;
		}
	}
	return NULL;
}

bool keys_find(const struct keys *k, const char *line, size_t n, struct key_found *ret)
{
	static const struct {
		enum rank rank;
		bool exact;
	} order[] = {
		{ RANK_WRITTEN, true },   { RANK_INTERNAL, true },  { RANK_WRITTEN, false },
		{ RANK_INTERNAL, false }, { RANK_READONLY, true }, { RANK_READONLY, false },
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		size_t len = 0;
		const struct alias *a = find_longest(k, line, n, order[i].rank, order[i].exact, &len);

		if (a) {
			*ret = (struct key_found) { a->key, a->field, len };
			return true;
		}
	}
	return false;
}

/* ---- what could have been meant ------------------------------------------------------------------ */

static size_t least(size_t a, size_t b, size_t c)
{
	return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

/* Edits of bytes between the two, ASCII case ignored; both at most MAX_GUESSED long. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t row[MAX_GUESSED + 1];

	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t above = row[j], same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + !same);
			diagonal = above;
		}
	}
	return row[m];
}

void keys_suggest(const struct keys *k, const char *name, size_t n, struct buf *out)
{
	const struct key *best = NULL;
	size_t least_edits = n < 6 ? 3 : n / 2, start = out->len;

	for (size_t i = 0; i < k->n && n <= MAX_GUESSED; i++) {
		size_t m = strlen(k->k[i].text);
		size_t d = m > MAX_GUESSED ? least_edits : distance(name, n, k->k[i].text, m);

		if (d < least_edits) {
			least_edits = d;
			best = &k->k[i];
		}
	}
	if (best) {
		buf_addf(out, "did you mean \"%s\"?", best->text);
		return;
	}
	buf_adds(out, "its fields are: ");
	for (size_t i = 0; i < k->n && out->len - start < MAX_SUGGESTED; i++)
		buf_addf(out, "%s%s", i ? " | " : "", k->k[i].text);
}
