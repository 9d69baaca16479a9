"""Who is told what: the person by a command of theirs, and crawlers nothing that is new."""
from soap import Client

LOGIN = 4

# what it is called with, a line each, whatever is in it
TOLD = "printf '%s|%s\\\\n' >>$HOME/told"


def notify(site, more=''):
    config = site.home / 'config/spfs/config'
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[defaults]\nnotify = %s\n%s' % (TOLD, more))
    config.chmod(0o600)
    site.own(site.home)


def received(site):
    site.add()
    site.mount()
    site.wait(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.settle()
    site.server.reset()


def told(site):
    path = site.home / 'told'
    return path.read_text().splitlines() if path.exists() else []


def test_a_conflict_is_told_once_and_its_text_is_no_command(site):
    """Of two conflicts in one run the first is told; names of others reach the command as one word, without markup."""
    notify(site)
    site.server.do('update Tasks 1 "Title=$(touch pwned) <b>\'\\";x"')
    received(site)
    other = Client(site.server.url)
    names = [n for n in site.sh('ls Tasks').splitlines() if n.startswith('$(touch') or n == 'Write report.txt']
    assert len(names) == 2
    assert told(site) == []
    site.spfs('offline')
    for name in names:
        site.run('sed', '-i', 's/^Priority: .*/Priority: (3) Low/', name, cwd=site.mountpoint / 'Tasks')
    for row in (other.find('Tasks', Title='Write report'), other.find('Tasks', ID='1')):
        other.change('Tasks', int(row['ID']), Priority='(1) High')
    site.spfs('online')
    site.spfs('sync', code=None)
    site.settle()
    assert len(site.spfs('conflicts').out.splitlines()) == 2
    site.wait(lambda: told(site), 20, 'the notification')
    assert len(told(site)) == 1
    title, text = told(site)[0].split('|', 1)
    assert title == 'SharePoint: conflict' and text.startswith('Tasks/') and '<' not in text
    assert not list(site.home.rglob('pwned')) and 'pwned' not in site.sh('ls -A')


def test_a_login_that_is_needed_is_told_once(world):
    world.start_server('--user', 'ann:right')
    password = world.home / 'password'
    password.write_text('right\n')
    notify(world, '[site "%s"]\nuser = ann\npasscmd = cat $HOME/password\n' % world.server.url)
    received(world)
    assert told(world) == []
    world.server.stop()
    world.server.options = ('--user', 'ann:other')
    world.server.start()
    for _ in range(2):
        world.spfs('sync', code=LOGIN)
    world.wait(lambda: told(world), 20, 'the notification')
    assert len(told(world)) == 1 and told(world)[0].startswith('SharePoint: login needed|')


def test_crawlers_are_answered_from_the_cache(site):
    """By the default list of names; others by their own."""
    notify(site, 'crawlers = "mycrawl, restic"\nfresh = 0s\n')
    received(site)
    for name in ('mycrawl', 'updatedb'):
        site.run('cp', '/usr/bin/ls', site.home / name)
    site.server.reset()
    assert 'Write report.txt' in site.run(site.home / 'mycrawl', site.mountpoint / 'Tasks').out
    site.settle()
    assert site.server.requests() == []
    assert 'Write report.txt' in site.run(site.home / 'updatedb', site.mountpoint / 'Tasks').out
    site.settle()
    assert site.server.pulls() == site.server.pulls('Tasks') == 1
