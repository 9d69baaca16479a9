/* The engine's view of the others: how items look (view), whom changes concern (the kernel, watchers). */
#include "app.h"
#include "events.h"
#include "fs/fs.h"
#include "store/list.h"
#include "sync/sync.h"
#include "view/forms.h"
#include "view/name.h"
#include "wire.h"

static int present_name(void *arg, const struct list *l, const struct item *i, bool with_id, char out[256])
{
	(void) arg;
	return view_name_make(l, i, with_id, out);
}

static int present_render(void *arg, const struct store_list *l, int64_t item, const struct item *i, struct buf *out)
{
	const struct app *app = arg;
	const struct view_forms_list of = { l->id, l->site, &l->info };

	return view_forms_render(fs_forms(app->fs), &of, item, i, out);
}

static bool present_keeps_names(void *arg, const struct list *l)
{
	(void) arg;
	return view_name_is_vdir(l);
}

static bool present_has_parts(void *arg, const struct list *l)
{
	(void) arg;
	return view_form(l)->series;
}

static int64_t present_master(void *arg, const struct list *l, const struct item *i, bool *ret_hidden)
{
	(void) arg;
	*ret_hidden = view_format_is_deleted(l, i);
	return view_format_master(l, i);
}

static int present_link(void *arg, const struct list *l, const struct item *master, struct values *fields)
{
	(void) arg;
	return view_format_link(l, master, fields);
}

/* The kernel first: who reads of a change in `events` and looks must find it. */
static void on_event(void *arg, const struct sync_event *e)
{
	struct app *app = arg;

	fs_event(app->fs, e);
	events_publish(app, e);
}

static bool is_open(void *arg, int64_t ino)
{
	const struct app *app = arg;

	return fs_is_open(app->fs, ino);
}

static int recover(void *arg, int64_t ino)
{
	const struct app *app = arg;

	return fs_recover(app->fs, ino);
}

void wire_hooks(struct app *app)
{
	*app->present = (struct sync_present) {
		.name = present_name, .render = present_render, .keeps_names = present_keeps_names,
		.has_parts = present_has_parts, .master = present_master, .link = present_link, .arg = app,
	};
	*app->hooks = (struct sync_hooks) { .event = on_event, .is_open = is_open, .recover = recover, .arg = app };
}
