"""How the sample server asks for a login: --auth basic, forms, bearer."""
import pytest

MEN = ('--user', 'ann:pa ss&1')
LOGIN = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><%s '
         'xmlns="http://schemas.microsoft.com/sharepoint/soap/">%s</%s></s:Body></s:Envelope>')
SERVICE = '/_vti_bin/Authentication.asmx'
LISTS = '/sites/team/_vti_bin/Lists.asmx'


def authentication(client, op, inner='', where=SERVICE):
    a = client.request('POST', where, (LOGIN % (op, inner, op)).encode(), {'Content-Type': 'text/xml; charset=utf-8'})
    assert a.status == 200
    return a


def log_in(client, user='ann', password='pa ss&amp;1'):
    return authentication(client, 'Login', '<username>%s</username><password>%s</password>' % (user, password))


def test_forms_give_a_cookie_for_user_and_password(start):
    client = start(*MEN, '--auth', 'forms', '--login-seconds', '90').client()
    assert '<ModeResult>Forms</ModeResult>' in authentication(client, 'Mode').text
    a = log_in(client, password='wrong')
    assert '<ErrorCode>PasswordNotMatch</ErrorCode>' in a.text and not a.headers['Set-Cookie']
    a = log_in(client)
    assert '<CookieName>FedAuth</CookieName><ErrorCode>NoError</ErrorCode><TimeoutSeconds>90<' in a.text
    cookie = a.headers['Set-Cookie'].split(';')[0]
    assert client.request('GET', LISTS, headers={'Cookie': 'x=y; ' + cookie}).status == 200
    assert client.request('GET', LISTS, headers={'Cookie': cookie + '0'}).status == 302
    client.admin('POST', 'expire-logins')
    assert client.request('GET', LISTS, headers={'Cookie': cookie}).status == 302


def test_without_a_cookie_programs_are_told_and_browsers_led(start):
    client = start(*MEN, '--auth', 'forms').client()
    a = client.request('GET', LISTS, headers={'X-FORMS_BASED_AUTH_ACCEPTED': 'f'})
    assert a.status == 403
    assert a.headers['X-MSDAVEXT_Error'].startswith('917656; ')
    assert '/_login/default.aspx' in a.headers['X-Forms_Based_Auth_Required']
    assert a.headers['X-Forms_Based_Auth_Return_Url']
    a = client.request('GET', LISTS)
    assert a.status == 302
    page = client.request('GET', a.headers['Location'].split(':%d' % client.port)[1])
    assert page.status == 200 and 'type="password"' in page.text


def test_a_token_stands_for_a_person(start):
    client = start(*MEN, '--auth', 'bearer').client()
    assert '<ModeResult>Windows</ModeResult>' in authentication(client, 'Mode').text
    a = client.request('GET', LISTS)
    assert a.status == 401
    assert a.headers['WWW-Authenticate'].startswith('Bearer realm=')
    assert 'client_id="00000003-0000-0ff1-ce00-000000000000"' in a.headers['WWW-Authenticate']
    assert client.request('POST', '/_demo/token', b'user=ann&password=pa+ss').status == 403
    token = client.request('POST', '/_demo/token', b'user=ann&password=pa+ss%261').text.strip()
    assert client.request('GET', LISTS, headers={'Authorization': 'Bearer ' + token}).status == 200
    assert client.request('GET', LISTS, headers={'Authorization': 'Bearer ' + token[:-1]}).status == 401
    assert client.request('GET', LISTS, headers={'Authorization': 'Basic YW5uOnBhIHNzJjE='}).status == 401
    assert [r['user'] for r in client.log() if r['status'] == 200][-1] == 'ann'
    client.admin('POST', 'expire-logins')
    assert client.request('GET', LISTS, headers={'Authorization': 'Bearer ' + token}).status == 401


@pytest.mark.parametrize('options', [(), ('--auth', 'basic')])
def test_basic_stays_what_it_was(start, options):
    server = start(*MEN, *options)
    client = server.client()
    a = client.request('GET', LISTS)
    assert a.status == 401 and a.headers['WWW-Authenticate'] == 'Basic realm="spfs-demo"'
    assert server.client(user='ann:pa ss&1').request('GET', LISTS).status == 200
    assert '<ErrorCode>NotInFormsAuthenticationMode</ErrorCode>' in log_in(client).text


def test_without_users_nobody_logs_in(start):
    client = start('--auth', 'forms').client()
    assert client.request('GET', LISTS).status == 200
    assert '<ModeResult>None</ModeResult>' in authentication(client, 'Mode').text
