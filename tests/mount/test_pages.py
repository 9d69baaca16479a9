"""What the kernel keeps of a file: given with the answer to open, and never older than the file."""
import re
import subprocess

from conftest import wait_until

REPORT = '"Tasks/Write report.txt"'
WHILE_OTHERS_HAVE_IT = """
import os
new = 'Tasks/Made here.txt'
with open(new, 'w+') as f:
    f.write('Title: Made here\\n')
    f.flush()
    assert open(new).read() == 'Title: Made here\\n', open(new).read()
    f.write('Status: Deferred\\n')
    f.flush()
    assert open(new).read() == 'Title: Made here\\nStatus: Deferred\\n', open(new).read()
old = 'Tasks/Write report.txt'
fd = os.open(old, os.O_RDWR)
before = os.read(fd, 1 << 16)
after = before.replace(b'Status: ', b'Status:  ')
os.pwrite(fd, after, 0)
assert open(old, 'rb').read() == after, open(old, 'rb').read()
os.pwrite(fd, b'Title: ', 0)
assert open(old, 'rb').read() == b'Title: ' + after[7:], open(old, 'rb').read()
os.close(fd)
"""


def opcodes(log, inode, mark):
    with open(log, 'rb') as f:
        f.seek(mark)
        text = f.read().decode(errors='replace')
    return re.findall(r'opcode: (\w+) \(\d+\), nodeid: %s,' % inode, text)


def opcodes_until(log, inode, mark, what, n=1):
    wait_until(lambda: opcodes(log, inode, mark).count(what) >= n, 20, what)
    return opcodes(log, inode, mark)


def test_the_first_reading_of_an_item_needs_no_read_request(site):
    site.add()
    log = site.base / 'fuse-log'
    with open(log, 'wb') as f:
        site.popen('spfs', '-d', site.mountpoint, stdin=subprocess.DEVNULL, stdout=f, stderr=f)
    wait_until(site.is_mounted, 20, 'the mount')
    wait_until(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.settle()
    inode = site.sh('stat -c %%i %s' % REPORT).strip()
    mark = log.stat().st_size
    text = site.sh('cat %s' % REPORT)
    assert 'Status: ' in text
    asked = opcodes_until(log, inode, mark, 'RELEASE')
    assert 'READ' not in asked and asked.count('OPEN') == 1
    assert site.sh('cat %s' % REPORT) == text
    assert 'READ' not in opcodes_until(log, inode, mark, 'RELEASE', 2)
    # what somebody else changes is not hidden by what the kernel was given, whether it became longer or shorter
    number = re.search(r'(?m)^# ID: (\d+)$', text).group(1)
    for status, note in (('Completed', 'x' * 5000), ('In Progress', 'y')):
        site.server.do('update Tasks %s Status="%s" Body="%s"' % (number, status, note))
        site.sh('echo > .spfs/sync')
        wait_until(lambda s=status: 'Status: %s\n' % s in site.sh('cat %s' % REPORT), 20, 'the change')
        assert note in site.sh('cat %s' % REPORT)
        site.sh('[ $(stat -c %%s %s) = $(cat %s | wc -c) ]' % (REPORT, REPORT))
    site.umount()


def test_pages_are_not_given_while_somebody_else_has_the_file(mnt):
    """A new file that its maker still writes, and a file that one writes while others open it."""
    r = mnt.run('/usr/bin/python3', '-c', WHILE_OTHERS_HAVE_IT, cwd=mnt.mountpoint)
    assert r.code == 0, r
    mnt.settle()
    assert 'Status: Deferred\n' in mnt.sh('cat "Tasks/Made here.txt"')
    for name in REPORT, '"Tasks/Made here.txt"':
        mnt.sh('[ $(stat -c %%s %s) = $(cat %s | wc -c) ]' % (name, name))
