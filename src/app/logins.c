#include "logins.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

enum { FILE_MAX = 1 << 20, ENTRIES_MAX = 1000 };

struct entry {
	char *url; /* owned */
	enum net_auth_kind kind;
};

struct logins {
	char *path;       /* owned; immutable */
	struct lock lock; /* RANK_LEAF; protects the rest */
	struct entry *v;  /* owned */
	size_t n, cap;
};

static struct entry *find(const struct logins *l, const char *url)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].url, url))
			return &l->v[i];
	return NULL;
}

/* Whether that is new. */
static bool put(struct logins *l, const char *url, enum net_auth_kind kind)
{
	struct entry *e = find(l, url);
	char *copy;

	if (e && e->kind == kind)
		return false;
	if (e) {
		e->kind = kind;
		return true;
	}
	copy = l->n < ENTRIES_MAX && vec_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v)) == 0 ? strdup(url) : NULL;
	if (copy)
		l->v[l->n++] = (struct entry) { copy, kind };
	return copy;
}

static void read_line(struct logins *l, char *line)
{
	enum net_auth_kind kind;
	char *url = strchr(line, ' ');

	if (!url)
		return;
	*url++ = '\0';
	if (net_auth_parse(line, &kind) == 0 && kind != NET_AUTH_AUTO)
		put(l, url, kind);
}

struct logins *logins_new(const char *path)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(FILE_MAX);
	struct logins *l = calloc(1, sizeof(*l));
	char *at;

	if (!l || str_set(&l->path, path) < 0) {
		free(l);
		return NULL;
	}
	lock_init(&l->lock, RANK_LEAF);
	if (fsutil_read(path, &text) == 0 && text.p)
		for (at = text.p; at && *at;)
			read_line(l, strsep(&at, "\n"));
	return l;
}

struct logins *logins_free(struct logins *l)
{
	if (!l)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].url);
	free(l->v);
	free(l->path);
	lock_release(&l->lock);
	free(l);
	return NULL;
}

enum net_auth_kind logins_find(struct logins *l, const char *url)
{
	enum net_auth_kind kind = NET_AUTH_NONE;
	const struct entry *e;

	lock_take(&l->lock);
	e = find(l, url);
	if (e)
		kind = e->kind;
	lock_give(&l->lock);
	return kind;
}

void logins_note(void *logins, const char *url, enum net_auth_kind kind)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(FILE_MAX);
	struct logins *l = logins;
	bool news;

	lock_take(&l->lock);
	news = put(l, url, kind);
	for (size_t i = 0; news && i < l->n; i++)
		buf_addf(&text, "%s %s\n", net_auth_name(l->v[i].kind), l->v[i].url);
	lock_give(&l->lock);
	if (!news)
		return;
	log_notice("%s: logged in with %s", url, net_auth_name(kind));
	/* Without it the next start asks again. */
	if (buf_error(&text) == 0)
		(void) !fsutil_replace(l->path, 0600, buf_str(&text), text.len);
}
