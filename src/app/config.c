#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/uri.h"
#include "cli/word.h"
#include "config_int.h"

#define SETTING(field) .places = IN_SETTINGS, .offset = offsetof(struct settings, field)
#define GROUP(field) .places = IN_GROUP, .offset = offsetof(struct group_config, field)
#define SITE(field) .places = IN_SITE, .offset = offsetof(struct site_config, field)

enum { SECOND = 1000, MINUTE = 60 * SECOND, DAY = 24 * 60 * MINUTE };

const struct config_key config_keys[] = {
	{ "fresh", SETTING(fresh_ms), .type = CONFIG_DURATION, .min = 0, .max = 60 * MINUTE, .def = "3s",
	  .help = "a list synchronised so recently is shown from the cache" },
	{ "wait", SETTING(wait_ms), .type = CONFIG_DURATION, .min = 0, .max = 20 * SECOND, .def = "3s",
	  .help = "so long opening a directory may wait for the server" },
	{ "offline", SETTING(offline), .type = CONFIG_BOOL, .def = "no", .help = "start in Work Offline" },
	{ "ro", SETTING(ro), .type = CONFIG_BOOL, .def = "no", .help = "read-only" },
	{ "allow_other", SETTING(allow_other), .type = CONFIG_BOOL, .def = "no",
	  .help = "other users may look in (needs user_allow_other in /etc/fuse.conf)" },
	{ "allow_root", SETTING(allow_root), .type = CONFIG_BOOL, .def = "no", .help = "root may look in" },
	{ "xattr", SETTING(xattr), .type = CONFIG_BOOL, .def = "yes", .help = "extended attributes" },
	{ "announce", SETTING(announce), .type = CONFIG_BOOL, .def = "yes",
	  .help = "show changes of the server in open windows" },
	{ "cache_size", SETTING(cache_size), .type = CONFIG_SIZE, .def = "auto",
	  .help = "so much of documents is kept, like 500M or 4G" },
	{ "crawlers", .places = IN_PROFILE, .offset = offsetof(struct settings, crawlers), .type = CONFIG_TEXT,
	  .def = "updatedb updatedb.plocate tracker-miner-fs-3 localsearch-3 baloo_file baloo_file_extractor restic borg",
	  .help = "programs that look into everything: shown from the cache" },
	{ "notify", .places = IN_PROFILE, .offset = offsetof(struct settings, notify), .type = CONFIG_TEXT,
	  .help = "a shell command that is called with a title and a text when somebody should look" },
	{ "confine", SETTING(confine), .type = CONFIG_BOOL, .def = "yes",
	  .help = "the daemon gives up what it does not need, once it has mounted" },
	{ "fsync", SETTING(fsync), .type = CONFIG_WORD, .words = { "local", "server" }, .def = "local",
	  .help = "what fsync waits for: the disk, or the server's answer" },
	{ "loglevel", SETTING(loglevel), .type = CONFIG_WORD,
	  .words = { "error", "warning", "notice", "info", "debug" }, .def = "notice", .help = "what is logged" },
	{ "user", SITE(user), .type = CONFIG_TEXT, .help = "user name, DOMAIN\\name or name@domain" },
	{ "password", SITE(password), .type = CONFIG_TEXT, .help = "only in a file that nobody else can read" },
	{ "passcmd", SITE(passcmd), .type = CONFIG_TEXT, .help = "a shell command that prints the password" },
	{ "cookiecmd", SITE(cookiecmd), .type = CONFIG_TEXT, .help = "a shell command that prints cookies" },
	{ "tokencmd", SITE(tokencmd), .type = CONFIG_TEXT, .help = "a shell command that prints a bearer token" },
	{ "auth", SITE(auth), .type = CONFIG_WORD,
	  .words = { "auto", "none", "basic", "ntlm", "negotiate", "forms", "cookie", "bearer" }, .def = "auto",
	  .help = "how to log in" },
	{ "allow_http", SITE(allow_http), .type = CONFIG_BOOL, .def = "no",
	  .help = "send the password over plain http too" },
	{ "cafile", SITE(cafile), .type = CONFIG_TEXT, .help = "certificates (PEM) to trust for this site" },
	{ "clientcert", SITE(clientcert), .type = CONFIG_TEXT,
	  .help = "your certificate (PEM or .p12), for servers that want one" },
	{ "clientkey", SITE(clientkey), .type = CONFIG_TEXT,
	  .help = "its key (PEM), only in a file that nobody else can read" },
	{ "old_tls", SITE(old_tls), .type = CONFIG_BOOL, .def = "no",
	  .help = "TLS 1.0 and weak ciphers, for farms that have nothing better" },
	{ "client_id", SITE(client_id), .type = CONFIG_TEXT,
	  .help = "log in with OAuth (spfs login) as the application of that id" },
	{ "tenant", SITE(tenant), .type = CONFIG_TEXT, .help = "the organization in Microsoft's cloud: an id or a domain" },
	{ "cloud", SITE(cloud), .type = CONFIG_WORD, .words = { "global", "us", "china" }, .def = "global",
	  .help = "which of Microsoft's clouds" },
	{ "authority", SITE(authority), .type = CONFIG_TEXT, .help = "the address of another OAuth server" },
	{ "scope", SITE(scope), .type = CONFIG_TEXT, .help = "what the token is to be good for" },
	{ "redirect", SITE(redirect), .type = CONFIG_TEXT, .def = "http://localhost",
	  .help = "where the browser comes back to, as registered for the application" },
	{ "authorize_endpoint", SITE(authorize_endpoint), .type = CONFIG_TEXT, .help = "where people log in" },
	{ "token_endpoint", SITE(token_endpoint), .type = CONFIG_TEXT, .help = "where tokens come from" },
	{ "device_endpoint", SITE(device_endpoint), .type = CONFIG_TEXT, .help = "where a login on another device begins" },
	{ "mode", SITE(mode), .type = CONFIG_WORD, .words = { "2007", "2003" }, .def = "2007",
	  .help = "2003: read-only, all its lists are synchronised each interval" },
	{ "interval", SITE(interval_ms), .type = CONFIG_DURATION, .min = SECOND, .max = 7 * DAY, .def = "20m",
	  .help = "how often, with mode = 2003" },
	{ "alternate", SITE(alternates), .type = CONFIG_URLS,
	  .help = "another address of the site, for when this one cannot be reached; may be repeated" },
	{ "lists", GROUP(lists), .type = CONFIG_TEXTS, .help = "names of lists, with commas between; may be repeated" },
	{ "interval", GROUP(interval_ms), .type = CONFIG_DURATION, .min = SECOND, .max = 7 * DAY,
	  .help = "synchronise them by themselves so often" },
	{ 0 },
};

