"""Builds tests/view/judge.c, which shows the formats to libraries of others."""
import fcntl
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get('SPFS_BUILD', 'build-test'))
LAYERS = ['view', 'store', 'model', 'base']
LIBRARIES = ['libxml-2.0', 'sqlite3']


def build(program):
    archives = [str(BUILD / ('lib%s.a' % layer)) for layer in LAYERS]
    flags = subprocess.run(['pkg-config', '--libs', *LIBRARIES], capture_output=True, text=True, check=True).stdout.split()
    more = os.environ.get('CFLAGS', '-g -O1 -DSPFS_TEST').split()
    subprocess.run(['make', '-s', 'B=%s' % BUILD, 'CFLAGS=%s' % ' '.join(more), *archives], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(['cc', '-std=gnu17', '-D_GNU_SOURCE', *more, '-include', 'include/base/banned.h', '-Iinclude', '-Isrc/view',
                    '-o', str(program), 'tests/view/judge.c', *archives, *flags, '-pthread'], cwd=ROOT, check=True)
    return program


class Judge:
    def __init__(self, program, tmp_path):
        self.program, self.tmp = program, tmp_path
        self.env = dict(os.environ, TZ='Europe/Berlin')

    def run(self, *args, text=b''):
        return subprocess.run([str(self.program), *map(str, args)], input=text, capture_output=True, env=self.env, check=False)

    def items(self, items):
        """Files of the items, for the command line."""
        paths = []
        for n, item in enumerate(items):
            path = self.tmp / ('item%d' % n)
            path.write_bytes(b''.join(('%s=%s' % pair).encode() + b'\0' for pair in item.items()))
            paths.append(path)
        return paths or ['-']

    def render(self, template, *items):
        p = self.run('render', template, *self.items(items))
        assert p.returncode == 0, p.stderr
        return p.stdout

    def parse(self, template, text, *items):
        """The operations that the text means."""
        p = self.run('parse', template, *self.items(items), text=text)
        assert p.returncode == 0, p.stdout.decode() + text.decode()
        return p.stdout.decode().splitlines()


@pytest.fixture(scope='session')
def program(tmp_path_factory):
    with open('/tmp/spfs-judge-%d.lock' % os.getuid(), 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers build at once
        return build(tmp_path_factory.mktemp('judge') / 'judge')


@pytest.fixture
def judge(program, tmp_path):
    return Judge(program, tmp_path)
