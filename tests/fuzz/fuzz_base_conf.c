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

/* Of a key that is there: it has another value, or is gone; the others stay. */
static void edit_entry(const struct conf *c, const char *text, size_t n, size_t i)
{
	const struct conf_entry *e = &c->entries[i], *last = conf_find(c, e->section, e->key), *now;
	CLEANUP(conf_release_p) struct conf set = CONF_INIT, gone = CONF_INIT;
	CLEANUP(buf_release_p) struct buf with = BUF_INIT(4 << 20), without = BUF_INIT(4 << 20);

	demand(last != NULL);
	demand(conf_set(c, text, n, e->section, e->key, "new value", &with) == 0);
	demand(conf_parse("set", buf_str(&with), with.len, &set, NULL) == 0 && set.n_entries == c->n_entries);
	now = conf_find(&set, e->section, e->key);
	demand(now && str_eq(now->value, "new value"));
	demand(conf_set(c, text, n, e->section, e->key, NULL, &without) == 0);
	demand(conf_parse("without", buf_str(&without), without.len, &gone, NULL) == 0);
	demand(gone.n_entries == c->n_entries - 1);
}

/* A file of our own, of what this one says. */
static void write_anew(const struct conf *c)
{
	CLEANUP(conf_release_p) struct conf back = CONF_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 << 20);
	size_t i = 0;

	for (size_t s = 0; s < c->n_sections; s++) {
		conf_add_section(&out, c->sections[s].name, c->sections[s].subject);
		for (; i < c->n_entries && c->entries[i].section == s; i++)
			conf_add_entry(&out, c->entries[i].key, c->entries[i].value);
	}
	demand(conf_parse("anew", buf_str(&out), out.len, &back, NULL) == 0);
	demand(back.n_sections == c->n_sections && back.n_entries == c->n_entries);
	for (i = 0; i < c->n_entries; i++)
		demand(str_eq(c->entries[i].key, back.entries[i].key) && str_eq(c->entries[i].value, back.entries[i].value));
}

static void read_values(const char *value)
{
	long long ms;
	int64_t bytes;

	demand(conf_bool(value) >= -EINVAL);
	if (conf_size(value, &bytes) == 0)
		demand(bytes >= 0);
	if (conf_duration(value, &ms) == 0)
		demand(ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	const char *text = (const char *) data;
	struct err err = { 0 };
	int r = conf_parse("fuzz", text, n, &c, &err);

	demand(r == 0 || ((r == -EINVAL || r == -EFBIG) && *err.text));
	for (size_t i = 0; r == 0 && i < c.n_entries; i++)
		if (c.entries[i].value)
			read_values(c.entries[i].value);
	if (r == 0 && c.n_entries)
		edit_entry(&c, text, n, c.n_entries / 2);
	if (r == 0)
		write_anew(&c);
	if (r == 0 && c.n_sections) {
		set_key(&c, text, n);
		drop_section(&c, text, n);
	}
	return 0;
}
