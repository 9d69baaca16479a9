#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uri.h"
#include "call.h"
#include "checkout.h"
#include "db.h"
#include "edit.h"
#include "face.h"
#include "ftype.h"
#include "habit.h"
#include "item.h"
#include "ops.h"
#include "options.h"
#include "perm.h"
#include "rows.h"
#include "series.h"
#include "soap.h"
#include "tmpl.h"
#include "xml.h"

/* UpdateListItems and UpdateListItemsWithKnowledge, [MS-LISTSWS] 3.1.4.31 and 3.1.4.32: a batch of methods, each with a
   result of its own. */

struct batch {
	struct call *c;
	struct list *l;
	struct edit e;
	struct options o; /* how rows are shown */
	struct columns cols;
	struct rows rows;
	char *folder; /* owned: RootFolder, without a slash in front; NULL: the list's root */
	bool stop_on_error;
	bool stopped;
};

/* One method and what became of it. */
struct method {
	const struct xml *x;
	const char *id, *cmd;
	struct item i;
	bool exists;         /* i is an item of the list */
	const char *version; /* the owshiddenversion that was sent; NULL: none */
};

static const char *field_of(const struct method *m, const char *name)
{
	for (const struct xml *x = m->x->first; x; x = x->next)
		if (strcmp(x->name, "Field") == 0 && str_eq(xml_attr(x, "Name"), name))
			return x->text;
	return NULL;
}

/* ---- values ----------------------------------------------------------------------------------- */

static int set_one(struct batch *b, struct method *m, const struct xml *x)
{
	static const char *const special[] = { "ID", "owshiddenversion", "FileRef", "MoveNewUrl", "_ModerationStatus",
					       "_ModerationComments" };
	const char *name = xml_attr(x, "Name");
	const char *property = xml_attr(x, "Property");

	if (strcmp(x->name, "Field") != 0 || !name)
		return 0;
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (strcmp(name, special[i]) == 0)
			return 0;
	if (strcmp(name, "MetaInfo") != 0)
		return edit_set(&b->e, &m->i, name, x->text);
	return property ? edit_set_property(&m->i, property, x->text) : edit_set_blob(&m->i, x->text);
}

static int set_all(struct batch *b, struct method *m)
{
	const char *all_day = field_of(m, "fAllDayEvent");
	const char *before = pairs_get(&m->i.vals, "fAllDayEvent");
	int r = 0;

	b->e.all_day = str_eq(all_day ? all_day : before, "1") || (all_day && xml_is_true(all_day));
	for (const struct xml *x = m->x->first; r >= 0 && x; x = x->next)
		r = set_one(b, m, x);
	return r < 0 ? r : series_clean(&m->i);
}

/* ---- the commands ----------------------------------------------------------------------------- */

static bool may(const struct batch *b, uint64_t right)
{
	return perm_of_list(b->c->person, b->l) & right;
}

/* Before the columns that were sent, for an empty one of those stays empty: the others' usual values. A document
 * comes by PUT: in a library only folders are made this way. */
static int prepare_new(struct batch *b, struct method *m)
{
	const char *type = field_of(m, "FSObjType");
	int r = type ? edit_set(&b->e, &m->i, "FSObjType", type) : 0;

	if (r < 0 || m->i.folder)
		return r;
	return tmpl_is_library(b->l) ? edit_refuse(&b->e, E_PARAMETER) : edit_defaults(&b->e, &m->i);
}

static int complete_folder(struct batch *b, struct item *i)
{
	if (!i->leaf)
		return edit_refuse(&b->e, E_PARAMETER);
	if (b->c->habits->folder_flag && !list_prop_is(b->l, "EnableFolderCreation", false))
		return edit_refuse(&b->e, E_INVALID);
	if (!pairs_get(&i->vals, "Title") && list_field(b->l, "Title"))
		return pairs_set(&i->vals, "Title", i->leaf);
	return 0;
}

static int run_new(struct batch *b, struct method *m)
{
	int r;

	if (!may(b, PERM_ADD))
		return edit_refuse(&b->e, E_DENIED);
	r = item_start(b->l, b->c->person->id, b->c->now, &m->i);
	if (r >= 0 && b->folder)
		r = str_set(&m->i.dir, b->folder);
	if (r >= 0)
		r = prepare_new(b, m);
	if (r >= 0)
		r = set_all(b, m);
	if (r >= 0 && m->i.folder)
		r = complete_folder(b, &m->i);
	if (r >= 0)
		r = edit_compute(&b->e, &m->i);
	if (r >= 0)
		r = edit_validate(&b->e, &m->i);
	if (r >= 0)
		r = edit_insert(&b->e, &m->i);
	if (r < 0 && m->i.id)
		b->l->next_item = m->i.id; /* numbers of refused items are not lost */
	m->exists = r >= 0;
	return r;
}

