"""Logging in, as a user meets it: each method that spfs-demo can play, what stops it, and where secrets are not."""
import base64
import fcntl
import os
import pty
import re
import select
import signal
import socket
import termios
import threading
import time
import urllib.parse
import urllib.request

import pytest

from conftest import NO_PROXY, alive

LOGIN = 4
USER, PASSWORD = 'ann', 'S3cret-w0rd;#1'


def write_config(world, text):
    d = world.home / 'config/spfs'
    d.mkdir(parents=True, exist_ok=True)
    (d / 'config').write_text(text)
    (d / 'config').chmod(0o600)
    world.own(d)


def site(world, *lines):
    return '[site "%s"]\n' % world.server.origin + ''.join('    %s\n' % l for l in lines)


def passcmd(world, password=PASSWORD):
    (world.home / 'secret').write_text(password + '\n')
    world.own(world.home / 'secret')
    return 'passcmd = cat %s' % (world.home / 'secret')


def logins(server):
    return sum(r['path'].endswith('/Authentication.asmx') for r in server.requests())


def token(server):
    body = urllib.parse.urlencode({'user': USER, 'password': PASSWORD}).encode()
    with NO_PROXY.open(server.origin + '/_demo/token', body, timeout=30) as r:
        return r.read().decode().strip()


def start(world, *options):
    world.start_server('--user', '%s:%s' % (USER, PASSWORD), *options)
    return world.server


def works(world):
    """Tasks is added, mounted and received, and a change goes up."""
    world.add('Tasks')
    world.mount()
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    world.sh('echo Hello >> "Tasks/Fix the projector.txt"')
    world.wait(lambda: world.server.methods().get('Update') == 1, what='the change at the server')
    assert {r['user'] for r in world.server.requests() if r['status'] == 200 and r.get('op')} == {USER}


def reload(world):
    os.kill(world.pid(), signal.SIGHUP)


# ---- methods -----------------------------------------------------------------------------------------

def test_forms_are_found_by_themselves_and_the_cookie_is_renewed(world):
    server = start(world, '--auth', 'forms')
    write_config(world, site(world, 'user = ' + USER, passcmd(world)))
    works(world)
    world.settle()
    server.reset()
    server.admin('expire-logins', '')
    world.spfs('sync')
    world.spfs('sync')
    assert logins(server) == 1
    # which method it was is remembered: the next start asks nothing, and logs in once
    world.umount()
    server.reset()
    world.mount()
    world.settle()
    assert logins(server) == 1
    assert not [r for r in server.requests() if r['status'] in (401, 403)]
    assert (world.home / 'data/spfs/default/logins').read_text() == 'forms %s\n' % server.origin


def test_forms_with_a_wrong_password_are_tried_twice(world):
    server = start(world, '--auth', 'forms')
    write_config(world, site(world, 'auth = forms', 'user = ' + USER, passcmd(world)))
    world.add('Tasks', 'Links')
    (world.home / 'secret').write_text('wrong\n')
    server.reset()
    world.mount()
    world.wait(lambda: 'login' in world.spfs('status').out, what='the need of a login')
    for _ in range(3):
        r = world.spfs('sync', code=LOGIN)
        world.sh('ls Tasks Links')
    assert 'password' in r.err + world.spfs('status').out
    assert logins(server) <= 2
    (world.home / 'secret').write_text(PASSWORD + '\n')
    reload(world)
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')


def test_a_token_comes_from_a_command_and_is_got_again(world):
    server = start(world, '--auth', 'bearer')
    (world.home / 'token').write_text(token(server) + '\n')
    write_config(world, site(world, 'tokencmd = cat %s' % (world.home / 'token')))
    works(world)
    server.admin('expire-logins', '')
    r = world.spfs('sync', code=LOGIN)
    assert 'token' in r.err + world.spfs('status').out
    server.reset()
    for _ in range(5):
        world.spfs('sync', code=LOGIN)
    assert server.counts()['statuses'].get('401', 0) <= 1
    (world.home / 'token').write_text(token(server) + '\n')
    reload(world)
    world.wait(lambda: not world.list_status('Tasks').get('error') and world.spfs('sync', code=None).code == 0,
               what='a sync with the new token')


