"""What [MS-LISTSWS] says alike of many operations, table by table: how a list is named, what answers, in which product."""
import base64
import re
import uuid

import pytest

from conftest import RS, SP, Z, Fault, Result, arg, escape, method, rows

BATCH = '<updates><Batch>%s</Batch></updates>' % method(1, 'New', Title='x')
TYPE = '<newDocument><a xmlns="urn:a"/></newDocument>'


def type_id(c, name):
    return c.call('GetListContentTypes', arg('listName', name)).find('.//' + SP + 'ContentType').get('ID')


def own_type(c, name):
    return arg('contentTypeId', type_id(c, name))


def its_url(c, name):
    c.call('AddAttachment', arg('listName', name) + arg('listItemID', 1) + arg('fileName', 'f') + arg('attachment', 'YQ=='))
    return arg('listItemID', 1) + arg('url', c.call('GetAttachmentCollection', arg('listName', name) + arg('listItemID', 1)).findtext('.//' + SP + 'Attachment'))


def typed_document(c, name):
    return '<newDocument><ContentTypes><ContentType ID="%s"><a xmlns="urn:a"/></ContentType></ContentTypes></newDocument>' % type_id(c, name)


MAIL = arg('message', base64.b64encode(b'Message-id: <a@b>\r\nThread-index: %s\r\nSubject: a\r\n\r\na\r\n' % base64.b64encode(bytes(22))).decode())

# Operation: what it takes beside the list; template; the requirements that its list is found by GUID, by title, by a title
# that looks like a GUID, that another name is a fault with 0x82000006, that 2007's has no code, that it answers
NAMED = {
    'AddAttachment': (arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', 'YQ=='), 107,
                      'R292 R293 R294 R295 R2750', 'R2426', 'R1557 R1561 R301 R302'),
    'AddDiscussionBoardItem': (MAIL, 108, 'R315 R316 R317 R318 R2751', 'R2429', 'R311 R1575 R1577 R320 R310'),
    'ApplyContentTypeToList': (arg('webUrl', '') + arg('contentTypeId', '0x0104'), 107,
                               'R374 R376 R377 R378 R2752', 'R2433', 'R372 R2132 R1629 R384'),
    'CreateContentType': (arg('displayName', 'n') + arg('parentType', '0x01'), 107, 'R421 R422 R424 R2753', 'R2438', 'R420 R1686 R1688'),
    'DeleteAttachment': (its_url, 107, 'R466 R467 R468 R1698 R2754', 'R2440', 'R465 R1704 R1706 R473 R478'),
    'DeleteContentType': (own_type, 107, 'R485 R486 R487 R488 R2755', 'R2443', 'R484 R1716 R1718'),
    'DeleteContentTypeXmlDocument': (lambda c, n: own_type(c, n) + arg('documentUri', 'urn:a'), 107,
                                     'R502 R503 R504 R505 R1725 R2756', 'R2446', 'R501 R1728 R1730 R513'),
    'DeleteList': ('', 107, 'R2757', 'R2448', 'R519 R1740 R1742 R524 R528'),
    'GetAttachmentCollection': (arg('listItemID', 1), 107, 'R534 R535 R536 R537 R2758', 'R2450', 'R533 R1751 R1753 R542 R548 R543'),
    'GetList': ('', 107, 'R555 R556 R557 R558 R2759', 'R2452', 'R554 R1766 R1768'),
    'GetListAndView': ('', 107, 'R568 R569 R570 R571 R2760', 'R2454', 'R567 R1781 R1783 R1789 R1790'),
    'GetListContentType': (own_type, 107, 'R591 R592 R593 R594 R1804 R2761', 'R2457', 'R590 R1807 R1809 R1814'),
    'GetListContentTypes': ('', 107, 'R608 R609 R610 R611 R1825 R2762', 'R2460', 'R1819 R1821 R1831 R1835'),
    'GetListContentTypesAndProperties': ('', 107, 'R1040 R1041 R2161 R1042 R1043', '', 'R1023 R1030 R1058 R1059'),
    'GetListItemChanges': ('', 107, 'R629 R630 R631 R632 R2763', 'R2480', 'R628 R1848 R1850 R1858'),
    'GetListItemChangesSinceToken': ('', 107, 'R655 R656 R657 R658 R6582', 'R6581', 'R654 R1880 R1882 R1898 R1908'),
    'GetListItemChangesWithKnowledge': ('', 107, 'R1082 R1083 R2162 R1084 R2354', '', 'R1081 R1096 R1125'),
    'GetListItems': ('', 107, 'R724 R725 R726 R727 R2764', 'R2489', 'R723 R1916 R1918 R733'),
    'UpdateContentType': (own_type, 107, 'R797 R798 R799 R800 R1975 R2766', 'R2496', 'R796 R1981 R1983 R1994'),
    'UpdateContentTypesXmlDocument': (typed_document, 107, 'R843 R844 R845 R846 R2011 R2767', 'R2499', 'R839 R2013 R2015 R857'),
    'UpdateContentTypeXmlDocument': (lambda c, n: own_type(c, n) + TYPE, 107, 'R863 R864 R865 R866 R2026 R2768', 'R2502',
                                     'R862 R2029 R2031 R877 R878001'),
    'UpdateList': ('', 107, 'R884 R885 R886 R8861', 'R2504', 'R883 R2044 R2046 R888 R2062 R2063'),
    'UpdateListItems': (BATCH, 107, 'R906 R907 R908', 'R2510', 'R905 R2070 R2072 R910'),
    'UpdateListItemsWithKnowledge': (BATCH, 107, 'R1151 R1152 R2160 R1153 R1154', '', 'R1150 R1163 R1155'),
}


@pytest.mark.parametrize('op', NAMED)
def test_lists_are_found_by_guid_then_by_title(start, op):
    """Each answers with the element of its own name; 2007 has other faults, and not all of them."""
    more, template, *_ = NAMED[op]
    c = start().client()
    title = str(uuid.uuid4())
    makers = {'by guid': '{}', 'by bare guid': '', 'by title': None, title: None}
    for title_, form in makers.items():
        made = c.call('AddList', arg('listName', title_) + arg('templateID', template)).find('.//' + SP + 'List')
        if template == 107:
            c.new(title_, Title='item')
        name = title_ if form is None else made.get('ID') if form else made.get('ID').strip('{}').lower()
        r = c.call(op, arg('listName', name) + (more(c, name) if callable(more) else more))
        assert r.tag == SP + op + 'Response'
        assert (r.find(SP + op + 'Result') is None) == (op in ('DeleteAttachment', 'DeleteList'))
    inner = '' if callable(more) else more
    if op.startswith('UpdateContentType') or op.endswith('ContentType') or op.startswith('DeleteContentType'):
        inner += arg('contentTypeId', '0x01')
    for name in ('no such list', str(uuid.uuid4())):
        with pytest.raises(Fault) as e:
            c.call(op, arg('listName', name) + inner)
        assert e.value.code == 0x82000006 and e.value.status == 500


