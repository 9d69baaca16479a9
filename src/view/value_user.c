/*
 * User and UserMulti: "Jane Roe <jane@contoso.example>". What identifies the
 * person is in the brackets: mail, else login, else [id]; the name is for people,
 * and identifies only where it stands alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "value.h"
#include "value_wire.h"

/* "12;#Jane Roe,#DOM\jane,#jane@x,#sip,#Jane Roe", or "12;#Jane Roe". */
struct person {
	struct wire_ref ref; /* text: all that follows the id */
	struct buf name, login, mail;
};

#define PERSON_INIT(limit) { WIRE_REF_INIT(limit), BUF_INIT(limit), BUF_INIT(limit), BUF_INIT(limit) }

static void person_release(struct person *p)
{
	wire_ref_release(&p->ref);
	buf_release(&p->name);
	buf_release(&p->login);
	buf_release(&p->mail);
}

static int person_error(const struct person *p)
{
	int r = wire_ref_error(&p->ref);

	r = r < 0 ? r : buf_error(&p->name);
	r = r < 0 ? r : buf_error(&p->login);
	return r < 0 ? r : buf_error(&p->mail);
}

/* Fills the parts of the name from ref.text. */
static void person_split(struct person *p)
{
	const char *part = buf_str(&p->ref.text);

	buf_reset(&p->name);
	buf_reset(&p->login);
	buf_reset(&p->mail);
	if (!strstr(part, ",#")) { /* not expanded: commas are not doubled */
		buf_adds(&p->name, part);
		return;
	}
	part = wire_part(part, ",#", &p->name);
	part = part ? wire_part(part, ",#", &p->login) : NULL;
	if (part)
		wire_part(part, ",#", &p->mail);
}

/* Reads the first person; returns the rest, or NULL. */
static const char *person_next(const char *wire, bool several, struct person *ret)
{
	const char *rest = wire_ref_next(wire, several, &ret->ref);

	person_split(ret);
	return rest;
}

/* 1 or -errno. */
static int person_set(struct person *p, const char *id, const char *text)
{
	int r;

	buf_reset(&p->ref.id);
	buf_reset(&p->ref.text);
	buf_adds(&p->ref.id, id);
	buf_adds(&p->ref.text, text);
	person_split(p);
	r = person_error(p);
	return r < 0 ? r : 1;
}

/* ---- showing -------------------------------------------------------------------- */

/* Whether it can stand between '<' and '>' and read back, also in a list. */
static bool is_key(const struct buf *b)
{
	const char *s = buf_str(b);

	if (!*s || strpbrk(s, "<>;\"") || strchr(" \t", s[0]) || strchr(" \t", s[b->len - 1]))
		return false;
	for (; *s; s++)
		if ((unsigned char) *s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static void show_person(const struct person *p, struct buf *out)
{
	const struct buf *key = is_key(&p->mail) ? &p->mail : is_key(&p->login) ? &p->login : NULL;

	quote_add(out, buf_str(&p->name), ";<[");
	if (p->name.len && (key || p->ref.id.len))
		buf_addc(out, ' ');
	if (key)
		buf_addf(out, "<%s>", buf_str(key));
	else if (p->ref.id.len)
		buf_addf(out, "[%s]", buf_str(&p->ref.id));
}

static int show(const char *wire, bool several, struct buf *out)
{
	struct person p = PERSON_INIT(out->max);
	const char *between = "";
	int r;

	while (wire && person_error(&p) == 0) {
		wire = person_next(wire, several, &p);
		if (!p.ref.id.len && !p.ref.text.len)
			continue;
		buf_adds(out, between);
		show_person(&p, out);
		between = "; ";
	}
	r = person_error(&p);
	person_release(&p);
	return r < 0 ? r : buf_error(out);
}

int user_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return show(wire, false, out);
}

int users_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return show(wire, true, out);
}

/* ---- reading -------------------------------------------------------------------- */

struct reading {
	const struct value_from *from;
	bool several;
	struct buf *out;
	struct err *err;
};