/* Somebody else's draft: he who sees an approved version of it may not write over what he does not see. */
static int refuse_draft(struct batch *b, struct method *m)
{
	int r = face_show(b->c->db, b->c->person, b->l, &m->i);

	if (r < 0)
		return r;
	m->exists = perm_of_item(b->c->person, b->l, &m->i) & PERM_VIEW;
	return edit_refuse(&b->e, m->exists ? E_DENIED : E_NO_ITEM);
}

/* Finds the item that Field ID means; a wrong owshiddenversion is a conflict, whatever the command. */
static int find_item(struct batch *b, struct method *m, uint64_t right)
{
	const char *text = field_of(m, "ID");
	int64_t id, version;
	int r;

	if (!text || str_to_i64(text, &id) < 0)
		return edit_refuse(&b->e, text ? E_MISMATCH : E_PARAMETER);
	r = item_get(b->c->db, b->l, id, &m->i);
	if (r < 0)
		return r == -ENOENT ? edit_refuse(&b->e, E_NO_ITEM) : r;
	if (!(perm_of_item(b->c->person, b->l, &m->i) & PERM_VIEW))
		return refuse_draft(b, m);
	m->exists = true;
	if (!(perm_of_item(b->c->person, b->l, &m->i) & right))
		return edit_refuse(&b->e, E_DENIED);
	if (right == PERM_DELETE && !b->c->habits->delete_version)
		return checkout_allows(&b->e, &m->i);
	if (m->version && (str_to_i64(m->version, &version) < 0 || version != m->i.version))
		return edit_refuse(&b->e, E_CONFLICT);
	return right == PERM_APPROVE ? 0 : checkout_allows(&b->e, &m->i);
}

/* Comments of which each version has its own are empty unless they are sent again. */
static int clear_appended(struct batch *b, struct item *i)
{
	int r = 0;

	for (size_t n = 0; r >= 0 && n < b->l->n_fields; n++)
		if (xml_is_true(xml_attr(b->l->fields[n]->def, "AppendOnly")))
			r = pairs_set(&i->vals, b->l->fields[n]->name, NULL);
	return r;
}

static int run_update(struct batch *b, struct method *m)
{
	CLEANUP(str_free_p) char *leaf = NULL;
	bool series;
	int r = find_item(b, m, PERM_EDIT);

	if (r < 0)
		return r;
	series = series_is(b->l, &m->i);
	leaf = strdup(m->i.leaf);
	if (!leaf)
		return -ENOMEM;
	r = clear_appended(b, &m->i);
	if (r >= 0) /* it says what the client last sent: any other update outdates it (R1144) */
		r = edit_set_property(&m->i, "vti_contentchangeunit", "");
	if (r >= 0)
		r = set_all(b, m);
	if (r >= 0)
		r = edit_compute(&b->e, &m->i);
	if (r >= 0)
		r = edit_validate(&b->e, &m->i);
	if (r >= 0 && strcmp(leaf, m->i.leaf) != 0) {
		CLEANUP(str_free_p) char *to = strdup(m->i.leaf);

		if (!to || str_set(&m->i.leaf, leaf) < 0)
			return -ENOMEM;
		r = edit_move(&b->e, &m->i, NULL, to);
	}
	if (r >= 0 && series)
		r = series_before_update(&b->e, &m->i, m->x);
	return r < 0 ? r : edit_update(&b->e, &m->i, EDIT_NORMAL);
}

static int run_delete(struct batch *b, struct method *m)
{
	int r = find_item(b, m, PERM_DELETE);

	if (r >= 0)
		r = series_before_delete(&b->e, &m->i);
	if (r >= 0)
		r = edit_delete(&b->e, &m->i);
	if (r >= 0)
		m->exists = false;
	return r;
}

