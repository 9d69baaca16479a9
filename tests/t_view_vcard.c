/* Contacts as vCards: [MS-OUTSPS] 3.2.4.2.4, RFC 2426. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "t_view_pim.h"
#include "t_view_pim_random.h"

static const struct column columns[] = {
	{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
	{ "Title", "Last Name", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "FirstName", "First Name", FIELD_TEXT, 0, { NULL }, NULL },
	{ "FullName", "Full Name", FIELD_TEXT, 0, { NULL }, NULL },
	{ "Email", "E-Mail", FIELD_TEXT, 0, { NULL }, NULL },
	{ "Company", "Company", FIELD_TEXT, 0, { NULL }, NULL },
	{ "JobTitle", "Job Title", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WorkPhone", "Business Phone", FIELD_TEXT, 0, { NULL }, NULL },
	{ "HomePhone", "Home Phone", FIELD_TEXT, 0, { NULL }, NULL },
	{ "CellPhone", "Mobile Number", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WorkFax", "Fax Number", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WorkAddress", "Address", FIELD_NOTE, 0, { NULL }, NULL },
	{ "WorkCity", "City", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WorkState", "State/Province", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WorkZip", "ZIP/Postal Code", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WorkCountry", "Country/Region", FIELD_TEXT, 0, { NULL }, NULL },
	{ "WebPage", "Web Page", FIELD_URL, 0, { NULL }, NULL },
	{ "Comments", "Notes", FIELD_NOTE, 0, { NULL }, NULL },
	{ "Attachments", "Attachments", FIELD_ATTACHMENTS, 0, { NULL }, NULL },
	{ "UserField1", "User Field 1", FIELD_TEXT, 0, { NULL }, NULL },
};

#define HEAD "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//spfs//EN\nUID:c0ffee00-3333-4c2d-8a3b-a1b2c3d4e5f6\nREV:20261120T154210Z\n"

struct world {
	struct list list;
	struct item contact;
	struct view_file f;
};

static const struct view_format *vcf(const struct world *w)
{
	return view_format_of(&w->list, NULL);
}

static void begin(struct world *w)
{
	use_berlin();
	memset(w, 0, sizeof(*w));
	MAKE_LIST(&w->list, 105, columns);
	assert_int_equal(str_set(&w->list.id, LIST_GUID), 0);
	w->f.list = &w->list;
	w->f.host = HOST;
	w->f.known = &known;
	w->f.series.master = &w->contact;
}

static void make_jane(struct world *w)
{
	MAKE_ITEM(&w->contact, 3, "Title", "Roe", "FirstName", "Jane", "MetaInfo_MiddleName", "M.", "MetaInfo_NameTitle", "Dr.",
		  "MetaInfo_Suffix", "PhD", "FullName", "Jane Roe", "MetaInfo_Nickname", "JR", "Company", "Contoso Ltd",
		  "MetaInfo_ol_Department", "Research", "JobTitle", "Head of Research", "MetaInfo_Profession", "Chemist", "Email",
		  "jane.roe@contoso.example", "MetaInfo_Email2", "jane@home.example", "WorkPhone", "+49 30 1234-1",
		  "MetaInfo_Business2Number", "+49 30 1234-2", "CellPhone", "+49 170 1234", "HomePhone", "+49 30 9876", "WorkFax",
		  "+49 30 1234-9", "WorkAddress", "Main St. 1\r\nBuilding C", "WorkCity", "Berlin", "WorkState", "BE", "WorkZip",
		  "10115", "WorkCountry", "Germany", "MetaInfo_HomeAddress", "Side St. 2", "MetaInfo_HomeCity", "Potsdam",
		  "MetaInfo_HomeAddressStateOrProvince", "BB", "MetaInfo_HomeAddressPostalCode", "14467",
		  "MetaInfo_HomeAddressCountry", "Germany", "WebPage", "http://www.contoso.example/jane, Jane's page",
		  "MetaInfo_Birthday", "1970-05-16T23:00:00Z", "MetaInfo_Anniversary", "1999-09-08T23:00:00Z",
		  "MetaInfo_SpouseName", "Chris Roe", "MetaInfo_AssistantsName", "Max M\u00fcller", "MetaInfo_ManagersName",
		  "Ada King", "MetaInfo_Categories", "VIP; Research", "Comments", "Met at the fair.\r\nLikes tea.",
		  "MetaInfo_AssistantNumber", "+49 30 1234-7", "UserField1", "gold customer", "MetaInfo_ReplicationID",
		  "{C0FFEE00-3333-4C2D-8A3B-A1B2C3D4E5F6}");
}

static void end(struct world *w)
{
	list_release(&w->list);
	item_release(&w->contact);
}

static void contact_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	make_jane(&w);
	check_render(vcf(&w), &w.f,
		     HEAD "FN:Jane Roe\nN:Roe;Jane;M.;Dr.;PhD\nNICKNAME:JR\nORG:Contoso Ltd;Research\nTITLE:Head of Research\n"
		     "ROLE:Chemist\nEMAIL;TYPE=INTERNET,PREF:jane.roe@contoso.example\nEMAIL;TYPE=INTERNET:jane@home.example\n"
		     "TEL;TYPE=WORK,VOICE:+49 30 1234-1\nTEL;TYPE=WORK,VOICE:+49 30 1234-2\nTEL;TYPE=CELL,VOICE:+49 170 1234\n"
		     "TEL;TYPE=HOME,VOICE:+49 30 9876\nTEL;TYPE=WORK,FAX:+49 30 1234-9\n"
		     "ADR;TYPE=WORK:;;Main St. 1\\nBuilding C;Berlin;BE;10115;Germany\n"
		     "ADR;TYPE=HOME:;;Side St. 2;Potsdam;BB;14467;Germany\nURL:http://www.contoso.example/jane\nBDAY:1970-05-17\n"
		     "X-ANNIVERSARY:1999-09-09\nX-SPOUSE:Chris Roe\nX-ASSISTANT:Max M\u00fcller\nX-MANAGER:Ada King\n"
		     "CATEGORIES:VIP,Research\nNOTE:Met at the fair.\\nLikes tea.\nX-SP-ID:3\n"
		     "X-SP-FIELD;X-SP-NAME=UserField1;X-SP-LABEL=\"User Field 1\":gold customer\n"
		     "X-SP-FIELD;X-SP-NAME=AssistantNumber;X-SP-LABEL=\"AssistantNumber\":+49 30 12\n 34-7\nEND:VCARD\n");
	check_rewritten(vcf(&w), &w.f);
	end(&w);
}

static void one_edit_one_field(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_jane(&w);
	f = vcf(&w);
	check_edit(f, &w.f, "N:Roe;Jane;M.;Dr.;PhD", "N:Doe;Jane;M.;;PhD", "update 3|MetaInfo_NameTitle=|Title=Doe\n");
	check_edit(f, &w.f, "FN:Jane Roe", "FN:Jane Doe", "update 3|FullName=Jane Doe\n");
	check_edit(f, &w.f, "ORG:Contoso Ltd;Research", "ORG:Contoso Ltd", "update 3|MetaInfo_ol_Department=\n");
	check_edit(f, &w.f, "ORG:Contoso Ltd;Research", "ORG:Contoso Ltd;Research;Lab 2", "update 3|MetaInfo_ol_Department=Research; Lab 2\n");
	check_edit(f, &w.f, ";10115;", ";10117;", "update 3|WorkZip=10117\n");
	check_edit(f, &w.f, "ADR;TYPE=WORK:;;Main", "ADR;TYPE=work,pref:PO 1;Floor 2;Main",
		   "update 3|MetaInfo_WorkPObox=PO 1|WorkAddress=Floor 2\nMain St. 1\nBuilding C\n");
	check_edit(f, &w.f, ";Potsdam;", ";Werder;", "update 3|MetaInfo_HomeCity=Werder\n"); /* MS-OUTSPS_R839 */
	check_edit(f, &w.f, "URL:http://www.contoso.example/jane", "URL:http://j/",
		   "update 3|WebPage=http://j/, Jane's page\n");
	check_edit(f, &w.f, "URL:http://www.contoso.example/jane\n", "", "update 3|WebPage=\n");
	check_edit(f, &w.f, "BDAY:1970-05-17", "BDAY:19700517T000000Z", "");
	check_edit(f, &w.f, "BDAY:1970-05-17", "BDAY;VALUE=date:19700518", "update 3|MetaInfo_Birthday=1970-05-17T23:00:00Z\n");
	check_edit(f, &w.f, "BDAY:1970-05-17", "BDAY:--0517", "");
	check_edit(f, &w.f, "BDAY:1970-05-17\n", "", "update 3|MetaInfo_Birthday=\n");
	check_edit(f, &w.f, "X-SPOUSE:Chris Roe", "X-EVOLUTION-SPOUSE:Kim", "update 3|MetaInfo_SpouseName=Kim\n");
	check_edit(f, &w.f, "CATEGORIES:VIP,Research", "CATEGORIES:Research,VIP", "");
	check_edit(f, &w.f, "gold customer", "silver", "update 3|UserField1=silver\n");
	check_edit(f, &w.f, "Likes tea.", "Likes coffee.", "update 3|Comments=Met at the fair.\nLikes coffee.\n");
	check_edit(f, &w.f, "END:VCARD", "X-SP-FIELD;X-SP-NAME=Hobbies:chess\nX-MS-TEL;TYPE=COMPANY,VOICE:+1\nEND:VCARD",
		   "update 3|MetaInfo_CompanyNumber=+1|MetaInfo_Hobbies=chess\n");
	check_edit_refused(f, &w.f, "N:Roe;Jane", "N:;Jane", "Last Name: a value is required");
	check_edit_refused(f, &w.f, "VERSION:3.0", "VERSION:2.1", "VERSION:3.0");
	check_edit_refused(f, &w.f, "END:VCARD\n", "END:VCARD\nBEGIN:VCARD\nEND:VCARD\n", "one vCard");
	end(&w);
}

