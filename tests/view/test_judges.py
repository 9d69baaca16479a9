"""What libraries of others make of our files (RFC 5545, RFC 2426)."""
import datetime
import itertools
import random

import pytest

rrule = pytest.importorskip('dateutil.rrule')
icalendar = pytest.importorskip('icalendar')
vobject = pytest.importorskip('vobject')

DAYS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su']
NTH = ['first', 'second', 'third', 'fourth', 'last']
# no backslashes (icalendar 4.0 takes them away twice), and no comma in its categories
WORDS = ['a', 'Zoë', '日本', '😀', ',', ';', ':', '"', "'", '\n', ' ', '\t', 'a word that is long enough to fold a line ']

BERLIN = ('<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias><standardDate>'
          '<transitionRule month="10" day="su" weekdayOfMonth="last"/><transitionTime>3:0:0</transitionTime></standardDate>'
          '<daylightDate><transitionRule month="3" day="su" weekdayOfMonth="last"/><transitionTime>2:0:0</transitionTime>'
          '</daylightDate></timeZoneRule>')


def pattern(rnd):
    """A random one of the seven patterns of [MS-OUTSPS] 2.2.4.5."""
    every = rnd.choice([1, 1, 2, 3, 5])
    days = rnd.choice([[d] for d in DAYS] + [['day'], ['weekday'], ['weekend_day'], ['mo', 'fr'], ['tu', 'sa', 'su']])
    by_day = ' '.join('%s="TRUE"' % d for d in days) + ' weekdayOfMonth="%s"' % rnd.choice(NTH)
    month, day = rnd.randint(1, 12), rnd.choice([1, 5, 15, 28, 29, 30, 31])
    week = ' '.join('%s="TRUE"' % d for d in rnd.sample(DAYS, rnd.randint(1, 4)))
    return rnd.choice([
        '<daily dayFrequency="%d"/>' % every,
        '<daily weekday="TRUE"/>',
        '<weekly %s weekFrequency="%d"/>' % (week, every),
        '<monthly monthFrequency="%d" day="%d"/>' % (every, day),
        '<monthlyByDay %s monthFrequency="%d"/>' % (by_day, every),
        '<yearly yearFrequency="%d" month="%d" day="%d"/>' % (every, month, day),
        '<yearlyByDay yearFrequency="%d" %s month="%d"/>' % (every, by_day, month),
    ])


def recurrence(rnd, end='<repeatForever>FALSE</repeatForever>'):
    return ('<recurrence><rule><firstDayOfWeek>%s</firstDayOfWeek><repeat>%s</repeat>%s</rule></recurrence>'
            % (rnd.choice(DAYS), pattern(rnd), end))


def test_expansion_is_dateutils(judge):
    """3,000 rules: the days that we count are those that the RRULE means to python-dateutil."""
    rnd = random.Random(7)
    lines = ['2026-%02d-%02d\t%s' % (rnd.randint(1, 12), rnd.randint(1, 28), recurrence(rnd)) for _ in range(3000)]
    p = judge.run('rules', text='\n'.join(lines).encode())
    assert p.returncode == 0, p.stderr
    answers = p.stdout.decode().splitlines()
    assert len(answers) == len(lines)
    for line, answer in zip(lines, answers):
        rule, days = answer.split('\t')
        start = datetime.datetime.strptime(days.split()[0], '%Y-%m-%d')
        theirs = [d.strftime('%Y-%m-%d') for d in itertools.islice(rrule.rrulestr(rule, dtstart=start), 12)]
        assert theirs == days.split(), (line, rule)


def written(rnd):
    """A random RRULE, as some program may write it; most of them mean something to somebody."""
    freq = rnd.choice(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'])
    rule = {'FREQ': freq, 'INTERVAL': rnd.choice(['1', '1', '1', '2', '3'])}
    if rnd.random() < 0.6:
        days = [d.upper() for d in rnd.sample(DAYS, rnd.choice([1, 1, 2, 5]))]
        if freq in ('MONTHLY', 'YEARLY') and rnd.random() < 0.6:
            days = [rnd.choice(['1', '2', '3', '4', '5', '-1', '-2']) + d for d in days[:rnd.choice([1, 1, 1, 2])]]
        rule['BYDAY'] = ','.join(days)
    if rnd.random() < 0.4:
        # of a day that some months do not have, SharePoint takes the last: that is another test's
        rule['BYMONTHDAY'] = rnd.choice(['1', '5', '15', '28', '-1', '-2', '1,15', '28,29,30', '28,29'])
    if rnd.random() < 0.4:
        rule['BYMONTH'] = rnd.choice(['1', '2', '6', '12', '3,9'])
    if rnd.random() < 0.3:
        rule['BYSETPOS'] = rnd.choice(['1', '2', '4', '-1', '-2'])
    if rnd.random() < 0.3:
        rule['WKST'] = rnd.choice(DAYS).upper()
    return ';'.join('%s=%s' % part for part in rule.items())


def test_rules_that_others_write_mean_the_same(judge):
    """What is taken is repeated as RFC 5545 says; the rest is refused. Among it BYMONTHDAY and BYDAY without BYMONTH."""
    rnd = random.Random(8)
    lines = ['2026-%02d-%02d\t%s' % (rnd.randint(1, 12), rnd.randint(1, 28), written(rnd)) for _ in range(3000)]
    p = judge.run('written', text='\n'.join(lines).encode())
    assert p.returncode == 0, p.stderr
    answers = p.stdout.decode().splitlines()
    assert len(answers) == len(lines)
    taken = 0
    for line, answer in zip(lines, answers):
        day, rule = line.split('\t')
        if answer == 'refused':
            continue
        taken += 1
        theirs = rrule.rrulestr(rule, dtstart=datetime.datetime.strptime(day, '%Y-%m-%d'))
        assert ['days'] + [d.strftime('%Y-%m-%d') for d in itertools.islice(theirs, 12)] == answer.split(), line
    assert taken > 700


def text(rnd, most=8):
    return 't' + ''.join(rnd.choice(WORDS) for _ in range(rnd.randint(0, most)))


def one_line(rnd):
    return text(rnd).replace('\n', 'x')


def moment(rnd):
    return datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=rnd.randint(0, 1000000))


