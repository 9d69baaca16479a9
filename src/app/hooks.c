/* The engine's view of the others: how items look (view), whom changes concern (the kernel, watchers). */
#include "app.h"
#include "events.h"
#include "fs/fs.h"
#include "sync/sync.h"
#include "view/name.h"
#include "view/text.h"
#include "wire.h"

static int present_name(void *arg, const struct list *l, const struct item *i, bool with_id, char out[256])
{
	(void) arg;
	return view_name_make(l, i, with_id, out);
}

static int present_render(void *arg, const struct list *l, const struct values *v, struct buf *out)
{
	(void) arg;
	return view_text_render(l, v, out);
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
	*app->present = (struct sync_present) { .name = present_name, .render = present_render };
	*app->hooks = (struct sync_hooks) { .event = on_event, .is_open = is_open, .recover = recover, .arg = app };
}
