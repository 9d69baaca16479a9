#include "registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/guid.h"
#include "base/str.h"
#include "base/uri.h"
#include "model/list.h"
#include "view/format.h"
#include "edit.h"

static void release_entry(struct registry_entry *e)
{
	free(e->name);
	free(e->site);
	free(e->id);
	free(e->title);
	free(e->alternates);
	free(e->format);
}

void registry_release(struct registry *r)
{
	for (size_t i = 0; i < r->n; i++)
		release_entry(&r->v[i]);
	free(r->v);
	*r = (struct registry) REGISTRY_INIT;
}

/* ---- reading ---------------------------------------------------------------- */

static bool belongs(const struct conf *c, size_t section, const char *profile)
{
	const struct conf_entry *e = conf_find(c, section, "profile");

	return str_eq(e ? e->value : "default", profile);
}

static const char *value(const struct conf *c, size_t section, const char *key)
{
	const struct conf_entry *e = conf_find(c, section, key);

	return e ? e->value : NULL;
}

/* A name is a directory's: one part of a path, and not one of ours. */
static bool name_is_fine(const char *name)
{
	return !str_empty(name) && *name != '.' && !strchr(name, '/') && strlen(name) < 256;
}

/* Whether formatted fields are shown as HTML; -EINVAL: it is said otherwise. */
static int html_of(const struct conf *c, size_t section)
{
	const char *word = value(c, section, "richtext");

	return str_eq(word, "html") ? 1 : str_empty(word) || str_eq(word, "text") ? 0 : -EINVAL;
}

static int check_section(const struct conf *c, size_t i, struct err *err)
{
	const struct conf_section *s = &c->sections[i];
	const char *site = value(c, i, "site"), *id = value(c, i, "id");
	char guid[GUID_SIZE];
	struct uri u = { 0 };
	int r;

	if (!str_eq(s->name, "list") || !name_is_fine(s->subject))
		return err_set(err, -EINVAL, "%s:%d: a list begins with [list \"NAME\"], NAME being a directory's",
			       c->file, s->line);
	r = site ? uri_parse(site, &u) : -EINVAL;
	uri_release(&u);
	if (r == -EINVAL)
		return err_set(err, r, "%s:%d: list \"%s\" has no site = URL", c->file, s->line, s->subject);
	if (r == 0 && value(c, i, "format") && !view_format_is_name(value(c, i, "format")))
		return err_set(err, -EINVAL, "%s:%d: list \"%s\": format is \"text\" or \"ics\", not \"%s\"", c->file,
			       s->line, s->subject, value(c, i, "format"));
	if (r == 0 && html_of(c, i) < 0)
		return err_set(err, -EINVAL, "%s:%d: list \"%s\": richtext is \"text\" or \"html\", not \"%s\"", c->file, s->line,
			       s->subject, value(c, i, "richtext"));
	if (r == 0 && (!id || !guid_normalise(id, guid)))
		return err_set(err, -EINVAL, "%s:%d: list \"%s\" has no id = {GUID}", c->file, s->line, s->subject);
	return r;
}

static int fill(struct registry_entry *e, const struct conf *c, size_t i)
{
	const char *site = value(c, i, "site"), *template = value(c, i, "template");
	const char *title = value(c, i, "title"), *library = value(c, i, "library");
	const char *alternates = value(c, i, "alternates");
	char guid[GUID_SIZE] = "";
	int64_t number = 100;
	size_t n = strlen(site);

	while (n && site[n - 1] == '/')
		n--;
	guid_normalise(value(c, i, "id"), guid);
	e->name = strdup(c->sections[i].subject);
	e->site = strndup(site, n);
	e->id = strdup(guid);
	e->title = strdup(str_empty(title) ? c->sections[i].subject : title);
	if (template && str_to_i64(template, &number) < 0)
		number = 100;
	e->template = (int) number;
	e->library = library && conf_bool(library) == 1;
	e->html = html_of(c, i) == 1;
	if (alternates && str_set(&e->alternates, alternates) < 0)
		return -ENOMEM;
	if (!str_empty(value(c, i, "format")) && str_set(&e->format, value(c, i, "format")) < 0)
		return -ENOMEM;
	return e->name && e->site && e->id && e->title ? 0 : -ENOMEM;
}

static int add_section(struct registry *r, const struct conf *c, size_t i, struct err *err)
{
	int k = check_section(c, i, err);

	if (k == 0)
		k = vec_grow(&r->v, &r->cap, r->n + 1, sizeof(*r->v));
	if (k < 0)
		return k;
	if (registry_find(r, c->sections[i].subject))
		return err_set(err, -EINVAL, "%s:%d: list \"%s\" is there twice", c->file, c->sections[i].line,
			       c->sections[i].subject);
	r->v[r->n] = (struct registry_entry) { 0 };
	return fill(&r->v[r->n++], c, i);
}

