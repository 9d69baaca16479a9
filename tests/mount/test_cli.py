"""The command line: forms, commands, control files, messages and exit codes."""
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import alive, wait_until
from soap import Client

USAGE, PARTLY, LOGIN, UNREACHABLE, CONFLICTS, NOT_MOUNTED, MOUNTPOINT, MOUNT = 2, 3, 4, 5, 6, 7, 8, 9


# ---- help ----

def test_help_and_version(world):
    assert 'spfs demo' in world.spfs('--help').out
    assert world.spfs('--version').out.startswith('spfs ')
    for command in ('mount', 'add', 'lists', 'config', 'demo', 'sync', 'status', 'umount', 'remove', 'offline', 'online', 'conflicts', 'log'):
        assert world.spfs(command, '--help').out.startswith('spfs ' + command)
        assert world.spfs('help', command).out == world.spfs(command, '--help').out
    assert world.spfs(code=USAGE).out == world.spfs('help').out == world.spfs('--help').out


def test_mistyped_words_get_the_nearest(world):
    assert 'spfs status' in world.spfs('stauts', code=MOUNTPOINT).err
    assert '--quiet' in world.spfs('sync', '--quite', code=USAGE).err
    assert 'allow_other' in world.spfs('-o', 'alow_other', world.mountpoint, code=USAGE).err


# ---- mount points ----

def test_mount_points_that_will_not_do(world):
    home = world.home
    (home / 'file').touch()
    (home / 'full').mkdir()
    (home / 'full/x').touch()
    world.own()
    assert 'mkdir -p' in world.spfs(home / 'missing', code=MOUNTPOINT).err
    assert 'not a directory' in world.spfs(home / 'file', code=MOUNTPOINT).err
    assert 'nonempty' in world.spfs(home / 'full', code=MOUNTPOINT).err
    assert 'proc' in world.spfs('/proc', code=MOUNTPOINT).err
    world.spfs('-o', 'nonempty', home / 'full')
    assert world.sh('ls', cwd=home / 'full') == ''
    world.spfs('umount', home / 'full')
    assert world.sh('ls', cwd=home / 'full') == 'x\n'


def test_with_nothing_registered_it_says_what_to_type(world):
    r = world.mount()
    assert 'spfs add' in r.err and 'spfs demo' in r.err
    assert world.sh('ls') == ''
    assert world.sh('cat .spfs/sync') == 'idle\n'
    world.umount()
    assert not world.is_mounted()


def test_mounted_twice(world):
    world.mount()
    assert 'already mounted' in world.mount(code=MOUNTPOINT).err
    other = world.home / 'other'
    world.sh('mkdir other', cwd=world.home)
    r = world.spfs(other, code=MOUNTPOINT)
    assert 'already mounted at %s' % world.mountpoint in r.err and str(world.pid()) in r.err
    # another profile is another daemon
    world.spfs('work', other)
    line = next(x for x in Path('/proc/self/mountinfo').read_text().splitlines() if str(other) in x)
    assert ' - fuse.spfs work ' in line
    world.spfs('umount', other)


def test_a_dead_mount_is_cleaned_up(world):
    world.mount()
    world.kill()
    r = world.mount()
    assert 'cleaning up' in r.err
    assert world.sh('cat .spfs/pid').strip() == str(world.pid())


def test_a_directory_called_like_a_command(world):
    d = world.home / 'status'
    d.mkdir()
    world.own()
    world.spfs('./status')
    assert world.sh('cat .spfs/version', cwd=d)
    world.spfs('umount', './status')


