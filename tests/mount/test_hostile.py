"""A server that means harm, a neighbour on the same machine, and state directories that somebody else has prepared."""
import hashlib
import http.client
import os
import pwd
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from conftest import World, who_can
from test_login import PASSWORD, USER, passcmd, site, start, write_config

NEIGHBOUR = 'daemon'

# names of documents, as rows of a server say them
NAMES = ['../../../evil', '..', '.', '/etc/passwd', 'a/b', 'x\u202efdp.exe', 'zero\u200bwidth', 'tab\there', 'line\nbreak', '-rf', '$(id)', '`id`',
         ';id', '%2e%2e%2fevil', '\u2028', '\ufeffbom', 'x' * 400, '\U0001f4a9' * 100, '.directory', 'desktop.ini', 'autorun.inf', '.hidden',
         '.Trash', '.spfs', 'con', '~$lock', ' ', 'a\u0301', '\u00e1', '%s%n%x', '\u007f', '\u0085', 'Ａ/Ｂ']


class Evil(BaseHTTPRequestHandler):
    """Passes everything on to spfs-demo, and changes the answers as it is told to."""
    protocol_version = 'HTTP/1.1'

    def serve(self):
        body = self.rfile.read(int(self.headers['Content-Length'] or 0))
        self.server.paths.append(self.path)
        c = http.client.HTTPConnection('127.0.0.1', self.server.behind, timeout=60)
        c.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() != 'expect'})
        r = c.getresponse()
        data = r.read()
        for change in self.server.changes:
            data = change(self, body, data)
        try:
            self.send_response(r.status)
            for k, v in r.getheaders():
                if k.lower() not in ('content-length', 'transfer-encoding', 'connection', 'date', 'server'):
                    self.send_header(k, v)
            for k, v in self.server.headers:
                self.send_header(k, v)
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PROPFIND = do_DELETE = do_MKCOL = do_MOVE = serve

    def log_message(self, *args):
        pass


@pytest.fixture
def evil(person):
    start(person)
    f = ThreadingHTTPServer(('127.0.0.1', 0), Evil)
    f.daemon_threads, f.behind, f.changes, f.headers, f.paths = True, person.server.port, [], [], []
    f.origin = 'http://127.0.0.1:%d' % f.server_address[1]
    f.url = f.origin + '/sites/team'
    threading.Thread(target=f.serve_forever, daemon=True).start()
    write_config(person, '[site "%s"]\nauth = basic\nuser = %s\n%s\n' % (f.origin, USER, passcmd(person)))
    yield f
    f.shutdown()
    f.server_close()


@pytest.fixture
def person():
    w = World(who_can()[-1])
    yield w
    found = w.clean()
    assert not found, found


def outside(world):
    """Everything of the user's that is not spfs's own."""
    seen = {}
    for p in sorted(world.home.rglob('*')):
        if p.parts[len(world.home.parts)] not in ('SharePoint', 'data', 'cache') and p.is_file():
            seen[str(p)] = hashlib.sha256(p.read_bytes()).hexdigest()
    return seen


def memory_mb(pid):
    return int(re.search(r'VmHWM:\s+(\d+) kB', Path('/proc/%d/status' % pid).read_text())[1]) // 1024


