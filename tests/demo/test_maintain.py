"""Lists made, changed and deleted; versions of items: [MS-LISTSWS] 3.1.4.3, .4, .13, .25, .30."""
import pytest

from conftest import SP, Fault, arg, field, guid, method


def fault(client, op, inner):
    with pytest.raises(Fault) as e:
        client.call(op, inner)
    return e.value


def add_list(client, title, template=100, description=None, op='AddList', feature=None):
    inner = arg('listName', title)
    inner += arg('description', description) if description is not None else ''
    inner += arg('featureID', feature) if feature is not None else ''
    inner += arg('templateID', template) if template is not None else ''
    return client.call(op, inner).find('.//' + SP + 'List')


# ---- AddList, AddListFromFeature --------------------------------------------------------------------

MAKERS = pytest.mark.parametrize('op', ['AddList', 'AddListFromFeature'])


@MAKERS
@pytest.mark.parametrize('template', [100, 101, 102, 103, 104, 105, 106, 107, 108, 1100])
def test_makes_a_list_of_each_kind(client, op, template):
    """R347, R350, R366"""
    made = add_list(client, 'Größe & Maß', template, 'What <it> is', op)
    assert made.get('Title') == 'Größe & Maß' and made.get('Description') == 'What <it> is'
    assert made.get('ServerTemplate') == str(template) and guid(made.get('ID')) and made.get('ItemCount') == '0'
    assert len(made.findall('%sFields/%sField' % (SP, SP))) > 20
    got = client.get_list(made.get('ID'))
    assert got.attrib == made.attrib
    token = client.sync(made.get('ID')).token
    if template != 101:
        assert client.new(made.get('ID'), Title='x')['ID'] == '1'
        assert [r['ID'] for r in client.sync(made.get('ID'), token).rows] == ['1']


@MAKERS
def test_title_in_use(client, op):
    """R346, R365"""
    for title in ('Tasks', 'tasks'):
        with pytest.raises(Fault) as e:
            add_list(client, title, op=op)
        assert e.value.code == 0x81020012


@MAKERS
def test_negative_template(client, op):
    """R341, R357: no code"""
    for n in (-1, -2147483648):
        with pytest.raises(Fault) as e:
            add_list(client, 'x', n, op=op)
        assert e.value.code is None


def test_unknown_or_missing_template(client):
    """R342, R343; R358, R2299"""
    for n in (9999, 2147483647, None):
        with pytest.raises(Fault) as e:
            add_list(client, 'x', n)
        assert e.value.code == 0x8102007b
        with pytest.raises(Fault) as e:
            add_list(client, 'x', n, op='AddListFromFeature')
        assert e.value.code is None or e.value.code == 0x82000001
        assert 'Parameter' in e.value.text and 'is missing or invalid' in e.value.text


@MAKERS
def test_template_that_is_unique(client, op):
    """R344, R359: a gallery of which a site has one"""
    with pytest.raises(Fault) as e:
        add_list(client, 'More people', 112, op=op)
    assert e.value.code == 0x8102003c


@MAKERS
def test_template_without_its_feature(client, op):
    """R345, R364"""
    with pytest.raises(Fault) as e:
        add_list(client, 'Agenda', 201, op=op)
    assert e.value.code == 0x8107058a


TASKS = '00BFEA71-A83E-497E-9BA0-7A5C597D0107'


def test_features(client):
    """R360, R361, R362, R1605"""
    assert add_list(client, 'a', 107, op='AddListFromFeature', feature=TASKS) is not None
    assert add_list(client, 'b', 107, op='AddListFromFeature', feature='{%s}' % TASKS.lower()) is not None
    assert add_list(client, 'c', 107, op='AddListFromFeature',
                    feature='{00000000-0000-0000-0000-000000000000}') is not None
    for wrong in ('x', ''):
        with pytest.raises(Fault) as e:
            add_list(client, 'd', 107, op='AddListFromFeature', feature=wrong)
        assert e.value.code is None
    with pytest.raises(Fault) as e:
        add_list(client, 'd', 104, op='AddListFromFeature', feature=TASKS)
    assert e.value.code == 0x81072101
    assert 'd' not in client.lists()


