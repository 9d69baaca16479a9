#ifndef DEMO_OPS_H
#define DEMO_OPS_H

#include "base/attr.h"

struct call;

/* The operations, each named after its own in [MS-LISTSWS] 3.1.4. 0; -EINVAL with the fault set; -errno. */
MUST_CHECK int op_get_list(struct call *c);
MUST_CHECK int op_add_wiki_page(struct call *c);
MUST_CHECK int op_get_list_and_view(struct call *c);
MUST_CHECK int op_get_list_collection(struct call *c);
MUST_CHECK int op_get_list_items(struct call *c);
MUST_CHECK int op_get_list_item_changes(struct call *c);
MUST_CHECK int op_changes_since_token(struct call *c);
MUST_CHECK int op_changes_with_knowledge(struct call *c);
MUST_CHECK int op_update_list_items(struct call *c);
MUST_CHECK int op_add_list(struct call *c);
MUST_CHECK int op_add_list_from_feature(struct call *c);
MUST_CHECK int op_update_list(struct call *c);
MUST_CHECK int op_delete_list(struct call *c);
MUST_CHECK int op_get_versions(struct call *c);
MUST_CHECK int op_add_attachment(struct call *c);
MUST_CHECK int op_delete_attachment(struct call *c);
MUST_CHECK int op_get_attachments(struct call *c);
MUST_CHECK int op_add_discussion(struct call *c);
MUST_CHECK int op_check_out(struct call *c);
MUST_CHECK int op_check_in(struct call *c);
MUST_CHECK int op_undo_check_out(struct call *c);
MUST_CHECK int op_get_content_type(struct call *c);
MUST_CHECK int op_get_content_types(struct call *c);
MUST_CHECK int op_get_content_types_and_properties(struct call *c);
MUST_CHECK int op_create_content_type(struct call *c);
MUST_CHECK int op_update_content_type(struct call *c);
MUST_CHECK int op_delete_content_type(struct call *c);
MUST_CHECK int op_apply_content_type(struct call *c);
MUST_CHECK int op_update_content_type_document(struct call *c);
MUST_CHECK int op_update_content_types_document(struct call *c);
MUST_CHECK int op_delete_content_type_document(struct call *c);

#endif
