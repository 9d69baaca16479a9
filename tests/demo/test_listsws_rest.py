"""Requirements of [MS-LISTSWS] that are said in passing: what an attribute means, what an option does, what old products lack."""
import base64
import re
import time
import uuid

import pytest

from conftest import RS, SP, Fault, arg, escape, field, method, rows, view_fields

TASKS = arg('listName', 'Tasks')
MAIL = arg('message', base64.b64encode(b'Message-id: <a@b>\r\nThread-index: %s\r\nSubject: a\r\n\r\na\r\n' % base64.b64encode(bytes(22))).decode())


def props(c, name, attributes):
    c.call('UpdateList', arg('listName', name) + '<listProperties><List %s/></listProperties>' % attributes)
    return c.get_list(name)


# ---- a list ---------------------------------------------------------------------------------------

BITS = {'Ordered': 0x1, 'MultipleDataList': 0x20, 'EnableVersioning': 0x80, 'Hidden': 0x100, 'EnableModeration': 0x400,
        'RequireCheckout': 0x40000, 'EnableMinorVersion': 0x80000, 'EnableAttachments': -0x8, 'AllowDeletion': -0x4,
        'EnableFolderCreation': -0x20000000}


def test_flags_of_a_list(client):
    """R125, R156, R160, R162, R2154, R2155: each bit says what the attribute of its meaning says, there and back; the bits of libraries,
    surveys, issues, galleries and of lists whose columns were changed; no bit that "MUST be ignored" or is not to be returned."""
    def flags(l):
        return int(l.get('Flags'))

    for name, bit in BITS.items():
        for value in ('True', 'False'):
            client.do('set Links %s=%s' % (name, value))
            l = client.get_list('Links')
            assert l.get(name) == value and bool(flags(l) & abs(bit)) == ((value == 'True') == (bit > 0)), (name, value)
    lists = client.lists()
    assert all(flags(lists[t]) & 0x8 and lists[t].get('EnableAttachments') == 'False' for t in ('Shared Documents', 'List Template Gallery'))
    assert flags(lists['List Template Gallery']) & 0x114 == 0x114 and not flags(lists['Tasks']) & 0x114
    made = client.call('AddList', arg('listName', 'S') + arg('templateID', 102)).find('.//' + SP + 'List')
    assert flags(made) & 0x8 and not flags(made) & 0x800
    assert flags(props(client, 'S', 'AllowMultiResponses="TRUE"')) & 0x800
    made = client.call('AddList', arg('listName', 'I') + arg('templateID', 1100)).find('.//' + SP + 'List')
    assert not flags(made) & 0x40 and flags(made) & 0x80 and not flags(made) & 0x800000
    assert flags(props(client, 'I', 'EnableAssignToEmail="TRUE"')) & 0x40
    client.do('add-field I Extra Text')
    assert flags(client.get_list('I')) & 0x800000 and flags(client.get_list('I')) & 0x1000
    client.call('ApplyContentTypeToList', arg('webUrl', '') + arg('contentTypeId', '0x0105') + arg('listName', 'I'))
    assert flags(client.get_list('I')) & 0x400000
    assert not any(flags(l) & 0x2 for l in client.lists().values())


def test_mail_to_the_assigned(client):
    """R163, R164"""
    assert client.get_list('Tasks').get('EnableAssignedToEmail') is None
    issues = next(t for t, l in client.lists().items() if l.get('BaseType') == '5')
    assert client.get_list(issues).get('EnableAssignedToEmail') == 'False'
    assert props(client, issues, 'EnableAssignToEmail="TRUE"').get('EnableAssignedToEmail') == 'True'
    assert props(client, 'Tasks', 'EnableAssignToEmail="TRUE"').get('EnableAssignedToEmail') is None


def test_direction(client):
    """R1365 to R1368: a request has LTR, RTL or None, an answer ltr, rtl or none."""
    assert client.get_list('Tasks').get('Direction') == 'none'
    for sent in ('LTR', 'RTL', 'None', 'rtl'):
        assert props(client, 'Tasks', 'Direction="%s"' % sent).get('Direction') == sent.lower()
    assert props(client, 'Tasks', 'Direction="up"').get('Direction') == 'rtl'


