"""What a mount test needs: a sample server, a world of its own to mount in, and counters.

    def test_x(mnt):                 # every list of the sample site is mounted and received
        mnt.sh('echo Hello >> Tasks/x.txt')
        mnt.wait(lambda: mnt.server.methods() == {'Update': 1})

Each test runs as root and as an ordinary user, where both can be had: `mnt.sh` is a shell of
that user in the mount point, since a mount is its owner's alone. Nothing here is in /tmp:
editors write otherwise there. What is left behind when a test ends is unmounted and killed.
"""
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deadline import SLOW  # noqa: E402
from soapschema import SCHEMA, validate  # noqa: E402

BUILD = Path(os.environ.get('SPFS_BUILD', 'build-test')).resolve()
ORDINARY = 'nobody'
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def pytest_configure(config):
    """udev lets everybody open /dev/fuse (50-udev-default.rules); where no udev runs, only root can, and it is
    opened for the time of the tests."""
    if hasattr(config, 'workerinput') or os.getuid() != 0 or not os.path.exists('/dev/fuse'):
        return                                       # the run's first process does it, for all
    mode = os.stat('/dev/fuse').st_mode & 0o777
    if mode & 0o666 != 0o666:
        os.chmod('/dev/fuse', 0o666)
        config.add_cleanup(lambda: os.chmod('/dev/fuse', mode))


def who_can():
    """The users that tests run as: root can be both, others only themselves."""
    if os.getuid() != 0:
        return ['user']
    return ['root', 'user']


def wait_until(condition, seconds=10, what='it'):
    """Until condition() is true; its last value is in the message. It is asked less often as time goes by: most
    conditions start a program, and many tests wait at once."""
    end = time.monotonic() + seconds * SLOW
    pause = 0.02
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError('%s did not come true in %d s; it is %r' % (what, seconds * SLOW, value))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.4)


class Result:
    def __init__(self, p):
        self.code, self.out, self.err = p.returncode, p.stdout, p.stderr

    def __repr__(self):
        return 'exit %d\n%s%s' % (self.code, self.out, self.err)


class Server:
    """spfs-demo on a free port, and its admin URLs."""

    def __init__(self, world, *options):
        self.world, self.options = world, options
        self.process = None
        self.port = 0
        self.start()

    def start(self):
        """Starts it, or starts it again on its port."""
        port_file = self.world.base / 'server-port'
        if port_file.exists():
            port_file.unlink()
        self.process = subprocess.Popen(
            [self.world.bin / 'spfs-demo', '--port', str(self.port), '--port-file', port_file, '--data',
             self.world.base / 'server', '--keep', self.world.requests, *self.options],
            stdin=subprocess.DEVNULL, stdout=open(self.world.base / 'server-log', 'ab'), stderr=subprocess.STDOUT,
            env=self.world.env)
        wait_until(lambda: port_file.exists() and port_file.read_text().strip(), 20, 'the sample server')
        self.port = int(port_file.read_text())
        self.origin = 'http://127.0.0.1:%d' % self.port
        self.url = self.origin + '/sites/team'

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def admin(self, path, data=None, method=None):
        body = None if data is None else data.encode()
        req = urllib.request.Request(self.origin + '/_demo/' + path, body, method=method)
        with NO_PROXY.open(req, timeout=30) as r:
            return r.read().decode()

    def counts(self):
        return json.loads(self.admin('counts'))

    def reset(self):
        self.admin('reset-counts', '')

    def requests(self):
        """All requests that came, as dicts (op, list, method, path, status, ...)."""
        return [json.loads(line) for line in self.admin('log').splitlines()]

    def pulls(self, name=None):
        """How often lists (or one) were asked for."""
        return sum(r.get('op') == 'GetListItemChangesSinceToken' and name in (None, r.get('list'))
                   for r in self.requests())

    def methods(self):
        """{'New': 1, 'Update': 2}: the methods of UpdateListItems that were not zero."""
        return {k: n for k, n in self.counts()['methods'].items() if n}

    def script(self, *orders):
        self.admin('script', '\n'.join(orders))

    def no_script(self):
        self.admin('script', method='DELETE')

    def do(self, *commands):
        """Changes the site behind spfs's back."""
        self.admin('do', '\n'.join(commands))


