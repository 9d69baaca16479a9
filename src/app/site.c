#include "site.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"

void site_release(struct site *s)
{
	for (size_t i = 0; i < s->n; i++)
		list_release(&s->v[i]);
	free(s->v);
	free(s->url);
	sp_target_release(&s->target);
	*s = (struct site) SITE_INIT;
}

static int copy_list(struct list *to, const struct list *from)
{
	CLEANUP(buf_release_p) struct buf packed = BUF_INIT(16 << 20);
	int r = list_pack(from, &packed);

	return r < 0 ? r : list_unpack(packed.p, packed.len, to);
}

static int keep(void *arg, const struct list *l)
{
	struct site *s = arg;
	int r = vec_grow(&s->v, &s->cap, s->n + 1, sizeof(*s->v));

	if (r < 0)
		return r;
	s->v[s->n] = (struct list) LIST_INIT;
	r = copy_list(&s->v[s->n], l);
	s->n += r == 0;
	return r;
}

static int exit_code(enum remote_result r)
{
	switch (r) {
	case REMOTE_OK:
		return CLI_OK;
	case REMOTE_AUTH:
		return CLI_LOGIN;
	case REMOTE_SITE_BAD:
	case REMOTE_LOST:
		return CLI_UNREACHABLE;
	case REMOTE_CONFLICT:
	case REMOTE_ITEM_GONE:
	case REMOTE_ITEM_BAD:
	case REMOTE_NOT_RUN:
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
	case REMOTE_TOKEN_GONE:
	case REMOTE_CANCELED:
		break;
	}
	return CLI_FAILED;
}

static int find(struct sp_factory *f, const char *url, struct site *s, struct err *err)
{
	struct remote_fault fault = { 0 };
	enum remote_result result;
	int r = sp_url_guess(url, &s->target);

	if (r == -EINVAL) {
		err_set(err, r, "%s: not an address; it begins with https:// or http://", url);
		return CLI_USAGE;
	}
	if (r < 0) {
		err_set(err, r, "%s: %s", url, err_text(NULL, r));
		return CLI_FAILED;
	}
	result = sp_site_find(f, &s->target, keep, s, &s->url, NULL, &fault);
	if (result != REMOTE_OK)
		err_set(err, fault.err.code ? fault.err.code : -EIO, "%s: %s", url, err_text(&fault.err, -EIO));
	return result != REMOTE_OK && cli_is_local(fault.err.code) ? CLI_FAILED : exit_code(result);
}

int site_find(struct sp_factory *f, const char *url, struct site *ret, struct err *err)
{
	struct site s = SITE_INIT;
	int code = find(f, url, &s, err);

	if (code != CLI_OK)
		site_release(&s);
	else
		*ret = s;
	return code;
}

const struct list *site_list_of_url(const struct site *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (sp_target_is_list(&s->target, &s->v[i]))
			return &s->v[i];
	return NULL;
}

const struct list *site_list_of_title(const struct site *s, const char *title)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].title, title))
			return &s->v[i];
	for (size_t i = 0; i < s->n; i++)
		if (str_eq_nocase(s->v[i].title, title))
			return &s->v[i];
	return NULL;
}

bool site_shows(const struct list *l)
{
	return !(l->flags & (LIST_HIDDEN | LIST_EXCLUDED | LIST_EXTERNAL));
}

const char *site_kind(const struct list *l)
{
	static const struct {
		int template;
		const char *word;
	} kinds[] = {
		{ 100, "custom list" }, { 101, "library" },      { 102, "survey" },       { 103, "links" },
		{ 104, "announcements" }, { 105, "contacts" },   { 106, "calendar" },     { 107, "tasks" },
		{ 108, "discussions" }, { 109, "pictures" },     { 115, "form library" }, { 119, "wiki pages" },
		{ 150, "project tasks" }, { 171, "tasks" },      { 850, "page library" }, { 1100, "issues" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].template == l->template)
			return kinds[i].word;
	return list_is_library(l) ? "library" : "list";
}
