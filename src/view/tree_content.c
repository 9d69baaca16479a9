#include "tree_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/people.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/store.h"

int view_tree_item(struct view_tree *t, int64_t item, struct item *ret)
{
	struct store_item i = STORE_ITEM_INIT;
	int r = store_item_get(t->store, item, &i);

	if (r == 0) {
		item_release(ret);
		*ret = i.item;
		i.item = (struct item) ITEM_INIT;
	}
	store_item_release(&i);
	return r;
}

int view_tree_values(struct view_tree *t, int64_t item, struct values *ret)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = view_tree_item(t, item, &i);

	if (r < 0)
		return r;
	values_release(ret);
	*ret = i.values;
	i.values = (struct values) VALUES_INIT;
	return 0;
}

int view_tree_seen(struct view_tree *t, int64_t list, int64_t item, struct view_seen *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	struct view_forms_list of;
	int r = store_item_get(t->store, item, &i);

	if (r == 0)
		r = view_tree_list(t, list ? list : i.list, &l);
	if (r < 0)
		return r;
	of = view_list_forms(l);
	return view_forms_see(t->forms, &of, item, &i.item, ret);
}

/* The item's text as it is made anew. */
static int render(struct view_tree *t, const struct view_attr *a, const struct view_seen *s, struct buf *out)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct view_forms_list of;
	int r = view_tree_list(t, a->list, &l);

	if (r < 0)
		return r;
	of = view_list_forms(l);
	return view_forms_render_seen(t->forms, &of, s, out);
}

int view_tree_content(struct view_tree *t, const struct view_attr *a, struct buf *out, struct view_seen *seen)
{
	CLEANUP(view_seen_release_p) struct view_seen mine = VIEW_SEEN_INIT;
	struct view_seen *s = seen ? seen : &mine;
	int r;

	if (view_attr_is_dir(a))
		return -EISDIR;
	if (a->kind == STORE_NODE_DOCUMENT)
		return -EOPNOTSUPP;
	if (a->item && (r = view_tree_seen(t, a->list, a->item, s)) < 0)
		return r;
	r = store_text_get(t->store, a->target ? a->target : a->ino, out, NULL);
	if (r != -ENOENT)
		return r;
	return a->item ? render(t, a, s, out) : 0;
}

int view_tree_open_text(struct view_tree *t, int64_t ino, struct buf *out, struct values *ret_base,
			bool *ret_has_base)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = store_text_get(t->store, ino, out, &text);

	if (r < 0)
		return r;
	if (text.state != STORE_TEXT_OPEN)
		return -ENOENT;
	values_release(ret_base);
	*ret_base = text.base;
	text.base = (struct values) VALUES_INIT;
	*ret_has_base = text.has_base;
	return 0;
}

int view_tree_is_taken(struct view_tree *t, const struct view_attr *a)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	CLEANUP(str_free_p) char *us = NULL;
	const char *who;
	int r = a->kind == STORE_NODE_DOCUMENT ? view_tree_list(t, a->list, &l) : -ENOENT;

	if (r == 0)
		r = view_tree_item(t, a->item, &item);
	who = r == 0 ? values_get(&item.values, "CheckoutUser") : NULL;
	if (str_empty(who))
		return r == -ENOENT ? 0 : r;
	r = store_person_get(t->store, l->site, STORE_PERSON_US, &us);
	return r < 0 ? (r == -ENOENT ? 0 : r) : strtoll(us, NULL, 10) != strtoll(who, NULL, 10);
}

static int held_up(void *arg, const struct store_change *c)
{
	if (c->state != STORE_CHANGE_REFUSED || c->server_code != STORE_CODE_LOCKED || !c->reason)
		return 0;
	return str_set(arg, c->reason) ?: 1;
}

/* Of "... (The file is locked for exclusive use by CONTOSO\\ann.)" the name. */
static int add_holder(const char *said, struct buf *out)
{
	static const char by[] = " by ";
	const char *name = said;
	size_t n;

	for (const char *at = said; (at = strstr(at, by)) != NULL; at += strlen(by))
		name = at + strlen(by);
	n = strcspn(name, "\n");
	while (n && strchr(".)", name[n - 1]))
		n--;
	return buf_add(out, name, n);
}

int view_tree_taken_by(struct view_tree *t, const struct view_attr *a, struct buf *out)
{
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	CLEANUP(str_free_p) char *said = NULL;
	const char *who;
	int r = a->kind == STORE_NODE_DOCUMENT ? view_tree_item(t, a->item, &item) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	who = values_get(&item.values, "CheckoutUser"); /* "12;#Jane Roe,#..." */
	who = who ? strstr(who, ";#") : NULL;
	if (who)
		return buf_add(out, who + 2, strcspn(who + 2, ","));
	r = store_change_of_item(t->store, a->item, held_up, &said);
	return r < 0 ? r : r == 0 ? -ENODATA : add_holder(said, out);
}

/* ---- how far its changes have come ------------------------------------------------ */

/* The state that tells the user most wins: refused, being sent, waiting. */
static int each_change(void *arg, const struct store_change *c)
{
	const char **state = arg;

	switch (c->state) {
	case STORE_CHANGE_REFUSED:
		*state = "refused";
		return 1;
	case STORE_CHANGE_SENDING:
	case STORE_CHANGE_SENT:
		*state = "sending";
		return 0;
	case STORE_CHANGE_QUEUED:
	case STORE_CHANGE_UNSURE:
	case STORE_CHANGE_STATE_COUNT:
		break;
	}
	if (!*state)
		*state = "queued";
	return 0;
}

int view_tree_state(struct view_tree *t, const struct view_attr *a, const char **ret)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	const char *state = NULL;
	int r = 0;

	if (a->kind == STORE_NODE_SCRATCH || a->kind == STORE_NODE_SCRATCH_DIR ||
	    a->kind == STORE_NODE_SYMLINK)
		state = a->has_error ? "conflict" : "local";
	else if (a->kind == STORE_NODE_DRAFT)
		state = "draft";
	else if (a->item)
		r = store_change_of_item(t->store, a->item, each_change, &state);
	if (r < 0)
		return r;
	if (a->item && store_text_get(t->store, a->target ? a->target : a->ino, NULL, &text) == 0 &&
	    text.state != STORE_TEXT_KEPT && (!state || *state != 'r'))
		state = "draft";
	*ret = state ? state : "clean";
	return 0;
}
