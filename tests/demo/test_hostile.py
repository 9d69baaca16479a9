"""Requests that nobody should send: the server answers or hangs up, stays alive and keeps its data."""
import base64
import http.client
import random
import socket
import sqlite3
import threading
import time

import pytest

from conftest import ACTION, ENV, Fault, arg, method

SEED = 7
ROUNDS = 1500


def envelope(op, inner, version='1.1'):
    return ('<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="%s"><soap:Body><%s xmlns="%s">%s</%s>'
            '</soap:Body></soap:Envelope>' % (ENV[version], op, ACTION, inner, op))


DOCUMENT = 'http://127.0.0.1/sites/team/Shared%20Documents/notes.txt'

SAMPLES = [envelope(op, inner) for op, inner in (
    ('GetListCollection', ''),
    ('GetList', arg('listName', 'Tasks')),
    ('GetListAndView', arg('listName', 'Tasks') + arg('viewName', '')),
    ('GetListItemChanges', arg('listName', 'Tasks') + arg('since', '2020-01-01T00:00:00Z')),
    ('GetListItemChangesSinceToken',
     arg('listName', 'Tasks') + '<viewFields><ViewFields Properties="TRUE"><FieldRef Name="Title"/></ViewFields></viewFields>'
     '<query><Query><Where><And><Eq><FieldRef Name="ID"/><Value Type="Counter">1</Value></Eq><Or><Contains><FieldRef '
     'Name="Title"/><Value Type="Text">a</Value></Contains><IsNull><FieldRef Name="Body"/></IsNull></Or></And></Where>'
     '<OrderBy><FieldRef Name="Title" Ascending="FALSE"/></OrderBy></Query></query><rowLimit>10</rowLimit>'
     '<queryOptions><QueryOptions><Folder>Lists/Tasks</Folder><Paging ListItemCollectionPositionNext="Paged=TRUE&amp;p_ID=2"'
     '/><ViewAttributes Scope="RecursiveAll"/><DateInUtc>TRUE</DateInUtc></QueryOptions></queryOptions>'
     '<changeToken>1;3;e0740000-0000-0000-0000-000000000000;633400000000000000;7</changeToken>'),
    ('GetListItems', arg('listName', 'Calendar') + arg('rowLimit', '3')),
    ('UpdateListItems', arg('listName', 'Tasks') + '<updates><Batch OnError="Continue" DateInUtc="TRUE" RootFolder="">' +
     method(1, 'New', Title='x', DueDate='2024-01-01T00:00:00Z', AssignedTo='12;#x', Body='<b>y</b>', bag={'a': 'b'}) +
     method(2, 'Update', 3, 1, Status='Completed', PercentComplete='1') + method(3, 'Delete', 1) +
     method(4, 'Move', 2, FileRef='a') + method(5, 'Moderate', 2, _ModerationStatus='1') + '</Batch></updates>'),
    ('AddAttachment', arg('listName', 'Tasks') + arg('listItemID', 1) + arg('fileName', 'a') + arg('attachment', 'YWJj')),
    ('DeleteAttachment', arg('listName', 'Tasks') + arg('listItemID', 1) + arg('url', 'http://127.0.0.1/a')),
    ('AddList', arg('listName', 'n') + arg('description', 'd') + arg('templateID', '100')),
    ('UpdateList', arg('listName', 'Tasks') + '<listProperties><List Title="Tasks" EnableVersioning="TRUE"/></listProperties>'
     '<newFields><Fields><Method ID="1" AddToView=""><Field Type="Calculated" DisplayName="c" ResultType="Number"><Formula>'
     '=[Title]&amp;"a"&amp;IF(1,2,3)</Formula></Field></Method></Fields></newFields>'),
    ('GetVersionCollection', arg('strlistID', 'Tasks') + arg('strlistItemID', 1) + arg('strFieldName', 'Title')),
    ('AddListFromFeature', arg('listName', 'm') + arg('description', 'd') + arg('featureID', '') + arg('templateID', '108')),
    ('AddDiscussionBoardItem', arg('listName', 'Team Discussion') + arg('message', base64.b64encode(
        b'Message-id: <a@b>\r\nThread-index: %s\r\nSubject: =?utf-8?B?YQ==?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; '
        b'boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<b>a</b>\r\n--x--\r\n' % base64.b64encode(bytes(27))).decode())),
    ('CheckOutFile', arg('pageUrl', DOCUMENT) + arg('checkoutToLocal', 'true') + arg('lastmodified', '20 Jun 1982 12:00:00 GMT')),
    ('CheckInFile', arg('pageUrl', DOCUMENT) + arg('comment', 'c') + arg('CheckinType', '1')),
    ('UndoCheckOut', arg('pageUrl', DOCUMENT)),
    ('GetListContentTypes', arg('listName', 'Tasks') + arg('contentTypeId', '0x010801')),
    ('GetListContentTypesAndProperties', arg('listName', 'Tasks') + arg('contentTypeId', '0x01') + arg('propertyPrefix', 'vti_') +
     arg('includeWebProperties', 'true')),
    ('GetListContentType', arg('listName', 'Tasks') + arg('contentTypeId', '0x0108')),
    ('CreateContentType', arg('listName', 'Tasks') + arg('displayName', 'n_x0020_') + arg('parentType', '0x0104') +
     '<fields><Fields><Method ID="1"><Field Name="Body" Hidden="TRUE" DisplayName="x"/></Method></Fields></fields><contentTypeProperties>'
     '<ContentType Title="t" Description="d" DocumentTemplate="a"/></contentTypeProperties>' + arg('addToView', 'TRUE')),
    ('ApplyContentTypeToList', arg('webUrl', '') + arg('contentTypeId', '0x0105') + arg('listName', 'Tasks')),
    ('UpdateContentTypesXmlDocument', arg('listName', 'Tasks') + '<newDocument><ContentTypes><ContentType ID="0x0108"><a:b xmlns:a="urn:a" '
     'c="d">e<f/></a:b></ContentType></ContentTypes></newDocument>'),
    ('GetListItemChangesWithKnowledge', arg('listName', 'Tasks') + '<knowledge><s:syncKnowledge xmlns:s="http://schemas.microsoft.com/2008/03/'
     'sync/"><s:idFormatGroup/><s:replicaKeyMap><s:replicaKeyMapEntry s:replicaId="AAAAAAAAAAAAAAAAAAAAAA==" s:replicaKey="0"/>'
     '</s:replicaKeyMap><s:clockVector><s:clockVectorElement s:replicaKey="0" s:tickCount="7"/></s:clockVector></s:syncKnowledge></knowledge>'),
    ('DeleteContentType', arg('listName', 'Tasks') + arg('contentTypeId', '0x0120')),
    ('DeleteContentTypeXmlDocument', arg('listName', 'Tasks') + arg('contentTypeId', '0x0120') + arg('documentUri', 'urn:a')),
    ('DeleteList', arg('listName', 'Links')),
)]

