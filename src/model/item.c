#include "model/item.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/guid.h"
#include "base/str.h"
#include "model/list.h"

void item_release(struct item *i)
{
	free(i->unique_id);
	free(i->path);
	free(i->replication_id);
	values_release(&i->values);
	*i = (struct item) ITEM_INIT;
}

/* "3;#x" -> "x", as file-system columns come; "x" -> "x". NULL for an absent one. */
static const char *after_id(const struct values *v, const char *name)
{
	const char *text = values_get(v, name);
	size_t digits = text ? strspn(text, "0123456789") : 0;

	return digits && text[digits] == ';' && text[digits + 1] == '#' ? text + digits + 2 : text;
}

static int64_t number(const struct values *v, const char *name, int64_t otherwise)
{
	const char *text = after_id(v, name);
	int64_t n;

	return text && str_to_i64(text, &n) == 0 && n >= 0 ? n : otherwise;
}

static int64_t seconds(const struct values *v, const char *name)
{
	const char *text = after_id(v, name);
	int64_t t;

	return text && clock_parse_iso(text, &t) == 0 ? t : 0;
}

/* What cannot be read forbids nothing: the server decides when it is asked. */
static uint64_t permissions(const struct values *v)
{
	const char *text = values_get(v, "PermMask");
	unsigned long long mask;
	char *end;

	if (!text)
		return PERM_FULL;
	errno = 0;
	mask = strtoull(text, &end, 16);
	return errno || end == text || *end ? PERM_FULL : mask & PERM_FULL;
}

/* Sets *p to the normal form of a GUID, or to NULL when text is none. */
static int set_guid(char **p, const char *text)
{
	char guid[GUID_SIZE];

	return str_set(p, text && guid_normalise(text, guid) ? guid : NULL);
}

/* The field of the list, else the property-bag entry (MS-OUTSPS_R114, R118). */
static const char *field_or_property(const struct values *v, const char *field, const char *property)
{
	const char *text = after_id(v, field);

	return text ? text : after_id(v, property);
}

static const char post_host[] = "@spfs.invalid>";

int item_post_id(const char *replication_id, struct buf *out)
{
	buf_addc(out, '<');
	for (const char *s = replication_id; *s; s++)
		if (!strchr("{}", *s))
			buf_addc(out, (char) tolower((unsigned char) *s));
	buf_adds(out, post_host);
	return buf_error(out);
}

/* The GUID in a Message-ID that item_post_id() made; false: it is another one. */
static bool read_post_id(const char *text, char out[GUID_SIZE])
{
	char guid[GUID_SIZE];

	if (!text || *text != '<' || strlen(text) != 1 + 36 + strlen(post_host) || strcasecmp(text + 37, post_host) != 0)
		return false;
	memcpy(guid, text + 1, 36);
	guid[36] = '\0';
	return guid_normalise(guid, out);
}

/* A post has what was said in the message, and the entry of the bag only once that was written, too. */
static int set_replication_id(struct item *i)
{
	const char *text = field_or_property(&i->values, "ReplicationID", "MetaInfo_ReplicationID");
	char guid[GUID_SIZE];

	if (!text && read_post_id(after_id(&i->values, "MessageId"), guid))
		text = guid;
	return set_guid(&i->replication_id, text);
}

static int64_t document_size(const struct values *v)
{
	return number(v, "File_x0020_Size", number(v, "FileSizeDisplay", -1));
}

int item_from_values(struct item *i)
{
	const struct values *v = &i->values;
	int64_t id = number(v, "ID", 0);
	const char *path = after_id(v, "FileRef");
	int r;

	if (id <= 0)
		return -EINVAL;
	r = set_guid(&i->unique_id, after_id(v, "UniqueId"));
	if (r == 0)
		r = set_replication_id(i);
	if (r == 0)
		r = str_set(&i->path, path ? path + strspn(path, "/") : NULL);
	if (r < 0)
		return r;
	i->id = id;
	i->version = number(v, "owshiddenversion", 0);
	i->folder = number(v, "FSObjType", 0) == 1;
	i->perm = permissions(v);
	i->created = seconds(v, "Created");
	i->modified = seconds(v, "Modified");
	i->size = i->folder ? -1 : document_size(v);
	return 0;
}

const char *item_leaf(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}
