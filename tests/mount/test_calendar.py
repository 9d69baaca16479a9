"""A team calendar as .ics files: each change of a file is exactly the operations of presentation 4.4."""
import re
import time

import pytest
from soap import Client

UID = 'C0G3WIEMULJP2WLC40EMQP8P0DTKCJ7UTBS2'
WEEKLY = '''BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//somebody//EN
BEGIN:VEVENT
UID:%s
DTSTART;TZID=Europe/Berlin:20270104T100000
DTEND;TZID=Europe/Berlin:20270104T110000
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=10
SUMMARY:Stand-up
END:VEVENT
END:VCALENDAR
''' % UID
SINGLE = re.sub('RRULE.*\n', '', WEEKLY)
MOVED = '''BEGIN:VEVENT
UID:%s
RECURRENCE-ID;TZID=Europe/Berlin:20270111T100000
DTSTART;TZID=Europe/Berlin:20270111T140000
DTEND;TZID=Europe/Berlin:20270111T150000
SUMMARY:Stand-up in the afternoon
END:VEVENT
''' % UID
EXDATE = 'EXDATE;TZID=Europe/Berlin:20270118T100000\n'
NAME = 'Calendar/%s.ics' % UID


class Calendar:
    """The mounted calendar with one file, and what the server holds of it."""

    def __init__(self, mnt):
        self.mnt, self.client = mnt, Client(mnt.server.url)
        self.before = set(self.client.rows('Calendar'))

    def write(self, text):
        """Saves it as the vdir programs do; {method: n} of what that sent."""
        self.mnt.server.reset()
        self.mnt.sh('cat > Calendar/tmpabcd1234 && mv Calendar/tmpabcd1234 "%s"' % NAME, stdin=text)
        self.mnt.settle()
        return self.mnt.server.methods()

    def read(self):
        return self.mnt.sh('cat "%s"' % NAME).replace('\n ', '')

    def rows(self):
        """EventType -> rows of this series."""
        found = {}
        for i, row in sorted(self.client.rows('Calendar').items()):
            if i not in self.before:
                found.setdefault(int(row['EventType']), []).append(row)
        return found

    def with_parts(self, exdate=True, moved=True):
        text = WEEKLY
        if exdate:
            text = text.replace('SUMMARY:Stand-up\n', EXDATE + 'SUMMARY:Stand-up\n')
        return text.replace('END:VCALENDAR\n', MOVED + 'END:VCALENDAR\n') if moved else text


@pytest.fixture
def cal(mnt):
    return Calendar(mnt)


@pytest.mark.deadline(120)
def test_series_is_made(cal):
    """[MS-OUTSPS] 3.2.4.2.2: a master and, once it has its ID, an item for each instance that differs."""
    assert cal.write(cal.with_parts()) == {'New': 3}
    rows = cal.rows()
    master, = rows[1]
    moved, = rows[4]
    deleted, = rows[3]
    assert master['Title'] == 'Stand-up' and master['fRecurrence'] == '1'
    assert '<repeatInstances>10</repeatInstances>' in master['RecurrenceData'] and 'mo="TRUE"' in master['RecurrenceData']
    assert master['EventDate'] == '2027-01-04T09:00:00Z' and master['Duration'] == '3600'
    assert master['EndDate'] == '2027-03-08T10:00:00Z'
    for row in (moved, deleted):
        assert row['MasterSeriesItemID'] == master['ID'] and row['UID'] == master['UID']
    assert moved['RecurrenceID'] == '2027-01-11T09:00:00Z' and moved['EventDate'] == '2027-01-11T13:00:00Z'
    assert deleted['RecurrenceID'] == '2027-01-18T09:00:00Z' and deleted['Title'] == 'Deleted: Stand-up'
    text = cal.read()
    assert text.count('BEGIN:VEVENT') == 2 and 'UID:%s' % UID in text
    # one file, its name the tool's, and no file for the instances
    assert cal.mnt.sh('ls Calendar | grep -c -e %s -e Stand-up' % UID).strip() == '1'


@pytest.mark.deadline(120)
def test_nothing_is_sent_for_the_same_in_other_words(cal):
    cal.write(cal.with_parts())
    text = cal.with_parts().replace('PRODID:-//somebody//EN', 'PRODID:-//else//EN')
    lines = text.replace('SUMMARY:Stand-up\n', 'SEQUENCE:4\nDTSTAMP:20270101T000000Z\nSUMMARY:Stand-\n up\n')
    assert cal.write(lines.replace('\n', '\r\n')) == {}
    assert cal.write(cal.mnt.sh('cat "%s"' % NAME)) == {}
    cal.mnt.umount()
    cal.mnt.mount()
    cal.mnt.settle()
    cal.mnt.server.reset()
    assert cal.write(cal.mnt.sh('cat "%s"' % NAME)) == {}


