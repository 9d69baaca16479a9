#include "sysfield.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "call.h"
#include "checkout.h"
#include "ctypes.h"
#include "db.h"
#include "habit.h"
#include "item.h"
#include "options.h"
#include "perm.h"
#include "show.h"
#include "tmpl.h"

static bool add_number(struct buf *out, int64_t n)
{
	buf_addf(out, "%lld", (long long) n);
	return true;
}

/* "id;#": what the columns of the file system begin with */
static void add_id(const struct sight *s, struct buf *out)
{
	buf_addf(out, "%lld;#", (long long) s->i->id);
}

static bool write_id(const struct sight *s, struct buf *out)
{
	return add_number(out, s->i->id);
}

static bool write_ctype_id(const struct sight *s, struct buf *out)
{
	buf_adds(out, s->i->ctype);
	return true;
}

static bool write_ctype(const struct sight *s, struct buf *out)
{
	const char *name = ctype_name(s->l, s->i->ctype);

	buf_adds(out, name);
	return *name;
}

static bool write_modified(const struct sight *s, struct buf *out)
{
	show_time(&s->o->look, s->i->modified, out);
	return true;
}

static bool write_created(const struct sight *s, struct buf *out)
{
	show_time(&s->o->look, s->i->created, out);
	return true;
}

static bool write_author(const struct sight *s, struct buf *out)
{
	show_person(&s->o->look, s->i->author, out);
	return true;
}

static bool write_editor(const struct sight *s, struct buf *out)
{
	show_person(&s->o->look, s->i->editor, out);
	return true;
}

static bool write_version(const struct sight *s, struct buf *out)
{
	return add_number(out, s->i->version);
}

static bool write_one(const struct sight *s, struct buf *out)
{
	(void) s;
	return add_number(out, 1);
}

static bool write_ui(const struct sight *s, struct buf *out)
{
	return add_number(out, s->i->ui);
}

static bool write_ui_string(const struct sight *s, struct buf *out)
{
	buf_addf(out, "%lld.%lld", (long long) s->i->ui / 512, (long long) s->i->ui % 512);
	return true;
}

static void add_attachment(const struct sight *s, struct stmt *st, struct buf *out)
{
	struct buf path = BUF_INIT(8192);

	buf_addf(&path, "%s/Attachments/%lld/%s", s->l->root, (long long) s->i->id, db_text(st, 0));
	call_url(s->c, buf_str(&path), out);
	buf_adds(out, ";#");
	if (s->o->attachment_versions)
		buf_addf(out, "%s,%lld;#", db_text(st, 1), (long long) db_int(st, 2));
	buf_release(&path);
}

/* [MS-LISTSWS] 2.2.4.4, IncludeAttachmentUrls and IncludeAttachmentVersion */
static bool write_attachments(const struct sight *s, struct buf *out)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;

	if (!s->i->attachments || !s->o->attachment_urls || !s->c->habits->attachment_urls)
		return add_number(out, s->i->attachments > 0);
	buf_adds(out, ";#");
	if (db_ask(s->c->db, &st, ATTACHMENTS_OF, "ii", s->i->list, s->i->id) < 0)
		return true;
	while (db_step(st) > 0)
		add_attachment(s, st, out);
	return true;
}

static bool write_moderation(const struct sight *s, struct buf *out)
{
	return add_number(out, s->i->moderation);
}

static bool write_title(const struct sight *s, struct buf *out)
{
	const char *title = pairs_get(&s->i->vals, "Title");

	buf_adds(out, title);
	return title != NULL;
}

static bool write_url(const struct sight *s, struct buf *out)
{
	const char *url = pairs_get(&s->i->vals, "URL");

	buf_adds(out, url);
	return url != NULL;
}

static bool write_order(const struct sight *s, struct buf *out)
{
	show_float(s->i->order, out);
	return true;
}

static bool write_guid(const struct sight *s, struct buf *out)
{
	buf_adds(out, s->i->guid);
	return true;
}

static bool write_file_ref(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	buf_addf(out, "%s/%s", s->i->dir, s->i->leaf);
	return true;
}

static bool write_dir_ref(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	buf_adds(out, s->i->dir);
	return true;
}

static bool write_leaf_ref(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	buf_adds(out, s->i->leaf);
	return true;
}

static bool write_leaf(const struct sight *s, struct buf *out)
{
	buf_adds(out, s->i->leaf);
	return true;
}

static bool write_doc_modified(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	show_time(&s->o->look, s->i->doc_modified, out);
	return true;
}

static bool write_doc_created(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	show_time(&s->o->look, s->i->created, out);
	return true;
}

static bool write_type(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	return add_number(out, s->i->folder);
}

static bool write_perm(const struct sight *s, struct buf *out)
{
	buf_addf(out, "0x%llx", (unsigned long long) perm_of_item(s->c->person, s->l, s->i));
	return true;
}

static bool write_unique(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	buf_adds(out, s->i->uid);
	return true;
}

static bool write_empty_lookup(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	return true;
}