static int from_conf(const struct conf *c, const char *profile, struct registry *ret, struct err *err)
{
	struct registry r = REGISTRY_INIT;
	int k = 0;

	for (size_t i = 0; k == 0 && i < c->n_sections; i++)
		if (belongs(c, i, profile))
			k = add_section(&r, c, i, err);
	if (k < 0) {
		registry_release(&r);
		return k;
	}
	*ret = r;
	return 0;
}

int registry_parse(const char *file, const char *text, size_t n, const char *profile, struct registry *ret,
		   struct err *err)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	int k = conf_parse(file, text, n, &c, err);

	return k < 0 ? k : from_conf(&c, profile, ret, err);
}

int registry_load(const char *path, const char *profile, struct registry *ret, struct err *err)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	int k = conf_read(path, &c, err);

	return k < 0 ? k : from_conf(&c, profile, ret, err);
}

const struct registry_entry *registry_find(const struct registry *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i].name, name))
			return &r->v[i];
	return NULL;
}

const struct registry_entry *registry_find_id(const struct registry *r, const char *site, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq_nocase(r->v[i].site, site) && str_eq_nocase(r->v[i].id, id))
			return &r->v[i];
	return NULL;
}

/* ---- writing ---------------------------------------------------------------- */

static int find_section(const struct edit *e, const char *profile, const char *name, size_t *ret)
{
	for (size_t i = 0; i < e->conf.n_sections; i++)
		if (str_eq(e->conf.sections[i].name, "list") && str_eq(e->conf.sections[i].subject, name) &&
		    belongs(&e->conf, i, profile)) {
			*ret = i;
			return 0;
		}
	return -ENOENT;
}

static void write_entry(struct buf *out, const char *profile, const struct registry_entry *e)
{
	CLEANUP(str_free_p) char *template = str_printf("%d", e->template);

	if (!template) {
		out->error = -ENOMEM;
		return;
	}
	if (out->len == 0)
		buf_adds(out, "# Written by `spfs add` and `spfs remove`; see spfs.conf(5).\n");
	conf_add_section(out, "list", e->name);
	if (!str_eq(profile, "default"))
		conf_add_entry(out, "profile", profile);
	conf_add_entry(out, "site", e->site);
	conf_add_entry(out, "id", e->id);
	conf_add_entry(out, "title", e->title);
	conf_add_entry(out, "template", template);
	if (e->library)
		conf_add_entry(out, "library", "yes");
	if (e->alternates)
		conf_add_entry(out, "alternates", e->alternates);
	if (e->format)
		conf_add_entry(out, "format", e->format);
	if (e->html)
		conf_add_entry(out, "richtext", "html");
}

int registry_add(const char *path, const char *profile, const struct registry_entry *e, struct err *err)
{
	CLEANUP(edit_end_p) struct edit edit = EDIT_INIT;
	size_t section;
	int r = edit_begin(&edit, path, err);

	if (r < 0)
		return r;
	if (!name_is_fine(e->name))
		return err_set(err, -EINVAL, "\"%s\" cannot be a directory's name", e->name);
	if (find_section(&edit, profile, e->name, &section) == 0)
		return err_set(err, -EEXIST, "a list named \"%s\" is registered already", e->name);
	write_entry(&edit.text, profile, e);
	return edit_write(&edit, &edit.text, err);
}

int registry_remove(const char *path, const char *profile, const char *name, struct err *err)
{
	CLEANUP(edit_end_p) struct edit edit = EDIT_INIT;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(CONF_FILE_MAX);
	size_t section;
	int r = edit_begin(&edit, path, err);

	if (r < 0)
		return r;
	if (find_section(&edit, profile, name, &section) < 0)
		return err_set(err, -ENOENT, "no list named \"%s\" is registered", name);
	r = conf_drop(&edit.conf, buf_str(&edit.text), edit.text.len, section, &out);
	return r < 0 ? r : edit_write(&edit, &out, err);
}

int registry_to_list(const struct registry_entry *e, struct list *ret)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	struct uri u = { 0 };
	int r = uri_parse(e->site, &u);

	if (r == 0)
		r = str_set(&l.id, e->id);
	if (r == 0)
		r = str_set(&l.title, e->title);
	if (r == 0)
		r = str_set(&l.format, e->format);
	if (r == 0)
		r = str_set(&l.web_url, str_eq(u.path, "/") ? "" : u.path);
	uri_release(&u);
	if (r < 0)
		return r;
	l.template = e->template;
	l.base_type = e->library ? 1 : 0;
	l.flags = e->html ? LIST_RAW_HTML : 0;
	*ret = l;
	l = (struct list) LIST_INIT;
	return 0;
}
