#include "config_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "base/uri.h"

enum { SECOND = 1000 };

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

static int set_size(const struct config_key *k, int64_t *at, const char *value, struct err *err)
{
	if (str_eq(value, "auto")) {
		*at = -1;
		return 0;
	}
	return conf_size(value, at) < 0 ? err_set(err, -EINVAL, "%s is a size like 500M or 4G, or auto; not \"%s\"", k->name,
						  value) : 0;
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

int config_value_set(const struct config_key *k, void *base, const char *value, struct err *err)
{
	void *at = (char *) base + k->offset;

	switch (k->type) {
	case CONFIG_BOOL:
		return set_bool(k, at, value, err);
	case CONFIG_DURATION:
		return set_duration(k, at, value, err);
	case CONFIG_SIZE:
		return set_size(k, at, value, err);
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

static void wipe(char **at)
{
	if (*at)
		explicit_bzero(*at, strlen(*at));
	free(*at);
	*at = NULL;
}

static void release_texts(struct config_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	*t = (struct config_texts) { 0 };
}

void config_value_release(void *base, unsigned place)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		void *at = (char *) base + k->offset;

		if (!(k->places & place))
			continue;
		if (k->type == CONFIG_TEXT)
			wipe(at);
		else if (k->type == CONFIG_TEXTS || k->type == CONFIG_URLS)
			release_texts(at);
	}
}

int config_check_value(const struct config_key *k, const char *value, struct err *err)
{
	union {
		struct settings settings;
		struct site_config site;
		struct group_config group;
	} scratch = { 0 };
	int r = config_value_set(k, &scratch, value, err);

	config_value_release(&scratch, k->places);
	return r;
}
