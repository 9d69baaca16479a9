"""Real servers that ask for a login, from Debian's packages, in front of spfs-demo: Apache with TLS and a private
authority, Kerberos with a private MIT KDC, NTLM with gss-ntlmssp. All on loopback and free ports, none as root, nothing
below /etc is read or written, and no service of the system is started or stopped.

What the machine lacks is skipped, and the skip says what to install.
"""
import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location('mount_conftest', HERE.parent / 'mount/conftest.py')
mounting = importlib.util.module_from_spec(spec)
sys.modules['mount_conftest'] = mounting
spec.loader.exec_module(mounting)
BUILD, wait_until, who_can = mounting.BUILD, mounting.wait_until, mounting.who_can
pytest_configure = mounting.pytest_configure   # /dev/fuse for everybody: the ordinary user mounts here, too

MODULES = Path('/usr/lib/apache2/modules')
SBIN = '/usr/sbin:/sbin:/usr/bin:/bin'
REALM = 'SPFS.TEST'
KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1')
PEOPLE = {'alice': 'corr3ct-Horse', 'bob': 'b0b-Staple'}

# port's name -> what its virtual host has beside TLS
HOSTS = {
    'basic': 'Protocols http/1.1\nUse-Basic',
    'h2': 'Protocols h2 http/1.1\nUse-Basic',
    'tls13': 'SSLProtocol TLSv1.3\nUse-Basic',
    'tls10': 'SSLProtocol -all +TLSv1 +TLSv1.1\nSSLCipherSuite ALL:@SECLEVEL=0\nUse-Basic',
    'cert': 'SSLVerifyClient require\nSSLCACertificateFile {base}/ca.pem\nSSLUserName SSL_CLIENT_S_DN_CN',
    'krb': 'Use-Gss krb5',
    'ntlm': 'Use-Gss ntlmssp\nGssConnection',
    'both': 'Use-Gss krb5 ntlmssp\nGssConnection',
    'h2krb': 'Protocols h2 http/1.1\nUse-Gss krb5',
    'h2ntlm': 'Protocols h2 http/1.1\nUse-Gss ntlmssp\nGssConnection',
    'wrongname': 'SSLCertificateFile {base}/elsewhere.pem\nSSLCertificateKeyFile {base}/elsewhere.key\nUse-Basic',
    'digest': 'Use-Digest',
}
BASIC = '''  <Location />
    AuthType Basic
    AuthName farm
    AuthBasicProvider file
    AuthUserFile {base}/basic.users
    Require valid-user
  </Location>
'''
DIGEST = '''  <Location />
    AuthType Digest
    AuthName farm
    AuthDigestProvider file
    AuthUserFile {base}/digest.users
    Require valid-user
  </Location>
'''
# libcurl's first message of NTLM is shorter than gss-ntlmssp takes, and wants what libcurl then does not do. Nothing is
# signed over it, so that the password is checked as it would be without this line.
SHIM = ('RequestHeader edit Authorization "^(NTLM TlRMTVNTUAABAAAA)BoII(A+)AAA=$" "$1BgII$2AAAAAAAAAAAAAA==" early\n')


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(('127.0.0.1', 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(('127.0.0.1', port)) == 0


class Farm:
    """The servers. `hosts` are the ones to start; .ports has the port of each."""

    def __init__(self, hosts, kerberos):
        self.base = Path(tempfile.mkdtemp(prefix='spfs-auth-', dir=os.environ.get('SPFS_TEST_DIR', '/var/tmp')))
        self.owner = mounting.pwd.getpwnam(mounting.ORDINARY) if os.getuid() == 0 else None
        self.env = {'PATH': SBIN, 'HOME': str(self.base), 'LC_ALL': 'C.UTF-8',
                    'KRB5_CONFIG': str(self.base / 'krb5.conf'), 'KRB5_KDC_PROFILE': str(self.base / 'kdc.conf'),
                    'KRB5_KTNAME': 'FILE:%s/http.keytab' % self.base, 'KRB5RCACHENAME': 'dfl:',
                    'KRB5RCACHEDIR': str(self.base), 'NTLM_USER_FILE': str(self.base / 'ntlm.users'),
                    'NETBIOS_COMPUTER_NAME': 'SPSRV', 'NETBIOS_DOMAIN_NAME': 'SPFS', 'TMPDIR': str(self.base)}
        self.processes = []
        backend, kdc, *ports = free_ports(2 + len(hosts))
        self.backend_port, self.kdc_port, self.ports = backend, kdc, dict(zip(hosts, ports))
        self.ca = self.base / 'ca.pem'
        if self.owner:
            os.chown(self.base, self.owner[2], self.owner[3])
        self.base.chmod(0o755)
        try:
            self.make_certificates()
            self.make_users()
            if kerberos:
                self.start_kdc()
            self.start_demo()
            self.start_apache()
        except Exception:
            self.stop()
            raise

    # ---- running ----

    def command(self, argv):
        be = ['setpriv', '--reuid=%d' % self.owner[2], '--regid=%d' % self.owner[3], '--clear-groups', '--inh-caps=-all',
              '--'] if self.owner else []
        return [*be, *map(str, argv)]

    def run(self, *argv, **more):
        p = subprocess.run(self.command(argv), cwd=self.base, env=self.env, text=True, capture_output=True, timeout=120,
                           **more)
        assert p.returncode == 0, '%s: %s%s' % (' '.join(map(str, argv)), p.stdout, p.stderr)
        return p.stdout

    def start(self, port, *argv):
        log = open(self.base / (Path(argv[0]).name + '.out'), 'ab')
        p = subprocess.Popen(self.command(argv), cwd=self.base, env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                             stderr=log, start_new_session=True)
        self.processes.append(p)
        wait_until(lambda: p.poll() is not None or listens(port), 30, str(argv[0]))
        assert p.poll() is None, (self.base / (Path(argv[0]).name + '.out')).read_text()

    def stop(self):
        for p in reversed(self.processes):
            p.terminate()
        for p in self.processes:
            try:
                p.wait(20)
            except subprocess.TimeoutExpired:
                p.kill()
        shutil.rmtree(self.base, ignore_errors=True)

    def write(self, name, text, mode=0o644):
        p = self.base / name
        p.write_text(text)
        p.chmod(mode)
        if self.owner:
            os.chown(p, self.owner[2], self.owner[3])
        return p

    # ---- the parts ----

    def make_certificates(self):
        def sign(name, subject, extension):
            self.write(name + '.ext', extension)
            self.run('openssl', 'req', *KEY, '-nodes', '-subj', subject, '-keyout', name + '.key', '-out',
                     name + '.csr')
            self.run('openssl', 'x509', '-req', '-in', name + '.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial',
                     '-days', '825', '-out', name + '.pem', '-extfile', name + '.ext')

        self.run('openssl', 'req', '-x509', *KEY, '-nodes', '-days', '3650', '-subj', '/CN=farm CA',
                 '-keyout', 'ca.key', '-out', 'ca.pem', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext',
                 'keyUsage=critical,keyCertSign,cRLSign')
        sign('server', '/CN=localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
        sign('elsewhere', '/CN=elsewhere.example', 'subjectAltName=DNS:elsewhere.example\nextendedKeyUsage=serverAuth\n')
        sign('alice', '/CN=alice', 'extendedKeyUsage=clientAuth\n')
        self.run('openssl', 'pkcs12', '-export', '-in', 'alice.pem', '-inkey', 'alice.key', '-out', 'alice.p12', '-passout',
                 'pass:')

    def make_users(self):
        self.write('basic.users', ''.join('%s:%s' % (n, self.run('openssl', 'passwd', '-apr1', p)) for n, p in PEOPLE.items()))
        self.write('digest.users', ''.join('%s:farm:%s\n' % (n, hashlib.md5(('%s:farm:%s' % (n, p)).encode()).hexdigest())
                                           for n, p in PEOPLE.items()))
        self.write('ntlm.users', ''.join('SPFS:%s:%s\n' % person for person in PEOPLE.items()), 0o600)

    def start_kdc(self):
        self.write('krb5.conf', '''[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 localhost = {realm}
'''.format(realm=REALM, port=self.kdc_port))
        self.write('kdc.conf', '''[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {base}/principal
  key_stash_file = {base}/stash
  acl_file = {base}/acl
  supported_enctypes = aes256-cts-hmac-sha1-96:normal
 }}
[logging]
 kdc = FILE:{base}/kdc.log
'''.format(realm=REALM, port=self.kdc_port, base=self.base))
        self.run('kdb5_util', 'create', '-s', '-r', REALM, '-P', 'master')
        orders = ['addprinc -pw %s %s' % (p, n) for n, p in PEOPLE.items()]
        orders += ['addprinc -randkey HTTP/localhost', 'ktadd -k %s/http.keytab HTTP/localhost' % self.base]
        for o in orders:
            self.run('kadmin.local', '-r', REALM, '-q', o)
        self.start(self.kdc_port, 'krb5kdc', '-n', '-r', REALM)

    def start_demo(self):
        shutil.copy(BUILD / 'spfs-demo', self.base)
        self.start(self.backend_port, self.base / 'spfs-demo', '--port', self.backend_port, '--site', '/sites/team', '--site',
                   '/sites/other')

    def host(self, name):
        words = HOSTS[name].format(base=self.base)
        words = words.replace('Use-Basic', BASIC.format(base=self.base)).replace('Use-Digest', DIGEST.format(base=self.base))
        gss = re.search('Use-Gss (.*)', words)
        if gss:
            words = words.replace(gss[0], SHIM).replace('GssConnection', '')
            words += '<Location />\nAuthType GSSAPI\nAuthName farm\nGssapiPublishMech On\nRequire valid-user\n%s%s</Location>\n' % (
                ''.join('GssapiAllowedMech %s\n' % m for m in gss[1].split()),
                'GssapiConnectionBound On\n' if 'GssConnection' in HOSTS[name] else '')
        return '<VirtualHost 127.0.0.1:%d>\nSSLEngine on\n%s\n</VirtualHost>\n' % (self.ports[name], words)

    def start_apache(self):
        gss = any('Use-Gss' in HOSTS[h] for h in self.ports)
        modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'auth_digest', 'headers', 'proxy',
                   'proxy_http', 'ssl', 'http2', *(['auth_gssapi'] if gss else [])]
        self.write('httpd.conf', '''ServerRoot {base}
PidFile {base}/httpd.pid
DefaultRuntimeDir {base}
ErrorLog {base}/error.log
LogLevel warn
ServerName localhost
{listen}
{load}
StartServers 1
ThreadsPerChild 32
ServerLimit 1
MaxRequestWorkers 32
KeepAlive On
KeepAliveTimeout 60
MaxKeepAliveRequests 0
SSLSessionCache none
SSLCertificateFile {base}/server.pem
SSLCertificateKeyFile {base}/server.key
SSLProtocol -all +TLSv1.2 +TLSv1.3
LogFormat "host=%p from=%{{remote}}p tls=%{{SSL_PROTOCOL}}x proto=%H method=%m path=%U status=%>s user=%u mech=%{{GSS_MECH}}e" a
CustomLog {base}/access.log a
ProxyPreserveHost On
RequestHeader unset Authorization
ProxyPass / http://127.0.0.1:{backend}/
{hosts}
'''.format(base=self.base, backend=self.backend_port,
           listen='\n'.join('Listen 127.0.0.1:%d' % p for p in self.ports.values()),
           load='\n'.join('LoadModule %s_module %s/mod_%s.so' % (m, MODULES, m) for m in modules),
           hosts=''.join(self.host(h) for h in self.ports)))
        self.start(next(iter(self.ports.values())), 'apache2', '-f', self.base / 'httpd.conf', '-DFOREGROUND')

    # ---- what tests ask ----

    def url(self, host, site='/sites/team'):
        return 'https://localhost:%d%s' % (self.ports[host], site)

    def log(self, host):
        """The requests to that host so far, as dicts."""
        lines = (self.base / 'access.log').read_text().splitlines()
        found = [dict(w.split('=', 1) for w in re.split(r' (?=\w+=)', l)) for l in lines]
        return [r for r in found if r['host'] == str(self.ports[host])]


def missing(programs):
    path = SBIN
    return [p for p in programs if not (Path(p).exists() if p.startswith('/') else shutil.which(p, path=path))]


def farm_of(hosts, kerberos, needs, packages, kind=Farm):
    if not (BUILD / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built (libmicrohttpd is missing)')
    lacking = missing(needs)
    if lacking:
        pytest.skip('no %s here: apt-get install %s' % (' '.join(lacking), packages))
    return kind(hosts, kerberos)


APACHE = ('apache2', 'openssl', str(MODULES / 'mod_http2.so'))
KERBEROS = (*APACHE, 'krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit', str(MODULES / 'mod_auth_gssapi.so'))


@pytest.fixture(scope='session')
def farm():
    """Apache with Basic, and with client certificates."""
    f = farm_of(['basic', 'h2', 'tls13', 'tls10', 'cert', 'wrongname', 'digest'], False, APACHE, 'apache2-bin openssl')
    yield f
    f.stop()


@pytest.fixture(scope='session')
def domain():
    """Apache and a KDC: Kerberos."""
    f = farm_of(['krb'], True, KERBEROS, 'apache2-bin openssl krb5-kdc krb5-admin-server krb5-user libapache2-mod-auth-gssapi')
    yield f
    f.stop()


@pytest.fixture(scope='session')
def windows():
    """The same with NTLM beside it, as farms have it."""
    plugin = [str(p) for p in Path('/usr/lib').glob('*/gssntlmssp/gssntlmssp.so')] or ['/usr/lib/gssntlmssp.so']
    f = farm_of(['ntlm', 'both', 'krb', 'h2krb', 'h2ntlm'], True, (*KERBEROS, plugin[0]),
                'apache2-bin openssl krb5-kdc krb5-admin-server krb5-user libapache2-mod-auth-gssapi gss-ntlmssp')
    yield f
    f.stop()


class Nginx(Farm):
    """The same with nginx, which knows Basic only."""

    def start_apache(self):
        self.write('nginx.users', ''.join('%s:%s' % (n, self.run('openssl', 'passwd', '-apr1', p)) for n, p in PEOPLE.items()))
        self.write('nginx.conf', '''pid {base}/nginx.pid;
error_log {base}/nginx.err;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log {base}/access.log;
  client_body_temp_path {base}/t1; proxy_temp_path {base}/t2; fastcgi_temp_path {base}/t3; uwsgi_temp_path {base}/t4; scgi_temp_path {base}/t5;
  client_max_body_size 0;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {base}/server.pem;
    ssl_certificate_key {base}/server.key;
    auth_basic farm;
    auth_basic_user_file {base}/nginx.users;
    location / {{
      proxy_pass http://127.0.0.1:{backend};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Authorization "";
      proxy_request_buffering off;
    }}
  }}
}}
'''.format(base=self.base, port=self.ports['nginx'], backend=self.backend_port))
        self.start(self.ports['nginx'], 'nginx', '-p', self.base, '-c', self.base / 'nginx.conf', '-e', self.base / 'nginx.err', '-g',
                   'daemon off;')


@pytest.fixture(scope='session')
def nginx():
    """nginx with Basic and HTTP/2."""
    f = farm_of(['nginx'], False, ('nginx', 'openssl'), 'nginx-light openssl', Nginx)
    yield f
    f.stop()


@pytest.fixture(params=who_can())
def world(request):
    if not os.path.exists('/dev/fuse'):
        pytest.skip('there is no /dev/fuse')
    w = mounting.World(request.param)
    yield w
    found = w.clean()
    assert not found, found
