"""What is compared: spfs and what a user would pick instead, each as a mount of its own.

Each system keeps what it stores on one disk (a file with ext4 on it, mounted without the page cache of the file below),
so that `cold` can mean the same for all: the system unmounted, that disk unmounted, and both mounted again.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.parse
from pathlib import Path

from servers import stop_process, wait_until

QUIET = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}


def is_mounted(where):
    with open('/proc/self/mountinfo', encoding='utf-8') as f:
        return any(line.split()[4] == str(where) for line in f)


def unmount(where, seconds=300):
    """Whatever it is; in the end without it."""
    for _ in range(50):
        if not is_mounted(where):
            return
        try:
            if subprocess.run(['umount', where], **QUIET, timeout=seconds).returncode == 0:
                return
        except subprocess.TimeoutExpired:
            break
        time.sleep(0.1)
    subprocess.run(['umount', '-l', where], **QUIET, check=False)


class Disk:
    """An ext4 of our own; where loop devices are not to be had, a directory, and then nothing is really cold."""

    def __init__(self, base, megabytes):
        self.where, self.image, self.loop = base / 'disk', base / 'disk.img', None
        self.where.mkdir()
        self.real = os.getuid() == 0 and self.make(megabytes)

    def make(self, megabytes):
        with open(self.image, 'wb') as f:
            f.truncate(megabytes << 20)
        subprocess.run(['mkfs.ext4', '-q', '-i', '4096', self.image], check=True)
        r = subprocess.run(['losetup', '--direct-io=on', '-f', '--show', self.image], text=True, capture_output=True, check=False)
        if r.returncode:
            return False
        self.loop = r.stdout.strip()
        self.mount()
        return True

    def mount(self):
        subprocess.run(['mount', '-o', 'noatime', self.loop, self.where], check=True)

    def cold(self):
        """Forgets what the kernel cached of it."""
        if self.real:
            subprocess.run(['sync', '-f', self.where], check=True)
            for _ in range(100):
                if subprocess.run(['umount', self.where], **QUIET, check=False).returncode == 0:
                    break
                time.sleep(0.05)
            else:       # somebody who did not end has it: then nothing is cold, and the rest of the run is worth more
                subprocess.run(['umount', '-l', self.where], **QUIET, check=False)
            self.mount()

    def close(self):
        if self.loop:
            unmount(self.where)
            subprocess.run(['losetup', '-d', self.loop], **QUIET, check=False)


def gone(pid, seconds):
    """Waits for the end of a daemon of ours that was unmounted, and then does not wait any more."""
    try:
        wait_until(lambda: not os.path.exists('/proc/%d' % pid), seconds, 'process %d does not end: it was killed' % pid)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        raise


class Daemon:
    """CPU time and peak memory of a process; 0 when there is none."""

    def __init__(self, pid):
        self.pid = pid

    def cpu_ms(self):
        """Of all its threads, also those that ended. The kernel's clock of that process, in ns."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2) * 1000 if self.pid else 0
        except OSError:
            return 0

    def peak_kb(self):
        try:
            return int(re.search(r'VmHWM:\s+(\d+)', Path('/proc/%d/status' % self.pid).read_text()).group(1))
        except (OSError, AttributeError):
            return 0

    def switches(self):
        """Context switches of every thread."""
        n = 0
        for f in glob.glob('/proc/%d/task/*/status' % self.pid):
            n += sum(int(m) for m in re.findall(r'ctxt_switches:\s+(\d+)', Path(f).read_text()))
        return n


class System:
    """A mount at `where`, of what `server` has (None: no server)."""
    name = ''
    settle = 0            # how long a server must have been quiet until all was sent
    begun = []            # all that there are, to be unmounted at the end

    def __init__(self, bench, server=None, suffix=''):
        self.bench, self.server = bench, server
        self.where = bench.base / 'mnt' / self.name
        self.where.mkdir(parents=True, exist_ok=True)
        self.state = bench.disk.where / (self.name + suffix)
        self.daemon = Daemon(0)
        self.process = None
        System.begun.append(self)

    def why_not(self):
        """Why it cannot be measured here; '' when it can."""
        return ''

    def label(self):
        return self.name if not self.server or self.server.name == 'demo' and self.name.startswith('spfs') else \
            '%s on %s' % (self.name, self.server.name)

    def fresh(self):
        """Nothing stored."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)

    def mount(self, folder):
        """Mounts; `folder` of the server's documents is then self.where, unless the system says otherwise."""

    def umount(self):
        unmount(self.where)
        stop_process(self.process)
        self.process = None
        self.daemon = Daemon(0)

    def path(self, folder):
        """Where `folder` is seen."""
        return self.where

    def sent(self, mark):
        """Waits until everything is at the server. Then the time of the last request counts."""
        last, n = time.monotonic(), self.server.count(mark)
        while time.monotonic() - last < self.settle:
            time.sleep(0.1)
            if (m := self.server.count(mark)) != n:
                last, n = time.monotonic(), m


