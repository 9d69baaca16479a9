"""From raw figures to BENCHMARKS.md and a plot.

The raw figures are one JSON object a line in results/figures.jsonl and million.jsonl, the machine is results/machine.txt; all are
kept, so that the table can be made again: report.py RESULTS-DIR.
"""
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

SPFS = 'spfs'
FIGURES, MILLION, MACHINE = 'figures.jsonl', 'million.jsonl', 'machine.txt'
ROOT = Path(__file__).resolve().parents[2]
MARKS = ('<!-- two lines of BENCHMARKS.md, by make bench -->', '<!-- end -->')


class Figures:
    """The records, asked by system, work, size and latency."""

    def __init__(self, records):
        self.by = {}
        for r in records:
            self.by.setdefault((r['system'], r['work'], r['size'], r['latency']), []).append(r)

    def values(self, what, system, work, size, latency=0):
        return [r[what] for r in self.by.get((system, work, size, latency), ()) if what in r]

    def median(self, what, *key):
        v = self.values(what, *key)
        return statistics.median(v) if v else None

    def sizes(self, work, latency=0, system=SPFS):
        return sorted({k[2] for k in self.by if k[0] == system and k[1] == work and k[3] == latency})

    def systems(self):
        found = []
        for k in self.by:
            if k[0] not in found:
                found.append(k[0])
        return found


# ---- numbers for people ------------------------------------------------------

def seconds(x):
    if x is None:
        return '-'
    if x < 0.001:
        return '%.0f µs' % (x * 1e6)
    if x < 1:
        return '%.3g ms' % (x * 1e3)
    return '%.3g s' % x


def spread(values):
    """Half of what lies between the lowest and the highest, in per cent of the median."""
    m = statistics.median(values)
    return (max(values) - min(values)) / 2 / m * 100 if m else 0


def with_spread(values):
    if not values:
        return '-'
    return '%s ±%.0f %%' % (seconds(statistics.median(values)), spread(values)) if len(values) > 1 else seconds(values[0])


def thousands(n):
    return '{:,}'.format(n)


# ---- goals -------------------------------------------------------------------

class Goal:
    """A figure with its limit; `at_least` turns the sign round."""

    def __init__(self, text, limit, value, unit='x', at_least=False):
        self.text, self.limit, self.value, self.unit, self.at_least = text, limit, value, unit, at_least

    def verdict(self):
        if self.value is None:
            return 'not measured'
        return 'met' if (self.value >= self.limit if self.at_least else self.value <= self.limit) else '**missed**'

    def row(self):
        def number(x):
            return '-' if x is None else ('%.3g' % x if abs(x) < 1000 else '%.0f' % x) + ' ' + self.unit
        return '| %s | %s %s | %s | %s |' % (self.text, '≥' if self.at_least else '≤', number(self.limit), number(self.value),
                                             self.verdict())


def ratio(f, work, size, of=SPFS, to='ext4', what='seconds', to_work=None, latency=0):
    a, b = f.median(what, of, work, size, latency), f.median(what, to, to_work or work, size, latency)
    return a / b if a is not None and b else None


def best(*values):
    """The fastest of the others."""
    known = [v for v in values if v is not None]
    return min(known) if known else None


OTHERS = ('rclone-off on mod_dav', 'rclone-full on mod_dav', 'davfs2 on mod_dav')
OTHERS_HERE = ('rclone-off on demo', 'rclone-full on demo', 'davfs2 on demo')


