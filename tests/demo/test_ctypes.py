"""Content types of lists: [MS-LISTSWS] 3.1.4.6, .9, .11, .12, .18 to .20, .27 to .29."""
import re

import pytest

from conftest import SP, Fault, arg, field

FORMS = 'http://schemas.microsoft.com/sharepoint/v3/contenttype/forms'


def types(client, list_='Tasks', id_=None, op='GetListContentTypes', more=''):
    inner = arg('listName', list_) + (arg('contentTypeId', id_) if id_ is not None else '')
    return client.call(op, inner + more).find('.//' + SP + 'ContentTypes')


def one(client, id_, list_='Tasks'):
    return client.call('GetListContentType', arg('listName', list_) + arg('contentTypeId', id_)).find('.//' + SP + 'ContentType')


def first_id(client, list_='Tasks'):
    return types(client, list_)[0].get('ID')


def names(type_):
    return [f.get('Name') for f in type_.find(SP + 'Fields')]


def create(client, name='My type', parent=None, list_='Tasks', fields=(), properties='', view=None):
    inner = arg('listName', list_) + arg('displayName', name) + arg('parentType', parent or first_id(client, list_))
    if fields:
        inner += '<fields><Fields>%s</Fields></fields>' % ''.join(
            '<Method ID="%d">%s</Method>' % (n, f) for n, f in enumerate(fields))
    if properties:
        inner += '<contentTypeProperties><ContentType %s/></contentTypeProperties>' % properties
    inner += arg('addToView', view) if view else ''
    return client.call('CreateContentType', inner).findtext(SP + 'CreateContentTypeResult')


def update(client, id_, list_='Tasks', properties='', view=None, **fields):
    inner = arg('listName', list_) + arg('contentTypeId', id_)
    if properties:
        inner += '<contentTypeProperties><ContentType %s/></contentTypeProperties>' % properties
    for param in ('newFields', 'updateFields', 'deleteFields'):
        if param in fields:
            inner += '<%s><Fields>%s</Fields></%s>' % (param, ''.join(
                '<Method ID="%s%d">%s</Method>' % (param[0], n, f) for n, f in enumerate(fields[param])), param)
    inner += arg('addToView', view) if view else ''
    return client.call('UpdateContentType', inner).find('.//' + SP + 'Results')


def fault(client, op, inner):
    with pytest.raises(Fault) as e:
        client.call(op, inner)
    return e.value.code


# ---- reading ------------------------------------------------------------------------------------

@pytest.mark.parametrize('list_, expected', [
    ('Tasks', [('Task', '0x0108'), ('Folder', '0x0120')]), ('Calendar', [('Event', '0x0102'), ('Folder', '0x0120')]),
    ('Team Discussion', [('Discussion', '0x012002'), ('Message', '0x0107')]),
    ('Shared Documents', [('Document', '0x0101'), ('Folder', '0x0120')]), ('Assets', [('Item', '0x01'), ('Folder', '0x0120')])])
def test_types_of_each_list(client, list_, expected):
    """R18321; R605, R1838 to R1842"""
    got = types(client, list_)
    assert [t.get('Name') for t in got] == [n for n, _ in expected]
    for t, (_, parent) in zip(got, expected):
        assert re.fullmatch(parent + '00[0-9A-F]{32}', t.get('ID'))
        assert t.get('Description') and t.get('Version') == '0' and t.get('BestMatch') is None
        assert t.get('Scope').startswith('http://127.0.0.1:%d/sites/team/' % client.port)
        doc = t.find(SP + 'XmlDocuments')[0]
        assert doc.get('NamespaceURI') == FORMS and doc[0].tag == '{%s}FormTemplates' % FORMS
    order = got.get('ContentTypeOrder').split(',')
    assert order[0] == got[0].get('ID')


def test_order_is_not_told_of_people_nor_by_2007(client, start):
    """R1834, R3016, R2462"""
    assert types(client, 'User Information List').get('ContentTypeOrder') is None
    assert types(client, 'User Information List', op='GetListContentTypesAndProperties').get('ContentTypeOrder') is None
    assert types(start('--server-version', '12').client()).get('ContentTypeOrder') is None


