#include "tree_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/item.h"
#include "store/store.h"
#include "view/name.h"

/* ERRORS: a paragraph for each entry of a directory that needs the user. */
struct report {
	struct view_tree *t;
	const struct view_list *list;
	int64_t dir;
	struct buf *out;
	int64_t latest; /* ns */
	int entries;
};

/* A thousand refused changes have one cause; whoever reads that many paragraphs reads none. */
enum { ENTRIES_MAX = 1000 };

static void add_time(struct buf *out, int64_t seconds)
{
	time_t t = (time_t) seconds;
	struct tm tm;
	char s[32];

	if (localtime_r(&t, &tm) && strftime(s, sizeof(s), "%Y-%m-%d %H:%M:%S", &tm))
		buf_adds(out, s);
}

static void begin(struct report *rep, const char *name, int64_t when)
{
	buf_addf(rep->out, "%sFile:   %s\nWhen:   ", rep->entries++ ? "\n" : "", name);
	add_time(rep->out, when / 1000000000);
	buf_adds(rep->out, "\nWhat:   ");
	if (when > rep->latest)
		rep->latest = when;
}

/* What the server has of it. */
static void add_server(struct report *rep, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;

	if (item && store_item_get(rep->t->store, item, &i) == 0 && i.item.id) {
		buf_adds(rep->out, "the server still has the version of ");
		add_time(rep->out, i.item.modified);
	} else {
		buf_adds(rep->out, "the server has nothing of it");
	}
}

static int report_node(void *arg, const struct store_node *n)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	struct report *rep = arg;
	bool kept;

	if (n->parent != rep->dir || !n->name || !n->error)
		return 0;
	kept = store_text_get(rep->t->store, n->ino, NULL, &text) == 0;
	begin(rep, n->name, kept ? text.since : n->ctime);
	buf_addf(rep->out, "not saved to SharePoint: %s\nNow:    %s", n->error,
		 kept ? "your text is kept in the file; " : "");
	add_server(rep, n->item);
	buf_adds(rep->out, "\nDo:     correct it and save");
	if (n->item && kept && n->parent == rep->list->root)
		buf_addf(rep->out, ", or run:  rm .spfs/drafts/\"%s\"  to go back to the server's version\n", n->name);
	else if (n->item)
		buf_addf(rep->out,
			 ", or run:  setfattr -n user.spfs.revert \"%s\"  to go back to the "
			 "server's version\n",
			 n->name);
	else
		buf_adds(rep->out, ", or remove the file\n");
	return rep->entries >= ENTRIES_MAX ? 1 : buf_error(rep->out);
}

/* ---- files that never leave this machine, and do not look as if that were meant ---- */

static int report_scratch(struct report *rep, int64_t ino, int64_t when)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(rep->t->store, ino, &n);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (n.parent != rep->dir || n.kind != STORE_NODE_SCRATCH || !n.name ||
	    view_slot_name(&rep->list->info, n.name) != VIEW_SLOT_NAME_OTHER ||
	    view_name_may_be_temporary(n.name) || view_name_is_vdir_file(&rep->list->info, n.name))
		return 0;
	begin(rep, n.name, when);
	buf_addf(rep->out,
		 "this file is only on this computer: items of this list have names that end in %s\n"
		 "Now:    it is kept here and is not sent\n"
		 "Do:     rename it if it is to be an item, %smove it out of the list\n",
		 view_name_ext(&rep->list->info),
		 rep->list->info.flags & LIST_ATTACHMENTS ? "put it into Attachments/ITEM/ to attach it to an item, or " : "or ");
	return rep->entries >= ENTRIES_MAX ? 1 : buf_error(rep->out);
}

static int report_scratches(struct report *rep)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/scratch", store_dir(rep->t->store));
	struct dirent *e;
	DIR *d;
	int r = 0;

	if (!path)
		return -ENOMEM;
	d = opendir(path);
	if (!d)
		return 0; /* no scratch file was ever made */
	while (r == 0 && (e = readdir(d))) {
		struct stat st;
		int64_t ino;

		if (str_to_i64(e->d_name, &ino) == 0 && fstatat(dirfd(d), e->d_name, &st, 0) == 0)
			r = report_scratch(rep, ino, st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec);
	}
	closedir(d);
	return r;
}

int view_tree_errors(struct view_tree *t, int64_t dir, struct buf *out, int64_t *ret_mtime)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct report rep = { .t = t, .dir = dir, .out = out };
	struct view_attr a;
	int r = view_tree_attr(t, dir, &a);

	if (r < 0)
		return r;
	if (a.kind != STORE_NODE_LIST && a.kind != STORE_NODE_FOLDER)
		return -ENODATA;
	r = view_tree_list(t, a.list, &l);
	if (r < 0)
		return r;
	if (l->library)
		return -ENODATA;
	rep.list = l;
	r = store_node_errors(t->store, a.list, report_node, &rep);
	if (r == 0)
		r = report_scratches(&rep);
	if (r < 0)
		return r;
	if (!rep.entries)
		return -ENODATA;
	*ret_mtime = rep.latest;
	return buf_error(out);
}
