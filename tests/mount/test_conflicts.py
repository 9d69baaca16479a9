"""Two people change the same thing: nothing that either wrote is lost."""
import json
import subprocess
import time

from soap import Client

TASK = 'Write report.txt'
REFUSAL = ('<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
           '<UpdateListItemsResponse xmlns="http://schemas.microsoft.com/sharepoint/soap/"><UpdateListItemsResult>'
           '<Results><Result ID="%d,Update"><ErrorCode>0x81020014</ErrorCode><ErrorText>No.</ErrorText></Result>'
           '</Results></UpdateListItemsResult></UpdateListItemsResponse></soap:Body></soap:Envelope>')


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


def test_an_old_buffer_outlasts_syncs_and_other_files(mnt):
    """Its row is replaced twice, and its process reads everything else after it; pages that the kernel has count as read."""
    other = Client(mnt.server.url)
    row = other.find('Tasks', Title='Write report')
    script = '''
import glob, sys
open(sys.argv[1]).read()
text = open(sys.argv[1]).read()
print('read', flush=True)
for line in sys.stdin:
    for name in glob.glob('*.txt') + glob.glob('../Announcements/*.txt'):
        if name != sys.argv[1]:
            open(name).read()
    if line == 'save\\n':
        break
    print('read others', flush=True)
lines = ['Priority: (3) Low' if l.startswith('Priority: ') else l for l in text.splitlines()]
with open(sys.argv[1], 'w') as f:
    f.write('\\n'.join(lines) + '\\n')
'''
    p = mnt.popen('python3', '-c', script, TASK, cwd=mnt.mountpoint / 'Tasks', stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == 'read\n'
    for change in {'Status': 'Deferred'}, {'PercentComplete': '0.5'}:
        other.change('Tasks', int(row['ID']), **change)
        mnt.spfs('sync', 'Tasks')
        assert 'Status: Deferred' in mnt.sh('cat "Tasks/%s"' % TASK)
        p.stdin.write('others\n')
        p.stdin.flush()
        assert p.stdout.readline() == 'read others\n'
    p.communicate('save\n', timeout=20)
    assert p.returncode == 0
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')
    mnt.settle()
    now = other.find('Tasks', Title='Write report')
    assert (now['Status'], float(now['PercentComplete'])) == ('Deferred', 0.5)
    assert mnt.sh('ls .spfs/conflicts') == ''


def test_drafts_are_listed_and_given_up(mnt):
    """presentation 3.7: .spfs/drafts has the texts that could not be saved; rm goes back to what the server has."""
    new, old = 'Tasks/.spfs/drafts/Late.txt', 'Tasks/.spfs/drafts/%s' % TASK
    assert mnt.sh('ls Tasks/.spfs/drafts') == '' and mnt.run('ls', mnt.mountpoint / old).code != 0
    before = mnt.sh('cat "Tasks/%s"' % TASK)
    mnt.sh("printf 'Title: Late\\nDue Date: 2026-13-45\\n' > Tasks/Late.txt; echo 'Prioritaet: x' > 'Tasks/%s'" % TASK, code=None)
    assert sorted(mnt.sh('ls Tasks/.spfs/drafts').splitlines()) == ['Late.txt', TASK]
    assert mnt.sh('cat "%s"' % old) == 'Prioritaet: x\n' == mnt.sh('cat "Tasks/%s"' % TASK)
    assert 'rm .spfs/drafts/"%s"' % TASK in mnt.sh('cat Tasks/ERRORS')
    for command in ('echo > "%s"' % old, 'echo > Tasks/.spfs/drafts/x'):
        assert mnt.run('bash', '-c', command, cwd=mnt.mountpoint).code != 0, command
    mnt.sh('rm "%s"' % old)
    assert mnt.sh('ls Tasks/.spfs/drafts') == 'Late.txt\n' and mnt.sh('cat "Tasks/%s"' % TASK) == before
    assert 'Late.txt' in mnt.sh('cat Tasks/ERRORS')
    mnt.sh('rm "%s"' % new)
    assert mnt.sh('ls Tasks/.spfs/drafts') == '' and 'Late.txt' not in mnt.sh('ls Tasks').splitlines()
    assert mnt.run('ls', mnt.mountpoint / 'Tasks/ERRORS').code != 0
    # what the server refuses is one, too
    mnt.server.script('op=UpdateListItems status=200 type="text/xml; charset=utf-8" count=1 body="%s"'
                      % (REFUSAL % 1).replace('"', '\\"'))
    mnt.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK)
    mnt.wait(lambda: mnt.sh('ls Tasks/.spfs/drafts') == TASK + '\n', what='the refused text')
    assert 'Priority: (3) Low' in mnt.sh('cat "%s"' % old)
    mnt.sh('rm "%s"' % old)
    mnt.settle()
    assert mnt.sh('ls Tasks/.spfs/drafts') == '' and mnt.list_status('Tasks')['refused'] == 0
    assert 'Priority: (3) Low' not in mnt.sh('cat "Tasks/%s"' % TASK)
    mnt.server.no_script()