def test_names_of_a_server_stay_names(person, evil):
    person.server.do(*['add-document "Shared Documents" victim-%03d.txt 10' % n for n in range(len(NAMES))])

    def rename(handler, request, data):
        for n, name in enumerate(NAMES):
            data = data.replace(b'victim-%03d.txt' % n, quoteattr(name)[1:-1].replace('\n', '&#10;').replace('\t', '&#9;').encode())
        return data

    evil.changes.append(rename)
    person.add('Shared Documents', url=evil.url)
    before = outside(person)
    person.mount()
    person.wait(lambda: person.status()['lists'][0]['list_state'] == 'ok' or person.status()['lists'][0].get('error'), 30, 'a sync')
    names = person.sh('find "Shared Documents" -mindepth 1 -print0').split('\0')[:-1]
    shown = [n.split('/', 1)[1] for n in names]
    assert len(shown) == len(set(shown)) >= 5
    for n in shown:
        assert n.split('/')[-1] not in ('', '.', '..', '.directory', 'desktop.ini', 'autorun.inf', '.hidden', '.Trash', '.spfs'), n
        assert not re.search('[\x00-\x1f\x7f\u0085\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]', n), ascii(n)
        assert len(n.encode()) <= 255 * (n.count('/') + 1)
    # no links, no programs
    assert person.sh('find . -type l -o -type p -o -type b -o -type c -o -type s') == ''
    assert person.sh('find "Shared Documents" -type f -perm /111') == ''
    assert outside(person) == before
    assert not Path('/evil').exists() and not (person.base / 'evil').exists()
    # what is asked for stays within the site
    person.sh('cat "Shared Documents"/* > /dev/null 2>&1; true')
    assert evil.paths and not [p for p in evil.paths if not p.startswith('/sites/team/') or '/../' in p or '/./' in p], evil.paths


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [%s]>'
DOCUMENTS = {
    'an entity that is a file': DOCTYPE % b'<!ENTITY e SYSTEM "file:///etc/passwd">' + b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>&e;</s:Body></s:Envelope>',
    'a parameter entity': DOCTYPE % b'<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;' + b'<x/>',
    'laughs': DOCTYPE % (b'<!ENTITY a "' + b'x' * 1000 + b'">' + b''.join(b'<!ENTITY %c "%s">' % (98 + n, b'&%c;' % (97 + n) * 20) for n in range(8))) +
    b'<x>&i;</x>',
    'quadratic': DOCTYPE % (b'<!ENTITY a "' + b'x' * 100000 + b'">') + b'<x>' + b'&a;' * 5000 + b'</x>',
    'deep': b'<x>' * 100000 + b'</x>' * 100000,
    'a wide tag': b'<x ' + b' '.join(b'a%d=""' % n for n in range(200000)) + b'/>',
    'a long attribute': b'<x a="' + b'y' * (12 << 20) + b'"/>',
    'utf-16': '<?xml version="1.0" encoding="UTF-16"?><x/>'.encode('utf-16'),
    'nothing': b'',
    'zeros': b'\0' * 100000,
    'another page': b'<html><body>hello</body></html>',
}


@pytest.mark.deadline(180)
def test_documents_that_are_made_to_hurt_do_not(person, evil):
    person.add('Tasks', url=evil.url)
    person.mount()
    person.wait(lambda: person.list_status('Tasks')['items'] > 0, what='the items')
    person.settle()
    pid, text = person.pid(), person.sh('cat "Tasks/Fix the projector.txt"')
    start_mb = memory_mb(pid)
    answer = [b'']

    def instead(handler, request, data):
        return answer[0] if b'GetListItemChangesSinceToken' in request else data

    evil.changes.append(instead)
    for what, document in DOCUMENTS.items():
        answer[0] = document
        r = person.spfs('sync', code=None, timeout=60)
        assert r.code != 0, (what, r)
        assert 'root:' not in r.out + r.err + person.spfs('status').out, what
        assert person.pid() == pid, what
        # an attribute of 12 MB is not kept
        assert memory_mb(pid) < start_mb + 120, (what, start_mb, memory_mb(pid))
        assert person.sh('cat "Tasks/Fix the projector.txt"') == text, what
    evil.changes.clear()
    person.wait(lambda: person.spfs('sync', code=None).code == 0, 60, 'a sync with what is right')


def test_words_of_a_server_do_not_steer_a_terminal(person, evil):
    """In messages, titles of lists, and headers."""
    bad = b'\x1b]0;evil\x07\x1b[2J'
    evil.changes.append(lambda handler, request, data: data.replace(b'Title="Links"', b'Title="Li&#x202e;nks $(id) &#x9b;31m"')
                        if b'GetListCollection' in request else data)
    r = person.spfs('lists', evil.url, code=None)
    assert not re.search('[\x1b\x07\x9b\u202e]', r.out + r.err), ascii(r.out)
    evil.changes.clear()
    evil.changes.append(lambda handler, request, data: b'<html>' + bad + b'</html>')
    evil.headers.append(('X-MSDAVEXT_Error', '917656; %1b%5d0;evil%07%1b%5b2J Log in'))
    r = person.spfs('lists', evil.url, code=None)
    assert r.code != 0
    assert not re.search('[\x1b\x07]', r.out + r.err), ascii(r.out + r.err)


# ---- a neighbour --------------------------------------------------------------------------------------------------------

def as_neighbour(*argv, **more):
    who = pwd.getpwnam(NEIGHBOUR)
    return subprocess.run(['setpriv', '--reuid=%d' % who[2], '--regid=%d' % who[3], '--clear-groups', '--', *map(str, argv)],
                          capture_output=True, text=True, timeout=60, cwd='/', **more)