def goals(f):
    g = []
    for n, limit in ((10000, 1.0), (100000, 1.3)):
        g.append(Goal('`ls -l` of %s items, warm, noxattr, against ext4' % thousands(n), limit, ratio(f, 'ls -l', n)))
        g.append(Goal('the same, right after a remount: requests', 1, f.median('requests', SPFS, 'mount to ls -l', n), 'requests'))
        g.append(Goal('the same, time without mounting, against ext4 cold', 1.5, ratio(f, 'ls -l, cold', n)))
    g.append(Goal('`cat` of 10,000 items, warm, against ext4', 5, ratio(f, 'cat', 10000)))
    g.append(Goal('`grep -r` of 10,000 items, warm, against ext4', 5, ratio(f, 'grep -r', 10000)))
    g.append(Goal('`cat` of 10,000 items, cold, against ext4 cold', 2, ratio(f, 'cat, cold', 10000)))
    g.append(Goal('`grep -r` of 10,000 items, cold, against ext4 cold', 2, ratio(f, 'grep -r, cold', 10000)))
    for n in f.sizes('first sync'):
        if n >= 10000:
            g.append(Goal('first sync of %s items, against curl + libxml2 + SQLite' % thousands(n), 1.5,
                          ratio(f, 'first sync', n, to='curl on demo')))
    for n in f.sizes('sync, nothing new'):
        g.append(Goal('sync of %s items, nothing new: requests' % thousands(n), 1,
                      f.median('requests', SPFS, 'sync, nothing new', n), 'requests'))
        g.append(Goal('sync of %s items, nothing new: CPU' % thousands(n), 5,
                      f.median('cpu_ms', SPFS, 'sync, nothing new', n), 'ms'))
    for op in ('create', 'edit', 'rename', 'delete'):
        work = op + ' items'
        for n in f.sizes(work):
            g.append(Goal('%s %s items: requests' % (op, thousands(n)), 12, f.median('requests', SPFS, work, n), 'requests'))
    for op in ('create', 'edit', 'delete'):
        for n in f.sizes(op + ' items', 20):
            mine = f.median('until_sent', SPFS, op + ' items', n, 20)
            their = best(*(per_file(f, 'until_sent', o, op + ' documents', 20) for o in OTHERS))
            g.append(Goal('%s %s items at 20 ms, how much faster than the best of the others' % (op, thousands(n)), 20,
                          their * n / mine if mine and their else None, at_least=True))
    g.append(Goal('read a document of 256 MiB, cold, speed against curl', 0.9,
                  ratio(f, 'read 256 MiB, cold', 256, of='curl on demo', to=SPFS), at_least=True))
    g.append(Goal('the same, warm, against passthrough_ll', 0.9,
                  ratio(f, 'read 256 MiB', 256, of='passthrough_ll', to=SPFS), at_least=True))
    mine = f.median('seconds', SPFS, 'grep -r documents, cold', 1000, 20)
    their = best(*(f.median('seconds', o, 'grep -r documents, cold', 1000, 20) for o in OTHERS_HERE + OTHERS))
    g.append(Goal('`grep -r` over 1,000 small documents, cold, 20 ms, how much faster than the best of the others', 4,
                  their / mine if mine and their else None, at_least=True))
    for n in f.sizes('ls -l'):
        peak = max(f.values('peak_kb', SPFS, 'file manager', n), default=None)
        g.append(Goal('memory of the daemon, %s items seen by the kernel' % thousands(n), 48 + n * 200 / 2 ** 20,
                      peak and peak / 1024, 'MiB'))
    g.append(Goal('idle: requests', 0, f.median('requests', SPFS, 'idle', 0), 'requests'))
    g.append(Goal('idle: context switches of all threads', 0, f.median('switches', SPFS, 'idle', 0), 'switches'))
    return g


def per_file(f, what, system, work, latency):
    """Of whatever number was measured; the time of one."""
    times = [f.median(what, system, work, n, latency) / n for n in f.sizes(work, latency, system)
             if f.median(what, system, work, n, latency)]
    return min(times) if times else None


# ---- tables ------------------------------------------------------------------

