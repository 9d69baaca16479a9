#include "config_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"
#include "config.h"

void config_name_release(struct config_name *n)
{
	free(n->section);
	free(n->subject);
	*n = (struct config_name) CONFIG_NAME_INIT;
}

/* ---- reading a name ---------------------------------------------------------------- */

/* [defaults] and [profile] have the same keys, so either may be asked. */
static int parse_bare(const char *text, const char *profile, struct config_name *ret, struct err *err)
{
	bool is_default = str_eq(profile, "default");
	int r = config_find_key("defaults", NULL, text, &ret->key, err);

	ret->bare = true;
	if (r == -EINVAL && config_find_key("site", "https://h", text, &ret->key, NULL) == 0)
		return err_set(err, r, "%s belongs to a site: site.https://server/sites/team.%s", text, text);
	if (r == -EINVAL && config_find_key("group", "g", text, &ret->key, NULL) == 0)
		return err_set(err, r, "%s belongs to a group: group.NAME.%s", text, text);
	if (r == 0)
		r = str_set(&ret->section, is_default ? "defaults" : "profile");
	return r < 0 || is_default ? r : str_set(&ret->subject, profile);
}

static int parse_dotted(const char *text, struct config_name *ret, struct err *err)
{
	const char *first = strchr(text, '.'), *last = strrchr(text, '.');

	ret->section = strndup(text, (size_t) (first - text));
	if (first != last)
		ret->subject = strndup(first + 1, (size_t) (last - first - 1));
	if (!ret->section || (first != last && !ret->subject))
		return -ENOMEM;
	return config_find_key(ret->section, ret->subject, last + 1, &ret->key, err);
}

int config_name_parse(const char *text, const char *profile, struct config_name *ret, struct err *err)
{
	struct config_name n = CONFIG_NAME_INIT;
	int r = strchr(text, '.') ? parse_dotted(text, &n, err) : parse_bare(text, profile, &n, err);

	if (r < 0)
		config_name_release(&n);
	*ret = n;
	return r;
}

/* A site's address may end with a slash. */
static size_t length(const char *section, const char *subject)
{
	size_t n = subject ? strlen(subject) : 0;

	while (n && str_eq(section, "site") && subject[n - 1] == '/')
		n--;
	return n;
}

bool config_name_is(const struct config_name *n, const struct conf *c, size_t section)
{
	const struct conf_section *s = &c->sections[section];
	size_t len = length(n->section, n->subject);

	if (!str_eq(s->name, n->section) || !s->subject != !n->subject)
		return false;
	return !s->subject || (length(s->name, s->subject) == len && strncmp(s->subject, n->subject, len) == 0);
}

/* ---- values -------------------------------------------------------------------------- */

static bool is_repeatable(const struct config_key *k)
{
	return k->type == CONFIG_TEXTS || k->type == CONFIG_URLS;
}

/* Adds what one section of one file says. */
static bool add_values(const struct config_name *n, const struct conf *c, struct buf *out)
{
	bool found = false;

	for (size_t i = 0; i < c->n_entries; i++) {
		if (!config_name_is(n, c, c->entries[i].section) || !str_eq(c->entries[i].key, n->key->name))
			continue;
		if (!is_repeatable(n->key))
			buf_reset(out);
		buf_addf(out, "%s\n", c->entries[i].value);
		found = true;
	}
	return found;
}

bool config_name_value(const struct config_name *n, const struct conf *files, size_t n_files, const char *profile,
		       struct buf *out)
{
	const struct config_name defaults = { .section = (char *) "defaults", .key = n->key };
	const struct config_name own = { .section = (char *) "profile", .subject = (char *) profile, .key = n->key };
	bool found = false;

	for (size_t i = 0; i < n_files; i++) {
		if (!n->bare) {
			found |= add_values(n, &files[i], out);
			continue;
		}
		found |= add_values(&defaults, &files[i], out);
		found |= add_values(&own, &files[i], out);
	}
	return found;
}

/* ---- changing a file -------------------------------------------------------------------- */

/* The section that holds the key last; else the last one of that name; -1: there is none. */
static long find_section(const struct config_name *n, const struct conf *c, int *ret_lines)
{
	long with = -1, last = -1;

	*ret_lines = 0;
	for (size_t i = 0; i < c->n_sections; i++)
		if (config_name_is(n, c, i))
			last = (long) i;
	for (size_t i = 0; i < c->n_entries; i++)
		if (config_name_is(n, c, c->entries[i].section) && str_eq(c->entries[i].key, n->key->name)) {
			with = (long) c->entries[i].section;
			(*ret_lines)++;
		}
	return with >= 0 ? with : last;
}

/* One line after the other: a value that an earlier one leaves behind would count again. */
static int unset(const struct config_name *n, const struct conf *c, const struct buf *text, struct buf *out,
		 struct err *err)
{
	CLEANUP(buf_release_p) struct buf before = BUF_INIT(CONF_FILE_MAX);
	int lines, r;
	long section = find_section(n, c, &lines);

	if (lines == 0)
		return -ENOENT;
	r = conf_set(c, buf_str(text), text->len, (size_t) section, n->key->name, NULL, out);
	while (r == 0 && --lines) {
		CLEANUP(conf_release_p) struct conf again = CONF_INIT;
		int left;

		buf_reset(&before);
		r = buf_add(&before, buf_str(out), out->len);
		if (r == 0)
			r = conf_parse(c->file, buf_str(&before), before.len, &again, err);
		if (r < 0)
			return r;
		section = find_section(n, &again, &left);
		buf_reset(out);
		r = conf_set(&again, buf_str(&before), before.len, (size_t) section, n->key->name, NULL, out);
	}
	return r;
}

int config_name_set(const struct config_name *n, const struct conf *c, const struct buf *text, const char *value,
		    bool more, struct buf *out, struct err *err)
{
	int lines;
	long section = find_section(n, c, &lines);

	if (!value)
		return unset(n, c, text, out, err);
	if (is_repeatable(n->key) && lines > 1 && !more)
		return err_set(err, -EEXIST, "%s stands there %d times; --add adds one more, `spfs config edit` changes them",
			       n->key->name, lines);
	if (section >= 0 && more)
		return conf_append(c, buf_str(text), text->len, (size_t) section, n->key->name, value, out);
	if (section >= 0)
		return conf_set(c, buf_str(text), text->len, (size_t) section, n->key->name, value, out);
	buf_add(out, buf_str(text), text->len);
	conf_add_section(out, n->section, n->subject);
	conf_add_entry(out, n->key->name, value);
	return buf_error(out);
}
