"""Check-out: by hand and by itself, by us and by others."""
import base64
import urllib.parse
import urllib.request

import pytest
from conftest import NO_PROXY
from test_cli import write_config
from test_document_writes import LIBRARY, from_server, lib, names, state

OPS = ('CheckOutFile', 'CheckInFile', 'UndoCheckOut')


def ops(mnt):
    return [r['op'] if r.get('op') in OPS else 'PUT %s' % r['status'] for r in mnt.server.requests()
            if r.get('op') in OPS or r['method'] == 'PUT']


def holder(mnt, name='notes.txt'):
    r = mnt.run('getfattr', '--only-values', '-n', 'user.spfs.checkedout', name, cwd=mnt.mountpoint / LIBRARY)
    return r.out if r.code == 0 else None


def column(mnt, name, field):
    return lib(mnt, 'getfattr --only-values -n user.sharepoint.%s %s' % (field, name))


def spfs(mnt, *words, code=0):
    return mnt.spfs(*words, code=code, cwd=mnt.mountpoint / LIBRARY, timeout=90)


@pytest.fixture
def docs(site):
    site.add(LIBRARY)
    site.mount()
    site.settle()
    lib(site, 'echo first > notes.txt')       # from now on it is known here who we are
    site.settle()
    site.server.reset()
    return site


def test_out_save_in(docs):
    mnt = docs
    spfs(mnt, 'checkout', 'notes.txt')
    assert ops(mnt) == ['CheckOutFile'] and holder(mnt) == 'Jane Roe'
    lib(mnt, 'echo second > notes.txt')
    mnt.settle()
    lib(mnt, 'echo third > notes.txt')
    spfs(mnt, 'checkin', '-m', 'what I did', 'notes.txt')         # what waits goes before
    assert ops(mnt) == ['CheckOutFile', 'PUT 200', 'PUT 200', 'CheckInFile']
    assert holder(mnt) is None and from_server(mnt, 'notes.txt') == 'third\n' == lib(mnt, 'cat notes.txt')
    assert column(mnt, 'notes.txt', '_CheckinComment') .startswith('what I did')
    assert not [n for n in names(mnt) if 'conflict' in n] and state(mnt, 'notes.txt') == 'clean'
    # our own bytes were never fetched
    assert not [r for r in mnt.server.requests() if r['method'] == 'GET' and r['path'].endswith('notes.txt')][1:]


def test_undone(docs):
    mnt = docs
    spfs(mnt, 'checkout', 'notes.txt')
    lib(mnt, 'echo second > notes.txt')
    mnt.settle()
    assert from_server(mnt, 'notes.txt') == 'second\n'
    spfs(mnt, 'undo-checkout', 'notes.txt')
    assert from_server(mnt, 'notes.txt') == 'first\n' == lib(mnt, 'cat notes.txt')
    assert holder(mnt) is None and names(mnt) >= {'notes.txt'}
    # bytes that are only here would be gone with it
    spfs(mnt, 'checkout', 'notes.txt')
    mnt.server.stop()
    lib(mnt, 'echo unsent > notes.txt')
    assert 'not sent' in spfs(mnt, 'undo-checkout', 'notes.txt', code=1).err
    mnt.server.start()
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    assert from_server(mnt, 'notes.txt') == 'unsent\n'


def test_what_the_server_says_against_it(docs):
    mnt = docs
    assert 'not checked out to you' in spfs(mnt, 'checkin', 'notes.txt', code=1).err
    assert 'not checked out to you' in spfs(mnt, 'undo-checkout', 'notes.txt', code=1).err
    assert not mnt.sh('ls .spfs/outbox')                         # given up, and in nobody's way
    lib(mnt, 'echo next > notes.txt')
    mnt.settle()
    assert from_server(mnt, 'notes.txt') == 'next\n' and state(mnt, 'notes.txt') == 'clean'
    lib(mnt, 'mkdir -p Sub; echo x > "$HOME/elsewhere"')
    assert 'no document' in spfs(mnt, 'checkout', 'Sub', code=1).err
    assert 'not in a mount' in spfs(mnt, 'checkout', mnt.home / 'elsewhere', code=7).err
    spfs(mnt, 'checkout', 'none.txt', code=1)
    spfs(mnt, 'checkout', code=2)


def test_somebody_else_has_it(docs):
    mnt = docs
    lib(mnt, 'cat notes.txt')
    mnt.server.do('check-out "%s" %s' % (LIBRARY, mnt.sh(
        'getfattr --only-values -n user.spfs.id "%s/notes.txt"' % LIBRARY)))
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    assert holder(mnt) == 'Max Müller'
    for command in ('echo mine > notes.txt', 'echo mine >> notes.txt', 'truncate -s 0 notes.txt'):
        r = mnt.run('bash', '-c', command, cwd=mnt.mountpoint / LIBRARY)
        assert r.code != 0 and 'busy' in r.err, command
    assert lib(mnt, 'cat notes.txt') == 'first\n'
    assert 'checked out by Max Müller' in spfs(mnt, 'checkout', 'notes.txt', code=1).err
    assert ops(mnt) == []