@pytest.mark.parametrize('op', ['GetListContentTypes', 'GetListContentTypesAndProperties'])
def test_best_match(client, op):
    """R1844; R612, R613, R1826, R1828, R1843; R1044 to R1048"""
    task, folder = (t.get('ID') for t in types(client))

    def best(id_):
        return [t.get('ID') for t in types(client, id_=id_, op=op) if t.get('BestMatch') == 'TRUE']

    assert best(task) == [task] and best(folder.lower()) == [folder]
    assert best('0x0108') == [task] and best('0x010801') == [task] and best('0x0120D5') == [folder]
    assert best('0x') == [] and best('0x0201') == [] and best(None) == [] and best('') == []
    for wrong in ('x', '0x1', '0x01zz'):
        with pytest.raises(Fault) as e:
            best(wrong)
        assert e.value.code is None


def test_one_type(client):
    """R596, R595"""
    got = one(client, first_id(client))
    assert got.get('Name') == 'Task' and got.get('Group') == 'List Content Types'
    assert names(got)[:2] == ['ContentType', 'Title'] and 'DueDate' in names(got)
    title = got.find(SP + 'Fields')[1]
    want = field(client.get_list('Tasks'), 'Title')
    assert title.get('ID') == want.get('ID') and title.get('Type') == 'Text'
    for wrong in ('0x0108', '0x', 'x', ''):
        assert fault(client, 'GetListContentType', arg('listName', 'Tasks') + arg('contentTypeId', wrong)) is None
    assert fault(client, 'GetListContentType', arg('listName', 'Tasks')) is None


OPS = [('GetListContentType', ''), ('GetListContentTypes', ''), ('CreateContentType', arg('displayName', 'n')),
       ('UpdateContentType', ''), ('DeleteContentType', ''), ('ApplyContentTypeToList', ''),
       ('UpdateContentTypeXmlDocument', ''), ('UpdateContentTypesXmlDocument', ''), ('DeleteContentTypeXmlDocument', '')]


@pytest.mark.parametrize('op, inner', OPS, ids=[o for o, _ in OPS])
def test_unknown_list(client, start, op, inner):
    """R594, R611, R424, R800, R488, R378, R866, R846, R505; 2007: no code"""
    inner += arg('listName', 'nothing') + arg('contentTypeId', '0x01')
    assert fault(client, op, inner) == 0x82000006
    assert fault(start('--server-version', '12').client(), op, inner) is None


def test_properties_of_list_and_site(client):
    """R1038, R1039, R1049, R1051, R1052"""
    def properties(*more):
        r = client.call('GetListContentTypesAndProperties', arg('listName', 'Tasks') + ''.join(more))
        return {p.get('Key'): p.get('Value') for p in r.iter(SP + 'Property')}

    all_ = properties()
    assert all_['vti_listtitle'] == 'Tasks' and all_['vti_listservertemplate'] == '107'
    assert properties(arg('propertyPrefix', '')) == all_
    assert set(properties(arg('propertyPrefix', 'vti_listt'))) == {'vti_listtitle'}
    assert properties(arg('propertyPrefix', 'none')) == {}
    assert properties(arg('includeWebProperties', 'false')) == all_
    web = properties(arg('includeWebProperties', 'true'))
    assert set(web) > set(all_) and web['vti_webtitle'] == 'Team'
    assert set(properties(arg('propertyPrefix', 'vti_web'), arg('includeWebProperties', '1'))) == {'vti_webtitle'}


def test_properties_and_files_of_a_site(start, tmp_path):
    """R1038, R1039, R1053: the site's bag by the same rules as the list's, files by the keys that name them."""
    options = ('--data', str(tmp_path), '--site', '/sites/team', '--site', '/sites/other')
    s = start(*options)
    s.client().do('site-property /sites/team my_form_file=form.xml "<form/>"', 'site-property /sites/team my_key=1',
                  'site-property /sites/other my_key=2', 'property Tasks my_list=3')
    s.stop()
    s.start()

    def properties(*more, site='/sites/team'):
        r = s.client(site).call('GetListContentTypesAndProperties', arg('listName', 'Tasks') + ''.join(more))
        return {p.get('Key'): p.get('Value') for p in r.iter(SP + 'Property') if not p.get('Key').startswith('vti_')}

    web = arg('includeWebProperties', 'True')
    assert properties() == {'my_list': '3'}
    assert properties(web) == {'my_list': '3', 'my_key': '1', 'my_form_file': 'form.xml', 'form.xml': '<form/>'}
    assert properties(arg('propertyPrefix', 'my_f'), web) == {'my_form_file': 'form.xml', 'form.xml': '<form/>'}
    assert properties(web, site='/sites/other') == {'my_key': '2'}


