"""A list's validation: [MS-LISTSWS] 2.2.4.12 and 3.1.4.30.2.1, and what the server then takes."""
import pytest

from conftest import SP, Fault, arg, escape, method


@pytest.fixture
def client(client):
    """The published schema has no place for the text of Validation: answers with one are not held against it."""
    client.checked = False
    return client


FAILED = 0x810200c5  # SPListDataValidationException


def validate(client, formula, message=None, name='Tasks', more=''):
    said = ' Message="%s"' % escape(message) if message is not None else ''
    return client.call('UpdateList', arg('listName', name) + '<listProperties><List %s><Validation%s>%s</Validation></List></listProperties>' % (
        more, said, escape(formula)))


def shown(client, name='Tasks'):
    """The formula, its message, and the formula as people see it."""
    l = client.get_list(name)
    v = l.find(SP + 'Validation')
    if v is None:
        assert l.find(SP + 'ValidationDisplayNames') is None
        return None
    assert [x.tag for x in l][:3] == [SP + 'Validation', SP + 'ValidationDisplayNames', SP + 'Fields']
    return v.text, v.get('Message'), l.findtext(SP + 'ValidationDisplayNames')


def test_a_list_shows_its_validation(client):
    """R1408, R1409, R1414, R1415, R1416, R2050, R2051, R2379: by internal names, and by those that people see, with the commas and
    constants of locale 1033; it follows a column that gets another name, and goes with an empty one."""
    assert shown(client) is None
    validate(client, '=OR(ISBLANK([Due Date]),[Due Date]>=[Start Date],[% Complete]<0.5)', 'Too early')
    assert shown(client) == ('=OR(ISBLANK(DueDate),DueDate>=StartDate,PercentComplete<0.5)', 'Too early',
                             '=OR(ISBLANK([Due Date]),[Due Date]>=[Start Date],[% Complete]<0.5)')
    assert client.get_list('Tasks').find(SP + 'RegionalSettings').findtext(SP + 'Locale') == '1033'
    assert client.sync('Tasks').list.find(SP + 'Validation') is not None
    client.call('UpdateList', arg('listName', 'Tasks') + '<updateFields><Fields><Method ID="1"><Field Name="DueDate" DisplayName="Until"/>'
                '</Method></Fields></updateFields>')
    assert shown(client)[2] == '=OR(ISBLANK(Until),Until>=[Start Date],[% Complete]<0.5)'
    validate(client, '')
    assert shown(client) is None


def test_validations_that_are_refused(client):
    """R2051, R2052, R2054, R1410, R1412, R2380, R2381: a name that no column has, more than 1,024 characters, and what is no formula;
    a refusal changes nothing."""
    long = '="%s"=""' % ('ü' * 1018)
    validate(client, long, 'm' * 1024)
    formula, message, _ = shown(client)
    assert formula == long and len(formula) == len(message) == 1024
    for bad, said in (('=[No such column]>1', 'm'), ('=DueDate>1', 'm'), (long + ' ', 'm'), ('=TRUE', 'm' * 1025), ('=1+', 'm'), ('=NOSUCH(1)', 'm')):
        with pytest.raises(Fault) as e:
            validate(client, bad, said, more='Title="Other" Description="other"')
        assert e.value.status == 500 and e.value.text
        assert shown(client) == (formula, message, formula) and client.get_list('Tasks').get('Description') != 'other'


