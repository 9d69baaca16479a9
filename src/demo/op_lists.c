#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "ftype.h"
#include "listxml.h"
#include "ops.h"
#include "perm.h"
#include "tmpl.h"
#include "xml.h"

/* Lists that come and go: [MS-LISTSWS] 3.1.4.3, 3.1.4.4, 3.1.4.13. */

#define E_TITLE_TAKEN 0x81020012u
#define E_NO_TEMPLATE 0x8102007bu
#define E_ONCE 0x8102003cu
#define E_NOT_INSTALLED 0x8107058au
#define E_WRONG_FEATURE 0x81072101u

#define NO_FEATURE "00000000-0000-0000-0000-000000000000"

static int may_manage(struct call *c)
{
	return c->person->role == ROLE_OWNER ? 0 : call_fault_code(c, E_DENIED);
}

/* templateID; a missing one is refused like an unknown one, with the words of the operation. */
static int read_template(struct call *c, int64_t *ret)
{
	const char *text = call_text(c, "templateID");

	*ret = 0;
	if (!str_empty(text) && str_to_i64(text, ret) < 0)
		return call_fault(c, 0, "Server was unable to read request. ---> Input string was not in a correct "
					"format.");
	return *ret < 0 ? call_fault(c, 0, "Value does not fall within the expected range.") : 0;
}

static bool has_list_of(const struct site *s, int template)
{
	for (size_t i = 0; i < s->n_lists; i++)
		if (s->lists[i]->template == template)
			return true;
	return false;
}

static int check_template(struct call *c, const struct tmpl *t)
{
	if (t->absent)
		return call_fault(c, E_NOT_INSTALLED, "The feature for this list template is not installed on this site.");
	if (t->once && has_list_of(c->site, t->number))
		return call_fault(c, E_ONCE, "Only one list of this template may exist on a site.");
	return 0;
}

static int make(struct call *c, const struct tmpl *t)
{
	const char *title = call_text(c, "listName");
	struct tmpl_order o = { .site = c->site, .number = t->number, .title = title,
				.description = call_text(c, "description"), .author = c->person->id, .now = c->now };
	struct list *l = NULL;
	int r = check_template(c, t);

	if (r >= 0 && str_empty(title))
		return call_fault(c, 0, "Value does not fall within the expected range.");
	if (r < 0)
		return r;
	snprintf(c->list_title, sizeof(c->list_title), "%s", title);
	r = tmpl_make_list(c->m, &o, &l);
	if (r == -EEXIST)
		return call_fault(c, E_TITLE_TAKEN, "A list, survey, discussion board, or document library with the "
						    "specified title already exists in this Web site.  Please choose "
						    "another title.");
	return r < 0 ? r : listxml_write(c, l, true);
}

int op_add_list(struct call *c)
{
	CLEANUP(tmpl_release_p) struct tmpl t = { 0 };
	int64_t number = 0;
	int r = may_manage(c);

	if (r >= 0)
		r = read_template(c, &number);
	if (r >= 0)
		r = number > INT32_MAX ? -ENOENT : tmpl_get(c->m, (int) number, &t);
	if (r == -ENOENT)
		return call_fault(c, E_NO_TEMPLATE, "Invalid list template.");
	return r < 0 ? r : make(c, &t);
}

/* The feature that the caller names must be the template's; without one, the template knows its own. */
static int check_feature(struct call *c, const struct tmpl *t)
{
	const char *text = call_text(c, "featureID");
	char wanted[GUID_SIZE], own[GUID_SIZE];

	if (!text)
		return 0;
	if (!guid_normalise(text, wanted))
		return call_fault(c, 0, "Guid should contain 32 digits with 4 dashes "
					"(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).");
	if (strcmp(wanted, "{00000000-0000-0000-0000-000000000000}") == 0)
		return 0;
	if (t->feature && guid_normalise(t->feature, own) && strcmp(own, wanted) == 0)
		return 0;
	return call_fault(c, E_WRONG_FEATURE, "Cannot complete this action.");
}

int op_add_list_from_feature(struct call *c)
{
	CLEANUP(tmpl_release_p) struct tmpl t = { 0 };
	int64_t number = 0;
	int r = may_manage(c);

	if (r >= 0)
		r = read_template(c, &number);
	if (r >= 0)
		r = number > INT32_MAX ? -ENOENT : tmpl_get(c->m, (int) number, &t);
	if (r == -ENOENT)
		return c->m->version == 12 ? call_fault(c, E_WRONG_FEATURE, "Cannot complete this action.")
					   : call_fault(c, E_MISSING, "Parameter templateID is missing or invalid.");
	if (r >= 0)
		r = check_feature(c, &t);
	if (r >= 0)
		r = check_template(c, &t);
	if (r >= 0 && str_eq(t.feature, NO_FEATURE)) /* R363 */
		r = call_fault(c, 0, "Cannot find the feature of this list template.");
	return r < 0 ? r : make(c, &t);
}

int op_delete_list(struct call *c)
{
	struct list *l = call_list_with(c, PERM_MANAGE_LISTS);

	if (!l)
		return -EINVAL;
	if (!list_prop_is(l, "AllowDeletion", true))
		return call_fault(c, 0, "This list cannot be deleted.");
	return list_remove(c->m, l);
}
