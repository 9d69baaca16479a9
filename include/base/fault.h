#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

/*
 * Countdown faults: a test runs a command with SPFS_FAULT=1, 2, 3, ... and the
 * n-th passage through any fault point fails. SPFS_FAULT=name:n counts only one
 * point. The loop ends when nothing failed any more (scripts/fault-loop).
 *
 *	if (FAULT("store.step"))
 *		return -EIO;
 *
 * Crash points: with SPFS_CRASH_AT=n the process ends with _exit(137), as if
 * killed, at the n-th passage through any CRASH_POINT; SPFS_CRASH_AT=name:n
 * counts one point only. They stand where a change has reached the disk or the
 * server and the next step has not.
 *
 * Without -DSPFS_TEST both vanish.
 */
#ifdef SPFS_TEST
bool fault_hit(const char *point);
void fault_crash(const char *point);
# define FAULT(point) fault_hit(point)
# define CRASH_POINT(point) fault_crash(point)
#else
# define FAULT(point) false
# define CRASH_POINT(point) ((void) 0)
#endif

#endif
