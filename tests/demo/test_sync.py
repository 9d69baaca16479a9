"""GetListItemChangesSinceToken, [MS-LISTSWS] 3.1.4.22: what Outlook synchronises with."""
import re
import time

import pytest

from conftest import SP, Fault, arg, method


def test_R1904_alternate_urls_stand_in_the_order_of_the_zones(client):
    def urls(host=None):
        inner = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetListItemChangesSinceToken xmlns="%s">'
                 '<listName>Tasks</listName></GetListItemChangesSinceToken></s:Body></s:Envelope>' % SP[1:-1])
        a = client.request('POST', '/sites/team/_vti_bin/lists.asmx', inner.encode(),
                           {'Content-Type': 'text/xml', **({'Host': host} if host else {})})
        return a.xml.find('.//' + SP + 'listitems').get('AlternateUrls')

    here = 'http://127.0.0.1:%d/' % client.port
    client.do('zone custom http://c/', 'zone Extranet https://e:444', 'zone internet http://i/a&b/', 'zone intranet http://portal/')
    assert urls() == 'http://portal/,%s,https://e:444/,http://i/a&b/,http://c/' % here
    client.do('zone default http://d/', 'zone custom ""', 'zone internet ""')
    assert urls() == 'http://portal/,http://d/,https://e:444/' == urls('portal')
    client.do('zone default ""')
    assert urls('portal') == 'http://portal/,https://e:444/'  # nobody is told of an address twice


def test_R1258_R1260_R1261_instances_of_a_meeting(client):
    """In a list with MultipleDataList, the items of the instances that were asked for."""
    client.do('system-update Tasks 1 InstanceID=0', 'system-update Tasks 2 InstanceID=20010101', 'system-update Tasks 3 InstanceID=29990101',
              'system-update Tasks 4 InstanceID=29991231')

    def ids(option, call=client.sync):
        t = call('Tasks', fields=['ID'], limit=0, options='<ViewAttributes Scope="RecursiveAll"/>' + option)
        return {int(r['ID']) for r in getattr(t, 'rows', t)} & {1, 2, 3, 4}

    meeting = '<MeetingInstanceID>%s</MeetingInstanceID>'
    assert ids(meeting % 0) == {1, 2, 3, 4}  # no meeting's list
    client.do('set Tasks MultipleDataList=True')
    expected = {'-3': {3}, '-2': {1, 2, 3, 4}, '-1': {2, 3, 4}, '0': {1}, '29991231': {4}, '7': set()}
    for call in (client.sync, client.items):
        assert {n: ids(meeting % n, call) for n in expected} == expected
        assert ids('', call) == {2, 3, 4}
    assert {int(r['ID']) for r in client.sync('Tasks', options=None).rows} >= {2, 3, 4, 5}  # what is of no meeting is always there


def test_initial_answer_has_the_schema_and_all_rows(client):
    s = client.sync('Tasks', fields=['Title'])
    assert s.list is not None and s.list.find(SP + 'Fields') is not None  # R715
    assert len(s.rows) == int(s.list.get('ItemCount'))
    assert [x.tag for x in s.listitems][0] == SP + 'Changes'
    assert s.more is None  # R2140
    assert re.fullmatch(r'1;3;[0-9a-f-]{36};\d{18};\d+', s.token)
    assert '{%s}' % s.token.split(';')[2].upper() == s.list.get('ID')


def test_attributes_of_listitems(any_version):
    """R7081"""
    s = any_version.sync('Tasks')
    a = s.listitems.attrib
    assert a['MinTimeBetweenSyncs'] == '0' and a['RecommendedTimeBetweenSyncs'] == '180'
    assert a['MaxBulkDocumentSyncSize'] == '500' and a['EffectivePermMask'] == 'FullMask'
    assert a['AlternateUrls'] == 'http://127.0.0.1:%d/' % any_version.port
    assert ('MaxRecommendedEmbeddedFileSize' in a) == (any_version.version >= 15)  # R708 <71>