def test_templates(client):
    """R60, R1357, R1358, R1614, R1615, R1622: a list is what its template says; AddListFromFeature answers as AddList does."""
    bases = {100: '0', 101: '1', 102: '4', 103: '0', 104: '0', 105: '0', 106: '0', 107: '0', 108: '0', 109: '1', 115: '1', 118: '0', 119: '1',
             120: '0', 130: '1', 140: '0', 150: '0', 301: '0', 302: '0', 303: '0', 1100: '5', 1200: '0'}
    features = {}
    for number, base in bases.items():
        made = client.call('AddList', arg('listName', 'L%d' % number) + arg('templateID', number)).find('.//' + SP + 'List')
        assert (made.get('ServerTemplate'), made.get('BaseType')) == (str(number), base) and made.get('Title') == 'L%d' % number
        features[number] = str(uuid.UUID(made.get('FeatureId')))
        again = client.call('AddListFromFeature', arg('listName', 'F%d' % number) + arg('description', 'd') + arg(
            'featureID', features[number]) + arg('templateID', number)).find('.//' + SP + 'List')
        assert again.get('FeatureId') == made.get('FeatureId') and again.get('Description') == 'd'
        assert [f.get('Name') for f in again.iter(SP + 'Field')] == [f.get('Name') for f in made.iter(SP + 'Field')]
    assert len(set(features.values())) > 10


def test_templates_without_a_feature(client):
    """R363, R2131: no feature makes it. R364, R1607: a feature that this site has not, and one that is another template's."""
    zero = arg('featureID', '00000000-0000-0000-0000-000000000000')
    for template, feature, code in ((110, '', None), (110, zero, None), (201, '', 0x8107058a), (201, zero, 0x8107058a),
                                    (201, arg('featureID', '00bfea71-2062-426c-90bf-714c59600103'), 0x81072101)):
        with pytest.raises(Fault) as e:
            client.call('AddListFromFeature', arg('listName', 'x') + feature + arg('templateID', template))
        assert (e.value.status, e.value.code) == (500, code)
    assert 'x' not in client.lists()


def test_what_attributes_say(client):
    """R1355, R1356, R1364, R1388, R1391, R1392, R151, R2241, R5420001, R5420002, R5420009, R1401002, R1401002001, R1402, R1420"""
    l = client.get_list('Tasks')
    assert l.get('ImageUrl').startswith('/') and l.get('Name') == l.get('ID') and l.get('WorkFlowId').strip('0-') == ''
    assert l.get('CanOpenFileAsync') == 'True' and l.get('Acl') == '' and l.get('Flags2') == '0' and uuid.UUID(l.get('RootFolderId'))
    other = client.get_list('Links')
    assert l.get('WebId') == other.get('WebId') and l.get('ScopeId') == other.get('ScopeId')
    version = int(l.get('Version'))
    assert int(props(client, 'Tasks', 'Description="x"').get('Version')) == version + 1
    assert l.get('HasUniqueScopes') == 'False'
    client.do('rights Tasks 0x7fffffff')
    assert client.get_list('Tasks').get('ScopeId') != other.get('ScopeId') == client.get_list('Links').get('ScopeId')
    client.do('item-rights Links 1 0x1')
    assert client.get_list('Links').get('HasUniqueScopes') == 'True' and client.get_list('Contacts').get('HasUniqueScopes') == 'False'
    title = field(l, 'Title')
    assert title.get('Type') == 'Text' and uuid.UUID(title.get('ID')) and title.get('DisplayName') and title.get('SourceID')


def test_where_the_attribute_is_not_returned(start):
    """R1401002002: <8>, not up to 2010. R2486: 2007 has no FileFragment. R2425: nor ServerChangeUnit."""
    for version in ('12', '14'):
        c = start('--server-version', version).client()
        assert c.get_list('Tasks').get('CanOpenFileAsync') is None
        token = c.sync('Shared Documents').token
        c.do('update "Shared Documents" 1 Title=x', 'delete Tasks 1')
        answer = c.post('GetListItemChangesSinceToken', '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
                        '<GetListItemChangesSinceToken xmlns="http://schemas.microsoft.com/sharepoint/soap/"><listName>Shared Documents</listName>'
                        '<changeToken>%s</changeToken></GetListItemChangesSinceToken></e:Body></e:Envelope>' % token).text
        assert 'FileFragment' not in answer and 'ServerChangeUnit' not in answer and '<z:row' in answer


def test_attributes_that_an_administrator_sets(client):
    """R1385, R1386, R1390, R1393, R1394, R153, R159, R2157, R1400, R3009, R5420, R2382, R5420010, R542001003: they come back as they were set."""
    for name, value in {'EmailAlias': 'docs', 'SendToLocation': 'Archive|http://host/a', 'MajorVersionLimit': '7', 'ShowUser': 'False',
                        'MajorWithMinorVersionsLimit': '3', 'AllowMultiResponses': 'True', 'NoThrottleListOperations': 'True',
                        'ThrottleListOperations': 'False', 'Followable': 'True', 'IrmSyncable': 'True'}.items():
        client.do('set Tasks "%s=%s"' % (name, value))
        assert client.get_list('Tasks').get(name) == value
    assert props(client, 'Tasks', 'ShowUser="TRUE"').get('ShowUser') == 'True'