/* [MS-LISTSWS] 3.1.4.31.2.1: the list must have moderation. */
static int run_moderate(struct batch *b, struct method *m)
{
	const char *status = field_of(m, "_ModerationStatus");
	const char *comments = field_of(m, "_ModerationComments");
	int64_t n;
	int r = find_item(b, m, PERM_APPROVE);

	if (r < 0)
		return r;
	if (!list_prop_is(b->l, "EnableModeration", false) || !status || str_to_i64(status, &n) < 0 || n < 0 || n > 4)
		return edit_refuse(&b->e, E_INVALID);
	m->i.moderation = n;
	if (comments)
		r = pairs_set(&m->i.vals, "_ModerationComments", *comments ? comments : NULL);
	return r < 0 ? r : edit_update(&b->e, &m->i, EDIT_MODERATE);
}

/* An address, absolute or not, as a path without the slash in front. */
static char *path_of(const char *address)
{
	struct uri u = { 0 };
	const char *path = uri_parse(address, &u) == 0 ? u.path : address;
	char *out = strdup(*path == '/' ? path + 1 : path);

	uri_release(&u);
	if (out && str_ends(out, "/"))
		out[strlen(out) - 1] = '\0';
	return out;
}

static int run_move(struct batch *b, struct method *m)
{
	const char *url = field_of(m, "MoveNewUrl");
	CLEANUP(str_free_p) char *path = url ? path_of(url) : NULL;
	char *slash = path ? strrchr(path, '/') : NULL;
	int r = find_item(b, m, PERM_EDIT);

	if (r < 0)
		return r;
	if (!slash)
		return edit_refuse(&b->e, E_PARAMETER);
	*slash = '\0';
	r = edit_move(&b->e, &m->i, path, slash + 1);
	return r < 0 ? r : edit_update(&b->e, &m->i, EDIT_NORMAL);
}

static const struct {
	const char *name;
	int first; /* product version */
	int count; /* place in call.methods */
	int (*run)(struct batch *b, struct method *m);
} commands[] = {
	{ "New", 12, 0, run_new },           { "Update", 12, 1, run_update }, { "Delete", 12, 2, run_delete },
	{ "Moderate", 12, 3, run_moderate }, { "Move", 14, 3, run_move },
};

static int run_command(struct batch *b, struct method *m)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, m->cmd) != 0 || b->c->m->version < commands[i].first)
			continue;
		b->c->methods[commands[i].count]++;
		return b->stopped ? edit_refuse(&b->e, E_ABORTED) : commands[i].run(b, m);
	}
	b->c->methods[3]++;
	return edit_refuse(&b->e, E_PARAMETER);
}

/* ---- results ---------------------------------------------------------------------------------- */

/* The list and a version appear whenever a version was sent; it is the sent one plus 1, even in a
 * conflict (R964). */
static void open_result(const struct batch *b, const struct method *m)
{
	struct buf *out = b->c->out;
	int64_t version = 0;

	buf_adds(out, "<Result ID=\"");
	xml_value(out, m->id);
	buf_addc(out, ',');
	xml_value(out, m->cmd);
	buf_addc(out, '"');
	if (m->version && strcmp(m->cmd, "New") != 0 && str_to_i64(m->version, &version) < 0)
		version = 0; /* no number differs from every version: a conflict, too (R2114) */
	if (m->version && strcmp(m->cmd, "New") != 0)
		buf_addf(out, " List=\"%s\" Version=\"%lld\"", b->l->guid, (long long) version + 1);
	buf_addc(out, '>');
}

static void write_error(const struct batch *b, const struct refusal *why)
{
	struct buf *out = b->c->out;

	buf_addf(out, b->c->quirks.upper_codes ? "<ErrorCode>0x%08X</ErrorCode>" : "<ErrorCode>0x%08x</ErrorCode>",
		 why->code);
	if (strcmp(why->text, "") == 0 && !why->code)
		return;
	buf_adds(out, "<ErrorText>");
	xml_text(out, b->c->quirks.localised ? "Der Vorgang ist fehlgeschlagen: ungültiger Wert." : why->text);
	buf_adds(out, "</ErrorText>");
}

/* On failure the row is what the server has (R972) and shows this person, not what the method made of it. */
static int write_row(struct batch *b, struct method *m, bool failed)
{
	int r = failed ? face_get(b->c->db, b->c->person, b->l, m->i.id, &m->i) : 0;

	return r == -ENOENT ? 0 : r < 0 ? r : rows_write(&b->rows, &m->i, true);
}

static int write_result(struct batch *b, struct method *m, int outcome)
{
	bool failed = outcome < 0;
	int r = 0;

	open_result(b, m);
	write_error(b, failed ? &b->e.refusal : &(struct refusal) { 0, "" });
	if (!failed && strcmp(m->cmd, "New") == 0)
		buf_adds(b->c->out, "<ID/>");
	if (m->exists)
		r = write_row(b, m, failed);
	buf_adds(b->c->out, "</Result>");
	return r;
}

