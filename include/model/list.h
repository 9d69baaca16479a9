#ifndef MODEL_LIST_H
#define MODEL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/field.h"

struct buf;

/* Rights as bits of a permission mask ([MS-LISTSWS] R140). */
#define PERM_VIEW 0x1ull
#define PERM_ADD 0x2ull
#define PERM_EDIT 0x4ull
#define PERM_DELETE 0x8ull
#define PERM_FULL 0x7fffffffffffffffull

enum list_flag {
	LIST_HIDDEN = 1 << 0,
	LIST_ATTACHMENTS = 1 << 1,
	LIST_FOLDERS = 1 << 2,      /* EnableFolderCreation */
	LIST_EXTERNAL = 1 << 3,     /* HasExternalDataSource */
	LIST_EXCLUDED = 1 << 4,     /* ExcludeFromOfflineClient */
	LIST_CHECKOUT = 1 << 5,     /* RequireCheckout */
	LIST_MODERATED = 1 << 6,
	LIST_MINOR = 1 << 8,        /* EnableMinorVersion */
	LIST_FROZEN = 1 << 7,       /* not the server's: our configuration makes the list read-only */
	LIST_RAW_HTML = 1 << 9,     /* not the server's: our configuration shows formatted fields as HTML */
};

/* A list as the server describes it (List element, [MS-LISTSWS] 2.2.4.11 and .12). */
struct list {
	char *id;          /* owned; "{GUID}" upper case */
	char *title;       /* owned */
	char *description; /* owned, may be NULL */
	char *web_url;     /* owned; server-relative web, WebFullUrl; "" for the root web, NULL when not said */
	char *root_folder; /* owned; server-relative, no slash at the end; may be NULL in GetListCollection */
	char *view_url;    /* owned; DefaultViewUrl, server-relative; may be NULL */
	int template;      /* ServerTemplate */
	int base_type;     /* 1: a document library */
	int64_t version;   /* of the schema */
	int64_t item_count;
	int write_security; /* 1 all, 2 own items, 4 nobody */
	int max_throttled;  /* MaxItemsPerThrottledOperation, 0 when not said */
	unsigned flags;     /* enum list_flag */
	int bias;           /* RegionalSettings TimeZone: minutes, UTC = local + bias */
	char *server_version; /* owned; "16.0.0.6223" or NULL */
	char *format;      /* owned; not the server's: in what form its items are files, a word of view_format_is_name();
			    * NULL: in the list's own. Not packed: the store keeps it beside the description. */
	struct schema schema; /* empty in GetListCollection */
};

#define LIST_INIT { 0 }

void list_release(struct list *l);
static inline void list_release_p(struct list *l)
{
	list_release(l);
}

static inline bool list_is_library(const struct list *l)
{
	return l->base_type == 1;
}

/* Its folders are threads, and what is in them the posts. */
static inline bool list_is_discussion(const struct list *l)
{
	return l->template == 108;
}

/* Compares dotted version numbers by component; <0, 0, >0. NULL is lowest. */
int list_version_cmp(const char *a, const char *b);

/* Servers from this version on tell what has changed, and take changes ([MS-OUTSPS] 1.7). */
#define LIST_VERSION_MIN "12.0.0.4326"

/* Whether the server is older than that. */
bool list_is_old(const struct list *l);

/* To and from the form in the database. 0, -ENOMEM, -EFBIG (out's ceiling); unpack also -EUCLEAN,
 * then ret is untouched: damaged, or written by another version. */
MUST_CHECK int list_pack(const struct list *l, struct buf *out);
MUST_CHECK int list_unpack(const void *p, size_t n, struct list *ret);

/* The same; the columns as schema_recall(). */
MUST_CHECK int list_recall(const void *p, size_t n, struct schema_memory *m, struct list *ret);

/* "FullMask" or "ViewListItems, AddListItems, ..." -> mask; unknown names are ignored.
 * The text of the listitems element ([MS-LISTSWS] 3.1.4.22.2.2). NULL, not sent, is PERM_FULL:
 * nothing is known to be forbidden. */
uint64_t list_perm_parse(const char *text);

#endif
