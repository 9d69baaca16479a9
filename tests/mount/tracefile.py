"""Plays a recorded FUSE trace of a real program against a directory, as system calls.

The recording says which operations came, in which order, on which names and with
how many bytes; the bytes themselves are ours: what ends up in the item is a text
of the list that differs from the one before, cut where the program cut it.
"""
import errno
import json
import os
import re
import stat
import sys

LINE = re.compile(r'^(\S.{0,15}?)?\s+(open|read|readdir|write|flush|release|fsync|fsyncdir|CREATE|UNLINK|RENAME|LINK|'
                  r'TRUNCATE|chmod|chown|utimens|getxattr|setxattr|symlink|readlink|getattr|access)\s+(.*)$')
FLAGS = {'RDONLY': os.O_RDONLY, 'WRONLY': os.O_WRONLY, 'RDWR': os.O_RDWR, 'TRUNC': os.O_TRUNC, 'CREAT': os.O_CREAT,
         'EXCL': os.O_EXCL, 'APPEND': os.O_APPEND}


class Op:
    def __init__(self, kind, rest):
        self.kind, self.rest = kind, rest
        self.failed = re.search(r' = -(\d+)$', rest)
        rest = re.sub(r' = -?\d+$', '', rest)
        self.path = self.to = None
        if kind in ('RENAME', 'LINK', 'symlink'):
            m = re.match(r'/?(.*?) -> /?(.*?)(?: flags=\d+)?$', rest)
            self.path, self.to = m.groups()
        elif kind in ('open', 'CREATE'):
            m = re.match(r'/(.*) ([A-Z|]+)(?: mode=(\d+))?$', rest)
            self.path, self.flags = m.group(1), sum(FLAGS.get(f, 0) for f in m.group(2).split('|'))
        elif kind in ('read', 'write'):
            m = re.match(r'/(.*) off=(\d+) n=(\d+)', rest)
            self.path, self.off, self.n = m.group(1), int(m.group(2)), int(m.group(3))
        elif kind == 'TRUNCATE':
            m = re.match(r'/(.*) (\d+) fh=', rest)
            self.path, self.size = m.group(1), int(m.group(2))
        elif rest == '(null)':
            self.path = None
        else:
            self.path = re.sub(r'^/', '', rest.split(' system.')[0]) if 'xattr' in kind else rest.lstrip('/')
            if kind == 'chmod':
                self.path = self.path.rsplit(' ', 1)[0]
            if kind == 'chown':
                self.path = self.path.rsplit(' ', 2)[0]
            if kind == 'utimens':
                self.path = self.path.rsplit(' ', 1)[0] if self.path.endswith(' ') else self.path


def read_trace(text):
    """The operations, with the flush that a close makes marked (op.close)."""
    ops = []
    for line in text.splitlines():
        m = LINE.match(line)
        if m and '(null)' in m.group(3) and m.group(2) == 'flush':
            continue
        if m:
            ops.append(Op(m.group(2), m.group(3).strip()))
    for i, op in enumerate(ops):
        op.close = False
        if op.kind == 'flush':
            # a close is a flush whose release follows before the file is used again
            for later in ops[i + 1:]:
                if later.path == op.path and later.kind in ('release', 'flush', 'write', 'read', 'open', 'TRUNCATE', 'fsync'):
                    op.close = later.kind == 'release'
                    break
    return ops