def test_ticks_are_the_time_of_the_last_change(client):
    client.new('Tasks', Title='x')
    ticks = int(client.sync('Tasks').token.split(';')[3])
    assert abs(ticks / 1e7 - 62135596800 - time.time()) < 60


def test_nothing_changed(client):
    s = client.sync('Tasks')
    again = client.sync('Tasks', s.token)
    assert again.rows == [] and again.ids == [] and again.list is None and again.more is None
    assert client.sync('Tasks', again.token).rows == []


def test_changes_since(client):
    token = client.sync('Tasks').token
    made = client.new('Tasks', Title='new one')
    client.update('Tasks', method(1, 'Update', 2, Title='Write the report'), method(2, 'Delete', 3))
    s = client.sync('Tasks', token, ['Title', 'Status'])
    assert [(r['ID'], r['Title']) for r in s.rows] == [('2', 'Write the report'), (made['ID'], 'new one')]
    assert s.rows[0]['Status'] == 'In Progress'  # the whole row, not what changed
    assert s.ids == [('Delete', 3)] and s.list is None
    assert client.sync('Tasks', s.token).rows == []


def test_several_changes_of_an_item_are_one_row(client):
    token = client.sync('Tasks').token
    for n in range(5):
        client.update('Tasks', method(1, 'Update', 2, Title='t%d' % n))
    assert client.sync('Tasks', token, ['Title']).titles() == ['t4']


def test_made_and_deleted_in_between(client):
    token = client.sync('Tasks').token
    made = client.new('Tasks', Title='short')
    client.update('Tasks', method(1, 'Delete', made['ID']))
    s = client.sync('Tasks', token)
    assert s.rows == [] and s.ids == [('Delete', int(made['ID']))]


def test_ids_are_not_used_again(client):
    made = client.new('Tasks', Title='a')
    client.update('Tasks', method(1, 'Delete', made['ID']))
    assert int(client.new('Tasks', Title='b')['ID']) == int(made['ID']) + 1


def test_unique_ids_of_deleted_items(any_version):
    """R2423, R2378, R2424, R2377; R1440 <29>, R1442 <30>: from 2010 on."""
    row = any_version.sync('Tasks', fields=['UniqueId', 'Title']).rows[0]
    any_version.update('Tasks', method(1, 'Update', row['ID'], bag={'vti_clientid': 'me'}))
    token = any_version.sync('Tasks').token
    any_version.update('Tasks', method(1, 'Delete', row['ID']))
    id_ = any_version.sync('Tasks', token).changes.find(SP + 'Id')
    new = any_version.version > 12
    assert id_.get('UniqueId') == (row['UniqueId'].split(';#')[1] if new else None)
    assert id_.get('MetaInfo_vti_clientid') == ('me' if new else None)


def test_at_most_40_rows_and_more_changes(any_version):
    """R713, R987; R698, R2484, R6981; R2485: 100 in WSS 3.0."""
    token = any_version.sync('Vendors').token
    for first in (0, 100):
        any_version.update('Vendors', *[method(n, 'New', Title='v%03d' % n) for n in range(first, first + 100)])
    seen, answers = [], 0
    while True:
        s = any_version.sync('Vendors', token, ['Title'])
        seen += s.titles()
        answers += 1
        assert len(s.rows) <= (100 if any_version.version == 12 else 40)
        token = s.token
        if s.more is None:
            break
        assert s.more == 'TRUE' and len(s.rows) == (100 if any_version.version == 12 else 40)
    assert seen == ['v%03d' % n for n in range(200)]
    assert answers == (2 if any_version.version == 12 else 5)


def test_row_limit_cuts_changes_but_not_deletions(client):
    """R678, R1891: more changes are told, and the token points at the cut."""
    token = client.sync('Tasks').token
    client.update('Tasks', *[method(n, 'Delete', n) for n in (1, 2, 3)],
                  *[method(n, 'New', Title='n%d' % n) for n in range(10, 16)])
    s = client.sync('Tasks', token, ['Title'], limit=2)
    assert len(s.ids) == 3 and s.titles() == ['n10', 'n11'] and s.more == 'TRUE'
    s = client.sync('Tasks', s.token, ['Title'], limit=4)
    assert s.ids == [] and s.titles() == ['n12', 'n13', 'n14', 'n15'] and s.more is None