def test_mount_is_a_word_for_it(world):
    world.spfs('mount', '-o', 'fsname=there', world.mountpoint)
    assert world.is_mounted()
    world.umount()
    world.spfs('mount', '--profile', 'work', world.mountpoint)
    assert world.spfs('status', '-p', 'work', '--json').code == 0
    world.umount()
    world.spfs('mount', 'work', world.mountpoint)
    world.umount()
    assert 'mkdir -p' in world.spfs('mount', world.home / 'missing', code=MOUNTPOINT).err
    for program in ('systemctl', 'systemd-escape'):
        path = world.bin / program
        path.write_text('#!/bin/sh\necho "%s $*"\n' % program)
        path.chmod(0o755)
    said = world.spfs('mount', '--enable-at-login', world.mountpoint).out
    assert said == 'systemctl --user enable --now -- systemd-escape --template=spfs@.service --path -- %s\n' % world.mountpoint
    assert 'mkdir -p' in world.spfs('mount', '--enable-at-login', world.home / 'missing', code=MOUNTPOINT).err


def test_mount_helper_forms(world):
    """As /sbin/mount.fuse calls us, and as a link that mount(8) calls."""
    helper = world.bin / 'mount.fuse.spfs'
    helper.symlink_to('spfs')
    options = 'rw,nosuid,nodev,noexec,nofail,_netdev,user,x-gvfs-show,comment=a'
    assert world.run(helper, 'none', world.mountpoint, '-f', '-o', options).code == 0  # fake
    assert not world.is_mounted()
    assert world.run(helper, 'none', world.mountpoint, '-o', options, '-t', 'fuse.spfs').code == 0
    assert world.is_mounted()
    assert world.run(helper, 'none', world.mountpoint, '-o', options).code == 32
    assert world.run(helper, '--frob').code == 1
    world.umount()
    world.spfs('default', world.mountpoint, '-o', 'rw,noexec,nosuid,nodev')
    world.umount()


# ---- the daemon's life ----

def test_foreground_and_service_manager(world):
    path = str(world.base / 'notify')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        os.chmod(path, 0o777)
        s.settimeout(20)
        p = world.popen('spfs', '-f', world.mountpoint, env={'NOTIFY_SOCKET': path}, stderr=subprocess.PIPE)
        assert s.recv(200).startswith(b'READY=1')
        assert world.is_mounted()
        os.kill(world.pid(), signal.SIGTERM)
        assert s.recv(200).startswith(b'STOPPING=1')
        p.communicate(timeout=30)
        assert p.returncode == 0
        assert not world.is_mounted()


@pytest.mark.parametrize('sig', [signal.SIGINT, signal.SIGTERM])
def test_signals_that_end_it(world, sig):
    world.mount()
    pid = world.pid()
    os.kill(pid, sig)
    wait_until(lambda: not alive(pid), 20, 'the end of the daemon')
    assert not world.is_mounted()


def test_hangup_reads_the_registry_again_and_synchronises(mnt):
    lists = mnt.home / 'config/spfs/lists'
    text = lists.read_text()
    mnt.spfs('remove', 'Links')
    assert 'Links' not in mnt.sh('ls')
    lists.write_text(text)
    mnt.server.reset()
    os.kill(mnt.pid(), signal.SIGHUP)
    mnt.wait(lambda: 'Links' in mnt.sh('ls'), what='the list')
    mnt.wait(lambda: mnt.server.pulls('Tasks') == 1, what='a sync of another list')


def test_usr1_writes_the_status_to_the_log(mnt):
    os.kill(mnt.pid(), signal.SIGUSR1)
    mnt.wait(lambda: 'status list="Tasks"' in mnt.spfs('log').out)


def test_unmounting_loses_nothing(mnt):
    mnt.sh('echo one > Announcements/One.txt')
    mnt.umount()
    assert not mnt.is_mounted() and mnt.pid() is None
    assert Client(mnt.server.url).find('Announcements', Title='One')


def test_umount_names_who_holds_it(mnt):
    holder = mnt.popen('sleep', '60', cwd=mnt.mountpoint)
    wait_until(lambda: os.readlink('/proc/%d/cwd' % holder.pid) == str(mnt.mountpoint), 5, 'the holder')
    r = mnt.spfs('umount', mnt.mountpoint, code=1)
    assert 'in use' in r.err and str(holder.pid) in r.err and '--lazy' in r.err
    assert mnt.is_mounted()
    mnt.spfs('umount', '--lazy', mnt.mountpoint)
    assert not mnt.is_mounted()
    holder.kill()
    holder.wait()


