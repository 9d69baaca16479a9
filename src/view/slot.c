/*
 * The rules of presentation 5.2, event by event. Each function first refuses what
 * holds for all (other lists, reserved names, kinds that do not fit), then looks at
 * the pair of what moves and where to. No rule here knows a program's name:
 * vim, emacs, sed and GLib differ in their order of operations only.
 */
#include "view/slot.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "view/name.h"

static struct view_slot_do act(enum view_slot_action a)
{
	return (struct view_slot_do) { a, 0 };
}

static struct view_slot_do refuse(int error)
{
	return (struct view_slot_do) { VIEW_SLOT_REFUSE, error };
}

/* ---- names and kinds --------------------------------------------------------- */

enum view_slot_name view_slot_name(const struct list *l, const char *name)
{
	if (str_starts(name, ".Trash"))
		return VIEW_SLOT_NAME_TRASH;
	if (!l)
		return VIEW_SLOT_NAME_OTHER;
	if (strcmp(name, ".spfs") == 0)
		return VIEW_SLOT_NAME_RESERVED;
	if (list_is_library(l))
		return view_name_is_temporary(name) ? VIEW_SLOT_NAME_TEMPORARY : VIEW_SLOT_NAME_OTHER;
	if (strcmp(name, "ERRORS") == 0 || strcmp(name, "Attachments") == 0)
		return VIEW_SLOT_NAME_RESERVED;
	if (view_name_is_item(l, name))
		return VIEW_SLOT_NAME_ITEM;
	return *name == '.' || view_name_is_temporary(name) ? VIEW_SLOT_NAME_TEMPORARY
							    : VIEW_SLOT_NAME_OTHER;
}

static bool is_dir(enum view_slot_what w)
{
	return w == VIEW_SLOT_LOCAL_DIR || w == VIEW_SLOT_FOLDER || w == VIEW_SLOT_LIST ||
	       w == VIEW_SLOT_ATTACHMENTS_DIR;
}

/* Whether readdir would show something there. */
static bool is_taken(enum view_slot_what w)
{
	return w != VIEW_SLOT_FREE && w != VIEW_SLOT_VACATED && w != VIEW_SLOT_GHOST;
}

/* A file of this name in this directory is an item, or would be. */
static bool is_item_slot(const struct view_slot *s)
{
	return s->dir == VIEW_SLOT_ITEMS && s->name == VIEW_SLOT_NAME_ITEM;
}

static bool has_documents(const struct view_slot *s)
{
	return s->dir == VIEW_SLOT_LIBRARY || s->dir == VIEW_SLOT_ATTACHED;
}

/* A file of this name in this directory is a document, or would be. */
static bool is_document_slot(const struct view_slot *s)
{
	return has_documents(s) && s->name == VIEW_SLOT_NAME_OTHER;
}

/* Files of this name stay on this machine. */
static bool is_local_slot(const struct view_slot *s)
{
	if (s->dir == VIEW_SLOT_LOCAL)
		return true;
	if (has_documents(s))
		return s->name == VIEW_SLOT_NAME_TEMPORARY;
	return s->dir == VIEW_SLOT_ITEMS && s->name != VIEW_SLOT_NAME_ITEM;
}

/* Whether nobody may make anything of that name: 0, or the error. */
static int name_error(const struct view_slot *s)
{
	if (s->name == VIEW_SLOT_NAME_TRASH || s->dir == VIEW_SLOT_ROOT || s->dir == VIEW_SLOT_ATTACHMENTS)
		return -EPERM;
	if (s->unknown && (is_item_slot(s) || is_document_slot(s)))
		return -EAGAIN; /* else it would be a draft that nobody ever looks at again */
	return s->name == VIEW_SLOT_NAME_RESERVED && s->dir != VIEW_SLOT_LOCAL ? -EPERM : 0;
}

/* ---- new entries ------------------------------------------------------------- */

struct view_slot_do view_slot_create(const struct view_slot *s, bool excl)
{
	if (is_taken(s->what) || s->what == VIEW_SLOT_GHOST) {
		if (excl)
			return refuse(-EEXIST);
		return is_dir(s->what) ? refuse(-EISDIR) : view_slot_write(s);
	}
	if (name_error(s))
		return refuse(name_error(s));
	if (is_local_slot(s))
		return act(VIEW_SLOT_MAKE_SCRATCH);
	if (s->what == VIEW_SLOT_VACATED)
		return act(VIEW_SLOT_BIND);
	return act(has_documents(s) ? VIEW_SLOT_MAKE_DOCUMENT : VIEW_SLOT_MAKE_DRAFT);
}

struct view_slot_do view_slot_mkdir(const struct view_slot *s)
{
	if (is_taken(s->what))
		return refuse(-EEXIST);
	if (name_error(s))
		return refuse(name_error(s));
	if (s->dir == VIEW_SLOT_LOCAL || s->name == VIEW_SLOT_NAME_TEMPORARY)
		return act(VIEW_SLOT_MAKE_DIR);
	return s->folders && s->dir != VIEW_SLOT_ATTACHED ? act(VIEW_SLOT_MAKE_FOLDER) : refuse(-EPERM);
}