def test_an_invalid_text_stays_in_the_file_with_its_reason(mnt):
    mnt.sh("printf 'Title: Late\\nDue Date: 2026-13-45\\n' > Tasks/Late.txt", code=None)
    assert 'Due Date' in mnt.sh('cat Tasks/ERRORS')
    assert mnt.sh('getfattr --only-values -n user.spfs.state Tasks/Late.txt') == 'draft'
    assert 'Title: Late' in mnt.sh('cat Tasks/Late.txt')
    mnt.sh("printf 'Title: Late\\nDue Date: 2026-12-24\\n' > Tasks/Late.txt")
    mnt.wait(lambda: mnt.server.methods() == {'New': 1})
    mnt.settle()
    assert mnt.sh('ls Tasks/ERRORS 2>&1', code=None).endswith('No such file or directory\n')


# ---- spfs conflicts: the ways out ----

def same_field(mnt):
    """Priority: ours is Low, theirs Normal; it was High. The second client."""
    return clash(mnt, "sed -i 's/^Priority: .*/Priority: (3) Low/; s/^%% Complete: .*/%% Complete: 40%%/' 'Tasks/%s'" % TASK,
                 {'Priority': '(2) Normal', 'Status': 'Deferred'})


def conflicts(mnt):
    return json.loads(mnt.spfs('conflicts', '--json').out)['conflicts']


def test_conflicts_show_compares_mine_and_theirs_with_the_base(mnt):
    same_field(mnt)
    c, = conflicts(mnt)
    assert (c['list'], c['file'], c['kind'], c['why'][:8]) == ('Tasks', TASK, 'edit', 'Priority')
    assert mnt.spfs('conflicts').out.startswith(c['path'] + '\n    ')
    out = mnt.spfs('conflicts', 'show', TASK).out
    mine, theirs = out.split('+++ mine')[1].split('+++ theirs')
    assert '+Priority: (3) Low' in mine and '-Priority: (1) High' in mine and 'Deferred' not in mine
    assert '+Priority: (2) Normal' in theirs and '+Status: Deferred' in theirs
    assert mnt.spfs('conflicts', 'show').out == out                     # the only one
    assert len(conflicts(mnt)) == 1


def test_keep_mine_sends_my_text_over_what_stands_and_nothing_else(mnt):
    other = same_field(mnt)
    mnt.server.reset()
    assert 'has your text now' in mnt.spfs('conflicts', 'keep-mine', 'Tasks/' + TASK).out
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')
    mnt.settle()
    row = other.find('Tasks', Title='Write report')
    assert row['Status'] == 'Deferred'                                   # theirs: I had not touched it
    assert 'Priority: (3) Low' in mnt.sh('cat "Tasks/%s"' % TASK)
    assert mnt.server.methods() == {'Update': 1}
    assert conflicts(mnt) == [] and mnt.sh('ls -A .spfs/conflicts') == ''
    assert mnt.list_status('Tasks')['conflicts'] == 0


