#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

struct buf;

/*
 * The program's own log: one line per event, words first, then key=value.
 * Never secrets, never item contents. Lines go to stderr or syslog, and the
 * last 1,000 are kept in memory for `spfs log` and .spfs/log.
 *
 * Thread-safe. Writing to a slow sink happens with no lock of ours held.
 */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_sink { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_NOTHING };

/* Lines above the level are dropped. Default: NOTICE to stderr. */
void log_setup(enum log_sink sink, enum log_level level);

void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Adds the kept lines, oldest first, each with its time and a newline. */
void log_ring(struct buf *out);

#endif
