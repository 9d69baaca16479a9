"""From one library to another of the same site: one MOVE, and nothing is lost whatever becomes of it."""
import urllib.error
import urllib.parse
import urllib.request

import pytest
from conftest import NO_PROXY

LIBRARY, OTHER = 'Shared Documents', 'Archive'


def from_server(mnt, library, name):
    """The bytes as any other client gets them; None: there is no such document."""
    try:
        with NO_PROXY.open(mnt.server.url + '/' + urllib.parse.quote('%s/%s' % (library, name)), timeout=20) as r:
            return r.read()
    except urllib.error.HTTPError as e:
        assert e.code == 404
        return None


def log(mnt, *methods):
    return ['%s %s %s' % (r['method'], urllib.parse.unquote(r['path']).split('/')[-1], r['status'])
            for r in mnt.server.requests() if r['method'] in (methods or ('PUT', 'MOVE', 'DELETE', 'MKCOL', 'COPY'))]


def names(mnt, where):
    return set(mnt.sh('ls -A "%s"' % where).splitlines())


@pytest.fixture
def two(site):
    site.server.do('add-list 101 Archive')
    site.add(LIBRARY)
    site.add(OTHER)
    site.mount()
    site.wait(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20)
    site.settle()
    site.server.reset()
    return site


def test_mv_to_another_library_is_one_move(two):
    mnt = two
    text = from_server(mnt, LIBRARY, 'notes.txt')
    number = mnt.sh('getfattr --only-values -n user.spfs.id "%s/notes.txt"' % LIBRARY)
    mnt.sh('cat "%s/notes.txt"' % LIBRARY)
    mnt.server.reset()
    mnt.sh('mv "%s/notes.txt" %s/' % (LIBRARY, OTHER))
    # it is there when mv is over, and is another item
    assert 'notes.txt' not in names(mnt, LIBRARY) and names(mnt, OTHER) == {'notes.txt'}
    assert log(mnt) == ['MOVE notes.txt 201']
    assert mnt.sh('cat %s/notes.txt' % OTHER).encode() == text == from_server(mnt, OTHER, 'notes.txt')
    assert from_server(mnt, LIBRARY, 'notes.txt') is None
    assert mnt.sh('getfattr --only-values -n user.spfs.state %s/notes.txt' % OTHER) == 'clean'
    # under another name, into a folder, and a folder with what is in it
    mnt.sh('mkdir %s/Old' % OTHER)
    mnt.settle()
    mnt.server.reset()
    mnt.sh('mv "%s/Report.docx" "%s/Old/Q3 report.docx"; mv "%s/Photographs" %s/' % (LIBRARY, OTHER, LIBRARY, OTHER))
    assert names(mnt, OTHER + '/Old') == {'Q3 report.docx'}
    assert names(mnt, OTHER + '/Photographs') == {'Summer party 1.jpg', 'Floor plan.png'}
    assert log(mnt) == ['MOVE Report.docx 201', 'MOVE Photographs 201'] and not mnt.sh('ls .spfs/outbox')
    # over one that is there and was read: with rename(2), the server writes over it
    mnt.sh('echo old > "%s/notes.txt"' % LIBRARY)
    mnt.settle()
    mnt.server.reset()
    mnt.sh('cat %s/notes.txt; mv "%s/notes.txt" %s/' % (OTHER, LIBRARY, OTHER))
    mnt.settle()
    assert from_server(mnt, OTHER, 'notes.txt') == b'old\n' == mnt.sh('cat %s/notes.txt' % OTHER).encode()
    assert log(mnt) == ['MOVE notes.txt 204']
    # what it is written over has a version that nobody here has read: then it is not the server that does it blindly
    mnt.sh('echo mine > "%s/notes.txt"' % LIBRARY)
    mnt.settle()
    mnt.server.do('update Archive %s Title="another version"' % mnt.sh('getfattr --only-values -n user.spfs.id %s/notes.txt' % OTHER))
    mnt.server.reset()
    mnt.sh('mv "%s/notes.txt" %s/' % (LIBRARY, OTHER))
    mnt.settle()
    mnt.sh('sleep 2.5')
    mnt.settle()
    assert from_server(mnt, OTHER, 'notes.txt') == b'mine\n' and not log(mnt, 'MOVE')
    # what was not sent yet is copied
    mnt.spfs('offline')
    mnt.sh('echo new > "%s/new.txt"; mv "%s/new.txt" %s/' % (LIBRARY, LIBRARY, OTHER))
    assert mnt.sh('cat %s/new.txt' % OTHER) == 'new\n' and 'new.txt' not in names(mnt, LIBRARY)
    mnt.spfs('online')
    mnt.settle()
    assert from_server(mnt, OTHER, 'new.txt') == b'new\n' and number