static const struct config_key *find_key(const char *name, unsigned place)
{
	for (const struct config_key *k = config_keys; k->name; k++)
		if ((k->places & place) && str_eq(k->name, name))
			return k;
	return NULL;
}

static const char *nearest_key(const char *name, unsigned place)
{
	struct cli_word w = CLI_WORD_INIT(name);

	for (const struct config_key *k = config_keys; k->name; k++)
		if (k->places & place)
			cli_word_offer(&w, k->name);
	return w.best;
}

static int set_defaults(void *base, unsigned place)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		int r = (k->places & place) && k->def ? config_value_set(k, base, k->def, NULL) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int config_init(struct config *c)
{
	*c = (struct config) { 0 };
	return set_defaults(&c->settings, IN_PROFILE);
}

void config_release_groups(struct group_config *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].name);
		config_value_release(&v[i], IN_GROUP);
	}
	free(v);
}

void config_release(struct config *c)
{
	config_value_release(&c->settings, IN_SETTINGS);
	for (size_t i = 0; i < c->n_sites; i++) {
		free(c->sites[i].url);
		config_value_release(&c->sites[i], IN_SITE);
	}
	free(c->sites);
	config_release_groups(c->groups, c->n_groups);
	*c = (struct config) { 0 };
}

/* ---- files ----------------------------------------------------------------- */

/* The [site] of that URL, made when it is the first time. */
static int find_site(struct config *c, const char *url, struct site_config **ret)
{
	size_t n = strlen(url);
	struct site_config *s;
	int r;

	while (n && url[n - 1] == '/')
		n--;
	for (size_t i = 0; i < c->n_sites; i++) {
		s = &c->sites[i];
		if (strlen(s->url) == n && strncmp(s->url, url, n) == 0) {
			*ret = s;
			return 0;
		}
	}
	r = vec_grow(&c->sites, &c->cap_sites, c->n_sites + 1, sizeof(*c->sites));
	if (r < 0)
		return r;
	s = &c->sites[c->n_sites];
	*s = (struct site_config) { .url = strndup(url, n) };
	if (!s->url)
		return -ENOMEM;
	c->n_sites++;
	*ret = s;
	return set_defaults(s, IN_SITE);
}

struct target {
	void *base;     /* NULL: this section is not for us, but its keys are checked */
	unsigned place; /* 0: its keys are not ours to check */
};

static int site_target(struct config *c, const char *subject, struct target *ret, struct err *err)
{
	struct site_config *site = NULL;
	struct uri u = { 0 };
	int r = subject ? uri_parse(subject, &u) : -EINVAL;

	uri_release(&u);
	if (r == -EINVAL)
		return err_set(err, r, "a site is named by its address: [site \"https://server/sites/team\"]");
	if (r == 0)
		r = find_site(c, subject, &site);
	*ret = (struct target) { .base = site, .place = IN_SITE };
	return r;
}