def test_address_of_a_list(client):
    """Letters that cannot stand in an address leave it; two of one address are told apart."""
    first = add_list(client, 'A/B: "C"')
    second = add_list(client, 'A/B: C')
    views = [l.get('DefaultViewUrl') for l in (first, second)]
    assert views[0] != views[1] and all(v.startswith('/sites/team/Lists/') for v in views)


def test_rights_to_make_and_delete(start):
    s = start('--user', 'boss:x:owner', '--user', 'ann:x:contributor')
    ann, boss = (s.client(user=u) for u in ('ann:x', 'boss:x'))
    for op, inner in (('AddList', arg('listName', 'n') + arg('templateID', 100)),
                      ('AddListFromFeature', arg('listName', 'n') + arg('templateID', 100)),
                      ('DeleteList', arg('listName', 'Tasks')), ('UpdateList', arg('listName', 'Tasks'))):
        a = ann.post(op, '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><%s xmlns="%s">%s</%s>'
                     '</e:Body></e:Envelope>' % (op, SP[1:-1], inner, op))
        assert a.status in (403, 500) and ('0x80070005' in a.text or a.status == 403)
    assert add_list(boss, 'n') is not None
    boss.call('DeleteList', arg('listName', 'n'))


# ---- DeleteList -------------------------------------------------------------------------------------

def test_deletes_a_list(client):
    """R520, R521, R523: by title and by GUID"""
    lists = client.lists()
    assert len(client.call('DeleteList', arg('listName', 'Tasks'))) == 0
    client.call('DeleteList', arg('listName', lists['Links'].get('ID').lower()))
    assert set(lists) - set(client.lists()) == {'Tasks', 'Links'}
    for name in ('Tasks', lists['Tasks'].get('ID'), lists['Links'].get('ID')):
        assert fault(client, 'DeleteList', arg('listName', name)).code == 0x82000006
        assert fault(client, 'GetList', arg('listName', name)).code == 0x82000006
    again = add_list(client, 'Tasks', 107)  # the same title is another list
    assert again.get('ID') != lists['Tasks'].get('ID') and again.get('ItemCount') == '0'


def test_unknown_list_of_2007(start):
    """<52>: a fault without code"""
    c = start('--server-version', '12').client()
    assert fault(c, 'DeleteList', arg('listName', 'nothing')).code is None


# ---- UpdateList -------------------------------------------------------------------------------------

def update_list(client, name, properties='', new=(), update=(), delete=(), version=None):
    inner = arg('listName', name)
    if properties:
        inner += '<listProperties><List %s/></listProperties>' % properties
    for param, methods in (('newFields', new), ('updateFields', update), ('deleteFields', delete)):
        if methods:
            inner += '<%s><Fields>%s</Fields></%s>' % (param, ''.join(methods), param)
    if version is not None:
        inner += arg('listVersion', version)
    return client.call('UpdateList', inner).find('.//' + SP + 'Results')


def change(id_, xml, view=None):
    return '<Method ID="%s"%s>%s</Method>' % (id_, '' if view is None else ' AddToView="%s"' % view, xml)


def codes(results, part):
    return [(m.get('ID'), m.findtext(SP + 'ErrorCode')) for m in results.find(SP + part)]


def test_properties(client):
    r = update_list(client, 'Links', 'Title="Verweise &amp; mehr" Description="d" EnableVersioning="TRUE" '
                                     'EnableAttachments="FALSE" Hidden="TRUE" Direction="rtl"')
    assert [e.tag.split('}')[1] for e in r] == ['NewFields', 'UpdateFields', 'DeleteFields', 'ListProperties']
    got = client.get_list('Verweise & mehr')
    assert got.get('Description') == 'd' and got.get('Hidden') == 'True' and got.get('Direction') == 'rtl'
    assert got.get('EnableVersioning') == 'True' and got.get('EnableAttachments') == 'False'
    assert r.find(SP + 'ListProperties').get('ID') == got.get('ID')
    assert r.find(SP + 'ListProperties').get('Version') == got.get('Version')


def test_several_answers_are_for_surveys(client):
    """R896; R2145"""
    before = client.get_list('Links').get('AllowMultiResponses')
    update_list(client, 'Links', 'AllowMultiResponses="TRUE"')
    assert client.get_list('Links').get('AllowMultiResponses') == before
    add_list(client, 'Survey', 102)
    update_list(client, 'Survey', 'AllowMultiResponses="TRUE"')
    assert client.get_list('Survey').get('AllowMultiResponses') == 'True'


