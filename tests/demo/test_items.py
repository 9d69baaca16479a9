"""GetListItems and GetListItemChanges, [MS-LISTSWS] 3.1.4.24 and 3.1.4.21; CAML, [MS-WSSCAML] 2.2."""
import pytest

from conftest import RS, SP, Fault, arg, method, rows, view_fields


def eq(name, value, op='Eq', type_='Text', attributes='', ref=''):
    return '<%s><FieldRef Name="%s"%s/><Value Type="%s"%s>%s</Value></%s>' % (op, name, ref, type_, attributes, value, op)


def where(inner):
    return '<Where>%s</Where>' % inner


# ---- filters ------------------------------------------------------------------------------------

@pytest.mark.parametrize('filter_,titles', [
    (eq('Title', 'Office chair'), ['Office chair', 'Office chair']),
    (eq('Title', 'OFFICE CHAIR'), ['Office chair', 'Office chair']),
    (eq('Title', 'schlÜsselkasten'), ['Schlüsselkasten']),
    (eq('Title', 'Office', 'BeginsWith'), ['Office chair', 'Office chair']),
    (eq('Title', 'machine', 'Contains'), ['Coffee machine', 'Fax machine']),
    (eq('Pieces', '12', type_='Number'), ['Office chair']),
    (eq('Pieces', '4', 'Gt', 'Number'), ['Office chair', '電話機']),
    (eq('Pieces', '4', 'Geq', 'Number'), ['Office chair', 'Office chair', '電話機']),
    (eq('Purchase_x0020_price', '45', 'Leq', 'Currency'), ['電話機', 'Whiteboard']),
    (eq('Purchase_x0020_price', '45', 'Lt', 'Currency'), ['Whiteboard']),
    (eq('In_x0020_use', '0', type_='Boolean'), ['Office chair', 'Fax machine', 'Typewriter']),
    (eq('In_x0020_use', 'FALSE', type_='Boolean'), ['Office chair', 'Fax machine', 'Typewriter']),
    (eq('State', 'Broken', type_='Choice'), ['Projector', 'Fax machine']),
    (eq('Tags', 'lent out', type_='MultiChoice'), ['Projector']),
    (eq('Tags', 'blue; green', type_='MultiChoice'), ['Laptop "Zeus"']),
    (eq('Vendor', 'Northwind', type_='Lookup'), ['Projector']),
    (eq('Vendor', '5', type_='Lookup', ref=' LookupId="TRUE"'), ['Projector']),
    (eq('Vendor', '5', type_='Integer'), ['Projector']),
    (eq('Owners', '15', 'Includes', 'Integer', ref=' LookupId="TRUE"'), ['Laptop "Zeus"']),
    (eq('Owners', 'Ada King', 'Includes', 'User'), ['Laptop "Hera"']),
    (eq('Bought_x0020_on', '2019-06-30T00:00:00Z', type_='DateTime'), ['Projector']),
    (eq('Bought_x0020_on', '2020-01-01', 'Lt', 'DateTime'), ['Projector', 'Fax machine']),
    (eq('Last_x0020_seen', '2026-11-20T10:00:00Z', type_='DateTime'), ['Laptop "Zeus"']),
    (eq('Last_x0020_seen', '2026-11-20T10:00:00Z', type_='DateTime', attributes=' IncludeTimeValue="TRUE"'), []),
    (eq('Last_x0020_seen', '2026-11-20T07:05:09Z', type_='DateTime', attributes=' IncludeTimeValue="TRUE"'),
     ['Laptop "Zeus"']),
    ('<IsNotNull><FieldRef Name="Bought_x0020_on"/></IsNotNull>', ['Laptop "Zeus"', 'Projector', 'Fax machine']),
    ('<And>%s%s</And>' % (eq('Title', 'chair', 'Contains'), eq('Pieces', '4', type_='Number')), ['Office chair']),
    ('<Or>%s%s</Or>' % (eq('Title', 'Projector'), eq('Title', 'Typewriter')), ['Projector', 'Typewriter']),
    ('<And><Or>%s%s</Or><Neq><FieldRef Name="Pieces"/><Value Type="Number">12</Value></Neq></And>' % (
        eq('Title', 'Projector'), eq('Title', 'Office chair')), ['Projector', 'Office chair']),
    ('<In><FieldRef Name="Title"/><Values><Value Type="Text">Projector</Value><Value Type="Text">Whiteboard</Value>'
     '</Values></In>', ['Projector', 'Whiteboard']),
    (eq('FileDirRef', '/sites/team/Lists/Assets/Retired'), ['Fax machine', 'Typewriter']),
    (eq('FileRef', 'sites/team/Lists/Assets/Retired/10_.000'), ['Fax machine']),
    (eq('FSObjType', '1', type_='Integer'), ['Retired']),
    (eq('ID', '3', type_='Counter'), ['Projector']),
    (eq('ID', '999', type_='Counter'), []),
    (eq('Author', 'Jane Roe', type_='User'), ['Laptop "Zeus"', 'Schlüsselkasten']),
    (eq('Author', '<UserID/>', type_='Integer'), ['Laptop "Zeus"', 'Schlüsselkasten']),
    (eq('Author', '<UserID/>', type_='Integer', ref=' LookupId="TRUE"'), ['Laptop "Zeus"', 'Schlüsselkasten']),
    (eq('Created', '<Today OffsetDays="-20000"/>', 'Lt', 'DateTime'), []),
    ('<Or>%s</Or>' % eq('ID', '3', type_='Counter'), ['Projector']),
])
def test_where(client, filter_, titles):
    assert client.titles('Assets', where(filter_)) == titles


