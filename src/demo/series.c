#include "series.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "db.h"
#include "edit.h"
#include "item.h"
#include "model.h"
#include "xml.h"

#define EVENT_SERIES "1"

static bool defines_series(const struct xml *method)
{
	static const char *const columns[] = { "EndDate", "EventDate", "RecurrenceData", "UID", "XMLTZone" };

	for (const struct xml *x = method->first; x; x = x->next)
		for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
			if (str_eq(xml_attr(x, "Name"), columns[i]))
				return true;
	return false;
}

/* The ids of the exceptions of a series. */
static int find_exceptions(struct edit *e, const struct item *master, struct buf *ids)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(e->m->db, &st, ITEMS_UP, "ii", e->l->id, master->id);
	int64_t id;

	while (r >= 0 && (r = db_step(st)) > 0) {
		const char *of;

		r = item_read(st, &i);
		of = r < 0 || i.bin ? NULL : pairs_get(&i.vals, "MasterSeriesItemID");
		if (of && str_to_i64(of, &id) == 0 && id == master->id)
			r = buf_add(ids, &i.id, sizeof(i.id));
	}
	return r;
}

bool series_is(const struct list *l, const struct item *i)
{
	return list_field(l, "MasterSeriesItemID") && str_eq(pairs_get(&i->vals, "EventType"), EVENT_SERIES);
}

static int delete_exceptions(struct edit *e, const struct item *i)
{
	struct buf ids = BUF_INIT(1 << 20);
	int r = find_exceptions(e, i, &ids);

	for (size_t at = 0; r >= 0 && at < ids.len; at += sizeof(int64_t)) {
		CLEANUP(item_release_p) struct item exception = ITEM_INIT;
		int64_t id;

		memcpy(&id, ids.p + at, sizeof(id));
		r = item_get(e->m->db, e->l, id, &exception);
		if (r >= 0)
			r = edit_delete(e, &exception);
	}
	buf_release(&ids);
	return r;
}

int series_before_update(struct edit *e, const struct item *i, const struct xml *method)
{
	return e->m->wss2 || !defines_series(method) ? 0 : delete_exceptions(e, i);
}

int series_before_delete(struct edit *e, const struct item *i)
{
	int r;

	if (!series_is(e->l, i))
		return 0;
	e->with = i->id;
	r = delete_exceptions(e, i);
	e->with = 0;
	return r;
}

int series_clean(struct item *i)
{
	const char *data = pairs_get(&i->vals, "RecurrenceData");
	const char *from = data ? strstr(data, "<deleteExceptions") : NULL;
	const char *end = from ? strchr(from, '>') : NULL;
	CLEANUP(str_free_p) char *clean = NULL;

	if (!end)
		return 0;
	if (end[-1] != '/') {
		end = strstr(end, "</deleteExceptions>");
		end = end ? strchr(end, '>') : NULL;
	}
	if (!end)
		return 0;
	clean = str_printf("%.*s%s", (int) (from - data), data, end + 1);
	return clean ? pairs_set(&i->vals, "RecurrenceData", clean) : -ENOMEM;
}