static bool write_checkout_id(const struct sight *s, struct buf *out)
{
	int64_t person = checkout_person(s->i);

	add_id(s, out);
	return person ? add_number(out, person) : true;
}

static bool write_checkout_name(const struct sight *s, struct buf *out)
{
	const struct person *p = model_person(s->c->m, checkout_person(s->i));

	add_id(s, out);
	buf_adds(out, p ? p->name : "");
	return true;
}

static bool write_checkout_local(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	return add_number(out, str_eq(pairs_get(&s->i->vals, "IsCheckedoutToLocal"), "1"));
}

static bool write_comment(const struct sight *s, struct buf *out)
{
	const char *comment = pairs_get(&s->i->vals, "_CheckinComment");

	add_id(s, out);
	buf_adds(out, comment ? comment : "");
	return true;
}

/* 1: published, 255: as who has it checked out sees it. */
static bool write_level(const struct sight *s, struct buf *out)
{
	return add_number(out, checkout_person(s->i) == s->c->person->id ? 255 : 1);
}

static bool write_scope(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	buf_adds(out, s->c->site->scope);
	return true;
}

static bool write_server_url(const struct sight *s, struct buf *out)
{
	buf_addf(out, "/%s/%s", s->i->dir, s->i->leaf);
	return true;
}

static bool write_abs_url(const struct sight *s, struct buf *out)
{
	call_url(s->c, s->i->dir, out);
	buf_addc(out, '/');
	uri_encode_path(out, s->i->leaf);
	return true;
}

const char *sysfield_extension(const struct item *i)
{
	const char *dot = i->folder ? NULL : strrchr(i->leaf, '.');

	return dot ? dot + 1 : "";
}

static bool write_base_name(const struct sight *s, struct buf *out)
{
	size_t n = strlen(s->i->leaf);
	size_t ext = strlen(sysfield_extension(s->i));

	buf_add(out, s->i->leaf, ext ? n - ext - 1 : n);
	return true;
}

/* Documents only: the leaf name of an item has no type. */
static bool write_extension(const struct sight *s, struct buf *out)
{
	const char *ext = tmpl_is_library(s->l) ? sysfield_extension(s->i) : "";

	buf_adds(out, ext);
	return *ext;
}

static bool write_size(const struct sight *s, struct buf *out)
{
	return s->i->folder ? false : add_number(out, s->i->size);
}

static bool write_size_lookup(const struct sight *s, struct buf *out)
{
	add_id(s, out);
	return s->i->folder ? true : add_number(out, s->i->size);
}

static bool write_login(const struct sight *s, int64_t id, struct buf *out)
{
	const struct person *p = model_person(s->c->m, id);

	buf_adds(out, p ? p->login : "");
	return p;
}

static bool write_author_login(const struct sight *s, struct buf *out)
{
	return write_login(s, s->i->author, out);
}

static bool write_editor_login(const struct sight *s, struct buf *out)
{
	return write_login(s, s->i->editor, out);
}

/* The blob: "id;#name:TT|value" with a line each. */
static bool write_meta_info(const struct sight *s, struct buf *out)
{
	const char *name, *value, *sep = "";

	add_id(s, out);
	for (size_t at = 0; pairs_next(&s->i->bag, &at, &name, &value); sep = "\r\n")
		buf_addf(out, "%s%s:%s", sep, name, value);
	return true;
}

static bool write_children(const struct sight *s, int64_t folders, struct buf *out)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", s->i->dir, s->i->leaf);
	CLEANUP(db_done_p) struct stmt *st = NULL;

	add_id(s, out);
	if (!s->i->folder || !path || db_ask(s->c->db, &st, CHILD_COUNT, "isi", s->i->list, path, folders) < 0)
		return add_number(out, 0);
	return add_number(out, db_step(st) > 0 ? db_int(st, 0) : 0);
}

static bool write_item_children(const struct sight *s, struct buf *out)
{
	return write_children(s, 0, out);
}

static bool write_folder_children(const struct sight *s, struct buf *out)
{
	return write_children(s, 1, out);
}

static bool write_is_root_post(const struct sight *s, struct buf *out)
{
	return add_number(out, s->i->folder);
}

/* The folder that an item lies in; false: it lies in the list's root. */
static bool get_parent(const struct sight *s, struct item *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const char *slash = strrchr(s->i->dir, '/');
	CLEANUP(str_free_p) char *dir = slash ? strndup(s->i->dir, (size_t) (slash - s->i->dir)) : NULL;

	if (!dir || strcmp(s->i->dir, s->l->root) == 0 ||
	    db_ask(s->c->db, &st, ITEM_BY_PATH, "iss", s->i->list, dir, slash + 1) < 0 || db_step(st) <= 0)
		return false;
	return item_get(s->c->db, s->l, db_int(st, 0), ret) == 0;
}

static bool write_parent_id(const struct sight *s, struct buf *out)
{
	CLEANUP(item_release_p) struct item parent = ITEM_INIT;

	if (!get_parent(s, &parent))
		return false;
	add_id(s, out);
	return add_number(out, parent.id);
}

