"""UpdateListItems, [MS-LISTSWS] 3.1.4.31."""
import re

import pytest

from conftest import SP, Z, Fault, arg, field, method

CONFLICT, NO_ITEM, INVALID, BAD_DATE, MISMATCH = 0x81020015, 0x81020016, 0x81020014, 0x8102001c, 0x80020005
PARAMETER, ABORTED, PATH_TAKEN = 0x80070057, 0x800704c7, 0x8107090d


def test_new(client):
    r = client.update('Tasks', method(1, 'New', Title='Red'))[0]
    assert r.id == '1,New' and r.code == 0
    assert [x.tag for x in r.element] == [SP + 'ErrorCode', SP + 'ID', Z + 'row']
    assert r.element.find(SP + 'ID').text is None  # R2323001
    assert r.element.attrib == {'ID': '1,New'}
    assert r.row['Title'] == 'Red' and r.row['owshiddenversion'] == '1'
    assert r.row['Status'] == 'Not Started' and r.row['Priority'] == '(2) Normal'  # the server's defaults
    assert r.row['FileRef'] == '%s;#sites/team/Lists/Tasks/%s_.000' % (r.row['ID'], r.row['ID'])
    assert re.fullmatch(r'0x010800[0-9A-F]{32}', r.row['ContentTypeId']) and r.row['ContentType'] == 'Task'
    assert r.row['Author'] == '12;#Jane Roe'


def test_R925_R2289_id_of_a_new_item_is_ignored(client):
    a = client.update('Tasks', method(1, 'New', Title='a'), method(2, 'New', 77, Title='b'))
    assert int(a[1].row['ID']) == int(a[0].row['ID']) + 1


def test_update_without_version_overwrites(client):
    """R945; and no List and Version on the result."""
    r = client.update('Tasks', method(1, 'Update', 2, Title='x'))[0]
    assert r.code == 0 and r.element.attrib == {'ID': '1,Update'}
    assert r.row['Title'] == 'x' and r.row['owshiddenversion'] == '2'
    assert r.row['Status'] == 'In Progress'  # fields that are not sent keep their values
    assert [x.tag for x in r.element] == [SP + 'ErrorCode', Z + 'row']


def test_update_with_version(client):
    """R949, R963, R964"""
    r = client.update('Tasks', method(5, 'Update', 2, 1, Title='x'))[0]
    assert r.code == 0 and r.row['owshiddenversion'] == '2'
    assert r.element.get('List') == client.lists()['Tasks'].get('ID') and r.element.get('Version') == '2'


def test_conflict(client):
    """R953, R954, R2114, R964: the version that was sent plus one, which is not the server's."""
    client.update('Tasks', method(1, 'Update', 2, Title='mine'), method(2, 'Update', 2, Title='theirs'))
    r = client.update('Tasks', method(1, 'Update', 2, 1, Title='late'))[0]
    assert r.code == CONFLICT and r.text.startswith('Save Conflict')
    assert r.element.get('Version') == '2' and r.element.get('List')
    assert r.row['owshiddenversion'] == '3' and r.row['Title'] == 'theirs'  # R972
    again = client.update('Tasks', method(1, 'Update', 2, r.row['owshiddenversion'], Title='late'))[0]
    assert again.code == 0 and again.row['Title'] == 'late'  # R958


def test_conflict_holds_for_deletions_too(client):
    client.update('Tasks', method(1, 'Update', 2, Title='x'))
    r = client.update('Tasks', method(1, 'Delete', 2, 1))[0]
    assert r.code == CONFLICT and r.row['ID'] == '2'
    assert client.update('Tasks', method(1, 'Delete', 2, 2))[0].code == 0


@pytest.mark.parametrize('version', ['x', '-1', '99999999999999999999'])
def test_version_that_is_none_is_a_conflict(client, version):
    assert client.update('Tasks', method(1, 'Update', 2, version, Title='x'))[0].code == CONFLICT