/* The [group] of that name, made when it is the first time. */
static int find_group(struct config *c, const char *name, struct group_config **ret)
{
	int r;

	for (size_t i = 0; i < c->n_groups; i++)
		if (str_eq(c->groups[i].name, name)) {
			*ret = &c->groups[i];
			return 0;
		}
	r = vec_grow(&c->groups, &c->cap_groups, c->n_groups + 1, sizeof(*c->groups));
	if (r < 0)
		return r;
	c->groups[c->n_groups] = (struct group_config) { .name = strdup(name) };
	if (!c->groups[c->n_groups].name)
		return -ENOMEM;
	*ret = &c->groups[c->n_groups++];
	return 0;
}

static int group_target(struct config *c, const char *subject, struct target *ret, struct err *err)
{
	struct group_config *g = NULL;
	int r;

	if (str_empty(subject))
		return err_set(err, -EINVAL, "a group is named: [group \"team\"]");
	r = find_group(c, subject, &g);
	*ret = (struct target) { .base = g, .place = IN_GROUP };
	return r;
}

/* What the keys of a section are for. */
static int find_target(struct config *c, const char *section, const char *subject, const char *profile,
		       struct target *ret, struct err *err)
{
	static const char *const known[] = { "defaults", "profile", "site", "group" };
	struct cli_word w = CLI_WORD_INIT(section);

	if (str_eq(section, "site"))
		return site_target(c, subject, ret, err);
	if (str_eq(section, "group"))
		return group_target(c, subject, ret, err);
	if (str_eq(section, "profile") && str_empty(subject))
		return err_set(err, -EINVAL, "a profile is named: [profile \"work\"]");
	*ret = (struct target) { .place = IN_PROFILE };
	if (str_eq(section, "defaults") || (str_eq(section, "profile") && str_eq(subject, profile)))
		ret->base = &c->settings;
	if (str_eq(section, "defaults") || str_eq(section, "profile"))
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		cli_word_offer(&w, known[i]);
	if (w.best)
		return err_set(err, -EINVAL, "unknown section %s; did you mean %s?", section, w.best);
	return err_set(err, -EINVAL, "unknown section %s; there are [defaults], [profile \"NAME\"], [site \"URL\"], "
		       "[group \"NAME\"]", section);
}

static int know_key(const char *name, unsigned place, const struct config_key **ret, struct err *err)
{
	const char *near;

	*ret = find_key(name, place);
	if (*ret)
		return 0;
	near = nearest_key(name, place);
	if (near)
		return err_set(err, -EINVAL, "unknown key %s; did you mean %s?", name, near);
	return err_set(err, -EINVAL, "unknown key %s; see spfs.conf(5)", name);
}

static int apply_entry(const struct conf_entry *e, const char *file, const struct target *t, bool secret,
		       struct err *err)
{
	const struct config_key *k;
	int r = know_key(e->key, t->place, &k, err);

	if (r == 0 && str_eq(k->name, "password") && !secret)
		return err_set(err, -EACCES, "others can read this password; type: chmod 600 %s", file);
	if (r < 0)
		return r;
	return t->base ? config_value_set(k, t->base, e->value, err) : config_check_value(k, e->value, err);
}

/* Says "FILE:LINE: why" to fn, once for each mistake, until fn returns one. */
struct reader {
	const struct conf *file;
	const char *profile;
	bool secret;
	int (*fn)(void *arg, const struct err *err);
	void *arg;
};

static int mistake(const struct reader *rd, int line, int r, const struct err *why)
{
	struct err err = { 0 };

	err_set(&err, r, "%s:%d: %s", rd->file->file, line, err_text(why, r));
	return rd->fn(rd->arg, &err);
}

static int apply_section(struct config *c, const struct reader *rd, size_t i)
{
	const struct conf_section *s = &rd->file->sections[i];
	struct target t;
	struct err why = { 0 };
	int r = find_target(c, s->name, s->subject, rd->profile, &t, &why);

	if (r < 0)
		return mistake(rd, s->line, r, &why);
	for (size_t j = 0; r == 0 && j < rd->file->n_entries; j++) {
		const struct conf_entry *e = &rd->file->entries[j];

		why = (struct err) { 0 };
		r = e->section == i ? apply_entry(e, rd->file->file, &t, rd->secret, &why) : 0;
		if (r < 0)
			r = mistake(rd, e->line, r, &why);
	}
	return r;
}

/* All [defaults] count before all [profile], wherever they stand in the file. */
static int apply_all(struct config *c, const struct reader *rd)
{
	int r = 0;

	for (int defaults = 1; defaults >= 0; defaults--)
		for (size_t i = 0; r == 0 && i < rd->file->n_sections; i++)
			if (str_eq(rd->file->sections[i].name, "defaults") == (bool) defaults)
				r = apply_section(c, rd, i);
	return r;
}

