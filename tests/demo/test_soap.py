"""SOAP framing, [MS-LISTSWS] 2.1 and 3.1.4: what a server takes and how it refuses."""
import pytest

from conftest import ACTION, ENV, SP, Fault, arg, method, validate

GET_TASKS = '<GetList xmlns="%s"><listName>Tasks</listName></GetList>' % ACTION


def envelope(inner, env=ENV['1.1'], prefix='soap'):
    p = prefix + ':' if prefix else ''
    ns = 'xmlns:' + prefix if prefix else 'xmlns'
    return '<%sEnvelope %s="%s"><%sBody>%s</%sBody></%sEnvelope>' % (p, ns, env, p, inner, p, p)


def test_R4_soap_12(client):
    a = client.post('GetList', envelope(GET_TASKS, ENV['1.2']), '1.2')
    assert a.status == 200 and a.headers['Content-Type'].startswith('application/soap+xml')
    assert a.xml.tag == '{%s}Envelope' % ENV['1.2']
    assert client.call('GetListCollection', version='1.2') is not None


def test_soap_12_fault(client):
    a = client.post('GetList', envelope(GET_TASKS.replace('Tasks', 'None'), ENV['1.2']), '1.2')
    ns = '{%s}' % ENV['1.2']
    assert a.status == 500
    assert a.xml.findtext('.//%sCode/%sValue' % (ns, ns)) == 'soap:Receiver'
    assert a.xml.findtext('.//' + SP + 'errorcode') == '0x82000006'


@pytest.mark.parametrize('prefix', ['soap', 'SOAP-ENV', 's', ''])
def test_any_prefix(client, prefix):
    """Outlook writes envelopes in the default namespace."""
    a = client.post('GetList', envelope(GET_TASKS, prefix=prefix))
    assert a.status == 200 and 'Title="Tasks"' in a.text


def test_prefixed_operation(client):
    a = client.post('GetList', envelope('<m:GetList xmlns:m="%s"><m:listName>Tasks</m:listName></m:GetList>' % ACTION))
    assert a.status == 200


def test_header_comments_and_processing_instructions(client):
    body = ('<?xml version="1.0"?><!-- c --><e:Envelope xmlns:e="%s"><e:Header><x/></e:Header><?pi?><e:Body><!-- -->%s'
            '</e:Body></e:Envelope>' % (ENV['1.1'], GET_TASKS.replace('Tasks', '<!-- -->Ta<![CDATA[sk]]>s ')))
    assert client.post('GetList', body).status == 200


@pytest.mark.parametrize('version', ['1.1', '1.2'])
def test_R4_a_header_that_must_be_understood(client, version):
    """SOAP 1.1 4.2.3, SOAP 1.2 part 1 5.2.3: nothing is done, and the fault says why."""
    def post(must):
        body = ('<e:Envelope xmlns:e="%s"><e:Header><x:y xmlns:x="urn:x" e:mustUnderstand="%s"/></e:Header><e:Body>'
                '<DeleteList xmlns="%s"><listName>Links</listName></DeleteList></e:Body></e:Envelope>' % (ENV[version], must, ACTION))
        return client.post('DeleteList', body, version)

    a = post('1')
    assert a.status == 500 and 'soap:MustUnderstand<' in a.text
    validate(a.body, version)
    assert 'Links' in client.lists()
    assert post('0').status == 200 and 'Links' not in client.lists()


def test_parameters_in_any_order_and_with_white_space(client):
    """The specification's own example 4.2 sends changeToken before viewName and lays its text out."""
    token = client.sync('Tasks').token
    inner = ('<changeToken>\n   %s\n  </changeToken><rowLimit> 10 </rowLimit><viewName></viewName>'
             '<listName>\n Tasks </listName>' % token)
    r = client.call('GetListItemChangesSinceToken', inner)
    assert r.find('.//' + SP + 'Changes').get('LastChangeToken')


def test_unquoted_action(client):
    assert client.post('GetList', envelope(GET_TASKS), action=ACTION + 'GetList').status == 200