def test_delete(client):
    r = client.update('Tasks', method(1, 'Delete', 2))[0]
    assert r.code == 0 and r.row is None and [x.tag for x in r.element] == [SP + 'ErrorCode']
    assert client.update('Tasks', method(1, 'Delete', 2))[0].code == NO_ITEM


@pytest.mark.parametrize('cmd', ['Update', 'Delete', 'Moderate', 'Move'])
def test_R975_item_that_does_not_exist(client, cmd):
    r = client.update('Tasks', method(1, cmd, 999, Title='x'))[0]
    assert r.code == NO_ITEM and r.row is None and r.text


@pytest.mark.parametrize('item,code', [('x', MISMATCH), ('', MISMATCH), ('99999999999999999999', MISMATCH)])
def test_id_that_is_no_number(client, item, code):
    assert client.update('Tasks', method(1, 'Update', item, Title='x'))[0].code == code


def test_id_is_missing(client):
    r = client.update('Tasks', '<Method ID="1" Cmd="Update"><Field Name="Title">x</Field></Method>')[0]
    assert r.code == PARAMETER


def test_unknown_command(any_version):
    assert any_version.update('Tasks', method(1, 'Frobnicate', 2))[0].code == PARAMETER
    if any_version.version == 12:  # Move came with 2010
        assert any_version.update('Tasks', method(1, 'Move', 2))[0].code == PARAMETER


def test_R2113_methods_are_independent(client):
    r = client.update('Tasks', method(1, 'New', Title='a'), method(2, 'Update', 999), method(3, 'New', Title='b'))
    assert [x.code for x in r] == [0, NO_ITEM, 0] and [x.id for x in r] == ['1,New', '2,Update', '3,New']


def test_R960_R961_on_error_return(client):
    r = client.update('Tasks', method(0, 'New', Title='a'), method(1, 'Update', 999), method(2, 'New', Title='b'),
                      method(3, 'Delete', 2), OnError='Return')
    assert [x.code for x in r] == [0, NO_ITEM, ABORTED, ABORTED]
    assert client.items('Tasks', '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">2</Value></Eq></Where>')


def test_R2079_default_is_to_continue(client):
    inner = arg('listName', 'Tasks') + '<updates><Batch>%s%s</Batch></updates>' % (
        method(1, 'Update', 999), method(2, 'New', Title='b'))
    codes = [e.text for e in client.call('UpdateListItems', inner).iter(SP + 'ErrorCode')]
    assert codes == ['0x81020016', '0x00000000']


@pytest.mark.parametrize('attributes', [{}, {'PreCalc': 'TRUE'}, {'Version': '1.0.0.0001'}, {'Version': '2.0.0.0002'},
                                        {'ListVersion': '999'}, {'LockSchema': 'TRUE'},
                                        {'LockSchema': 'true', 'ListVersion': '999'}])
def test_attributes_that_change_nothing(client, attributes):
    """R914, R916, R919; true in lower case is not TRUE."""
    assert client.update('Tasks', method(1, 'Update', 2, Title='x'), **attributes)[0].code == 0


def test_R920_locked_schema(client):
    version = int(client.get_list('Tasks').get('Version'))
    client.update('Tasks', method(1, 'Update', 2, Title='x'), LockSchema='TRUE', ListVersion=version)
    with pytest.raises(Fault) as e:
        client.update('Tasks', method(1, 'Update', 2, Title='x'), LockSchema='TRUE', ListVersion=version + 1)
    assert e.value.code == 0x80070666


@pytest.mark.parametrize('value,utc', [('TRUE', True), ('True', False), ('FALSE', False), ('', False)])
def test_date_in_utc_is_case_sensitive_here(client, value, utc):
    r = client.update('Calendar', method(1, 'Update', 6, EventDate='2026-12-01T09:00:00Z'), DateInUtc=value)[0]
    assert r.row['EventDate'] == ('2026-12-01T09:00:00Z' if utc else '2026-12-01 10:00:00')