def test_lists_that_the_threshold_does_not_hold_for(client):
    """R3009, R1400: NoThrottleListOperations"""
    client.do('threshold 5')
    where = '<Where><Eq><FieldRef Name="Body"/><Value Type="Note">x</Value></Eq></Where>'
    with pytest.raises(Fault) as e:
        client.items('Tasks', where)
    assert e.value.code == 0x80070024
    client.do('set Tasks NoThrottleListOperations=True')
    assert client.items('Tasks', where) == []


def test_settings_of_the_region_and_the_server(client):
    """R14200, R1421, R1422, R165, R166, R1423, R1424, R1426, R1427, R2247, R2249, R1431, R2253, R2517: the zone in minutes, by which local times
    differ from UTC."""
    l = client.get_list('Tasks')
    r = {x.tag.replace(SP, ''): x.text for x in l.find(SP + 'RegionalSettings')}
    assert list(r) == ['Language', 'Locale', 'AdvanceHijri', 'CalendarType', 'Time24', 'TimeZone', 'SortOrder', 'Presence']
    assert r['Language'] == r['Locale'] == '1033' and -2 <= int(r['AdvanceHijri']) <= 2 and r['CalendarType'] == '1'
    assert r['Time24'] in ('True', 'False') and r['Presence'] in ('True', 'False') and int(r['SortOrder']) > 0
    assert l.find(SP + 'ServerSettings').findtext(SP + 'ServerRelativeUrl') == '/sites/team'
    id_ = client.new('Tasks', Title='x', StartDate='2026-01-15T12:00:00Z')['ID']
    client.do('add-field Tasks When DateTime Format=DateTime', 'update Tasks %s When=2026-01-15T12:00:00Z' % id_)
    where = '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">%s</Value></Eq></Where>' % id_
    local = client.items('Tasks', where, ['When'])[0]['When']
    assert int(local[11:13]) * 60 + int(r['TimeZone']) == 12 * 60


def test_who_reads_and_writes(start):
    """R1376 to R1380: ReadSecurity 1 and 2, WriteSecurity 1, 2 and 4. R1274: IncludePermissions. R140, R1905: the names and the bits of a mask."""
    s = start('--user', 'a:1:contributor', '--user', 'b:1:contributor', '--user', 'r:1:reader', '--user', 'o:1:owner')
    a, b, reader, o = (s.client(user=u + ':1') for u in 'abro')
    mine, his = a.new('Links', Comments='a')['ID'], b.new('Links', Comments='b')['ID']

    def sees(c):
        return {r['ID'] for r in c.items('Links', fields=['ID'], limit=0)} & {mine, his}

    def writes(c):
        return [c.update('Links', method(1, 'Update', i, Comments='x'))[0].code == 0 for i in (mine, his)]

    assert o.get_list('Links').get('ReadSecurity') == o.get_list('Links').get('WriteSecurity') == '1'
    assert sees(a) == {mine, his} and writes(a) == [True, True]
    o.do('set Links WriteSecurity=2')
    assert sees(a) == {mine, his} and writes(a) == [True, False] and writes(b) == [False, True]
    masks = {r['ID']: r for r in rows(a.call('GetListItems', arg('listName', 'Links') + view_fields(['PermMask']) + arg('rowLimit', 0) +
             '<queryOptions><QueryOptions><IncludePermissions>TRUE</IncludePermissions></QueryOptions></queryOptions>'))}
    assert 'EffectivePermMask' not in masks[mine] and 'EditListItems' not in masks[his]['EffectivePermMask']
    assert int(masks[mine]['PermMask'], 16) & 0xc == 0xc and int(masks[his]['PermMask'], 16) & 0xc == 0
    o.do('set Links ReadSecurity=2 WriteSecurity=1')
    assert sees(a) == {mine} and sees(b) == {his} and sees(o) == {mine, his}
    o.do('set Links ReadSecurity=1 WriteSecurity=4')
    assert sees(b) == {mine, his} and writes(a) == [False, False]
    bits = {'ViewListItems': 0x1, 'AddListItems': 0x2, 'EditListItems': 0x4, 'DeleteListItems': 0x8, 'ApproveItems': 0x10, 'OpenItems': 0x20,
            'ViewVersions': 0x40, 'DeleteVersions': 0x80, 'CancelCheckout': 0x100, 'ManagePersonalViews': 0x200, 'ManageLists': 0x800,
            'ViewFormPages': 0x1000}
    for c in a, reader:
        t = c.sync('Tasks', fields=['PermMask'])
        names = t.listitems.get('EffectivePermMask').split(', ')
        mask = int(t.rows[0]['PermMask'], 16)
        assert {n for n, bit in bits.items() if mask & bit} == set(names) & set(bits) and mask & 0xe400 == 0
    assert o.sync('Tasks').listitems.get('EffectivePermMask') == 'FullMask'


