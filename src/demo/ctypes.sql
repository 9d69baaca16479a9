/* Content types that every site has: [MS-WSSTS] 2.1.2.8 and the types that a team site's features add. fields: in
   the order of their forms. */

-- SITE_CTYPE
CREATE TEMP TABLE site_ctype (
	id TEXT PRIMARY KEY COLLATE NOCASE,
	name TEXT,
	grp TEXT,         /* Group */
	description TEXT,
	old_name TEXT,    /* V2ListTemplateName; "" for none */
	fields TEXT       /* internal names, blanks between */
)

-- SITE_CTYPES
INSERT INTO site_ctype VALUES
('0x01', 'Item', 'List Content Types', 'Create a new list item.', '', 'ContentType Title'),
('0x0101', 'Document', 'Document Content Types', 'Create a new document.', 'doclib',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x010101', 'Form', 'Document Content Types', 'Fill out this form.', '',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x010102', 'Picture', 'Document Content Types', 'Upload an image or a photograph.', '',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x010105', 'Master Page', 'Document Content Types', 'Create a new master page.', '',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x010107', 'User Workflow Document', '_Hidden', 'Items for use in user defined workflows.', '',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x010108', 'Wiki Page', 'Document Content Types', 'Create a new wiki page.', '',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x010109', 'Basic Page', 'Document Content Types', 'Create a new basic page.', '',
	'ContentType FileLeafRef Title Modified_x0020_By Created_x0020_By'),
('0x0102', 'Event', 'List Content Types', 'Create a new meeting, deadline or other event.', 'events',
	'ContentType Title Location EventDate EndDate Description fAllDayEvent fRecurrence WorkspaceLink EventType UID
	RecurrenceID EventCanceled Duration RecurrenceData TimeZone XMLTZone MasterSeriesItemID Workspace'),
('0x0103', 'Issue', 'List Content Types', 'Track an issue or problem.', 'issue',
	'ContentType LinkIssueIDNoMenu Title AssignedTo Status Priority Comment Category DueDate RelatedIssues
	V3Comments'),
('0x0104', 'Announcement', 'List Content Types',
	'Create a new news item, status or other short piece of information.', 'announce',
	'ContentType Title Body Expires'),
('0x0105', 'Link', 'List Content Types', 'Create a new link to a Web page or other resource.', 'favorite',
	'ContentType URL Comments URLwMenu URLNoMenu'),
('0x0106', 'Contact', 'List Content Types', 'Store information about a business or personal contact.', 'contacts',
	'ContentType Title LastNamePhonetic FirstName FirstNamePhonetic FullName Email Company CompanyPhonetic JobTitle
	WorkPhone HomePhone CellPhone WorkFax WorkAddress WorkCity WorkState WorkZip WorkCountry WebPage Comments'),
('0x0107', 'Message', 'List Content Types', 'Create a new message.', '',
	'ContentType Title Body ParentItemID ThreadIndex ThreadTopic MessageId EmailReferences TrimmedBody'),
('0x0108', 'Task', 'List Content Types', 'Track a work item that you or your team needs to complete.', 'tasks',
	'ContentType Title Predecessors Priority Status PercentComplete AssignedTo TaskGroup Body StartDate DueDate'),
('0x010801', 'Workflow Task', '_Hidden',
	'A work item created by a workflow that you or your team needs to complete.', '',
	'ContentType Title Predecessors Priority Status PercentComplete AssignedTo TaskGroup Body StartDate DueDate'),
('0x0109', 'Workflow History', '_Hidden', 'The history of a workflow.', '', 'ContentType Title'),
('0x010A', 'Person', '_Hidden', 'Stores information about a person.', '',
	'ContentType Title Name EMail Notes SipAddress IsSiteAdmin Deleted'),
('0x0120', 'Folder', 'Folder Content Types', 'Create a new folder.', '', 'ContentType Title FileLeafRef'),
('0x012002', 'Discussion', 'Folder Content Types', 'Create a new discussion topic.', 'discuss',
	'ContentType Title Body FileLeafRef ThreadIndex ThreadTopic MessageId EmailReferences TrimmedBody
	DiscussionLastUpdated'),
('0x012004', 'Summary Task', 'Folder Content Types',
	'Group and describe related tasks that you or your team needs to complete.', '',
	'ContentType Title Predecessors Priority Status PercentComplete AssignedTo Body StartDate DueDate')
