"""Proxies as libcurl has them, from the environment: http, https through CONNECT, a login at the proxy, and who is asked directly."""
import pytest

from conftest import PEOPLE
from proxyserver import Proxy
from test_oauth import person  # noqa: F401
from test_real_servers import site, works, write_config

LOGIN, UNREACHABLE = 4, 5
USER, SECRET = 'ann', 'S3cret-w0rd;#1'


@pytest.fixture
def proxy():
    p = Proxy('tom:pr0xy:pw')
    yield p
    p.close()


def plain(world, proxy):
    """A site that only the proxy can reach."""
    server = world.start_server('--user', '%s:%s' % (USER, SECRET))
    proxy.hosts['farm.example'] = server.port
    write_config(world, site('http://farm.example', 'auth = basic', 'user = ' + USER, 'password = "%s"' % SECRET, 'allow_http = yes'))
    return server, 'http://farm.example/sites/team'


def secure(world, proxy, farm):
    """The same with TLS."""
    proxy.hosts['elsewhere.example:443'] = farm.ports['wrongname']
    write_config(world, site('https://elsewhere.example', 'auth = basic', 'user = alice', 'password = "%s"' % PEOPLE['alice'],
                             'cafile = %s' % farm.ca))
    return 'https://elsewhere.example/sites/team'


def test_http_goes_through_the_proxy_with_its_login(person, proxy):  # noqa: F811
    server, url = plain(person, proxy)
    person.env['http_proxy'] = 'http://tom:pr0xy%%3Apw@%s' % proxy.address
    works(person, url)
    assert proxy.seen and all(path.startswith(url) for _, path, _, _ in proxy.seen)
    assert {given for _, _, given, _ in proxy.seen} == {'Basic dG9tOnByMHh5OnB3'}
    # its login is not in what is shown
    assert 'pr0xy' not in person.sh('cat .spfs/log; cat .spfs/status.json')
    assert 'pr0xy' not in person.spfs('doctor', url, code=None).out
    # this machine itself is not asked for through anybody
    n = len(proxy.seen)
    person.spfs('lists', server.url, code=LOGIN)
    assert len(proxy.seen) == n


def test_https_goes_through_the_proxy_as_it_is(person, proxy, farm):  # noqa: F811
    url = secure(person, proxy, farm)
    person.env['https_proxy'] = 'http://tom:pr0xy%%3Apw@%s' % proxy.address
    before = len(farm.log('wrongname'))
    works(person, url)
    # the proxy sees where to, and nothing of the login there
    assert {(c, path, login) for c, path, _, login in proxy.seen} == {('CONNECT', 'elsewhere.example:443', None)}
    assert {r['user'] for r in farm.log('wrongname')[before:] if r['status'] == '200'} == {'alice'}


def test_who_is_named_in_no_proxy_is_asked_directly(person, proxy, farm):  # noqa: F811
    url = secure(person, proxy, farm)
    person.env.update(https_proxy='http://%s' % proxy.address, no_proxy='example.org, .example')
    person.spfs('lists', url, code=UNREACHABLE)          # there is no such name
    assert not proxy.seen
    person.env['no_proxy'] = 'example.org'
    r = person.spfs('lists', url, code=None)
    assert r.code != 0 and '407' in r.err, r
    assert proxy.seen


def test_a_proxy_that_refuses_or_is_not_there_is_said(person, proxy):  # noqa: F811
    server, url = plain(person, proxy)
    person.env['http_proxy'] = 'http://tom:wrong@' + proxy.address
    r = person.spfs('lists', url, code=LOGIN)
    assert '407' in r.err and 'proxy' in r.err and 'wrong' not in r.err, r
    assert not server.counts()['total'] and len(proxy.seen) <= 2
    proxy.close()
    r = person.spfs('lists', url, code=UNREACHABLE)
    out = person.spfs('doctor', url, code=None).out
    assert 'proxy' in out and 'wrong' not in out, out
