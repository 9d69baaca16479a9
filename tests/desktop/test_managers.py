"""What file managers cost, and that their windows follow the server: Thunar, PCManFM, Nautilus."""
import shutil
from pathlib import Path

import pytest
from mount_conftest import wait_until

TOP = Path(__file__).resolve().parents[2]
MANAGERS = ['thunar', 'pcmanfm', 'nautilus']

# The most that a window of a list may ask of the file system: desktop-ops.md 4.1, which has 20 files; GETATTR and LOOKUP
# are for each file. What a manager asks of subdirectories (Nautilus counts what is in them) comes on top.
LIMITS = {
    'thunar': {'OPENDIR': 3, 'READDIR': 9, 'GETATTR': 86 / 20, 'LOOKUP': 90 / 20, 'STATFS': 1, 'OPEN': 0, 'READ': 0},
    'pcmanfm': {'OPENDIR': 2, 'READDIR': 5, 'GETATTR': 8 / 20, 'LOOKUP': 4 / 12, 'STATFS': 6, 'OPEN': 0, 'READ': 0},
    'nautilus': {'OPENDIR': 2, 'READDIR': 6, 'GETATTR': 31 / 20, 'LOOKUP': 21 / 20, 'STATFS': 1, 'OPEN': 0, 'READ': 0},
}


@pytest.fixture(params=MANAGERS)
def manager(request):
    if not shutil.which(request.param):
        pytest.skip('%s is not installed' % request.param)
    return request.param


def entries(desk, where):
    """What is in a directory, asked before the window is opened: (names, how many of them are directories)."""
    names = desk.world.run('ls', '-Ap', where, cwd=desk.world.mountpoint).out.splitlines()
    return sorted(n.rstrip('/') for n in names), sum(n.endswith('/') for n in names)


@pytest.mark.deadline(200)
def test_a_window_costs_one_request_and_follows_the_server(desk, manager):
    server = desk.server
    server.do(*('add Tasks "Title=Extra %d"' % i for i in range(5)))
    desk.mount()
    names, directories = entries(desk, 'Tasks')
    desk.grow_old()

    # opened: one request, and no more of the file system than the table has
    desk.open(manager, 'Tasks')
    assert desk.asked() == [('pull', 'Tasks')]
    seen = desk.fuse()
    for what, limit in LIMITS[manager].items():
        if what in ('GETATTR', 'LOOKUP'):
            limit = round(limit * len(names)) + 2
        elif manager == 'nautilus':
            limit += {'OPENDIR': 1, 'READDIR': 3}.get(what, 0) * directories
        assert seen[what] <= limit, (what, seen)
    wait_until(lambda: desk.shown() == names, 20, 'a window that shows all')
    desk.picture('%s-list' % manager)

    # F5, when what is there is old: one request
    desk.grow_old()
    desk.key('F5')
    wait_until(server.requests, 20, 'a request')
    desk.settle()
    assert desk.asked() == [('pull', 'Tasks')]

    # others add, delete, and rename: inotify tells it, and the open window shows it
    told = desk.watch(desk.world.mountpoint / 'Tasks')
    server.do('add Tasks "Title=Brand new"', 'delete Tasks 1', 'update Tasks 3 "Title=Other name"')
    desk.world.spfs('sync', 'Tasks')
    wait_until(lambda: 'CREATE Brand new.txt\n' in told.read_text(), 20, 'the event of a new item')
    desk.world.settle()
    after = entries(desk, 'Tasks')[0]
    gone = set(names) - set(after)
    assert len(gone) == 2 and {'Brand new.txt', 'Other name.txt'} <= set(after)

    def all_told():
        lines = set(told.read_text().splitlines())
        return all('DELETE ' + n in lines or 'MOVED_FROM ' + n in lines for n in gone) and 'MOVED_TO Other name.txt' in lines
    wait_until(all_told, 20, 'the other events')
    wait_until(lambda: desk.shown() == after, 20, 'a window that shows them')
    desk.picture('%s-followed' % manager)


@pytest.mark.deadline(120)
@pytest.mark.parametrize('library', ['Shared Documents', 'Assets'])
def test_a_librarys_window_fetches_no_document(desk, manager, library):
    desk.mount()
    desk.open(manager, library)
    assert desk.asked() == [('pull', library)]
    desk.picture('%s-%s' % (manager, library.replace(' ', '-')))


