#include "change.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db.h"
#include "item.h"
#include "model.h"

#define TICKS_1970 INT64_C(621355968000000000)

int64_t change_ticks(void)
{
	return clock_now_ns() / 100 + TICKS_1970;
}

/* A decimal number that ends at `end`; moves *s behind it. */
static bool read_number(const char **s, char end, int64_t *ret)
{
	int64_t v = 0;
	const char *from = *s;

	for (; isdigit((unsigned char) **s); (*s)++) {
		if (v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (**s - '0');
	}
	if (*s == from || **s != end)
		return false;
	*s += end != '\0';
	*ret = v;
	return true;
}

int token_parse(const char *s, struct token *ret)
{
	struct token t;
	int64_t version, scope;
	char guid[GUID_SIZE];
	size_t n;

	if (!read_number(&s, ';', &version) || !read_number(&s, ';', &scope) || version != 1 || scope != 3)
		return -EINVAL;
	n = strcspn(s, ";");
	if (n >= sizeof(guid) || s[n] != ';')
		return -EINVAL;
	memcpy(guid, s, n);
	guid[n] = '\0';
	s += n + 1;
	if (!guid_normalise(guid, t.list) || !read_number(&s, ';', &t.ticks) || !read_number(&s, '\0', &t.seq))
		return -EINVAL;
	*ret = t;
	return 0;
}

void token_format(const struct token *t, char out[TOKEN_SIZE])
{
	char guid[GUID_SIZE];
	size_t n = 0;

	for (const char *s = t->list; *s; s++)
		if (*s != '{' && *s != '}')
			guid[n++] = (char) tolower((unsigned char) *s);
	guid[n] = '\0';
	snprintf(out, TOKEN_SIZE, "1;3;%s;%lld;%lld", guid, (long long) t->ticks, (long long) t->seq);
}

static int get_meta(struct db *db, const char *key, int64_t *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(db, &st, META_GET, "s", key);

	if (r >= 0)
		r = db_step(st);
	*ret = r > 0 ? db_int(st, 0) : 0;
	return r < 0 ? r : 0;
}

/* An entry about nothing, where the log begins from now on. seq 0: the next number. */
static int mark_beginning(struct db *db, int64_t seq)
{
	int64_t now = change_ticks();
	int r = seq ? db_run(db, CHANGE_FIRST, "ii", seq, now)
		    : db_run(db, CHANGE_ADD, "iiisss", INT64_C(0), now, INT64_C(0), "Schema", "", "");

	if (r >= 0)
		r = db_run(db, META_PUT, "si", "log_seq", db_last_id(db));
	return r < 0 ? r : db_run(db, META_PUT, "si", "log_ticks", now);
}

int change_trim(struct db *db)
{
	return mark_beginning(db, 0);
}

/* The log begins with this entry from now on. */
static int forget_before(struct db *db, int64_t seq, int64_t time)
{
	int r = db_run(db, META_PUT, "si", "log_seq", seq);

	if (r >= 0)
		r = db_run(db, META_PUT, "si", "log_ticks", time);
	return r < 0 ? r : db_run(db, CHANGES_FORGET, "i", seq);
}

/* Where the log has to begin: the last entry that is too old stays, as that place. 1, 0 (nowhere else) or -errno. */
static int find_beginning(const struct model *m, int64_t *seq, int64_t *time)
{
	const int64_t cutoff = m->log_age ? change_ticks() - m->log_age : INT64_MIN;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	bool late;
	int64_t least = INT64_MIN;
	int r = db_ask(m->db, &st, CHANGE_RANGE, "");

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r;
	/* the first entry is the beginning itself: what counts is the one behind it */
	late = m->log_age && db_int(st, 2) && db_int(st, 2) < cutoff;
	if (m->log_entries && db_int(st, 1) - db_int(st, 0) > m->log_entries)
		least = db_int(st, 1) - m->log_entries;
	if (!late && least == INT64_MIN)
		return 0;
	st = db_done(st);
	r = db_ask(m->db, &st, CHANGE_BEFORE, "ii", late ? cutoff : INT64_MIN, least);
	if (r >= 0)
		r = db_step(st);
	if (r > 0) {
		*seq = db_int(st, 0);
		*time = db_int(st, 1);
	}
	return r;
}

int change_expire(struct model *m)
{
	int64_t seq, time;
	int r = find_beginning(m, &seq, &time);

	if (r <= 0)
		return r;
	r = db_begin(m->db);
	return r < 0 ? r : db_end(m->db, forget_before(m->db, seq, time));
}

int change_begin(struct db *db)
{
	int64_t begun;
	int r = get_meta(db, "log_ticks", &begun);

	if (r < 0 || begun)
		return r;
	/* a hundred changes a second since 2020 */
	return mark_beginning(db, (clock_now_ns() / 1000000000 - 1577836800) * 100);
}

int change_end(const struct model *m, const struct list *l, struct token *ret)
{
	const int64_t now = change_ticks();
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, CHANGE_LAST, "");

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -EIO;
	memcpy(ret->list, l->guid, sizeof(ret->list));
	ret->seq = db_int(st, 0);
	ret->ticks = db_int(st, 1);
	if (m->log_age && ret->ticks < now - m->log_age / 2)
		ret->ticks = now;
	return 0;
}

int change_knows(const struct model *m, const struct list *l, const struct token *t)
{
	struct token end;
	int64_t ticks, seq;
	int r = change_end(m, l, &end);

	if (r >= 0)
		r = get_meta(m->db, "log_ticks", &ticks);
	if (r >= 0)
		r = get_meta(m->db, "log_seq", &seq);
	if (r < 0)
		return r;
	if (m->log_age && t->ticks < change_ticks() - m->log_age)
		return 0;
	return strcmp(t->list, l->guid) == 0 && t->ticks >= ticks && t->seq >= seq && t->seq <= end.seq;
}

/* vti_clientid, when the property is there ([MS-LISTSWS] 2.2.4.13); stored as "TT|value". */
static const char *client_id(const struct item *i)
{
	const char *v = pairs_get(&i->bag, "vti_clientid");
	const char *bar = v ? strchr(v, '|') : NULL;

	return bar ? bar + 1 : "";
}

int change_add(struct db *db, const struct list *l, const struct item *i, const char *kind)
{
	return db_run(db, CHANGE_ADD, "iiisss", l->id, change_ticks(), i ? i->id : 0, kind, i ? i->uid : "",
		      i ? client_id(i) : "");
}
