"""GetListCollection, GetList, GetListAndView: [MS-LISTSWS] 3.1.4.15 to 3.1.4.17, 2.2.4.11, 2.2.4.12."""
import re

import pytest

from conftest import SP, Fault, arg, field, guid

TEMPLATES = {'Announcements': '104', 'Links': '103', 'Issues': '1100', 'Contacts': '105', 'Calendar': '106',
             'Tasks': '107', 'Team Discussion': '108', 'Shared Documents': '101', 'Assets': '100',
             'User Information List': '112'}


def test_collection_has_a_list_of_each_kind(client):
    lists = client.lists()
    for title, template in TEMPLATES.items():
        assert lists[title].get('ServerTemplate') == template
        assert len(list(lists[title])) == 0  # attributes only
    assert lists['Shared Documents'].get('BaseType') == '1'
    assert lists['Issues'].get('BaseType') == '5'


def test_collection_differs_from_get_list_where_real_servers_do(client):
    few, all_ = client.lists()['Tasks'], client.get_list('Tasks')
    assert few.get('RootFolder') == '' and all_.get('RootFolder') == '/sites/team/Lists/Tasks'
    assert few.get('FeatureId') == '00bfea71-a83e-497e-9ba0-7a5c597d0107'
    assert all_.get('FeatureId') == '{00BFEA71-A83E-497E-9BA0-7A5C597D0107}'
    assert few.get('HasRelatedLists') == '' and all_.get('HasRelatedLists') == 'False'  # R3010002
    assert few.get('ThumbnailSize') == '' and all_.get('ThumbnailSize') == '0'
    assert list(few.attrib) == list(all_.attrib)


def test_list_attributes(client):
    l = client.get_list('Tasks')
    assert guid(l.get('ID')) and l.get('ID') == l.get('Name')  # R1356001
    for name in ('Created', 'Modified', 'LastDeleted'):
        assert re.fullmatch(r'\d{8} \d\d:\d\d:\d\d', l.get(name))
    assert l.get('DefaultViewUrl') == '/sites/team/Lists/Tasks/AllItems.aspx'
    assert l.get('WebFullUrl') == '/sites/team'
    assert re.fullmatch('[0-9a-f-]{36}', l.get('WebId'))
    assert int(l.get('Flags')) & 0x8 == 0
    assert int(client.get_list('Shared Documents').get('Flags')) & 0x8 == 0x8


def test_R5641_R5642_only_issues_have_enable_assigned_to_email(client):
    for title in TEMPLATES:
        has = client.get_list(title).get('EnableAssignedToEmail') is not None
        assert has == (title == 'Issues')


def test_attributes_by_version(any_version):
    names = set(any_version.lists()['Tasks'].attrib)
    since = {'HasExternalDataSource': 14, 'MaxItemsPerThrottledOperation': 14, 'EnableFolderCreation': 14,
             'ExcludeFromOfflineClient': 14, 'Followable': 15, 'CanOpenFileAsync': 15, 'RootFolderId': 16, 'Acl': 16}
    for name, version in since.items():
        assert (name in names) == (any_version.version >= version), name
    settings = any_version.get_list('Tasks').find(SP + 'ServerSettings')
    assert settings.findtext(SP + 'ServerVersion').startswith('%d.0.' % any_version.version)


def test_regional_and_server_settings(client):
    l = client.get_list('Tasks')
    assert [x.tag for x in l] == [SP + 'Fields', SP + 'RegionalSettings', SP + 'ServerSettings']
    assert l.findtext('.//' + SP + 'TimeZone') == '-60'
    assert l.findtext('.//' + SP + 'ServerRelativeUrl') == '/sites/team'