def test_commands_without_a_mount(site):
    assert 'not mounted' in site.spfs('umount', code=NOT_MOUNTED).err
    assert 'not mounted' in site.spfs('offline', code=NOT_MOUNTED).err
    assert 'not mounted' in site.spfs('log', code=NOT_MOUNTED).err
    assert 'no spfs is mounted' in site.spfs('umount', site.mountpoint, code=NOT_MOUNTED).err
    assert 'not mounted' in site.spfs('status').out
    assert site.spfs('conflicts').out == 'no conflicts\n'
    # cron: the sync runs in the command itself
    site.add('Tasks', 'Links')
    r = site.spfs('sync')
    assert 'Tasks: ' in r.out and '2 lists' in r.out
    assert site.server.pulls() == 2
    assert site.list_status('Tasks')['items'] > 0


# ---- lists ----

def test_what_a_site_offers(site):
    offer = site.spfs('lists', site.server.url).out
    assert 'Announcements' in offer and 'tasks' in offer and 'library' in offer
    names = site.spfs('lists', '--names', site.server.url).out.splitlines()
    assert 'Shared Documents' in names
    assert site.spfs('lists', '--names').out == ''
    r = site.spfs('add', site.server.url)
    assert 'Tasks' in r.out and '--all' in r.out
    assert site.spfs('lists', '--names').out == ''  # nothing was added


def test_add_by_name_page_and_other_name(site):
    url = site.server.url
    site.spfs('add', url, 'Tasks')
    site.spfs('add', '--as', 'News', url, 'Announcements')
    site.spfs('add', url + '/Lists/Links/AllItems.aspx')
    site.spfs('add', 'Issues')  # the site is known
    assert set(site.spfs('lists', '--names').out.splitlines()) == {'Tasks', 'News', 'Links', 'Issues'}
    assert 'registered already' in site.spfs('add', url, 'Tasks').out
    assert 'did you mean "Contacts"' in site.spfs('add', url, 'Contcats', code=1).err
    assert '--as' in site.spfs('add', '--as', 'Tasks', url, 'Calendar', code=1).err
    assert "cannot be a directory's name" in site.spfs('add', '--as', 'a/b', url, 'Calendar', code=1).err
    site.mount()
    assert set(site.sh('ls').splitlines()) == {'Tasks', 'News', 'Links', 'Issues'}


def test_add_while_mounted_shows_at_once_and_syncs_that_list_only(site):  # S5
    site.add('Tasks')
    site.mount()
    site.settle()
    site.server.reset()
    site.spfs('add', site.server.url, 'Links')
    site.wait(lambda: 'Links' in site.sh('ls'), what='the directory')
    site.wait(lambda: site.list_status('Links')['items'] > 0, what='the items')
    assert site.server.pulls('Tasks') == 0 and site.server.pulls('Links') == 1


def test_remove_refuses_while_something_waits(mnt):
    mnt.server.stop()
    mnt.sh('echo precious > Announcements/Precious.txt; echo mine > Announcements/notes')
    r = mnt.spfs('remove', 'Announcements', code=1)
    assert '--force' in r.err and 'Announcements' in mnt.sh('ls')
    mnt.spfs('remove', '--force', 'Announcements')
    mnt.wait(lambda: 'Announcements' not in mnt.sh('ls'))
    kept = mnt.sh('cat .spfs/conflicts/Announcements/*')
    assert 'precious' in kept and 'mine' in kept
    assert 'Announcements' not in mnt.spfs('lists', '--names').out
    assert 'no list named' in mnt.spfs('remove', 'Announcements', code=1).err


# ---- sync ----

def test_sync_waits_and_counts(mnt):
    Client(mnt.server.url).new('Tasks', Title='From elsewhere')
    mnt.sh('echo x > Announcements/X.txt')
    r = mnt.spfs('sync')
    assert 'Tasks: 1 received' in r.out
    assert Client(mnt.server.url).find('Announcements', Title='X')
    assert r.out.splitlines()[-1].startswith('11 lists, ')
    mnt.server.reset()
    assert 'Tasks: no changes' in mnt.spfs('sync', 'Tasks').out
    assert mnt.server.counts()['total'] == 1
    assert mnt.spfs('sync', '-q').out == ''
    assert 'did you mean Tasks' in mnt.spfs('sync', 'Taks', code=1).err


