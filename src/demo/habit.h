#ifndef DEMO_HABIT_H
#define DEMO_HABIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * What servers do differently, or nobody knows for certain; a test sets one
 * with the command "habit NAME=VALUE". spfs-demo(1) lists them.
 */
struct habits {
	/* lists */
	bool delete_version;     /* Delete with another owshiddenversion is a conflict */
	bool attachment_version; /* an attachment that comes, changes or goes counts owshiddenversion up */
	bool attachment_urls;    /* a row names an item's attachments when that is asked for; else 0 or 1 is all it says */
	bool read_only;          /* a column that nobody can set refuses the method, instead of being passed over */
	bool folder_flag;        /* without EnableFolderCreation no folder is made */
	bool new_token;          /* an answer without changes has a token of its own, not the one that was sent */
	bool invalid_list;       /* an answer to an invalid token has the List, too */
	/* documents */
	bool range;           /* GET honours Range */
	bool put_etag;        /* the answer to PUT names the new ETag */
	bool if_match;        /* PUT and DELETE look at If-Match */
	bool if_none_match;   /* PUT looks at If-None-Match: * */
	bool not_modified;    /* GET looks at If-None-Match: 304 */
	bool delete_missing;  /* DELETE of what is not there is 204, not 404 */
	bool depth1_file;     /* PROPFIND Depth 1 of a document is answered, not 404 */
	bool chunked;         /* PUT without a length is taken, not 411 */
	bool raw_href;        /* hrefs are not percent-encoded beyond ASCII */
	bool recycle;         /* DELETE is to the recycle bin */
	bool move_keeps_id;   /* MOVE into another library keeps the UniqueId */
	bool move_version;    /* MOVE makes a version */
	bool lock_new;        /* LOCK of what is not there makes an empty document */
	bool lock_401;        /* somebody else's document is 401 with the code, not 423 */
	int64_t promote;      /* 0: off; 1: documents are rewritten with the PUT; 2: in a version of its own */
	int64_t no_checkout;  /* status for what wants a check-out first: 423, 403, 409 */
	int64_t max_file;     /* bytes of a document */
	int64_t quota;        /* bytes of all documents; 0: none */
	char href_host[128];  /* hrefs have this host; "": as the client called us */
	char blocked[1024];   /* extensions, blanks between */
	char virus[128];      /* what documents with this in their name are infected with; "": none is */
};

void habits_init(struct habits *h, int version);

/* 0 or -EINVAL: no such habit, or the value is none of it. */
MUST_CHECK int habits_set(struct habits *h, const char *name, const char *value);

/* Is that extension, without its dot, blocked? */
bool habits_block(const struct habits *h, const char *extension);

#endif
