#ifndef MODEL_ATTACHED_H
#define MODEL_ATTACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * The files in a row's Attachments, as they come when their URLs and versions were asked for
 * ([MS-LISTSWS] 2.2.4.4): ";#URL;#{GUID},1;#URL;#{GUID},3;#". Without files the field is "0" or
 * missing. Hosts are not looked at: a server may call itself something else than the user does.
 */
struct attached {
	char *path; /* owned; server-relative, decoded, no leading slash */
	char *word; /* owned; "{GUID},1", the version as the server calls it; NULL: it did not say */
};

#define ATTACHED_INIT { 0 }

void attached_release(struct attached *a);
static inline void attached_release_p(struct attached *a)
{
	attached_release(a);
}

/* Whether the field (NULL: missing) names files. */
bool attached_any(const char *text);

/* Whether it only says that there are some ("1"), and not which. */
bool attached_untold(const char *text);

/*
 * The next file of the field; *at begins as its text and moves on. What is no URL of a file that could have a name here is
 * passed over. 1: there is one, in ret (initialised); 0: there are no more; -ENOMEM.
 */
MUST_CHECK int attached_next(const char **at, struct attached *ret);

/* The number in a version's word; 0: it has none. */
int64_t attached_number(const char *word);

/* Whether two words are of the same file: their GUIDs are the same. NULL is no file's. */
bool attached_same_file(const char *a, const char *b);

#endif
