#include "sync/conflict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "conflict_about.h"

/*
 * The file beside a text: lines of "key value", an empty line, and the packed
 * values of the base, if there is one. A line of a later spfs is passed over.
 */

enum { ABOUT_MAX = 64 << 20 };

static const char merge_suffix[] = ".merge";
static const char first_line[] = "spfs-conflict 1\n";

static const char *const kind_names[] = {
	[SYNC_CONFLICT_EDIT] = "edit",         [SYNC_CONFLICT_GONE] = "gone",
	[SYNC_CONFLICT_DELETE] = "delete",     [SYNC_CONFLICT_TAKEN] = "taken back",
	[SYNC_CONFLICT_ATTACHED] = "attachment",
	[SYNC_CONFLICT_RESCUED] = "rescued",   [SYNC_CONFLICT_UNKNOWN] = "unknown",
};
_Static_assert(sizeof(kind_names) / sizeof(*kind_names) == SYNC_CONFLICT_KIND_COUNT, "a name for each kind");

const char *sync_conflict_kind_name(enum sync_conflict_kind k)
{
	return kind_names[k];
}

void sync_conflict_release(struct sync_conflict *c)
{
	free(c->list);
	free(c->file);
	free(c->name);
	free(c->guid);
	free(c->folder);
	free(c->why);
	values_release(&c->base);
	*c = (struct sync_conflict) SYNC_CONFLICT_INIT;
}

bool sync_conflict_is_entry(const char *name)
{
	size_t n = strlen(name), suffix = strlen(merge_suffix);

	return *name != '.' && (n < suffix || strcmp(name + n - suffix, merge_suffix) != 0);
}

char *sync_conflict_path(const char *dir, const char *list, const char *file, bool merge)
{
	return str_printf("%s/conflicts/%s/%s%s", dir, list, file, merge ? merge_suffix : "");
}

/* The hidden file beside a text or a text to be merged. */
static char *beside(const char *dir, const char *list, const char *file, bool merge)
{
	return str_printf("%s/conflicts/%s/.%s%s", dir, list, file, merge ? merge_suffix : "");
}

/* ---- writing -------------------------------------------------------------------------- */

static void add_line(struct buf *out, const char *key, const char *text)
{
	size_t at;

	if (!text)
		return;
	buf_addf(out, "%s ", key);
	at = out->len;
	buf_adds(out, text);
	/* A server's words, or a file's name, stay one line. */
	for (size_t i = at; i < out->len; i++)
		if (out->p[i] == '\n' || out->p[i] == '\r')
			out->p[i] = ' ';
	buf_addc(out, '\n');
}

int conflict_put_about(const char *dir, const struct sync_conflict *c, const char *file)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(ABOUT_MAX);
	CLEANUP(str_free_p) char *path = beside(dir, c->list, file, false);
	int r;

	buf_adds(&out, first_line);
	add_line(&out, "kind", kind_names[c->kind]);
	add_line(&out, "name", c->name);
	add_line(&out, "guid", c->guid);
	add_line(&out, "folder", c->folder);
	add_line(&out, "why", c->why);
	buf_addf(&out, "id %lld\nis-folder %d\nbase %d\n\n", (long long) c->id, c->is_folder, c->has_base);
	r = c->has_base ? values_pack(&c->base, &out) : 0;
	if (r == 0)
		r = path ? buf_error(&out) : -ENOMEM;
	return r < 0 ? r : fsutil_replace(path, 0600, out.p, out.len);
}

/* ---- reading -------------------------------------------------------------------------- */

static enum sync_conflict_kind find_kind(const char *word)
{
	enum sync_conflict_kind k = 0;

	while (k < SYNC_CONFLICT_UNKNOWN && strcmp(kind_names[k], word) != 0)
		k++;
	return k;
}

