"""Unmodified programs on the mounted lists: khal, khard, todoman, vdirsyncer and mutt, with what each command sends.

A second run of each sends nothing. Programs that are not installed are skipped, and said so.
"""
import re
import shutil

import pytest
from conftest import wait_until
from soap import Client


def needs(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    return pytest.mark.skipif(bool(missing), reason='not installed: ' + ', '.join(missing))


KHAL = '''[calendars]
[[team]]
path = %(mount)s/Calendar
[default]
default_calendar = team
[locale]
timeformat = %%H:%%M
dateformat = %%Y-%%m-%%d
longdateformat = %%Y-%%m-%%d
datetimeformat = %%Y-%%m-%%d %%H:%%M
longdatetimeformat = %%Y-%%m-%%d %%H:%%M
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
[sqlite]
path = %(home)s/khal.db
'''
KHARD = '''[addressbooks]
[[team]]
path = %(mount)s/Contacts
[general]
default_action = list
editor = %(home)s/editor
merge_editor = %(home)s/merge
'''
TODOMAN = '''path = "%(mount)s/Tasks"
date_format = "%%Y-%%m-%%d"
time_format = "%%H:%%M"
default_list = "Tasks"
cache_path = "%(home)s/todo.db"
'''
VDIRSYNCER = '''[general]
status_path = "%(home)s/vds/"
[pair team]
a = "local"
b = "sharepoint"
collections = ["Calendar"]
conflict_resolution = "b wins"
metadata = ["displayname", "color"]
[storage local]
type = "filesystem"
path = "%(home)s/vdir/"
fileext = ".ics"
[storage sharepoint]
type = "filesystem"
path = "%(mount)s/"
fileext = ".ics"
'''


class Pim:
    def __init__(self, mnt):
        self.mnt, self.client = mnt, Client(mnt.server.url)
        where = {'mount': mnt.mountpoint, 'home': mnt.home}
        for name, text in (('khal/config', KHAL), ('khard/khard.conf', KHARD), ('vdirsyncer/config', VDIRSYNCER)):
            self.file('config/' + name, text % where)
        self.file('config/todoman/config.py', '\n'.join(
            re.sub(r'^(\w+) =', r'\1 =', line) for line in (TODOMAN % where).splitlines()) + '\n')

    def file(self, name, text, mode=0o644):
        path = self.mnt.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        self.mnt.own(self.mnt.home / 'config')
        return path

    def sent(self, *argv, stdin='', code=0):
        """Runs it; {method: n} of what that sent."""
        self.mnt.settle()
        self.mnt.server.reset()
        self.result = self.mnt.run(*argv, stdin=stdin, timeout=60, cwd=self.mnt.home,
                                   env={'EDITOR': str(self.mnt.home / 'editor'), 'PYTHONWARNINGS': 'ignore'})
        assert code is None or self.result.code == code, (argv, self.result)
        self.mnt.settle()
        return self.mnt.server.methods()

    def reads_only(self, *argv):
        assert self.sent(*argv) == {}
        return self.result.out


@pytest.fixture
def pim(site):
    """As mnt, with the tasks as VTODO."""
    site.add()
    lists = site.home / 'config/spfs/lists'
    text = lists.read_text()
    lists.write_text(re.sub(r'(\[list "Tasks"\]\n)', r'\1	format = ics\n', text))
    site.own(site.home / 'config')
    site.mount()
    wait_until(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.settle()
    site.server.reset()
    return Pim(site)


@needs('khal')
@pytest.mark.deadline(180)
def test_khal(pim):
    assert 'Board meeting' in pim.reads_only('khal', 'list', '2026-11-01', '60d')
    assert pim.sent('khal', 'new', '-a', 'team', '2026-12-05', '10:00', '11:00', 'Project talk', '::', 'notes') == {'New': 1}
    row = pim.client.find('Calendar', Title='Project talk')
    assert row['EventDate'] == '2026-12-05T09:00:00Z' and row['EndDate'] == '2026-12-05T10:00:00Z'
    assert row['EventType'] == '0' and 'notes' in row['Description']
    assert 'Project talk' in pim.reads_only('khal', 'list', '2026-12-05', '1d')
    # edit: summary, then done
    assert pim.sent('khal', 'edit', 'Project talk', stdin='s\nBig talk\nn\n') == {'Update': 1}
    assert pim.client.find('Calendar', Title='Big talk')['ID'] == row['ID']
    pim.reads_only('khal', 'list', '2026-12-05', '1d')
    # import
    ics = pim.file('in.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:imported-1\r\n'
                             'DTSTAMP:20261101T000000Z\r\nDTSTART:20261207T080000Z\r\nDTEND:20261207T090000Z\r\n'
                             'RRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:Imported\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')
    assert pim.sent('khal', 'import', '-a', 'team', '--batch', ics) == {'New': 1}
    assert 'dayFrequency="1"' in pim.client.find('Calendar', Title='Imported')['RecurrenceData']
    assert pim.reads_only('khal', 'list', '2026-12-07', '3d').count('Imported') == 3
    # delete
    assert pim.sent('khal', 'edit', 'Big talk', stdin='D\ny\n')in ({}, {'Delete': 1})
    wait_until(lambda: not pim.client.find('Calendar', Title='Big talk'), 20, 'the deletion')


@needs('khard')
@pytest.mark.deadline(180)
def test_khard(pim):
    assert 'Jane Roe' in pim.reads_only('khard', 'list')
    card = ('First name : Ada\nLast name  : Lovelace\nEmail      :\n    work   : ada@x.example\n'
            'Phone      :\n    cell   : +44 1\nOrganisation : Analytical Engines\n')
    yaml = pim.file('ada.yaml', card)
    assert pim.sent('khard', 'new', '-a', 'team', '-i', yaml) == {'New': 1}
    row = pim.client.find('Contacts', Title='Lovelace')
    assert row['FirstName'] == 'Ada' and row['CellPhone'] == '+44 1' and row['Email'] == 'ada@x.example'
    assert 'Ada Lovelace' in pim.reads_only('khard', 'list')
    # edit: another number of a card that has more in it than khard shows
    yaml.write_text(card.replace('+44 1', '+44 2'))
    pim.sent('khard', 'edit', '-i', yaml, 'Ada Lovelace', stdin='y\n')
    assert pim.mnt.server.methods() == {'Update': 1}
    assert pim.client.find('Contacts', Title='Lovelace')['CellPhone'] == '+44 2'
    pim.reads_only('khard', 'show', 'Ada Lovelace')
    # merge: another card's number goes to this one, and the other card goes
    pim.file('merge', '#!/bin/sh\ngrep "^ *cell" "$1" > "$1.cell"\nsed -i "/^ *cell/{r $1.cell\nd}" "$2"\n', 0o755)
    yaml.write_text(card.replace('Lovelace', 'Byron').replace('+44 1', '+44 3'))
    assert pim.sent('khard', 'new', '-a', 'team', '-i', yaml) == {'New': 1}
    pim.sent('khard', 'merge', 'Ada Byron', '-t', 'Ada Lovelace', stdin='y\ny\n')
    wait_until(lambda: not pim.client.find('Contacts', Title='Byron'), 20, 'the deletion')
    pim.mnt.settle()
    assert pim.mnt.server.methods() == {'Update': 1, 'Delete': 1}
    merged = pim.client.find('Contacts', Title='Lovelace')
    assert merged['ID'] == row['ID'] and merged['CellPhone'] == '+44 3'
    pim.reads_only('khard', 'list')
    assert pim.sent('khard', 'remove', '--force', 'Ada Lovelace') in ({}, {'Delete': 1})
    wait_until(lambda: not pim.client.find('Contacts', Title='Lovelace'), 20, 'the deletion')


@needs('todoman')
@pytest.mark.deadline(180)
def test_todoman(pim):
    tasks = pim.client.rows('Tasks')
    assert pim.reads_only('todoman', 'list')
    assert pim.sent('todoman', 'new', '-l', 'Tasks', '-d', '2026-12-24', '--priority', 'high', 'Wrap it up') == {'New': 1}
    row = pim.client.find('Tasks', Title='Wrap it up')
    assert row['Priority'].startswith('(1)') and row['DueDate'].startswith('2026-12-2')
    line = next(x for x in pim.reads_only('todoman', 'list').splitlines() if 'Wrap it up' in x)
    number = re.search(r'\d+', re.sub(r'^\[.\]', '', line)).group(0)
    assert pim.sent('todoman', 'edit', number, '--priority', 'low') == {'Update': 1}
    assert pim.client.find('Tasks', Title='Wrap it up')['Priority'].startswith('(3)')
    assert pim.sent('todoman', 'done', number) == {'Update': 1}
    row = pim.client.find('Tasks', Title='Wrap it up')
    assert row['Status'] == 'Completed' and float(row['PercentComplete']) == 1
    assert pim.sent('todoman', 'delete', '--yes', number) in ({}, {'Delete': 1})
    wait_until(lambda: pim.client.rows('Tasks').keys() == tasks.keys(), 20, 'the deletion')
    pim.reads_only('todoman', 'list')


@needs('vdirsyncer')
@pytest.mark.deadline(240)
def test_vdirsyncer(pim):
    local = pim.mnt.home / 'vdir/Calendar'
    pim.sent('vdirsyncer', 'discover', stdin='y\n' * 4)
    assert pim.sent('vdirsyncer', 'sync') == {}
    assert len(list(local.glob('*.ics'))) == len(list(
        pim.mnt.sh('ls Calendar/*.ics').splitlines()))
    assert pim.sent('vdirsyncer', 'sync') == {} and 'Copying' not in pim.result.err + pim.result.out
    # from here to there, and back
    event = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:from-local\r\n'
             'DTSTAMP:20261101T000000Z\r\nDTSTART:20261208T080000Z\r\nDTEND:20261208T090000Z\r\n'
             'SUMMARY:Local event\r\nX-LOCAL:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')
    (local / 'from-local.ics').write_text(event)
    pim.mnt.own(pim.mnt.home / 'vdir')
    assert pim.sent('vdirsyncer', 'sync') == {'New': 1}
    row = pim.client.find('Calendar', Title='Local event')
    pim.client.change('Calendar', row['ID'], owshiddenversion=row['owshiddenversion'], Location='Room 7')
    pim.mnt.sh('echo Calendar > .spfs/sync')
    pim.mnt.wait(lambda: 'Room 7' in pim.mnt.sh('cat Calendar/from-local.ics'), what='the new location')
    assert pim.sent('vdirsyncer', 'sync') == {}
    assert 'LOCATION:Room 7' in (local / 'from-local.ics').read_text() and 'X-LOCAL:1' in (
        local / 'from-local.ics').read_text()
    assert pim.sent('vdirsyncer', 'sync') == {}
    # both sides: the conflict is vdirsyncer's to decide, "b wins"
    text = (local / 'from-local.ics').read_text()
    (local / 'from-local.ics').write_text(text.replace('Local event', 'Mine'))
    row = pim.client.find('Calendar', Title='Local event')
    pim.client.change('Calendar', row['ID'], owshiddenversion=row['owshiddenversion'], Title='Theirs')
    pim.mnt.sh('echo Calendar > .spfs/sync')
    pim.mnt.wait(lambda: 'Theirs' in pim.mnt.sh('cat Calendar/from-local.ics'), what='the new title')
    assert pim.sent('vdirsyncer', 'sync') == {}
    assert 'SUMMARY:Theirs' in (local / 'from-local.ics').read_text()
    # metadata
    (local / 'color').write_text('#ff0000')
    pim.mnt.own(pim.mnt.home / 'vdir')
    assert pim.sent('vdirsyncer', 'metasync') == {}
    assert pim.mnt.sh('cat Calendar/color') == '#ff0000'
    assert (local / 'displayname').read_text() == 'Calendar'
    assert pim.mnt.sh('ls Calendar/ERRORS 2>&1', code=None).startswith('ls:')
    # deleted here
    (local / 'from-local.ics').unlink()
    assert pim.sent('vdirsyncer', 'sync') in ({}, {'Delete': 1})
    wait_until(lambda: not pim.client.find('Calendar', Title='Theirs'), 20, 'the deletion')


@needs('mutt')
@pytest.mark.deadline(120)
def test_mutt_reads_a_thread(pim):
    """The whole board as one mailbox: mutt lists the posts in their threads."""
    pim.file('muttrc', 'set quit=yes\nset wait_key=no\nset pipe_split=no\nset sort=threads\n')
    box = '%s/Team Discussion/.spfs/list.mbox' % pim.mnt.mountpoint
    assert 'Subject: Release date' in pim.mnt.sh('cat "Team Discussion/.spfs/list.mbox"')
    keys = 'T.<enter>;|grep -a Subject: > %s/subjects<enter>x' % pim.mnt.home
    r = pim.mnt.run('script', '-qec', 'mutt -n -F %s/muttrc -R -f "%s" -e \'push "%s"\'' % (pim.mnt.home, box, keys), '/dev/null',
                    cwd=pim.mnt.home, env={'TERM': 'xterm'}, timeout=60)
    assert r.code == 0, r
    assert 'Release date' in (pim.mnt.home / 'subjects').read_text()
    assert pim.mnt.server.methods() == {}
