"""The servers that are measured against: spfs-demo, and Apache with mod_dav behind a relay that delays.

Both count what reached them: `mark()`, and later `since(mark)` says requests, bytes, and when the last one was answered.
"""
import calendar
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

HERE = Path(__file__).parent
MODULES = 'mpm_event authz_core dav dav_fs setenvif mime alias'.split()
MODULE_DIR = Path('/usr/lib/apache2/modules')


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)
    return value


def stop_process(p, seconds=20):
    """Ends a process that we started."""
    if p and p.poll() is None:
        p.terminate()
        try:
            p.wait(seconds)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


class Used:
    """What a server saw in a span of time."""

    def __init__(self, requests, received, sent, last, by_kind):
        self.requests, self.received, self.sent, self.last, self.by_kind = requests, received, sent, last, by_kind


class Demo:
    """spfs-demo with a list of `items` items; latency is its own."""
    name = 'demo'

    def __init__(self, build, base, items):
        self.items = items
        port_file = base / ('port-%d' % items)
        self.bodies = base / ('bodies-%d' % items)
        self.bodies.mkdir()
        self.process = subprocess.Popen(
            [build / 'spfs-demo', '--port', '0', '--port-file', port_file, '--items', str(items), '--quiet',
             '--keep', self.bodies],
            stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until(lambda: port_file.exists() and port_file.read_text().strip(), 600, 'spfs-demo does not start')
        self.port = int(port_file.read_text())
        self.site = 'http://127.0.0.1:%d/sites/team' % self.port
        self.documents = self.site + '/Shared%20Documents'
        self.latency = 0

    def stop(self):
        stop_process(self.process)

    def admin(self, path, data=None):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=300)
        c.request('GET' if data is None else 'POST', '/_demo/' + path, data)
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        if r.status != 200:
            raise RuntimeError('%s: %s' % (path, text))
        return text

    def do(self, *commands):
        self.admin('do', '\n'.join(commands))

    def set_latency(self, ms):
        if ms != self.latency:
            self.do('latency %d' % ms)
            self.latency = ms

    def mark(self):
        self.admin('reset-counts', '')
        return 0

    def count(self, _mark):
        return json.loads(self.admin('counts'))['total']

    def since(self, _mark):
        rows = [json.loads(line) for line in self.admin('log').splitlines()]
        last = max((self.seconds(r['time']) + r['us'] / 1e6 for r in rows), default=0)
        kinds = {}
        for r in rows:
            kind = r.get('op') or r['method']
            kinds[kind] = kinds.get(kind, 0) + 1
        return Used(len(rows), sum(r['in'] for r in rows), sum(r['out'] for r in rows), last, kinds)

    @staticmethod
    def seconds(iso):
        whole, fraction = iso.rstrip('Z').split('.')
        return calendar.timegm(time.strptime(whole, '%Y-%m-%dT%H:%M:%S')) + float('0.' + fraction)

    def bodies_since(self, known):
        """The bodies of SOAP requests that came, in order, but those in `known`."""
        return [p for p in sorted(self.bodies.iterdir()) if p not in known]

    def put(self, files):
        """Puts documents, {path below the library: bytes}, and the folders they are in."""
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=300)
        root = urllib.parse.urlsplit(self.documents).path

        def send(method, path, body=None):
            c.request(method, '%s/%s' % (root, urllib.parse.quote(path)), body)
            r = c.getresponse()
            r.read()
            if r.status >= 300 and not (method == 'MKCOL' and r.status == 405):
                raise RuntimeError('%s %s: %d' % (method, path, r.status))
        for folder in sorted({os.path.dirname(p) for p in files} - {''}):
            send('MKCOL', folder)
        for path, body in files.items():
            send('PUT', path, body)
        c.close()


class Apache:
    """Apache's mod_dav on a directory of its own; a relay stands before it when latency is asked for."""
    name = 'mod_dav'

    def __init__(self, base):
        self.base, self.www, self.log = base / 'apache', base / 'apache/www', base / 'apache/access.log'
        for d in ('', 'www', 'lock'):
            (self.base / d).mkdir(exist_ok=True)
        self.log.touch()
        self.port, self.relay, self.relay_port, self.latency = free_port(), None, 0, 0
        (self.base / 'conf').write_text(self.configuration())
        if os.getuid() == 0:
            subprocess.run(['chown', '-R', 'www-data:', self.www, self.base / 'lock'], check=True)
        self.process = subprocess.Popen(['/usr/sbin/apache2', '-f', self.base / 'conf', '-DFOREGROUND'],
                                        stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until(self.answers, 20, 'Apache does not start: see %s' % (self.base / 'error.log'))

    def configuration(self):
        return '\n'.join([
            *('LoadModule %s_module %s/mod_%s.so' % (m, MODULE_DIR, m) for m in MODULES),
            'ServerRoot %s' % self.base, 'PidFile %s/pid' % self.base, 'Listen 127.0.0.1:%d' % self.port,
            'ServerName localhost', *(('User www-data', 'Group www-data') if os.getuid() == 0 else ()),
            'ErrorLog %s/error.log' % self.base, 'LogLevel error',
            # the end of a request, then method, status, and bytes of the bodies in both directions
            'LogFormat "%{end:usec}t %m %>s %{Content-Length}i %B" bench', 'CustomLog %s bench' % self.log,
            'TypesConfig /etc/mime.types', 'KeepAlive On', 'MaxKeepAliveRequests 0', 'KeepAliveTimeout 60',
            'DavLockDB %s/lock/db' % self.base, 'DocumentRoot %s' % self.www,
            '<Directory %s>' % self.www, 'Require all granted', 'Dav On', '</Directory>', ''])

    def answers(self):
        try:
            c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=5)
            c.request('OPTIONS', '/')
            c.getresponse().read()
            return True
        except OSError:
            return False

    def stop(self):
        stop_process(self.relay)
        stop_process(self.process)

    def set_latency(self, ms):
        if ms == self.latency:
            return
        stop_process(self.relay)
        self.relay, self.latency = None, ms
        if ms:
            self.relay_port = free_port()
            self.relay = subprocess.Popen([sys.executable, HERE / 'relay.py', str(self.relay_port), str(self.port), str(ms)],
                                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
            self.relay.stdout.readline()

    @property
    def documents(self):
        return 'http://127.0.0.1:%d' % (self.relay_port if self.latency else self.port)

    def mark(self):
        return self.log.stat().st_size

    def rows(self, mark):
        with self.log.open() as f:
            f.seek(mark)
            return [line.split() for line in f if line.endswith('\n')]

    def count(self, mark):
        return self.log.stat().st_size - mark

    def since(self, mark):
        rows = self.rows(mark)
        kinds = {}
        for r in rows:
            kinds[r[1]] = kinds.get(r[1], 0) + 1
        return Used(len(rows), sum(int(r[3]) for r in rows if r[3] != '-'), sum(int(r[4]) for r in rows),
                    max((int(r[0]) / 1e6 for r in rows), default=0), kinds)

    def put(self, files):
        for path, body in files.items():
            file = self.www / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        if os.getuid() == 0:
            subprocess.run(['chown', '-R', 'www-data:', self.www], check=True)


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]
