#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "base/fsutil.h"
#include "base/str.h"

/* Rights of later kernels than the headers may be. */
#ifndef LANDLOCK_ACCESS_FS_REFER
# define LANDLOCK_ACCESS_FS_REFER (1ull << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
# define LANDLOCK_ACCESS_FS_TRUNCATE (1ull << 14)
#endif

enum { ABI_REFER = 2, ABI_TRUNCATE = 3 };

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define OF_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_EXECUTE)
/* Neither devices nor programs. */
#define WRITE                                                                                                          \
	(READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |       \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                    \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | LANDLOCK_ACCESS_FS_TRUNCATE)
#define ALL (WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

struct confine {
	int rules;        /* -1: the kernel has no Landlock that is of use */
	uint64_t handled; /* the rights that this kernel knows */
	int error;
};

/* glibc has no functions for these. */
static int create_rules(const struct landlock_ruleset_attr *attr, size_t n, unsigned flags)
{
	return (int) syscall(SYS_landlock_create_ruleset, attr, n, flags);
}

int confine_landlock(void)
{
	int abi = create_rules(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	/* The first had no way to rename between directories. */
	return abi < ABI_REFER ? 0 : abi;
}

struct confine *confine_new(void)
{
	int abi = confine_landlock();
	struct landlock_ruleset_attr attr = { 0 };
	struct confine *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->rules = -1;
	if (!abi)
		return c;
	c->handled = abi < ABI_TRUNCATE ? ALL & ~(uint64_t) LANDLOCK_ACCESS_FS_TRUNCATE : ALL;
	attr.handled_access_fs = c->handled;
	c->rules = create_rules(&attr, sizeof(attr), 0);
	if (c->rules < 0)
		c->error = -errno;
	return c;
}

struct confine *confine_free(struct confine *c)
{
	if (c)
		fsutil_close_p(&c->rules);
	free(c);
	return NULL;
}

static int add_rule(int rules, const struct landlock_path_beneath_attr *rule)
{
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, rule, 0) < 0 ? -errno : 0;
}

static void allow(struct confine *c, const char *path, uint64_t rights)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	struct landlock_path_beneath_attr rule = { .allowed_access = rights & c->handled };
	int r;

	if (c->rules < 0 || c->error || str_empty(path))
		return;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	rule.parent_fd = fd;
	r = add_rule(c->rules, &rule);
	/* What is no directory has fewer rights. To ask which it is would wait for ourselves where we have just mounted. */
	if (r == -EINVAL) {
		rule.allowed_access &= OF_FILES;
		r = add_rule(c->rules, &rule);
	}
	c->error = r;
}

void confine_read(struct confine *c, const char *path)
{
	allow(c, path, READ);
}

void confine_write(struct confine *c, const char *path)
{
	allow(c, path, WRITE);
}

static void read_directory_of(struct confine *c, const char *path)
{
	CLEANUP(str_free_p) char *dir = path ? strdup(path) : NULL;
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (slash && slash != dir) {
		*slash = '\0';
		confine_read(c, dir);
	}
}

void confine_read_beside(struct confine *c, const char *path)
{
	CLEANUP(str_free_p) char *real = path ? realpath(path, NULL) : NULL;

	read_directory_of(c, path);
	read_directory_of(c, real);
}

int confine_self(struct confine *c, bool *ret_landlock)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return -errno;
	*ret_landlock = false;
	if (c->error || c->rules < 0)
		return c->error;
	if (syscall(SYS_landlock_restrict_self, c->rules, 0) < 0)
		return -errno;
	*ret_landlock = true;
	return 0;
}