def test_keep_mine_offline_waits_in_the_outbox(mnt):
    other = same_field(mnt)
    mnt.spfs('offline')
    mnt.spfs('conflicts', 'keep-mine', TASK)
    assert conflicts(mnt) == [] and len(mnt.sh('ls .spfs/outbox').splitlines()) == 1
    assert 'Priority: (3) Low' in mnt.sh('cat "Tasks/%s"' % TASK)
    mnt.spfs('online')
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')


def test_keep_theirs_drops_mine_and_sends_nothing(mnt):
    other = same_field(mnt)
    mnt.server.reset()
    mnt.spfs('conflicts', 'keep-theirs')
    assert conflicts(mnt) == []
    assert mnt.spfs('conflicts').out == 'no conflicts\n'
    assert other.find('Tasks', Title='Write report')['Priority'] == '(2) Normal'
    assert mnt.server.methods() == {}


def test_merge_edits_both_texts_into_one(mnt):
    other = same_field(mnt)
    editor = mnt.base / 'editor'
    editor.write_text('#!/bin/sh\ncp "$2" "%s/seen"\n[ "$1" = -w ] || exit 9\n'
                      'sed -i "/^<<<<<<< mine/d; /^|||||||/,/^>>>>>>>/d" "$2"\n' % mnt.home)
    editor.chmod(0o755)
    r = mnt.spfs('conflicts', 'merge', TASK, env={'VISUAL': '%s -w' % editor})
    assert 'has the merged text now' in r.out
    seen = (mnt.home / 'seen').read_text()
    assert '<<<<<<< mine\nPriority: (3) Low\n||||||| base\nPriority: (1) High\n=======\nPriority: (2) Normal\n>>>>>>> theirs\n' in seen
    assert 'Status: Deferred\n' in seen                                  # no conflict, no marks
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')
    mnt.settle()
    assert other.find('Tasks', Title='Write report')['Status'] == 'Deferred'
    assert conflicts(mnt) == []


def test_merge_without_an_editor_takes_what_was_written(mnt):
    other = same_field(mnt)
    r = mnt.spfs('conflicts', 'merge', TASK, code=6)
    assert 'still has a conflict mark' in r.err and '.merge' in r.err
    assert len(conflicts(mnt)) == 1                                      # the text of the merge is no conflict of its own
    path, = (mnt.home / 'data/spfs/default/conflicts/Tasks').glob('Write*.merge')
    text = path.read_text()
    head, rest = text.split('<<<<<<< mine\n')
    rest = rest.split('>>>>>>> theirs\n')[1]
    path.write_text(head + 'Priority: (9) Whatever\n' + rest)
    r = mnt.spfs('conflicts', 'merge', TASK, code=6)
    assert 'line 3: Priority' in r.err                                   # what is wrong, and where
    path.write_text(head + 'Priority: (1) High\n' + rest)
    other.change('Tasks', int(other.find('Tasks', Title='Write report')['ID']), Body='meanwhile')
    mnt.spfs('conflicts', 'merge', TASK)
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(1) High')
    mnt.settle()
    assert 'meanwhile' in other.find('Tasks', Title='Write report')['Body']
    assert conflicts(mnt) == []


def test_keep_mine_makes_a_deleted_item_anew(mnt):
    other = Client(mnt.server.url)
    row = other.find('Tasks', Title='Write report')
    mnt.spfs('offline')
    mnt.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK)
    other.delete('Tasks', int(row['ID']))
    mnt.spfs('online')
    mnt.spfs('sync', code=None)
    mnt.settle()
    assert conflicts(mnt)[0]['kind'] == 'gone'
    assert 'not there any more' in mnt.spfs('conflicts', 'show').out
    assert 'keep-mine' in mnt.spfs('conflicts', 'merge', code=None).err
    mnt.spfs('conflicts', 'keep-mine', TASK)
    new = mnt.wait(lambda: other.find('Tasks', Title='Write report'))
    assert new['Priority'] == '(3) Low' and new['ID'] != row['ID'] and new['Status'] == row['Status']
    mnt.settle()
    assert [n for n in mnt.sh('ls Tasks').splitlines() if n.startswith('Write report')] == [TASK]
    assert conflicts(mnt) == []


