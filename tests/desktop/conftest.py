"""File managers on a screen of their own: Xvfb, a session bus, a window manager, and a mount whose requests are counted.

    def test_x(desk):
        desk.open('thunar', 'Tasks')
        assert desk.fuse()['OPENDIR'] <= 3

All of it runs as an ordinary user, from a home of its own, and ends with the test. What the machine lacks is skipped, and
the skip says what to install. Pictures of what was seen stay in build/desktop.
"""
import collections
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location('mount_conftest', HERE.parent / 'mount/conftest.py')
mounting = importlib.util.module_from_spec(spec)
sys.modules['mount_conftest'] = mounting
spec.loader.exec_module(mounting)
BUILD, wait_until, alive = mounting.BUILD, mounting.wait_until, mounting.alive
pytest_configure = mounting.pytest_configure   # /dev/fuse for everybody

PICTURES = HERE.parents[1] / 'build/desktop'
NEEDED = {'Xvfb': 'xvfb', 'xclip': 'xclip', 'inotifywait': 'inotify-tools', 'dbus-daemon': 'dbus-daemon', 'openbox': 'openbox', 'xdotool': 'xdotool'}
REQUEST = re.compile(r'unique: \d+, opcode: (\w+) \(\d+\), nodeid: (\d+),')
ROOT = '1'
FRESH = 5         # seconds; long enough that all that one window asks for falls into it
SECONDS = 1.5   # nothing asked for so long: the window is drawn