static bool write_thread_title(const struct sight *s, struct buf *out)
{
	CLEANUP(item_release_p) struct item parent = ITEM_INIT;
	const char *title;

	if (s->i->folder || !get_parent(s, &parent))
		return write_title(s, out);
	title = pairs_get(&parent.vals, "Title");
	buf_adds(out, title);
	return title;
}

static bool write_thread_lookup(const struct sight *s, struct buf *out)
{
	CLEANUP(item_release_p) struct item parent = ITEM_INIT;

	if (!get_parent(s, &parent))
		return false;
	add_number(out, parent.id);
	buf_addf(out, ";#%s", pairs_get(&parent.vals, "Title") ? pairs_get(&parent.vals, "Title") : "");
	return true;
}

/* The last message of a thread, seen from its root. 1, 0: none, or -errno. */
static int last_reply(const struct sight *s, struct stmt **st)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", s->i->dir, s->i->leaf);
	int r = path ? 0 : -ENOMEM;

	if (!s->i->folder)
		return 0;
	if (r >= 0)
		r = db_ask(s->c->db, st, LAST_REPLY, "is", s->i->list, path);
	if (r >= 0)
		r = db_step(*st);
	return r > 0 ? db_int(*st, 0) != 0 : r;
}

static bool write_thread_time(const struct sight *s, struct buf *out)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int64_t t = last_reply(s, &st) > 0 ? db_int(st, 0) : 0;

	show_time(&s->o->look, t > s->i->modified ? t : s->i->modified, out);
	return true;
}

static bool write_last_reply_by(const struct sight *s, struct buf *out)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;

	if (last_reply(s, &st) <= 0)
		return false;
	show_person(&s->o->look, db_int(st, 1), out);
	return true;
}

static const struct sysfield fields[] = {
	{ "ID", write_id },
	{ "ContentTypeId", write_ctype_id },
	{ "ContentType", write_ctype },
	{ "Modified", write_modified },
	{ "Created", write_created },
	{ "Author", write_author },
	{ "Editor", write_editor },
	{ "owshiddenversion", write_version },
	{ "WorkflowVersion", write_one },
	{ "_UIVersion", write_ui },
	{ "_UIVersionString", write_ui_string },
	{ "Attachments", write_attachments },
	{ "_ModerationStatus", write_moderation },
	{ "LinkTitleNoMenu", write_title },
	{ "LinkTitle", write_title },
	{ "LinkTitle2", write_title },
	{ "SelectTitle", write_id },
	{ "SelectFilename", write_id },
	{ "Order", write_order },
	{ "GUID", write_guid },
	{ "FileRef", write_file_ref },
	{ "FileDirRef", write_dir_ref },
	{ "FileLeafRef", write_leaf_ref },
	{ "Last_x0020_Modified", write_doc_modified },
	{ "Created_x0020_Date", write_doc_created },
	{ "FSObjType", write_type },
	{ "SortBehavior", write_type },
	{ "PermMask", write_perm },
	{ "UniqueId", write_unique },
	{ "ProgId", write_empty_lookup },
	{ "ScopeId", write_scope },
	{ "_EditMenuTableStart", write_leaf },
	{ "_EditMenuTableStart2", write_id },
	{ "_EditMenuTableEnd", write_id },
	{ "LinkFilenameNoMenu", write_leaf },
	{ "LinkFilename", write_leaf },
	{ "LinkFilename2", write_leaf },
	{ "DocIcon", write_extension },
	{ "File_x0020_Type", write_extension },
	{ "ServerUrl", write_server_url },
	{ "EncodedAbsUrl", write_abs_url },
	{ "BaseName", write_base_name },
	{ "MetaInfo", write_meta_info },
	{ "_Level", write_level },
	{ "_IsCurrentVersion", write_one },
	{ "ItemChildCount", write_item_children },
	{ "FolderChildCount", write_folder_children },
	{ "Modified_x0020_By", write_editor_login },
	{ "Created_x0020_By", write_author_login },
	{ "File_x0020_Size", write_size_lookup },
	{ "FileSizeDisplay", write_size },
	{ "CheckedOutUserId", write_checkout_id },
	{ "IsCheckedoutToLocal", write_checkout_local },
	{ "VirusStatus", write_size_lookup },
	{ "CheckedOutTitle", write_checkout_name },
	{ "_CheckinComment", write_comment },
	{ "LinkCheckedOutTitle", write_checkout_name },
	{ "ParentVersionString", write_empty_lookup },
	{ "ParentLeafName", write_empty_lookup },
	{ "LinkIssueIDNoMenu", write_id },
	{ "URLwMenu", write_url },
	{ "URLNoMenu", write_url },
	{ "IsRootPost", write_is_root_post },
	{ "ParentFolderId", write_parent_id },
	{ "DiscussionTitle", write_thread_title },
	{ "DiscussionTitleLookup", write_thread_lookup },
	{ "LinkDiscussionTitle", write_title },
	{ "LinkDiscussionTitleNoMenu", write_title },
	{ "DiscussionLastUpdated", write_thread_time },
	{ "LastReplyBy", write_last_reply_by },
};

const struct sysfield *sysfield_find(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}