def test_the_control_file_does_the_same(mnt):
    mnt.server.reset()
    lines = mnt.sh('echo > .spfs/sync && cat .spfs/progress').splitlines()  # F9, and wait
    assert mnt.server.pulls() == 11
    assert any(x.startswith('Tasks: ') for x in lines) and lines[-1].startswith('11 lists, ')
    assert mnt.sh('cat .spfs/progress') == ''  # idle: ends at once
    mnt.sh('echo > .spfs/sync')
    mnt.settle()
    lines = mnt.sh('cat .spfs/progress').splitlines()  # who is too late for it gets the results all the same, once
    assert any(x.startswith('Tasks: ') for x in lines) and lines[-1].startswith('11 lists, ')
    assert mnt.sh('cat .spfs/progress') == ''
    mnt.server.reset()
    mnt.sh('echo "Links" > .spfs/sync; cat .spfs/progress')
    mnt.sh('echo > Tasks/.spfs/sync; cat .spfs/progress')
    mnt.settle()
    assert (mnt.server.pulls('Links'), mnt.server.pulls('Tasks'), mnt.server.pulls()) == (1, 1, 2)
    assert 'No such file' in mnt.run('bash', '-c', 'echo Nonsuch > .spfs/sync', cwd=mnt.mountpoint).err
    assert 'Invalid argument' in mnt.run('bash', '-c', 'echo x > Tasks/.spfs/sync', cwd=mnt.mountpoint).err
    mnt.server.reset()
    mnt.sh(': > .spfs/sync; touch .spfs/sync')  # neither is a command
    mnt.settle()
    assert mnt.server.pulls() == 0


def test_offline_and_online(mnt):
    mnt.spfs('offline')
    assert mnt.sh('cat .spfs/online') == '0\n'
    mnt.server.reset()
    mnt.sh('echo later > Announcements/Later.txt; ls Tasks')
    assert 'work' in mnt.spfs('sync', code=UNREACHABLE).err
    time.sleep(1)
    assert mnt.server.counts()['total'] == 0
    mnt.sh('echo 1 > .spfs/online')
    mnt.wait(lambda: mnt.server.methods() == {'New': 1})


def test_some_lists_failed(mnt):
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks status=500')
    r = mnt.spfs('sync', code=PARTLY)
    assert 'Tasks: failed' in r.out and 'Links: ' in r.out and '1 of 11 lists failed' in r.err
    mnt.server.script('op=GetListItemChangesSinceToken list=Tasks status=500')
    r = mnt.spfs('sync', '-q', code=PARTLY)              # for cron: nothing but what is wrong, and of which list
    assert r.out == '' and 'spfs: Tasks: ' in r.err and 'Links' not in r.err
    assert mnt.list_status('Tasks')['state'] == 'failed'
    mnt.server.no_script()
    mnt.spfs('sync')
    assert mnt.list_status('Tasks')['state'] == 'idle'


# ---- status ----

def test_status_for_people_and_programs(mnt):
    out = mnt.spfs('status').out
    assert str(mnt.mountpoint) in out and 'online: yes' in out and 'Tasks' in out
    s = json.loads(mnt.sh('cat .spfs/status.json'))
    assert s['version'] == 1 and s['online'] and len(s['lists']) == 11
    assert s == {**mnt.status(), **{k: s[k] for k in ('pid',)}}
    assert mnt.sh('cat .spfs/status').startswith('mountpoint: %s\n' % mnt.mountpoint)
    assert 'list: Tasks' in mnt.sh('cat Tasks/.spfs/status')
    mnt.spfs('status', '--check')