def test_2007_does_not_know_properties(start):
    """R2464"""
    c = start('--server-version', '12').client()
    with pytest.raises(Fault) as e:
        types(c, op='GetListContentTypesAndProperties')
    assert e.value.faultcode.endswith('Client')


# ---- making -------------------------------------------------------------------------------------

def test_makes_a_type(client):
    """R2266, R2267; R420, R429, R460"""
    parent = first_id(client)
    token = client.sync('Tasks').token
    id_ = create(client, 'My <type>'.replace('<', '(').replace('>', ')'), parent, properties='Description="d" Group="g"',
                 fields=['<Field Name="Body" DisplayName="Text" Hidden="TRUE"/>', '<Field Name="Nothing"/>',
                         '<Field ID="%s"/>' % field(client.get_list('Tasks'), 'Author').get('ID')])
    assert re.fullmatch(parent + '00[0-9A-F]{32}', id_)
    got = one(client, id_)
    assert got.get('Name') == 'My (type)' and got.get('Description') == 'd' and got.get('Group') == 'g'
    assert 'Author' in names(got) and 'Nothing' not in names(got)
    body = next(f for f in got.find(SP + 'Fields') if f.get('Name') == 'Body')
    assert body.get('DisplayName') == 'Text' and body.get('Hidden') == 'TRUE'
    assert len(types(client)) == 3 and client.sync('Tasks', token).list is not None
    assert client.new('Tasks', Title='x', ContentTypeId=id_)['ContentType'] == 'My (type)'
    assert client.new('Tasks', Title='x', ContentType='my (TYPE)')['ContentTypeId'] == id_


def test_parents_of_the_site(client):
    assert re.fullmatch('0x010400[0-9A-F]{32}', create(client, 'News', '0x0104'))
    for wrong in ('0x01FF', '0x0108' + '00' + 'A' * 32, 'x', ''):
        inner = arg('listName', 'Tasks') + arg('displayName', 'n') + arg('parentType', wrong)
        assert fault(client, 'CreateContentType', inner) is None  # R426, R427, R1683
    assert fault(client, 'CreateContentType', arg('listName', 'Tasks') + arg('displayName', 'n')) is None


BAD_NAMES = ['x' * 129, 'a.', ' a', 'a ', 'a\tb', 'a..b', *('a%sb' % ch for ch in '\\/:*?"#%<>{}|~&')]


@pytest.mark.parametrize('name', BAD_NAMES, ids=range(len(BAD_NAMES)))
def test_names_that_are_none(client, name):
    """R434, R436, R437, R440, R4837"""
    inner = arg('listName', 'Tasks') + arg('displayName', name) + arg('parentType', first_id(client))
    assert fault(client, 'CreateContentType', inner) == 0x80131600
    assert len(types(client)) == 2


def test_names(client):
    create(client, 'ü' * 128)
    create(client, 'a.b')
    create(client, 'With_x0020_a_x0020_blank')
    assert [t.get('Name') for t in types(client)][2:] == ['ü' * 128, 'a.b', 'With a blank']
    for taken in ('Task', 'TASK', 'folder'):  # R1691001
        with pytest.raises(Fault) as e:
            create(client, taken)
        assert e.value.code == 0xb7


def test_what_was_made_stays_made(client):
    """R428, R430; R2268, R2269, R2270: although the title in the properties is refused"""
    with pytest.raises(Fault) as e:
        create(client, 'Made', fields=['<Field Name="Author"/>'], properties='Description="kept" Title="no/no"')
    assert e.value.code == 0x80131600
    made = next(t for t in types(client) if t.get('Name') == 'Made')
    assert made.get('Description') == 'kept' and 'Author' in names(one(client, made.get('ID')))
    with pytest.raises(Fault) as e:
        create(client, 'Second', properties='Title="Task"')
    assert e.value.code == 0xb7
    assert 'Second' in [t.get('Name') for t in types(client)]


def test_add_to_view(client):
    """R1992; R458, R826"""
    def view():
        return [f.get('Name') for f in client.call('GetListAndView', arg('listName', 'Tasks')).iter(SP + 'FieldRef')]

    create(client, 'One', fields=['<Field Name="Author"/>'], view='true')
    assert 'Author' not in view()
    create(client, 'Two', fields=['<Field Name="Author"/>'], view='TRUE')
    create(client, 'Three', fields=['<Field Name="Author"/>'], view='TRUE')
    assert view().count('Author') == 1