def table(f, title, works, systems, latency=0, what='seconds'):
    """Works and sizes down, systems across."""
    here = [s for s in systems if any((s, w, n, latency) in f.by for w in works for n in f.sizes(w, latency, s))]
    if not here:
        return []
    out = ['### ' + title, '', '| | ' + ' | '.join(here) + ' |', '|---' * (len(here) + 1) + '|']
    for w in works:
        sizes = sorted({n for s in here for n in f.sizes(w, latency, s)})
        for n in sizes:
            cells = []
            for s in here:
                values = f.values(what, s, w, n, latency)
                cell = with_spread([v / 1000 for v in values] if what.endswith('_ms') else values)
                requests = f.median('requests', s, w, n, latency)
                if requests and not what.endswith('_ms'):
                    cell += ', %s rq' % thousands(int(requests))
                cells.append(cell)
            out.append('| %s, %s | %s |' % (w, thousands(n) if n != 256 else '256 MiB', ' | '.join(cells)))
    return out + ['']


GROWS_PER_ITEM = ('first sync', 'ls -f, cold', 'ls -f', 'ls -l, cold', 'ls -l', 'find -type f', 'stat', 'file manager', 'cat, cold', 'cat',
                  'grep -r, cold', 'grep -r')
GROWS = GROWS_PER_ITEM + ('sync, nothing new', 'sync, 10 changed', *(op + ' 1000 items' for op in ('create', 'edit', 'rename', 'delete')))


def growth_cell(f, work, n):
    m = f.median('until_sent' if 'items' in work else 'seconds', SPFS, work, n)
    if m is None:
        return '-'
    requests = f.median('requests', SPFS, work, n)
    return seconds(m / n) if work in GROWS_PER_ITEM else '%s in all, %d rq' % (seconds(m), requests or 0)


def growth(f):
    """What one item costs, at each size: flat when the cost grows with what is asked for and not with what is there."""
    sizes = f.sizes('ls -l')
    out = ['### Growth: spfs, per item', '', '| | ' + ' | '.join(thousands(n) for n in sizes) + ' |',
           '|---' * (len(sizes) + 1) + '|']
    for w in GROWS:
        out.append('| %s | %s |' % (w, ' | '.join(growth_cell(f, w, n) for n in sizes)))
    cells = []
    for n in sizes:
        peaks = [r['peak_kb'] for k, rs in f.by.items() if k[0] == SPFS and k[2] == n and k[3] == 0 for r in rs
                 if not k[1].endswith('documents') and not k[1].endswith('items')]
        cells.append('%.0f MiB' % (max(peaks) / 1024) if peaks else '-')
    return out + ['| peak memory of the daemon | ' + ' | '.join(cells) + ' |', '']


BROWSING = ('mount to ls -l', 'ls -f, cold', 'ls -f', 'ls -l, cold', 'ls -l', 'find -type f', 'stat', 'file manager', 'cat, cold', 'cat',
            'grep -r, cold', 'grep -r', 'git status')
CHANGING = tuple('%s %ss' % (op, kind) for kind in ('item', 'document') for op in ('create', 'edit', 'rename', 'delete'))
DOCUMENTS = ('grep -r documents, cold', 'grep -r documents', 'git status documents')
LARGE = ('read 256 MiB, cold', 'read 256 MiB', '1,000 random reads', 'write 256 MiB', '4 readers, 4 writers')


