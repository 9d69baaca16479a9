"""A server of 2003, which cannot say what has changed since a token: its lists can be read."""


def mounted(world, *names):
    world.start_server('--server-version', '11')
    world.add(*names)
    world.mount()
    world.wait(lambda: all(s['list_state'] == 'ok' for s in world.status()['lists']), 20, 'the first sync')
    world.settle()


def ops(world):
    return {r['op'] for r in world.server.requests() if r.get('op')}


def test_an_old_servers_lists_are_read(world):  # MS-OUTSPS_R1067
    mounted(world)
    assert 'Priority:' in world.sh('cat "Tasks/Fix the projector.txt"')
    assert world.sh('ls "Shared Documents"')
    assert ops(world) >= {'GetList', 'GetListItemChanges'}
    # what others do arrives, removals too
    files = len(world.sh('ls Tasks').splitlines())
    world.server.do('add Tasks Title="Water the plants"', 'delete Tasks 1')
    world.sh('echo Tasks > .spfs/sync')
    world.wait(lambda: 'Water the plants.txt' in world.sh('ls Tasks'), 20, 'the new task')
    assert len(world.sh('ls Tasks').splitlines()) == files
    world.umount()
    world.server.do('add Tasks Title="Feed the cat"')
    world.mount()
    world.wait(lambda: 'Feed the cat.txt' in world.sh('ls Tasks'), 20, 'the second new task')


def test_an_old_servers_lists_are_read_only(world):
    mounted(world, 'Tasks')
    assert world.sh('stat -c %a Tasks').strip() == '555'
    assert world.run('bash', '-c', 'echo x >> "Tasks/Write report.txt"', cwd=world.mountpoint).code != 0
    assert world.run('touch', 'Tasks/New.txt', cwd=world.mountpoint).code != 0
    assert '2007' in world.list_status('Tasks')['read_only']
    assert world.server.methods() == {}