def test_rights_of_one_item(start):
    """R151: item permissions show in its mask and hold for it alone."""
    s = start('--user', 'c:1:contributor')
    c = s.client(user='c:1')
    ids = [r['ID'] for r in c.items('Tasks', fields=['ID'], limit=0)]
    c.do('item-rights Tasks %s 0x1' % ids[0], 'item-rights Tasks %s 0' % ids[1])
    t = c.sync('Tasks', fields=['PermMask'], options='<IncludePermissions>TRUE</IncludePermissions><ViewAttributes Scope="RecursiveAll"/>')
    masks = {r['ID']: (r['PermMask'], r.get('EffectivePermMask')) for r in t.rows}
    assert masks[ids[0]] == ('0x1', 'ViewListItems') and ids[1] not in masks and masks[ids[2]][1] is None
    codes = [r.code for r in c.update('Tasks', *(method(n, 'Update', ids[n], Title='x') for n in range(3)))]
    assert codes == [0x80070005, 0x81020016, 0]


# ---- what is asked for -----------------------------------------------------------------------------

def options(c, text, name='Tasks', fields=('Title',), op='GetListItems', more=''):
    return rows(c.call(op, arg('listName', name) + view_fields(list(fields)) + arg('rowLimit', 0) +
                       '<queryOptions><QueryOptions>%s</QueryOptions></queryOptions>' % text + more))


def test_folders_and_scopes(client):
    """R1246, R1267, R276 (of a tree of one level, where all readings of "one level deep" agree)"""
    assert client.update('Tasks', method(1, 'New', FSObjType='1', BaseName='F'))[0].code == 0
    client.call('UpdateListItems', TASKS + '<updates><Batch RootFolder="/sites/team/Lists/Tasks/F">%s</Batch></updates>' % method(1, 'New', Title='in F'))
    flat = {r['ID']: r for r in options(client, '', fields=['Title', 'FSObjType'])}
    folders = {i for i, r in flat.items() if r['FSObjType'].endswith('1')}
    titles = [r['Title'] for r in flat.values()]
    assert 'in F' not in titles and 'F' in titles and len(folders) > 0  # the view's scope
    deep = {r['ID']: r['Title'] for r in options(client, '<ViewAttributes Scope="Recursive"/>', fields=['Title'])}
    assert 'in F' in deep.values() and set(flat) - folders < set(deep) and not folders & set(deep)
    assert [r['Title'] for r in options(client, '<Folder>/sites/team/Lists/Tasks/F</Folder>')] == ['in F']
    assert [r['Title'] for r in options(client, '<Folder>Lists/Tasks/F</Folder><ViewAttributes Scope="FilesOnly"/>')] == ['in F']


def test_mandatory_columns(client):
    """R1256: required ones come unasked."""
    assert field(client.get_list('Links'), 'URL').get('Required') == 'TRUE'
    with_, without = (options(client, '<IncludeMandatoryColumns>%s</IncludeMandatoryColumns>' % x, 'Links', ['LinkTitle', 'Comments'])[0]
                      for x in ('TRUE', 'FALSE'))
    assert set(without) < set(with_) or 'Title' in with_


def test_control_characters(client):
    """R1286: RemoveInvalidXmlCharacters leaves none below 32 but 9, 10 and 13."""
    client.do('update Tasks 1 "Title=a\x01b\x1fc" "Body=d\\te\\nf\\x08"')
    for op in ('GetListItems', 'GetListItemChangesSinceToken'):
        got = next(r for r in options(client, '<RemoveInvalidXmlCharacters>TRUE</RemoveInvalidXmlCharacters><ViewAttributes Scope="RecursiveAll"/>',
                                      fields=['ID', 'Title', 'Body'], op=op) if r['ID'] == '1')
        assert got['Title'] == 'abc' and not re.search('[\x00-\x08\x0b\x0c\x0e-\x1f]', got['Body']) and 'd\te' in got['Body']
    kept = next(r for r in options(client, '', fields=['ID', 'Title']) if r['ID'] == '1')
    assert kept['Title'] == 'a\ufffdb\ufffdc'


