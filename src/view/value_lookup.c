/*
 * Lookup and LookupMulti: "Contoso Ltd [7]". The id says which item is meant,
 * the text is for people. Whoever edits the text and leaves the id means the text.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "value.h"
#include "value_wire.h"

/* ---- showing -------------------------------------------------------------------- */

static int show(const char *wire, bool several, struct buf *out)
{
	struct wire_ref ref = WIRE_REF_INIT(out->max);
	const char *between = "";
	int r;

	while (wire && wire_ref_error(&ref) == 0) {
		wire = wire_ref_next(wire, several, &ref);
		if (!ref.id.len && !ref.text.len)
			continue;
		buf_adds(out, between);
		quote_add(out, buf_str(&ref.text), several ? ";[" : "[");
		if (ref.id.len)
			buf_addf(out, "%s[%s]", ref.text.len ? " " : "", buf_str(&ref.id));
		between = "; ";
	}
	r = wire_ref_error(&ref);
	wire_ref_release(&ref);
	return r < 0 ? r : buf_error(out);
}

int lookup_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	(void) l;
	(void) f;
	return show(wire, false, out);
}

int lookups_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
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

/* An item of the looked-up list. */
struct found {
	char *id;   /* owned */
	char *text; /* owned */
};

static void release_found(struct found *f)
{
	free(f->id);
	free(f->text);
	*f = (struct found) { 0 };
}

/* 1 or -ENOMEM. */
static int set_found(struct found *f, const struct buf *id, const struct buf *text)
{
	return str_set(&f->id, buf_str(id)) < 0 || str_set(&f->text, buf_str(text)) < 0 ? -ENOMEM : 1;
}

static bool is_wanted(const struct wire_ref *ref, const char *id, const char *text)
{
	if (id)
		return str_eq(buf_str(&ref->id), id);
	return ref->id.len && str_eq(buf_str(&ref->text), text);
}

/* Among those that the field held: 1, 0 (also when several have the text), -ENOMEM. */
static int ask_base(const struct reading *re, const char *id, const char *text, struct found *ret)
{
	struct wire_ref ref = WIRE_REF_INIT(re->out->max);
	const char *wire = *re->from->base ? re->from->base : NULL;
	int r = 0;

	while (wire && r >= 0 && r < 2) {
		wire = wire_ref_next(wire, re->several, &ref);
		if (wire_ref_error(&ref) < 0)
			r = wire_ref_error(&ref);
		else if (is_wanted(&ref, id, text) && ++r == 1)
			r = set_found(ret, &ref.id, &ref.text);
	}
	wire_ref_release(&ref);
	if (r != 1)
		release_found(ret);
	return r == 2 ? 0 : r;
}

/* 1 found, 0 unknown, -ENOTUNIQ, -ENOMEM. */
static int ask(const struct reading *re, const char *id, const char *text, struct found *ret)
{
	const struct view_known *known = re->from->known;
	int r = ask_base(re, id, text, ret);

	if (r == 0 && known && known->lookup)
		r = known->lookup(known->arg, re->from->field, id, text, &ret->id, &ret->text);
	return r;
}

/* By a written id: 1 when it stands, 0 when its text was edited. */
static int find_by_id(const struct reading *re, const struct written_ref *w, struct found *ret)
{
	int r = ask(re, buf_str(&w->id), NULL, ret);

	if (r == 1 && w->text.len && !str_eq(ret->text, buf_str(&w->text))) {
		release_found(ret);
		return 0;
	}
	return r == 0 ? set_found(ret, &w->id, &w->text) : r;
}

static int find(const struct reading *re, const struct written_ref *w, const char *whole, struct found *ret)
{
	int r = w->id.len ? find_by_id(re, w, ret) : 0;

	/* The text itself may end in brackets. */
	if (r == 0 && w->id.len)
		r = ask(re, NULL, whole, ret);
	if (r == 0 && w->text.len)
		r = ask(re, NULL, buf_str(&w->text), ret);
	if (r == 0 || r == -ENOTUNIQ)
		return err_set(re->err, -EINVAL, "no unique item \"%.200s\" in the looked-up list; write it as \"text [ID]\"",
			       buf_str(&w->text));
	return r < 0 ? r : 0;
}

static int read_one(void *arg, const char *elem, size_t n)
{
	struct reading *re = arg;
	struct written_ref w = WRITTEN_REF_INIT(re->out->max);
	CLEANUP(str_free_p) char *whole = strndup(elem, n);
	struct found found = { 0 };
	int r = whole ? written_ref_read(elem, n, false, &w, re->err) : -ENOMEM;

	if (r == 0)
		r = find(re, &w, whole, &found);
	if (r == 0) {
		wire_ref_add(re->out, re->several, found.id, found.text ? found.text : "");
		r = buf_error(re->out);
	}
	release_found(&found);
	written_ref_release(&w);
	return r;
}

int lookup_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	struct reading re = { from, false, out, err };

	return read_one(&re, text, strlen(text));
}

int lookups_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	struct reading re = { from, true, out, err };

	return quote_list(text, read_one, &re);
}
