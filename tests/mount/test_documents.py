"""Documents of a library: read when they are read, once per version, whole or not at all."""
import hashlib
import time
import urllib.parse

import pytest
from conftest import NO_PROXY

LIBRARY = 'Shared Documents'


def from_server(mnt, name):
    """The bytes as any other client gets them."""
    with NO_PROXY.open(mnt.server.url + '/' + urllib.parse.quote('%s/%s' % (LIBRARY, name)), timeout=20) as r:
        return r.read()


def gets(mnt, name=''):
    return sum(r['method'] == 'GET' and name in r['path'] for r in mnt.server.requests())


def read(mnt, name):
    return (mnt.sh('sha256sum < "%s/%s"' % (LIBRARY, name)).split()[0])


def digest(data):
    return hashlib.sha256(data).hexdigest()


def test_what_is_read_is_what_the_server_has(mnt):
    names = ['notes.txt', 'empty.txt', 'Report.docx', '会议记录.docx', 'Photographs/Summer party 1.jpg',
             'Verträge & Protokolle/2026/2026-11-02 Protokoll.odt']
    for name in names:
        assert read(mnt, name) == digest(from_server(mnt, name)), name


def test_an_open_and_a_stat_cost_no_request(mnt):  # S7
    mnt.sh('cd "%s"; stat Report.docx > /dev/null; exec 3< Report.docx; exec 3<&-' % LIBRARY)
    mnt.settle()
    assert gets(mnt) == 0


def test_a_document_is_fetched_once(mnt):
    for _ in range(3):
        read(mnt, 'Report.docx')
    mnt.sh('tail -c 100 "%s/Report.docx" > /dev/null' % LIBRARY)
    assert gets(mnt) == 1


def test_two_readers_share_one_fetch(mnt):
    mnt.server.script('method=GET delay=500 count=1')
    out = mnt.sh('cd "%s"; for i in 1 2 3; do sha256sum Report.docx & done; wait' % LIBRARY)
    assert {line.split()[0] for line in out.splitlines()} == {digest(from_server(mnt, 'Report.docx'))}
    assert len(out.splitlines()) == 3
    assert gets(mnt) == 2  # one of them is the test's own


def test_a_remount_reads_from_the_cache(mnt):
    before = read(mnt, 'Report.docx')
    mnt.umount()
    mnt.server.reset()
    mnt.mount()
    assert read(mnt, 'Report.docx') == before
    assert gets(mnt) == 0


def test_what_was_read_can_be_read_offline(mnt):
    before = read(mnt, 'notes.txt')
    mnt.server.stop()
    assert read(mnt, 'notes.txt') == before
    assert 'unreachable' in mnt.run('cat', LIBRARY + '/Report.docx', cwd=mnt.mountpoint).err
    mnt.sh('echo 0 > .spfs/online')
    assert read(mnt, 'notes.txt') == before
    assert 'unreachable' in mnt.run('cat', LIBRARY + '/Report.docx', cwd=mnt.mountpoint).err
    mnt.server.start()
    mnt.sh('echo 1 > .spfs/online')
    assert read(mnt, 'Report.docx') == digest(from_server(mnt, 'Report.docx'))


def test_a_lost_cache_is_only_fetched_again(mnt):
    before = read(mnt, 'Report.docx')
    mnt.umount()
    mnt.run('sh', '-c', 'rm -r "$XDG_CACHE_HOME"/spfs/*/blobs/*')
    mnt.mount()
    assert read(mnt, 'Report.docx') == before


def test_cache_size_bounds_what_is_kept(mnt):
    """What was used last stays; what is open stays all the same, and can be bigger than the bound."""
    def kept():
        return int(mnt.run('sh', '-c', 'du -sb --apparent-size "$XDG_CACHE_HOME"/spfs/*/blobs | cut -f 1').out)
    mnt.umount()
    assert '500M' in mnt.spfs('-o', 'cache_size=much', mnt.mountpoint, code=2).err
    mnt.mount('cache_size=50k')
    assert read(mnt, 'Report.docx') and read(mnt, 'Price list 2027.xlsx') and kept() > 40000   # 24 and 18 KiB
    mnt.server.reset()
    assert read(mnt, 'Photographs/Summer party 1.jpg') == digest(from_server(mnt, 'Photographs/Summer party 1.jpg'))
    assert read(mnt, 'notes.txt') == digest(from_server(mnt, 'notes.txt'))
    mnt.wait(lambda: kept() < 50 * 1024 + 4096 * 20)
    mnt.server.reset()
    read(mnt, 'notes.txt')
    assert gets(mnt) == 0
    read(mnt, 'Report.docx')
    assert gets(mnt, 'Report') == 1


def test_reads_anywhere(mnt):
    name = 'Photographs/Summer party 1.jpg'
    data = from_server(mnt, name)
    for skip, count in ((2000, 5), (0, 1), (17, 3), (2256, 1), (2257, 9)):
        out = mnt.sh('dd if="%s/%s" bs=1024 skip=%d count=%d status=none | sha256sum' % (LIBRARY, name, skip, count))
        assert out.split()[0] == digest(data[skip * 1024:(skip + count) * 1024])