def test_recurrence_options_of_other_lists(client):
    """R689: the defaults of RecurrenceOrderBy and RecurrencePatternXMLVersion mean nothing where there is no RecurrenceData.
    R1269, R1487, R1489, R1468: where there is, v3 turns the new patterns on."""
    plain = ('<ViewAttributes Scope="RecursiveAll"/><DateInUtc>TRUE</DateInUtc><IncludePermissions>TRUE</IncludePermissions><IncludeAttachmentUrls>TRUE'
             '</IncludeAttachmentUrls><IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion><ExpandUserField>TRUE</ExpandUserField>')
    for name in ('Tasks', 'Contacts', 'Shared Documents'):
        assert client.sync(name, options=None).rows == client.sync(name, options=plain).rows

    def patterns(text):
        return [r.get('RecurrenceData') for r in options(client, text, 'Calendar', ['RecurrenceData'])]

    old, new = patterns(''), patterns('<RecurrencePatternXMLVersion>v3</RecurrencePatternXMLVersion>')
    assert '<V3RecurrencePattern/>' in old and '<V3RecurrencePattern/>' not in new and len(old) == len(new)


def test_contains(client):
    """R1231, R1233, R1234, R1895, R123301: one column, one value of its type"""
    wanted = '<contains><Contains><FieldRef Name="%s"/><Value Type="%s">%s</Value></Contains></contains>'
    title = client.items('Tasks', fields=['Title'], limit=1)[0]['Title']
    for op in ('GetListItemChanges', 'GetListItemChangesSinceToken', 'GetListItemChangesWithKnowledge'):
        r = client.call(op, TASKS + view_fields(['Title']) + wanted % ('Title', 'Text', escape(title[1:4])))
        got = [x['Title'] for x in rows(r.find('.//' + RS + 'data'))]
        assert title in got and all(title[1:4].lower() in x.lower() for x in got)


def test_extra_ids(client):
    """R2125"""
    token = client.sync('Tasks').token
    assert client.sync('Tasks', token).rows == []
    got = client.sync('Tasks', token, options='<ViewAttributes Scope="RecursiveAll"/><ExtraIds>1,3</ExtraIds>')
    assert sorted(r['ID'] for r in got.rows) == ['1', '3'] and got.ids == []


def test_R3001_lookups_are_published(client):
    """OptimizeLookups TRUE: of a target that waits for approval, what was approved before."""
    client.do('set Tasks EnableModeration=True EnableVersioning=True')

    def lookup(option):
        return options(client, option, 'Tasks', ['Predecessors'])[1]['Predecessors']

    now, published = '<OptimizeLookups>FALSE</OptimizeLookups>', '<OptimizeLookups>TRUE</OptimizeLookups>'
    for title in ('approved', 'draft'):
        client.update('Tasks', method(1, 'Update', 1, Title=title))
    client.update('Tasks', method(1, 'Moderate', 1, _ModerationStatus='2'))
    assert lookup(now) == lookup('') == '1;#draft' and lookup(published) == '1;#approved'
    client.update('Tasks', method(1, 'Moderate', 1, _ModerationStatus='0'))
    assert lookup(published) == '1;#draft'


def test_lookups_are_current(client):
    """R3000: OptimizeLookups FALSE"""
    client.update('Vendors', method(1, 'Update', 2, Title='Renamed'))
    got = options(client, '<OptimizeLookups>FALSE</OptimizeLookups>', 'Column types', ['Lookup'])
    assert '2;#Renamed' in [r.get('Lookup') for r in got]


def test_all_items_without_knowledge(client):
    """R2167: as many as the limit of the request, or all"""
    def ask(more=''):
        return client.call('GetListItemChangesWithKnowledge', TASKS + more).findall('.//' + RS + 'data')[-1]

    assert ask().get('ItemCount') == client.get_list('Tasks').get('ItemCount')
    some = ask(arg('rowLimit', 2))
    assert some.get('ItemCount') == '2' and some.get('ListItemCollectionPositionNext')


def test_client_ids_and_change_units(client):
    """R1441, R1444: MetaInfo_vti_clientid of a deleted item that had one, and no ServerChangeUnit."""
    id_ = client.update('Tasks', method(1, 'New', bag={'vti_clientid': 'abc'}, Title='x'))[0].row['ID']
    token = client.sync('Tasks').token
    client.update('Tasks', method(1, 'Delete', id_), method(2, 'Delete', 1))
    told = {i.text: i.attrib for i in client.sync('Tasks', token).changes.findall(SP + 'Id')}
    assert told[id_]['MetaInfo_vti_clientid'] == 'abc' and 'MetaInfo_vti_clientid' not in told['1']
    assert not any('ServerChangeUnit' in a for a in told.values())


