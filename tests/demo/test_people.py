"""Sites, the lists that each has, and what who may do there."""
import base64

import pytest

from conftest import SP, Fault, arg, method, rows

HIDDEN = {'User Information List': ('112', '_catalogs/users'), 'Master Page Gallery': ('116', '_catalogs/masterpage'),
          'Web Part Gallery': ('113', '_catalogs/wp'), 'List Template Gallery': ('114', '_catalogs/lt'),
          'Solution Gallery': ('121', '_catalogs/solutions'), 'Theme Gallery': ('123', '_catalogs/theme')}
DENIED = 0x80070005


@pytest.mark.parametrize('version', ['12', '14', '15', '16', '2019', 'SE'])
def test_hidden_lists_of_every_site(start, version):
    s = start('--server-version', version, '--empty', '--site', '/sites/a', '--site', '/')
    for site, root in (('/sites/a', '/sites/a/'), ('', '/')):
        c = s.client(site)
        lists = c.lists()
        assert set(lists) == {t for t in HIDDEN if version != '12' or t not in ('Solution Gallery', 'Theme Gallery')}
        for title, l in lists.items():
            assert l.get('Hidden') == 'True' and l.get('AllowDeletion') == 'False'
            assert (l.get('ServerTemplate'), c.get_list(title).get('RootFolder')) == (HIDDEN[title][0], root + HIDDEN[title][1])
        assert c.sync('Master Page Gallery').rows == []


@pytest.mark.parametrize('version, build', [('12', '12.0.'), ('2007', '12.0.'), ('14', '14.0.'), ('2010', '14.0.'), ('15', '15.0.'),
                                            ('2013', '15.0.'), ('16', '16.0.0.5'), ('2016', '16.0.0.5'), ('2019', '16.0.0.10'),
                                            ('SE', '16.0.0.14'), ('se', '16.0.0.14')])
def test_products_tell_what_they_are(start, version, build):
    c = start('--server-version', version).client()
    assert c.request('GET', '/sites/team/').headers['MicrosoftSharePointTeamServices'].startswith(build)
    assert c.get_list('Tasks').findtext('.//' + SP + 'ServerVersion').split('.')[0] == build.split('.')[0]


def test_users_are_people_of_every_site(start, tmp_path):
    """Those of --user stand in each site's list of people, also in a site that was there before them."""
    options = ['--data', str(tmp_path / 'd'), '--site', '/sites/a', '--site', '/sites/b']
    s = start(*options)
    s.stop()
    s = start(*options, '--user', 'FABRIKAM\\ann:x:y:contributor', '--user', 'jroe:x')
    for site in ('/sites/a', '/sites/b'):
        c = s.client(site, user='FABRIKAM\\ann:x:y')
        people = {r['Name']: r for r in c.items('UserInfo', fields=['Name', 'Title', 'ID'], limit=0)}
        assert people['FABRIKAM\\ann']['Title'] == 'ann' and sum('jroe' in n for n in people) == 1
        made = c.new('Tasks', Title='x')
        assert made['Author'].startswith(people['FABRIKAM\\ann']['ID'] + ';#ann')
    s.stop()
    again = start(*options, '--user', 'FABRIKAM\\ann:x').client('/sites/a', user='ann:x')
    assert sum('ann' in r['Name'] for r in again.items('UserInfo', fields=['Name'], limit=0)) == 1


@pytest.mark.parametrize('who, status', [('CONTOSO\\ann:a:b', 200), ('ann:a:b', 200), ('contoso\\ANN:a:b', 200), ('ann:a', 401),
                                         ('ann:A:B', 401), ('ann:', 401), ('ann:a:b:owner', 401), ('FABRIKAM\\ann:c', 200),
                                         ('FABRIKAM\\ann:a:b', 401), ('OTHER\\ann:a:b', 401), ('jroe:x', 401), (':', 401)])
def test_passwords(start, who, status):
    c = start('--user', 'CONTOSO\\ann:a:b:owner', '--user', 'FABRIKAM\\ann:c').client(user=who)
    a = c.request('GET', '/sites/team/_vti_bin/Lists.asmx')
    assert a.status == status
    assert (a.headers['WWW-Authenticate'] is None) == (status == 200)


