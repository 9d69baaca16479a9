"""NTLM before a second judge: Samba's ntlm_auth, as Windows does it, with no shim. It proves the password; the rest of a server, and
passing on to spfs-demo, is here."""
import http.client
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import PEOPLE, mounting
from test_oauth import LOGIN, person  # noqa: F401
from test_real_servers import site, works, write_config

TYPE1 = 'TlRMTVNTUAAB'


class Samba:
    """One for each connection, since NTLM logs those in."""

    def __init__(self, server):
        self.p = subprocess.Popen(['ntlm_auth', '--helper-protocol=squid-2.5-ntlmssp', '--username=' + server.user,
                                   '--password=' + server.password, '--domain=SPFS', '--configfile=%s/smb.conf' % server.folder],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, what, token):
        self.p.stdin.write(('%s %s\n' % (what, token)).encode())
        self.p.stdin.flush()
        return self.p.stdout.readline().decode(errors='replace').strip()

    def close(self):
        self.p.kill()
        self.p.communicate()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    user = samba = None

    def finish(self):
        super().finish()
        if self.samba:
            self.samba.close()

    def log_message(self, *args):
        pass

    def deny(self, token=''):
        self.send_response(401)
        self.send_header('WWW-Authenticate', ('NTLM ' + token).strip())
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_in(self, token):
        if token.startswith(TYPE1):
            if self.samba:
                self.samba.close()
            self.samba, self.user = Samba(self.server), None
            answer = self.samba.ask('YR', token)
            self.deny(answer[3:] if answer.startswith('TT ') else '')
            return False
        answer = self.samba.ask('KK', token) if self.samba else ''
        self.server.proofs.append(answer[:2])
        # it looks at the password, not at the name
        if answer.startswith('AF ') and answer[3:].split('\\')[-1].lower() == self.server.user:
            self.user = answer[3:]
            return True
        self.deny()
        return False

    def serve(self):
        body = self.rfile.read(int(self.headers['Content-Length'] or 0))
        token = (self.headers['Authorization'] or '').partition('NTLM ')[2]
        if token and not self.log_in(token):
            return
        if not self.user:
            return self.deny()
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

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PROPFIND = do_DELETE = do_MKCOL = do_MOVE = serve


@pytest.fixture
def samba(person):  # noqa: F811
    if not shutil.which('ntlm_auth'):
        pytest.skip('no ntlm_auth here: apt-get install winbind')
    demo = person.start_server()
    f = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    f.daemon_threads, f.behind, f.user, f.password, f.proofs = True, demo.port, 'alice', PEOPLE['alice'], []
    f.folder = tempfile.mkdtemp(prefix='spfs-samba-', dir='/var/tmp')
    (Path(f.folder) / 'smb.conf').write_text(
        '[global]\nworkgroup = SPFS\nnetbios name = SPSRV\nntlm auth = ntlmv2-only\nlog file = {0}/log\n'.format(f.folder) +
        ''.join('%s = %s\n' % (k, f.folder) for k in ('lock directory', 'state directory', 'cache directory', 'private dir', 'pid directory')))
    f.url = 'http://127.0.0.1:%d/sites/team' % f.server_address[1]
    threading.Thread(target=f.serve_forever, daemon=True).start()
    yield f
    f.shutdown()
    f.server_close()
    shutil.rmtree(f.folder, ignore_errors=True)


@pytest.mark.deadline(120)
def test_samba_takes_the_password(person, samba):  # noqa: F811
    write_config(person, site(samba.url, 'user = SPFS\\\\alice', 'password = "%s"' % PEOPLE['alice']))
    works(person, samba.url)
    assert set(samba.proofs) == {'AF'}


@pytest.mark.parametrize('user, password', [('SPFS\\\\alice', 'wrong'), ('SPFS\\\\mallory', PEOPLE['alice'])])
def test_samba_refuses_and_is_asked_twice_at_most(person, samba, user, password):  # noqa: F811
    write_config(person, site(samba.url, 'auth = ntlm', 'user = ' + user, 'password = "%s"' % password))
    for _ in range(1):
        assert 'refused' in person.spfs('lists', samba.url, code=LOGIN).err
    assert 1 <= len(samba.proofs) <= 2
    assert mounting.BUILD
