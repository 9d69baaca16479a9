/*
 * The configuration says that a list's items are files of another form than until now. Each file gets the
 * name and the size of its new form; items that others' files show get files of their own, or lose them.
 */
#include <errno.h>

#include "base/str.h"
#include "apply.h"
#include "local.h"
#include "numbers.h"
#include "parts.h"
#include "place.h"
#include "show.h"

static int note_item(void *arg, const struct store_item *i)
{
	return i->item.folder ? 0 : numbers_add(arg, i->id);
}

/* Whose file shows it in the new form. */
static int reform_part(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t was, master;
	bool hidden;
	int r = store_item_get(t->st, item, &it);

	if (r == 0)
		r = parts_stored(t, item, &was);
	if (r == 0)
		r = parts_ask(t, &it.item, &master, &hidden);
	if (r < 0 || was == master)
		return r;
	r = parts_set(t, item, master);
	if (r < 0 || (was > 0) == (master > 0))
		return r;
	return master > 0 ? apply_hide(t, item) : apply_reappear(t, &it, NULL);
}

/* What the user saved in the old form is rendered in the new one; a draft stays as he left it. */
static int reform_file(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	char name[PLACE_NAME];
	int r = store_node_of_item(t->st, item, &n);

	if (r == 0 && (n.kind != STORE_NODE_ITEM || !n.name))
		return 0;
	if (r == 0)
		r = store_item_get(t->st, item, &it);
	if (r == 0)
		r = place_name(t, &it.item, n.parent, n.ino, item, name);
	if (r == 0)
		r = place_move(t, &n, n.parent, name, false);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = store_text_get(t->st, n.ino, NULL, &text);
	if (r == 0 && text.state != STORE_TEXT_KEPT)
		return 0;
	if (r == 0 || r == -ENOENT)
		r = show_drop_text(t, &n, &it.item);
	return r < 0 ? r : store_node_put(t->st, &n);
}

static int reform(struct txn *t)
{
	struct numbers items = NUMBERS_INIT;
	int r = store_item_each(t->st, t->list.id, note_item, &items);

	for (size_t i = 0; r == 0 && i < items.n; i++)
		r = reform_part(t, items.v[i]);
	for (size_t i = 0; r == 0 && i < items.n; i++)
		r = reform_file(t, items.v[i]);
	numbers_release(&items);
	return r;
}

int sync_submit_format(struct sync *s, int64_t list, const char *format, bool html)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	int r = txn_begin(&t, list);

	if (r < 0 || (str_eq(t.list.info.format, format) && !(t.list.info.flags & LIST_RAW_HTML) == !html))
		return r;
	t.list.info.flags = html ? t.list.info.flags | LIST_RAW_HTML : t.list.info.flags & ~(unsigned) LIST_RAW_HTML;
	r = str_set(&t.list.info.format, format);
	if (r == 0)
		r = store_list_put(t.st, &t.list);
	if (r == 0)
		r = reform(&t);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "format");
}
