/* A team's site. Dates are fixed, so that two servers show the same. */

-- SITE_LIST
CREATE TEMP TABLE site_list (seq INTEGER PRIMARY KEY, template INTEGER, title TEXT, description TEXT)

-- SITE_LISTS
INSERT INTO site_list VALUES
(1, 112, 'User Information List', 'All people.'),
(2, 116, 'Master Page Gallery', 'Use the master page gallery to store master pages.'),
(3, 113, 'Web Part Gallery', 'Use this gallery to store Web Parts.'),
(4, 114, 'List Template Gallery', 'Make a template available for use in list creation by adding it to this gallery.'),
(5, 121, 'Solution Gallery', 'Use this gallery to store custom solutions.'),
(6, 123, 'Theme Gallery', 'Use the theme gallery to store themes.')

-- SAMPLE_LIST
CREATE TEMP TABLE sample_list (seq INTEGER PRIMARY KEY, template INTEGER, title TEXT, description TEXT)

-- SAMPLE_LISTS
INSERT INTO sample_list VALUES
(1, 104, 'Announcements', 'Use the Announcements list to post messages on the home page of your site.'),
(2, 103, 'Links', 'Use the Links list for links to Web pages that your team members will find interesting.'),
(3, 1100, 'Issues', 'Use the Issues list to manage a set of issues or problems.'),
(4, 105, 'Contacts', 'Use the Contacts list for information about people that your team works with.'),
(5, 106, 'Calendar', 'Use the Calendar list to keep informed of upcoming meetings, deadlines, and other events.'),
(6, 107, 'Tasks', 'Use the Tasks list to keep track of work that you or your team needs to complete.'),
(7, 108, 'Team Discussion', 'Use the Team Discussion list to hold newsgroup-style discussions.'),
(8, 101, 'Shared Documents', 'Share a document with the team by adding it to this document library.'),
(9, 100, 'Vendors', 'Whom we buy from.'),
(10, 100, 'Assets', 'What we have, where it is and who looks after it.'),
(11, 100, 'Column types', 'A column of every type that there is.')

-- SAMPLE_FIELD
CREATE TEMP TABLE sample_field (seq INTEGER PRIMARY KEY, list TEXT, xml TEXT)

