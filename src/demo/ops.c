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
	{ "AddWikiPage", 12, 99, "strListName listRelPageUrl wikiContent", .run = op_add_wiki_page },
	{ "ApplyContentTypeToList", 12, 99, "webUrl contentTypeId listName", .writes = true, .run = op_apply_content_type },
	{ "CheckInFile", 12, 99, "pageUrl comment CheckinType", .simple = "boolean", .writes = true, .run = op_check_in },
	{ "CheckOutFile", 12, 99, "pageUrl checkoutToLocal lastmodified", .simple = "boolean", .writes = true,
	  .run = op_check_out },
	{ "CreateContentType", 12, 99,
	  "listName displayName:raw parentType fields:xml contentTypeProperties:xml addToView", .simple = "string",
	  .writes = true, .run = op_create_content_type },
	{ "DeleteAttachment", 12, 99, "listName listItemID url", .no_result = true, .writes = true,
	  .run = op_delete_attachment },
	{ "DeleteContentType", 12, 99, "listName contentTypeId", .writes = true, .run = op_delete_content_type },
	{ "DeleteContentTypeXmlDocument", 12, 99, "listName contentTypeId documentUri", .writes = true,
	  .run = op_delete_content_type_document },
	{ "DeleteList", 12, 99, "listName", .no_result = true, .writes = true, .run = op_delete_list },
	{ "GetAttachmentCollection", 12, 99, "listName listItemID", .run = op_get_attachments },
	{ "GetList", 12, 99, "listName", .run = op_get_list },
	{ "GetListAndView", 12, 99, "listName viewName", .run = op_get_list_and_view },
	{ "GetListCollection", 12, 99, "", .run = op_get_list_collection },
	{ "GetListContentType", 12, 99, "listName contentTypeId", .run = op_get_content_type },
	{ "GetListContentTypes", 12, 99, "listName contentTypeId", .run = op_get_content_types },
	{ "GetListContentTypesAndProperties", 14, 99, "listName contentTypeId propertyPrefix includeWebProperties:boolean",
	  .run = op_get_content_types_and_properties },
	{ "GetListItemChanges", 12, 99, "listName viewFields:xml since contains:xml",
	  .run = op_get_list_item_changes },
	{ "GetListItemChangesSinceToken", 12, 99, QUERY_ARGS " changeToken contains:xml",
	  .run = op_changes_since_token },
	{ "GetListItemChangesWithKnowledge", 14, PRODUCT_2019, QUERY_ARGS " syncScope knowledge:xml contains:xml",
	  .run = op_changes_with_knowledge },
	{ "GetListItems", 12, 99, QUERY_ARGS " webID", .run = op_get_list_items },
	{ "GetVersionCollection", 12, 99, "strlistID strlistItemID strFieldName", .run = op_get_versions },
	{ "UndoCheckOut", 12, 99, "pageUrl", .simple = "boolean", .writes = true, .run = op_undo_check_out },
	{ "UpdateContentType", 12, 99,
	  "listName contentTypeId contentTypeProperties:xml newFields:xml updateFields:xml deleteFields:xml addToView",
	  .writes = true, .run = op_update_content_type },
	{ "UpdateContentTypeXmlDocument", 12, 99, "listName contentTypeId newDocument:xml", .writes = true,
	  .run = op_update_content_type_document },
	{ "UpdateContentTypesXmlDocument", 12, 99, "listName newDocument:xml", .writes = true,
	  .run = op_update_content_types_document },
	{ "UpdateList", 12, 99, "listName listProperties:xml newFields:xml updateFields:xml deleteFields:xml listVersion",
	  .writes = true, .run = op_update_list },
	{ "UpdateListItems", 12, 99, "listName updates:xml", .writes = true, .run = op_update_list_items },
	{ "UpdateListItemsWithKnowledge", 14, PRODUCT_2019, "listName updates:xml syncScope knowledge:xml", .writes = true,
	  .run = op_update_list_items },
};

const struct op *op_find(const char *name, int version)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (strcmp(ops[i].name, name) == 0 && version >= ops[i].first && version <= ops[i].last)
			return &ops[i];
	return NULL;
}

bool op_is_of_2003(const struct op *op)
{
	static const char *const names[] = {
		"AddAttachment", "AddList", "DeleteAttachment", "DeleteList", "GetAttachmentCollection", "GetList",
		"GetListAndView", "GetListCollection", "GetListItemChanges", "GetListItems", "UpdateList",
		"UpdateListItems",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(op->name, names[i]) == 0)
			return true;
	return false;
}

const struct op *op_nth(unsigned n)
{
	return n < sizeof(ops) / sizeof(*ops) ? &ops[n] : NULL;
}