def test_grep_reads_all_of_them_once(mnt):
    out = mnt.sh('grep -rac "version 1, line 1$" "%s"' % LIBRARY, code=None)
    assert out.count(':1') >= 7
    n = gets(mnt)
    mnt.sh('grep -rac "version 1, line 1$" "%s"' % LIBRARY, code=None)
    assert gets(mnt) == n


def test_a_new_version_is_fetched_and_an_open_file_keeps_its_own(mnt):
    old = read(mnt, 'notes.txt')
    p = mnt.popen('bash', '-c', 'exec 3< "%s/notes.txt"; echo; read; sha256sum <&3; sha256sum < "%s/notes.txt"'
                  % (LIBRARY, LIBRARY), cwd=mnt.mountpoint, stdin=-1, stdout=-1)
    p.stdout.readline()
    mnt.server.do('update "%s" %d Title=changed' % (LIBRARY, number_of(mnt, 'notes.txt')))
    time.sleep(3.2)
    mnt.sh('ls "%s" > /dev/null' % LIBRARY)
    mnt.settle()
    out = p.communicate('\n', timeout=30)[0].split()
    new = digest(from_server(mnt, 'notes.txt'))
    assert new != old
    assert out[0] == old
    assert out[2] == new


def number_of(mnt, name):
    return int(mnt.sh('getfattr --only-values -n user.spfs.id "%s/%s"' % (LIBRARY, name)))


def test_a_killed_reader_is_free_at_once(mnt):
    mnt.server.script('method=GET delay=20000 count=3')
    for sig in ('TERM', 'KILL', 'INT'):
        begin = time.monotonic()
        mnt.run('timeout', '-s', sig, '0.5', 'cat', LIBRARY + '/Report.docx', cwd=mnt.mountpoint)
        assert time.monotonic() - begin < 12
    mnt.server.no_script()


def test_others_are_not_held_up_by_a_server_that_hangs(mnt):
    read(mnt, 'notes.txt')
    mnt.server.script('method=GET delay=12000 count=5')
    readers = [mnt.popen('cat', LIBRARY + '/' + name, cwd=mnt.mountpoint, stdout=-3)
               for name in ('Report.docx', 'Price list 2027.xlsx', 'Photographs/Summer party 1.jpg',
                            'Photographs/Floor plan.png', '会议记录.docx')]
    begin = time.monotonic()
    read(mnt, 'notes.txt')
    mnt.sh('cat Tasks/*.txt > /dev/null; echo x > "Tasks/new.txt"; ls -l')
    assert time.monotonic() - begin < 11
    mnt.server.no_script()
    for r in readers:
        assert r.wait(90) == 0


@pytest.mark.parametrize('text', ['short', 'x' * 2000], ids=['shorter', 'longer'])
def test_the_length_of_the_bytes_is_the_truth(mnt, text):  # the list says 312
    mnt.server.script('method=GET status=200 type=text/plain body=' + text)
    assert mnt.sh('stat -c %%s "%s/notes.txt"; cat "%s/notes.txt"' % (LIBRARY, LIBRARY)) == '312\n' + text
    assert mnt.sh('stat -c %%s "%s/notes.txt"; wc -c < "%s/notes.txt"' % (LIBRARY, LIBRARY)).split() == \
        [str(len(text))] * 2
    mnt.umount()
    mnt.server.no_script()
    mnt.mount()
    assert mnt.sh('stat -c %%s "%s/notes.txt"; cat "%s/notes.txt"' % (LIBRARY, LIBRARY)) == '%d\n%s' % (len(text), text)


def test_a_broken_connection_never_shows_half_a_document(mnt):
    mnt.server.do('habit range=off')  # else it goes on where it broke off
    mnt.server.script('method=GET cut=5000 count=99')
    r = mnt.run('cat', LIBRARY + '/Report.docx', cwd=mnt.mountpoint)
    assert r.code != 0
    mnt.server.no_script()
    assert read(mnt, 'Report.docx') == digest(from_server(mnt, 'Report.docx'))


def test_a_fetch_that_broke_off_goes_on(mnt):
    mnt.server.script('method=GET cut=5000 count=1')
    assert read(mnt, 'Report.docx') == digest(from_server(mnt, 'Report.docx'))


def test_thumbnailers_get_nothing_that_is_not_local(mnt):
    mnt.run('cp', '/usr/bin/cat', mnt.home / 'gdk-pixbuf-thumbnailer')
    preview = [mnt.home / 'gdk-pixbuf-thumbnailer', LIBRARY + '/Report.docx']
    assert 'denied' in mnt.run(*preview, cwd=mnt.mountpoint).err
    assert gets(mnt) == 0
    read(mnt, 'Report.docx')
    assert mnt.run(*preview, cwd=mnt.mountpoint, env={'LC_ALL': 'C'}).code == 0

