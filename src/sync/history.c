#include "history.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

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

int history_next(const char *now, const char *agent, struct buf *out)
{
	struct pair v[PAIRS_MAX], p = { 0 };
	int64_t last = 0;
	size_t n = 0;

	for (const char *s = now ? now : ""; *s; s += strspn(s, ", ")) {
		size_t len = strcspn(s, ", ");

		if (read_pair(s, len, &p)) {
			last = p.number > last ? p.number : last;
			if (!str_eq_nocase(p.agent, agent))
				add_pair(v, &n, &p);
		}
		s += len;
	}
	if (n == PAIRS_MAX) {
		snprintf(p.agent, sizeof(p.agent), "%s", agent);
		p.number = last + 1;
		add_pair(v, &n, &p);
		n--;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s:%lld,", v[i].agent, (long long) v[i].number);
	return buf_addf(out, "%s:%lld", agent, (long long) last + 1);
}
