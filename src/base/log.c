#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/buf.h"
#include "base/clock.h"

enum { RING = 1000, LINE = 400 };

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },        [LOG_LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LOG_LEVEL_NOTICE] = { "notice", LOG_NOTICE },   [LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

/* The one mutable global of the program: a log is the process's. */
static struct {
	atomic_int sink;
	atomic_int level;
	pthread_mutex_t lock; /* protects ring and next; the highest rank, nothing is taken inside */
	char ring[RING][LINE];
	unsigned next;
} the_log = { .sink = LOG_TO_STDERR, .level = LOG_LEVEL_NOTICE, .lock = PTHREAD_MUTEX_INITIALIZER };

void log_setup(enum log_sink sink, enum log_level level)
{
	if (sink == LOG_TO_SYSLOG)
		openlog("spfs", LOG_PID, LOG_USER);
	atomic_store(&the_log.sink, sink);
	atomic_store(&the_log.level, level);
}

static void keep(enum log_level level, const char *text)
{
	char when[CLOCK_ISO_SIZE];

	clock_format_iso(clock_now_ns() / 1000000000, when);
	pthread_mutex_lock(&the_log.lock);
	snprintf(the_log.ring[the_log.next++ % RING], LINE, "%s %s: %.360s", when, levels[level].name, text);
	pthread_mutex_unlock(&the_log.lock);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	int sink = atomic_load(&the_log.sink);
	char text[2048];
	va_list ap;

	if ((int) level > atomic_load(&the_log.level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A server's text must not forge a second line or steer the terminal. */
	for (char *p = text; *p; p++)
		if ((unsigned char) *p < ' ' || *p == 0x7f)
			*p = ' ';
	keep(level, text);
	if (sink == LOG_TO_SYSLOG)
		syslog(levels[level].priority, "%s", text);
	else if (sink == LOG_TO_STDERR)
		fprintf(stderr, "spfs: %s: %s\n", levels[level].name, text);
}

void log_ring(struct buf *out)
{
	pthread_mutex_lock(&the_log.lock);
	for (unsigned i = 0; i < RING; i++) {
		const char *line = the_log.ring[(the_log.next + i) % RING];

		if (*line)
			buf_addf(out, "%s\n", line);
	}
	pthread_mutex_unlock(&the_log.lock);
}
