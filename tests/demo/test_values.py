"""Values by type: what a client may send, how it comes back, how it is refused."""
import pytest

from conftest import SP, method

BAD_DATE, MISMATCH, NO_USER, INVALID = 0x8102001c, 0x80020005, 0x81020054, 0x81020014
LIST = 'Column types'


def send(client, name, value, **attributes):
    return client.update(LIST, method(1, 'New', Title='v', _={name: value}), **attributes)[0]


@pytest.mark.parametrize('name,sent,back', [
    ('Text', 'plain', 'plain'),
    ('Text', ' a  b ', ' a  b '),
    ('Text', 'a < b & c > d "e" \'f\'', 'a < b & c > d "e" \'f\''),
    ('Text', 'äöü ß € 漢字 🙂', 'äöü ß € 漢字 🙂'),
    ('Plain_x0020_note', 'one\n\ttwo\n\nfour\n', 'one\n\ttwo\n\nfour\n'),
    ('Rich_x0020_note', '<div>a &amp; <b>b</b></div>', '<div>a &amp; <b>b</b></div>'),
    ('Choice', 'Two', 'Two'),
    ('Choice', 'not a choice', 'not a choice'),
    ('Choices', ';#Mo;#We;#', ';#Mo;#We;#'),
    ('Choices', 'Mo;#We', ';#Mo;#We;#'),
    ('Choices', ';#a;; b;#', ';#a;; b;#'),
    ('Number', '20', '20.0000000000000'),
    ('Number', ' -12.5 ', '-12.5000000000000'),
    ('Number', '0', '0'),
    ('Number', '0.05', '0.0500000000000000'),
    ('Number', '12324400', '12324400.0000000'),
    ('Number', '123456789012345', '123456789012345'),
    ('Number', '1e3', '1000.00000000000'),
    ('Percentage', '0.5', '0.500000000000000'),
    ('Currency', '2323', '2323.00000000000'),
    ('Integer', '42', '42'),
    ('Integer', '-2147483648', '-2147483648'),
    ('Boolean', '1', '1'),
    ('Boolean', '0', '0'),
    ('Boolean', 'TRUE', '1'),
    ('Boolean', 'false', '0'),
    ('Boolean', '-1', '1'),
    ('Lookup', '2', '2;#Tailspin;; Toys'),
    ('Lookup', '2;#whatever', '2;#Tailspin;; Toys'),
    ('Lookups', '1;#;#3;#', '1;#Fabrikam;#3;#Litware, España'),
    ('Lookups', '1;#Fabrikam;#3;#x', '1;#Fabrikam;#3;#Litware, España'),
    ('Person', '21', '21;#Li Wei (李伟)'),
    ('Person', '15;#Max Müller', '15;#Max Müller'),
    ('Person', '-1;#CONTOSO\\mmueller', '15;#Max Müller'),
    ('Person', '-1;#mmueller', '15;#Max Müller'),
    ('Person', 'max.mueller@contoso.example', '15;#Max Müller'),
    ('Person', '15;#Max Müller,#CONTOSO\\mmueller,#max.mueller@contoso.example,#,#Max Müller', '15;#Max Müller'),
    ('People', '12;#;#15;#', '12;#Jane Roe;#15;#Max Müller'),
    ('People', '12;#Jane Roe;#15;#Max Müller', '12;#Jane Roe;#15;#Max Müller'),
    ('Hyperlink', 'http://x/, a, b', 'http://x/, a, b'),
    ('Hyperlink', 'http://x/', 'http://x/, http://x/'),
    ('Hyperlink', 'http://x/?a=1,2, c', 'http://x/?a=1,2, c'),
    ('Hyperlink', '/relative, r', '/relative, r'),
    ('Identifier', '01234567-89ab-cdef-0123-456789abcdef', '{01234567-89AB-CDEF-0123-456789ABCDEF}'),
    ('Date_x0020_and_x0020_time', '2026-01-11T09:15:30Z', '2026-01-11 10:15:30'),
    ('Date_x0020_and_x0020_time', '2026-07-11T09:15:30Z', '2026-07-11 11:15:30'),
    ('Date_x0020_and_x0020_time', '2026-07-11 09:15:30', '2026-07-11 09:15:30'),
    ('Date_x0020_and_x0020_time', '2026-07-11T09:15:30', '2026-07-11 09:15:30'),
    ('Date_x0020_and_x0020_time', '2026-07-11', '2026-07-11 00:00:00'),
    ('Date', '2026-07-11', '2026-07-11 00:00:00'),
    ('Date', '2026-07-10T22:00:00Z', '2026-07-11 00:00:00'),
    ('Date', '2026-07-11T15:00:00Z', '2026-07-11 00:00:00'),
])
def test_taken(client, name, sent, back):
    r = send(client, name, sent)
    assert r.code == 0 and r.row[name] == back
    # what was read may be sent back
    again = client.update(LIST, method(1, 'Update', r.row['ID'], _={name: back}))[0]
    assert again.code == 0 and again.row[name] == back