def test_time_of_a_change(client):
    """R1859: TimeStamp is the time of the request in UTC."""
    before = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    r = client.call('GetListItemChanges', TASKS).find('.//' + SP + 'listitems')
    assert before <= r.get('TimeStamp') <= time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())


def test_versions_of_a_list_by_its_title(client):
    """R764, R774, R1957, R1885: by its GUID the same; and the list of people is called UserInfo or User Information List."""
    client.do('set Tasks EnableVersioning=True', 'update Tasks 1 Title=a', 'update Tasks 1 Title=b')
    inner = arg('strlistItemID', 1) + arg('strFieldName', 'Title')
    by_title, by_guid = ([v.get('Title') for v in client.call('GetVersionCollection', arg('strlistID', name) + inner).iter(SP + 'Version')]
                         for name in ('Tasks', client.get_list('Tasks').get('ID')))
    assert by_title == by_guid and by_title[:2] == ['b', 'a']
    assert client.sync('UserInfo').rows == client.sync('User Information List').rows != []


def test_namespaces_of_a_reply(client):
    """R334"""
    a = client.post('AddDiscussionBoardItem', '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><AddDiscussionBoardItem '
                    'xmlns="http://schemas.microsoft.com/sharepoint/soap/"><listName>%s</listName>%s</AddDiscussionBoardItem></e:Body></e:Envelope>' % (
                        next(t for t, l in client.lists().items() if l.get('ServerTemplate') == '108'), MAIL)).text
    head = re.search('<listitems[^>]*>', a).group()
    assert all(ns in head for ns in ('uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882', 'uuid:C2F41010-65B3-11d1-A29F-00AA00C14882',
                                     'urn:schemas-microsoft-com:rowset', '#RowsetSchema'))


def test_the_version_of_a_list_comes_from_any_reader(client):
    """R898, R2058, R2076, R2077"""
    versions = {client.get_list('Tasks').get('Version'), client.sync('Tasks').list.get('Version'),
                client.call('GetListAndView', TASKS).find('.//' + SP + 'List').get('Version')}
    assert len(versions) == 1
    version = versions.pop()
    batch = '<updates><Batch ListVersion="%s" LockSchema="TRUE">%s</Batch></updates>' % (version, method(1, 'New', Title='x'))
    assert client.call('UpdateListItems', TASKS + batch).findtext('.//' + SP + 'ErrorCode') == '0x00000000'
    client.call('UpdateList', TASKS + '<listProperties><List Description="d"/></listProperties>' + arg('listVersion', version))
    with pytest.raises(Fault):
        client.call('UpdateListItems', TASKS + batch)


def test_views(client):
    """R2082: ViewName of a batch decides which columns its rows have; R734: one that is not there is a fault of the readers."""
    view = client.call('GetListAndView', TASKS).find('.//' + SP + 'View').get('Name')
    few, all_ = (client.update('Tasks', method(1, 'New', Title='x'), **more)[0].row for more in ({'ViewName': view}, {}))
    assert set(few) < set(all_) and 'Body' not in few
    with pytest.raises(Fault) as e:
        client.call('GetListItems', TASKS + arg('viewName', '{01234567-89AB-CDEF-0123-456789ABCDEF}'))
    assert e.value.code == 0x82000005


# ---- documents -------------------------------------------------------------------------------------

def test_results_of_check_outs(client):
    """R414, R1649, R790, R1659, R1660, R1678, R1679, R1972, R1973, R1674: true when it is done"""
    page = arg('pageUrl', 'http://127.0.0.1:%d/sites/team/Shared%%20Documents/notes.txt' % client.port)

    def done(op, more=''):
        return client.call(op, page + more).findtext(SP + op + 'Result')

    out = arg('checkoutToLocal', 'false') + arg('lastmodified', '18 Nov 2026 08:15:00 GMT')
    assert [done('CheckOutFile', out), done('UndoCheckOut'), done('CheckOutFile', out),
            done('CheckInFile', arg('comment', 'c') + arg('CheckinType', '1')), done('CheckInFile', arg('comment', 'c') + arg('CheckinType', '1'))] == [
                'true', 'true', 'true', 'true', 'false']