static int run_method(struct batch *b, const struct xml *x)
{
	struct method m = { .x = x, .id = xml_attr(x, "ID"), .cmd = xml_attr(x, "Cmd"), .i = ITEM_INIT };
	int r;

	m.id = m.id ? m.id : "";
	m.cmd = m.cmd ? m.cmd : "";
	m.version = field_of(&m, "owshiddenversion");
	if (m.version && !*m.version)
		m.version = NULL;
	b->e.refusal = (struct refusal) { 0, "" };
	r = run_command(b, &m);
	if (r >= 0 || (r == -EINVAL && b->e.refusal.code)) {
		b->stopped |= r < 0 && b->stop_on_error;
		r = write_result(b, &m, r);
	}
	item_release(&m.i);
	return r;
}

/* ---- the batch -------------------------------------------------------------------------------- */

/* Exactly "TRUE" is true here, any other text is not. */
static bool is_upper_true(const struct xml *batch, const char *name)
{
	return str_eq(xml_attr(batch, name), "TRUE");
}

static int check_schema(struct batch *b, const struct xml *x)
{
	const char *version = xml_attr(x, "ListVersion");
	int64_t n;

	if (!is_upper_true(x, "LockSchema") || !version || str_to_i64(version, &n) < 0 || n == b->l->version)
		return 0;
	return call_fault_code(b->c, E_SCHEMA);
}

static int choose_columns(struct batch *b, const struct xml *x)
{
	const char *view = xml_attr(x, "ViewName");
	char guid[GUID_SIZE];
	int r;

	b->cols.properties = is_upper_true(x, "Properties");
	if (!view || !guid_normalise(view, guid) || strcmp(guid, b->l->view) != 0)
		return columns_all(b->l, &b->cols);
	r = columns_of_view(b->l, b->l->view_fields, &b->cols);
	if (r >= 0)
		r = columns_of_view(b->l, "ID", &b->cols);
	b->cols.all = true; /* and nothing more */
	return r;
}

static int begin(struct batch *b, const struct xml *x)
{
	const char *folder = xml_attr(x, "RootFolder");
	int r = check_schema(b, x);

	b->stop_on_error = str_eq(xml_attr(x, "OnError"), "Return");
	b->o.look = (struct outlook) { .model = b->c->m, .site = b->c->site,
				       .utc = is_upper_true(x, "DateInUtc"), .v3_patterns = true };
	b->e = (struct edit) { .m = b->c->m, .l = b->l, .who = b->c->person, .now = b->c->now,
			       .utc = b->o.look.utc, .strict = b->c->habits->read_only };
	if (r >= 0 && !str_empty(folder) && !(b->folder = path_of(folder)))
		r = -ENOMEM;
	if (r >= 0)
		r = choose_columns(b, x);
	return r < 0 ? r : rows_begin(b->c, b->l, &b->o, &b->cols, &b->rows);
}

static int run_all(struct batch *b, const struct xml *x)
{
	int r = begin(b, x);

	buf_adds(b->c->out, "<Results>");
	for (const struct xml *m = x->first; r >= 0 && m; m = m->next)
		if (strcmp(m->name, "Method") == 0)
			r = run_method(b, m);
	buf_adds(b->c->out, "</Results>");
	return r;
}

int op_update_list_items(struct call *c)
{
	const struct xml *x = call_caml(c, "updates", "Batch");
	const char *name = call_text(c, "listName");
	struct batch b = { .c = c };
	struct list before;
	int r;

	if (name && !*name)
		return call_fault(c, 0, "%s", c->m->version == 12 ? "Object reference not set to an instance of an object."
								  : "Cannot access a closed Stream.");
	b.l = call_list_with(c, PERM_VIEW);
	if (!b.l)
		return -EINVAL;
	if (!x)
		return call_fault(c, 0, "Value does not fall within the expected range.");
	before = *b.l;
	r = run_all(&b, x);
	if (r < 0) { /* the transaction is undone, and so are the counters */
		b.l->next_item = before.next_item;
		b.l->items = before.items;
		b.l->modified = before.modified;
		b.l->deleted = before.deleted;
	}
	rows_end(&b.rows);
	columns_release(&b.cols);
	free(b.folder);
	return r;
}