def test_cookies_come_from_a_command(world):
    server = start(world, '--auth', 'forms')
    envelope = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                '<Login xmlns="http://schemas.microsoft.com/sharepoint/soap/"><username>%s</username>'
                '<password>%s</password></Login></s:Body></s:Envelope>' % (USER, PASSWORD))
    req = urllib.request.Request(server.origin + '/_vti_bin/Authentication.asmx', envelope.encode(),
                                 {'Content-Type': 'text/xml'})
    with NO_PROXY.open(req, timeout=30) as r:
        cookie = r.headers['Set-Cookie'].split(';')[0]
    (world.home / 'cookie').write_text('Cookie: %s; other=1\n' % cookie)
    write_config(world, site(world, 'cookiecmd = cat %s' % (world.home / 'cookie')))
    works(world)


def test_without_a_section_nobody_logs_in_and_is_told_how(world):
    server = start(world)
    r = world.spfs('lists', server.url, code=LOGIN)
    assert 'spfs.conf' in r.err and 'Basic' in r.err, r
    assert server.counts()['total'] <= 3


# ---- stopping -----------------------------------------------------------------------------------------

def test_a_wrong_password_reaches_the_server_twice_whatever_is_done(world):
    server = start(world)
    write_config(world, site(world, 'auth = basic', 'user = ' + USER, passcmd(world)))
    world.add()
    world.mount()
    world.wait(lambda: all(s['list_state'] == 'ok' for s in world.status()['lists']), 20, 'the first sync')
    world.settle()
    world.umount()
    (world.home / 'secret').write_text('wrong\n')
    server.reset()
    world.mount()
    world.wait(lambda: 'login' in world.spfs('status').out, what='the need of a login')
    world.sh('ls * > /dev/null; echo x > Tasks/new.txt; cat "Shared Documents"/*; true', code=None)
    for _ in range(3):
        world.spfs('sync', code=LOGIN)
    assert server.counts()['statuses'].get('401', 0) <= 2
    # the change is still there, and goes up when the password is right
    (world.home / 'secret').write_text(PASSWORD + '\n')
    reload(world)
    world.wait(lambda: server.methods().get('New') == 1, 30, 'the new task at the server')


# ---- secrets ------------------------------------------------------------------------------------------

def test_secrets_are_in_no_log_no_argument_no_environment_and_no_file(world):
    server = start(world, '--auth', 'forms')
    write_config(world, site(world, 'user = ' + USER, passcmd(world)))
    world.add('Tasks')
    world.mount('loglevel=debug')
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    (world.home / 'secret').unlink()
    secrets = [PASSWORD.encode(), base64.b64encode(('%s:%s' % (USER, PASSWORD)).encode()), b'FedAuth=']
    pid = world.pid()
    proc = '/proc/%d/' % pid
    seen = {'log': (world.sh('cat .spfs/log') + world.sh('cat .spfs/status.json')).encode()}
    for name in ('cmdline', 'environ'):
        seen[name] = open(proc + name, 'rb').read() if os.getuid() == 0 else b''
    for d in ('home/data', 'home/cache', 'run'):
        for p in (world.base / d).rglob('*'):
            if p.is_file():
                seen[str(p)] = p.read_bytes()
    assert len(seen) > 4
    for where, text in seen.items():
        for s in secrets:
            assert s not in text, (where, s)
    limits = open(proc + 'limits').read()
    assert re.search(r'Max core file size\s+0\s+0', limits), limits
    # not even another program of the same user looks into its memory
    assert os.stat(proc + 'mem').st_uid == 0
    assert logins(server) >= 1


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, world, *argv):
        self.master, slave = pty.openpty()

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        import subprocess
        if world.owner:
            os.fchown(slave, world.owner[2], world.owner[3])
        self.slave = slave
        self.process = subprocess.Popen(world.command(argv, None), cwd='/', env=world.env, stdin=slave, stdout=slave,
                                        stderr=slave, preexec_fn=own_terminal)
        self.text = ''

    def read_until(self, what, seconds=60):
        end = time.monotonic() + seconds
        while what not in self.text and time.monotonic() < end:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.master, 4096).decode(errors='replace')
                except OSError:
                    break
        assert what in self.text, self.text

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def end(self):
        code = self.process.wait(60)
        os.close(self.slave)
        try:
            while select.select([self.master], [], [], 0.2)[0]:
                self.text += os.read(self.master, 4096).decode(errors='replace')
        except OSError:
            pass
        os.close(self.master)
        return code


