/* stssync links: what is taken is harmless, and reads back the same when it is written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "sp/link.h"
#include "sp/sp.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

/* The list lies on the server and below the web that are shown to the user. */
static void check_where(const struct sp_link *l)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(1 << 20);
	struct uri web = { 0 }, list = { 0 };
	struct sp_target t;
	size_t n;

	demand(sp_link_list_url(l, &url) == 0);
	demand(uri_parse(l->base_url, &web) == 0 && uri_parse(buf_str(&url), &list) == 0);
	demand(uri_same_origin(&web, &list));
	n = strcmp(web.path, "/") == 0 ? 0 : strlen(web.path);
	demand(strncmp(list.path, web.path, n) == 0);
	demand(!l->list_path || (str_eq(list.path, l->list_path) && !strstr(l->list_path, "/../")));
	demand(sp_url_guess(buf_str(&url), &t) == 0);
	for (size_t i = 0; i < t.n; i++) {
		struct uri u = { 0 };

		demand(uri_parse(t.webs[i], &u) == 0 && uri_same_origin(&u, &web));
		uri_release(&u);
	}
	sp_target_release(&t);
	uri_release(&web);
	uri_release(&list);
}

static void check_again(const struct sp_link *l)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 20);
	CLEANUP(sp_link_release_p) struct sp_link again = SP_LINK_INIT;
	struct err err = { 0 };

	demand(sp_link_print(l, &text) == 0);
	if (text.len > SP_LINK_MAX) /* escaped it may be longer than it came */
		return;
	demand(sp_link_parse(buf_str(&text), &again, &err) == 0);
	demand(str_eq(l->base_url, again.base_url) && str_eq(l->list_path, again.list_path) && str_eq(l->guid, again.guid));
	demand(str_eq(l->site_name, again.site_name) && str_eq(l->list_name, again.list_name) && str_eq(l->folder, again.folder));
	demand(l->type == again.type && l->read_only == again.read_only);
	demand(l->folder_id == again.folder_id && l->user_id == again.user_id);
}

/* Shortened it is the same list. */
static void check_short(struct sp_link *l)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 20);
	CLEANUP(sp_link_release_p) struct sp_link again = SP_LINK_INIT;
	enum sp_link_type type;
	struct err err = { 0 };

	demand(sp_link_shorten(l) == 0 && strlen(l->list_name) <= 4 * 19 + 3);
	demand(sp_link_print(l, &text) == 0);
	if (text.len <= SP_LINK_MAX)
		demand(sp_link_parse(buf_str(&text), &again, &err) == 0 && str_eq(l->guid, again.guid));
	demand(sp_link_type_of((int) l->folder_id, l->user_id > 0, &type) == 0 || l->user_id == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT;
	CLEANUP(str_free_p) char *text = strndup((const char *) data, n);
	struct err err = { 0 };

	if (sp_link_parse(text, &l, &err) < 0) {
		demand(*err.text && !l.base_url);
		return 0;
	}
	demand(sp_link_is(text));
	check_where(&l);
	check_again(&l);
	check_short(&l);
	return 0;
}
