#include "davcode.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "docs_path.h"
#include "net/http.h"

enum { NOT_LOGGED_IN = 917656, TEXT_MAX = 600 };

/*
 * [MS-WDV] appendix, note 17; those from 0x00090002 to 0x00090040 as servers that speak the same
 * dialect number them. Then HRESULTs of Lists.asmx.
 */
static const struct davcode codes[] = {
	{ 0x0009000e, REMOTE_ITEM_BAD, -EBUSY, "somebody else has it checked out or locked" },
	{ 0x00090075, REMOTE_ITEM_BAD, -EACCES, "the library wants it checked out first: spfs checkout" },
	{ 0x0009006f, REMOTE_ITEM_BAD, -EPERM, "the server's administrator has blocked this type of file" },
	{ 0x0006000a, REMOTE_ITEM_BAD, -EFBIG, "it is bigger than the server takes" },
	{ NOT_LOGGED_IN, REMOTE_AUTH, -EACCES, "the login was not accepted: run spfs login, or use another login method" },
	{ 0x00960004, REMOTE_ITEM_BAD, -EPERM, "the server's virus scanner refuses it" },
	{ 0x00960009, REMOTE_ITEM_BAD, -EIO, "the server's virus scanner has blocked it" },
	{ 0x00960008, REMOTE_ITEM_BAD, -EIO, "the server's virus scanner has deleted it" },
	{ 0x00090070, REMOTE_ITEM_BAD, -EINVAL, "the server does not allow a character in its name" },
	{ 0x00090071, REMOTE_ITEM_BAD, -EPERM, "the server does not rename to a web page's folder" },
	{ 0x00090068, REMOTE_ITEM_BAD, -ENAMETOOLONG, "its path is longer than the server allows" },
	{ 0x00090063, REMOTE_ITEM_BAD, -EDQUOT, "the site has no space left" },
	{ 0x00090002, REMOTE_CONFLICT, -EEXIST, "there is a file of this name already" },
	{ 0x00090005, REMOTE_ITEM_BAD, -EINVAL, "the server does not allow this name" },
	{ 0x00090006, REMOTE_ITEM_GONE, -ENOENT, "it does not exist any more" },
	{ 0x00090007, REMOTE_ITEM_GONE, -ENOENT, "the folder that it belongs in does not exist" },
	{ 0x0009000d, REMOTE_CONFLICT, -EEXIST, "there is a folder of this name already" },
	{ 0x0009000f, REMOTE_ITEM_BAD, -EACCES, "it is not checked out" },
	{ 0x00090040, REMOTE_ITEM_BAD, -EBUSY, "somebody is using it" },

	{ 0x81020036, REMOTE_ITEM_BAD, -EBUSY, "it is checked out" },
	{ 0x81020067, REMOTE_CONFLICT, -EEXIST, "the item has an attachment of this name already" },
	{ 0x8007000d, REMOTE_ITEM_BAD, -EINVAL, "the server does not take empty attachments" },
	{ 0x81020073, REMOTE_ITEM_BAD, -EINVAL, "the server does not allow this name" },
	{ 0x81020016, REMOTE_ITEM_GONE, -ENOENT, "the item does not exist any more" },
	{ 0x81020014, REMOTE_ITEM_BAD, -EINVAL, "the item's number is not valid" },
	{ 0x80070005, REMOTE_ITEM_BAD, -EACCES, "you have no permission for this" },
};

const struct davcode *davcode_find(uint32_t code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i].code == code)
			return &codes[i];
	return NULL;
}