def test_properties(client):
    """R944; R2084"""
    bag = {'BusyStatus': '2', 'Odd name!': 'a|b\r\nc', 'ReplicationID': '{01234567-89AB-CDEF-0123-456789ABCDEF}'}
    r = client.update('Tasks', method(1, 'New', Title='x', bag=bag), Properties='TRUE')[0]
    assert r.row['MetaInfo_BusyStatus'] == '2' and r.row['MetaInfo_Odd_x0020_name_x0021_'] == 'a|b\r\nc'
    assert 'MetaInfo' not in r.row
    r = client.update('Tasks', method(1, 'Update', r.row['ID'], bag={'BusyStatus': ''}))[0]
    assert 'BusyStatus' not in r.row['MetaInfo'] and 'ReplicationID:SW|{01234567' in r.row['MetaInfo']


def test_properties_as_a_blob(client):
    r = client.update('Tasks', method(1, 'New', Title='x', MetaInfo='a:SW|1\r\nb:SW|2\nnonsense'))[0]
    assert r.row['MetaInfo'].split(';#')[1].split('\r\n') == ['a:SW|1', 'b:SW|2']
    again = client.update('Tasks', method(1, 'Update', r.row['ID'], MetaInfo=r.row['MetaInfo']))[0]
    assert again.row['MetaInfo'] == r.row['MetaInfo']


def test_view_name_chooses_the_columns_of_the_rows(client):
    view = client.call('GetListAndView', arg('listName', 'Tasks')).find('.//' + SP + 'View').get('Name')
    r = client.update('Tasks', method(1, 'Update', 2, Title='x'), ViewName=view)[0]
    assert list(r.row)[-1] == 'ID' and 'GUID' not in r.row and 'LinkTitle' in r.row


def test_row_has_every_column_in_the_order_of_the_schema(client):
    order = [f.get('Name') for f in client.get_list('Tasks').find(SP + 'Fields')]
    names = list(client.new('Tasks', Title='x'))
    assert names == sorted(names, key=order.index)
    assert {'GUID', 'EncodedAbsUrl', '_UIVersionString', 'ServerUrl', 'MetaInfo', '_IsCurrentVersion'} <= set(names)


def test_versions_of_a_list_with_versions(client):
    r = client.update('Issues', method(1, 'Update', 1, Title='x'))[0]
    assert r.row['_UIVersion'] == '1024' and r.row['_UIVersionString'] == '2.0'
    r = client.update('Tasks', method(1, 'Update', 1, Title='x'))[0]
    assert r.row['_UIVersion'] == '512'


def test_comments_of_each_version_are_its_own(client):
    r = client.update('Issues', method(1, 'Update', 7, V3Comments='done'))[0]
    assert 'done' in r.row['V3Comments']
    assert 'V3Comments' not in client.update('Issues', method(1, 'Update', 7, Title='x'))[0].row


# ---- folders ------------------------------------------------------------------------------------

def test_new_folder(client):
    r = client.update('Tasks', method(1, 'New', FSObjType='1', BaseName='Sub'))[0]
    assert r.code == 0 and r.row['FSObjType'].endswith(';#1') and r.row['Title'] == 'Sub'
    assert r.row['FileRef'].endswith('sites/team/Lists/Tasks/Sub') and r.row['ContentTypeId'].startswith('0x0120')
    assert client.update('Tasks', method(1, 'New', FSObjType='1', BaseName='sub'))[0].code == PATH_TAKEN


@pytest.mark.parametrize('root', ['/sites/team/Lists/Tasks/Move to the new office',
                                  'http://127.0.0.1/sites/team/Lists/Tasks/Move%20to%20the%20new%20office',
                                  'sites/team/Lists/Tasks/Move to the new office/'])
def test_R2086_R2087_root_folder(client, root):
    r = client.update('Tasks', method(1, 'New', Title='x'), RootFolder=root)[0]
    assert r.row['FileDirRef'].split(';#')[1] == 'sites/team/Lists/Tasks/Move to the new office'