class Desk:
    def __init__(self, world):
        self.world, self.started = world, []
        self.log = world.base / 'fuse-log'
        self.server = world.server
        self.home = world.home
        self.env = {**world.env, 'DISPLAY': self.screen(), 'NO_AT_BRIDGE': '1', 'GTK_A11Y': 'none',
                    'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo', 'GSETTINGS_BACKEND': 'memory',
                    'LANG': 'C.UTF-8'}
        self.env['DBUS_SESSION_BUS_ADDRESS'] = self.bus()
        self.run_program('openbox')

    def run_program(self, *argv, **more):
        p = self.world.popen(*argv, env=getattr(self, 'env', None), cwd='/', stdin=subprocess.DEVNULL,
                             **{'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, **more})
        self.started.append(p)
        return p

    def screen(self):
        r, w = os.pipe()
        p = subprocess.Popen(['Xvfb', '-displayfd', str(w), '-screen', '0', '1000x700x24', '-nolisten', 'tcp'],
                             pass_fds=[w], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
        self.started.append(p)
        os.close(w)
        with os.fdopen(r) as f:
            number = f.readline().strip()
        assert number, 'Xvfb did not start'
        return ':' + number

    def bus(self):
        p = self.run_program('dbus-daemon', '--session', '--nofork', '--print-address=1', stdout=subprocess.PIPE)
        return p.stdout.readline().strip()

    # ---- the mount ----

    def mount(self, *options):
        """In the foreground, so that every request of the kernel is in the log; received, idle, and due to be asked again."""
        options = ('fresh=%ds' % FRESH, *options)
        with open(self.log, 'wb') as f:
            self.daemon = self.world.popen('spfs', '-d', *(('-o', ','.join(options)) if options else ()),
                                           self.world.mountpoint, stdin=subprocess.DEVNULL, stdout=f, stderr=f)
        wait_until(self.world.is_mounted, 20, 'the mount')
        wait_until(lambda: all(s['list_state'] == 'ok' for s in self.world.status()['lists']), 20, 'the first sync')
        self.world.settle()
        self.grow_old()

    def grow_old(self):
        """Until everything that was received is older than `fresh`: whatever opens a directory now asks the server."""
        since = time.monotonic()
        wait_until(lambda: time.monotonic() - since > FRESH, FRESH + 1)
        self.reset()

    def asked(self):
        """What was asked of the server since the last reset: ('pull', list) or the method and path."""
        return sorted(('pull', r['list']) if r.get('op') == 'GetListItemChangesSinceToken' else
                      (r['method'], r.get('op') or r['path']) for r in self.server.requests())

    def reset(self):
        self.mark = self.log.stat().st_size
        self.server.reset()

    def fuse(self):
        """How often the kernel asked for what since the last reset. Whoever asks whether the root can be written makes it look
        at the root again, because it is 0555, and file managers do so for each file; this is counted by itself."""
        with open(self.log, 'rb') as f:
            f.seek(self.mark)
            text = f.read().decode(errors='replace')
        n = collections.Counter()
        for what, inode in REQUEST.findall(text):
            if what == 'GETATTR' and inode == ROOT:
                what = 'GETATTR of the root'
            n[{'READDIRPLUS': 'READDIR'}.get(what, what)] += 1
        return n

    def settle(self):
        """Until nobody asks the mount for anything, and nothing runs."""
        last, since = None, 0

        def quiet():
            nonlocal last, since
            if self.fuse() != last:
                last, since = self.fuse(), time.monotonic()
            return time.monotonic() - since > SECONDS
        wait_until(quiet, 30, 'a window that is drawn')
        self.world.settle()

    # ---- windows ----

    def xdotool(self, *words):
        return self.world.run('xdotool', *words, env=self.env).out.split()

    def open(self, manager, where=''):
        """A window that shows a directory of the mount, drawn; the other windows go."""
        argv = {'thunar': ['thunar'], 'pcmanfm': ['pcmanfm'], 'nautilus': ['nautilus', '--new-window']}[manager]
        directory = self.world.mountpoint / where if where else self.world.mountpoint
        self.program = self.run_program(*argv, directory)
        title = where or 'SharePoint'
        self.window = wait_until(lambda: self.xdotool('search', '--onlyvisible', '--name', title), 40, 'a window')[-1]
        wait_until(lambda: self.fuse()['OPENDIR'], 40, 'a look into the directory')
        self.settle()
        self.xdotool('windowsize', self.window, '1000', '700', 'windowmove', self.window, '0', '0')
        # into the view, where nothing is, so that it has the keyboard
        self.xdotool('windowactivate', '--sync', self.window, 'mousemove', '900', '640', 'click', '1')

    def key(self, *keys):
        self.xdotool('windowactivate', '--sync', self.window, 'key', *keys)

    def clipboard(self):
        """The names of the files that were copied last, and whatever else has the form of a path."""
        r = self.world.run('xclip', '-selection', 'clipboard', '-o', '-t', 'x-special/gnome-copied-files', env=self.env)
        return sorted(os.path.basename(urllib.parse.unquote(line)) for line in r.out.rstrip('\0').splitlines() if '/' in line)

    def shown(self):
        """The names that the window shows: all are selected and copied."""
        self.key('Escape', 'ctrl+a', 'ctrl+c')
        return self.clipboard()

    def picture(self, name):
        if shutil.which('import'):
            PICTURES.mkdir(parents=True, exist_ok=True)
            subprocess.run(['import', '-window', 'root', PICTURES / (name + '.png')], env={**os.environ, 'DISPLAY': self.env['DISPLAY']},
                           check=True, timeout=60)

    def watch(self, directory):
        """What inotify tells of a directory: a file that grows by a line for each event."""
        out = self.world.base / 'events'
        with open(out, 'wb') as f:
            p = self.run_program('inotifywait', '-m', '-e', 'create,delete,modify,attrib,move', '--format', '%e %f', directory,
                                 stdout=f, stderr=subprocess.PIPE)
        while 'established' not in p.stderr.readline():
            assert p.poll() is None
        return out

    # ---- the end ----

    def processes(self):
        """Whatever was started in this home, however it got away from us."""
        mark = ('HOME=%s' % self.home).encode()
        for p in Path('/proc').iterdir():
            try:
                if p.name.isdigit() and mark in (p / 'environ').read_bytes().split(b'\0') and \
                        os.readlink(p / 'exe') not in (str(self.world.bin / 'spfs'), str(self.world.bin / 'spfs-demo')):
                    yield int(p.name)
            except OSError:
                pass

    def close(self):
        for sig in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.processes():
                try:
                    os.kill(pid, sig)
                except ProcessLookupError:
                    pass
            until = time.monotonic() + 5
            while list(self.processes()) and time.monotonic() < until:
                time.sleep(0.05)
        for p in self.started:
            p.terminate()
            p.wait(20)


@pytest.fixture
def world():
    if not os.path.exists('/dev/fuse'):
        pytest.skip('there is no /dev/fuse')
    if not (BUILD / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built (libmicrohttpd is missing)')
    lacking = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if lacking:
        pytest.skip('there is no desktop: apt install ' + ' '.join(lacking))
    w = mounting.World('user')
    yield w
    found = w.clean()
    assert not found, found


@pytest.fixture
def desk(world):
    """A screen and a server whose lists are registered; the test mounts."""
    world.start_server()
    world.add()
    d = Desk(world)
    yield d
    d.close()
