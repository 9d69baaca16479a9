"""What test suites of file systems ask, on a library: fsx (fsx.py), fio with verify, and POSIX's answers as pjdfstest asks for them."""
import os
import shutil
from pathlib import Path

import pytest
from test_document_writes import LIBRARY, lib, names, state
from test_library_programs import need, on_server

FSX = Path(__file__).with_name('fsx.py')
SECONDS = int(os.environ.get('SPFS_FSX_SECONDS', '0'))


def fsx(mnt, *options, timeout=120):
    r = mnt.run('/usr/bin/python3', mnt.base / 'fsx.py', 'f.bin', mnt.base / 'model/f', *options,
                cwd=mnt.mountpoint / LIBRARY, timeout=timeout)
    assert r.code == 0, r
    return (mnt.base / 'model/f').read_bytes()


@pytest.fixture
def with_fsx(mnt):
    shutil.copy(FSX, mnt.base)
    (mnt.base / 'fsx.py').chmod(0o644)
    (mnt.base / 'model').mkdir()
    mnt.own(mnt.base / 'model')
    return mnt


def rounds(mnt, seeds, *options, timeout=120):
    """Each goes on with what the one before has left, on another mount, with and without a cache."""
    for seed in seeds:
        model = fsx(mnt, '--seed', seed, *options, timeout=timeout)
        mnt.settle()
        mnt.wait(lambda: state(mnt, 'f.bin') == 'clean', 30, 'the document to be sent')
        assert on_server(mnt, 'f.bin') == model
        mnt.umount()
        if seed % 2:
            mnt.sh('rm -rf "$XDG_CACHE_HOME"/spfs/*/blobs/*', cwd=mnt.home)
        mnt.mount()
        mnt.settle()
    assert not [n for n in names(mnt) if 'conflict' in n]


@pytest.mark.deadline(120)
def test_fsx(with_fsx):
    rounds(with_fsx, range(1, 5), '--ops', '300')


@pytest.mark.skipif(not SECONDS, reason='SKIPPED: SPFS_FSX_SECONDS=60 runs it (make check-big)')
@pytest.mark.deadline(SECONDS * 3 + 300)
def test_fsx_for_long(with_fsx):
    rounds(with_fsx, range(101, 107), '--seconds', str(SECONDS / 6), '--max', '3000000', timeout=SECONDS * 2 + 60)


@pytest.mark.deadline(120)
def test_fio_verifies_what_it_wrote(mnt):
    need('fio')
    job = ('--size=2m --bs=4k-64k --ioengine=psync --verify=crc32c --verify_fatal=1 --do_verify=1 --verify_state_save=0 '
           '--directory=. --group_reporting --output=/dev/null')
    lib(mnt, 'fio --name=seq --rw=write %s && fio --name=rnd --rw=randwrite --nrfiles=4 %s' % (job, job), timeout=90)
    # close and open in between, and what the server has
    lib(mnt, 'fio --name=seq --rw=write --verify_only=1 %s' % job, timeout=60)
    mnt.settle()
    for name in sorted(n for n in names(mnt) if n.startswith(('seq.', 'rnd.'))):
        mnt.wait(lambda name=name: state(mnt, name) == 'clean', 30, name)
        assert on_server(mnt, name) == lib_bytes(mnt, name)


def lib_bytes(mnt, name):
    target = mnt.base / 'model'
    target.mkdir(exist_ok=True)
    mnt.own(target)
    lib(mnt, 'cat "%s" > "%s/x"' % (name, target))
    return (target / 'x').read_bytes()


