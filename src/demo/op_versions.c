#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "db.h"
#include "face.h"
#include "ftype.h"
#include "item.h"
#include "ops.h"
#include "options.h"
#include "perm.h"
#include "rows.h"
#include "show.h"
#include "xml.h"

/* GetVersionCollection, [MS-LISTSWS] 3.1.4.25: what one column of an item was, version by version. */

/* The list that strlistID means: this operation has parameter names of its own. */
static struct list *find_list(struct call *c)
{
	const char *name = call_text(c, "strlistID");
	struct list *l = name ? site_list(c->site, name) : NULL;

	if (!name)
		call_fault(c, 0, "Value cannot be null.");
	else if (!l && c->m->version == 12)
		call_fault(c, 0, "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).");
	else if (!l)
		call_fault_code(c, E_NO_LIST);
	else
		snprintf(c->list_title, sizeof(c->list_title), "%s", l->title);
	return l;
}

static int find_item(struct call *c, const struct list *l, struct item *ret)
{
	const char *text = call_text(c, "strlistItemID");
	int64_t id;
	int r;

	if (str_empty(text))
		return call_fault(c, E_MISSING, "Parameter strlistItemID is missing or invalid.");
	if (str_to_i64(text, &id) < 0)
		return call_fault(c, 0, "Input string was not in a correct format.");
	if (id < 0 && c->m->version > 12)
		return call_fault_code(c, E_INVALID);
	r = face_get(c->db, c->person, l, id, ret);
	if (r != -ENOENT)
		return r;
	return call_fault(c, 0, c->m->version == 12 ? "Value does not fall within the expected range."
						    : "Item does not exist. It may have been deleted by another user.");
}

static void write_version(const struct call *c, const struct list *l, const struct item *i, const struct field *f)
{
	const struct options o = { .look = { .model = c->m, .site = c->site, .utc = true, .expand_user = true,
					     .v3_patterns = true } };
	struct buf text = BUF_INIT((size_t) 64 << 20);

	buf_adds(c->out, "<Version");
	if (rows_value(c, l, &o, i, f, &text))
		xml_put(c->out, f->name, buf_str(&text));
	buf_reset(&text);
	show_time(&o.look, i->modified, &text);
	xml_put(c->out, "Modified", buf_str(&text));
	buf_reset(&text);
	show_person(&o.look, i->editor, &text);
	xml_put(c->out, "Editor", buf_str(&text));
	buf_adds(c->out, "/>");
	buf_release(&text);
}

/* The newest that the caller sees first. A list without versions has the present one only. */
static int write_versions(struct call *c, const struct list *l, struct item *i, const struct field *f)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(c->db, &st, REVISIONS_OF, "ii", l->id, i->id);
	int n = 0;

	while (r >= 0 && (r = db_step(st)) > 0) {
		size_t size;
		const void *vals = db_block(st, 4, &size);

		i->version = db_int(st, 0);
		i->ui = db_int(st, 1);
		i->modified = db_int(st, 2);
		i->editor = db_int(st, 3);
		r = pairs_load(&i->vals, vals, size);
		i->moderation = pairs_get(&i->vals, NOT_APPROVED) ? MODERATION_PENDING : 0;
		n++;
		if (r >= 0 && !perm_hides_draft(c->person, l, i))
			write_version(c, l, i, f);
	}
	if (r >= 0 && !n)
		write_version(c, l, i, f);
	return r;
}

int op_get_versions(struct call *c)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	const char *name = call_text(c, "strFieldName");
	const struct list *l = find_list(c);
	const struct field *f;
	int r;

	if (!l)
		return -EINVAL;
	if (!(perm_of_list(c->person, l) & PERM_VIEW))
		return call_fault_code(c, E_DENIED);
	r = find_item(c, l, &i);
	if (r < 0)
		return r;
	f = name ? list_field(l, name) : NULL;
	if (!f)
		return call_fault(c, 0, "Value does not fall within the expected range.");
	buf_adds(c->out, "<Versions>");
	r = write_versions(c, l, &i, f);
	buf_adds(c->out, "</Versions>");
	return r;
}
