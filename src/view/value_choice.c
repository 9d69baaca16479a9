/* Choice and MultiChoice: which of the field's choices is meant. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "value.h"
#include "value_wire.h"

enum { MAX_LISTED = 600 }; /* bytes of choices in a message */

/* "(2) Normal" without its number. */
static const char *bare(const char *choice)
{
	size_t n = *choice == '(' ? strspn(choice + 1, "0123456789") : 0;

	return n && strncmp(choice + 1 + n, ") ", 2) == 0 ? choice + n + 3 : choice;
}

static const char *itself(const char *choice)
{
	return choice;
}

/* The only choice that equals the text when both are seen through `part` and case is ignored; NULL. */
static const char *find_choice(const struct field *f, const char *text, const char *(*part)(const char *))
{
	const char *found = NULL;

	for (size_t i = 0; i < f->n_choices; i++)
		if (strcasecmp(part(f->choices[i]), part(text)) == 0) {
			if (found)
				return NULL;
			found = f->choices[i];
		}
	return found;
}

static int refuse(const struct field *f, struct err *err)
{
	struct buf all = BUF_INIT(1 << 16);
	size_t n;

	for (size_t i = 0; i < f->n_choices && all.len < MAX_LISTED; i++)
		buf_addf(&all, "%s%s", i ? " | " : "", f->choices[i]);
	n = str_utf8_cut(buf_str(&all), MAX_LISTED);
	err_set(err, -EINVAL, "must be one of: %.*s%s", (int) n, buf_str(&all), n < all.len ? "..." : "");
	buf_release(&all);
	return -EINVAL;
}

static int pick(const struct field *f, const char *text, const char **ret, struct err *err)
{
	const char *found = NULL;

	for (size_t i = 0; i < f->n_choices && !found; i++)
		if (strcmp(f->choices[i], text) == 0)
			found = f->choices[i];
	if (!found)
		found = find_choice(f, text, itself);
	if (!found)
		found = find_choice(f, text, bare);
	if (!found && f->n_choices && !(f->flags & FIELD_FILLIN))
		return refuse(f, err);
	*ret = found ? found : text;
	return 0;
}

int choice_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	const char *choice;
	int r = pick(from->field, text, &choice, err);

	return r < 0 ? r : buf_adds(out, choice);
}

int choices_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	struct buf one = BUF_INIT(out->max);
	bool first = true;
	int r;

	(void) l;
	(void) f;
	while (wire && buf_error(&one) == 0) {
		buf_reset(&one);
		wire = wire_part(wire, ";#", &one);
		if (!one.len)
			continue;
		buf_adds(out, first ? "" : "; ");
		quote_add(out, buf_str(&one), ";");
		first = false;
	}
	r = buf_error(&one);
	buf_release(&one);
	return r < 0 ? r : buf_error(out);
}

struct reading {
	const struct value_from *from;
	struct buf *out;
	struct err *err;
	bool any;
};

static int read_one(void *arg, const char *elem, size_t n)
{
	struct reading *re = arg;
	struct buf text = BUF_INIT(re->out->max);
	const char *choice = "";
	int r = quote_read(elem, n, &text, re->err);

	if (r == 0)
		r = pick(re->from->field, buf_str(&text), &choice, re->err);
	if (r == 0 && *choice) {
		if (!re->any)
			buf_adds(re->out, ";#");
		re->any = true;
		wire_double(re->out, choice, ';');
		r = buf_adds(re->out, ";#");
	}
	buf_release(&text);
	return r;
}

int choices_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	struct reading re = { from, out, err, false };

	return quote_list(text, read_one, &re);
}
