"""`spfs config`: the person's file is changed as the person would have changed it, or not at all."""
import json
from pathlib import Path

USAGE = 2

MINE = '''# Ann's own

[defaults]
    wait=2s\t; patience
    ; announce = no
[profile "work"]
\tFresh = 10s
[site "https://h.example/sites/team/"]
    user  =  EX\\\\ann # me
    alternate = https://a.example
    alternate = https://b.example
; the end'''


def write(world, text, mode=0o600):
    path = world.home / 'config/spfs/config'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    world.own(world.home)
    return path


def test_values_are_set_in_their_line_and_nothing_else_changes(world):
    path = write(world, MINE, 0o644)
    for key, value, old, new in (
            ('wait', '5s', 'wait=2s\t;', 'wait=5s\t;'),
            ('announce', 'no', '; announce = no\n', '; announce = no\n'),
            ('profile.work.fresh', '1m', 'Fresh = 10s', 'Fresh = 1m'),
            ('site.https://h.example/sites/team.user', 'EX\\bob; or #2', 'EX\\\\ann # me', '"EX\\\\bob; or #2" # me'),
            ('site.https://h.example/sites/team.auth', 'ntlm', 'https://b.example\n', 'https://b.example\n    auth = ntlm\n'),
            ('group.hourly.lists', 'Team Calendar', '; the end', '; the end\n[group "hourly"]\n\tlists = Team Calendar\n')):
        before = path.read_text()
        world.spfs('config', 'set', key, value)
        expected = before.replace(old, new)
        if key == 'announce':
            expected = before.replace('wait=5s\t; patience\n', 'wait=5s\t; patience\n    announce = no\n')
        assert path.read_text() == expected
        assert world.spfs('config', 'get', key).out == value + '\n'
        assert path.stat().st_mode & 0o777 == 0o600
    world.spfs('config', 'set', '--add', 'group.hourly.lists', 'Tasks')
    assert world.spfs('config', 'get', 'group.hourly.lists').out == 'Team Calendar\nTasks\n'
    world.spfs('config', 'unset', 'group.hourly.lists')
    world.spfs('config', 'get', 'group.hourly.lists', code=1)
    assert not list(path.parent.glob('*.new'))
    # the defaults are the values of a key that is not set, and of a profile's what [defaults] says
    assert world.spfs('config', 'get', 'loglevel').out == 'notice\n'
    assert world.spfs('config', 'get', '-p', 'work', 'wait').out == '5s\n'
    assert world.spfs('config', 'get', '-p', 'work', 'fresh').out == '1m\n'
    assert world.spfs('config', 'get', 'fresh').out == '3s\n'
    world.spfs('config', 'set', '-p', 'work', 'wait', '9s')
    assert world.spfs('config', 'get', 'profile.work.wait').out == '9s\n'


def test_what_cannot_be_is_refused_before_anything_is_written(world):
    path = write(world, MINE)
    for words, said in (
            (('set', 'wiat', '5s'), 'did you mean wait?'),
            (('set', 'defaults.wait', '1h'), 'from 0 to 20 seconds'),
            (('set', 'site.h.user', 'x'), 'named by its address'),
            (('set', 'user', 'x'), 'site.https://server/sites/team.user'),
            (('set', 'lists', 'x'), 'group.NAME.lists'),
            (('set', 'zone.x.user', 'x'), 'unknown section zone'),
            (('set', 'site.https://h.example/sites/team.alternate', 'https://c.example'), '--add'),
            (('set', 'site.https://h.example/sites/team.password', 'secret'), 'passcmd'),
            (('set', '--add', 'wait', '1s'), '--add'),
            (('get', 'wiat'), 'did you mean wait?'),
            (('gte', 'wait'), 'did you mean get?')):
        assert said in world.spfs('config', *words, code=USAGE).err, words
    world.spfs('config', 'unset', 'group.x.lists', code=1)
    assert path.read_text() == MINE
    path = write(world, MINE + '\n[broken\n')
    assert '%s:13:' % path in world.spfs('config', 'set', 'wait', '5s', code=USAGE).err
    assert path.read_text() == MINE + '\n[broken\n'


def test_every_mistake_has_file_and_line(world):
    path = write(world, '[defaults]\nwiat = 1s\nwait = soon\n[site "https://h"]\npassword = x\n', 0o644)
    err = world.spfs('config', 'check', code=USAGE).err
    assert [line.split(': ')[1] for line in err.splitlines()] == ['%s:%d' % (path, n) for n in (2, 3, 5)]
    path.chmod(0o600)
    assert len(world.spfs('config', 'check', code=USAGE).err.splitlines()) == 2
    other = world.home / 'other'
    other.write_text('[defaults]\nwait = 1s\n')
    assert world.spfs('config', 'check', other).err == ''
    path.write_text('[defaults]\n')
    world.spfs('config', 'check')
    lists = path.with_name('lists')
    lists.write_text('[list "A"]\n\tsite = nowhere\n')
    assert '%s:1:' % lists in world.spfs('config', 'check', code=USAGE).err


