"""First light: what is on the server is in the directory, and each edit is one method at the server."""
import time

import pytest
from soap import Client


def one_update(mnt, cmd='Update'):
    """Until the server has carried out exactly one method, and then still one."""
    mnt.wait(lambda: mnt.server.methods(), what='a method at the server')
    mnt.settle()
    assert mnt.server.methods() == {cmd: 1}


def test_ls_shows_every_list_and_its_items(mnt):
    assert {'Announcements', 'Tasks', 'Links', 'Issues', 'Shared Documents'} <= set(mnt.sh('ls').split('\n'))
    rows = Client(mnt.server.url).rows('Announcements')
    shown = [x for x in mnt.sh('ls Announcements').splitlines() if x != 'Attachments']
    assert len(shown) == len(rows)


def test_the_root_is_read_only_and_hides_its_control_directory(mnt):
    assert mnt.sh('stat -c %a .').strip() == '555'
    assert '.spfs' not in mnt.sh('ls -a')
    assert mnt.sh('cat .spfs/version').strip()
    if mnt.user == 'user':
        assert mnt.run('mkdir', 'x', cwd=mnt.mountpoint).code != 0


def test_cat_shows_the_fields(mnt):
    text = mnt.sh('cat "Tasks/Fix the projector.txt"')
    assert text.startswith('Title: Fix the projector\n')
    assert 'Priority:' in text and 'Status:' in text


def test_cat_and_stat_cost_no_request(mnt):  # S7
    mnt.sh('cat Announcements/*.txt > /dev/null; stat Tasks/*.txt > /dev/null')
    mnt.settle()
    pulls = mnt.server.pulls()
    mnt.sh('cat "Announcements/Welcome to the team site.txt"; stat "Tasks/Fix the projector.txt"')
    time.sleep(0.5)
    assert mnt.server.pulls() == pulls


def test_ls_is_one_request_and_again_within_a_moment_none(mnt):  # S3
    time.sleep(3.2)
    mnt.server.reset()
    mnt.sh('ls Tasks')
    mnt.sh('ls Tasks')
    assert mnt.server.counts()['total'] == 1
    assert mnt.server.pulls('Tasks') == 1


def test_find_is_at_most_one_request_per_list(mnt):
    lists = len(mnt.sh('ls').splitlines())
    time.sleep(3.2)
    mnt.server.reset()
    mnt.sh('find . > /dev/null')
    mnt.settle()
    assert mnt.server.counts()['total'] <= lists


def test_sed_edits_one_field(mnt):
    mnt.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/Write report.txt'")
    one_update(mnt)
    assert Client(mnt.server.url).find('Tasks', Title='Write report')['Priority'] == '(3) Low'


def test_echo_appends_to_the_body(mnt):
    mnt.sh("echo 'Bring a torch.' >> 'Announcements/Fire drill on Friday.txt'")
    one_update(mnt)
    row = Client(mnt.server.url).find('Announcements', Title='Fire drill on Friday')
    assert 'Bring a torch.' in row['Body'] and 'car park' in row['Body']


def test_mv_changes_the_title(mnt):
    mnt.sh("mv 'Tasks/Order toner.txt' 'Tasks/Order paper.txt'")
    one_update(mnt)
    assert Client(mnt.server.url).find('Tasks', Title='Order paper')
    assert 'Title: Order paper\n' in mnt.sh("cat 'Tasks/Order paper.txt'")


def test_rm_deletes(mnt):
    mnt.sh("rm 'Tasks/Order toner.txt'")
    assert 'Order toner' not in mnt.sh('ls Tasks')
    one_update(mnt, 'Delete')
    assert not Client(mnt.server.url).find('Tasks', Title='Order toner')


def test_a_removal_is_to_be_sent_from_the_start(mnt):
    """It was counted after its grace of 2 s only, so that who waited for 0 went on too early. Offline, so that it stays."""
    mnt.sh("echo 0 > .spfs/online; rm 'Tasks/Order toner.txt'")
    assert mnt.list_status('Tasks')['to_send'] == 1
    time.sleep(2.5)
    assert mnt.list_status('Tasks')['to_send'] == 1
    mnt.sh('echo 1 > .spfs/online')
    mnt.settle()
    assert not Client(mnt.server.url).find('Tasks', Title='Order toner')


