"""The sample's documents are real ones; what servers do to documents: promotion, drafts, attachments by PUT."""
import io
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib

import pytest
from test_attach import add, urls
from test_dav_put import LIBRARY, get, put, row_of, url


def documents(client):
    for row in client.items(LIBRARY, limit=0, fields=['FileRef', 'FSObjType', 'File_x0020_Size']):
        if row['FSObjType'].endswith(';#0'):
            path = row['FileRef'].split(';#')[1].split(LIBRARY + '/')[1]
            yield path, int(row['File_x0020_Size'].split(';#')[1])


def test_every_document_has_the_size_of_its_row_and_its_lines(client):
    for path, size in documents(client):
        body = get(client, path).body
        assert len(body) == size, path
        if size:
            assert re.search(b'(?m)^.*' + re.escape(path.split('/')[-1].encode()) + b', version 1, line 1$', body), path


def test_office_documents(client):
    for path, part in (('Report.docx', 'word/document.xml'), ('Price list 2027.xlsx', 'xl/worksheets/sheet1.xml'),
                       ('Verträge & Protokolle/2026/2026-11-02 Protokoll.odt', 'content.xml')):
        z = zipfile.ZipFile(io.BytesIO(get(client, path).body))
        assert z.testzip() is None
        text = ''.join(ET.fromstring(z.read(part)).itertext())
        assert text == path.split('/')[-1] + ', version 1'
        for name in z.namelist():
            if name.endswith(('.xml', '.rels')):
                ET.fromstring(z.read(name))
    assert z.namelist()[0] == 'mimetype'


def test_pdf(client):
    body = get(client, 'Verträge & Protokolle/Mietvertrag (unterschrieben).pdf').body
    assert body.startswith(b'%PDF-1.4\n') and body.endswith(b'\n%%EOF\n')
    xref = int(re.search(rb'startxref\n(\d+)\n', body).group(1))
    assert body[xref:xref + 9] == b'xref\n0 6\n'
    for n, at in enumerate(re.findall(rb'(\d{10}) 00000 n ', body[xref:]), 1):
        assert body[int(at):].startswith(b'%d 0 obj' % n)


def test_pictures(client):
    body = get(client, 'Photographs/Floor plan.png').body
    assert body[:8] == b'\x89PNG\r\n\x1a\n'
    at, kinds = 8, {}
    while at < len(body):
        n, kind = struct.unpack('>I4s', body[at:at + 8])
        assert zlib.crc32(body[at + 4:at + 8 + n]) == struct.unpack('>I', body[at + 8 + n:at + 12 + n])[0]
        kinds[kind] = body[at + 8:at + 8 + n]
        at += 12 + n
    assert list(kinds) == [b'IHDR', b'tEXt', b'IDAT', b'IEND'] and len(zlib.decompress(kinds[b'IDAT'])) == 48 * 145
    body = get(client, 'Photographs/Summer party 1.jpg').body
    assert body[:2] == b'\xff\xd8' and body[-2:] == b'\xff\xd9'
    at = 2
    while body[at + 1] != 0xda:  # every segment begins where the one before ends
        assert body[at] == 0xff
        at += 2 + struct.unpack('>H', body[at + 2:at + 4])[0]
    assert len(body) - at == 10 + 1200 + 2


@pytest.mark.parametrize('size', [0, 1, 21, 700, 1500, 2100, 65000, 66850, 66851, 66852, 131074, 200000])
def test_papers_of_any_size(client, size):
    for ext in 'docx', 'xlsx', 'odt', 'pdf', 'png', 'jpg', 'txt':
        client.do('add-document "%s" x.%s %d' % (LIBRARY, ext, size))
        assert len(get(client, 'x.' + ext).body) == size


# ---- promotion -------------------------------------------------------------------------------------

def docx():
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        z.writestr('word/document.xml', '<a>hello</a>' * 10000)
    return out.getvalue()


