"""Faults on order, the log and the commands: what tests of clients need."""
import http.client
import re
import subprocess
import time

import pytest

from conftest import ROOT, SP, Fault, arg, method


def test_log_and_counts(client):
    client.admin('POST', 'reset-counts')
    client.update('Tasks', method(1, 'New', Title='a'), method(2, 'New', Title='b'), method(3, 'Delete', 3))
    client.sync('{%s}' % client.lists()['Links'].get('ID').strip('{}').lower())
    client.request('GET', '/sites/team/')
    log = client.log()
    assert [(e['method'], e['op'], e['list'], e['status']) for e in log] == [
        ('POST', 'UpdateListItems', 'Tasks', 200), ('POST', 'GetListCollection', '', 200),
        ('POST', 'GetListItemChangesSinceToken', 'Links', 200), ('GET', '', '', 200)]
    assert log[0]['methods'] == {'New': 2, 'Update': 0, 'Delete': 1, 'Other': 0}
    assert log[0]['in'] > 100 and log[0]['out'] > 100 and log[0]['path'] == '/sites/team/_vti_bin/Lists.asmx'
    counts = client.counts()
    assert counts['total'] == 4 and counts['ops']['UpdateListItems'] == 1 and counts['statuses'] == {'200': 4}
    assert counts['methods']['New'] == 2
    client.admin('POST', 'reset-counts')
    assert client.counts()['total'] == 0 and client.log() == []


def test_order_with_a_status(client):
    client.script('op=GetListCollection count=2 status=503 retry-after=7')
    body = '<GetListCollection xmlns="http://schemas.microsoft.com/sharepoint/soap/"/>'
    envelope = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>%s</e:Body></e:Envelope>' % body
    for _ in range(2):
        a = client.post('GetListCollection', envelope)
        assert a.status == 503 and a.headers['Retry-After'] == '7'
    assert client.post('GetListCollection', envelope).status == 200
    assert '# met 2' in client.admin('GET', 'script')


def test_orders_choose_requests(client):
    client.script('op=GetList list=Tasks skip=1 count=1 fault=0x80070005 text="No entry"', '# a comment', '')
    client.get_list('Links')
    client.get_list('Tasks')
    with pytest.raises(Fault) as e:
        client.get_list(client.lists()['Tasks'].get('ID'))
    assert e.value.code == 0x80070005 and e.value.text == 'No entry'
    client.get_list('Tasks')


def test_order_for_ever_and_dropping_it(client):
    client.script('method=GET path=/sites/team/Lists count=0 status=404')
    for _ in range(3):
        assert client.request('GET', '/sites/team/Lists/Tasks/AllItems.aspx').status == 404
    assert client.request('GET', '/sites/team/').status == 200
    client.admin('DELETE', 'script')
    assert client.request('GET', '/sites/team/Lists/Tasks/AllItems.aspx').status == 200


def test_redirect_and_login_page(client):
    client.script('status=302 location=http://login.example/?x')
    a = client.request('GET', '/sites/team/')
    assert a.status == 302 and a.headers['Location'] == 'http://login.example/?x'
    client.script('op=GetListCollection page=login')
    a = client.request('POST', '/sites/team/_vti_bin/Lists.asmx',
                       b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><GetListCollection xmlns="http://'
                       b'schemas.microsoft.com/sharepoint/soap/"/></e:Body></e:Envelope>',
                       {'Content-Type': 'text/xml', 'SOAPAction':
                        '"http://schemas.microsoft.com/sharepoint/soap/GetListCollection"'})
    assert a.status == 200 and a.headers['Content-Type'].startswith('text/html') and '<form' in a.text


def test_body_and_type(client):
    client.script(r'status=500 type=application/json body="{\"error\": \"x\"}\n"')
    a = client.request('GET', '/sites/team/')
    assert a.status == 500 and a.headers['Content-Type'] == 'application/json' and a.text == '{"error": "x"}\n'


def test_delay(client):
    client.script('op=GetList delay=500')
    begin = time.monotonic()
    client.get_list('Tasks')
    assert time.monotonic() - begin > 0.5


@pytest.mark.parametrize('when,made', [('before', 0), ('after', 1)])
def test_connection_that_ends_without_an_answer(client, when, made):
    client.script('op=UpdateListItems close=' + when)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client.update('Tasks', method(1, 'New', Title='lost'))
    assert len(client.titles('Tasks', '<Where><Eq><FieldRef Name="Title"/><Value Type="Text">lost</Value></Eq></Where>')) == made
    assert client.log()[0]['status'] == 0


def test_body_that_is_cut(client):
    client.script('op=GetList cut=1000')
    with pytest.raises(http.client.IncompleteRead) as e:
        client.get_list('Tasks')
    assert len(e.value.partial) == 1000
    client.close()
    client.get_list('Tasks')


