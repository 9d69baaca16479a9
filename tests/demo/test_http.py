"""The program and its HTTP: options, logins, connections, what is not SOAP."""
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from conftest import SCHEMA, Client, Fault, arg, method


def test_schema_is_at_hand():
    """Says aloud when the answers of all other tests are not held against the schema."""
    if not SCHEMA.exists():
        pytest.skip('SKIPPED: %s is not here, answers are not validated' % SCHEMA)


def test_every_answer_has_a_length_and_the_product_version(client):
    """R1"""
    a = client.request('GET', '/sites/team/_vti_bin/Lists.asmx')
    assert a.status == 200
    assert int(a.headers['Content-Length']) == len(a.body)
    assert re.fullmatch(r'16\.\d+\.\d+\.\d+', a.headers['MicrosoftSharePointTeamServices'])


def test_head_is_get_without_a_body(client):
    got = client.request('GET', '/sites/team/')
    head = client.request('HEAD', '/sites/team/')
    assert head.status == 200 and head.body == b''
    assert head.headers['Content-Length'] == got.headers['Content-Length']


def test_connections_are_kept(server, client):
    client.lists()
    socket_before = client.connection.sock
    client.lists()
    assert client.connection.sock is socket_before


def test_service_is_found_in_any_case(client):
    client.site = '/SITES/Team'
    assert client.request('GET', '/sites/team/_VTI_BIN/LISTS.ASMX').status == 200
    assert client.call('GetListCollection') is not None


def test_unknown_places(client):
    assert client.request('GET', '/').status == 404
    assert client.request('GET', '/sites/teams/').status == 404
    assert client.request('GET', '/sites/team/nothing').status == 404
    assert client.request('DELETE', '/sites/team/Lists/Tasks/AllItems.aspx').status == 405
    assert client.request('GET', '/%00').status == 400
    assert client.request('GET', '/sites/%ff').status == 400


def test_pages_of_the_site_and_its_lists(client):
    page = client.request('GET', '/sites/team/')
    assert page.status == 200 and 'Tasks' in page.text and 'User Information List' not in page.text
    assert client.request('GET', client.lists()['Tasks'].get('DefaultViewUrl')).status == 200


def test_wsdl_names_every_operation(client):
    a = client.request('GET', '/sites/team/_vti_bin/Lists.asmx?WSDL')
    assert a.status == 200
    names = {o.get('name') for o in a.xml.iter('{http://schemas.xmlsoap.org/wsdl/}operation')}
    assert {'GetList', 'GetListItemChangesSinceToken', 'UpdateListItems', 'AddAttachment'} <= names
    address = a.xml.find('.//{http://schemas.xmlsoap.org/wsdl/soap/}address').get('location')
    assert address == 'http://127.0.0.1:%d/sites/team/_vti_bin/Lists.asmx' % client.port


def test_several_sites_are_apart(start):
    """A list of one web does not exist in another ([MS-LISTSWS] 3.1.4, the site the request is for)."""
    s = start('--site', '/sites/a', '--site', '/sites/a/b', '--site', '/')
    a, b, root = (s.client(site) for site in ('/sites/a', '/sites/a/b', ''))
    one = a.lists()['Tasks'].get('ID')
    assert one != b.lists()['Tasks'].get('ID') != root.lists()['Tasks'].get('ID')
    a.new('Tasks', Title='only here')
    assert 'only here' not in [r.get('Title') for r in b.items('Tasks', limit=0)]
    with pytest.raises(Fault):
        b.get_list(one)
    assert root.get_list('Tasks').get('WebFullUrl') == '/'
    assert root.get_list('Tasks').get('RootFolder') == '/Lists/Tasks'


def test_empty_site_has_the_list_of_people(start):
    c = start('--empty').client()
    lists = c.lists()
    assert 'Tasks' not in lists and {l.get('Hidden') for l in lists.values()} == {'True'}
    assert c.get_list('UserInfo').get('ID') == lists['User Information List'].get('ID')


@pytest.mark.parametrize('who,status', [('jroe:secret', 200), ('CONTOSO\\jroe:secret', 200), ('jroe:Secret', 401),
                                        ('jroe:', 401), ('nobody:secret', 401), (None, 401), ('a:b:c', 200)])
def test_basic_logins(start, who, status):
    s = start('--user', 'jroe:secret:contributor', '--user', 'a:b:c')
    c = s.client(user=who)
    a = c.request('GET', '/sites/team/')
    assert a.status == status
    if status == 401:
        assert a.headers['WWW-Authenticate'].startswith('Basic ')


def test_roles_show_in_rights(start):
    s = start('--user', 'r:1:reader', '--user', 'c:1:contributor', '--user', 'o:1:owner')
    masks = {}
    for who in 'rco':
        c = s.client(user=who + ':1')
        changes = c.sync('Tasks', fields=['PermMask'])
        masks[who] = changes.listitems.get('EffectivePermMask')
        assert {int(r['PermMask'], 16) for r in changes.rows} == {
            {'r': 0xb008431061, 'c': 0x1b00c4310ef, 'o': 0x7fffffffffffffff}[who]}
        for cmd, item in (('New', None), ('Update', 1), ('Delete', 3)):
            result = c.update('Tasks', method(1, cmd, item, Title='x'))[0]
            assert result.code == (0x80070005 if who == 'r' else 0), (who, cmd, result)
        c.do('restore Tasks 3') if who != 'r' else None
    assert masks['o'] == 'FullMask'
    assert masks['r'].startswith('ViewListItems, OpenItems, ViewVersions, ')
    assert 'AddListItems' not in masks['r'] and 'AddListItems, EditListItems, DeleteListItems' in masks['c']