def test_status_watch_follows(mnt):
    p = mnt.popen('spfs', 'status', '--watch', stdout=subprocess.PIPE)
    time.sleep(0.5)
    mnt.spfs('sync', '-q')
    time.sleep(0.5)
    os.killpg(p.pid, signal.SIGINT)
    out, _ = p.communicate(timeout=10)
    assert out.count('SYNCED') > 2
    assert '\033[J' not in out                         # only a terminal's cursor is moved


def test_events_are_json_lines(mnt):
    p = mnt.popen('cat', '.spfs/events', cwd=mnt.mountpoint, stdout=subprocess.PIPE)
    time.sleep(0.3)
    mnt.spfs('sync', '-q')
    time.sleep(0.3)
    p.terminate()
    events = [json.loads(x) for x in p.communicate(timeout=10)[0].splitlines() if not x.startswith('#')]
    assert {'list', 'end'} <= {e['type'] for e in events}
    assert any(e.get('list') == 'Tasks' and e.get('state') == 'receiving' for e in events)


def test_rm_of_an_outbox_entry_gives_the_change_up(mnt):
    mnt.server.stop()
    mnt.sh('echo doomed > Announcements/Doomed.txt')
    name = mnt.sh('ls .spfs/outbox').strip()
    assert name.endswith(' Doomed.txt')
    text = mnt.sh('cat ".spfs/outbox/%s"' % name)
    assert 'File:   Announcements/Doomed.txt' in text and 'new' in text
    assert mnt.list_status('Announcements')['to_send'] == 1
    mnt.sh('rm ".spfs/outbox/%s"' % name)
    assert mnt.sh('ls .spfs/outbox') == ''
    assert 'doomed' in mnt.sh('cat .spfs/conflicts/Announcements/*')
    mnt.wait(lambda: 'Doomed' not in mnt.sh('ls Announcements'))
    assert mnt.spfs('conflicts', '--check', code=CONFLICTS).out == ''
    assert 'Announcements/' in mnt.spfs('conflicts').out
    mnt.spfs('status', '--check', code=CONFLICTS)
    mnt.sh('rm .spfs/conflicts/Announcements/*')
    mnt.spfs('status', '--check')


# ---- configuration ----

def write_config(world, text, mode=0o600):
    path = world.home / 'config/spfs/config'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    world.own(path.parent)
    return path


def test_mistakes_in_the_configuration_have_a_line(world):
    path = write_config(world, '[defaults]\n\twait = 1s\n\tfrehs = 2s\n')
    r = world.mount(code=USAGE)
    assert r.err == 'spfs: %s:3: unknown key frehs; did you mean fresh?\n' % path
    write_config(world, '[site "https://h"]\nuser = a\npassword = b\n', 0o644)
    assert 'chmod 600' in world.mount(code=USAGE).err
    write_config(world, '[defaults\n')
    assert ':1:' in world.mount(code=USAGE).err


def test_places_can_be_named(world):
    config = world.home / 'elsewhere.conf'
    config.write_text('[defaults]\nxattr = no\n')
    world.own()
    env = {'SPFS_CONFIG': str(config), 'SPFS_DATA': str(world.home / 'state')}
    world.spfs(world.mountpoint, env=env)
    assert (world.home / 'state/default/spfs.db').exists()
    assert not (world.home / 'data/spfs').exists()
    assert (world.home / 'state/default').stat().st_mode & 0o777 == 0o700
    world.spfs('umount', world.mountpoint, env=env)


@pytest.fixture
def locked(world):
    """A server that asks for a password."""
    world.start_server('--user', 'ann:se;cret#1')
    return world


def test_a_password_from_a_command_or_a_private_file(locked):
    url = locked.server.url
    r = locked.spfs('lists', url, code=LOGIN)
    assert url in r.err or '127.0.0.1' in r.err
    write_config(locked, '[site "%s"]\nuser = ann\npasscmd = "echo \'se;cret#1\'"\n' % url)
    assert 'Tasks' in locked.spfs('lists', url).out
    write_config(locked, '[site "%s"]\nuser = ann\npassword = "se;cret#1"\n' % url)
    locked.add('Tasks')
    locked.mount()
    locked.settle()
    assert 'Fix the projector' in locked.sh('ls Tasks')


