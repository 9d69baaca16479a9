#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct conf;

/*
 * The configuration's meaning: which keys there are, where they may stand, what
 * they may be. base/conf.h knows the syntax. Later places win:
 *
 *	the default < [defaults] < [profile "NAME"] < -o on the command line
 *
 * and, file by file, /etc/spfs/config before the person's.
 */
enum config_place {
	IN_PROFILE = 1 << 0, /* [defaults] and [profile "NAME"] */
	IN_OPTION = 1 << 1,  /* -o */
	IN_SITE = 1 << 2,    /* [site "URL"] */
	IN_GROUP = 1 << 3,   /* [group "NAME"] */
};

enum config_type {
	CONFIG_BOOL,     /* bool */
	CONFIG_DURATION, /* int, milliseconds */
	CONFIG_SIZE,     /* int64_t, bytes; "auto": -1 */
	CONFIG_WORD,     /* int, index into words */
	CONFIG_TEXT,     /* char *, owned */
	CONFIG_TEXTS,    /* struct config_texts: each line adds one */
	CONFIG_URLS,     /* the same, of addresses */
};

struct config_key {
	const char *name;
	unsigned places; /* enum config_place */
	enum config_type type;
	size_t offset;   /* in struct settings, struct site_config for IN_SITE, struct group_config for IN_GROUP */
	int min, max;    /* of a duration */
	const char *words[9];
	const char *def; /* as it would be written; NULL: none */
	const char *help;
};

extern const struct config_key config_keys[]; /* ends with a NULL name */

struct settings {
	int fresh_ms;
	int wait_ms;
	bool offline;
	bool ro;
	bool allow_other;
	bool allow_root;
	bool xattr;
	bool announce;
	int64_t cache_size; /* bytes of documents that are kept; -1: as the disk has room */
	bool confine;
	int fsync;    /* enum settings_fsync */
	int loglevel; /* enum log_level */
	char *crawlers; /* owned; names of programs with blanks between */
	char *notify;   /* owned; NULL: none */
};

enum settings_fsync { FSYNC_LOCAL, FSYNC_SERVER };
enum site_mode { MODE_2007, MODE_2003 };

struct config_texts {
	char **v; /* owned, and so are the strings */
	size_t n, cap;
};

/* [site "URL"]: how to log in there. Holds for the site and what lies below it. */
struct site_config {
	char *url;      /* owned; no slash at the end */
	char *user;     /* owned; NULL: none */
	char *password; /* owned; only from a file that nobody else can read */
	char *passcmd;  /* owned */
	char *cookiecmd; /* owned */
	char *tokencmd; /* owned */
	char *cafile;   /* owned */
	char *clientcert; /* owned */
	char *clientkey;  /* owned */
	char *client_id; /* owned; not NULL: OAuth, see oauth.h for these */
	char *tenant;    /* owned */
	char *authority; /* owned */
	char *scope;     /* owned */
	char *redirect;  /* owned */
	char *authorize_endpoint, *token_endpoint, *device_endpoint; /* owned */
	int cloud;      /* index into the key's words: enum oauth_cloud */
	int auth;       /* index into the key's words; config_auth() */
	bool allow_http; /* the password may go over plain http */
	bool old_tls;   /* TLS 1.0 and weak ciphers too */
	int mode;       /* enum site_mode; 2003: read-only, and synchronised by itself */
	int interval_ms; /* how often, with MODE_2003 */
	struct config_texts alternates; /* other addresses of the site */
};

/* [group "NAME"]: lists that are synchronised together (S9). */
struct group_config {
	char *name;                /* owned */
	struct config_texts lists; /* each a name, or several with commas between */
	int interval_ms;           /* 0: only when it is asked for */
};

struct config {
	struct settings settings;
	struct site_config *sites; /* owned */
	size_t n_sites, cap_sites;
	struct group_config *groups; /* owned */
	size_t n_groups, cap_groups;
};

/* All defaults; config_release() also after a failure. 0 or -ENOMEM. */
MUST_CHECK int config_init(struct config *c);
void config_release(struct config *c);
static inline void config_release_p(struct config *c)
{
	config_release(c);
}

/*
 * Lays a file over c, as far as it concerns `profile`. A missing file is empty. -EINVAL with err "FILE:LINE:
 * ..." for unknown sections and keys (with the nearest one) and for values out of their bounds; -errno.
 */
MUST_CHECK int config_load(struct config *c, const char *path, const char *profile, struct err *err);

/* The same from a parsed file; `secret`: nobody else can read it, so passwords may stand in it. */
MUST_CHECK int config_apply(struct config *c, const struct conf *file, const char *profile, bool secret,
			    struct err *err);

/*
 * Every mistake of a parsed file, not only the first: fn gets "FILE:LINE: ..." and goes on with 0. fn's other returns end
 * it and are returned; 0, -ENOMEM.
 */
MUST_CHECK int config_each_mistake(const struct conf *file, bool secret, int (*fn)(void *arg, const struct err *err),
				   void *arg);

/*
 * The key of that name in [section "subject"]; subject NULL: none. -EINVAL with err: there is no such section or key (with
 * the nearest one), or the subject is none for it; -ENOMEM.
 */
MUST_CHECK int config_find_key(const char *section, const char *subject, const char *key,
			       const struct config_key **ret, struct err *err);

/* Whether the key may have this value. 0; -EINVAL with err; -ENOMEM. */
MUST_CHECK int config_check_value(const struct config_key *k, const char *value, struct err *err);

/* One "name", "noname" or "name=value" of -o. -ENOENT: no such option, err names the nearest; -EINVAL. */
MUST_CHECK int config_option(struct config *c, const char *text, struct err *err);

/* The most specific [site] for a URL: same origin, path a prefix by whole parts. NULL: none. */
const struct site_config *config_site(const struct config *c, const char *url);

/* How to log in there, as net/auth.h names it: "auto", "basic", ... */
const char *config_auth(const struct site_config *s);

/* Whether the list of that directory belongs to the group. */
bool config_group_has(const struct group_config *g, const char *list);

/* Releases n groups and the array. */
void config_release_groups(struct group_config *v, size_t n);

#endif
