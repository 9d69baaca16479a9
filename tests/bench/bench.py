#!/usr/bin/python3
"""Measures spfs beside what a user would pick instead. `make bench` runs it; see scripts/bench.

    bench.py --build DIR --helpers DIR --results DIR --table FILE [--quick] [--full] [--only BLOCK,...]

Everything lies in a directory of its own below SPFS_BENCH_DIR (/var/tmp) and is taken away at the end, whatever the end
is. Nothing but loopback is used. Only processes that were started here are ended.
"""
import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import report  # noqa: E402
import work  # noqa: E402
from servers import Apache, Demo  # noqa: E402
from systems import Davfs, Disk, RcloneFull, RcloneOff, Spfs, System, is_mounted, unmount  # noqa: E402

OTHERS = (RcloneOff, RcloneFull, Davfs)


class Bench:
    def __init__(self, options, base):
        self.build, self.helpers, self.base = Path(options.build).resolve(), Path(options.helpers).resolve(), base
        self.fileops = self.helpers / 'fileops'
        self.quick, self.full, self.only = options.quick, options.full, options.only
        self.results, self.table, self.machine = Path(options.results), Path(options.table), report.machine()
        self.runs = 3 if self.quick else 5
        self.sizes = [1000, 10000] if self.quick else [1000, 10000, 100000]
        self.sizes += [work.ONCE] if self.full else []
        self.idle_seconds = 10 if self.quick else 60
        self.documents_to_change = 100 if self.quick else 1000
        self.others_change = 100
        self.records, self.skipped, self.run_number, self.numbers = [], {}, 0, 0
        self.demos, self.apache, self.disk, self.big_source = {}, None, None, base / 'big.bin'
        self.began = time.monotonic()

    # ---- running and measuring ----

    @staticmethod
    def run(*argv):
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=900)

    @staticmethod
    def shell(command, where):
        subprocess.run(['sh', '-c', command, 'sh', where], check=True, stdin=subprocess.DEVNULL, timeout=900)

    def measure(self, system, what, size, latency, action, written=False):
        """Does it, and notes what it took; `written`: until the server has it, too."""
        mark = system.server.mark() if system.server else 0
        cpu, pid, wall, t = system.daemon.cpu_ms(), system.daemon.pid, time.time(), time.perf_counter()
        action()
        seconds = time.perf_counter() - t
        more = {}
        if written:
            system.sent(mark)
        if system.server:
            used = system.server.since(mark)
            more = {'requests': used.requests, 'received': used.received, 'sent': used.sent, 'kinds': used.by_kind}
            if written:
                more['until_sent'] = max(seconds, used.last - wall)
        cpu = system.daemon.cpu_ms() - (cpu if system.daemon.pid == pid else 0)
        self.record(system=system.label(), work=what, size=size, latency=latency, seconds=seconds, cpu_ms=cpu,
                    peak_kb=system.daemon.peak_kb(), **more)

    def record(self, **r):
        r.update(run=self.run_number, load=os.getloadavg()[0], at=round(time.monotonic() - self.began, 1))
        self.records.append(r)
        print('%6.0f s  %-24s %-26s %7d %3d ms  %9.4f s%s' % (
            r['at'], r['system'], r['work'], r['size'], r['latency'], r['seconds'],
            '  %d requests' % r['requests'] if 'requests' in r else ''), flush=True)

    def note(self, text):
        print('         note: ' + text.strip(), flush=True)

    @contextlib.contextmanager
    def guard(self, system):
        """What fails with one system is said, and the others go on. A failure of spfs ends the run."""
        try:
            yield
        except (OSError, RuntimeError, subprocess.SubprocessError, TimeoutError) as e:
            if isinstance(system, Spfs):
                raise
            self.skipped[system.label()] = 'failed: %s' % e
            self.note('%s: %s' % (system.label(), e))
            system.umount()

    def each_run(self, size=0):
        for self.run_number in range(1, 2 if size >= work.ONCE else self.runs + 1):
            yield self.run_number

    def serial(self):
        self.numbers += 1
        return self.numbers

    # ---- what takes part ----

    def wants(self, system):
        """Whether it can be measured here; says why not, once."""
        why = system.why_not() or self.quick and isinstance(system, OTHERS) and 'a quick run has no time for it'
        if not why and isinstance(system, OTHERS) and not system.server:
            why = 'apache2 is not installed'
        if why and system.label() not in self.skipped:
            self.skipped[system.label()] = why
            self.note('%s is SKIPPED: %s' % (system.label(), why))
        return not why and system.label() not in self.skipped

    @staticmethod
    def largest_for(system):
        """Up to which size of directory it is measured: beyond it one listing takes minutes."""
        return 10000 if isinstance(system, OTHERS) else 10 ** 9

    def runs_for(self, system):
        """How often what takes long with it, and varies little, is measured."""
        return 3 if isinstance(system, OTHERS) else self.runs

    def set_latency(self, ms):
        for s in (*self.demos.values(), self.apache):
            if s:
                s.set_latency(ms)

    # ---- data ----

    def copy_files(self, source, folder):
        """The items as spfs shows them become the files of the others."""
        target = self.disk.where / 'ext4' / folder
        target.mkdir(parents=True, exist_ok=True)
        files = {}
        for e in os.scandir(source):
            if e.is_file(follow_symlinks=False) and not e.name.startswith('.'):
                data = Path(e.path).read_bytes()
                (target / e.name).write_bytes(data)
                if len(files) < 10000:
                    files['%s/%s' % (folder, e.name)] = data
        if self.apache and len(files) <= 10000:
            self.apache.put(files)

    def make_documents(self):
        text = b''.join(b'line %d of a small document\n' % i for i in range(20))
        files = {'small/document-%04d.txt' % i: text + b'%d\n' % i for i in range(work.SMALL_FILES)}
        part = os.urandom(16 << 20)
        files.update({'big/part%d.bin' % i: part for i in range(1, 5)})
        with self.big_source.open('wb') as f:
            for _ in range(work.BIG // 16):
                f.write(os.urandom(16 << 20))
        files['big/big.bin'] = self.big_source.read_bytes()
        self.demos[min(self.demos)].put(files)
        if self.apache:
            self.apache.put(files)
        for path, data in files.items():
            target = self.disk.where / 'ext4' / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    # ---- the run ----

    def all(self, stack):
        self.disk = Disk(self.base, 12 << 10)
        stack.callback(self.disk.close)
        (self.disk.where / 'ext4').mkdir()
        stack.callback(self.end_mounts)
        if shutil.which('apache2'):
            self.apache = Apache(self.base)
            stack.callback(self.apache.stop)
        for n in self.sizes:
            self.demos[n] = self.started(stack, n)
        wanted = self.only or ['idle', 'items', 'edits', 'documents']
        if 'idle' in wanted:
            idle = Spfs(self, self.started(stack, 100))
            idle.where = self.base / 'mnt/idle'
            idle.where.mkdir()
            idle.state = self.base / 'idle'
            begun = work.idle_begin(self, idle)
        if 'edits' in wanted or 'documents' in wanted:
            self.make_documents()
        if 'items' in wanted:
            for n in self.sizes:
                work.items(self, n)
        if 'edits' in wanted:
            work.edits(self)
        if 'documents' in wanted:
            work.documents(self)
        if 'idle' in wanted:
            work.idle_end(self, idle, begun)

    def started(self, stack, items):
        demo = Demo(self.build, self.base, items)
        stack.callback(demo.stop)
        return demo

    def end_mounts(self):
        """Whatever is still mounted: after a failure, or when somebody interrupted us."""
        for d in (self.base / 'mnt').glob('*'):
            if is_mounted(d):
                unmount(d, 20)
        for s in System.begun:
            s.umount()


def stop(number, _frame):
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def options():
    p = argparse.ArgumentParser()
    p.add_argument('--build', required=True)
    p.add_argument('--helpers', required=True)
    p.add_argument('--results', required=True)
    p.add_argument('--table', required=True)
    p.add_argument('--quick', action='store_true')
    p.add_argument('--full', action='store_true')
    p.add_argument('--only', type=lambda s: s.split(','))
    return p.parse_args()


def main():
    o = options()
    for name in [n for n in os.environ if n.lower().endswith('_proxy')]:
        del os.environ[name]
    os.environ['LC_ALL'] = 'C.UTF-8'
    os.environ['PATH'] += ':/usr/sbin:/sbin'
    for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, stop)
    base = Path(tempfile.mkdtemp(prefix='spfs-bench-', dir=os.environ.get('SPFS_BENCH_DIR', '/var/tmp')))
    base.chmod(0o755)
    (base / 'mnt').mkdir()
    bench = Bench(o, base)
    try:
        with contextlib.ExitStack() as stack:
            bench.all(stack)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    report.write(bench)


if __name__ == '__main__':
    main()
