"""spfs pin: documents that are here whether somebody reads them or not."""
import time

from test_ahead import gets, wait

LIBRARY = 'Shared Documents'
FOLDER = LIBRARY + '/Verträge & Protokolle'
NAMES = ['2026-11-02 Protokoll.odt', 'Mietvertrag (unterschrieben).pdf']


def test_what_is_pinned_can_be_read_offline(mnt):
    mnt.spfs('pin', mnt.mountpoint / FOLDER)
    wait(lambda: sorted(gets(mnt)) == NAMES)
    assert mnt.spfs('pin').out == FOLDER + '\n'
    mnt.settle()
    mnt.server.stop()
    mnt.sh('find "%s" -type f -exec cat {} + > /dev/null' % FOLDER)
    assert mnt.run('cat', LIBRARY + '/notes.txt', cwd=mnt.mountpoint).code != 0
    mnt.server.start()


def test_what_comes_later_is_fetched_too(mnt):
    mnt.spfs('pin', mnt.mountpoint / FOLDER)
    wait(lambda: sorted(gets(mnt)) == NAMES)
    number = mnt.sh('getfattr --only-values -n user.spfs.id "%s/Mietvertrag (unterschrieben).pdf"' % FOLDER)
    mnt.server.do('update "%s" %s Title=changed' % (LIBRARY, number))
    mnt.sh('echo > .spfs/sync')
    wait(lambda: sorted(gets(mnt)) == sorted(NAMES + [NAMES[1]]))
    mnt.settle()
    time.sleep(0.3)
    assert sorted(gets(mnt)) == sorted(NAMES + [NAMES[1]])


def test_pins_outlive_the_mount_and_end(mnt):
    mnt.spfs('pin', mnt.mountpoint / LIBRARY / 'notes.txt')
    wait(lambda: gets(mnt) == ['notes.txt'])
    mnt.umount()
    mnt.run('sh', '-c', 'rm -r "$XDG_CACHE_HOME"/spfs/*/blobs/*')
    mnt.server.reset()
    mnt.mount()
    assert mnt.sh('cat .spfs/pinned') == LIBRARY + '/notes.txt\n'
    mnt.spfs('unpin', mnt.mountpoint / LIBRARY / 'notes.txt')
    assert mnt.spfs('pin').out == 'nothing is pinned\n'
    r = mnt.spfs('unpin', mnt.mountpoint / LIBRARY / 'notes.txt', code=1)
    assert 'not pinned itself' in r.err


def test_pin_says_what_is_wrong(mnt):
    assert 'not in a mount' in mnt.spfs('pin', mnt.home, code=7).err
    assert 'No such file' in mnt.spfs('pin', mnt.mountpoint / 'nothing', code=1).err
    assert 'what is to be unpinned' in mnt.spfs('unpin', code=2).err
    assert 'Invalid argument' in mnt.run('bash', '-c', 'echo hold 3 > .spfs/pinned', cwd=mnt.mountpoint,
                                         env={'LC_ALL': 'C'}).err
