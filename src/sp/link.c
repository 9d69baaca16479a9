/*
 * Reading a stssync link. The order of decoding is the producer's backwards, and must be this one:
 *
 *	1. the query is split at '&': one within a value is written "|%26"
 *	2. each value is percent-decoded, once
 *	3. then "|c" is c, and "[00E400F6]" are UTF-16 code units
 *	4. base-url and list-url are URLs: their percent-escapes are decoded like those of any other
 *
 * So a blank in list-url arrives as "%2520", and "|%5B" is a bracket while "%5B00E4%5D" is a letter.
 * Paths are looked at after the last step: whoever writes "..", however often it is escaped, is refused.
 */
#include "sp/link.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/guid.h"
#include "base/str.h"
#include "base/uri.h"
#include "base/utf8.h"

enum key { VER, TYPE, CMD, BASE_URL, GUID, SITE_NAME, LIST_NAME, LIST_URL, USER_ID, FOLDER_URL, FOLDER_ID, KEYS };

static const struct {
	const char *name;
	bool required; /* by us: of the specification's others, two are for people, and of guid and list-url one will do */
} keys[KEYS] = {
	[VER] = { "ver", true },
	[TYPE] = { "type", true },
	[CMD] = { "cmd", true },
	[BASE_URL] = { "base-url", true },
	[GUID] = { "guid", false },
	[SITE_NAME] = { "site-name", false },
	[LIST_NAME] = { "list-name", false },
	[LIST_URL] = { "list-url", false },
	[USER_ID] = { "user-id", false },
	[FOLDER_URL] = { "folder-url", false },
	[FOLDER_ID] = { "folder-id", false },
};

struct values {
	char *of[KEYS]; /* owned, decoded; NULL: not there */
};

static void values_release_p(struct values *v)
{
	for (int i = 0; i < KEYS; i++)
		free(v->of[i]);
}

static int refuse(struct err *err, enum key k, const char *why)
{
	return err_set(err, -EINVAL, "this link cannot be followed: its %s %s", keys[k].name, why);
}

/* ---- values ----------------------------------------------------------------------------- */

static int unit(const char *s)
{
	int n = 0;

	for (int i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char) s[i]))
			return -1;
		n = n * 16 + (isdigit((unsigned char) s[i]) ? s[i] - '0' : tolower((unsigned char) s[i]) - 'a' + 10);
	}
	return n;
}

static bool is_high(int u)
{
	return u >= 0xd800 && u < 0xdc00;
}

static bool is_low(int u)
{
	return u >= 0xdc00 && u < 0xe000;
}

/* The characters of "00E4D83DDE00]": where it ends behind the bracket; NULL: it is broken. */
static const char *add_units(struct buf *out, const char *s)
{
	while (*s != ']') {
		int first = unit(s), second = is_high(first) ? unit(s + 4) : 0;
		unsigned c = (unsigned) first;
		char utf8[4];

		if (first <= 0 || is_low(first) || (is_high(first) && !is_low(second)))
			return NULL;
		if (is_high(first))
			c = 0x10000 + ((c - 0xd800) << 10) + ((unsigned) second - 0xdc00);
		buf_add(out, utf8, utf8_put(c, utf8));
		s += is_high(first) ? 8 : 4;
	}
	return s + 1;
}

/* Steps 2 and 3. -EINVAL: broken. */
static int decode(char *raw, struct buf *out)
{
	if (!uri_decode(raw))
		return -EINVAL;
	for (const char *s = raw; s && *s;) {
		if (*s == '|') {
			if (!*++s)
				return -EINVAL;
			buf_addc(out, *s++);
		} else if (*s == '[') {
			s = add_units(out, s + 1);
			if (!s)
				return -EINVAL;
		} else {
			buf_addc(out, *s++);
		}
	}
	return buf_error(out);
}

static int take(struct values *v, char *param, struct err *err)
{
	CLEANUP(buf_release_p) struct buf value = BUF_INIT(SP_LINK_MAX);
	char *eq = strchr(param, '=');
	int k = 0, r;

	if (eq)
		*eq = '\0';
	while (k < KEYS && !str_eq_nocase(keys[k].name, param))
		k++;
	if (k == KEYS) /* of a later version; ignored */
		return 0;
	/* two readers must not see two links */
	if (v->of[k])
		return refuse(err, (enum key) k, "is there twice");
	r = decode(eq ? eq + 1 : param + strlen(param), &value);
	if (r == -EINVAL)
		return refuse(err, (enum key) k, "is not escaped as links are");
	v->of[k] = r < 0 ? NULL : strdup(buf_str(&value));
	return v->of[k] ? 0 : -ENOMEM;
}

static int split(const char *query, struct values *v, struct err *err)
{
	CLEANUP(str_free_p) char *copy = strndup(query, strcspn(query, "#"));
	char *rest = copy, *param;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (param = strsep(&rest, "&")))
		r = *param ? take(v, param, err) : 0;
	for (int k = 0; r == 0 && k < KEYS; k++)
		if (keys[k].required && str_empty(v->of[k]))
			r = refuse(err, (enum key) k, "is missing");
	return r;
}

