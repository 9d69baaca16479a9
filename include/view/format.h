#ifndef VIEW_FORMAT_H
#define VIEW_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/change.h"
#include "model/item.h"
#include "model/list.h"
#include "view/text.h"
#include "view/zones.h"

struct buf;

/*
 * The forms in which items are files: item text (view/text.h), iCalendar events
 * and tasks, vCards, mail messages (presentation 4). Pure functions of their
 * arguments, of the process's time zone (TZ) and, for the GUIDs that a changed
 * series needs, of getrandom(2).
 *
 * What holds for each form and all values: the rendering parses; parsing it
 * against what it was made from gives no operation; so it does when a tool has
 * reordered and refolded it, written CRLF, and changed what only describes the
 * file (PRODID, SEQUENCE, DTSTAMP, LAST-MODIFIED, REV).
 *
 * A field whose property is not in the file any more is cleared; a column that
 * the file shows as X-SP-FIELD and that is not there any more is not changed.
 */

/*
 * The items that one file shows. In a calendar the exceptions and deleted
 * instances of a series (EventType 4 and 3) are in the file of their master and
 * have none of their own; everywhere else it is one item.
 */
struct view_series {
	const struct item *master;            /* foreign; NULL: a file that is no item yet */
	const struct item *const *exceptions; /* foreign; n items, in any order */
	size_t n;
};

/* A file: what it is rendered from, or read against. All foreign; what is not needed may be NULL. */
struct view_file {
	const struct list *list;
	struct view_series series; /* for reading: as the writer saw them */
	const char *host;          /* of the site's URL; part of UIDs and Message-IDs made from item IDs */
	const char *extras;        /* view_changes.extras of the last reading, which the caller keeps */
	const struct view_zones *zones;  /* calendars and tasks: not NULL */
	const struct item *const *above; /* discussions: the posts that this one answers, root first; n_above */
	size_t n_above;
	const struct item *parent; /* tasks: the one that this is a part of */
	/* for reading only: */
	const struct view_known *known;
	const char *new_title; /* as in view_edit; NULL: not a new item */
	int64_t now;           /* seconds since 1970: when a task was completed that does not say so */
};

/* What has to be done to one item. */
struct view_op {
	enum change_op op;       /* CHANGE_NEW, CHANGE_UPDATE or CHANGE_DELETE */
	const struct item *item; /* foreign: of view_file.series; NULL for CHANGE_NEW */
	bool instance;           /* a NEW one belongs to the series: where the master has no ID yet, its
				  * MasterSeriesItemID is missing and must be filled in once it has */
	struct values fields;    /* owned; wire values, "" clears; property-bag entries as "MetaInfo_NAME" */
};

struct view_changes {
	struct view_op *op; /* owned; in the order in which they are to be sent */
	size_t n;
	size_t cap;
	char *extras;   /* owned; the lines for which SharePoint has no place; NULL: none */
	char *uid;      /* owned; the UID in the file; NULL: it has none, or the form has no UIDs */
	char *replication_id; /* owned; NEW: a "{GUID}" that is the UID, to be the item's ReplicationID; else NULL.
			       * A UID that is no GUID is in the operation as "MetaInfo_SpfsUid". */
	bool drops_instances; /* with the master's update the server deletes all exceptions and deleted instances, of which
			       * those that are in the file are made anew by the operations that follow */
	bool complete;  /* the file lists every column that it is made of: its bytes may stand as they are */
	int64_t reply_to; /* discussions, NEW: ID of the post that it answers; 0: the thread's root, or a new thread */
};

#define VIEW_CHANGES_INIT { 0 }

void view_changes_release(struct view_changes *c);
static inline void view_changes_release_p(struct view_changes *c)
{
	view_changes_release(c);
}

struct view_format {
	const char *name; /* as in the configuration: "text", "ics", "vcf", "eml" */
	const char *ext;  /* of the files, with its dot */
	bool series;      /* exceptions have no file of their own */

	/* Adds the file. 0, -ENOMEM, -EFBIG. */
	int (*render)(const struct view_file *f, struct buf *out);

	/*
	 * Reads a file and finds what it changes. 0; -EINVAL with err ("line 3: Location: ...", or the part of an RRULE
	 * that SharePoint has no place for); -EFBIG with err; -ENOMEM. ret is initialised by the caller and
	 * untouched on failure.
	 */
	int (*parse)(const struct view_file *f, const char *text, size_t n, struct view_changes *ret, struct err *err);
};

/*
 * The form of a list's items. config: what the list's configuration says: NULL or "" for the list's own (106 events,
 * 105 vCards, 108 messages, everything else text), "text" for text, "ics" for calendars of events and tasks (107,
 * 150, 171). Never NULL: what a list cannot be is as if it were not said.
 */
const struct view_format *view_format_of(const struct list *l, const char *config);

/* Whether it is a word for the configuration. */
bool view_format_is_name(const char *config);

/*
 * Adds the UID of an item: the one under which a tool created it (MetaInfo_SpfsUid), else its ReplicationID without
 * braces in lower case, else "<list GUID>.<ID>@<host>". Never the column UID, which changes with the recurrence
 * (MS-OUTSPS_R312).
 */
void view_format_uid(const struct list *l, const struct item *i, const char *host, struct buf *out);

/* Whether an item is shown by the file of another one: its ID (MasterSeriesItemID), else 0. One whose master is not
 * there has a file of its own (MS-OUTSPS_R813). */
int64_t view_format_master(const struct list *l, const struct item *i);

/* Whether it only says that an instance of a series is not there: without its master it has no file. */
bool view_format_is_deleted(const struct list *l, const struct item *i);

/* Sets in the fields of a new instance which series it is of. 0, -ENOMEM. */
MUST_CHECK int view_format_link(const struct list *l, const struct item *master, struct values *fields);

#endif
