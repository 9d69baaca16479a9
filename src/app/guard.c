#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "accounts.h"
#include "confine.h"
#include "places.h"

/* Libraries, their settings, names and certificates: no person's files are there. */
static void allow_system(struct confine *c)
{
	static const char *const read[] = { "/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc", "/opt", "/nix", "/gnu", "/proc",
					    "/sys", "/dev", "/run", "/var/lib", "/var/run" };
	static const char *const write[] = { "/dev/null", "/dev/fuse" };

	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++)
		confine_read(c, read[i]);
	for (size_t i = 0; i < sizeof(write) / sizeof(*write); i++)
		confine_write(c, write[i]);
}

/* Libraries take other places from the environment: paths, with colons between. */
static void allow_named(struct confine *c)
{
	static const char *const names[] = { "KRB5_CONFIG", "KRB5_KTNAME", "KRB5_CLIENT_KTNAME", "GSS_MECH_CONFIG", "NTLM_USER_FILE",
					     "OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR", "HOSTALIASES", "TZDIR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		CLEANUP(str_free_p) char *value = strdup(getenv(names[i]) ?: "");
		char *rest = value, *path;

		while (rest && (path = strsep(&rest, ":"))) {
			/* "FILE:/path" */
			if (*path != '/')
				continue;
			confine_read(c, path);
			confine_read_beside(c, path);
		}
	}
}

/* The file is replaced by kinit, and gets the tickets for services. */
static void allow_tickets(struct confine *c)
{
	CLEANUP(str_free_p) char *usual = str_printf("/tmp/krb5cc_%u", (unsigned) geteuid());
	CLEANUP(str_free_p) char *identity = str_printf("%s/.k5identity", getenv("HOME") ?: "");
	const char *named = getenv("KRB5CCNAME") ?: usual;
	const char *path = named ? strchr(named, '/') : NULL;

	confine_read(c, identity);
	if (!path)
		return;
	confine_read_beside(c, path);
	confine_write(c, path);
}

static void allow_file(void *arg, const char *path)
{
	confine_read_beside(arg, path);
}

/* Tests leave what they find where they are told to. */
static void allow_tests(struct confine *c)
{
#ifdef SPFS_TEST
	static const char *const marks[] = { "SPFS_FAULT_FIRED", "SPFS_CRASH_FIRED" };

	confine_write(c, getenv("SPFS_ALSO_WRITE"));
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		CLEANUP(str_free_p) char *dir = strdup(getenv(marks[i]) ?: "");
		char *slash = dir ? strrchr(dir, '/') : NULL;

		if (slash)
			*slash = '\0';
		confine_write(c, dir);
	}
#else
	(void) c;
#endif
}

void guard_daemon(const struct places *p, const char *config_path, const char *mountpoint, struct accounts *a)
{
	struct confine *c = confine_new();
	bool landlock = false;
	int r = c ? 0 : -ENOMEM;

	if (r == 0) {
		allow_system(c);
		allow_named(c);
		allow_tickets(c);
		allow_tests(c);
		confine_write(c, p->base);
		confine_write(c, p->cache);
		confine_write(c, p->run);
		confine_write(c, mountpoint);
		confine_read_beside(c, config_path);
		confine_read_beside(c, p->lists);
		accounts_each_file(a, allow_file, c);
		r = confine_self(c, &landlock);
	}
	if (r < 0)
		log_warning("what this process may do is not limited: %s", err_text(NULL, r));
	else if (!landlock)
		log_notice("this kernel has no Landlock: which files this process uses is not limited");
	confine_free(c);
}