def test_the_password_is_asked_on_the_terminal_before_the_background(world):
    server = start(world)
    write_config(world, site(world, 'user = ' + USER))
    t = Terminal(world, 'spfs', 'add', server.url, 'Tasks')
    t.read_until('Password of ann')
    world.wait(lambda: not t.echoes(), what='a quiet terminal')
    t.type('\x03')
    world.wait(t.echoes, what='a terminal that shows letters again')
    assert t.end() != 0
    assert server.counts()['total'] == 0

    t = Terminal(world, 'spfs', 'add', server.url, 'Tasks')
    t.read_until('Password of ann')
    world.wait(lambda: not t.echoes(), what='a quiet terminal')
    t.type(PASSWORD + '\n')
    assert t.end() == 0, t.text
    assert PASSWORD not in t.text

    t = Terminal(world, 'spfs', world.mountpoint)
    t.read_until('Password of ann')
    world.wait(lambda: not t.echoes(), what='a quiet terminal')
    t.type(PASSWORD + '\n')
    assert t.end() == 0, t.text
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    assert alive(world.pid())

def test_a_password_that_is_typed_later_reaches_the_mount(world):
    """spfs login asks for it, tries it, and hands it to the daemon, which keeps it in memory."""
    server = start(world)
    write_config(world, site(world, 'auth = basic', 'user = ' + USER))
    (world.home / 'config/spfs/lists').write_text('')
    world.own(world.home)
    t = Terminal(world, 'spfs', 'add', server.url, 'Tasks')
    t.read_until('Password of ann')
    world.wait(lambda: not t.echoes(), what='a quiet terminal')
    t.type(PASSWORD + '\n')
    assert t.end() == 0, t.text
    world.mount()                                        # by a program, with no terminal to ask on
    world.wait(lambda: 'login' in world.spfs('status').out, what='the need of a login')
    pid = world.pid()
    for typed, code in (('wrong', LOGIN), (PASSWORD, 0)):
        t = Terminal(world, 'spfs', 'login', server.url)
        t.read_until('Password of ann')
        world.wait(lambda: not t.echoes(), what='a quiet terminal')
        t.type(typed + '\n')
        assert t.end() == code, t.text
        assert typed not in t.text
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    assert world.pid() == pid
    world.wait(lambda: world.spfs('sync', code=None).code == 0, what='a sync')
    for p in (world.home / 'data').rglob('*'):
        assert not p.is_file() or PASSWORD.encode() not in p.read_bytes(), p


# ---- other hosts ----------------------------------------------------------------------------------------

class Listener:
    """Somebody else's server, which must stay silent."""

    def __init__(self):
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self):
        self.socket.close()


@pytest.fixture
def stranger():
    l = Listener()
    yield l
    l.close()


@pytest.mark.parametrize('status', [301, 302, 303, 307, 308])
def test_no_redirect_leads_to_another_host(world, stranger, status):
    server = start(world)
    write_config(world, site(world, 'auth = basic', 'user = ' + USER, passcmd(world)))
    world.add('Tasks', 'Shared Documents')
    world.mount()
    world.settle()
    server.script('status=%d count=0 location=http://127.0.0.1:%d/sites/team/' % (status, stranger.port))
    world.spfs('sync', code=None)
    world.sh('cat "Shared Documents"/*; echo x > "Shared Documents/new.txt"; ls Tasks; true', code=None)
    world.wait(lambda: any(r['status'] == status for r in server.requests()), what='a redirect')
    assert str(stranger.port) in world.spfs('status').out
    world.spfs('lists', server.url, code=None)
    assert stranger.connections == 0


def test_addresses_in_answers_are_mapped_to_the_one_that_was_registered(world, stranger):
    """Alternate access mappings, a proxy before the farm: hrefs have another host (F.1)."""
    server = start(world)
    server.do('habit href-host=127.0.0.1:%d' % stranger.port)
    write_config(world, site(world, 'auth = basic', 'user = ' + USER, passcmd(world)))
    world.add('Shared Documents')
    world.mount()
    world.wait(lambda: world.list_status('Shared Documents')['items'] > 0, what='the documents')
    world.sh('cat "Shared Documents"/*.* > /dev/null; echo hello > "Shared Documents/new.txt"')
    world.settle()
    server.do('rename "Shared Documents" 1 elsewhere.txt')
    world.spfs('sync')
    world.sh('cat "Shared Documents/new.txt" > /dev/null')
    assert stranger.connections == 0