def test_title_of_another_list(client):
    with pytest.raises(Fault) as e:
        update_list(client, 'Links', 'Title="Tasks"', [change(1, '<Field Type="Text" DisplayName="New"/>')])
    assert e.value.code == 0x81020012
    assert all(f.get('DisplayName') != 'New' for f in client.get_list('Links').iter(SP + 'Field'))


def test_version_of_the_list(client):
    """R887, R891, R889, R890"""
    version = int(client.get_list('Links').get('Version'))
    update_list(client, 'Links', 'Description="1"', version=version)
    now = int(client.get_list('Links').get('Version'))
    assert now > version
    with pytest.raises(Fault) as e:
        update_list(client, 'Links', 'Description="2"', version=version)
    assert e.value.code == 0x81020015
    for wrong in ('x', '1.5', '-1', '4294967296', '99999999999999999999'):
        with pytest.raises(Fault) as e:
            update_list(client, 'Links', 'Description="2"', version=wrong)
        assert e.value.code is None
    assert client.get_list('Links').get('Description') == '1'
    update_list(client, 'Links', 'Description="3"')
    assert client.get_list('Links').get('Description') == '3'


def test_new_columns(client):
    r = update_list(client, 'Tasks', new=[
        change('a', '<Field Type="Number" DisplayName="Größe (cm)" Decimals="1"/>', ''),
        change('b', '<Field Type="Choice" DisplayName="Color"><CHOICES><CHOICE>red</CHOICE><CHOICE>blue</CHOICE>'
                    '</CHOICES><Default>blue</Default></Field>'),
        change('c', '<Field Type="Nonsense" DisplayName="N"/>'), change('d', '<Field Type="Text"/>')])
    done = codes(r, 'NewFields')
    assert done[:2] == [('a', '0x00000000'), ('b', '0x00000000')]
    assert all(code != '0x00000000' for _, code in done[2:])
    made = [m.find(SP + 'Field') for m in r.find(SP + 'NewFields')]
    assert made[0].get('Name') == 'Gr_x00f6__x00df_e_x0020__x0028_c' or made[0].get('Name').startswith('Gr_x00f6_')
    assert guid(made[0].get('ID').upper()) and made[2] is None and made[3] is None
    size = made[0].get('Name')
    item = client.new('Tasks', _={'Title': 't', size: '1.5'})
    assert item[size].startswith('1.5') and item['Color'] == 'blue'
    # R265, R266: AddToView="" means the default view, none means no view
    view = [f.get('Name') for f in client.call('GetListAndView', arg('listName', 'Tasks')).iter(SP + 'FieldRef')]
    assert size in view and 'Color' not in view


def test_a_name_is_there_twice(client):
    r = update_list(client, 'Tasks', new=[change(1, '<Field Type="Text" DisplayName="Extra"/>'),
                                          change(2, '<Field Type="Text" DisplayName="Extra"/>'),
                                          change(3, '<Field Type="Text" Name="Extra" DisplayName="Other"/>')])
    assert codes(r, 'NewFields')[0][1] == '0x00000000' and codes(r, 'NewFields')[1][1] != '0x00000000'
    assert r.find(SP + 'NewFields')[2].find(SP + 'Field').get('Name') == 'Extra0'


def test_changed_columns(client):
    status = field(client.get_list('Tasks'), 'Status')
    r = update_list(client, 'Tasks', update=[
        change(1, '<Field Name="Status" Type="Choice" DisplayName="State"><CHOICES><CHOICE>a</CHOICE><CHOICE>b</CHOICE>'
                  '</CHOICES></Field>'),
        change(2, '<Field Name="Title" Type="Number"/>'), change(3, '<Field Name="Nothing" DisplayName="x"/>')])
    done = codes(r, 'UpdateFields')
    assert done[0] == ('1', '0x00000000') and done[1][1] != '0x00000000' and done[2][1] != '0x00000000'
    now = field(client.get_list('Tasks'), 'Status')
    assert now.get('DisplayName') == 'State' and now.get('ID') == status.get('ID')
    assert [c.text for c in now.iter(SP + 'CHOICE')] == ['a', 'b']