def test_cut_loses_nothing_when_items_change_again(client):
    token = client.sync('Vendors').token
    client.update('Vendors', *[method(n, 'New', Title='v%02d' % n) for n in range(60)])
    first = client.sync('Vendors', token, ['Title'])
    client.update('Vendors', method(1, 'Update', first.rows[0]['ID'], Title='again'),
                  method(2, 'Delete', first.rows[1]['ID']))
    second = client.sync('Vendors', first.token, ['Title'])
    assert len(second.rows) == 21 and second.titles()[0] == 'again'
    assert second.ids == [('Delete', int(first.rows[1]['ID']))]


def test_pages_of_the_initial_answer(client):
    """R696, R697: without a token, positions; each page has the schema."""
    got, position, pages = [], '', 0
    while position is not None:
        s = client.sync('Tasks', fields=['Title'], limit=5, options=(
            '<ViewAttributes Scope="RecursiveAll"/>' +
            ('<Paging ListItemCollectionPositionNext="%s"/>' % position.replace('&', '&amp;') if position else '')))
        assert s.list is not None and len(s.rows) <= 5
        got += [int(r['ID']) for r in s.rows]
        position, pages = s.next, pages + 1
        if position:
            assert position.startswith('Paged=TRUE&p_ID=')
    assert got == list(range(1, len(got) + 1)) and pages == 3


def test_pages_backwards(client):
    query = '<Query><OrderBy><FieldRef Name="ID" Ascending="FALSE"/></OrderBy></Query>'
    first = client.sync('Tasks', limit=4, query=query)
    ids = [int(r['ID']) for r in first.rows]
    assert ids == sorted(ids, reverse=True)
    second = client.sync('Tasks', limit=4, query=query, options=(
        '<ViewAttributes Scope="RecursiveAll"/><Paging ListItemCollectionPositionNext="%s"/>' %
        first.next.replace('&', '&amp;')))
    assert int(second.rows[0]['ID']) == ids[-1] - 1


def test_position_that_is_none(client):
    with pytest.raises(Fault) as e:
        client.sync('Tasks', limit=4, options='<Paging ListItemCollectionPositionNext="nonsense"/>')
    assert e.value.code is None


@pytest.mark.parametrize('limit', ['0', ''])
def test_R676_no_limit(client, limit):
    assert len(client.sync('Tasks', limit=limit).rows) == int(client.lists()['Tasks'].get('ItemCount'))


@pytest.mark.parametrize('limit', ['x', '-1', '4294967296', '1.5'])
def test_R675_limit_that_is_no_number(client, limit):
    with pytest.raises(Fault):
        client.sync('Tasks', limit=limit)


@pytest.mark.parametrize('token', ['nonsense', '1;3;x', '1;3;%s;1;2;3', '2;3;%s;1;1', '1;1;%s;1;1', '1;3;%s;a;1',
                                   '1;3;%s;1;-1', '1;3;%s;99999999999999999999;1', '<x/>'])
def test_R664_R1878_what_was_never_a_token_is_a_fault_without_code(client, token):
    if '%s' in token:
        token %= client.lists()['Tasks'].get('ID').strip('{}').lower()
    with pytest.raises(Fault) as e:
        client.sync('Tasks', token)
    assert e.value.code is None and e.value.status == 500


def test_token_of_another_list_is_invalid(client):
    """[MS-LISTSWS] 2.2.5.1: 200, and nothing but Id InvalidToken."""
    other = client.sync('Announcements').token
    s = client.sync('Tasks', other)
    assert s.ids == [('InvalidToken', None)] and s.rows == [] and s.list is None
    assert client.sync('Tasks', s.token).ids == []


def test_expired_token(client):
    token = client.sync('Tasks').token
    client.do('trim-log')
    assert client.sync('Tasks', token).ids == [('InvalidToken', None)]
    fresh = client.sync('Tasks').token
    assert client.sync('Tasks', fresh).ids == []