/* What had a column stays in it, what is new takes one that is free, what is over is kept here. */
static void telephones_have_columns(void **state)
{
	struct world w;
	const struct view_format *f;
	struct view_changes c = VIEW_CHANGES_INIT;
	char *text, *now;

	(void) state;
	begin(&w);
	make_jane(&w);
	f = vcf(&w);
	check_edit(f, &w.f, "TEL;TYPE=WORK,VOICE:+49 30 1234-1\n", "", "update 3|WorkPhone=\n");
	check_edit(f, &w.f, "TEL;TYPE=WORK,VOICE:+49 30 1234-1\nTEL;TYPE=WORK,VOICE:+49 30 1234-2\n",
		   "TEL;TYPE=voice,work:+49 30 1234-2\nTEL;TYPE=Work:+49 30 1234-1\n", "");
	check_edit(f, &w.f, "TEL;TYPE=WORK,VOICE:+49 30 1234-1", "TEL;TYPE=WORK:0", "update 3|WorkPhone=0\n");
	check_edit(f, &w.f, "TEL;TYPE=CELL,VOICE:+49 170 1234", "TEL;TYPE=HOME:+49 170 1234",
		   "update 3|CellPhone=|MetaInfo_Home2Number=+49 170 1234\n");
	check_edit(f, &w.f, "TEL;TYPE=CELL,VOICE:+49 170 1234", "TEL;VALUE=uri;TYPE=\"home,cell\":tel:+49 170 1234", "");
	check_edit(f, &w.f, "END:VCARD",
		   "TEL;TYPE=PAGER:1\nTEL;TYPE=ISDN:2\nTEL;TYPE=CAR:3\nTEL;TYPE=PREF:4\nTEL:5\nTEL;TYPE=FAX,HOME:6\nTEL;TYPE=FAX:7\nEND:VCARD",
		   "update 3|MetaInfo_CarNumber=3|MetaInfo_HomeFaxNumber=6|MetaInfo_ISDNNumber=2|MetaInfo_OtherFaxNumber=7"
		   "|MetaInfo_OtherNumber=5|MetaInfo_PagerNumber=1|MetaInfo_PrimaryNumber=4\n");
	check_edit(f, &w.f, "END:VCARD", "EMAIL:third@x\nEND:VCARD", "update 3|MetaInfo_Email3=third@x\n");
	text = render_file(f, &w.f);
	now = edited(text, "END:VCARD", "TEL;TYPE=WORK:over\nEND:VCARD");
	parse_file(f, &w.f, now, &c);
	assert_int_equal(c.n, 0);
	w.f.extras = c.extras;
	check_render(f, &w.f, now);
	check_rewritten(f, &w.f);
	/* A column that becomes free is for the one that was over. */
	check_edit(f, &w.f, "TEL;TYPE=WORK,VOICE:+49 30 1234-1\n", "", "update 3|WorkPhone=over\n");
	view_changes_release(&c);
	free(text);
	free(now);
	end(&w);
}

