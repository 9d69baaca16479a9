#ifndef SYNC_CONFLICT_H
#define SYNC_CONFLICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/values.h"

struct buf;

/*
 * What conflicts and refusals left behind, as files below the store's directory:
 *
 *	conflicts/LIST/STEM (conflict YYYY-MM-DD HH.MM.SS).EXT   the user's text
 *	conflicts/LIST/.FILE                what is known of it: this structure
 *	conflicts/LIST/FILE.merge           a text that is being merged by hand
 *	conflicts/LIST/.FILE.merge          the values it was begun from
 *
 * They need no database: they outlive one that is damaged, and a list that is removed. Nobody but the
 * user's own word takes one away. A file without the second one is an entry too: all that is known of it then
 * is its list and its text.
 */
enum sync_conflict_kind {
	SYNC_CONFLICT_EDIT,      /* both sides changed the same field; the server's value stands */
	SYNC_CONFLICT_GONE,      /* changed here, deleted on the server */
	SYNC_CONFLICT_DELETE,    /* deleted here, changed on the server: the item is there again */
	SYNC_CONFLICT_TAKEN,     /* taken back by the user before the server had it */
	SYNC_CONFLICT_ATTACHED,  /* a file whose item the user removed before the server had the file: no text of an item */
	SYNC_CONFLICT_RESCUED,   /* out of a database that is not used any more */
	SYNC_CONFLICT_UNKNOWN,
	SYNC_CONFLICT_KIND_COUNT
};

struct sync_conflict {
	enum sync_conflict_kind kind;
	char *list;          /* owned, and so are the next; the list's directory */
	char *file;          /* the entry's name in conflicts/LIST */
	char *name;          /* the name of the item's file */
	char *guid;          /* of the list on the server; NULL: not known, and so are the next */
	char *folder;        /* the server's path of the folder it was in; NULL: the list's root */
	char *why;           /* for people, one line */
	int64_t id;          /* the item's on the server; 0: it has none */
	int64_t when;        /* seconds since 1970 */
	bool is_folder;
	bool has_base;
	struct values base;  /* owned; what the text was made from */
};

#define SYNC_CONFLICT_INIT { .kind = SYNC_CONFLICT_UNKNOWN }

void sync_conflict_release(struct sync_conflict *c);
static inline void sync_conflict_release_p(struct sync_conflict *c)
{
	sync_conflict_release(c);
}

/* The word in the file and for programs: "edit", "gone", "delete", "taken back", "attachment", "rescued", "unknown". */
const char *sync_conflict_kind_name(enum sync_conflict_kind k);

/*
 * Writes an entry below `dir`, the store's, durably before it returns. c->file is not looked at: the name is made of
 * c->name and the time, with a number when it is taken, and goes to ret_path as "LIST/FILE". 0 or -errno.
 */
MUST_CHECK int sync_conflict_keep(const char *dir, const struct sync_conflict *c, const void *text, size_t n,
				  struct buf *ret_path);

/* The same with the bytes of a file of any size, which is durable and which nobody writes to any more; it stays. */
MUST_CHECK int sync_conflict_keep_file(const char *dir, const struct sync_conflict *c, const char *file,
				       struct buf *ret_path);

/* What is known of an entry. ret is initialised by the caller. -ENOENT: there is no such entry. */
MUST_CHECK int sync_conflict_load(const char *dir, const char *list, const char *file, struct sync_conflict *ret);

/* Takes an entry away, with all that belongs to it, and the list's directory with its last one. -ENOENT. */
MUST_CHECK int sync_conflict_remove(const char *dir, const char *list, const char *file);

/* Whether a name in conflicts/LIST is an entry, and not something that belongs to one. */
bool sync_conflict_is_entry(const char *name);

/* Fresh path of the entry's text, or of the text that is being merged. NULL: out of memory. */
char *sync_conflict_path(const char *dir, const char *list, const char *file, bool merge);

/* The values that a merge was begun from, beside its text. Durable. */
MUST_CHECK int sync_conflict_put_start(const char *dir, const char *list, const char *file, const struct values *v);
/* ret is empty. -ENOENT: none was begun. */
MUST_CHECK int sync_conflict_get_start(const char *dir, const char *list, const char *file, struct values *ret);

#endif
