"""rclone and davfs2 mount a library of the demo server: clients that share nothing with it."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import time

import pytest
from test_dav import names
from test_dav_put import LIBRARY, get

ENV = {k: v for k, v in os.environ.items() if not k.lower().endswith('_proxy')}


def need(program, package):
    if not shutil.which(program, path=os.environ['PATH'] + ':/sbin:/usr/sbin'):
        pytest.skip('SKIPPED: %s is not installed (Debian: %s)' % (program, package))
    if not os.access('/dev/fuse', os.R_OK | os.W_OK):
        pytest.skip('SKIPPED: /dev/fuse cannot be opened')


def run(*command, timeout=60):
    p = subprocess.run(command, env=ENV, capture_output=True, text=True, timeout=timeout)
    assert p.returncode == 0, p.stderr + p.stdout


def wait(true, what):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


class Rclone:
    def __init__(self, client, tmp):
        need('rclone', 'rclone')
        need('fusermount3', 'fuse3')
        self.top = tmp / 'mount'
        self.top.mkdir()
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.rc = free.getsockname()[1]
        # this vendor knows what SharePoint does with Depth: 1; the server asks for no login
        self.process = subprocess.Popen(
            ['rclone', '--config', tmp / 'none', '--cache-dir', tmp / 'cache', '--webdav-vendor', 'sharepoint-ntlm',
             '--webdav-url', 'http://127.0.0.1:%d%s/%s' % (client.port, client.site, LIBRARY.replace(' ', '%20')),
             '--rc', '--rc-no-auth', '--rc-addr', '127.0.0.1:%d' % self.rc, '--vfs-cache-mode', 'full', '--vfs-write-back', '0s', 'mount', ':webdav:', self.top],
            env=ENV, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait(lambda: os.path.ismount(self.top) or self.process.poll() is not None, 'rclone does not mount')
        assert self.process.poll() is None, self.process.stderr.read().decode()

    def is_idle(self):
        c = http.client.HTTPConnection('127.0.0.1', self.rc, timeout=60)
        c.request('POST', '/vfs/stats', b'{}', {'Content-Type': 'application/json'})
        cache = json.loads(c.getresponse().read())['diskCache']
        c.close()
        return cache['uploadsInProgress'] == cache['uploadsQueued'] == 0

    def settle(self, client, name, data):
        """rclone sends a file some time after it was closed. When the server has it, rclone is not done: it asks for the document's
        properties and then puts the file into the directory that it knows; a file that was deleted in between is there again, and
        rmdir says ENOTEMPTY."""
        wait(lambda: get(client, name).body == data and self.is_idle(), 'rclone does not send')

    def end(self):
        if os.path.ismount(self.top):
            run('fusermount3', '-u', self.top)
        self.process.wait(60)
        self.process.stderr.close()


class Davfs2:
    def __init__(self, client, tmp):
        need('mount.davfs', 'davfs2')
        if os.getuid() != 0:
            pytest.skip('SKIPPED: mounting with davfs2 takes root')
        self.top, cache, conf = tmp / 'mount', tmp / 'cache', tmp / 'davfs2.conf'
        for d in self.top, cache:
            d.mkdir()
        shutil.chown(cache, group='davfs2')
        cache.chmod(0o775)
        for d in tmp.parents:  # its daemon has a user of its own
            if d.owner() == tmp.owner() and not d.stat().st_mode & 1:
                d.chmod(d.stat().st_mode | 1)
        tmp.chmod(0o755)
        # kernels since 6.16 read directories in pieces larger than its usual buffer
        conf.write_text('cache_dir %s\nask_auth 0\ndelay_upload 0\nbuf_size 256\n' % cache)
        run('mount', '-t', 'davfs', '-o', 'uid=0,conf=%s' % conf,
            'http://127.0.0.1:%d%s/%s' % (client.port, client.site, LIBRARY), self.top)

    def settle(self, client, name, data):
        wait(lambda: get(client, name).body == data, 'davfs2 does not send')

    def end(self):
        if os.path.ismount(self.top):
            run('umount', self.top)


@pytest.fixture(params=[Rclone, Davfs2], ids=['rclone', 'davfs2'])
def peer(request, client, tmp_path):
    p = request.param(client, tmp_path)
    yield p
    p.end()


def test_a_peer_works_in_a_library(peer, client):
    top = peer.top
    shown = {n for n in os.listdir(top) if n != 'lost+found'}
    assert shown == {n.split('/')[0] for n in names(client) if n}
    for name in 'notes.txt', '会议记录.docx', 'Verträge & Protokolle/2026/2026-11-02 Protokoll.odt':
        assert (top / name).read_bytes() == get(client, name).body
    # write, once small and once large
    for name, data in ('new & neu.txt', b'hello\n'), ('large.bin', bytes(range(256)) * 8192):
        (top / name).write_bytes(data)
        peer.settle(client, name, data)
        assert (top / name).read_bytes() == data
    # rename, into a folder too
    (top / 'folder').mkdir()
    (top / 'new & neu.txt').rename(top / 'folder/x.txt')
    assert get(client, 'folder/x.txt').body == b'hello\n' and get(client, 'new & neu.txt').status == 404
    # change, delete
    (top / 'folder/x.txt').write_bytes(b'changed\n')
    peer.settle(client, 'folder/x.txt', b'changed\n')
    (top / 'folder/x.txt').unlink()
    (top / 'folder').rmdir()
    assert get(client, 'folder/x.txt').status == 404 and 'folder/' not in names(client)
    (top / 'notes.txt').unlink()
    assert get(client, 'notes.txt').status == 404
