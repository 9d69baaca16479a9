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

#define IN_SETTINGS (IN_PROFILE | IN_OPTION)
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

/* ---- values ---------------------------------------------------------------- */

static int set_bool(const struct config_key *k, bool *at, const char *value, struct err *err)
{
	int r = conf_bool(value);

	if (r < 0)
		return err_set(err, -EINVAL, "%s is yes or no, not \"%s\"", k->name, value);
	*at = r;
	return 0;
}

static int set_duration(const struct config_key *k, int *at, const char *value, struct err *err)
{
	long long ms = 0;
	int r = conf_duration(value, &ms);

	if (r < 0 || ms < k->min || ms > k->max)
		return err_set(err, -EINVAL, "%s is a time from %d to %d seconds, like 5s, 500ms or 1m; not \"%s\"",
			       k->name, k->min / SECOND, k->max / SECOND, value);
	*at = (int) ms;
	return 0;
}

static int set_word(const struct config_key *k, int *at, const char *value, struct err *err)
{
	char list[200] = "";
	size_t n = 0;

	for (int i = 0; k->words[i]; i++) {
		if (str_eq_nocase(k->words[i], value)) {
			*at = i;
			return 0;
		}
		n += (size_t) snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", k->words[i]);
	}
	return err_set(err, -EINVAL, "%s is one of: %s; not \"%s\"", k->name, list, value);
}

/* A tab in DOMAIN\tom is a backslash that was meant as one. */
static int set_text(const struct config_key *k, char **at, const char *value, struct err *err)
{
	for (const char *s = value; *s; s++)
		if ((unsigned char) *s < ' ')
			return err_set(err, -EINVAL, "%s holds a control character; a backslash is written \\\\", k->name);
	return str_set(at, value);
}

static int add_text(const struct config_key *k, struct config_texts *at, const char *value, struct err *err)
{
	char *copy = NULL;
	int r = set_text(k, &copy, value, err);

	if (r == 0)
		r = vec_grow(&at->v, &at->cap, at->n + 1, sizeof(*at->v));
	if (r == 0)
		at->v[at->n++] = copy;
	else
		free(copy);
	return r;
}

static int add_url(const struct config_key *k, struct config_texts *at, const char *value, struct err *err)
{
	struct uri u = { 0 };
	int r = uri_parse(value, &u);

	uri_release(&u);
	if (r == -EINVAL)
		return err_set(err, r, "%s is an address like https://server or https://server/sites/team, not \"%s\"",
			       k->name, value);
	return r < 0 ? r : add_text(k, at, value, err);
}

static int set(const struct config_key *k, void *base, const char *value, struct err *err)
{
	void *at = (char *) base + k->offset;

	switch (k->type) {
	case CONFIG_BOOL:
		return set_bool(k, at, value, err);
	case CONFIG_DURATION:
		return set_duration(k, at, value, err);
	case CONFIG_WORD:
		return set_word(k, at, value, err);
	case CONFIG_TEXT:
		return set_text(k, at, value, err);
	case CONFIG_TEXTS:
		return add_text(k, at, value, err);
	case CONFIG_URLS:
		return add_url(k, at, value, err);
	}
	return -EINVAL;
}

static int set_defaults(void *base, unsigned place)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		int r = (k->places & place) && k->def ? set(k, base, k->def, NULL) : 0;

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

static void release_texts(struct config_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
}

static void release_site(struct site_config *s)
{
	free(s->url);
	release_texts(&s->alternates);
	free(s->user);
	if (s->password)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	free(s->passcmd);
	free(s->cookiecmd);
	free(s->tokencmd);
	free(s->cafile);
	free(s->clientcert);
	free(s->clientkey);
}

void config_release_groups(struct group_config *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].name);
		release_texts(&v[i].lists);
	}
	free(v);
}