def test_nothing_to_check_in_over(client):
    """R397: CheckinType 2 of a file that was never checked in"""
    client.do('set "Shared Documents" RequireCheckout=True')
    assert client.request('PUT', '/sites/team/Shared%20Documents/fresh.txt', b'x').status == 201
    page = arg('pageUrl', 'http://127.0.0.1:%d/sites/team/Shared%%20Documents/fresh.txt' % client.port) + arg('comment', '')
    with pytest.raises(Fault) as e:
        client.call('CheckInFile', page + arg('CheckinType', '2'))
    assert e.value.status == 500 and e.value.text
    assert client.call('CheckInFile', page + arg('CheckinType', '1')).findtext(SP + 'CheckInFileResult') == 'true'
    client.call('CheckOutFile', page + arg('checkoutToLocal', 'false'))
    assert client.call('CheckInFile', page + arg('CheckinType', '2')).findtext(SP + 'CheckInFileResult') == 'true'


# ---- content types -----------------------------------------------------------------------------------

def one_type(c, name='Task'):
    return next(t for t in c.call('GetListContentTypes', TASKS).iter(SP + 'ContentType') if t.get('Name') == name)


def test_types_that_must_not_change(client):
    """R821, R2000, R2002, R2005, R2006, R2007: of a read-only or sealed type only the columns change; what it is shows."""
    id_ = one_type(client).get('ID')
    change = arg('contentTypeId', id_) + '<contentTypeProperties><ContentType Description="%s"/></contentTypeProperties><deleteFields><Fields><Method ID="1">' \
        '<Field Name="%s"/></Method></Fields></deleteFields>'
    for attribute, column in (('ReadOnly', 'Body'), ('Sealed', 'DueDate')):
        client.do('set-type Tasks Task %s=TRUE Hidden=TRUE V2ListTemplateName=tasks FeatureId={00000000-0000-0000-0000-000000000001}' % attribute)
        r = client.call('UpdateContentType', TASKS + change % (attribute, column))
        p = r.find('.//' + SP + 'ListProperties')
        assert r.findtext('.//' + SP + 'ErrorCode') == '0x00000000' and p.get('Description') != attribute
        assert (p.get(attribute), p.get('Hidden'), p.get('V2ListTemplateName')) == ('TRUE', 'TRUE', 'tasks') and p.get('FeatureId')
        got = client.call('GetListContentType', TASKS + arg('contentTypeId', id_))
        assert column not in [f.get('Name') for f in got.iter(SP + 'Field')]
        client.do('set-type Tasks Task %s=FALSE' % attribute)
    r = client.call('UpdateContentType', TASKS + change % ('new words', 'Priority'))
    assert r.find('.//' + SP + 'ListProperties').get('Description') == 'new words'


def test_columns_of_a_type(client):
    """R1216, R1221, R1222, R1223, R1224, R2223, R1291, R1328: what a request says of a column, and of the template, is what the type has."""
    id_ = one_type(client).get('ID')
    said = {'DisplayName': 'D', 'Node': '/a/b', 'PrimaryPITarget': 't', 'PrimaryPIAttribute': 'p', 'ReadOnly': 'TRUE'}
    client.call('UpdateContentType', TASKS + arg('contentTypeId', id_) + '<contentTypeProperties><ContentType DocumentTemplate="a.docx"/>'
                '</contentTypeProperties><updateFields><Fields><Method ID="1"><Field Name="Title" %s/></Method></Fields></updateFields>' % (
                    ' '.join('%s="%s"' % x for x in said.items())))
    got = client.call('GetListContentType', TASKS + arg('contentTypeId', id_)).find('.//' + SP + 'ContentType')
    title = next(f for f in got.iter(SP + 'Field') if f.get('Name') == 'Title')
    assert {k: title.get(k) for k in said} == said and got.find(SP + 'DocumentTemplate').get('TargetName').endswith('a.docx')
    client.new('Tasks', Title='programs may change it')


def test_order_and_documents_of_types(client):
    """R1832, R1833, R1836, R1837, R1060, R2235"""
    id_ = one_type(client).get('ID')
    client.call('UpdateContentTypeXmlDocument', TASKS + arg('contentTypeId', id_) + '<newDocument><a xmlns="urn:a"/></newDocument>')
    for op in ('GetListContentTypes', 'GetListContentTypesAndProperties'):
        all_ = client.call(op, TASKS).find('.//' + SP + 'ContentTypes')
        ids = {t.get('ID'): t.get('Name') for t in all_}
        order = all_.get('ContentTypeOrder').split(',')
        assert set(order) <= set(ids) and id_ in order and 'Folder' not in [ids[i] for i in order]
        docs = next(t for t in all_ if t.get('ID') == id_).find(SP + 'XmlDocuments')
        assert 'urn:a' in [d.get('NamespaceURI') for d in docs] and all(d.tag == SP + 'XmlDocument' and len(d) == 1 for d in docs)


