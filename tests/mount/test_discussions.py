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
    first, = mnt.sh('ls "%s/%s"' % (BOARD, directory)).splitlines()
    assert mnt.sh('cat "%s/%s/%s"' % (BOARD, directory, first)).endswith('\n\nWohin?\n')
    write(mnt, '%s/%s/a.eml' % (BOARD, directory), 'Nach Bern.\n')
    assert posts(mnt)[number + 1]['ThreadIndex'].startswith(row['ThreadIndex'])
    assert posts(mnt)[number + 1]['ParentItemID'] == str(number)
    # no header at all: the name is the subject
    write(mnt, BOARD + '/Lunch.eml', 'Pizza?\n')
    assert posts(mnt)[number + 2]['Title'] == 'Lunch' and 'Pizza?' in posts(mnt)[number + 2]['Body']


ROOT = THREAD + '/2026-11-16 09.30 Jane Roe.eml'


def test_the_first_post_is_a_file_among_its_answers(mnt):
    """It is the thread's directory on the server; its text and its subject can be written, in whichever way a program saves."""
    assert len(mnt.sh('ls "%s"' % THREAD).splitlines()) == 3
    assert mnt.sh('ls "%s/Where to eat on Thursday"' % BOARD).splitlines() == ['2026-11-18 10.00 Ada King.eml']
    text = mnt.sh('cat "%s"' % ROOT)
    first = headers(text)
    assert first['X-SP-ID'] == '1' and first['Message-ID'].startswith('<1.') and 'In-Reply-To' not in first
    assert text.endswith('\n\nWhen do we release 2.0? I suggest the first of December.\n')
    assert int(mnt.sh('stat -c %%s "%s"' % ROOT)) == len(text.encode())
    assert mnt.sh('grep -rl "first of December" "%s"' % BOARD).splitlines() == [ROOT]
    assert mnt.server.methods() == {}

    def row():
        return Client(mnt.server.url).rows(BOARD)[1]

    # in place, and by a new file that takes its name
    write(mnt, ROOT, text)
    assert mnt.server.methods() == {}
    write(mnt, ROOT, text.replace('the first of', 'the second of'))
    assert mnt.server.methods() == {'Update': 1} and 'the second of December' in row()['Body']
    mnt.sh('sed -i "s/the second of/the third of/; s/^Subject: .*/Subject: Release day/" "%s"' % ROOT)
    mnt.settle()
    assert mnt.server.methods() == {'Update': 2} and 'the third of December' in row()['Body'] and row()['Title'] == 'Release day'
    mnt.sh('echo "PS: or later" >> "%s"' % ROOT)
    mnt.settle()
    assert mnt.server.methods() == {'Update': 3} and 'PS: or later' in row()['Body']
    assert mnt.sh('ls "%s"' % BOARD).splitlines() == ['Kaffee oder Tee', 'Release date', 'Where to eat on Thursday']
    assert len(mnt.sh('ls -A "%s"' % THREAD).splitlines()) == 3
    # not its header
    r = mnt.run('sh', '-c', 'sed "s/^X-SP-ID: 1/X-SP-ID: 2/" "$0" > "$HOME/other"; cp "$HOME/other" "$0"', ROOT, cwd=mnt.mountpoint)
    assert r.code != 0 and 'Invalid argument' in r.err, r
    assert 'X-SP-ID: 2\n' in mnt.sh('cat ".spfs/conflicts/%s/"*"conflict"*' % BOARD)   # what a shell does not say is not lost
    assert 'X-SP-ID' in mnt.spfs('conflicts').out
    # it goes with its directory, and has no other name
    for command in ('rm "%s"', 'mv "%s" x.eml', 'ln "%s" y.eml', 'ln -s x "%s"', 'mkdir "%s"'):
        assert mnt.run('sh', '-c', command % ROOT, cwd=mnt.mountpoint).code != 0, command
    mnt.settle()
    assert mnt.server.methods() == {'Update': 3}
    # what others change
    now = row()
    Client(mnt.server.url).change(BOARD, 1, owshiddenversion=now['owshiddenversion'], Body='<div>Never.</div>')
    mnt.sh('echo "%s" > .spfs/sync' % BOARD)
    mnt.wait(lambda: mnt.sh('cat "%s"' % ROOT).endswith('\n\nNever.\n'), what='the new text')
    # a thread without answers is removed as a directory
    mnt.sh('rmdir "%s/Where to eat on Thursday"' % BOARD)
    wait_until(lambda: 6 not in Client(mnt.server.url).rows(BOARD), 20, 'the deletion')


@pytest.mark.skipif(not shutil.which('vim'), reason='not installed: vim')
def test_vim_edits_the_first_post(mnt):
    r = mnt.run('vim', '-u', 'NONE', '-es', '-c', 'set nocompatible backup writebackup', '-c', '%s/December/January/', '-c', 'wq', ROOT,
                cwd=mnt.mountpoint)
    assert r.code == 0, r
    mnt.settle()
    assert mnt.server.methods() == {'Update': 1}
    assert 'first of January' in Client(mnt.server.url).rows(BOARD)[1]['Body']


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


@pytest.mark.deadline(90)
def test_an_update_that_is_lost_posts_once(mnt):
    """The post is on the server, and what should have followed it, its ReplicationID too, was not heard of: it is known again
    by its Message-ID, and is the file that it was written as."""
    mnt.server.script('op=UpdateListItems count=1 close=before')
    write(mnt, THREAD + '/a.eml', 'Once.\n')
    (number, row), = posts(mnt).items()
    assert not row.get('MetaInfo_ReplicationID') and operations(mnt).count('AddDiscussionBoardItem') == 1
    assert len(mnt.sh('ls "%s"' % THREAD).splitlines()) == 4
    assert 'X-SP-ID: %d\n' % number in mnt.sh('cat "%s/a.eml"' % THREAD)
    # after another start too, and edited it is that post
    mnt.server.script('op=UpdateListItems count=1 cut=100')
    write(mnt, THREAD + '/b.eml', 'Twice.\n')
    mnt.umount()
    mnt.mount()
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    assert sorted(posts(mnt)) == [number, number + 1] and len(mnt.sh('ls "%s"' % THREAD).splitlines()) == 5
    mnt.server.no_script()
    mnt.server.reset()
    name, = [n for n in mnt.sh('grep -l "X-SP-ID: %d" "%s"/*' % (number, THREAD)).splitlines()]
    mnt.sh('sed -i "s/^Once/For once/" "%s"' % name)
    mnt.settle()
    assert operations(mnt) == ['UpdateListItems'] and 'For once' in posts(mnt)[number]['Body'] and len(posts(mnt)) == 2


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