BITS = ['<', '>', '&', '"', '/', '&#0;', '&#xFFFF;', '\x00', '\x01', '\ufffe', 'é', '\ud83d', '99999999999999999999999', '-1',
        '2147483648', '<!--', '-->', '<![CDATA[', ']]>', '<!DOCTYPE a [<!ENTITY b "c">]>', '&b;', '%s%n', '{}', "'", ';#', '|',
        '0x', '1e999', 'NaN', '../../..', '\\', 'A' * 70000, 'xmlns=""', '<a b="c" b="d"/>', '9999-99-99T99:99:99Z', '∞', '\u202e']


def mutate(rng, text):
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        kind = rng.randrange(6)
        if kind == 0:
            text = text[:at] + text[at + rng.randrange(1, 20):]
        elif kind == 1:
            text = text[:at] + rng.choice(BITS) + text[at:]
        elif kind == 2:
            text = text[:at] + text[at:min(to, at + 400)] * rng.choice((2, 3)) + text[to:]
        elif kind == 3:
            text = text[:at] + chr(rng.randrange(1, 256)) + text[at + 1:]
        elif kind == 4:  # one value for another
            start = text.find('>', at)
            end = text.find('<', start)
            if 0 <= start < end:
                text = text[:start + 1] + rng.choice(BITS) + text[end:]
        else:
            text = text[:at]
        text = text or ' '
    return text


