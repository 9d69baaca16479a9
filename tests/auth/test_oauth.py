"""OAuth 2.0: logging in with a browser and on another device, tokens that end while something is mounted, and what must not
be lost or given away then."""
import json
import os
import re
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from conftest import mounting
from oauthserver import OAuth

NO_PROXY = mounting.NO_PROXY
FAILED, USAGE, LOGIN, UNREACHABLE = 1, 2, 4, 5
USER, PASSWORD = 'ann', 'S3cret-w0rd;#1'


@pytest.fixture
def person():
    """A world of one user: nothing here depends on who it is."""
    if not os.path.exists('/dev/fuse'):
        pytest.skip('there is no /dev/fuse')
    w = mounting.World(mounting.who_can()[-1])
    yield w
    found = w.clean()
    assert not found, found


@pytest.fixture
def oauth(person):
    """spfs-demo that wants tokens, and the server that gives them; spfs is configured for both."""
    if not (mounting.BUILD / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built (libmicrohttpd is missing)')
    server = person.start_server('--user', '%s:%s' % (USER, PASSWORD), '--auth', 'bearer')

    def mint():
        body = urllib.parse.urlencode({'user': USER, 'password': PASSWORD}).encode()
        with NO_PROXY.open(server.origin + '/_demo/token', body, timeout=30) as r:
            return r.read().decode().strip()

    o = OAuth(mint)
    write_config(person, site(person, 'client_id = spfs-test', 'authority = ' + o.url))
    yield o
    o.close()


def write_config(world, text):
    d = world.home / 'config/spfs'
    d.mkdir(parents=True, exist_ok=True)
    (d / 'config').write_text(text)
    (d / 'config').chmod(0o600)
    world.own(d)


def site(world, *lines):
    return '[site "%s"]\n' % world.server.origin + ''.join('    %s\n' % l for l in lines)


def store(world):
    return world.home / 'data/spfs/.tokens'


def browse(url):
    """What the person sees in the end."""
    with NO_PROXY.open(url, timeout=30) as r:
        return r.read().decode()


class Login:
    """`spfs login` in the browser, as far as the address to go to."""

    def __init__(self, world, *options):
        self.p = world.popen('spfs', 'login', '--browser', *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             stdin=subprocess.DEVNULL)
        self.url = ''
        for line in self.p.stdout:
            if line.startswith('  http'):
                self.url = line.strip()
                break
        self.query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.url).query))

    def end(self, code=0):
        out, err = self.p.communicate(timeout=60 * mounting.SLOW)
        assert self.p.returncode == code, out + err
        return out + err


def log_in(world, url=None, code=0):
    l = Login(world, url or world.server.url)
    page = browse(l.url)
    return page, l.end(code)


def expire(world):
    """Every access token of the site's server is worth nothing any more."""
    world.server.admin('expire-logins', '')


# ---- the browser -----------------------------------------------------------------------------------------

def test_the_browser_comes_back_with_a_code(person, oauth):
    r = person.spfs('lists', person.server.url, code=LOGIN)
    assert 'spfs login ' + person.server.origin in r.err, r
    l = Login(person, person.server.url)
    q, back = l.query, l.query['redirect_uri']
    assert q['response_type'] == 'code' and q['client_id'] == 'spfs-test' and q['scope'] == 'openid offline_access'
    assert 'prompt' not in q
    assert q['code_challenge_method'] == 'S256' and len(q['code_challenge']) == 43 and len(q['state']) >= 22
    assert re.fullmatch(r'http://localhost:\d+', back), back
    # strangers on this machine, and web pages, do not end it
    for path in ('/', '/favicon.ico', '/?code=evil&state=wrong', '/?code=evil', '/?state=' + q['state']):
        with pytest.raises(urllib.error.HTTPError) as e:
            browse(back + path)
        assert e.value.code in (400, 404)
    assert 'terminal' in browse(l.url)
    assert 'logged in' in l.end()
    assert store(person).stat().st_mode & 0o777 == 0o600
    assert [f['grant_type'] for f in oauth.forms('/token')] == ['authorization_code']
    # it is good for everything, and nothing is asked of the login server again
    person.add('Tasks')
    person.mount()
    person.wait(lambda: person.list_status('Tasks')['items'] > 0, what='the items')
    person.sh('echo Hello >> "Tasks/Fix the projector.txt"')
    person.wait(lambda: person.server.methods().get('Update') == 1, what='the change at the server')
    assert len(oauth.forms('/token')) == 1
    assert {r['user'] for r in person.server.requests() if r['status'] == 200 and r.get('op')} == {USER}


