#ifndef APP_CONFIG_NAME_H
#define APP_CONFIG_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;
struct conf;
struct config_key;

/*
 * A key of the configuration as `spfs config` names it:
 *
 *	wait                                             of [defaults], or of [profile "work"] with --profile work
 *	profile.work.wait                                [profile "work"] wait
 *	site.https://server.example.org/sites/team.user  what stands between the first and the last dot is the name
 */
struct config_name {
	char *section;  /* owned; "site" */
	char *subject;  /* owned; NULL: none */
	bool bare;      /* without a section: to read it, all places that count for the profile are asked */
	const struct config_key *key;
};

#define CONFIG_NAME_INIT { 0 }

void config_name_release(struct config_name *n);
static inline void config_name_release_p(struct config_name *n)
{
	config_name_release(n);
}

/* 0; -EINVAL with err: no such section or key, and the nearest one; -ENOMEM. */
MUST_CHECK int config_name_parse(const char *text, const char *profile, struct config_name *ret, struct err *err);

/* Whether a section of a file is the one that is meant. */
bool config_name_is(const struct config_name *n, const struct conf *c, size_t section);

/*
 * What the files say, read one after the other as a mount does: the last value, or for a key that may be repeated all of them,
 * a line each. False: nothing.
 */
bool config_name_value(const struct config_name *n, const struct conf *files, size_t n_files, const char *profile,
		       struct buf *out);

/*
 * The text that c was parsed from with the key set; value NULL: without it, wherever it stands. `more`: with one more line of a
 * key that may be repeated. 0; -EEXIST with err: it has several lines; -ENOENT: it is not there (value NULL); -EINVAL, -EFBIG,
 * -ENOMEM.
 */
MUST_CHECK int config_name_set(const struct config_name *n, const struct conf *c, const struct buf *text,
			       const char *value, bool more, struct buf *out, struct err *err);

#endif