def test_retention_applies_as_time_goes_by(start):
    """--retention and the command, which was kept to at the start only: a token that is older, and one of which the changes after it
    are forgotten by number, is InvalidToken. Who asks in time keeps a good one, even of a list in which nothing happens."""
    c = start('--retention', '2s').client()
    old = c.sync('Tasks').token
    c.new('Tasks', Title='meanwhile')
    end = time.monotonic() + 60
    while c.sync('Tasks', old).ids != [('InvalidToken', None)]:
        assert time.monotonic() < end, 'the token stays good'
        time.sleep(0.1)
    quiet = c.sync('Links').token
    for _ in range(3):  # longer than the retention
        time.sleep(1)
        s = c.sync('Links', quiet)
        if s.ids == [('InvalidToken', None)]:  # a machine that was away for two seconds
            s = c.sync('Links')
        quiet = s.token
    c.do('retention 60 3')
    fresh = c.sync('Tasks').token
    for n in range(3):
        c.new('Tasks', Title=str(n))
    assert c.sync('Tasks', fresh).titles() == ['0', '1', '2']
    c.new('Tasks', Title='3')
    assert c.sync('Tasks', fresh).ids == [('InvalidToken', None)]
    c.do('retention 0')
    token = c.sync('Tasks').token
    c.do('add Tasks Title=x')
    assert c.sync('Tasks', token).titles() == ['x']


def test_token_of_the_future(client):
    parts = client.sync('Tasks').token.split(';')
    parts[4] = str(int(parts[4]) + 1000000)
    assert client.sync('Tasks', ';'.join(parts)).ids == [('InvalidToken', None)]


def test_empty_token(any_version):
    """R663 <68>: ignored, but for WSS 3.0."""
    if any_version.version == 12:
        with pytest.raises(Fault) as e:
            any_version.sync('Tasks', '')
        assert e.value.code is None
    else:
        assert any_version.sync('Tasks', '').list is not None


def test_schema_comes_again_when_it_changed(client):
    token = client.sync('Tasks').token
    version = int(client.get_list('Tasks').get('Version'))
    client.do('add-field Tasks Effort Number')
    s = client.sync('Tasks', token)
    assert s.list is not None and int(s.list.get('Version')) == version + 1
    assert 'Effort' in [f.get('Name') for f in s.list.iter(SP + 'Field')]
    assert client.sync('Tasks', s.token).list is None


def test_restored_item(client):
    client.update('Tasks', method(1, 'Delete', 2))
    token = client.sync('Tasks').token
    client.do('restore Tasks 2')
    s = client.sync('Tasks', token, ['Title'])
    assert s.ids == [('Restore', 2)] and [r['ID'] for r in s.rows] == ['2']


def test_restored_list(client):
    token = client.sync('Tasks').token
    client.do('restore-list Tasks')
    assert client.sync('Tasks', token).ids == [('Restore', None)]


def test_item_that_moved_away(client):
    """R1439, R1438, R1436"""
    token = client.sync('Vendors').token
    client.do('move-away Vendors 2 Announcements')
    s = client.sync('Vendors', token)
    id_ = s.changes.find(SP + 'Id')
    assert s.ids == [('MoveAway', 2)]
    assert id_.get('AfterListId') == client.lists()['Announcements'].get('ID')  # R1437
    moved = client.sync('Announcements', fields=['Title']).rows[-1]
    assert id_.get('AfterItemId') == moved['ID'] and moved['Title'] == 'Tailspin; Toys'


def test_rename_and_system_update_come_without_rows(client):
    token = client.sync('Shared Documents').token
    client.do('rename "Shared Documents" 1 Other.docx', 'system-update "Shared Documents" 2 Title=quiet')
    s = client.sync('Shared Documents', token, ['FileLeafRef'])
    assert s.ids == [('Rename', 1), ('SystemUpdate', 2)] and s.rows == []
    extra = client.sync('Shared Documents', s.token, ['FileLeafRef', 'Title', 'owshiddenversion'], options=(
        '<ViewAttributes Scope="RecursiveAll"/><ExtraIds>1,2</ExtraIds>'))
    assert [r['FileLeafRef'] for r in extra.rows] == ['1;#Other.docx', '2;#Price list 2027.xlsx']
    assert extra.rows[1]['Title'] == 'quiet' and extra.rows[1]['owshiddenversion'] == '1'