def test_null_is_not_a_value(client):
    all_ = client.titles('Assets', '')
    without = client.titles('Assets', where('<IsNull><FieldRef Name="Vendor"/></IsNull>'))
    with_ = client.titles('Assets', where('<IsNotNull><FieldRef Name="Vendor"/></IsNotNull>'))
    assert sorted(without + with_) == sorted(all_) and 'Whiteboard' in without
    assert 'Whiteboard' not in client.titles('Assets', where(eq('Seriennummer', 'z', 'Lt')))


@pytest.mark.parametrize('filter_', [
    eq('Nothing', 'x'), '<Frobnicate/>', '<Eq/>', '<And/>', '<Eq><FieldRef Name="Title"/></Eq>', '<Eq><Value>x</Value></Eq>',
    '<And>' * 100 + eq('Title', 'x') + '</And>' * 100, eq('Bought_x0020_on', 'never', type_='DateTime')])
def test_filters_that_are_none(client, filter_):
    with pytest.raises(Fault):
        client.titles('Assets', where(filter_))


def test_empty_query_is_all(client):
    assert len(client.titles('Assets', '')) == len(client.titles('Assets', '<Where/>')) == 12


# ---- order --------------------------------------------------------------------------------------

@pytest.mark.parametrize('by,check', [
    ('<FieldRef Name="Title"/>', lambda r: r['Title'].lower()),
    ('<FieldRef Name="Pieces" Ascending="TRUE"/>', lambda r: float(r.get('Pieces', '-1'))),
    ('<FieldRef Name="Created"/>', lambda r: r['Created']),
    ('<FieldRef Name="ID"/>', lambda r: int(r['ID'])),
])
def test_order_by(client, by, check):
    def keys(by):
        got = client.items('Assets', '<OrderBy>%s</OrderBy>' % by, ['Title', 'Pieces', 'Created'], 0)
        return [check(r) for r in got]
    up = keys(by)
    assert up == sorted(up)
    down = keys(by.replace(' Ascending="TRUE"', '').replace('/>', ' Ascending="FALSE"/>'))
    assert down == sorted(up, reverse=True)


TITLE = '{fa564e0f-0c70-4ab9-b863-0177e6ddd247}'


def test_columns_by_their_id(client):
    """[MS-WSSCAML] FieldRef: ID in place of Name."""
    where = '<Where><Eq><FieldRef ID="%s"/><Value Type="Text">Order toner</Value></Eq></Where>'
    assert client.titles('Tasks', where % TITLE) == client.titles('Tasks', where % TITLE.upper()[1:-1]) == ['Order toner']
    up = client.titles('Tasks', '<OrderBy><FieldRef ID="%s"/></OrderBy>' % TITLE)
    assert up == client.titles('Tasks', '<OrderBy><FieldRef Name="Title"/></OrderBy>') and len(up) > 5
    with pytest.raises(Fault):
        client.titles('Tasks', where % '{00000000-0000-0000-0000-000000000001}')


