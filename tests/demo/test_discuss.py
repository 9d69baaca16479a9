"""Messages into a discussion board: [MS-LISTSWS] 3.1.4.2."""
import base64
import email.message
import email.policy
import re

import pytest

from conftest import RS, SP, Z, Fault, arg

TOPIC = bytes.fromhex('01db4000') + bytes(range(18))
BOARD = 'Team Discussion'


def mail(index=TOPIC, id_='<1@a>', subject='A subject', body='Hello & <you>\nthere', **headers):
    lines = ['MIME-Version: 1.0', 'From: Jane Roe <jane.roe@contoso.example>', 'Subject: ' + subject]
    if id_ is not None:
        lines.append('Message-id: ' + id_)
    if index is not None:
        lines.append('Thread-index: ' + (index if isinstance(index, str) else base64.b64encode(index).decode()))
    lines += ['%s: %s' % (k.replace('_', '-'), v) for k, v in headers.items()]
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + (body.encode() if isinstance(body, str) else body)


def post(client, message=None, list_=BOARD):
    inner = arg('listName', list_)
    if message is not None:
        inner += arg('message', message if isinstance(message, str) else base64.b64encode(message).decode())
    return client.call('AddDiscussionBoardItem', inner)


def new_id(response):
    items = response.find('.//' + SP + 'listitems')
    assert items.find(RS + 'data').get('ItemCount') == '1'  # R1584
    assert not [e for e in items.iter() if e.tag.endswith('schema')]  # R330
    return items.find('.//' + Z + 'row').get('ows_ID')


def item(client, id_):
    fields = ['Title', 'Body', 'FSObjType', 'FileDirRef', 'FileLeafRef', 'ContentTypeId', 'ThreadIndex', 'MessageId',
              'ThreadTopic', 'EmailReferences', 'Attachments', 'ParentItemID', 'Author']
    return client.items(BOARD, '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">%s</Value></Eq></Where>' % id_,
                        fields)[0]


def test_a_message_begins_a_discussion(client):
    """R320"""
    token = client.sync(BOARD).token
    got = item(client, new_id(post(client, mail())))
    assert got['Title'] == 'A subject' and got['FSObjType'].endswith('#1') and got['ContentTypeId'].startswith('0x012002')
    assert got['Body'].endswith('Hello &amp; &lt;you&gt;<br>\nthere</div>') and got['Body'].startswith('<div')
    assert got['ThreadIndex'] == '0x' + TOPIC.hex().upper() and got['MessageId'] == '<1@a>'
    assert got['FileDirRef'].endswith('Lists/Team Discussion') and got['FileLeafRef'].endswith('#A subject')
    assert client.sync(BOARD, token).titles() == ['A subject']


def test_replies_lie_in_their_discussion(client):
    root = new_id(post(client, mail()))
    first = new_id(post(client, mail(TOPIC + b'11111', '<2@a>', 'Re: A subject', References='<1@a>', Thread_Topic='A subject')))
    second = new_id(post(client, mail(TOPIC + b'1111122222', '<3@a>', 'Re: A subject')))
    for id_, parent in ((first, root), (second, first)):
        got = item(client, id_)
        assert got['FSObjType'].endswith('#0') and got['ContentTypeId'].startswith('0x0107')
        assert got['FileDirRef'].endswith('Lists/Team Discussion/A subject') and got['ParentItemID'] == parent
    assert item(client, first)['EmailReferences'] == '<1@a>' and item(client, first)['ThreadTopic'] == 'A subject'


