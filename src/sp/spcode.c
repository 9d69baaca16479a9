#include "spcode.h"

#include <stddef.h>

/* [MS-LISTSWS] 3.1.4; R953, R975, R961, R2120, R920 and the recorded answers. */
static const struct spcode codes[] = {
	{ 0x00000000, REMOTE_OK, REMOTE_OK, "done" },
	{ 0x81020015, REMOTE_CONFLICT, REMOTE_LIST_BAD, "somebody else changed the item" },
	{ 0x81020016, REMOTE_ITEM_GONE, REMOTE_LIST_BAD, "the item does not exist any more" },
	{ 0x81020014, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "a value is not valid" },
	{ 0x8102001c, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "a date or time is not valid" },
	{ 0x80020005, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "a value is of the wrong kind (text in a number or a lookup)" },
	{ 0x80070057, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "a value is not valid" },
	{ 0x81020054, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "the server does not know this user" },
	{ 0x81020036, REMOTE_ITEM_BAD, REMOTE_LIST_BAD,
	  "the document is checked out to somebody else, or must be checked out first" },
	{ 0x800704c7, REMOTE_NOT_RUN, REMOTE_LIST_BAD, "not tried, because a change before it failed" },
	{ 0x82000006, REMOTE_ITEM_BAD, REMOTE_LIST_GONE, "the list does not exist any more" },
	{ 0x81020026, REMOTE_ITEM_BAD, REMOTE_LIST_GONE, "the list does not exist any more" },
	{ 0x80070002, REMOTE_ITEM_BAD, REMOTE_LIST_GONE, "the list or folder does not exist any more" },
	{ 0x82000001, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "the server misses a parameter" },
	{ 0x82000005, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "the view does not exist" },
	{ 0x82000007, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "a field or content type does not exist" },
	{ 0x80070666, REMOTE_NOT_RUN, REMOTE_LIST_BAD, "the columns of the list have changed" },
	{ 0x80070005, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "you have no permission for this" },
	{ 0x80070024, REMOTE_ITEM_BAD, REMOTE_LIST_BAD,
	  "the list is above the server's view threshold; its administrator can raise it" },
	{ 0x81020071, REMOTE_ITEM_BAD, REMOTE_SITE_BAD, "the site is locked by its administrator" },
	{ 0x8102006c, REMOTE_ITEM_BAD, REMOTE_SITE_BAD, "the server wants a form digest" },
	{ 0x8102006d, REMOTE_ITEM_BAD, REMOTE_SITE_BAD, "the server wants a form digest" },
};

const struct spcode *spcode_find(uint32_t code)
{
	static const struct spcode unknown = { 0, REMOTE_ITEM_BAD, REMOTE_LIST_BAD, "the server refused" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i].code == code)
			return &codes[i];
	return &unknown;
}

/* The first row that holds the status counts. A gateway's error says nothing of what the server behind it did. */
static const struct sphttp statuses[] = {
	{ 401, 401, REMOTE_AUTH, false, "the login was refused: check user and password, then run spfs login" },
	{ 403, 403, REMOTE_LIST_BAD, false, "you have no permission for this (403)" },
	{ 404, 404, REMOTE_SITE_BAD, false, "there is no SharePoint site at this address (404): check the URL" },
	{ 407, 407, REMOTE_AUTH, false, "the proxy wants a login (407)" },
	{ 408, 408, REMOTE_SITE_BAD, true, "the request took too long for the server (408)" },
	{ 413, 413, REMOTE_LIST_BAD, false, "the request is bigger than the server takes (413)" },
	{ 429, 429, REMOTE_SITE_BAD, false, "too many requests; the server wants a pause (429)" },
	{ 400, 499, REMOTE_SITE_BAD, false, "the server does not understand the request: check the URL" },
	{ 503, 503, REMOTE_SITE_BAD, false, "the server is busy or down (503)" },
	{ 507, 507, REMOTE_SITE_BAD, false, "the site has no space left (507)" },
	{ 500, 599, REMOTE_SITE_BAD, true, "the server failed" },
	{ 0, 0, REMOTE_SITE_BAD, true, "the answer is not one of SharePoint: check the URL" },
};

const struct sphttp *spcode_http(int status)
{
	const struct sphttp *s = statuses;

	while (s->from && (status < s->from || status > s->to))
		s++;
	return s;
}
