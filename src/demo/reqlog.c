#include "reqlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"

struct count {
	char name[64];
	int64_t n;
};

#define COUNTS 64

struct reqlog {
	struct lock lock;
	/* protected by lock */
	struct reqlog_entry *kept; /* owned: a ring */
	size_t cap, n, first;
	int64_t total;
	int64_t methods[4];
	int64_t in, out;
	struct count ops[COUNTS];
	struct count statuses[COUNTS];
};

static const char *const commands[] = { "New", "Update", "Delete", "Other" };

struct reqlog *reqlog_new(void)
{
	struct reqlog *l = calloc(1, sizeof(*l));

	if (l)
		lock_init(&l->lock, RANK_LEAF);
	return l;
}

struct reqlog *reqlog_free(struct reqlog *l)
{
	if (!l)
		return NULL;
	lock_release(&l->lock);
	free(l->kept);
	free(l);
	return NULL;
}

static void count(struct count *c, const char *name)
{
	for (size_t i = 0; i < COUNTS; i++) {
		if (!c[i].n)
			snprintf(c[i].name, sizeof(c[i].name), "%s", name);
		if (strcmp(c[i].name, name) == 0) {
			c[i].n++;
			return;
		}
	}
}

/* The next place: a new one while there is memory for it, else that of the oldest. */
static struct reqlog_entry *place(struct reqlog *l)
{
	if (l->n == l->cap && l->cap < LOG_KEPT) {
		size_t cap = l->cap ? l->cap * 2 : 256;
		struct reqlog_entry *more = reallocarray(l->kept, cap < LOG_KEPT ? cap : LOG_KEPT, sizeof(*more));

		if (more) {
			l->kept = more;
			l->cap = cap < LOG_KEPT ? cap : LOG_KEPT;
		}
	}
	if (l->n < l->cap)
		return &l->kept[l->n++];
	if (!l->cap)
		return NULL;
	l->first = (l->first + 1) % l->cap;
	return &l->kept[(l->first + l->cap - 1) % l->cap];
}

void reqlog_add(struct reqlog *l, const struct reqlog_entry *e)
{
	struct reqlog_entry *at;
	char status[16];

	snprintf(status, sizeof(status), "%d", e->status);
	lock_take(&l->lock);
	at = place(l);
	if (at)
		*at = *e;
	l->total++;
	l->in += (int64_t) e->in;
	l->out += (int64_t) e->out;
	count(l->statuses, status);
	count(l->ops, *e->op ? e->op : e->method);
	for (int i = 0; i < 4; i++)
		l->methods[i] += e->methods[i];
	lock_give(&l->lock);
}

void reqlog_reset(struct reqlog *l)
{
	lock_take(&l->lock);
	l->n = l->first = 0;
	l->total = l->in = l->out = 0;
	memset(l->methods, 0, sizeof(l->methods));
	memset(l->ops, 0, sizeof(l->ops));
	memset(l->statuses, 0, sizeof(l->statuses));
	lock_give(&l->lock);
}

void reqlog_json(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(out, '\\');
		if ((unsigned char) *s < 0x20)
			buf_addf(out, "\\u%04x", (unsigned char) *s);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

static void add_member(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, ",\"%s\":", name);
	reqlog_json(out, value);
}

static void write_entry(const struct reqlog_entry *e, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(e->time_ns / 1000000000, iso);
	buf_addf(out, "{\"time\":\"%.19s.%06lldZ\",\"us\":%lld", iso, (long long) (e->time_ns / 1000 % 1000000),
		 (long long) e->took_us);
	add_member(out, "method", e->method);
	add_member(out, "path", e->path);
	add_member(out, "op", e->op);
	add_member(out, "list", e->list);
	add_member(out, "user", e->user);
	buf_adds(out, ",\"methods\":{");
	for (int i = 0; i < 4; i++)
		buf_addf(out, "%s\"%s\":%d", i ? "," : "", commands[i], e->methods[i]);
	buf_addf(out, "},\"status\":%d,\"in\":%zu,\"out\":%zu}\n", e->status, e->in, e->out);
}

void reqlog_write(struct reqlog *l, struct buf *out)
{
	lock_take(&l->lock);
	for (size_t i = 0; i < l->n; i++)
		write_entry(&l->kept[(l->first + i) % l->cap], out);
	lock_give(&l->lock);
}

static void write_counts(const char *name, const struct count *c, struct buf *out)
{
	buf_addf(out, ",\"%s\":{", name);
	for (size_t i = 0; i < COUNTS && c[i].n; i++) {
		if (i)
			buf_addc(out, ',');
		reqlog_json(out, c[i].name);
		buf_addf(out, ":%lld", (long long) c[i].n);
	}
	buf_addc(out, '}');
}

void reqlog_counts(struct reqlog *l, struct buf *out)
{
	lock_take(&l->lock);
	buf_addf(out, "{\"total\":%lld,\"in\":%lld,\"out\":%lld", (long long) l->total, (long long) l->in,
		 (long long) l->out);
	write_counts("ops", l->ops, out);
	write_counts("statuses", l->statuses, out);
	buf_adds(out, ",\"methods\":{");
	for (int i = 0; i < 4; i++)
		buf_addf(out, "%s\"%s\":%lld", i ? "," : "", commands[i], (long long) l->methods[i]);
	buf_adds(out, "}}\n");
	lock_give(&l->lock);
}
