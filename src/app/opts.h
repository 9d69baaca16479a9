#ifndef APP_OPTS_H
#define APP_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct config;

/*
 * The mount form:
 *
 *	spfs [-f] [-d] [-s] [-v] [-o OPT,...] [PROFILE] MOUNTPOINT
 *
 * and, called as mount.spfs or mount.fuse.spfs, what mount(8) passes to a helper: SOURCE DIR
 * [-sfnv] [-N NS] [-o OPT,...] [-t TYPE], where -f means fake.
 */
struct opts {
	bool helper; /* called by mount(8): its exit codes, its -f */
	bool foreground, debug, fake, nonempty, help, version;
	int verbose;      /* how often -v */
	char *profile;    /* owned; never NULL */
	char *fsname;     /* owned; the source as mount tables show it */
	char *mountpoint; /* owned; as given; NULL with help or version */
	char *config;     /* owned; -o config=FILE, or NULL */
	char **settings;  /* owned; the options that config_option() is to read */
	size_t n_settings, cap_settings;
	char *kernel;     /* owned; "nosuid,nodev": for the kernel, through libfuse; NULL: none */
};

#define OPTS_INIT { 0 }

void opts_release(struct opts *o);
static inline void opts_release_p(struct opts *o)
{
	opts_release(o);
}

/* Reads the arguments; says nothing. 0; -EINVAL with err; -ENOMEM. */
MUST_CHECK int opts_parse(int argc, char *const argv[], struct opts *ret, struct err *err);

/* mount.spfs, mount.fuse.spfs: mount(8) is the caller. */
bool opts_is_helper(const char *argv0);

/* Lays the settings of -o, -v and -d over c. 0; -EINVAL, -ENOENT with err. */
MUST_CHECK int opts_apply(const struct opts *o, struct config *c, struct err *err);

#endif
