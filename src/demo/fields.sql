/* The columns that SharePoint itself defines, as GetList shows them: names, identifiers, types and flags
   of [MS-WSSTS] 2.4 and [MS-WSSCAML] 2.3. Rendering patterns of more than a few elements are left out: they
   are programs for web pages. A key is the column's name, with a suffix where lists define it in different
   ways; the two numbers are the first and the last product version that has it. SourceID, StaticName and
   ColName of the columns further down are added where they are read. */

-- CATALOGUE
CREATE TEMP TABLE catalogue (key TEXT, first INTEGER, last INTEGER, xml TEXT, PRIMARY KEY (key, first))

-- CATALOGUE_BASE
INSERT INTO catalogue VALUES
('ContentTypeId', 12, 99, '<Field ID="{03e45e84-1992-4d42-9116-26f756012634}" RowOrdinal="0" Type="ContentTypeId"
	Sealed="TRUE" ReadOnly="TRUE" Hidden="TRUE" DisplayName="Content Type ID" Name="ContentTypeId"
	DisplaceOnUpgrade="TRUE" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="ContentTypeId" ColName="tp_ContentTypeId" FromBaseType="TRUE"/>'),
('Title', 12, 99, '<Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Type="Text" Name="Title" DisplayName="Title"
	Required="TRUE" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Title"
	FromBaseType="TRUE"/>'),
('_ModerationComments', 12, 99, '<Field ID="{34ad21eb-75bd-4544-8c73-0e08330291fe}" ReadOnly="TRUE" Type="Note"
	Name="_ModerationComments" DisplayName="Approver Comments" Hidden="TRUE" CanToggleHidden="TRUE"
	Filterable="FALSE" Sortable="FALSE" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="_ModerationComments" FromBaseType="TRUE"/>'),
('File_x0020_Type', 12, 99, '<Field ID="{39360f11-34cf-4356-9945-25c44e68dade}" ReadOnly="TRUE" Hidden="TRUE" Type="Text"
	Name="File_x0020_Type" DisplaceOnUpgrade="TRUE" DisplayName="File Type"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="File_x0020_Type"
	FromBaseType="TRUE"/>'),
('ID', 12, 99, '<Field ID="{1d22ea11-1e32-424e-89ab-9fedbadb6ce1}" ColName="tp_ID" RowOrdinal="0"
	ReadOnly="TRUE" Type="Counter" Name="ID" PrimaryKey="TRUE" DisplayName="ID"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="ID" FromBaseType="TRUE"/>'),
('ContentType', 12, 99, '<Field ID="{c042a256-787d-4a6f-8a8a-cf6ab767f12d}" Type="Computed" DisplayName="Content Type"
	Name="ContentType" DisplaceOnUpgrade="TRUE" RenderXMLUsingPattern="TRUE" Sortable="FALSE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="ContentType" Group="_Hidden"
	PITarget="MicrosoftWindowsSharePointServices" PIAttribute="ContentTypeID"
	FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="ContentTypeId"/></FieldRefs><DisplayPattern><MapToContentType><Column
	Name="ContentTypeId"/></MapToContentType></DisplayPattern></Field>'),
('Modified', 12, 99, '<Field ID="{28cf69c5-fa48-462a-b5cd-27b6f9d2bd5f}" ColName="tp_Modified" RowOrdinal="0"
	ReadOnly="TRUE" Type="DateTime" Name="Modified" DisplayName="Modified" StorageTZ="TRUE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Modified"
	FromBaseType="TRUE"/>'),
('Created', 12, 99, '<Field ID="{8c06beca-0777-48f7-91c7-6da68bc07b69}" ColName="tp_Created" RowOrdinal="0"
	ReadOnly="TRUE" Type="DateTime" Name="Created" DisplayName="Created" StorageTZ="TRUE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Created" FromBaseType="TRUE"/>'),
('Author', 12, 99, '<Field ID="{1df5e554-ec7e-46a6-901d-d85a3881cb18}" ColName="tp_Author" RowOrdinal="0"
	ReadOnly="TRUE" Type="User" List="UserInfo" Name="Author" DisplayName="Created By"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Author" FromBaseType="TRUE"/>'),
('Editor', 12, 99, '<Field ID="{d31655d1-1d5b-4511-95a1-7a09e9b75bf2}" ColName="tp_Editor" RowOrdinal="0"
	ReadOnly="TRUE" Type="User" List="UserInfo" Name="Editor" DisplayName="Modified By"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Editor" FromBaseType="TRUE"/>'),
('_HasCopyDestinations', 12, 99, '<Field ID="{26d0756c-986a-48a7-af35-bf18ab85ff4a}" ColName="tp_HasCopyDestinations"
	RowOrdinal="0" Sealed="TRUE" Hidden="TRUE" ReadOnly="TRUE" Type="Boolean"
	Name="_HasCopyDestinations" DisplaceOnUpgrade="TRUE" DisplayName="Has Copy Destinations"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="_HasCopyDestinations"
	FromBaseType="TRUE"/>'),
('_CopySource', 12, 99, '<Field ID="{6b4e226d-3d88-4a36-808d-a129bf52bccf}" ColName="tp_CopySource" RowOrdinal="0"
	Sealed="TRUE" Hidden="TRUE" ReadOnly="TRUE" Type="Text" Name="_CopySource"
	DisplaceOnUpgrade="TRUE" DisplayName="Copy Source"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="_CopySource"
	FromBaseType="TRUE"/>'),
('owshiddenversion', 12, 99, '<Field ID="{d4e44a66-ee3a-4d02-88c9-4ec5ff3f4cd5}" ColName="tp_Version" RowOrdinal="0"
	Hidden="TRUE" ReadOnly="TRUE" Type="Integer" SetAs="owshiddenversion" Name="owshiddenversion"
	DisplayName="owshiddenversion" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="owshiddenversion" FromBaseType="TRUE"/>'),
('WorkflowVersion', 12, 99, '<Field ID="{f1e020bc-ba26-443f-bf2f-b68715017bbc}" ColName="tp_WorkflowVersion" RowOrdinal="0"
	Hidden="TRUE" ReadOnly="TRUE" Type="Integer" Name="WorkflowVersion" DisplaceOnUpgrade="TRUE"
	DisplayName="Workflow Version" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="WorkflowVersion" FromBaseType="TRUE"/>'),
('_UIVersion', 12, 99, '<Field ID="{7841bf41-43d0-4434-9f50-a673baef7631}" ColName="tp_UIVersion" RowOrdinal="0"
	ReadOnly="TRUE" Type="Integer" Name="_UIVersion" DisplaceOnUpgrade="TRUE"
	DisplayName="UI Version" Hidden="TRUE" CanToggleHidden="TRUE" Required="FALSE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="_UIVersion"
	FromBaseType="TRUE"/>'),
('_UIVersionString', 12, 99, '<Field ID="{dce8262a-3ae9-45aa-aab4-83bd75fb738a}" ColName="tp_UIVersionString" RowOrdinal="0"
	ReadOnly="TRUE" Type="Text" Name="_UIVersionString" DisplaceOnUpgrade="TRUE"
	DisplayName="Version" CanToggleHidden="TRUE" Required="FALSE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="_UIVersionString"
	FromBaseType="TRUE"/>'),
('Attachments', 12, 99, '<Field ID="{67df98f4-9dec-48ff-a553-29bece9c5bf4}" ColName="tp_HasAttachment" RowOrdinal="0"
	Type="Attachments" Name="Attachments" DisplayName="Attachments"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Attachments"
	FromBaseType="TRUE"/>'),
('_ModerationStatus', 12, 99, '<Field ID="{fdc3b2ed-5bf2-4835-a4bc-b885f3396a61}" ColName="tp_ModerationStatus" RowOrdinal="0"
	ReadOnly="TRUE" Type="ModStat" Name="_ModerationStatus" DisplayName="Approval Status"
	Hidden="TRUE" CanToggleHidden="TRUE" Required="FALSE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="_ModerationStatus"
	FromBaseType="TRUE"><CHOICES><CHOICE>0;#Approved</CHOICE><CHOICE>1;#Rejected</CHOICE><CHOICE>2;#Pending</CHOICE><CHOICE>3;#Draft</CHOICE><CHOICE>4;#Scheduled</CHOICE></CHOICES><Default>0</Default></Field>'),
('Edit', 12, 99, '<Field ID="{503f1caa-358e-4918-9094-4a2cdc4bc034}" ReadOnly="TRUE" Type="Computed" Name="Edit"
	Sortable="FALSE" Filterable="FALSE" DisplayName="Edit" ClassInfo="Icon"
	AuthoringInfo="(link to edit item)" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="Edit" FromBaseType="TRUE"/>'),
('LinkTitleNoMenu', 12, 99, '<Field ID="{bc91a437-52e7-49e1-8c4e-4698904b2b6d}" ReadOnly="TRUE" Type="Computed"
	Name="LinkTitleNoMenu" DisplayName="Title" Dir="" DisplayNameSrcField="Title"
	AuthoringInfo="(linked to item)" EnableLookup="TRUE" ListItemMenuAllowed="Prohibited"
	LinkToItemAllowed="Prohibited" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="LinkTitleNoMenu" FromBaseType="TRUE"><FieldRefs><FieldRef Name="Title"/><FieldRef
	Name="LinkFilenameNoMenu"/></FieldRefs></Field>'),
('LinkTitle', 12, 99, '<Field ID="{82642ec8-ef9b-478f-acf9-31f7d45fbc31}" ReadOnly="TRUE" Type="Computed"
	Name="LinkTitle" DisplayName="Title" DisplayNameSrcField="Title" ClassInfo="Menu"
	AuthoringInfo="(linked to item with edit menu)" ListItemMenuAllowed="Required"
	LinkToItemAllowed="Prohibited" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="LinkTitle" FromBaseType="TRUE"><FieldRefs><FieldRef Name="Title"/><FieldRef
	Name="LinkTitleNoMenu"/><FieldRef Name="_EditMenuTableStart2"/><FieldRef
	Name="_EditMenuTableEnd"/></FieldRefs></Field>'),
('LinkTitle2', 14, 99, '<Field ID="{5f190d91-3dbc-4489-9878-3c092caf35b6}" Hidden="TRUE" ReadOnly="TRUE" Type="Computed"
	Name="LinkTitle2" DisplayName="Title" DisplayNameSrcField="Title" ClassInfo="Menu"
	AuthoringInfo="(linked to item with edit menu) (old)"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="LinkTitle2"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="Title"/><FieldRef
	Name="LinkTitleNoMenu"/><FieldRef Name="_EditMenuTableStart"/><FieldRef
	Name="_EditMenuTableEnd"/></FieldRefs></Field>'),
('SelectTitle', 12, 99, '<Field ID="{b1f7969b-ea65-42e1-8b54-b588292635f2}" ReadOnly="TRUE" Type="Computed"
	Sortable="FALSE" Filterable="FALSE" Name="SelectTitle" Hidden="TRUE" CanToggleHidden="TRUE"
	DisplayName="Select" Dir="" AuthoringInfo="(web part connection)" HeaderImage="blank.gif"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="SelectTitle"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="ID"/></FieldRefs></Field>'),
('InstanceID', 12, 99, '<Field ID="{50a54da4-1528-4e67-954a-e2d24f1e9efb}" Name="InstanceID" DisplayName="Instance ID"
	ColName="tp_InstanceID" RowOrdinal="0" ReadOnly="TRUE" Hidden="TRUE" Type="Integer" Min="0"
	Max="99991231" Filterable="TRUE" Sortable="TRUE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="InstanceID"
	FromBaseType="TRUE"/>'),
('Order', 12, 99, '<Field ID="{ca4addac-796f-4b23-b093-d2a3f65c0774}" ColName="tp_ItemOrder" RowOrdinal="0"
	Name="Order" DisplayName="Order" Type="Number" Hidden="TRUE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="Order" FromBaseType="TRUE"/>'),
('GUID', 12, 99, '<Field ID="{ae069f25-3ac2-4256-b9c3-15dbc15da0e0}" ColName="tp_GUID" RowOrdinal="0"
	ReadOnly="TRUE" Hidden="TRUE" Type="Guid" Name="GUID" DisplayName="GUID"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="GUID" FromBaseType="TRUE"/>'),
('WorkflowInstanceID', 12, 99, '<Field ID="{de8beacf-5505-47cd-80a6-aa44e7ffe2f4}" ColName="tp_WorkflowInstanceID"
	RowOrdinal="0" ReadOnly="TRUE" Hidden="TRUE" Type="Guid" Name="WorkflowInstanceID"
	DisplaceOnUpgrade="TRUE" DisplayName="Workflow Instance ID"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="WorkflowInstanceID"
	FromBaseType="TRUE"/>'),
('FileRef', 12, 99, '<Field ID="{94f89715-e097-4e8b-ba79-ea02aa8b7adb}" Name="FileRef" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" Type="Lookup" DisplayName="URL Path" List="Docs" FieldRef="ID"
	ShowField="FullUrl" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="FileRef" FromBaseType="TRUE"/>'),
('FileDirRef', 12, 99, '<Field ID="{56605df6-8fa1-47e4-a04c-5b384d59609f}" Name="FileDirRef" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" Type="Lookup" DisplayName="Path" List="Docs" FieldRef="ID"
	ShowField="DirName" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="FileDirRef"
	FromBaseType="TRUE"/>'),
('Last_x0020_Modified', 12, 99, '<Field ID="{173f76c8-aebd-446a-9bc9-769a2bd2c18f}" Name="Last_x0020_Modified"
	DisplaceOnUpgrade="TRUE" ReadOnly="TRUE" Hidden="TRUE" DisplayName="Modified" Type="Lookup"
	List="Docs" FieldRef="ID" ShowField="TimeLastModified" Format="TRUE" JoinColName="DoclibRowId"
	JoinRowOrdinal="0" JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="Last_x0020_Modified" FromBaseType="TRUE"/>'),
('Created_x0020_Date', 12, 99, '<Field ID="{998b5cff-4a35-47a7-92f3-3914aa6aa4a2}" Name="Created_x0020_Date"
	DisplaceOnUpgrade="TRUE" ReadOnly="TRUE" Hidden="TRUE" DisplayName="Created" Type="Lookup"
	List="Docs" FieldRef="ID" ShowField="TimeCreated" Format="TRUE" JoinColName="DoclibRowId"
	JoinRowOrdinal="0" JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="Created_x0020_Date" FromBaseType="TRUE"/>'),
('FSObjType', 12, 99, '<Field ID="{30bb605f-5bae-48fe-b4e3-1f81d9772af9}" Name="FSObjType" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" ShowInFileDlg="FALSE" Type="Lookup" DisplayName="Item Type"
	List="Docs" FieldRef="ID" ShowField="FSType" JoinColName="DoclibRowId" JoinRowOrdinal="0"
	JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="FSObjType"
	FromBaseType="TRUE"/>'),
('SortBehavior', 14, 99, '<Field ID="{423874f8-c300-4bfb-b7a1-42e2159e3b19}" Name="SortBehavior" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" ShowInFileDlg="FALSE" Type="Lookup" DisplayName="Sort Type"
	List="Docs" FieldRef="ID" ShowField="SortBehavior" JoinColName="DoclibRowId" JoinRowOrdinal="0"
	JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="SortBehavior"
	FromBaseType="TRUE"/>'),
('PermMask', 12, 99, '<Field ID="{ba3c27ee-4791-4867-8821-ff99000bac98}" Name="PermMask" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" RenderXMLUsingPattern="TRUE" ShowInFileDlg="FALSE" Type="Computed"
	DisplayName="Effective Permissions Mask" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="PermMask" FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="ID"/></FieldRefs><DisplayPattern><CurrentRights/></DisplayPattern></Field>'),
('FileLeafRef', 12, 99, '<Field ID="{8553196d-ec8d-4564-9861-3dbe931050c8}" Hidden="TRUE" ShowInFileDlg="FALSE"
	ShowInVersionHistory="FALSE" Type="File" Name="FileLeafRef" DisplaceOnUpgrade="TRUE"
	DisplayName="Name" AuthoringInfo="(for use in forms)" List="Docs" FieldRef="ID"
	ShowField="LeafName" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="FileLeafRef"
	FromBaseType="TRUE"/>'),
('UniqueId', 12, 99, '<Field ID="{4b7403de-8d94-43e8-9f0f-137a3e298126}" Name="UniqueId" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" ShowInFileDlg="FALSE" Type="Lookup" DisplayName="Unique Id"
	List="Docs" FieldRef="ID" ShowField="UniqueId" JoinColName="DoclibRowId" JoinRowOrdinal="0"
	JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="UniqueId"
	FromBaseType="TRUE"/>'),
('SyncClientId', 14, 99, '<Field ID="{6d2c4fde-3605-428e-a236-ce5f3dc2b4d4}" Name="SyncClientId" DisplaceOnUpgrade="TRUE"
	Hidden="TRUE" ReadOnly="TRUE" DisplayName="Client Id" ShowInFileDlg="FALSE" Type="Lookup"
	List="Docs" FieldRef="ID" ShowField="SyncClientId" JoinColName="DoclibRowId" JoinRowOrdinal="0"
	JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="SyncClientId"
	FromBaseType="TRUE"/>'),
('ProgId', 12, 99, '<Field ID="{c5c4b81c-f1d9-4b43-a6a2-090df32ebb68}" Name="ProgId" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" ShowInFileDlg="FALSE" Type="Lookup" DisplayName="ProgId"
	List="Docs" FieldRef="ID" ShowField="ProgId" JoinColName="DoclibRowId" JoinRowOrdinal="0"
	JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="ProgId"
	FromBaseType="TRUE"/>'),
('ScopeId', 12, 99, '<Field ID="{dddd2420-b270-4735-93b5-92b713d0944d}" Name="ScopeId" DisplaceOnUpgrade="TRUE"
	ReadOnly="TRUE" Hidden="TRUE" ShowInFileDlg="FALSE" Type="Lookup" DisplayName="ScopeId"
	List="Docs" FieldRef="ID" ShowField="ScopeId" JoinColName="DoclibRowId" JoinRowOrdinal="0"
	JoinType="INNER" SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="ScopeId"
	FromBaseType="TRUE"/>'),
('HTML_x0020_File_x0020_Type', 12, 99, '<Field ReadOnly="TRUE" ID="{4ef1b78f-fdba-48dc-b8ab-3fa06a0c9804}" Hidden="TRUE" Type="Computed"
	Name="HTML_x0020_File_x0020_Type" DisplaceOnUpgrade="TRUE" DisplayName="HTML File Type"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="HTML_x0020_File_x0020_Type"
	FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="File_x0020_Type"/></FieldRefs><DisplayPattern/></Field>'),
('_EditMenuTableStart', 12, 99, '<Field ID="{3c6303be-e21f-4366-80d7-d6d0a3b22c7a}" Hidden="TRUE" ReadOnly="TRUE" Type="Computed"
	Name="_EditMenuTableStart" DisplaceOnUpgrade="TRUE" DisplayName="Edit Menu Table Start"
	ClassInfo="Menu" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="_EditMenuTableStart" FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="FileLeafRef"/><FieldRef Name="FileDirRef"/><FieldRef Name="FSObjType"/><FieldRef
	Name="ID"/><FieldRef Name="ServerUrl"/><FieldRef Name="HTML_x0020_File_x0020_Type"/><FieldRef
	Name="File_x0020_Type"/><FieldRef Name="PermMask"/><FieldRef
	Name="_HasCopyDestinations"/><FieldRef Name="_CopySource"/><FieldRef
	Name="ContentType"/><FieldRef Name="ContentTypeId"/><FieldRef
	Name="_ModerationStatus"/><FieldRef Name="_UIVersion"/></FieldRefs></Field>'),
('_EditMenuTableStart2', 14, 99, '<Field ID="{1344423c-c7f9-4134-88e4-ad842e2d723c}" Hidden="TRUE" ReadOnly="TRUE" Type="Computed"
	Name="_EditMenuTableStart2" DisplaceOnUpgrade="TRUE" DisplayName="Edit Menu Table Start"
	ClassInfo="Menu" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="_EditMenuTableStart2" FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="ID"/></FieldRefs><DisplayPattern><Counter Type="View"/><HTML>" id="</HTML><Column
	Name="ID" HTMLEncode="TRUE"/></DisplayPattern></Field>'),
('_EditMenuTableEnd', 12, 99, '<Field ID="{2ea78cef-1bf9-4019-960a-02c41636cb47}" Hidden="TRUE" ReadOnly="TRUE" Type="Computed"
	Name="_EditMenuTableEnd" DisplaceOnUpgrade="TRUE" DisplayName="Edit Menu Table End"
	ClassInfo="Menu" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="_EditMenuTableEnd" FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="ID"/></FieldRefs></Field>'),
('LinkFilenameNoMenu', 12, 99, '<Field ID="{9d30f126-ba48-446b-b8f9-83745f322ebe}" ReadOnly="TRUE" Type="Computed"
	Name="LinkFilenameNoMenu" DisplaceOnUpgrade="TRUE" DisplayName="Name" Hidden="TRUE"
	DisplayNameSrcField="FileLeafRef" Filterable="FALSE" AuthoringInfo="(linked to document)"
	ListItemMenuAllowed="Prohibited" LinkToItemAllowed="Prohibited"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="LinkFilenameNoMenu"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="FileLeafRef"/><FieldRef
	Name="FSObjType"/><FieldRef Name="Created_x0020_Date"/><FieldRef Name="FileRef"/><FieldRef
	Name="File_x0020_Type"/><FieldRef Name="HTML_x0020_File_x0020_Type"/><FieldRef
	Name="ContentTypeId"/><FieldRef Name="PermMask"/></FieldRefs></Field>'),
('LinkFilename', 12, 99, '<Field ID="{5cc6dc79-3710-4374-b433-61cb4a686c12}" ReadOnly="TRUE" Type="Computed"
	Name="LinkFilename" DisplaceOnUpgrade="TRUE" Hidden="TRUE" DisplayName="Name"
	DisplayNameSrcField="FileLeafRef" Filterable="FALSE" ClassInfo="Menu"
	AuthoringInfo="(linked to document with edit menu)" ListItemMenuAllowed="Required"
	LinkToItemAllowed="Prohibited" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="LinkFilename" FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="LinkFilenameNoMenu"/><FieldRef Name="_EditMenuTableStart2"/><FieldRef
	Name="_EditMenuTableEnd"/></FieldRefs></Field>'),
('LinkFilename2', 14, 99, '<Field ID="{224ba411-da77-4050-b0eb-62d422f13d3e}" Hidden="TRUE" ReadOnly="TRUE" Type="Computed"
	Name="LinkFilename2" DisplaceOnUpgrade="TRUE" DisplayName="Name"
	DisplayNameSrcField="FileLeafRef" Filterable="FALSE" ClassInfo="Menu"
	AuthoringInfo="(linked to document with edit menu) (old)"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="LinkFilename2"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="LinkFilenameNoMenu"/><FieldRef
	Name="_EditMenuTableStart"/><FieldRef Name="_EditMenuTableEnd"/></FieldRefs></Field>'),
('DocIcon', 12, 99, '<Field ID="{081c6e4c-5c14-4f20-b23e-1a71ceb6a67c}" Type="Computed" ReadOnly="TRUE"
	Name="DocIcon" DisplaceOnUpgrade="TRUE" DisplayName="Type" TextOnly="TRUE" ClassInfo="Icon"
	AuthoringInfo="(icon linked to document)" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="DocIcon" FromBaseType="TRUE"><FieldRefs><FieldRef Name="File_x0020_Type"/><FieldRef
	Name="FSObjType"/><FieldRef Name="FileRef"/><FieldRef Name="FileLeafRef"/><FieldRef
	Name="HTML_x0020_File_x0020_Type"/><FieldRef Name="PermMask"/><FieldRef
	Name="IconOverlay"/></FieldRefs></Field>'),
('ServerUrl', 12, 99, '<Field ID="{105f76ce-724a-4bba-aece-f81f2fce58f5}" ReadOnly="TRUE" Hidden="TRUE" Type="Computed"
	Name="ServerUrl" DisplaceOnUpgrade="TRUE" DisplayName="Server Relative URL" Filterable="FALSE"
	RenderXMLUsingPattern="TRUE" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="ServerUrl" FromBaseType="TRUE"><FieldRefs><FieldRef
	Name="FileRef"/></FieldRefs><DisplayPattern><HTML>/</HTML><LookupColumn
	Name="FileRef"/></DisplayPattern></Field>'),
('EncodedAbsUrl', 12, 99, '<Field ID="{7177cfc7-f399-4d4d-905d-37dd51bc90bf}" ReadOnly="TRUE" Hidden="TRUE" Type="Computed"
	Name="EncodedAbsUrl" DisplaceOnUpgrade="TRUE" DisplayName="Encoded Absolute URL"
	Filterable="FALSE" RenderXMLUsingPattern="TRUE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="EncodedAbsUrl"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="FileRef"/></FieldRefs><DisplayPattern><HttpHost
	URLEncodeAsURL="TRUE"/><HTML>/</HTML><LookupColumn Name="FileRef" IncludeVersions="TRUE"
	URLEncodeAsURL="TRUE"/></DisplayPattern></Field>'),
('BaseName', 12, 99, '<Field ID="{7615464b-559e-4302-b8e2-8f440b913101}" ReadOnly="TRUE" Hidden="TRUE" Type="Computed"
	Name="BaseName" DisplaceOnUpgrade="TRUE" DisplayName="File Name" Filterable="FALSE"
	RenderXMLUsingPattern="TRUE" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="BaseName" FromBaseType="TRUE"><FieldRefs><FieldRef Name="FileLeafRef"/><FieldRef
	Name="FSObjType"/></FieldRefs><DisplayPattern><IfEqual><Expr1><LookupColumn
	Name="FSObjType"/></Expr1><Expr2>1</Expr2><Then><LookupColumn Name="FileLeafRef"
	HTMLEncode="TRUE"/></Then><Else><UrlBaseName HTMLEncode="TRUE"><LookupColumn
	Name="FileLeafRef"/></UrlBaseName></Else></IfEqual></DisplayPattern></Field>'),
('MetaInfo', 12, 99, '<Field ID="{687c7f94-686a-42d3-9b67-2782eac4b4f8}" Name="MetaInfo" DisplaceOnUpgrade="TRUE"
	Hidden="TRUE" ShowInFileDlg="FALSE" Type="Lookup" DisplayName="Property Bag" List="Docs"
	FieldRef="ID" ShowField="MetaInfo" JoinColName="DoclibRowId" JoinType="INNER"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="MetaInfo"
	FromBaseType="TRUE"/>'),
('_Level', 12, 99, '<Field ID="{43bdd51b-3c5b-4e78-90a8-fb2087f71e70}" ColName="tp_Level" RowOrdinal="0"
	ReadOnly="TRUE" Type="Integer" Name="_Level" DisplaceOnUpgrade="TRUE" DisplayName="Level"
	Hidden="TRUE" Required="FALSE" SourceID="http://schemas.microsoft.com/sharepoint/v3"
	StaticName="_Level" FromBaseType="TRUE"/>'),
('_IsCurrentVersion', 12, 99, '<Field ID="{c101c3e7-122d-4d4d-bc34-58e94a38c816}" ColName="tp_IsCurrentVersion"
	DisplaceOnUpgrade="TRUE" RowOrdinal="0" ReadOnly="TRUE" Type="Boolean" Name="_IsCurrentVersion"
	DisplayName="Is Current Version" Hidden="TRUE" Required="FALSE"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="_IsCurrentVersion"
	FromBaseType="TRUE"/>'),
('ItemChildCount', 14, 99, '<Field ID="{b824e17e-a1b3-426e-aecf-f0184d900485}" Name="ItemChildCount"
	DisplaceOnUpgrade="TRUE" ReadOnly="TRUE" ShowInFileDlg="FALSE" Type="Lookup"
	DisplayName="Item Child Count" List="Docs" FieldRef="ID" ShowField="ItemChildCount"
	JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="ItemChildCount"
	FromBaseType="TRUE"/>'),
('FolderChildCount', 14, 99, '<Field ID="{960ff01f-2b6d-4f1b-9c3f-e19ad8927341}" Name="FolderChildCount"
	DisplaceOnUpgrade="TRUE" ReadOnly="TRUE" ShowInFileDlg="FALSE" Type="Lookup"
	DisplayName="Folder Child Count" List="Docs" FieldRef="ID" ShowField="FolderChildCount"
	JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="FolderChildCount"
	FromBaseType="TRUE"/>')


-- CATALOGUE_APPS
INSERT INTO catalogue VALUES
('AppAuthor', 15, 99, '<Field ID="{6bfaba20-36bf-44b5-a1b2-eb6346d49716}" ColName="tp_AppAuthor" RowOrdinal="0"
	ReadOnly="TRUE" Hidden="FALSE" Type="Lookup" List="AppPrincipals" Name="AppAuthor"
	DisplayName="App Created By" ShowField="Title" JoinColName="Id"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="AppAuthor" FromBaseType="TRUE"/>'),
('AppEditor', 15, 99, '<Field ID="{e08400f3-c779-4ed2-a18c-ab7f34caa318}" ColName="tp_AppEditor" RowOrdinal="0"
	ReadOnly="TRUE" Hidden="FALSE" Type="Lookup" List="AppPrincipals" Name="AppEditor"
	DisplayName="App Modified By" ShowField="Title" JoinColName="Id"
	SourceID="http://schemas.microsoft.com/sharepoint/v3" StaticName="AppEditor" FromBaseType="TRUE"/>')

-- CATALOGUE_LIBRARY
INSERT INTO catalogue VALUES
('Title/library', 12, 99, '<Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Type="Text" Name="Title"
	ShowInNewForm="FALSE" ShowInFileDlg="FALSE" DisplayName="Title" Sealed="TRUE" FromBaseType="TRUE"/>'),
('FileLeafRef/library', 12, 99, '<Field ID="{8553196d-ec8d-4564-9861-3dbe931050c8}" ShowInFileDlg="FALSE"
	ShowInVersionHistory="FALSE" Type="File" Name="FileLeafRef" DisplayName="Name"
	AuthoringInfo="(for use in forms)" List="Docs" FieldRef="ID" ShowField="LeafName" JoinColName="DoclibRowId"
	JoinRowOrdinal="0" JoinType="INNER" Required="TRUE" FromBaseType="TRUE"/>'),
('Modified_x0020_By', 12, 99, '<Field ID="{822c78e3-1ea9-4943-b449-57863ad33ca9}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Text" Name="Modified_x0020_By" DisplayName="Document Modified By" FromBaseType="TRUE"/>'),
('Created_x0020_By', 12, 99, '<Field ID="{4dd7e525-8d6b-4cb4-9d3e-44ee25f973eb}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Text" Name="Created_x0020_By" DisplayName="Document Created By" FromBaseType="TRUE"/>'),
('HTML_x0020_File_x0020_Type/library', 12, 99, '<Field ID="{0c5e0085-eb30-494b-9cdd-ece1d3c649a2}"
	ReadOnly="TRUE" Hidden="TRUE" Type="Text" Name="HTML_x0020_File_x0020_Type" DisplayName="HTML File Type"
	FromBaseType="TRUE"/>'),
('_SourceUrl', 12, 99, '<Field ID="{c63a459d-54ba-4ab7-933a-dcf1c6fadec2}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Text" Name="_SourceUrl" DisplayName="Source URL" FromBaseType="TRUE"/>'),
('_SharedFileIndex', 12, 99, '<Field ID="{034998e9-bf1c-4288-bbbd-00eacfc64410}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Text" Name="_SharedFileIndex" DisplayName="Shared File Index" FromBaseType="TRUE"/>'),
('TemplateUrl', 12, 99, '<Field ID="{4b1bf6c6-4f39-45ac-acd5-16fe7a214e5e}" Type="Text" Name="TemplateUrl"
	DisplayName="Template Link" Hidden="TRUE" Filterable="FALSE" Sortable="FALSE" ShowInFileDlg="FALSE"/>'),
('xd_ProgID', 12, 99, '<Field ID="{cd1ecb9f-dd4e-4f29-ab9e-e9ff40048d64}" Type="Text" Name="xd_ProgID"
	DisplayName="HTML File Link" Hidden="TRUE" Filterable="FALSE" Sortable="FALSE" ShowInFileDlg="FALSE"/>'),
('xd_Signature', 12, 99, '<Field ID="{fbf29b2d-cae5-49aa-8e0a-29955b540122}" Type="Boolean" Name="xd_Signature"
	DisplayName="Is Signed" Hidden="TRUE" Filterable="FALSE" Sortable="FALSE" ReadOnly="TRUE"
	ShowInFileDlg="FALSE"/>'),
('File_x0020_Size', 12, 99, '<Field ID="{8fca95c0-9b7d-456f-8dae-b41ee2728b85}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="File_x0020_Size" DisplayName="File Size" List="Docs" FieldRef="ID" ShowField="SizeInKB"
	Format="TRUE" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER" FromBaseType="TRUE"/>'),
('CheckedOutUserId', 12, 99, '<Field ID="{a7b731a3-1df1-4d74-a5c6-e2efba617ae2}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="CheckedOutUserId" DisplayName="ID of the User who has the item Checked Out" List="Docs"
	FieldRef="ID" ShowField="CheckoutUserId" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	FromBaseType="TRUE"/>'),
('IsCheckedoutToLocal', 12, 99, '<Field ID="{cfaabd0f-bdbd-4bc2-b375-1e779e2cad08}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="IsCheckedoutToLocal" DisplayName="Is Checked out to local" List="Docs" FieldRef="ID"
	ShowField="IsCheckoutToLocal" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	FromBaseType="TRUE"/>'),
('CheckoutUser', 12, 99, '<Field ID="{3881510a-4e4a-4ee8-b102-8ee8e2d0dd4b}" ReadOnly="TRUE" Type="User"
	Name="CheckoutUser" DisplayName="Checked Out To" List="UserInfo" ShowField="ImnName" FromBaseType="TRUE"
	ColName="tp_CheckoutUserId"/>'),
('VirusStatus', 12, 99, '<Field ID="{4a389cb9-54dd-4287-a71a-90ff362028bc}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="VirusStatus" DisplayName="Virus Status" List="Docs" FieldRef="ID" ShowField="SizeInKB"
	Format="TRUE" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER" FromBaseType="TRUE"/>'),
('CheckedOutTitle', 12, 99, '<Field ID="{9d4adc35-7cc8-498c-8424-ee5fd541e43a}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="CheckedOutTitle" DisplayName="Checked Out To" List="Docs" FieldRef="ID"
	ShowField="CheckedOutTitle" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	FromBaseType="TRUE"/>'),
('_CheckinComment', 12, 99, '<Field ID="{58014f77-5463-437b-ab67-eec79532da67}" ReadOnly="TRUE" Type="Lookup"
	Name="_CheckinComment" DisplayName="Check In Comment" List="Docs" FieldRef="ID" ShowField="CheckinComment"
	Format="TRUE" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER" FromBaseType="TRUE"/>'),
('LinkCheckedOutTitle', 12, 99, '<Field ID="{e2a15dfd-6ab8-4aec-91ab-02f6b64045b0}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Computed" Name="LinkCheckedOutTitle" DisplayName="Checked Out To" Filterable="FALSE"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="CheckedOutTitle"/><FieldRef
	Name="CheckedOutUserId"/></FieldRefs></Field>'),
('SelectFilename', 12, 99, '<Field ID="{5f47e085-2150-41dc-b661-442f3027f552}" ReadOnly="TRUE" Hidden="TRUE"
	CanToggleHidden="TRUE" Type="Computed" Name="SelectFilename" DisplayName="Select" Sortable="FALSE"
	Filterable="FALSE" AuthoringInfo="(web part connection)" HeaderImage="blank.gif"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="ID"/></FieldRefs></Field>'),
('FileSizeDisplay', 12, 99, '<Field ID="{78a07ba4-bda8-4357-9e0f-580d64487583}" ReadOnly="TRUE" Type="Computed"
	Name="FileSizeDisplay" DisplayName="File Size" Filterable="FALSE" ClassInfo="FileSize"
	FromBaseType="TRUE"><FieldRefs><FieldRef Name="File_x0020_Size"/><FieldRef
	Name="FSObjType"/></FieldRefs></Field>'),
('ParentVersionString', 12, 99, '<Field ID="{bc1a8efb-0f4c-49f8-a38f-7fe22af3d3e0}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="ParentVersionString" DisplayName="Source Version (Converted Document)" List="Docs"
	FieldRef="ID" ShowField="ParentVersionString" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	FromBaseType="TRUE"/>'),
('ParentLeafName', 12, 99, '<Field ID="{774eab3a-855f-4a34-99da-69dc21043bec}" ReadOnly="TRUE" Hidden="TRUE"
	Type="Lookup" Name="ParentLeafName" DisplayName="Source Name (Converted Document)" List="Docs"
	FieldRef="ID" ShowField="ParentLeafName" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"
	FromBaseType="TRUE"/>')

-- CATALOGUE_LISTS
INSERT INTO catalogue VALUES
('Body/announcement', 12, 99, '<Field ID="{7662cd2c-f069-4dba-9e35-082cf976e170}" Type="Note" RichText="TRUE"
	RichTextMode="FullHtml" Name="Body" DisplayName="Body" Sortable="FALSE" NumLines="15"/>'),
('Expires', 12, 99, '<Field ID="{6a09e75b-8d17-4698-94a8-371eda1af1ac}" Type="DateTime" Name="Expires"
	DisplayName="Expires" Format="DateOnly" FromBaseType="TRUE"/>'),
('Title/links', 12, 99, '<Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Type="Text" Name="Title"
	DisplayName="Title" Hidden="TRUE" Required="FALSE" FromBaseType="TRUE"/>'),
('URL', 12, 99, '<Field ID="{c29e077d-f466-4d8e-8bbe-72b66c5f205c}" Type="URL" Name="URL" DisplayName="URL"
	Required="TRUE" FromBaseType="TRUE"/>'),
('Comments/links', 12, 99, '<Field ID="{9da97a8a-1da5-4a77-98d3-4bc10456e700}" Type="Note" Name="Comments"
	DisplayName="Notes" Sortable="FALSE"/>'),
('URLwMenu', 12, 99, '<Field ID="{2a9ab6d3-268a-4c1c-9897-e5f018f87e64}" Type="Computed" ReadOnly="TRUE"
	Name="URLwMenu" DisplayName="URL" DisplayNameSrcField="URL" ClassInfo="Menu"
	AuthoringInfo="(URL with edit menu)"><FieldRefs><FieldRef Name="URL"/></FieldRefs></Field>'),
('URLNoMenu', 12, 99, '<Field ID="{aeaf07ee-d2fb-448b-a7a3-cf7e062d6c2a}" Type="Computed" ReadOnly="TRUE"
	Name="URLNoMenu" DisplayName="URL" DisplayNameSrcField="URL" Hidden="TRUE"
	AuthoringInfo="(URL)"><FieldRefs><FieldRef Name="URL"/></FieldRefs></Field>'),
('Title/contacts', 12, 99, '<Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Type="Text" Name="Title"
	DisplayName="Last Name" Required="TRUE" FromBaseType="TRUE"/>'),
('LinkTitleNoMenu/contacts', 12, 99, '<Field ID="{bc91a437-52e7-49e1-8c4e-4698904b2b6d}" ReadOnly="TRUE"
	Type="Computed" Name="LinkTitleNoMenu" DisplayName="Last Name" Dir="" DisplayNameSrcField="Title"
	AuthoringInfo="(linked to item)" EnableLookup="TRUE" ListItemMenuAllowed="Prohibited"
	LinkToItemAllowed="Prohibited" FromBaseType="TRUE"><FieldRefs><FieldRef Name="Title"/><FieldRef
	Name="LinkFilenameNoMenu"/></FieldRefs></Field>'),
('LinkTitle/contacts', 12, 99, '<Field ID="{82642ec8-ef9b-478f-acf9-31f7d45fbc31}" ReadOnly="TRUE" Type="Computed"
	Name="LinkTitle" DisplayName="Last Name" DisplayNameSrcField="Title" ClassInfo="Menu"
	AuthoringInfo="(linked to item with edit menu)" ListItemMenuAllowed="Required"
	LinkToItemAllowed="Prohibited" FromBaseType="TRUE"><FieldRefs><FieldRef Name="Title"/><FieldRef
	Name="LinkTitleNoMenu"/><FieldRef Name="_EditMenuTableStart2"/><FieldRef
	Name="_EditMenuTableEnd"/></FieldRefs></Field>'),
('LastNamePhonetic', 12, 99, '<Field ID="{fdc8216d-dabf-441d-8ac0-f6c626fbdc24}" Type="Text"
	Name="LastNamePhonetic" DisplayName="Last Name Phonetic" Hidden="TRUE"/>'),
('FirstName', 12, 99, '<Field ID="{4a722dd4-d406-4356-93f9-2550b8f50dd0}" Type="Text" Name="FirstName"
	DisplayName="First Name"/>'),
('FirstNamePhonetic', 12, 99, '<Field ID="{ea8f7ca9-2a0e-4a89-b8bf-c51a6af62c73}" Type="Text"
	Name="FirstNamePhonetic" DisplayName="First Name Phonetic" Hidden="TRUE"/>'),
('FullName', 12, 99, '<Field ID="{475c2610-c157-4b91-9e2d-6855031b3538}" Type="Text" Name="FullName"
	DisplayName="Full Name"/>'),
('Email', 12, 99, '<Field ID="{fce16b4c-fe53-4793-aaab-b4892e736d15}" Type="Text" Name="Email"
	DisplayName="E-mail Address"/>'),
('Company', 12, 99, '<Field ID="{038d1503-4629-40f6-adaf-b47d1ab2d4fe}" Type="Text" Name="Company"
	DisplayName="Company"/>'),
('CompanyPhonetic', 12, 99, '<Field ID="{034aae88-6e9a-4e41-bc8a-09b6c15fcdf4}" Type="Text"
	Name="CompanyPhonetic" DisplayName="Company Phonetic" Hidden="TRUE"/>'),
('JobTitle', 12, 99, '<Field ID="{c4e0f350-52cc-4ede-904c-dd71a3d11f7d}" Type="Text" Name="JobTitle"
	DisplayName="Job Title"/>'),
('WorkPhone', 12, 99, '<Field ID="{fd630629-c165-4513-b43c-fdb16b86a14d}" Type="Text" Name="WorkPhone"
	DisplayName="Business Phone"/>'),
('HomePhone', 12, 99, '<Field ID="{2ab923eb-9880-4b47-9965-ebf93ae15487}" Type="Text" Name="HomePhone"
	DisplayName="Home Phone"/>'),
('CellPhone', 12, 99, '<Field ID="{2a464df1-44c1-4851-949d-fcd270f0ccf2}" Type="Text" Name="CellPhone"
	DisplayName="Mobile Number"/>'),
('WorkFax', 12, 99, '<Field ID="{9d1cacc8-f452-4bc1-a751-050595ad96e1}" Type="Text" Name="WorkFax"
	DisplayName="Fax Number"/>'),
('WorkAddress', 12, 99, '<Field ID="{fc2e188e-ba91-48c9-9dd3-16431afddd50}" Type="Note" Name="WorkAddress"
	DisplayName="Address" NumLines="2" Sortable="FALSE"/>'),
('WorkCity', 12, 99, '<Field ID="{6ca7bd7f-b490-402e-af1b-2813cf087b1e}" Type="Text" Name="WorkCity"
	DisplayName="City"/>'),
('WorkState', 12, 99, '<Field ID="{ceac61d3-dda9-468b-b276-f4a6bb93f14f}" Type="Text" Name="WorkState"
	DisplayName="State/Province"/>'),
('WorkZip', 12, 99, '<Field ID="{9a631556-3dac-49db-8d2f-fb033b0fdc24}" Type="Text" Name="WorkZip"
	DisplayName="ZIP/Postal Code"/>'),
('WorkCountry', 12, 99, '<Field ID="{3f3a5c85-9d5a-4663-b925-8b68a678ea3a}" Type="Text" Name="WorkCountry"
	DisplayName="Country/Region"/>'),
('WebPage', 12, 99, '<Field ID="{a71affd2-dcc7-4529-81bc-2fe593154a5f}" Type="URL" Format="Hyperlink"
	Name="WebPage" DisplayName="Web Page"/>'),
('Comments/contacts', 12, 99, '<Field ID="{9da97a8a-1da5-4a77-98d3-4bc10456e700}" Type="Note" Name="Comments"
	DisplayName="Notes" Sortable="FALSE" RichText="TRUE" RichTextMode="FullHtml"/>')

-- CATALOGUE_CALENDAR
INSERT INTO catalogue VALUES
('Location', 12, 99, '<Field ID="{288f5f32-8462-4175-8f09-dd7ba29359a9}" Type="Text" Name="Location"
	DisplayName="Location" Sealed="TRUE"/>'),
('EventDate', 12, 99, '<Field Type="DateTime" ID="{64cd368d-2f95-4bfc-a1f9-8d4324ecb007}" Name="EventDate"
	DisplayName="Start Time" Format="DateTime" Sealed="TRUE" Required="TRUE" FromBaseType="TRUE"
	Filterable="FALSE" FilterableNoRecurrence="TRUE"><Default>[today]</Default><FieldRefs><FieldRef
	Name="fAllDayEvent" RefType="AllDayEvent"/></FieldRefs></Field>'),
('EndDate', 12, 99, '<Field ID="{2684f9f2-54be-429f-ba06-76754fc056bf}" Type="DateTime" Name="EndDate"
	DisplayName="End Time" Format="DateTime" Sealed="TRUE" Required="TRUE" Filterable="FALSE"
	FilterableNoRecurrence="TRUE" Indexed="TRUE"><Default>[today]</Default><FieldRefs><FieldRef
	Name="fAllDayEvent" RefType="AllDayEvent"/></FieldRefs></Field>'),
('Description/event', 12, 99, '<Field Type="Note" ID="{9da97a8a-1da5-4a77-98d3-4bc10456e700}" Name="Description"
	RichText="TRUE" RichTextMode="FullHtml" DisplayName="Description" Sortable="FALSE" Sealed="TRUE"/>'),
('Category/event', 14, 99, '<Field ID="{6df9bd52-550e-4a30-bc31-a4366832a87d}" Name="Category"
	DisplayName="Category" Type="Choice" Format="Dropdown"
	FillInChoice="TRUE"><CHOICES><CHOICE>Meeting</CHOICE><CHOICE>Work hours</CHOICE><CHOICE>Business</CHOICE>
	<CHOICE>Holiday</CHOICE><CHOICE>Get-together</CHOICE><CHOICE>Gifts</CHOICE><CHOICE>Birthday</CHOICE>
	<CHOICE>Anniversary</CHOICE></CHOICES></Field>'),
('fAllDayEvent', 12, 99, '<Field ID="{7d95d1f4-f5fd-4a70-90cd-b35abc9b5bc8}" Type="AllDayEvent"
	Name="fAllDayEvent" DisplaceOnUpgrade="TRUE" DisplayName="All Day Event"
	Sealed="TRUE"><FieldRefs><FieldRef Name="EventDate" RefType="StartDate"/><FieldRef Name="EndDate"
	RefType="EndDate"/><FieldRef Name="TimeZone" RefType="TimeZone"/><FieldRef Name="XMLTZone"
	RefType="XMLTZone"/></FieldRefs></Field>'),
('fRecurrence', 12, 99, '<Field ID="{f2e63656-135e-4f1c-8fc2-ccbe74071901}" Type="Recurrence" Name="fRecurrence"
	DisplayName="Recurrence" DisplayImage="recur.gif" ExceptionImage="recurEx.gif" HeaderImage="recurrence.gif"
	ClassInfo="Icon" Title="Recurrence" Sealed="TRUE"
	NoEditFormBreak="TRUE"><Default>FALSE</Default><FieldRefs><FieldRef Name="RecurrenceData"
	RefType="RecurData"/><FieldRef Name="EventType" RefType="EventType"/><FieldRef Name="UID"
	RefType="UID"/><FieldRef Name="RecurrenceID" RefType="RecurrenceId"/><FieldRef Name="EventCanceled"
	RefType="EventCancel"/><FieldRef Name="EventDate" RefType="StartDate"/><FieldRef Name="EndDate"
	RefType="EndDate"/><FieldRef Name="Duration" RefType="Duration"/><FieldRef Name="TimeZone"
	RefType="TimeZone"/><FieldRef Name="XMLTZone" RefType="XMLTZone"/><FieldRef Name="MasterSeriesItemID"
	RefType="MasterSeriesItemID"/><FieldRef Name="WorkspaceLink" RefType="CPLink"/><FieldRef Name="Workspace"
	RefType="LinkURL"/></FieldRefs></Field>'),
('WorkspaceLink', 12, 99, '<Field ID="{08fc65f9-48eb-4e99-bd61-5946c439e691}" Type="CrossProjectLink"
	Name="WorkspaceLink" Format="EventList" DisplayName="Workspace" DisplayImage="mtgicon.gif"
	HeaderImage="mtgicnhd.gif" ClassInfo="Icon" Title="Meeting Workspace" Filterable="TRUE" Sealed="TRUE"
	Hidden="TRUE"><FieldRefs><FieldRef Name="Workspace" RefType="LinkURL" CreateURL="newMWS.aspx"/><FieldRef
	Name="RecurrenceID" RefType="RecurrenceId" DisplayName="Instance ID"/><FieldRef Name="EventType"
	RefType="EventType"/><FieldRef Name="UID" RefType="UID"/></FieldRefs></Field>'),
('EventType', 12, 99, '<Field ID="{5d1d4e76-091a-4e03-ae83-6a59847731c0}" Type="Integer" Name="EventType"
	DisplayName="Event Type" Sealed="TRUE" Hidden="TRUE"/>'),
('UID', 12, 99, '<Field ID="{63055d04-01b5-48f3-9e1e-e564e7c6b23b}" Type="Guid" Name="UID" DisplayName="UID"
	Sealed="TRUE" Hidden="TRUE"/>'),
('RecurrenceID', 12, 99, '<Field ID="{dfcc8fff-7c4c-45d6-94ed-14ce0719efef}" Type="DateTime" Name="RecurrenceID"
	DisplayName="Recurrence ID" CalType="1" Format="ISO8601Gregorian" Sealed="TRUE" Hidden="TRUE"/>'),
('EventCanceled', 12, 99, '<Field ID="{b8bbe503-bb22-4237-8d9e-0587756a2176}" Type="Boolean" Name="EventCanceled"
	DisplayName="Event Cancelled" Sealed="TRUE" Hidden="TRUE"/>'),
('Duration', 12, 99, '<Field ID="{4d54445d-1c84-4a6d-b8db-a51ded4e1acc}" Type="Integer" Name="Duration"
	DisplayName="Duration" Hidden="TRUE" Sealed="TRUE"/>'),
('RecurrenceData', 12, 99, '<Field ID="{d12572d0-0a1e-4438-89b5-4d0430be7603}" Type="Note" Name="RecurrenceData"
	DisplayName="RecurrenceData" Hidden="TRUE" Sealed="TRUE"/>'),
('TimeZone', 12, 99, '<Field ID="{6cc1c612-748a-48d8-88f2-944f477f301b}" Type="Integer" Name="TimeZone"
	DisplayName="TimeZone" Sealed="TRUE" Hidden="TRUE"/>'),
('XMLTZone', 12, 99, '<Field ID="{c4b72ed6-45aa-4422-bff1-2b6750d30819}" Type="Note" Name="XMLTZone"
	DisplayName="XMLTZone" Hidden="TRUE" Sealed="TRUE"/>'),
('MasterSeriesItemID', 12, 99, '<Field ID="{9b2bed84-7769-40e3-9b1d-7954a4053834}" Type="Integer"
	Name="MasterSeriesItemID" DisplayName="MasterSeriesItemID" Sealed="TRUE" Hidden="TRUE" Indexed="TRUE"/>'),
('Workspace', 12, 99, '<Field ID="{881eac4a-55a5-48b6-a28e-8329d7486120}" Type="URL" Name="Workspace"
	DisplayName="WorkspaceUrl" Hidden="TRUE" Sealed="TRUE"/>')

-- CATALOGUE_TASKS
INSERT INTO catalogue VALUES
('Predecessors', 14, 99, '<Field ID="{c3a92d97-2b77-4a25-9698-3ab54874bc6f}" Type="LookupMulti"
	Name="Predecessors" DisplayName="Predecessors" List="Self" ShowField="Title" Mult="TRUE"
	Sortable="FALSE"/>'),
('Priority/task', 12, 99, '<Field Type="Choice" ID="{a8eb573e-9e11-481a-a8c9-1104a54b2fbd}" Name="Priority"
	DisplayName="Priority"><CHOICES><CHOICE>(1) High</CHOICE><CHOICE>(2) Normal</CHOICE><CHOICE>(3) Low</CHOICE>
	</CHOICES><MAPPINGS><MAPPING Value="1">(1) High</MAPPING><MAPPING Value="2">(2) Normal</MAPPING><MAPPING
	Value="3">(3) Low</MAPPING></MAPPINGS><Default>(2) Normal</Default></Field>'),
('Status/task', 12, 99, '<Field Type="Choice" ID="{c15b34c3-ce7d-490a-b133-3f4de8801b76}" Name="Status"
	DisplayName="Status"><CHOICES><CHOICE>Not Started</CHOICE><CHOICE>In Progress</CHOICE>
	<CHOICE>Completed</CHOICE><CHOICE>Deferred</CHOICE><CHOICE>Waiting on someone else</CHOICE></CHOICES>
	<MAPPINGS><MAPPING Value="1">Not Started</MAPPING><MAPPING Value="2">In Progress</MAPPING><MAPPING
	Value="3">Completed</MAPPING><MAPPING Value="4">Deferred</MAPPING><MAPPING
	Value="5">Waiting on someone else</MAPPING></MAPPINGS><Default>Not Started</Default></Field>'),
('PercentComplete', 12, 99, '<Field Type="Number" Name="PercentComplete"
	ID="{d2311440-1ed6-46ea-b46d-daa643dc3886}" Percentage="TRUE" Min="0" Max="1"
	DisplayName="% Complete"/>'),
('AssignedTo', 12, 14, '<Field ID="{53101f38-dd2e-458c-b245-0c236cc13d1a}" Type="User" List="UserInfo"
	Name="AssignedTo" ShowField="ImnName" DisplayName="Assigned To"/>'),
('AssignedTo', 15, 99, '<Field ID="{53101f38-dd2e-458c-b245-0c236cc13d1a}" Type="UserMulti" List="UserInfo"
	Name="AssignedTo" Mult="TRUE" Sortable="FALSE" ShowField="ImnName" DisplayName="Assigned To"/>'),
('AssignedTo/issue', 12, 99, '<Field ID="{53101f38-dd2e-458c-b245-0c236cc13d1a}" Type="User" List="UserInfo"
	Name="AssignedTo" ShowField="ImnName" DisplayName="Assigned To"/>'),
('TaskGroup', 12, 99, '<Field ID="{50d8f08c-8e99-4948-97bf-2be41fa34a0d}" Type="User" List="UserInfo"
	Name="TaskGroup" UserSelectionMode="PeopleAndGroups" ShowField="ImnName" DisplayName="Task Group"
	Hidden="TRUE"/>'),
('Body/task', 12, 99, '<Field ID="{7662cd2c-f069-4dba-9e35-082cf976e170}" Type="Note" RichText="TRUE"
	RichTextMode="FullHtml" Name="Body" DisplayName="Description" Sortable="FALSE"/>'),
('StartDate', 12, 99, '<Field ID="{64cd368d-2f95-4bfc-a1f9-8d4324ecb007}" Type="DateTime" Name="StartDate"
	DisplayName="Start Date" Format="DateOnly"><Default>[today]</Default></Field>'),
('DueDate/task', 12, 99, '<Field ID="{cd21b4c2-6841-4f9e-a23a-738a65f99889}" Type="DateTime" Name="DueDate"
	DisplayName="Due Date" Format="DateOnly"/>'),
('LinkIssueIDNoMenu', 12, 99, '<Field ID="{03f89857-27c9-4b58-aaab-620647deda9b}" Type="Computed" ReadOnly="TRUE"
	Name="LinkIssueIDNoMenu" DisplayName="Issue ID" DisplayNameSrcField="ID"
	AuthoringInfo="(linked to item)"><FieldRefs><FieldRef Name="ID"/></FieldRefs></Field>'),
('Status/issue', 12, 99, '<Field ID="{3f277a5c-c7ae-4bbe-9d44-0456fb548f94}" Type="Choice" Name="Status"
	DisplayName="Issue Status"><CHOICES><CHOICE>Active</CHOICE><CHOICE>Resolved</CHOICE><CHOICE>Closed</CHOICE>
	</CHOICES><Default>Active</Default></Field>'),
('Comment', 12, 99, '<Field ID="{6df9bd52-550e-4a30-bc31-a4366832a87f}" Type="Note" Name="Comment"
	DisplayName="Description" Sortable="FALSE" NumLines="6"/>'),
('Category/issue', 12, 99, '<Field ID="{6df9bd52-550e-4a30-bc31-a4366832a87d}" Type="Choice" Name="Category"
	DisplayName="Category"><CHOICES><CHOICE>(1) Category1</CHOICE><CHOICE>(2) Category2</CHOICE>
	<CHOICE>(3) Category3</CHOICE></CHOICES><Default>(2) Category2</Default></Field>'),
('DueDate/issue', 12, 99, '<Field ID="{cd21b4c2-6841-4f9e-a23a-738a65f99889}" Type="DateTime" Name="DueDate"
	DisplayName="Due Date" Format="DateTime"/>'),
('RelatedIssues', 12, 99, '<Field ID="{875fab27-6e95-463b-a4a6-82544f1027fb}" Type="LookupMulti"
	Name="RelatedIssues" DisplayName="Related Issues" List="Self" ShowField="Title" Mult="TRUE"
	Sortable="FALSE"/>'),
('V3Comments', 12, 99, '<Field ID="{6df9bd52-550e-4a30-bc31-a4366832a87e}" Type="Note" RichText="TRUE"
	AppendOnly="TRUE" Name="V3Comments" DisplayName="Comments" Sortable="FALSE" NumLines="6"/>')

-- CATALOGUE_DISCUSSION
INSERT INTO catalogue VALUES
('Title/discussion', 12, 99, '<Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Type="Text" Name="Title"
	DisplayName="Subject" Required="TRUE" FromBaseType="TRUE"/>'),
('Body/discussion', 12, 99, '<Field ID="{7662cd2c-f069-4dba-9e35-082cf976e170}" Type="Note" RichText="TRUE"
	RichTextMode="FullHtml" Name="Body" DisplayName="Body" Sortable="FALSE" NumLines="15"/>'),
('ThreadIndex', 12, 99, '<Field ID="{cef73bf1-edf6-4dd9-9098-a07d83984700}" Type="ThreadIndex" Name="ThreadIndex"
	DisplayName="Thread Index" Hidden="TRUE" ReadOnly="TRUE"/>'),
('ThreadTopic', 12, 99, '<Field ID="{769b99d9-d361-4948-b687-f01332391629}" Type="Text" Name="ThreadTopic"
	DisplayName="Thread Topic" Hidden="TRUE" ReadOnly="TRUE"/>'),
('MessageId', 12, 99, '<Field ID="{2ef29342-2f5f-4052-90d3-8192e0705e51}" Type="Text" Name="MessageId"
	DisplayName="Message ID" Hidden="TRUE" ReadOnly="TRUE"/>'),
('EmailReferences', 12, 99, '<Field ID="{124527a9-fc10-48ff-8d44-960a7db405f8}" Type="Note"
	Name="EmailReferences" DisplayName="Email References" Hidden="TRUE" ReadOnly="TRUE"/>'),
('ParentFolderId', 12, 99, '<Field ID="{a9ec25bf-5a22-4658-bd19-484e52efbe1a}" Type="Lookup"
	Name="ParentFolderId" DisplayName="Parent Folder Id" Hidden="TRUE" ReadOnly="TRUE" List="Docs" FieldRef="ID"
	ShowField="ParentId" JoinColName="DoclibRowId" JoinRowOrdinal="0" JoinType="INNER"/>'),
('ParentItemID', 14, 99, '<Field ID="{7d014138-1886-41f0-834f-ba9f4e72f33b}" Type="Integer" Name="ParentItemID"
	DisplayName="Parent Item ID" Hidden="TRUE"/>'),
('ParentItemEditor', 14, 99, '<Field ID="{ff90fecb-7f46-44f5-9698-db44a81b2a8b}" Type="User" List="UserInfo"
	Name="ParentItemEditor" DisplayName="Parent Item Editor" Hidden="TRUE"/>'),
('TrimmedBody', 12, 99, '<Field ID="{6d0f8993-5050-41f3-be6c-18902d282357}" Type="Note" Name="TrimmedBody"
	DisplayName="Trimmed Body" Hidden="TRUE" ReadOnly="TRUE"/>'),
('DiscussionLastUpdated', 12, 99, '<Field ID="{59956c56-30dd-4cb1-bf12-ef693b42679c}" Type="DateTime"
	Name="DiscussionLastUpdated" DisplayName="Last Updated" ReadOnly="TRUE"/>'),
('DiscussionTitleLookup', 12, 99, '<Field ID="{f0218b98-d0d6-4fc1-b15b-aabeb89f32a9}" Type="Lookup"
	Name="DiscussionTitleLookup" DisplayName="Discussion Subject" Hidden="TRUE" ReadOnly="TRUE" List="Self"
	FieldRef="ParentFolderId" ShowField="Title"/>'),
('DiscussionTitle', 12, 99, '<Field ID="{c5abfdc7-3435-4183-9207-3d1146895cf8}" Type="Computed"
	Name="DiscussionTitle" DisplayName="Discussion Subject" ReadOnly="TRUE"><FieldRefs><FieldRef
	Name="DiscussionTitleLookup"/><FieldRef Name="Title"/></FieldRefs></Field>'),
('LinkDiscussionTitleNoMenu', 12, 99, '<Field ID="{3ac9353f-613f-42bd-98e1-530e9fd1cbf6}" Type="Computed"
	Name="LinkDiscussionTitleNoMenu" DisplayName="Subject" DisplayNameSrcField="Title" ReadOnly="TRUE"
	AuthoringInfo="(linked to Discussion Item)"><FieldRefs><FieldRef Name="Title"/></FieldRefs></Field>'),
('LinkDiscussionTitle', 12, 99, '<Field ID="{46045bc4-283a-4826-b3dd-7a78d790b266}" Type="Computed"
	Name="LinkDiscussionTitle" DisplayName="Subject" DisplayNameSrcField="Title" ReadOnly="TRUE"
	AuthoringInfo="(linked to Discussion Item with edit menu)"><FieldRefs><FieldRef
	Name="LinkDiscussionTitleNoMenu"/></FieldRefs></Field>'),
('IsRootPost', 14, 99, '<Field ID="{bd2216c1-a2f3-48c0-b21c-dc297d0cc658}" Type="Computed" Name="IsRootPost"
	DisplayName="Is Root Post" ReadOnly="TRUE"><FieldRefs><FieldRef Name="FSObjType"/></FieldRefs></Field>'),
('LastReplyBy', 15, 99, '<Field ID="{7f15088c-1448-41c7-a125-18a3a90ce543}" Type="User" List="UserInfo"
	Name="LastReplyBy" DisplayName="Last Reply By" ReadOnly="TRUE"/>')

-- CATALOGUE_PEOPLE
INSERT INTO catalogue VALUES
('Title/people', 12, 99, '<Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Type="Text" Name="Title"
	DisplayName="Name" Required="TRUE" FromBaseType="TRUE"/>'),
('Name', 12, 99, '<Field ID="{bfc6f32c-668c-43c4-a903-847cca2f9b3c}" Type="Text" Name="Name"
	DisplayName="Account" Required="TRUE" ReadOnly="TRUE"/>'),
('EMail', 12, 99, '<Field ID="{fce16b4c-fe53-4793-aaab-b4892e736d15}" Type="Text" Name="EMail"
	DisplayName="E-Mail"/>'),
('Notes', 12, 99, '<Field ID="{e241f186-9b94-415c-9f66-255ce7f86235}" Type="Note" Name="Notes"
	DisplayName="About Me" RichText="TRUE" Sortable="FALSE"/>'),
('SipAddress', 12, 99, '<Field ID="{829c275d-8744-4d9b-a42f-53f53eb60559}" Type="Text" Name="SipAddress"
	DisplayName="SIP Address"/>'),
('IsSiteAdmin', 12, 99, '<Field ID="{9ba260b2-85a1-4a32-ad7a-63eaceffe6b4}" Type="Boolean" Name="IsSiteAdmin"
	DisplayName="Is Site Admin" ReadOnly="TRUE"/>'),
('Deleted', 12, 99, '<Field ID="{4ed6dfdf-86a8-4894-bd1b-4fa28042be53}" Type="Boolean" Name="Deleted"
	DisplayName="Deleted" Hidden="TRUE" ReadOnly="TRUE"/>')
