"""GetListItemChangesWithKnowledge and UpdateListItemsWithKnowledge: [MS-LISTSWS] 3.1.4.23 and .32, [MS-XSSK]."""
import base64
import re
import uuid
import xml.etree.ElementTree as ET

import pytest

from conftest import ACTION, ENV, RS, SP, Fault, Result, arg, method, rows, view_fields

SYNC = '{http://schemas.microsoft.com/2008/03/sync/}'


class Known:
    def __init__(self, response):
        self.listitems = response.find('.//' + SP + 'listitems')
        self.changes = self.listitems.find(SP + 'Changes')
        self.knowledge = self.changes.find(SP + 'MadeWithKnowledge')[0]
        self.rows = rows(self.listitems.find(RS + 'data'))
        self.next = self.listitems.find(RS + 'data').get('ListItemCollectionPositionNext')
        self.ids = [(i.get('ChangeType'), int(i.text) if i.text else None) for i in self.changes.findall(SP + 'Id')]

    @property
    def text(self):
        return ET.tostring(self.knowledge, encoding='unicode')


def ask(client, knowledge=None, name='Tasks', fields=('Title',), limit=None, extra='', position=''):
    inner = arg('listName', name) + extra + (view_fields(fields) if fields else '')
    inner += arg('rowLimit', limit) if limit is not None else ''
    inner += '<queryOptions><QueryOptions>%s<ViewAttributes Scope="RecursiveAll"/></QueryOptions></queryOptions>' % position
    inner += '<knowledge>%s</knowledge>' % knowledge if knowledge is not None else ''
    return Known(client.call('GetListItemChangesWithKnowledge', inner))


def send(client, *methods, name='Tasks'):
    r = client.call('UpdateListItemsWithKnowledge', '%s<updates><Batch OnError="Continue">%s</Batch></updates>' % (
        arg('listName', name), ''.join(methods)))
    return [Result(x) for x in r.iter(SP + 'Result')]


def fault(client, op, inner):
    with pytest.raises(Fault) as e:
        client.call(op, inner)
    return e.value.code


def test_everything_and_then_what_changed(client):
    """R1081, R1089, R1113, R1114, R1124, R1133, R1136, R1137, R1141, R1145; R1126 to R1130: attributes as of a sync."""
    first = ask(client)
    assert len(first.rows) == len(client.items('Tasks', limit=0)) and first.changes.get('MoreChanges') is None
    assert re.fullmatch(r'\d{8} \d\d:\d\d:\d\d', first.changes.get('ServerTime'))  # R1135
    assert first.changes.find(SP + 'List') is None
    assert first.listitems.attrib == client.sync('Tasks').listitems.attrib
    nothing = ask(client, first.text)
    assert nothing.rows == [] and nothing.ids == [] and nothing.changes.get('ServerTime') is None
    new = client.new('Tasks', Title='fresh')
    client.update('Tasks', method(1, 'Delete', 1))
    second = ask(client, first.text)
    assert [r['Title'] for r in second.rows] == ['fresh'] and second.ids == [('Delete', 1)]
    assert second.changes.get('ServerTime') and second.rows[0]['ID'] == new['ID']
    third = ask(client, second.text)
    assert third.rows == [] and third.text == second.text


def test_form_of_the_knowledge(client):
    """[MS-XSSK] 2.1.3: one replica, the list, whose clock is the change log."""
    k = ask(client).knowledge
    assert k.tag == SYNC + 'syncKnowledge'
    assert [c.tag for c in k] == [SYNC + n for n in ('idFormatGroup', 'replicaKeyMap', 'clockVector')]
    entry, tick = k[1][0], k[2][0]
    id_ = base64.b64decode(entry.get(SYNC + 'replicaId'))
    assert uuid.UUID(bytes=id_) == uuid.UUID(client.lists()['Tasks'].get('ID'))
    assert entry.get(SYNC + 'replicaKey') == tick.get(SYNC + 'replicaKey') == '0'
    before = int(tick.get(SYNC + 'tickCount'))
    client.new('Tasks', Title='x')
    assert int(ask(client).knowledge[2][0].get(SYNC + 'tickCount')) == before + 1


@pytest.mark.parametrize('knowledge', ['', 'x', '<a xmlns="urn:a"/>', '<syncKnowledge/>', '<syncKnowledge xmlns="%s"/>' % SYNC[1:-1],
                                       '<syncKnowledge xmlns="%s"><idFormatGroup/><replicaKeyMap/><clockVector/></syncKnowledge>' % SYNC[1:-1],
                                       '<syncKnowledge xmlns="%s"><idFormatGroup/><replicaKeyMap><replicaKeyMapEntry replicaId="!" '
                                       'replicaKey="0"/></replicaKeyMap><clockVector/></syncKnowledge>' % SYNC[1:-1]])