def test_folder_that_is_not_there(client):
    assert client.update('Tasks', method(1, 'New', Title='x'), RootFolder='/sites/team/Lists/Tasks/No')[0].code == PARAMETER
    assert client.update('Tasks', method(1, 'New', Title='x'), RootFolder='/sites/team/Lists/Links')[0].code == PARAMETER


@pytest.mark.parametrize('name', ['a/b', 'a"b', 'a:b', '', 'a|b', 'x' * 256])
def test_names_that_folders_cannot_have(client, name):
    assert client.update('Tasks', method(1, 'New', FSObjType='1', BaseName=name))[0].code == PARAMETER


def test_deleting_a_folder_deletes_what_is_in_it(client):
    """MS-OUTSPS_R66"""
    token = client.sync('Shared Documents').token
    assert client.update('Shared Documents', method(1, 'Delete', 6))[0].code == 0
    ids = client.sync('Shared Documents', token).ids
    assert sorted(i for _, i in ids) == [6, 7, 8, 9] and {k for k, _ in ids} == {'Delete'}


def test_rename_of_a_folder_moves_what_is_in_it(client):
    r = client.update('Shared Documents', method(1, 'Update', 6, BaseName='Papers'))[0]
    assert r.row['FileLeafRef'] == '6;#Papers'
    refs = [r['FileRef'].split(';#')[1] for r in client.sync('Shared Documents', fields=['FileRef']).rows]
    assert 'sites/team/Shared Documents/Papers/2026/2026-11-02 Protokoll.odt' in refs


def test_rename_of_a_document_keeps_its_extension(client):
    r = client.update('Shared Documents', method(1, 'Update', 1, BaseName='Other'))[0]
    assert r.row['FileLeafRef'] == '1;#Other.docx'
    r = client.update('Shared Documents', method(1, 'Update', 1, BaseName='notes', FileLeafRef='notes.txt'))[0]
    assert r.code == PATH_TAKEN and r.row['FileLeafRef'] == '1;#Other.docx'


def test_R924_move(client):
    folder = 'http://127.0.0.1:%d/sites/team/Shared%%20Documents/Photographs' % client.port
    r = client.update('Shared Documents', method(1, 'Move', 1, MoveNewUrl=folder + '/Report%202.docx'))[0]
    assert r.code == 0 and r.row['FileRef'].endswith('/Photographs/Report 2.docx')
    r = client.update('Shared Documents', method(1, 'Move', 1, MoveNewUrl='/sites/team/Lists/Tasks/x'))[0]
    assert r.code == PARAMETER
    r = client.update('Shared Documents', method(1, 'Move', 6, MoveNewUrl='/sites/team/Shared Documents/'
                                                 'Verträge & Protokolle/2026/x'))[0]
    assert r.code == PARAMETER  # into itself


def test_documents_are_not_made_this_way(client):
    assert client.update('Shared Documents', method(1, 'New', Title='x'))[0].code == PARAMETER


def test_R2114_a_version_that_is_no_number_is_a_conflict(client):
    r = client.update('Tasks', method(1, 'Update', 1, version='junk', Title='x'))[0]
    assert r.code == CONFLICT and r.row['Title'] != 'x'
    assert r.element.get('List') == client.get_list('Tasks').get('ID') and r.element.get('Version') == '1'


def test_moderation(client):
    assert client.update('Announcements', method(1, 'Moderate', 1, _ModerationStatus='1'))[0].code == INVALID
    client.do('set Announcements EnableModeration=True')
    r = client.update('Announcements', method(1, 'Moderate', 1, _ModerationStatus='1', _ModerationComments='no'))[0]
    assert r.code == 0 and r.row['_ModerationStatus'] == '1' and r.row['_ModerationComments'] == 'no'


