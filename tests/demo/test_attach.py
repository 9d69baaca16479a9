"""Attachments: [MS-LISTSWS] 3.1.4.1, 3.1.4.10, 3.1.4.14."""
import base64
import re

import pytest

from conftest import SP, Fault, arg


def add(client, item=2, name='a b ü.txt', content=b'hello', list_='Tasks'):
    inner = arg('listName', list_)
    for key, value in (('listItemID', item), ('fileName', name)):
        if value is not None:
            inner += arg(key, value)
    if content is not None:
        inner += arg('attachment', content if isinstance(content, str) else base64.b64encode(content).decode())
    return client.call('AddAttachment', inner).findtext(SP + 'AddAttachmentResult')


def urls(client, item=2, list_='Tasks'):
    r = client.call('GetAttachmentCollection', arg('listName', list_) + arg('listItemID', item))
    return [a.text for a in r.iter(SP + 'Attachment')]


def delete(client, url, item=2):
    return client.call('DeleteAttachment', arg('listName', 'Tasks') + arg('listItemID', item) + arg('url', url))


def get(client, url):
    return client.request('GET', re.sub('^http://[^/]*', '', url), headers={'Translate': 'f'})


def test_life_of_an_attachment(client):
    assert urls(client) == []
    assert add(client) == 'Lists/Tasks/Attachments/2/a b ü.txt'
    found = urls(client)
    assert found == ['http://127.0.0.1:%d/sites/team/Lists/Tasks/Attachments/2/a%%20b%%20%%C3%%BC.txt' % client.port]
    a = get(client, found[0])
    assert a.status == 200 and a.body == b'hello' and re.fullmatch(r'"\{[0-9A-F-]{36}\},1"', a.headers['ETag'])
    r = delete(client, found[0])
    assert len(r) == 0 and r.text is None
    assert urls(client) == [] and get(client, found[0]).status == 404


def test_item_shows_it(client):
    token = client.sync('Tasks').token
    add(client)
    options = '<ViewAttributes Scope="RecursiveAll"/>%s%s'
    with_urls = options % ('<IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>', '')
    with_versions = options % ('<IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>',
                               '<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>')
    url = urls(client)[0]
    def value(o):
        return client.sync('Tasks', token, ['Attachments', 'owshiddenversion'], options=o).rows[0]['Attachments']
    assert value(options % ('', '')) == '1'
    assert value(with_urls) == ';#%s;#' % url
    assert re.fullmatch(r';#%s;#\{[0-9A-F-]{36}\},1;#' % re.escape(url), value(with_versions))
    # R35: the version means nothing without the addresses
    assert value(options % ('', '<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>')) == '1'


def test_bytes_of_all_kinds(client):
    for n, content in enumerate((bytes(range(256)), b'\0', b'x' * 1000000)):
        add(client, name='f%d' % n, content=content)
    assert [len(get(client, u).body) for u in urls(client)] == [256, 1, 1000000]
    assert get(client, urls(client)[0]).body == bytes(range(256))


@pytest.mark.parametrize('kw,code', [
    ({'list_': 'No such list'}, 0x82000006), ({'item': None}, 0x82000001), ({'item': ''}, 0x82000001),
    ({'item': 999}, None), ({'item': 'x'}, None), ({'item': -1}, None),  # R1551
    ({'name': None}, 0x81020073), ({'name': ''}, 0x81020073), ({'name': 'a/b'}, 0x81020073),
    ({'content': b''}, 0x8007000d), ({'content': '!!'}, None), ({'content': 'abc'}, None), ({'content': None}, None),
    ({'list_': 'Shared Documents', 'item': 1}, None)])
def test_add_refused(client, kw, code):
    """R296, R1551: an item that is not there has no code, whatever its number; only who reads gets one for a negative (R3037)."""
    with pytest.raises(Fault) as e:
        add(client, **kw)
    assert e.value.code == code


@pytest.mark.parametrize('op,given,code', [
    ('AddAttachment', '', 0x82000001), ('AddAttachment', 'L', 0x82000001), ('AddAttachment', 'LCN', 0x82000001),  # R300
    ('AddAttachment', 'I', None), ('AddAttachment', 'ICN', None), ('AddAttachment', 'IL', None), ('AddAttachment', 'ILN', None),  # R1554
    ('AddAttachment', 'ILC', 0x81020073),  # R3011
    ('DeleteAttachment', '', 0x82000001), ('DeleteAttachment', 'LU', 0x82000001),  # R1700
    ('DeleteAttachment', 'I', None), ('DeleteAttachment', 'IL', None), ('DeleteAttachment', 'IU', None),  # R3013
    ('GetAttachmentCollection', '', 0x82000001), ('GetAttachmentCollection', 'L', 0x82000001),  # R540
    ('GetAttachmentCollection', 'I', None)])  # R541
def test_parameters_that_are_missing(client, op, given, code):
    values = {'L': arg('listName', 'Tasks'), 'I': arg('listItemID', 1), 'N': arg('fileName', 'a.txt'), 'U': arg('url', 'http://h/x'),
              'C': arg('attachment', 'aGk=')}
    with pytest.raises(Fault) as e:
        client.call(op, ''.join(values[k] for k in given))
    assert e.value.code == code


def test_R297_name_taken(client):
    add(client, name='x.txt')
    with pytest.raises(Fault) as e:
        add(client, name='X.TXT')
    assert e.value.code == 0x81020067


def test_negative_item_on_2007(start):
    with pytest.raises(Fault) as e:
        urls(start('--server-version', '12').client(), item=-1)
    assert e.value.code is None and e.value.text == 'Value does not fall within the expected range.'


@pytest.mark.parametrize('url', ['', 'x', 'http://127.0.0.1/sites/team/Lists/Tasks/Attachments/2/none.txt',
                                 'http://127.0.0.1/sites/team/Lists/Tasks/Attachments/3/a.pdf',
                                 'http://127.0.0.1/sites/team/Lists/Links/Attachments/2/a.txt'])
def test_delete_refused(client, url):
    with pytest.raises(Fault) as e:
        delete(client, url)
    assert e.value.code == 0x82000001 and e.value.text == 'Parameter Url is missing or invalid.'


def test_readers_may_not(start):
    s = start('--user', 'r:1:reader')
    c = s.client(user='r:1')
    assert urls(c, 3)
    with pytest.raises(Fault) as e:
        add(c)
    assert e.value.code == 0x80070005
