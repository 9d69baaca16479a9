"""Folders, names and locks by WebDAV: RFC 4918, [MS-WDV], [MS-WDVSE]."""
import re
import urllib.parse
import xml.etree.ElementTree as ET

import pytest
from test_dav_put import LIBRARY, code, get, put, row_of, url

DAV = '{DAV:}'
WIN32 = '{urn:schemas-microsoft-com:}'


def ask(client, method, name, body=None, **headers):
    return client.request(method, url(client, name), body, {k.replace('_', '-'): v for k, v in headers.items()})


def trip(client, method, name, to, **headers):
    destination = 'http://127.0.0.1:%d%s' % (client.port, url(client, to))
    return ask(client, method, name, Destination=destination, **headers)


def propfind(client, name, depth=0, body=None):
    """{path: {property: text}} of the properties that are there."""
    a = ask(client, 'PROPFIND', name, body, Depth=str(depth))
    assert a.status == 207, a.text
    found = {}
    for r in a.xml.iter(DAV + 'response'):
        path = urllib.parse.unquote(urllib.parse.urlparse(r.findtext(DAV + 'href')).path)
        found[path] = {p.tag: p for s in r.iter(DAV + 'propstat') if ' 200 ' in s.findtext(DAV + 'status')
                       for p in s.find(DAV + 'prop')}
    return found


def names(client, name='', depth=1):
    top = client.site + '/' + LIBRARY + '/'
    return sorted(p[len(top):] for p in propfind(client, name, depth))


def test_options(client):
    for name in '', 'notes.txt', 'none':
        a = ask(client, 'OPTIONS', name)
        assert a.status == 200
        assert a.headers['MS-Author-Via'].endswith('DAV') and a.headers['DAV'] == '1,2'
        assert 'PROPFIND' in a.headers['Allow']


def test_options_say_that_2007_has_no_ranges(any_version):
    a = ask(any_version, 'OPTIONS', '')
    assert a.headers['Accept-Ranges'] == ('none' if any_version.version == 12 else 'bytes')


def test_propfind_shows_what_get_sends(client):
    put(client, 'a & b <ü>.txt'.replace('<', '(').replace('>', ')'), b'hello')
    found = propfind(client, 'a & b (ü).txt')
    (path, props), = found.items()
    assert path == '%s/%s/a & b (ü).txt' % (client.site, LIBRARY)
    a = get(client, 'a & b (ü).txt')
    assert props[DAV + 'getetag'].text == a.headers['ETag']
    assert props[DAV + 'getlastmodified'].text == a.headers['Last-Modified']
    assert props[DAV + 'getcontentlength'].text == '5'
    assert len(props[DAV + 'resourcetype']) == 0 and props[DAV + 'iscollection'].text == '0'


def test_propfind_of_folders(client):
    assert names(client, '', 0) == ['']
    assert {'', 'notes.txt', 'Photographs/', 'Verträge & Protokolle/', '会议记录.docx'} <= set(names(client))
    assert names(client, 'Photographs') == ['Photographs/', 'Photographs/Floor plan.png', 'Photographs/Summer party 1.jpg']
    props = propfind(client, 'Photographs')
    assert list(props.values())[0][DAV + 'resourcetype'].find(DAV + 'collection') is not None
    site = client.request('PROPFIND', client.site, headers={'Depth': '1'}).xml
    hrefs = [h.text for h in site.iter(DAV + 'href')]
    assert [h for h in hrefs if h.endswith('/Shared%20Documents/')] and not [h for h in hrefs if 'Tasks' in h]


def test_propfind_of_named_properties(client):
    body = ('<D:propfind xmlns:D="DAV:" xmlns:x="urn:x"><D:prop><D:getetag/><D:resourcetype/><x:colour/></D:prop>'
            '</D:propfind>')
    a = ask(client, 'PROPFIND', 'notes.txt', body, Depth='0')
    stats = {s.findtext(DAV + 'status')[9:12]: {p.tag for p in s.find(DAV + 'prop')} for s in a.xml.iter(DAV + 'propstat')}
    assert stats == {'200': {DAV + 'getetag', DAV + 'resourcetype'}, '404': {'{urn:x}colour'}}
    a = ask(client, 'PROPFIND', 'notes.txt', '<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>', Depth='0')
    assert a.xml.find('.//' + DAV + 'getetag') is not None and not a.xml.findtext('.//' + DAV + 'getetag')


