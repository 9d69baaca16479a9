#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "ftype.h"
#include "listxml.h"
#include "ops.h"
#include "perm.h"
#include "tmpl.h"
#include "xml.h"

/* [MS-LISTSWS] 3.1.4.15 to 3.1.4.17: what lists there are and what they are made of. */

int op_get_list_collection(struct call *c)
{
	int r = 0;

	buf_adds(c->out, "<Lists>");
	for (size_t i = 0; r >= 0 && i < c->site->n_lists; i++)
		if (perm_of_list(c->person, c->site->lists[i]) & PERM_VIEW)
			r = listxml_write(c, c->site->lists[i], false);
	buf_adds(c->out, "</Lists>");
	return r;
}

int op_get_list(struct call *c)
{
	const struct list *l = call_list_with(c, PERM_VIEW);

	return l ? listxml_write(c, l, true) : -EINVAL;
}

/* [MS-LISTSWS] 3.1.4.5: nobody is to use it (R988). */
int op_add_wiki_page(struct call *c)
{
	return call_fault(c, 0, "AddWikiPage must not be used.");
}

/* [MS-WSSCAML] 2.3.2.17: the default view, which is the only one here. */
static int write_view(struct call *c, const struct list *l)
{
	CLEANUP(tmpl_release_p) struct tmpl t = { 0 };
	CLEANUP(str_free_p) char *fields = strdup(l->view_fields);
	size_t site = strlen(l->site->path); /* "/sites/team": as long as "sites/team/" */
	char *save = NULL;
	int r = tmpl_get(c->m, l->template, &t);

	if (r < 0 || !fields)
		return r < 0 ? r : -ENOMEM;
	buf_adds(c->out, "<View");
	xml_put(c->out, "Name", l->view);
	buf_addf(c->out, " DefaultView=\"TRUE\" MobileView=\"TRUE\" MobileDefaultView=\"TRUE\" Type=\"%s\"",
		 l->template == TMPL_CALENDAR ? "CALENDAR" : "HTML");
	xml_put(c->out, "DisplayName", t.view);
	buf_adds(c->out, " Url=\"");
	xml_value(c->out, l->root + site);
	buf_addf(c->out, "/%s\" Level=\"1\" BaseViewID=\"1\" ContentTypeID=\"0x\" "
			 "ImageUrl=\"/_layouts/images/generic.png\"><Query>%s</Query><ViewFields>",
		 t.page, t.view_query);
	for (char *f = strtok_r(fields, " \t\n", &save); f; f = strtok_r(NULL, " \t\n", &save)) {
		buf_adds(c->out, "<FieldRef");
		xml_put(c->out, "Name", f);
		buf_adds(c->out, "/>");
	}
	buf_adds(c->out, "</ViewFields><RowLimit Paged=\"TRUE\">30</RowLimit></View>");
	return buf_error(c->out);
}

int op_get_list_and_view(struct call *c)
{
	const char *view = call_text(c, "viewName");
	const struct list *l = call_list_with(c, PERM_VIEW);
	char guid[GUID_SIZE];
	int r;

	if (!l)
		return -EINVAL;
	if (!str_empty(view) && !guid_normalise(view, guid))
		return call_fault(c, E_MISSING, "Parameter viewName is missing or invalid.");
	if (!str_empty(view) && strcmp(guid, l->view) != 0)
		return call_fault_code(c, E_NO_VIEW);
	buf_adds(c->out, "<ListAndView>");
	r = listxml_write(c, l, true);
	if (r >= 0)
		r = write_view(c, l);
	buf_adds(c->out, "</ListAndView>");
	return r;
}
