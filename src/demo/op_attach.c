#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "base/uri.h"
#include "base64.h"
#include "call.h"
#include "db.h"
#include "edit.h"
#include "face.h"
#include "ftype.h"
#include "habit.h"
#include "item.h"
#include "ops.h"
#include "perm.h"
#include "xml.h"

/* Attachments: [MS-LISTSWS] 3.1.4.1, 3.1.4.10 and 3.1.4.14. */

#define ATTACHMENT_MAX ((size_t) 64 << 20)

static int refuse_number(struct call *c)
{
	return call_fault(c, E_MISSING, "Parameter listItemID is missing or invalid.");
}

/* listItemID; 0 or -EINVAL with the fault set. */
static int find_item(struct call *c, const struct list *l, uint64_t right, struct item *ret)
{
	const char *text = call_text(c, "listItemID");
	int64_t id;
	int r;

	if (str_empty(text))
		return refuse_number(c);
	if (str_to_i64(text, &id) < 0)
		return call_fault(c, 0, "Input string was not in a correct format.");
	/* that the number is negative has a code for who reads only (R3037, but R1551 and R470) */
	if (id < 0 && c->m->version > 12 && right == PERM_VIEW)
		return call_fault_code(c, E_INVALID);
	if (id < 0)
		return call_fault(c, 0, "Value does not fall within the expected range.");
	r = item_get(c->db, l, id, ret);
	if (r == -ENOENT)
		return call_fault(c, 0, "Item does not exist. It may have been deleted by another user.");
	if (r >= 0 && right == PERM_VIEW)
		r = face_show(c->db, c->person, l, ret);
	if (r >= 0 && !(perm_of_item(c->person, l, ret) & right))
		return call_fault_code(c, E_DENIED);
	return r;
}

/* A parameter that has to be there. Without it that is a fault without code, unless the item's number is missing, too (R300, R1554, R540,
 * R541, R1700, R3013). 0 or -EINVAL with the fault set. */
static int need(struct call *c, const char *name)
{
	if (call_arg(c, name))
		return 0;
	return str_empty(call_text(c, "listItemID")) ? refuse_number(c) : call_fault(c, 0, "Value cannot be null.");
}

/* The same of one that is looked at behind the list and the item's number: without that, those have the word. */
static int need_more(struct call *c, const char *name)
{
	return str_empty(call_text(c, "listItemID")) ? 0 : need(c, name);
}

static void add_url(const struct call *c, const struct list *l, const struct item *i, const char *name,
		    struct buf *out)
{
	struct buf path = BUF_INIT(8192);

	buf_addf(&path, "%s/Attachments/%lld/%s", l->root, (long long) i->id, name);
	call_url(c, buf_str(&path), out);
	buf_release(&path);
}

int op_get_attachments(struct call *c)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = need(c, "listName");
	const struct list *l = r < 0 ? NULL : call_list_with(c, PERM_VIEW);

	r = l ? find_item(c, l, PERM_VIEW, &i) : -EINVAL;
	if (r < 0)
		return r;
	buf_adds(c->out, "<Attachments>");
	r = db_ask(c->db, &st, ATTACHMENTS_OF, "ii", l->id, i.id);
	while (r >= 0 && (r = db_step(st)) > 0) {
		struct buf url = BUF_INIT(16384);

		add_url(c, l, &i, db_text(st, 0), &url);
		buf_adds(c->out, "<Attachment>");
		xml_text(c->out, buf_str(&url));
		buf_adds(c->out, "</Attachment>");
		buf_release(&url);
	}
	buf_adds(c->out, "</Attachments>");
	return r;
}

/* 1: it is there, 0 or -errno. */
static int has_attachment(struct call *c, const struct item *i, const char *name)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(c->db, &st, ATTACHMENT_GET, "iis", i->list, i->id, name);

	return r < 0 ? r : db_step(st);
}

