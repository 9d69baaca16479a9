#ifndef SP_LINK_H
#define SP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

/*
 * stssync links ([MS-STSSYN]): what "Connect to Outlook" of a list's page hands to the program
 * that is registered for them. Pure: text in, values out; nothing is asked here.
 *
 *	stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=https%3A%2F%2Fhost%2Fsites%2Fteam
 *	  &list-url=%2FLists%2FTasks%2F&guid=%7B0E1F...%7D&site-name=Team&list-name=Tasks
 *
 * Anybody can write one and put it on a page or into a mail. So what would decide where we
 * connect to is checked (an address without user info and in ASCII, paths without "..", a
 * GUID); what is only shown, the names, is kept as it is: whoever shows it makes it harmless.
 *
 * Between the two, the sloppy links of third parties are understood: parameters in any order
 * and case, an empty or missing guid, addresses that are not escaped, addresses of pages,
 * brackets and bars that a browser has percent-encoded.
 */
#define SP_LINK_MAX 8192 /* bytes of a link */

enum sp_link_type {
	SP_LINK_CALENDAR,
	SP_LINK_CONTACTS,
	SP_LINK_DISCUSSIONS,
	SP_LINK_DOCUMENTS,
	SP_LINK_TASKS,
	SP_LINK_TYPE_COUNT
};

struct sp_link {
	enum sp_link_type type;
	char *base_url;    /* owned; of the web: "https://host/sites/t%C3%A4m", no slash at the end */
	char *list_path;   /* owned; server-relative, decoded, below the web, no slash at the end; NULL: only the guid tells */
	char *guid;        /* owned; "{GUID}" upper case; NULL: only the path tells */
	char *site_name;   /* owned; never NULL. Any text, and often cut: SharePoint writes 19 characters and "..." */
	char *list_name;   /* owned; likewise */
	char *folder;      /* owned; a folder in the list, as the link says it; NULL: the whole list */
	int64_t folder_id; /* the item that is this folder; 0: not said */
	int64_t user_id;   /* only this user's items ("My Tasks"); 0: everybody's */
	bool read_only;    /* version 1.0, of Outlook 2003: changes were not meant to be sent */
};

#define SP_LINK_INIT { 0 }

void sp_link_release(struct sp_link *l);
static inline void sp_link_release_p(struct sp_link *l)
{
	sp_link_release(l);
}

/* Whether it means to be one: begins with "stssync:" in any case. */
bool sp_link_is(const char *text);

/*
 * Reads a link. 0; -EINVAL with err: it is none, or one that must not be followed, and why; nothing of the link's
 * text is in it. -ENOMEM. ret is set only on success.
 */
MUST_CHECK int sp_link_parse(const char *text, struct sp_link *ret, struct err *err);

/* Writes one as SharePoint does, with every required parameter. sp_link_parse() reads back what it was made from.
 * base_url and list_path are as sp_link_parse() makes them. 0, -ENOMEM, -EFBIG (out's ceiling). */
MUST_CHECK int sp_link_print(const struct sp_link *l, struct buf *out);

/* Cuts both names to 19 characters and "...", as SharePoint does when a link is longer than 500. 0 or -ENOMEM. */
MUST_CHECK int sp_link_shorten(struct sp_link *l);

/* The list's address for people and for sp_url_guess(); the web's when the link names no path. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int sp_link_list_url(const struct sp_link *l, struct buf *out);

/* "calendar", ...: never NULL. */
const char *sp_link_type_name(enum sp_link_type type);

/* What a list with this ServerTemplate is called in a link. -ENOENT: Outlook takes no such lists, there is no word. */
MUST_CHECK int sp_link_type_of(int template, bool library, enum sp_link_type *ret);

#endif
