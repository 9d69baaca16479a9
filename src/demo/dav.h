#ifndef DEMO_DAV_H
#define DEMO_DAV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "edit.h"
#include "item.h"
#include "serve.h"

struct buf;
struct davlock;
struct list;

/*
 * Documents and folders by HTTP and WebDAV (RFC 9110, RFC 4918, [MS-WDV],
 * [MS-WDVSE]). One file a verb or a few; this is what they share. Everything
 * happens under the server's lock, and what writes in one transaction.
 */

/* A place in a library, by its path, and what is there. */
struct place {
	struct list *l;
	char *dir;  /* "sites/team/Shared Documents/a", as it is stored; owned */
	char *leaf; /* owned; NULL: the library's root */
	bool no_folder; /* dir is no folder: there cannot be anything */
	bool exists;
	bool folder;
	struct item i; /* when it exists and is not the root */
};

#define PLACE_INIT { .i = ITEM_INIT }

void place_release(struct place *p);
static inline void place_release_p(struct place *p)
{
	place_release(p);
}

/* The list that a path (decoded, with its slash in front) lies in, and what is behind its root; NULL: none. */
struct list *place_list(const struct site *s, const char *path, const char **ret_rest);

/* Finds out what is at a path of a library. 0; -ENOENT: that is in no library; -errno. */
MUST_CHECK int place_find(struct visit *v, const char *path, struct place *ret);

/* Where the bytes are that a document had in its version, i->version. 1: there; 0: nobody wrote any, it is a sample; -errno. */
MUST_CHECK int content_of(struct visit *v, const struct item *i, int64_t *ret_at, int64_t *ret_size);

/* Is it an address of an attachment, there or not? */
bool dav_is_attachment(const struct site *s, const char *path);

/* ---- answers ----------------------------------------------------------------------------------------- */

/* Codes of X-MSDAVEXT_Error, [MS-WDV] 2.2.3. */
#define V_FILE_EXISTS 0x00090002u
#define V_CHECKED_OUT 0x0009000Eu
#define V_CHECKOUT_REQUIRED 0x00090075u
#define V_BAD_TYPE 0x0009006Fu
#define V_TOO_LONG_REQUEST 0x0006000Au
#define V_VIRUS_UPLOAD 0x00960004u
#define V_VIRUS_DOWNLOAD 0x00960009u
#define V_BAD_CHARS 0x00090070u
#define V_URL_TOO_LONG 0x00090068u
#define V_OVER_QUOTA 0x00090063u

/* Refuses: status, and the code with its text when there is one. Returns -ECANCELED: the reply is made. */
int dav_refuse(struct visit *v, int status, uint32_t code, const char *text);

/* Headers ETag and Last-Modified of what is there. */
void dav_describe(struct visit *v, const struct item *i);

#define DAV_DATE_SIZE 32
void dav_date(int64_t t, char out[DAV_DATE_SIZE]);

/* ---- may it be done? Each is 0, -ECANCELED (refused, the reply is made) or -errno. --------------------- */

/* If-Match and If-None-Match. */
MUST_CHECK int dav_preconditions(struct visit *v, const struct place *p);

/* Rights, check-out and locks of something that is changed. right: PERM_EDIT, PERM_DELETE. */
MUST_CHECK int dav_may_change(struct visit *v, struct edit *e, const struct place *p, uint64_t right);

/* Rights, folder and name of something that is made. */
MUST_CHECK int dav_may_make(struct visit *v, const struct place *p, bool folder);

/* Makes an empty document; the caller may. p is as if it had been found. */
MUST_CHECK int dav_store_new(struct visit *v, struct place *p);

/* The element lockdiscovery; NULL: not locked. */
void dav_lock_xml(const struct davlock *l, struct buf *out);

struct edit dav_edit(struct visit *v, struct list *l);

/* ---- verbs: 0, -ECANCELED or -errno ---------------------------------------------------------------------- */

MUST_CHECK int dav_get(struct visit *v, const char *path);
MUST_CHECK int dav_put(struct visit *v, const char *path);
MUST_CHECK int dav_delete(struct visit *v, const char *path);
MUST_CHECK int dav_mkcol(struct visit *v, const char *path);
MUST_CHECK int dav_move(struct visit *v, const char *path);
MUST_CHECK int dav_copy(struct visit *v, const char *path);
MUST_CHECK int dav_lock(struct visit *v, const char *path);
MUST_CHECK int dav_unlock(struct visit *v, const char *path);
MUST_CHECK int dav_propfind(struct visit *v, const char *path);
MUST_CHECK int dav_proppatch(struct visit *v, const char *path);
/* What an attachment is known by: uid, version and size of ret. -ENOENT. */
MUST_CHECK int dav_find_attachment(struct visit *v, const char *path, struct item *ret, int64_t *ret_modified);
MUST_CHECK int dav_put_attachment(struct visit *v, const char *path);
MUST_CHECK int dav_delete_attachment(struct visit *v, const char *path);
MUST_CHECK int dav_options(struct visit *v, const char *path);

/* The verb of the request, when it is one that is for documents. 1: done; 0: it is not; -errno. */
MUST_CHECK int dav_serve(struct visit *v);

#endif