@pytest.mark.deadline(120)
def test_title_alone_keeps_the_exceptions(cal):
    """Presentation 4.4.1: none of the five fields that make the server drop them is sent."""
    cal.write(cal.with_parts())
    ids = {r['ID'] for v in cal.rows().values() for r in v}
    assert cal.write(cal.with_parts().replace('SUMMARY:Stand-up\n', 'SUMMARY:Daily\n')) == {'Update': 1}
    rows = cal.rows()
    assert rows[1][0]['Title'] == 'Daily'
    assert {r['ID'] for v in rows.values() for r in v} == ids


@pytest.mark.deadline(120)
def test_changed_recurrence_drops_and_makes_the_exceptions_again(cal):
    """MS-OUTSPS_R444, R321: the server deletes them with the master's update; those in the file are made anew."""
    cal.write(cal.with_parts())
    old = cal.rows()
    assert cal.write(cal.with_parts().replace('COUNT=10', 'COUNT=12')) == {'Update': 1, 'New': 2}
    rows = cal.rows()
    assert rows[1][0]['ID'] == old[1][0]['ID'] and rows[1][0]['UID'] != old[1][0]['UID']
    assert '<repeatInstances>12<' in rows[1][0]['RecurrenceData']
    assert [r['ID'] for r in rows[4]] != [r['ID'] for r in old[4]] and len(rows[4]) == len(rows[3]) == 1
    assert rows[4][0]['UID'] == rows[1][0]['UID']
    assert cal.read().count('BEGIN:VEVENT') == 2 and 'EXDATE' in cal.read()


@pytest.mark.deadline(120)
def test_instances_come_and_go(cal):
    """Presentation 4.4.2, 4.4.3; MS-OUTSPS_R853, R44."""
    assert cal.write(WEEKLY) == {'New': 1}
    assert cal.write(cal.with_parts(moved=False)) == {'New': 1}
    assert len(cal.rows()[3]) == 1
    assert cal.write(cal.with_parts()) == {'New': 1}
    assert len(cal.rows()[4]) == 1
    # changed
    later = cal.with_parts().replace('20270111T140000', '20270111T130000')
    assert cal.write(later) == {'Update': 1}
    assert cal.rows()[4][0]['EventDate'] == '2027-01-11T12:00:00Z'
    # an exception becomes a deleted instance: another item
    gone = WEEKLY.replace('SUMMARY', EXDATE + EXDATE.replace('20270118', '20270111') + 'SUMMARY')
    assert cal.write(gone) == {'Delete': 1, 'New': 1}
    assert sorted(r['RecurrenceID'] for r in cal.rows()[3]) == ['2027-01-11T09:00:00Z', '2027-01-18T09:00:00Z']
    # both are as the rule says again
    assert cal.write(WEEKLY) == {'Delete': 2}
    assert set(cal.rows()) == {1}


@pytest.mark.deadline(120)
def test_series_ends_and_begins(cal):
    """Presentation 4.4.5: the exceptions are deleted, then it is a single event; and back."""
    cal.write(cal.with_parts())
    assert cal.write(SINGLE) == {'Delete': 2, 'Update': 1}
    rows = cal.rows()
    assert set(rows) == {0} and rows[0][0]['fRecurrence'] == '0' and rows[0][0]['EndDate'] == '2027-01-04T10:00:00Z'
    assert cal.write(cal.with_parts()) == {'Update': 1, 'New': 2}
    assert sorted(cal.rows()) == [1, 3, 4]


@pytest.mark.deadline(120)
def test_removed_series_takes_its_instances_along(cal):
    """MS-OUTSPS_R36."""
    cal.write(cal.with_parts())
    cal.mnt.server.reset()
    cal.mnt.sh('rm "%s"' % NAME)
    cal.mnt.wait(lambda: not cal.rows(), what='an empty series')
    cal.mnt.settle()
    assert cal.mnt.server.methods() == {'Delete': 3}


@pytest.mark.deadline(120)
def test_made_while_offline(cal):
    """Master and instances wait together; the instances are told of which series once it has its ID."""
    cal.mnt.sh('echo 0 > .spfs/online')
    cal.mnt.sh('cat > "%s"' % NAME, stdin=cal.with_parts())
    assert cal.read().count('BEGIN:VEVENT') == 2
    cal.mnt.sh('cat > "%s"' % NAME, stdin=cal.with_parts().replace('COUNT=10', 'COUNT=11'))
    cal.mnt.sh('echo 1 > .spfs/online')
    cal.mnt.settle()
    assert cal.mnt.server.methods() == {'New': 3}
    assert {k: len(v) for k, v in cal.rows().items()} == {1: 1, 3: 1, 4: 1}