@pytest.mark.parametrize('op', [o for o in NAMED if NAMED[o][3]])
def test_unknown_lists_in_2007(start, op):
    """Table NAMED: R2426 R2429 R2433 R2438 R2440 R2443 R2446 R2448 R2450 R2452 R2454 R2457 R2460 R2480 R6581 R2489 R2496 R2499
    R2502 R2504 R2510"""
    c = start('--server-version', '12', '--empty').client()
    more = NAMED[op][0]
    for name in ('no such list', str(uuid.uuid4())):
        with pytest.raises(Fault) as e:
            c.call(op, arg('listName', name) + ('' if callable(more) else more))
        assert e.value.code is None and '32 digits with 4 dashes' in e.value.text


def test_the_other_operations_answer(client):
    """R288, R340, R356, R581, R389, R405, R782, R761, R1591 to R1593, R1611, R1613, R1793, R1795, R1646, R1648, R1668, R1671, R1966, R1968,
    R1948, R1950"""
    docs = [{k: v.split(';#')[-1] for k, v in d.items()} for d in
            client.items('Shared Documents', fields=['FileRef', 'FSObjType'], limit=0)]
    page = arg('pageUrl', 'http://127.0.0.1:%d/%s' % (client.port, next(d['FileRef'] for d in docs if d['FSObjType'] == '0')))
    for op, inner in (('AddAttachment', arg('listName', 'Tasks') + arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', 'YQ==')),
                      ('AddList', arg('listName', 'a') + arg('templateID', 100)), ('AddListFromFeature', arg('listName', 'b') + arg('templateID', 100)),
                      ('GetListCollection', ''), ('CheckOutFile', page + arg('checkoutToLocal', 'false')),
                      ('CheckInFile', page + arg('comment', '') + arg('CheckinType', '1')), ('UndoCheckOut', page),
                      ('GetVersionCollection', arg('strlistID', 'Tasks') + arg('strlistItemID', 1) + arg('strFieldName', 'Title'))):
        r = client.call(op, inner)
        assert [x.tag for x in r] == [SP + op + 'Result']


# those that 2007 has, as the others do; what came later
SUPPORTED = {
    'AddDiscussionBoardItem': (12, 'R3101'),
    'AddListFromFeature': (12, 'R3521'), 'ApplyContentTypeToList': (12, 'R16231'), 'CheckInFile': (12, 'R16381'),
    'CheckOutFile': (12, 'R16611'), 'CreateContentType': (12, 'R16801'), 'DeleteContentType': (12, 'R4801'),
    'DeleteContentTypeXmlDocument': (12, 'R4971'), 'GetListContentType': (12, 'R5861'), 'GetListContentTypes': (12, 'R6101'),
    'GetListContentTypesAndProperties': (14, 'R2230 R1020'), 'GetListItemChangesSinceToken': (12, 'R6501'),
    'GetVersionCollection': (12, 'R7571'), 'UndoCheckOut': (12, 'R7781'), 'UpdateContentType': (12, 'R7921'),
    'UpdateContentTypesXmlDocument': (12, 'R8351'), 'UpdateContentTypeXmlDocument': (12, 'R8581'),
    'GetListItemChangesWithKnowledge': (14, 'R24881'), 'UpdateListItemsWithKnowledge': (14, 'R25151'),
}


def test_operations_of_each_product(any_version):
    """One that a product lacks is a client's fault; one that it has answers, if only that something is missing."""
    for op, (first, _) in SUPPORTED.items():
        try:
            any_version.call(op)
            fault = ''
        except Fault as e:
            fault = e.faultcode
        assert fault.endswith('Client') == (any_version.version < first), op
    wsdl = any_version.request('GET', '/sites/team/_vti_bin/Lists.asmx?WSDL').text
    assert all(('operation name="%s"' % op in wsdl) == (any_version.version >= first) for op, (first, _) in SUPPORTED.items())


# attribute of List: product that has it first, the requirements that earlier ones have it not and later ones have
SINCE = {
    'HasExternalDataSource': (14, 'R2396'), 'EnablePeopleSelector': (14, 'R2398'), 'EnableResourceSelector': (14, 'R2400'),
    'ExcludeFromOfflineClient': (14, 'R2402'), 'EnableFolderCreation': (14, 'R2404'), 'IrmEnabled': (14, 'R2406'),
    'IsApplicationList': (14, 'R2408'), 'PreserveEmptyValues': (14, 'R2410'), 'StrictTypeCoercion': (14, 'R2412'),
    'MaxItemsPerThrottledOperation': (14, 'R2414 R2384 R1407'), 'EnforceDataValidation': (14, 'R2416'), 'Followable': (15, 'R5417'),
    'Acl': (16, 'R542000101 R542000102'), 'Flags2': (16, 'R542000201 R542000202'), 'RootFolderId': (16, 'R542000901 R542000902'),
    'IrmSyncable': (16, 'R542001001 R542001002'),
}


@pytest.mark.parametrize('version', ['12', '14', '15', '16', '2019', 'SE'])
def test_attributes_of_each_product(start, version):
    """R2418, R2420, R2422: 2007 has no Validation."""
    c = start('--server-version', version).client()
    number = int(version) if version.isdigit() and int(version) < 16 else 16
    for l in (c.lists()['Tasks'], c.get_list('Tasks')):
        for name, (first, _) in SINCE.items():
            assert (l.get(name) is not None) == (number >= first), name
    if number >= 14:
        assert l.get('MaxItemsPerThrottledOperation') == '5000'
    else:
        assert l.find(SP + 'Validation') is None and l.find(SP + 'ValidationDisplayNames') is None


def test_attributes_of_a_list(start):
    """R1352, R2236, R1353, R1354, R1360, R1361, R1362, R1363, R121, R141, R144, R1387, R2238, R2239, R2240, R152, R154, R155, R157, R158,
    R50, R1350, R5420003, R5420004, R1375, R1349, R1359, R52, R1351, R1381, R1429, R1430, R1428, R14160, R22490"""
    c = start('--site', '/sites/team', '--site', '/sites/x').client()
    for title in c.lists():
        l = c.get_list(title)
        assert re.fullmatch(r'\{[0-9A-F-]{36}\}', l.get('ID')) and uuid.UUID(l.get('ID')) and l.get('Title') == title
        assert all(re.fullmatch(r'\d{8} \d\d:\d\d:\d\d', l.get(n)) for n in ('Created', 'Modified', 'LastDeleted'))
        assert l.get('Direction') in ('none', 'ltr', 'rtl') and l.get('ReadSecurity') in '12' and l.get('WriteSecurity') in '124'
        assert l.get('WebFullUrl') == '/sites/team' and l.get('RootFolder').startswith('/sites/team/')
        assert all(uuid.UUID(l.get(n)) is not None for n in ('FeatureId', 'WebId', 'ScopeId'))
        assert l.get('Flags2') == '0' and l.get('DefaultViewUrl').startswith('/sites/team/')
        assert l.get('BaseType') in ('0', '1', '4', '5') and l.get('MobileDefaultViewUrl') is not None
        assert (l.get('DocTemplateUrl') != '') == (title == 'Shared Documents' or 'Gallery' in title), title
        if '_catalogs' in l.get('RootFolder'):
            assert l.get('FeatureId').strip('{}') == str(uuid.UUID(int=0)) and l.get('Hidden') == 'True' and l.get('AllowDeletion') == 'False'
        else:
            assert l.get('Hidden') == 'False' and l.get('AllowDeletion') == 'True'
        server = l.find(SP + 'ServerSettings')
        assert server.findtext(SP + 'ServerRelativeUrl') == '/sites/team' and server.findtext(SP + 'RecycleBinEnabled') == 'True'
        assert re.fullmatch(r'16\.\d+\.\d+\.\d+', server.findtext(SP + 'ServerVersion'))
        assert len(l.find(SP + 'Fields')) > 10
    l = c.get_list('Tasks')
    people = {r['ID'] for r in c.items('UserInfo', fields=['ID'], limit=0)}
    assert l.get('Author') in people and l.get('Description') and l.get('ServerTemplate') == '107'
    assert c.get_list('Links').get('Ordered') == 'True' and l.get('Ordered') == 'False'
    c.do('set Tasks EnableModeration=True')
    l = c.get_list('Tasks')
    assert l.get('EnableModeration') == 'True' and l.get('EnableAttachments') == 'True'
    assert c.get_list('Shared Documents').get('EnableAttachments') == 'False'
    other = c.get_list('Links')
    assert other.get('WebId') == l.get('WebId') and l.get('WebId') != start('--site', '/sites/y').client('/sites/y').get_list('Tasks').get('WebId')


# attribute of List that says what is so when it was made so
SETTABLE = {
    'ExcludeFromOfflineClient': 'R2388 R1401', 'EnableFolderCreation': 'R14021 R1402', 'IrmEnabled': 'R14031 R1403',
    'IsApplicationList': 'R2387 R1404', 'PreserveEmptyValues': 'R2386 R1405', 'StrictTypeCoercion': 'R2385',
    'EnableResourceSelector': 'R2389 R1399', 'EnablePeopleSelector': 'R2390 R1398', 'HasExternalDataSource': 'R2391 R1397',
}


@pytest.mark.parametrize('name', SETTABLE)
def test_attributes_that_can_be_set(client, name):
    usual = client.get_list('Tasks').get(name)
    other = {'True': 'False', 'False': 'True'}[usual]
    client.do('set Tasks %s=%s' % (name, other))
    assert client.get_list('Tasks').get(name) == client.lists()['Tasks'].get(name) == other
    client.do('set Tasks %s=%s' % (name, usual))
    assert client.get_list('Tasks').get(name) == usual and client.get_list('Links').get(name) in ('True', 'False')


# ---- rows ---------------------------------------------------------------------------------------

READERS = ['GetListItems', 'GetListItemChanges', 'GetListItemChangesSinceToken', 'GetListItemChangesWithKnowledge']


@pytest.mark.parametrize('op', READERS)
def test_form_of_rows(client, op):
    """The persistence format [MS-PRSTFR] without its schema: R1298 to R1302, R2392, R2255, R2256; R2163, R1857, R1863, R2370; R1936,
    R2330, R2331, R1937, R2369, R1940, R1941; R704, R1906, R2372; R2231, R1141"""
    wanted = '<viewFields><ViewFields><FieldRef Name="Title"/><FieldRef Name="Status"/></ViewFields></viewFields>'
    a = client.post(op, (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><%s xmlns="http://schemas.microsoft.com/sharepoint/soap/">'
        '<listName>Tasks</listName>%s</%s></e:Body></e:Envelope>' % (op, wanted, op)))
    head = re.search('<listitems[^>]*>', a.text).group()
    for ns in ('uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882', 'uuid:C2F41010-65B3-11d1-A29F-00AA00C14882',
               'urn:schemas-microsoft-com:rowset', '#RowsetSchema'):
        assert ns in head
    items = a.xml.find('.//' + SP + 'listitems')
    names = {f.get('Name') for f in client.get_list('Tasks').iter(SP + 'Field')}
    for data in items.findall(RS + 'data'):
        assert {r.tag for r in data} == {Z + 'row'} and data.get('ItemCount') == str(len(data)) != '0'
        for r in data:
            assert all(k.startswith('ows_') and k[4:].split('_vti')[0] in names for k in r.attrib), r.attrib
    assert not [e for e in items.iter() if e.tag.endswith('}schema')]


@pytest.mark.parametrize('op', READERS)
def test_fields_that_are_asked_for(client, op):
    """R640, R639, R641, R1864; R740, R742, R743, R2333, R1938; R1907; R40, R44, R2127, R2129, R46, R742001001"""
    def names(fields, properties=''):
        inner = arg('listName', 'Contacts') + ('<viewFields>%s</viewFields>' % fields if fields is not None else '')
        return set().union(*rows(client.call(op, inner).find('.//' + RS + 'data')))

    plain = names('<ViewFields><FieldRef Name="FirstName"/><FieldRef Name="NoSuchField"/></ViewFields>')
    assert 'FirstName' in plain and 'WorkPhone' not in plain and 'NoSuchField' not in plain and 'ID' in plain
    assert {'WorkPhone', 'Email'} <= names(None) and 'HomeAddressCity' not in names(None)
    with_properties = names('<ViewFields Properties="TRUE"><FieldRef Name="MetaInfo"/></ViewFields>')
    assert 'MetaInfo_Categories' in with_properties and 'MetaInfo' not in with_properties


@pytest.mark.parametrize('op', ['GetListItems', 'GetListItemChangesSinceToken', 'GetListItemChangesWithKnowledge'])
def test_row_limits(client, op):
    """R677, R2220, R22201, R22202; R746, R1929, R1106, R745, R1250, R1252, R1253, R1251: pages follow one another"""
    def page(limit, position=''):
        paging = '<Paging ListItemCollectionPositionNext="%s"/>' % position.replace('&', '&amp;') if position is not None else ''
        inner = arg('listName', 'Tasks') + arg('rowLimit', limit) + (
            '<queryOptions><QueryOptions>%s<ViewAttributes Scope="RecursiveAll"/></QueryOptions></queryOptions>' % paging)
        data = client.call(op, inner).find('.//' + RS + 'data')
        return [r['ID'] for r in rows(data)], data.get('ListItemCollectionPositionNext')

    def everything(limit):
        inner = arg('listName', 'Tasks') + limit + '<queryOptions><QueryOptions><ViewAttributes Scope="RecursiveAll"/></QueryOptions></queryOptions>'
        return [r['ID'] for r in rows(client.call(op, inner).find('.//' + RS + 'data'))]

    all_, none = page(0)
    assert everything('') == everything('<rowLimit/>') == all_
    assert none is None and len(all_) > 4
    seen, position = [], None
    while True:
        ids, position = page(2, position)
        assert len(ids) <= 2
        seen += ids
        if not position:
            break
    assert seen == all_ and page(2, '')[0] == all_[:2]
    for wrong in ('-1', 'x', '4294967296'):
        with pytest.raises(Fault):
            page(wrong)


@pytest.mark.parametrize('op', ['GetListItems', 'GetListItemChangesSinceToken', 'GetListItemChangesWithKnowledge'])
def test_query_options(client, op):
    """R1240, R1241, R2252, R1239; R34, R1276 to R1279; R1280, R1281, R1282, R37, R1284; R274, R278, R280, R126801; R1275; R12390"""
    def ask(name, fields, **options):
        inner = arg('listName', name) + '<viewFields><ViewFields>%s</ViewFields></viewFields>' % ''.join(
            '<FieldRef Name="%s"/>' % f for f in fields)
        scope = '<ViewAttributes Scope="%s"/>' % options.pop('scope', 'RecursiveAll')
        inner += '<queryOptions><QueryOptions>%s%s</QueryOptions></queryOptions>' % (scope, ''.join(arg(k, v) for k, v in options.items()))
        return rows(client.call(op, inner))

    assert all(re.fullmatch(r'[\d-]{10} [\d:]{8}', r['Created']) for r in ask('Tasks', ['Created']))
    assert all(re.fullmatch(r'[\d-]{10} [\d:]{8}', r['Created']) for r in ask('Tasks', ['Created'], DateInUtc='FALSE'))
    assert all(re.fullmatch(r'[\d-]{10}T[\d:]{8}Z', r['Created']) for r in ask('Tasks', ['Created'], DateInUtc='TRUE'))
    jane = '12;#Jane Roe'
    assert jane in [r['Author'] for r in ask('Tasks', ['Author'])]
    assert jane in [r['Author'] for r in ask('Tasks', ['Author'], ExpandUserField='FALSE')]
    assert jane + ',#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe' in [r['Author'] for r in ask('Tasks', ['Author'], ExpandUserField='TRUE')]

    def attachments(**options):
        return {r['ID']: r['Attachments'] for r in ask('Tasks', ['ID', 'Attachments'], **options)}

    assert attachments()['3'] == attachments(IncludeAttachmentUrls='FALSE')['3'] == '1' and attachments()['1'] == '0'
    plain = attachments(IncludeAttachmentUrls='TRUE')
    assert re.fullmatch(';#http://[^;]*a.pdf;#', plain['3']) and plain['1'] == '0'
    assert attachments(IncludeAttachmentUrls='TRUE', IncludeAttachmentVersion='FALSE') == plain
    assert re.fullmatch(r';#http://[^;]*a.pdf;#\{[0-9A-F-]{36}\},\d+;#',
                        attachments(IncludeAttachmentUrls='TRUE', IncludeAttachmentVersion='TRUE')['3'])
    kinds = {s: {r['FSObjType'].split('#')[1] for r in ask('Shared Documents', ['FSObjType'], scope=s)}
             for s in ('', 'FilesOnly', 'Recursive', 'RecursiveAll')}
    assert kinds == {'': {'0', '1'}, 'FilesOnly': {'0'}, 'Recursive': {'0'}, 'RecursiveAll': {'0', '1'}}
    assert len(ask('Shared Documents', ['ID'])) > len(ask('Shared Documents', ['ID'], scope='Recursive'))
    assert len(ask('Shared Documents', ['ID'], scope='Recursive')) > len(ask('Shared Documents', ['ID'], scope='FilesOnly'))


DEFAULTS = [('<Folder></Folder>', 'R1247'), ('<IncludeMandatoryColumns>TRUE</IncludeMandatoryColumns>', 'R1257'),
            ('<ViewAttributes/>', 'R1268'), ('<RecurrencePatternXMLVersion></RecurrencePatternXMLVersion>', 'R1270'),
            ('<RecurrenceOrderBy>FALSE</RecurrenceOrderBy>', 'R1273'), ('<OptimizeLookups>FALSE</OptimizeLookups>', 'R3002'),
            ('<IncludePermissions>FALSE</IncludePermissions>', 'R1275'), ('<DateInUtc>FALSE</DateInUtc>', 'R2252')]


@pytest.mark.parametrize('op', ['GetListItems', 'GetListItemChangesSinceToken', 'GetListItemChangesWithKnowledge'])
@pytest.mark.parametrize('option, ids', DEFAULTS, ids=[d[1] for d in DEFAULTS])
def test_defaults_of_options(client, op, option, ids):
    """What is said is as if it was not said."""
    def ask(text):
        return rows(client.call(op, arg('listName', 'Calendar') + '<viewFields><ViewFields><FieldRef Name="RecurrenceData"/><FieldRef Name="Created"/>'
                                '</ViewFields></viewFields><queryOptions><QueryOptions>%s</QueryOptions></queryOptions>' % text))

    assert ask(option) == ask('') != []


# ---- batches ------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize('op', ['UpdateListItems', 'UpdateListItemsWithKnowledge'])


def send(c, op, *methods, name='Tasks', **batch):
    attributes = ''.join(' %s="%s"' % (k, v) for k, v in batch.items())
    r = c.call(op, '%s<updates><Batch%s>%s</Batch></updates>' % (arg('listName', name), attributes, ''.join(methods)))
    return [Result(x) for x in r.iter(SP + 'Result')]


@BOTH
def test_results_of_a_batch(client, op):
    """R2115, R967, R2117, R2366, R968, R962, R923, R926, R931, R941, R2075, R2099, R921; R2322, R2323, R2324, R2356, R2367, R2325, R2317, R2350,
    R2355, R1168; R2092, R2093, R2094, R20921, R20931, R20941, R929, R933; R972, R2326; R2120, R2327; R975, R2328"""
    one, two, three, four, five = send(
        client, op, method('a', 'New', Title='x', Status='Completed'), method('b', 'Update', 2, Title='y'), method('c', 'Delete', 3),
        method('d', 'Update', 999, Title='z'), method('e', 'Update', 4, PercentComplete='many'))
    assert [r.id for r in (one, two, three, four, five)] == ['a,New', 'b,Update', 'c,Delete', 'd,Update', 'e,Update']
    assert one.element.findtext(SP + 'ErrorCode') == two.element.findtext(SP + 'ErrorCode') == '0x00000000'
    assert one.row['Title'] == 'x' and one.row['Status'] == 'Completed' and two.row['Title'] == 'y'
    assert three.code == 0 and three.row is None and all(r.text is None for r in (one, two, three))
    assert four.code == 0x81020016 and four.text and four.row is None
    assert five.code != 0 and re.fullmatch('0x[0-9a-f]{8}', five.element.findtext(SP + 'ErrorCode')) and five.text
    assert five.row['ID'] == '4' and five.row['owshiddenversion'] == '1'
    titles = {r['ID']: r.get('Title') for r in client.items('Tasks', fields=['Title', 'ID'], limit=0)}
    assert titles[one.row['ID']] == 'x' and titles['2'] == 'y' and '3' not in titles


@BOTH
def test_batch_on_error(client, op):
    """R2078, R2361, R4007, R4009, R2112, R1506, R1507; R2342, R2362, R2343, R2313, R2314, R2315, R2316, R4008, R4010"""
    failing = method(1, 'Delete', 999)
    after = [method(2, 'New', Title='after'), method(3, 'New', Title='after')]
    assert [r.code for r in send(client, op, failing, *after, OnError='Return')] == [0x81020016, 0x800704c7, 0x800704c7]
    for batch in ({'OnError': 'Continue'}, {}):
        assert [r.code for r in send(client, op, failing, *after, **batch)] == [0x81020016, 0, 0]
    assert len(client.titles('Tasks', '<Where><Eq><FieldRef Name="Title"/><Value Type="Text">after</Value></Eq></Where>')) == 4


@BOTH
def test_batch_attributes_without_effect(client, op):
    """R2340, R918, R2294, R2344; R2085, R2349: LockSchema defaults to FALSE; R920, R2348: what TRUE does"""
    def values(**batch):
        r = send(client, op, method(1, 'Update', 2, Title='same'), **batch)[0]
        return r.code, {k: v for k, v in r.row.items() if k not in (
            'owshiddenversion', 'Modified', 'Last_x0020_Modified', 'MetaInfo', '_UIVersion', '_UIVersionString')}

    plain = values()
    for batch in ({'Version': '6.0.2.5608'}, {'Version': 'x'}, {'PreCalc': 'TRUE'}, {'PreCalc': 'x'}, {'ListVersion': '999'},
                  {'ListVersion': '999', 'LockSchema': 'FALSE'}, {'ListVersion': 'x', 'LockSchema': 'TRUE'}):
        assert values(**batch) == plain, batch
    with pytest.raises(Fault) as e:
        values(ListVersion='999', LockSchema='TRUE')
    assert e.value.code == 0x80070666
    assert values(ListVersion=client.get_list('Tasks').get('Version'), LockSchema='TRUE') == plain


@BOTH
def test_batch_dates(client, op):
    """R2083, R2363, R2364, R2307; R2345, R2365, R2346"""
    def make(time, **batch):
        event = method(1, 'New', Title='x', EventDate=time, EndDate=time)
        return send(client, op, event, name='Calendar', **batch)[0].row

    utc = make('2026-07-01T10:00:00Z', DateInUtc='TRUE')
    assert utc['Created'].endswith('Z') and utc['EventDate'] == '2026-07-01T10:00:00Z'
    for batch in ({'DateInUtc': 'FALSE'}, {}):
        local = make('2026-07-01 10:00:00', **batch)
        assert 'Z' not in local['Created'] and local['EventDate'] == '2026-07-01 10:00:00'


@BOTH
def test_batch_properties(client, op):
    """R2084, R2347: as fields of their own when Properties is TRUE"""
    new = method(1, 'New', Title='x', bag={'p': 'v'})
    assert send(client, op, new, Properties='TRUE')[0].row['MetaInfo_p'] == 'v'
    assert 'MetaInfo_p' not in send(client, op, new, Properties='FALSE')[0].row and 'MetaInfo_p' not in send(client, op, new)[0].row


@BOTH
def test_batch_new_and_update(client, op):
    """R2351: any ID makes a new item; R2290, R2352, R932, R2353: fields that are not sent keep what they have, or their usual value;
    R943, R2357: special fields are not set"""
    for id_ in ('New', '1', '77777'):
        made = send(client, op, '<Method ID="1" Cmd="New"><Field Name="ID">%s</Field><Field Name="Title">n</Field></Method>' % id_)[0].row
        assert made['ID'] not in ('1', '77777') and made['Title'] == 'n' and made['owshiddenversion'] == '1'
        assert made['Status'] == 'Not Started' and 'DueDate' not in made
    id_ = send(client, op, method(1, 'New', Title='t', Status='Completed'))[0].row['ID']
    updated = send(client, op, method(1, 'Update', id_, Title='u'))[0].row
    assert updated['Title'] == 'u' and updated['Status'] == 'Completed' and updated['ID'] == id_
    assert updated['owshiddenversion'] == '2'


@BOTH
def test_batch_versions(client, op):
    """R945, R2358; R949, R2359; R953, R2360, R973; R2114, R2318, R964, R2320, R963"""
    assert send(client, op, method(1, 'Update', 2, Title='any'))[0].code == 0
    guid = client.lists()['Tasks'].get('ID')
    right = send(client, op, method(1, 'Update', 2, 2, Title='right'))[0]
    assert right.code == 0 and right.row['owshiddenversion'] == '3'
    assert (right.element.get('List'), right.element.get('Version')) == (guid, '3')
    wrong = send(client, op, method(1, 'Update', 2, 1, Title='wrong'))[0]
    assert wrong.code == 0x81020015 and wrong.row['Title'] == 'right'
    assert (wrong.element.get('List'), wrong.element.get('Version')) == (guid, '2')


@BOTH
def test_batch_moderates(client, op):
    """R2095, R20951, R934, R935: only where the list has it, and the item is said"""
    ask = method(1, 'Moderate', 2, _ModerationStatus='1', _ModerationComments='no')
    before = client.items('Tasks', fields=['_ModerationStatus'], limit=0)
    assert send(client, op, ask)[0].code != 0
    assert client.items('Tasks', fields=['_ModerationStatus'], limit=0) == before
    client.do('set Tasks EnableModeration=True')
    done = send(client, op, ask)[0]
    assert done.code == 0 and done.row['_ModerationStatus'] == '1'
    assert send(client, op, '<Method ID="1" Cmd="Moderate"><Field Name="_ModerationStatus">0</Field></Method>')[0].code != 0


@BOTH
def test_batch_moves(client, op):
    """R924, R2096, R2097, R2098, R20961, R20962"""
    docs = client.items('Shared Documents', fields=['FileRef', 'FileDirRef', 'FileLeafRef', 'FSObjType', 'ID'], limit=0)
    docs = [{k: v.split(';#')[-1] for k, v in d.items()} for d in docs]
    folder = next(d for d in docs if d['FSObjType'] == '1')
    file = next(d for d in docs if d['FSObjType'] == '0' and d['FileDirRef'] != folder['FileRef'])
    to = '%s/moved' % folder['FileRef']
    for wrong in (method(1, 'Move', file['ID']), method(1, 'Move', 999, MoveNewUrl='http://x/' + to),
                  '<Method ID="1" Cmd="Move"><Field Name="MoveNewUrl">http://x/%s</Field></Method>' % escape(to)):
        assert send(client, op, wrong, name='Shared Documents')[0].code != 0
    moved = send(client, op, method(1, 'Move', file['ID'], MoveNewUrl='http://x/' + to), name='Shared Documents')[0]
    assert moved.code == 0 and moved.row['FileRef'].endswith(';#' + to)


def test_2007_moves_nothing(start):
    """R2513"""
    c = start('--server-version', '12').client()
    assert send(c, 'UpdateListItems', method(1, 'Move', 1, MoveNewUrl='http://x/sites/team/Shared Documents/y'), name='Shared Documents')[0].code != 0


# ---- faults -------------------------------------------------------------------------------------

TASKS = arg('listName', 'Tasks')
VERSIONS = arg('strlistID', 'Tasks') + arg('strFieldName', 'Title')
NO_VIEW = arg('viewName', '{01234567-89AB-CDEF-0123-456789ABCDEF}')
FAULTS = [
    # request, code (None: without one), requirements
    ('AddAttachment', TASKS + arg('listItemID', 999) + arg('fileName', 'a') + arg('attachment', 'YQ=='), None, 'R296 R1551'),
    ('AddAttachment', TASKS + arg('listItemID', 3) + arg('fileName', 'a.pdf') + arg('attachment', 'YQ=='), 0x81020067, 'R1552'),
    ('AddAttachment', TASKS + arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', '!'), None, 'R298'),
    ('AddAttachment', TASKS + arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', ''), 0x8007000d, 'R299'),
    ('AddAttachment', TASKS + arg('fileName', 'a') + arg('attachment', 'YQ=='), 0x82000001, 'R300'),
    ('AddAttachment', TASKS + arg('listItemID', 1) + arg('fileName', 'a'), None, 'R1554'),
    ('AddAttachment', TASKS + arg('listItemID', 1) + arg('attachment', 'YQ=='), 0x81020073, 'R3011'),
    ('DeleteAttachment', TASKS + arg('listItemID', 999) + arg('url', 'http://x/y'), None, 'R465001 R465002 R470'),
    ('DeleteAttachment', TASKS + arg('url', 'http://x/y'), 0x82000001, 'R1700 R479'),
    ('DeleteAttachment', TASKS + arg('listItemID', 3) + arg('url', 'http://x/y'), 0x82000001, 'R471 R1701'),
    ('GetAttachmentCollection', TASKS + arg('listItemID', -1), 0x81020014, 'R3037 R30372'),
    ('GetAttachmentCollection', TASKS + arg('listItemID', 999), None, 'R538 R1748 R549'),
    ('GetAttachmentCollection', TASKS, 0x82000001, 'R540'),
    ('GetAttachmentCollection', arg('listItemID', 1), None, 'R541'),
    ('DeleteAttachment', arg('listItemID', 3) + arg('url', 'http://x/y'), None, 'R3013'),
    ('DeleteAttachment', TASKS + arg('listItemID', 3), None, 'R3013'),
    ('AddListFromFeature', arg('listName', 'x') + arg('templateID', 9999), 0x82000001, 'R3581'),
    ('GetListAndView', TASKS + arg('viewName', 'x'), 0x82000001, 'R3014 R3015'),
    ('GetListAndView', TASKS + NO_VIEW, 0x82000005, 'R1778'),
    ('GetListItems', TASKS + arg('viewName', 'x'), 0x82000001, 'R1912'),
    ('GetListItems', TASKS + NO_VIEW, 0x82000005, 'R1913'),
    ('GetListItemChanges', arg('listName', ''), 0x82000006, 'R3018 R30183'),
    ('GetListItems', arg('listName', '') + arg('viewName', ''), 0x82000006, 'R30193'),
    ('GetVersionCollection', VERSIONS + arg('strlistItemID', -1), 0x81020014, 'R7660 R7662'),
    ('GetVersionCollection', VERSIONS + arg('strlistItemID', 0), None, 'R7664'),
    ('GetVersionCollection', VERSIONS + arg('strlistItemID', 999), None, 'R7666 R777'),
    ('GetVersionCollection', VERSIONS, 0x82000001, 'R3021'),
    ('GetVersionCollection', arg('strlistID', 'Tasks') + arg('strlistItemID', 1) + arg('strFieldName', 'x'), None, 'R1945'),
    ('GetVersionCollection', arg('strlistItemID', 1) + arg('strFieldName', 'Title'), None, 'R1946'),
    ('GetVersionCollection', arg('strlistID', 'x') + arg('strlistItemID', 1) + arg('strFieldName', 'Title'), 0x82000006, 'R2765'),
    ('AddDiscussionBoardItem', TASKS + MAIL, None, 'R319 R1573'),
    ('AddList', arg('listName', 'Tasks') + arg('templateID', 100), 0x81020012, 'R1589'),
    ('AddList', arg('listName', 'x') + arg('templateID', 112), 0x8102003c, 'R1587'),
    ('AddList', arg('listName', 'x') + arg('templateID', 201), 0x8107058a, 'R1588'),
    ('AddListFromFeature', arg('listName', 'Tasks') + arg('templateID', 100), 0x81020012, 'R1608'),
    ('AddListFromFeature', arg('listName', 'x') + arg('templateID', 112), 0x8102003c, 'R1603'),
    ('AddListFromFeature', arg('listName', 'x') + arg('templateID', 100) + arg('featureID', 'x'), None, 'R1604'),
    ('AddListFromFeature', arg('listName', 'x') + arg('templateID', 100) + arg('featureID', '00BFEA71-A83E-497E-9BA0-7A5C597D0107'),
     0x81072101, 'R1606'),
    ('CheckInFile', arg('pageUrl', '') + arg('comment', '') + arg('CheckinType', '1'), 0x82000001, 'R1640'),
    ('CheckInFile', arg('pageUrl', 'x') + arg('comment', '') + arg('CheckinType', '1'), None, 'R1641 R3921'),
    ('CheckInFile', arg('pageUrl', 'http://127.0.0.1/a/b') + arg('comment', '') + arg('CheckinType', '1'), None, 'R1642'),
    ('CheckOutFile', arg('pageUrl', '') + arg('checkoutToLocal', 'false'), 0x82000001, 'R1663'),
    ('CheckOutFile', arg('pageUrl', 'x') + arg('checkoutToLocal', 'false'), None, 'R1664 R4081'),
    ('CheckOutFile', arg('pageUrl', 'http://127.0.0.1/a/b') + arg('checkoutToLocal', 'false'), None, 'R1665'),
    ('UndoCheckOut', arg('pageUrl', ''), 0x82000001, 'R1962'),
    ('UndoCheckOut', arg('pageUrl', 'x'), None, 'R7852'),
    ('UndoCheckOut', arg('pageUrl', 'http://127.0.0.1/a/b'), None, 'R1964'),
    ('ApplyContentTypeToList', TASKS + arg('contentTypeId', '0x01FF'), None, 'R1625 R385'),
    ('DeleteContentType', TASKS + arg('contentTypeId', '0x01FF'), None, 'R496'),
    ('DeleteContentTypeXmlDocument', TASKS + arg('contentTypeId', '0x01FF') + arg('documentUri', 'a'), None, 'R1726 R514'),
    ('GetListContentType', TASKS + arg('contentTypeId', '0x01FF'), None, 'R1805'),
    ('UpdateContentTypesXmlDocument', TASKS + '<newDocument><ContentTypes><ContentType ID="0x01FF"><a xmlns="urn:a"/></ContentType>'
     '</ContentTypes></newDocument>', None, 'R2009'),
    ('UpdateContentTypeXmlDocument', TASKS + arg('contentTypeId', '0x01FF') + TYPE, None, 'R2027 R878'),
    ('UpdateList', TASKS + arg('listVersion', 'x'), None, 'R2040'),
    ('UpdateList', TASKS + arg('listVersion', '4294967296'), None, 'R2041'),
    ('UpdateList', TASKS + arg('listVersion', '999'), 0x81020015, 'R2042 R899 R2060'),
]


@pytest.mark.parametrize('op, inner, code, ids', FAULTS, ids=['%s-%d' % (f[0], n) for n, f in enumerate(FAULTS)])
def test_faults(client, op, inner, code, ids):
    """R7: each by HTTP status 500 and a SOAP fault."""
    with pytest.raises(Fault) as e:
        client.call(op, inner)
    assert (e.value.status, e.value.code) == (500, code) and e.value.text and e.value.faultcode.endswith('Server')
    if 'R1641' in ids or 'R1664' in ids or 'R7852' in ids:
        assert 'Invalid URI: The format of the URI could not be determined' in e.value.text


IN_2007 = [
    ('AddListFromFeature', arg('listName', 'x') + arg('templateID', 9999), 0x81072101, 'R2771'),
    ('GetAttachmentCollection', TASKS + arg('listItemID', -1), 'Value does not fall within the expected range.', 'R30371'),
    ('GetVersionCollection', VERSIONS + arg('strlistItemID', -1), 'Value does not fall within the expected range.', 'R7663'),
    ('GetVersionCollection', VERSIONS + arg('strlistItemID', 0), 'Value does not fall within the expected range.', 'R7665'),
    ('GetVersionCollection', VERSIONS + arg('strlistItemID', 999), 'Value does not fall within the expected range.', 'R7667'),
    ('GetVersionCollection', arg('strlistID', 'x') + arg('strlistItemID', 1) + arg('strFieldName', 'Title'), '32 digits with 4 dashes', 'R2492'),
    ('GetListItemChangesSinceToken', TASKS + arg('changeToken', ''), '', 'R2483'),
    ('UpdateListItems', arg('listName', '') + BATCH, 'Object reference not set to an instance of an object', 'R30231'),
]


@pytest.mark.parametrize('op, inner, text, ids', IN_2007, ids=[f[3] for f in IN_2007])
def test_faults_in_2007(start, op, inner, text, ids):
    """Without a code, and with a text of their own."""
    with pytest.raises(Fault) as e:
        start('--server-version', '12').client().call(op, inner)
    if isinstance(text, int):
        assert e.value.code == text
    else:
        assert e.value.code is None and text in e.value.text


def test_empty_list_names(any_version):
    """R5882, R30183: GetListItemChanges; R5894, R30193: GetListItems, with an empty viewName; by product"""
    for op, inner in (('GetListItemChanges', ''), ('GetListItems', arg('viewName', ''))):
        with pytest.raises(Fault) as e:
            any_version.call(op, arg('listName', '') + inner)
        assert e.value.code == (0x82000006 if any_version.version >= 15 else None), op


def test_page_urls_in_2007(start):
    """R3922, R4082, R7851: no fault"""
    c = start('--server-version', '12').client()
    for op, more in (('CheckInFile', arg('comment', '') + arg('CheckinType', '1')), ('CheckOutFile', arg('checkoutToLocal', 'false')),
                     ('UndoCheckOut', '')):
        assert c.call(op, arg('pageUrl', 'x') + more).findtext(SP + op + 'Result') == 'false'


# ---- content types and lists ------------------------------------------------------------------------

def change_type(c, id_, inner):
    return c.call('UpdateContentType', TASKS + arg('contentTypeId', id_) + inner).find('.//' + SP + 'Results')


def test_results_of_a_content_type(client):
    """R805, R1977001, R831, R2273, R2274, R2275, R1995, R1998, R1999, R2001, R2003, R2004, R199801; R1227 to R1230, R1310, R1311, R1313,
    R1218, R1219, R1305, R1306"""
    id_ = type_id(client, 'Tasks')
    fields = {f.get('Name'): f.get('ID') for f in client.get_list('Tasks').iter(SP + 'Field')}
    one = '<Fields><Method ID="%s"><Field %s/></Method></Fields>'
    r = change_type(client, id_, '<deleteFields>%s</deleteFields>' % (one % ('d', 'Name="Nothing"')))
    m = r.find(SP + 'Method')
    assert m.get('ID') == 'd' and m.findtext(SP + 'ErrorCode') == '0x82000007' and m.findtext(SP + 'ErrorText')
    r = change_type(client, id_, '<contentTypeProperties><ContentType Group="g" Description="d"/></contentTypeProperties><newFields>%s</newFields>'
                    '<updateFields>%s</updateFields><deleteFields>%s</deleteFields>' % (
                        one % ('n', 'ID="%s"' % fields['Author']), one % ('u', 'Name="Title" DisplayName="T"'), one % ('d', 'ID="%s"' % fields['Body'])))
    assert {m.get('ID'): m.findtext(SP + 'ErrorCode') for m in r.iter(SP + 'Method')} == dict.fromkeys('nud', '0x00000000')
    p = r.find(SP + 'ListProperties')
    assert (p.get('Description'), p.get('Group'), p.get('ID'), p.get('Name'), p.get('Version')) == ('d', 'g', id_, 'Task', '2')
    got = client.call('GetListContentType', TASKS + arg('contentTypeId', id_)).find('.//' + SP + 'ContentType')
    names = {f.get('Name'): f.get('DisplayName') for f in got.find(SP + 'Fields')}
    assert 'Author' in names and 'Body' not in names and names['Title'] == 'T'


def test_what_a_failed_update_did_before_stays(client):
    """R807, R808, R809, R811, R812, R813, R814: a Response with 0x82000007, and each other method is done"""
    id_ = type_id(client, 'Tasks')
    one = '<Fields><Method ID="1"><Field Name="%s" DisplayName="x"/></Method></Fields>'
    for deleted, param in (('Body', 'newFields'), ('DueDate', 'updateFields')):
        r = change_type(client, id_, '<newFields>%s</newFields>' % (one % 'Author') * (param == 'updateFields') + '<%s>%s</%s>' % (
            param, one % 'Nothing', param) + '<deleteFields>%s</deleteFields>' % (one % deleted))
        assert '0x82000007' in [c.text for c in r.iter(SP + 'ErrorCode')] and '0x00000000' in [c.text for c in r.iter(SP + 'ErrorCode')]
    got = client.call('GetListContentType', TASKS + arg('contentTypeId', id_)).find('.//' + SP + 'ContentType')
    names = {f.get('Name') for f in got.find(SP + 'Fields')}
    assert not names & {'Body', 'DueDate'} and 'Author' in names


@pytest.mark.parametrize('value, shown', [('TRUE', 'TRUE'), ('true', 'FALSE'), ('1', 'FALSE'), ('', 'FALSE'), ('FALSE', 'FALSE')])
def test_only_TRUE_is_true(client, value, shown):
    """R12, R13 (Hidden), R26, R27 (ReadOnly), R47, R48 (RequireClientRenderingOnNew)"""
    id_ = type_id(client, 'Tasks')
    change_type(client, id_, '<contentTypeProperties><ContentType RequireClientRenderingOnNew="%s"/></contentTypeProperties><updateFields>'
                '<Fields><Method ID="1"><Field Name="Title" Hidden="%s" ReadOnly="%s"/></Method></Fields></updateFields>' % ((value,) * 3))
    got = client.call('GetListContentType', TASKS + arg('contentTypeId', id_)).find('.//' + SP + 'ContentType')
    title = next(f for f in got.find(SP + 'Fields') if f.get('Name') == 'Title')
    assert (title.get('Hidden'), title.get('ReadOnly'), got.get('RequireClientRenderingOnNew')) == (shown,) * 3


def test_properties_of_a_site_when_asked(client):
    """R1054, R1074, R1076, R1061 to R1065, R1068, R1069, R1053"""
    def ask(*more):
        return client.call('GetListContentTypesAndProperties', TASKS + ''.join(more))

    def keys(r):
        return {p.get('Key') for p in r.iter(SP + 'Property')}

    without = ask(arg('includeWebProperties', 'false'))
    with_ = ask(arg('includeWebProperties', 'true'))
    assert keys(without) < keys(with_) and all(p.get('Value') is not None for p in with_.iter(SP + 'Property'))
    assert keys(ask(arg('includeWebProperties', 'true'), arg('propertyPrefix', 'vti_web'))) == {k for k in keys(with_) if k.startswith('vti_web')}
    id_ = type_id(client, 'Tasks')
    types = list(ask(arg('contentTypeId', id_)).iter(SP + 'ContentType'))
    for t in types:
        assert t.get('Name') and t.get('ID').startswith('0x01') and t.get('Description') and t.get('Scope').startswith('http://') and t.get('Version') == '0'
    assert [t.get('ID') for t in types if t.get('BestMatch') == 'TRUE'] == [id_]


@pytest.mark.parametrize('document', ['<x xmlns="urn:x"/>', '<ContentTypes xmlns=""/>', '<ContentTypes><Other/></ContentTypes>', ''])
def test_other_xml_is_passed_over(client, document):
    """R853, R854, R2283"""
    before = client.call('GetListContentTypes', TASKS)
    r = client.call('UpdateContentTypesXmlDocument', TASKS + '<newDocument>%s</newDocument>' % document)
    assert r.find(SP + 'UpdateContentTypesXmlDocumentResult') is not None
    after = client.call('GetListContentTypes', TASKS)
    assert [t.attrib for t in before.iter(SP + 'ContentType')] == [t.attrib for t in after.iter(SP + 'ContentType')]


def test_results_of_fields_of_a_list(client):
    """R1448, R1449, R2250, R1454, R1455, R2064, R2065, R2066, R1459; R267, R267001: AddToView that is no GUID means the default view"""
    r = client.call('UpdateList', TASKS + '<newFields><Fields><Method ID="1" AddToView="x"><Field Type="Text" DisplayName="A"/></Method>'
                    '<Method ID="2"><Field Type="Nonsense" DisplayName="B"/></Method></Fields></newFields><updateFields><Fields><Method ID="3">'
                    '<Field Name="Body" Type="Note" DisplayName="Text"/></Method></Fields></updateFields><deleteFields><Fields><Method ID="4">'
                    '<Field Name="Nothing"/></Method></Fields></deleteFields>')
    codes = {m.get('ID').split(',')[0]: m.findtext(SP + 'ErrorCode') for m in r.iter(SP + 'Method')}
    assert codes['1'] == codes['3'] == '0x00000000' and codes['2'] != '0x00000000' and codes['4'] != '0x00000000'
    assert all(re.fullmatch('0x[0-9a-f]{8}', code) for code in codes.values())
    assert [r.find('.//' + SP + n) is not None for n in ('NewFields', 'UpdateFields', 'DeleteFields')] == [True] * 3
    view = [f.get('Name') for f in client.call('GetListAndView', TASKS).iter(SP + 'FieldRef')]
    assert 'A' in view


def test_limits_and_tokens_of_a_sync(client):
    """R716, R717, R7151, R7082, R705, R711, R1903, R11462, R1146; R3032; R665, R693; R2281, R672, R2280; R4006"""
    first = client.sync('Tasks')
    assert first.list is not None and len(first.rows) == int(first.list.get('ItemCount'))
    a = first.listitems.attrib
    assert (a['MinTimeBetweenSyncs'], a['MaxBulkDocumentSyncSize'], a['MaxRecommendedEmbeddedFileSize']) == ('0', '500', '500')
    assert client.sync('Tasks', '').token == first.token and client.sync('Tasks', first.token).list is None
    client.do('add-field Tasks Extra Text')
    assert client.sync('Tasks', first.token).list is not None
    for view in ('', 'x', '{01234567-89AB-CDEF-0123-456789ABCDEF}'):
        assert client.sync('Tasks', fields=['Title'], extra=arg('viewName', view)).rows == client.sync('Tasks', fields=['Title']).rows


def test_rows_of_sites_and_views(client):
    """R738, R739, R747, R1930"""
    assert client.items('UserInfo', limit=0) == client.items('User Information List', limit=0)
    view = arg('viewName', client.call('GetListAndView', TASKS).find('.//' + SP + 'View').get('Name'))
    limited = client.items('Tasks', fields=['Status'], limit=1, extra=view)
    assert len(limited) == 1 and 'LinkTitle' not in limited[0] and 'Status' in limited[0]
