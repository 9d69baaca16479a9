"""Documents that are read in the middle: only these bytes come where the host gives parts, and all of them are of one version."""
import hashlib
import random
import urllib.parse
import urllib.request
import zipfile

import pytest
from conftest import NO_PROXY

LIBRARY = 'Shared Documents'
SIZE = 24 << 20


def url(mnt, name):
    return mnt.server.url + '/' + urllib.parse.quote('%s/%s' % (LIBRARY, name))


def put(mnt, name, data):
    """Somebody else writes a document."""
    with NO_PROXY.open(urllib.request.Request(url(mnt, name), data, method='PUT'), timeout=60):
        pass


def received(mnt, name):
    """('206', bytes) of each GET of it."""
    return [(r['status'], r['out']) for r in mnt.server.requests() if r['method'] == 'GET' and r['path'].endswith(name)]


def lib(mnt, command, **more):
    return mnt.sh(command, cwd=mnt.mountpoint / LIBRARY, **more)


def sha(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def big(mnt):
    """A library with a document of 24 MiB, on a host that has shown what it does with ranges."""
    mnt.data = random.Random(1).randbytes(SIZE)
    put(mnt, 'big.bin', mnt.data)
    mnt.sh('echo "%s" > .spfs/sync' % LIBRARY)
    mnt.wait(lambda: 'big.bin' in lib(mnt, 'ls'), 20, 'the document')
    mnt.settle()
    lib(mnt, 'cat notes.txt')
    mnt.server.reset()
    return mnt


MIDDLE = 'dd if=big.bin bs=4096 skip=3000 count=8 status=none | sha256sum'
MAPPED = '''python3 -c "
import hashlib, mmap
with open('big.bin', 'rb') as f, mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as m:
    print(hashlib.sha256(m[%d:%d]).hexdigest())
"''' % (SIZE - 5000, SIZE - 1000)


def read_in_the_middle(mnt):
    data = mnt.data
    assert lib(mnt, 'tail -c 100 big.bin | sha256sum').split()[0] == sha(data[-100:])
    assert lib(mnt, MIDDLE).split()[0] == sha(data[3000 * 4096:3008 * 4096])
    assert lib(mnt, MAPPED).split()[0] == sha(data[SIZE - 5000:SIZE - 1000])


def test_a_seek_fetches_what_is_read(big):
    read_in_the_middle(big)
    came = received(big, 'big.bin')
    assert {status for status, _ in came} == {206} and sum(n for _, n in came) < SIZE / 3, came
    # from the start on it is the whole, which is the cache's afterwards
    assert lib(big, 'sha256sum < big.bin').split()[0] == sha(big.data)
    big.server.reset()
    read_in_the_middle(big)
    assert lib(big, 'sha256sum < big.bin').split()[0] == sha(big.data)
    assert received(big, 'big.bin') == []


def test_without_ranges_a_seek_waits_for_the_whole(mnt):
    mnt.server.do('habit range=off')
    mnt.data = random.Random(1).randbytes(SIZE)
    put(mnt, 'big.bin', mnt.data)
    mnt.sh('echo "%s" > .spfs/sync' % LIBRARY)
    mnt.wait(lambda: 'big.bin' in lib(mnt, 'ls'), 20, 'the document')
    mnt.settle()
    mnt.server.reset()
    p = mnt.popen('bash', '-c', 'exec 3< big.bin; tail -c 100 <&3 | sha256sum; cat; %s' % MIDDLE,
                  cwd=mnt.mountpoint / LIBRARY, stdin=-1, stdout=-1)     # open all the while
    out = p.communicate('', timeout=90)[0].split()
    assert out[0] == sha(mnt.data[-100:]) and out[2] == sha(mnt.data[3000 * 4096:3008 * 4096])
    assert [status for status, _ in received(mnt, 'big.bin')] == [200]


def test_a_host_that_gives_no_parts_any_more_gives_the_whole(big):
    big.server.do('habit range=off')
    read_in_the_middle(big)
    assert {status for status, _ in received(big, 'big.bin')} == {200}


def test_unzip_lists_an_archive_without_fetching_it(big):
    with zipfile.ZipFile(big.base / 'x.zip', 'w') as z:
        for i in range(20):
            z.writestr('%02d.bin' % i, random.Random(i).randbytes(1 << 20))
    put(big, 'x.zip', (big.base / 'x.zip').read_bytes())
    big.sh('echo "%s" > .spfs/sync' % LIBRARY)
    big.wait(lambda: 'x.zip' in lib(big, 'ls'), 20, 'the archive')
    big.settle()
    big.server.reset()
    out = lib(big, 'python3 -m zipfile -l x.zip')
    assert out.count('.bin') == 20
    came = received(big, 'x.zip')
    assert sum(n for _, n in came) < 6 << 20, came
    assert lib(big, 'python3 -m zipfile -t x.zip') == 'Done testing\n'


def test_parts_of_two_versions_are_never_mixed(big):
    """Who has read some of the one reads more of it, or hears that there is another; who opens it then has that."""
    new = random.Random(2).randbytes(SIZE)
    p = big.popen('bash', '-c', 'exec 3< big.bin; dd bs=4096 skip=5000 count=1 status=none <&3 | sha256sum; echo; read; '
                  'dd bs=4096 count=1 skip=100 status=none <&3 | sha256sum', cwd=big.mountpoint / LIBRARY, stdin=-1, stdout=-1,
                  stderr=-1)
    assert p.stdout.readline().split()[0] == sha(big.data[5000 * 4096:5001 * 4096])
    p.stdout.readline()
    put(big, 'big.bin', new)
    out = p.communicate('\n', timeout=90)[0].split()[0]
    assert out in (sha(b''), sha(big.data[5101 * 4096:5102 * 4096]))
    big.sh('echo "%s" > .spfs/sync' % LIBRARY)
    big.settle()
    assert lib(big, 'tail -c 100 big.bin | sha256sum').split()[0] == sha(new[-100:])
    assert lib(big, 'sha256sum < big.bin').split()[0] == sha(new)


def test_a_part_whose_connection_breaks_is_read_all_the_same(big):
    big.server.script('method=GET path=/ cut=1000 count=1')
    read_in_the_middle(big)
    assert lib(big, 'sha256sum < big.bin').split()[0] == sha(big.data)
