"""OAuth 2.0 with a server that spfs's authors did not write: npm's oidc-provider. A little front, which asks that server about
each token, stands before spfs-demo. Skipped, and said so, where there is no node, or no registry to get it from."""
import fcntl
import http.client
import http.cookiejar
import json
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import mounting
from test_oauth import LOGIN, Login, person, store, write_config  # noqa: F401

PACKAGE = 'oidc-provider@8.8.1'
ALICE = {'login': 'alice', 'password': 'corr3ct-Horse'}


@pytest.fixture(scope='session')
def package():
    """The folder with the package: got once for all runs, as long as the build is kept."""
    for program in ('node', 'npm'):
        if not shutil.which(program):
            pytest.skip('no %s here: apt-get install nodejs npm' % program)
    folder = mounting.BUILD / 'oidc'
    folder.mkdir(exist_ok=True)
    with open(folder / 'lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / 'done').exists():
            try:
                p = subprocess.run(['npm', 'install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--no-save',
                                    '--loglevel=error', PACKAGE], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90)
            except subprocess.TimeoutExpired:
                pytest.skip('npm did not get %s in 90 s' % PACKAGE)
            if p.returncode:
                pytest.skip('npm did not get %s: %s' % (PACKAGE, p.stderr.strip()[-200:]))
            (folder / 'done').touch()
    return folder


@pytest.fixture
def issuer(package):
    p = subprocess.Popen(['node', Path(__file__).with_name('oidc-server.mjs'), package], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = p.stdout.readline().strip()
    assert url.startswith('http://'), 'oidc-provider did not start'
    yield url
    p.kill()
    p.wait(20)


class Front(BaseHTTPRequestHandler):
    """Lets in who has a token that the server knows, and passes the rest on."""
    protocol_version = 'HTTP/1.1'

    def handle_one(self):
        body = self.rfile.read(int(self.headers['Content-Length'] or 0))
        token = (self.headers['Authorization'] or '').partition('Bearer ')[2]
        who = token and self.server.introspect(token)
        self.server.seen.append(who)
        if not who:
            self.send_response(401)
            self.send_header('WWW-Authenticate', 'Bearer')
            self.send_header('Content-Length', '0')
            return self.end_headers()
        c = http.client.HTTPConnection('127.0.0.1', self.server.behind, timeout=60)
        c.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() not in ('authorization', 'expect')})
        r = c.getresponse()
        data = r.read()
        self.send_response(r.status)
        for k, v in r.getheaders():
            if k.lower() not in ('content-length', 'transfer-encoding', 'connection', 'date', 'server'):
                self.send_header(k, v)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PROPFIND = do_DELETE = do_MKCOL = do_MOVE = handle_one

    def log_message(self, *args):
        pass


def post(url, **form):
    with mounting.NO_PROXY.open(url, urllib.parse.urlencode(form).encode(), timeout=30) as r:
        return json.loads(r.read() or b'{}')


@pytest.fixture
def front(person, issuer):  # noqa: F811
    if not (mounting.BUILD / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built (libmicrohttpd is missing)')
    server = person.start_server()
    f = ThreadingHTTPServer(('127.0.0.1', 0), Front)
    f.daemon_threads, f.behind, f.seen = True, server.port, []

    def introspect(token):
        a = post(issuer + '/token/introspection', token=token, client_id='front', client_secret='front-secret')
        return a.get('sub') if a.get('active') else None

    f.introspect = introspect
    f.url = 'http://127.0.0.1:%d/sites/team' % f.server_address[1]
    threading.Thread(target=f.serve_forever, daemon=True).start()
    write_config(person, '[site "%s"]\n client_id = spfs-test\n authority = %s\n redirect = http://localhost/back\n'
                 ' scope = openid offline_access AllSites.Write\n' % (f.url, issuer))
    yield f
    f.shutdown()
    f.server_close()


class Browser:
    """Alice's."""

    def __init__(self):
        self.open_ = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                 urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, url, **form):
        r = self.open_.open(url, urllib.parse.urlencode(form).encode() if form else None, timeout=30)
        return r.geturl(), r.read().decode()

    def log_in(self, url):
        where, page = self.open(url)
        assert '/interaction/' in where and 'who are you' in page, page
        return self.open(where, **ALICE)[1]


def device(world, front, answer):
    """`spfs login --device`, while somebody answers at the address that it shows."""
    p = world.popen('spfs', 'login', '--device', front.url, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    shown = [p.stdout.readline().strip() for _ in range(4)]
    browser = Browser()
    _, page = browser.open(shown[1])
    xsrf = re.search('name="xsrf" value="([^"]*)"', page)[1]
    answer(browser, shown[1], dict(xsrf=xsrf, user_code=shown[3]))
    out, err = p.communicate(timeout=60 * mounting.SLOW)
    return p.returncode, out + err


def in_browser(world, front):
    l = Login(world, front.url)
    assert 'terminal' in Browser().log_in(l.url)
    return l.end()


def kept(world):
    return json.loads(store(world).read_text())[0]


def revoke(issuer, token):
    post(issuer + '/token/revocation', token=token, client_id='spfs-test')


@pytest.mark.deadline(180)
def test_the_browser_and_tokens_that_are_revoked_one_after_the_other(person, front, issuer):  # noqa: F811
    assert 'logged in' in in_browser(person, front)
    person.add('Tasks', 'Shared Documents', url=front.url)
    person.mount()
    person.wait(lambda: all(person.list_status(n)['items'] > 0 for n in ('Tasks', 'Shared Documents')), what='the items')
    person.settle()
    assert set(front.seen) <= {None, 'alice'} and 'alice' in front.seen
    first = kept(person)
    # only the access token: it is replaced, and its refresh token with it
    revoke(issuer, first['access_token'])
    person.spfs('sync')
    second = kept(person)
    assert second['refresh_token'] != first['refresh_token'] and second['access_token'] != first['access_token']
    # the whole login
    revoke(issuer, second['refresh_token'])
    person.sh('echo "My words" >> "Tasks/Fix the projector.txt"')
    person.wait(lambda: 'spfs login' in person.spfs('status').out, what='words what to do')
    assert not kept(person).get('refresh_token')
    in_browser(person, front)
    person.settle()
    assert person.server.methods().get('Update') == 1


@pytest.mark.deadline(180)
def test_a_device_and_a_thief(person, front, issuer):  # noqa: F811
    def yes(browser, url, form):
        where, page = browser.open(url, confirm='yes', **form)
        assert 'who are you' in page, page
        assert 'Success' in browser.open(where, **ALICE)[1]

    def no(browser, url, form):
        browser.open(url, abort='yes', **form)

    code, text = device(person, front, no)
    assert code == LOGIN and 'access_denied' in text, text
    code, text = device(person, front, yes)
    assert code == 0 and 'logged in' in text, text
    old = kept(person)
    revoke(issuer, old['access_token'])
    assert 'Tasks' in person.spfs('lists', front.url).out
    # somebody else shows the old refresh token: the server ends the login, and spfs says what to do
    with pytest.raises(urllib.error.HTTPError):
        post(issuer + '/token', grant_type='refresh_token', refresh_token=old['refresh_token'], client_id='spfs-test')
    assert 'spfs login' in person.spfs('lists', front.url, code=LOGIN).err
    code, text = device(person, front, yes)
    assert code == 0 and 'Tasks' in person.spfs('lists', front.url).out
    person.spfs('logout', front.url)
    assert 'spfs login' in person.spfs('lists', front.url, code=LOGIN).err