def test_a_deletion_that_lost_can_be_repeated(mnt):
    other = clash(mnt, "rm 'Tasks/%s'" % TASK, {'Status': 'Deferred'})
    mnt.wait(lambda: TASK in mnt.sh('ls Tasks'), 10, 'the item to reappear')
    c, = conflicts(mnt)
    assert c['kind'] == 'delete'
    assert '+Status: Deferred' in mnt.spfs('conflicts', 'show', TASK).out
    mnt.spfs('conflicts', 'keep-mine', TASK)
    mnt.wait(lambda: other.find('Tasks', Title='Write report') is None)
    assert TASK not in mnt.sh('ls Tasks')
    assert conflicts(mnt) == []


def test_what_was_taken_back_can_be_sent_after_all(mnt):
    other = Client(mnt.server.url)
    mnt.spfs('offline')
    mnt.sh('echo body > Announcements/Second.txt')
    mnt.wait(lambda: 'Second' in mnt.sh('ls .spfs/outbox'))
    mnt.sh('rm .spfs/outbox/*Second.txt')
    assert 'Second.txt' not in mnt.sh('ls Announcements')
    assert conflicts(mnt)[0]['kind'] == 'taken back'
    mnt.spfs('conflicts', 'keep-mine', 'Second')
    mnt.spfs('online')
    mnt.wait(lambda: other.find('Announcements', Title='Second'))
    mnt.settle()
    assert mnt.sh('cat Announcements/Second.txt').endswith('body\n')


def test_keep_mine_does_not_write_over_an_unsaved_text(mnt):
    same_field(mnt)
    mnt.sh('t=$(sed "s/^Due Date: .*/Due Date: 2026-13-45/" "Tasks/%s"); echo "$t" > "Tasks/%s"' % (TASK, TASK), code=None)
    assert 'not saved' in mnt.spfs('conflicts', 'keep-mine', TASK, code=1).err
    assert '2026-13-45' in mnt.sh('cat "Tasks/%s"' % TASK)
    assert len(conflicts(mnt)) == 1
    mnt.sh('setfattr -n user.spfs.revert "Tasks/%s"' % TASK)
    mnt.spfs('conflicts', 'keep-mine', TASK)
    assert conflicts(mnt) == []


def test_what_the_server_refuses_again_is_a_refused_change_with_its_text(mnt):
    other = same_field(mnt)
    mnt.server.script('op=UpdateListItems status=200 type="text/xml; charset=utf-8" count=0 body="%s"'
                      % (REFUSAL % 1).replace('"', '\\"'))
    mnt.spfs('conflicts', 'keep-mine', TASK)
    mnt.wait(lambda: mnt.list_status('Tasks')['refused'] == 1)
    assert 'No.' in mnt.sh('cat Tasks/ERRORS') and 'Priority: (3) Low' in mnt.sh('cat "Tasks/%s"' % TASK)
    assert conflicts(mnt) == []
    mnt.server.no_script()
    mnt.spfs('sync', '--retry')
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')