/* The first row that holds the status counts. A gateway's error says nothing of what the server behind it did. */
static const struct davstatus statuses[] = {
	{ 400, 400, REMOTE_ITEM_BAD, -EINVAL, false, "the server does not allow this name (400)" },
	{ 401, 401, REMOTE_AUTH, -EACCES, false, "the login was refused: check user and password, then run spfs login" },
	{ 403, 403, REMOTE_ITEM_BAD, -EACCES, false, "you have no permission for this (403)" },
	{ 404, 404, REMOTE_ITEM_GONE, -ENOENT, false, "it does not exist on the server (404)" },
	{ 405, 405, REMOTE_ITEM_BAD, -EOPNOTSUPP, false, "the server, or a proxy before it, does not do this (405)" },
	{ 407, 407, REMOTE_AUTH, -EACCES, false, "the proxy wants a login (407)" },
	{ 408, 408, REMOTE_SITE_BAD, -EIO, true, "the request took too long for the server (408)" },
	{ 409, 409, REMOTE_ITEM_GONE, -ENOENT, false, "the folder that it belongs in does not exist (409)" },
	{ 410, 410, REMOTE_ITEM_GONE, -ENOENT, false, "it does not exist on the server any more (410)" },
	{ 412, 412, REMOTE_CONFLICT, -ESTALE, false, "somebody else has changed it, or its name is taken (412)" },
	{ 413, 413, REMOTE_ITEM_BAD, -EFBIG, false, "it is bigger than the server takes (413)" },
	{ 414, 414, REMOTE_ITEM_BAD, -ENAMETOOLONG, false, "its path is longer than the server allows (414)" },
	{ 415, 415, REMOTE_ITEM_BAD, -EPERM, false, "the server does not take this type of file (415)" },
	{ 423, 423, REMOTE_ITEM_BAD, -EBUSY, false, "somebody else has it locked or checked out (423)" },
	{ 429, 429, REMOTE_SITE_BAD, -EIO, false, "too many requests; the server wants a pause (429)" },
	{ 440, 440, REMOTE_AUTH, -EACCES, false, "the login has run out (440): run spfs login" },
	{ 400, 499, REMOTE_ITEM_BAD, -EIO, false, "the server refuses it" },
	{ 501, 501, REMOTE_ITEM_BAD, -EOPNOTSUPP, false, "the server does not do this (501)" },
	{ 503, 503, REMOTE_SITE_BAD, -EIO, false, "the server is busy or down (503)" },
	{ 507, 507, REMOTE_ITEM_BAD, -EDQUOT, false, "the site has no space left (507)" },
	{ 500, 599, REMOTE_SITE_BAD, -EIO, true, "the server failed" },
	{ 0, 0, REMOTE_SITE_BAD, -EIO, true, "the answer is not one of SharePoint: check the URL" },
};

const struct davstatus *davcode_status(int status)
{
	const struct davstatus *s = statuses;

	while (s->from && (status < s->from || status > s->to))
		s++;
	return s;
}

/* ---- X-MSDAVEXT_Error -------------------------------------------------------------- */

/* Percent-encoded, or as forms encode it: then blanks are '+' and no %20 occurs. */
static void read_text(const char *s, struct buf *out)
{
	struct buf whole = BUF_INIT(64 * 1024);

	docs_path_decode(s, !strstr(s, "%20"), &whole);
	if (str_utf8_valid(buf_str(&whole), whole.len))
		buf_add(out, buf_str(&whole), str_utf8_cut(buf_str(&whole), TEXT_MAX));
	buf_release(&whole);
}

bool davcode_read(const struct net_reply *reply, uint32_t *ret_code, struct buf *ret_text)
{
	const char *value = net_reply_header(reply, "X-MSDAVEXT_Error", NULL);
	unsigned long code;
	char *end;

	if (!value)
		return false;
	code = strtoul(value, &end, 10);
	if (end == value || code == 0 || code > UINT32_MAX)
		return false;
	*ret_code = (uint32_t) code;
	if (ret_text && *end == ';')
		read_text(end + 1 + strspn(end + 1, " "), ret_text);
	return true;
}

bool davcode_is_answer(const struct net_reply *reply)
{
	uint32_t code;

	return davcode_read(reply, &code, NULL) && code != NOT_LOGGED_IN;
}

/* ---- what Lists.asmx says --------------------------------------------------------------- */

enum remote_result davcode_settle(enum remote_result r, struct remote_fault *f)
{
	const struct davcode *c = f->server_code ? davcode_find(f->server_code) : NULL;
	const struct davstatus *s = davcode_status(f->http_status);

	if (r == REMOTE_OK || r == REMOTE_CANCELED || r == REMOTE_AUTH)
		return r;
	if (c) {
		f->err.code = c->error;
		return c->result;
	}
	if (s->error == -EFBIG || s->error == -EDQUOT || s->error == -EACCES) {
		f->err.code = s->error;
		return s->result;
	}
	return r == REMOTE_LIST_BAD ? REMOTE_ITEM_BAD : r;
}
