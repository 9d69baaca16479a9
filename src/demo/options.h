#ifndef DEMO_OPTIONS_H
#define DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "ftype.h"

struct call;
struct field;
struct list;
struct xml;

/* Which items a query looks at, by folder ([MS-LISTSWS] 2.2.5.4). */
enum scope { SCOPE_FOLDER, SCOPE_FILES_ONLY, SCOPE_RECURSIVE, SCOPE_RECURSIVE_ALL };

/* Which instances of a meeting; without cookies, which no answer here sets, MEETING_ALL is usual (MS-LISTSWS_R1261). */
#define MEETING_NEXT (-3)       /* the first that is to come */
#define MEETING_WITH_SERIES (-2)
#define MEETING_ALL (-1)        /* all, but not the series */

/* QueryOptions, [MS-LISTSWS] 2.2.4.4. Strings are foreign. */
struct options {
	struct outlook look; /* DateInUtc, ExpandUserField, RecurrencePatternXMLVersion */
	bool mandatory;
	bool permissions;
	bool attachment_urls;
	bool attachment_versions;
	bool recurrence_order;
	bool strip_invalid;
	int64_t meeting;       /* MeetingInstanceID: MEETING_..., 0: the series, or an instance's number */
	enum scope scope;
	const char *folder;    /* "": the list's root */
	const char *position;  /* ListItemCollectionPositionNext; NULL: from the start */
	const char *extra_ids; /* NULL: none */
};

/* The columns an answer shows. */
struct column {
	const struct field *field;
	const char *property; /* MetaInfo only: this property alone; foreign; NULL: all */
};

struct columns {
	struct column *c; /* owned */
	size_t n, cap;
	bool properties; /* MetaInfo as ows_MetaInfo_name */
	bool meta_info;  /* MetaInfo was asked for */
	bool all;        /* an empty ViewFields */
	bool linked;     /* a column that links to the item is among them */
};

/*
 * Reads the parameter queryOptions. sync: the defaults of
 * GetListItemChangesSinceToken when it is missing (MS-LISTSWS_R679).
 */
void options_read(const struct call *c, bool sync, struct options *ret);

/*
 * Reads viewFields: what is not in the list is ignored (MS-LISTSWS_R2130).
 * Without it, the columns of the default view. 0 or -ENOMEM.
 */
MUST_CHECK int columns_read(const struct call *c, const struct list *l, struct columns *ret);

/* Every column of the list, in its order. 0 or -ENOMEM. */
MUST_CHECK int columns_all(const struct list *l, struct columns *ret);

/* The columns of a view: names with blanks between them. 0 or -ENOMEM. */
MUST_CHECK int columns_of_view(const struct list *l, const char *names, struct columns *ret);

bool columns_have(const struct columns *c, const char *name);
void columns_release(struct columns *c);

static inline void columns_release_p(struct columns *c)
{
	columns_release(c);
}

#endif
