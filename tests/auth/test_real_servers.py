"""spfs against real servers: what they take, what they refuse, and what a person reads then."""
import os
import re
import shutil
import signal

import pytest

from conftest import PEOPLE

LOGIN, FAILED = 4, 1
ALICE = PEOPLE['alice']


def write_config(world, text):
    d = world.home / 'config/spfs'
    d.mkdir(parents=True, exist_ok=True)
    (d / 'config').write_text(text)
    (d / 'config').chmod(0o600)
    world.own(d)


def site(url, *lines):
    return '[site "%s"]\n' % url + ''.join('    %s\n' % line for line in lines if line)


def have(world, farm, *names):
    """Copies of the farm's files that are the user's."""
    for n in names:
        shutil.copy(farm.base / n, world.home / n)
        (world.home / n).chmod(0o600)
        world.own(world.home / n)
    return [world.home / n for n in names]


def works(world, url):
    """A list is received, an item changed, a document of 3 MB sent and read again."""
    world.add('Tasks', 'Shared Documents', url=url)
    world.mount()
    for name in ('Tasks', 'Shared Documents'):
        world.wait(lambda: world.list_status(name)['items'] > 0, what=name)
    world.sh('echo "Seen by %s" >> "Tasks/Fix the projector.txt"; head -c 3000000 /dev/urandom > ../big.bin; '
             'cp ../big.bin "Shared Documents/big-%d.bin"' % (world.user, os.getpid()))
    world.settle()
    world.spfs('sync')
    assert not [x for x in world.status()['lists'] if x['to_send'] or x.get('refused')]
    world.umount()
    shutil.rmtree(world.home / 'cache', ignore_errors=True)
    world.mount()
    world.sh('cmp ../big.bin "Shared Documents/big-%d.bin"; rm "Shared Documents/big-%d.bin"' % (os.getpid(), os.getpid()))
    world.settle()


# ---- Basic, TLS ------------------------------------------------------------------------------------------

def test_basic_over_tls_with_a_private_authority(world, farm):
    url = farm.url('basic')
    login = ('user = alice', 'password = "%s"' % ALICE)
    write_config(world, site(url, *login))
    r = world.spfs('lists', url, code=None)
    assert r.code not in (0, LOGIN) and 'cafile' in r.err, r
    write_config(world, site(url.replace('localhost', '127.0.0.1'), *login, 'cafile = %s' % farm.ca))
    assert 'Tasks' in world.spfs('lists', url.replace('localhost', '127.0.0.1')).out
    write_config(world, site(url, *login, 'cafile = %s' % farm.ca))
    before = len(farm.log('basic'))
    works(world, url)
    seen = farm.log('basic')[before:]
    assert {r['user'] for r in seen if r['status'] not in ('401',)} == {'alice'}
    # auto: one question what the server offers for each process, no request twice
    assert sum(r['status'] == '401' for r in seen) <= 3


@pytest.mark.parametrize('host', ['h2', 'tls13'])
def test_other_protocols_of_the_same(world, farm, host):
    url = farm.url(host)
    write_config(world, site(url, 'auth = basic', 'user = alice', 'password = "%s"' % ALICE, 'cafile = %s' % farm.ca))
    assert 'Tasks' in world.spfs('lists', url).out
    assert farm.log(host)[-1]['tls'] == 'TLSv1.3'


def test_a_wrong_password_reaches_the_server_twice(world, farm):
    url = farm.url('basic')
    config = site(url, 'auth = basic', 'user = bob', 'password = "%s"', 'cafile = %s' % farm.ca)
    write_config(world, config % PEOPLE['bob'])
    world.add('Tasks', 'Links', 'Contacts', url=url)
    write_config(world, config % 'wrong')
    before = len(farm.log('basic'))
    world.mount()
    world.wait(lambda: 'login' in world.spfs('status').out, what='the need of a login')
    for _ in range(3):
        world.spfs('sync', code=LOGIN)
        world.sh('ls Tasks Links Contacts')
    assert len(farm.log('basic')[before:]) <= 2


def test_a_client_certificate(world, farm):
    url = farm.url('cert')
    cert, key, p12 = have(world, farm, 'alice.pem', 'alice.key', 'alice.p12')
    ca = 'cafile = %s' % farm.ca
    write_config(world, site(url, ca))
    r = world.spfs('lists', url, code=None)
    assert r.code not in (0, LOGIN) and 'clientcert' in r.err, r
    key.chmod(0o644)
    write_config(world, site(url, ca, 'clientcert = %s' % cert, 'clientkey = %s' % key))
    assert 'chmod 600' in world.spfs('lists', url, code=None).err
    key.chmod(0o600)
    works(world, url)
    assert farm.log('cert')[-1]['user'] == 'alice'
    write_config(world, site(url, ca, 'clientcert = %s' % p12))
    assert 'Tasks' in world.spfs('lists', url).out


def test_an_old_farm_needs_a_word_and_is_warned_about(world, farm):
    url = farm.url('tls10')
    login = ('auth = basic', 'user = alice', 'password = "%s"' % ALICE, 'cafile = %s' % farm.ca)
    write_config(world, site(url, *login))
    r = world.spfs('lists', url, code=None)
    assert r.code not in (0, LOGIN) and 'old_tls' in r.err, r
    write_config(world, site(url, *login, 'old_tls = yes'))
    world.add('Tasks', url=url)
    assert farm.log('tls10')[-1]['tls'].startswith('TLSv1')
    assert 'old_tls' in world.mount().err
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    # only for this host
    other = farm.url('basic')
    assert 'old_tls' not in world.spfs('lists', other, code=None).out