def test_propfind_refuses(client):
    assert ask(client, 'PROPFIND', 'none', Depth='0').status == 404
    assert client.request('PROPFIND', client.site + '/None/x', headers={'Depth': '0'}).status == 404
    assert ask(client, 'PROPFIND', '', Depth='infinity').status == 403
    assert ask(client, 'PROPFIND', '').status == 403
    assert ask(client, 'PROPFIND', '', '<a', Depth='0').status == 400
    assert ask(client, 'PROPFIND', '', '<!DOCTYPE a><propfind/>', Depth='0').status == 400
    # Depth 1 of a document: SharePoint says that there is none
    assert ask(client, 'PROPFIND', 'notes.txt', Depth='1').status == 404
    client.do('habit depth1-file=on')
    assert ask(client, 'PROPFIND', 'notes.txt', Depth='1').status == 207


def test_hrefs_as_servers_write_them(client):
    hrefs = lambda: [h.text for h in ask(client, 'PROPFIND', '', Depth='1').xml.iter(DAV + 'href')]
    assert [h for h in hrefs() if h.endswith('/%E4%BC%9A%E8%AE%AE%E8%AE%B0%E5%BD%95.docx')]
    client.do('habit raw-href=on href-host=intranet.contoso.example')
    assert [h for h in hrefs() if h.endswith('/会议记录.docx')]
    assert all(h.startswith('http://intranet.contoso.example/sites/team/Shared%20Documents') for h in hrefs())


def test_mkcol(client):
    token = client.sync(LIBRARY).token
    assert ask(client, 'MKCOL', 'new/').status == 201
    assert ask(client, 'MKCOL', 'new/').status == 405
    assert ask(client, 'MKCOL', 'notes.txt').status == 405
    assert ask(client, 'MKCOL', 'none/below').status == 409
    assert ask(client, 'MKCOL', 'body', b'<x/>').status == 415
    a = ask(client, 'MKCOL', 'a*b')
    assert a.status == 400 and code(a) == 0x00090070
    assert ask(client, 'MKCOL', 'forms').status == 400  # its pages live there
    assert put(client, 'new/x.txt').status == 201
    assert sorted(r['FileLeafRef'].split(';#')[1] for r in client.sync(LIBRARY, token).rows) == ['new', 'x.txt']


def test_delete(client):
    token = client.sync(LIBRARY).token
    number = int(row_of(client, 'notes.txt')['ID'])
    assert ask(client, 'DELETE', 'notes.txt', If_Match='"old"').status == 412
    assert ask(client, 'DELETE', 'notes.txt', If_Match=get(client, 'notes.txt').headers['ETag']).status == 204
    assert get(client, 'notes.txt').status == 404
    assert ('Delete', number) in client.sync(LIBRARY, token).ids
    client.do('restore "%s" %d' % (LIBRARY, number))
    assert get(client, 'notes.txt').status == 200
    assert ask(client, 'DELETE', '').status in (403, 405)


def test_delete_what_is_not_there(any_version):
    assert ask(any_version, 'DELETE', 'none').status == (204 if any_version.version == 16 else 404)
    any_version.do('habit delete-missing=off')
    assert ask(any_version, 'DELETE', 'none').status == 404


def test_delete_of_a_folder_takes_what_is_below(client):
    before = len(client.items(LIBRARY, limit=0))
    assert ask(client, 'DELETE', 'Verträge & Protokolle').status == 204
    assert len(client.items(LIBRARY, limit=0)) == before - 4


def test_without_a_recycle_bin(client):
    client.do('habit recycle=off')
    number = row_of(client, 'notes.txt')['ID']
    assert ask(client, 'DELETE', 'notes.txt').status == 204
    with pytest.raises(AssertionError, match='no such item'):
        client.do('restore "%s" %s' % (LIBRARY, number))