def send(client, text):
    """Any answer is right but a failure of the server's own."""
    c = http.client.HTTPConnection('127.0.0.1', client.port, timeout=60)
    op = next((o.split('>')[0].split(' ')[0] for o in text.split('<soap:Body><')[1:]), 'GetList')
    op = ''.join(ch for ch in op if ' ' < ch < '\x7f')[:1000]
    c.request('POST', '/sites/team/_vti_bin/Lists.asmx', text.encode('utf-8', 'surrogatepass'),
              {'Content-Type': 'text/xml; charset=utf-8', 'SOAPAction': '"%s%s"' % (ACTION, op)})
    r = c.getresponse()
    body = r.read()
    assert r.status in (200, 400, 401, 403, 404, 413, 415, 500), (r.status, text[:2000])
    c.close()
    return body


def healthy(client):
    """Still serves every list, consistently."""
    for title, l in client.lists().items():
        got = client.items(l.get('ID'), limit=0)
        assert len(got) == int(l.get('ItemCount')), title
        assert len({r['ID'] for r in got}) == len(got)
    assert client.new('Announcements', Title='alive')['Title'] == 'alive'


def test_mutated_requests(start):
    """The same ones each time: the seed is fixed."""
    client = start('--latency', '0').client()
    rng = random.Random(SEED)
    for _ in range(ROUNDS):
        send(client, mutate(rng, rng.choice(SAMPLES)))
    healthy(client)


class Mirror:
    """A list as a client has it that only ever asks what changed."""

    def __init__(self, client, name):
        self.client, self.name, self.token, self.rows = client, name, None, {}
        self.update()

    def update(self):
        while True:
            s = self.client.sync(self.name, self.token, ['ID', 'owshiddenversion', 'Title'])
            for kind, id_ in s.ids:
                assert kind in ('Delete', 'Restore', 'Rename', 'SystemUpdate', 'MoveAway'), (self.name, kind)
                if kind in ('Delete', 'MoveAway'):
                    self.rows.pop(str(id_), None)
                elif kind != 'Restore':  # it comes without a row
                    for r in self.client.items(self.name, '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">%d</Value></Eq></Where>' % id_,
                                               ['ID', 'owshiddenversion', 'Title'], 1):
                        self.rows[r['ID']] = (r['owshiddenversion'], r.get('Title'))
            self.rows.update({r['ID']: (r['owshiddenversion'], r.get('Title')) for r in s.rows})
            self.token = s.token
            if s.more != 'TRUE':
                return

    def check(self):
        self.update()
        everything = {r['ID']: (r['owshiddenversion'], r.get('Title')) for r in
                      self.client.items(self.name, fields=['ID', 'owshiddenversion', 'Title'], limit=0)}
        assert self.rows == everything, self.name


LISTS = ['Tasks', 'Contacts', 'Calendar', 'Announcements', 'Assets', 'Shared Documents', 'Team Discussion', 'no such list', '']


