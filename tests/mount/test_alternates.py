"""Another address of a site takes over when the first cannot be reached."""
import socket

from test_groups import configure


def closed_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def test_another_address_takes_over(site):
    # localhost and 127.0.0.1 are two addresses of the server; the registered one goes away
    second = 'http://localhost:%d' % site.server.port
    site.spfs('add', '--alternate', 'http://127.0.0.1:%d %s' % (closed_port(), second), site.server.url, 'Tasks')
    registry = site.home / 'config/spfs/lists'
    registry.write_text(registry.read_text().replace(site.server.url, 'http://127.0.0.1:%d/sites/team' % closed_port()))
    site.mount()
    site.wait(lambda: site.list_status('Tasks')['list_state'] == 'ok', 20, 'the first sync')
    site.sh('echo "Done." >> "Tasks/Write report.txt"')
    site.wait(lambda: site.server.methods() == {'Update': 1}, 20, 'the update')
    site.settle()
    assert site.status()['reachable']
    assert 'another address is tried' in site.sh('cat .spfs/log')


def test_an_address_in_the_configuration(site):
    configure(site, '[site "http://127.0.0.1:%d/sites/team"]\nalternate = %s\n' % (closed_port(), site.server.url))
    site.add('Tasks')
    registry = site.home / 'config/spfs/lists'
    dead = (site.home / 'config/spfs/config').read_text().split('"')[1]
    registry.write_text(registry.read_text().replace(site.server.url, dead))
    site.mount()
    site.wait(lambda: site.list_status('Tasks')['list_state'] == 'ok', 20, 'the first sync')
    r = site.spfs('add', '--alternate', 'nonsense', site.server.url, 'Links', code=2)
    assert 'not an address' in r.err
