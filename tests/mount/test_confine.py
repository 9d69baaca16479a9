"""The daemon gives up what it does not need, once something is mounted; and everything goes on working for all that."""
import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from conftest import BUILD, alive
from test_login import PASSWORD, USER, passcmd, reload, site, start, write_config

LOGIN = 4



def tasks(pid):
    """The status of each of its threads, as dicts."""
    for t in Path('/proc/%d/task' % pid).iterdir():
        yield dict(line.split(':\t', 1) for line in (t / 'status').read_text().splitlines() if ':\t' in line)


def ask(world, *words):
    """A request at the daemon's own socket, as its commands send them."""
    program = ('import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n'
               's.sendall((" ".join(sys.argv[2:]) + "\\n").encode())\ns.shutdown(1)\n'
               'while True:\n b = s.recv(65536)\n if not b: break\n sys.stdout.write(b.decode())\n')
    return world.run('/usr/bin/python3', '-c', program, world.base / 'run/spfs/default.sock', *words).out


def landlock(world):
    """Whether the kernel has it, and what is allowed is what a user has: sanitizers write into the tests' directory.
    Without, the rest is still shown."""
    return 'san' not in BUILD.name and 'no Landlock' not in world.spfs('doctor', code=None).out


def test_the_daemon_is_confined_and_everything_works(world):
    server = start(world)
    (world.home / 'private.txt').write_text('my letters\n')
    (world.home / '.bashrc').write_text('# mine\n')
    world.own(world.home)
    write_config(world, site(world, 'user = ' + USER, passcmd(world)))
    world.add('Tasks', 'Links', 'Shared Documents')
    world.mount('loglevel=notice')
    world.wait(lambda: all(world.list_status(n)['items'] > 0 for n in ('Tasks', 'Shared Documents')), what='the items')
    pid = world.pid()
    # every thread, and for good
    assert {t['NoNewPrivs'] for t in tasks(pid)} == {'1'}
    assert len(list(tasks(pid))) > 5
    if landlock(world):
        for what, path in (('read', world.home / 'private.txt'), ('write', world.home / '.bashrc'),
                           ('write', world.home / 'config/spfs/config'), ('write', world.home / 'config/spfs/lists'),
                           ('write', world.home / 'new'), ('read', '/var/tmp'), ('write', '/var/tmp/spfs-attempt'), ('exec', '/bin/true')):
            assert 'Permission denied' in ask(world, 'attempt', what, str(path)), (what, path)
        for what, path in (('read', '/etc/hosts'), ('read', world.home / 'config/spfs/config'), ('write', world.home / 'data/spfs/default/x')):
            assert 'Permission denied' not in ask(world, 'attempt', what, str(path)), (what, path)
    # a new password comes from the command
    (world.home / 'secret').write_text('wrong\n')
    reload(world)
    world.wait(lambda: 'login' in world.spfs('status').out, what='the need of a login')
    (world.home / 'secret').write_text(PASSWORD + '\n')
    world.spfs('login', server.url)
    world.wait(lambda: world.spfs('sync', code=None).code == 0, what='a sync with the right password')
    # a command that was not in the configuration when it was mounted
    write_config(world, site(world, 'user = ' + USER, "passcmd = 'cat' %s" % (world.home / 'secret')))
    reload(world)
    world.spfs('sync')
    # documents come and go, lists come and go
    world.sh('cat "Shared Documents"/*.txt > /dev/null; echo new > "Shared Documents/new.txt"; echo x >> "Tasks/Fix the projector.txt"')
    world.settle()
    world.spfs('remove', 'Links')
    assert 'Links' not in world.sh('ls') and 'Links' not in world.spfs('lists').out
    world.add('Links')
    world.wait(lambda: 'Links' in world.sh('ls'), what='the list')
    # the end, as service managers do it
    os.kill(pid, signal.SIGTERM)
    world.wait(lambda: not alive(pid), 20, 'the end of the daemon')
    assert not world.is_mounted()
    assert not [p for p in processes(world)]


def processes(world):
    from conftest import processes_of
    return [p for p in processes_of(world.base) if b'spfs-demo' not in open('/proc/%d/cmdline' % p, 'rb').read()]


