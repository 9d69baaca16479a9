#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/journal.h"
#include "sync/submit.h"

/* The control file `checkout`: what waits to be checked out or in. Written by `spfs checkout` and its like, which know inodes. */

static int add_each(void *arg, const struct store_change *c)
{
	if (!change_is_check(c->change.op))
		return 0;
	return buf_addf(arg, "%s: %s\n", change_op_name(c->change.op), c->name ? c->name : "");
}

int host_checkout_read(struct app *app, int64_t list, struct buf *out)
{
	(void) list;
	return store_change_each(app->store, 0, add_each, out);
}

static const struct {
	const char *word;
	enum change_op op;
	enum change_checkin kind;
} words[] = {
	{ "out", CHANGE_CHECK_OUT, CHANGE_CHECKIN_DEFAULT },
	{ "in", CHANGE_CHECK_IN, CHANGE_CHECKIN_DEFAULT },
	{ "in-minor", CHANGE_CHECK_IN, CHANGE_CHECKIN_MINOR },
	{ "in-major", CHANGE_CHECK_IN, CHANGE_CHECKIN_MAJOR },
	{ "undo", CHANGE_UNDO_CHECK_OUT, CHANGE_CHECKIN_DEFAULT },
};

/* "in 17 the comment": *ret_comment NULL when there is none. The place in words. */
static int read_order(char *text, size_t *ret_word, int64_t *ret_ino, const char **ret_comment)
{
	char *number = strchr(text, ' '), *comment = number ? strchr(number + 1, ' ') : NULL;

	if (!number)
		return -EINVAL;
	*number++ = '\0';
	if (comment)
		*comment++ = '\0';
	*ret_comment = comment && *comment ? comment : NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].word, text) == 0) {
			*ret_word = i;
			return str_to_i64(number, ret_ino);
		}
	return -EINVAL;
}

int host_checkout_write(struct app *app, int64_t list, const char *text, size_t n, struct err *err)
{
	CLEANUP(str_free_p) char *copy = strndup(text, n);
	const char *comment = NULL;
	enum change_op op;
	size_t word;
	int64_t ino;
	int r;

	(void) list;
	if (!copy)
		return -ENOMEM;
	if (read_order(str_trim(copy), &word, &ino, &comment) < 0 || !str_utf8_valid(copy, strlen(copy)) ||
	    (comment && !str_utf8_valid(comment, strlen(comment))))
		return err_set(err, -EINVAL, "checkout takes \"out INODE\", \"in INODE COMMENT\" (or in-minor, in-major) or \"undo INODE\"; "
				"`spfs checkout PATH` and its like write that");
	op = words[word].op;
	r = sync_submit_check(app->sync, ino, op, words[word].kind, op == CHANGE_CHECK_IN ? comment : NULL);
	return r < 0 ? err_set(err, r, "%s", err_text(NULL, r)) : 0;
}
