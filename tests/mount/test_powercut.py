"""The power goes: what close(2), rename(2) and unlink(2) had acknowledged is there afterwards.

The profile's data stand on an ext4 of their own, on a loop device. A cut is EXT4_IOC_SHUTDOWN
without flushing the log: from then on nothing that was not written by an fsync reaches the device.
Then the daemon is killed, the file system mounted again, and spfs started on what is left. It finds
a missing fsync and a database that is not durable enough; it does not reorder what a disk was given.

SPFS_POWERCUTS= how many (10).
"""
import fcntl
import os
import random
import signal
import struct
import subprocess
import threading
import time

import pytest
from conftest import alive, end, processes_of
from soap import Client

CUTS = int(os.environ.get('SPFS_POWERCUTS', '10'))
SHUTDOWN, NO_LOG_FLUSH = 0x8004587d, 2


class Disk:
    """An ext4 file system that can lose its power."""

    def __init__(self, image, where):
        self.image, self.where = str(image), str(where)

    def make(self):
        with open(self.image, 'wb') as f:
            f.truncate(96 << 20)
        subprocess.run(['mkfs.ext4', '-q', '-F', self.image], check=True, capture_output=True)
        self.on()

    def on(self):
        subprocess.run(['mount', '-o', 'loop', self.image, self.where], check=True, capture_output=True)

    def cut(self):
        fd = os.open(self.where, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack('I', NO_LOG_FLUSH))
        finally:
            os.close(fd)

    def off(self):
        """Again while it is busy: what a killed process had open is closed a moment after it is gone."""
        for _ in range(100):
            r = subprocess.run(['umount', self.where], capture_output=True, text=True)
            if r.returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError(r.stderr)


class Writer(threading.Thread):
    """Creates, edits, renames and removes items until the first error; what was acknowledged stands in `now`."""

    def __init__(self, directory, number, seed):
        super().__init__(daemon=True)
        self.directory, self.number, self.random = directory, number, random.Random(seed)
        self.now = {}       # name -> the last text that close() acknowledged; None: removed
        self.doubtful = set()  # names that the last, unacknowledged call was about
        self.acks = 0
        self.going = False  # the power is about to go
        self.error = None
        self.log = []       # what was tried, for who reads a failure

    def run(self):
        try:
            for i in range(10000):
                self.step(i)
                self.acks += 1
        except OSError as e:
            self.error = e

    def write(self, path, text):
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    def step(self, i):
        there = [n for n, text in self.now.items() if text]
        kind = self.random.choice(('create', 'create', 'edit', 'replace', 'rename', 'remove') if there else ('create',))
        name = self.random.choice(there) if there and kind != 'create' else 'Cut %d item %d' % (self.number, i)
        text = '\nwords %d.%d\n' % (self.number, i)
        path = '%s/%s.txt' % (self.directory, name)
        # An fsync that the cut overtakes may return 0 on Linux: jbd2 does not wait for a transaction that an abort has
        # ended. With real power nobody would be there to hear it; so what returns from now on proves nothing.
        self.doubtful = self.doubtful | {name} if self.going else {name}
        self.log.append((i, kind, name))
        if kind in ('create', 'edit'):
            self.write(path, text)
            self.now[name] = text
        elif kind == 'replace':
            self.write(path + '~', text)
            os.rename(path + '~', path)
            self.now[name] = text
        elif kind == 'rename':
            to = name + ' r%d' % i
            self.doubtful.add(to)
            os.rename(path, '%s/%s.txt' % (self.directory, to))
            self.now[to], self.now[name] = self.now[name], None
        else:
            os.unlink(path)
            self.now[name] = None
        if not self.going:
            self.doubtful = set()


def restart_disk(w, disk, daemon):
    """What a computer does whose power comes back, but for spfs."""
    os.kill(daemon, signal.SIGKILL)
    w.wait(lambda: not alive(daemon), 10, 'the end of the daemon')
    subprocess.run(['fusermount3', '-u', '-z', w.mountpoint], check=True, capture_output=True)
    disk.off()
    disk.on()


def power_fails(w, disk, number, seed):
    """A writer at work, and the cut after some acknowledgements. The writer."""
    writer = Writer(w.mountpoint / 'Announcements', number, seed)
    daemon = w.pid()                                      # a file says it, which cannot be read any more after the cut
    target = random.Random(seed).randint(3, 40)
    writer.start()
    w.wait(lambda: writer.acks >= target or not writer.is_alive(), 30, 'the acknowledgements')
    assert writer.is_alive(), writer.error
    writer.going = True
    disk.cut()
    writer.join(60)
    assert not writer.is_alive(), 'the writer hangs on a dead disk'
    restart_disk(w, disk, daemon)
    return writer


def assert_empty_files_stay(w, disk):
    """What was made and closed without a word in it is no change, and there all the same."""
    daemon = w.pid()
    for name in ('Empty.txt', '.empty'):
        os.close(os.open(w.mountpoint / 'Announcements' / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    disk.cut()
    restart_disk(w, disk, daemon)
    w.mount()
    assert {'Empty.txt', '.empty'} <= set(os.listdir(w.mountpoint / 'Announcements'))


def lost(writer, rows):
    """What was acknowledged and is not at the server, or is there twice."""
    found = []
    for name, text in writer.now.items():
        bodies = [r.get('Body', '') for r in rows if r['Title'] == name]
        if name in writer.doubtful:
            ok = len(bodies) <= 1
        elif text is None:
            ok = bodies == []
        else:
            ok = len(bodies) == 1 and text.strip() in bodies[0]
        if not ok:
            found.append((name, text, bodies, [e for e in writer.log if e[2][:13] == name[:13]][-6:], writer.log[-2:]))
    return found


def test_power_cuts_lose_nothing_that_was_acknowledged(world):
    if world.owner or os.getuid() != 0:
        pytest.skip('only root can make a disk to cut')
    disk = Disk(world.base / 'disk', world.home / 'data')
    try:
        os.makedirs(disk.where, exist_ok=True)
        disk.make()
    except (OSError, subprocess.CalledProcessError) as e:
        pytest.skip('no ext4 on a loop device here, so no power is cut: %s' % e)
    acks = 0
    try:
        world.start_server()
        world.add('Announcements')
        world.mount()
        world.wait(lambda: world.list_status('Announcements')['list_state'] == 'ok', 20, 'the first sync')
        client = Client(world.server.url)
        for cut in range(CUTS):
            # some while the changes are on their way, some while all of them wait
            world.spfs('offline' if cut % 2 else 'online')
            writer = power_fails(world, disk, cut, cut)
            acks += writer.acks
            world.mount()
            world.settle()
            assert lost(writer, client.rows('Announcements').values()) == []
        assert_empty_files_stay(world, disk)
        assert 'in order' in world.spfs('fsck').out
        assert not list((world.home / 'data/spfs/default').glob('damaged-*'))
        world.umount()
    finally:
        subprocess.run(['fusermount3', '-u', '-z', world.mountpoint], check=False, capture_output=True)
        for pid in processes_of(world.base):
            end(pid)
        subprocess.run(['umount', '-l', disk.where], check=False, capture_output=True)
    assert acks >= 3 * CUTS
