#include "fmt_changes.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/guid.h"
#include "base/str.h"
#include "fmt_extras.h"

#define NO_LIMIT ((size_t) 1 << 30)

void view_changes_release(struct view_changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		values_release(&c->op[i].fields);
	free(c->op);
	free(c->extras);
	free(c->uid);
	free(c->replication_id);
	*c = (struct view_changes) VIEW_CHANGES_INIT;
}

int changes_add(struct view_changes *c, enum change_op op, const struct item *i, struct values *fields)
{
	int r = vec_grow(&c->op, &c->cap, c->n + 1, sizeof(*c->op));

	if (r < 0)
		return r;
	c->op[c->n++] = (struct view_op) { .op = op, .item = i, .fields = *fields };
	*fields = (struct values) VALUES_INIT;
	return 0;
}

int changes_add_master(struct view_changes *c, const struct item *master, struct values *fields)
{
	if (!master)
		return changes_add(c, CHANGE_NEW, NULL, fields);
	return fields->n ? changes_add(c, CHANGE_UPDATE, master, fields) : 0;
}

/* ---- UIDs ------------------------------------------------------------------------------ */

/* A GUID as it stands in a UID: without braces, in lower case. dashes false: without these too. */
static void add_guid(const char *guid, struct buf *out)
{
	for (; guid && *guid; guid++)
		if (*guid != '{' && *guid != '}')
			buf_addc(out, (char) tolower((unsigned char) *guid));
}

void view_format_uid(const struct list *l, const struct item *i, const char *host, struct buf *out)
{
	const char *chosen = values_get(&i->values, "MetaInfo_SpfsUid");

	if (chosen)
		buf_adds(out, chosen);
	else if (i->replication_id)
		add_guid(i->replication_id, out);
	else {
		add_guid(l->id, out);
		buf_addf(out, ".%" PRId64 "@%s", i->id, host ? host : "localhost");
	}
}

void changes_write_uid(const struct view_file *f, struct buf *out)
{
	struct buf uid = BUF_INIT(NO_LIMIT);

	view_format_uid(f->list, f->series.master, f->host, &uid);
	line_text("UID", buf_str(&uid), out);
	buf_release(&uid);
}

void changes_write_id(const struct item *i, struct buf *out)
{
	if (i->id > 0)
		buf_addf(out, "X-SP-ID:%" PRId64 "\n", i->id);
}

/* A GUID that reads back as this UID is the item's ReplicationID (MS-OUTSPS_R206); anything else goes beside it. */
static int name_new(const char *uid, struct view_changes *c, struct values *fields)
{
	struct buf back = BUF_INIT(2 * GUID_SIZE);
	char guid[GUID_SIZE];
	bool same = guid_normalise(uid, guid);
	int r;

	if (same)
		add_guid(guid, &back);
	same = same && str_eq(buf_str(&back), uid);
	r = same ? str_set(&c->replication_id, guid) : values_set(fields, "MetaInfo_SpfsUid", uid);
	buf_release(&back);
	return r;
}

int changes_take_uid(const struct lines *l, size_t comp, bool is_new, struct view_changes *c, struct values *fields)
{
	const struct line *line = lines_find(l, comp, "UID", NULL);
	struct buf uid = BUF_INIT(NO_LIMIT);
	int r;

	if (!line || !*line->value) {
		c->complete = false;
		return 0;
	}
	line_unescape(line->value, &uid);
	r = buf_error(&uid);
	if (r == 0)
		r = str_set(&c->uid, buf_str(&uid));
	if (r == 0 && is_new)
		r = name_new(c->uid, c, fields);
	buf_release(&uid);
	return r;
}

/* ---- extras ------------------------------------------------------------------------------ */

int changes_take_extras(const struct lines *l, size_t comp, const char *const *except, const struct buf *inner,
			struct view_changes *c)
{
	struct buf own = BUF_INIT(NO_LIMIT), all = BUF_INIT(NO_LIMIT);
	int r;

	extras_add(l, comp, except, &own);
	if (inner)
		buf_add(&own, buf_str(inner), inner->len);
	r = buf_error(&own);
	if (r == 0 && own.len) {
		buf_addf(&all, "BEGIN:%s\n%sEND:%s\n", l->c[comp].name, buf_str(&own), l->c[comp].name);
		r = buf_error(&all);
	}
	if (r == 0)
		r = str_set(&c->extras, all.len ? buf_str(&all) : NULL);
	buf_release(&own);
	buf_release(&all);
	return r;
}
