"""The rest of the cases that real servers were tried with by curl, with spfs in its place. Of those that are not here or in
test_real_servers.py, test_oidc.py and test_proxies.py: spfs has no Digest, and a device code is used once by it."""
import shutil

import pytest

from conftest import PEOPLE
from test_real_servers import ALICE, LOGIN, join, kinit, proofs, site, works, write_config


def test_a_certificate_for_another_name(world, farm):
    url = farm.url('wrongname')
    write_config(world, site(url, 'auth = basic', 'user = alice', 'password = "%s"' % ALICE, 'cafile = %s' % farm.ca))
    r = world.spfs('lists', url, code=None)
    assert r.code not in (0, LOGIN) and 'name' in r.err, r
    assert not farm.log('wrongname')                    # nothing was asked, so no password was sent


def test_a_server_with_a_method_that_spfs_has_not(world, farm):
    url = farm.url('digest')
    write_config(world, site(url, 'user = alice', 'password = "%s"' % ALICE, 'cafile = %s' % farm.ca))
    r = world.spfs('lists', url, code=LOGIN)
    assert 'Digest' in r.err, r
    assert {r['user'] for r in farm.log('digest')} <= {'-', '""', ''}
    assert 'Digest' in world.spfs('doctor', url, code=LOGIN).out


@pytest.mark.parametrize('host', ['h2krb', 'h2ntlm'])
def test_windows_logins_on_a_server_with_http_2(world, windows, host):
    """NTLM logs connections in, which HTTP/2 shares among all: such a server is spoken to in HTTP/1.1."""
    url = windows.url(host)
    join(world, windows)
    login = ('user = SPFS\\\\alice', 'password = "%s"' % ALICE) if host == 'h2ntlm' else ()
    write_config(world, site(url, *login, 'cafile = %s' % windows.ca))
    if host == 'h2krb':
        kinit(world)
    before = len(windows.log(host))
    works(world, url)
    good = [r for r in windows.log(host)[before:] if r['status'] in ('200', '207')]
    assert good and all('alice' in r['user'] for r in good)
    if host == 'h2ntlm':
        assert {r['proto'] for r in good} == {'HTTP/1.1'}


def test_a_user_whom_ntlm_does_not_know(world, windows):
    url = windows.url('ntlm')
    write_config(world, site(url, 'auth = ntlm', 'user = SPFS\\\\mallory', 'password = "%s"' % ALICE, 'cafile = %s' % windows.ca))
    before = len(windows.log('ntlm'))
    assert 'refused' in world.spfs('lists', url, code=LOGIN).err
    assert proofs(windows.log('ntlm')[before:]) <= 4


@pytest.mark.parametrize('host', ['ntlm', 'krb'])
def test_a_connection_that_is_logged_in_is_used_again(world, windows, host):
    url = windows.url(host)
    join(world, windows)
    kinit(world)
    login = ('auth = ntlm', 'user = SPFS\\\\alice', 'password = "%s"' % ALICE) if host == 'ntlm' else ('auth = negotiate',)
    write_config(world, site(url, *login, 'cafile = %s' % windows.ca))
    world.add('Tasks', url=url)
    world.mount()
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    world.settle()
    before = len(windows.log(host))
    for _ in range(5):
        world.spfs('sync')
    seen = windows.log(host)[before:]
    assert len(seen) >= 5
    # at most one login more: the server may have ended the connection
    assert sum(r['status'] == '401' for r in seen) <= 2 and len({r['from'] for r in seen}) <= 2, seen


def test_a_ticket_that_has_run_out(world, domain):
    url = domain.url('krb')
    join(world, domain)
    write_config(world, site(url, 'auth = negotiate', 'cafile = %s' % domain.ca))
    kinit(world, 'alice', '-l', '3s')
    # servers grant a moment more
    world.wait(lambda: world.spfs('lists', url, code=None).code == LOGIN, 30, 'the end of the ticket')
    assert 'kinit' in world.spfs('lists', url, code=LOGIN).err
    kinit(world)
    assert 'Tasks' in world.spfs('lists', url).out


def test_a_wrong_password_for_a_ticket(world, domain):
    join(world, domain)
    write_config(world, site(domain.url('krb'), 'auth = negotiate', 'cafile = %s' % domain.ca))
    assert world.run('kinit', 'alice', stdin='wrong\n').code != 0
    assert 'kinit' in world.spfs('lists', domain.url('krb'), code=LOGIN).err


def test_a_clock_that_is_wrong_is_said(world, domain):
    if not shutil.which('faketime'):
        pytest.skip('no faketime here: apt-get install faketime')
    url = domain.url('krb')
    join(world, domain)
    kinit(world)
    write_config(world, site(url, 'auth = negotiate', 'cafile = %s' % domain.ca))
    r = world.run('faketime', '-f', '+20m', world.bin / 'spfs', 'doctor', url)
    assert r.code == LOGIN and 'ahead of' in r.out, r


def test_basic_before_another_make_of_server(world, nginx):
    url = nginx.url('nginx')
    write_config(world, site(url, 'user = bob', 'password = "%s"' % PEOPLE['bob'], 'cafile = %s' % nginx.ca))
    works(world, url)
    write_config(world, site(url, 'auth = basic', 'user = bob', 'password = wrong', 'cafile = %s' % nginx.ca))
    assert 'refused' in world.spfs('lists', url, code=LOGIN).err