def test_builtin_columns_by_their_ids(client):
    """MS-OUTSPS 3.2.4.2: clients know columns by their ID first."""
    ids = {'Tasks': {'Status': 'c15b34c3-ce7d-490a-b133-3f4de8801b76', 'DueDate': 'cd21b4c2-6841-4f9e-a23a-738a65f99889',
                     'PercentComplete': 'd2311440-1ed6-46ea-b46d-daa643dc3886',
                     'Body': '7662cd2c-f069-4dba-9e35-082cf976e170', 'Title': 'fa564e0f-0c70-4ab9-b863-0177e6ddd247'},
           'Calendar': {'EventDate': '64cd368d-2f95-4bfc-a1f9-8d4324ecb007',
                        'RecurrenceData': 'd12572d0-0a1e-4438-89b5-4d0430be7603',
                        'UID': '63055d04-01b5-48f3-9e1e-e564e7c6b23b', 'XMLTZone': 'c4b72ed6-45aa-4422-bff1-2b6750d30819',
                        'fAllDayEvent': '7d95d1f4-f5fd-4a70-90cd-b35abc9b5bc8'},
           'Contacts': {'FirstName': '4a722dd4-d406-4356-93f9-2550b8f50dd0', 'Email': 'fce16b4c-fe53-4793-aaab-b4892e736d15',
                        'WorkAddress': 'fc2e188e-ba91-48c9-9dd3-16431afddd50'},
           'Team Discussion': {'ThreadIndex': 'cef73bf1-edf6-4dd9-9098-a07d83984700',
                               'DiscussionTitle': 'c5abfdc7-3435-4183-9207-3d1146895cf8'},
           'Shared Documents': {'EncodedAbsUrl': '7177cfc7-f399-4d4d-905d-37dd51bc90bf',
                                'FileSizeDisplay': '78a07ba4-bda8-4357-9e0f-580d64487583',
                                'LinkFilename': '5cc6dc79-3710-4374-b433-61cb4a686c12'}}
    for title, columns in ids.items():
        l = client.get_list(title)
        for name, id_ in columns.items():
            assert field(l, name).get('ID').lower() == '{%s}' % id_, name


def test_columns_that_are_hidden_but_writable(client):
    """Hidden does not mean read-only: Outlook writes these."""
    l = client.get_list('Calendar')
    for name in ('EventType', 'UID', 'RecurrenceData', 'TimeZone', 'XMLTZone', 'Duration', 'RecurrenceID', 'MetaInfo',
                 'FileLeafRef', 'Order'):
        assert field(l, name).get('Hidden') == 'TRUE' and field(l, name).get('ReadOnly') is None, name


def test_column_details(client):
    status = field(client.get_list('Tasks'), 'Status')
    assert [c.text for c in status.iter(SP + 'CHOICE')] == ['Not Started', 'In Progress', 'Completed', 'Deferred',
                                                           'Waiting on someone else']
    assert [m.get('Value') for m in status.iter(SP + 'MAPPING')] == ['1', '2', '3', '4', '5']
    assert status.findtext(SP + 'Default') == 'Not Started'
    assets = client.get_list('Assets')
    assert field(assets, 'Vendor').get('List') == client.lists()['Vendors'].get('ID')
    assert field(assets, 'Bought_x0020_on').get('Format') == 'DateOnly'
    assert field(assets, 'Total').findtext(SP + 'Formula') == '=[Purchase price]*Pieces'


def test_assigned_to_by_version(any_version):
    """MS-OUTSPS 3.2.4.2.6 <37>: several people from 2013 on."""
    type_ = field(any_version.get_list('Tasks'), 'AssignedTo').get('Type')
    assert type_ == ('User' if any_version.version < 15 else 'UserMulti')


def test_every_field_is_complete(client):
    names = set()
    for title in client.lists():
        l = client.get_list(title)
        seen = set()
        for f in l.find(SP + 'Fields'):
            assert f.get('Name') and f.get('Type') and f.get('DisplayName') is not None
            assert f.get('StaticName') and f.get('SourceID') and f.get('ID')
            assert f.get('Name') not in seen
            seen.add(f.get('Name'))
        columns = [f.get('ColName') for f in l.find(SP + 'Fields') if f.get('ColName')]
        assert len(columns) == len(set(columns)), title
        names |= {f.get('Type') for f in l.find(SP + 'Fields')}
    assert {'Counter', 'Text', 'Note', 'DateTime', 'Choice', 'MultiChoice', 'GridChoice', 'Number', 'Currency',
            'Integer', 'Boolean', 'Lookup', 'LookupMulti', 'User', 'UserMulti', 'URL', 'Guid', 'Computed', 'Calculated',
            'File', 'Attachments', 'ModStat', 'ContentTypeId', 'Recurrence', 'AllDayEvent', 'CrossProjectLink',
            'ThreadIndex', 'Threading', 'WorkflowStatus', 'WorkflowEventType', 'PageSeparator', 'Error', 'RelatedItems',
            'Facilities', 'FreeBusy', 'Overbook', 'AverageRating', 'RatingCount', 'Likes'} <= names