class World:
    """A user's directories, programs and mount point, and what was started in them."""

    def __init__(self, user):
        self.user = user
        self.base = Path(tempfile.mkdtemp(prefix='spfs-test-', dir=os.environ.get('SPFS_TEST_DIR', '/var/tmp')))
        self.bin, self.home, self.mountpoint = self.base / 'bin', self.base / 'home', self.base / 'home/SharePoint'
        self.owner = pwd.getpwnam(ORDINARY) if user == 'user' and os.getuid() == 0 else None
        for d in (self.bin, self.home, self.mountpoint, self.base / 'run'):
            d.mkdir(parents=True, exist_ok=True)
        # an ordinary user may not be able to look into our build directory
        for program in ('spfs', 'spfs-demo'):
            shutil.copy(BUILD / program, self.bin)
        self.env = {
            'HOME': str(self.home), 'PATH': '%s:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' % self.bin,
            'XDG_CONFIG_HOME': str(self.home / 'config'), 'XDG_DATA_HOME': str(self.home / 'data'),
            'XDG_CACHE_HOME': str(self.home / 'cache'), 'XDG_RUNTIME_DIR': str(self.base / 'run'),
            'LC_ALL': 'C.UTF-8', 'TZ': 'Europe/Berlin', 'TERM': 'dumb', 'USER': ORDINARY if self.owner else 'root',
            'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=0:log_path=%s/sanitizer' % self.base,
            'UBSAN_OPTIONS': 'print_stacktrace=1:log_path=%s/sanitizer' % self.base,
            'TSAN_OPTIONS': 'halt_on_error=0:log_path=%s/sanitizer' % self.base,
        }
        if 'san' in BUILD.name:                      # what the sanitizers find has to be written somewhere
            self.env['SPFS_ALSO_WRITE'] = str(self.base)
        self.requests = self.base / 'requests'
        self.requests.mkdir()
        self.own()
        self.servers = []

    def own(self, where=None):
        """Gives everything, or one directory, to the user; nothing may be mounted there."""
        if self.owner:
            subprocess.run(['chown', '-R', '%d:%d' % self.owner[2:4], where or self.base], check=True)

    def __str__(self):
        return str(self.base)

    # ---- running things ----

    def command(self, argv, cwd):
        """The words that run argv as the user in cwd, which may be a mount that root must not enter."""
        be = ['setpriv', '--reuid=%d' % self.owner[2], '--regid=%d' % self.owner[3], '--clear-groups',
              '--'] if self.owner else []
        return [*be, 'sh', '-c', 'cd "$0" && exec "$@"', str(cwd or self.home), *(str(a) for a in argv)]

    def run(self, *argv, cwd=None, timeout=30, env=None, stdin=''):
        """Runs a program as the user. A Result."""
        return Result(subprocess.run(self.command(argv, cwd), cwd='/', text=True, errors='replace', capture_output=True,
                                     input=stdin, timeout=timeout * SLOW, env={**self.env, **(env or {})},
                                     start_new_session=True))

    def popen(self, *argv, cwd=None, env=None, **more):
        """The same in the background; the caller ends it."""
        return subprocess.Popen(self.command(argv, cwd), cwd='/', text=True, env={**self.env, **(env or {})},
                                start_new_session=True, **more)

    def spfs(self, *argv, code=0, **more):
        """spfs with these words; `code` is what it must end with, None: anything."""
        r = self.run('spfs', *argv, **more)
        assert code is None or r.code == code, 'spfs %s: %r' % (' '.join(map(str, argv)), r)
        return r

    def sh(self, command, code=0, cwd=None, **more):
        """A shell command in the mount point. Its output."""
        r = self.run('bash', '-c', command, cwd=cwd or self.mountpoint, **more)
        assert code is None or r.code == code, '%s: %r' % (command, r)
        return r.out

    def wait(self, condition, seconds=10, what='it'):
        return wait_until(condition, seconds, what)

    # ---- server, mount ----

    def start_server(self, *options):
        s = Server(self, *options)
        self.servers.append(s)
        self.server = s
        return s

    def add(self, *names, url=None):
        """Registers lists of the server, all of them without names."""
        return self.spfs('add', *(('--all',) if not names else ()), url or self.server.url, *names)

    def mount(self, *options, code=0):
        return self.spfs(*(('-o', ','.join(options)) if options else ()), self.mountpoint, code=code)

    def umount(self, *options):
        return self.spfs('umount', *options, self.mountpoint)

    def is_mounted(self):
        with open('/proc/self/mountinfo', encoding='utf-8') as f:
            return any(line.split()[4] == str(self.mountpoint) for line in f)

    def pid(self):
        """The daemon's; None: none runs."""
        try:
            pid = int((self.home / 'data/spfs/default/mount.lock').read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if alive(pid) else None

    def kill(self, sig=signal.SIGKILL):
        """Kills the daemon and waits until it is gone; a mount that is dead stays."""
        pid = self.pid()
        os.kill(pid, sig)
        wait_until(lambda: not alive(pid), 10, 'the end of the daemon')

    def status(self):
        return json.loads(self.spfs('status', '--json').out)

    def list_status(self, name):
        return next(s for s in self.status()['lists'] if s['name'] == name)

    def settle(self):
        """Until nothing runs and nothing waits to be sent."""
        def quiet():
            s = self.status()
            return not s['running'] and all(not x['to_send'] for x in s['lists'])
        wait_until(quiet, 20, 'an idle engine')

    # ---- the end ----

    def invalid_requests(self):
        """What spfs sent and the published schema does not allow; each form of a request is looked at once."""
        seen = set()
        for p in self.requests.glob('*_spfs_*.xml') if SCHEMA.exists() else ():
            body = p.read_bytes()
            if not body or hash(body) in seen:
                continue
            seen.add(hash(body))
            try:
                validate(body)
            except AssertionError as e:
                return 'spfs sent what is not valid: %s' % e
        return ''

    def clean(self):
        """Takes away all that was started. What the sanitizers found is returned."""
        for mount in mounts_below(self.base):
            subprocess.run(['fusermount3', '-u', '-z', mount], capture_output=True, timeout=30)
        for pid in processes_of(self.base):
            end(pid)
        for s in self.servers:
            s.stop()
        found = ''.join(p.read_text(errors='replace') for p in self.base.glob('sanitizer*'))
        found += self.invalid_requests()
        shutil.rmtree(self.base, ignore_errors=True)
        return found


def alive(pid):
    try:
        return Path('/proc/%d/stat' % pid).read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except (OSError, IndexError):
        return False


def mounts_below(base):
    with open('/proc/self/mountinfo', encoding='utf-8') as f:
        found = [line.split()[4].replace('\\040', ' ') for line in f]
    return [m for m in reversed(found) if m.startswith(str(base))]


def processes_of(base):
    """Processes whose program lies below base: ours, whatever became of their parents."""
    for p in Path('/proc').iterdir():
        if p.name.isdigit():
            try:
                if os.readlink(p / 'exe').startswith(str(base)):
                    yield int(p.name)
            except OSError:
                pass


def end(pid):
    """The daemon may still be sending; it has a moment for it."""
    for sig, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return
        until = time.monotonic() + seconds * SLOW
        while alive(pid) and time.monotonic() < until:
            time.sleep(0.02)
        if not alive(pid):
            return


@pytest.fixture(params=who_can())
def world(request):
    """A world without server and mount."""
    if not os.path.exists('/dev/fuse'):
        pytest.skip('there is no /dev/fuse')
    if not (BUILD / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built (libmicrohttpd is missing)')
    w = World(request.param)
    yield w
    found = w.clean()
    assert not found, found


@pytest.fixture
def site(world):
    """A world with the sample server and nothing registered."""
    world.start_server()
    return world


@pytest.fixture
def mnt(site):
    """All lists of the sample site, mounted, received, idle; the server's counters are at zero."""
    site.add()
    site.mount()
    # idle is also what it is before the first sync begins
    wait_until(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.settle()
    site.server.reset()
    return site
