"""Discussions: a directory for each thread, a message for each post; writing one posts it.

Shows MS-OUTSPS_R1063, R1081, R1082, R1087 to R1090 from end to end.
"""
import email.header
import shutil

import pytest
from conftest import wait_until
from soap import Client

BOARD = 'Team Discussion'
THREAD = BOARD + '/Release date'


def posts(mnt):
    """The board's rows that are no part of the sample site."""
    return {i: row for i, row in Client(mnt.server.url).rows(BOARD).items() if i > 6}


def operations(mnt):
    return [r['op'] for r in mnt.server.requests() if r.get('list') == BOARD and 'GetListItemChanges' not in r['op']]


def write(mnt, path, text):
    r = mnt.run('sh', '-c', 'cat > "$0"', path, cwd=mnt.mountpoint, stdin=text)
    assert r.code == 0, r
    mnt.settle()


def headers(text):
    return dict(line.split(': ', 1) for line in text.split('\n\n')[0].replace('\n ', ' ').splitlines())


def test_posts_are_messages(mnt):
    """MS-OUTSPS_R1081, R1082: with AddDiscussionBoardItem, never with a New of UpdateListItems."""
    write(mnt, THREAD + '/answer.eml', 'Fine <b>with</b> me,\n\nÄnne\n')
    assert operations(mnt) == ['AddDiscussionBoardItem', 'UpdateListItems']
    assert mnt.server.methods() == {'Update': 1}
    (number, row), = posts(mnt).items()
    assert row['FileRef'].endswith('Lists/%s/%d_.000' % (THREAD, number)) and row['ParentItemID'] == '1'
    assert 'Fine &lt;b&gt;with' in row['Body'] and 'Änne' in row['Body']
    assert row['MetaInfo_ReplicationID'].strip('{}').lower() in row['MessageId']
    # now it is a file as the others are, with what only the server knows
    name, = [n for n in mnt.sh('ls "%s"' % THREAD).splitlines() if 'Jane Roe' in n and 'answer' not in n and n[:10] > '2026-11-16']
    text = mnt.sh('cat "%s/%s"' % (THREAD, name))
    reply = headers(text)
    assert reply['From'].startswith('Jane Roe <') and reply['Subject'] == 'Re: Release date'
    assert reply['X-SP-ID'] == str(number) and reply['In-Reply-To'].startswith('<1.')
    assert text.endswith('\n\nFine <b>with</b> me,\n\nÄnne\n')
    assert mnt.sh('cat "%s/answer.eml"' % THREAD) == text    # its writer finds it under his own name
    # an answer to the answer, which names it
    write(mnt, THREAD + '/more.eml', 'Subject: Re: Fine?\nIn-Reply-To: %s\n\nTruly.\n' % reply['Message-ID'])
    second = posts(mnt)[number + 1]
    assert second['ThreadIndex'].startswith(row['ThreadIndex']) and second['ParentItemID'] == str(number)
    assert second['Title'] == 'Re: Fine?'
    assert headers(mnt.sh('cat "%s/more.eml"' % THREAD))['References'].split()[-1] == reply['Message-ID']
    # saved again as it is: nothing; with another text: an update
    mnt.server.reset()
    write(mnt, '%s/%s' % (THREAD, name), text)
    assert operations(mnt) == []
    write(mnt, '%s/%s' % (THREAD, name), text.replace('Fine', 'Not fine'))
    assert operations(mnt) == ['UpdateListItems'] and 'Not fine' in posts(mnt)[number]['Body']


def test_new_threads(mnt):
    """A message in the board's own directory begins a thread, and becomes a directory."""
    title = 'Zürich, ' + 'oder doch lieber ein anderer Ort für das nächste Treffen? ' * 2
    write(mnt, BOARD + '/new.eml', 'Subject: %s\n\nWohin?\n' % title)
    assert operations(mnt) == ['AddDiscussionBoardItem', 'UpdateListItems'] and mnt.server.methods() == {'Update': 1}
    (number, row), = posts(mnt).items()
    assert row['Title'] == title.strip() and row['FSObjType'].endswith('#1') and 'Wohin?' in row['Body']
    assert not mnt.sh('ls "%s" | grep eml' % BOARD, code=None)
    directory, = [n for n in mnt.sh('ls "%s"' % BOARD).splitlines() if n.startswith('Zürich')]
    write(mnt, '%s/%s/a.eml' % (BOARD, directory), 'Nach Bern.\n')
    assert posts(mnt)[number + 1]['ThreadIndex'].startswith(row['ThreadIndex'])
    assert posts(mnt)[number + 1]['ParentItemID'] == str(number)
    # no header at all: the name is the subject
    write(mnt, BOARD + '/Lunch.eml', 'Pizza?\n')
    assert posts(mnt)[number + 2]['Title'] == 'Lunch' and 'Pizza?' in posts(mnt)[number + 2]['Body']