def test_conflicts_of_one_name_must_be_told_apart(mnt):
    same_field(mnt)
    other = clash(mnt, "sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK, {'Priority': '(1) High'})
    assert len(conflicts(mnt)) == 2
    r = mnt.spfs('conflicts', 'keep-mine', TASK, code=1)
    assert 'name one of them' in r.err
    assert 'which one' in mnt.spfs('conflicts', 'keep-theirs', code=2).err
    assert 'no conflict "nothing"' in mnt.spfs('conflicts', 'show', 'nothing', code=1).err
    for c in conflicts(mnt):
        mnt.spfs('conflicts', 'keep-theirs', c['path'])
    assert conflicts(mnt) == [] and other.find('Tasks', Title='Write report')['Priority'] == '(1) High'


def test_conflicts_without_a_mount(mnt):
    other = same_field(mnt)
    mnt.umount()
    assert len(conflicts(mnt)) == 1
    assert 'mine' in mnt.spfs('conflicts', 'show', TASK).out
    mnt.spfs('conflicts', 'keep-mine', TASK)
    assert conflicts(mnt) == []
    mnt.mount()
    mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low')


def test_an_edit_begun_before_the_answer_to_the_new_file_is_no_conflict(mnt):
    """The server wraps the HTML of a note (ExternalClass...): the echo of one's own text is nobody else's edit."""
    mnt.sh('printf "Title: begun\\n\\nfirst line\\n" > Tasks/begun.txt; exec 3>>Tasks/begun.txt; '
           'until grep -q "^# ID:" Tasks/begun.txt; do sleep 0.1; done; echo "second line" >&3')
    mnt.wait(lambda: 'second line' in Client(mnt.server.url).find('Tasks', Title='begun')['Body'])
    mnt.settle()
    assert mnt.sh('tail -n 2 Tasks/begun.txt') == 'first line\nsecond line\n'
    assert mnt.spfs('conflicts').out == 'no conflicts\n'


def edited_while_new_is_sent(mnt, *orders):
    """Announcements have a text that the server writes in its own way (<div class="ExternalClass...">)."""
    mnt.server.script(*orders)
    mnt.sh('echo body > Announcements/Mine.txt')
    mnt.wait(lambda: any(s in mnt.sh('cat .spfs/outbox/*', code=None) for s in ('is being sent', 'not known')) or
             mnt.server.methods())
    mnt.sh('echo edit >> Announcements/Mine.txt')
    mnt.server.no_script()
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    assert conflicts(mnt) == []
    assert mnt.sh('cat Announcements/Mine.txt').endswith('body\nedit\n')
    assert 'edit' in Client(mnt.server.url).find('Announcements', Title='Mine')['Body']
    assert mnt.server.methods() == {'New': 1, 'Update': 1}


def test_what_the_server_made_of_our_text_is_no_edit_of_somebody_else(mnt):
    """A new item was edited while it was sent: that was a conflict with its own text as the server writes it."""
    edited_while_new_is_sent(mnt, 'op=UpdateListItems count=1 delay=3000')


def test_nor_is_it_when_the_answer_was_lost(mnt):
    edited_while_new_is_sent(mnt, 'op=UpdateListItems count=1 close=after',
                             'op=GetListItemChangesSinceToken status=503')


def test_nor_while_an_update_is_sent(mnt):
    mnt.sh('echo body > Announcements/Mine.txt')
    mnt.settle()
    mnt.server.script('op=UpdateListItems count=1 delay=3000')
    mnt.sh('echo one >> Announcements/Mine.txt')
    mnt.wait(lambda: 'is being sent' in mnt.sh('cat .spfs/outbox/*', code=None) or mnt.server.methods().get('Update'))
    mnt.sh('echo two >> Announcements/Mine.txt')
    mnt.settle()
    assert conflicts(mnt) == []
    assert mnt.sh('cat Announcements/Mine.txt').endswith('body\none\ntwo\n')


def test_nor_when_it_came_between_reading_and_saving(mnt):
    """What an editor does that read a new file before the server had answered."""
    mnt.server.script('op=UpdateListItems count=1 delay=3000')
    mnt.sh("""python3 -c "
import subprocess, time
name = 'Announcements/Mine.txt'
open(name, 'w').write('body')
text = open(name).read()
while subprocess.run('cat .spfs/outbox/* > /dev/null 2>&1', shell=True).returncode == 0:
    time.sleep(0.05)
open(name, 'w').write(text.rstrip() + ' edit')
" """, timeout=60)
    mnt.settle()
    assert conflicts(mnt) == []
    assert 'body edit' in mnt.sh('cat Announcements/Mine.txt')
    assert 'body edit' in Client(mnt.server.url).find('Announcements', Title='Mine')['Body']