def test_move(client):
    token = client.sync(LIBRARY).token
    etag = get(client, 'notes.txt').headers['ETag']
    assert trip(client, 'MOVE', 'notes.txt', 'Photographs/new name.txt').status == 201
    assert get(client, 'notes.txt').status == 404
    a = get(client, 'Photographs/new name.txt')
    assert a.headers['ETag'] == etag  # the same document
    changes = client.sync(LIBRARY, token)
    assert [kind for kind, _ in changes.ids] == ['Rename']
    client.do('habit move-version=on')
    assert trip(client, 'MOVE', 'Photographs/new name.txt', 'notes.txt').status == 201
    assert get(client, 'notes.txt').headers['ETag'] != etag


def test_move_of_case(client):
    assert trip(client, 'MOVE', 'notes.txt', 'NOTES.txt', Overwrite='F').status == 201
    assert 'NOTES.txt' in names(client)


def test_move_over_something(client):
    put(client, 'x.txt', b'x')
    assert trip(client, 'MOVE', 'x.txt', 'notes.txt', Overwrite='F').status == 412
    assert get(client, 'x.txt').status == 200
    assert trip(client, 'MOVE', 'x.txt', 'notes.txt', Overwrite='T').status == 204
    assert get(client, 'notes.txt').body == b'x' and get(client, 'x.txt').status == 404


def test_move_of_a_folder(client):
    assert trip(client, 'MOVE', 'Verträge & Protokolle', 'Photographs/V').status == 201
    assert get(client, 'Photographs/V/2026/2026-11-02 Protokoll.odt').status == 200
    assert trip(client, 'MOVE', 'Photographs', 'Photographs/V/W').status == 403


def test_move_refuses(client):
    assert trip(client, 'MOVE', 'none', 'x').status == 404
    assert trip(client, 'MOVE', 'notes.txt', 'none/x').status == 409
    assert trip(client, 'MOVE', 'notes.txt', 'a*b').status == 400
    assert ask(client, 'MOVE', 'notes.txt').status == 400
    assert ask(client, 'MOVE', 'notes.txt', Destination='http://elsewhere.example/x').status == 502
    assert get(client, 'notes.txt').status == 200


def test_copy(client):
    put(client, 'x.txt', b'x')
    assert trip(client, 'COPY', 'x.txt', 'y.txt').status == 201
    put(client, 'x.txt', b'changed')
    assert get(client, 'y.txt').body == b'x' and row_of(client, 'y.txt')['UniqueId'] != row_of(client, 'x.txt')['UniqueId']
    assert trip(client, 'COPY', 'x.txt', 'y.txt', Overwrite='F').status == 412
    assert trip(client, 'COPY', 'Verträge & Protokolle', 'V').status == 201
    assert get(client, 'V/2026/2026-11-02 Protokoll.odt').status == 200
    assert len(names(client, 'V')) == 3


@pytest.mark.parametrize('keeps', [False, True])
def test_move_into_another_library(client, keeps):
    client.do('add-list 101 Archive', 'habit move-keeps-id=%s' % ('on' if keeps else 'off'))
    put(client, 'folder', b'')
    ask(client, 'MKCOL', 'f')
    put(client, 'f/x.txt', b'x')
    old = row_of(client, 'x.txt')['UniqueId'].split('#')[1]
    token = client.sync(LIBRARY).token
    a = ask(client, 'MOVE', 'f', Destination='%s/Archive/g' % client.site)
    assert a.status == 201
    assert client.request('GET', client.site + '/Archive/g/x.txt').body == b'x'
    new = [r for r in client.items('Archive', limit=0, fields=['UniqueId', 'FileLeafRef']) if 'x.txt' in r['FileLeafRef']]
    assert (new[0]['UniqueId'].split('#')[1] == old) is keeps
    assert {kind for kind, _ in client.sync(LIBRARY, token).ids} == {'Delete'}


# ---- locks ------------------------------------------------------------------------------------------