struct view_slot_do view_slot_symlink(const struct view_slot *s)
{
	if (is_taken(s->what) || s->what == VIEW_SLOT_GHOST)
		return refuse(-EEXIST);
	if (name_error(s))
		return refuse(name_error(s));
	return is_local_slot(s) ? act(VIEW_SLOT_MAKE_SYMLINK) : refuse(-EPERM);
}

/* ---- what stands there ------------------------------------------------------- */

struct view_slot_do view_slot_write(const struct view_slot *s)
{
	switch (s->what) {
	case VIEW_SLOT_FREE:
	case VIEW_SLOT_VACATED:
		return refuse(-ENOENT);
	case VIEW_SLOT_GHOST:
	case VIEW_SLOT_ITEM:
	case VIEW_SLOT_DRAFT:
	case VIEW_SLOT_SCRATCH:
	case VIEW_SLOT_DOCUMENT:
		return act(VIEW_SLOT_OPEN);
	case VIEW_SLOT_SYMLINK:
		return refuse(-ELOOP);
	case VIEW_SLOT_LOCAL_DIR:
	case VIEW_SLOT_FOLDER:
	case VIEW_SLOT_LIST:
	case VIEW_SLOT_ATTACHMENTS_DIR:
	case VIEW_SLOT_WHAT_COUNT:
		break;
	}
	return refuse(-EISDIR);
}

struct view_slot_do view_slot_unlink(const struct view_slot *s)
{
	if (s->what == VIEW_SLOT_FREE || s->what == VIEW_SLOT_VACATED)
		return refuse(-ENOENT);
	if (is_dir(s->what))
		return refuse(-EISDIR);
	return act(VIEW_SLOT_REMOVE);
}

struct view_slot_do view_slot_rmdir(const struct view_slot *s)
{
	if (!is_taken(s->what))
		return refuse(s->what == VIEW_SLOT_GHOST ? -ENOTDIR : -ENOENT);
	if (!is_dir(s->what))
		return refuse(-ENOTDIR);
	if (s->what == VIEW_SLOT_LIST)
		return refuse(-EPERM);
	return act(VIEW_SLOT_REMOVE_DIR);
}

/* ---- rename ------------------------------------------------------------------ */

/* What no rename and no link may do: 0, or the error. */
static int pair_error(const struct view_slot *from, const struct view_slot *to)
{
	if (!is_taken(from->what) && from->what != VIEW_SLOT_GHOST)
		return -ENOENT;
	if (from->what == VIEW_SLOT_LIST || from->what == VIEW_SLOT_ATTACHMENTS_DIR)
		return -EPERM;
	if (name_error(to))
		return name_error(to);
	return from->list != to->list ? -EXDEV : 0;
}

static struct view_slot_do rename_folder(const struct view_slot *from, const struct view_slot *to)
{
	if (to->dir == VIEW_SLOT_LOCAL)
		return refuse(-EXDEV);
	if (from->dir == VIEW_SLOT_LIBRARY) {
		/* An empty folder gives way. */
		if (is_taken(to->what) && to->what != VIEW_SLOT_FOLDER)
			return refuse(-EEXIST);
		return to->name == VIEW_SLOT_NAME_TEMPORARY ? refuse(-EPERM) : act(VIEW_SLOT_MOVE);
	}
	if (from->parent != to->parent)
		return refuse(-EXDEV);
	if (is_taken(to->what))
		return refuse(-EEXIST);
	/* the server would call it something else, or it would have to become local */
	return to->name == VIEW_SLOT_NAME_TEMPORARY ? refuse(-EPERM) : act(VIEW_SLOT_RENAME_FOLDER);
}

static struct view_slot_do rename_item(const struct view_slot *from, const struct view_slot *to)
{
	if (to->item && to->item == from->item)
		return act(VIEW_SLOT_NOTHING);
	if (is_document_slot(to))
		return refuse(-EXDEV);
	if (!is_item_slot(to)) {
		/* A ghost is no file that could be moved away: the item keeps its own name. */
		return act(from->what == VIEW_SLOT_GHOST ? VIEW_SLOT_COPY : VIEW_SLOT_BACKUP);
	}
	if (from->parent != to->parent)
		return refuse(-EXDEV); /* Lists.asmx has no such operation */
	return act(to->what == VIEW_SLOT_ITEM ? VIEW_SLOT_SAVE : VIEW_SLOT_RETITLE);
}

static struct view_slot_do rename_document(const struct view_slot *from, const struct view_slot *to)
{
	/* It moved aside, and is put back. */
	if (to->item && to->item == from->item)
		return act(VIEW_SLOT_NOTHING);
	/* An attachment is its item's: mv(1) copies it to another one and removes it. */
	if (from->dir == VIEW_SLOT_ATTACHED && from->parent != to->parent)
		return refuse(-EXDEV);
	if (to->dir == VIEW_SLOT_ATTACHED && from->dir != to->dir)
		return refuse(-EXDEV);
	return act(is_document_slot(to) ? VIEW_SLOT_MOVE : VIEW_SLOT_BACKUP);
}