def test_extra_ids_need_not_exist(client):
    token = client.sync('Tasks').token
    s = client.sync('Tasks', token, options='<ExtraIds>999999,x,;2</ExtraIds>')
    assert [r['ID'] for r in s.rows] == ['2']


# ---- what is in a row ---------------------------------------------------------------------------

def test_columns_asked_for_come_first_in_their_order(client):
    s = client.sync('Tasks', fields=['Status', 'ID', 'Nothing', 'Title', 'Status', 'PermMask'])
    assert list(s.rows[1])[:4] == ['Status', 'ID', 'Title', 'PermMask']  # R2130, R2282


def test_columns_that_every_answer_has(any_version):
    """The order of each product, as recorded."""
    names = list(any_version.sync('Vendors', fields=['ID', 'Title'], options=(
        '<ViewAttributes Scope="RecursiveAll"/>')).rows[0])
    assert names == ['ID', 'Title', 'MetaInfo', '_ModerationStatus', '_Level'] + (
        ['owshiddenversion', 'UniqueId', 'FSObjType', 'Created', 'FileRef'] if any_version.version == 12 else
        ['UniqueId', 'owshiddenversion', 'FSObjType', 'Created', 'PermMask', 'Modified', 'FileRef'])


def test_R42_empty_view_fields_are_all(client):
    s = client.sync('Assets', fields=[])
    assert {'Title', 'GUID', 'EncodedAbsUrl', 'Vendor', 'ContentType', 'BaseName'} <= set(s.rows[0])


def test_R2334_R2336_no_view_fields_are_those_of_the_view(client):
    plain = client.sync('Tasks')
    assert list(plain.rows[0])[:3] == ['Attachments', 'LinkTitle', 'AssignedTo']
    empty = client.sync('Tasks', extra='<viewFields/>')
    assert list(empty.rows[0]) == list(plain.rows[0])


def test_R742001_empty_columns_are_absent_but_for_several_values(client):
    r = client.sync('Column types', fields=[]).rows[1]
    for name in ('Text', 'Number', 'Choice', 'Lookup', 'Person', 'Hyperlink', 'Date', 'Choices'):
        assert name not in r
    assert r['Lookups'] == '' and r['People'] == ''


def test_R679_defaults_without_query_options(client):
    """The other set of defaults holds when the whole parameter is missing."""
    s = client.sync('Tasks', fields=['Created', 'Author', 'Attachments'], options=None)
    assert len(s.rows) == int(s.list.get('ItemCount'))  # RecursiveAll
    assert s.rows[0]['Created'].endswith('Z')
    assert s.rows[0]['Author'] == '12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe'
    with_file = [r for r in s.rows if r['ID'] == '3'][0]['Attachments']
    assert re.fullmatch(r';#http://[^;]*/Attachments/3/a.pdf;#\{[0-9A-F-]{36}\},1;#', with_file)


def test_defaults_with_query_options(client):
    s = client.sync('Tasks', fields=['Created', 'Author', 'Attachments', 'FileDirRef'], options=' ')
    assert {r['FileDirRef'].split(';#')[1] for r in s.rows} == {'sites/team/Lists/Tasks'}  # this folder only
    assert s.rows[0]['Created'] == '2026-11-02 09:15:00'  # local
    assert s.rows[0]['Author'] == '12;#Jane Roe'
    assert [r for r in s.rows if r['ID'] == '3'][0]['Attachments'] == '1'


@pytest.mark.parametrize('value,utc', [('TRUE', True), ('True', True), ('true', True), ('FALSE', False), ('x', False)])
def test_booleans_in_any_case(client, value, utc):
    s = client.sync('Tasks', fields=['Created'], options='<DateInUtc>%s</DateInUtc>' % value)
    assert s.rows[0]['Created'].endswith('Z') == utc