def test_who_says_no_in_the_browser_is_believed(person, oauth):
    oauth.user_error = 'access_denied'
    page, text = log_in(person, code=LOGIN)
    assert 'refused' in page
    assert 'access_denied: AADSTS65004: the person <said> no' in text
    assert not store(person).exists()
    # a program that the server does not know
    write_config(person, site(person, 'client_id = another', 'authority = ' + oauth.url))
    oauth.user_error = None
    _, text = log_in(person, code=LOGIN)
    assert 'does not know this client_id' in text


@pytest.mark.parametrize('cloud, host', [('global', 'login.microsoftonline.com'), ('us', 'login.microsoftonline.us'),
                                         ('china', 'login.chinacloudapi.cn')])
def test_clouds_tenants_scopes_and_addresses(person, cloud, host):
    """Nothing has to be asked to know where the browser has to go."""
    where = 'https://contoso.sharepoint.example'
    config = '[site "%s"]\n client_id = 7\n tenant = contoso.onmicrosoft.com\n cloud = %s\n' % (where, cloud)
    write_config(person, config)
    l = Login(person, where + '/sites/team')
    l.p.terminate()
    assert l.url.startswith('https://%s/contoso.onmicrosoft.com/oauth2/v2.0/authorize?' % host), l.url
    assert l.query['scope'] == where + '/AllSites.Write offline_access'
    write_config(person, config + ' scope = "a b"\n redirect = http://127.0.0.1/back\n'
                 ' authorize_endpoint = https://elsewhere.example/go?x=1\n')
    l = Login(person, where + '/sites/team')
    l.p.terminate()
    assert l.url.startswith('https://elsewhere.example/go?x=1&response_type=code&')
    assert l.query['scope'] == 'a b' and re.fullmatch(r'http://127.0.0.1:\d+/back', l.query['redirect_uri'])


class Site(BaseHTTPRequestHandler):
    """A site that says which tenant it belongs to, to those who ask in the right way."""

    def do_GET(self):
        self.send_response(401)
        if self.headers['Authorization'] == 'Bearer':
            self.send_header('WWW-Authenticate', 'Bearer realm="%s",client_id="00000003-0000-0ff1-ce00-000000000000"'
                             % self.server.realm)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.mark.parametrize('realm, tenant', [('6a9bc80e-1bc5-4a4d-9c3e-3b1bd2c2c5b1', None), ('evil.example/../x?', 'organizations')])
def test_the_site_says_its_tenant(person, realm, tenant):
    http = HTTPServer(('127.0.0.1', 0), Site)
    http.realm = realm
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        where = 'http://127.0.0.1:%d' % http.server_address[1]
        write_config(person, '[site "%s"]\n client_id = 7\n' % where)
        l = Login(person, where + '/sites/team')
        l.p.terminate()
        assert l.url.startswith('https://login.microsoftonline.com/%s/oauth2/' % (tenant or realm)), l.url
    finally:
        http.shutdown()
        http.server_close()


@pytest.mark.parametrize('line, says', [
    ('authority = http://login.example.org', 'https'),
    ('authority = login', 'authority is an address'),
    ('redirect = https://localhost', 'redirect is an address'),
    ('redirect = http://192.0.2.1/', 'redirect is an address'),
])
def test_addresses_that_would_give_tokens_away_are_refused(person, oauth, line, says):
    write_config(person, site(person, 'client_id = spfs-test', *([] if 'authority' in line else ['authority = ' + oauth.url]),
                              line))
    r = person.spfs('login', '--browser', person.server.url, code=None)
    assert r.code != 0 and says in r.err, r
    assert not oauth.forms('/token') and not store(person).exists()