@pytest.mark.parametrize('action', ['""', '"http://x/GetList"', '"%sGetLists"' % ACTION, '"%sDeleteList"' % ACTION])
def test_unknown_action_is_a_client_fault(client, action):
    a = client.post('GetList', envelope(GET_TASKS), action=action)
    validate(a.body)
    assert a.status == 500 and a.xml.findtext('.//faultcode') == 'soap:Client'
    assert 'SOAPAction' in a.xml.findtext('.//faultstring')


def test_reading_without_an_action(client):
    """SharepointPlus and SPServices send the header when they write only; what writes without it is refused, as a form in a page could
    send it too."""
    def send(op, inner):
        return client.request('POST', '/sites/team/_vti_bin/Lists.asmx', envelope('<%s xmlns="%s">%s</%s>' % (op, ACTION, inner, op)).encode(),
                              {'Content-Type': 'text/xml; charset=utf-8'})

    for op in ('GetList', 'GetListItems', 'GetListItemChangesSinceToken', 'GetAttachmentCollection'):
        assert send(op, arg('listName', 'Tasks') + arg('listItemID', 1)).status == 200, op
    a = send('UpdateListItems', arg('listName', 'Tasks') + '<updates><Batch>%s</Batch></updates>' % method(1, 'New', Title='forged'))
    assert a.status == 500 and a.xml.findtext('.//' + SP + 'errorcode') == '0x8102006d'
    assert 'forged' not in [r.get('Title') for r in client.items('Tasks', limit=0)]
    assert send('Nothing', '').xml.findtext('.//faultcode') == 'soap:Client'


def test_unknown_operation_and_wrong_namespace(client):
    for inner in ('<Nothing xmlns="%s"/>' % ACTION, '<GetList xmlns="http://x/"/>', '<GetList/>', ''):
        a = client.post('Nothing', envelope(inner))
        assert a.status == 500 and a.xml.findtext('.//faultcode') == 'soap:Client', inner


@pytest.mark.parametrize('body', ['', 'hello', '<', '<a/>', '<a></b>', envelope(GET_TASKS)[:-5],
                                  '<!DOCTYPE a [<!ENTITY x "y">]>' + envelope(GET_TASKS),
                                  envelope(GET_TASKS).replace(ENV['1.1'], 'urn:x'),
                                  envelope('<a>' * 300 + '</a>' * 300), '\x00' * 10])
def test_what_is_no_envelope_is_a_client_fault(client, body):
    a = client.post('GetList', body)
    validate(a.body)
    assert a.status == 500 and a.xml.findtext('.//faultcode') == 'soap:Client'
    assert client.lists()


def test_other_content_types(client):
    for t in ('application/json', 'text/html', 'multipart/form-data; boundary=x'):
        a = client.request('POST', '/sites/team/_vti_bin/Lists.asmx', envelope(GET_TASKS).encode(), {'Content-Type': t})
        assert a.status == 415


def test_fault_has_code_and_text(client):
    with pytest.raises(Fault) as e:
        client.get_list('No such list')
    assert e.value.status == 500 and e.value.code == 0x82000006 and e.value.faultcode == 'soap:Server'
    assert e.value.text.startswith('List does not exist.')


def test_encodings(client):
    for enc in ('utf-8', 'utf-16', 'iso-8859-1'):
        body = '<?xml version="1.0" encoding="%s"?>' % enc + envelope(GET_TASKS)
        a = client.request('POST', '/sites/team/_vti_bin/Lists.asmx', body.encode(enc),
                           {'Content-Type': 'text/xml; charset=' + enc, 'SOAPAction': '"%sGetList"' % ACTION})
        assert a.status == 200, enc


def test_operations_that_a_version_lacks(any_version):
    """[MS-LISTSWS] 3.1.4.23: the WithKnowledge operations came with 2010."""
    a = any_version.post('GetListItemChangesWithKnowledge',
                         envelope('<GetListItemChangesWithKnowledge xmlns="%s"/>' % ACTION))
    assert a.status == 500
