"""Libraries at their ends: documents of no byte and of 2 GiB and one, odd names, many files, deep folders."""
import hashlib
import os
import urllib.parse
import urllib.request

import pytest
from conftest import NO_PROXY
from test_document_writes import LIBRARY, from_server, lib, names, state, url

ODD = ['a#b.txt', '100 % sure.txt', 'you & me.txt', '1+1=2.txt', "it's.txt", 'a;b,c.txt', '{x}[y](z).txt', '$HOME`~!@^.txt', '会议记录.txt',
       'Überraschung.txt', 'e\u0301te\u0301.txt', '😀 party 🎉.txt', 'a  b.txt', '%41%2F.txt', 'עברית.txt', 'ﬁ ligature.txt',
       'x' * 120 + '.txt']


def test_odd_names_are_the_same_on_both_sides(mnt):
    for n, name in enumerate(ODD):
        (mnt.base / 'names').mkdir(exist_ok=True)
        (mnt.base / 'names' / str(n)).write_text(name)
    mnt.own(mnt.base / 'names')
    lib(mnt, 'for f in "%s"/names/*; do printf %%s "$(cat $f)" > "$(cat $f)"; done' % mnt.base, timeout=60)
    mnt.settle()
    for name in ODD:
        assert from_server(mnt, name) == name
    assert set(ODD) <= names(mnt)
    # from the server as well, and whatever is done to them afterwards
    mnt.umount()
    mnt.sh('rm -r "$XDG_CACHE_HOME"/spfs/*/blobs/*', cwd=mnt.home)
    mnt.mount()
    mnt.settle()
    for name in ODD:
        assert (lib(mnt, 'cat -- "$(cat "%s/names/%d")"' % (mnt.base, ODD.index(name)))) == name
    lib(mnt, 'mkdir "a # 100%% dir"; for f in "%s"/names/*; do mv -- "$(cat $f)" "a # 100%% dir/"; done' % mnt.base)
    mnt.settle()
    for name in ODD:
        assert from_server(mnt, 'a # 100% dir/' + name) == name
    lib(mnt, 'rm -r "a # 100% dir"')
    mnt.wait(lambda: from_server(mnt, 'a # 100% dir/' + ODD[0]) is None and not mnt.sh('ls .spfs/outbox'), 30)


def test_names_that_no_server_takes_are_refused_at_once(mnt):
    """A folder of such a name was made and waited for ever; a name of more than 255 bytes was one like others."""
    lib(mnt, 'mkdir dir')
    for name in ('a:b', 'a*b', 'a?b', 'a"b', 'a<b', 'a>b', 'a|b', 'a\\b', 'dot.', 'blank '):
        assert 'Invalid argument' in mnt.run('touch', name, cwd=mnt.mountpoint / LIBRARY).err, name
        assert 'Invalid argument' in mnt.run('mkdir', name, cwd=mnt.mountpoint / LIBRARY).err, name
        for what in ('notes.txt', 'dir'):                 # EINVAL is that to mv
            assert 'subdirectory of itself' in mnt.run('mv', '-T', what, name, cwd=mnt.mountpoint / LIBRARY).err, name
    for command in ('touch', 'mkdir', 'rm', 'rmdir', 'stat', 'mv -T notes.txt', 'mv -T dir', 'ln notes.txt'):
        assert 'File name too long' in mnt.run(*command.split(), 'x' * 256, cwd=mnt.mountpoint / LIBRARY).err, command
    mnt.settle()
    assert not mnt.sh('ls .spfs/outbox') and {'notes.txt', 'dir'} <= names(mnt)


def test_no_byte_one_byte_and_a_mebibyte(mnt):
    lib(mnt, ': > none.bin; printf x > one.bin; head -c 1048576 /dev/urandom > mebi.bin')
    sums = lib(mnt, 'sha256sum none.bin one.bin mebi.bin').split()[::2]
    mnt.settle()

    def other(name):
        with NO_PROXY.open(url(mnt, name), timeout=60) as r:
            return hashlib.sha256(r.read()).hexdigest()
    assert [other(n) for n in ('none.bin', 'one.bin', 'mebi.bin')] == sums
    mnt.umount()
    mnt.sh('rm -r "$XDG_CACHE_HOME"/spfs/*/blobs/*', cwd=mnt.home)
    mnt.mount()
    mnt.settle()
    assert lib(mnt, 'stat -c %s none.bin one.bin mebi.bin').split() == ['0', '1', '1048576']
    assert lib(mnt, 'sha256sum none.bin one.bin mebi.bin').split()[::2] == sums
    lib(mnt, ': > one.bin; printf y > none.bin')
    mnt.settle()
    assert (from_server(mnt, 'none.bin'), from_server(mnt, 'one.bin')) == ('y', '')