def test_date_ranges_overlap(client):
    """[MS-WSSCAML] DateRangesOverlap: what touches the day, the week, the month, the year of CalendarDate."""
    client.do('add-list 106 Meetings', *('add Meetings Title=%s EventDate=%s EndDate=%s' % e for e in (
        ('day', '2026-03-04T09:00:00Z', '2026-03-04T10:00:00Z'), ('week', '2026-03-06T09:00:00Z', '2026-03-09T10:00:00Z'),
        ('month', '2026-03-30T09:00:00Z', '2026-04-02T10:00:00Z'), ('year', '2026-12-31T09:00:00Z', '2027-01-02T10:00:00Z'),
        ('other', '2028-01-01T09:00:00Z', '2028-01-01T10:00:00Z'))))

    def titles(value, at='2026-03-04T09:30:00Z'):
        q = ('<Where><DateRangesOverlap><FieldRef Name="EventDate"/><FieldRef Name="EndDate"/><FieldRef Name="RecurrenceID"/>'
             '<Value Type="DateTime">%s</Value></DateRangesOverlap></Where><OrderBy><FieldRef Name="ID"/></OrderBy>' % value)
        return [r['Title'] for r in client.items('Meetings', q, ['Title'], 0, '<CalendarDate>%s</CalendarDate>' % at)]

    assert titles('<Now/>') == titles('<Today/>') == ['day'] and titles('<Now/>', '2026-03-04T11:00:00Z') == []
    assert titles('<Week/>') == ['day', 'week'] and titles('<Week/>', '2026-03-09') == ['week']
    assert titles('<Month/>') == ['day', 'week', 'month'] and titles('<Month/>', '2026-04-20') == ['month']
    assert titles('<Year/>') == ['day', 'week', 'month', 'year'] and titles('<Year/>', '2027-07-01') == ['year']
    assert titles('2026-03-07') == ['week'] and titles('2028-01-01T00:00:00Z') == ['other']
    for wrong in ('junk', '<Never/>'):
        with pytest.raises(Fault):
            titles(wrong)


def test_membership(client):
    """[MS-WSSCAML] Membership: all people have rights here, and nobody is in a group."""
    query = '<Where><Membership Type="%s"><FieldRef Name="AssignedTo"/></Membership></Where>'
    assigned = client.titles('Tasks', '<Where><IsNotNull><FieldRef Name="AssignedTo"/></IsNotNull></Where>')
    assert client.titles('Tasks', query % 'SPWeb.AllUsers') == client.titles('Tasks', query % 'SPWeb.Users') == assigned != []
    assert client.titles('Tasks', query % 'CurrentUserGroups') == client.titles('Tasks', query % 'SPWeb.Groups') == []
    with pytest.raises(Fault):
        client.titles('Tasks', query % 'Nobody')


def test_order_by_two_columns(client):
    got = client.items('Contacts', '<OrderBy><FieldRef Name="Title"/><FieldRef Name="FirstName" Ascending="FALSE"/></OrderBy>',
                       ['Title', 'FirstName'], 0)
    smiths = [r['FirstName'] for r in got if r['Title'] == 'Smith']
    assert smiths == ['John', 'John', 'Joan']


def test_order_by_lookup_is_by_its_text(client):
    got = client.items('Assets', '<OrderBy><FieldRef Name="Vendor"/></OrderBy>', ['Vendor'], 0)
    texts = [r['Vendor'].split(';#')[1].lower() for r in got if 'Vendor' in r]
    assert texts == sorted(texts) and 'Vendor' not in got[0]  # empty first


def test_pages_of_a_sorted_answer(client):
    seen, position = [], None
    while True:
        options = '<ViewAttributes Scope="RecursiveAll"/>' + (
            '<Paging ListItemCollectionPositionNext="%s"/>' % position.replace('&', '&amp;') if position else '')
        inner = arg('listName', 'Contacts') + '<query><Query><OrderBy><FieldRef Name="FirstName"/></OrderBy></Query></query>' + \
            view_fields(['FirstName']) + arg('rowLimit', 5) + '<queryOptions><QueryOptions>%s</QueryOptions></queryOptions>' % options
        r = client.call('GetListItems', inner)
        seen += rows(r)
        position = r.find('.//' + RS + 'data').get('ListItemCollectionPositionNext')
        if not position:
            break
    assert len(seen) == 12 and len({r['ID'] for r in seen}) == 12
    names = [r.get('FirstName', '').lower() for r in seen]
    assert names == sorted(names)


def test_view_decides_what_the_request_leaves_out(client):
    """R742, R744, R2368: the view's columns, order and number of rows."""
    r = client.call('GetListItems', arg('listName', 'Announcements'))
    got = rows(r)
    assert list(got[0])[:3] == ['Attachments', 'LinkTitle', 'Modified']
    assert [x['Modified'] for x in got] == sorted([x['Modified'] for x in got], reverse=True)


def test_row_limit_of_the_view(start):
    c = start('--items', '150').client()
    assert len(rows(c.call('GetListItems', arg('listName', 'Big list')))) == 30
    assert len(rows(c.call('GetListItems', arg('listName', 'Big list') + '<rowLimit/>'))) == 30  # R744
    assert len(rows(c.call('GetListItems', arg('listName', 'Big list') + arg('rowLimit', 0)))) == 150