/* ---- what they mean ------------------------------------------------------------------------ */

/* "1.1": x without a leading zero, y likewise or 0, two digits each at most. */
static bool read_version(const char *s, int64_t *major, int64_t *minor)
{
	size_t x = strspn(s, "0123456789"), y = s[x] == '.' ? strspn(s + x + 1, "0123456789") : 0;
	char text[3] = "";

	if (x < 1 || x > 2 || y < 1 || y > 2 || s[x + 1 + y] || *s == '0' || (s[x + 1] == '0' && y > 1))
		return false;
	memcpy(text, s, x);
	return str_to_i64(text, major) == 0 && str_to_i64(s + x + 1, minor) == 0;
}

static int check_words(const struct values *v, struct sp_link *l, struct err *err)
{
	int64_t major = 0, minor = 0;
	int type = 0;

	if (!read_version(v->of[VER], &major, &minor))
		return refuse(err, VER, "is no version");
	if (major != 1)
		return refuse(err, VER, "is not 1: a newer kind of link, which this spfs does not know");
	if (!str_eq_nocase(v->of[CMD], "add-folder"))
		return refuse(err, CMD, "is not add-folder, which is all that there is");
	while (type < SP_LINK_TYPE_COUNT && !str_eq_nocase(v->of[TYPE], sp_link_type_name((enum sp_link_type) type)))
		type++;
	if (type == SP_LINK_TYPE_COUNT)
		return refuse(err, TYPE, "is not calendar, contacts, discussions, documents or tasks");
	l->type = (enum sp_link_type) type;
	l->read_only = minor == 0;
	return 0;
}

static int read_id(const struct values *v, enum key k, int64_t *ret, struct err *err)
{
	const char *s = v->of[k];

	if (str_empty(s))
		return 0;
	if (strlen(s) > 10 || strspn(s, "0123456789") != strlen(s) || str_to_i64(s, ret) < 0 || *ret < 1 || *ret > INT32_MAX)
		return refuse(err, k, "is no number of an item");
	return 0;
}

/* Visible characters, and no part that is "." or "..": so it stays where it is put. */
static bool is_safe_path(const char *path)
{
	unsigned c;

	for (const char *s = path; *s; s += utf8_get(s, &c)) {
		size_t part = strcspn(s, "/");

		if (utf8_get(s, &c) == 0 || c < ' ' || c == 0x7f || c == '\\' || utf8_is_hidden(c))
			return false;
		if ((s == path || s[-1] == '/') && ((part == 1 && *s == '.') || (part == 2 && strncmp(s, "..", 2) == 0)))
			return false;
	}
	return true;
}

static void cut_slashes(char *path)
{
	size_t n = strlen(path);

	while (n && path[n - 1] == '/')
		path[--n] = '\0';
}

/* Cuts one "/AllItems.aspx", and a library's "/Forms" before it. False: there is none. */
static bool cut_aspx(char *path)
{
	size_t n = strlen(path);
	char *slash = strrchr(path, '/');

	if (n < 5 || strcasecmp(path + n - 5, ".aspx") != 0)
		return false;
	*(slash ? slash : path) = '\0';
	n = strlen(path);
	if (n >= 6 && strcasecmp(path + n - 6, "/Forms") == 0)
		path[n - 6] = '\0';
	cut_slashes(path);
	return true;
}

/* A page stands for its list or web. Runs of slashes become one; there is none at the end. */
static void cut_page(char *path)
{
	size_t n = 0;

	for (const char *s = path; *s; s++)
		if (*s != '/' || n == 0 || path[n - 1] != '/')
			path[n++] = *s;
	path[n] = '\0';
	cut_slashes(path);
	while (cut_aspx(path))
		;
}

/* A name that people can read: letters that only look like others are to be written as xn--... */
static bool is_safe_host(const char *host)
{
	size_t n = strspn(host, *host == '[' ? "[]0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789-._");

	return n && !host[n] && n < 256;
}

static int set_web(struct sp_link *l, const struct uri *u, char *path)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(4 * SP_LINK_MAX);

	uri_origin(u, &b);
	uri_encode_path(&b, path);
	if (buf_error(&b))
		return buf_error(&b);
	l->base_url = buf_take(&b);
	return l->base_url ? 0 : -ENOMEM;
}

/* u is of the web; its path is cut to it. */
static int read_base(const struct values *v, struct sp_link *l, struct uri *u, struct err *err)
{
	int r = uri_parse(v->of[BASE_URL], u);

	if (r == -EINVAL)
		return refuse(err, BASE_URL, "is not an address that begins with https:// or http://");
	if (r < 0)
		return r;
	if (!is_safe_host(u->host))
		return refuse(err, BASE_URL, "names a server with other than plain letters, digits, dots and hyphens");
	if (!is_safe_path(u->path))
		return refuse(err, BASE_URL, "has a path with hidden characters, a backslash or ..");
	cut_page(u->path);
	return set_web(l, u, u->path);
}