static int keep_first(void *arg, const struct err *err)
{
	struct err *ret = arg;

	if (ret)
		*ret = *err;
	return err->code;
}

int config_apply(struct config *c, const struct conf *file, const char *profile, bool secret, struct err *err)
{
	const struct reader rd = { file, profile, secret, keep_first, err };

	return apply_all(c, &rd);
}

int config_each_mistake(const struct conf *file, bool secret, int (*fn)(void *arg, const struct err *err), void *arg)
{
	CLEANUP(config_release_p) struct config c = { 0 };
	const struct reader rd = { file, "", secret, fn, arg };
	int r = config_init(&c);

	return r < 0 ? r : apply_all(&c, &rd);
}

int config_find_key(const char *section, const char *subject, const char *key, const struct config_key **ret,
		    struct err *err)
{
	CLEANUP(config_release_p) struct config c = { 0 };
	struct target t;
	int r;

	*ret = NULL;
	if (str_eq(section, "defaults") && subject)
		return err_set(err, -EINVAL, "[defaults] has no name: defaults.%s", key);
	r = find_target(&c, section, subject, "", &t, err);
	return r < 0 ? r : know_key(key, t.place, ret, err);
}

int config_load(struct config *c, const char *path, const char *profile, struct err *err)
{
	CLEANUP(conf_release_p) struct conf f = CONF_INIT;
	struct stat st = { 0 };
	int r = conf_read(path, &f, err);

	if (r < 0)
		return r;
	return config_apply(c, &f, profile, stat(path, &st) == 0 && !(st.st_mode & 077), err);
}

/* ---- the command line ------------------------------------------------------- */

int config_option(struct config *c, const char *text, struct err *err)
{
	size_t n = strcspn(text, "=");
	CLEANUP(str_free_p) char *name = strndup(text, n);
	const struct config_key *k = name ? find_key(name, IN_OPTION) : NULL;
	const char *near;

	if (!name)
		return -ENOMEM;
	if (k && text[n])
		return config_value_set(k, &c->settings, text + n + 1, err);
	if (k && k->type == CONFIG_BOOL)
		return config_value_set(k, &c->settings, "yes", err);
	if (k)
		return err_set(err, -EINVAL, "mount option %s needs a value: -o %s=%s", name, name, k->def);
	if (!text[n] && str_starts(name, "no")) {
		k = find_key(name + 2, IN_OPTION);
		if (k && k->type == CONFIG_BOOL)
			return config_value_set(k, &c->settings, "no", err);
	}
	near = nearest_key(name, IN_OPTION);
	return err_set(err, -ENOENT, near ? "unknown mount option %s; did you mean %s?" : "unknown mount option %s",
		       name, near ? near : "");
}

/* ---- sites ------------------------------------------------------------------ */

/* How much of url's path is covered, in bytes + 1; 0: the site is another one. */
static size_t covers(const char *site, const char *url)
{
	struct uri a = { 0 }, b = { 0 };
	size_t n = 0;

	if (uri_parse(site, &a) == 0 && uri_parse(url, &b) == 0 && uri_same_origin(&a, &b)) {
		size_t len = strlen(a.path);

		if (len && a.path[len - 1] == '/')
			len--;
		if (strncasecmp(a.path, b.path, len) == 0 && (b.path[len] == '/' || b.path[len] == '\0'))
			n = len + 1;
	}
	uri_release(&a);
	uri_release(&b);
	return n;
}

const char *config_auth(const struct site_config *s)
{
	return find_key("auth", IN_SITE)->words[s->auth];
}

const struct site_config *config_site(const struct config *c, const char *url)
{
	const struct site_config *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < c->n_sites; i++) {
		size_t n = covers(c->sites[i].url, url);

		if (n > longest) {
			longest = n;
			best = &c->sites[i];
		}
	}
	return best;
}

/* ---- groups ----------------------------------------------------------------- */

/* "Tasks, Team Calendar": one of them. */
static bool is_among(const char *names, const char *name)
{
	size_t n = strlen(name);

	while (*names) {
		size_t part;

		names += strspn(names, ", \t");
		part = strcspn(names, ",");
		if (part >= n && strncmp(names, name, n) == 0 && strspn(names + n, " \t") == part - n)
			return true;
		names += part;
	}
	return false;
}

bool config_group_has(const struct group_config *g, const char *list)
{
	/* A name with a comma in it is a line of its own. */
	for (size_t i = 0; i < g->lists.n; i++)
		if (str_eq(g->lists.v[i], list) || is_among(g->lists.v[i], list))
			return true;
	return false;
}