def test_quirks_of_tokens_and_schema(client):
    token = client.sync('Tasks').token
    client.script('op=GetListItemChangesSinceToken quirk=invalid-token')
    assert client.sync('Tasks', token).ids == [('InvalidToken', None)]
    client.script('op=GetListItemChangesSinceToken quirk=restore-list quirk=resend-schema quirk=more-changes-false')
    s = client.sync('Tasks', token)
    assert s.ids == [('Restore', None)] and s.list is not None and s.more == 'FALSE'
    assert client.sync('Tasks', token).ids == []


def test_quirks_of_listitems(client):
    client.script('op=GetListItemChangesSinceToken quirk=no-alternate-urls min-sync=5 recommended-sync=3600 '
                  'permissions="ViewListItems, Open"')
    a = client.sync('Tasks').listitems
    assert a.get('AlternateUrls') is None and a.get('MinTimeBetweenSyncs') == '5'
    assert a.get('RecommendedTimeBetweenSyncs') == '3600' and a.get('EffectivePermMask') == 'ViewListItems, Open'


def raw_sync(client, name='Vendors'):
    envelope = ('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><GetListItemChangesSinceToken xmlns='
                '"http://schemas.microsoft.com/sharepoint/soap/"><listName>%s</listName></GetListItemChangesSinceToken>'
                '</e:Body></e:Envelope>' % name)
    return client.post('GetListItemChangesSinceToken', envelope).text


def test_answers_that_are_not_well_formed(client):
    client.script('quirk=duplicate-attributes')
    assert " ows_ID='1'/>" in raw_sync(client) and raw_sync(client).count("ows_ID='1'") == 1
    client.script('quirk=control-characters')
    assert '&#x1;' in raw_sync(client)
    client.script('quirk=control-characters')
    assert '&#x1;' not in client.call('GetListItems', arg('listName', 'Vendors') + (
        '<queryOptions><QueryOptions><RemoveInvalidXmlCharacters>TRUE</RemoveInvalidXmlCharacters></QueryOptions>'
        '</queryOptions>')).get('x', '')


def test_rows_in_another_order_and_empty_attributes(client):
    client.script('quirk=reverse-rows quirk=empty-attributes')
    s = client.sync('Vendors', fields=['ID', 'Homepage'])
    assert [r['ID'] for r in s.rows] == ['7', '6', '5', '4', '3', '2', '1']
    assert s.rows[0]['Homepage'] == ''


def test_changes_as_ids_without_rows(client):
    token = client.sync('Tasks').token
    client.update('Tasks', method(1, 'Update', 2, Title='x'))
    client.script('quirk=rename-ids')
    s = client.sync('Tasks', token)
    assert s.ids == [('Rename', 2)] and s.rows == []
    client.script('quirk=system-update-ids')
    assert client.sync('Tasks', token).ids == [('SystemUpdate', 2)]


def test_faults_in_other_shapes(client):
    client.script('quirk=upper-codes quirk=localised fault=0x8102001c')
    with pytest.raises(Fault) as e:
        client.lists()
    assert e.value.code == 0x8102001c and 'unerwarteter' in e.value.text
    client.script('quirk=bare-fault fault=0x8102001c')
    with pytest.raises(Fault) as e:
        client.lists()
    assert e.value.code is None and e.value.text.startswith('Exception of type')
    client.script('op=UpdateListItems quirk=upper-codes quirk=localised')
    r = client.update('Tasks', method(1, 'Update', 999))[0]
    assert r.element.findtext(SP + 'ErrorCode') == '0x81020016' and 'fehlgeschlagen' in r.text


def test_command_as_an_order(client):
    """Somebody else changes the item between a client's read and its write."""
    client.script('op=UpdateListItems do="update Tasks 2 Title=theirs"')
    r = client.update('Tasks', method(1, 'Update', 2, 1, Title='mine'))[0]
    assert r.code == 0x81020015 and r.row['Title'] == 'theirs'


def test_orders_add_up(client):
    client.script('count=0 delay=200', 'op=GetList status=429 retry-after=1')
    begin = time.monotonic()
    with pytest.raises(Exception):
        client.get_list('Tasks')
    assert time.monotonic() - begin > 0.2


@pytest.mark.parametrize('order', ['nothing=1', 'status', 'status=x', 'status=-1', 'quirk=none', 'close=never',
                                   'body="open', 'op=' + 'x' * 100, 'fault=0x1ffffffff'])
def test_orders_that_are_none(client, order):
    with pytest.raises(AssertionError) as e:
        client.script(order)
    assert order.split()[0].split('=')[0] in str(e.value)