def test_the_helper_ends_with_a_daemon_that_is_killed(world):
    start(world)
    write_config(world, site(world, 'user = ' + USER, passcmd(world)))
    world.add('Tasks')
    world.mount()
    assert len(processes(world)) == 2
    world.kill()
    world.wait(lambda: not processes(world), what='the end of the helper')
    # and holds nothing: the profile can be mounted again at once
    world.mount()
    world.umount()


def test_it_can_be_switched_off(world):
    start(world)
    write_config(world, '[defaults]\nconfine = no\n' + site(world, 'user = ' + USER, passcmd(world)))
    world.add('Tasks')
    world.mount()
    world.settle()
    assert {t['NoNewPrivs'] for t in tasks(world.pid())} == {'0'}
    assert len(processes(world)) == 1
    pid = world.pid()
    os.kill(pid, signal.SIGTERM)
    world.wait(lambda: not alive(pid), 20, 'the end of the daemon')
    assert not world.is_mounted()


def test_unsent_changes_are_exported_to_where_the_daemon_cannot_write(world):
    server = start(world)
    write_config(world, site(world, 'user = ' + USER, passcmd(world)))
    world.add('Tasks')
    world.mount()
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    world.settle()
    world.spfs('offline')
    world.sh('echo "My words" >> "Tasks/Fix the projector.txt"')
    out = world.spfs('fsck', '--export', 'saved', cwd=world.home).out
    saved = world.home / 'saved'
    assert str(saved) in out and '1 unsent' in out
    assert 'My words' in ''.join(p.read_text() for p in saved.rglob('*.txt') if p.name != 'MANIFEST.txt')
    assert (saved / 'MANIFEST.txt').exists() and saved.stat().st_mode & 0o777 == 0o700
    # nothing stays behind, and nothing that is there is overwritten
    assert not [p for p in (world.home / 'data/spfs/default').iterdir() if 'export' in p.name]
    first = {p: p.read_bytes() for p in saved.rglob('*') if p.is_file()}
    world.spfs('fsck', '--export', 'saved', cwd=world.home, code=None)
    assert all(p.read_bytes() == b for p, b in first.items())
    assert server.counts()


# ---- how it is built ------------------------------------------------------------------------------------------------

@pytest.fixture(scope='session')
def released(tmp_path_factory):
    """A link with the flags that `make` uses by itself: what the Makefile says, not what this build had."""
    make = subprocess.run(['make', '-pn', '--no-print-directory', 'have-libraries'], capture_output=True, text=True, timeout=60,
                          env={k: v for k, v in os.environ.items() if k not in ('CFLAGS', 'LDFLAGS', 'MAKEFLAGS', 'B')},
                          cwd=Path(__file__).resolve().parents[2]).stdout
    flags = {k: re.search(r'^%s [?:]?= (.*)$' % k, make, re.M)[1] for k in ('CFLAGS', 'LDFLAGS')}
    d = tmp_path_factory.mktemp('hard')
    (d / 'a.c').write_text('#include <stdio.h>\n#include <string.h>\nint main(int c, char **v) { char b[64]; strcpy(b, v[c - 1]); return puts(b); }\n')
    subprocess.run(['gcc', *shlex.split(flags['CFLAGS']), *shlex.split(flags['LDFLAGS']), '-o', d / 'a', d / 'a.c'], check=True)
    return d / 'a'


@pytest.mark.parametrize('which', ['this build', 'a release'])
def test_the_program_is_hardened(released, which):
    """Position independent, with relocations that are read-only once it runs, no executable stack, and guarded stack and copies."""
    if which == 'this build' and 'san' in BUILD.name:
        pytest.skip('a sanitizer has flags of its own')
    program = BUILD / 'spfs' if which == 'this build' else released
    head = subprocess.run(['readelf', '-W', '-h', '-l', '-d', '-s', program], capture_output=True, text=True, check=True).stdout
    assert re.search(r'Type:\s+DYN', head)
    assert 'GNU_RELRO' in head and re.search(r'FLAGS_1.*\bNOW\b.*\bPIE\b|BIND_NOW', head)
    assert re.search(r'GNU_STACK\s+(0x0+\s+){5}RW\s|GNU_STACK.*RW  ', head), head
    assert not re.search(r'LOAD.*RWE', head)
    if which == 'a release':
        assert '__stack_chk_fail' in head and '__strcpy_chk' in head
