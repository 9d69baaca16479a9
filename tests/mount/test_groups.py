"""Send/Receive groups: lists that are synchronised by themselves or together, and sites as Outlook 2003 saw them."""
import os
import signal


def configure(world, text):
    d = world.home / 'config/spfs'
    d.mkdir(parents=True, exist_ok=True)
    with open(d / 'config', 'a', encoding='utf-8') as f:
        f.write(text)
    world.own(d)


def mounted(site):
    site.server.script('count=0 op=GetListItemChangesSinceToken recommended-sync=0')
    site.add()
    site.mount()
    site.wait(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.settle()
    site.server.reset()


def test_a_group_is_received_by_itself_and_nothing_else_is(site):  # S9
    configure(site, '[group "team"]\nlists = Tasks, Links\ninterval = 1s\n')
    mounted(site)
    site.server.do('add Tasks Title="Water the plants"')
    site.wait(lambda: site.server.pulls('Tasks') >= 2 and site.server.pulls('Links') >= 2, 20, 'two cycles')
    asked = {r['list'] for r in site.server.requests() if r.get('op')}
    assert asked == {'Tasks', 'Links'}
    assert 'Water the plants' in site.sh('cat "Tasks/Water the plants.txt"')
    assert site.list_status('Tasks')['interval_seconds'] == 1
    # while a cycle runs there is no next one
    site.wait(lambda: site.list_status('Tasks')['next_sync'], what='the next cycle')
    assert site.list_status('Announcements')['interval_seconds'] == 0
    assert 'interval: 1 s' in site.sh('cat Tasks/.spfs/status')


def test_a_group_is_synchronised_by_its_name(site):
    configure(site, '[group "team"]\nlists = Tasks, Links\nlists = Announcements\n[group "Issues"]\nlists = Tasks\n')
    mounted(site)
    out = site.spfs('sync', 'team').out
    assert sorted(line.split(':')[0] for line in out.splitlines() if ':' in line) == ['Announcements', 'Links', 'Tasks']
    assert '3 lists, ' in out
    site.server.reset()
    site.sh('echo team > .spfs/sync')
    site.wait(lambda: site.server.counts()['total'] == 3, 20, 'the group')
    site.settle()
    # a list wins over a group of its name, and what is neither is named
    site.server.reset()
    site.spfs('sync', 'Issues')
    assert {r['list'] for r in site.server.requests()} == {'Issues'}
    r = site.spfs('sync', 'taem', code=None)
    assert r.code != 0 and 'did you mean team' in r.err
    assert site.run('bash', '-c', "echo '\"team\"' > .spfs/sync", cwd=site.mountpoint).code != 0


def test_a_site_in_mode_2003_is_read_only_and_cycles(site):
    configure(site, '[site "%s"]\nmode = 2003\ninterval = 1s\n' % site.server.url)
    mounted(site)
    assert site.sh('stat -c %a Tasks').strip() == '555'
    r = site.run('bash', '-c', 'echo x >> "Tasks/Write report.txt"', cwd=site.mountpoint)
    assert r.code != 0 and ('Read-only' in r.err or 'denied' in r.err)
    assert site.run('rm', '-f', 'Tasks/Write report.txt', cwd=site.mountpoint).code != 0
    names = set(site.sh('ls').splitlines())
    site.wait(lambda: {r['list'] for r in site.server.requests() if r.get('list')} >= names, 20, 'a cycle of all lists')
    assert 'mode = 2003' in site.list_status('Tasks')['read_only']
    # and back, without a remount
    (site.home / 'config/spfs/config').write_text('')
    site.spfs('sync', 'Tasks')
    os.kill(site.pid(), signal.SIGHUP)
    site.wait(lambda: site.list_status('Tasks')['read_only'] is None, 20, 'the end of the mode')
    site.sh('echo x >> "Tasks/Write report.txt"')
    site.wait(lambda: site.server.methods() == {'Update': 1}, 20, 'the update')
