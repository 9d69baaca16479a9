#include "base/fault.h"

#ifdef SPFS_TEST
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One passage of `point` counted in `seen`: is it the one that `spec` names? */
static bool is_due(const char *spec, const char *point, atomic_int *seen)
{
	const char *colon;

	if (!spec)
		return false;
	colon = strchr(spec, ':');
	if (colon && ((size_t) (colon - spec) != strlen(point) || strncmp(spec, point, strlen(point)) != 0))
		return false;
	return atomic_fetch_add(seen, 1) + 1 == strtol(colon ? colon + 1 : spec, NULL, 10);
}

/* Leaves a trace that the point was reached, for the loop that counts. */
static void leave_mark(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd >= 0)
		close(fd);
}

bool fault_hit(const char *point)
{
	static atomic_int seen;

	if (!is_due(getenv("SPFS_FAULT"), point, &seen))
		return false;
	leave_mark(getenv("SPFS_FAULT_FIRED"));
	return true;
}

void fault_crash(const char *point)
{
	static atomic_int seen;

	if (!is_due(getenv("SPFS_CRASH_AT"), point, &seen))
		return;
	leave_mark(getenv("SPFS_CRASH_FIRED"));
	_exit(137);
}

bool fault_planted(const char *bug)
{
	const char *planted = getenv("SPFS_PLANT");

	return planted && strcmp(planted, bug) == 0;
}
#else
/* ISO C wants a declaration in each file. */
typedef int fault_nothing;
#endif
