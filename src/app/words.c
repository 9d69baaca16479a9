#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "sync/sync.h"

void words_order_release(struct words_order *o)
{
	free(o->list);
	o->list = NULL;
}

/* What stands in quotes, in place. False: they do not end. */
static bool unquote(char *s)
{
	char *w = s;

	for (const char *r = s + 1; *r; r++) {
		if (*r == '"') {
			*w = '\0';
			return r[1] == '\0';
		}
		if (*r == '\\' && r[1])
			r++;
		*w++ = *r;
	}
	return false;
}

int words_verb(const char *word, enum words_verb *ret)
{
	static const char *const verbs[] = { [WORDS_ALL] = "all", [WORDS_SEND] = "send",
					     [WORDS_RECEIVE] = "receive", [WORDS_RETRY] = "retry",
					     [WORDS_IDLE] = "idle" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (str_eq(word, verbs[i])) {
			*ret = (enum words_verb) i;
			return 0;
		}
	return -ENOENT;
}

int words_parse(const char *line, size_t n, struct words_order *ret)
{
	CLEANUP(str_free_p) char *copy = strndup(line, n);
	char *word = copy ? str_trim(copy) : NULL;

	if (!word)
		return -ENOMEM;
	*ret = (struct words_order) { .verb = WORDS_ALL };
	if (words_verb(word, &ret->verb) == 0)
		return 0;
	ret->quoted = *word == '"';
	if (ret->quoted && !unquote(word))
		return -EINVAL;
	return *word ? str_set(&ret->list, word) : 0;
}

const char *words_state(const struct sync_list_status *l)
{
	switch (l->state) {
	case SYNC_IDLE:
		return l->error ? "failed" : "idle";
	case SYNC_QUEUED:
		return "queued";
	case SYNC_RECEIVING:
		return "receiving";
	case SYNC_SENDING:
		return "sending";
	}
	return "idle";
}

int words_step(struct buf *out, const struct sync_list_status *l)
{
	switch (l->state) {
	case SYNC_IDLE:
		return buf_adds(out, "idle");
	case SYNC_QUEUED:
		return buf_addf(out, "queued \"%s\"", l->name);
	case SYNC_RECEIVING:
	case SYNC_SENDING:
		buf_addf(out, "%s \"%s\"", l->state == SYNC_SENDING ? "send" : "receive", l->name);
		if (l->total > 0)
			return buf_addf(out, " %lld/%lld", (long long) l->done, (long long) l->total);
		return l->done ? buf_addf(out, " %lld", (long long) l->done) : buf_error(out);
	}
	return buf_error(out);
}

int words_done(struct buf *out, const struct sync_list_status *l, int64_t received, int64_t sent, int64_t conflicts,
	       int64_t ms)
{
	const char *comma = "";

	buf_addf(out, "%s: ", l->name);
	if (l->error)
		buf_addf(out, "failed: %s", l->error);
	else if (!received && !sent && !conflicts)
		buf_adds(out, "no changes");
	if (received && !l->error) {
		buf_addf(out, "%lld received", (long long) received);
		comma = ", ";
	}
	if (sent && !l->error) {
		buf_addf(out, "%s%lld sent", comma, (long long) sent);
		comma = ", ";
	}
	if (conflicts && !l->error)
		buf_addf(out, "%s%lld conflict%s", comma, (long long) conflicts, conflicts == 1 ? "" : "s");
	return buf_addf(out, " (%lld.%lld s)", (long long) (ms / 1000), (long long) (ms % 1000 / 100));
}
