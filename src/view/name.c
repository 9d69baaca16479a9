#include "view/name.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/field.h"
#include "name_map.h"
#include "value.h"
#include "view/format.h"

#define NO_TITLE "(no title)"
#define CUT_MARK "\xe2\x80\xa6" /* U+2026 */
#define BLANKS " \t\r\n\v\f"

enum { MAX_EXT = 16 }; /* a longer "extension" of a document is part of its name */

/* ---- which text makes the stem ---------------------------------------------------- */

enum { LIST_SURVEY = 102, LIST_LINKS = 103, LIST_CONTACTS = 105, LIST_DISCUSSION = 108 };

static void map_trimmed(struct name_map *out, const char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	n = strlen(s);
	while (n && strchr(BLANKS, s[n - 1]))
		n--;
	name_map(out, s, n, true);
}

static void stem_of_title(const struct item *i, struct name_map *out)
{
	const char *title = values_get(&i->values, "Title");

	map_trimmed(out, title ? title : "");
}

static void stem_of_survey(const struct item *i, struct name_map *out)
{
	out->len = (size_t) snprintf(out->p, sizeof(out->p), "%" PRId64, i->id);
}

/*
 * The first part of a wire value that is divided by `separator`, two characters
 * of which the first is doubled where it is text. Returns what follows, or NULL.
 */
static const char *first_part(const char *s, const char *separator, char *out, size_t size)
{
	size_t n = 0;

	for (; *s && strncmp(s, separator, 2) != 0; s++) {
		if (s[0] == separator[0] && s[1] == separator[0])
			s++;
		if (n + 1 < size)
			out[n++] = *s;
	}
	out[n] = '\0';
	return *s ? s + 2 : NULL;
}

static void stem_of_link(const struct item *i, struct name_map *out)
{
	const char *url = values_get(&i->values, "URL");
	char address[512];
	const char *description = url ? first_part(url, ", ", address, sizeof(address)) : NULL;

	if (!url) {
		stem_of_title(i, out);
		return;
	}
	map_trimmed(out, description ? description : "");
	if (!out->len)
		map_trimmed(out, address);
}

static void stem_of_contact(const struct item *i, struct name_map *out)
{
	const char *full = values_get(&i->values, "FullName");
	const char *first = values_get(&i->values, "FirstName");
	const char *last = values_get(&i->values, "Title");
	char both[1024];

	if (!full && first && last) {
		snprintf(both, sizeof(both), "%s %s", first, last);
		full = both;
	}
	map_trimmed(out, full ? full : last ? last : first ? first : "");
}

static void stem_of_post(const struct item *i, struct name_map *out)
{
	const char *author = values_get(&i->values, "Author");
	const char *name = author ? strstr(author, ";#") : NULL;
	char text[512], who[256] = "";
	struct tm tm;
	time_t created = (time_t) i->created;

	if (name)
		first_part(name + 2, ",#", who, sizeof(who));
	if (!localtime_r(&created, &tm))
		return;
	snprintf(text, sizeof(text), "%04d-%02d-%02d %02d.%02d %s", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min, who);
	map_trimmed(out, text);
}

/* By ServerTemplate; the last row is for every other list. */
static const struct kind {
	int template;
	void (*stem)(const struct item *i, struct name_map *out);
	const char *field; /* that a rename sets; NULL: names do not follow a field */
} kinds[] = {
	{ LIST_SURVEY, stem_of_survey, NULL },
	{ LIST_LINKS, stem_of_link, "URL" },
	{ LIST_CONTACTS, stem_of_contact, "FullName" },
	{ LIST_DISCUSSION, stem_of_post, NULL },
	{ 0, stem_of_title, "Title" },
};

static const struct kind *kind_of(const struct list *l)
{
	const struct kind *k = kinds;

	while (k->template && k->template != l->template)
		k++;
	return k;
}

/* Documents and folders carry the server's own name. */
static bool named_by_server(const struct list *l, const struct item *i)
{
	return list_is_library(l) || i->folder;
}