def random_batch(rng, n):
    methods = []
    for k in range(n):
        cmd = rng.choice(('New', 'New', 'Update', 'Update', 'Update', 'Delete', 'Moderate', 'Move', 'Nonsense'))
        fields = {'Title': 't%d' % rng.randrange(1000)}
        if rng.random() < 0.3:
            fields[rng.choice(('Body', 'DueDate', 'AssignedTo', 'FSObjType', 'FileLeafRef', 'EventDate', 'RecurrenceData', 'ContentTypeId',
                               'Status', 'Order', 'MetaInfo'))] = rng.choice(('1', '', 'x', '12;#x', '2026-01-01T00:00:00Z', '<a/>', 'ä/b'))
        if cmd == 'Moderate':
            fields = {'_ModerationStatus': str(rng.randrange(-1, 6))}
        if cmd == 'Move':
            fields = {'MoveNewUrl': rng.choice(('/sites/team/Shared Documents/m%d' % k, 'http://a/', '/', '/sites/team/Lists/Tasks/x'))}
        methods.append(method(k, cmd, None if cmd == 'New' else rng.randrange(1, 25), rng.choice((None, None, None, 1, 2)), **fields))
    return ''.join(methods)


def random_call(rng):
    """An operation with arguments that may or may not make sense."""
    name = arg('listName', rng.choice(LISTS))
    type_ = arg('contentTypeId', rng.choice(('0x01', '0x0108', '0x0120', '0x', 'x', '0x0104')))
    return rng.choice((
        lambda: ('UpdateListItems', name + '<updates><Batch OnError="%s" DateInUtc="TRUE">%s</Batch></updates>' % (
            rng.choice(('Return', 'Continue')), random_batch(rng, rng.randrange(1, 12)))),
        lambda: ('AddAttachment', name + arg('listItemID', rng.randrange(20)) + arg('fileName', 'f%d' % rng.randrange(5)) +
                 arg('attachment', base64.b64encode(rng.randbytes(rng.randrange(50))).decode())),
        lambda: ('UpdateList', name + '<newFields><Fields><Method ID="1"><Field Type="%s" DisplayName="n%d"/></Method></Fields></newFields>'
                 '<deleteFields><Fields><Method ID="2"><Field Name="n%d"/></Method></Fields></deleteFields>' % (
                     rng.choice(('Text', 'Number', 'Lookup', 'User', 'Nonsense')), rng.randrange(5), rng.randrange(5))),
        lambda: ('CreateContentType', name + arg('displayName', 'c%d' % rng.randrange(8)) + arg('parentType', rng.choice(('0x01', '0x0108', 'x')))),
        lambda: ('ApplyContentTypeToList', name + type_), lambda: ('DeleteContentType', name + type_),
        lambda: ('UpdateContentTypeXmlDocument', name + type_ + '<newDocument><a xmlns="urn:a"/></newDocument>'),
        lambda: ('GetVersionCollection', arg('strlistID', rng.choice(LISTS)) + arg('strlistItemID', rng.randrange(20)) + arg('strFieldName', 'Title')),
        lambda: ('GetListItemChangesWithKnowledge', name), lambda: ('GetListContentTypes', name + type_),
        lambda: ('GetListItems', name + '<query><Query><OrderBy><FieldRef Name="Title"/></OrderBy></Query></query>' + arg('rowLimit', rng.randrange(9)))))()


@pytest.mark.parametrize('seed', range(1, 4))
def test_random_operations_lose_nothing(start, tmp_path, seed):
    """Whatever was asked: who follows the changes has what is there, and a new server in the same place has it too."""
    options = ['--data', str(tmp_path / 'd'), '--server-version', rng_version(seed), '--user', 'jroe:x', '--user', 'aking:x:contributor']
    s = start(*options)
    clients = [s.client(user='jroe:x'), s.client(user='aking:x')]
    rng = random.Random(seed)
    mirrors = [Mirror(clients[0], name) for name in LISTS[:7]]
    clients[1].checked = False  # of one the answers are held against the schema: the checks take most of the time
    for _ in range(150):
        op, inner = random_call(rng)
        try:
            rng.choice(clients).call(op, inner)
        except Fault:
            pass
        if rng.random() < 0.1:
            clients[0].do(*rng.choice((['add Tasks Title=x'], ['rename "Shared Documents" 1 r%d.txt' % rng.randrange(99)],
                                       ['set Tasks EnableModeration=True'], ['set Tasks EnableModeration=False'],
                                       ['system-update Contacts 1 Title=s'])) if rng.random() < 0.5 else ['add Contacts Title=y'])
            rng.choice(mirrors).update()
    for m in mirrors:
        m.check()
    s.stop()
    assert sqlite3.connect(tmp_path / 'd/demo.db').execute('PRAGMA integrity_check').fetchone() == ('ok',)
    s = start(*options)
    for m in mirrors:
        m.client = s.client(user='jroe:x')
        m.check()
    healthy(s.client(user='jroe:x'))