@pytest.mark.parametrize('extra,code', [
    (arg('viewName', 'nonsense'), 0x82000001),  # R729
    (arg('viewName', '{01234567-89AB-CDEF-0123-456789ABCDEF}'), 0x82000005),  # R730
])
def test_wrong_views(client, extra, code):
    with pytest.raises(Fault) as e:
        client.call('GetListItems', arg('listName', 'Tasks') + extra)
    assert e.value.code == code


def test_R731_R2272_unknown_view_is_ignored_beside_everything_else(client):
    extra = arg('viewName', '{01234567-89AB-CDEF-0123-456789ABCDEF}')
    a = client.items('Tasks', '', ['Title'], 5)
    b = client.items('Tasks', '', ['Title'], 5, extra=extra)
    assert a == b


def test_R3019_nothing_given(client):
    with pytest.raises(Fault) as e:
        client.call('GetListItems', arg('listName', '') + arg('viewName', ''))
    assert e.value.code == 0x82000006


def test_threshold(start):
    """More rows than MaxItemsPerThrottledOperation may not be touched without an index (2010 and later)."""
    c = start('--items', '6000').client()
    by_title = where(eq('Title', 'Item 003000'))
    with pytest.raises(Fault) as e:
        c.titles('Big list', by_title)
    assert e.value.code == 0x80070024
    with pytest.raises(Fault):
        c.titles('Big list', '<OrderBy><FieldRef Name="Title"/></OrderBy>')
    assert c.titles('Big list', where(eq('ID', '3000', type_='Counter'))) == ['Item 003000']
    assert c.titles('Big list', where('<And>%s%s</And>' % (eq('Title', 'Item', 'BeginsWith'), eq(
        'ID', '3000', type_='Counter')))) == ['Item 003000']
    c.do('threshold 7000')
    assert c.titles('Big list', by_title) == ['Item 003000']
    assert c.lists()['Big list'].get('MaxItemsPerThrottledOperation') == '7000'
    old = start('--items', '6000', '--server-version', '12').client()
    assert old.titles('Big list', by_title) == ['Item 003000']


# ---- GetListItemChanges -------------------------------------------------------------------------

def item_changes(client, inner):
    r = client.call('GetListItemChanges', inner)
    l = r.find('.//' + SP + 'listitems')
    return l.get('TimeStamp'), [rows(d) for d in l.findall(RS + 'data')]


def test_all_when_since_is_missing(client):
    """R643, R1860 to R1862: all rows, then the ids of all rows."""
    stamp, data = item_changes(client, arg('listName', 'Tasks'))
    assert stamp.endswith('Z') and len(data) == 2
    assert len(data[0]) == len(data[1]) == int(client.lists()['Tasks'].get('ItemCount'))
    assert 'Title' in data[0][0] and 'LinkTitle' not in data[1][0]
    assert data[0][0]['Created'].endswith('Z')


def test_R648_time_stamp_is_the_next_since(client):
    stamp, _ = item_changes(client, arg('listName', 'Tasks'))
    import time
    time.sleep(1.1)
    client.update('Tasks', method(1, 'Update', 2, Title='x'), method(2, 'Delete', 3))
    _, data = item_changes(client, arg('listName', 'Tasks') + view_fields(['Title']) + arg('since', stamp))
    assert [r['Title'] for r in data[0]] == ['x']
    assert '3' not in {r['ID'] for r in data[1]}


def test_R644_since_without_zone_is_local(client):
    count = {since: len(item_changes(client, arg('listName', 'Announcements') + arg('since', since))[1][0])
             for since in ('2026-11-18T10:00:00Z', '2026-11-18 10:00:00', '2026-11-18 11:00:00')}
    assert count['2026-11-18T10:00:00Z'] == count['2026-11-18 11:00:00'] == count['2026-11-18 10:00:00'] - 1


def test_R645_contains(client):
    """R634, R123302"""
    inner = arg('listName', 'Tasks') + ('<contains><Contains><FieldRef Name="Title"/><Value Type="Text">toner</Value>'
                                        '</Contains></contains>')
    _, data = item_changes(client, inner)
    assert [r['Title'] for r in data[0]] == ['Order toner'] and len(data[1]) > 1


@pytest.mark.parametrize('since', ['', 'yesterday', '2026-13-01'])
def test_R3017_since_that_is_no_date(client, since):
    with pytest.raises(Fault) as e:
        item_changes(client, arg('listName', 'Tasks') + arg('since', since))
    assert e.value.code is None