def test_items_are_validated(client):
    """An item that does not fulfil the formula is refused with the list's words, and nothing of it is stored."""
    validate(client, '=[% Complete]<=1', 'At most 100 %')
    before = client.get_list('Tasks').get('ItemCount')
    good = client.new('Tasks', Title='a', PercentComplete='1')
    bad = client.update('Tasks', method(1, 'New', Title='b', PercentComplete='1.5'), method(2, 'Update', good['ID'], PercentComplete='2'),
                        method(3, 'Update', good['ID'], Title='c'))
    assert [r.code for r in bad] == [FAILED, FAILED, 0] and bad[0].text == 'At most 100 %' and bad[0].row is None
    assert bad[1].row['PercentComplete'] == good['PercentComplete'] and bad[2].row['Title'] == 'c'
    assert int(client.get_list('Tasks').get('ItemCount')) == int(before) + 1
    validate(client, '=[% Complete]>2')
    r = client.update('Tasks', method(1, 'Update', good['ID'], Title='d'))[0]
    assert r.code == FAILED and 'validation' in r.text


def test_columns_are_validated(client):
    """A column's own Validation."""
    client.call('UpdateList', arg('listName', 'Tasks') + '<newFields><Fields><Method ID="1"><Field Type="Number" DisplayName="Score"><Validation '
                'Message="Even, please">=MOD(Score,2)=0</Validation></Field></Method></Fields></newFields>')
    rs = client.update('Tasks', method(1, 'New', Title='a', Score='3'), method(2, 'New', Title='b', Score='4'), method(3, 'New', Title='c'))
    assert [r.code for r in rs] == [FAILED, 0, 0] and rs[0].text == 'Even, please'


def test_limits_of_columns(client):
    """R1417, R2152, R2383: EnforceDataValidation, else nobody looks."""
    client.call('UpdateList', arg('listName', 'Tasks') + '<newFields><Fields><Method ID="1"><Field Type="Number" DisplayName="Score" Min="1" Max="5"/>'
                '</Method><Method ID="2"><Field Type="MultiChoice" DisplayName="Tags"><CHOICES><CHOICE>a</CHOICE><CHOICE>b</CHOICE></CHOICES></Field>'
                '</Method></Fields></newFields>')
    tries = [({'Title': 'x', 'Score': '5', 'Status': 'Completed', 'Tags': ';#a;#b;#'}, 0), ({'Title': 'x', 'Score': '5.5'}, FAILED),
             ({'Title': 'x', 'Score': '0'}, FAILED), ({'Title': ''}, FAILED), ({'Title': 'x', 'Status': 'Nonsense'}, FAILED),
             ({'Title': 'x', 'Tags': ';#a;#c;#'}, FAILED)]
    methods = [method(n, 'New', **fields) for n, (fields, _) in enumerate(tries)]
    assert client.get_list('Tasks').get('EnforceDataValidation') == 'False'
    assert [r.code for r in client.update('Tasks', *methods)] == [0] * len(tries)
    client.call('UpdateList', arg('listName', 'Tasks') + '<listProperties><List EnforceDataValidation="TRUE"/></listProperties>')
    assert client.get_list('Tasks').get('EnforceDataValidation') == 'True'
    assert [r.code for r in client.update('Tasks', *methods)] == [code for _, code in tries]


def test_strict_types_in_formulas(client):
    """R1406, R2158: a date is cast to a text only where the list does not forbid it."""
    client.do('add-field Tasks Label Calculated ResultType=Text')
    client.call('UpdateList', arg('listName', 'Tasks') + '<updateFields><Fields><Method ID="1"><Field Name="Label" DisplayName="Label" Type="Calculated" '
                'ResultType="Text"><Formula>=[Due Date]&amp;"!"</Formula></Field></Method></Fields></updateFields>')
    assert client.new('Tasks', Title='a', DueDate='2026-11-30T00:00:00Z')['Label'] == 'string;#46356!'
    client.call('UpdateList', arg('listName', 'Tasks') + '<listProperties><List StrictTypeCoercion="TRUE"/></listProperties>')
    assert '#VALUE!' in client.new('Tasks', Title='a', DueDate='2026-11-30T00:00:00Z')['Label']


def test_2007_has_no_validation(start):
    c = start('--server-version', '12').client()
    validate(c, '=[% Complete]>2')
    assert shown(c) is None
    c.new('Tasks', Title='x', PercentComplete='1')