class Player:
    """item: the name that item.txt stands for; versions: the texts of each save, in order."""

    def __init__(self, directory, item, versions, old, trace_item='item.txt'):
        self.dir, self.item, self.old = directory, item, old
        self.versions, self.trace_item = list(versions), trace_item
        self.fds = {}       # name -> [fd, ...], the oldest first
        self.orphans = []   # of files that were renamed over
        self.pending = {}   # name -> bytes of the save that are not written yet
        self.saves = set()
        self.errors = []

    def name(self, path):
        return path.replace(self.trace_item, self.item)

    def full(self, path):
        return os.path.join(self.dir, self.name(path))

    def is_item(self, path):
        return path == self.trace_item or path.endswith(('.ics', '.vcf'))

    def is_text(self, ops, i):
        """Whether what is written to ops[i].path now becomes an item's text."""
        path = ops[i].path
        if self.is_item(path):
            return True
        for op in ops[i + 1:]:
            if op.kind in ('RENAME', 'LINK') and op.path == path:
                return self.is_item(op.to)
            if op.kind == 'UNLINK' and op.path == path:
                return False
        return False

    def chunk(self, ops, i):
        """The bytes of this write: the whole text is spread over the writes of its save."""
        op = ops[i]
        if not self.is_text(ops, i):
            return b'x' * op.n, op.off
        key = op.path
        if op.off and key not in self.pending:       # appended to what stands there
            text = self.versions.pop(0)
            assert text.startswith(self.old), 'an appending trace needs a version that begins with the old text'
            return text[len(self.old):], len(self.old)
        if op.off == 0 or key not in self.pending:
            text = self.versions[0]
            self.pending[key] = [self.versions.pop(0), 0]
            self.old = text
        text, done = self.pending[key]
        rest = 1
        for later in ops[i + 1:]:
            if later.kind == 'write' and later.path == op.path and later.off > op.off:
                rest += 1
            elif later.kind in ('release', 'RENAME') and later.path == op.path:
                break
        if rest == 1:
            piece = text[done:]
        else:                                        # whole lines, so that each half is a text too
            lines = text[done:].split(b'\n')
            piece = b'\n'.join(lines[:max(1, len(lines) // rest)]) + b'\n'
        self.pending[key][1] = done + len(piece)
        if rest == 1:
            del self.pending[key]
        return piece, done

    def play(self, ops):
        try:
            for i, op in enumerate(ops):
                self.step(ops, i)
        finally:
            for fd in sum(self.fds.values(), []) + self.orphans:
                try:
                    os.close(fd)
                except OSError as e:     # what could not be saved is said at each close
                    self.errors.append(('close', e.errno))

    def step(self, ops, i):
        op = ops[i]
        expected = int(op.failed.group(1)) if op.failed else 0
        try:
            getattr(self, 'do_' + op.kind.lower(), lambda *_: None)(ops, i)
        except OSError as e:
            if op.kind in ('chown', 'setxattr', 'getxattr') and e.errno in (errno.EOPNOTSUPP, errno.ENODATA, errno.EPERM):
                return
            # a text that its close refuses is refused by an fsync before it too
            if op.kind == 'fsync' and any(o.path == op.path and o.failed for o in ops[i:]):
                expected = errno.EINVAL
            if e.errno == expected or op.kind == 'getattr': # names of other lists
                self.errors.append((op.kind, e.errno))
                return
            raise AssertionError('%s %s: %s' % (op.kind, op.rest, e)) from e

    def do_open(self, ops, i):
        op = ops[i]
        self.fds.setdefault(op.path, []).append(os.open(self.full(op.path), op.flags))

    def do_create(self, ops, i):
        op = ops[i]
        self.fds.setdefault(op.path, []).append(os.open(self.full(op.path), op.flags | os.O_CREAT, 0o644))

    def fd(self, op, writing=False):
        fds = self.fds.get(op.path) or self.orphans
        if writing:
            import fcntl
            able = [fd for fd in fds if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY]
            return able[-1]
        return fds[-1]

    def do_read(self, ops, i):
        op = ops[i]
        os.pread(self.fd(op), op.n, op.off)

    def do_write(self, ops, i):
        data, off = self.chunk(ops, i)
        fd = self.fd(ops[i], writing=True)
        while data:
            n = os.pwrite(fd, data, off)
            data, off = data[n:], off + n

    def do_truncate(self, ops, i):
        os.ftruncate(self.fd(ops[i], writing=True), ops[i].size)

    def do_flush(self, ops, i):
        op = ops[i]
        fds = self.fds.get(op.path)
        if not fds:
            return
        if not op.close:
            os.close(os.dup(fds[-1]))
            return
        fd = fds.pop(self.which(ops, i, fds))
        os.close(fd)       # the error of flush is close's

    def which(self, ops, i, fds):
        """Of several open descriptors, a writer that has written goes first, else the oldest."""
        return 0 if len(fds) == 1 else len(fds) - 1 if ops[i - 1].kind in ('write', 'fsync', 'chmod') else 0

    def do_release(self, ops, i):
        op = ops[i]
        if op.path is None and self.orphans:
            os.close(self.orphans.pop(0))

    def do_fsync(self, ops, i):
        os.fsync(self.fd(ops[i]))

    def do_readdir(self, ops, i):
        os.listdir(self.full(ops[i].path))

    def do_getattr(self, ops, i):
        os.stat(self.full(ops[i].path))

    def do_fsyncdir(self, ops, i):
        fd = os.open(self.full(ops[i].path or ''), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def do_unlink(self, ops, i):
        os.unlink(self.full(ops[i].path))

    def do_rename(self, ops, i):
        op = ops[i]
        os.rename(self.full(op.path), self.full(op.to))
        self.orphans += self.fds.pop(op.to, [])
        if op.path in self.fds:
            self.fds[op.to] = self.fds.pop(op.path)

    def do_link(self, ops, i):
        os.link(self.full(ops[i].path), self.full(ops[i].to))

    def do_symlink(self, ops, i):
        op = ops[i]                                  # recorded as "name -> target"
        os.symlink(op.to, self.full(op.path))

    def do_readlink(self, ops, i):
        os.readlink(self.full(ops[i].path))

    def do_chmod(self, ops, i):
        os.chmod(self.full(ops[i].path), stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH)

    def do_chown(self, ops, i):
        os.chown(self.full(ops[i].path), os.getuid(), os.getgid())

    def do_utimens(self, ops, i):
        os.utime(self.full(ops[i].path))

    def do_getxattr(self, ops, i):
        os.getxattr(self.full(ops[i].path), 'system.posix_acl_access')

    def do_setxattr(self, ops, i):
        os.setxattr(self.full(ops[i].path), 'system.posix_acl_access', b'\2\0\0\0')


if __name__ == '__main__':
    job = json.load(sys.stdin)
    player = Player(job['directory'], job['item'], [v.encode() for v in job['versions']], job['old'].encode())
    player.play(read_trace(job['trace']))
    print(json.dumps({'saves': len(job['versions']) - len(player.versions), 'errors': player.errors}))
