#include <stddef.h>
#include <string.h>

#include "call.h"
#include "ops.h"

#define QUERY_ARGS "listName viewName query:xml viewFields:xml rowLimit queryOptions:xml"

/* Every operation that the service knows, in alphabetical order as its help page has them. */
static const struct op ops[] = {
	{ "AddAttachment", 12, 99, "listName listItemID fileName attachment:base64Binary", .simple = "string",
	  .writes = true, .run = op_add_attachment },
	{ "AddDiscussionBoardItem", 12, 99, "listName message:base64Binary", .writes = true, .run = op_add_discussion },
	{ "AddList", 12, 99, "listName description templateID:int", .writes = true, .run = op_add_list },
	{ "AddListFromFeature", 12, 99, "listName description featureID templateID:int", .writes = true,
	  .run = op_add_list_from_feature },
	{ "CheckInFile", 12, 99, "pageUrl comment CheckinType", .simple = "boolean", .writes = true, .run = op_check_in },
	{ "CheckOutFile", 12, 99, "pageUrl checkoutToLocal lastmodified", .simple = "boolean", .writes = true,
	  .run = op_check_out },
	{ "DeleteAttachment", 12, 99, "listName listItemID url", .no_result = true, .writes = true,
	  .run = op_delete_attachment },
	{ "DeleteList", 12, 99, "listName", .no_result = true, .writes = true, .run = op_delete_list },
	{ "GetAttachmentCollection", 12, 99, "listName listItemID", .run = op_get_attachments },
	{ "GetList", 12, 99, "listName", .run = op_get_list },
	{ "GetListAndView", 12, 99, "listName viewName", .run = op_get_list_and_view },
	{ "GetListCollection", 12, 99, "", .run = op_get_list_collection },
	{ "GetListItemChanges", 12, 99, "listName viewFields:xml since contains:xml",
	  .run = op_get_list_item_changes },
	{ "GetListItemChangesSinceToken", 12, 99, QUERY_ARGS " changeToken contains:xml",
	  .run = op_changes_since_token },
	{ "GetListItems", 12, 99, QUERY_ARGS " webID", .run = op_get_list_items },
	{ "GetVersionCollection", 12, 99, "strlistID strlistItemID strFieldName", .run = op_get_versions },
	{ "UndoCheckOut", 12, 99, "pageUrl", .simple = "boolean", .writes = true, .run = op_undo_check_out },
	{ "UpdateList", 12, 99, "listName listProperties:xml newFields:xml updateFields:xml deleteFields:xml listVersion",
	  .writes = true, .run = op_update_list },
	{ "UpdateListItems", 12, 99, "listName updates:xml", .writes = true, .run = op_update_list_items },
};

const struct op *op_find(const char *name, int version)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (strcmp(ops[i].name, name) == 0 && version >= ops[i].first && version <= ops[i].last)
			return &ops[i];
	return NULL;
}

const struct op *op_nth(unsigned n)
{
	return n < sizeof(ops) / sizeof(*ops) ? &ops[n] : NULL;
}