def test_an_endpoint_on_another_server_is_not_used_unless_it_is_configured(person, oauth):
    other = OAuth(oauth.mint)
    try:
        oauth.endpoints = {'token_endpoint': other.url + '/token', 'device_authorization_endpoint': other.url + '/device'}
        r = person.spfs('login', '--device', person.server.url, code=UNREACHABLE)
        assert 'token_endpoint' in r.err, r
        assert not other.log
        write_config(person, site(person, 'client_id = spfs-test', 'authority = ' + oauth.url, 'token_endpoint = %s/token' % other.url,
                                  'device_endpoint = %s/device' % other.url))
        oauth.endpoints['token_endpoint'] = oauth.url + '/token'
        person.spfs('login', '--device', person.server.url)
        assert [p for p, _ in other.log] == ['/device', '/token'] and not oauth.forms('/token')
    finally:
        other.close()


# ---- another device -----------------------------------------------------------------------------------------

def test_a_code_is_typed_on_another_device(person, oauth):
    oauth.device = ['authorization_pending', 'ok']
    r = person.spfs('login', '--device', person.server.url)
    assert 'WXYZ-1234' in r.out and oauth.url + '/type-it' in r.out and 'logged in' in r.out
    polls = oauth.forms('/token')
    assert len(polls) == 2 and all(f['device_code'] == 'device-secret' for f in polls)
    assert 'device-secret' not in r.out + r.err


def test_a_server_that_is_asked_too_often_is_asked_less(person, oauth):
    oauth.device = ['slow_down', 'ok']
    person.spfs('login', '--device', person.server.url, timeout=60)
    assert len(oauth.forms('/token')) == 2


def test_a_lost_answer_to_a_device_is_asked_for_again(person, oauth):
    oauth.lose = 1
    oauth.device = ['authorization_pending']
    person.spfs('login', '--device', person.server.url)
    assert len(oauth.forms('/token')) == 2


@pytest.mark.parametrize('word', ['access_denied', 'authorization_declined', 'expired_token'])
def test_a_code_that_is_denied_or_has_run_out(person, oauth, word):
    oauth.device = ['authorization_pending', word]
    r = person.spfs('login', '--device', person.server.url, code=LOGIN)
    assert '%s: said by %s' % (word, word) in r.err, r
    assert len(oauth.forms('/token')) == 2 and not store(person).exists()


def test_a_code_that_nobody_types(person, oauth):
    oauth.device = ['authorization_pending'] * 100
    oauth.device_good = 2
    assert 'in time' in person.spfs('login', '--device', person.server.url, code=LOGIN).err


# ---- while it is mounted ---------------------------------------------------------------------------------------

def ready(world):
    log_in(world)
    world.add('Tasks', 'Shared Documents')
    world.mount()
    world.wait(lambda: all(world.list_status(n)['items'] > 0 for n in ('Tasks', 'Shared Documents')), what='the items')
    world.settle()


def test_a_token_that_ends_is_replaced_and_so_is_its_refresh_token(person, oauth):
    ready(person)
    seen = set()
    for n in range(1, 3):
        expire(person)
        person.spfs('sync')
        person.sh('cat "Shared Documents"/*.txt > /dev/null; echo %d >> "Tasks/Fix the projector.txt"' % n)
        person.settle()
        assert len(oauth.refreshes()) == n
        seen.add(oauth.refreshes()[-1]['refresh_token'])
        kept = json.loads(store(person).read_text())
        assert [e['refresh_token'] for e in kept] == list(oauth.live) and len(oauth.live) == 1
    assert len(seen) == 2
    # what is kept is good for the next start, too
    person.umount()
    person.mount()
    person.settle()
    assert len(oauth.refreshes()) == 2