def text(f, machine, skipped, failed):
    out = ['# Benchmarks', '',
           'Written by `make bench` from `bench/figures.jsonl` and `tests/bench/notes.md`; do not edit. Figures are medians with half the spread between',
           'the lowest and the highest run; systems alternate in each run. `rq` is requests that reached the server, as the server',
           'counted them. *Cold*: the system and the disk below it were unmounted and mounted again before; else it is warm.',
           'spfs and curl work against spfs-demo on the same machine, which is not a SharePoint farm: the ratios matter.', '',
           '```', machine.strip(), '```', '', '## Goals', '', '| Work | Goal | Measured | |', '|---|---|---|---|']
    out += [g.row() for g in goals(f)] + ['', '![Cost per item and time to make 1,000 files](bench/plot.svg)', '']
    out += [Path(__file__).with_name('notes.md').read_text(), '## Figures', '']
    systems = f.systems()
    out += table(f, 'Synchronising a list', ('first sync', 'sync, nothing new', 'sync, 10 changed'), systems)
    out += growth(f)
    out += table(f, 'Looking at many files', BROWSING, systems)
    out += table(f, 'From the mount to the end of the first listing, 20 ms', ('mount to ls -l',), systems, 20)
    for ms in (0, 20):
        out += table(f, 'Changing, %d ms: until the program is done' % ms, CHANGING, systems, ms)
        out += table(f, 'Changing, %d ms: until the server has it' % ms, CHANGING, systems, ms, 'until_sent')
        out += table(f, 'Small documents, %d ms' % ms, DOCUMENTS, systems, ms)
    out += table(f, 'Large documents', LARGE, systems)
    daemons = [s for s in systems if any(v for k in f.by if k[0] == s for v in f.values('peak_kb', *k))]
    out += table(f, 'Processor time of the daemon', ('first sync', 'sync, nothing new') + BROWSING + DOCUMENTS + LARGE, daemons, what='cpu_ms')
    out += memory(f, daemons)
    if skipped:
        out += ['### Not measured', ''] + ['- %s: %s' % (s, why) for s, why in sorted(skipped.items())] + ['']
    if failed:
        out += ['### Failed', ''] + ['- %s, %s, %d times: %s' % (*k, len(why), why[0]) for k, why in sorted(failed.items())] + ['']
    return '\n'.join(out)


def memory(f, systems):
    """The peak, whatever was done with so many files."""
    sizes = sorted({k[2] for k in f.by if k[1] in BROWSING})
    if not sizes:
        return []
    out = ['### Peak memory of the daemon, looking at so many files', '', '| | ' + ' | '.join(thousands(n) for n in sizes) + ' |',
           '|---' * (len(sizes) + 1) + '|']
    for s in systems:
        cells = []
        for n in sizes:
            peak = max((v for w in BROWSING for v in f.values('peak_kb', s, w, n)), default=0)
            cells.append('%.0f MiB' % (peak / 1024) if peak else '-')
        out.append('| %s | %s |' % (s, ' | '.join(cells)))
    return out + ['']


# ---- machine, plot, files ----------------------------------------------------

def version(*command):
    try:
        r = subprocess.run(command, text=True, capture_output=True, timeout=20, check=False)
        return (r.stdout or r.stderr).splitlines()[0].strip()
    except (OSError, IndexError):
        return 'none'


def machine():
    """What a reader must know of where this ran."""
    cpu = re.search(r'model name\s*:\s*(.*)', Path('/proc/cpuinfo').read_text())
    memory = int(re.search(r'MemTotal:\s+(\d+)', Path('/proc/meminfo').read_text()).group(1)) >> 20
    system = re.search(r'PRETTY_NAME="(.*)"', Path('/etc/os-release').read_text())
    return '\n'.join([
        '%s, %d processors, %d GiB' % (cpu.group(1) if cpu else platform.machine(), os.cpu_count(), memory + 1),
        '%s, Linux %s' % (system.group(1) if system else '?', platform.release()),
        'load when it began: %.1f' % os.getloadavg()[0],
        'spfs %s' % version('git', 'describe', '--always', '--dirty'), version('rclone', 'version'), version('mount.davfs', '--version'),
        version('/usr/sbin/apache2', '-v'), version('fusermount3', '--version'), version('curl', '--version')]) + '\n'


