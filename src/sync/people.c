#include "people.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/field.h"
#include "store/people.h"

enum { TEXT_MAX = 1 << 20 };

static bool is_people(const struct field *f)
{
	return f->type == FIELD_USER || f->type == FIELD_USERMULTI;
}

/* The next of "id;#text;#id;#text" where ';' is doubled in texts; a single one's text goes to the end. */
struct person {
	int64_t id;
	const char *text; /* of n bytes */
	size_t n;
};

/* What follows it; NULL: there is none. */
static const char *next_person(const char *s, bool several, struct person *ret)
{
	char *end;
	size_t n = 0;

	if (!s || !*s)
		return NULL;
	ret->id = strtoll(s, &end, 10);
	if (end == s || strncmp(end, ";#", 2) != 0)
		return NULL;
	ret->text = end + 2;
	while (ret->text[n] && !(several && ret->text[n] == ';' && ret->text[n + 1] == '#'))
		n += several && ret->text[n] == ';' && ret->text[n + 1] == ';' ? 2 : 1;
	ret->n = n;
	return ret->text + n + (ret->text[n] ? 2 : 0);
}

static bool is_full(const struct person *p)
{
	return memmem(p->text, p->n, ",#", 2) != NULL;
}

/* ---- learning ------------------------------------------------------------------------------------ */

static int learn(struct txn *t, struct people *p, const struct person *who)
{
	CLEANUP(str_free_p) char *text = NULL;
	int64_t *seen = &p->seen[(uint64_t) who->id % PEOPLE_SEEN];

	/* with ';' it would stand doubled in one kind of column and not in the other */
	if (who->id <= 0 || *seen == who->id || !is_full(who) || memchr(who->text, ';', who->n))
		return 0;
	text = strndup(who->text, who->n);
	if (!text)
		return -ENOMEM;
	*seen = who->id;
	return store_person_put(t->st, t->list.site, who->id, text);
}

int people_learn(struct txn *t, struct people *p, const struct values *row)
{
	const struct schema *schema = &t->list.info.schema;
	struct person who;
	int r = 0;

	for (size_t i = 0; i < schema->n && r == 0; i++) {
		const struct field *f = &schema->f[i];
		const char *s = is_people(f) ? values_get(row, f->name) : NULL;

		while (r == 0 && (s = next_person(s, f->type == FIELD_USERMULTI, &who)))
			r = learn(t, p, &who);
	}
	return r;
}

/* ---- completing ---------------------------------------------------------------------------------- */

static int add_person(struct txn *t, const struct person *who, struct buf *out)
{
	CLEANUP(str_free_p) char *text = NULL;
	int r = is_full(who) ? -ENOENT : store_person_get(t->st, t->list.site, who->id, &text);

	if (r < 0 && r != -ENOENT)
		return r;
	buf_addf(out, "%s%lld;#", out->len ? ";#" : "", (long long) who->id);
	if (r == 0)
		buf_adds(out, text);
	else
		buf_add(out, who->text, who->n);
	return 0;
}

static int complete(struct txn *t, struct values *row, const struct field *f)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);
	const char *all = values_get(row, f->name), *s = all;
	struct person who;
	int r = 0;

	while (r == 0 && (s = next_person(s, f->type == FIELD_USERMULTI, &who)))
		r = add_person(t, &who, &out);
	if (r == 0)
		r = buf_error(&out);
	if (r < 0 || !out.len || str_eq(buf_str(&out), all))
		return r;
	return values_set(row, f->name, buf_str(&out));
}

int people_complete(struct txn *t, struct values *row)
{
	const struct schema *schema = &t->list.info.schema;
	int r = 0;

	for (size_t i = 0; i < schema->n && r == 0; i++)
		if (is_people(&schema->f[i]))
			r = complete(t, row, &schema->f[i]);
	return r;
}

/* ---- who we are ------------------------------------------------------------------------------------ */

int people_are_us(struct txn *t, const char *user)
{
	struct person who;
	char id[24];

	if (!next_person(user, false, &who) || who.id <= 0)
		return 0;
	snprintf(id, sizeof(id), "%lld", (long long) who.id);
	return store_person_put(t->st, t->list.site, STORE_PERSON_US, id);
}

/* 1: us; 0: somebody else; -ENOENT: that cannot be told. */
static int compare_with_us(struct store *st, const char *site, const char *user)
{
	CLEANUP(str_free_p) char *us = NULL;
	struct person who;
	int r;

	if (!next_person(user, false, &who) || who.id <= 0)
		return -ENOENT;
	r = store_person_get(st, site, STORE_PERSON_US, &us);
	return r < 0 ? r : strtoll(us, NULL, 10) == who.id;
}

int people_is_other(struct store *st, const char *site, const char *user)
{
	int r = compare_with_us(st, site, user);

	return r == -ENOENT ? 0 : r < 0 ? r : !r;
}

int people_know_us(struct store *st, const char *site)
{
	CLEANUP(str_free_p) char *us = NULL;
	int r = store_person_get(st, site, STORE_PERSON_US, &us);

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

int people_is_us(struct store *st, const char *site, const char *user)
{
	int r = compare_with_us(st, site, user);

	return r == -ENOENT ? 0 : r;
}