# ---- changing -------------------------------------------------------------------------------------

def test_updates_a_type(client):
    """R804, R829, R830, R832, R833, R828"""
    id_ = first_id(client)
    r = update(client, id_, deleteFields=['<Field Name="Body"/>', '<Field Name="Nothing"/>'],
               newFields=['<Field Name="Author"/>', '<Field Name="Nothing"/>'],
               updateFields=['<Field Name="Title" DisplayName="What"/>', '<Field Name="Editor" DisplayName="x"/>'],
               properties='Description="new" Title="Job" RequireClientRenderingOnNew="yes" DocumentTemplate="a.dotx"')
    methods = {m.get('ID'): m for m in r.iter(SP + 'Method')}
    codes = {k: m.findtext(SP + 'ErrorCode') for k, m in methods.items()}
    assert codes == {'d0': '0x00000000', 'd1': '0x82000007', 'n0': '0x00000000', 'n1': '0x82000007', 'u0': '0x00000000',
                     'u1': '0x82000007'}
    assert methods['n0'].find(SP + 'FieldRef').get('Name') == 'Author'
    assert methods['u0'].find(SP + 'Field').get('Name') == 'Title'
    assert all(methods[k].findtext(SP + 'ErrorText') for k in ('d1', 'n1', 'u1'))  # R834
    p = r.find(SP + 'ListProperties')
    assert p.get('ID') == id_ and p.get('Name') == 'Job' and p.get('Description') == 'new' and p.get('Version') == '1'
    got = one(client, id_)
    assert 'Body' not in names(got) and 'Author' in names(got) and got.get('RequireClientRenderingOnNew') == 'FALSE'
    assert next(f for f in got.find(SP + 'Fields') if f.get('Name') == 'Title').get('DisplayName') == 'What'
    assert field(client.get_list('Tasks'), 'Title').get('DisplayName') != 'What'  # only in this type


def test_each_edit_counts(client):
    """R619, R1066"""
    id_ = first_id(client)
    for n in (1, 2, 3):
        update(client, id_, properties='Description="%d"' % n)
        assert types(client)[0].get('Version') == str(n)


def test_unknown_types(client):
    """R801, R802, R1976; R489, R1714; R506; R867; R841"""
    for wrong in ('', 'x', '0x', '0x0108', '0x01080100' + 'A' * 32):
        inner = arg('listName', 'Tasks') + arg('contentTypeId', wrong)
        for op in ('UpdateContentType', 'DeleteContentType', 'DeleteContentTypeXmlDocument'):
            assert fault(client, op, inner) is None
        assert fault(client, 'UpdateContentTypeXmlDocument', inner + '<newDocument><a xmlns="urn:a"/></newDocument>') is None


def test_what_was_updated_stays(client):
    """R816; R817 to R820"""
    id_ = first_id(client)
    with pytest.raises(Fault) as e:
        update(client, id_, deleteFields=['<Field Name="Body"/>'], properties='Description="kept" Title="Folder"')
    assert e.value.code == 0xb7
    got = one(client, id_)
    assert 'Body' not in names(got) and got.get('Description') == 'kept' and got.get('Name') == 'Task'


def test_deletes_a_type(client):
    """R490, R495"""
    id_ = create(client, 'Short-lived')
    r = client.call('DeleteContentType', arg('listName', 'Tasks') + arg('contentTypeId', id_))
    assert r.find('.//' + SP + 'Success') is not None and len(types(client)) == 2
    assert fault(client, 'DeleteContentType', arg('listName', 'Tasks') + arg('contentTypeId', id_)) is None
    for t in list(types(client)):  # a list without any: what is made is a plain item
        client.call('DeleteContentType', arg('listName', 'Links') + arg('contentTypeId', first_id(client, 'Links')))
    assert client.new('Links', Comments='x')['ContentTypeId'].startswith('0x01')


def test_applies_a_type_of_the_site(client):
    """R379, R384, R373, R382"""
    inner = arg('webUrl', 'http://elsewhere/') + arg('contentTypeId', '0x0104') + arg('listName', 'Tasks')
    assert client.call('ApplyContentTypeToList', inner).find('.//' + SP + 'Success') is not None
    assert [t.get('Name') for t in types(client)] == ['Task', 'Folder', 'Announcement']
    for wrong in ('0x01FF', 'x', ''):
        assert fault(client, 'ApplyContentTypeToList', arg('contentTypeId', wrong) + arg('listName', 'Tasks')) is None


