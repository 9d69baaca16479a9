#ifndef T_DEMO_WORLD_H
#define T_DEMO_WORLD_H

/* A server in memory with the sample lists, without a port: what the units of src/demo are tried on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "call.h"
#include "edit.h"
#include "ftype.h"
#include "item.h"
#include "model.h"
#include "opts.h"
#include "server.h"
#include "xml.h"

struct world {
	const char *path;
	struct opts opts;
	struct server server;
	struct site *site;
	struct buf out;
	struct call call;
};

static inline int world_begin(void **state)
{
	static struct world w;

	w = (struct world) { .path = "/sites/team" };
	w.opts = (struct opts) { .version = 16, .quiet = true, .sites = &w.path, .n_sites = 1 };
	assert_int_equal(server_open(&w.server, &w.opts), 0);
	w.site = model_site(&w.server.model, w.path);
	assert_non_null(w.site);
	w.out = (struct buf) BUF_INIT(1 << 20);
	w.call = (struct call) { .m = &w.server.model, .db = w.server.db, .site = w.site, .out = &w.out,
				 .person = model_person(&w.server.model, PERSON_DEFAULT), .base = "http://host",
				 .now = 1700000000, .threshold = 5000 };
	*state = &w;
	return 0;
}

static inline int world_end(void **state)
{
	struct world *w = *state;

	buf_release(&w->out);
	server_close(&w->server);
	return 0;
}

static inline struct list *world_list(struct world *w, const char *title)
{
	struct list *l = site_list(w->site, title);

	assert_non_null(l);
	return l;
}

/* Parsed XML with ' for ". */
static inline struct xml *world_xml(const char *text)
{
	CLEANUP(str_free_p) char *copy = strdup(text);
	struct xml *x = NULL;

	for (char *p = copy; p && *p; p++)
		*p = *p == '\'' ? '"' : *p;
	assert_non_null(copy);
	assert_int_equal(xml_parse(copy, strlen(copy), &x), 0);
	return x;
}

/* A new item with one column set; its id. */
static inline int64_t world_add(struct world *w, struct list *l, const char *name, const char *value)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	struct edit e = { .m = &w->server.model, .l = l, .who = w->call.person, .now = w->call.now, .utc = true };

	assert_int_equal(item_start(l, e.who->id, e.now, &i), 0);
	assert_int_equal(edit_set(&e, &i, name, value), 0);
	assert_int_equal(edit_insert(&e, &i), 0);
	return i.id;
}

#endif