@pytest.mark.parametrize('header', ['Basic', 'Basic ', 'Basic !!!', 'Basic YQ==', 'Basic ' + 'QQ' * 4000, 'NTLM TlRMTVNTUAABAAAA',
                                    'Bearer x', 'Basic ' + base64.b64encode(b'ann\0:x').decode()])
def test_headers_that_are_no_login(start, header):
    """The last was somebody's name up to its NUL."""
    c = start('--user', 'ann:x').client()
    assert c.request('GET', '/sites/team/', headers={'Authorization': header}).status == 401
    assert c.request('POST', '/sites/team/_vti_bin/Lists.asmx', b'<x/>', {'Authorization': header}).status == 401


TASKS = arg('listName', 'Tasks')
BATCH = '<updates><Batch>%s</Batch></updates>'
TYPE = '<newDocument><a xmlns="urn:a"/></newDocument>'
# what each takes: 0 a reader, 1 a contributor, 2 an owner; and a request that an owner succeeds with
NEEDS = {
    'GetList': (0, TASKS), 'GetListCollection': (0, ''), 'GetListAndView': (0, TASKS), 'GetListItems': (0, TASKS),
    'GetListItemChanges': (0, TASKS), 'GetListItemChangesSinceToken': (0, TASKS), 'GetListItemChangesWithKnowledge': (0, TASKS),
    'GetListContentTypes': (0, TASKS), 'GetListContentType': (0, TASKS + '%(type)s'), 'GetListContentTypesAndProperties': (0, TASKS),
    'GetAttachmentCollection': (0, TASKS + arg('listItemID', 1)),
    'GetVersionCollection': (0, arg('strlistID', 'Tasks') + arg('strlistItemID', 1) + arg('strFieldName', 'Title')),
    'AddAttachment': (1, TASKS + arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', 'YQ==')),
    'DeleteAttachment': (1, TASKS + arg('listItemID', 2) + '%(url)s'),
    'CheckOutFile': (1, '%(page)s' + arg('checkoutToLocal', 'false')),
    'CheckInFile': (1, '%(page)s' + arg('comment', 'x') + arg('CheckinType', '0')),
    'UndoCheckOut': (1, '%(page)s'),
    'AddList': (2, arg('listName', 'n') + arg('templateID', 100)),
    'AddListFromFeature': (2, arg('listName', 'm') + arg('templateID', 100)),
    'UpdateList': (2, TASKS + '<listProperties><List Description="x"/></listProperties>'),
    'CreateContentType': (2, TASKS + arg('displayName', 'x') + arg('parentType', '0x01')),
    'ApplyContentTypeToList': (2, TASKS + arg('contentTypeId', '0x0104')),
    'UpdateContentType': (2, TASKS + '%(type)s<contentTypeProperties><ContentType Description="x"/></contentTypeProperties>'),
    'UpdateContentTypeXmlDocument': (2, TASKS + '%(type)s' + TYPE),
    'UpdateContentTypesXmlDocument': (2, TASKS + '<newDocument><ContentTypes>%(ctype)s</ContentTypes></newDocument>'),
    'DeleteContentTypeXmlDocument': (2, TASKS + '%(type)s' + arg('documentUri', 'urn:a')),
    'DeleteContentType': (2, TASKS + '%(type)s'),
    'DeleteList': (2, arg('listName', 'Links')),
}


def test_what_each_role_may(start):
    """R283: everybody else gets a fault, and nothing is done."""
    users = ['r:1:reader', 'c:1:contributor', 'o:1:owner']
    s = start(*(x for u in users for x in ('--user', u)))
    clients = [s.client(user=u.rsplit(':', 1)[0]) for u in users]
    owner = clients[2]
    type_ = owner.call('GetListContentTypes', TASKS).find('.//' + SP + 'ContentType').get('ID')
    owner.call('AddAttachment', TASKS + arg('listItemID', 2) + arg('fileName', 'b') + arg('attachment', 'YQ=='))
    docs = [{k: v.split(';#')[-1] for k, v in d.items()} for d in
            owner.items('Shared Documents', fields=['EncodedAbsUrl', 'FileRef', 'FSObjType'], limit=0)]
    page = next('http://127.0.0.1:%d/%s' % (s.port, d['FileRef']) for d in docs if d['FSObjType'] == '0')
    url = owner.call('GetAttachmentCollection', TASKS + arg('listItemID', 2)).findtext('.//' + SP + 'Attachment')
    values = {'type': arg('contentTypeId', type_), 'ctype': '<ContentType ID="%s"><a xmlns="urn:a"/></ContentType>' % type_,
              'page': arg('pageUrl', page), 'url': arg('url', url)}
    for op, (least, inner) in NEEDS.items():
        for role, c in enumerate(clients):
            if role >= least:
                if op in ('DeleteAttachment', 'AddAttachment', 'CheckOutFile', 'CheckInFile', 'UndoCheckOut') and role == 2:
                    continue  # the contributor did it
                c.call(op, inner % values)
                continue
            with pytest.raises(Fault) as e:
                c.call(op, inner % values)
            assert e.value.code == DENIED, (op, role)
    assert 'Links' not in owner.lists() and 'n' in owner.lists()


def test_methods_each_role_may(start):
    """0x80070005; a refused method leaves the item as it was."""
    s = start('--user', 'r:1:reader', '--user', 'c:1:contributor', '--user', 'o:1:owner')
    s.client(user='o:1').do('set Tasks EnableModeration=True')
    expected = {'r': (DENIED,) * 4, 'c': (0, 0, DENIED, 0), 'o': (0, 0, 0, 0)}
    for who, codes in expected.items():
        c = s.client(user=who + ':1')
        before = c.items('Tasks', limit=0, fields=['Title', 'owshiddenversion'])
        got = c.update('Tasks', method(1, 'New', Title='x'), method(2, 'Update', 2, Title=who),
                       method(3, 'Moderate', 2, _ModerationStatus='0'), method(4, 'Delete', 1 if who == 'c' else 3))
        assert tuple(r.code for r in got) == codes, (who, got)
        if who == 'r':
            assert c.items('Tasks', limit=0, fields=['Title', 'owshiddenversion']) == before


def test_rights_of_one_list(start):
    """Narrowed for all: the mask shows it, each row's too, and what is refused follows."""
    s = start('--user', 'c:1:contributor')
    c = s.client(user='c:1')
    c.do('rights Tasks 0x1')
    t = c.sync('Tasks', fields=['PermMask'])
    assert t.listitems.get('EffectivePermMask') == 'ViewListItems' and {r['PermMask'] for r in t.rows} == {'0x1'}
    assert c.update('Tasks', method(1, 'New', Title='x'))[0].code == DENIED
    assert c.update('Links', method(1, 'New', Comments='x'))[0].code == 0
    c.do('rights Tasks 0')
    assert 'Tasks' not in c.lists()
    with pytest.raises(Fault) as e:
        c.get_list('Tasks')
    assert e.value.code == DENIED
    c.do('role c reader')
    assert c.update('Links', method(1, 'New', Comments='x'))[0].code == DENIED


def test_own_items_only(start):
    """ReadSecurity and WriteSecurity 2 ([MS-LISTSWS] 2.2.4.11), 4: nobody writes"""
    s = start('--user', 'a:1:contributor', '--user', 'b:1:contributor', '--user', 'o:1:owner')
    a, b, o = (s.client(user=u + ':1') for u in 'abo')
    mine = a.new('Tasks', Title='of a')['ID']
    a.do('set Tasks WriteSecurity=2')
    assert b.update('Tasks', method(1, 'Update', mine, Title='x'))[0].code == DENIED
    assert b.update('Tasks', method(1, 'Delete', mine))[0].code == DENIED
    assert a.update('Tasks', method(1, 'Update', mine, Title='y'))[0].code == 0
    assert o.update('Tasks', method(1, 'Update', mine, Title='z'))[0].code == 0
    a.do('set Tasks ReadSecurity=2')
    assert [r['Title'] for r in a.items('Tasks', limit=0)] == ['z'] and b.items('Tasks', limit=0) == []
    assert b.update('Tasks', method(1, 'Update', mine, Title='x'))[0].code == 0x81020016
    assert rows(o.call('GetListItems', arg('listName', 'Tasks')))
    a.do('set Tasks WriteSecurity=4')
    assert a.update('Tasks', method(1, 'Update', mine, Title='x'))[0].code == DENIED