@pytest.mark.parametrize('scope,folders,deep', [('', True, False), ('FilesOnly', False, False),
                                                ('Recursive', False, True), ('RecursiveAll', True, True)])
def test_scopes(client, scope, folders, deep):
    s = client.sync('Shared Documents', fields=['FileRef'], options='<ViewAttributes Scope="%s"/>' % scope)
    assert any(r['FSObjType'].endswith('#1') for r in s.rows) == folders
    assert any(r['FileRef'].endswith('Summer party 1.jpg') for r in s.rows) == deep


@pytest.mark.parametrize('folder', ['/sites/team/Shared Documents/Verträge &amp; Protokolle',
                                    'Shared Documents/Verträge &amp; Protokolle', 'sites/team/Shared Documents/'
                                    'Verträge &amp; Protokolle', '/sites/team/shared documents/verträge &amp; protokolle/'])
def test_folder(client, folder):
    s = client.sync('Shared Documents', fields=['FileLeafRef'], options='<Folder>%s</Folder>' % folder)
    assert sorted(r['FileLeafRef'].split(';#')[1] for r in s.rows) == ['2026', 'Mietvertrag (unterschrieben).pdf']


def test_properties_one_by_one_or_as_a_blob(client):
    """R2338; the blob has a line for each property."""
    one = client.sync('Contacts', fields=['Title', 'MetaInfo'], properties=True).rows[0]
    assert one['MetaInfo_Categories'] == 'VIP,Research' and 'MetaInfo' not in one
    assert re.fullmatch('[0-9a-f]{32}:1', one['MetaInfo_vti_versionhistory'])
    blob = client.sync('Contacts', fields=['Title', 'MetaInfo']).rows[0]['MetaInfo']
    assert blob.startswith('1;#') and 'Categories:SW|VIP,Research' in blob.split('\r\n')


def test_R1928_one_property(client):
    inner = arg('listName', 'Contacts') + ('<viewFields><ViewFields Properties="True"><FieldRef Name="MetaInfo" '
                                           'Property="Categories"/></ViewFields></viewFields>')
    r = client.call('GetListItems', inner)
    from conftest import rows
    first = rows(r)[0]
    first = [x for x in rows(r) if x['ID'] == '1'][0]
    assert first['MetaInfo_Categories'] == 'VIP,Research' and 'MetaInfo_ReplicationID' not in first


def test_mandatory_columns(client):
    on = client.sync('Contacts', fields=['Email']).rows[0]
    off = client.sync('Contacts', fields=['Email'], options='<IncludeMandatoryColumns>FALSE</IncludeMandatoryColumns>')
    assert on['Title'] == 'Roe' and 'Title' not in off.rows[0]


def test_R33_permissions_of_rows_that_have_others_than_the_list(start):
    s = start('--user', 'jroe:1:owner', '--user', 'mmueller:1:contributor')
    s.client(user='jroe:1').do('set Tasks WriteSecurity=2')
    rows_ = s.client(user='mmueller:1').sync('Tasks', fields=['Author', 'PermMask'], options=(
        '<ViewAttributes Scope="RecursiveAll"/><IncludePermissions>TRUE</IncludePermissions>')).rows
    for r in rows_:
        mine = r['Author'].startswith('15;#')
        assert ('EffectivePermMask' in r) == (not mine)
        assert (int(r['PermMask'], 16) & 4 == 4) == mine


def test_rows_of_others_are_absent_where_one_may_read_only_ones_own(start):
    s = start('--user', 'mmueller:1:contributor')
    c = s.client(user='mmueller:1')
    c.do('set Tasks ReadSecurity=2')
    assert {r['Author'].split(';#')[0] for r in c.sync('Tasks', fields=['Author']).rows} == {'15'}