def plot(f, folder):
    """Two pictures in one SVG: cost per item against size, and seconds for changing files against systems."""
    if not shutil.which('gnuplot'):
        print('the plot is SKIPPED: gnuplot is missing')
        return
    lines, data = [], []
    for i, w in enumerate(w for w in ('first sync', 'ls -l', 'cat', 'grep -r') if f.sizes(w)):
        data.append('$d%d << EOD' % i)
        data += ['%d %g' % (n, f.median('seconds', SPFS, w, n) / n * 1e6) for n in f.sizes(w)]
        data.append('EOD')
        lines.append('$d%d using 1:2 with linespoints lw 2 title "%s"' % (i, w))
    if not lines:
        print('there is no plot: no list was measured')
        return
    bars = ['$bars << EOD']
    for s in f.systems():
        work = 'create items' if s == SPFS else 'create documents'
        one = per_file(f, 'until_sent', s, work, 20)
        if one:
            bars.append('"%s" %g' % (s.replace(' on ', '\\n'), one * 1000))
    script = '\n'.join(data + bars + [
        'EOD', 'set terminal svg size 1000,420 enhanced font "sans,12" background "white"', 'set output "%s"' % (folder / 'plot.svg'),
        'set multiplot layout 1,2', 'set logscale xy', 'set xlabel "items"', 'set ylabel "µs per item"',
        'set title "spfs: cost per item"', 'set key bottom left', 'set grid', 'plot ' + ', '.join(lines)])
    if len(bars) > 1:
        script += '\n' + '\n'.join([
            'unset logscale', 'set logscale y', 'set yrange [0.1:*]', 'unset xlabel', 'set ylabel "seconds"', 'set style fill solid 0.6',
            'set boxwidth 0.6', 'unset key', 'set title "1,000 new files at the server, 20 ms per request"',
            'plot $bars using 0:2:xtic(1) with boxes'])
    subprocess.run(['gnuplot'], input=script + '\n', text=True, check=True)


def again(folder, target):
    """From the figures in `folder`, which a run writes as it goes."""
    rows = [json.loads(line) for name in (FIGURES, MILLION) if (folder / name).exists() for line in (folder / name).read_text().splitlines()]
    machine_text = (folder / MACHINE).read_text() if (folder / MACHINE).exists() else ''
    machine_text += ''.join('\n1,000,000 items, at another time:\n%s\n' % '\n'.join(r['machine'].splitlines()[2:4]) for r in rows if 'machine' in r)
    f = Figures([r for r in rows if 'seconds' in r])
    failed = {}
    for r in rows:
        if 'failed' in r:
            failed.setdefault((r['failed'], '%s, %s' % (r['work'], thousands(r['size'])) if r['size'] else r['work']), []).append(r['why'])
    plot(f, folder)
    target.write_text(text(f, machine_text, {r['skipped']: r['why'] for r in rows if 'skipped' in r}, failed))
    for g in goals(f):
        print('%-13s %s' % (g.verdict().strip('*'), g.row().strip('| ')))
    if target.resolve() == (ROOT / 'BENCHMARKS.md').resolve():
        quote(f)


def quote(f):
    """Two lines in the README, between its marks."""
    readme = ROOT / 'README.md'
    before, found, rest = readme.read_text().partition(MARKS[0])
    after = rest.partition(MARKS[1])
    if found and after[1]:
        readme.write_text(before + MARKS[0] + '\n' + ''.join(line + '\n' for line in two_lines(f)) + MARKS[1] + after[2])
    else:
        print('README.md has no place for two lines')


def two_lines(f):
    """What people ask first: how it feels to look, and to change."""
    out = []
    ls, cat = ratio(f, 'ls -l', 10000), ratio(f, 'grep -r', 10000)
    first = f.median('seconds', SPFS, 'mount to ls -l', 10000, 20)
    if ls and cat and first:
        out.append('- `ls -l` of a list of 10,000 items takes %.2g x as long as on ext4, `grep -r` %.2g x; %s after the mount with a server '
                   '20 ms away, and one request.' % (ls, cat, seconds(first)))
    mine = f.median('until_sent', SPFS, 'create items', 1000, 20)
    requests = f.median('requests', SPFS, 'create items', 1000, 20)
    their = best(*(per_file(f, 'until_sent', o, 'create documents', 20) for o in OTHERS))
    if mine and requests:
        out.append('- 1,000 new items are at a server 20 ms away after %s, with %d requests%s.' % (
            seconds(mine), requests, '; the best of rclone and davfs2 needs %s for 1,000 files' % seconds(their * 1000) if their else ''))
    return out


if __name__ == '__main__':
    again(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else 'BENCHMARKS.md'))