def test_knowledge_that_is_none(client, knowledge):
    """R1088, R2142, R2292"""
    assert fault(client, 'GetListItemChangesWithKnowledge', arg('listName', 'Tasks') + '<knowledge>%s</knowledge>' % knowledge) is None


@pytest.mark.parametrize('tick', ['x', '-1', '', '99999999999999999999'])
def test_ticks_that_are_none(client, tick):
    """R2142"""
    text = re.sub('tickCount="[0-9]*"', 'tickCount="%s"' % tick, ask(client).text)
    assert fault(client, 'GetListItemChangesWithKnowledge', arg('listName', 'Tasks') + '<knowledge>%s</knowledge>' % text) is None


def test_knowledge_of_another_list_or_too_old(client):
    old = ask(client).text
    assert ask(client, ask(client, name='Calendar').text).ids == [('InvalidToken', None)]
    client.do('trim-log')
    assert ask(client, old).ids == [('InvalidToken', None)]
    assert ask(client, ask(client).text).ids == []


def test_lists(any_version):
    """R1082, R1083, R1084, R2162; R1152, R1153, R2160, R3024; R2488, R24881, R2515, R25151: not in 2007."""
    c = any_version
    if c.version == 12:
        for op in ('GetListItemChangesWithKnowledge', 'UpdateListItemsWithKnowledge'):
            with pytest.raises(Fault) as e:
                c.call(op, arg('listName', 'Tasks'))
            assert e.value.faultcode.endswith('Client')
        return
    assert (ask(c).listitems.get('MaxRecommendedEmbeddedFileSize') is None) == (c.version < 15)  # R11461
    guid = c.lists()['Tasks'].get('ID')
    titles = [r['Title'] for r in ask(c).rows]
    for name in (guid, guid.strip('{}').lower()):
        assert [r['Title'] for r in ask(c, name=name).rows] == titles
        assert send(c, method(1, 'New', Title='x'), name=name)[0].code == 0
        titles.append('x')
    batch = '<updates><Batch>%s</Batch></updates>' % method(1, 'New', Title='x')
    for name in ('nothing', str(uuid.uuid4())):
        assert fault(c, 'GetListItemChangesWithKnowledge', arg('listName', name)) == 0x82000006
        assert fault(c, 'UpdateListItemsWithKnowledge', arg('listName', name) + batch) == 0x82000006
    assert fault(c, 'UpdateListItemsWithKnowledge', arg('listName', '') + batch) is None


def test_subscription_edition_has_them_no_more(start):
    """R2488, R2515; 2019 has them still (R24881, R25151)."""
    for version, there in (('2019', True), ('SE', False)):
        c = start('--server-version', version).client()
        wsdl = c.request('GET', '/sites/team/_vti_bin/Lists.asmx?WSDL').text
        for op in ('GetListItemChangesWithKnowledge', 'UpdateListItemsWithKnowledge'):
            assert ('name="%s"' % op in wsdl) == there
        if there:
            assert ask(c).rows
        else:
            with pytest.raises(Fault) as e:
                ask(c)
            assert e.value.faultcode.endswith('Client')


def test_views(client):
    """R1086, R2144, R2276, R1087, R2271, R2335, R2337"""
    none = arg('viewName', '{11111111-2222-3333-4444-555555555555}')
    assert fault(client, 'GetListItemChangesWithKnowledge', arg('listName', 'Tasks') + none) == 0x82000005
    plain = ask(client, fields=None)
    assert ask(client, fields=None, extra=arg('viewName', 'x')).rows == plain.rows
    assert ask(client, extra=none).rows == ask(client).rows
    view = client.call('GetListAndView', arg('listName', 'Tasks')).find('.//' + SP + 'View').get('Name')
    assert ask(client, extra=arg('viewName', view)).rows == ask(client).rows
    assert 'DueDate' in {k for r in plain.rows for k in r}  # of the view