def test_script_file(start, tmp_path):
    path = tmp_path / 'script'
    path.write_text('# once\nop=GetListCollection status=500\n\n')
    c = start('--script', str(path)).client()
    with pytest.raises(Exception):
        c.lists()
    assert c.lists()


# ---- commands -------------------------------------------------------------------------------------

def test_commands_change_the_site(client):
    token = client.sync('Tasks').token
    client.do('add Tasks Title="by somebody" Status=Completed bag:k=v', 'update Tasks 2 Title=x DueDate=2026-12-24',
              'delete Tasks 3', '# nothing', '')
    s = client.sync('Tasks', token, ['Title', 'Status', 'Editor'])
    assert s.titles() == ['x', 'by somebody'] and s.ids == [('Delete', 3)]
    assert s.rows[1]['Editor'] == '15;#Max Müller' and s.rows[1]['owshiddenversion'] == '1'


def test_commands_about_lists(client):
    client.do('add-list 107 "More tasks"', 'retitle Links Bookmarks', 'delete-list Contacts', 'rights Tasks 0x1',
              'set Announcements EnableAttachments=False')
    lists = client.lists()
    assert lists['More tasks'].get('ServerTemplate') == '107' and 'Bookmarks' in lists and 'Contacts' not in lists
    assert client.sync('Tasks').listitems.get('EffectivePermMask') == 'ViewListItems'
    assert client.update('Tasks', method(1, 'New', Title='x'))[0].code == 0x80070005
    assert lists['Announcements'].get('EnableAttachments') == 'False'
    client.do('rights Tasks 0x7fffffffffffffff', 'add-field Tasks Effort Number', 'drop-field Tasks Effort')
    assert client.sync('Tasks').listitems.get('EffectivePermMask') == 'FullMask'


def test_deleted_list_is_gone(client):
    token = client.sync('Tasks').token
    client.do('delete-list Tasks')
    with pytest.raises(Fault) as e:
        client.sync('Tasks', token)
    assert e.value.code == 0x82000006


def test_attach_command(client):
    client.do('attach Tasks 2 x.txt "some text"')
    r = client.sync('Tasks', fields=['Attachments']).rows[1]
    assert r['Attachments'] == '1' and r['owshiddenversion'] == '2'


@pytest.mark.parametrize('command', ['frobnicate', 'update', 'update Tasks', 'update Tasks 999 Title=x', 'update None 1 a=b',
                                     'update Tasks 1 Nothing=x', 'update Tasks 1 Title', 'update Tasks 1 DueDate=never',
                                     'restore Tasks 1', 'rights Tasks x', 'role nobody owner', 'role jroe king',
                                     'add-list 999 x', 'add-list 107 Tasks', 'latency x', 'move-away Tasks 1 Tasks',
                                     'drop-field Tasks None', 'rename "Shared Documents" 1 a/b'])
def test_commands_that_are_none(client, command):
    before = client.sync('Tasks').token
    with pytest.raises(AssertionError) as e:
        client.do(command)
    assert command in str(e.value)
    assert client.sync('Tasks', before).rows == []


def test_what_stood_before_a_wrong_command_was_done(client):
    with pytest.raises(AssertionError):
        client.do('update Tasks 2 Title=x', 'nonsense', 'update Tasks 2 Title=y')
    assert client.items('Tasks', '<Where><Eq><FieldRef Name="ID"/><Value Type="Counter">2</Value></Eq></Where>')[0][
        'Title'] == 'x'


def test_the_manual_page_knows_every_order_and_command():
    page = (ROOT / 'man/spfs-demo.1').read_text()
    script = (ROOT / 'src/demo/script.c').read_text()
    commands = (ROOT / 'src/demo/do.c').read_text()
    keys = re.findall(r'^\t\{ "([a-z-]+)", (?:NUMBER|TEXT|HEX),', script, re.M)
    flags = re.findall(r'^\t\{ "(?:close|page|quirk)", "([a-z-]+)", FLAG', script, re.M)
    names = re.findall(r'^\t\{ "([a-z-]+)", (?:NOTHING|LIST|ITEM),', commands, re.M)
    assert len(keys) > 15 and len(flags) > 15 and len(names) > 15
    for word in keys + flags + names:
        assert re.search(r'\bCm %s\b(?!-)' % word, page), word


def test_the_manual_page_knows_every_option(program):
    page = (ROOT / 'man/spfs-demo.1').read_text()
    usage = subprocess.run([program, '--help'], capture_output=True, text=True, check=True).stdout
    options = re.findall(r'^  --([a-z-]+)', usage, re.M)
    assert len(options) > 10
    for o in options:
        assert '\\-%s' % o in page, o
    for url in re.findall(r'/_demo/[a-z-]+', usage):
        assert url in page, url