static bool is_called(const struct person *p, const char *key)
{
	return str_eq(buf_str(&p->ref.id), key) || str_eq_nocase(buf_str(&p->mail), key) ||
	       str_eq_nocase(buf_str(&p->login), key) || str_eq_nocase(buf_str(&p->name), key);
}

/* Among those that the field held: 1 and the person is in ret, 0, -ENOTUNIQ, -ENOMEM. */
static int ask_base(const struct reading *re, const char *key, struct person *ret)
{
	struct person p = PERSON_INIT(re->out->max);
	const char *wire = *re->from->base ? re->from->base : NULL;
	int r = 0;

	while (wire && r >= 0) {
		wire = person_next(wire, re->several, &p);
		if (person_error(&p) < 0) {
			r = person_error(&p);
		} else if (p.ref.id.len && is_called(&p, key)) {
			if (r == 1 && !str_eq(buf_str(&p.ref.id), buf_str(&ret->ref.id)))
				r = -ENOTUNIQ;
			else
				r = person_set(ret, buf_str(&p.ref.id), buf_str(&p.ref.text));
		}
	}
	person_release(&p);
	return r;
}

/* 1 and the person is in ret, 0 unknown, -ENOTUNIQ, -ENOMEM. */
static int ask(const struct reading *re, const char *key, struct person *ret)
{
	const struct view_known *known = re->from->known;
	CLEANUP(str_free_p) char *wire = NULL;
	int r = ask_base(re, key, ret);

	if (r != 0 || !known || !known->user)
		return r;
	r = known->user(known->arg, key, &wire);
	if (r != 1)
		return r;
	person_next(wire, false, ret);
	r = person_error(ret);
	return r < 0 ? r : 1;
}

/*
 * Whether the written name is that of another person than the brackets say: then
 * one of them was edited and nobody knows which is meant.
 */
static bool is_contradiction(const struct reading *re, const struct written_ref *w, const struct person *p)
{
	struct person other = PERSON_INIT(re->out->max);
	int r = 0;

	if (w->text.len && !str_eq_nocase(buf_str(&w->text), buf_str(&p->name)))
		r = ask(re, buf_str(&w->text), &other);
	if (r == 1 && str_eq(buf_str(&other.ref.id), buf_str(&p->ref.id)))
		r = 0;
	person_release(&other);
	return r == 1;
}

static int find(const struct reading *re, const struct written_ref *w, struct person *ret)
{
	const struct buf *by = w->key.len ? &w->key : w->id.len ? &w->id : &w->text;
	int r = by->len ? ask(re, buf_str(by), ret) : 0;

	if (r == 0 && by == &w->id) /* the server knows whether there is one */
		return person_set(ret, buf_str(&w->id), buf_str(&w->text));
	if (r == 0)
		return err_set(re->err, -EINVAL, "unknown person \"%.200s\"; write a mail address, a login or [ID]",
			       buf_str(by));
	if (r == -ENOTUNIQ)
		return err_set(re->err, -EINVAL, "more than one person is known as \"%.200s\"; write <mail> or <login>",
			       buf_str(by));
	if (r == 1 && by != &w->text && is_contradiction(re, w, ret))
		return err_set(re->err, -EINVAL, "\"%.200s\" and \"%.200s\" are two people; leave one of them out",
			       buf_str(&w->text), buf_str(by));
	return r;
}

static int read_one(void *arg, const char *elem, size_t n)
{
	struct reading *re = arg;
	struct written_ref w = WRITTEN_REF_INIT(re->out->max);
	struct person p = PERSON_INIT(re->out->max);
	int r = written_ref_read(elem, n, true, &w, re->err);

	if (r == 0)
		r = find(re, &w, &p);
	if (r == 1) {
		wire_ref_add(re->out, re->several, buf_str(&p.ref.id), buf_str(&p.ref.text));
		r = buf_error(re->out);
	}
	person_release(&p);
	written_ref_release(&w);
	return r;
}

int user_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	struct reading re = { from, false, out, err };

	return read_one(&re, text, strlen(text));
}

int users_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	struct reading re = { from, true, out, err };

	return quote_list(text, read_one, &re);
}
