/*
 * Configuration files. What can be read can be edited: the key that is set has its value afterwards, the others theirs, and
 * what is dropped is gone.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void same_but_last(const struct conf *a, const struct conf *b, size_t n)
{
	demand(b->n_sections == a->n_sections && b->n_entries >= n);
	for (size_t i = 0; i < n; i++)
		demand(str_eq(a->entries[i].key, b->entries[i].key) && str_eq(a->entries[i].value, b->entries[i].value));
}

/* The last section, so that what is before it stays where it is. */
static void set_key(const struct conf *c, const char *text, size_t n)
{
	CLEANUP(conf_release_p) struct conf back = CONF_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 << 20);
	size_t last = c->n_sections - 1, before = 0;
	const struct conf_entry *e;

	while (before < c->n_entries && c->entries[before].section < last)
		before++;
	demand(conf_set(c, text, n, last, "fuzz", " a \"b\" # \\ ; c", &out) == 0);
	demand(conf_parse("again", buf_str(&out), out.len, &back, NULL) == 0);
	same_but_last(c, &back, before);
	e = conf_find(&back, last, "fuzz");
	demand(e && str_eq(e->value, " a \"b\" # \\ ; c"));
}

static void drop_section(const struct conf *c, const char *text, size_t n)
{
	CLEANUP(conf_release_p) struct conf back = CONF_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 << 20);

	demand(conf_drop(c, text, n, c->n_sections - 1, &out) == 0);
	demand(conf_parse("again", buf_str(&out), out.len, &back, NULL) == 0);
	demand(back.n_sections == c->n_sections - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	const char *text = (const char *) data;
	struct err err = { 0 };
	int r = conf_parse("fuzz", text, n, &c, &err);

	demand(r == 0 || ((r == -EINVAL || r == -EFBIG) && *err.text));
	if (r == 0 && c.n_sections) {
		set_key(&c, text, n);
		drop_section(&c, text, n);
	}
	return 0;
}