@pytest.mark.deadline(90)
@pytest.mark.parametrize('order', ['close=after', 'close=before', 'cut=100'])
def test_an_answer_that_is_lost_posts_once(mnt, order):
    mnt.server.script('op=AddDiscussionBoardItem count=1 ' + order)
    write(mnt, THREAD + '/a.eml', 'Once.\n')
    write(mnt, BOARD + '/Another.eml', 'Once more.\n')
    wait_until(lambda: len(posts(mnt)) == 2, 30, 'the posts')
    mnt.settle()
    assert sorted(('Once more' in p['Body'], 'Once.' in p['Body']) for p in posts(mnt).values()) == [(False, True), (True, False)]
    assert mnt.sh('cd "%s"; cat a.eml' % THREAD).endswith('\n\nOnce.\n')
    assert mnt.sh('ls "%s"' % BOARD).splitlines().count('Another') == 1


def test_an_update_that_is_lost_posts_once(mnt):
    """The post is on the server, and what should have followed it was not heard of."""
    mnt.server.script('op=UpdateListItems count=1 close=before')
    write(mnt, THREAD + '/a.eml', 'Once.\n')
    assert operations(mnt).count('AddDiscussionBoardItem') == 1 and len(posts(mnt)) == 1
    assert mnt.sh('ls "%s"' % THREAD).count('Jane Roe') == 1


def test_a_post_that_is_refused_stays_with_the_reason(mnt):
    """MS-OUTSPS_R1090, and the next one is posted all the same."""
    mnt.server.script('op=AddDiscussionBoardItem count=1 fault=0 text=No.more.posts')
    write(mnt, THREAD + '/a.eml', 'Refused.\n')
    write(mnt, THREAD + '/b.eml', 'Taken.\n')
    assert ['Taken.' in p['Body'] for p in posts(mnt).values()] == [True]
    assert 'No.more.posts' in mnt.sh('cat "%s/ERRORS"' % THREAD)
    assert mnt.sh('cat "%s/a.eml"' % THREAD).endswith('\n\nRefused.\n')
    mnt.sh('echo retry > .spfs/sync')
    wait_until(lambda: len(posts(mnt)) == 2, 20, 'the post')


@pytest.mark.deadline(120)
@pytest.mark.skipif(not shutil.which('mutt'), reason='not installed: mutt')
def test_mutt_answers_a_post(mnt):
    """mutt reads the board, and its answer is written into the thread."""
    def file(name, text, mode=0o644):
        path = mnt.home / name
        path.write_text(text)
        path.chmod(mode)
        mnt.own(path)
        return path

    send = file('send', '#!/bin/sh\ncat > "%s/mutt.eml"\n' % (mnt.mountpoint / THREAD), 0o755)
    editor = file('editor', '#!/bin/sh\nprintf "Grüße, the tests are grün.\\n" >> "$1"\n', 0o755)
    rc = file('muttrc', 'set quit=yes\nset wait_key=no\nset sort=mailbox-order\nset sendmail="%s"\nset editor="%s"\nset copy=no\n'
              'set abort_unmodified=no\nset include=yes\nset fast_reply=yes\nset realname="Jane Roe"\nset from=jane.roe@contoso.example\n'
              'set charset=utf-8\nset send_charset=utf-8\nset folder=""\nset record=""\nset use_8bitmime=yes\nset header_cache=""\n' % (send, editor))
    box = '%s/.spfs/list.mbox' % (mnt.mountpoint / BOARD)
    mnt.sh('cat "%s/.spfs/list.mbox"' % BOARD)
    mnt.server.reset()
    keys = '/~f max.mueller<enter>ryx'
    r = mnt.run('script', '-qec', 'mutt -n -F %s -R -f "%s" -e \'push "%s"\'' % (rc, box, keys), '/dev/null',
                cwd=mnt.home, env={'TERM': 'xterm', 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8'}, timeout=60)
    assert r.code == 0, r
    mnt.settle()
    assert operations(mnt) == ['AddDiscussionBoardItem', 'UpdateListItems'], r
    (number, row), = posts(mnt).items()
    assert row['Title'].startswith('Re: Release date') and 'the tests are grün' in row['Body']
    text = mnt.sh('cat "%s/mutt.eml"' % THREAD)
    assert headers(text)['In-Reply-To'].startswith('<2.') and row['ParentItemID'] == '2'
    assert headers(text)['X-SP-ID'] == str(number) and str(email.header.make_header(
        email.header.decode_header(headers(text)['Subject']))) == row['Title']
    mnt.server.reset()
    assert 'the tests are grün' in mnt.sh('cat "%s/.spfs/list.mbox"' % BOARD)
    assert mnt.server.methods() == {}
