"""The server is slow, silent, gone or strange: answers come within the waits of the design, and nothing is lost."""
import signal
import time

import pytest
from soap import Client

TASK = 'Write report.txt'


def seconds(fn, *args, **more):
    begun = time.monotonic()
    fn(*args, **more)
    return time.monotonic() - begun


def test_ls_answers_from_the_cache_when_the_server_is_silent(mnt):
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks delay=15000')
    assert seconds(mnt.sh, 'ls Tasks > /dev/null') < 13         # wait: 3 s
    assert seconds(mnt.sh, 'cat "Tasks/%s" > /dev/null; stat "Tasks/%s" > /dev/null' % (TASK, TASK)) < 10


def test_a_silent_server_does_not_stop_other_lists(mnt):
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks delay=15000')
    waiting = [mnt.popen('ls', 'Tasks', cwd=mnt.mountpoint) for _ in range(20)]
    time.sleep(0.3)
    assert seconds(mnt.sh, 'ls Announcements > /dev/null; cat Announcements/Welcome* > /dev/null') < 13
    for p in waiting:
        assert p.wait(60) == 0


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGKILL])
def test_ctrl_c_frees_an_ls_at_once(mnt, how):
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks delay=15000')
    p = mnt.popen('ls', 'Tasks', cwd=mnt.mountpoint)
    time.sleep(0.5)
    assert p.poll() is None
    p.send_signal(how)
    assert seconds(p.wait, 60) < 2          # else after 3 s


def test_mount_without_a_server_shows_the_cache_and_recovers(mnt):
    mnt.umount()
    mnt.server.stop()
    assert seconds(mnt.mount) < 25
    assert 'Title: Write report' in mnt.sh('cat "Tasks/%s"' % TASK)
    assert seconds(mnt.sh, 'ls Tasks > /dev/null') < 25
    mnt.server.start()
    Client(mnt.server.url).new('Tasks', Title='Made meanwhile')
    time.sleep(3.2)
    mnt.wait(lambda: 'Made meanwhile' in mnt.sh('ls Tasks'), 10, 'the new item at the next look')


@pytest.mark.parametrize('order', ['close=after', 'close=before', 'cut=100', 'status=500', 'status=503 retry-after=1'])
def test_a_push_that_fails_arrives_exactly_once(mnt, order):
    """MS-OUTSPS_R206: the ReplicationID tells whether a lost answer was a yes."""
    mnt.server.script('op=UpdateListItems %s count=1' % order)
    mnt.sh('echo "once" > Announcements/Once.txt')
    other = Client(mnt.server.url)
    mnt.wait(lambda: other.find('Announcements', Title='Once'), 30, 'the item at the server')
    mnt.settle()
    time.sleep(1)
    assert other.find('Announcements', Title='Once')          # and only one: find() says so
    assert mnt.sh('ls .spfs/outbox') == '' and mnt.sh('ls Announcements | grep -c Once').strip() == '1'


@pytest.mark.parametrize('order', ['close=after', 'close=before', 'cut=100'])
@pytest.mark.parametrize('change', ['update', 'delete'])
def test_a_lost_answer_to_an_update_or_delete(mnt, order, change):
    mnt.server.script('op=UpdateListItems %s count=1' % order)
    other = Client(mnt.server.url)
    if change == 'update':
        mnt.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/%s'" % TASK)
        mnt.wait(lambda: other.find('Tasks', Title='Write report')['Priority'] == '(3) Low', 30)
    else:
        mnt.sh("rm 'Tasks/%s'" % TASK)
        mnt.wait(lambda: not other.find('Tasks', Title='Write report'), 30)
    mnt.settle()
    assert mnt.spfs('conflicts').out == 'no conflicts\n'
    assert mnt.sh('ls .spfs/outbox') == ''
    executed = sum(r['methods'][change.capitalize()] for r in mnt.server.requests() if r.get('methods'))
    assert executed <= 2


def test_retry_after_is_obeyed(mnt):
    mnt.server.script('op=UpdateListItems status=429 retry-after=3 count=1')
    mnt.sh('echo x > Announcements/Later.txt')
    mnt.wait(lambda: mnt.server.methods().get('New'), 20)
    times = [r['time'] for r in mnt.server.requests() if r.get('op') == 'UpdateListItems']
    assert len(times) == 2
    stamps = [time.mktime(time.strptime(t[:19], '%Y-%m-%dT%H:%M:%S')) for t in times]
    assert stamps[1] - stamps[0] >= 2.0


def test_invalid_token_reads_the_list_anew(mnt):  # MS-OUTSPS: InvalidToken drops the cache
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks quirk=invalid-token count=1')
    before = mnt.sh('ls -i Tasks')
    mnt.sh('ls Tasks')
    mnt.settle()
    assert mnt.sh('ls -i Tasks') == before
    assert mnt.list_status('Tasks')['error'] in (None, '')
    # twice within the hour: the cache stands, and the status says what to do
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks quirk=invalid-token count=1')
    Client(mnt.server.url).new('Tasks', Title='After the second')
    assert mnt.sh('ls -i Tasks') == before
    mnt.wait(lambda: mnt.list_status('Tasks')['error'], 10, 'an error')
    assert '`spfs sync "Tasks"`' in mnt.list_status('Tasks')['error']
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks quirk=invalid-token count=1')
    mnt.spfs('sync', 'Tasks')
    assert 'After the second' in mnt.sh('ls Tasks')
    assert mnt.list_status('Tasks')['error'] in (None, '')


def test_an_ill_formed_answer_is_recovered(mnt):
    Client(mnt.server.url).new('Tasks', Title='In a bad answer')
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks quirk=duplicate-attributes',
                      'op=GetListItemChangesSinceToken list=Tasks quirk=control-characters')
    mnt.wait(lambda: 'In a bad answer' in mnt.sh('ls Tasks'), 10)


def test_a_login_page_is_said_and_the_cache_stays(mnt):
    time.sleep(3.2)
    mnt.server.script('op=GetListItemChangesSinceToken page=login')
    assert TASK in mnt.sh('ls Tasks')
    mnt.wait(lambda: mnt.list_status('Tasks')['error'], 10, 'an error in the status')
    mnt.server.no_script()
    mnt.spfs('sync', code=None)
    mnt.wait(lambda: not mnt.list_status('Tasks')['error'], 10, 'a good sync')


def test_unmounting_sends_what_waits(mnt):
    mnt.sh('for i in 1 2 3; do echo $i > "Announcements/Last $i.txt"; done; rm "Tasks/%s"' % TASK)
    mnt.umount()
    assert mnt.server.methods() == {'New': 3, 'Delete': 1}


@pytest.mark.deadline(200)
def test_idle_is_no_request_and_no_context_switch(mnt):  # S6
    mnt.sh('ls Tasks; cat Tasks/*.txt > /dev/null')
    mnt.settle()
    before = {}
    while before != switches(mnt.pid()):        # what there was to do is done
        before = switches(mnt.pid())
        time.sleep(1)
    mnt.server.reset()
    time.sleep(60)
    assert switches(mnt.pid()) == before
    assert mnt.server.counts()['total'] == 0


def switches(pid):
    """{thread: context switches} of a process."""
    found = {}
    from pathlib import Path
    for task in Path('/proc/%d/task' % pid).iterdir():
        text = (task / 'status').read_text()
        found[task.name] = sum(int(line.split()[1]) for line in text.splitlines() if 'ctxt_switches' in line)
    return found