def test_content_approval(start):
    """What somebody without ApproveItems writes is pending, and only its author and approvers see it until it is approved."""
    s = start('--user', 'a:1:contributor', '--user', 'b:1:contributor', '--user', 'o:1:owner')
    a, b, o = (s.client(user=u + ':1') for u in 'abo')
    o.do('set Announcements EnableModeration=True')

    def titles(c):
        return [r['Title'] for r in c.items('Announcements', fields=['Title'], limit=0)]

    row = a.new('Announcements', Title='news')
    assert row['_ModerationStatus'] == '2' and o.new('Announcements', Title='from above')['_ModerationStatus'] == '0'
    token = b.sync('Announcements').token
    assert 'news' in titles(a) and 'news' in titles(o) and 'news' not in titles(b) and 'from above' in titles(b)
    assert b.update('Announcements', method(1, 'Update', row['ID'], Title='x'))[0].code == 0x81020016
    assert a.update('Announcements', method(1, 'Moderate', row['ID'], _ModerationStatus='0'))[0].code == 0x80070005
    assert o.update('Announcements', method(1, 'Moderate', row['ID'], _ModerationStatus='0'))[0].code == 0
    assert 'news' in titles(b) and b.sync('Announcements', token).titles() == ['news']
    assert a.update('Announcements', method(1, 'Update', row['ID'], Title='news!'))[0].row['_ModerationStatus'] == '2'
    assert 'news!' not in titles(b) and 'news!' in titles(o)


def test_readers_see_the_last_approved_version(start):
    """With versions, a draft stands beside what was approved before: readers see that, whichever way they read."""
    s = start('--user', 'a:1:contributor', '--user', 'b:1:contributor', '--user', 'o:1:owner')
    a, b, o = (s.client(user=u + ':1') for u in 'abo')
    o.do('set Announcements EnableModeration=True EnableVersioning=True')
    n = a.new('Announcements', Title='one')['ID']
    assert o.update('Announcements', method(1, 'Moderate', n, _ModerationStatus='0'))[0].code == 0
    good, token = b.sync('Announcements').rows[-1], b.sync('Announcements').token
    assert good['Title'] == 'one' and good['_ModerationStatus'] == '0'
    mine = a.update('Announcements', method(1, 'Update', n, Title='two'))[0].row
    assert mine['_ModerationStatus'] == '2' and int(mine['owshiddenversion']) == int(good['owshiddenversion']) + 1

    def versions(c):
        return [v.get('Title') for v in c.call('GetVersionCollection', arg('strlistID', 'Announcements') + arg('strlistItemID', n) +
                                               arg('strFieldName', 'Title')).iter(SP + 'Version')]

    where = '<Where><Eq><FieldRef Name="Title"/><Value Type="Text">%s</Value></Eq></Where>'
    by_title = '<OrderBy><FieldRef Name="Title"/></OrderBy>'
    for c, title in ((a, 'two'), (o, 'two'), (b, 'one')):
        assert c.titles('Announcements', where % 'two') == (['two'] if title == 'two' else [])
        assert c.titles('Announcements', where % title + by_title) == [title]
        seen = c.sync('Announcements', token)
        assert seen.titles() == [title] and seen.rows[0]['_ModerationStatus'] == ('0' if c is b else '2')
        assert versions(c)[0] == title
    assert {k: v for k, v in b.sync('Announcements').rows[-1].items()} == good
    refused = b.update('Announcements', method(1, 'Update', n, Title='x'))[0]
    assert refused.code == 0x80070005 and refused.row['Title'] == 'one'
    token = b.sync('Announcements', token).token
    assert o.update('Announcements', method(1, 'Moderate', n, _ModerationStatus='0'))[0].row['_UIVersionString'] == '2.0'
    assert b.sync('Announcements', token).titles() == ['two'] and versions(b) == ['two', 'one'] == versions(a)
    # what is no more approved is not shown any more, and what was before is
    assert o.update('Announcements', method(1, 'Moderate', n, _ModerationStatus='1'))[0].code == 0
    assert b.titles('Announcements', where % 'one') == ['one'] and versions(b) == ['one']


