#include "ftype.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "show.h"
#include "take.h"

/* Types whose values nobody sends, or that are stored as they come, need no function of their own. */
static const struct ftype types[] = {
	{ "Text", "nvarchar", COMPARE_TEXT, .take = take_text },
	{ "Note", "ntext", COMPARE_TEXT, .take = take_note, .show = show_note },
	{ "Choice", "nvarchar", COMPARE_TEXT, .take = take_text },
	{ "MultiChoice", "ntext", COMPARE_TEXT, .take = take_choices },
	{ "GridChoice", "ntext", COMPARE_TEXT, .take = take_plain },
	{ "Number", "float", COMPARE_NUMBER, .take = take_number, .show = show_number },
	{ "Currency", "float", COMPARE_NUMBER, .take = take_number, .show = show_number },
	{ "Integer", "int", COMPARE_NUMBER, .take = take_integer },
	{ "Counter", .compare = COMPARE_NUMBER },
	{ "Boolean", "bit", COMPARE_NUMBER, .take = take_boolean },
	{ "Recurrence", "bit", COMPARE_NUMBER, .take = take_boolean },
	{ "AllDayEvent", "bit", COMPARE_NUMBER, .take = take_boolean },
	{ "CrossProjectLink", "bit", COMPARE_NUMBER, .take = take_boolean },
	{ "DateTime", "datetime", COMPARE_DATE, .take = take_date, .show = show_date },
	{ "Lookup", "int", COMPARE_LOOKUP, .take = take_lookup, .show = show_lookup },
	{ "LookupMulti", "int", COMPARE_LOOKUP, true, .take = take_lookup, .show = show_lookup },
	{ "User", "int", COMPARE_LOOKUP, .people = true, .take = take_user, .show = show_user },
	{ "UserMulti", "int", COMPARE_LOOKUP, true, true, take_user, show_user },
	{ "URL", "nvarchar", COMPARE_TEXT, .take = take_url },
	{ "Guid", "uniqueidentifier", COMPARE_TEXT, .take = take_guid },
	{ "Calculated", "sql_variant", COMPARE_TEXT, .show = show_calculated },
	{ "Computed", .compare = COMPARE_TEXT },
	{ "File", .compare = COMPARE_TEXT },
	{ "Attachments", .compare = COMPARE_NUMBER },
	{ "ModStat", .column = "int", .compare = COMPARE_NUMBER },
	{ "ContentTypeId", .compare = COMPARE_TEXT },
	{ "ThreadIndex", "varbinary", COMPARE_TEXT, .take = take_plain },
	{ "Threading", .compare = COMPARE_TEXT },
	{ "WorkflowStatus", "nvarchar", COMPARE_TEXT, .take = take_text },
	{ "WorkflowEventType", "int", COMPARE_NUMBER, .take = take_integer },
	{ "PageSeparator", .compare = COMPARE_TEXT },
	{ "Error", .compare = COMPARE_TEXT },
	{ "RelatedItems", "ntext", COMPARE_TEXT, .take = take_plain },
	{ "Facilities", "int", COMPARE_LOOKUP, true, .take = take_lookup, .show = show_lookup },
	{ "FreeBusy", "nvarchar", COMPARE_TEXT, .take = take_text },
	{ "Overbook", "nvarchar", COMPARE_TEXT, .take = take_text },
	{ "AverageRating", "float", COMPARE_NUMBER, .take = take_number, .show = show_number },
	{ "RatingCount", "float", COMPARE_NUMBER, .take = take_number, .show = show_number },
	{ "Likes", "float", COMPARE_NUMBER, .take = take_number, .show = show_number },
};

const struct ftype *ftype_find(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return &types[0];
}

const struct ftype *ftype_nth(unsigned n)
{
	return n < sizeof(types) / sizeof(*types) ? &types[n] : NULL;
}

static const struct refusal refusals[] = {
	{ E_CONFLICT, "Save Conflict\n\nYour changes conflict with those made concurrently by another user. To "
		      "apply changes, click Back in your Web browser, refresh the page, and resubmit your "
		      "changes." },
	{ E_NO_ITEM, "Item does not exist\n\nThe page you selected contains an item that does not exist.  It may "
		     "have been deleted by another user." },
	{ E_INVALID, "Invalid data has been used to update the list item. The field you are trying to update may "
		     "be read only." },
	{ E_BAD_DATE, "Invalid date/time value.\n\nA date/time field contains invalid data. Please check the value "
		      "and try again." },
	{ E_MISMATCH, "The operation failed because an unexpected error occurred. (Result Code: 0x80020005)" },
	{ E_PARAMETER, "The operation failed because an unexpected error occurred. (Result Code: 0x80070057)" },
	{ E_NO_USER, "The user does not exist or is not unique." },
	{ E_ABORTED, "The operation was canceled because an earlier operation of the batch failed." },
	{ E_DENIED, "Access denied.\n\nYou do not have permission to perform this action or access this resource." },
	{ E_NO_LIST, "List does not exist.\n\nThe page you selected contains a list that does not exist.  It may "
		     "have been deleted by another user." },
	{ E_NO_LIST_2013, "List does not exist.\n\nThe page you selected contains a list that does not exist.  It "
			  "may have been deleted by another user." },
	{ E_NO_VIEW, "View does not exist.\n\nThe page you selected contains a view that does not exist.  It may "
		     "have been deleted by another user." },
	{ E_THRESHOLD, "The attempted operation is prohibited because it exceeds the list view threshold enforced "
		       "by the administrator." },
	{ E_SCHEMA, "The list schema was changed since the version that the batch was made for." },
	{ E_NAME_TAKEN, "The specified name is already in use.\n\nThe document or folder name was not changed.  To "
			"change the name, close this dialog and edit the properties of the document or folder." },
	{ E_NO_FILE_NAME, "Invalid file name.\n\nThe file name you specified could not be used.  It may be the name "
			  "of an existing file or directory, or it may contain invalid characters." },
	{ E_VALIDATION, "List data validation failed." },
	{ E_EMPTY_FILE, "The data is invalid." },
	{ E_CHECKED_OUT, "The file is checked out for editing by another user, or it must be checked out by you "
			 "before making changes." },
	{ E_PATH_TAKEN, "A file or folder with this name already exists." },
};

const char *refusal_text(uint32_t code)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].code == code)
			return refusals[i].text;
	return "";
}

int refuse(struct intake *in, uint32_t code)
{
	in->refusal = (struct refusal) { code, refusal_text(code) };
	return -EINVAL;
}