def test_files_in_a_property_bag(client):
    """R1050, R1051, R1073, R1075, R1077: of a property KEY_file the file, too: its name and what is in it, as the prefix selects."""
    client.do('property Tasks a_note=x', 'property Tasks a_logo_file=logo.txt "the logo"', 'property Tasks b_file=b.txt bee')

    def ask(*more):
        return {p.get('Key'): p.get('Value') for p in client.call('GetListContentTypesAndProperties', TASKS + ''.join(more)).iter(SP + 'Property')}

    assert ask(arg('propertyPrefix', 'a_')) == {'a_note': 'x', 'a_logo_file': 'logo.txt', 'logo.txt': 'the logo'}
    assert ask(arg('propertyPrefix', 'logo')) == {}
    for every in (ask(), ask(arg('propertyPrefix', ''))):
        assert every['logo.txt'] == 'the logo' and every['b.txt'] == 'bee' and 'vti_listname' in every


# ---- a server of 2003 ---------------------------------------------------------------------------------

ATTRIBUTES_SINCE_2007 = ['HasExternalDataSource', 'EnablePeopleSelector', 'EnableResourceSelector', 'ExcludeFromOfflineClient', 'EnableFolderCreation',
                         'IrmEnabled', 'IsApplicationList', 'PreserveEmptyValues', 'StrictTypeCoercion', 'MaxItemsPerThrottledOperation',
                         'EnforceDataValidation', 'Followable']

# operations that it has not, and those that it has, with what they take beside a list
LACKS = ['AddDiscussionBoardItem', 'AddListFromFeature', 'ApplyContentTypeToList', 'CheckInFile', 'CheckOutFile', 'CreateContentType', 'DeleteContentType',
         'DeleteContentTypeXmlDocument', 'GetListContentType', 'GetListContentTypes', 'GetListContentTypesAndProperties', 'GetListItemChangesSinceToken',
         'GetVersionCollection', 'UndoCheckOut', 'UpdateContentType', 'UpdateContentTypesXmlDocument', 'UpdateContentTypeXmlDocument',
         'UpdateListItemsWithKnowledge']
HAS = {'AddAttachment': arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', 'YQ=='), 'DeleteAttachment': arg('listItemID', 1) + arg('url', 'x'),
       'DeleteList': '', 'GetAttachmentCollection': arg('listItemID', 1), 'GetList': '', 'GetListAndView': '', 'GetListItemChanges': '', 'GetListItems': '',
       'UpdateList': '', 'UpdateListItems': '<updates><Batch>%s</Batch></updates>' % method(1, 'New', Title='x')}


def test_a_server_of_2003(start):
    """Windows SharePoint Services 2.0. Attributes that it does not return: R2395, R2397, R2399, R2401, R2403, R2405, R2407, R2409, R2411, R2413,
    R2415, R5416, R2417, R2419, R2421. Operations that it does not have: R2428, R2431, R2432, R2435, R2436, R2437, R2442, R2445, R2456, R2459,
    R2463, R2482, R2491, R2494, R2495, R2498, R2501, R2514; so no code 0x82000006 either: R2430, R2434, R2439, R2444, R2447, R2458, R2461, R2493,
    R2497, R2500, R2503. Faults without a code of those that it has: R2427, R2441, R2449, R2451, R2453, R2455, R2481, R2490, R2505, R2511; of empty
    names R5881, R5893. It does not move: R2512. R7080, R11460: and says nothing of files that are too big to embed."""
    c = start('--server-version', '2003').client()
    for l in (c.lists()['Tasks'], c.get_list('Tasks')):
        assert not [n for n in ATTRIBUTES_SINCE_2007 if l.get(n) is not None]
    assert l.find(SP + 'Validation') is None and l.find(SP + 'ValidationDisplayNames') is None
    for op in LACKS + ['GetListItemChangesWithKnowledge']:
        with pytest.raises(Fault) as e:
            c.call(op, arg('listName', 'no such list'))
        assert e.value.faultcode.endswith('Client') and e.value.code is None, op
    for op, more in HAS.items():
        with pytest.raises(Fault) as e:
            c.call(op, arg('listName', 'no such list') + more)
        assert e.value.code is None and '32 digits with 4 dashes' in e.value.text, op
    for op, more in (('GetListItemChanges', ''), ('GetListItems', arg('viewName', ''))):
        with pytest.raises(Fault) as e:
            c.call(op, arg('listName', '') + more)
        assert e.value.code is None
    moved = c.update('Shared Documents', method(1, 'Move', 1, MoveNewUrl='/sites/team/Shared Documents/x'))
    assert moved[0].code != 0
    assert 'MaxRecommendedEmbeddedFileSize' not in c.call('GetListItemChanges', TASKS).find('.//' + SP + 'listitems').attrib
