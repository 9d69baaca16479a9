#!/usr/bin/python3
"""Measures spfs beside what a user would pick instead. `make bench` runs it; see scripts/bench.

    bench.py --build DIR --helpers DIR --results DIR --table FILE [--quick] [--full] [--only BLOCK,...]

Everything lies in a directory of its own below SPFS_BENCH_DIR (/var/tmp) and is taken away at the end, whatever the end
is. Nothing but loopback is used. Only processes that were started here are ended. Figures are written as they come; what
fails is one of them, and the rest goes on: the exit status is 1 when anything of spfs failed.
"""
import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import report  # noqa: E402
import work  # noqa: E402
from servers import Apache, Demo  # noqa: E402
from systems import Davfs, Disk, RcloneFull, RcloneOff, Spfs, System, is_mounted, unmount  # noqa: E402

OTHERS = (RcloneOff, RcloneFull, Davfs)
PATIENCE = 240                # seconds that one thing may take; more with a million items
TRIES = 2                     # so often something may fail with one of the others


def kill_group(p):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(p.pid, signal.SIGKILL)


def finish(argv, seconds, **how):
    """Runs a program to its end. wait(2) says when that was: Popen.wait(timeout) looks after growing pauses, 50 ms in the end."""
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True, **how)
    late = threading.Event()
    timer = threading.Timer(seconds, lambda: (late.set(), kill_group(p)))
    timer.start()
    try:
        code = p.wait()
    except BaseException:
        kill_group(p)
        p.wait()
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError('not done after %d s: %s' % (seconds, ' '.join(map(str, argv[2:3] if argv[0] == 'sh' else argv))))
    if code:
        raise RuntimeError('exit status %d: %s' % (code, ' '.join(map(str, argv[2:3] if argv[0] == 'sh' else argv))))


