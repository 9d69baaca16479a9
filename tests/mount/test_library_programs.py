"""Programs at work in a library, and what the server has of it afterwards."""
import hashlib
import shutil
import tarfile
import urllib.parse

import pytest
from conftest import NO_PROXY

LIBRARY = 'Shared Documents'


def need(program):
    if not shutil.which(program):
        pytest.skip('SKIPPED: %s is not installed' % program)


def on_server(mnt, name):
    with NO_PROXY.open('%s/%s' % (mnt.server.url, urllib.parse.quote(LIBRARY + '/' + name)), timeout=30) as r:
        return r.read()


def same(mnt, *names):
    """What the mount shows is what the server has."""
    mnt.settle()
    for name in names:
        shown = mnt.sh('sha256sum < "%s/%s"' % (LIBRARY, name)).split()[0]
        assert shown == hashlib.sha256(on_server(mnt, name)).hexdigest(), name


def test_dd_writes_and_reads_in_the_middle(mnt):
    mnt.sh('cd "%s"; head -c 300000 /dev/urandom > d.bin' % LIBRARY)
    mnt.settle()
    mnt.sh('cd "%s"; printf HELLO | dd of=d.bin bs=1 seek=123456 conv=notrunc status=none' % LIBRARY)
    assert mnt.sh('cd "%s"; dd if=d.bin bs=1 skip=123456 count=5 status=none' % LIBRARY) == 'HELLO'
    same(mnt, 'd.bin')
    assert on_server(mnt, 'd.bin')[123456:123461] == b'HELLO' and len(on_server(mnt, 'd.bin')) == 300000


def test_tar_and_rsync(mnt):
    need('rsync')
    source = mnt.home / 'source'
    mnt.run('sh', '-c', 'mkdir -p source/sub; for i in 1 2 3; do echo $i > source/$i.txt; echo $i > source/sub/$i.txt; done')
    with tarfile.open(mnt.base / 'x.tar', 'w') as t:
        t.add(source, 'unpacked')
    (mnt.base / 'x.tar').chmod(0o644)
    mnt.sh('tar --no-same-owner -xf "%s" -C "%s"' % (mnt.base / 'x.tar', LIBRARY))
    mnt.sh('rsync -r --times "%s/" "%s/synced/"' % (source, LIBRARY))
    for top in 'unpacked', 'synced':
        same(mnt, *('%s/%s%d.txt' % (top, d, i) for d in ('', 'sub/') for i in (1, 2, 3)))
    assert mnt.sh('diff -r "%s" "%s/synced" && diff -r "%s" "%s/unpacked" && echo same' % (source, LIBRARY, source, LIBRARY)) == 'same\n'


def test_mmap_reads_and_writes(mnt):
    mnt.sh('cd "%s"; head -c 20000 /dev/zero > m.bin' % LIBRARY)
    mnt.sh('''cd "%s"; python3 -c "
import mmap
with open('m.bin', 'r+b') as f:
    m = mmap.mmap(f.fileno(), 0)
    m[10000:10005] = b'HELLO'
    m.flush()
    m.close()
"''' % LIBRARY)
    same(mnt, 'm.bin')
    assert on_server(mnt, 'm.bin')[10000:10005] == b'HELLO'


def test_sqlite_on_a_document(mnt):
    need('sqlite3')
    mnt.sh('''cd "%s"; sqlite3 t.db "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); UPDATE t SET a = a + 1;"''' % LIBRARY)
    assert mnt.sh('cd "%s"; sqlite3 t.db "SELECT sum(a) FROM t; PRAGMA integrity_check"' % LIBRARY) == '5\nok\n'
    same(mnt, 't.db')
    assert on_server(mnt, 't.db').startswith(b'SQLite format 3')


def test_git_in_a_library(mnt):
    need('git')
    mnt.sh('''cd "%s"; export GIT_CONFIG_GLOBAL=/dev/null; git init -q work 2>/dev/null; cd work; echo one > a.txt; git add .;
        git -c user.name=x -c user.email=x@y.example commit -qm one; git fsck --no-progress; git clone -q . ../clone''' % LIBRARY)
    mnt.settle()
    same(mnt, 'work/a.txt', 'clone/a.txt')
    assert mnt.sh('cd "%s/clone"; git -c safe.directory="*" log --format=%%s; git -c safe.directory="*" status --short' % LIBRARY) == 'one\n'


