#include "base/fault.h"

#ifdef SPFS_TEST
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many callers tell one passage from another. */
#define FRAMES 8

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

/* Leaves a trace that the point was reached, for the loop that counts: its name and who called. */
static void leave_mark(const char *path, const char *point)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	void *frames[FRAMES];
	ssize_t n;

	if (fd < 0)
		return;
	n = write(fd, point, strlen(point));
	n = n < 0 ? n : write(fd, "\n", 1);
	if (n > 0)
		backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
	close(fd);
}

/* Is this stack of callers a new one? */
static bool is_new_stack(const char *point)
{
	static _Atomic uint64_t seen[1 << 16];
	const size_t mask = sizeof(seen) / sizeof(*seen) - 1;
	void *frames[FRAMES];
	int n = backtrace(frames, FRAMES);
	uint64_t h = (uintptr_t) point, old;

	for (int i = 0; i < n; i++)
		h = (h ^ (uintptr_t) frames[i]) * 0x9e3779b97f4a7c15u;
	h |= 1;
	for (size_t i = h >> 32 & mask, probes = 0; probes <= mask; i = (i + 1) & mask, probes++) {
		old = 0;
		if (atomic_compare_exchange_strong(&seen[i], &old, h))
			return true;
		if (old == h)
			return false;
	}
	return false;
}

static bool passes(const char *point)
{
	static atomic_int seen;
	static _Thread_local bool within;
	const char *spec = getenv("SPFS_FAULT");
	bool due;

	/* what a fault is told with, and what backtrace needs, is not itself a passage */
	if (!spec || within)
		return false;
	within = true;
	due = (!getenv("SPFS_FAULT_CALLS") || is_new_stack(point)) && is_due(spec, point, &seen);
	if (due)
		leave_mark(getenv("SPFS_FAULT_FIRED"), point);
	within = false;
	return due;
}

bool fault_hit(const char *point)
{
	return passes(point);
}

bool fault_call(const char *call)
{
	return getenv("SPFS_FAULT_CALLS") && passes(call);
}

void fault_crash(const char *point)
{
	static atomic_int seen;

	if (!is_due(getenv("SPFS_CRASH_AT"), point, &seen))
		return;
	leave_mark(getenv("SPFS_CRASH_FIRED"), point);
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
