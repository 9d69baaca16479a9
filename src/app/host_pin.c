#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/node.h"
#include "store/pin.h"
#include "sync/docs.h"

/* The control file `pinned`: what is to be here always. Written by `spfs pin`, which knows inodes. */

struct listing {
	struct app *app;
	struct buf *out;
};

enum { PATH_LEN = 65536, DEPTH = 4096 };

/* The path below the mount, from its end to its beginning. */
static int add_path(struct listing *l, int64_t ino)
{
	CLEANUP(str_free_p) char *path = strdup("");
	int r = path ? 0 : -ENOMEM;

	for (int depth = 0; r == 0 && ino != STORE_ROOT_INO && depth < DEPTH; depth++) {
		CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
		char *longer;

		r = store_node_get(l->app->store, ino, &n);
		if (r < 0 || !n.name)
			return r == -ENOENT || r == 0 ? 0 : r; /* it has no name any more */
		longer = str_printf("%s%s%s", n.name, *path ? "/" : "", path);
		free(path);
		path = longer;
		r = path ? 0 : -ENOMEM;
		ino = n.parent;
	}
	return r < 0 ? r : buf_addf(l->out, "%s\n", *path ? path : ".");
}

static int add_each(void *arg, int64_t ino)
{
	return add_path(arg, ino);
}

int host_pinned_read(struct app *app, int64_t list, struct buf *out)
{
	struct listing l = { app, out };

	(void) list;
	return store_pin_each(app->store, add_each, &l);
}

int host_pinned_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err)
{
	CLEANUP(str_free_p) char *copy = strndup(text, n);
	char *number = copy ? strchr(copy, ' ') : NULL;
	bool pin = copy && str_starts(copy, "pin ");
	int64_t ino;
	int r;

	(void) list;
	if (!copy)
		return -ENOMEM;
	if ((!pin && !str_starts(copy, "unpin ")) || str_to_i64(number, &ino) < 0)
		return err_set(err, -EINVAL, "pinned takes \"pin INODE\" or \"unpin INODE\"; `spfs pin PATH` writes that");
	r = sync_pin(app->sync, ino, pin);
	if (r == -ENOENT)
		return err_set(err, r, pin ? "there is no such file" : "that was not pinned itself");
	return r < 0 ? err_set(err, r, "%s", err_text(NULL, r)) : 0;
}
