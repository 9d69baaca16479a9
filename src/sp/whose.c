#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "docs.h"
#include "lists.h"
#include "rowset.h"
#include "soap.h"
#include "xmlout.h"

/*
 * No web service for lists says who is logged in, but each query can name him: <UserID/> is the id of whoever asks. So the
 * row of the item is asked for on condition that he has made its version ([MS-LISTSWS] 3.1.4.23, [MS-WSSCAML] 2.2).
 */
enum { LISTITEMS = SOAP_STATES, DATA, ROW, ARGS_MAX = 4096 };

struct finding {
	int64_t id;
	bool found;
};

static const struct xml_rule rules[] = {
	SOAP_RULES("GetListItems"),
	XML_RULE(SOAP_RESULT, SP_NS, "listitems", LISTITEMS),
	{ .from = LISTITEMS, .ns = ROWSET_NS, .name = "data", .to = DATA, .prefix = "rs" },
	{ .from = DATA, .ns = ROW_NS, .name = "row", .to = ROW, .need = "ows_ID", .prefix = "z" },
	XML_RULES_END
};

static int enter(void *ctx, int state, struct xml *x)
{
	struct finding *found = ctx;
	int64_t id;

	if (state == ROW && str_to_i64(xml_attr(x, "ows_ID"), &id) == 0)
		found->found |= id == found->id;
	return 0;
}

static void restart(void *ctx)
{
	((struct finding *) ctx)->found = false;
}

enum remote_result docs_is_ours(struct remote *r, const char *list_id, int64_t id, bool *ret, const atomic_int *cancel,
				struct remote_fault *f)
{
	static const struct xml_sink parser = { enter, NULL };
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct finding found = { .id = id };
	const struct soap_call call = {
		.op = "GetListItems", .args = &args, .rules = rules, .sink = &parser, .ctx = &found, .restart = restart,
		.cancel = cancel,
	};
	enum remote_result result;

	lists_add_name(&args, list_id);
	buf_addf(&args, "<query><Query><Where><And>"
		 "<Eq><FieldRef Name=\"ID\"/><Value Type=\"Counter\">%lld</Value></Eq>"
		 "<Eq><FieldRef Name=\"Editor\" LookupId=\"TRUE\"/><Value Type=\"Integer\"><UserID/></Value></Eq>"
		 "</And></Where></Query></query>", (long long) id);
	buf_adds(&args, "<viewFields><ViewFields><FieldRef Name=\"ID\"/></ViewFields></viewFields><rowLimit>1</rowLimit>"
			"<queryOptions><QueryOptions><ViewAttributes Scope=\"RecursiveAll\"/></QueryOptions></queryOptions>");
	result = soap_do((struct sp *) r, &call, f);
	*ret = result == REMOTE_OK && found.found;
	return result;
}
