#include "history.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/values.h"

enum { PAIRS_MAX = 32, AGENT_DIGITS = 32, NUMBER_MAX = 1000000000 };

struct pair {
	char agent[AGENT_DIGITS + 1];
	int64_t number;
};

/* "1a26...443:17" */
static bool read_pair(const char *s, size_t n, struct pair *ret)
{
	char number[16] = "";

	if (n < AGENT_DIGITS + 2 || n > AGENT_DIGITS + sizeof(number) || s[AGENT_DIGITS] != ':')
		return false;
	for (int i = 0; i < AGENT_DIGITS; i++)
		if (!isxdigit((unsigned char) s[i]))
			return false;
	memcpy(ret->agent, s, AGENT_DIGITS);
	ret->agent[AGENT_DIGITS] = '\0';
	memcpy(number, s + AGENT_DIGITS + 1, n - AGENT_DIGITS - 1);
	return str_to_i64(number, &ret->number) == 0 && ret->number >= 0 && ret->number < NUMBER_MAX;
}

/* When there are too many, the one with the smallest number gives way. */
static void add_pair(struct pair v[PAIRS_MAX], size_t *n, const struct pair *p)
{
	size_t least = 0;

	if (*n < PAIRS_MAX) {
		v[(*n)++] = *p;
		return;
	}
	for (size_t i = 1; i < *n; i++)
		if (v[i].number < v[least].number)
			least = i;
	if (v[least].number >= p->number)
		return;
	memmove(&v[least], &v[least + 1], (*n - least - 1) * sizeof(*v));
	v[*n - 1] = *p;
}

/* The next pair that can be read; NULL: no more. Returns what follows it. */
static const char *next_pair(const char *s, struct pair *ret)
{
	while (s && *s) {
		size_t len;

		s += strspn(s, ", ");
		len = strcspn(s, ", ");
		if (read_pair(s, len, ret))
			return s + len;
		s += len;
	}
	return NULL;
}

static int64_t highest(const char *history)
{
	struct pair p = { 0 };
	int64_t last = 0;

	for (const char *s = history; (s = next_pair(s, &p));)
		last = p.number > last ? p.number : last;
	return last;
}

int history_next(const char *now, const char *agent, int skip, struct buf *out)
{
	struct pair v[PAIRS_MAX], p = { 0 };
	int64_t number = highest(now) + 1 + skip;
	size_t n = 0;

	for (const char *s = now; (s = next_pair(s, &p));)
		if (!str_eq_nocase(p.agent, agent))
			add_pair(v, &n, &p);
	if (n == PAIRS_MAX) {
		snprintf(p.agent, sizeof(p.agent), "%s", agent);
		p.number = number;
		add_pair(v, &n, &p);
		n--;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s:%lld,", v[i].agent, (long long) v[i].number);
	return buf_addf(out, "%s:%lld", agent, (long long) number);
}

int history_add(const struct values *now, const char *agent, int skip, struct values *fields)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(8192);
	int r = history_next(values_get(now, HISTORY_FIELD), agent, skip, &text);

	return r < 0 ? r : values_set(fields, HISTORY_FIELD, buf_str(&text));
}

enum history_word history_ask(const struct values *before, const char *agent, int skip, const struct values *after)
{
	int64_t last = highest(values_get(before, HISTORY_FIELD));
	enum history_word word = HISTORY_SILENT;
	struct pair p = { 0 };

	for (const char *s = values_get(after, HISTORY_FIELD); (s = next_pair(s, &p));) {
		if (!agent || !str_eq_nocase(p.agent, agent) || p.number <= last)
			word = HISTORY_NOT_ARRIVED;
		else
			return p.number == last + 1 + skip ? HISTORY_ARRIVED : HISTORY_SILENT;
	}
	return agent ? word : HISTORY_SILENT;
}
