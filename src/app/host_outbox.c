#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "sync/submit.h"
#include "sync/sync.h"

/* An entry is called "NUMBER FILE": the journal's number, which is unique, and the file's name now. */
static int entry_name(struct app *app, const struct store_change *c, struct buf *out)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	const char *file = store_node_of_item(app->store, c->item, &n) == 0 ? n.name : NULL;
	size_t at;

	if (!file)
		file = c->name;
	buf_addf(out, "%lld ", (long long) c->id);
	at = out->len;
	buf_adds(out, file ? file : change_op_name(c->change.op));
	if (buf_error(out) < 0)
		return buf_error(out);
	for (char *p = out->p + at; *p; p++)
		if (*p == '/')
			*p = '_';
	return out->len > 255 ? buf_resize(out, str_utf8_cut(out->p, 255)) : 0;
}

struct dir_walk {
	struct app *app;
	int (*fn)(void *arg, const char *name);
	void *arg;
};

static int tell_name(void *arg, const struct store_change *c)
{
	CLEANUP(buf_release_p) struct buf name = BUF_INIT(8192);
	struct dir_walk *w = arg;
	int r;

	if (c->state == STORE_CHANGE_SENT)
		return 0; /* the server has it */
	r = entry_name(w->app, c, &name);
	return r < 0 ? r : w->fn(w->arg, buf_str(&name));
}

int host_outbox_dir(struct app *app, int (*fn)(void *arg, const char *name), void *arg)
{
	return store_change_each(app->store, 0, tell_name, &(struct dir_walk) { app, fn, arg });
}

/* The change behind a name; the number alone decides, but the name must be the one of now. */
static int find_change(struct app *app, const char *name, struct store_change *ret)
{
	CLEANUP(buf_release_p) struct buf now = BUF_INIT(8192);
	char *end;
	long long id = strtoll(name, &end, 10);
	int r = end == name ? -ENOENT : store_change_get(app->store, id, ret);

	if (r == 0)
		r = entry_name(app, ret, &now);
	return r == 0 && !str_eq(buf_str(&now), name) ? -ENOENT : r;
}

static const char *state_text(enum store_change_state st)
{
	switch (st) {
	case STORE_CHANGE_QUEUED:
		return "waits to be sent";
	case STORE_CHANGE_SENDING:
		return "is being sent";
	case STORE_CHANGE_UNSURE:
		return "was sent, but the answer was lost: the next sync finds out";
	case STORE_CHANGE_SENT:
		return "is on the server; the next sync brings its version";
	case STORE_CHANGE_REFUSED:
		return "refused by the server";
	case STORE_CHANGE_STATE_COUNT:
		break;
	}
	return "";
}

static const char *advice(const struct store_change *c)
{
	if (c->state != STORE_CHANGE_REFUSED)
		return "nothing; `spfs sync` tries at once";
	if (c->change.op == CHANGE_DELETE)
		return "rm this entry to keep the item, or echo retry > .spfs/sync";
	return "edit the file and save it again; or echo retry > .spfs/sync; or rm this entry to give the change up";
}

static void add_fields(const struct change *c, struct buf *out)
{
	for (size_t i = 0; i < c->fields.n; i++)
		buf_addf(out, "%s%s", i ? ", " : " (", c->fields.v[i].name);
	if (c->fields.n)
		buf_addc(out, ')');
	buf_addc(out, '\n');
}

static void add_time(const char *label, int64_t ns, struct buf *out)
{
	time_t t = (time_t) (ns / 1000000000);
	struct tm tm;
	char text[64] = "";

	if (localtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	buf_addf(out, "%s%s\n", label, text);
}

int host_outbox_entry(struct app *app, const char *name, struct buf *out)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(str_free_p) char *list = NULL;
	int r = find_change(app, name, &c);

	if (r == 0)
		r = host_list_name(app, c.list, &list);
	if (r < 0)
		return r;
	buf_addf(out, "File:   %s/%s\n", list, strchr(name, ' ') + 1);
	buf_addf(out, "What:   %s", change_op_name(c.change.op));
	add_fields(&c.change, out);
	add_time("When:   ", c.created, out);
	buf_addf(out, "Now:    %s", state_text(c.state));
	buf_addf(out, c.tries > 0 ? ", tried %d times\n" : "\n", c.tries);
	if (c.reason)
		buf_addf(out, "Reason: %s\n", c.reason);
	if (c.server_code)
		buf_addf(out, "Code:   0x%08x\n", (unsigned) c.server_code);
	buf_addf(out, "Do:     %s\n", advice(&c));
	return buf_error(out);
}

int host_outbox_remove(struct app *app, const char *name)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = find_change(app, name, &c);

	return r < 0 ? r : sync_submit_discard(app->sync, c.id);
}
