/* Writing stssync links, and their words: what SharePoint's page script does (ExportHailStorm, escapeForSync). */
#include "sp/link.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "base/utf8.h"

enum { NAME_CHARS = 19 };

const char *sp_link_type_name(enum sp_link_type type)
{
	static const char *const names[SP_LINK_TYPE_COUNT] = {
		[SP_LINK_CALENDAR] = "calendar",       [SP_LINK_CONTACTS] = "contacts", [SP_LINK_DISCUSSIONS] = "discussions",
		[SP_LINK_DOCUMENTS] = "documents", [SP_LINK_TASKS] = "tasks",
	};

	return type < SP_LINK_TYPE_COUNT ? names[type] : "list";
}

int sp_link_type_of(int template, bool library, enum sp_link_type *ret)
{
	static const struct {
		int template;
		enum sp_link_type type;
	} types[] = {
		{ 105, SP_LINK_CONTACTS },    { 106, SP_LINK_CALENDAR }, { 107, SP_LINK_TASKS },
		{ 108, SP_LINK_DISCUSSIONS }, { 150, SP_LINK_TASKS },    { 171, SP_LINK_TASKS },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].template == template) {
			*ret = types[i].type;
			return 0;
		}
	if (!library)
		return -ENOENT;
	*ret = SP_LINK_DOCUMENTS;
	return 0;
}

/* ---- escaping ----------------------------------------------------------------------------- */

static void add_plain(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addf(out, isalnum((unsigned char) *s) ? "%c" : "%%%02X", (unsigned char) *s);
}

static void add_unit(struct buf *out, unsigned c)
{
	if (c >= 0x10000) {
		buf_addf(out, "%04X", 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	buf_addf(out, "%04X", c);
}

/* A bracket is open while characters beyond ASCII follow each other. */
static void add_escaped(struct buf *out, const char *s)
{
	bool open = false;
	unsigned c;

	for (size_t n; (n = utf8_get(s, &c)) > 0; s += n) {
		char one[2] = { (char) c, '\0' };

		if ((c >= 0x80) != open)
			buf_addc(out, open ? ']' : '[');
		open = c >= 0x80;
		if (open) {
			add_unit(out, c);
			continue;
		}
		if (strchr("&\\[]|", (int) c))
			buf_addc(out, '|');
		add_plain(out, one);
	}
	if (open)
		buf_addc(out, ']');
}

static void add_param(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, "&%s=", key);
	add_escaped(out, value);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Adds the list's path below the web, encoded as in an address: "/Lists/My%20Tasks". */
static int add_list(struct buf *out, const struct sp_link *l)
{
	struct uri web = { 0 };
	size_t n;
	int r = l->list_path ? uri_parse(l->base_url, &web) : 0;

	if (r < 0 || !l->list_path)
		return r;
	n = strcmp(web.path, "/") == 0 ? 0 : strlen(web.path);
	if (strncmp(l->list_path, web.path, n) == 0)
		uri_encode_path(out, l->list_path + n);
	uri_release(&web);
	return buf_error(out);
}

int sp_link_list_url(const struct sp_link *l, struct buf *out)
{
	int r = buf_adds(out, l->base_url);

	return r < 0 ? r : add_list(out, l);
}

static void add_id(struct buf *out, const char *key, int64_t id)
{
	if (id)
		buf_addf(out, "&%s=%lld", key, (long long) id);
}

int sp_link_print(const struct sp_link *l, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf list = BUF_INIT(4 * SP_LINK_MAX);
	int r = add_list(&list, l);

	buf_addc(&list, '/');
	if (r < 0 || buf_error(&list))
		return r < 0 ? r : buf_error(&list);
	buf_addf(out, "stssync://sts/?ver=%s&type=%s&cmd=add-folder", l->read_only ? "1.0" : "1.1", sp_link_type_name(l->type));
	add_param(out, "base-url", l->base_url);
	add_param(out, "list-url", buf_str(&list));
	buf_adds(out, "&guid=");
	add_plain(out, l->guid ? l->guid : "");
	add_param(out, "site-name", l->site_name);
	add_param(out, "list-name", l->list_name);
	add_id(out, "user-id", l->user_id);
	if (l->folder)
		add_param(out, "folder-url", l->folder);
	add_id(out, "folder-id", l->folder_id);
	return buf_error(out);
}

static int shorten(char **name)
{
	size_t at = 0, n;
	unsigned c;
	char *cut;

	for (int i = 0; i < NAME_CHARS && (n = utf8_get(*name + at, &c)) > 0; i++)
		at += n;
	if (!(*name)[at])
		return 0;
	cut = str_printf("%.*s...", (int) at, *name);
	if (!cut)
		return -ENOMEM;
	free(*name);
	*name = cut;
	return 0;
}

int sp_link_shorten(struct sp_link *l)
{
	int r = shorten(&l->site_name);

	return r < 0 ? r : shorten(&l->list_name);
}