def test_a_wrong_password_is_said_and_tried_once(locked):
    url = locked.server.url
    write_config(locked, '[site "%s"]\nuser = ann\npassword = "se;cret#1"\n' % url)
    locked.add('Tasks', 'Links')
    write_config(locked, '[site "%s"]\nuser = ann\npassword = wrong\n' % url)
    assert 'password' in locked.spfs('lists', url, code=LOGIN).err
    locked.server.reset()
    locked.mount()
    assert locked.sh('ls') == 'Links\nTasks\n'
    locked.wait(lambda: 'login' in locked.spfs('status').out, what='the need of a login')
    locked.spfs('sync', code=LOGIN)
    locked.spfs('status', '--check', code=LOGIN)
    # accounts get locked after a few of these
    assert locked.server.counts()['statuses'].get('401', 0) <= 3
    write_config(locked, '[site "%s"]\nuser = ann\npassword = "se;cret#1"\n' % url)
    os.kill(locked.pid(), signal.SIGHUP)
    locked.wait(lambda: locked.list_status('Tasks')['items'] > 0, what='the items')


# ---- what can be wrong with a server, a disk ----

def test_unknown_hosts_and_addresses(world):
    assert 'nonexistent.invalid' in world.spfs('lists', 'http://nonexistent.invalid/x', code=UNREACHABLE).err
    with socket.socket() as s:  # a port that nobody listens on
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    r = world.spfs('lists', 'http://127.0.0.1:%d/sites/team' % port, code=UNREACHABLE)
    assert len(r.err.splitlines()) == 1 and '127.0.0.1' in r.err
    assert 'not an address' in world.spfs('lists', 'sharepoint', code=USAGE).err
    assert 'not an address' in world.spfs('lists', 'ftp://h/x', code=USAGE).err


class Page(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = b'<!DOCTYPE html><html><body>Welcome to nginx</body></html>'
        self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = answer

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.answer()

    def log_message(self, *args):
        pass


def test_a_server_that_is_no_sharepoint(world):
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page) as s:
        threading.Thread(target=s.serve_forever, daemon=True).start()
        r = world.spfs('add', 'http://127.0.0.1:%d/sites/team' % s.server_address[1], 'Tasks', code=UNREACHABLE)
        s.shutdown()
    assert len(r.err.splitlines()) == 1 and 'SharePoint' in r.err


def test_a_list_that_vanished_stays_as_it_was(mnt):
    before = mnt.sh('ls Links')
    mnt.server.do('delete-list Links')
    mnt.spfs('sync', 'Links', code=None)
    assert mnt.list_status('Links')['list_state'] == 'gone'
    assert mnt.sh('ls Links') == before
    assert mnt.run('touch', 'Links/new.txt', cwd=mnt.mountpoint).code != 0 or mnt.user == 'root'
    assert 'not on the server' in mnt.spfs('status').out
    mnt.spfs('remove', 'Links')


def test_an_unwritable_state_directory(world):
    if world.user == 'root':
        pytest.skip('root may write everywhere')
    (world.home / 'data').mkdir(mode=0o555)
    r = world.mount(code=1)
    assert len(r.err.splitlines()) == 1 and str(world.home / 'data') in r.err and 'Permission denied' in r.err


def test_a_full_disk(site):
    """On a file system of its own, one MiB large."""
    if os.getuid() != 0:
        pytest.skip('only root can mount a small file system')
    small = site.home / 'small'
    small.mkdir()
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', small], check=True)
    try:
        env = {'SPFS_DATA': str(small / 'spfs')}
        site.add('Tasks')
        site.spfs(site.mountpoint, env=env)
        site.sh('head -c 3000000 /dev/zero > %s/filler' % small, code=1)
        r = site.run('bash', '-c', 'head -c 100000 /dev/zero > Tasks/scratch', cwd=site.mountpoint)
        assert r.code != 0 and 'No space left' in r.err
        r = site.run('cp', '/etc/passwd', 'Tasks/other', cwd=site.mountpoint)
        assert r.code != 0 and 'No space left' in r.err
        assert site.is_mounted() and site.sh('cat .spfs/version')
        os.unlink(small / 'filler')
        site.sh('echo works again > Tasks/scratch')
        site.spfs('umount', site.mountpoint, env=env)
    finally:
        subprocess.run(['umount', '-l', small], check=False)