/* FN and N are in every card, whatever the row has. */
static void names_are_made_up_and_not_sent(void **state)
{
	struct world w;
	const struct view_format *f;
	char *text;

	(void) state;
	begin(&w);
	f = vcf(&w);
	MAKE_ITEM(&w.contact, 4, "Title", "Roe", "FirstName", "Jane");
	text = render_file(f, &w.f);
	assert_non_null(strstr(text, "\nFN:Jane Roe\nN:Roe;Jane;;;\n"));
	free(text);
	check_rewritten(f, &w.f);
	check_edit(f, &w.f, "N:Roe;Jane", "N:Doe;Jane", "update 4|Title=Doe\n");
	item_release(&w.contact);
	MAKE_ITEM(&w.contact, 4, NULL);
	text = render_file(f, &w.f);
	assert_non_null(strstr(text, "\nFN:(no name)\nN:;;;;\n"));
	free(text);
	check_rewritten(f, &w.f);
	end(&w);
}

/* MS-OUTSPS_R884 to R887. */
static void the_photo_is_an_attachment(void **state)
{
	struct world w;
	const struct view_format *f;
	struct view_changes c = VIEW_CHANGES_INIT;
	char *text, *now;

	(void) state;
	begin(&w);
	f = vcf(&w);
	MAKE_ITEM(&w.contact, 4, "Title", "Roe", "Attachments",
		  ";#http://p/Lists/C/Attachments/4/a.txt;#{72C714AB-0000-0000-0000-000000000000},1;#http://p/Lists/C/Attachments/4/me.jpg;#"
		  "{72C714AB-0000-0000-0000-000000000001},1;#",
		  "MetaInfo_AttachProps", "<File>a.txt</File><File Photo=\"-1\">me.jpg</File>");
	text = render_file(f, &w.f);
	assert_non_null(strstr(text, "\nPHOTO;VALUE=uri:http://p/Lists/C/Attachments/4/me.jpg\n"));
	check_rewritten(f, &w.f);
	now = edited(text, "PHOTO;VALUE=uri:http://p/Lists/C/Attachments/4/me.jpg", "PHOTO;ENCODING=b:AAAA");
	parse_file(f, &w.f, now, &c);
	assert_int_equal(c.n, 0);
	w.f.extras = c.extras;
	check_render(f, &w.f, now);
	check_rewritten(f, &w.f);
	free(text);
	free(now);
	view_changes_release(&c);
	end(&w);
}

