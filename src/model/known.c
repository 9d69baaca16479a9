/* The fields that [MS-OUTSPS] 3.2.4.2 names by an identifier. */
#include "model/field.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

/*
 * In the order of their names. Two identifiers are missing: each stands for two names, and only the name
 * tells Description from Comments, and EventDate from StartDate.
 */
static const struct known {
	const char *name, *id;
} known[] = {
	{ "ActualWork", "{B0B3407E-1C33-40ED-A37C-2430B7A5D081}" },
	{ "Anniversary", "{9D76802C-13C4-484A-9872-D7F9641C4672}" },
	{ "AssignedTo", "{53101F38-DD2E-458C-B245-0C236CC13D1A}" },
	{ "AssistantNumber", "{F55DE332-074E-4E71-A71A-B90ABFAD51AE}" },
	{ "AssistantsName", "{2AEA194D-E399-4F05-95AF-94F87B1F2687}" },
	{ "Attachments", "{67DF98F4-9DEC-48FF-A553-29BECE9C5BF4}" },
	{ "Author", "{1DF5E554-EC7E-46A6-901D-D85A3881CB18}" },
	{ "BillingInformation", "{4F03F66B-FB1E-4ED2-AB8E-F6ED3FE14844}" },
	{ "Birthday", "{C4C7D925-BC1B-4F37-826D-AC49B4FB1BC1}" },
	{ "Body", "{7662CD2C-F069-4DBA-9E35-082CF976E170}" },
	{ "Business2Number", "{6547D03A-76D3-4D74-9D34-F51B837C0879}" },
	{ "CallbackNumber", "{344E9657-B17F-4344-A834-FF7C056BCC5E}" },
	{ "CarNumber", "{92A011A9-FD1B-42E0-B6FA-AFCFEE1928FA}" },
	{ "Categories", "{9EBCD900-9D05-46C8-8F4D-E46E87328844}" },
	{ "CellPhone", "{2A464DF1-44C1-4851-949D-FCD270F0CCF2}" },
	{ "ChildrensNames", "{6440B402-8EC5-4D7A-83F4-AFCCB556B5CC}" },
	{ "Company", "{038D1503-4629-40F6-ADAF-B47D1AB2D4FE}" },
	{ "CompanyNumber", "{27CB1283-BDA2-4AE8-BCFF-71725B674DBB}" },
	{ "CompanyPhonetic", "{034AAE88-6E9A-4E41-BC8A-09B6C15FCDF4}" },
	{ "ComputerNetworkName", "{86A78395-C8AD-429E-ABFF-BE09417B523E}" },
	{ "ContentTypeId", "{03E45E84-1992-4D42-9116-26F756012634}" },
	{ "Created", "{8C06BECA-0777-48F7-91C7-6DA68BC07B69}" },
	{ "CustomerID", "{81368791-7CBC-4230-981A-A7669ADE9801}" },
	{ "DateComplete", "{24BFA3C2-E6A0-4651-80E9-3DB44BF52147}" },
	{ "DiscussionTitle", "{C5ABFDC7-3435-4183-9207-3D1146895CF8}" },
	{ "DueDate", "{CD21B4C2-6841-4F9E-A23A-738A65F99889}" },
	{ "Duration", "{4D54445D-1C84-4A6D-B8DB-A51DED4E1ACC}" },
	{ "Editor", "{D31655D1-1D5B-4511-95A1-7A09E9B75BF2}" },
	{ "Email", "{FCE16B4C-FE53-4793-AAAB-B4892E736D15}" },
	{ "Email2", "{E232D6C8-9F49-4BE2-BB28-B90570BCF167}" },
	{ "Email3", "{8BD27DBD-29A0-4CCD-BCB4-03FE70C538B1}" },
	{ "EncodedAbsUrl", "{7177CFC7-F399-4D4D-905D-37DD51BC90BF}" },
	{ "EndDate", "{2684F9F2-54BE-429F-BA06-76754FC056BF}" },
	{ "EventType", "{5D1D4E76-091A-4E03-AE83-6A59847731C0}" },
	{ "FTPSite", "{D733736E-4204-4812-9565-191567B27E33}" },
	{ "FileDirRef", "{56605DF6-8FA1-47E4-A04C-5B384D59609F}" },
	{ "FileSizeDisplay", "{78A07BA4-BDA8-4357-9E0F-580D64487583}" },
	{ "FirstName", "{4A722DD4-D406-4356-93F9-2550B8F50DD0}" },
	{ "FirstNamePhonetic", "{EA8F7CA9-2A0E-4A89-B8BF-C51A6AF62C73}" },
	{ "FullName", "{475C2610-C157-4B91-9E2D-6855031B3538}" },
	{ "Gender", "{23550288-91B5-4E7F-81F9-1A92661C4838}" },
	{ "GovernmentIDNumber", "{DA31D3C9-F9DA-4C35-88D4-60AAFA4C3F19}" },
	{ "Hobbies", "{203FA378-6EB8-4ED9-A4F9-221A4C1FBF46}" },
	{ "Home2Number", "{8C5A385D-2FFF-42DA-A4C5-F6A904F2E491}" },
	{ "HomeAddress", "{8C66E340-0985-4D68-AF03-3050ECE4862B}" },
	{ "HomeAddressCity", "{5AEABC56-57C6-4861-BC12-BD72C30FC6BD}" },
	{ "HomeAddressCountry", "{897ECFD7-4293-4782-B463-BD68440A5FED}" },
	{ "HomeAddressPostalCode", "{C0E4B4C6-6245-4846-8561-B8C6C01FEFC1}" },
	{ "HomeAddressStateOrProvince", "{F5B36006-69B0-418C-BD4A-F25CA7E096BB}" },
	{ "HomeFaxNumber", "{C189A857-E6B0-488F-83A0-F4EE0A3AD01E}" },
	{ "HomePhone", "{2AB923EB-9880-4B47-9965-EBF93AE15487}" },
	{ "ID", "{1D22EA11-1E32-424E-89AB-9FEDBADB6CE1}" },
	{ "IMAddress", "{4CBD96F7-09C6-4B5E-AD42-1CBE123DE63A}" },
	{ "ISDNNumber", "{A579062A-6C1D-4AD3-9D5E-035F9F2C1882}" },
	{ "Initials", "{7A282F86-69D9-40FF-AE1C-C746CF21256B}" },
	{ "JobTitle", "{C4E0F350-52CC-4EDE-904C-DD71A3D11F7D}" },
	{ "Language", "{D81529E8-384C-4CA6-9C43-C86A256E6A44}" },
	{ "LastNamePhonetic", "{FDC8216D-DABF-441D-8AC0-F6C626FBDC24}" },
	{ "LinkCheckedOutTitle", "{E2A15DFD-6AB8-4AEC-91AB-02F6B64045B0}" },
	{ "LinkFilename", "{5CC6DC79-3710-4374-B433-61CB4A686C12}" },
	{ "Location", "{288F5F32-8462-4175-8F09-DD7BA29359A9}" },
	{ "ManagersName", "{BA934502-D68D-4960-A54B-51E15FEF5FD3}" },
	{ "MasterSeriesItemID", "{9B2BED84-7769-40E3-9B1D-7954A4053834}" },
	{ "MiddleName", "{418C8D29-6F2E-44C3-8955-2CD7EC3E2151}" },
	{ "Mileage", "{3126C2F1-063E-4892-828F-0696EC6E105F}" },
	{ "Modified", "{28CF69C5-FA48-462A-B5CD-27B6F9D2BD5F}" },
	{ "Nickname", "{6B0A2CD7-A7F9-41CA-B932-F3BEBB603793}" },
	{ "Office", "{26169AB2-4BD2-4870-B077-10F49C8A5822}" },
	{ "OrganizationalIDNumber", "{0850AE15-19DD-431F-9C2F-3AFF3AE292CE}" },
	{ "OtherAddressCity", "{90FA9A8E-AAC0-4828-9CB4-78F98416AFFA}" },
	{ "OtherAddressCountry", "{3C0E9E00-8FCC-479F-9D8D-3447CDA34C5B}" },
	{ "OtherAddressPostalCode", "{0557C3F8-60C4-4DFB-B5BA-BF3C4E4386B1}" },
	{ "OtherAddressStateOrProvince", "{F45883BC-8733-4B77-AB5D-43613986AA12}" },
	{ "OtherAddressStreet", "{DFF5DFC2-E2B7-4A19-BDE7-76DABC90A3D2}" },
	{ "OtherFaxNumber", "{AAD15EB6-D7FD-47B8-ABD4-ADC0FE33A6BA}" },
	{ "OtherNumber", "{96E02495-F428-48BC-9F13-06D98BA58C34}" },
	{ "PagerNumber", "{F79BF074-DAF7-4C06-A314-15B287FDF4C9}" },
	{ "PercentComplete", "{D2311440-1ED6-46EA-B46D-DAA643DC3886}" },
	{ "PersonalWebsite", "{5AA071D9-3254-40FB-82DF-5CEDEFF0C41E}" },
	{ "Photo", "{1020C8A0-837A-4F1B-BAA1-E35AFF6DA169}" },
	{ "PrimaryNumber", "{D69BCC0E-57C3-4F3B-BBC5-B090EDF21F0F}" },
	{ "Priority", "{A8EB573E-9E11-481A-A8C9-1104A54B2FBD}" },
	{ "Profession", "{F0753A13-44B1-4269-82AF-5C34C57B0C67}" },
	{ "RadioNumber", "{D1AEDE4F-1352-48D9-81E2-B10097C359C1}" },
	{ "RecurrenceData", "{D12572D0-0A1E-4438-89B5-4D0430BE7603}" },
	{ "RecurrenceID", "{DFCC8FFF-7C4C-45D6-94ED-14CE0719EFEF}" },
	{ "ReferredBy", "{9B4CC5A9-1119-43E4-B2A8-412C4031F92B}" },
	{ "Role", "{EEAEAAF1-4110-465B-905E-DF1073A7E0E6}" },
	{ "SpouseName", "{F590B1DE-8E28-4C17-91BC-BF4096024B7E}" },
	{ "Status", "{C15B34C3-CE7D-490A-B133-3F4DE8801B76}" },
	{ "Suffix", "{D886EBA3-D018-4103-A322-D5780127EF8A}" },
	{ "TTYTDDNumber", "{F54697F1-0357-4C5A-A711-0CB654BC73E4}" },
	{ "TaskCompanies", "{3914F98E-6D99-4218-9BA3-AF7370B9E7BC}" },
	{ "TelexNumber", "{E7BE7F3C-C436-481D-8865-669E5146F53C}" },
	{ "ThreadIndex", "{CEF73BF1-EDF6-4DD9-9098-A07D83984700}" },
	{ "TimeZone", "{6CC1C612-748A-48D8-88F2-944F477F301B}" },
	{ "Title", "{FA564E0F-0C70-4AB9-B863-0177E6DDD247}" },
	{ "TotalWork", "{F3C4A259-19A2-44B8-AB3D-E9145D07D538}" },
	{ "UID", "{63055D04-01B5-48F3-9E1E-E564E7C6B23B}" },
	{ "UserField1", "{566656F5-17B3-4291-98A5-5074AADF77B3}" },
	{ "UserField2", "{182D1B9E-1718-4E11-B279-38F7ED0A20D6}" },
	{ "UserField3", "{A03EB53E-F123-4AF9-9355-F92BD75C00B3}" },
	{ "UserField4", "{ADEFA4CA-14C3-4694-B531-F51B706EFE9D}" },
	{ "WebPage", "{A71AFFD2-DCC7-4529-81BC-2FE593154A5F}" },
	{ "WorkAddress", "{FC2E188E-BA91-48C9-9DD3-16431AFDDD50}" },
	{ "WorkCity", "{6CA7BD7F-B490-402E-AF1B-2813CF087B1E}" },
	{ "WorkCountry", "{3F3A5C85-9D5A-4663-B925-8B68A678EA3A}" },
	{ "WorkFax", "{9D1CACC8-F452-4BC1-A751-050595AD96E1}" },
	{ "WorkPhone", "{FD630629-C165-4513-B43C-FDB16B86A14D}" },
	{ "WorkState", "{CEAC61D3-DDA9-468B-B276-F4A6BB93F14F}" },
	{ "WorkZip", "{9A631556-3DAC-49DB-8D2F-FB033B0FDC24}" },
	{ "XMLTZone", "{C4B72ED6-45AA-4422-BFF1-2B6750D30819}" },
	{ "fAllDayEvent", "{7D95D1F4-F5FD-4A70-90CD-B35ABC9B5BC8}" },
	{ "fRecurrence", "{F2E63656-135E-4F1C-8FC2-CCBE74071901}" },
	{ "ol_Department", "{C814B2CF-84C6-4F56-B4A4-C766938A97C5}" },
	{ "owshiddenversion", "{D4E44A66-EE3A-4D02-88C9-4EC5FF3F4CD5}" },
};

static int compare_name(const void *name, const void *k)
{
	return strcmp(name, ((const struct known *) k)->name);
}

static const struct known *find_known(const char *name)
{
	return bsearch(name, known, sizeof(known) / sizeof(*known), sizeof(*known), compare_name);
}

/* Both are upper case. */
static bool same_id(const char *a, const char *b)
{
	return a && a[1] == b[1] && strcmp(a, b) == 0;
}

const struct field *schema_known(const struct schema *s, const char *name)
{
	const struct known *k = find_known(name);

	for (size_t i = 0; k && i < s->n && !PLANTED("names_only"); i++)
		if (same_id(s->f[i].id, k->id))
			return &s->f[i];
	return schema_find(s, name);
}

const char *field_known_name(const struct field *f)
{
	const struct known *k = f->id ? find_known(f->name) : NULL;

	if (!f->id || (k && same_id(f->id, k->id)))
		return f->name;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (same_id(f->id, known[i].id))
			return known[i].name;
	return f->name;
}