def test_a_library_that_wants_it(docs):
    mnt = docs
    mnt.server.do('set "%s" RequireCheckout=True' % LIBRARY)
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    lib(mnt, 'echo second > notes.txt')
    mnt.settle()
    lib(mnt, 'echo third > notes.txt')
    mnt.settle()
    assert from_server(mnt, 'notes.txt') == 'third\n' and holder(mnt) == 'Jane Roe'
    assert [x for x in ops(mnt) if x != 'PUT 412'] in (['CheckOutFile', 'PUT 200', 'PUT 200'],
                                                         ['PUT 403', 'CheckOutFile', 'PUT 200', 'PUT 200'])
    assert not [n for n in names(mnt) if 'conflict' in n]
    spfs(mnt, 'checkin', 'notes.txt')
    assert holder(mnt) is None and ops(mnt)[-1] == 'CheckInFile'


def test_checked_in_as_a_draft_or_for_all(docs):
    """A library with minor versions gets one, unless the user says otherwise; others have major ones only."""
    mnt = docs

    def version(*how):
        spfs(mnt, 'checkout', 'notes.txt')
        lib(mnt, 'date +%N > notes.txt')
        spfs(mnt, 'checkin', *how, 'notes.txt')
        return column(mnt, 'notes.txt', '_UIVersionString')

    mnt.server.do('set "%s" EnableVersioning=True' % LIBRARY)
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    before = version().split('.')
    assert before[1] == '0'
    mnt.server.do('set "%s" EnableMinorVersion=True' % LIBRARY)
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    number = int(before[0])
    assert version() == '%d.1' % number and version('--minor') == '%d.2' % number
    assert version('--major') == '%d.0' % (number + 1)
    spfs(mnt, 'checkin', '--minor', '--major', 'notes.txt', code=2)


def test_offline_it_waits(docs):
    mnt = docs
    mnt.sh('echo 0 > .spfs/online')
    out = mnt.popen('spfs', 'checkout', 'notes.txt', cwd=mnt.mountpoint / LIBRARY)
    mnt.wait(lambda: 'check out: notes.txt' in mnt.sh('cat .spfs/checkout'), 20)
    lib(mnt, 'echo second > notes.txt')
    mnt.sh('echo 1 > .spfs/online; echo > .spfs/sync')
    assert out.wait(120) == 0
    mnt.settle()
    assert ops(mnt) == ['CheckOutFile', 'PUT 200'] and holder(mnt) == 'Jane Roe'
    assert from_server(mnt, 'notes.txt') == 'second\n'
    # killed, and its answer lost: it is done once
    mnt.server.script('op=CheckInFile count=1 close=after')
    spfs(mnt, 'checkin', 'notes.txt')
    assert holder(mnt) is None and ops(mnt).count('CheckInFile') == 1


LOCK = ('<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>'
        '<D:owner><D:href>me</D:href></D:owner></D:lockinfo>')


def test_somebody_else_has_it_locked(world):
    """A short-term lock is in no row: what is saved meanwhile stays here, with his name, and goes when he is done."""
    world.start_server('--user', 'jroe:a', '--user', 'aking:b')
    write_config(world, '[site "%s"]\nuser = jroe\npassword = "a"\n' % world.server.url)
    world.add(LIBRARY)
    world.mount()
    world.settle()

    def ada(method, body=None, **headers):
        login = base64.b64encode(b'aking:b').decode()
        url = world.server.url + '/' + urllib.parse.quote(LIBRARY + '/notes.txt')
        headers = {k.replace('_', '-'): v for k, v in headers.items()}
        request = urllib.request.Request(url, body, {'Authorization': 'Basic ' + login, **headers}, method=method)
        with NO_PROXY.open(request, timeout=20) as r:
            return r.headers, r.read()

    token = ada('LOCK', LOCK.encode(), Timeout='Second-600', Content_Type='text/xml')[0]['Lock-Token']
    lib(world, 'echo mine > notes.txt')
    world.wait(lambda: state(world, 'notes.txt') == 'refused', 20)
    error = lib(world, 'getfattr --only-values -n user.spfs.error notes.txt')
    assert 'locked' in error and 'aking' in error
    assert 'notes.txt' in world.sh('ls .spfs/outbox') and lib(world, 'cat notes.txt') == 'mine\n'
    assert lib(world, 'getfattr --only-values -n user.spfs.checkedout notes.txt') == 'CONTOSO\\aking'
    # each synchronisation tries again, and nothing does by itself
    tried = [r['status'] for r in world.server.requests() if r['method'] == 'PUT']
    assert tried == [423]
    world.spfs('sync', code=None)
    world.wait(lambda: [r['status'] for r in world.server.requests() if r['method'] == 'PUT'] == [423, 423], 20)
    world.wait(lambda: state(world, 'notes.txt') == 'refused', 20)
    ada('UNLOCK', Lock_Token=token)
    world.sh('echo > .spfs/sync')
    world.wait(lambda: ada('GET')[1] == b'mine\n', 20)
    world.settle()
    assert state(world, 'notes.txt') == 'clean' and names(world) >= {'notes.txt'}
    assert holder(world) is None
    assert not [n for n in names(world) if 'conflict' in n]