static void new_contacts(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	w.f.series.master = NULL;
	w.f.new_title = "abc";
	check_ops(vcf(&w), &w.f,
		  "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:abc\r\nFN:Jane Doe\r\nN:Doe;Jane;;;\r\nEMAIL;TYPE=HOME:a@x\r\n"
		  "EMAIL;TYPE=PREF,WORK:b@x\r\nTEL;TYPE=CELL:1\r\nBDAY:1970-05-17\r\nEND:VCARD\r\n",
		  "new|CellPhone=1|Email=b@x|FirstName=Jane|FullName=Jane Doe|MetaInfo_Birthday=1970-05-16T23:00:00Z|MetaInfo_Email2=a@x"
		  "|MetaInfo_SpfsUid=abc|Title=Doe\n");
	check_ops(vcf(&w), &w.f, "BEGIN:VCARD\nVERSION:4.0\nFN:ACME\nEND:VCARD\n", "new|FullName=ACME|Title=ACME\n");
	check_ops(vcf(&w), &w.f, "BEGIN:VCARD\nVERSION:4.0\nEND:VCARD\n", "new|Title=abc\n");
	check_refused(vcf(&w), &w.f, "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "BEGIN:VCARD");
	check_refused(vcf(&w), &w.f, "", "BEGIN:VCARD");
	end(&w);
}

/* ---- all values ---------------------------------------------------------------------------- */

static void random_contact(struct world *w)
{
	static const char *const names[] = {
		"FirstName", "FullName", "Email", "Company", "JobTitle", "HomePhone", "CellPhone", "WorkFax", "WorkCity", "WorkZip",
		"UserField1", "MetaInfo_ol_Department", "MetaInfo_Nickname", "MetaInfo_SpouseName", "MetaInfo_PagerNumber",
		"MetaInfo_OtherAddressCity", "MetaInfo_HomeAddressCountry", "MetaInfo_Suffix", "MetaInfo_FileAs",
	};
	struct values *v = &w->contact.values;

	MAKE_ITEM(&w->contact, (int64_t) (1 + pick(1000)), NULL);
	random_title(v, "Title");
	random_title(v, "FullName"); /* else the card has one that the row has not */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (i != 1 && pick(2))
			random_set(v, names[i], true);
	if (pick(2)) {
		random_title(v, "WorkPhone");
		random_set(v, "MetaInfo_Business2Number", true);
	}
	random_set(v, "WorkAddress", false);
	random_set(v, "MetaInfo_HomeFreeForm", false);
	random_set(v, "Comments", false);
	random_date(v, "MetaInfo_Birthday");
	random_words(v, "MetaInfo_Categories");
	if (pick(2))
		assert_int_equal(values_set(v, "WebPage", pick(2) ? "http://x/a,,b\\n, http://x/a,b\\n" : "http://y/, "), 0);
}

static void random_contacts(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	for (int i = 0; i < RANDOM_ITEMS; i++) {
		random_contact(&w);
		check_rewritten(vcf(&w), &w.f);
		check_as_new(vcf(&w), &w.f);
		item_release(&w.contact);
	}
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contact_as_in_the_samples),
		cmocka_unit_test(one_edit_one_field),
		cmocka_unit_test(telephones_have_columns),
		cmocka_unit_test(names_are_made_up_and_not_sent),
		cmocka_unit_test(the_photo_is_an_attachment),
		cmocka_unit_test(new_contacts),
		cmocka_unit_test(random_contacts),
	};

	return cmocka_run_group_tests_name("contacts", tests, NULL, NULL);
}