/* Names that a file manager or spfs itself would obey, whoever made them. */
static bool obeyed(const char *name)
{
	return str_eq(name, ".") || str_eq(name, "..") || str_eq(name, ".spfs") ||
	       (*name == '.' && view_name_is_temporary(name));
}

static void stem_of_file(const struct list *l, const struct item *i, struct name_map *out)
{
	const char *leaf = i->path ? item_leaf(i->path) : values_get(&i->values, "FileLeafRef");
	const char *value = leaf && !i->path ? strstr(leaf, ";#") : NULL;

	if (value)
		leaf = value + 2;
	if (str_empty(leaf))
		stem_of_title(i, out);
	else
		name_map(out, leaf, strlen(leaf), !list_is_library(l) || obeyed(leaf));
}

/* ---- making names --------------------------------------------------------------- */

/* Where the extension of a document begins; the end when it has none. */
static size_t document_stem(const char *name)
{
	size_t n = strlen(name);
	const char *dot = strrchr(name, '.');

	return dot && dot != name && name + n - dot <= MAX_EXT ? (size_t) (dot - name) : n;
}

/* stem + tail, the stem cut to fit. Whether it was cut. */
static bool join(const char *stem, size_t n, const char *tail, char out[VIEW_NAME_SIZE])
{
	size_t room = VIEW_NAME_MAX - strlen(tail);
	bool cut = n > room;

	if (cut)
		n = str_utf8_cut(stem, room - strlen(CUT_MARK));
	snprintf(out, VIEW_NAME_SIZE, "%.*s%s%s", (int) n, stem, cut ? CUT_MARK : "", tail);
	return cut;
}

/* Names with a meaning of their own in the directory where they would stand. */
static bool reserved(const struct list *l, const char *name)
{
	static const char *const of_lists[] = { "Attachments", "ERRORS", "color", "displayname",
						"description", "order", NULL };
	static const char *const of_libraries[] = { "autorun.inf", "desktop.ini", "Thumbs.db", NULL };
	bool library = list_is_library(l);

	for (const char *const *p = library ? of_libraries : of_lists; *p; p++)
		if (library ? strcasecmp(name, *p) == 0 : strcmp(name, *p) == 0)
			return true;
	return false;
}

const char *view_name_ext(const struct list *l)
{
	return list_is_library(l) ? "" : view_format_of(l, l->format)->ext;
}

int view_name_make(const struct list *l, const struct item *i, bool with_id, char out[VIEW_NAME_SIZE])
{
	struct name_map stem = NAME_MAP_INIT;
	char tail[64] = "";
	bool file = named_by_server(l, i), must;
	size_t n;

	if (file)
		stem_of_file(l, i, &stem);
	else
		kind_of(l)->stem(i, &stem);
	if (!stem.len)
		name_map(&stem, NO_TITLE, strlen(NO_TITLE), false);
	n = file && !i->folder ? document_stem(stem.p) : stem.len;
	if (with_id)
		snprintf(tail, sizeof(tail), " (%" PRId64 ")", i->id);
	snprintf(tail + strlen(tail), sizeof(tail) - strlen(tail), "%s",
		 file ? stem.p + n : view_name_ext(l));
	must = join(stem.p, n, tail, out) || stem.full || reserved(l, out);
	return must && !with_id;
}

void view_name_list(const char *title, char out[VIEW_NAME_SIZE])
{
	struct name_map stem = NAME_MAP_INIT;

	map_trimmed(&stem, title ? title : "");
	if (!stem.len)
		name_map(&stem, NO_TITLE, strlen(NO_TITLE), false);
	join(stem.p, stem.len, "", out);
}

bool view_name_is_item(const struct list *l, const char *name)
{
	const char *ext = view_name_ext(l);

	if (list_is_library(l))
		return *name && !view_name_is_temporary(name);
	return *name != '.' && str_ends(name, ext) && strlen(name) > strlen(ext);
}