def test_a_login_that_ends_while_mounted_loses_nothing_and_comes_back_without_a_new_mount(person, oauth):
    ready(person)
    expire(person)
    oauth.live.clear()                                  # an administrator ended the session, or the password changed
    person.sh('echo "My words" >> "Tasks/Fix the projector.txt"; echo new > "Shared Documents/new.txt"')
    person.wait(lambda: 'spfs login ' + person.server.origin in person.spfs('status').out, what='words what to do')
    r = person.spfs('sync', code=LOGIN)
    assert 'spfs login' in r.err + person.spfs('status').out
    # the dead token is shown to nobody again
    n = len(oauth.refreshes())
    person.spfs('sync', code=LOGIN)
    person.spfs('lists', person.server.url, code=LOGIN)
    assert len(oauth.refreshes()) == n == 1
    assert 'My words' in person.sh('cat "Tasks/Fix the projector.txt"')
    pid = person.pid()
    log_in(person)
    person.settle()
    assert person.pid() == pid and person.is_mounted()
    assert person.server.methods().get('Update') == 1
    with NO_PROXY.open(urllib.request.Request(person.server.url + '/Shared%20Documents/new.txt',
                                              headers={'Authorization': 'Bearer ' + oauth.mint()}), timeout=30) as a:
        assert a.read() == b'new\n'


def test_a_login_server_that_is_away_is_waited_for(person, oauth):
    ready(person)
    expire(person)
    oauth.error, oauth.status = 'temporarily_unavailable', 503
    r = person.spfs('sync', code=None)
    assert r.code not in (0, LOGIN), r
    assert 'spfs login' not in person.spfs('status').out
    oauth.error = None
    person.wait(lambda: person.spfs('sync', code=None).code == 0, 60, 'a sync')
    assert len(oauth.live) == 1


def test_a_new_token_that_the_disk_does_not_take_is_not_lost(person, oauth):
    ready(person)
    expire(person)
    obstacle = person.home / 'data/spfs/.tokens.new'
    obstacle.mkdir()                                     # nothing can be written there
    r = person.spfs('sync', code=None)
    assert r.code not in (0, LOGIN), r
    assert 'before it is kept' in person.spfs('status').out
    obstacle.rmdir()
    person.wait(lambda: person.spfs('sync', code=None).code == 0, 60, 'a sync')
    assert len(oauth.refreshes()) == 1
    assert [e['refresh_token'] for e in json.loads(store(person).read_text())] == list(oauth.live)


