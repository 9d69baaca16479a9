#include "model/list.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "pack.h"

/* First thing in a packed list. Another number is not read but asked for anew:
 * raise it whenever a member or an enum of field.h or list.h changes. */
enum { PACK_FORMAT = 1 };

static const size_t strings[] = {
	offsetof(struct list, id),       offsetof(struct list, title),
	offsetof(struct list, description), offsetof(struct list, web_url),
	offsetof(struct list, root_folder), offsetof(struct list, view_url),
	offsetof(struct list, server_version),
};

enum { N_STRINGS = sizeof(strings) / sizeof(*strings) };

static char **string_at(const struct list *l, int i)
{
	return (char **) ((char *) l + strings[i]);
}

void list_release(struct list *l)
{
	for (int i = 0; i < N_STRINGS; i++)
		str_free_p(string_at(l, i));
	free(l->format);
	schema_release(&l->schema);
	*l = (struct list) LIST_INIT;
}

int list_pack(const struct list *l, struct buf *out)
{
	pack_num(out, PACK_FORMAT);
	for (int i = 0; i < N_STRINGS; i++)
		pack_str(out, *string_at(l, i));
	pack_num(out, l->template);
	pack_num(out, l->base_type);
	pack_num(out, l->version);
	pack_num(out, l->item_count);
	pack_num(out, l->write_security);
	pack_num(out, l->max_throttled);
	pack_num(out, l->flags);
	pack_num(out, l->bias);
	return schema_pack(&l->schema, out);
}

int list_recall(const void *p, size_t n, struct schema_memory *m, struct list *ret)
{
	struct unpack u = { .p = p, .end = n ? (const char *) p + n : p };
	struct list l = LIST_INIT;
	int r;

	unpack_num(&u, PACK_FORMAT, PACK_FORMAT);
	for (int i = 0; i < N_STRINGS; i++)
		unpack_str(&u, string_at(&l, i));
	l.template = (int) unpack_num(&u, INT_MIN, INT_MAX);
	l.base_type = (int) unpack_num(&u, INT_MIN, INT_MAX);
	l.version = unpack_num(&u, INT64_MIN, INT64_MAX);
	l.item_count = unpack_num(&u, INT64_MIN, INT64_MAX);
	l.write_security = (int) unpack_num(&u, INT_MIN, INT_MAX);
	l.max_throttled = (int) unpack_num(&u, INT_MIN, INT_MAX);
	l.flags = (unsigned) unpack_num(&u, 0, UINT_MAX);
	l.bias = (int) unpack_num(&u, INT_MIN, INT_MAX);
	r = u.error ? u.error : schema_recall(u.p, (size_t) (u.end - u.p), m, &l.schema);
	if (r < 0) {
		list_release(&l);
		return r;
	}
	list_release(ret);
	*ret = l;
	return 0;
}

int list_unpack(const void *p, size_t n, struct list *ret)
{
	return list_recall(p, n, NULL, ret);
}

/* Takes one component off *p: its digits without leading zeros. */
static const char *next_component(const char **p, size_t *ret_n)
{
	const char *s = *p;

	s += strspn(s, "0");
	*ret_n = strspn(s, "0123456789");
	*p = s + *ret_n;
	*p += **p == '.';
	return s;
}

int list_version_cmp(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	while (isdigit((unsigned char) *a) || isdigit((unsigned char) *b)) {
		size_t n, m;
		const char *s = next_component(&a, &n), *t = next_component(&b, &m);
		int c = n == m ? strncmp(s, t, n) : n < m ? -1 : 1;

		if (c)
			return c;
	}
	return 0;
}

bool list_is_old(const struct list *l)
{
	return l->server_version && list_version_cmp(l->server_version, LIST_VERSION_MIN) < 0;
}

/* [MS-LISTSWS] 2.2.4.11 (R140) and 3.1.4.22.2.2 (R1905). */
static const struct {
	const char *name;
	uint64_t bits;
} permissions[] = {
	{ "ViewListItems", PERM_VIEW },
	{ "AddListItems", PERM_ADD },
	{ "EditListItems", PERM_EDIT },
	{ "DeleteListItems", PERM_DELETE },
	{ "ApproveItems", 0x10 },
	{ "OpenItems", 0x20 },
	{ "ViewVersions", 0x40 },
	{ "DeleteVersions", 0x80 },
	{ "CancelCheckout", 0x100 },
	{ "ManagePersonalViews", 0x200 },
	{ "ManageLists", 0x800 },
	{ "ViewFormPages", 0x1000 },
	{ "AnonymousSearchAccessList", 0x2000 },
	{ "Open", 0x10000 },
	{ "ViewPages", 0x20000 },
	{ "AddAndCustomizePages", 0x40000 },
	{ "ApplyThemeAndBorder", 0x80000 },
	{ "ApplyStyleSheets", 0x100000 },
	{ "ViewUsageData", 0x200000 },
	{ "CreateSSCSite", 0x400000 },
	{ "ManageSubwebs", 0x800000 },
	{ "CreateGroups", 0x1000000 },
	{ "ManagePermissions", 0x2000000 },
	{ "BrowseDirectories", 0x4000000 },
	{ "BrowseUserInfo", 0x8000000 },
	{ "AddDelPrivateWebParts", 0x10000000 },
	{ "UpdatePersonalWebParts", 0x20000000 },
	{ "ManageWeb", 0x40000000 },
	{ "AnonymousSearchAccessWebLists", 0x80000000 },
	{ "UseClientIntegration", 0x1000000000 },
	{ "UseRemoteAPIs", 0x2000000000 },
	{ "ManageAlerts", 0x4000000000 },
	{ "CreateAlerts", 0x8000000000 },
	{ "EditMyUserInfo", 0x10000000000 },
	{ "EnumeratePermissions", 0x4000000000000000 },
	{ "FullMask", PERM_FULL },
};

static uint64_t bits_of(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(permissions) / sizeof(*permissions); i++)
		if (strlen(permissions[i].name) == n && strncasecmp(permissions[i].name, name, n) == 0)
			return permissions[i].bits;
	return 0;
}

uint64_t list_perm_parse(const char *text)
{
	uint64_t mask = 0;

	if (!text)
		return PERM_FULL;
	while (*text) {
		size_t n = strcspn(text, ", \t\r\n");

		mask |= bits_of(text, n);
		text += n;
		text += strspn(text, ", \t\r\n");
	}
	return mask;
}