@pytest.mark.parametrize('order', [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_OUTSPS_R57_a_thread_has_one_root_in_whichever_order_its_messages_come(client, order):
    """OUTSPS_R54, OUTSPS_R55, OUTSPS_R59: the first that came, which may be a reply; all others lie in it."""
    indexes = (TOPIC, TOPIC + b'11111', TOPIC + b'1111122222')
    ids = [new_id(post(client, mail(indexes[k], '<%d@a>' % k, 'Re: A subject'))) for k in order]
    root = item(client, ids[0])
    assert root['FSObjType'].endswith('#1')
    path = root['FileDirRef'].split('#')[1] + '/' + root['FileLeafRef'].split('#')[1]
    for n in ids[1:]:
        got = item(client, n)
        assert got['FileDirRef'].split('#')[1] == path and got['FSObjType'].endswith('#0')
        assert got['ParentItemID'] in ids


def test_a_discussion_knows_its_replies(client):
    """DiscussionLastUpdated, LastReplyBy and ItemChildCount of the root follow them; the newest discussion is shown first."""
    fields = ['Title', 'DiscussionLastUpdated', 'LastReplyBy', 'ItemChildCount', 'IsRootPost', 'DiscussionTitle', 'Modified']
    where = '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">%s</Value></Eq></Where>'
    root = client.items(BOARD, where % 1, fields)[0]
    assert root['DiscussionLastUpdated'] == '2026-11-16 11:20:00' > root['Modified']
    assert root['LastReplyBy'] == '17;#Ada King' and root['ItemChildCount'].endswith('#2') and root['IsRootPost'] == '1'
    index = client.items(BOARD, where % 1, ['ThreadIndex'])[0]['ThreadIndex']
    n = new_id(post(client, mail(bytes.fromhex(index[2:]) + b'54321', '<late@a>', 'Re: Release date')))
    now, reply = client.items(BOARD, where % 1, fields)[0], client.items(BOARD, where % n, fields)[0]
    assert now['ItemChildCount'].endswith('#3') and now['LastReplyBy'] == '12;#Jane Roe'
    assert now['DiscussionLastUpdated'] == reply['Modified'] == reply['DiscussionLastUpdated']
    assert reply['DiscussionTitle'] == 'Release date' and reply['IsRootPost'] == '0' and 'LastReplyBy' not in reply
    shown = client.call('GetListItems', arg('listName', BOARD))
    assert shown.find('.//' + Z + 'row').get('ows_ID') == '1'


def test_OUTSPS_R58_a_discussion_goes_and_comes_with_its_replies(client):
    token = client.sync(BOARD).token
    client.do('delete "%s" 1' % BOARD)
    gone = client.sync(BOARD, token)
    assert sorted(gone.ids) == [('Delete', 1), ('Delete', 2), ('Delete', 3)]
    client.do('restore "%s" 1' % BOARD)
    back = client.sync(BOARD, gone.token)
    assert sorted(back.ids) == [('Restore', 1), ('Restore', 2), ('Restore', 3)] and len(back.rows) == 3
    client.do('delete "%s" 2' % BOARD, 'delete "%s" 1' % BOARD, 'restore "%s" 1' % BOARD)
    assert ('Restore', 2) not in client.sync(BOARD, back.token).ids  # it had gone before, by itself


def test_a_reply_to_nothing_begins_a_discussion(client):
    got = item(client, new_id(post(client, mail(TOPIC + b'11111'))))
    assert got['FSObjType'].endswith('#1')


def test_two_discussions_of_one_subject(client):
    a = item(client, new_id(post(client, mail(subject='a/b: "c"?'))))
    b = item(client, new_id(post(client, mail(TOPIC[::-1], '<2@a>', subject='a/b: "c"?'))))
    assert a['Title'] == b['Title'] == 'a/b: "c"?' and a['FileLeafRef'] != b['FileLeafRef']


@pytest.mark.parametrize('list_', ['Tasks', 'Shared Documents'])
def test_other_lists_are_refused(client, list_):
    """R319, R1573"""
    with pytest.raises(Fault) as e:
        post(client, mail(), list_)
    assert e.value.code is None


def test_no_such_list(client):
    """R315 to R318"""
    with pytest.raises(Fault) as e:
        post(client, mail(), 'nothing')
    assert e.value.code == 0x82000006
    assert new_id(post(client, mail(), client.lists()[BOARD].get('ID')))


@pytest.mark.parametrize('message', [
    None, '', '!!!', base64.b64encode(b'no headers at all').decode(), mail(id_=None), mail(id_=''), mail(index=None),
    mail(index=b'x' * 21), mail(index='???'), mail(index='')], ids=range(10))
def test_messages_that_are_none(client, message):
    """R325, R326, R327"""
    before = client.lists()[BOARD].get('ItemCount')
    with pytest.raises(Fault) as e:
        post(client, message)
    assert e.value.code is None
    assert client.lists()[BOARD].get('ItemCount') == before


def test_ids_are_unique(client):
    """R326, R328"""
    post(client, mail())
    for again in (mail(TOPIC + b'11111'), mail(id_='<2@a>')):
        with pytest.raises(Fault) as e:
            post(client, again)
        assert e.value.code is None


def test_a_message_that_a_mail_program_made(client):
    """Encoded headers, alternatives, attachments."""
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m['Subject'] = 'Größe und 大小, and so on: a long subject that must be folded somewhere, like here'
    m['Message-id'], m['Thread-index'] = '<mp@a>', base64.b64encode(TOPIC).decode()
    m.set_content('plain ü')
    m.add_alternative('<html><body><p>Grüße &amp; <b>more</b></p></body></html>', subtype='html')
    m.add_attachment(b'\x00\x01binary', maintype='application', subtype='octet-stream', filename='a ü.bin')
    id_ = new_id(post(client, m.as_bytes()))
    got = item(client, id_)
    assert got['Title'] == m['Subject'] and '<p>Grüße &amp; <b>more</b></p>' in got['Body']
    r = client.call('GetAttachmentCollection', arg('listName', BOARD) + arg('listItemID', id_))
    url = r.find('.//' + SP + 'Attachment').text
    assert url.endswith('/a%20%C3%BC.bin') and got['Attachments'] == '1'
    assert client.request('GET', re.sub('^http://[^/]*', '', url)).body == b'\x00\x01binary'


def test_latin_1_and_bad_bytes(client):
    got = item(client, new_id(post(client, mail(body=b'gr\xfc\xdfe \x00\x07', subject='=?iso-8859-1?Q?K=E4se_&_Brot?='))))
    assert got['Title'] == 'Käse & Brot' and 'grüße' in got['Body']


def test_rights(start):
    s = start('--user', 'bob:x:reader')
    with pytest.raises(Fault) as e:
        post(s.client(user='bob:x'), mail())
    assert e.value.code == 0x80070005


def test_2007_tells_of_an_unknown_list_without_a_code(start):
    """<35>"""
    with pytest.raises(Fault) as e:
        post(start('--server-version', '12').client(), mail(), 'nothing')
    assert e.value.code is None