# ---- XML documents ------------------------------------------------------------------------------

def documents(client, id_):
    return {d.get('NamespaceURI'): d for d in one(client, id_).find(SP + 'XmlDocuments')}


DOCUMENT = '<a:root xmlns:a="urn:a" x="1"><a:b>&lt;</a:b><c xmlns="urn:c"/></a:root>'


def test_documents_of_one_type(client):
    """R868, R869, R870, R507, R508"""
    id_ = first_id(client)
    inner = arg('listName', 'Tasks') + arg('contentTypeId', id_)
    for document in (DOCUMENT.replace('1', '0'), DOCUMENT):
        r = client.call('UpdateContentTypeXmlDocument', inner + '<newDocument>%s</newDocument>' % document)
        assert r.find('.//' + SP + 'Success') is not None
    got = documents(client, id_)
    assert set(got) == {FORMS, 'urn:a'}
    root = got['urn:a'][0]
    assert root.tag == '{urn:a}root' and root.get('x') == '1' and root[0].text == '<' and root[1].tag == '{urn:c}c'
    for uri in ('urn:other', 'urn:a', 'urn:a'):
        r = client.call('DeleteContentTypeXmlDocument', inner + arg('documentUri', uri))
        assert r.find('.//' + SP + 'Success') is not None
    assert set(documents(client, id_)) == {FORMS}
    assert fault(client, 'UpdateContentTypeXmlDocument', inner) is None
    assert fault(client, 'UpdateContentTypeXmlDocument', inner + '<newDocument><a xmlns=""/></newDocument>') is None  # R874


def test_documents_of_several_types(client):
    """R2010; R847, R848, R2278"""
    ids = [t.get('ID') for t in types(client)]
    each = ''.join('<ContentType ID="%s">%s</ContentType>' % (i, DOCUMENT) for i in ids)
    inner = arg('listName', 'Tasks') + '<newDocument><ContentTypes>%s</ContentTypes></newDocument>'
    assert client.call('UpdateContentTypesXmlDocument', inner % each).find('.//' + SP + 'Success') is not None
    assert all('urn:a' in documents(client, i) for i in ids)


def test_documents_of_no_form_are_passed_over(client):
    """R840, R2277, R2286"""
    for other in ('', '<a/>', '<ContentTypes/>', '<ContentTypes><a/></ContentTypes>', '<ContentTypes><ContentType/></ContentTypes>'):
        r = client.call('UpdateContentTypesXmlDocument', arg('listName', 'Tasks') + '<newDocument>%s</newDocument>' % other)
        result = r.find(SP + 'UpdateContentTypesXmlDocumentResult')
        assert result is not None and len(result) == 0


def test_documents_of_types_that_are_not_there(client):
    """R841, R842: and none of the others is changed"""
    id_ = first_id(client)
    inner = arg('listName', 'Tasks') + '<newDocument><ContentTypes><ContentType ID="%s">%s</ContentType>%s</ContentTypes></newDocument>'
    for second in ('<ContentType ID="0x01">%s</ContentType>' % DOCUMENT, '<ContentType ID="%s"/>' % id_):
        assert fault(client, 'UpdateContentTypesXmlDocument', inner % (id_, DOCUMENT, second)) is None
        assert set(documents(client, id_)) == {FORMS}


def test_types_survive(start, tmp_path):
    options = ('--data', str(tmp_path / 'data'))
    s = start(*options)
    c = s.client()
    id_ = create(c, 'Kept', properties='Description="&lt;d&gt;"', fields=['<Field Name="Author"/>'])
    c.call('UpdateContentTypeXmlDocument', arg('listName', 'Tasks') + arg('contentTypeId', id_) +
           '<newDocument>%s</newDocument>' % DOCUMENT)
    want = one(c, id_)
    s.stop()
    got = one(start(*options).client(), id_)
    assert got.attrib == want.attrib and names(got) == names(want) and got.get('Description') == '<d>'
    assert got.find('.//{urn:c}c') is not None


def test_contributors_only_read(start):
    c = start('--user', 'ann:x:contributor').client(user='ann:x')
    id_ = first_id(c)
    inner = arg('listName', 'Tasks') + arg('contentTypeId', id_) + arg('parentType', id_) + arg('displayName', 'n')
    for op, _ in OPS[2:]:
        assert fault(c, op, inner) == 0x80070005
