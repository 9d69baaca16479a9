"""What is done with each system, in blocks: a block mounts a system, does a series of things, and unmounts it.

Systems alternate within a run, so that a machine that gets slower meanwhile is unfair to none.
"""
import time

from systems import Curl, Davfs, Ext4, PassthroughLL, RcloneFull, RcloneOff, Spfs, SpfsXattr

LIST = 'Big list'
ONCE = 1000000                # one run has to do, of spfs alone; with --full
BIG = 256                     # MiB
SMALL_FILES = 1000
CHANGES = 1000
LOOKED_AT = 10000             # the size of a list that git and a slow network are tried with


def remount(b, s, folder):
    """What the kernel, the system and the disk had in memory is gone; what the system keeps on disk stays."""
    s.umount()
    b.disk.cold()
    s.mount(folder)


# ---- synchronising lists -----------------------------------------------------

def first_sync(b, s, size, latency=0):
    """Nothing stored, mounted, until every item is there. Leaves it mounted."""
    s.umount()
    s.fresh(LIST)
    b.disk.cold()

    def run():
        s.mount()
        s.received()
    known = set(s.server.bodies_since(()))
    b.measure(s, 'first sync', size, latency, run)
    return s.server.bodies_since(known)


def baseline(b, s, size, bodies):
    """The same requests, and what comes parsed and inserted with the libraries alone, one after the other."""
    database = b.disk.where / 'baseline.db'
    for f in (database, database.with_name('baseline.db-wal'), database.with_name('baseline.db-shm')):
        f.unlink(missing_ok=True)
    b.measure(s, 'first sync', size, 0, lambda: b.run(
        b.helpers / 'baseline', s.server.site + '/_vti_bin/Lists.asmx', database, *bodies))


def later_syncs(b, s, size):
    """On a mounted system: nothing new, then ten items changed by somebody else."""
    s.sync()
    for _ in range(5):        # it is short: whatever else the machine does is as much
        b.measure(s, 'sync, nothing new', size, 0, s.sync)
    s.server.do(*('update "%s" %d Title="Changed %d"' % (LIST, 10 + i, b.serial()) for i in range(10)))
    b.measure(s, 'sync, 10 changed', size, 0, s.sync)
    s.server.do(*('update "%s" %d Title="Item %d"' % (LIST, 10 + i, 10 + i) for i in range(10)))
    s.sync()


# ---- looking at directories and files ----------------------------------------

def browse(b, s, folder, size, latency=0, read=True):
    """Listing and reading a directory of many files, cold and warm."""
    where = s.path(folder)
    shell = b.shell

    def step(work, command):
        b.measure(s, work, size, latency, lambda: shell(command, where))

    remount(b, s, folder)
    step('ls -f, cold', 'ls -f "$1" >/dev/null')
    step('ls -f', 'ls -f "$1" >/dev/null')
    remount(b, s, folder)
    step('ls -l, cold', 'ls -l "$1" >/dev/null')
    step('ls -l', 'ls -l "$1" >/dev/null')
    step('find -type f', 'find "$1" -type f >/dev/null')
    step('stat', '"%s" stat "$1" >/dev/null' % b.fileops)
    step('file manager', '"%s" window "$1" >/dev/null' % b.fileops)
    if read:
        remount(b, s, folder)
        step('cat, cold', '"%s" read "$1" >/dev/null' % b.fileops)
        step('cat', '"%s" read "$1" >/dev/null' % b.fileops)
        step('grep -r', 'grep -rc zzzz "$1" >/dev/null || [ $? = 1 ]')
        remount(b, s, folder)
        step('grep -r, cold', 'grep -rc zzzz "$1" >/dev/null || [ $? = 1 ]')
    if read and size == LOOKED_AT:
        git_status(b, s, where, size)
    s.umount()


def git_status(b, s, where, size, what='git status'):
    """The second one: the first looks into what is as young as its index. The objects are written once for all."""
    index, objects = b.disk.where / ('git-%s' % s.name), b.disk.where / 'git-objects'
    git = 'GIT_OBJECT_DIRECTORY="%s" git --git-dir="%s" --work-tree="$1" -c safe.directory="*" -c core.fsync=none ' % (objects, index)
    b.shell('ls -f "$1" >/dev/null && rm -rf "%s" && mkdir -p "%s" && git init -q --bare "%s" && %s add -A && %s status >/dev/null' % (
        index, objects, index, git, git), where)
    b.measure(s, what, size, 0, lambda: b.shell(git + 'status >/dev/null', where))


