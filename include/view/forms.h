#ifndef VIEW_FORMS_H
#define VIEW_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/item.h"
#include "model/list.h"
#include "view/format.h"

struct buf;
struct store;

/*
 * Items as files, with all that a file is made of besides the item's own row: exceptions of a series, posts that
 * a post answers, the UID and the lines that a tool gave it. view/format.h is the pure part; here is what the
 * store knows for it. Thread-safe; inside a transaction it sees the transaction.
 */
struct view_forms;

/* Reads the system's time zones. st is foreign. 0, -ENOMEM. */
MUST_CHECK int view_forms_new(struct store *st, struct view_forms **ret);
struct view_forms *view_forms_free(struct view_forms *f);

/* The form in which the items of the list are files now: the list's own or as configured. Never NULL. */
const struct view_format *view_form(const struct list *l);

/* Whether a file of the list is made of its item's row and form alone, and of no other items. */
bool view_forms_is_alone(const struct list *l);

/* Which list it is about. All foreign. */
struct view_forms_list {
	int64_t id;       /* in the store */
	const char *site; /* the web's URL */
	const struct list *info;
};

/* What a file is made of besides its item. */
struct view_parts {
	struct item *item;      /* owned; exceptions and deleted instances; of a post: those that it answers, root first;
				 * of a task: the one that it is a part of */
	int64_t *id;            /* owned; their local ids */
	const struct item **at; /* owned; &item[0], ... */
	size_t n;
	char *extras;           /* owned; NULL: none */
};

/* An item as somebody saw it. */
struct view_seen {
	int64_t id;       /* local; 0: a new one, of which item is empty */
	struct item item; /* owned */
	struct view_parts parts;
};

#define VIEW_SEEN_INIT { .item = ITEM_INIT }

void view_seen_release(struct view_seen *s);
static inline void view_seen_release_p(struct view_seen *s)
{
	view_seen_release(s);
}

/* As it stands now; takes the contents of item. 0, -ENOMEM, -EIO, -EUCLEAN. */
MUST_CHECK int view_forms_see(struct view_forms *f, const struct view_forms_list *l, int64_t id, struct item *item,
			      struct view_seen *ret);

/* What a new file in the directory of that folder item (0: the list's own) is read against: in a thread the posts
 * that it answers. */
MUST_CHECK int view_forms_see_new(struct view_forms *f, const struct view_forms_list *l, int64_t folder,
				  struct view_seen *ret);

/* Adds the file of an item, or of one as it was seen. 0, -ENOMEM, -EFBIG, -EIO, -EUCLEAN. */
MUST_CHECK int view_forms_render(struct view_forms *f, const struct view_forms_list *l, int64_t id,
				 const struct item *item, struct buf *out);
MUST_CHECK int view_forms_render_seen(struct view_forms *f, const struct view_forms_list *l, const struct view_seen *s,
				      struct buf *out);

/* Reads a file against what its writer saw; the operations point into s. As view_format.parse; title: of a new item. A
 * new post of a discussion gets a ThreadIndex. */
MUST_CHECK int view_forms_parse(struct view_forms *f, const struct view_forms_list *l, const struct view_seen *s,
				const struct view_known *known, const char *title, const char *text, size_t n,
				struct view_changes *ret, struct err *err);

#endif