static int read_line(struct sync_conflict *c, const char *line)
{
	const struct {
		const char *key;
		char **to;
	} texts[] = { { "name ", &c->name }, { "guid ", &c->guid }, { "folder ", &c->folder }, { "why ", &c->why } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (str_starts(line, texts[i].key))
			return str_set(texts[i].to, line + strlen(texts[i].key));
	if (str_starts(line, "kind "))
		c->kind = find_kind(line + 5);
	else if (str_starts(line, "id "))
		return str_to_i64(line + 3, &c->id) < 0 ? -EUCLEAN : 0;
	else if (strcmp(line, "is-folder 1") == 0)
		c->is_folder = true;
	else if (strcmp(line, "base 1") == 0)
		c->has_base = true;
	return 0;
}

static int read_about(struct buf *b, struct sync_conflict *c)
{
	char *line, *next;
	int r = 0;

	if (!str_starts(buf_str(b), first_line))
		return -EUCLEAN;
	for (line = b->p + strlen(first_line); r == 0 && *line && *line != '\n'; line = next) {
		next = strchr(line, '\n');
		if (!next)
			return -EUCLEAN;
		*next++ = '\0';
		r = read_line(c, line);
	}
	if (r < 0 || !c->has_base)
		return r;
	if (*line != '\n')
		return -EUCLEAN;
	line++;
	return values_unpack(line, b->len - (size_t) (line - b->p), &c->base);
}

/* "A (conflict 2026-11-22 10.41.07).txt" -> "A.txt": what a file without its companion was called. */
static char *guess_name(const char *file)
{
	const char *mark = strstr(file, " (conflict "), *end = mark ? strchr(mark, ')') : NULL;

	return end ? str_printf("%.*s%s", (int) (mark - file), file, end + 1) : strdup(file);
}

int sync_conflict_load(const char *dir, const char *list, const char *file, struct sync_conflict *ret)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(ABOUT_MAX);
	CLEANUP(str_free_p) char *path = sync_conflict_path(dir, list, file, false);
	CLEANUP(str_free_p) char *about = beside(dir, list, file, false);
	CLEANUP(sync_conflict_release_p) struct sync_conflict c = SYNC_CONFLICT_INIT;
	struct stat st;
	int r;

	if (!path || !about)
		return -ENOMEM;
	if (!sync_conflict_is_entry(file) || lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	r = fsutil_read(about, &b);
	if (r == 0)
		r = read_about(&b, &c);
	/* Damaged or missing, the text is what counts. */
	if (r < 0 && r != -ENOMEM) {
		sync_conflict_release(&c);
		r = 0;
	}
	c.when = st.st_mtime;
	if (r == 0)
		r = str_set(&c.list, list);
	if (r == 0)
		r = str_set(&c.file, file);
	if (r == 0 && !c.name && !(c.name = guess_name(file)))
		r = -ENOMEM;
	if (r < 0)
		return r;
	sync_conflict_release(ret);
	*ret = c;
	c = (struct sync_conflict) SYNC_CONFLICT_INIT;
	return 0;
}

/* ---- taking away, merging --------------------------------------------------------------- */

int sync_conflict_remove(const char *dir, const char *list, const char *file)
{
	CLEANUP(str_free_p) char *text = sync_conflict_path(dir, list, file, false);
	CLEANUP(str_free_p) char *top = str_printf("%s/conflicts/%s", dir, list);

	if (!text || !top)
		return -ENOMEM;
	/* The text first: without it nothing else is an entry, whatever is left. */
	if (unlink(text) < 0)
		return -errno;
	for (int i = 0; sync_conflict_is_entry(file) && i < 3; i++) {
		CLEANUP(str_free_p) char *path = i == 2 ? sync_conflict_path(dir, list, file, true) :
							  beside(dir, list, file, i == 1);

		if (path)
			unlink(path);
	}
	rmdir(top);
	return 0;
}

int sync_conflict_put_start(const char *dir, const char *list, const char *file, const struct values *v)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(ABOUT_MAX);
	CLEANUP(str_free_p) char *path = beside(dir, list, file, true);
	int r = path ? values_pack(v, &out) : -ENOMEM;

	return r < 0 ? r : fsutil_replace(path, 0600, buf_str(&out), out.len);
}

int sync_conflict_get_start(const char *dir, const char *list, const char *file, struct values *ret)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(ABOUT_MAX);
	CLEANUP(str_free_p) char *path = beside(dir, list, file, true);
	int r = path ? fsutil_read(path, &b) : -ENOMEM;

	return r < 0 ? r : values_unpack(buf_str(&b), b.len, ret);
}