def first_ls(b, s, folder, size, latency=0):
    """From the mount to the end of ls -l in it: where one request suffices, that is what there is."""
    s.umount()
    b.disk.cold()

    def run():
        s.mount(folder)
        b.shell('ls -l "$1" >/dev/null', s.path(folder))
    b.measure(s, 'mount to ls -l', size, latency, run)
    s.umount()


# ---- changing ----------------------------------------------------------------

def changes(b, s, folder, kind, count, latency):
    """Creates, edits, renames and deletes so many files; until the server has all of it."""
    s.mount(folder)
    where = s.path(folder)
    if isinstance(s, Spfs):
        s.received()      # the list first, as it was never mounted
    b.shell('ls -f "$1" >/dev/null 2>&1 || true', where)
    for op in ('create', 'edit', 'rename', 'delete'):
        if isinstance(s, Spfs):
            s.settle = Spfs.quickly if kind == 'item' and op in ('create', 'edit') else Spfs.settle
        b.measure(s, '%s %ss' % (op, kind), count, latency,
                  lambda op=op: b.run(b.fileops, op, where, str(count)), written=s.server is not None)
    s.umount()


def changes_in(b, s, size):
    """The same on a list of any size that is stored already: what a change costs must not depend on what lies beside it."""
    s.mount()
    s.received()
    where = s.path('items')
    b.shell('ls -f "$1" >/dev/null', where)
    for op in ('create', 'edit', 'rename', 'delete'):
        b.measure(s, '%s %d items' % (op, CHANGES), size, 0, lambda op=op: b.run(b.fileops, op, where, str(CHANGES)), written=True)
    s.umount()


# ---- big documents -----------------------------------------------------------

def big(b, s, latency=0):
    remount(b, s, 'big')
    where = s.path('big')
    read = 'dd if="$1/big.bin" of=/dev/null bs=1M 2>/dev/null'
    b.measure(s, 'read 256 MiB, cold', BIG, latency, lambda: b.shell(read, where))
    b.measure(s, 'read 256 MiB', BIG, latency, lambda: b.shell(read, where))
    remount(b, s, 'big')
    if not isinstance(s, RcloneOff) or b.run_number == 1:       # a request each
        b.measure(s, '1,000 random reads', BIG, latency, lambda: b.run(b.fileops, 'random', where / 'big.bin', '1000'))
    written = s.server is not None
    b.measure(s, 'write 256 MiB', BIG, latency, lambda: b.shell('cat "%s" > "$1/out.bin"' % b.big_source, where), written=written)
    b.shell('rm "$1/out.bin"', where)
    four = ('for i in 1 2 3 4; do cat "$1/part$i.bin" >/dev/null & head -c 16M "%s" > "$1/new$i.bin" & done; wait'
            % b.big_source)
    b.measure(s, '4 readers, 4 writers', 16, latency, lambda: b.shell(four, where), written=written)
    b.shell('rm "$1"/new?.bin', where)
    if written:
        s.sent(s.server.mark())
    s.umount()


def big_curl(b, s, latency=0):
    url = s.server.documents + '/big/big.bin'
    b.measure(s, 'read 256 MiB, cold', BIG, latency, lambda: b.run('curl', '-s', '-f', '-o', '/dev/null', url))


# ---- many small documents ----------------------------------------------------

def small(b, s, latency):
    """grep -r over documents that nobody has opened yet, and again."""
    s.umount()
    s.fresh(*(('Shared Documents',) if isinstance(s, Spfs) else ()))
    b.disk.cold()
    s.mount('small')
    where = s.path('small')
    if isinstance(s, Spfs):
        s.received()
    grep = 'grep -rc zzzz "$1" >/dev/null || [ $? = 1 ]'
    b.measure(s, 'grep -r documents, cold', SMALL_FILES, latency, lambda: b.shell(grep, where))
    b.measure(s, 'grep -r documents', SMALL_FILES, latency, lambda: b.shell(grep, where))
    if not latency:
        git_status(b, s, where, SMALL_FILES, 'git status documents')
    s.umount()


# ---- doing nothing -----------------------------------------------------------

def idle_begin(b, s):
    """A mount that nobody uses for as long as the rest of the run takes, a minute at least; its server is its own."""
    s.fresh()
    s.mount()
    s.received()
    time.sleep(4)                    # what follows a first sync has its time too
    s.server.mark()
    return {'since': time.monotonic(), 'switches': s.daemon.switches(), 'cpu': s.daemon.cpu_ms()}


def idle_end(b, s, begun):
    seconds = b.idle_seconds - (time.monotonic() - begun['since'])
    if seconds > 0:
        time.sleep(seconds)
    b.record(system=s.label(), work='idle', size=0, latency=0, seconds=time.monotonic() - begun['since'],
             requests=s.server.count(0), switches=s.daemon.switches() - begun['switches'],
             cpu_ms=s.daemon.cpu_ms() - begun['cpu'], peak_kb=s.daemon.peak_kb())
    s.umount()


