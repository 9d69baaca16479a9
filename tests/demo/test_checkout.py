"""Documents checked out and in: [MS-LISTSWS] 3.1.4.7, 3.1.4.8, 3.1.4.26."""
import pytest

from conftest import ACTION, ENV, SP, Fault, arg, method

LIBRARY = 'Shared Documents'


def url(client, path='/sites/team/Shared%20Documents/notes.txt'):
    return 'http://127.0.0.1:%d%s' % (client.port, path)


def call(client, op, **args):
    r = client.call(op, ''.join(arg(k, v) for k, v in args.items()))
    text = r.findtext(SP + op + 'Result')
    assert text in ('true', 'false')
    return text == 'true'


def out(client, **args):
    return call(client, 'CheckOutFile', **{'pageUrl': url(client), 'checkoutToLocal': 'false', **args})


def checked_in(client, **args):
    return call(client, 'CheckInFile', **{'pageUrl': url(client), 'comment': 'a comment', 'CheckinType': '1', **args})


def undo(client, **args):
    return call(client, 'UndoCheckOut', **{'pageUrl': url(client), **args})


def notes(client):
    fields = ['ID', 'Title', 'CheckoutUser', 'IsCheckedoutToLocal', 'CheckedOutUserId', 'CheckedOutTitle', '_CheckinComment',
              'owshiddenversion', '_UIVersionString', '_Level', 'Modified']
    where = '<Where><Eq><FieldRef Name="FileLeafRef"/><Value Type="Text">notes.txt</Value></Eq></Where>'
    return client.items(LIBRARY, where, fields)[0]


def test_out_and_in(client):
    """R412, R398: the columns tell who has it."""
    before, token = notes(client), client.sync(LIBRARY).token
    assert 'CheckoutUser' not in before and before['_Level'] == '1'
    assert out(client, checkoutToLocal=' TRUE ') is True
    now = notes(client)
    assert now['CheckoutUser'] == '12;#Jane Roe' and now['IsCheckedoutToLocal'].endswith(';#1')
    assert now['CheckedOutUserId'].endswith(';#12') and now['CheckedOutTitle'].endswith(';#Jane Roe')
    assert now['_Level'] == '255' and now['Modified'] == before['Modified']
    assert [r['ID'] for r in client.sync(LIBRARY, token).rows] == [before['ID']]
    assert checked_in(client) is True
    after = notes(client)
    assert 'CheckoutUser' not in after and after['_CheckinComment'].endswith(';#a comment')
    assert int(after['owshiddenversion']) > int(now['owshiddenversion']) > int(before['owshiddenversion'])


def test_undo_brings_back_what_was(client):
    """R787"""
    before = notes(client)
    assert out(client)
    client.update(LIBRARY, method(1, 'Update', before['ID'], Title='changed meanwhile'))
    assert notes(client)['Title'] == 'changed meanwhile'
    assert undo(client) is True
    after = notes(client)
    assert after.get('Title') == before.get('Title') and 'CheckoutUser' not in after
    assert after['Modified'] == before['Modified'] and undo(client) is False


def test_kinds_of_check_in(client):
    """R401: minor, major, over the present version."""
    client.do('set "Shared Documents" EnableVersioning=True EnableMinorVersion=True')
    seen = []
    for kind in ('0', '1', '2', '0', None):
        assert out(client)
        args = {'CheckinType': kind} if kind else {}
        assert call(client, 'CheckInFile', pageUrl=url(client), comment='', **args)
        seen.append(notes(client)['_UIVersionString'])
    assert seen == ['1.1', '2.0', '2.0', '2.1', '2.2']


def test_results_that_are_false(client):
    """R2306; R2304, R2305: what cannot be done now."""
    assert checked_in(client) is False and undo(client) is False
    assert out(client) is True and out(client) is False


def test_last_modified(client):
    """R1675, R1676: another time than the document's is refused, what is no time is ignored."""
    assert out(client, lastmodified='20 Jun 1982 12:00:00 GMT') is False
    assert out(client, lastmodified='Sun, 20 Jun 1982 12:00:00 GMT') is False
    assert out(client, lastmodified='18 Nov 2026 08:15:00 GMT') is True
    assert undo(client) and out(client, lastmodified='last week') is True