def test_a_damaged_database_is_kept_aside(mnt):
    mnt.umount()
    db = mnt.home / 'data/spfs/default/spfs.db'
    with open(db, 'r+b') as f:
        f.write(b'not a database at all')
    mnt.own()
    r = mnt.mount()
    assert 'kept in' in r.err and len(r.err.splitlines()) == 1
    kept = list(db.parent.glob('damaged-*'))
    assert len(kept) == 1 and (kept[0] / 'spfs.db').exists()
    mnt.settle()
    assert 'Fix the projector.txt' in mnt.sh('ls Tasks')


# ---- the demo ----

def test_demo_is_one_command_and_friendly_twice(world):
    r = world.spfs('demo', world.mountpoint, timeout=60)
    assert 'spfs umount' in r.out and 'Tasks' in world.sh('ls')
    assert 'runs already' in world.spfs('demo', world.mountpoint).out
    assert 'profile demo' in world.spfs('status').out  # the only one that is mounted
    world.sh('echo kept > Announcements/Kept.txt')
    world.spfs('umount')
    assert not world.is_mounted()
    assert not list(servers_of(world))
    # its state is kept
    assert 'registered' not in world.spfs('demo', world.mountpoint, timeout=60).out
    world.wait(lambda: 'kept' in world.sh('cat Announcements/Kept.txt', code=None))
    assert world.spfs('sync', '-p', 'demo').code == 0
    world.spfs('umount', world.mountpoint)
    world.spfs('demo', '--reset', world.mountpoint, timeout=60)
    world.wait(lambda: 'Welcome' in world.sh('ls Announcements'))
    assert 'Kept' not in world.sh('ls Announcements')
    world.spfs('umount')


def test_the_demo_is_there_when_the_command_ends(world):
    """What the page tells to type next found no file yet, and a new one was kept as a draft for ever."""
    world.spfs('demo', world.mountpoint, timeout=60)
    world.sh("sed -i 's/^Priority: .*/Priority: (2) Normal/' 'Tasks/Write report.txt' && "
             "echo 'The lift is out of order.' > Announcements/Lift.txt")
    # not the text: it stays as it was saved until others change it
    world.wait(lambda: world.sh('getfattr --only-values -n user.spfs.id Announcements/Lift.txt', code=None),
               what='the new item')
    assert world.sh('cat .spfs/outbox/*', code=None) == ''
    world.spfs('umount')


@pytest.mark.deadline(60)
def test_a_list_never_received_takes_no_items(site):
    """Without its columns no text can be read: it says so at once and keeps no draft that is never sent."""
    site.add('Announcements')
    site.server.script('op=GetListItemChangesSinceToken delay=4000')
    site.mount()
    r = site.run('bash', '-c', 'echo early > Announcements/Early.txt', cwd=site.mountpoint)
    assert r.code != 0 and 'temporarily unavailable' in r.err
    site.server.no_script()
    site.wait(lambda: site.list_status('Announcements')['list_state'] == 'ok', 20, 'the list')
    site.sh('echo late > Announcements/Late.txt')
    site.wait(lambda: Client(site.server.url).find('Announcements', Title='Late'))


def test_the_demo_server_ends_with_any_unmount(world):
    world.spfs('demo', world.mountpoint, timeout=60)
    assert len(list(servers_of(world))) == 1
    assert world.run('fusermount3', '-u', world.mountpoint).code == 0
    wait_until(lambda: not list(servers_of(world)), 20, 'the end of the server')


def servers_of(world):
    for p in Path('/proc').iterdir():
        if p.name.isdigit():
            try:
                if os.readlink(p / 'exe') == str(world.bin / 'spfs-demo') and alive(int(p.name)):
                    yield int(p.name)
            except OSError:
                pass