class Bench:
    def __init__(self, options, base):
        self.build, self.helpers, self.base = Path(options.build).resolve(), Path(options.helpers).resolve(), base
        self.fileops = self.helpers / 'fileops'
        self.quick, self.full, self.only = options.quick, options.full, options.only
        self.results, self.table, self.machine = Path(options.results), Path(options.table), report.machine()
        self.runs = 2 if self.quick else 5
        self.patience = 1800 if self.full else PATIENCE
        self.budget = self.until = 60 * (options.minutes or (2 if self.quick else 17))
        self.sizes = [work.ONCE] if self.full else [1000, 10000] if self.quick else [1000, 10000, 100000]
        self.idle_seconds = 10 if self.quick else 60
        self.documents_to_change = 100 if self.quick else 1000
        self.others_change = 100
        self.changes_runs = 3         # of what is as long and as steady as that: a thousand changes in big lists
        self.records, self.skipped, self.tried, self.failures, self.run_number, self.numbers = [], {}, {}, [], 0, 0
        self.demos, self.apache, self.disk, self.big_source = {}, None, None, base / 'big.bin'
        self.began = time.monotonic()
        self.results.mkdir(parents=True, exist_ok=True)
        if not self.full:
            (self.results / report.MACHINE).write_text(self.machine)
        self.figures = (self.results / (report.MILLION if self.full else report.FIGURES)).open('w')
        if self.full:
            self.keep({'machine': self.machine})

    # ---- running and measuring ----

    def run(self, *argv):
        finish(argv, self.patience, stdout=subprocess.DEVNULL)

    def shell(self, command, where):
        finish(['sh', '-c', command, 'sh', where], self.patience)

    def measure(self, system, what, size, latency, action, written=False):
        """Does it, and notes what it took; `written`: until the server has it, too. What fails is noted, and what comes
        after it is tried, unless it was given up after long."""
        try:
            self.record(**self.measured(system, what, size, latency, action, written))
        except Exception as e:
            self.failed(system, e, what, size, latency)
            if isinstance(e, (TimeoutError, subprocess.TimeoutExpired)):
                raise

    def measured(self, system, what, size, latency, action, written):
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
        return dict(system=system.label(), work=what, size=size, latency=latency, seconds=seconds, cpu_ms=cpu,
                    peak_kb=system.daemon.peak_kb(), **more)

    def keep(self, row):
        self.figures.write(json.dumps(row) + '\n')
        self.figures.flush()

    def record(self, **r):
        r.update(run=self.run_number, load=os.getloadavg()[0], at=round(time.monotonic() - self.began, 1))
        self.records.append(r)
        self.keep(r)
        print('%6.0f s  %-24s %-26s %7d %3d ms  %9.4f s%s' % (
            r['at'], r['system'], r['work'], r['size'], r['latency'], r['seconds'],
            '  %d requests' % r['requests'] if 'requests' in r else ''), flush=True)

    def note(self, text):
        print('         note: ' + text.strip(), flush=True)

    def failed(self, system, error, what, size=0, latency=0):
        """Notes it once."""
        if getattr(error, 'noted', False):
            return
        error.noted = True
        # where it ran is nobody's business who reads the results
        why = str(error).strip().replace(str(self.base), '$T').replace(str(Path(__file__).resolve().parents[2]) + '/', '')
        row = {'failed': system.label(), 'work': what, 'size': size, 'latency': latency, 'run': self.run_number, 'why': why}
        self.failures.append(row)
        self.keep(row)
        self.note('FAILED: %(failed)s, %(work)s, %(size)d: %(why)s' % row)

    def attempt(self, system, block, *args, **named):
        """One block with a system. What fails is noted, and the others go on; what fails again with one of the
        others is left out from then on."""
        tried = system.label(), block.__name__ if block is not work.anew else args[1].__name__
        if system.label() in self.skipped or isinstance(system, OTHERS) and self.tried.get(tried, 0) >= TRIES:
            return
        before = len(self.failures)
        try:
            block(self, system, *args, **named)
        except Exception as e:
            self.failed(system, e, tried[1])
        if len(self.failures) == before:
            return
        self.tried[tried] = self.tried.get(tried, 0) + 1
        try:
            system.umount()
        except Exception as e:
            self.failed(system, e, 'unmount')

    def skip(self, system, why):
        self.skipped[system.label()] = why
        self.keep({'skipped': system.label(), 'why': why})
        self.note('%s is SKIPPED: %s' % (system.label(), why))

    def each_run(self, size=0, share=1):
        """One at least, and the others while there is time: this share of what the block has left."""
        now = time.monotonic() - self.began
        until = now + (self.until - now) * share
        for self.run_number in range(1, 2 if size >= work.ONCE else self.runs + 1):
            if self.run_number > 1 and time.monotonic() - self.began > until:
                self.note('no time for run %d of this' % self.run_number)
                return
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
            self.skip(system, why)
        return not why and system.label() not in self.skipped

    @staticmethod
    def largest_for(system):
        """Up to which size of directory it is measured: beyond it one listing takes minutes."""
        return 10000 if isinstance(system, OTHERS) else 10 ** 9

    def runs_for(self, system, others=3):
        """How often what takes long with the others, and varies little, is measured."""
        return others if isinstance(system, OTHERS) else self.runs

    def set_latency(self, ms):
        for s in (*self.demos.values(), self.apache):
            if s:
                s.set_latency(ms)

    # ---- data ----

    def copy_files(self, source, folder):
        """The items as spfs shows them become the files of the others."""
        target = self.disk.where / 'ext4' / folder
        if target.exists():
            return
        target.mkdir(parents=True)
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
        wanted = ['items'] if self.full else self.only or ['idle', 'items', 'edits', 'documents']
        if 'idle' in wanted:
            idle = Spfs(self, self.started(stack, 100))
            idle.where = self.base / 'mnt/idle'
            idle.where.mkdir()
            idle.state = self.base / 'idle'
            begun = work.idle_begin(self, idle)
        if 'edits' in wanted or 'documents' in wanted:
            self.make_documents()
        parts = [('items', lambda n=n: work.items(self, n), share) for n, share in zip(self.sizes, (1, 2, 4))]
        parts += [('edits', lambda: work.edits(self), 3), ('documents', lambda: work.documents(self), 4)]
        parts = [p for p in parts if p[0] in wanted]
        for i, (_, part, share) in enumerate(parts):
            now = time.monotonic() - self.began
            self.until = now + (self.budget - now) * share / (sum(p[2] for p in parts[i:]) or 1)
            part()
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
    p.add_argument('--full', action='store_true', help='a list of a million items, once; its figures are added to what is there')
    p.add_argument('--minutes', type=float, help='when they are over, nothing is run once more')
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
        bench.figures.close()
        if bench.records:
            report.again(bench.results, bench.table)
    for row in bench.failures:
        print('FAILED: %(failed)s, %(work)s, %(size)d, run %(run)d: %(why)s' % row)
    sys.exit(any(row['failed'].startswith('spfs') for row in bench.failures))


if __name__ == '__main__':
    main()
