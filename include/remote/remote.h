#ifndef REMOTE_REMOTE_H
#define REMOTE_REMOTE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/change.h"
#include "model/item.h"
#include "model/list.h"

/*
 * One site of a server as the sync engine sees it. Implemented by sp, and by
 * fakes in the tests. A struct remote belongs to one thread at a time; each
 * worker opens its own. Every call may block on the network until it is done,
 * fails, or *cancel becomes nonzero (checked at least once a second; NULL: never).
 *
 * Failures are classed by how far they reach, because that is what the engine
 * must decide on.
 */
enum remote_result {
	REMOTE_OK,
	REMOTE_CONFLICT,   /* the item changed there: merge with the row that came back, or pull */
	REMOTE_ITEM_GONE,  /* the item does not exist there */
	REMOTE_ITEM_BAD,   /* this change will never be accepted as it is: park it, go on */
	REMOTE_NOT_RUN,    /* this change was not tried (batch aborted, size refused): send it again alone or in less */
	REMOTE_LIST_BAD,   /* nothing in this list can succeed now (forbidden, broken): next list */
	REMOTE_LIST_GONE,  /* the list does not exist any more */
	REMOTE_TOKEN_GONE, /* the change token is not usable: read the list anew */
	REMOTE_SITE_BAD,   /* offline, throttled, broken answer: back off the whole site */
	REMOTE_LOST,       /* the request may or may not have been carried out: pull, then decide */
	REMOTE_AUTH,       /* login refused or needed: stop and say so */
	REMOTE_CANCELED,
};

struct remote;

/* What a call says beside its result. Zero it before the call. */
struct remote_fault {
	struct err err;       /* code and words for people */
	uint32_t server_code; /* 0x81020015 ...; 0 when the server named none */
	int http_status;      /* 0: no answer at all */
	int retry_after;      /* seconds the server asks for; 0: it did not */
};

enum remote_id_change {
	REMOTE_ID_DELETE, /* Delete and MoveAway ([MS-LISTSWS] 2.2.5.1) */
	REMOTE_ID_RESTORE,
	REMOTE_ID_RENAME,
	REMOTE_ID_SYSTEM_UPDATE,
};

/*
 * Receives an answer while it is parsed, so memory does not grow with its size.
 * The order within an answer is as the server sent it: list, ids, rows. Nothing
 * is known to be whole before the call returns REMOTE_OK: keep it aside till
 * then. A negative return ends the call with REMOTE_CANCELED and that errno.
 */
struct remote_sink {
	/* All that was received so far is void; it comes again (recovery of an
	 * answer that is not well-formed XML). */
	void (*restart)(void *arg);
	/* The list's description; only first pages and after a schema change. */
	int (*list)(void *arg, const struct list *l);
	int (*id)(void *arg, enum remote_id_change kind, int64_t id);
	/* The callee may take what it wants out of `row` (leave it releasable). */
	int (*row)(void *arg, struct item *row);
	/* The item is there, whether its row came or not; see remote_page.complete. */
	int (*present)(void *arg, int64_t id);
	void *arg; /* foreign */
};

/* One page of GetListItemChangesSinceToken. */
struct remote_pull {
	const char *list_id;         /* "{GUID}" */
	const struct schema *schema; /* whose fields are asked for; NULL: all fields */
	const char *token;           /* NULL: from the start */
	const char *position;        /* ListItemCollectionPositionNext of the page before; NULL: first page */
	const char *extra_ids;       /* "1,2,3" with a token only; NULL */
	int row_limit;               /* 0: none */
};

/* What the answer said around its rows. Release with remote_page_release(). */
struct remote_page {
	char *token;       /* owned; LastChangeToken, NULL when missing */
	char *position;    /* owned; next page, NULL: this was the last */
	char *perm_text;   /* owned; EffectivePermMask as sent, NULL when missing */
	char *alternate_urls; /* owned; AlternateUrls as sent, NULL when missing */
	bool more_changes;
	bool whole_restore; /* Restore without an id: drop all, read anew */
	bool complete;     /* a server that tells no deletions: present() named every item that there is */
	int min_minutes;    /* MinTimeBetweenSyncs, 0 */
	int recommended_seconds; /* RecommendedTimeBetweenSyncs, 0 */
	int bulk_megabytes; /* MaxBulkDocumentSyncSize, 0 */
	int64_t rows;
};

void remote_page_release(struct remote_page *p);
static inline void remote_page_release_p(struct remote_page *p)
{
	remote_page_release(p);
}

/* The fate of one change of a batch. Release with remote_outcome_release(). */
struct remote_outcome {
	enum remote_result result; /* OK, CONFLICT, ITEM_GONE, ITEM_BAD, NOT_RUN */
	uint32_t server_code;
	char *text;       /* owned; the server's words, NULL when none */
	bool has_row;
	struct item row;  /* valid when has_row: the item as the server has it now */
};

void remote_outcome_release(struct remote_outcome *o);

struct remote_ops {
	/* All lists of the site, hidden ones too; fn's negative return ends it. */
	enum remote_result (*lists)(struct remote *r, int (*fn)(void *arg, const struct list *l),
				    void *arg, const atomic_int *cancel, struct remote_fault *f);

	/* One list with its schema, by "{GUID}" or title. ret is initialised by the caller. */
	enum remote_result (*get_list)(struct remote *r, const char *name, struct list *ret,
				       const atomic_int *cancel, struct remote_fault *f);

	enum remote_result (*pull)(struct remote *r, const struct remote_pull *q,
				   const struct remote_sink *sink, struct remote_page *ret,
				   const atomic_int *cancel, struct remote_fault *f);

	/*
	 * One UpdateListItems with n changes (1..160) and OnError=Continue. On REMOTE_OK
	 * ret[0..n-1] are filled in the order of the changes; on another result none is,
	 * and either nothing was carried out or (REMOTE_LOST) that is not known.
	 */
	enum remote_result (*push)(struct remote *r, const char *list_id, const struct schema *schema,
				   const struct change *const changes[], size_t n,
				   struct remote_outcome ret[], const atomic_int *cancel,
				   struct remote_fault *f);

	struct remote *(*close)(struct remote *r);
};

struct remote_doc_ops;

struct remote {
	const struct remote_ops *ops;          /* foreign; immutable */
	const struct remote_doc_ops *docs;     /* foreign; immutable; remote/docs.h; NULL: rows only */
};

/* How the engine gets a remote: app joins sp to it, tests a fake. */
struct remote_factory {
	/* `site` is the web's URL, without a slash at the end. 0 or -errno with err filled. */
	int (*open)(void *arg, const char *site, struct remote **ret, struct err *err);
	/*
	 * The connection of `r` was lost; the caller closes it. True: the site has another address, at which the
	 * next open will try, so that what failed can be begun again at once. NULL: sites have one address.
	 */
	bool (*failed)(void *arg, struct remote *r);
	void *arg; /* foreign */
};

/* The word for a result, for logs and tests. Never NULL. */
const char *remote_result_name(enum remote_result r);

#endif