OPS = [('CheckOutFile', {'checkoutToLocal': 'false'}), ('CheckInFile', {'comment': 'c', 'CheckinType': '1'}),
       ('UndoCheckOut', {})]
PER_OP = pytest.mark.parametrize('op, args', OPS, ids=[o for o, _ in OPS])


def fault(client, op, **args):
    with pytest.raises(Fault) as e:
        call(client, op, **args)
    return e.value


@PER_OP
def test_page_url_is_needed(client, op, args):
    """R390, R391, R406, R407, R783, R784"""
    assert fault(client, op, **args).code == 0x82000001
    assert fault(client, op, pageUrl='', **args).code == 0x82000001


@PER_OP
def test_page_url_that_is_none(client, op, args):
    """R392, R408, R785"""
    for bad in ('x', 'Shared Documents/notes.txt', '//', 'http://'):
        f = fault(client, op, pageUrl=bad, **args)
        assert f.code is None and f.text.startswith('Invalid URI: The format of the URI could not be determined')


@PER_OP
def test_page_url_in_2007(start, op, args):
    """<41>, <43>, <80>: no fault"""
    assert call(start('--server-version', '12').client(), op, pageUrl='x', **args) is False


@PER_OP
def test_page_url_of_no_document(client, op, args):
    """R393, R409, R786"""
    for path in ('/sites/team/Shared%20Documents/none.txt', '/sites/team/Shared%20Documents', '/sites/team/Lists/Tasks/1_.000',
                 '/sites/team/Shared%20Documents/Photographs', '/', '/other/place.txt'):
        assert fault(client, op, pageUrl=url(client, path), **args).code is None


@pytest.mark.parametrize('value', ['', 'yes', '1', 'trueish', None])
def test_checkout_to_local_is_a_boolean(client, value):
    """R1666; R410"""
    args = {} if value is None else {'checkoutToLocal': value}
    assert fault(client, 'CheckOutFile', pageUrl=url(client), **args).code is None


@pytest.mark.parametrize('value', ['', 'x', '3', '-1'])
def test_check_in_type_is_one_of_three(client, value):
    """R1643; R395, R401"""
    assert out(client)
    assert fault(client, 'CheckInFile', pageUrl=url(client), comment='', CheckinType=value).code is None


def test_others_wait(start):
    s = start('--user', 'jroe:x:contributor', '--user', 'aking:x:contributor', '--user', 'mmueller:x', '--user', 'lwei:x:reader')
    jane, ada, max_, wei = (s.client(user=u + ':x') for u in ('jroe', 'aking', 'mmueller', 'lwei'))
    id_ = notes(jane)['ID']
    assert out(jane)
    assert notes(jane)['_Level'] == '255' and notes(ada)['_Level'] == '1'
    for cmd in ('Update', 'Delete'):
        r = ada.update(LIBRARY, method(1, cmd, id_, Title='mine'))[0]
        assert r.code == 0x81020036
    assert not out(ada) and not checked_in(ada) and not undo(ada)
    assert jane.update(LIBRARY, method(1, 'Update', id_, Title='hers'))[0].code == 0
    assert undo(max_)  # an owner may
    assert out(ada)
    for op, args in OPS:
        assert fault(wei, op, pageUrl=url(wei), **args).code == 0x80070005


def test_a_library_may_want_it(client):
    """R161"""
    client.do('set "Shared Documents" RequireCheckout=True')
    id_ = notes(client)['ID']
    assert client.update(LIBRARY, method(1, 'Update', id_, Title='x'))[0].code == 0x81020036
    assert out(client)
    assert client.update(LIBRARY, method(1, 'Update', id_, Title='x'))[0].code == 0


def test_result_is_an_xsd_boolean(client):
    body = ('<e:Envelope xmlns:e="%s"><e:Body><CheckOutFile xmlns="%s"><pageUrl>%s</pageUrl><checkoutToLocal>false'
            '</checkoutToLocal></CheckOutFile></e:Body></e:Envelope>' % (ENV['1.1'], ACTION, url(client)))
    assert '<CheckOutFileResult>true</CheckOutFileResult>' in client.post('CheckOutFile', body).text
    wsdl = client.request('GET', '/sites/team/_vti_bin/Lists.asmx?WSDL').text
    assert 'name="CheckOutFileResult" type="s:boolean"' in wsdl and 'name="templateID" type="s:int"' in wsdl