LOCK = ('<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>'
        '<D:owner><D:href>me &amp; you</D:href></D:owner></D:lockinfo>')


@pytest.fixture
def two(start):
    s = start('--user', 'jroe:a', '--user', 'aking:b')
    return s.client(user='jroe:a'), s.client(user='aking:b')


def test_lock_keeps_others_out(two):
    jane, ada = two
    a = ask(jane, 'LOCK', 'notes.txt', LOCK, Timeout='Second-600')
    assert a.status == 200 and a.headers['Lock-Token'].startswith('opaquelocktoken:')
    assert a.xml.find('.//' + DAV + 'owner').text == 'me & you' and a.xml.findtext('.//' + DAV + 'timeout') == 'Second-600'
    for refused in (put(ada, 'notes.txt'), ask(ada, 'DELETE', 'notes.txt'), trip(ada, 'MOVE', 'notes.txt', 'x'),
                    ask(ada, 'LOCK', 'notes.txt', LOCK)):
        assert refused.status == 423 and code(refused) == 0x0009000E
        assert 'jroe' in refused.headers['X-MSDAVEXT_Error']
    assert get(ada, 'notes.txt').status == 200
    # a server must not fail a PUT because the token is missing ([MS-WDV] 2.2.4.2)
    assert put(jane, 'notes.txt').status == 200
    found = list(propfind(ada, 'notes.txt').values())[0][DAV + 'lockdiscovery']
    assert found.find('.//' + DAV + 'href').text == a.headers['Lock-Token']
    assert ask(ada, 'UNLOCK', 'notes.txt', Lock_Token=a.headers['Lock-Token']).status == 403
    assert ask(jane, 'UNLOCK', 'notes.txt', Lock_Token='opaquelocktoken:none').status == 409
    assert ask(jane, 'UNLOCK', 'notes.txt', Lock_Token='<%s>' % a.headers['Lock-Token']).status == 204
    assert put(ada, 'notes.txt').status == 200


def test_lock_is_refreshed_and_ends(two):
    jane, ada = two
    token = ask(jane, 'LOCK', 'notes.txt', LOCK, Timeout='Second-600').headers['Lock-Token']
    assert ask(jane, 'LOCK', 'notes.txt', If='(<%s>)' % token, Timeout='Second-1').status == 200
    assert ask(ada, 'LOCK', 'notes.txt', If='(<%s>)' % token).status == 412
    import time
    end = time.monotonic() + 30
    while put(ada, 'notes.txt').status == 423:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_lock_of_nothing(two):
    jane, _ = two
    assert ask(jane, 'LOCK', 'new.txt', LOCK).status == 201
    assert get(jane, 'new.txt').body == b''
    assert put(jane, 'new.txt', b'now').status == 200
    jane.do('habit lock-new=off')
    assert ask(jane, 'LOCK', 'new2.txt', LOCK).status == 404
    assert ask(jane, 'LOCK', 'Photographs', LOCK).status == 403


# ---- properties -----------------------------------------------------------------------------------

def patch(client, name, ns, key, value):
    return ask(client, 'PROPPATCH', name, '<D:propertyupdate xmlns:D="DAV:" xmlns:n="%s"><D:set><D:prop><n:%s>%s</n:%s>'
               '</D:prop></D:set></D:propertyupdate>' % (ns, key, value, key))


def test_proppatch(client):
    before = get(client, 'notes.txt').headers['ETag']
    a = patch(client, 'notes.txt', 'urn:schemas-microsoft-com:', 'Win32FileAttributes', '00000020')
    assert a.status == 207 and ' 200 ' in a.text
    assert list(propfind(client, 'notes.txt').values())[0][WIN32 + 'Win32FileAttributes'].text == '00000020'
    after = get(client, 'notes.txt').headers['ETag']
    assert after != before  # it costs a version
    a = patch(client, 'notes.txt', 'http://apache.org/dav/props/', 'executable', 'T')
    assert a.status == 207 and ' 403 ' in a.text
    assert get(client, 'notes.txt').headers['ETag'] == after
