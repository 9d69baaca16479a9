#ifndef DEMO_REQLOG_H
#define DEMO_REQLOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * Every request that the server answered, for tests that count them: the last
 * LOG_KEPT in full, all of them as numbers. Thread-safe.
 */
struct reqlog;

#define LOG_KEPT 100000

struct reqlog_entry {
	int64_t time_ns; /* when it came */
	int64_t took_us;
	char method[16];
	char path[256];
	char op[48];   /* SOAP operation; "" when none */
	char list[128]; /* title of its list */
	char user[64];
	int methods[4]; /* New, Update, Delete, other */
	int status;     /* 0: no answer was sent */
	size_t in, out; /* bytes of the bodies */
};

struct reqlog *reqlog_new(void); /* NULL: out of memory */
struct reqlog *reqlog_free(struct reqlog *l);

void reqlog_add(struct reqlog *l, const struct reqlog_entry *e);

/* A line of JSON for each, oldest first. */
void reqlog_write(struct reqlog *l, struct buf *out);

/* One JSON object: total, by operation, by status, methods by command. */
void reqlog_counts(struct reqlog *l, struct buf *out);
void reqlog_reset(struct reqlog *l);

/* Adds s as a JSON string with its quotes. */
void reqlog_json(struct buf *out, const char *s);

#endif