def iso(t):
    return t.strftime('%Y-%m-%dT%H:%M:%SZ')


def event(rnd):
    start = moment(rnd)
    item = {'Title': one_line(rnd), 'Location': one_line(rnd), 'Description': text(rnd).strip(), 'EventType': '0', 'fRecurrence': '0',
            'fAllDayEvent': '0', 'EventDate': iso(start), 'EndDate': iso(start + datetime.timedelta(hours=1)), 'Duration': '3600',
            'Cost_x0020_Centre': one_line(rnd), 'MetaInfo_BusyStatus': rnd.choice('0123'), 'MetaInfo_Categories': 'Red; Light blue'}
    if rnd.randint(0, 1):
        item.update({'EventType': '1', 'fRecurrence': '1', 'RecurrenceData': recurrence(rnd), 'XMLTZone': BERLIN})
    return item


def test_icalendar_reads_events_and_changes_nothing(judge):
    rnd = random.Random(1)
    for _ in range(60):
        item = event(rnd)
        ours = judge.render(106, item)
        calendar = icalendar.Calendar.from_ical(ours)
        vevent = calendar.walk('VEVENT')[0]
        assert not vevent.errors
        assert str(vevent['SUMMARY']) == item['Title']
        assert str(vevent['DESCRIPTION']).rstrip() == item['Description'].rstrip()
        assert judge.parse(106, ours, item) == []
        assert judge.parse(106, calendar.to_ical(), item) == []


def test_icalendar_reads_series_with_exceptions(judge):
    master = {'Title': 'Sync', 'EventType': '1', 'fRecurrence': '1', 'EventDate': '2026-11-02T08:00:00Z', 'EndDate': '2027-03-08T08:30:00Z',
              'Duration': '1800', 'XMLTZone': BERLIN, 'RecurrenceData':
              '<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat><weekly mo="TRUE" weekFrequency="2"/></repeat>'
              '<repeatInstances>10</repeatInstances></rule></recurrence>'}
    moved = {'Title': 'Moved', 'EventType': '4', 'RecurrenceID': '2026-11-16T08:00:00Z', 'EventDate': '2026-11-16T13:00:00Z',
             'EndDate': '2026-11-16T13:30:00Z', 'MasterSeriesItemID': '1'}
    gone = {'Title': 'Deleted: Sync', 'EventType': '3', 'RecurrenceID': '2026-11-30T08:00:00Z', 'MasterSeriesItemID': '1'}
    ours = judge.render(106, master, moved, gone)
    calendar = icalendar.Calendar.from_ical(ours)
    assert [str(e['SUMMARY']) for e in calendar.walk('VEVENT')] == ['Sync', 'Moved']
    assert judge.parse(106, calendar.to_ical(), master, moved, gone) == []
    calendar.walk('VEVENT')[1]['SUMMARY'] = 'Moved again'
    assert judge.parse(106, calendar.to_ical(), master, moved, gone) == ['update 2|Title=Moved again']


def test_icalendar_reads_tasks_and_changes_nothing(judge):
    rnd = random.Random(2)
    for _ in range(40):
        item = {'Title': one_line(rnd), 'Body': text(rnd).strip(), 'Status': rnd.choice(['Not Started', 'In Progress', 'Waiting']),
                'Priority': rnd.choice(['(1) High', '(3) Low']), 'PercentComplete': '0.250000000000000',
                'DueDate': '2026-%02d-03T23:00:00Z' % rnd.randint(1, 12), 'Cost_x0020_Centre': one_line(rnd)}
        ours = judge.render(107, item)
        calendar = icalendar.Calendar.from_ical(ours)
        assert str(calendar.walk('VTODO')[0]['SUMMARY']) == item['Title']
        assert judge.parse(107, ours, item) == []
        assert judge.parse(107, calendar.to_ical(), item) == []


def test_vobject_reads_contacts_and_changes_nothing(judge):
    rnd = random.Random(3)
    for _ in range(60):
        item = {'Title': one_line(rnd), 'MetaInfo_FirstName': one_line(rnd), 'MetaInfo_FullName': one_line(rnd).strip(),
                'MetaInfo_Company': one_line(rnd), 'MetaInfo_ol_Department': one_line(rnd), 'MetaInfo_WorkPhone': '+49 30 1',
                'MetaInfo_Business2Number': '+49 30 2', 'MetaInfo_CellPhone': '+49 170 3', 'MetaInfo_Email': 'a@x', 'MetaInfo_Email2': 'b@x',
                'MetaInfo_WorkAddress': text(rnd).strip(), 'MetaInfo_WorkCity': one_line(rnd), 'MetaInfo_WorkZip': '10115',
                'Comments': text(rnd).strip(), 'MetaInfo_Birthday': '1970-05-16T23:00:00Z', 'MetaInfo_Categories': 'VIP; Light, blue',
                'Cost_x0020_Centre': one_line(rnd), 'WebPage': 'http://x/?a=b,,c;d, text'}
        ours = judge.render(105, item)
        card = vobject.readOne(ours.decode())
        assert card.fn.value == item['MetaInfo_FullName']
        assert card.n.value.family == item['Title']
        assert judge.parse(105, ours, item) == []
        assert judge.parse(105, card.serialize().encode(), item) == []