def test_readers_read_the_last_approved_bytes(start):
    s = start('--user', 'a:1:contributor', '--user', 'b:1:reader', '--user', 'o:1:owner')
    a, b, o = (s.client(user=u + ':1') for u in 'abo')
    o.do('set "Shared Documents" EnableModeration=True EnableVersioning=True')
    path = '/sites/team/Shared%20Documents/news.txt'
    assert a.request('PUT', path, b'first').status == 201
    assert b.request('GET', path).status == 403 and b.request('PROPFIND', path, headers={'Depth': '0'}).status == 404
    n = a.items('Shared Documents', '<Where><Eq><FieldRef Name="FileLeafRef"/><Value Type="Text">news.txt</Value></Eq></Where>')[0]['ID']
    assert o.update('Shared Documents', method(1, 'Moderate', n, _ModerationStatus='0', FileRef=path))[0].code == 0
    old = b.request('GET', path)
    assert old.body == b'first'
    assert a.request('PUT', path, b'the second').status in (200, 204)
    new = b.request('GET', path)
    assert new.body == b'first' and new.headers['ETag'] == old.headers['ETag'] and a.request('GET', path).body == b'the second'
    found = b.request('PROPFIND', path, headers={'Depth': '0'}).text
    assert '>5</D:getcontentlength>' in found and '>10</D:getcontentlength>' in a.request('PROPFIND', path, headers={'Depth': '0'}).text
    assert o.update('Shared Documents', method(1, 'Moderate', n, _ModerationStatus='0', FileRef=path))[0].code == 0
    assert b.request('GET', path).body == b'the second'


def test_ExtraIds_shows_nobody_what_is_not_his(start):
    s = start('--user', 'a:1:contributor', '--user', 'b:1:reader')
    a, b = s.client(user='a:1'), s.client(user='b:1')
    token = b.sync('Tasks').token
    b.do('item-rights Tasks 2 0')
    t = b.sync('Tasks', token, options='<ExtraIds>1,2</ExtraIds>')
    assert [r['ID'] for r in t.rows] == ['1']


def test_habits_of_lists(client):
    """What nobody knows for certain, both ways."""
    def change(*m):
        return client.update('Tasks', *m)[0].code

    def version():
        return client.items('Tasks', '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">1</Value></Eq></Where>',
                            ['owshiddenversion'])[0]['owshiddenversion']

    assert change(method(1, 'Delete', 2, version=7)) == CONFLICT
    client.do('habit delete-version=off')
    assert change(method(1, 'Delete', 2, version=7)) == 0 and change(method(1, 'Update', 3, version=7, Title='x')) == CONFLICT
    assert change(method(1, 'Update', 3, Editor='15', WorkflowVersion='9', InstanceID='9')) == 0
    client.do('habit read-only=on')
    assert change(method(1, 'Update', 3, InstanceID='9')) == INVALID and change(method(1, 'Update', 3, Title='y')) == 0
    client.do('set Tasks EnableFolderCreation=False')
    assert change(method(1, 'New', FSObjType='1', BaseName='a')) == 0
    client.do('habit folder-flag=on')
    assert change(method(1, 'New', FSObjType='1', BaseName='b')) == INVALID
    client.do('set Tasks EnableFolderCreation=True')
    assert change(method(1, 'New', FSObjType='1', BaseName='b')) == 0

    def attach(name):
        client.call('AddAttachment', arg('listName', 'Tasks') + arg('listItemID', 1) + arg('fileName', name) + arg('attachment', 'aGk='))

    before = int(version())
    attach('a')
    assert int(version()) == before + 1
    client.do('habit attachment-version=off')
    token = client.sync('Tasks').token
    attach('b')
    client.request('PUT', '/sites/team/Lists/Tasks/Attachments/1/b', b'again')
    assert int(version()) == before + 1 and [r['ID'] for r in client.sync('Tasks', token).rows] == ['1']


