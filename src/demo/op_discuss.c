#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base64.h"
#include "call.h"
#include "db.h"
#include "edit.h"
#include "ftype.h"
#include "item.h"
#include "mime.h"
#include "ops.h"
#include "page.h"
#include "perm.h"
#include "tmpl.h"
#include "xml.h"

/* AddDiscussionBoardItem, [MS-LISTSWS] 3.1.4.2: a message that came as mail. */

#define MESSAGE_MAX ((size_t) 64 << 20)

/* Thread-index begins with what all messages of a thread have; each reply adds five bytes. */
#define TOPIC_BYTES 22

/* A message on its way into the board. */
struct post {
	struct call *c;
	struct list *l;
	struct mime mime;
	struct buf index;   /* Thread-index as the column holds it: "0x" and digits */
	int64_t root;       /* the discussion that it belongs to; 0: it begins one */
	int64_t parent;     /* the message that it answers; 0: none that is here */
	size_t parent_size; /* length of the parent's index */
};

static int refuse_message(struct call *c)
{
	return call_fault(c, 0, "Value does not fall within the expected range.");
}

/* ---- reading the message ------------------------------------------------------------------------ */

static int read_index(struct post *p)
{
	struct buf bytes = BUF_INIT(4096);
	int r = base64_decode(p->mime.thread_index, &bytes);

	if (r == -EINVAL || r == -EFBIG || (r >= 0 && bytes.len < TOPIC_BYTES))
		r = refuse_message(p->c);
	buf_adds(&p->index, "0x");
	for (size_t i = 0; r >= 0 && i < bytes.len; i++)
		buf_addf(&p->index, "%02X", (unsigned char) bytes.p[i]);
	buf_release(&bytes);
	return r < 0 ? r : buf_error(&p->index);
}

static int read_message(struct post *p)
{
	const char *text = call_text(p->c, "message");
	struct buf bytes = BUF_INIT(MESSAGE_MAX);
	int r;

	if (!text)
		return call_fault(p->c, 0, "Value cannot be null.");
	r = base64_decode(text, &bytes);
	if (r == -EINVAL)
		r = call_fault(p->c, 0, "Server was unable to read request. ---> Invalid character in a Base-64 string.");
	if (r >= 0)
		r = mime_read(bytes.p ? bytes.p : "", bytes.len, &p->mime);
	buf_release(&bytes);
	if ((r == -EINVAL && !p->c->fault.set) || r == -EFBIG || (r >= 0 && !*p->mime.message_id))
		return refuse_message(p->c);
	return r < 0 ? r : read_index(p);
}

/* ---- its place ---------------------------------------------------------------------------------- */

static bool is_same(const struct item *i, const char *name, const char *value)
{
	return str_eq(pairs_get(&i->vals, name), value);
}

/* Message-id and Thread-index must be new in the board. What shares the topic is the thread, in whichever order its
 * messages come ([MS-OUTSPS] 3.2.1.3: it has one root, the first that came); what the index begins with is answered. */
static int look_at(struct post *p, const struct item *i)
{
	const char *index = pairs_get(&i->vals, "ThreadIndex");
	size_t n = index ? strlen(index) : 0;

	if (is_same(i, "MessageId", p->mime.message_id) || is_same(i, "ThreadIndex", buf_str(&p->index)))
		return refuse_message(p->c);
	if (n < 2 + 2 * TOPIC_BYTES || strncmp(buf_str(&p->index), index, 2 + 2 * TOPIC_BYTES) != 0)
		return 0;
	if (i->folder && !p->root)
		p->root = i->id;
	if (n > p->parent_size && n < p->index.len && str_starts(buf_str(&p->index), index)) {
		p->parent = i->id;
		p->parent_size = n;
	}
	return 0;
}

static int find_place(struct post *p)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = db_ask(p->c->db, &st, ITEMS_UP, "ii", p->l->id, INT64_C(0));

	while (r >= 0 && (r = db_step(st)) > 0) {
		r = item_read(st, &i);
		if (r >= 0 && !i.bin)
			r = look_at(p, &i);
	}
	return r;
}

/* ---- storing it --------------------------------------------------------------------------------- */