def test_id_column_comes_first_in_2013_only(any_version):
    first = any_version.get_list('Tasks').find(SP + 'Fields')[0].get('Name')
    assert first == ('ID' if any_version.version == 15 else 'ContentTypeId')


@pytest.mark.parametrize('form', ['%s', '{%s}', 'lower', 'title', 'TITLE'])
def test_list_by_guid_in_any_form_or_by_title(client, form):
    """R655 to R657 and their like."""
    id_ = client.lists()['Tasks'].get('ID').strip('{}')
    name = {'lower': id_.lower(), 'title': 'Tasks', 'TITLE': 'TASKS'}.get(form) or form % id_
    assert client.get_list(name).get('Title') == 'Tasks'


def test_user_information_list_by_its_names(client):
    for name in ('UserInfo', 'User Information List'):
        assert client.get_list(name).get('ServerTemplate') == '112'
    people = client.items('UserInfo', '', ['ID', 'Title', 'Name', 'EMail'], 0)
    jane = [p for p in people if p['ID'] == '12'][0]
    assert jane['Title'] == 'Jane Roe' and jane['Name'] == 'CONTOSO\\jroe' and '@' in jane['EMail']


@pytest.mark.parametrize('name', ['No such list', '{01234567-89AB-CDEF-0123-456789ABCDEF}', ''])
@pytest.mark.parametrize('op', ['GetList', 'GetListAndView', 'GetListItems', 'GetListItemChanges',
                                'GetListItemChangesSinceToken', 'GetAttachmentCollection'])
def test_unknown_list(any_version, op, name):
    """0x82000006; in WSS 3.0 a fault without code that speaks of GUIDs (<33> to <90>)."""
    with pytest.raises(Fault) as e:
        any_version.call(op, arg('listName', name) + arg('listItemID', 1))
    assert e.value.status == 500
    if any_version.version == 12:
        assert e.value.code is None and '32 digits with 4 dashes' in e.value.text
    elif any_version.version == 14 and not name and op in ('GetListItems', 'GetListItemChanges'):  # <63>, <75>
        assert e.value.code is None
    else:
        assert e.value.code == 0x82000006


def test_missing_list_name(client):
    with pytest.raises(Fault) as e:
        client.call('GetList')
    assert e.value.code == 0x82000006


def test_get_list_and_view(client):
    """R2257, R1777; R2661 and its neighbours; View as [MS-WSSCAML] 2.3.2.17 has it."""
    r = client.call('GetListAndView', arg('listName', 'Tasks') + arg('viewName', ''))
    both = r.find('.//' + SP + 'ListAndView')
    assert [x.tag for x in both] == [SP + 'List', SP + 'View']
    view = both.find(SP + 'View')
    assert guid(view.get('Name')) and view.get('DefaultView') == 'TRUE'
    assert view.get('Url') == 'Lists/Tasks/AllItems.aspx'
    assert [x.tag for x in view] == [SP + 'Query', SP + 'ViewFields', SP + 'RowLimit']
    assert 'LinkTitle' in [f.get('Name') for f in view.find(SP + 'ViewFields')]
    again = client.call('GetListAndView', arg('listName', 'Tasks') + arg('viewName', view.get('Name').lower()))
    assert again.find('.//' + SP + 'View').get('Name') == view.get('Name')


@pytest.mark.parametrize('view,code', [('nonsense', 0x82000001), ('{01234567-89AB-CDEF-0123-456789ABCDEF}', 0x82000005)])
def test_get_list_and_view_with_a_wrong_view(client, view, code):
    with pytest.raises(Fault) as e:
        client.call('GetListAndView', arg('listName', 'Tasks') + arg('viewName', view))
    assert e.value.code == code


def test_counters_of_the_list_follow_its_items(client):
    from conftest import method
    before = client.get_list('Tasks')
    client.update('Tasks', method(1, 'New', Title='a'), method(2, 'New', Title='b'), method(3, 'Delete', 1))
    after = client.get_list('Tasks')
    assert int(after.get('ItemCount')) == int(before.get('ItemCount')) + 1
    assert after.get('Modified') > before.get('Modified') and after.get('LastDeleted') > before.get('LastDeleted')
    assert after.get('Version') == before.get('Version')  # of the schema
