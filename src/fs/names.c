#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "announce.h"
#include "attr.h"
#include "base/buf.h"
#include "base/uri.h"
#include "control.h"
#include "errors.h"
#include "file.h"
#include "post.h"
#include "rows.h"
#include "scratch.h"
#include "sync/submit.h"
#include "view/name.h"
#include "work.h"

/* ---- lookup ---------------------------------------------------------------------- */

/*
 * That a name is missing may be remembered where it hardly ever appears by itself: file
 * managers ask for .Trash and .hidden again and again. In an item directory it may appear with every
 * save of an editor.
 */
static void missing(struct fs *f, int64_t parent, struct entry *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct view_attr dir;
	bool keep = parent == STORE_ROOT_INO;

	if (!keep && view_tree_attr(f->tree, parent, &dir) == 0 &&
	    view_tree_list(f->tree, dir.list, &l) == 0)
		keep = l->library;
	*ret = (struct entry) { .entry_timeout = keep ? STATE_TIMEOUT : 0 };
}

/* What the directory of a calendar is called, and where it is: for programs that read vdirs. */
static int vdir_text(const struct view_list *l, const char *name, struct buf *out)
{
	struct uri site;
	int r;

	if (strcmp(name, "displayname") == 0)
		return buf_adds(out, l->info.title);
	r = uri_parse(l->site, &site);
	if (r < 0)
		return r;
	uri_origin(&site, out);
	uri_release(&site);
	uri_encode_path(out, l->info.root_folder ? l->info.root_folder : "");
	return buf_error(out);
}

/*
 * displayname and description of a calendar or address book: files that are only local and the user's to change, made
 * when somebody first asks for them (presentation 4.1). -ENOENT: not here.
 */
static int make_vdir_file(struct fs *f, int64_t parent, const char *name, struct view_attr *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 16);
	struct view_attr dir;
	int64_t ino;
	int r;

	if ((strcmp(name, "displayname") != 0 && strcmp(name, "description") != 0) || f->config.read_only ||
	    view_tree_attr(f->tree, parent, &dir) < 0 || dir.kind != STORE_NODE_LIST ||
	    view_tree_list(f->tree, dir.list, &l) < 0 || !l->info.schema.n || !view_name_is_vdir(&l->info))
		return -ENOENT;
	r = vdir_text(l, name, &text);
	if (r == 0)
		r = sync_submit_make(f->sync, parent, name, STORE_NODE_SCRATCH, 0644, NULL, &ino);
	if (r == 0)
		r = scratch_replace(f, ino, text.p, text.len);
	if (r == 0)
		state_touched(f, parent);
	return r < 0 && r != -EEXIST ? -ENOENT : view_tree_lookup(f->tree, parent, name, ret);
}

/* Attachments, and in it the directories of items without any: there when somebody asks for them. */
static int make_attachments(struct fs *f, int64_t parent, const char *name, struct view_attr *ret)
{
	struct view_attr dir;
	int64_t ino;
	int r;

	if (f->config.read_only || view_tree_attr(f->tree, parent, &dir) < 0)
		return -ENOENT;
	if (dir.kind == STORE_NODE_ATTACHMENTS ? dir.item != 0 : strcmp(name, "Attachments") != 0 ||
	    (dir.kind != STORE_NODE_LIST && dir.kind != STORE_NODE_FOLDER))
		return -ENOENT;
	r = sync_submit_attachments(f->sync, parent, name, &ino);
	return r < 0 ? -ENOENT : view_tree_attr(f->tree, ino, ret);
}