/* The folder's name: the subject without what a name cannot have, and a number when it is taken. */
static int name_folder(struct edit *e, struct item *i, const char *subject)
{
	size_t n = str_utf8_cut(subject, 120);
	CLEANUP(str_free_p) char *copy = strndup(subject, n);
	char *name = copy ? str_trim(copy) : NULL;
	int r = 1;

	if (!name)
		return -ENOMEM;
	for (char *s = name; *s; s++)
		if (strchr("/\"#%*:<>?\\{|}~.", *s) || (unsigned char) *s < 0x20)
			*s = '_';
	for (int k = 0; r > 0; k++) {
		CLEANUP(str_free_p) char *leaf = k ? str_printf("%s_%d", name, k) : strdup(*name ? name : "_");
		CLEANUP(str_free_p) char *path = leaf ? str_printf("%s/%s", e->l->root, leaf) : NULL;

		r = path ? edit_is_folder(e, path) : -ENOMEM;
		if (r == 0)
			r = str_set(&i->leaf, leaf) < 0 ? -ENOMEM : 0;
	}
	return r;
}

static int enter_thread(struct post *p, struct item *i)
{
	CLEANUP(item_release_p) struct item root = ITEM_INIT;
	char parent[24];
	int r = item_get(p->c->db, p->l, p->root, &root);

	if (r < 0)
		return r;
	i->dir = str_printf("%s/%s", root.dir, root.leaf);
	if (!i->dir)
		return -ENOMEM;
	snprintf(parent, sizeof(parent), "%lld", (long long) (p->parent ? p->parent : p->root));
	return pairs_set(&i->vals, "ParentItemID", parent);
}

static int fill(struct post *p, struct edit *e, struct item *i)
{
	const struct mime *m = &p->mime;
	const char *subject = *m->subject ? m->subject : m->thread_topic;
	const char *const values[][2] = {
		{ "Body", m->html },		 { "ThreadIndex", buf_str(&p->index) }, { "MessageId", m->message_id },
		{ "ThreadTopic", m->thread_topic }, { "EmailReferences", m->references },
	};
	CLEANUP(str_free_p) char *title = strndup(subject, str_utf8_cut(subject, 255));
	int r = title ? edit_set(e, i, "Title", title) : -ENOMEM;

	for (size_t k = 0; r >= 0 && k < sizeof(values) / sizeof(*values); k++)
		if (*values[k][1])
			r = edit_set(e, i, values[k][0], values[k][1]);
	if (r < 0)
		return r;
	i->folder = !p->root;
	return p->root ? enter_thread(p, i) : name_folder(e, i, subject);
}

static int store_files(struct post *p, struct item *i)
{
	int r = 0;

	for (size_t k = 0; r >= 0 && k < p->mime.n_files; k++) {
		const struct mime_file *f = &p->mime.files[k];
		char guid[GUID_SIZE];

		if (str_empty(f->name) || strpbrk(f->name, "/\"#%*:<>?\\{|}~") || strlen(f->name) > 255)
			continue;
		r = guid_new(guid);
		if (r >= 0)
			r = db_run(p->c->db, ATTACHMENT_PUT, "iissiib", i->list, i->id, f->name, guid, INT64_C(1),
				   p->c->now, (const void *) f->content.p, f->content.len);
		i->attachments++;
	}
	return r;
}

static int store(struct post *p)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	struct edit e = { .m = p->c->m, .l = p->l, .who = p->c->person, .now = p->c->now, .system = true };
	int r = item_start(p->l, p->c->person->id, p->c->now, &i);

	if (r >= 0)
		r = fill(p, &e, &i);
	if (r >= 0)
		r = store_files(p, &i);
	if (r >= 0)
		r = edit_insert(&e, &i);
	if (r == -EINVAL && e.refusal.code)
		return call_fault(p->c, e.refusal.code, "%s", e.refusal.text);
	if (r < 0)
		return r;
	page_open(p->c);
	buf_addf(p->c->out, ">\n<rs:data ItemCount=\"1\">\n   <z:row ows_ID=\"%lld\" />\n</rs:data>\n"
			 "</listitems>", (long long) i.id);
	return buf_error(p->c->out);
}

int op_add_discussion(struct call *c)
{
	struct post p = { .c = c, .l = call_list_with(c, PERM_ADD), .index = BUF_INIT(16384) };
	int r;

	if (!p.l)
		return -EINVAL;
	if (p.l->template != TMPL_DISCUSSION)
		return call_fault(c, 0, "This operation works on discussion boards only.");
	r = read_message(&p);
	if (r >= 0)
		r = find_place(&p);
	if (r >= 0)
		r = store(&p);
	mime_release(&p.mime);
	buf_release(&p.index);
	return r;
}