@pytest.mark.parametrize('name,sent,back', [
    ('Date_x0020_and_x0020_time', '2026-07-11T09:15:30Z', '2026-07-11T09:15:30Z'),
    ('Date_x0020_and_x0020_time', '2026-07-11T09:15:30', '2026-07-11T09:15:30Z'),
    ('Date', '2026-07-11', '2026-07-10T22:00:00Z'),  # midnight of the site's zone
    ('Date', '2026-12-11T00:00:00Z', '2026-12-10T23:00:00Z'),
])
def test_dates_in_utc(client, name, sent, back):
    assert send(client, name, sent, DateInUtc='TRUE').row[name] == back


@pytest.mark.parametrize('name,sent,code', [
    ('Number', 'x', MISMATCH), ('Number', '1.2.3', MISMATCH), ('Number', 'nan', MISMATCH), ('Number', 'inf', MISMATCH),
    ('Number', '0x10', MISMATCH), ('Number', '1,5', MISMATCH), ('Currency', '5 EUR', MISMATCH),
    ('Integer', '1.5', MISMATCH), ('Integer', '2147483648', MISMATCH), ('Integer', 'x', MISMATCH),
    ('Boolean', 'maybe', MISMATCH), ('Boolean', '2', MISMATCH),
    ('Lookup', 'x', MISMATCH), ('Lookup', '999', MISMATCH), ('Lookup', '-1', MISMATCH), ('Lookups', '1;#;#x;#', MISMATCH),
    ('Person', 'nobody', NO_USER), ('Person', '999', NO_USER), ('Person', '-1;#nobody', NO_USER), ('Person', '-1', NO_USER),
    ('Hyperlink', 'not an address', INVALID), ('Hyperlink', 'javascript:x, y', INVALID),
    ('Identifier', 'x', MISMATCH),
    ('Date', 'never', BAD_DATE), ('Date', '2026-02-30', BAD_DATE), ('Date', '11.07.2026', BAD_DATE),
    ('Date', '0001-01-01', BAD_DATE), ('Date', '9999-01-01', BAD_DATE), ('Date', '2026-07-11T25:00:00Z', BAD_DATE),
    ('Text', 'x' * 256, INVALID), ('No_such_column', 'x', INVALID),
])
def test_refused(client, name, sent, code):
    """An error that says why (R942), and nothing is made."""
    count = client.lists()[LIST].get('ItemCount')
    r = send(client, name, sent)
    assert r.code == code and r.text and r.row is None
    assert client.lists()[LIST].get('ItemCount') == count
    r = client.update(LIST, method(1, 'Update', 1, Title='changed', _={name: sent}))[0]
    assert r.code == code and r.row['Title'] == 'All filled in' and r.row['owshiddenversion'] == '1'  # R972


def test_maximal_length_counts_characters(client):
    assert send(client, 'Text', 'ü' * 255).row['Text'] == 'ü' * 255
    assert client.update('Assets', method(1, 'New', Title='x', Seriennummer='1' * 41))[0].code == INVALID


@pytest.mark.parametrize('name', ['Text', 'Plain_x0020_note', 'Choice', 'Choices', 'Number', 'Integer', 'Boolean', 'Lookup',
                                  'Person', 'Hyperlink', 'Identifier', 'Date'])
def test_empty_clears(client, name):
    r = client.update(LIST, method(1, 'Update', 1, _={name: ''}))[0]
    assert r.code == 0 and name not in r.row


def test_empty_lookups_with_several_values_are_there(client):
    r = client.update(LIST, method(1, 'Update', 1, Lookups='', People=''))[0]
    assert r.row['Lookups'] == '' and r.row['People'] == ''


