"""`spfs doctor`: what it finds of a computer and a server, what it advises, and how it ends."""
import http.server
import json
import re
import socket
import threading

import pytest
from conftest import World, who_can
from soap import Client

OK, FAILED, USAGE, LOGIN, UNREACHABLE = 0, 1, 2, 4, 5
LOCAL = ['FUSE', 'fusermount3', 'configuration', 'lists', 'data', 'confinement', 'mount']
SERVER = ['name', 'connection', 'TLS', 'server', 'clock', 'challenge', 'login', 'Lists.asmx', 'change tokens', 'document GET',
          'document PUT']


@pytest.fixture
def person():
    w = World(who_can()[-1])
    if not (w.bin / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built')
    yield w
    found = w.clean()
    assert not found, found


def examine(w, *argv, code=OK):
    """{step: its result, text and advice} of the server, or of this computer without an address."""
    report = json.loads(w.spfs('doctor', '--json', *argv, code=code).out)
    assert report['version'] == 1 and report['exit'] == code
    steps = report['steps']
    assert [s['step'] for s in steps[:7]] == LOCAL and all(s['site'] is None for s in steps[:7])
    assert all(s['advice'] for s in steps if s['result'] == 'failed')
    wanted = [s for s in steps if s['site']] if argv else steps
    return {s['step']: s for s in wanted}


def configure(w, text, mode=0o600):
    path = w.home / 'config/spfs/config'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    w.own(path.parent)


def test_a_server_that_works(person):
    person.start_server()
    url = person.server.url
    before = set(Client(url).rows('Shared Documents'))
    steps = examine(person, url)
    assert list(steps) == SERVER
    assert {n for n, s in steps.items() if s['result'] != 'ok'} == {'TLS', 'document PUT'}
    assert steps['TLS']['result'] == 'note' and steps['document PUT']['result'] == 'skipped'
    assert not {r['method'] for r in person.server.requests()} & {'PUT', 'DELETE'}
    # --write leaves nothing behind
    steps = examine(person, '--write', url)
    assert steps['document PUT']['result'] == 'ok' and 'spfs-doctor-' in steps['document PUT']['text']
    assert {'PUT', 'DELETE'} <= {r['method'] for r in person.server.requests()}
    assert set(Client(url).rows('Shared Documents')) == before
    # for people, and without an address: every site of which a list is registered
    person.add('Tasks', 'Links')
    r = person.spfs('doctor')
    assert len(re.findall('^' + re.escape(url) + '$', r.out, re.M)) == 1 and 'All that was tried works' in r.out
    assert re.search(r'^  ok      Lists.asmx     .* has \d+ lists$', r.out, re.M)
    assert '2 registered' in r.out


def test_the_list_of_the_address_is_looked_at(person):
    person.start_server()
    assert examine(person, person.server.url + '/Lists/Calendar/AllItems.aspx')['change tokens']['text'].startswith('Calendar')
    person.server.script('op=GetListItemChangesSinceToken list=Calendar status=500')
    steps = examine(person, person.server.url + '/Lists/Calendar', code=FAILED)
    assert steps['change tokens']['result'] == 'failed' and steps['document GET']['result'] == 'ok'


def test_documents_that_the_way_forbids(person):
    person.start_server()
    person.server.script('method=PUT status=405')
    steps = examine(person, '--write', person.server.url, code=FAILED)
    assert steps['document PUT']['result'] == 'failed' and 'WebDAV' in steps['document PUT']['advice']
    assert steps['change tokens']['result'] == 'ok'


def test_nobody_there(person):
    with socket.socket() as s:                       # bound, and not listening
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
        steps = examine(person, 'http://127.0.0.1:%d/sites/team' % port, code=UNREACHABLE)
    assert list(steps) == ['name', 'connection'] and 'refused' in steps['connection']['text']
    steps = examine(person, 'https://nonexistent.invalid/sites/team', code=UNREACHABLE)
    assert list(steps) == ['name'] and 'nonexistent.invalid' in steps['name']['text']
    assert 'address' in examine(person, 'ftp://host/', code=USAGE)
    person.spfs('doctor', 'http://a', 'http://b', code=USAGE)


def test_what_speaks_no_tls(person):
    person.start_server()
    steps = examine(person, person.server.url.replace('http:', 'https:'), code=UNREACHABLE)
    assert steps['connection']['result'] == 'ok' and steps['TLS']['result'] == 'failed' and 'login' not in steps


class Page(http.server.BaseHTTPRequestHandler):
    """Some web server, whose clock is years ahead: a page for everything."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        body = b'<html><body>Welcome \x1b[2J</body></html>'
        self.send_response_only(200)
        self.send_header('Date', 'Mon, 01 Jan 2085 00:00:00 GMT')
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args):
        pass


def test_what_is_no_sharepoint(person):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = 'http://127.0.0.1:%d/sites/team' % server.server_port
    report = json.loads(person.spfs('doctor', '--json', url, code=None).out)
    steps = {s['step']: s for s in report['steps'] if s['site']}
    assert report['exit'] in (LOGIN, UNREACHABLE)    # a page to log in on looks just so
    assert steps['server']['result'] == 'note' and steps['clock']['result'] == 'note' and 'behind' in steps['clock']['text']
    assert {steps.get(n, {}).get('result') for n in ('login', 'Lists.asmx')} & {'failed'} and 'change tokens' not in steps
    assert '\x1b' not in person.spfs('doctor', url, code=None).out
    server.shutdown()


def test_logins(person):
    person.start_server('--user', 'ann:se;cret#1')
    url = person.server.url
    steps = examine(person, url, code=LOGIN)
    assert 'Basic' in steps['challenge']['text'] and steps['login']['result'] == 'failed'
    configure(person, '[site "%s"]\nuser = ann\npassword = wrong\nauth = basic\n' % url)
    person.server.reset()
    steps = examine(person, url, code=LOGIN)
    assert 'ann' in steps['login']['text'] and 'wrong' not in steps['login']['text'] and 'Lists.asmx' not in steps
    # accounts get locked after a few of these; one is the question without a login
    assert person.server.counts()['statuses'].get('401', 0) <= 3
    configure(person, '[site "%s"]\nuser = ann\npassword = "se;cret#1"\nauth = basic\n' % url)
    assert examine(person, url)['login']['text'] == 'ann, by basic'


def test_what_is_wrong_here(person):
    """The configuration runs programs, the data are the user's: others must not write or read them."""
    configure(person, '[defaults]\n', 0o666)
    data = person.home / 'data/spfs/default'
    data.mkdir(parents=True, mode=0o755)
    data.chmod(0o755)
    person.own()
    steps = examine(person, code=FAILED)
    assert steps['configuration']['advice'].startswith('chmod go-w ') and steps['data']['advice'] == 'chmod 700 %s' % data
    assert steps['lists']['result'] == 'note'
    configure(person, '[defaults]\nfrehs = 1s\n')
    steps = examine(person, code=USAGE)
    assert 'frehs' in steps['configuration']['text']
    configure(person, '[defaults]\n')
    data.chmod(0o700)
    assert examine(person)['configuration']['result'] == 'ok'


def test_a_mount_whose_daemon_died(person):
    person.mount()
    assert examine(person)['mount']['text'] == str(person.mountpoint)
    person.kill()
    steps = examine(person, code=FAILED)
    assert "fusermount3 -uz '%s'" % person.mountpoint in steps['mount']['advice']