def test_v3_recurrence_patterns(client):
    """[MS-LISTSWS] 2.2.4.4: patterns that are new in v3 are masked for those who do not know them."""
    def data(options):
        return {r['Title']: r.get('RecurrenceData') for r in client.sync(
            'Calendar', fields=['Title', 'RecurrenceData'], options=options).rows}
    old, new = data('<DateInUtc>TRUE</DateInUtc>'), data('<RecurrencePatternXMLVersion>v3</RecurrencePatternXMLVersion>')
    assert old['Month end closing'] == '<V3RecurrencePattern/>' and 'monthlyByDay' in new['Month end closing']
    assert old['Weekly sync'] == new['Weekly sync']


def test_R1271_R1272_series_come_before_their_exceptions(client):
    s = client.sync('Calendar', fields=['UID', 'EventType', 'Title'], options=(
        '<RecurrenceOrderBy>TRUE</RecurrenceOrderBy>'))
    series = [r['EventType'] for r in s.rows if r.get('UID') == '{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0001}']
    assert series == ['1', '3', '4'] and [r['Title'] for r in s.rows].index('Weekly sync') >= 0
    at = [r['Title'] for r in s.rows].index('Weekly sync')
    assert {r['Title'] for r in s.rows[at:at + 3]} == {'Weekly sync', 'Weekly sync (moved)', 'Deleted: Weekly sync'}


def test_dates_of_all_day_events_have_no_zone(client):
    """MS-OUTSPS_R19: they begin at midnight UTC, whatever the site's zone."""
    for options, begin in (('<DateInUtc>TRUE</DateInUtc>', '2026-12-09T00:00:00Z'), (' ', '2026-12-09 00:00:00')):
        r = [r for r in client.sync('Calendar', fields=['Title', 'EventDate'], options=options).rows
             if r['Title'] == 'Trade fair'][0]
        assert r['EventDate'] == begin


# ---- filters ------------------------------------------------------------------------------------

def test_query_and_contains(client):
    where = '<Query><Where><Eq><FieldRef Name="Status"/><Value Type="Choice">Completed</Value></Eq></Where></Query>'
    assert client.sync('Tasks', fields=['Title'], query=where).titles() == ['Order toner']
    contains = '<contains><Contains><FieldRef Name="Title"/><Value Type="Text">TONER</Value></Contains></contains>'
    assert client.sync('Tasks', fields=['Title'], extra=contains).titles() == ['Order toner']
    both = client.sync('Tasks', fields=['Title'], query='<Query/>', extra=contains)
    assert len(both.rows) > 1  # R702
    other = contains.replace('TONER', 'nothing like it')
    assert client.sync('Tasks', fields=['Title'], query='<Query/>', extra=other).rows == both.rows  # R2285


def test_deletions_are_told_whatever_the_filter_says(client):
    """R2288"""
    where = '<Query><Where><Eq><FieldRef Name="Title"/><Value Type="Text">nothing</Value></Eq></Where></Query>'
    token = client.sync('Tasks').token
    client.update('Tasks', method(1, 'Delete', 3), method(2, 'Update', 2, Title='x'))
    s = client.sync('Tasks', token, query=where)
    assert s.ids == [('Delete', 3)] and s.rows == []


def test_R659_view_name_is_ignored_beside_view_fields(client):
    plain = client.sync('Tasks', fields=['Title'])
    for view in ('x', '{01234567-89AB-CDEF-0123-456789ABCDEF}'):
        assert client.sync('Tasks', fields=['Title'], extra=arg('viewName', view)).rows == plain.rows


def test_R660_R661_R673_view_name_alone(any_version):
    """R6612, R6613, R6611"""
    with pytest.raises(Fault):
        any_version.sync('Tasks', extra=arg('viewName', '{01234567-89AB-CDEF-0123-456789ABCDEF}'))
    if any_version.version == 12:
        with pytest.raises(Fault) as e:
            any_version.sync('Tasks', extra=arg('viewName', 'nonsense'))
        assert e.value.code is None and '32 digits with 4 dashes' in e.value.text
    else:
        plain = any_version.sync('Tasks').rows
        for wrong in ('nonsense', '{x}'):
            assert any_version.sync('Tasks', extra=arg('viewName', wrong)).rows == plain