def memory(mnt):
    """The daemon's resident memory in bytes, without what is only mapped from files."""
    with open('/proc/%d/status' % mnt.pid(), encoding='ascii') as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith('RssAnon'))


@pytest.mark.skipif('SPFS_TESTS_BIG' not in os.environ, reason='SKIPPED: 2 GiB: SPFS_TESTS_BIG=1 runs it (make check-big)')
@pytest.mark.deadline(900)
def test_two_gibibytes_and_a_byte_stream_both_ways(mnt):
    """Nothing of it is held in memory, and what is said of its length fits."""
    size = (2 << 30) + 1
    most = memory(mnt)
    lib(mnt, 'truncate -s %d big.bin; printf END | dd of=big.bin bs=1 seek=%d conv=notrunc status=none' % (size - 3, size - 3),
        timeout=300)
    mnt.wait(lambda: not mnt.sh('ls .spfs/outbox'), 300, 'the document to be sent')
    most = max(most, memory(mnt))
    request = urllib.request.Request(url(mnt, 'big.bin'), method='HEAD')
    with NO_PROXY.open(request, timeout=60) as r:
        assert int(r.headers['Content-Length']) == size
    mnt.umount()
    mnt.sh('rm -r "$XDG_CACHE_HOME"/spfs/*/blobs/*', cwd=mnt.home)
    mnt.mount()
    mnt.settle()
    before = memory(mnt)
    assert lib(mnt, 'stat -c %s big.bin').strip() == str(size)
    p = mnt.popen('bash', '-c', 'cmp -n %d big.bin /dev/zero && tail -c 3 big.bin' % (size - 3),
                  cwd=mnt.mountpoint / LIBRARY, stdout=-1)
    while p.poll() is None:
        most = max(most, memory(mnt))
        try:
            p.wait(0.5)
        except Exception:
            pass
    assert p.stdout.read() == 'END'
    print('memory: %d KiB before, at most %d KiB' % (before // 1024, most // 1024))
    assert most < before + (48 << 20)


@pytest.mark.deadline(120)
def test_ten_thousand_files_in_a_folder(site):
    for first in range(0, 10000, 1000):
        site.server.do(*('add-document "%s" d%05d.txt 20' % (LIBRARY, i) for i in range(first, first + 1000)))
    site.add(LIBRARY)
    site.mount()
    site.wait(lambda: site.status()['lists'][0]['list_state'] == 'ok', 90, 'the first sync')
    site.settle()
    assert int(lib(site, 'ls | grep -c ^d0').strip()) == 10000
    assert int(lib(site, 'find . -name "d0*.txt" -size 1 | wc -l').strip()) == 10000
    site.server.reset()
    lib(site, 'ls -l > /dev/null; ls -U | tail -1; cat d00000.txt d09999.txt > /dev/null; echo new > d05000.txt; rm d05001.txt')
    site.wait(lambda: not site.sh('ls .spfs/outbox') and from_server(site, 'd05001.txt') is None, 30)
    site.settle()
    assert from_server(site, 'd05000.txt') == 'new\n'
    assert int(lib(site, 'ls | grep -c ^d0').strip()) == 9999


def error(mnt, path):
    return lib(mnt, 'getfattr --only-values -n user.spfs.error "%s"' % path)


def test_a_path_as_long_as_the_server_takes_and_one_longer(site):
    """400 characters here. What is longer stays here, with the reason, and goes up when it has a shorter one."""
    site.add(LIBRARY)
    site.mount()
    site.settle()
    root = urllib.parse.unquote(urllib.parse.urlparse(url(site, '')).path).strip('/')
    deep, length = '', len(root)
    while length + 52 < 380:
        deep += '/' + 'd' * 50 if deep else 'd' * 50
        length += 51
    fits = 'f' * (400 - length - 1 - 4) + '.txt'
    lib(site, 'mkdir -p "%s"; echo fits > "%s/%s"; echo long > "%s/f%s"' % (deep, deep, fits, deep, fits))
    site.wait(lambda: state(site, '%s/f%s' % (deep, fits)) == 'refused', 30, 'the refusal')
    site.wait(lambda: state(site, '%s/%s' % (deep, fits)) == 'clean', 30, 'the other one')
    assert from_server(site, '%s/%s' % (deep, fits)) == 'fits\n'
    assert 'longer than' in error(site, '%s/f%s' % (deep, fits))
    assert lib(site, 'cat "%s/f%s"' % (deep, fits)) == 'long\n'
    lib(site, 'mv "%s/f%s" short.txt' % (deep, fits))
    site.wait(lambda: from_server(site, 'short.txt') == 'long\n', 30, 'it under a shorter name')
    site.wait(lambda: not site.sh('ls .spfs/outbox'), 30, 'an empty outbox')
