/* Where and OrderBy as the demo server is asked, over its list with a column of every type. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "call.h"
#include "caml.h"
#include "item.h"
#include "model.h"
#include "opts.h"
#include "pairs.h"
#include "server.h"
#include "xml.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

static const char *path = "/sites/team";
static struct opts opts = { .version = 16, .quiet = true, .sites = &path, .n_sites = 1 };
static struct server server;
static struct buf out = BUF_INIT(1 << 20);
static struct call call;
static struct item item = ITEM_INIT;

static void begin(void)
{
	static const char *const pairs[] = { "Text", "Apple", "Number", "5", "Date_x0020_and_x0020_time",
					     "2024-05-01T10:00:00Z", "Choices", ";#Mo;#Tu;#", "Boolean", "1", "Lookup", "1",
					     "Lookups", "1;2", NULL };

	demand(server_open(&server, &opts) == 0);
	call = (struct call) { .m = &server.model, .db = server.db, .site = model_site(&server.model, path), .out = &out,
			       .person = model_person(&server.model, PERSON_DEFAULT), .base = "http://host",
			       .now = 1700000000, .threshold = 5000 };
	demand(call.site != NULL);
	item.id = 1;
	for (int i = 0; pairs[i]; i += 2)
		demand(pairs_set(&item.vals, pairs[i], pairs[i + 1]) == 0);
}

static void filter(const struct list *l, const struct xml *x)
{
	CLEANUP(caml_free_p) struct caml *n = NULL;
	int r;

	call.fault = (struct fault) { 0 };
	r = caml_compile(&call, l, x, &n);
	demand(r == 0 || (r == -EINVAL && call.fault.set));
	if (r == 0) {
		caml_match(n, &call, l, &item);
		caml_only_id(n);
		caml_is_indexed(n);
	}
}

static void order(const struct list *l, const struct xml *x)
{
	struct caml_order orders[CAML_ORDERS];
	size_t n = caml_orders(l, x, orders);

	demand(n <= CAML_ORDERS);
	for (size_t i = 0; i < n; i++) {
		struct caml_key k = { 0 };

		demand(caml_key(&call, l, &item, orders[i].field, &k) == 0);
		demand(caml_key_compare(&k, &k) == 0);
		caml_key_release(&k);
	}
}

/* What was read can be written, and is read again. */
static void write_again(const struct xml *x, const char *text)
{
	CLEANUP(buf_release_p) struct buf again = BUF_INIT(1 << 24), name = BUF_INIT(1 << 24);
	CLEANUP(xml_free_p) struct xml *back = NULL;

	xml_write(&again, x);
	demand(buf_error(&again) == 0);
	demand(xml_parse(buf_str(&again), again.len, &back) == 0);
	xml_name(&name, text, "_");
	demand(strspn(buf_str(&name), "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == name.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(xml_free_p) struct xml *x = NULL;
	struct list *l;
	char *text;

	if (!call.site)
		begin();
	l = site_list(call.site, "Column types");
	demand(l != NULL);
	if (xml_parse((const char *) data, n, &x) < 0)
		return 0;
	filter(l, x);
	order(l, x);
	text = strndup((const char *) data, n < 200 ? n : 200);
	demand(text != NULL);
	write_again(x, text);
	free(text);
	return 0;
}
