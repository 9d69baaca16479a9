#include "model/change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char *const names[] = {
	[CHANGE_NEW] = "new",
	[CHANGE_NEW_FOLDER] = "new folder",
	[CHANGE_UPDATE] = "update",
	[CHANGE_DELETE] = "delete",
	[CHANGE_STORE] = "store",
	[CHANGE_MOVE] = "move",
	[CHANGE_CHECK_OUT] = "check out",
	[CHANGE_CHECK_IN] = "check in",
	[CHANGE_UNDO_CHECK_OUT] = "undo check out",
};

_Static_assert(sizeof(names) / sizeof(*names) == CHANGE_OP_COUNT, "each operation has its word");

void change_content_release(struct change_content *c)
{
	free(c->file);
	free(c->etag);
	*c = (struct change_content) { 0 };
}

int change_content_copy(struct change_content *to, const struct change_content *from)
{
	struct change_content c = *from;
	int r;

	c.file = c.etag = NULL;
	r = str_set(&c.file, from->file);
	if (r == 0)
		r = str_set(&c.etag, from->etag);
	if (r < 0) {
		change_content_release(&c);
		return r;
	}
	change_content_release(to);
	*to = c;
	return 0;
}

void change_release(struct change *c)
{
	change_content_release(&c->content);
	free(c->replication_id);
	free(c->folder);
	free(c->name);
	free(c->file_ref);
	values_release(&c->fields);
	*c = (struct change) CHANGE_INIT;
}

const char *change_op_name(enum change_op op)
{
	return names[op];
}

int change_op_parse(const char *name, enum change_op *ret)
{
	for (int i = 0; i < CHANGE_OP_COUNT; i++)
		if (strcmp(names[i], name) == 0) {
			*ret = (enum change_op) i;
			return 0;
		}
	return -EINVAL;
}

/* "" is kept, unlike in values_overlay(): here it says that the field is to be
 * cleared, and in a new item that it is not to get its default. */
static int merge_fields(struct values *into, const struct values *later)
{
	CLEANUP(values_release_p) struct values sum = VALUES_INIT;
	int r = values_copy(&sum, into);

	for (size_t i = 0; r == 0 && i < later->n; i++)
		r = values_set(&sum, later->v[i].name, later->v[i].text);
	if (r < 0)
		return r;
	values_release(into);
	*into = sum;
	sum = (struct values) VALUES_INIT;
	return 1;
}

/* A folder's name stands apart from its fields: a rename follows its creation as a change of its own. */
static bool is_rename(const struct change *c)
{
	return values_has(&c->fields, "FileLeafRef") || values_has(&c->fields, "BaseName");
}

static int fold_into_new(struct change *into, const struct change *later)
{
	if (later->op == CHANGE_DELETE)
		return 2;
	if (later->op != CHANGE_UPDATE || (into->op == CHANGE_NEW_FOLDER && is_rename(later)))
		return 0;
	return merge_fields(&into->fields, &later->fields);
}

/* The version stays the earlier one: the server must compare with what the first of them was made from. */
static int fold_into_update(struct change *into, const struct change *later)
{
	if (into->id != later->id)
		return 0;
	if (later->op == CHANGE_UPDATE)
		return merge_fields(&into->fields, &later->fields);
	if (later->op != CHANGE_DELETE)
		return 0;
	values_release(&into->fields);
	into->op = CHANGE_DELETE;
	return 1;
}

/* The bytes are the later ones; what they are stored over is what the earlier ones were made from. */
static int fold_into_store(struct change *into, const struct change *later)
{
	CLEANUP(str_free_p) char *file = NULL;
	int r;

	if (later->op == CHANGE_DELETE) {
		if (!into->content.base)
			return 2;
		change_content_release(&into->content);
		into->op = CHANGE_DELETE;
		return 1;
	}
	if (later->op != CHANGE_STORE)
		return 0;
	r = str_set(&file, later->content.file);
	if (r < 0)
		return r;
	str_free_p(&into->content.file);
	into->content.file = file;
	file = NULL;
	into->content.size = later->content.size;
	into->content.due = later->content.due;
	return 1;
}

static int fold_into_move(struct change *into, const struct change *later)
{
	if (later->op == CHANGE_DELETE)
		into->op = CHANGE_DELETE;
	return later->op == CHANGE_DELETE || later->op == CHANGE_MOVE;
}

bool change_is_check(enum change_op op)
{
	return op == CHANGE_CHECK_OUT || op == CHANGE_CHECK_IN || op == CHANGE_UNDO_CHECK_OUT;
}

static int fold_into_check(struct change *into, const struct change *later)
{
	if (later->op == CHANGE_DELETE) {
		into->op = CHANGE_DELETE;
		str_free_p(&into->name);
		return 1;
	}
	if (into->op == CHANGE_CHECK_OUT && later->op == CHANGE_UNDO_CHECK_OUT)
		return 2;
	if (into->op != later->op)
		return 0;
	if (into->op == CHANGE_CHECK_IN)
		into->content.base = later->content.base;
	return into->op == CHANGE_CHECK_IN ? str_set(&into->name, later->name) ?: 1 : 1;
}

int change_fold(struct change *into, const struct change *later)
{
	switch (into->op) {
	case CHANGE_NEW:
	case CHANGE_NEW_FOLDER:
		return fold_into_new(into, later);
	case CHANGE_UPDATE:
		return fold_into_update(into, later);
	case CHANGE_STORE:
		return fold_into_store(into, later);
	case CHANGE_MOVE:
		return fold_into_move(into, later);
	case CHANGE_CHECK_OUT:
	case CHANGE_CHECK_IN:
	case CHANGE_UNDO_CHECK_OUT:
		return fold_into_check(into, later);
	case CHANGE_DELETE:
	case CHANGE_OP_COUNT:
		break;
	}
	return 0;
}