# ---- Kerberos, NTLM ----------------------------------------------------------------------------------------

def join(world, domain, realm_file='krb5.conf'):
    world.env.update(KRB5_CONFIG=str(domain.base / realm_file), KRB5CCNAME='FILE:%s/cc' % world.home)


def kinit(world, name='alice', *options):
    r = world.run('kinit', *options, name, stdin=PEOPLE[name] + '\n')
    assert r.code == 0, r


def test_kerberos_needs_a_ticket_and_nothing_else(world, domain):
    url = domain.url('krb')
    join(world, domain)
    write_config(world, site(url, 'cafile = %s' % domain.ca))
    before = len(domain.log('krb'))
    r = world.spfs('lists', url, code=LOGIN)
    assert 'kinit' in r.err, r
    assert len(domain.log('krb')) - before <= 3
    kinit(world)
    works(world, url)
    assert {r['user'] for r in domain.log('krb')[before:] if r['status'] in ('200', '207')} == {'alice@SPFS.TEST'}


def test_a_ticket_that_is_gone_while_mounted(world, domain):
    url = domain.url('krb')
    join(world, domain)
    kinit(world)
    write_config(world, site(url, 'auth = negotiate', 'cafile = %s' % domain.ca))
    world.add('Tasks', url=url)
    world.mount()
    world.wait(lambda: world.list_status('Tasks')['items'] > 0, what='the items')
    world.settle()
    assert world.run('kdestroy').code == 0
    os.kill(world.pid(), signal.SIGHUP)                # drops the connections that are logged in
    world.wait(lambda: 'kinit' in world.spfs('status').out, what='words about the ticket')
    assert 'Fix the projector' in world.sh('ls Tasks')  # what is cached stays
    world.sh('echo later >> "Tasks/Fix the projector.txt"')
    kinit(world)
    world.wait(lambda: world.spfs('sync', code=None).code == 0, 30, 'a sync with the new ticket')
    world.settle()


def test_what_kerberos_says_is_passed_on(world, domain):
    join(world, domain)
    kinit(world)
    # a name that no key was made for
    other = domain.url('krb').replace('localhost', '127.0.0.1')
    write_config(world, site(domain.url('krb'), 'cafile = %s' % domain.ca) + site(other, 'cafile = %s' % domain.ca))
    assert 'not found in Kerberos database' in world.spfs('lists', other, code=LOGIN).err


def test_ntlm(world, windows):
    url = windows.url('ntlm')
    write_config(world, site(url, 'user = SPFS\\\\alice', 'password = "%s"' % ALICE, 'cafile = %s' % windows.ca))
    before = len(windows.log('ntlm'))
    works(world, url)
    assert {r['user'].split('\\')[-1] for r in windows.log('ntlm')[before:] if r['status'] in ('200', '207')} == {'alice'}
    assert {r['proto'] for r in windows.log('ntlm')[before:]} == {'HTTP/1.1'}


def proofs(log):
    """How often a password was tried: the answers to the third message of NTLM."""
    return sum(r['status'] == '401' for r in log)


def test_a_wrong_password_by_ntlm(world, windows):
    url = windows.url('ntlm')
    config = site(url, 'auth = ntlm', 'user = SPFS\\\\bob', 'password = "%s"', 'cafile = %s' % windows.ca)
    write_config(world, config % PEOPLE['bob'])
    world.add('Tasks', 'Links', 'Contacts', url=url)
    write_config(world, config % 'wrong')
    before = len(windows.log('ntlm'))
    world.mount()
    world.wait(lambda: 'login' in world.spfs('status').out, what='the need of a login')
    for _ in range(3):
        world.spfs('sync', code=LOGIN)
        world.sh('ls Tasks Links Contacts')
    # two logins, each of two messages
    assert proofs(windows.log('ntlm')[before:]) <= 4


def test_two_accounts_on_one_host_never_share_a_connection(world, windows):
    ca = 'cafile = %s' % windows.ca
    urls = {'alice': windows.url('ntlm'), 'bob': windows.url('ntlm', '/sites/other')}
    write_config(world, ''.join(site(u, 'auth = ntlm', 'user = SPFS\\\\' + n, 'password = "%s"' % PEOPLE[n], ca)
                                for n, u in urls.items()))
    before = len(windows.log('ntlm'))
    world.add(url=urls['alice'])
    world.add(url=urls['bob'])
    world.mount()
    world.wait(lambda: all(s['list_state'] == 'ok' for s in world.status()['lists']), 60, 'all lists of both')
    for _ in range(3):
        world.spfs('sync')
    world.sh('cat "Shared Documents"*/* > /dev/null; true', code=None)
    people = {}
    for r in windows.log('ntlm')[before:]:
        if r['user'] not in ('-', ''):
            people.setdefault(r['from'], set()).add(r['user'])
            site_of = 'alice' if r['path'].startswith('/sites/team') else 'bob'
            assert r['user'].endswith(site_of), r
    assert len(people) >= 2
    assert all(len(p) == 1 for p in people.values()), people


def test_negotiate_and_ntlm_offered_together(world, windows):
    url = windows.url('both')
    join(world, windows)
    write_config(world, site(url, 'user = SPFS\\\\alice', 'password = "%s"' % ALICE, 'cafile = %s' % windows.ca))
    assert 'Tasks' in world.spfs('lists', url).out
    assert re.search('NTLM|ntlm|1.3.6.1.4.1.311', windows.log('both')[-1]['mech']), windows.log('both')[-1]
    kinit(world, 'bob')
    assert 'Tasks' in world.spfs('lists', url).out
    assert windows.log('both')[-1]['user'] == 'bob@SPFS.TEST'
