/* Addresses as people paste them. Pure: nothing is asked here. */
#include "sp/sp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/guid.h"
#include "base/str.h"
#include "base/uri.h"

enum { WEBS_MAX = 16, URL_MAX = 32768 };

void sp_target_release(struct sp_target *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->webs[i]);
	free(t->webs);
	free(t->path);
	free(t->list_id);
	*t = (struct sp_target) { 0 };
}

/* ---- parts of a path ---------------------------------------------------------------- */

static void cut_slashes(char *path)
{
	size_t n = strlen(path);

	while (n && path[n - 1] == '/')
		path[--n] = '\0';
}

/* Removes the last part; the path has no slash at its end before and after. */
static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	else
		*path = '\0';
	cut_slashes(path);
}

static bool last_is(const char *path, const char *part)
{
	const char *slash = strrchr(path, '/');

	return slash && strcasecmp(slash + 1, part) == 0;
}

static bool is_page(const char *path)
{
	size_t n = strlen(path);

	return n >= 5 && strcasecmp(path + n - 5, ".aspx") == 0;
}

/*
 * /sites/t/Lists/Tasks/AllItems.aspx -> /sites/t/Lists/Tasks; .../Shared Documents/Forms/X.aspx
 * -> .../Shared Documents. A page of a site's own page library stands for the site.
 * True when what is left must be a list or library.
 */
static bool cut_page(char *path)
{
	bool page = is_page(path), library = false;

	cut_slashes(path);
	if (!page)
		return false;
	cut_last(path);
	library = last_is(path, "Forms");
	if (library || last_is(path, "SitePages") || last_is(path, "Pages"))
		cut_last(path);
	return library;
}

/* ---- the query and the fragment -------------------------------------------------------- */

/* The decoded value of a parameter, or NULL; owned by the caller. */
static char *parameter(const char *query, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = query; p; p = strchr(p, '&')) {
		char *v;

		p += *p == '&';
		if (strncasecmp(p, name, n) != 0 || p[n] != '=')
			continue;
		v = strndup(p + n + 1, strcspn(p + n + 1, "&"));
		if (v && uri_decode(v))
			return v;
		free(v);
		return NULL;
	}
	return NULL;
}

/* start.aspx#/Lists/Tasks/AllItems.aspx, as SharePoint 2013 writes its addresses. */
static int add_fragment(char **path, const char *url)
{
	const char *mark = strchr(url, '#');
	CLEANUP(str_free_p) char *rest = NULL;
	char *joined;

	if (!mark || mark[1] != '/')
		return 0;
	rest = strndup(mark + 1, strcspn(mark + 1, "?#"));
	if (!rest)
		return -ENOMEM;
	if (!uri_decode(rest))
		return 0;
	joined = str_printf("%s%s", *path, rest);
	if (!joined)
		return -ENOMEM;
	free(*path);
	*path = joined;
	return 0;
}

/* Cuts /_layouts/... and /_vti_bin/..., which belong to the web before them. */
static int cut_service(char **path, const char *url)
{
	char *layouts = strcasestr(*path, "/_layouts/");
	char *service = layouts ?: strcasestr(*path, "/_vti_bin/");

	if (!service)
		return 0;
	*service = '\0';
	return layouts ? add_fragment(path, url) : 0;
}

static int take_query(const struct uri *u, struct sp_target *t)
{
	CLEANUP(str_free_p) char *folder = parameter(u->query, "RootFolder");
	CLEANUP(str_free_p) char *list = parameter(u->query, "List");
	char guid[GUID_SIZE];
	int r = 0;

	if (folder && *folder == '/')
		r = str_set(&t->path, folder);
	if (r == 0 && list && guid_normalise(list, guid))
		r = str_set(&t->list_id, guid);
	return r;
}

/* ---- the webs ------------------------------------------------------------------------------ */

static int add_web(struct sp_target *t, const struct uri *u, const char *path)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(URL_MAX);

	uri_origin(u, &b);
	uri_encode_path(&b, path);
	if (buf_error(&b))
		return buf_error(&b);
	t->webs[t->n] = buf_take(&b);
	return t->webs[t->n++] ? 0 : -ENOMEM;
}

/* A list below /Lists/ and a library with a Forms folder are no webs themselves. */
static int add_webs(struct sp_target *t, const struct uri *u, bool library)
{
	CLEANUP(str_free_p) char *path = strdup(t->path);
	char *lists = path ? strcasestr(path, "/Lists/") : NULL;
	int r = path ? 0 : -ENOMEM;

	t->webs = calloc(WEBS_MAX, sizeof(*t->webs));
	if (!t->webs || r < 0)
		return -ENOMEM;
	if (lists)
		*lists = '\0';
	else if (library)
		cut_last(path);
	while (r == 0 && *path && t->n < WEBS_MAX - 1) {
		r = add_web(t, u, path);
		cut_last(path);
	}
	return r ?: add_web(t, u, "");
}

/* "/:f:/r/sites/team/...", as "Copy link" of newer servers writes it: what follows is the path. */
static void cut_sharing(char *path)
{
	if (strncmp(path, "/:", 2) == 0 && path[2] && strncmp(path + 3, ":/r/", 4) == 0)
		memmove(path, path + 6, strlen(path + 6) + 1);
}

/* The page tells the web, RootFolder the folder: no folder is taken for a web. */
static int guess(const char *url, const struct uri *u, struct sp_target *t)
{
	bool library;
	int r = str_set(&t->path, u->path);

	if (r == 0)
		cut_sharing(t->path);
	r = r ?: cut_service(&t->path, url);
	if (r < 0)
		return r;
	library = cut_page(t->path);
	r = add_webs(t, u, library);
	if (r == 0)
		r = take_query(u, t);
	if (r == 0)
		cut_slashes(t->path);
	return r;
}

int sp_url_guess(const char *url, struct sp_target *ret)
{
	struct sp_target t = { 0 };
	struct uri u = { 0 };
	int r = strlen(url) < URL_MAX ? uri_parse(url, &u) : -EINVAL;

	if (r < 0)
		return r;
	r = guess(url, &u, &t);
	uri_release(&u);
	if (r < 0) {
		sp_target_release(&t);
		return r == -EFBIG ? -EINVAL : r;
	}
	*ret = t;
	return 0;
}

/* ---- and the lists --------------------------------------------------------------------------- */

/* `path` is `folder` or below it. */
static bool is_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return n && strncasecmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

bool sp_target_is_list(const struct sp_target *t, const struct list *l)
{
	CLEANUP(str_free_p) char *folder = NULL;

	if (t->list_id)
		return str_eq(t->list_id, l->id);
	if (l->root_folder)
		return is_within(t->path, l->root_folder);
	folder = strdup(l->view_url ?: "");
	if (!folder)
		return false;
	cut_page(folder);
	return is_within(t->path, folder);
}
