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