def test_zip_unzip_and_cp(mnt):
    need('zip')
    need('unzip')
    mnt.run('sh', '-c', 'mkdir -p "source/a b"; for i in 1 2 3; do head -c ${i}0000 /dev/urandom > "source/a b/$i.bin"; done; '
            'touch -d "2020-01-02 03:04:05" "source/a b/1.bin"')
    mnt.sh('cd "%s"; cp -a "%s" copy && (cd copy && zip -qr ../x.zip .) && unzip -q x.zip -d unpacked && unzip -tq x.zip && '
           'diff -r copy unpacked && diff -r copy "%s"' % (LIBRARY, mnt.home / 'source', mnt.home / 'source'), timeout=60)
    assert mnt.sh('stat -c %%Y "%s/copy/a b/1.bin" "%s/source/a b/1.bin"' % (LIBRARY, mnt.home)).split()[0] == \
        mnt.sh('stat -c %%Y "%s/source/a b/1.bin"' % mnt.home).strip()
    same(mnt, 'x.zip', *('%s/a b/%d.bin' % (d, i) for d in ('copy', 'unpacked') for i in (1, 2, 3)))
    # and once more from the server
    mnt.umount()
    mnt.sh('rm -r "$XDG_CACHE_HOME"/spfs/*/blobs/*', cwd=mnt.home)
    mnt.mount()
    mnt.settle()
    assert 'No errors detected' in mnt.sh('unzip -tq "%s/x.zip"' % LIBRARY)
    assert mnt.sh('diff -r "%s/copy" "%s/unpacked" && echo same' % (LIBRARY, LIBRARY)) == 'same\n'


def test_vim_saves_a_document_once(mnt):
    need('vim')
    mnt.sh("""cd "%s"; vim -Nu NONE -n -es -c 'normal! ggIfirst ' -c 'wq' notes.txt""" % LIBRARY, code=None)
    same(mnt, 'notes.txt')
    assert on_server(mnt, 'notes.txt').startswith(b'first ')
    assert [r['path'].rsplit('/', 1)[-1] for r in mnt.server.requests() if r['method'] in ('PUT', 'DELETE', 'MOVE')] == ['notes.txt']


def others(mnt):
    """The same site mounted a second time by the same user, as a profile of its own: another machine of his."""
    other = mnt.home / 'Other'
    other.mkdir()
    mnt.own(other)
    mnt.spfs('add', '--profile', 'other', mnt.server.url, LIBRARY)
    mnt.spfs('other', other)
    return other


def test_two_mounts_edit_one_document(mnt):
    other = others(mnt)
    try:
        def there(command, code=0):
            return mnt.sh(command, code=code, cwd=other)

        def sync(where):
            mnt.sh('echo > .spfs/sync; cat .spfs/progress > /dev/null', cwd=where)
        sync(other)
        mnt.wait(lambda: 'notes.txt' in there('ls "%s"' % LIBRARY), 20, 'the library')
        # one after the other
        mnt.sh('echo here > "%s/notes.txt"' % LIBRARY)
        mnt.settle()
        sync(other)
        mnt.wait(lambda: sync(other) or there('tail -n 1 "%s/notes.txt"' % LIBRARY) == 'here\n', 20, 'the change there')
        there('echo there >> "%s/notes.txt"' % LIBRARY)
        mnt.wait(lambda: on_server(mnt, 'notes.txt').endswith(b'here\nthere\n'), 20, 'the change on the server')
        mnt.wait(lambda: sync(mnt.mountpoint) or mnt.sh('tail -n 1 "%s/notes.txt"' % LIBRARY) == 'there\n', 20, 'the change here')
        # both at once: one is the server's, the other beside it, on the mount that was later
        for where, text in ((mnt.mountpoint, 'A'), (other, 'B')):
            mnt.sh('echo 0 > .spfs/online', cwd=where)
            mnt.sh('echo %s >> "%s/notes.txt"' % (text, LIBRARY), cwd=where)
        mnt.sh('echo 1 > .spfs/online; echo > .spfs/sync')
        mnt.wait(lambda: on_server(mnt, 'notes.txt').endswith(b'there\nA\n'), 20, 'the first of two')
        there('echo 1 > .spfs/online; echo > .spfs/sync')
        mnt.wait(lambda: 'conflict' in there('ls "%s"' % LIBRARY), 20, 'the conflict')
        mnt.wait(lambda: there('tail -n 1 "%s/notes.txt"' % LIBRARY) == 'A\n', 20, 'the version that stands')
        assert there('tail -n 1 "%s/notes (conflict "*' % LIBRARY) == 'B\n'
        assert on_server(mnt, 'notes.txt').endswith(b'there\nA\n') and 'conflict' not in mnt.sh('ls "%s"' % LIBRARY)
    finally:
        mnt.spfs('umount', other)