def test_a_new_file_is_a_new_item(mnt):
    mnt.sh("echo 'Hello from the shell' > Announcements/Hello.txt")
    one_update(mnt, 'New')
    assert 'Hello from the shell' in Client(mnt.server.url).find('Announcements', Title='Hello')['Body']


def test_mkdir_makes_a_folder(mnt):
    mnt.sh('mkdir "Tasks/Next year"')
    one_update(mnt, 'New')
    folder = [r for r in Client(mnt.server.url).rows('Tasks').values() if r['FSObjType'].endswith('#1')]
    assert any(r['FileLeafRef'].endswith('#Next year') for r in folder)


def test_saving_the_same_text_sends_nothing(mnt):  # S8
    mnt.sh("cp 'Tasks/Fix the projector.txt' /dev/shm/spfs-same.$$ && "
           "cat /dev/shm/spfs-same.$$ > 'Tasks/Fix the projector.txt'; rm /dev/shm/spfs-same.$$")
    mnt.settle()
    time.sleep(1)
    assert mnt.server.methods() == {}


def test_what_another_client_does_shows_at_the_next_ls(mnt):
    other = Client(mnt.server.url)
    other.new('Links', URL='https://example.org/, From elsewhere')
    time.sleep(3.2)
    assert 'From elsewhere' in mnt.sh('ls Links')
    row = next(r for r in other.rows('Links').values() if 'From elsewhere' in r.get('URL', ''))
    other.delete('Links', int(row['ID']))
    time.sleep(3.2)
    assert 'From elsewhere' not in mnt.sh('ls Links')


def test_two_fields_changed_on_both_sides_merge(mnt):
    other = Client(mnt.server.url)
    row = other.find('Tasks', Title='Write report')
    mnt.sh("cat 'Tasks/Write report.txt' > /dev/null")
    other.change('Tasks', int(row['ID']), Status='Waiting on someone else')
    mnt.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/Write report.txt'")
    mnt.wait(lambda: (other.find('Tasks', Title='Write report') or {}).get('Priority') == '(3) Low')
    assert other.find('Tasks', Title='Write report')['Status'] == 'Waiting on someone else'
    mnt.settle()
    assert mnt.spfs('conflicts').out == 'no conflicts\n'


def test_changes_wait_while_the_server_is_away(mnt):
    mnt.server.stop()
    mnt.sh("echo 'written offline' > Announcements/Offline.txt")
    assert 'written offline' in mnt.sh('cat Announcements/Offline.txt')
    assert 'Offline.txt' in mnt.sh('ls .spfs/outbox')
    assert 'Announcements/Offline.txt' in mnt.sh('cat .spfs/outbox/*')
    mnt.server.start()
    mnt.spfs('sync')
    mnt.wait(lambda: Client(mnt.server.url).find('Announcements', Title='Offline'))
    assert mnt.sh('ls .spfs/outbox') == ''


def test_what_was_not_sent_survives_kill_and_remount(mnt):
    mnt.server.stop()
    mnt.sh("echo 'kept' > Announcements/Kept.txt")
    mnt.kill()
    r = mnt.run('spfs', mnt.mountpoint)
    assert r.code == 0 and 'cleaning up' in r.err
    assert 'kept' in mnt.sh('cat Announcements/Kept.txt')
    mnt.server.start()
    mnt.spfs('sync')
    mnt.wait(lambda: Client(mnt.server.url).find('Announcements', Title='Kept'))


def test_the_oldest_of_a_title_has_the_plain_name(mnt):
    """A first pull brings the newest items first; the plain name is the lowest ID's all the same."""
    ids = sorted(int(r['ID']) for r in Client(mnt.server.url).rows('Announcements').values()
                 if r['Title'] == 'Server maintenance')
    names = sorted(mnt.sh('ls Announcements | grep "^Server maintenance"').splitlines())
    assert len(ids) == 2 and names == ['Server maintenance (%d).txt' % ids[1], 'Server maintenance.txt']
    assert '# ID: %d\n' % ids[0] in mnt.sh('cat "Announcements/Server maintenance.txt"')
    assert '# ID: %d\n' % ids[1] in mnt.sh('cat "Announcements/Server maintenance (%d).txt"' % ids[1])


