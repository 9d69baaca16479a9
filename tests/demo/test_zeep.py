"""A SOAP client that others wrote, zeep, reads the description of the service and calls what it finds there."""
import pytest

from conftest import SP, Z, field

zeep = pytest.importorskip('zeep', reason='SKIPPED: python3-zeep is not here')
from lxml import etree  # noqa: E402  what zeep gives for xs:any

OPERATIONS = {
    'AddAttachment', 'AddDiscussionBoardItem', 'AddList', 'AddListFromFeature', 'AddWikiPage', 'ApplyContentTypeToList', 'CheckInFile',
    'CheckOutFile', 'CreateContentType', 'DeleteAttachment', 'DeleteContentType', 'DeleteContentTypeXmlDocument', 'DeleteList',
    'GetAttachmentCollection', 'GetList', 'GetListAndView', 'GetListCollection', 'GetListContentType', 'GetListContentTypes',
    'GetListContentTypesAndProperties', 'GetListItemChanges', 'GetListItemChangesSinceToken', 'GetListItemChangesWithKnowledge',
    'GetListItems', 'GetVersionCollection', 'UndoCheckOut', 'UpdateContentType', 'UpdateContentTypeXmlDocument',
    'UpdateContentTypesXmlDocument', 'UpdateList', 'UpdateListItems', 'UpdateListItemsWithKnowledge'}


@pytest.fixture(params=['ListsSoap', 'ListsSoap12'])
def lists(request, server):
    """The service by SOAP 1.1 and 1.2."""
    client = zeep.Client('http://127.0.0.1:%d/sites/team/_vti_bin/Lists.asmx?WSDL' % server.port)
    service = client.wsdl.services['Lists']
    assert set(service.ports) == {'ListsSoap', 'ListsSoap12'}
    assert set(service.ports[request.param].binding.all()) == OPERATIONS
    return client.bind('Lists', request.param)


def xml(any_):
    """The one element that a result holds."""
    element = any_
    while not isinstance(element, etree._Element):
        element = element['_value_1'] if '_value_1' in element else element
        element = element[0] if isinstance(element, list) else element
    return element


def test_reads(lists):
    titles = {l.get('Title') for l in xml(lists.GetListCollection()).iter(SP + 'List')}
    assert {'Tasks', 'Calendar', 'Shared Documents'} <= titles
    assert field(xml(lists.GetList(listName='Tasks')), 'Title').get('Type') == 'Text'
    rows = xml(lists.GetListItems(listName='Tasks', rowLimit='3')).findall('.//' + Z + 'row')
    assert len(rows) == 3 and rows[0].get('ows_ID')
    with pytest.raises(zeep.exceptions.Fault):
        lists.GetList(listName='Nothing')


def test_writes(lists):
    batch = etree.fromstring('<Batch OnError="Continue"><Method ID="1" Cmd="New"><Field Name="ID">New</Field>'
                             '<Field Name="Title">by zeep</Field></Method></Batch>')
    result = xml(lists.UpdateListItems(listName='Tasks', updates={'_value_1': batch}))
    row = result.find('.//' + Z + 'row')
    assert row.get('ows_Title') == 'by zeep'
    where = lists.AddAttachment(listName='Tasks', listItemID=row.get('ows_ID'), fileName='a.txt', attachment=b'hello')
    assert where == 'Lists/Tasks/Attachments/%s/a.txt' % row.get('ows_ID')
    url = xml(lists.GetAttachmentCollection(listName='Tasks', listItemID=row.get('ows_ID'))).findtext('.//' + SP + 'Attachment')
    assert lists.DeleteAttachment(listName='Tasks', listItemID=row.get('ows_ID'), url=url) is None
    id_ = lists.CreateContentType(listName='Tasks', displayName='z', parentType='0x01')
    assert id_.startswith('0x0100')
    xml(lists.AddList(listName='New', description='', templateID=100))
    lists.DeleteList(listName='New')