def test_what_is_copied_offline_keeps_its_columns(two):
    mnt = two

    def column(where, name):
        return mnt.sh('getfattr --only-values -n user.sharepoint.%s %s' % (name, where))

    mnt.sh('echo text > "%s/notes.txt"; setfattr -n user.sharepoint.Title -v "A title" "%s/notes.txt"' % (LIBRARY, LIBRARY))
    mnt.settle()
    text = from_server(mnt, LIBRARY, 'notes.txt')
    mnt.spfs('offline')
    mnt.sh('echo new > "%s/new.txt"; setfattr -n user.sharepoint.Title -v "Another" "%s/new.txt"' % (LIBRARY, LIBRARY))
    mnt.sh('mv "%s/notes.txt" "%s/new.txt" %s/' % (LIBRARY, LIBRARY, OTHER))
    assert names(mnt, OTHER) == {'notes.txt', 'new.txt'} and not {'notes.txt', 'new.txt'} & names(mnt, LIBRARY)
    mnt.spfs('online')
    mnt.wait(lambda: from_server(mnt, OTHER, 'new.txt') == b'new\n', 20)
    mnt.wait(lambda: from_server(mnt, LIBRARY, 'notes.txt') is None, 20)
    mnt.settle()
    assert from_server(mnt, OTHER, 'notes.txt') == text
    assert column('Archive/notes.txt', 'Title') == 'A title' and column('Archive/new.txt', 'Title') == 'Another'
    assert not mnt.sh('ls .spfs/outbox .spfs/conflicts | grep txt', code=None)


def test_what_the_server_says_against_it(two):
    mnt = two
    text = b'some text\n'
    mnt.sh('printf "some text\n" > "%s/notes.txt"' % LIBRARY)
    mnt.settle()
    mv = 'mv "%s/notes.txt" %s/' % (LIBRARY, OTHER)
    for order, words in (('status=403', 'denied'), ('status=423', 'busy')):
        mnt.server.script('method=MOVE %s' % order)
        assert words in mnt.sh(mv + ' 2>&1', code=1).lower()
        mnt.server.no_script()
        mnt.settle()
        assert 'notes.txt' in names(mnt, LIBRARY) and names(mnt, OTHER) == set()
    # somebody has put one there meanwhile
    mnt.settle()
    put = urllib.request.Request(mnt.server.url + '/Archive/notes.txt', b'theirs', method='PUT')
    with NO_PROXY.open(put, timeout=20):
        pass
    # (one rename(2): mv(1) asks again, and by then it is there to be seen, and replaced)
    rename = 'import os; os.rename("%s/notes.txt", "%s/notes.txt")' % (LIBRARY, OTHER)
    assert 'busy' in mnt.run('/usr/bin/python3', '-c', rename, cwd=mnt.mountpoint).err
    mnt.wait(lambda: names(mnt, OTHER) == {'notes.txt'}, 20)
    assert mnt.sh('cat %s/notes.txt' % OTHER) == 'theirs' and from_server(mnt, LIBRARY, 'notes.txt') == text
    # the answer is lost: it is looked whether it was done
    for how, moves in (('close=after', 1), ('close=before', 2)):
        mnt.server.reset()
        mnt.server.script('method=MOVE count=1 %s' % how)
        mnt.sh('mv "%s/notes.txt" %s/%s' % (LIBRARY, OTHER, how))
        assert how in names(mnt, OTHER) and 'notes.txt' not in names(mnt, LIBRARY)
        assert len(log(mnt, 'MOVE')) == moves, log(mnt, 'MOVE')
        assert from_server(mnt, OTHER, how) == text
        mnt.sh('mv %s/%s "%s/notes.txt"' % (OTHER, how, LIBRARY))
        assert mnt.sh('cat "%s/notes.txt"' % LIBRARY).encode() == text
    # and the daemon is killed meanwhile
    mnt.umount()
    mnt.run('spfs', mnt.mountpoint, env={'SPFS_CRASH_AT': 'across.answered:1'})
    mnt.run('bash', '-c', 'mv "%s/notes.txt" %s/killed.txt' % (LIBRARY, OTHER), cwd=mnt.mountpoint)
    mnt.run('fusermount3', '-u', '-z', mnt.mountpoint)
    mnt.mount()
    mnt.settle()
    mnt.wait(lambda: 'killed.txt' in names(mnt, OTHER) and 'notes.txt' not in names(mnt, LIBRARY), 20)
    assert mnt.sh('cat %s/killed.txt' % OTHER).encode() == text
    # the server is away: mv copies and removes, and that waits
    mnt.server.stop()
    mnt.sh('mv %s/killed.txt "%s/back.txt"' % (OTHER, LIBRARY))
    assert mnt.sh('cat "%s/back.txt"' % LIBRARY).encode() == text and 'killed.txt' not in names(mnt, OTHER)
    mnt.server.start()
    mnt.sh('sleep 2.5; echo > .spfs/sync')
    mnt.wait(lambda: from_server(mnt, OTHER, 'killed.txt') is None, 30)
    assert from_server(mnt, LIBRARY, 'back.txt') == text