@pytest.mark.deadline(60)
def test_texts_are_whole_right_after_a_remount(mnt):
    """Texts are rendered anew at the start: a file that was looked at meanwhile was cut to its old size."""
    mnt.spfs('offline')
    mnt.sh('for i in $(seq 100); do echo kept > "Announcements/Kept $i.txt"; done')
    mnt.kill()
    assert mnt.run('spfs', '-o', 'offline', mnt.mountpoint).code == 0      # nothing but the start changes them
    short = mnt.sh('for i in $(seq 100 -1 1); do grep -q "^kept$" "Announcements/Kept $i.txt" || echo $i; done')
    assert short == ''


def test_a_saved_item_still_names_people_in_full(mnt):
    """Answers of UpdateListItems give "12;#Jane Roe"; the address must not go with a save."""
    mnt.sh("echo 'The lift is out of order.' > Announcements/Lift.txt")
    one_update(mnt, 'New')
    mnt.umount()
    mnt.mount('offline')                                 # what was written stands as it is until then
    assert '# Modified By: Jane Roe <jane.roe@contoso.example>' in mnt.sh('cat Announcements/Lift.txt')


def test_edits_leave_their_history_for_outlook(mnt):
    mnt.sh('echo "Bring a torch." >> "Announcements/Fire drill on Friday.txt"')
    one_update(mnt)
    row = Client(mnt.server.url).find('Announcements', Title='Fire drill on Friday')
    agent = (mnt.home / 'data/spfs/default/agent').read_text()
    assert row['MetaInfo_vti_versionhistory'].endswith(agent + ':%d' % (row['MetaInfo_vti_versionhistory'].count(':')))


def test_a_rename_that_meets_the_release_of_its_file_keeps_both(mnt):
    """The kernel releases a closed file when it likes: a rename that had seen the draft took the rendering of the
    item that it had become meanwhile for its text, with the old title in it."""
    mnt.spfs('offline')
    script = '''
import os
for i in range(20):
    for name, text in (('A%d' % i, 'one'), ('B%d' % i, 'two')):
        fd = os.open(name + '.txt', os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(fd, (chr(10) + text + chr(10)).encode())
        os.close(fd)
        if name[0] == 'A':
            os.rename(name + '.txt', 'B%d.txt' % i)
'''
    mnt.sh("python3 -c '%s'" % script.replace("'", '"').replace('"""', ''), cwd=mnt.mountpoint / 'Announcements')
    mnt.spfs('online')
    mnt.wait(lambda: mnt.server.methods() == {'New': 20}, 20, 'twenty items')
    mnt.settle()
    names = mnt.sh('ls Announcements').splitlines()
    assert [n for n in names if n[0] == 'A' and n[1].isdigit()] == []
    for i in range(20):
        text = mnt.sh('cat Announcements/B%d.txt' % i)
        assert 'Title: B%d\n' % i in text and text.endswith('two\n')


def test_an_open_that_meets_the_release_before_it_empties_the_file(mnt):
    """The release of a file that was just closed took what the next writer had emptied, and not written yet, for a save of nothing:
    his words then stood over the first letters of the old text. One in 1,500, so this looks at many."""
    mnt.spfs('offline')
    script = '''
import os
for i in range(1000):
    for text in 'one', 'two':
        fd = os.open('E%d.txt' % i, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(fd, (chr(10) + text + chr(10)).encode())
        os.close(fd)
for i in range(1000):
    text = open('E%d.txt' % i).read()
    assert text.endswith('two' + chr(10)) and 'one' not in text, text
'''
    r = mnt.run('/usr/bin/python3', '-c', script, cwd=mnt.mountpoint / 'Announcements', timeout=60)
    assert r.code == 0, r