/* list-url may be a whole address, as some write it: then of the same server, and below the web. */
static int relative_to(const char *text, const struct uri *web, char **ret, struct err *err)
{
	struct uri u = { 0 };
	size_t n = strlen(web->path);
	bool below = false;
	int r = uri_parse(text, &u);

	if (r == 0)
		below = uri_same_origin(&u, web) && strncasecmp(u.path, web->path, n) == 0 && (u.path[n] == '/' || !u.path[n]);
	if (below)
		*ret = strdup(u.path + n);
	uri_release(&u);
	if (r == -ENOMEM || (below && !*ret))
		return -ENOMEM;
	return below ? 0 : refuse(err, LIST_URL, "is the address of another site than base-url");
}

static int read_list(const struct values *v, struct sp_link *l, const struct uri *web, struct err *err)
{
	const char *text = v->of[LIST_URL] ? v->of[LIST_URL] : "";
	CLEANUP(str_free_p) char *path = NULL;
	int r = 0;

	if (strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0) {
		r = relative_to(text, web, &path, err);
		if (r < 0)
			return r;
	} else {
		path = strndup(text, strcspn(text, "?#"));
		if (!path)
			return -ENOMEM;
		if (!uri_decode(path))
			return refuse(err, LIST_URL, "is not escaped as addresses are");
	}
	if (!is_safe_path(path))
		return refuse(err, LIST_URL, "is a path with hidden characters, a backslash or ..");
	cut_page(path);
	if (!*path)
		return 0;
	l->list_path = str_printf("%s%s%s", web->path, *path == '/' ? "" : "/", path);
	return l->list_path ? 0 : -ENOMEM;
}

static int read_guid(const struct values *v, struct sp_link *l, struct err *err)
{
	char guid[GUID_SIZE];

	if (str_empty(v->of[GUID]))
		return 0;
	if (!guid_normalise(v->of[GUID], guid))
		return refuse(err, GUID, "is none");
	return str_set(&l->guid, guid);
}

static int read_all(const struct values *v, struct sp_link *l, struct err *err)
{
	struct uri web = { 0 };
	int r = check_words(v, l, err);

	r = r ?: read_base(v, l, &web, err);
	r = r ?: read_list(v, l, &web, err);
	uri_release(&web);
	r = r ?: read_guid(v, l, err);
	r = r ?: read_id(v, USER_ID, &l->user_id, err);
	r = r ?: read_id(v, FOLDER_ID, &l->folder_id, err);
	r = r ?: str_set(&l->site_name, v->of[SITE_NAME] ? v->of[SITE_NAME] : "");
	r = r ?: str_set(&l->list_name, v->of[LIST_NAME] ? v->of[LIST_NAME] : "");
	if (r == 0 && !str_empty(v->of[FOLDER_URL]))
		r = str_set(&l->folder, v->of[FOLDER_URL]);
	if (r == 0 && !l->guid && !l->list_path)
		return refuse(err, LIST_URL, "is missing, and so is its guid: it names no list");
	return r;
}

/* ---- the whole ------------------------------------------------------------------------------- */

void sp_link_release(struct sp_link *l)
{
	free(l->base_url);
	free(l->list_path);
	free(l->guid);
	free(l->site_name);
	free(l->list_name);
	free(l->folder);
	*l = (struct sp_link) SP_LINK_INIT;
}

bool sp_link_is(const char *text)
{
	return strncasecmp(text, "stssync:", strlen("stssync:")) == 0;
}

/* Behind "stssync://sts/?"; NULL: it begins otherwise. Browsers may write it without the slash. */
static const char *query_of(const char *text)
{
	static const char *const heads[] = { "stssync://sts/?", "stssync://sts?" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (strncasecmp(text, heads[i], strlen(heads[i])) == 0)
			return text + strlen(heads[i]);
	return NULL;
}

int sp_link_parse(const char *text, struct sp_link *ret, struct err *err)
{
	CLEANUP(values_release_p) struct values v = { 0 };
	CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT;
	const char *query = query_of(text);
	size_t n = strlen(text);
	int r;

	if (!query)
		return err_set(err, -EINVAL, "not a link to a list: it begins with stssync://sts/?");
	if (n > SP_LINK_MAX)
		return err_set(err, -EINVAL, "this link is longer than %d bytes", SP_LINK_MAX);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char) text[i] < ' ' || text[i] == 0x7f)
			return err_set(err, -EINVAL, "this link cannot be followed: it holds a control character");
	r = split(query, &v, err);
	if (r == 0)
		r = read_all(&v, &l, err);
	if (r < 0)
		return r == -EFBIG ? err_set(err, -EINVAL, "this link is too long") : r;
	*ret = l;
	l = (struct sp_link) SP_LINK_INIT;
	return 0;
}
