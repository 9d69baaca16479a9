"""Two people change the same thing: nothing that either wrote is lost."""
import subprocess
import time

from soap import Client

TASK = 'Write report.txt'


def clash(mnt, mine, theirs):
    """Both change the item behind each other's back: ours from what the list was before theirs."""
    other = Client(mnt.server.url)
    row = other.find('Tasks', Title='Write report')
    mnt.sh('ls Tasks > /dev/null; cat "Tasks/%s" > /dev/null' % TASK)
    mnt.settle()
    mnt.spfs('offline')
    mnt.sh(mine)
    other.change('Tasks', int(row['ID']), **theirs)
    mnt.spfs('online')
    mnt.spfs('sync', code=None)
    mnt.settle()
    return other


def test_different_fields_merge_silently(mnt):
    other = clash(mnt, "sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK, {'Status': 'Deferred'})
    row = other.find('Tasks', Title='Write report')
    assert (row['Priority'], row['Status']) == ('(3) Low', 'Deferred')
    text = mnt.sh('cat "Tasks/%s"' % TASK)
    assert 'Priority: (3) Low' in text and 'Status: Deferred' in text
    assert mnt.sh('ls .spfs/conflicts') == ''


def test_the_same_field_keeps_both_texts(mnt):
    other = clash(mnt, "sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK, {'Priority': '(2) Normal'})
    assert other.find('Tasks', Title='Write report')['Priority'] == '(2) Normal'        # the server's stands
    assert 'Priority: (2) Normal' in mnt.sh('cat "Tasks/%s"' % TASK)
    kept = mnt.sh('ls .spfs/conflicts/Tasks').strip()
    assert kept.startswith('Write report (conflict ') and kept.endswith('.txt')
    assert 'Priority: (3) Low' in mnt.sh('cat .spfs/conflicts/Tasks/*')
    assert 'Write report' in mnt.spfs('conflicts').out


def test_edit_against_remote_delete_keeps_the_text(mnt):
    other = Client(mnt.server.url)
    row = other.find('Tasks', Title='Write report')
    mnt.spfs('offline')
    mnt.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK)
    other.delete('Tasks', int(row['ID']))
    mnt.spfs('online')
    mnt.spfs('sync', code=None)
    mnt.settle()
    assert TASK not in mnt.sh('ls Tasks')
    assert 'Priority: (3) Low' in mnt.sh('cat .spfs/conflicts/Tasks/*')


def test_delete_against_remote_edit_brings_the_item_back(mnt):
    other = clash(mnt, "rm 'Tasks/%s'" % TASK, {'Status': 'Deferred'})
    mnt.wait(lambda: TASK in mnt.sh('ls Tasks'), 10, 'the item to reappear')
    assert other.find('Tasks', Title='Write report')['Status'] == 'Deferred'
    assert 'Status: Deferred' in mnt.sh('cat "Tasks/%s"' % TASK)


def test_create_against_create_keeps_both(mnt):
    other = Client(mnt.server.url)
    mnt.spfs('offline')
    mnt.sh('echo "ours" > Announcements/Twin.txt')
    other.new('Announcements', Title='Twin', Body='theirs')
    mnt.spfs('online')
    mnt.spfs('sync', code=None)
    mnt.settle()
    names = [n for n in mnt.sh('ls Announcements').splitlines() if n.startswith('Twin')]
    assert len(names) == 2
    texts = [mnt.sh('cat "Announcements/%s"' % n) for n in names]
    assert any('ours' in t for t in texts) and any('theirs' in t for t in texts)


def test_an_editor_with_an_old_buffer_reverts_nobody(mnt):
    """presentation: the base of the merge is the version that the same process opened."""
    other = Client(mnt.server.url)
    row = other.find('Tasks', Title='Write report')
    script = '''
import sys
text = open(sys.argv[1]).read()
print('read', flush=True)
sys.stdin.readline()
lines = ['Priority: (3) Low' if l.startswith('Priority: ') else l for l in text.splitlines()]
open(sys.argv[1], 'w').write('\\n'.join(lines) + '\\n')
'''
    p = mnt.popen('python3', '-c', script, TASK, cwd=mnt.mountpoint / 'Tasks', stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == 'read\n'
    other.change('Tasks', int(row['ID']), Status='Deferred')
    time.sleep(3.2)
    mnt.sh('ls Tasks > /dev/null')
    mnt.settle()
    p.communicate('go\n', timeout=20)
    assert p.returncode == 0
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')
    mnt.settle()
    assert other.find('Tasks', Title='Write report')['Status'] == 'Deferred'


def test_an_invalid_text_stays_in_the_file_with_its_reason(mnt):
    mnt.sh("printf 'Title: Late\\nDue Date: 2026-13-45\\n' > Tasks/Late.txt", code=None)
    assert 'Due Date' in mnt.sh('cat Tasks/ERRORS')
    assert mnt.sh('getfattr --only-values -n user.spfs.state Tasks/Late.txt') == 'draft'
    assert 'Title: Late' in mnt.sh('cat Tasks/Late.txt')
    mnt.sh("printf 'Title: Late\\nDue Date: 2026-12-24\\n' > Tasks/Late.txt")
    mnt.wait(lambda: mnt.server.methods() == {'New': 1})
    mnt.settle()
    assert mnt.sh('ls Tasks/ERRORS 2>&1', code=None).endswith('No such file or directory\n')