def test_many_connections_at_once(start):
    s = start('--latency', '300')
    done = []

    def one():
        done.append(len(s.client().lists()))

    threads = [threading.Thread(target=one) for _ in range(100)]
    begin = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(done) == 100 and min(done) > 5
    assert time.monotonic() - begin < 15


def test_idle_connection_holds_up_nobody(server):
    with socket.create_connection(('127.0.0.1', server.port)) as idle:
        idle.sendall(b'POST /sites/team/_vti_bin/Lists.asmx HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
        server.client().lists()


def test_latency_option_and_command(start):
    s = start('--latency', '2000')
    c = s.client()
    begin = time.monotonic()
    c.lists()
    assert time.monotonic() - begin > 2
    c.do('latency 0')
    begin = time.monotonic()
    c.request('GET', '/sites/team/')
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize('signo', [signal.SIGTERM, signal.SIGINT])
def test_ends_cleanly_on_a_signal(start, signo):
    s = start('--latency', '60000')
    waiting = socket.create_connection(('127.0.0.1', s.port))
    waiting.sendall(b'GET /sites/team/ HTTP/1.1\r\nHost: x\r\n\r\n')
    time.sleep(0.2)
    begin = time.monotonic()
    s.process.send_signal(signo)
    assert s.process.wait(20) == 0
    assert time.monotonic() - begin < 20
    waiting.close()


def test_stop_by_url_answers_first(start):
    s = start()
    assert s.client().admin('POST', 'stop') == 'ok\n'
    assert s.process.wait(20) == 0


def test_state_survives_a_restart(start, tmp_path):
    s = start('--data', str(tmp_path / 'state'))
    c = s.client()
    before = c.sync('Tasks', fields=['Title'])
    made = c.new('Tasks', Title='stays')
    c.call('AddAttachment', arg('listName', 'Tasks') + arg('listItemID', made['ID']) + arg('fileName', 'a.txt') +
           arg('attachment', 'aGVsbG8='))
    s.stop()
    s.start()
    c = s.client()
    after = c.sync('Tasks', before.token, ['Title', 'Attachments'],
                   options='<ViewAttributes Scope="RecursiveAll"/><IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>')
    assert after.titles() == ['stays']
    url = after.rows[0]['Attachments'].split(';#')[1]
    assert c.request('GET', re.sub('^http://[^/]*', '', url)).body == b'hello'


def test_a_new_run_in_memory_knows_no_old_token(start):
    """Lists have the same GUID in every run; a token of an earlier one must not be misread."""
    s = start()
    old = s.client().sync('Tasks').token
    s.stop()
    s.start()
    assert s.client().sync('Tasks', old).ids == [('InvalidToken', None)]


def test_items_option(start):
    c = start('--items', '3000').client()
    assert c.lists()['Big list'].get('ItemCount') == '3000'
    first = c.sync('Big list', fields=['Title'], limit=2000)
    assert len(first.rows) == 2000 and first.next


@pytest.mark.deadline(120)
def test_many_items_start_within_ten_seconds(start):
    """Of its own time: other tests may keep the machine busy."""
    s = start('--items', '100000')
    user, system = Path('/proc/%d/stat' % s.process.pid).read_text().rsplit(')', 1)[1].split()[11:13]
    took = (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')
    c = s.client()
    assert c.lists()['Big list'].get('ItemCount') == '100000'
    if 'san' in str(s.process.args[0]):
        pytest.skip('SKIPPED: a sanitizer build is not timed (%.1f s)' % took)
    assert took < 10


def run(program, *args):
    return subprocess.run([program, *args], capture_output=True, text=True, timeout=60)


def test_help_and_version(program):
    r = run(program, '--help')
    assert r.returncode == 0
    for option in ('port', 'port-file', 'bind', 'data', 'site', 'user', 'items', 'latency', 'server-version', 'script',
                   'quiet', 'help', 'version'):
        assert '--' + option in r.stdout
    assert '/_demo/' in r.stdout
    r = run(program, '--version')
    assert r.returncode == 0 and r.stdout.startswith('spfs-demo ')


@pytest.mark.parametrize('args', [['--port', 'x'], ['--port', '70000'], ['--nothing'], ['word'], ['--site', 'team'],
                                  ['--site', '/a?b'], ['--user', 'x'], ['--server-version', '13'], ['--items', '-1'],
                                  ['--port']])
def test_wrong_options_are_refused(program, args):
    r = run(program, *args)
    assert r.returncode == 2 and r.stderr


def test_places_that_cannot_be_used(program, tmp_path, server):
    for args in (['--port', str(server.port)], ['--data', '/dev/null/x'], ['--bind', 'localhost'],
                 ['--script', str(tmp_path / 'none')], ['--port-file', str(tmp_path / 'no/such')]):
        r = run(program, *args)
        assert r.returncode == 1 and r.stderr.startswith('spfs-demo: '), (args, r)


def test_binds_to_this_machine_only(server):
    out = subprocess.run(['cat', '/proc/net/tcp'], capture_output=True, text=True).stdout
    mine = [l.split()[1] for l in out.splitlines() if l.split()[1].endswith(':%04X' % server.port)]
    assert mine and all(m.startswith('0100007F:') for m in mine)


def test_admin_urls_refuse_pages(server):
    """A page in a browser on this machine could post here; it cannot hide where it comes from."""
    c = Client(server.port)
    a = c.request('POST', '/_demo/stop', b'', {'Origin': 'http://evil.example'})
    assert a.status == 403 and server.process.poll() is None