# What pjdfstest asks of open, mkdir, rmdir, unlink, rename, truncate and the rest, as far as a library has it. Left out:
#   chmod, chown, mknod, mkfifo, granular  rights and owners are the server's; there are no devices, pipes and sockets there
#   link, symlink                          the server has none: presentation.md 5.3 says what they are for editors' saves
#   posix_fallocate, O_TMPFILE             not offered; EOPNOTSUPP
#   sticky bits, other users, EROFS, ENOSPC, ETXTBSY, chflags
#                                          a mount is its owner's alone, and these are the kernel's own answers
#   ctime after each call, nlink of directories (always 1)
#   timestamps of directories to the nanosecond
POSIX = '''
import errno, os, stat, sys, time

BAD = []

def says(name, want, fn, *args, **kw):
    """fn(*args) ends with this errno; 0: it does not fail."""
    try:
        got, r = 0, fn(*args, **kw)
        if isinstance(r, int) and fn is os.open:
            os.close(r)
    except OSError as e:
        got = e.errno
    if got != want:
        BAD.append('%s: %s instead of %s' % (name, errno.errorcode.get(got, got), errno.errorcode.get(want, want)))

def true(name, fact):
    if not fact:
        BAD.append(name)

def make(path, data=b'x'):
    with open(path, 'wb') as f:
        f.write(data)

LONG = 'x' * 256
os.mkdir('p')
os.chdir('p')
make('file'); os.mkdir('dir'); os.mkdir('full'); make('full/file')

# open
says('open/creat of a new name', 0, os.open, 'new', os.O_CREAT | os.O_RDWR, 0o644)
says('open O_EXCL of what is there', errno.EEXIST, os.open, 'new', os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644)
says('open of what is not there', errno.ENOENT, os.open, 'none', os.O_RDONLY)
says('open below what is not there', errno.ENOENT, os.open, 'none/x', os.O_CREAT | os.O_RDWR, 0o644)
says('open below a file', errno.ENOTDIR, os.open, 'file/x', os.O_CREAT | os.O_RDWR, 0o644)
says('open of a name that is too long', errno.ENAMETOOLONG, os.open, LONG, os.O_CREAT | os.O_RDWR, 0o644)
says('open of a directory for writing', errno.EISDIR, os.open, 'dir', os.O_WRONLY)
says('open O_DIRECTORY of a file', errno.ENOTDIR, os.open, 'file', os.O_RDONLY | os.O_DIRECTORY)
says('open O_TRUNC of a directory', errno.EISDIR, os.open, 'dir', os.O_RDWR | os.O_TRUNC)
fd = os.open('new', os.O_WRONLY | os.O_APPEND)
os.write(fd, b'one'); os.lseek(fd, 0, 0); os.write(fd, b'two'); os.close(fd)
true('O_APPEND', open('new', 'rb').read() == b'onetwo')
os.close(os.open('new', os.O_WRONLY | os.O_TRUNC))
true('O_TRUNC', os.stat('new').st_size == 0)
fd = os.open('new', os.O_RDONLY)
says('write to what is open for reading', errno.EBADF, os.write, fd, b'x')
os.close(fd)
fd = os.open('new', os.O_WRONLY)
says('read of what is open for writing', errno.EBADF, os.read, fd, 1)
os.close(fd)

# mkdir, rmdir
says('mkdir of a file\\'s name', errno.EEXIST, os.mkdir, 'file')
says('mkdir of a directory\\'s name', errno.EEXIST, os.mkdir, 'dir')
says('mkdir below nothing', errno.ENOENT, os.mkdir, 'none/x')
says('mkdir below a file', errno.ENOTDIR, os.mkdir, 'file/x')
says('mkdir too long', errno.ENAMETOOLONG, os.mkdir, LONG)
says('rmdir of nothing', errno.ENOENT, os.rmdir, 'none')
says('rmdir of a file', errno.ENOTDIR, os.rmdir, 'file')
says('rmdir of what is not empty', errno.ENOTEMPTY, os.rmdir, 'full')
says('rmdir of .', errno.EINVAL, os.rmdir, 'dir/.')
says('rmdir of ..', errno.ENOTEMPTY, os.rmdir, 'dir/..')
says('rmdir too long', errno.ENAMETOOLONG, os.rmdir, LONG)
os.mkdir('gone'); os.rmdir('gone')
says('rmdir twice', errno.ENOENT, os.rmdir, 'gone')
true('mode of a directory', stat.S_ISDIR(os.stat('dir').st_mode))

# unlink
says('unlink of nothing', errno.ENOENT, os.unlink, 'none')
says('unlink of a directory', errno.EISDIR, os.unlink, 'dir')
says('unlink below a file', errno.ENOTDIR, os.unlink, 'file/x')
says('unlink too long', errno.ENAMETOOLONG, os.unlink, LONG)
make('open', b'hello')
fd = os.open('open', os.O_RDWR)
os.unlink('open')
true('what is open stays readable', os.pread(fd, 9, 0) == b'hello')
os.pwrite(fd, b'HE', 0)
true('and writable', os.pread(fd, 9, 0) == b'HEllo')
os.close(fd)
says('stat afterwards', errno.ENOENT, os.stat, 'open')

# rename
make('a', b'a'); make('b', b'b')
ino = os.stat('a').st_ino
os.rename('a', 'b')
true('rename over a file', open('b', 'rb').read() == b'a' and not os.path.exists('a'))
says('rename of nothing', errno.ENOENT, os.rename, 'none', 'x')
says('rename to below nothing', errno.ENOENT, os.rename, 'b', 'none/x')
says('rename to below a file', errno.ENOTDIR, os.rename, 'b', 'file/x')
says('rename too long', errno.ENAMETOOLONG, os.rename, 'b', LONG)
says('rename of a file over a directory', errno.EISDIR, os.rename, 'b', 'dir')
says('rename of a directory over a file', errno.ENOTDIR, os.rename, 'dir', 'file')
says('rename over what is not empty', errno.ENOTEMPTY, os.rename, 'dir', 'full')
os.mkdir('hollow')
for i in range(300):                                  # not while it is being sent
    try:
        os.rename('dir', 'hollow')
        break
    except OSError as e:
        time.sleep(0.1 if e.errno == errno.ENOTEMPTY else 1000)
true('rename of a directory over an empty one', os.path.isdir('hollow') and not os.path.exists('dir'))
os.rename('hollow', 'dir')
says('rename into itself', errno.EINVAL, os.rename, 'full', 'full/x')
says('rename to itself', 0, os.rename, 'b', 'b')
true('rename to itself', open('b', 'rb').read() == b'a')
os.rename('full', 'moved')
true('what is below moves along', os.listdir('moved') == ['file'])
make('o', b'old')
fd = os.open('o', os.O_RDONLY)
os.rename('b', 'o')
true('what was renamed over and is open stays', os.read(fd, 9) == b'old')
true('and has no name', os.fstat(fd).st_nlink == 0)
os.close(fd)

# truncate
make('t', b'0123456789')
os.truncate('t', 4)
true('truncate', open('t', 'rb').read() == b'0123')
os.truncate('t', 8)
true('truncate to more', open('t', 'rb').read() == b'0123' + bytes(4))
says('truncate of nothing', errno.ENOENT, os.truncate, 'none', 0)
says('truncate of a directory', errno.EISDIR, os.truncate, 'dir', 0)
says('truncate below a file', errno.ENOTDIR, os.truncate, 'file/x', 0)
says('truncate too long', errno.ENAMETOOLONG, os.truncate, LONG, 0)
says('truncate to less than nothing', errno.EINVAL, os.truncate, 't', -1)
fd = os.open('t', os.O_RDONLY)
says('ftruncate of what is open for reading', errno.EINVAL, os.ftruncate, fd, 0)
os.close(fd)

# utimensat
os.utime('t', ns=(10**18, 10**18 + 5))
true('utimens', os.stat('t').st_mtime_ns == 10**18 + 5)
says('utimens of nothing', errno.ENOENT, os.utime, 'none')
before = os.stat('t').st_mtime_ns
with open('t', 'ab') as f:
    f.write(b'x')
true('a write moves the time', os.stat('t').st_mtime_ns > before)

# access, holes, seek
true('access', os.access('t', os.R_OK | os.W_OK) and not os.access('t', os.X_OK))
with open('hole', 'wb') as f:
    f.seek(100000)
    f.write(b'x')
true('a hole is zeros', open('hole', 'rb').read() == bytes(100000) + b'x')
fd = os.open('hole', os.O_RDONLY)
true('reading at the end', os.pread(fd, 10, 100001) == b'')
true('reading over the end', os.pread(fd, 10, 100000) == b'x')
says('seek before the start', errno.EINVAL, os.lseek, fd, -1, os.SEEK_SET)
os.close(fd)

# readdir
for i in range(300):
    os.mkdir('dir/%d' % i)
true('all are listed once', sorted(os.listdir('dir'), key=int) == [str(i) for i in range(300)])
for i in os.listdir('dir'):
    os.rmdir('dir/' + i)
true('none is left', os.listdir('dir') == [])
says('and so it can go', 0, os.rmdir, 'dir')

print('\\n'.join(BAD))
'''


@pytest.mark.deadline(120)
def test_posix(mnt):
    assert lib(mnt, "python3 - <<'EOF'\n%s\nEOF" % POSIX, timeout=90) == '\n'
    mnt.wait(lambda: not mnt.sh('ls .spfs/outbox'), 60, 'an empty outbox')
    mnt.settle()
    assert on_server(mnt, 'p/t') == b'0123' + bytes(4) + b'x' and on_server(mnt, 'p/o') == b'a'
    assert not [n for n in mnt.sh('find "%s"' % LIBRARY).splitlines() if 'conflict' in n]