def rng_version(seed):
    return ('16', '14', 'SE')[seed % 3]


def test_values_of_every_parameter(client):
    """Each odd bit as each parameter's value."""
    for sample in SAMPLES:
        parts = sample.split('>')
        for n in range(4, len(parts) - 3):
            if '<' in parts[n] and parts[n].split('<')[0]:
                for bit in BITS[5:]:
                    text = '>'.join(parts[:n] + [bit + '<' + parts[n].split('<', 1)[1]] + parts[n + 1:])
                    send(client, text)
    healthy(client)


def test_deep_and_wide(client):
    depth = 100000
    for inner in ('<a>' * depth + '</a>' * depth, '<a>' * depth, '<a b="%s"/>' % ('c' * 1000000),
                  '<a %s/>' % ' '.join('b%d=""' % n for n in range(5000)), '<a/>' * 50000):
        send(client, envelope('GetList', arg('listName', 'Tasks') + inner))
    where = '<Eq><FieldRef Name="ID"/><Value Type="Counter">1</Value></Eq>'
    for n in (100, 5000):
        deep = '<Or>%s' % where * n + where + '</Or>' * n
        text = envelope('GetListItems', arg('listName', 'Tasks') + '<query><Query><Where>%s</Where></Query></query>' % deep)
        send(client, text)
    healthy(client)


def test_entities_are_not_expanded(client):
    bomb = '<!DOCTYPE a [%s]>' % ''.join(
        '<!ENTITY e%d "%s">' % (n, 'x' * 50 if n == 0 else ('&e%d;' % (n - 1)) * 10) for n in range(12))
    for text in ('&e11;', ''):
        begin = time.monotonic()
        body = send(client, bomb + envelope('GetList', arg('listName', 'Tasks').replace('Tasks', 'Tasks' + text)))
        assert time.monotonic() - begin < 30 and b'xxxxx' not in body
    outside = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    assert b'root:' not in send(client, outside + envelope('GetList', '<listName>&f;</listName>'))


def raw(client, data, wait=2.0):
    """Bytes as they are; what comes back until it closes or is silent."""
    s = socket.create_connection(('127.0.0.1', client.port), timeout=wait)
    out = b''
    try:
        s.sendall(data)
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            out += piece
    except OSError:
        pass
    s.close()
    return out


PATH = b'/sites/team/_vti_bin/Lists.asmx'


@pytest.mark.parametrize('data', [
    b'', b'\r\n\r\n', b'\x00' * 100, b'GET', b'GET / HTTP/9.9\r\n\r\n', b'get / http/1.1\r\n\r\n',
    b'GET ' + b'/a' * 100000 + b' HTTP/1.1\r\n\r\n', b'GET /%00%ff%fe%2e%2e/ HTTP/1.1\r\nHost: a\r\n\r\n',
    b'GET /sites/team/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n',
    b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n',
    b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n',
    b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nshort',
    b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc',
    b'GET / HTTP/1.1\r\n' + b'A: b\r\n' * 20000 + b'\r\n', b'GET / HTTP/1.1\r\nA: ' + b'b' * 200000 + b'\r\n\r\n',
    b'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic !!!\r\n\r\n', b'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\n\r\n',
    b'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', b'PROPFIND / HTTP/1.1\r\nHost: a\r\nDepth: x\r\n\r\n'],
    ids=range(20))