void config_release(struct config *c)
{
	for (size_t i = 0; i < c->n_sites; i++)
		release_site(&c->sites[i]);
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

static int wrong(const struct conf *f, int line, struct err *err, const char *what, const char *word)
{
	return err_set(err, -EINVAL, "%s:%d: %s%s", f->file, line, what, word);
}

static int site_target(struct config *c, const struct conf *f, const struct conf_section *s, struct target *ret,
		       struct err *err)
{
	struct site_config *site = NULL;
	struct uri u = { 0 };
	int r = s->subject ? uri_parse(s->subject, &u) : -EINVAL;

	uri_release(&u);
	if (r == -EINVAL)
		return wrong(f, s->line, err, "a site is named by its address: [site \"https://server/sites/team\"]",
			     "");
	if (r == 0)
		r = find_site(c, s->subject, &site);
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

static int group_target(struct config *c, const struct conf *f, const struct conf_section *s, struct target *ret,
			struct err *err)
{
	struct group_config *g = NULL;
	int r;

	if (str_empty(s->subject))
		return wrong(f, s->line, err, "a group is named: [group \"team\"]", "");
	r = find_group(c, s->subject, &g);
	*ret = (struct target) { .base = g, .place = IN_GROUP };
	return r;
}

/* What the keys of a section are for. */
static int find_target(struct config *c, const struct conf *f, const struct conf_section *s, const char *profile,
		       struct target *ret, struct err *err)
{
	static const char *const known[] = { "defaults", "profile", "site", "group" };
	struct cli_word w = CLI_WORD_INIT(s->name);

	if (str_eq(s->name, "site"))
		return site_target(c, f, s, ret, err);
	if (str_eq(s->name, "group"))
		return group_target(c, f, s, ret, err);
	if (str_eq(s->name, "profile") && !s->subject)
		return wrong(f, s->line, err, "a profile is named: [profile \"work\"]", "");
	*ret = (struct target) { .place = IN_PROFILE };
	if (str_eq(s->name, "defaults") || (str_eq(s->name, "profile") && str_eq(s->subject, profile)))
		ret->base = &c->settings;
	if (str_eq(s->name, "defaults") || str_eq(s->name, "profile"))
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		cli_word_offer(&w, known[i]);
	if (w.best)
		return wrong(f, s->line, err, "unknown section; did you mean ", w.best);
	return wrong(f, s->line, err, "unknown section; there are [defaults], [profile \"NAME\"], [site \"URL\"], "
		     "[group \"NAME\"]", "");
}

static int apply_entry(const struct conf *f, const struct conf_entry *e, const struct target *t, bool secret,
		       struct err *err)
{
	const struct config_key *k = find_key(e->key, t->place);
	const char *near = k ? NULL : nearest_key(e->key, t->place);
	struct settings scratch_settings;
	struct err why = { 0 };
	int r = 0;

	if (!k && near)
		return err_set(err, -EINVAL, "%s:%d: unknown key %s; did you mean %s?", f->file, e->line, e->key, near);
	if (!k)
		return err_set(err, -EINVAL, "%s:%d: unknown key %s; see spfs.conf(5)", f->file, e->line, e->key);
	if (str_eq(k->name, "password") && !secret)
		return err_set(err, -EACCES, "%s:%d: others can read this password; type: chmod 600 %s", f->file,
			       e->line, f->file);
	if (t->base)
		r = set(k, t->base, e->value, &why);
	else
		r = set(k, &scratch_settings, e->value, &why);
	return r < 0 ? err_set(err, r, "%s:%d: %s", f->file, e->line, err_text(&why, r)) : 0;
}

/* All [defaults] count before all [profile], wherever they stand in the file. */
static int apply_pass(struct config *c, const struct conf *f, const char *profile, bool secret, bool defaults,
		      struct err *err)
{
	for (size_t i = 0; i < f->n_sections; i++) {
		struct target t;
		int r;

		if (str_eq(f->sections[i].name, "defaults") != defaults)
			continue;
		r = find_target(c, f, &f->sections[i], profile, &t, err);
		for (size_t j = 0; r == 0 && j < f->n_entries; j++)
			if (f->entries[j].section == i)
				r = apply_entry(f, &f->entries[j], &t, secret, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int config_apply(struct config *c, const struct conf *file, const char *profile, bool secret, struct err *err)
{
	int r = apply_pass(c, file, profile, secret, true, err);

	return r < 0 ? r : apply_pass(c, file, profile, secret, false, err);
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
		return set(k, &c->settings, text + n + 1, err);
	if (k && k->type == CONFIG_BOOL)
		return set(k, &c->settings, "yes", err);
	if (k)
		return err_set(err, -EINVAL, "mount option %s needs a value: -o %s=%s", name, name, k->def);
	if (!text[n] && str_starts(name, "no")) {
		k = find_key(name + 2, IN_OPTION);
		if (k && k->type == CONFIG_BOOL)
			return set(k, &c->settings, "no", err);
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