static int store(struct call *c, struct list *l, struct item *i, const char *name, const struct buf *content)
{
	struct edit e = { .m = c->m, .l = l, .who = c->person, .now = c->now };
	char guid[GUID_SIZE];
	int r = guid_new(guid);

	if (r >= 0)
		r = db_run(c->db, ATTACHMENT_PUT, "iissiib", i->list, i->id, name, guid, INT64_C(1), c->now,
			   (const void *) content->p, content->len);
	i->attachments++;
	return r < 0 ? r : edit_update(&e, i, c->habits->attachment_version ? EDIT_NORMAL : EDIT_TOUCH);
}

static int add(struct call *c, struct list *l, struct item *i, const char *name, const char *base64)
{
	struct buf content = BUF_INIT(ATTACHMENT_MAX);
	int r = base64_decode(base64, &content);

	if (r == -EINVAL)
		r = call_fault(c, 0, "Server was unable to read request. ---> Invalid character in a Base-64 string.");
	else if (r >= 0 && !content.len)
		r = call_fault_code(c, E_EMPTY_FILE);
	if (r >= 0)
		r = has_attachment(c, i, name);
	if (r > 0)
		r = call_fault_code(c, E_NAME_TAKEN);
	if (r >= 0)
		r = store(c, l, i, name, &content);
	buf_release(&content);
	return r;
}

int op_add_attachment(struct call *c)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	const char *name = call_text(c, "fileName");
	const char *content = call_text(c, "attachment");
	bool whole = need(c, "listName") >= 0 && need_more(c, "attachment") >= 0;
	struct list *l = whole ? call_list_with(c, PERM_VIEW) : NULL;
	int r = l ? find_item(c, l, PERM_EDIT, &i) : -EINVAL;
	if (r < 0)
		return r;
	if (str_empty(name) || strpbrk(name, "/\"#%*:<>?\\{|}~") || strlen(name) > 255)
		return call_fault_code(c, E_NO_FILE_NAME);
	if (!list_prop_is(l, "EnableAttachments", true))
		return call_fault(c, 0, "Attachments are disabled for this list.");
	r = add(c, l, &i, name, content);
	if (r < 0)
		return r;
	/* relative to the web: "Lists/Tasks/Attachments/3/a.txt" */
	xml_text(c->out, l->root + strlen(c->site->path));
	buf_addf(c->out, "/Attachments/%lld/", (long long) i.id);
	xml_text(c->out, name);
	return buf_error(c->out);
}

/* The file name when the address is one of this item's attachments; NULL: it is not. */
static char *name_in(const struct call *c, const struct list *l, const struct item *i, const char *url)
{
	CLEANUP(str_free_p) char *prefix = str_printf("/%s/Attachments/%lld/", l->root, (long long) i->id);
	struct uri u = { 0 };
	char *name = NULL;

	(void) c;
	if (prefix && uri_parse(url, &u) == 0 && strncasecmp(u.path, prefix, strlen(prefix)) == 0)
		name = strdup(u.path + strlen(prefix));
	uri_release(&u);
	return name;
}

int op_delete_attachment(struct call *c)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(str_free_p) char *name = NULL;
	const char *url = call_text(c, "url");
	bool whole = need(c, "listName") >= 0 && need_more(c, "url") >= 0;
	struct list *l = whole ? call_list_with(c, PERM_VIEW) : NULL;
	struct edit e = { .m = c->m, .l = l, .who = c->person, .now = c->now };
	int r = l ? find_item(c, l, PERM_EDIT, &i) : -EINVAL;

	if (r < 0)
		return r;
	name = url ? name_in(c, l, &i, url) : NULL;
	r = name ? has_attachment(c, &i, name) : 0;
	if (r == 0)
		return call_fault(c, E_MISSING, "Parameter Url is missing or invalid.");
	if (r > 0)
		r = db_run(c->db, ATTACHMENT_DROP, "iis", i.list, i.id, name);
	if (r < 0)
		return r;
	i.attachments--;
	return edit_update(&e, &i, c->habits->attachment_version ? EDIT_NORMAL : EDIT_TOUCH);
}