def test_http_that_is_none(client, data):
    answer = raw(client, data, 0.5)
    assert not answer or answer.startswith(b'HTTP/1.')
    assert b'root:' not in answer
    assert client.get_list('Tasks') is not None


def test_a_body_that_is_too_long(client):
    """Refused before it is read whole."""
    answer = raw(client, b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: 4000000000\r\n'
                 b'\r\n' + b'x' * 65536)
    assert not answer or b' 413 ' in answer.split(b'\r\n')[0]
    assert client.get_list('Tasks') is not None


def test_slow_and_silent_connections_hold_nobody_up(client):
    idle = [socket.create_connection(('127.0.0.1', client.port)) for _ in range(200)]
    for s in idle[:100]:
        s.sendall(b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n')
    begin = time.monotonic()
    assert client.get_list('Tasks') is not None
    assert time.monotonic() - begin < 30
    for s in idle:
        s.close()


def test_many_at_once(start):
    """Every update arrives exactly once, whoever else writes; conflicts are told."""
    server = start()
    errors, conflicts, done = [], [], []

    def work(n):
        client = server.client()
        client.checked = False
        try:
            for k in range(25):
                client.new('Links', URL='http://a/%d-%d, x' % (n, k), Comments='%d-%d' % (n, k))
                row = client.items('Tasks', fields=['ID', 'owshiddenversion', 'PercentComplete'], limit=1)[0]
                r = client.update('Tasks', method(1, 'Update', row['ID'], row['owshiddenversion'], Title='%d-%d' % (n, k)))[0]
                (done if r.code == 0 else conflicts).append(r.code)
                client.sync('Tasks')
        except Exception as e:  # told by the main thread
            errors.append(e)

    before = server.client().items('Tasks', limit=1)[0]
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors
    client = server.client()
    made = [r['Comments'] for r in client.items('Links', limit=0) if '-' in r.get('Comments', '')]
    assert len(made) >= 200 and {'%d-%d' % (n, k) for n in range(8) for k in range(25)} <= set(made)
    after = client.items('Tasks', limit=1)[0]
    assert int(after['owshiddenversion']) == int(before['owshiddenversion']) + len(done)
    assert set(conflicts) <= {0x81020015} and len(done) + len(conflicts) == 200
    healthy(client)


def test_admin_says_no(client):
    """Orders and commands that make no sense change nothing."""
    for path, bodies in (('do', ['nonsense', 'add', 'add Nothing Title=x', 'update Tasks 99999 Title=x', 'latency -5',
                                 'delete Tasks x', 'x' * 100000, '\x00', 'attach Tasks 1']),
                         ('script', ['nonsense', 'count=x', 'quirk=none', 'status=9', 'delay=-1', 'a' * 100000])):
        for body in bodies:
            c = http.client.HTTPConnection('127.0.0.1', client.port, timeout=60)
            c.request('POST', '/_demo/' + path, body.encode())
            r = c.getresponse()
            text = r.read()
            assert r.status == 400 and text, (path, body[:50], r.status)
            c.close()
    healthy(client)


def test_a_client_that_goes_away(client):
    """While the answer is under way."""
    big = envelope('GetListItems', arg('listName', 'Tasks')).encode()
    for n in range(50):
        s = socket.create_connection(('127.0.0.1', client.port))
        s.sendall(b'POST ' + PATH + b' HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nSOAPAction: "%sGetListItems"\r\n'
                  b'Content-Length: %d\r\n\r\n' % (ACTION.encode(), len(big)) + big[:len(big) - n % 3])
        s.close()
    healthy(client)


def test_faults_leave_no_half_done_work(client):
    """A request that fails on its way is undone as a whole."""
    before = client.lists()['Tasks'].attrib
    with pytest.raises(Fault):
        client.call('UpdateList', arg('listName', 'Tasks') + '<listProperties><List Description="changed" Title="Links"/>'
                    '</listProperties>')
    assert client.lists()['Tasks'].attrib == before
