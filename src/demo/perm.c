#include "perm.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "checkout.h"
#include "item.h"

static const struct {
	uint64_t bit;
	const char *name;
} rights[] = {
	{ 0x1, "ViewListItems" },
	{ 0x2, "AddListItems" },
	{ 0x4, "EditListItems" },
	{ 0x8, "DeleteListItems" },
	{ 0x10, "ApproveItems" },
	{ 0x20, "OpenItems" },
	{ 0x40, "ViewVersions" },
	{ 0x80, "DeleteVersions" },
	{ 0x100, "CancelCheckout" },
	{ 0x200, "ManagePersonalViews" },
	{ 0x800, "ManageLists" },
	{ 0x1000, "ViewFormPages" },
	{ 0x2000, "AnonymousSearchAccessList" },
	{ 0x10000, "Open" },
	{ 0x20000, "ViewPages" },
	{ 0x40000, "AddAndCustomizePages" },
	{ 0x80000, "ApplyThemeAndBorder" },
	{ 0x100000, "ApplyStyleSheets" },
	{ 0x200000, "ViewUsageData" },
	{ 0x400000, "CreateSSCSite" },
	{ 0x800000, "ManageSubwebs" },
	{ 0x1000000, "CreateGroups" },
	{ 0x2000000, "ManagePermissions" },
	{ 0x4000000, "BrowseDirectories" },
	{ 0x8000000, "BrowseUserInfo" },
	{ 0x10000000, "AddDelPrivateWebParts" },
	{ 0x20000000, "UpdatePersonalWebParts" },
	{ 0x40000000, "ManageWeb" },
	{ 0x80000000, "AnonymousSearchAccessWebLists" },
	{ UINT64_C(0x1000000000), "UseClientIntegration" },
	{ UINT64_C(0x2000000000), "UseRemoteAPIs" },
	{ UINT64_C(0x4000000000), "ManageAlerts" },
	{ UINT64_C(0x8000000000), "CreateAlerts" },
	{ UINT64_C(0x10000000000), "EditMyUserInfo" },
	{ UINT64_C(0x4000000000000000), "EnumeratePermissions" },
};

/* The levels Read and Contribute as a new site has them. */
static const uint64_t levels[] = {
	[ROLE_READER] = UINT64_C(0xb008431061),
	[ROLE_CONTRIBUTOR] = UINT64_C(0x1b00c4310ef),
	[ROLE_OWNER] = PERM_FULL,
};

/* What a script gave this list, or this item, instead. */
static uint64_t narrow(uint64_t mask, const char *set)
{
	uint64_t own;

	return set && str_to_u64(set, &own) == 0 ? mask & own : mask;
}

uint64_t perm_of_list(const struct person *p, const struct list *l)
{
	uint64_t mask = levels[p->role];
	if (p->role != ROLE_OWNER && str_eq(list_prop(l, "WriteSecurity"), "4"))
		mask &= ~(PERM_ADD | PERM_EDIT | PERM_DELETE);
	return narrow(mask, list_prop(l, OWN_RIGHTS));
}

static uint64_t own_mask(const struct person *p, const struct list *l, const struct item *i)
{
	return narrow(perm_of_list(p, l), pairs_get(&i->vals, OWN_RIGHTS));
}

bool perm_hides_draft(const struct person *p, const struct list *l, const struct item *i)
{
	return i->moderation && i->author != p->id && i->editor != p->id && list_prop_is(l, "EnableModeration", false) &&
	       !(own_mask(p, l, i) & PERM_APPROVE);
}

uint64_t perm_of_item(const struct person *p, const struct list *l, const struct item *i)
{
	uint64_t mask = own_mask(p, l, i);

	if (l->base == 1 && checkout_hides(i, p->id))
		return 0;
	if (perm_hides_draft(p, l, i))
		return 0;
	if (p->role == ROLE_OWNER || i->author == p->id)
		return mask;
	if (str_eq(list_prop(l, "WriteSecurity"), "2"))
		mask &= ~(PERM_EDIT | PERM_DELETE);
	return str_eq(list_prop(l, "ReadSecurity"), "2") ? 0 : mask;
}

void perm_names(uint64_t mask, struct buf *out)
{
	const char *sep = "";

	if (mask == PERM_FULL || mask == 0) {
		buf_adds(out, mask ? "FullMask" : "EmptyMask");
		return;
	}
	for (size_t i = 0; i < sizeof(rights) / sizeof(*rights); i++) {
		if (!(mask & rights[i].bit))
			continue;
		buf_addf(out, "%s%s", sep, rights[i].name);
		sep = ", ";
	}
}