@pytest.mark.parametrize('name,value', [('ID', '7'), ('Created', '2001-01-01T00:00:00Z'), ('Author', '15'), ('GUID', 'x'),
                                        ('LinkTitle', 'x'), ('Sum', '7'), ('Approval', 'x'), ('Attachments', '1'),
                                        ('FileRef', 'x'), ('PermMask', '0x0'), ('_UIVersion', '5120')])
def test_what_only_the_server_sets_is_passed_over(client, name, value):
    """R943"""
    before = client.items(LIST, fields=[name], limit=0)[1].get(name)
    r = client.update(LIST, method(1, 'Update', 2, Text='x', _={} if name == 'ID' else {name: value}))[0]
    assert r.code == 0 and r.row.get(name) == before


def test_isolated_html(client):
    """FullHtml columns come back in a div of their own; once it is there, it stays."""
    r = send(client, 'HTML_x0020_note', '<p>x</p>').row['HTML_x0020_note']
    assert r.startswith('<div class="ExternalClass') and r.endswith('"><p>x</p></div>')
    assert send(client, 'HTML_x0020_note', r).row['HTML_x0020_note'] == r
    assert '"><p>plain</p></div>' in send(client, 'HTML_x0020_note', 'plain').row['HTML_x0020_note']
    whole = '<html><head><style>b{}</style></head><body lang=DE><p>x</p></body></html>'
    assert send(client, 'HTML_x0020_note', whole).row['HTML_x0020_note'].endswith('"><p>x</p></div>')


def test_calculated(client):
    r = send(client, 'Number', '40').row
    assert r['Sum'] == 'float;#40.0000000000000' and r['Label'] == 'string;#v: '
    r = client.update(LIST, method(1, 'Update', r['ID'], Integer='2', Text='t'))[0].row
    assert r['Sum'] == 'float;#42.0000000000000' and r['Label'] == 'string;#v: t'


def test_summer_begins_and_ends(client):
    """The hour that happens twice is the first one; the one that does not exist is an hour later."""
    for local, utc in (('2026-03-29 01:59:59', '2026-03-29T00:59:59Z'), ('2026-03-29 03:00:00', '2026-03-29T01:00:00Z'),
                       ('2026-03-29 02:30:00', '2026-03-29T01:30:00Z'), ('2026-10-25 01:59:00', '2026-10-24T23:59:00Z'),
                       ('2026-10-25 02:30:00', '2026-10-25T00:30:00Z'), ('2026-10-25 03:00:00', '2026-10-25T02:00:00Z')):
        id_ = send(client, 'Date_x0020_and_x0020_time', local).row['ID']
        r = client.update(LIST, method(1, 'Update', id_, Text='x'), DateInUtc='TRUE')[0]
        assert r.row['Date_x0020_and_x0020_time'] == utc, local


def test_lookup_shows_what_its_target_says_now(client):
    client.update('Vendors', method(1, 'Update', 2, Title='Renamed'))
    assert client.items(LIST, fields=['Lookup'], limit=1)[0]['Lookup'] == '2;#Renamed'


def test_every_sample_column_reads_back(client):
    """What the initial answer says, sent back unchanged, changes nothing but the version."""
    for title in ('Announcements', 'Issues', 'Contacts', 'Tasks', 'Assets', LIST):
        schema = client.get_list(title)
        editable = [f.get('Name') for f in schema.iter(SP + 'Field') if f.get('ReadOnly') != 'TRUE' and
                    f.get('Type') not in ('Computed', 'Counter', 'Attachments', 'File', 'ContentTypeId') and
                    f.get('Name') not in ('MetaInfo', 'Order', 'V3Comments')]
        options = '<ViewAttributes Scope="Recursive"/><DateInUtc>TRUE</DateInUtc><ExpandUserField>TRUE</ExpandUserField>'
        before = client.sync(title, fields=editable, options=options).rows
        methods = [method(n, 'Update', r['ID'], _={k: r[k] for k in editable if k in r}) for n, r in enumerate(before)]
        assert {x.code for x in client.update(title, *methods, DateInUtc='TRUE')} == {0}
        after = client.sync(title, fields=editable, options=options).rows
        for a, b in zip(before, after):
            for r in (a, b):
                r.pop('owshiddenversion'), r.pop('Modified'), r.pop('Editor', 0)
            assert a == b
