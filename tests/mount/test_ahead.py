"""Documents that a program will read next are fetched while it reads, by up to four connections."""
import datetime
import time
import urllib.request

import pytest
from conftest import NO_PROXY

FOLDER = 'Shared Documents/Many'
N = 40


def gets(mnt):
    return [r['path'].rsplit('/', 1)[1] for r in mnt.server.requests() if r['method'] == 'GET']


def wait(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def fill(mnt, n=N, size=2000):
    """A folder of documents whose names and numbers go the same way."""
    mnt.server.do('add "Shared Documents" FSObjType=1 FileLeafRef=Many')
    for i in range(n):
        NO_PROXY.open(put(mnt, 'd%03d.txt' % i, b'%04d' % i * (size // 4)), timeout=60).read()
    mnt.sh('echo > .spfs/sync')
    wait(lambda: len(mnt.sh('ls "%s"' % FOLDER, code=None).split()) == n)
    mnt.settle()
    mnt.server.reset()


def put(mnt, name, data):
    return urllib.request.Request('%s/Shared%%20Documents/Many/%s' % (mnt.server.url, name), data, method='PUT')


def reader(mnt, *names):
    """A process that reads these and then waits."""
    p = mnt.popen('bash', '-c', 'cd "$0"; for f; do read -r line < "$f"; done; echo; read', FOLDER, *names,
                  cwd=mnt.mountpoint, stdin=-1, stdout=-1)
    p.stdout.readline()
    return p


def end(p):
    p.communicate('\n', timeout=30)


def test_the_next_ones_come_before_they_are_asked_for(mnt):
    fill(mnt)
    p = reader(mnt, 'd000.txt', 'd001.txt')
    wait(lambda: len(gets(mnt)) == 18)  # the two, and sixteen behind them
    mnt.settle()
    end(p)
    assert sorted(gets(mnt)) == ['d%03d.txt' % i for i in range(18)]
    # whoever reads on makes them come further, and none twice
    mnt.sh('cat "%s"/* > /dev/null' % FOLDER)
    mnt.settle()
    assert sorted(gets(mnt)) == ['d%03d.txt' % i for i in range(N)]


def test_reading_a_directory_uses_four_connections(mnt):
    fill(mnt)
    mnt.server.script('method=GET delay=200 count=0')
    mnt.sh('cat "%s"/* > /dev/null' % FOLDER)
    mnt.server.no_script()
    rows = [r for r in mnt.server.requests() if r['method'] == 'GET']
    assert sorted(r['path'].rsplit('/', 1)[1] for r in rows) == ['d%03d.txt' % i for i in range(N)]
    # at some moment three or more were under way; never more than four ahead and the one that is read. Each lasts
    # for its delay at least; when the server put down that it ended says more of the server's load.
    begin = [datetime.datetime.fromisoformat(r['time'].rstrip('Z')).timestamp() for r in rows]
    at_once = [sum(b <= t < b + 0.19 for b in begin) for t in begin]
    assert 3 <= max(at_once) <= 5


@pytest.mark.parametrize('names', [['d000.txt'], ['d000.txt', 'd030.txt', 'd007.txt']])
def test_who_reads_in_no_order_gets_what_he_reads(mnt, names):
    fill(mnt)
    p = reader(mnt, *names)
    mnt.settle()
    time.sleep(0.5)
    end(p)
    assert gets(mnt) == names


def test_a_library_larger_than_the_server_wants_read_is_not_fetched_ahead(mnt):
    fill(mnt, 6, 300000)
    mnt.server.script('op=GetListItemChangesSinceToken max-bulk=1 count=0')
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    p = reader(mnt, 'd000.txt', 'd001.txt')
    mnt.settle()
    time.sleep(0.5)
    end(p)
    assert gets(mnt) == ['d000.txt', 'd001.txt']


def test_a_server_that_is_busy_is_left_alone(mnt):
    fill(mnt)
    mnt.server.script('method=GET skip=2 count=0 status=503 retry-after=60')
    p = reader(mnt, 'd000.txt', 'd001.txt')
    mnt.settle()
    time.sleep(0.5)
    end(p)
    assert len(gets(mnt)) <= 7  # four of them, and what the reader wants, were asked for before one was refused
