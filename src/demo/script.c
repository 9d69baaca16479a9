#include "script.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/thread.h"
#include "words.h"

#define ORDERS_MAX 10000

struct order {
	struct order *next; /* owned */
	char *line;         /* owned: as it was given */
	char op[64], method[16], path[512], list[256];
	int64_t skip, count; /* requests to let pass; to meet, 0: all */
	int64_t hits;        /* met so far, those let pass included */
	struct effects what;
};

struct script {
	struct lock lock;
	/* protected by lock */
	struct order *first; /* owned */
	size_t n;
};

/* ---- one order ---------------------------------------------------------------------------------- */

enum kind { NUMBER, TEXT, HEX };

static const struct {
	const char *name;
	enum kind kind;
	size_t offset, size;
} keys[] = {
	{ "op", TEXT, offsetof(struct order, op), sizeof(((struct order *) 0)->op) },
	{ "method", TEXT, offsetof(struct order, method), sizeof(((struct order *) 0)->method) },
	{ "path", TEXT, offsetof(struct order, path), sizeof(((struct order *) 0)->path) },
	{ "list", TEXT, offsetof(struct order, list), sizeof(((struct order *) 0)->list) },
	{ "skip", NUMBER, offsetof(struct order, skip), 0 },
	{ "count", NUMBER, offsetof(struct order, count), 0 },
	{ "delay", NUMBER, offsetof(struct order, what.delay), 0 },
	{ "status", NUMBER, offsetof(struct order, what.status), 0 },
	{ "retry-after", NUMBER, offsetof(struct order, what.retry_after), 0 },
	{ "cut", NUMBER, offsetof(struct order, what.cut), 0 },
	{ "fault", HEX, offsetof(struct order, what.code), 0 },
	{ "min-sync", NUMBER, offsetof(struct order, what.quirks.min_sync), 0 },
	{ "recommended-sync", NUMBER, offsetof(struct order, what.quirks.recommended_sync), 0 },
	{ "max-bulk", NUMBER, offsetof(struct order, what.quirks.bulk), 0 },
	{ "location", TEXT, offsetof(struct order, what.location), sizeof(((struct effects *) 0)->location) },
	{ "body", TEXT, offsetof(struct order, what.body), sizeof(((struct effects *) 0)->body) },
	{ "type", TEXT, offsetof(struct order, what.type), sizeof(((struct effects *) 0)->type) },
	{ "text", TEXT, offsetof(struct order, what.text), sizeof(((struct effects *) 0)->text) },
	{ "do", TEXT, offsetof(struct order, what.command), sizeof(((struct effects *) 0)->command) },
	{ "permissions", TEXT, offsetof(struct order, what.permissions),
	  sizeof(((struct effects *) 0)->permissions) },
};

#define FLAG(field) offsetof(struct order, what.field)

static const struct {
	const char *key, *value;
	size_t offset;
} flags[] = {
	{ "close", "before", FLAG(close_before) },
	{ "close", "after", FLAG(close_after) },
	{ "page", "login", FLAG(html) },
	{ "quirk", "invalid-token", FLAG(quirks.invalid_token) },
	{ "quirk", "restore-list", FLAG(quirks.restore_list) },
	{ "quirk", "resend-schema", FLAG(quirks.resend_schema) },
	{ "quirk", "duplicate-attributes", FLAG(quirks.duplicate) },
	{ "quirk", "control-characters", FLAG(quirks.control) },
	{ "quirk", "no-alternate-urls", FLAG(quirks.no_alternate_urls) },
	{ "quirk", "bare-fault", FLAG(quirks.bare_fault) },
	{ "quirk", "upper-codes", FLAG(quirks.upper_codes) },
	{ "quirk", "localised", FLAG(quirks.localised) },
	{ "quirk", "empty-attributes", FLAG(quirks.empty_attributes) },
	{ "quirk", "reverse-rows", FLAG(quirks.reverse_rows) },
	{ "quirk", "more-changes-false", FLAG(quirks.no_more_flag) },
	{ "quirk", "rename-ids", FLAG(quirks.rename_ids) },
	{ "quirk", "system-update-ids", FLAG(quirks.system_ids) },
};

static int set_text(char *to, size_t size, const char *value)
{
	if (strlen(value) >= size)
		return -EINVAL;
	snprintf(to, size, "%s", value);
	return 0;
}

static int set_key(struct order *o, const char *key, const char *value)
{
	uint64_t code;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char *at = (char *) o + keys[i].offset;
		int64_t n;

		if (strcmp(keys[i].name, key) != 0)
			continue;
		if (keys[i].kind == TEXT)
			return set_text(at, keys[i].size, value);
		if (keys[i].kind == HEX && (str_to_u64(value, &code) < 0 || code > UINT32_MAX))
			return -EINVAL;
		if (keys[i].kind == HEX)
			n = (int64_t) code;
		else if (str_to_i64(value, &n) < 0 || n < 0)
			return -EINVAL;
		memcpy(at, &n, sizeof(n));
		return 0;
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(flags[i].key, key) == 0 && strcmp(flags[i].value, value) == 0) {
			*((bool *) o + flags[i].offset) = true;
			return 0;
		}
	return -EINVAL;
}

