#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

/*
 * Countdown faults: a test runs a command with SPFS_FAULT=1, 2, 3, ... and the
 * n-th passage through any fault point fails. SPFS_FAULT=name:n counts only one
 * point. The loop ends when nothing failed any more (scripts/check-fault).
 *
 *	if (FAULT("store.step"))
 *		return -EIO;
 *
 * SPFS_FAULT_CALLS=1 counts the allocations and system calls of our code as well, where
 * they are wrapped (src/base/wrap.c), and each stack of callers only the first time it
 * comes: a loop of a thousand allocations is one place that can fail. The file
 * SPFS_FAULT_FIRED is made when something failed; its first line is what.
 *
 * Crash points: with SPFS_CRASH_AT=n the process ends with _exit(137), as if
 * killed, at the n-th passage through any CRASH_POINT; SPFS_CRASH_AT=name:n
 * counts one point only. They stand where a change has reached the disk or the
 * server and the next step has not.
 *
 * Planted bugs: SPFS_PLANT=name makes PLANTED("name") true, and the program wrong
 * in one way. A test that looks for mistakes has to find each (scripts/check-planted).
 *
 * Without -DSPFS_TEST all vanish.
 */
#ifdef SPFS_TEST
bool fault_hit(const char *point);
/* The same for an allocation or system call; never without SPFS_FAULT_CALLS. */
bool fault_call(const char *call);
void fault_crash(const char *point);
bool fault_planted(const char *bug);
# define FAULT(point) fault_hit(point)
# define CRASH_POINT(point) fault_crash(point)
# define PLANTED(bug) fault_planted(bug)
#else
# define FAULT(point) false
# define CRASH_POINT(point) ((void) 0)
# define PLANTED(bug) false
#endif

#endif