class Spfs(System):
    """The list "Big list" and the library "Shared Documents" of spfs-demo."""
    name = 'spfs'
    option = 'noxattr'
    settle = 2.5          # a removal waits for 2 s, and is nothing to send until then; so does a new name in a library
    quickly = 0.3         # what is to be sent at once
    lists = ('Big list', 'Shared Documents')

    def env(self):
        return {'HOME': str(self.state), 'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC',
                'XDG_CONFIG_HOME': str(self.state / 'config'), 'XDG_DATA_HOME': str(self.state / 'data'),
                'XDG_CACHE_HOME': str(self.state / 'cache'), 'XDG_RUNTIME_DIR': str(self.state)}

    def spfs(self, *words):
        r = subprocess.run([self.bench.build / 'spfs', *words], env=self.env(), stdin=subprocess.DEVNULL, text=True,
                           capture_output=True, timeout=self.bench.patience, check=False)
        if r.returncode:
            raise RuntimeError('spfs %s: %s%s' % (' '.join(map(str, words)), r.stdout, r.stderr))
        return r.stdout

    def fresh(self, *lists):
        super().fresh()
        self.spfs('add', self.server.site, *(lists or self.lists))

    def mount(self, folder=None):
        self.spfs('-o', self.option, self.where)
        self.daemon = Daemon(int((self.state / 'data/spfs/default/mount.lock').read_text().split()[0]))

    def umount(self):
        if is_mounted(self.where):
            try:
                self.spfs('umount', self.where)
            except (RuntimeError, subprocess.TimeoutExpired) as e:
                self.bench.note(str(e))
        pid = self.daemon.pid
        super().umount()
        if pid:
            gone(pid, 60)

    def path(self, folder):
        return self.where / ('Big list' if folder.startswith('items') else 'Shared Documents/' + folder)

    def status(self):
        return json.loads((self.where / '.spfs/status.json').read_text())

    def idle(self):
        s = self.status()
        return not s['running'] and all(x['list_state'] == 'ok' and not x['to_send'] for x in s['lists'])

    def sent(self, mark):
        """Everything that was done, and a removal too."""
        super().sent(mark)
        self.received()

    def received(self):
        """What runs is over, and every list is there."""
        wait_until(self.idle, self.bench.patience, 'spfs does not get done')

    def sync(self):
        """Send and receive, waited for."""
        self.bench.run('env', '-i', *('%s=%s' % p for p in self.env().items()), self.bench.build / 'spfs', 'sync', 'Big list')


class SpfsXattr(Spfs):
    """The default: with extended attributes."""
    name, option = 'spfs-xattr', 'xattr'


class Ext4(System):
    """The same files on a local disk."""
    name = 'ext4'

    def fresh(self):
        self.state.mkdir(parents=True, exist_ok=True)

    def umount(self):
        pass

    def path(self, folder):
        return self.state / folder


class PassthroughLL(System):
    """libfuse's example: ext4 through FUSE."""
    name = 'passthrough_ll'

    def why_not(self):
        return '' if (self.bench.helpers / 'passthrough_ll').exists() else "libfuse3-dev's passthrough_ll.c is not there"

    def fresh(self):
        pass

    def mount(self, folder):
        source = self.bench.disk.where / 'ext4'
        self.process = subprocess.Popen([self.bench.helpers / 'passthrough_ll', '-f', '-o', 'source=%s,cache=always' % source,
                                         self.where], **QUIET, start_new_session=True)
        wait_until(lambda: is_mounted(self.where), 10, 'passthrough_ll does not mount')
        self.daemon = Daemon(self.process.pid)

    def path(self, folder):
        return self.where / folder


class Rclone(System):
    """rclone mount, with its cache of whole files or without."""
    mode = ''

    def why_not(self):
        return '' if shutil.which('rclone') else 'rclone is not installed'

    def mount(self, folder):
        env = {'PATH': os.environ['PATH'], 'HOME': str(self.state), 'RCLONE_WEBDAV_VENDOR': 'other',
               'RCLONE_WEBDAV_URL': '%s/%s' % (self.server.documents, folder), 'RCLONE_CONFIG': str(self.state / 'conf')}
        (self.state / 'conf').touch()
        self.process = subprocess.Popen(['rclone', 'mount', ':webdav:', self.where, '--vfs-cache-mode', self.mode,
                                         '--vfs-write-back', '1s', '--cache-dir', self.state / 'cache'], env=env, **QUIET, start_new_session=True)
        wait_until(lambda: is_mounted(self.where), 30, 'rclone does not mount')
        self.daemon = Daemon(self.process.pid)


class RcloneOff(Rclone):
    name, mode, settle = 'rclone-off', 'off', 0.5


class RcloneFull(Rclone):
    name, mode, settle = 'rclone-full', 'full', 2.5     # it writes back after 1 s: 5 s, were it not told so


class Davfs(System):
    """Listing fails with EINVAL on Linux 6.16 and later (davfs2 1.6.1), where readdir's buffer has grown; the rest works."""
    name, settle = 'davfs2', 2.5                        # it uploads after 1 s: 10 s, were it not told so

    def why_not(self):
        if os.getuid() != 0:
            return 'davfs2 needs root'
        return '' if shutil.which('mount.davfs') else 'davfs2 is not installed'

    def pid_file(self):
        found = glob.glob('/var/run/mount.davfs/*%s.pid' % str(self.where).strip('/').replace('/', '-'))
        return Path(found[0]) if found else None

    def mount(self, folder):
        cache = self.state / 'cache'
        cache.mkdir(exist_ok=True)
        shutil.chown(cache, 'root', 'davfs2')
        cache.chmod(0o775)
        (self.state / 'conf').write_text('ask_auth 0\ndelay_upload 1\ncache_dir %s\n' % cache)
        url = urllib.parse.unquote('%s/%s' % (self.server.documents, folder))     # it encodes what it is given
        subprocess.run(['mount.davfs', '-o', 'conf=%s' % (self.state / 'conf'), url, self.where], env={'PATH': os.environ['PATH'], 'HOME': str(self.state)}, **QUIET, check=True, timeout=120)
        self.daemon = Daemon(int(wait_until(self.pid_file, 10, "davfs2's process").read_text()))

    def umount(self):
        pid = self.daemon.pid
        super().umount()
        if pid:
            gone(pid, 120)


class Curl(System):
    """No mount: what the bytes cost at least."""
    name = 'curl'

    def why_not(self):
        return '' if shutil.which('curl') else 'curl is not installed'

    def umount(self):
        pass