def test_another_user_of_the_machine_gets_nothing(person):
    if os.getuid() != 0:
        pytest.skip('only root can be somebody else')
    start(person)
    write_config(person, site(person, 'user = ' + USER, passcmd(person)))
    person.add('Tasks', 'Shared Documents')
    person.mount()
    person.wait(lambda: all(person.list_status(n)['items'] > 0 for n in ('Tasks', 'Shared Documents')), what='the items')
    person.sh('cat "Shared Documents"/* > /dev/null; true')
    # up to where it begins, everything is open to the neighbour
    for d in (person.base, person.home, person.base / 'run'):
        d.chmod(0o755)
    pid = person.pid()
    places = [person.home / 'data/spfs', person.home / 'cache/spfs', person.base / 'run/spfs']
    assert all(p.exists() and p.stat().st_mode & 0o077 == 0 for p in places), [oct(p.stat().st_mode) for p in places]
    secrets = ['ls %s' % person.mountpoint, 'cat "%s/Tasks/Fix the projector.txt"' % person.mountpoint, 'cat %s/.spfs/status' % person.mountpoint,
               *('ls %s' % p for p in places), 'cat %s/default/mount.lock' % places[0], 'ls /proc/%d/fd' % pid, 'cat /proc/%d/environ' % pid,
               'cat /proc/%d/maps' % pid, 'kill -TERM %d' % pid, 'fusermount3 -u -z %s' % person.mountpoint, 'touch %s/x' % person.mountpoint]
    for s in secrets:
        r = as_neighbour('sh', '-c', s)
        assert r.returncode != 0 and not r.stdout, (s, r.stdout, r.stderr)
    connect = ('import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect("%s/default.sock")\ns.sendall(b"read status\\n")\n'
               'print(s.recv(100))' % places[2])
    assert as_neighbour('/usr/bin/python3', '-c', connect).returncode != 0
    # even when the directory is opened by mistake, the daemon asks who it is
    for p in (places[2], places[2] / 'default.sock'):
        p.chmod(0o777)
    r = as_neighbour('/usr/bin/python3', '-c', connect)
    assert 'Tasks' not in r.stdout and 'ok' not in r.stdout, r
    assert person.pid() == pid and person.is_mounted()
    for p in person.home.joinpath('data/spfs').rglob('*'):
        assert p.stat().st_mode & 0o077 == 0 or p.parent.stat().st_mode & 0o077 == 0, p
        if p.is_file():
            assert p.stat().st_mode & 0o177 == 0, (p, oct(p.stat().st_mode))


def test_with_allow_other_they_read_and_write_nothing():
    if os.getuid() != 0:
        pytest.skip('only root can be somebody else, and allow them without /etc/fuse.conf')
    person = World('root')
    try:
        start(person)
        write_config(person, site(person, 'user = ' + USER, passcmd(person)))
        person.add('Tasks')
        person.mount('allow_other')
        person.wait(lambda: person.list_status('Tasks')['items'] > 0, what='the items')
        for d in (person.base, person.home):
            d.chmod(0o755)
        item = '%s/Tasks/Fix the projector.txt' % person.mountpoint
        assert 'Title: Fix the projector' in as_neighbour('cat', item).stdout
        for s in ('echo x >> "%s"' % item, 'rm "%s"' % item, 'echo x > "%s/Tasks/new.txt"' % person.mountpoint, 'cat %s/.spfs/status' % person.mountpoint,
                  'echo > %s/.spfs/sync' % person.mountpoint, 'echo > "%s/Tasks/.spfs/sync"' % person.mountpoint, 'chmod 777 "%s"' % item):
            r = as_neighbour('sh', '-c', s)
            assert r.returncode != 0 and not r.stdout and ('denied' in r.stderr or 'not permitted' in r.stderr), (s, r)
        assert 'allow_other: every user of this computer can read' in person.sh('cat .spfs/log')
    finally:
        found = person.clean()
    assert not found, found


@pytest.mark.parametrize('where', ['home/data/spfs/default', 'run/spfs'])
def test_a_directory_that_somebody_prepared_is_not_used(person, where):
    start(person)
    write_config(person, site(person, 'user = ' + USER, passcmd(person)))
    trap = person.base / 'trap'
    trap.mkdir()
    d = person.base / where
    d.parent.mkdir(parents=True, exist_ok=True)
    d.symlink_to(trap)
    person.own()
    r = person.mount(code=None)
    assert r.code != 0 and 'symbolic link' in r.err and str(d) in r.err, r
    assert not list(trap.iterdir())
    d.unlink()
    # or one that everybody may write to
    d.mkdir()
    person.own()
    d.chmod(0o777)
    r = person.mount(code=None)
    assert r.code != 0 and 'chmod 700' in r.err, r
    if os.getuid() == 0:
        # or one of somebody else's
        d.chmod(0o700)
        os.chown(d, pwd.getpwnam(NEIGHBOUR)[2], -1)
        if person.owner:
            d.chmod(0o777)
        r = person.mount(code=None)
        assert r.code != 0 and 'somebody else' in r.err, r
    d.rmdir()
    person.add('Tasks')
    person.mount()
    assert PASSWORD not in person.sh('cat .spfs/log')