def test_limits_and_pages(client):
    """R1107, R1108, R1117, R2168: without knowledge by position; R1119, R1120, R1131: 100 with it; R1109."""
    client.update('Tasks', *(method(n, 'New', Title='t%d' % n) for n in range(150)))
    begin = ask(client)
    assert len(ask(client, limit=0).rows) == len(begin.rows) > 150
    page = ask(client, limit=60)
    assert len(page.rows) == 60 and page.next and page.changes.get('MoreChanges') is None
    rest = ask(client, limit=60, position='<Paging ListItemCollectionPositionNext="%s"/>' % page.next.replace('&', '&amp;'))
    assert not {r['ID'] for r in rest.rows} & {r['ID'] for r in page.rows}
    ids = [r['ID'] for r in begin.rows if r['Title'].startswith('t')]
    client.update('Tasks', *(method(n, 'Update', id_, Title='u') for n, id_ in enumerate(ids)))
    for limit, first in ((None, 100), (30, 30), (400, 100)):
        cut = ask(client, begin.text, limit=limit)
        assert len(cut.rows) == first and cut.changes.get('MoreChanges') == 'TRUE'
    seen, at = set(), begin
    while True:
        at = ask(client, at.text, limit=70)
        seen |= {r['ID'] for r in at.rows}
        if at.changes.get('MoreChanges') != 'TRUE':
            break
    assert seen == set(ids)
    client.update('Tasks', *(method(n, 'Delete', id_) for n, id_ in enumerate(ids)))
    gone = ask(client, at.text, limit=1)
    assert len(gone.ids) == 150 and gone.changes.get('MoreChanges') is None


def test_schema_changes_are_told(client):
    """R1134"""
    first = ask(client)
    assert first.changes.get('SchemaChanged') is None
    client.do('add-field Tasks Extra Text')
    assert ask(client, first.text).changes.get('SchemaChanged') == 'TRUE'


def test_updates(client):
    """R1150, R1155, R1163, R1167: results one by one, as of UpdateListItems; R20962: Move; R4008, R4010."""
    one, two, three = send(client, method(1, 'New', Title='a'), method(2, 'Update', 999, Title='b'), method(3, 'Delete', 2))
    assert (one.code, two.code, three.code) == (0, 0x81020016, 0) and one.row['Title'] == 'a' and three.row is None
    batch = '<updates><Batch OnError="Return">%s%s</Batch></updates>' % (method(1, 'Delete', 999), method(2, 'New', Title='c'))
    r = client.call('UpdateListItemsWithKnowledge', arg('listName', 'Tasks') + arg('syncScope', 'x') + batch)  # R1173
    assert [int(x.text, 16) for x in r.iter(SP + 'ErrorCode')] == [0x81020016, 0x800704c7]
    docs = client.items('Shared Documents', fields=['FileRef', 'FileDirRef', 'FileLeafRef', 'FSObjType'], limit=0)
    docs = [{k: v.split(';#')[-1] for k, v in d.items()} for d in docs]
    folder = next(d for d in docs if d['FSObjType'] == '1')
    file = next(d for d in docs if d['FSObjType'] == '0' and d['FileDirRef'] != folder['FileRef'])
    to = 'http://127.0.0.1/%s/%s' % (folder['FileRef'], file['FileLeafRef'])
    moved = send(client, method(1, 'Move', file['ID'], FileRef='x', MoveNewUrl=to), name='Shared Documents')[0]
    assert moved.code == 0 and moved.row['FileRef'].endswith('%s/%s' % (folder['FileRef'], file['FileLeafRef']))


def test_client_properties(client):
    """R1156, R1144: vti_contentchangeunit goes with the next update that does not set it, vti_clientid stays."""
    def properties(known):
        return {k: v for k, v in known.rows[0].items() if 'vti_c' in k}

    begin = ask(client).text
    id_ = send(client, method(1, 'New', Title='a', bag={'vti_clientid': 'c1', 'vti_contentchangeunit': 'u1'}))[0].row['ID']

    def now():
        inner = (arg('listName', 'Tasks') + '<viewFields><ViewFields Properties="TRUE"><FieldRef Name="MetaInfo"/></ViewFields>'
                 '</viewFields><knowledge>%s</knowledge>' % begin)
        return properties(Known(client.call('GetListItemChangesWithKnowledge', inner)))  # R2339

    assert now() == {'MetaInfo_vti_clientid': 'c1', 'MetaInfo_vti_contentchangeunit': 'u1'}
    assert client.update('Tasks', method(1, 'Update', id_, Title='b'))[0].code == 0
    assert now() == {'MetaInfo_vti_clientid': 'c1'}
    send(client, method(1, 'Update', id_, Title='c', bag={'vti_contentchangeunit': 'u2'}))
    assert now() == {'MetaInfo_vti_clientid': 'c1', 'MetaInfo_vti_contentchangeunit': 'u2'}
    client.update('Tasks', method(1, 'Delete', id_))
    assert ask(client, begin).changes.find(SP + 'Id').get('MetaInfo_vti_clientid') == 'c1'


def test_nobody_is_to_use_AddWikiPage(client):
    """R988, R1006: a fault, never an empty success."""
    assert fault(client, 'AddWikiPage', arg('strListName', 'Shared Documents') + arg('listRelPageUrl', 'a.aspx') + arg('wikiContent', 'x')) is None