-- SAMPLE_FIELDS
INSERT INTO sample_field (list, xml) VALUES
('Vendors', '<Field Type="URL" DisplayName="Homepage" Format="Hyperlink" Name="Homepage"/>'),
('Vendors', '<Field Type="Boolean" DisplayName="Preferred" Name="Preferred"><Default>0</Default></Field>'),
('Assets', '<Field Type="Text" DisplayName="Seriennummer" MaxLength="40" Name="Seriennummer"/>'),
('Assets', '<Field Type="Currency" DisplayName="Purchase price" LCID="1033" Min="0" Name="Purchase_x0020_price"/>'),
('Assets', '<Field Type="Number" DisplayName="Depreciation" Percentage="TRUE" Decimals="1" Name="Depreciation"/>'),
('Assets', '<Field Type="Number" DisplayName="Pieces" Decimals="0" Name="Pieces"><Default>1</Default></Field>'),
('Assets', '<Field Type="Boolean" DisplayName="In use" Name="In_x0020_use"><Default>1</Default></Field>'),
('Assets', '<Field Type="DateTime" DisplayName="Bought on" Format="DateOnly" Name="Bought_x0020_on"/>'),
('Assets', '<Field Type="DateTime" DisplayName="Last seen" Format="DateTime" Name="Last_x0020_seen"/>'),
('Assets', '<Field Type="Choice" DisplayName="State" Format="Dropdown" FillInChoice="FALSE" Name="State">
	<Default>Good</Default><CHOICES><CHOICE>New</CHOICE><CHOICE>Good</CHOICE><CHOICE>Worn, but works</CHOICE>
	<CHOICE>Broken</CHOICE></CHOICES></Field>'),
('Assets', '<Field Type="Lookup" DisplayName="Vendor" List="Vendors" ShowField="Title" Name="Vendor"/>'),
('Assets', '<Field Type="UserMulti" DisplayName="Owners" List="UserInfo" ShowField="ImnName" Mult="TRUE"
	Sortable="FALSE" Name="Owners"/>'),
('Assets', '<Field Type="MultiChoice" DisplayName="Tags" FillInChoice="TRUE" Name="Tags"><CHOICES>
	<CHOICE>red</CHOICE><CHOICE>blue; green</CHOICE><CHOICE>lent out</CHOICE></CHOICES></Field>'),
('Assets', '<Field Type="URL" DisplayName="Manual" Format="Hyperlink" Name="Manual"/>'),
('Assets', '<Field Type="Note" DisplayName="Notes" NumLines="6" RichText="FALSE" Sortable="FALSE" Name="Notes"/>'),
('Assets', '<Field Type="Note" DisplayName="Änderungen" NumLines="6" RichText="FALSE" Sortable="FALSE"
	Name="_x00c4_nderungen"/>'),
('Assets', '<Field Type="Calculated" DisplayName="Total" ResultType="Currency" ReadOnly="TRUE" LCID="1033"
	Name="Total"><Formula>=[Purchase price]*Pieces</Formula><FormulaDisplayNames>=[Purchase
	price]*Pieces</FormulaDisplayNames><FieldRefs><FieldRef Name="Purchase_x0020_price"/><FieldRef
	Name="Pieces"/></FieldRefs></Field>'),
('Column types', '<Field Type="Text" DisplayName="Text" MaxLength="255" Name="Text"/>'),
('Column types', '<Field Type="Note" DisplayName="Plain note" NumLines="6" RichText="FALSE" Sortable="FALSE"
	Name="Plain_x0020_note"/>'),
('Column types', '<Field Type="Note" DisplayName="Rich note" NumLines="6" RichText="TRUE" RichTextMode="Compatible"
	Sortable="FALSE" Name="Rich_x0020_note"/>'),
('Column types', '<Field Type="Note" DisplayName="HTML note" NumLines="6" RichText="TRUE" RichTextMode="FullHtml"
	IsolateStyles="TRUE" Sortable="FALSE" Name="HTML_x0020_note"/>'),
('Column types', '<Field Type="DateTime" DisplayName="Date and time" Format="DateTime"
	Name="Date_x0020_and_x0020_time"/>'),
('Column types', '<Field Type="DateTime" DisplayName="Date" Format="DateOnly" Name="Date"/>'),
('Column types', '<Field Type="Choice" DisplayName="Choice" Format="Dropdown" FillInChoice="FALSE" Name="Choice">
	<CHOICES><CHOICE>One</CHOICE><CHOICE>Two</CHOICE><CHOICE>Three</CHOICE></CHOICES></Field>'),
('Column types', '<Field Type="Choice" DisplayName="Radio" Format="RadioButtons" FillInChoice="TRUE" Name="Radio">
	<CHOICES><CHOICE>AM</CHOICE><CHOICE>FM</CHOICE></CHOICES></Field>'),
('Column types', '<Field Type="MultiChoice" DisplayName="Choices" FillInChoice="FALSE" Name="Choices"><CHOICES>
	<CHOICE>Mo</CHOICE><CHOICE>Tu</CHOICE><CHOICE>We</CHOICE><CHOICE>a; b</CHOICE></CHOICES></Field>'),
('Column types', '<Field Type="GridChoice" DisplayName="Grid" GridStartNum="1" GridEndNum="5" Name="Grid"><CHOICES>
	<CHOICE>Food</CHOICE><CHOICE>Music</CHOICE></CHOICES></Field>'),
('Column types', '<Field Type="Number" DisplayName="Number" Name="Number"/>'),
('Column types', '<Field Type="Number" DisplayName="Percentage" Percentage="TRUE" Name="Percentage"/>'),
('Column types', '<Field Type="Currency" DisplayName="Currency" LCID="1031" Name="Currency"/>'),
('Column types', '<Field Type="Integer" DisplayName="Integer" Name="Integer"/>'),
('Column types', '<Field Type="Boolean" DisplayName="Boolean" Name="Boolean"/>'),
('Column types', '<Field Type="Lookup" DisplayName="Lookup" List="Vendors" ShowField="Title" Name="Lookup"/>'),
('Column types', '<Field Type="LookupMulti" DisplayName="Lookups" List="Vendors" ShowField="Title" Mult="TRUE"
	Sortable="FALSE" Name="Lookups"/>'),
('Column types', '<Field Type="User" DisplayName="Person" List="UserInfo" ShowField="ImnName" Name="Person"/>'),
('Column types', '<Field Type="UserMulti" DisplayName="People" List="UserInfo" ShowField="ImnName" Mult="TRUE"
	Sortable="FALSE" Name="People"/>'),
('Column types', '<Field Type="URL" DisplayName="Hyperlink" Format="Hyperlink" Name="Hyperlink"/>'),
('Column types', '<Field Type="URL" DisplayName="Picture" Format="Image" Name="Picture"/>'),
('Column types', '<Field Type="Guid" DisplayName="Identifier" Name="Identifier"/>'),
('Column types', '<Field Type="Calculated" DisplayName="Sum" ResultType="Number" ReadOnly="TRUE" Name="Sum">
	<Formula>=Number+Integer</Formula><FormulaDisplayNames>=Number+Integer</FormulaDisplayNames><FieldRefs><FieldRef
	Name="Number"/><FieldRef Name="Integer"/></FieldRefs></Field>'),
('Column types', '<Field Type="Calculated" DisplayName="Label" ResultType="Text" ReadOnly="TRUE" Name="Label">
	<Formula>=Title&amp;": "&amp;Text</Formula><FormulaDisplayNames>=Title&amp;": "&amp;Text</FormulaDisplayNames>
	<FieldRefs><FieldRef Name="Title"/><FieldRef Name="Text"/></FieldRefs></Field>'),
('Column types', '<Field Type="Computed" DisplayName="Computed" ReadOnly="TRUE" Name="Computed"><FieldRefs><FieldRef
	Name="Title"/></FieldRefs></Field>'),
('Column types', '<Field Type="Recurrence" DisplayName="Recurs" Name="Recurs"/>'),
('Column types', '<Field Type="AllDayEvent" DisplayName="All day" Name="All_x0020_day"/>'),
('Column types', '<Field Type="CrossProjectLink" DisplayName="Meeting" Name="Meeting"/>'),
('Column types', '<Field Type="ThreadIndex" DisplayName="Thread" ReadOnly="TRUE" Hidden="TRUE" Name="Thread"/>'),
('Column types', '<Field Type="Threading" DisplayName="Threading" ReadOnly="TRUE" Hidden="TRUE" Name="Threading"/>'),
('Column types', '<Field Type="WorkflowStatus" DisplayName="Approval" ReadOnly="TRUE" Name="Approval"/>'),
('Column types', '<Field Type="WorkflowEventType" DisplayName="Workflow event" ReadOnly="TRUE" Hidden="TRUE"
	Name="Workflow_x0020_event"/>'),
('Column types', '<Field Type="PageSeparator" DisplayName="Page" Name="Page"/>'),
('Column types', '<Field Type="Error" DisplayName="Error" ReadOnly="TRUE" Hidden="TRUE" Name="Error"/>'),
('Column types', '<Field Type="RelatedItems" DisplayName="Related" Hidden="TRUE" Name="Related"/>'),
('Column types', '<Field Type="Facilities" DisplayName="Resources" Mult="TRUE" List="Vendors" ShowField="Title"
	Hidden="TRUE" Name="Resources"/>'),
('Column types', '<Field Type="FreeBusy" DisplayName="Free Busy" Hidden="TRUE" Name="FreeBusy"/>'),
('Column types', '<Field Type="Overbook" DisplayName="Check Double Booking" Hidden="TRUE" Name="Overbook"/>'),
('Column types', '<Field Type="AverageRating" DisplayName="Rating" ReadOnly="TRUE" Name="Rating"/>'),
('Column types', '<Field Type="RatingCount" DisplayName="Number of Ratings" ReadOnly="TRUE" Name="RatingCount"/>'),
('Column types', '<Field Type="Likes" DisplayName="Number of Likes" ReadOnly="TRUE" Name="LikesCount"/>'),
('Big list', '<Field Type="Number" DisplayName="Number" Decimals="0" Name="Number"/>'),
('Big list', '<Field Type="Choice" DisplayName="Status" Format="Dropdown" Name="Status"><CHOICES>
	<CHOICE>Open</CHOICE><CHOICE>Done</CHOICE><CHOICE>Waiting</CHOICE></CHOICES></Field>'),
('Big list', '<Field Type="DateTime" DisplayName="Due" Format="DateOnly" Name="Due"/>'),
('Big list', '<Field Type="Note" DisplayName="Notes" NumLines="6" RichText="FALSE" Sortable="FALSE" Name="Notes"/>')

-- SAMPLE
CREATE TEMP TABLE sample (seq INTEGER PRIMARY KEY, list TEXT, vals TEXT)

-- SAMPLE_OFFICE
INSERT INTO sample (list, vals) VALUES
('Announcements', 'Title="Welcome to the team site" Author=jroe Created=2026-09-01T08:00:00Z
	Body="<div>This is our new home. Have a look around, and tell <b>Jane</b> what is missing.</div>"'),
('Announcements', 'Title="Fire drill on Friday" Author=mmueller Created=2026-09-14T12:30:00Z Expires=2026-09-18
	Body="<p>At 10:30. Leave by the <u>nearest</u> exit and meet at the car park.</p>"'),
('Announcements', 'Title="New version 2.0" Author=jroe Created=2026-11-02T08:15:00Z Editor=mmueller
	Modified=2026-11-20T15:42:10Z Expires=2026-12-31
	Body="<div class=\"ExternalClass5A6B19D2E0\"><div>Dear all,</div><div><br></div><div>the <b>new</b> version is
	<a href=\"http://portal.contoso.example/x.htm\">here</a>.</div><ul><li>fast</li><li>safe &amp; small</li></ul>
	<div><br></div><div>Grüße</div><div>Jane</div></div>"'),
('Announcements', 'Title="Summer party: photographs" Author=lwei Created=2026-09-21T09:05:00Z
	Body="<div>The photographs are in the library. 謝謝大家!</div>" attach:group.jpg="not really a photograph"'),
('Announcements', 'Title="Lunch is moved to 12:30" Author=aking Created=2026-10-05T07:50:00Z'),
('Announcements', 'Title="Server maintenance" Author=mmueller Created=2026-10-10T16:00:00Z Expires=2026-10-12
	Body="<div>Saturday, 18:00 to 22:00.<br>Please save your work before.</div>"'),
('Announcements', 'Title="Server maintenance" Author=mmueller Created=2026-11-14T16:00:00Z Expires=2026-11-16
	Body="<div>Again on Saturday, 18:00 to 20:00.</div>"'),
('Announcements', 'Title="新年快樂 / Frohes neues Jahr" Author=lwei Created=2026-11-18T10:00:00Z
	Body="<div>The office is closed from 24 December to 2 January.</div>"'),
('Announcements', 'Title="Lost & found" Author=poneil Created=2026-11-19T11:11:00Z
	Body="<div>One umbrella (black), one glove (left).</div>"'),
('Announcements', 'Title="Parking: who has a blue \"Passat\"?" Author=jroe Created=2026-11-20T08:45:00Z'),
('Links', 'URL="http://wiki.contoso.example/start?a=1,2, Team wiki, the start page" Author=jroe
	Created=2026-11-02T08:15:00Z Comments="Ask Max for an account."'),
('Links', 'URL="http://intranet.contoso.example/, Intranet" Author=mmueller Created=2026-09-03T10:00:00Z'),
('Links', 'URL="https://tickets.contoso.example/?project=office&view=open, Open tickets" Author=mmueller
	Created=2026-09-03T10:02:00Z Comments="Log in with the same account.\r\n\r\nOne ticket a problem, please."'),
('Links', 'URL="http://canteen.contoso.example/heute, Speiseplan (ändert sich täglich)" Author=aking
	Created=2026-09-04T09:30:00Z'),
('Links', 'URL="http://www.example.org/" Author=lwei Created=2026-09-08T13:00:00Z'),
('Links', 'URL="http://中文.example/, 公司主页" Author=lwei Created=2026-09-08T13:01:00Z'),
('Links', 'URL="ftp://ftp.contoso.example/pub/, Files for customers" Author=poneil Created=2026-10-01T07:00:00Z'),
('Links', 'URL="mailto:office@contoso.example, Write to the office" Author=jroe Created=2026-10-02T07:00:00Z'),
('Links', 'URL="http://intranet.contoso.example/, Intranet" Author=aking Created=2026-10-20T07:00:00Z
	Comments="A second time, because the first cannot be found."'),
('Links', 'URL="http://maps.example/berlin, How to get here" Author=jroe Created=2026-11-01T07:00:00Z'),
('Issues', 'Title="Toner order" Author=jroe Created=2026-09-10T08:00:00Z AssignedTo=mmueller Status=Closed
	Priority="(3) Low" Category="(1) Category1"'),
('Issues', 'Title="Fuser; replaced twice" Author=aking Created=2026-09-16T08:00:00Z AssignedTo=mmueller Status=Closed
	Comment="Twice in a week."'),
('Issues', 'Title="Printer on 3rd floor is broken" Author=jroe Created=2026-11-02T08:15:00Z Editor=mmueller
	Modified=2026-11-20T15:42:10Z AssignedTo=jroe Status=Active Priority="(1) High" Category="(2) Category2"
	DueDate=2026-11-30T16:00:00Z RelatedIssues="1;#;#2;#"
	Comment="The printer prints blank pages since Monday.\r\n\r\nSerial number: X-4711\r\nSee the attached photo."
	attach:photo.jpg="no photo, but bytes"'),
('Issues', 'Title="Which printer?" Author=poneil Created=2026-11-03T09:00:00Z Status=Closed'),
('Issues', 'Title="Which printer?" Author=lwei Created=2026-11-03T09:30:00Z Status=Closed'),
('Issues', 'Title="Replace TCP/IP stack" Author=mmueller Created=2026-11-04T07:00:00Z Status=Closed'),
('Issues', 'Title="Coffee machine says \"E17\"" Author=aking Created=2026-11-05T06:55:00Z AssignedTo=poneil
	Status=Resolved Priority="(1) High" Comment="It wants to be cleaned." V3Comments="<div>Cleaned.</div>"'),
('Issues', 'Title="Heizung zu warm" Author=jroe Created=2026-11-09T08:00:00Z Status=Active
	Comment="Room 5, even at night."'),
('Issues', 'Title="電話が鳴らない" Author=lwei Created=2026-11-10T08:00:00Z Status=Active Priority="(2) Normal"'),
('Issues', 'Title="Door card of Ada" Author=aking Created=2026-11-12T08:00:00Z AssignedTo=jroe Status=Active
	Priority="(2) Normal" DueDate=2026-11-27T11:00:00Z'),
('Issues', 'Title="Chairs: 3 of 12 squeak" Author=poneil Created=2026-11-16T08:00:00Z Status=Active
	Priority="(3) Low"'),
('Issues', 'Title="Backup of 19 November failed" Author=mmueller Created=2026-11-20T05:10:00Z AssignedTo=mmueller
	Status=Active Priority="(1) High" Comment="Disk full.\nTape 7 was full, too.\n\nNext try tonight."')

-- SAMPLE_PEOPLE
INSERT INTO sample (list, vals) VALUES
('Contacts', 'Title=Roe FirstName=Jane FullName="Jane Roe" Email=jane.roe@contoso.example Company="Contoso Ltd"
	JobTitle="Head of Research" WorkPhone="+49 30 1234-1" CellPhone="+49 170 1234" HomePhone="+49 30 9876"
	WorkFax="+49 30 1234-9" WorkAddress="Main St. 1\r\nBuilding C" WorkCity=Berlin WorkState=BE WorkZip=10115
	WorkCountry=Germany WebPage="http://www.contoso.example/jane, Jane" Comments="<div>Met at the fair.</div>
	<div>Likes tea.</div>" Author=mmueller Created=2026-09-02T08:00:00Z
	bag:ReplicationID="{C0FFEE00-3333-4C2D-8A3B-A1B2C3D4E5F6}" bag:Categories="VIP,Research"'),
('Contacts', 'Title=Müller FirstName=Max FullName="Max Müller" Email=max.mueller@contoso.example Company="Contoso Ltd"
	JobTitle=Administrator WorkPhone="+49 30 1234-2" WorkCity=Berlin WorkCountry=Germany Author=jroe
	Created=2026-09-02T08:10:00Z'),
('Contacts', 'Title=King FirstName=Ada FullName="Ada King" Email=ada.king@contoso.example Company="Contoso Ltd"
	JobTitle=Accountant WorkPhone="+49 30 1234-3" Author=jroe Created=2026-09-02T08:20:00Z'),
('Contacts', 'Title=Li FirstName=Wei FullName="Li Wei (李伟)" Email=li.wei@contoso.example Company="Contoso Ltd"
	JobTitle="工程师" Author=jroe Created=2026-09-02T08:30:00Z'),
('Contacts', 'Title="O''Neil" FirstName=Pat FullName="O''Neil, Pat" Email=pat.oneil@contoso.example
	Company="Contoso Ltd" Author=jroe Created=2026-09-02T08:40:00Z'),
('Contacts', 'FSObjType=1 BaseName=Customers Title=Customers Author=jroe Created=2026-09-05T08:00:00Z'),
('Contacts', 'in=Customers Title=Smith FirstName=John FullName="John Smith" Email=john@fabrikam.example
	Company="Fabrikam, Inc." WorkPhone="+1 425 555 0100" WorkAddress="1 Fabrikam Way" WorkCity=Redmond WorkState=WA
	WorkZip=98052 WorkCountry=USA Author=aking Created=2026-09-05T08:10:00Z'),
('Contacts', 'in=Customers Title=Smith FirstName=Joan FullName="Joan Smith" Email=joan@fabrikam.example
	Company="Fabrikam, Inc." Author=aking Created=2026-09-05T08:11:00Z'),
('Contacts', 'in=Customers Title=Østergård FirstName=Søren FullName="Søren Østergård" Company="Tailspin Toys A/S"
	WorkCountry=Danmark Author=aking Created=2026-09-06T08:11:00Z'),
('Contacts', 'in=Customers Title=García FirstName="María José" FullName="María José García"
	Company="Litware España S.L." Author=aking Created=2026-09-07T08:11:00Z'),
('Contacts', 'Title="Reception" Company="Contoso Ltd" WorkPhone="+49 30 1234-0" Author=jroe
	Created=2026-09-08T08:11:00Z'),
('Contacts', 'Title=Smith FirstName=John FullName="John Smith" Company="Woodgrove Bank" Author=poneil
	Created=2026-10-08T08:11:00Z'),
('Calendar', 'Title="Weekly sync" Location="Room 1" Author=jroe Created=2026-10-26T08:00:00Z EventType=1
	fRecurrence=1 fAllDayEvent=0 EventDate=2026-11-02T08:00:00Z EndDate=2027-03-08T08:30:00Z Duration=1800
	UID="{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0001}" TimeZone=4
	RecurrenceData="<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat><weekly mo=\"TRUE\"
	weekFrequency=\"2\" /></repeat><repeatInstances>10</repeatInstances></rule></recurrence>"
	XMLTZone="<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias>
	<standardDate><transitionRule  month=''10'' day=''su'' weekdayOfMonth=''last'' /><transitionTime>3:0:0</transitionTime>
	</standardDate><daylightDate><transitionRule  month=''3'' day=''su'' weekdayOfMonth=''last'' />
	<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>"
	bag:ReplicationID="{5C1C3E1A-2B3C-4D5E-9F60-718293A4B5C6}"'),
('Calendar', 'Title="Weekly sync (moved)" Location="Room 1" Author=jroe Created=2026-11-10T08:15:00Z EventType=4
	fRecurrence=1 fAllDayEvent=0 EventDate=2026-11-16T13:00:00Z EndDate=2026-11-16T13:30:00Z Duration=1800
	RecurrenceID=2026-11-16T08:00:00Z MasterSeriesItemID=1 UID="{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0001}" TimeZone=4'),
('Calendar', 'Title="Deleted: Weekly sync" Author=jroe Created=2026-11-11T08:15:00Z EventType=3 fRecurrence=1
	fAllDayEvent=0 EventDate=2026-11-30T08:00:00Z EndDate=2026-11-30T08:30:00Z Duration=1800
	RecurrenceID=2026-11-30T08:00:00Z MasterSeriesItemID=1 UID="{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0001}" TimeZone=4'),
('Calendar', 'Title="Trade fair" Author=mmueller Created=2026-10-01T08:00:00Z EventType=0 fRecurrence=0
	fAllDayEvent=1 EventDate=2026-12-09T00:00:00Z EndDate=2026-12-11T23:59:00Z bag:BusyStatus=0'),
('Calendar', 'Title="Month end closing" Author=aking Created=2026-10-30T08:00:00Z EventType=1 fRecurrence=1
	fAllDayEvent=0 EventDate=2026-11-30T15:00:00Z EndDate=2110-01-31T16:00:00Z Duration=3600
	UID="{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0002}" TimeZone=4
	RecurrenceData="<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat><monthlyByDay weekday=\"TRUE\"
	weekdayOfMonth=\"last\" monthFrequency=\"1\" /></repeat><repeatForever>FALSE</repeatForever></rule></recurrence>"
	XMLTZone="<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias>
	<standardDate><transitionRule  month=''10'' day=''su'' weekdayOfMonth=''last'' /><transitionTime>3:0:0</transitionTime>
	</standardDate><daylightDate><transitionRule  month=''3'' day=''su'' weekdayOfMonth=''last'' />
	<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>"'),
('Calendar', 'Title="Board meeting" Location="Room 5, 2nd floor" Category=Meeting Author=jroe
	Created=2026-11-02T08:15:00Z Modified=2026-11-20T15:42:10Z EventType=0 fRecurrence=0 fAllDayEvent=0
	EventDate=2026-12-01T09:00:00Z EndDate=2026-12-01T10:30:00Z
	Description="<div>Agenda:</div><ol><li>Budget</li><li>Any other business</li></ol>" bag:BusyStatus=2'),
('Calendar', 'Title="Ada on holiday" Category=Holiday Author=aking Created=2026-10-15T08:00:00Z EventType=0
	fRecurrence=0 fAllDayEvent=1 EventDate=2026-12-21T00:00:00Z EndDate=2027-01-06T23:59:00Z'),
('Calendar', 'Title="Fire drill" Author=mmueller Created=2026-09-14T12:35:00Z EventType=0 fRecurrence=0
	fAllDayEvent=0 EventDate=2026-09-18T08:30:00Z EndDate=2026-09-18T09:00:00Z'),
('Calendar', 'Title="Besprechung über Büromöbel" Location=Küche Author=poneil Created=2026-11-16T08:00:00Z
	EventType=0 fRecurrence=0 fAllDayEvent=0 EventDate=2026-11-25T13:00:00Z EndDate=2026-11-25T14:00:00Z'),
('Calendar', 'Title="Customer visit: Fabrikam" Location="Main St. 1" Category=Business Author=aking
	Created=2026-11-17T08:00:00Z EventType=0 fRecurrence=0 fAllDayEvent=0 EventDate=2026-12-03T12:00:00Z
	EndDate=2026-12-03T16:00:00Z Description="<div>John and Joan Smith.</div>"
	attach:agenda.txt="1. Welcome\n2. Numbers\n3. Dinner\n"'),
('Calendar', 'Title="Jane''s birthday" Category=Birthday Author=mmueller Created=2026-09-20T08:00:00Z EventType=0
	fRecurrence=0 fAllDayEvent=1 EventDate=2027-05-17T00:00:00Z EndDate=2027-05-17T23:59:00Z'),
('Calendar', 'Title="春节" Author=lwei Created=2026-11-18T08:00:00Z EventType=0 fRecurrence=0 fAllDayEvent=1
	EventDate=2027-02-06T00:00:00Z EndDate=2027-02-06T23:59:00Z')

-- SAMPLE_WORK
INSERT INTO sample (list, vals) VALUES
('Tasks', 'Title="Order toner" Author=jroe Created=2026-11-02T08:15:00Z Status=Completed PercentComplete=1
	AssignedTo=mmueller bag:DateComplete=2026-11-19T10:15:00Z'),
('Tasks', 'Title="Write report" Author=jroe Created=2026-11-02T08:20:00Z Status="In Progress" Priority="(1) High"
	PercentComplete=0.5 AssignedTo=jroe StartDate=2026-11-23 DueDate=2026-11-30
	Body="<div>Numbers are in the share.</div>" Predecessors="1;#"'),
('Tasks', 'Title="Fix the projector" Author=aking Created=2026-11-03T08:00:00Z Status="Not Started"
	Body="<div>It shows everything in green.</div>" attach:a.pdf="%PDF-1.4 but not really"'),
('Tasks', 'Title="Büromöbel bestellen" Author=poneil Created=2026-11-04T08:00:00Z Status="Waiting on someone else"
	DueDate=2026-12-15 AssignedTo=poneil'),
('Tasks', 'Title="Call Søren" Author=aking Created=2026-11-05T08:00:00Z Status="Not Started" DueDate=2026-11-26
	Priority="(1) High" AssignedTo=aking'),
('Tasks', 'Title="Archive 2025" Author=mmueller Created=2026-11-06T08:00:00Z Status=Deferred Priority="(3) Low"'),
('Tasks', 'FSObjType=1 BaseName="Move to the new office" Title="Move to the new office" Author=jroe
	Created=2026-11-09T08:00:00Z'),
('Tasks', 'in="Move to the new office" Title="Pack the library" Author=jroe Created=2026-11-09T08:05:00Z
	Status="Not Started" DueDate=2027-01-15 AssignedTo=lwei'),
('Tasks', 'in="Move to the new office" Title="Tell the post office" Author=jroe Created=2026-11-09T08:06:00Z
	Status="In Progress" PercentComplete=0.25 DueDate=2027-01-10 AssignedTo=poneil'),
('Tasks', 'in="Move to the new office" Title="New door cards" Author=jroe Created=2026-11-09T08:07:00Z
	Status="Not Started" AssignedTo=mmueller'),
('Tasks', 'Title="打扫会议室" Author=lwei Created=2026-11-10T08:00:00Z Status="Not Started"'),
('Tasks', 'Title="Call Søren" Author=jroe Created=2026-11-18T08:00:00Z Status="Not Started"
	Body="<div>About the invoice; the other call was about the fair.</div>"'),
('Tasks', 'Title="Check: are 100% < 110% & \"fine\"?" Author=poneil Created=2026-11-19T08:00:00Z
	Status="In Progress" PercentComplete=0.75'),
('Team Discussion', 'FSObjType=1 BaseName="Release date" Title="Release date" Author=jroe
	Created=2026-11-16T08:30:00Z Body="<div>When do we release 2.0? I suggest the first of December.</div>"
	ThreadIndex=0x01DB3800A1B2C3D4E5F60718293A4B5C6D7E8F900011'),
('Team Discussion', 'in="Release date" Title="Release date" Author=mmueller Created=2026-11-16T09:05:00Z
	Body="<div>Not before the backup works again.</div>"
	ThreadIndex=0x01DB3800A1B2C3D4E5F60718293A4B5C6D7E8F9000110000012345'),
('Team Discussion', 'in="Release date" Title="Release date" Author=aking Created=2026-11-16T10:20:00Z
	Body="<div>The price list is ready.<br>Ada</div>"
	ThreadIndex=0x01DB3800A1B2C3D4E5F60718293A4B5C6D7E8F9000110000022345'),
('Team Discussion', 'FSObjType=1 BaseName="Kaffee oder Tee" Title="Kaffee oder Tee?" Author=poneil
	Created=2026-11-17T07:00:00Z Body="<div>We need a decision about the second machine.</div>"
	ThreadIndex=0x01DB3801A1B2C3D4E5F60718293A4B5C6D7E8F900011'),
('Team Discussion', 'in="Kaffee oder Tee" Title="Kaffee oder Tee?" Author=lwei Created=2026-11-17T07:30:00Z
	Body="<div>茶</div>" ThreadIndex=0x01DB3801A1B2C3D4E5F60718293A4B5C6D7E8F9000110000032345'),
('Team Discussion', 'FSObjType=1 BaseName="Where to eat on Thursday" Title="Where to eat on Thursday" Author=aking
	Created=2026-11-18T09:00:00Z Body="<div>The Indian place is closed.</div>"
	ThreadIndex=0x01DB3802A1B2C3D4E5F60718293A4B5C6D7E8F900011'),
('Shared Documents', 'FileLeafRef=Report.docx Title="Quarterly report" File_x0020_Size=24576 Author=jroe
	Created=2026-11-02T08:15:00Z Editor=mmueller Modified=2026-11-20T15:42:10Z'),
('Shared Documents', 'FileLeafRef="Price list 2027.xlsx" Title="Prices" File_x0020_Size=18204 Author=aking
	Created=2026-11-05T08:15:00Z'),
('Shared Documents', 'FSObjType=1 FileLeafRef=Photographs Author=lwei Created=2026-09-21T09:00:00Z'),
('Shared Documents', 'in=Photographs FileLeafRef="Summer party 1.jpg" File_x0020_Size=2311042 Author=lwei
	Created=2026-09-21T09:01:00Z'),
('Shared Documents', 'in=Photographs FileLeafRef="Floor plan.png" File_x0020_Size=1998220 Author=lwei
	Created=2026-09-21T09:02:00Z'),
('Shared Documents', 'FSObjType=1 FileLeafRef="Verträge & Protokolle" Author=jroe Created=2026-09-22T09:00:00Z'),
('Shared Documents', 'in="Verträge & Protokolle" FileLeafRef="Mietvertrag (unterschrieben).pdf"
	File_x0020_Size=402113 Title="Mietvertrag" Author=jroe Created=2026-09-22T09:05:00Z'),
('Shared Documents', 'in="Verträge & Protokolle" FSObjType=1 FileLeafRef=2026 Author=jroe
	Created=2026-09-22T09:06:00Z'),
('Shared Documents', 'in="Verträge & Protokolle/2026" FileLeafRef="2026-11-02 Protokoll.odt" File_x0020_Size=15360
	Author=poneil Created=2026-11-02T11:00:00Z'),
('Shared Documents', 'FileLeafRef=notes.txt File_x0020_Size=312 Author=mmueller Created=2026-11-18T08:15:00Z'),
('Shared Documents', 'FileLeafRef=empty.txt File_x0020_Size=0 Author=mmueller Created=2026-11-18T08:16:00Z'),
('Shared Documents', 'FileLeafRef="会议记录.docx" File_x0020_Size=22111 Author=lwei Created=2026-11-19T08:15:00Z'),
('Vendors', 'Title=Fabrikam Homepage="http://fabrikam.example/, Fabrikam" Author=aking Created=2026-09-05T08:00:00Z'),
('Vendors', 'Title="Tailspin; Toys" Preferred=1 Author=aking Created=2026-09-05T08:01:00Z'),
('Vendors', 'Title="Litware, España" Author=aking Created=2026-09-05T08:02:00Z'),
('Vendors', 'Title="Wingtip" Author=aking Created=2026-09-05T08:03:00Z'),
('Vendors', 'Title="Northwind" Preferred=1 Author=aking Created=2026-09-05T08:04:00Z'),
('Vendors', 'Title="東京電器" Author=lwei Created=2026-09-05T08:05:00Z'),
('Vendors', 'Title="Contoso Ltd" Author=jroe Created=2026-09-05T08:06:00Z'),
('Assets', 'Title="Laptop \"Zeus\"" Seriennummer="  4711" Purchase_x0020_price=1234.5 Depreciation=0.333 Pieces=3
	In_x0020_use=1 Bought_x0020_on=2025-03-01 Last_x0020_seen=2026-11-20T07:05:09Z Vendor=7
	Owners="12;#;#15;#" Tags=";#red;#blue;; green;#" Manual="http://m.example/z.pdf" Notes="one line"
	_x00c4_nderungen="two\n\nlines\n.dot" Author=jroe Created=2026-11-02T08:15:00Z Editor=mmueller
	Modified=2026-11-20T15:42:10Z'),
('Assets', 'Title="Laptop \"Hera\"" Seriennummer=4712 Purchase_x0020_price=1199 Pieces=1 State=New Vendor=1
	Owners="17;#" Author=mmueller Created=2026-11-03T08:15:00Z'),
('Assets', 'Title="Projector" Seriennummer="PJ/2019-7" Purchase_x0020_price=899.99 Depreciation=1
	State="Broken" Bought_x0020_on=2019-06-30 Vendor=5 Tags=";#lent out;#" Notes="Shows everything in green.\nSee the
	task." Author=mmueller Created=2026-09-10T08:15:00Z'),
('Assets', 'Title="Coffee machine" Purchase_x0020_price=2450 State="Worn, but works" Vendor=3 Author=poneil
	Created=2026-09-11T08:15:00Z Manual="http://m.example/coffee.pdf, Handbuch, deutsch"'),
('Assets', 'Title="Office chair" Purchase_x0020_price=310 Pieces=12 Vendor=4 Author=poneil
	Created=2026-09-11T08:20:00Z'),
('Assets', 'Title="Office chair" Purchase_x0020_price=129.9 Pieces=4 State="Worn, but works" In_x0020_use=0
	Author=poneil Created=2026-09-11T08:21:00Z'),
('Assets', 'Title="電話機" Pieces=20 Purchase_x0020_price=45 Vendor=6 Author=lwei Created=2026-09-12T08:20:00Z'),
('Assets', 'Title="Schlüsselkasten" Author=jroe Created=2026-09-12T08:21:00Z'),
('Assets', 'FSObjType=1 BaseName=Retired Title=Retired Author=mmueller Created=2026-09-13T08:00:00Z'),
('Assets', 'in=Retired Title="Fax machine" Seriennummer=F-1 In_x0020_use=0 State=Broken Depreciation=1
	Bought_x0020_on=1999-12-31 Author=mmueller Created=2026-09-13T08:01:00Z'),
('Assets', 'in=Retired Title="Typewriter" In_x0020_use=0 Author=mmueller Created=2026-09-13T08:02:00Z'),
('Assets', 'Title="Whiteboard" Pieces=3 Purchase_x0020_price=0 Author=aking Created=2026-10-01T08:02:00Z'),
('Column types', 'Title="All filled in" Text="a < b & c" Plain_x0020_note="one\ntwo\n\nfour" Author=jroe
	Rich_x0020_note="<div>rich <i>text</i></div>" HTML_x0020_note="<p>isolated</p>"
	Date_x0020_and_x0020_time=2026-07-01T10:30:00Z Date=2026-07-01 Choice=Two Radio="AM/FM" Choices=";#Mo;#a;; b;#"
	Grid="Food;#4#Music;#5#" Number=-12345.678 Percentage=0.125 Currency=99.95 Integer=42 Boolean=1 Lookup=2
	Lookups="1;#;#3;#" Person=lwei People="12;#;#23;#" Hyperlink="http://www.example.com/?q=a,b, an example"
	Picture="http://www.example.com/a.png, a picture" Identifier="01234567-89ab-cdef-0123-456789abcdef" Recurs=0
	All_x0020_day=1 Meeting=0 Approval="" Rating=4.5 RatingCount=2 LikesCount=7 Thread=0x01DB
	Workflow_x0020_event=1 Created=2026-10-10T10:10:10Z'),
('Column types', 'Title="Nothing filled in" Author=jroe Created=2026-10-10T10:11:10Z'),
('Column types', 'Title="Extremes" Text="äöü ß € 漢字 🙂" Number=123456789012345 Percentage=-1 Currency=0.1
	Integer=-2147483648 Boolean=0 Date_x0020_and_x0020_time=1900-01-01T12:00:00Z Date=2999-12-31
	Plain_x0020_note=" leading and trailing \n" Radio="  spaces  " Author=jroe Created=2026-10-10T10:12:10Z'),
('Column types', 'Title="Summer and winter" Date_x0020_and_x0020_time=2026-10-25T00:30:00Z Date=2026-03-29
	Number=0.05 Author=jroe Created=2026-10-10T10:13:10Z')