def test_deleted_columns(client):
    update_list(client, 'Tasks', new=[change(1, '<Field Type="Text" DisplayName="Extra"/>')])
    client.new('Tasks', Title='t', Extra='e')
    r = update_list(client, 'Tasks', delete=[change(1, '<Field Name="Extra"/>'), change(2, '<Field Name="Title"/>'),
                                             change(3, '<Field Name="ID"/>')])
    done = codes(r, 'DeleteFields')
    assert done[0] == ('1', '0x00000000') and done[1][1] != '0x00000000' and done[2][1] != '0x00000000'
    with pytest.raises(KeyError):
        field(client.get_list('Tasks'), 'Extra')


def test_a_sync_tells_of_a_new_schema(client):
    token = client.sync('Tasks').token
    assert client.sync('Tasks', token).list is None
    update_list(client, 'Tasks', new=[change(1, '<Field Type="Text" DisplayName="Extra"/>')])
    s = client.sync('Tasks', token)
    assert s.list is not None and field(s.list, 'Extra') is not None
    assert client.sync('Tasks', s.token).list is None


def test_state_of_lists_survives(start, tmp_path):
    options = ('--data', str(tmp_path / 'data'))
    c = start(*options)
    client = c.client()
    made = add_list(client, 'Kept', 107, 'd')
    update_list(client, 'Kept', 'EnableVersioning="TRUE"', [change(1, '<Field Type="Text" DisplayName="Extra"/>')])
    client.call('DeleteList', arg('listName', 'Links'))
    want = client.get_list('Kept')
    c.stop()
    client = start(*options).client()
    got = client.get_list(made.get('ID'))
    assert [f.attrib for f in got.iter(SP + 'Field')] == [f.attrib for f in want.iter(SP + 'Field')]
    assert 'Links' not in client.lists()


# ---- GetVersionCollection ---------------------------------------------------------------------------

def versions(client, list_, item, name):
    inner = ''
    for key, value in (('strlistID', list_), ('strlistItemID', item), ('strFieldName', name)):
        inner += arg(key, value) if value is not None else ''
    return [v.attrib for v in client.call('GetVersionCollection', inner).iter(SP + 'Version')]


def test_versions_of_an_item(client):
    """R771, R776, R1959, R2232: newest first"""
    update_list(client, 'Tasks', 'EnableVersioning="TRUE"')
    id_ = client.new('Tasks', Title='one')['ID']
    for title in ('two', 'three'):
        client.update('Tasks', method(1, 'Update', id_, Title=title))
    got = versions(client, 'Tasks', id_, 'Title')
    assert [v['Title'] for v in got] == ['three', 'two', 'one']
    assert all(set(v) == {'Title', 'Modified', 'Editor'} and v['Modified'].endswith('Z') and v['Editor'].startswith('12;#')
               for v in got)
    assert versions(client, client.lists()['Tasks'].get('ID'), id_, 'Title') == got  # R762, R763


def test_versions_without_versioning(client):
    id_ = client.new('Links', Comments='c')['ID']
    client.update('Links', method(1, 'Update', id_, Comments='d'))
    assert [v['Comments'] for v in versions(client, 'Links', id_, 'Comments')] == ['d']


@pytest.mark.parametrize('args, code', [
    (('Tasks', None, 'Title'), 0x82000001), (('Tasks', '', 'Title'), 0x82000001),  # R3020
    (('Nothing', 1, 'Title'), 0x82000006),  # R765
    (('Tasks', -1, 'Title'), 0x81020014), (('Tasks', 0, 'Title'), None), (('Tasks', 999, 'Title'), None),  # R766
    (('Tasks', 1, 'Nothing'), None), (('Tasks', 1, 'title'), None), (('Tasks', 1, None), None),  # R768, R769
    ((None, 1, 'Title'), None), (('Tasks', 'x', 'Title'), None)])  # R3022
def test_faults_of_versions(client, args, code):
    with pytest.raises(Fault) as e:
        versions(client, *args)
    assert e.value.code == code


@pytest.mark.parametrize('item', [-1, 0, 999])
def test_faults_of_versions_in_2007(start, item):
    """R7661"""
    c = start('--server-version', '12').client()
    with pytest.raises(Fault) as e:
        versions(c, 'Tasks', item, 'Title')
    assert e.value.code is None and e.value.text == 'Value does not fall within the expected range.'