def test_habits_of_tokens(client):
    token = client.sync('Tasks').token
    client.new('Links', Comments='x')
    assert client.sync('Tasks', token).token != token
    client.do('habit new-token=off')
    assert client.sync('Tasks', token).token == token
    client.new('Tasks', Title='x')
    assert client.sync('Tasks', token).token != token
    other = client.sync('Links').token
    t = client.sync('Tasks', other)
    assert t.ids == [('InvalidToken', None)] and t.list is None
    client.do('habit invalid-list=on')
    t = client.sync('Tasks', other)
    assert t.ids == [('InvalidToken', None)] and t.list.get('Title') == 'Tasks' and not t.rows


def test_content_type_by_id_or_name(client):
    r = client.new('Tasks', Title='x', ContentTypeId='0x010801')  # the list has none of it: the nearest one
    assert r['ContentTypeId'].startswith('0x010800') and r['ContentType'] == 'Task'
    client.call('ApplyContentTypeToList', arg('webUrl', '') + arg('contentTypeId', '0x010801') + arg('listName', 'Tasks'))
    r = client.new('Tasks', Title='x', ContentTypeId='0x010801')
    assert r['ContentTypeId'].startswith('0x01080100') and r['ContentType'] == 'Workflow Task'
    r = client.new('Tasks', Title='x', ContentType='task')
    assert r['ContentTypeId'].startswith('0x010800')
    assert client.update('Tasks', method(1, 'New', Title='x', ContentType='Elephant'))[0].code == INVALID
    assert client.update('Tasks', method(1, 'New', Title='x', ContentTypeId='108'))[0].code == INVALID


# ---- series of appointments ---------------------------------------------------------------------

@pytest.mark.parametrize('name,value,gone', [('Title', 'x', False), ('Location', 'y', False),
                                             ('RecurrenceData', '<recurrence/>', True),
                                             ('EventDate', '2026-11-02T08:00:00Z', True)])
def test_exceptions_go_when_the_series_is_set_anew(client, name, value, gone):
    """MS-OUTSPS 3.2.4.2.3"""
    token = client.sync('Calendar').token
    assert client.update('Calendar', method(1, 'Update', 1, **{name: value}))[0].code == 0
    assert client.sync('Calendar', token).ids == ([('Delete', 2), ('Delete', 3)] if gone else [])


def exceptions(client):
    return sorted(r['ID'] for r in client.items('Calendar', fields=['MasterSeriesItemID', 'EventType'], limit=0)
                  if r.get('MasterSeriesItemID') == '1' and r['EventType'] in '34')


def test_a_series_that_becomes_single_loses_its_exceptions(client):
    """MS-OUTSPS 3.2.4.2.3, MS-OUTSPS_R44502: it was a series when the columns came."""
    assert exceptions(client) == ['2', '3']
    r = client.update('Calendar', method(1, 'Update', 1, EventType='0', fRecurrence='0', RecurrenceData='', EventDate='2026-11-02T08:00:00Z',
                                         EndDate='2026-11-02T09:00:00Z'))[0]
    assert r.code == 0 and exceptions(client) == [] and 'RecurrenceData' not in r.row


def test_delete_exceptions_is_no_part_of_the_series(client):
    """MS-OUTSPS_R900: an element of the client's alone."""
    data = '<recurrence><rule><firstDayOfWeek>su</firstDayOfWeek><repeat><daily dayFrequency="1"/></repeat><repeatInstances>5</repeatInstances></rule>' \
        '</recurrence>'
    for more in ('<deleteExceptions>true</deleteExceptions>', '', '<deleteExceptions/>'):
        row = client.update('Calendar', method(1, 'Update', 1, RecurrenceData=data + more))[0].row
        assert row['RecurrenceData'] == data and exceptions(client) == []


def test_exceptions_go_with_their_series(client):
    """MS-OUTSPS_R36; they come first in the log, and an exception that is deleted alone takes nothing with it."""
    assert client.update('Calendar', method(1, 'Delete', 2))[0].code == 0 and exceptions(client) == ['3']
    token = client.sync('Calendar').token
    assert client.update('Calendar', method(1, 'Delete', 1))[0].code == 0
    assert client.sync('Calendar', token).ids == [('Delete', 3), ('Delete', 1)]