/* ---- what a name means ------------------------------------------------------------ */

/* The length of the stem in n bytes of a name, without " (ID)" at its end. */
static size_t without_id(const char *name, size_t n, int64_t id)
{
	char suffix[32];
	size_t len = (size_t) snprintf(suffix, sizeof(suffix), " (%" PRId64 ")", id);

	return id && n >= len && memcmp(name + n - len, suffix, len) == 0 ? n - len : n;
}

int view_name_title(const struct list *l, const char *name, int64_t id, char out[VIEW_NAME_SIZE])
{
	struct name_map title = NAME_MAP_INIT;
	const char *ext = view_name_ext(l);
	size_t n = strlen(name), stem;
	int len;

	if (list_is_library(l))
		stem = document_stem(name);
	else
		stem = str_ends(name, ext) ? n - strlen(ext) : n;
	name_unmap(&title, name, without_id(name, stem, id));
	if (list_is_library(l))
		name_unmap(&title, name + stem, n - stem);
	len = snprintf(out, VIEW_NAME_SIZE, "%s", list_is_library(l) ? title.p : str_trim(title.p));
	return len <= 0 || len >= VIEW_NAME_SIZE ? -EINVAL : 0;
}

const char *view_name_field(const struct list *l)
{
	const char *name = list_is_library(l) || str_eq(view_name_ext(l), ".vcf") ? NULL : kind_of(l)->field;
	const struct field *f = name ? schema_find(&l->schema, name) : NULL;

	return f && field_editable(f) ? f->name : NULL;
}

/* A link's name is the description of its address. */
static int change_link(const struct field *f, const struct values *v, const char *title, struct values *ret)
{
	const char *url = values_get(v, f->name);
	struct buf wire = BUF_INIT((size_t) 1 << 30);
	int r = url ? url_describe(url, title, &wire) : -EINVAL;

	if (r == 0 && !str_eq(url, buf_str(&wire)))
		r = values_set(ret, f->name, buf_str(&wire));
	buf_release(&wire);
	return r;
}

int view_name_change(const struct list *l, const struct values *v, const char *title, struct values *ret)
{
	const char *name = view_name_field(l);
	const struct field *f = name ? schema_find(&l->schema, name) : NULL;

	if (!f)
		return -EPERM;
	if (f->type == FIELD_URL)
		return change_link(f, v, title, ret);
	return field_same(f, values_get(v, name), title) ? 0 : values_set(ret, name, title);
}

/* ---- vdirs ------------------------------------------------------------------------ */

bool view_name_is_vdir(const struct list *l)
{
	const char *ext = view_name_ext(l);

	return str_eq(ext, ".ics") || str_eq(ext, ".vcf");
}

bool view_name_is_vdir_file(const struct list *l, const char *name)
{
	static const char *const names[] = { "color", "displayname", "description", "order" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eq(names[i], name))
			return view_name_is_vdir(l);
	return false;
}

/* ---- names that programs make for a moment ------------------------------------------ */

static bool matches(const char *const patterns[], const char *name)
{
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

bool view_name_is_temporary(const char *name)
{
	static const char *const patterns[] = {
		/* editors */
		"*~", "#*#", ".#*", "*.swp", "*.swx", "*.swo", "*.kate-swp", "*.gawk.??????",
		".goutputstream-*", "*.tmp",
		/* office suites and browsers */
		"~$*", ".~lock.*#", "*.part", "*.crdownload",
		/* desktops and other systems */
		".directory", ".hidden", ".sh_thumbnails", ".Trash*", ".fuse_hidden*",
		".DS_Store", "._*", "desktop.ini", "Thumbs.db", NULL
	};

	return matches(patterns, name);
}

bool view_name_may_be_temporary(const char *name)
{
	static const char *const patterns[] = {
		"4913", "sed??????", "XX??????", "tmp*", ".*.??????", NULL /* vim, sed, perl, many, rsync */
	};

	return matches(patterns, name);
}
