"""WebDAV requests that nobody should send, and the operations that test_hostile's samples leave out."""
import http.client
import random

import pytest

from conftest import Fault, arg, method
from test_hostile import BITS, Mirror, envelope, healthy, mutate, send

METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'MKCOL', 'MOVE', 'COPY', 'LOCK', 'UNLOCK', 'PROPFIND', 'PROPPATCH', 'OPTIONS', 'POST', 'TRACE', 'PATCH', 'X-Y']
LIBRARY = '/sites/team/Shared%20Documents'
PLACES = ['', '/', '/notes.txt', '/a.txt', '/b', '/b/c.txt', '/b/', '/../x', '/%2e%2e/%2e%2e/x', '/a%00b', '/a%2fb', '/%ff%fe', '/' + 'n' * 300, '/a//b',
          '/Forms/AllItems.aspx', '/.', '/%E4%BC%9A.docx', '/~$a.docx', '/a.exe', '/a%7c', '/a.', '/%20']
HEADERS = {
    'Depth': ['0', '1', 'infinity', '-1', 'x', ''], 'Overwrite': ['T', 'F', 'x'], 'If-Match': ['*', '"{x},1"', 'x', ''], 'If-None-Match': ['*', 'x'],
    'Destination': ['http://127.0.0.1' + LIBRARY + '/b', LIBRARY + '/b/c.txt', LIBRARY, '/', 'x', 'http://other/x', 'http://[', '', LIBRARY + '/%00'],
    'Lock-Token': ['<opaquelocktoken:x>', 'x', ''], 'If': ['(<opaquelocktoken:x>)', '(', '', '<x> (Not <y>)'], 'Timeout': ['Second-10', 'Infinite', 'x', 'Second--1'],
    'Range': ['bytes=0-1', 'bytes=5-', 'bytes=-5', 'bytes=9-1', 'bytes=x', 'bytes=0-1,3-4', 'bytes=99999999999999999999-'], 'Translate': ['f', 't'],
    'Content-Range': ['bytes 0-1/5'], 'Content-Type': ['text/xml', 'application/octet-stream'], 'X-Requested-With': ['x'], 'Accept-Encoding': ['gzip'],
}
BODIES = ['', 'x', '<propfind xmlns="DAV:"><allprop/></propfind>', '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><x xmlns="urn:y"/></D:prop></D:propfind>',
          '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>a</owner></lockinfo>', '<' * 3000,
          '<propertyupdate xmlns="DAV:"><set><prop><a xmlns="urn:a">b</a><Win32LastModifiedTime xmlns="urn:schemas-microsoft-com:">x</Win32LastModifiedTime>'
          '</prop></set><remove><prop><c/></prop></remove></propertyupdate>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'PK\x03\x04' + 'z' * 4000]
STATUSES = {200, 201, 204, 206, 207, 304, 400, 401, 403, 404, 405, 409, 411, 412, 413, 414, 415, 416, 423, 424, 501, 502, 507}


def ask(client, method_, path, body, headers):
    c = http.client.HTTPConnection('127.0.0.1', client.port, timeout=60)
    try:
        c.request(method_, path, body.encode('utf-8', 'surrogatepass'), headers)
        r = c.getresponse()
        r.read()
        return r.status
    finally:
        c.close()


def random_request(rng):
    headers = {h: rng.choice(HEADERS[h]) for h in rng.sample(sorted(HEADERS), rng.randrange(4))}
    if rng.random() < 0.1:
        headers[rng.choice(sorted(HEADERS))] = ''.join(ch for ch in rng.choice(BITS) if ' ' <= ch < '\x7f')[:500]
    body = rng.choice(BODIES)
    return rng.choice(METHODS), LIBRARY + rng.choice(PLACES), mutate(rng, body) if rng.random() < 0.3 and body else body, headers


@pytest.mark.parametrize('version', ['16', '12'])
def test_random_webdav(start, version):
    """Any refusal is right, a failure of the server's own is not; who follows the changes has what is there."""
    client = start('--server-version', version).client()
    rng = random.Random(11)
    mirror = Mirror(client, 'Shared Documents')
    for n in range(700):
        request = random_request(rng)
        status = ask(client, *request)
        assert status in STATUSES, (status, request)
        if n % 50 == 0:
            mirror.update()
    mirror.check()
    healthy(client)


def test_documents_by_both_ways_at_once(start):
    """WebDAV and batches on one library: nothing is lost, nothing is there twice, and the tree is one."""
    client = start().client()
    rng = random.Random(5)
    mirror = Mirror(client, 'Shared Documents')
    for n in range(250):
        names = ['%s/%s' % (rng.choice(('', '/d1', '/d2', '/d1/e')), rng.choice(('f1.txt', 'f2.txt', 'd1', 'd2', 'e'))) for _ in range(2)]
        try:
            what = rng.randrange(6)
            if what == 0:
                client.update('Shared Documents', method(1, rng.choice(('Delete', 'Update', 'Move')), rng.randrange(1, 40), Title=str(n),
                                                         MoveNewUrl='/sites/team/Shared Documents' + names[0]))
            else:
                ask(client, ('PUT', 'MKCOL', 'MOVE', 'COPY', 'DELETE')[what - 1], LIBRARY + names[0], 'data %d' % n if what == 1 else '',
                    {'Destination': LIBRARY + names[1], 'Overwrite': rng.choice('TF')} if what in (3, 4) else {})
        except Fault:
            pass
    mirror.check()
    rows = client.items('Shared Documents', fields=['FileRef', 'FSObjType'], limit=0)
    paths = [r['FileRef'].split(';#')[1].lower() for r in rows]
    folders = {p for p, r in zip(paths, rows) if r['FSObjType'].endswith('1')} | {'sites/team/shared documents'}
    assert len(set(paths)) == len(paths) and {p.rsplit('/', 1)[0] for p in paths} <= folders
    healthy(client)


REST = [envelope(op, arg('listName', 'Tasks') + inner) for op, inner in (
    ('GetAttachmentCollection', arg('listItemID', 1)),
    ('UpdateContentType', arg('contentTypeId', '0x0108') + '<contentTypeProperties><ContentType Title="t" Description="d"/></contentTypeProperties><newFields><Fields>'
     '<Method ID="1"><Field Name="Author" Node="/a" Hidden="TRUE"/></Method></Fields></newFields><deleteFields><Fields><Method ID="2"><Field Name="Body"/></Method>'
     '</Fields></deleteFields>' + arg('addToView', 'TRUE')),
    ('UpdateContentTypeXmlDocument', arg('contentTypeId', '0x0108') + '<newDocument><a:b xmlns:a="urn:a" c="d">e<f/></a:b></newDocument>'),
    ('UpdateListItemsWithKnowledge', '<updates><Batch>%s</Batch></updates><syncScope/><knowledge/>' % method(1, 'New', Title='x')),
    ('AddWikiPage', arg('strListName', 'a')),
    ('UpdateList', '<listProperties><List Title="Tasks" Direction="LTR"><Validation Message="m">=OR(ISBLANK([Due Date]),AND([% Complete]&lt;=1,LEN(MID("grün",2,9))'
     '&gt;DATE(2026,1,31)-TODAY()))</Validation></List></listProperties>'),
    ('UpdateList', '<updateFields><Fields><Method ID="1"><Field Name="Status" Type="Choice" DisplayName="S"><Validation>=FIND("a",Status,ROUND(1.5,0))&gt;1%</Validation>'
     '</Field></Method></Fields></updateFields>'))]


def test_mutated_requests_of_the_other_operations(client):
    rng = random.Random(3)
    for n in range(500):
        send(client, mutate(rng, rng.choice(REST)))
        if n % 10 == 0:
            send(client, envelope('UpdateListItems', arg('listName', 'Tasks') + '<updates><Batch>%s</Batch></updates>' % method(1, 'New', Title='v%d' % n)))
    client.call('UpdateList', arg('listName', 'Announcements') + '<listProperties><List><Validation/></List></listProperties>')
    client.checked = False  # the schema has no place for a validation
    healthy(client)


@pytest.mark.parametrize('formula', ['=' + '(' * 400, '=' + 'NOT(' * 250, '=' + '-' * 1000 + '1', '=1' + '^9' * 400, '="' + 'a' * 1000, '=[' + 'x' * 900, '=IF(' + ',' * 900,
                                     '=SUM(' + '1,' * 400 + '1)', '=REPT("a",1E9)', '=LEFT("a",1E300)', '=MID("a",-1,1)', '=DATE(1E300,1,1)', '=1E999', '=MOD(1E300,1E-300)',
                                     '=ROUND(1,1E9)', '=RIGHT("ab",-1E300)', '=FIND("","",-5)', '=%', '=&', '=1E', '=TODAY()*1E300+TODAY()', '=\u202e', '=TRUE()'])
def test_hostile_formulas(client, formula):
    """They are refused, or true, or false."""
    client.checked = False
    try:
        client.call('UpdateList', arg('listName', 'Tasks') + '<listProperties><List><Validation>%s</Validation></List></listProperties>' % (
            formula.replace('&', '&amp;').replace('<', '&lt;')))
    except Fault:
        pass
    assert client.update('Tasks', method(1, 'New', Title='x'))[0].code in (0, 0x810200c5)