@pytest.mark.parametrize('way', ['UpdateListItems', 'command'])
def test_a_series_comes_back_with_its_exceptions(client, way):
    """Those that went with it, not the one that was deleted before."""
    assert client.update('Calendar', method(1, 'Delete', 2))[0].code == 0 and exceptions(client) == ['3']
    if way == 'command':
        client.do('delete Calendar 1')
    else:
        assert client.update('Calendar', method(1, 'Delete', 1))[0].code == 0
    token = client.sync('Calendar').token
    assert exceptions(client) == []
    client.do('restore Calendar 1')
    t = client.sync('Calendar', token)
    assert t.ids == [('Restore', 1), ('Restore', 3)] and [r['ID'] for r in t.rows] == ['1', '3'] and exceptions(client) == ['3']
    client.do('restore Calendar 2')
    assert exceptions(client) == ['2', '3']


def test_2003_keeps_exceptions(start):
    """MS-OUTSPS_R44501"""
    c = start('--server-version', '2003').client()
    assert c.update('Calendar', method(1, 'Update', 1, EndDate='2027-11-02T08:00:00Z'))[0].code == 0
    assert exceptions(c) == ['2', '3']


def test_an_appointment_has_a_type(client):
    """MS-OUTSPS_R275: never empty"""
    r = client.new('Calendar', Title='x', EventDate='2026-12-01T09:00:00Z', EndDate='2026-12-01T10:30:00Z')
    assert r['EventType'] == '0' and r['fRecurrence'] == '0' and r['fAllDayEvent'] == '0'


def test_duration_of_a_single_appointment_is_worked_out(client):
    r = client.new('Calendar', Title='x', EventDate='2026-12-01T09:00:00Z', EndDate='2026-12-01T10:30:00Z',
                   fAllDayEvent='0')
    assert r['Duration'] == '5400'


# ---- what makes no batch ------------------------------------------------------------------------

def test_R3023_R30231_R30232_empty_list_name(any_version):
    with pytest.raises(Fault) as e:
        any_version.update('', method(1, 'New', Title='x'))
    assert e.value.code is None
    assert e.value.text.startswith('Object reference not set' if any_version.version == 12 else 'Cannot access a closed')


def test_unknown_list(any_version):
    """R909, R2770; 0x81020026 for a GUID on 2013 (R27701)"""
    for name in ('No such list', '{01234567-89AB-CDEF-0123-456789ABCDEF}'):
        with pytest.raises(Fault) as e:
            any_version.update(name, method(1, 'New', Title='x'))
        expected = {12: None, 14: 0x82000006, 15: 0x81020026 if '{' in name else 0x82000006, 16: 0x82000006}
        assert e.value.code == expected[any_version.version]


def test_no_batch(client):
    for inner in ('', '<updates/>', '<updates><Nothing/></updates>'):
        with pytest.raises(Fault):
            client.call('UpdateListItems', arg('listName', 'Tasks') + inner)


def test_batch_in_any_namespace_and_laid_out(client):
    inner = arg('listName', 'Tasks') + '''<updates>
      <Batch xmlns="" OnError="Continue">
        <Method ID="1" Cmd="New">
          <Field Name="Title">laid out</Field>
        </Method>
      </Batch></updates>'''
    assert client.call('UpdateListItems', inner).findtext('.//' + SP + 'ErrorCode') == '0x00000000'


def test_many_methods(client):
    r = client.update('Vendors', *[method(n, 'New', Title='n%d' % n) for n in range(500)])
    assert len(r) == 500 and {x.code for x in r} == {0}
    assert [x.id for x in r] == ['%d,New' % n for n in range(500)]


def test_refused_items_take_no_number(client):
    r = client.update('Tasks', method(1, 'New', Title='a'), method(2, 'New', Title='b', DueDate='never'),
                      method(3, 'New', Title='c'))
    assert [x.code for x in r] == [0, BAD_DATE, 0] and int(r[2].row['ID']) == int(r[0].row['ID']) + 1
