"""fsx: random reads, writes, truncations and mappings of one file, each compared with a model in memory.

    fsx.py FILE MODEL [--seed N] [--ops N] [--seconds N] [--max BYTES]

The idea is that of Apple's fsx (Avadis Tevanian), the program is our own. MODEL keeps what FILE must hold between two runs, so that
whoever calls may unmount and mount in between. Ends with 1 and the last operations when they differ.
"""
import argparse
import mmap
import os
import random
import sys
import time

LAST = 30


class Differs(Exception):
    pass


class Fsx:
    def __init__(self, path, model, rnd, limit):
        self.path, self.rnd, self.limit, self.log = path, rnd, limit, []
        self.model = bytearray(model)
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def note(self, *what):
        self.log.append(' '.join(map(str, what)))
        del self.log[:-LAST]

    def span(self):
        """Where and how much, within what there is."""
        at = self.rnd.randrange(len(self.model) + 1)
        return at, min(self.rnd.choice((1, 100, 4096, 65536)) + self.rnd.randrange(64), len(self.model) - at)

    def data(self, n):
        return self.rnd.randbytes(n)

    def same(self, what, at, got, n):
        want = bytes(self.model[at:at + n])
        if got != want:
            i = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
            raise Differs('%s at %d: %d bytes instead of %d, the first other one is at %d' % (
                what, at, len(got), len(want), at + i))

    def put(self, at, data):
        if at > len(self.model):
            self.model.extend(bytes(at - len(self.model)))
        self.model[at:at + len(data)] = data

    def op_read(self):
        at, n = self.span()
        self.note('read', at, n)
        self.same('read', at, os.pread(self.fd, n, at), n)

    def op_write(self):
        at = self.rnd.randrange(min(len(self.model) + 20000, self.limit) + 1)     # also behind the end: a hole
        n = min(self.span()[1] + self.rnd.randrange(5000), self.limit - at)
        data = self.data(n)
        self.note('write', at, n)
        if os.pwrite(self.fd, data, at) != n:
            raise Differs('write at %d: short' % at)
        if n:
            self.put(at, data)

    def op_truncate(self):
        n = self.rnd.randrange(self.limit) if self.rnd.random() < 0.3 else self.rnd.randrange(len(self.model) + 1)
        self.note('truncate', n)
        os.ftruncate(self.fd, n)
        if n > len(self.model):
            self.model.extend(bytes(n - len(self.model)))
        del self.model[n:]

    def op_mapread(self):
        at, n = self.span()
        if n:
            self.note('mapread', at, n)
            with mmap.mmap(self.fd, len(self.model), prot=mmap.PROT_READ) as m:
                self.same('mapread', at, m[at:at + n], n)

    def op_mapwrite(self):
        at, n = self.span()
        if n:
            data = self.data(n)
            self.note('mapwrite', at, n)
            with mmap.mmap(self.fd, len(self.model)) as m:
                m[at:at + n] = data
                m.flush()
            self.put(at, data)

    def op_reopen(self):
        self.note('reopen')
        os.close(self.fd)
        self.fd = os.open(self.path, os.O_RDWR)
        if os.fstat(self.fd).st_size != len(self.model):
            raise Differs('size after reopen: %d instead of %d' % (os.fstat(self.fd).st_size, len(self.model)))

    def op_fsync(self):
        self.note('fsync')
        os.fsync(self.fd)

    def check(self):
        self.note('check')
        if os.fstat(self.fd).st_size != len(self.model):
            raise Differs('size: %d instead of %d' % (os.fstat(self.fd).st_size, len(self.model)))
        self.same('check', 0, os.pread(self.fd, len(self.model) + 1, 0), len(self.model) + 1)

    def run(self, ops, seconds):
        weights = {self.op_read: 30, self.op_write: 30, self.op_truncate: 10, self.op_mapread: 10, self.op_mapwrite: 10,
                   self.op_reopen: 6, self.op_fsync: 2}
        end, n = time.monotonic() + seconds if seconds else None, 0
        self.check()
        while (ops and n < ops) or (end and time.monotonic() < end):
            self.rnd.choices(list(weights), list(weights.values()))[0]()
            n += 1
            if n % 50 == 0:
                self.check()
        self.check()
        os.close(self.fd)
        return n


def main():
    p = argparse.ArgumentParser()
    p.add_argument('file')
    p.add_argument('model')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--ops', type=int, default=0)
    p.add_argument('--seconds', type=float, default=0)
    p.add_argument('--max', type=int, default=256 << 10)
    a = p.parse_args()
    model = b''
    if os.path.exists(a.model):
        with open(a.model, 'rb') as f:
            model = f.read()
    x = Fsx(a.file, model, random.Random(a.seed), a.max)
    try:
        n = x.run(a.ops, a.seconds)
    except (Differs, OSError) as e:
        print('seed %d: %s\n  after: %s' % (a.seed, e, '\n         '.join(x.log)))
        return 1
    with open(a.model, 'wb') as f:
        f.write(x.model)
    print('%d operations, %d bytes' % (n, len(x.model)))
    return 0


sys.exit(main())
