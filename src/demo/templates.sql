/* What a list is made of by its template: [MS-WSSTS] and the templates of lists that every site has. */

-- TEMPLATES
CREATE TEMP TABLE template (
	number INTEGER PRIMARY KEY,
	base INTEGER,     /* BaseType */
	feature TEXT,     /* FeatureId, bare and in lower case */
	image TEXT,       /* file name in the images folder */
	ctype TEXT,       /* content types of its items: "id name;id name", the default first */
	fields TEXT,      /* keys of catalogue; @name stands for that layout */
	view TEXT,        /* title of the default view */
	page TEXT,        /* its page */
	view_fields TEXT,
	view_query TEXT,  /* inside of Query */
	props TEXT,       /* List attributes that are not the usual ones: Name=Value, separated by blanks */
	first INTEGER DEFAULT 12, /* product version that has it */
	once INTEGER DEFAULT 0,   /* a site has one at most */
	absent INTEGER DEFAULT 0, /* its feature is not installed on a team site */
	folder TEXT DEFAULT ''    /* where it lies in the site; '': where its title says */
)

-- LAYOUTS
CREATE TEMP TABLE layout (name TEXT PRIMARY KEY, fields TEXT)

-- LAYOUT_ROWS
INSERT INTO layout VALUES
('head', 'ContentTypeId Title _ModerationComments File_x0020_Type'),
('body', 'ID ContentType Modified Created Author Editor _HasCopyDestinations _CopySource owshiddenversion
	WorkflowVersion _UIVersion _UIVersionString Attachments _ModerationStatus Edit'),
('links', 'LinkTitleNoMenu LinkTitle LinkTitle2'),
('files', 'SelectTitle InstanceID Order GUID WorkflowInstanceID FileRef FileDirRef Last_x0020_Modified
	Created_x0020_Date FSObjType SortBehavior PermMask FileLeafRef UniqueId SyncClientId ProgId ScopeId
	HTML_x0020_File_x0020_Type _EditMenuTableStart _EditMenuTableStart2 _EditMenuTableEnd LinkFilenameNoMenu
	LinkFilename LinkFilename2 DocIcon ServerUrl EncodedAbsUrl BaseName MetaInfo _Level _IsCurrentVersion
	ItemChildCount FolderChildCount AppAuthor AppEditor'),
('tail', '@body @links @files'),
('library', 'ContentTypeId _ModerationComments FileLeafRef/library Modified_x0020_By Created_x0020_By
	File_x0020_Type HTML_x0020_File_x0020_Type/library _SourceUrl _SharedFileIndex Title/library TemplateUrl
	xd_ProgID xd_Signature ID ContentType Created Author Modified Editor _HasCopyDestinations _CopySource
	_ModerationStatus FileRef FileDirRef Last_x0020_Modified Created_x0020_Date File_x0020_Size FSObjType
	SortBehavior PermMask CheckedOutUserId IsCheckedoutToLocal CheckoutUser UniqueId SyncClientId ProgId ScopeId
	VirusStatus CheckedOutTitle _CheckinComment LinkCheckedOutTitle _EditMenuTableStart _EditMenuTableStart2
	_EditMenuTableEnd LinkFilenameNoMenu LinkFilename LinkFilename2 DocIcon ServerUrl EncodedAbsUrl BaseName
	FileSizeDisplay MetaInfo _Level _IsCurrentVersion ItemChildCount FolderChildCount SelectTitle SelectFilename
	Edit owshiddenversion _UIVersion _UIVersionString InstanceID Order GUID WorkflowVersion WorkflowInstanceID
	ParentVersionString ParentLeafName AppAuthor AppEditor')

-- TEMPLATE_LISTS
INSERT INTO template (number, base, feature, image, ctype, fields, view, page, view_fields, view_query, props) VALUES
(100, 0, '00bfea71-de22-43b2-a848-c05709900100', 'itgen', '0x01 Item;0x0120 Folder', '@head @tail',
	'All Items', 'AllItems.aspx', 'Attachments LinkTitle', '<OrderBy><FieldRef Name="ID"/></OrderBy>', ''),
(101, 1, '00bfea71-e717-4e80-aa17-d0c71b360101', 'itdl', '0x0101 Document;0x0120 Folder', '@library',
	'All Documents', 'Forms/AllItems.aspx', 'DocIcon LinkFilename Modified Editor',
	'<OrderBy><FieldRef Name="FileLeafRef"/></OrderBy>',
	'EnableAttachments=False EnableFolderCreation=True'),
(103, 0, '00bfea71-2062-426c-90bf-714c59600103', 'itlink', '0x0105 Link;0x0120 Folder',
	'ContentTypeId Title/links _ModerationComments File_x0020_Type URL Comments/links URLwMenu URLNoMenu @body
	@files', 'All Links', 'AllItems.aspx', 'DocIcon Edit URLwMenu Comments',
	'<OrderBy><FieldRef Name="Order" Ascending="TRUE"/></OrderBy>', 'Ordered=True'),
(104, 0, '00bfea71-d1ce-42de-9c63-a44004ce0104', 'itann', '0x0104 Announcement;0x0120 Folder',
	'@head Body/announcement Expires @tail', 'All items', 'AllItems.aspx', 'Attachments LinkTitle Modified',
	'<OrderBy><FieldRef Name="Modified" Ascending="FALSE"/></OrderBy>', ''),
(105, 0, '00bfea71-7e6d-4186-9ba8-c047ac750105', 'itcontct', '0x0106 Contact;0x0120 Folder',
	'ContentTypeId Title/contacts _ModerationComments File_x0020_Type LastNamePhonetic FirstName FirstNamePhonetic
	FullName Email Company CompanyPhonetic JobTitle WorkPhone HomePhone CellPhone WorkFax WorkAddress WorkCity
	WorkState WorkZip WorkCountry WebPage Comments/contacts @body LinkTitleNoMenu/contacts LinkTitle/contacts
	@files', 'All contacts', 'AllItems.aspx',
	'Attachments LinkTitle FirstName Company WorkPhone HomePhone Email',
	'<OrderBy><FieldRef Name="Title"/><FieldRef Name="FirstName"/></OrderBy>', 'EnableFolderCreation=True'),
(106, 0, '00bfea71-ec85-4903-972d-ebe475780106', 'itevent', '0x0102 Event;0x0120 Folder',
	'@head Location EventDate EndDate Description/event Category/event fAllDayEvent fRecurrence WorkspaceLink
	EventType UID RecurrenceID EventCanceled Duration RecurrenceData TimeZone XMLTZone MasterSeriesItemID
	Workspace @tail', 'Calendar', 'calendar.aspx',
	'fRecurrence Attachments WorkspaceLink LinkTitle Location EventDate EndDate fAllDayEvent',
	'<OrderBy><FieldRef Name="EventDate"/></OrderBy>', ''),
(107, 0, '00bfea71-a83e-497e-9ba0-7a5c597d0107', 'ittask', '0x0108 Task;0x0120 Folder',
	'@head Predecessors Priority/task Status/task PercentComplete AssignedTo TaskGroup Body/task StartDate
	DueDate/task @tail', 'All Tasks', 'AllItems.aspx',
	'Attachments LinkTitle AssignedTo Status Priority DueDate PercentComplete Predecessors',
	'<OrderBy><FieldRef Name="ID"/></OrderBy>', 'EnableFolderCreation=True'),
(108, 0, '00bfea71-6a49-43fa-b535-d15c05500108', 'itdisc', '0x012002 Discussion;0x0107 Message',
	'ContentTypeId Title/discussion _ModerationComments File_x0020_Type Body/discussion ThreadIndex ThreadTopic
	MessageId EmailReferences ParentFolderId ParentItemID ParentItemEditor TrimmedBody DiscussionLastUpdated
	DiscussionTitleLookup DiscussionTitle LinkDiscussionTitleNoMenu LinkDiscussionTitle IsRootPost LastReplyBy
	@body @files', 'Subject', 'AllItems.aspx',
	'LinkDiscussionTitle Author ItemChildCount DiscussionLastUpdated',
	'<OrderBy><FieldRef Name="DiscussionLastUpdated" Ascending="FALSE"/></OrderBy>', ''),
(112, 0, '00000000-0000-0000-0000-000000000000', 'itdl', '0x010A Person',
	'ContentTypeId Title/people _ModerationComments File_x0020_Type Name EMail Notes SipAddress IsSiteAdmin Deleted
	@tail', 'User Information List', 'detail.aspx', 'Attachments LinkTitle',
	'<OrderBy><FieldRef Name="ID"/></OrderBy>', 'Hidden=True AllowDeletion=False EnableAttachments=True'),
(1100, 5, '00bfea71-5932-4f9c-ad71-1557e5751100', 'itissue', '0x0103 Issue;0x0120 Folder',
	'@head LinkIssueIDNoMenu AssignedTo/issue Status/issue Priority/task Comment Category/issue DueDate/issue
	RelatedIssues V3Comments @tail', 'All Issues', 'AllItems.aspx',
	'LinkIssueIDNoMenu LinkTitle AssignedTo Status Priority DueDate',
	'<OrderBy><FieldRef Name="ID" Ascending="FALSE"/></OrderBy>', 'EnableVersioning=True')

-- TEMPLATE_KIN
INSERT INTO template (number, base, feature, image, ctype, fields, view, page, view_fields, view_query, props, first)
SELECT k.column1, base, k.column2, image, ctype, fields, view, page, view_fields, view_query, props, k.column4
FROM template JOIN (VALUES
	/* number, feature, made like, first version */
	(120, '00bfea71-3a1d-41d3-a0ee-651d11570120', 100, 12),
	(150, '00bfea71-513d-4ca0-96c2-6a47775c0119', 107, 12),
	(171, 'f9ce21f8-f437-4f7e-8bc6-946378c850f0', 107, 15),
	(1200, '00bfea71-a83e-497e-9ba0-7a5c597d0107', 107, 12),
	(109, '00bfea71-52d4-45b3-b544-b1c71b620109', 101, 12),
	(115, '00bfea71-1e1d-4562-b56a-f05371bb0115', 101, 12),
	(119, '00bfea71-c796-4402-9f2f-0eb9a6e71b18', 101, 12),
	(130, '00bfea71-dbd7-4f72-b8cb-da7ac0440130', 101, 12),
	(301, '00bfea71-d1ce-42de-9c63-a44004ce0104', 104, 12),
	(302, '00bfea71-d1ce-42de-9c63-a44004ce0104', 104, 12),
	(303, '00bfea71-de22-43b2-a848-c05709900100', 100, 12)) AS k ON template.number = k.column3

-- TEMPLATE_SURVEY
INSERT INTO template (number, base, feature, image, ctype, fields, view, page, view_fields, view_query, props) VALUES
(102, 4, '00bfea71-eb8a-40b1-80c7-506be7590102', 'itsurvey', '0x01 Item',
	'ContentTypeId Title/links _ModerationComments File_x0020_Type @body @files', 'Overview', 'summary.aspx',
	'Author', '<OrderBy><FieldRef Name="ID"/></OrderBy>', 'EnableAttachments=False')

-- TEMPLATE_HIDDEN
INSERT INTO template (number, base, feature, image, ctype, fields, view, page, view_fields, view_query, props, once, first,
	folder)
SELECT k.column1, 1, '00000000-0000-0000-0000-000000000000', 'itdl', '0x0101 Document;0x0120 Folder', '@library',
	'All', 'Forms/AllItems.aspx', 'DocIcon LinkFilename Modified Editor', '',
	'Hidden=True AllowDeletion=False EnableAttachments=False', 1, k.column2, k.column3
FROM (VALUES (110, 12, ''), (111, 12, '_catalogs/wt'), (113, 12, '_catalogs/wp'), (114, 12, '_catalogs/lt'),
	(116, 12, '_catalogs/masterpage'), (117, 12, ''), (121, 14, '_catalogs/solutions'),
	(123, 14, '_catalogs/theme')) AS k

-- TEMPLATE_WORKFLOW
INSERT INTO template (number, base, feature, image, ctype, fields, view, page, view_fields, view_query, props)
SELECT k.column1, 0, k.column2, 'itgen', '0x01 Item', '@head @tail', 'All Items', 'AllItems.aspx', 'LinkTitle', '',
	'Hidden=True'
FROM (VALUES (118, '00bfea71-2d77-4a75-9fca-76516689e21a'), (140, '00bfea71-4ea5-48d4-a4ad-305cf7030140')) AS k

-- TEMPLATE_MEETING
INSERT INTO template (number, absent)
VALUES (200, 1), (201, 1), (202, 1), (204, 1), (207, 1), (210, 1), (211, 1), (212, 1)

-- TEMPLATE_ONCE
UPDATE template SET once = 1, folder = '_catalogs/users' WHERE number = 112
