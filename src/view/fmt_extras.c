#include "fmt_extras.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static const char key_name[] = "RECURRENCE-ID";

void extras_ignore(const struct lines *l, size_t comp, const char *const *names)
{
	for (; *names; names++)
		for (const struct line *line = NULL; (line = lines_find(l, comp, *names, line));)
			;
}

static bool is_in(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (str_eq(*names, name))
			return true;
	return false;
}

void extras_add(const struct lines *l, size_t comp, const char *const *except, struct buf *out)
{
	size_t i = comp < l->n_c ? l->c[comp].first + 1 : 0, end = comp < l->n_c ? l->c[comp].end - 1 : 0;

	while (i < end) {
		const struct line *line = &l->l[i];
		const struct line_comp *c = &l->c[line->comp];

		if (line->comp == comp) {
			if (!line->seen)
				line_fold(line->raw, out);
			i++;
			continue;
		}
		for (; !is_in(except, c->name) && i < c->end; i++) /* from the BEGIN of one that is in it */
			line_fold(l->l[i].raw, out);
		i = c->end;
	}
}

int extras_read(const char *text, struct lines *ret)
{
	int r = str_empty(text) ? 0 : lines_read(text, strlen(text), ret, NULL);

	return r == -ENOMEM ? r : 0;
}

size_t extras_find(const struct lines *l, const char *name, const char *key)
{
	for (size_t i = 0; i < l->n_c; i++) {
		const struct line *id;

		if (!str_eq(l->c[i].name, name))
			continue;
		id = lines_find(l, i, key_name, NULL);
		if (key ? id && str_eq(id->value, key) : !id)
			return i;
	}
	return l->n_c;
}
