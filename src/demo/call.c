#include "call.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/uri.h"
#include "ftype.h"
#include "perm.h"
#include "xml.h"

int call_fault(struct call *c, uint32_t code, const char *fmt, ...)
{
	va_list ap;

	c->fault.set = true;
	c->fault.code = code;
	va_start(ap, fmt);
	vsnprintf(c->fault.text, sizeof(c->fault.text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int call_fault_code(struct call *c, uint32_t code)
{
	return call_fault(c, code, "%s", refusal_text(code));
}

const struct xml *call_arg(const struct call *c, const char *name)
{
	return xml_child(c->args, name);
}

const char *call_text(const struct call *c, const char *name)
{
	const struct xml *x = call_arg(c, name);

	return x ? x->text : NULL;
}

const struct xml *call_caml(const struct call *c, const char *param, const char *element)
{
	return xml_child(call_arg(c, param), element);
}

/* Two operations for which 2010 has no code when no list is named ([MS-LISTSWS] <63>, <75>). */
static bool lacks_code(const struct call *c, const char *name)
{
	if (c->m->version != 14 || !str_empty(name))
		return false;
	return strcmp(c->op->name, "GetListItemChanges") == 0 ||
	       (strcmp(c->op->name, "GetListItems") == 0 && str_empty(call_text(c, "viewName")));
}

/* Up to 2007 the server tried to read what was no title as a GUID, and said how that failed. */
static int no_list_fault(struct call *c)
{
	const char *name = call_text(c, "listName");
	char guid[GUID_SIZE];

	if (c->m->version == 12)
		return call_fault(c, 0, "Guid should contain 32 digits with 4 dashes "
					"(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).");
	if (lacks_code(c, name))
		return call_fault(c, 0, "%s", refusal_text(E_NO_LIST));
	if (c->m->version == 15 && name && strcmp(c->op->name, "UpdateListItems") == 0 && guid_normalise(name, guid))
		return call_fault_code(c, E_NO_LIST_2013);
	return call_fault_code(c, E_NO_LIST);
}

struct list *call_list(struct call *c)
{
	const char *name = call_text(c, "listName");
	struct list *l = name ? site_list(c->site, name) : NULL;

	snprintf(c->list_title, sizeof(c->list_title), "%s", l ? l->title : name ? name : "");
	if (!l)
		no_list_fault(c);
	return l;
}

struct list *call_list_with(struct call *c, uint64_t right)
{
	struct list *l = call_list(c);

	if (!l || (perm_of_list(c->person, l) & right) == right)
		return l;
	call_fault_code(c, E_DENIED);
	return NULL;
}

void call_url(const struct call *c, const char *path, struct buf *out)
{
	buf_adds(out, c->base);
	buf_addc(out, '/');
	uri_encode_path(out, path);
}
