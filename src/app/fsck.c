#include "fsck.h"

#include <errno.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/fsck.h"
#include "store/store.h"
#include "app.h"
#include "rescue.h"

static void say(void *arg, bool problem, const char *text)
{
	struct buf *out = arg;

	buf_addf(out, "%s%s\n", problem ? "problem: " : "repaired: ", text);
}

static int export(struct store *s, const char *to, struct buf *out, struct err *err)
{
	CLEANUP(str_free_p) char *scratch = str_printf("%s/scratch", store_dir(s));
	struct rescue saved;
	int r = scratch ? rescue_unsent(s, scratch, to, NULL, &saved, err) : -ENOMEM;

	if (r < 0)
		return r;
	buf_addf(out, "saved: %" PRId64 " unsent changes, %" PRId64 " texts and %" PRId64 " local files in %s\n",
		 saved.changes, saved.texts, saved.files, to);
	if (saved.unreadable)
		buf_addf(out, "problem: %" PRId64 " entries could not be read\n", saved.unreadable);
	return buf_error(out);
}

int fsck_run(struct store *s, const char *to, struct buf *out, struct err *err)
{
	int r = to ? export(s, to, out, err) : 0;

	if (r == 0)
		r = store_fsck(s, say, out);
	if (r < 0)
		return err_add(err, r, "%s: %s", store_dir(s), err_text(NULL, r));
	if (r == 0)
		return buf_adds(out, "the database is in order\n");
	return err_set(err, -EUCLEAN, "%s: %d problem%s left", store_dir(s), r, r == 1 ? " is" : "s are");
}

int fsck_command(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	if (argc > 2)
		return err_set(err, -EINVAL, "fsck [DIRECTORY]");
	return fsck_run(app->store, argc == 2 && *argv[1] ? argv[1] : NULL, out, err);
}
