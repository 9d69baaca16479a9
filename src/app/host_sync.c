#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/word.h"
#include "store/list.h"
#include "store/store.h"
#include "sync/sync.h"
#include "events.h"
#include "groups.h"
#include "words.h"

/* ---- reading -------------------------------------------------------------------- */

struct first {
	int64_t list; /* wanted, or 0: the first that runs */
	struct buf *out;
	bool found;
};

static int add_running(void *arg, const struct sync_list_status *l)
{
	struct first *f = arg;

	if (f->found || l->state == SYNC_IDLE || (f->list ? l->list != f->list : l->state == SYNC_QUEUED))
		return 0;
	f->found = true;
	return words_step(f->out, l);
}

int host_sync_read(struct app *app, int64_t list, struct buf *out)
{
	struct first f = { .list = list, .out = out };
	struct sync_status s;
	int r = sync_status(app->sync, &s, add_running, &f);

	if (r < 0)
		return r;
	if (!f.found)
		buf_adds(out, !list && s.running ? "queued" : "idle");
	if (!list && s.running && s.lists > 1)
		buf_addf(out, " (%lld of %lld lists)", (long long) s.lists_done, (long long) s.lists);
	return buf_addc(out, '\n');
}

/* ---- writing -------------------------------------------------------------------- */

struct nearest {
	struct cli_word word;
	char name[256]; /* of the best one: a row's strings live during the walk only */
};

static int offer(void *arg, const struct store_list *l)
{
	struct nearest *n = arg;

	cli_word_offer(&n->word, l->name);
	if (n->word.best == l->name) {
		snprintf(n->name, sizeof(n->name), "%s", l->name);
		n->word.best = n->name;
	}
	return 0;
}

static int no_such_list(struct app *app, const char *name, struct err *err)
{
	static const char *const verbs[] = { "all", "idle", "send", "receive", "retry" };
	struct nearest n = { .word = CLI_WORD_INIT(name) };
	int r = store_list_each(app->store, offer, &n);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		cli_word_offer(&n.word, verbs[i]);
	groups_offer(app, &n.word, n.name);
	if (n.word.best)
		return err_set(err, -ENOENT, "there is no list or group named \"%s\"; did you mean %s?", name, n.word.best);
	return err_set(err, -ENOENT, "there is no list or group named \"%s\"", name);
}

/* What a line is about. */
struct meant {
	int64_t list;   /* 0: all of them, or those of the group */
	int64_t *group; /* owned; NULL: none */
	size_t n;
};

static void meant_release(struct meant *m)
{
	free(m->group);
}

static int find_group(struct app *app, const char *name, struct meant *ret, struct err *err)
{
	int r = groups_lists(app, name, &ret->group, &ret->n);

	if (r == 0 && !ret->n)
		return err_set(err, -ENOENT, "no list of the group \"%s\" is registered; see [group] in spfs.conf(5)", name);
	return r;
}

/* A list, or (when the name is not quoted) else a group. */
static int find_name(struct app *app, const char *name, bool quoted, struct meant *ret, struct err *err)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_find(app->store, name, &l);

	if (r == -ENOENT && !quoted)
		r = find_group(app, name, ret, err);
	if (r == -ENOENT && (!err || !err->code))
		return no_such_list(app, name, err);
	ret->list = l.id;
	return r;
}

/* Which lists a line means: that of the file, or those it names. */
static int find_meant(struct app *app, int64_t of_file, const struct words_order *o, struct meant *ret,
		      struct err *err)
{
	ret->list = of_file;
	if (!o->list)
		return 0;
	if (of_file)
		return err_set(err, -EINVAL, "\"%s\": one of all, send, receive, retry, idle, or nothing", o->list);
	return find_name(app, o->list, o->quoted, ret, err);
}

/* A reader of `progress` that comes after the write must find the run and not the end of it, so it counts as
 * running before the engine knows. */
static int request(struct app *app, enum words_verb verb, const struct meant *m, struct err *err)
{
	static const enum sync_what what[] = { [WORDS_ALL] = SYNC_ALL, [WORDS_SEND] = SYNC_SEND,
					       [WORDS_RECEIVE] = SYNC_RECEIVE, [WORDS_RETRY] = SYNC_RETRY };
	int r;

	if (verb == WORDS_IDLE) {
		sync_idle(app->sync);
		return 0;
	}
	events_run_ask(app);
	r = m->group ? sync_request_lists(app->sync, what[verb], m->group, m->n) :
		       sync_request(app->sync, what[verb], m->list);
	events_run_asked(app);
	if (r == -ENETDOWN)
		return err_set(err, r, "working offline; `spfs online` ends that");
	return r < 0 ? err_set(err, r, "%s", err_text(NULL, r)) : 0;
}

/* Runs the lines (run false: only checks them, so that a wrong one does nothing at all). */
static int each_line(struct app *app, int64_t list, char *text, bool run, struct err *err)
{
	char *next;
	int r = 0;

	do {
		CLEANUP(words_order_release_p) struct words_order o = { 0 };
		CLEANUP(meant_release) struct meant m = { 0 };
		size_t n = strcspn(text, "\n");

		next = text[n] ? text + n + 1 : NULL;
		r = words_parse(text, n, &o);
		if (r == -EINVAL)
			return err_set(err, r, "the quote does not end");
		if (r == 0)
			r = find_meant(app, list, &o, &m, err);
		if (r == 0 && run)
			r = request(app, o.verb, &m, err);
		text = next;
	} while (r == 0 && next && *next);
	return r;
}

int host_sync_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err)
{
	CLEANUP(str_free_p) char *copy = strndup(text, n);
	int r;

	if (!copy)
		return -ENOMEM;
	r = each_line(app, list, copy, false, err);
	return r < 0 ? r : each_line(app, list, copy, true, err);
}

static int add_name(struct app *app, int64_t list, struct buf *out)
{
	CLEANUP(str_free_p) char *name = NULL;
	int r = host_list_name(app, list, &name);

	return r < 0 ? r : buf_addf(out, "%s\n", name);
}

int host_sync_name(struct app *app, const char *name, const char *verb, struct buf *out, struct err *err)
{
	CLEANUP(meant_release) struct meant m = { 0 };
	enum words_verb v;
	int r = words_verb(verb, &v);

	if (r < 0)
		return err_set(err, -EINVAL, "%s: one of all, send, receive, retry", verb);
	r = find_name(app, name, false, &m, err);
	if (r == 0 && m.list)
		r = add_name(app, m.list, out);
	for (size_t i = 0; r == 0 && i < m.n; i++)
		r = add_name(app, m.group[i], out);
	return r < 0 ? r : request(app, v, &m, err);
}

/* ---- online ----------------------------------------------------------------------- */

int host_online_read(struct app *app, int64_t list, struct buf *out)
{
	struct sync_status s;
	int r = sync_status(app->sync, &s, NULL, NULL);

	(void) list;
	return r < 0 ? r : buf_adds(out, s.online ? "1\n" : "0\n");
}

int host_online_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err)
{
	CLEANUP(str_free_p) char *copy = strndup(text, n);
	const char *word = copy ? str_trim(copy) : NULL;

	(void) list;
	if (!word)
		return -ENOMEM;
	if (!str_eq(word, "0") && !str_eq(word, "1"))
		return err_set(err, -EINVAL, "online takes 1 or 0");
	sync_set_online(app->sync, *word == '1');
	return 0;
}