def test_what_is_set_is_listed_and_secrets_are_not(world):
    path = write(world, '[defaults]\nwait = 1s\n[site "https://h"]\npassword = "s e c"\n')
    r = world.spfs('config', 'list')
    assert r.out == 'defaults.wait=1s\nsite.https://h.password=(hidden)\n'
    v = json.loads(world.spfs('config', 'list', '--json').out)
    assert v['version'] == 1 and v['values'][0] == {
        'file': str(path), 'line': 2, 'section': 'defaults', 'name': None, 'key': 'wait', 'value': '1s'}
    assert v['values'][1]['value'] is None
    assert world.spfs('config', 'get', 'site.https://h.password').out == 's e c\n'
    assert world.spfs('config', 'path').out == '%s\n' % path
    assert world.spfs('config', 'path', '--lists').out == '%s\n' % path.with_name('lists')
    assert world.spfs('config', 'path', '--system').out == '/etc/spfs/config\n'


def test_edit_takes_only_what_has_no_mistakes(world):
    path = write(world, MINE)

    def edit(editor, code=0):
        return world.spfs('config', 'edit', env={'EDITOR': editor}, code=code)

    edit('true')
    assert path.read_text() == MINE
    edit('sed -i s/2s/4s/')
    assert path.read_text() == MINE.replace('2s', '4s')
    r = edit('sed -i s/4s/never/', code=USAGE)
    assert '%s:4:' % path in r.err
    copy = next(path.parent.glob('config.edit-*'))
    assert str(copy) in r.err and 'never' in copy.read_text() and copy.stat().st_mode & 0o777 == 0o600
    copy.unlink()
    edit('sh -c \'sed -i s/4s/never/ "$0"; exit 1\'', code=1)
    assert path.read_text() == MINE.replace('2s', '4s')
    # somebody else was faster: neither's text is lost
    r = edit('sh -c \'spfs config set wait 6s; sed -i s/4s/5s/ "$0"\'', code=1)
    assert 'meanwhile' in r.err and 'wait=6s' in path.read_text()
    assert any('wait=5s' in p.read_text() for p in path.parent.glob('config.edit-*'))
    assert 'VISUAL' in world.spfs('config', 'edit', code=USAGE).err


def test_a_link_to_the_configuration_stays_one(world):
    path = write(world, '')
    dotfiles = world.home / 'dotfiles'
    dotfiles.mkdir()
    path.rename(dotfiles / 'spfs')
    path.symlink_to(dotfiles / 'spfs')
    world.own(dotfiles)
    world.spfs('config', 'set', 'wait', '4s')
    assert path.is_symlink() and (dotfiles / 'spfs').read_text() == '[defaults]\n\twait = 4s\n'


def test_a_running_mount_reads_accounts_and_groups_again(mnt):
    """The group is there at once; the settings of the mount stay, which is said."""
    assert 'keeps' not in mnt.spfs('config', 'set', 'group.mine.lists', 'Tasks').err
    mnt.server.reset()
    mnt.spfs('sync', 'mine')
    assert mnt.server.pulls() == mnt.server.pulls('Tasks') == 1
    assert 'keeps the settings' in mnt.spfs('config', 'set', 'wait', '5s').err


def test_bash_completes_commands_options_and_keys(world):
    write(world, MINE)
    completion = Path('completion/spfs.bash').resolve()

    def complete(*words):
        return world.run('bash', '-c', 'eval "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spfs spfs; '
                         'printf "%s\\n" "${COMPREPLY[@]}"', completion.read_text(), 'spfs', *words).out.split('\n')[:-1]

    assert set(complete('con')) == {'config', 'conflicts'}
    assert complete('config', 'l') == ['list']
    assert 'profile.work.fresh' in complete('config', 'get', '') and 'loglevel' in complete('config', 'set', 'lo')
    assert '--json' in complete('config', '--')
    assert complete('conflicts', 'k') == ['keep-mine', 'keep-theirs']
    lists = world.home / 'config/spfs/lists'
    lists.write_text('[list "Team Tasks"]\nsite = https://h\nid = {8D2F0A31-0000-4000-8000-000000000001}\n')
    assert complete('sync', 'T') == ['Team\\ Tasks']


def test_two_at_once_lose_nothing(world):
    write(world, '')
    processes = [world.popen('spfs', 'config', 'set', 'group.g%d.lists' % i, 'L%d' % i) for i in range(8)]
    assert [p.wait(60) for p in processes] == [0] * 8
    for i in range(8):
        assert world.spfs('config', 'get', 'group.g%d.lists' % i).out == 'L%d\n' % i