# ---- all of it ---------------------------------------------------------------

def list_syncs(b, s, size, curl, folder):
    bodies = first_sync(b, s, size)
    if b.wants(curl):
        b.attempt(curl, baseline, size, bodies)
    later_syncs(b, s, size)
    if size < ONCE:
        b.copy_files(s.path(folder), folder)
    s.umount()


def with_xattr(b, s, size, folder):
    remount(b, s, folder)
    b.shell('ls -l "$1" >/dev/null', s.path(folder))
    b.measure(s, 'ls -l', size, 0, lambda: b.shell('ls -l "$1" >/dev/null', s.path(folder)))
    s.umount()


def items(b, size):
    """Lists of one size."""
    demo = b.demos[size]
    folder = 'items-%d' % size
    spfs, xattr, ext4 = Spfs(b, demo, folder), SpfsXattr(b, demo, folder), Ext4(b)
    xattr.state = spfs.state
    remote = [s for s in (RcloneOff(b, b.apache), RcloneFull(b, b.apache), Davfs(b, b.apache)) if b.wants(s) and size <= b.largest_for(s)]
    local = [ext4, *(s for s in (PassthroughLL(b),) if b.wants(s))] if size < ONCE else []
    curl = Curl(b, demo)
    for run in b.each_run(size):
        b.attempt(spfs, list_syncs, size, curl, folder)
        for s in (spfs, *local, *(s for s in remote if run <= b.runs_for(s))):
            if s is not spfs:
                s.fresh()
            b.attempt(s, browse, folder, size, read=s not in remote and size < ONCE)
        for ms in (0, 20) if size == LOOKED_AT else (0,):
            b.set_latency(ms)
            for s in (spfs, *(s for s in remote if run <= b.runs_for(s))):
                b.attempt(s, first_ls, folder, size, ms)
        b.set_latency(0)
        b.attempt(xattr, with_xattr, size, folder)
        if run <= b.changes_runs:
            b.attempt(spfs, changes_in, size)


def edits(b):
    """Items and documents changed, without and with a delay of the server."""
    demo = b.demos[min(b.demos)]
    item = Spfs(b, demo, '-edits')
    others = [s for s in (RcloneOff(b, b.apache), RcloneFull(b, b.apache), Davfs(b, b.apache)) if b.wants(s)]
    folder = 'items-%d' % min(b.demos)
    for latency, share in ((0, 0.4), (20, 1)):
        for run in b.each_run(share=share):
            b.set_latency(latency)
            b.attempt(item, anew, ('Big list',), changes, folder, 'item', CHANGES, latency)
            b.attempt(item, anew, ('Shared Documents',), changes, 'small', 'document', b.documents_to_change, latency)
            for s in others:
                if run <= b.runs_for(s):
                    b.attempt(s, anew, (), changes, 'small', 'document', b.others_change, latency)
    b.set_latency(0)


def anew(b, s, lists, block, *args):
    """A block with a system that has nothing stored."""
    s.umount()
    s.fresh(*lists)
    block(b, s, *args)


def documents(b):
    demo = b.demos[min(b.demos)]
    spfs = Spfs(b, demo, '-documents')
    on_demo = [s for s in (RcloneOff(b, demo), RcloneFull(b, demo), Davfs(b, demo)) if b.wants(s)]
    on_apache = [s for s in (RcloneOff(b, b.apache), RcloneFull(b, b.apache), Davfs(b, b.apache)) if b.wants(s)]
    local = [s for s in (PassthroughLL(b), Ext4(b)) if b.wants(s)]
    curls = [s for s in (Curl(b, demo), Curl(b, b.apache)) if s.server and b.wants(s)]
    for latency, share in ((0, 0.2), (20, 0.5)):
        for run in b.each_run(share=share):
            b.set_latency(latency)
            for s in (spfs, *(x for x in on_demo + on_apache if run <= b.runs_for(x, 2 if latency else 3))):
                b.attempt(s, small, latency)
    b.set_latency(0)
    for run in b.each_run():
        for s in curls:
            b.attempt(s, big_curl)
        for s in (spfs, *local, *(x for x in on_demo if run <= b.runs_for(x, 1)), *(x for x in on_apache if run <= b.runs_for(x, 2))):
            b.attempt(s, anew, ('Shared Documents',) if s is spfs else (), large)


def large(b, s):
    s.mount('big')
    if isinstance(s, Spfs):
        s.received()
    big(b, s)