@pytest.mark.deadline(120)
def test_the_root_costs_nothing_or_a_look_at_each_list(desk, manager):
    """Nautilus counts what is in each list, so it opens all of them."""
    desk.mount()
    desk.open(manager)
    seen = desk.fuse()
    lists = entries(desk, '.')[0]
    assert sorted(set(desk.asked())) == desk.asked(), 'a list was asked for twice'
    assert set(desk.asked()) <= {('pull', name) for name in lists}
    if manager != 'nautilus':
        assert desk.asked() == []
        assert seen['OPENDIR'] <= {'thunar': 3, 'pcmanfm': 1}[manager]
    else:
        assert seen['OPENDIR'] <= 1 + len(lists)
    desk.picture('%s-root' % manager)


@pytest.mark.deadline(120)
def test_delete_asks_once_and_deletes(desk, manager):
    """No trash can be made in the root, so that Delete means what it says."""
    desk.mount()
    desk.open(manager, 'Tasks')
    windows = set(desk.xdotool('search', '--onlyvisible', '--name', '.'))
    desk.server.reset()
    desk.key('End')
    wait_until(lambda: desk.key('ctrl+c') or len(desk.clipboard()) == 1, 20, 'one selected file')
    victim = desk.clipboard()[0]
    desk.key('Delete')
    # PCManFM first asks about the trash can in any case, and then learns that there is none
    for n in range({'pcmanfm': 2}.get(manager, 1)):
        if manager != 'nautilus':   # whose question is not a window of its own
            question = wait_until(lambda: set(desk.xdotool('search', '--onlyvisible', '--name', '.')) - windows, 20, 'a question')
            assert len(question) == 1
            windows |= question
        desk.settle()
        desk.picture('%s-delete-%d' % (manager, n + 1))
        assert desk.server.methods() == {}
        desk.xdotool('key', 'Return')
    wait_until(lambda: desk.server.methods() == {'Delete': 1}, 20, 'the deletion')
    wait_until(lambda: victim not in entries(desk, 'Tasks')[0], 20, 'the end of the file')
    desk.settle()
    assert len(desk.xdotool('search', '--onlyvisible', '--name', '.')) == 1


def test_emblems_mark_what_waits(desk):
    """A change that waits has one, and loses it when it was sent; the script keeps nobody from unmounting."""
    if not shutil.which('gio'):
        pytest.skip('gio is not installed (libglib2.0-bin)')
    script = desk.world.base / 'spfs-emblems'
    shutil.copy(TOP / 'desktop/spfs-emblems', script)
    desk.mount()
    program = desk.run_program('sh', script, desk.world.mountpoint)
    task = desk.world.mountpoint / 'Tasks/Write report.txt'

    def emblem():
        return desk.world.run('gio', 'info', '-a', 'metadata::emblems', task, env=desk.env).out

    desk.world.spfs('offline')
    desk.world.sh("sed -i 's/^Status: .*/Status: Deferred/' 'Tasks/Write report.txt'")
    wait_until(lambda: 'emblem-synchronizing' in emblem(), 40, 'the emblem')
    desk.world.spfs('online')
    desk.world.settle()
    wait_until(lambda: 'emblem' not in emblem().replace('metadata::emblems', ''), 40, 'the end of the emblem')
    desk.world.umount()
    assert program.wait(40) is not None


def test_send_receive_in_the_menu_tells_what_came_of_it(desk):
    script = desk.world.base / 'spfs-send-receive'
    shutil.copy(TOP / 'desktop/spfs-send-receive', script)
    teller = desk.world.bin / 'notify-send'
    teller.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$HOME/told"\n')
    teller.chmod(0o755)
    desk.mount()
    assert desk.world.run('sh', script, env=desk.env).code == 0
    told = (desk.home / 'told').read_text().splitlines()
    assert 'SharePoint is in step' in told and ' lists, ' in told[-1]
    assert all(n == 1 for n in map(desk.server.pulls, ('Tasks', 'Links')))
    desk.server.script('op=GetListItemChangesSinceToken list=Tasks status=500')
    assert desk.world.run('sh', script, env=desk.env).code == 3
    assert 'not everything' in (desk.home / 'told').read_text()