static struct effects no_effects(void)
{
	return (struct effects) { .retry_after = -1, .cut = -1, .code = -1,
				  .quirks = { .min_sync = -1, .recommended_sync = -1, .bulk = -1 } };
}

static struct order *free_order(struct order *o)
{
	if (o)
		free(o->line);
	free(o);
	return NULL;
}

static int parse_order(char *line, struct order *o, char error[256])
{
	char *words[64];
	int n = words_split(line, words, 64);

	if (n < 0) {
		snprintf(error, 256, "a quote does not end, or there are too many words");
		return n;
	}
	o->count = 1;
	o->what = no_effects();
	for (int i = 0; i < n; i++) {
		char *value = strchr(words[i], '=');

		if (value)
			*value++ = '\0';
		if (!value || set_key(o, words[i], value) < 0) {
			snprintf(error, 256, "\"%.200s\": no such order, or not such a value", words[i]);
			return -EINVAL;
		}
	}
	if (o->what.status && (o->what.status < 200 || o->what.status > 599)) {
		snprintf(error, 256, "%lld is no status of an answer", (long long) o->what.status);
		return -EINVAL;
	}
	return n;
}

int script_add(struct script *s, const char *line, char error[256])
{
	CLEANUP(str_free_p) char *copy = strdup(line);
	struct order *o = calloc(1, sizeof(*o));
	struct order **end;
	int r = copy && o && (o->line = strdup(str_trim(copy))) ? parse_order(copy, o, error) : -ENOMEM;

	if (r <= 0) {
		free_order(o);
		return r;
	}
	lock_take(&s->lock);
	for (end = &s->first; *end; end = &(*end)->next)
		;
	r = s->n < ORDERS_MAX ? 0 : -ENOMEM;
	if (r == 0) {
		*end = o;
		s->n++;
	}
	lock_give(&s->lock);
	if (r < 0)
		free_order(o);
	return r;
}

/* ---- all of them ------------------------------------------------------------------------------ */

struct script *script_new(void)
{
	struct script *s = calloc(1, sizeof(*s));

	if (s)
		lock_init(&s->lock, RANK_LEAF);
	return s;
}

void script_clear(struct script *s)
{
	lock_take(&s->lock);
	while (s->first) {
		struct order *o = s->first;

		s->first = o->next;
		free_order(o);
	}
	s->n = 0;
	lock_give(&s->lock);
}

struct script *script_free(struct script *s)
{
	if (!s)
		return NULL;
	script_clear(s);
	lock_release(&s->lock);
	free(s);
	return NULL;
}

void script_list(struct script *s, struct buf *out)
{
	lock_take(&s->lock);
	for (const struct order *o = s->first; o; o = o->next)
		buf_addf(out, "%s # met %lld\n", o->line, (long long) o->hits);
	lock_give(&s->lock);
}

static bool is_for(const struct order *o, const struct script_request *rq)
{
	return (!*o->op || str_eq(o->op, rq->op)) && (!*o->method || str_eq(o->method, rq->method)) &&
	       (!*o->list || str_eq_nocase(o->list, rq->list)) && str_starts(rq->path, o->path);
}

static void add_text(char *to, size_t size, const char *from)
{
	if (*from)
		snprintf(to, size, "%s", from);
}

static void add_number(int64_t *to, int64_t from, int64_t none)
{
	if (from != none)
		*to = from;
}

static void add_effects(struct effects *to, const struct effects *from)
{
	to->any = true;
	add_number(&to->delay, from->delay, 0);
	add_number(&to->status, from->status, 0);
	add_number(&to->retry_after, from->retry_after, -1);
	add_number(&to->cut, from->cut, -1);
	add_number(&to->code, from->code, -1);
	add_number(&to->quirks.min_sync, from->quirks.min_sync, -1);
	add_number(&to->quirks.recommended_sync, from->quirks.recommended_sync, -1);
	add_number(&to->quirks.bulk, from->quirks.bulk, -1);
	add_text(to->location, sizeof(to->location), from->location);
	add_text(to->body, sizeof(to->body), from->body);
	add_text(to->type, sizeof(to->type), from->type);
	add_text(to->text, sizeof(to->text), from->text);
	add_text(to->command, sizeof(to->command), from->command);
	add_text(to->permissions, sizeof(to->permissions), from->permissions);
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		size_t at = flags[i].offset - offsetof(struct order, what);

		if (*((const bool *) from + at))
			*((bool *) to + at) = true;
	}
}

void script_apply(struct script *s, const struct script_request *rq, struct effects *ret)
{
	*ret = no_effects();
	lock_take(&s->lock);
	for (struct order *o = s->first; o; o = o->next) {
		if (!is_for(o, rq) || (o->count && o->hits >= o->skip + o->count))
			continue;
		if (o->hits++ >= o->skip)
			add_effects(ret, &o->what);
	}
	lock_give(&s->lock);
}