static struct view_slot_do rename_local(const struct view_slot *from, const struct view_slot *to)
{
	if (is_item_slot(to))
		return from->what == VIEW_SLOT_SYMLINK ? refuse(-EPERM) : act(VIEW_SLOT_SAVE);
	if (is_document_slot(to))
		return from->what == VIEW_SLOT_SYMLINK ? refuse(-EPERM) : act(VIEW_SLOT_SAVE_DOCUMENT);
	return act(from->what == VIEW_SLOT_SYMLINK ? VIEW_SLOT_MOVE_AS_IS : VIEW_SLOT_MOVE_SCRATCH);
}

static struct view_slot_do rename_local_dir(const struct view_slot *to)
{
	if (to->what == VIEW_SLOT_FOLDER)
		return refuse(-EEXIST);
	if (to->dir == VIEW_SLOT_LOCAL || to->name == VIEW_SLOT_NAME_TEMPORARY)
		return act(VIEW_SLOT_MOVE_AS_IS);
	/* The new name is one of the server's: mv(1) then makes the folder there and copies. */
	return refuse(-EXDEV);
}

/* From one library to another: the server does that for what it has, within a site. Else mv(1) copies and removes. */
static struct view_slot_do rename_across(const struct view_slot *from, const struct view_slot *to, bool noreplace)
{
	if (from->dir != VIEW_SLOT_LIBRARY || !is_document_slot(to) || to->dir != VIEW_SLOT_LIBRARY ||
	    (from->what != VIEW_SLOT_DOCUMENT && from->what != VIEW_SLOT_FOLDER))
		return refuse(-EXDEV);
	if (to->what == VIEW_SLOT_FREE)
		return act(VIEW_SLOT_MOVE_ACROSS);
	if (to->what != VIEW_SLOT_DOCUMENT || from->what != VIEW_SLOT_DOCUMENT)
		return refuse(-EXDEV);
	return noreplace ? refuse(-EEXIST) : act(VIEW_SLOT_MOVE_ACROSS);
}

struct view_slot_do view_slot_rename(const struct view_slot *from, const struct view_slot *to,
				     bool noreplace)
{
	int r = pair_error(from, to);

	if (r == -EXDEV)
		return rename_across(from, to, noreplace);
	if (r < 0)
		return refuse(r);
	if (is_taken(to->what)) {
		if (noreplace)
			return refuse(-EEXIST);
		if (is_dir(from->what) != is_dir(to->what))
			return refuse(is_dir(to->what) ? -EISDIR : -ENOTDIR);
	}
	if (from->what == VIEW_SLOT_FOLDER)
		return rename_folder(from, to);
	if (from->what == VIEW_SLOT_LOCAL_DIR)
		return rename_local_dir(to);
	if (from->what == VIEW_SLOT_DOCUMENT)
		return rename_document(from, to);
	if (from->what == VIEW_SLOT_ITEM || from->what == VIEW_SLOT_GHOST)
		return rename_item(from, to);
	return rename_local(from, to);
}

/* ---- link -------------------------------------------------------------------- */

struct view_slot_do view_slot_link(const struct view_slot *from, const struct view_slot *to)
{
	int r = pair_error(from, to);

	if (r < 0)
		return refuse(r);
	if (is_taken(to->what) || to->what == VIEW_SLOT_GHOST)
		return refuse(-EEXIST);
	if (is_dir(from->what) || from->what == VIEW_SLOT_SYMLINK)
		return refuse(-EPERM);
	if (is_item_slot(to))
		return from->what == VIEW_SLOT_SCRATCH ? act(VIEW_SLOT_SAVE) : refuse(-EPERM);
	if (is_document_slot(to))
		return from->what == VIEW_SLOT_SCRATCH ? act(VIEW_SLOT_SAVE_DOCUMENT) : refuse(-EPERM);
	return act(VIEW_SLOT_COPY);
}

/* ---- bytes onto an item's name ----------------------------------------------- */

struct view_slot_do view_slot_bytes(const struct view_slot *from, const struct view_slot *to,
				    enum view_slot_bytes bytes, bool link)
{
	bool item_behind = to->what == VIEW_SLOT_ITEM || to->what == VIEW_SLOT_VACATED ||
			   to->what == VIEW_SLOT_GHOST;

	switch (bytes) {
	case VIEW_SLOT_BYTES_VALID:
		return act(VIEW_SLOT_SAVE);
	case VIEW_SLOT_BYTES_INVALID:
		/* A draft that is not valid may be called something else and stay one. */
		return from->what == VIEW_SLOT_DRAFT && !item_behind ? act(VIEW_SLOT_MOVE_DRAFT)
								     : refuse(-EINVAL);
	case VIEW_SLOT_BYTES_EMPTY:
		break;
	}
	/* Nothing is never saved: the item shows again; of another item it must not take the place
	 * either. */
	if (from->what == VIEW_SLOT_ITEM || from->what == VIEW_SLOT_GHOST)
		return refuse(-EINVAL);
	if (item_behind)
		return act(VIEW_SLOT_SAVE);
	return act(link ? VIEW_SLOT_MAKE_DRAFT : VIEW_SLOT_MOVE_DRAFT);
}