int names_lookup(struct fs *f, const struct caller *c, int64_t parent, const char *name, struct entry *ret)
{
	struct view_attr a;
	int r;

	/* The kernel lets FUSE have up to 1,024 bytes, and looks up what is to be made, too. */
	if (strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	if (control_owns(f, parent, name))
		return control_lookup(f, parent, name, ret);
	if (announce_is_ours(f, c) && (r = announce_lookup(f, parent, name, ret)) != -ENOSYS)
		return r;
	r = view_tree_lookup(f->tree, parent, name, &a);
	if (r == -ENOENT)
		r = make_vdir_file(f, parent, name, &a);
	if (r == -ENOENT)
		r = make_attachments(f, parent, name, &a);
	if (r == -ENOENT && strcmp(name, ERRORS_NAME) == 0)
		r = errors_lookup(f, parent, ret);
	else if (r == -ENOENT)
		r = post_lookup(f, parent, name, ret);
	else if (r == 0)
		attr_entry(f, &a, ret);
	if (r == -ENOENT) {
		missing(f, parent, ret);
		r = 0;
	}
	return r;
}

/* The entry of a node that was just made. */
static int entry_of(struct fs *f, int64_t parent, int64_t ino, struct entry *ret)
{
	struct view_attr a;
	int r = view_tree_attr(f->tree, ino, &a);

	state_touched(f, parent);
	if (r == 0)
		attr_entry_once(f, &a, ret);
	return r == -ENOENT ? -ESTALE : r;
}

/* ---- new files --------------------------------------------------------------------- */

enum { MAKE_EXCL = 1, MAKE_OPEN = 2 /* its writer has it open */ };

static int make_local(struct fs *f, int64_t parent, const char *name, enum store_node_kind kind, int mode, int how,
		      int64_t *ret_ino)
{
	int r = how & MAKE_OPEN ? sync_submit_make_open(f->sync, parent, name, kind, mode, ret_ino)
				: sync_submit_make(f->sync, parent, name, kind, mode, NULL, ret_ino);

	/* A power cut may have taken a number back that a file of scratch/ has. Who opens it empties that. */
	if (r == 0 && kind == STORE_NODE_SCRATCH && !(how & MAKE_OPEN))
		scratch_remove(f, *ret_ino);
	return r;
}

/* One attempt; *ret_ino 0: what stands there is to be opened. */
static int make_file(struct fs *f, int64_t parent, const char *name, mode_t mode, int how, int64_t *ret_ino)
{
	struct view_found at;
	struct view_slot_do d;
	int r = view_tree_slot(f->tree, parent, name, &at);

	if (r < 0)
		return r;
	d = view_slot_create(&at.slot, how & MAKE_EXCL);
	switch (d.action) {
	case VIEW_SLOT_OPEN:
		*ret_ino = at.node.ino;
		return 1;
	case VIEW_SLOT_BIND:
		return sync_submit_bind(f->sync, parent, name, at.item, ret_ino);
	case VIEW_SLOT_MAKE_DRAFT:
		return make_local(f, parent, name, STORE_NODE_DRAFT, 0644, how, ret_ino);
	case VIEW_SLOT_MAKE_DOCUMENT:
		return sync_submit_document(f->sync, parent, name, how & MAKE_OPEN, work_hold_ms(name), ret_ino);
	case VIEW_SLOT_MAKE_SCRATCH:
		return make_local(f, parent, name, STORE_NODE_SCRATCH, mode & 0777, how, ret_ino);
	default:
		return d.error;
	}
}

/* 0: made; 1: it was there. */
static int make(struct fs *f, int64_t parent, const char *name, mode_t mode, int how, int64_t *ret_ino)
{
	int r = -ESTALE;

	if (control_owns(f, parent, name))
		return -EPERM;
	if (post_owns(f, parent, name))
		return -EEXIST;
	for (int i = 0; i < NAMES_TRIES && (r == -ESTALE || (r == -EEXIST && !(how & MAKE_EXCL))); i++)
		r = make_file(f, parent, name, mode, how, ret_ino);
	return r == -ESTALE ? -EBUSY : r;
}

int names_create(struct fs *f, const struct caller *c, int64_t parent, const char *name,
		 mode_t mode, int flags, struct entry *ret, struct handle **ret_h)
{
	struct file_open o = { 0 };
	struct view_attr a;
	int64_t ino;
	int r = make(f, parent, name, mode, MAKE_OPEN | (flags & O_EXCL ? MAKE_EXCL : 0), &ino);

	if (r < 0)
		return r;
	if (r == 0) {
		r = file_open_new(f, c, ino, flags, &a, ret_h);
		state_touched(f, parent);
		if (r < 0)
			return r;
		(*ret_h)->made = sync_submit_mark(f->sync);
		attr_entry_once(f, &a, ret);
		return 0;
	}
	r = file_open(f, c, ino, flags, &o);
	if (r == 0) {
		r = entry_of(f, parent, ino, ret);
		if (r < 0)
			file_release(f, o.handle);
		else
			*ret_h = o.handle;
	}
	return r;
}

int names_mknod(struct fs *f, const struct caller *c, int64_t parent, const char *name, mode_t mode,
		struct entry *ret)
{
	int64_t ino;
	int r;

	if (announce_is_ours(f, c))
		return announce_made(f, parent, name, ret);
	if (mode & S_IFMT && !S_ISREG(mode))
		return -EPERM;
	r = make(f, parent, name, mode, MAKE_EXCL, &ino);
	return r < 0 ? r : entry_of(f, parent, ino, ret);
}

/* ---- new directories and symlinks ----------------------------------------------------- */

static int make_dir(struct fs *f, int64_t parent, const char *name, mode_t mode, int64_t *ret_ino)
{
	struct view_found at;
	struct view_slot_do d;
	int r = view_tree_slot(f->tree, parent, name, &at);

	if (r < 0)
		return r;
	d = view_slot_mkdir(&at.slot);
	if (d.action == VIEW_SLOT_MAKE_FOLDER)
		return sync_submit_folder(f->sync, parent, name, ret_ino);
	if (d.action == VIEW_SLOT_MAKE_DIR)
		return sync_submit_make(f->sync, parent, name, STORE_NODE_SCRATCH_DIR, mode & 0777,
					NULL, ret_ino);
	return d.error;
}

int names_mkdir(struct fs *f, const struct caller *c, int64_t parent, const char *name, mode_t mode,
		struct entry *ret)
{
	int64_t ino;
	int r = -ESTALE;

	if (control_owns(f, parent, name))
		return -EPERM;
	if (announce_is_ours(f, c))
		return announce_made(f, parent, name, ret);
	for (int i = 0; i < NAMES_TRIES && r == -ESTALE; i++)
		r = make_dir(f, parent, name, mode, &ino);
	if (r == 0)
		r = entry_of(f, parent, ino, ret);
	return r == -ESTALE ? -EBUSY : r;
}

int names_symlink(struct fs *f, const char *target, int64_t parent, const char *name, struct entry *ret)
{
	struct view_found at;
	struct view_slot_do d;
	int64_t ino;
	int r;

	if (control_owns(f, parent, name))
		return -EPERM;
	r = view_tree_slot(f->tree, parent, name, &at);
	if (r < 0)
		return r;
	d = view_slot_symlink(&at.slot);
	if (d.action == VIEW_SLOT_REFUSE)
		return d.error;
	r = sync_submit_make(f->sync, parent, name, STORE_NODE_SYMLINK, 0777, target, &ino);
	if (r == 0)
		r = entry_of(f, parent, ino, ret);
	return r == -ESTALE ? -EEXIST : r;
}

int names_readlink(struct fs *f, int64_t ino, struct buf *out)
{
	int r = view_tree_target(f->tree, ino, out);

	return r == -ENOENT ? -ESTALE : r;
}

/* ---- removing -------------------------------------------------------------------------- */

/* ERRORS goes with its last entry, not by rm. */
static int reserved_error(struct fs *f, int64_t parent, const struct view_found *at,
			  const char *name, int error)
{
	struct entry e;

	if (!at->node.ino && strcmp(name, ERRORS_NAME) == 0 && errors_lookup(f, parent, &e) == 0)
		return -EPERM;
	return error;
}

static int unlink_once(struct fs *f, int64_t parent, const char *name)
{
	struct view_found at;
	struct view_slot_do d;
	struct rows_going going;
	int r = view_tree_slot(f->tree, parent, name, &at);

	if (r < 0)
		return r;
	d = view_slot_unlink(&at.slot);
	if (d.action == VIEW_SLOT_REFUSE)
		return reserved_error(f, parent, &at, name, d.error);
	rows_begin(f, &at.node, &going);
	r = sync_submit_unlink(f->sync, at.node.ino);
	rows_end(f, &going, r);
	return r;
}

static int rmdir_once(struct fs *f, int64_t parent, const char *name)
{
	struct view_found at;
	struct view_slot_do d;
	int r = view_tree_slot(f->tree, parent, name, &at);

	if (r < 0)
		return r;
	d = view_slot_rmdir(&at.slot);
	return d.action == VIEW_SLOT_REFUSE ? d.error : sync_submit_rmdir(f->sync, at.node.ino);
}

static int removed(struct fs *f, const struct caller *c, int64_t parent, const char *name,
		   int (*once)(struct fs *f, int64_t parent, const char *name))
{
	int r = -ESTALE;

	if (announce_is_ours(f, c))
		return 0; /* it is gone already */
	for (int i = 0; i < NAMES_TRIES && r == -ESTALE; i++)
		r = once(f, parent, name);
	if (r == 0)
		state_touched(f, parent);
	return r == -ESTALE ? -EBUSY : r;
}

int names_unlink(struct fs *f, const struct caller *c, int64_t parent, const char *name)
{
	if (control_owns(f, parent, name))
		return control_unlink(f, c, parent, name);
	/* It is its directory, and goes with that. */
	if (!announce_is_ours(f, c) && post_owns(f, parent, name))
		return -EPERM;
	return removed(f, c, parent, name, unlink_once);
}

int names_rmdir(struct fs *f, const struct caller *c, int64_t parent, const char *name)
{
	if (control_owns(f, parent, name))
		return -EPERM;
	return removed(f, c, parent, name, rmdir_once);
}
