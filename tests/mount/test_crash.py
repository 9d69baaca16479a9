"""The daemon is killed at each crash point of a change: nothing that was acknowledged is lost, nothing is sent twice."""
import json
import subprocess

import pytest
from conftest import alive, wait_until
from soap import Client

LIST = 'Tasks'          # it takes folders
# what is done (exit status 0: it was acknowledged), what the server must have afterwards
CHANGES = {
    # bash's own echo > says nothing of a close that fails: dd does
    'create': ('echo "Body of {n}" | dd status=none "of=New {n}.txt"', 'New', lambda rows, n: any(r['Title'] == 'New %d' % n for r in rows)),
    'edit': ('sed -i "s/^Title: .*/&/; \\$ s/\\$/ edit-{n}/" "Write report.txt"', 'Update',
             lambda rows, n: any('edit-%d' % n in r.get('Body', '') for r in rows)),
    'rename': ('mv Moving*.txt "Moving {n}.txt"', 'Update', lambda rows, n: any(r['Title'] == 'Moving %d' % n for r in rows)),
    'delete': ('rm "Doomed {n}.txt"', 'Delete', lambda rows, n: not any(r['Title'] == 'Doomed %d' % n for r in rows)),
    'mkdir': ('mkdir "Folder {n}"', 'New', lambda rows, n: any(r['FileLeafRef'].endswith('#Folder %d' % n) for r in rows)),
}
POINTS = 60          # more than any change has; the loop ends at the first one that is not reached


def remount(world, **env):
    """Mounts; the daemon may die while it starts."""
    r = world.run('spfs', world.mountpoint, env=env)
    if r.code != 0:
        print('mounting with %s: %r' % (env, r))
    return r.code == 0


def acknowledged(world, command):
    r = world.run('bash', '-c', command, cwd=world.mountpoint / LIST)
    if r.code != 0:
        print('%s: %r' % (command, r))
    return r.code == 0


def after_death(world):
    subprocess.run(['fusermount3', '-u', '-z', str(world.mountpoint)], capture_output=True, timeout=20)


@pytest.mark.deadline(420)
@pytest.mark.parametrize('world', ['root'], indirect=True)
@pytest.mark.parametrize('change', CHANGES)
def test_killed_at_each_crash_point(site, change):
    command, method, is_there = CHANGES[change]
    site.add(LIST)
    other = Client(site.server.url)
    lost, twice, n, reached = [], [], 0, True
    if change == 'rename':
        other.new(LIST, Title='Moving 0')
    while reached and n < POINTS:
        n += 1
        if change == 'delete':
            other.new(LIST, Title='Doomed %d' % n)
            assert remount(site)
            site.settle()
            site.umount()
        site.server.reset()
        mounted = remount(site, SPFS_CRASH_AT=str(n))
        acked = mounted and acknowledged(site, command.format(n=n))
        print('point %d: mounted %s, acknowledged %s' % (n, mounted, acked))
        # it died before the change was acknowledged, or dies while it sends, or the point was not reached
        wait_until(lambda: dead(site) or (acked and quiet(site)), 15, 'the end of the change')
        reached = dead(site)
        if reached:
            after_death(site)
            assert remount(site)
        site.settle()
        site.umount()
        sent = site.server.methods()
        if sum(sent.values()) > 1 or (sent and set(sent) != {method}):
            twice.append((n, sent))
        if acked and not (sent == {method: 1} and is_there(other.rows(LIST).values(), n)):
            lost.append((n, sent))
    assert not lost and not twice, 'lost: %s; sent more than once: %s' % (lost, twice)
    assert 3 < n < POINTS, 'crash points met: %d' % n


def dead(site):
    pid = site.pid()
    return pid is None or not alive(pid)


def quiet(site):
    r = site.run('spfs', 'status', '--json')
    if r.code != 0:
        return False
    status = json.loads(r.out)
    return bool(site.server.methods()) and not status['running'] and not any(x['to_send'] for x in status['lists'])


@pytest.mark.deadline(60)
def test_killed_between_flush_and_release(site):
    """close() has returned 0 by then for a program that holds the file open twice: the text is a change all the same."""
    site.add(LIST)
    site.mount()
    site.settle()
    site.umount()
    site.server.reset()
    remount(site, SPFS_CRASH_AT='fs.release.before:1')
    acknowledged(site, 'echo "Flushed, never released" > Flushed.txt')
    site.wait(lambda: dead(site), what='the crash')
    after_death(site)
    assert remount(site)
    site.wait(lambda: site.server.methods() == {'New': 1}, what='the change of the killed run')
    site.settle()
    assert site.server.methods() == {'New': 1}
    assert 'Flushed, never released' in Client(site.server.url).find(LIST, Title='Flushed')['Body']


@pytest.mark.deadline(240)
@pytest.mark.parametrize('world', ['root'], indirect=True)
def test_an_edit_after_a_rename_of_a_new_item_survives_a_kill(site):
    """The item may be a draft, on its way, or just numbered when it is renamed, and again when it is edited."""
    site.add('Announcements')
    assert remount(site)
    site.settle()
    other = Client(site.server.url)
    for n, (before, between, after) in enumerate(
            [(0, 0, 0), (.05, 0, 0), (.1, 0, 0), (.12, 0, 0), (.12, 0, .12), (.12, .1, 0), (.15, 0, .05), (.2, .1, .1),
             (.3, 0, 0), (.5, .1, .2)]):
        site.sh('echo "Body" > "A {n}.txt"; sleep {0}; mv "A {n}.txt" "B {n}.txt"; sleep {1}; '
                'echo edit-{n} >> "B {n}.txt" && sleep {2}'.format(before, between, after, n=n),
                cwd=site.mountpoint / 'Announcements')
        site.kill()
        after_death(site)
        assert remount(site)
        assert 'edit-%d' % n in site.sh('cat "Announcements/B %d.txt"' % n)
        site.settle()
        rows = [r for r in other.rows('Announcements').values() if r['Title'] in ('A %d' % n, 'B %d' % n)]
        assert [r['Title'] for r in rows] == ['B %d' % n] and 'edit-%d' % n in rows[0]['Body']
        assert 'edit-%d' % n in site.sh('cat "Announcements/B %d.txt"' % n)
    assert site.sh('ls .spfs/conflicts') == ''