@pytest.mark.deadline(120)
@pytest.mark.parametrize('line,why', [
    ('RRULE:FREQ=HOURLY', 'FREQ'), ('RRULE:FREQ=DAILY;BYHOUR=3', 'BYHOUR'),
    ('RRULE:FREQ=YEARLY;BYWEEKNO=3', 'BYWEEKNO'), ('DTEND;TZID=Europe/Berlin:20260104T110000', 'DTEND'),
    ('EXDATE;TZID=Europe/Berlin:20270105T100000', 'instance'),
])
def test_what_sharepoint_cannot_say_is_refused(cal, line, why):
    """The close fails with EINVAL, the reason is in ERRORS, nothing is sent, the bytes stay."""
    cal.write(WEEKLY)
    key = line.split(':')[0].split(';')[0]
    text = re.sub('%s.*\n' % key, '', WEEKLY).replace('SUMMARY', line + '\nSUMMARY')
    cal.mnt.server.reset()
    r = cal.mnt.run('sh', '-c', 'cat > "%s"' % NAME, cwd=cal.mnt.mountpoint, stdin=text)
    assert r.code != 0 or 'nvalid' in r.err or cal.mnt.sh('cat Calendar/ERRORS')
    assert why in cal.mnt.sh('cat Calendar/ERRORS')
    cal.mnt.settle()
    assert cal.mnt.server.methods() == {} and cal.read() == text
    cal.mnt.sh('setfattr -n user.spfs.revert -v 1 "%s"' % NAME)
    assert 'COUNT=10' in cal.read()


@pytest.mark.deadline(120)
def test_others_exception_is_not_reverted_by_an_old_buffer(cal):
    """Who saves what he read before somebody moved an instance does not move it back."""
    cal.write(WEEKLY)
    master = cal.rows()[1][0]
    script = ('import os, sys, time\n'
              'p = sys.argv[1]\nold = open(p).read()\nopen(sys.argv[2], "w").close()\n'
              'while os.path.exists(sys.argv[2]): time.sleep(0.05)\n'
              'open(p, "w").write(old.replace("SUMMARY:Stand-up", "SUMMARY:Old buffer"))\n')
    flag = cal.mnt.home / 'flag'
    p = cal.mnt.popen('/usr/bin/python3', '-c', script, NAME, flag, cwd=cal.mnt.mountpoint)
    cal.mnt.wait(flag.exists, what='the reader')
    cal.client.new('Calendar', Title='Elsewhere', EventType=4, fRecurrence=1, UID=master['UID'],
                   XMLTZone=master['XMLTZone'], RecurrenceData=master['RecurrenceData'],
                   MasterSeriesItemID=master['ID'], RecurrenceID='2027-01-11T09:00:00Z',
                   EventDate='2027-01-11T15:00:00Z', EndDate='2027-01-11T16:00:00Z')
    cal.mnt.sh('echo Calendar > .spfs/sync')
    cal.mnt.wait(lambda: 'Elsewhere' in cal.read(), what='the exception')
    cal.mnt.server.reset()
    flag.unlink()
    assert p.wait(20) == 0
    cal.mnt.settle()
    assert cal.mnt.server.methods() == {'Update': 1}
    rows = cal.rows()
    assert rows[1][0]['Title'] == 'Old buffer' and rows[4][0]['Title'] == 'Elsewhere'
    assert 'SUMMARY:Elsewhere' in cal.read() and 'SUMMARY:Old buffer' in cal.read()


@pytest.mark.deadline(120)
def test_what_sharepoint_has_no_place_for_is_kept(cal):
    """Presentation 4.2: alarms and foreign properties stay with the item, also over a remount and others' edits."""
    text = WEEKLY.replace('END:VEVENT', 'BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:soon\nTRIGGER:-PT15M\nEND:VALARM\n'
                                        'X-TOOL;Q=1:kept\\, too\nEND:VEVENT')
    assert cal.write(text) == {'New': 1}
    cal.mnt.umount()
    cal.mnt.mount()
    cal.mnt.settle()
    row = cal.rows()[1][0]
    cal.client.change('Calendar', row['ID'], owshiddenversion=row['owshiddenversion'], Title='Renamed elsewhere')
    cal.mnt.sh('echo Calendar > .spfs/sync')
    cal.mnt.wait(lambda: 'Renamed elsewhere' in cal.read(), what='the new title')
    text = cal.read()
    assert 'TRIGGER:-PT15M' in text and 'X-TOOL;Q=1:kept\\, too' in text and UID in text


@pytest.mark.deadline(120)
def test_copy_is_another_event(cal):
    cal.write(WEEKLY)
    cal.mnt.server.reset()
    cal.mnt.sh('cp "%s" Calendar/copy.ics' % NAME)
    cal.mnt.settle()
    assert cal.mnt.server.methods() == {'New': 1}
    assert len(cal.rows()[1]) == 2
    time.sleep(0.1)
    assert UID not in cal.mnt.sh('cat Calendar/copy.ics')