def test_two_programs_never_replace_a_token_at_the_same_time(person, oauth):
    """A server takes the second use of a refresh token for a theft, and ends the login."""
    log_in(person)
    expire(person)
    programs = [person.popen('spfs', 'lists', person.server.url, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    for p in programs:
        out, err = p.communicate(timeout=60 * mounting.SLOW)
        assert p.returncode == 0 and 'Tasks' in out, err
    assert len({f['refresh_token'] for f in oauth.refreshes()}) == len(oauth.refreshes())
    assert len(oauth.live) == 1


# ---- what gets lost ------------------------------------------------------------------------------------------------

def lists(world, code=0, **env):
    return world.spfs('lists', world.server.url, code=code, env=env)


@pytest.mark.parametrize('reuse', ['kills', 'works'])
def test_an_answer_with_a_new_token_that_gets_lost(person, oauth, reuse):
    oauth.reuse = reuse
    log_in(person)
    expire(person)
    oauth.lose = 1
    r = lists(person, code=None)
    assert r.code == UNREACHABLE and 'no new token' in r.err, r
    after(person, oauth, reuse)


@pytest.mark.parametrize('reuse', ['kills', 'works'])
def test_a_kill_between_the_new_token_and_the_disk(person, oauth, reuse):
    oauth.reuse = reuse
    log_in(person)
    expire(person)
    lists(person, code=137, SPFS_CRASH_AT='oauth.refreshed:1')
    after(person, oauth, reuse)


def after(person, oauth, reuse):
    """Servers differ in what they do with a token that comes twice; whatever it is, it is said, and a login mends it."""
    if reuse == 'works':
        assert 'Tasks' in lists(person).out
        return
    assert 'spfs login' in lists(person, code=LOGIN).err
    log_in(person)
    assert 'Tasks' in lists(person).out


def test_a_kill_after_the_new_token_is_on_disk(person, oauth):
    log_in(person)
    expire(person)
    lists(person, code=137, SPFS_CRASH_AT='oauth.written:1')
    assert 'Tasks' in lists(person).out
    assert len(oauth.refreshes()) == 1


# ---- keeping it -----------------------------------------------------------------------------------------------------

def test_the_file_of_tokens_is_nobody_elses(person, oauth):
    log_in(person)
    f = store(person)
    f.chmod(0o644)
    assert 'chmod 600' in lists(person, code=LOGIN).err
    f.chmod(0o600)
    target = person.home / 'stolen'
    target.write_bytes(f.read_bytes())
    person.own(target)
    target.chmod(0o600)
    before = target.read_bytes()
    f.unlink()
    f.symlink_to(target)
    assert 'symbolic link' in lists(person, code=LOGIN).err
    assert 'symbolic link' in log_in(person, code=LOGIN)[1]
    assert target.read_bytes() == before
    f.unlink()
    f.write_text('{"not": "finished"')
    f.chmod(0o600)
    person.own(f)
    assert 'damaged' in lists(person, code=LOGIN).err


def test_tokens_are_in_no_log_argument_environment_or_other_file(person, oauth):
    log_in(person)
    person.add('Tasks')
    person.mount('loglevel=debug')
    person.settle()
    expire(person)
    person.spfs('sync')
    kept = json.loads(store(person).read_text())[0]
    secrets = [kept['refresh_token'].encode(), kept['access_token'].encode(), b'-secret']
    proc = '/proc/%d/' % person.pid()
    seen = {'log': (person.sh('cat .spfs/log') + person.sh('cat .spfs/status.json')).encode()}
    for name in ('cmdline', 'environ'):
        seen[name] = open(proc + name, 'rb').read() if os.getuid() == 0 else b''
    for d in ('home/data', 'home/cache', 'home/config', 'run'):
        for p in (person.base / d).rglob('*'):
            if p.is_file() and p != store(person):
                seen[str(p)] = p.read_bytes()
    assert len(seen) > 4
    for where, text in seen.items():
        assert not [s for s in secrets if s in text], where
    assert re.search(r'Max core file size\s+0\s+0', open(proc + 'limits').read())


def test_logout_tells_the_server_and_the_mount(person, oauth):
    ready(person)
    refresh = json.loads(store(person).read_text())[0]['refresh_token']
    person.spfs('logout', 'Tasks')
    assert oauth.forms('/revoke') == [{'token': refresh, 'token_type_hint': 'refresh_token', 'client_id': 'spfs-test'}]
    assert refresh not in store(person).read_text()
    person.wait(lambda: 'spfs login' in person.spfs('status').out, what='words about the login')
    assert 'nobody is logged in' in person.spfs('logout', person.server.url, code=FAILED).err


def test_a_login_is_for_its_configuration(person, oauth):
    log_in(person)
    write_config(person, site(person, 'client_id = spfs-test', 'authority = ' + oauth.url, 'scope = more'))
    assert 'configuration has changed' in lists(person, code=LOGIN).err
    assert not oauth.refreshes()


# ---- a login without OAuth ----------------------------------------------------------------------------------------------

def test_login_writes_the_section_that_is_missing(person):
    server = person.start_server('--user', '%s:%s' % (USER, PASSWORD))
    r = person.spfs('login', server.url, code=LOGIN)
    assert '--user' in r.err and '--client-id' in r.err, r
    person.spfs('login', '--user', USER, server.url, code=LOGIN)       # no terminal to ask for the password on
    config = (person.home / 'config/spfs/config').read_text()
    assert config == '[site "%s"]\n\tuser = %s\n' % (server.url, USER), config
    assert 'already' in person.spfs('login', '--user', 'bob', server.url, code=USAGE).err
    assert 'client_id' in person.spfs('login', '--device', server.url, code=USAGE).err
    assert 'keeps no login' in person.spfs('logout', server.url, code=FAILED).err