@pytest.mark.parametrize('when,versions', [(0, 1), (1, 1), (2, 2)])
def test_promotion(client, when, versions):
    client.do('habit promote=%d' % when)
    for data in docx(), docx() + b'':
        for name in 'a.docx', 'a.pdf', 'a.html', 'a.txt':
            before = row_of(client, name)
            assert put(client, name, data).status == (200 if before else 201)
            row, body = row_of(client, name), get(client, name).body
            steps = 1 if name == 'a.txt' else versions
            assert int(row['owshiddenversion']) == (int(before['owshiddenversion']) if before else 0) + steps
            assert (body != data) == (when > 0 and name != 'a.txt')
            assert row['File_x0020_Size'].endswith('#%d' % len(body))
            if name == 'a.docx':
                assert zipfile.ZipFile(io.BytesIO(body)).read('word/document.xml') == b'<a>hello</a>' * 10000
    assert get(client, 'a.docx').headers['ETag'].endswith(',%d"' % (2 * versions))


# ---- drafts ------------------------------------------------------------------------------------------

@pytest.fixture
def two(start):
    s = start('--user', 'jroe:a', '--user', 'aking:b')
    jane, ada = s.client(user='jroe:a'), s.client(user='aking:b')
    return jane, ada


def page(client, name):
    return '<pageUrl>http://127.0.0.1:%d%s</pageUrl>' % (client.port, url(client, name))


def test_a_new_document_is_its_authors_until_it_is_checked_in(two):
    jane, ada = two
    jane.do('set "%s" RequireCheckout=True' % LIBRARY)
    assert put(jane, 'new.txt', b'draft').status == 201
    assert row_of(jane, 'new.txt') and not row_of(ada, 'new.txt')
    assert get(ada, 'new.txt').status in (403, 404)
    jane.call('CheckInFile', page(jane, 'new.txt') + '<comment/><CheckinType>1</CheckinType>')
    assert row_of(ada, 'new.txt') and get(ada, 'new.txt').body == b'draft'
    # and who gives a draft up has nothing left
    assert put(jane, 'other.txt', b'draft').status == 201
    jane.call('UndoCheckOut', page(jane, 'other.txt'))
    assert not row_of(jane, 'other.txt') and get(jane, 'other.txt').status == 404


def test_undo_brings_the_bytes_back(two):
    jane, _ = two
    put(jane, 'x.txt', b'before')
    for name in 'x.txt', 'notes.txt':  # what was put, and a sample
        before = get(jane, name).body
        size = row_of(jane, name)['File_x0020_Size']
        jane.call('CheckOutFile', page(jane, name) + '<checkoutToLocal>false</checkoutToLocal>')
        assert put(jane, name, b'never mind, whatever').status == 200
        assert get(jane, name).body == b'never mind, whatever'
        jane.call('UndoCheckOut', page(jane, name))
        after = get(jane, name).body
        assert row_of(jane, name)['File_x0020_Size'] == size and len(after) == len(before)
        assert after == before or name == 'notes.txt'  # a sample's lines name the version


# ---- attachments --------------------------------------------------------------------------------------

def test_attachments_by_put(client):  # MS-OUTSPS_R1238, MS-OUTSPS_R1240, MS-OUTSPS_R1243
    add(client, name='a.txt', content=b'one')
    path = re.sub('^http://[^/]*', '', urls(client)[0])
    options = ('<ViewAttributes Scope="RecursiveAll"/><IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>'
               '<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>')
    token = client.sync('Tasks').token
    version = [r for r in client.items('Tasks', limit=0, options=options) if r['ID'] == '2'][0]['Attachments'].split(';#')[2]
    assert client.request('PUT', path, b'two', {'If-Match': version}).status == 200
    assert client.request('PUT', path, b'three', {'If-Match': version}).status == 412
    a = client.request('GET', path)
    assert a.body == b'two' and a.headers['ETag'] != '"%s"' % version
    assert [r['ID'] for r in client.sync('Tasks', token).rows] == ['2']
    assert client.request('PUT', path.replace('a.txt', 'b.txt'), b'x').status == 409
    assert client.request('DELETE', path).status == 204
    assert urls(client) == [] and client.request('DELETE', path).status == 404
