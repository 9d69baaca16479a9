"""Recorded savings of real programs, played on a mount: one save is one update, never a delete and a create.

Among them are those of programs for calendars, contacts and tasks. The recordings are of GUI and terminal programs that need not be installed; test_editors.py runs those that are.
"""
import errno
import json
import re
import time
from pathlib import Path

import pytest
from conftest import wait_until
from soap import Client

TRACES = Path(__file__).resolve().parents[2] / '../shared/presentation-samples/traces'
ITEM = 'Printer on 3rd floor is broken.txt'

# methods that the program's session comes to; what is not named: one update
EXPECT = {
    'empty': {}, 'vim-close-fails': {}, 'gedit': {'Update': 2}, 'mousepad': {'Update': 2},
    'gnome-text-editor': {'Update': 2}, 'geany': {'Update': 2}, 'kate': {'Update': 2},
}
NAMES = sorted(p.stem for p in TRACES.glob('*.txt') if not p.stem.startswith(('pim-', 'lo-')))


def play(mnt, trace, directory, item, old, versions):
    job = {'directory': str(mnt.mountpoint / directory), 'item': item, 'old': old, 'versions': versions,
           'trace': (TRACES / (trace + '.txt')).read_text(errors='replace')}
    player = mnt.base / 'player.py'
    player.write_bytes(Path(__file__).with_name('tracefile.py').read_bytes())
    r = mnt.run('/usr/bin/python3', player, stdin=json.dumps(job))
    assert r.code == 0, (trace, r)
    return json.loads(r.out)


@pytest.mark.deadline(60)
@pytest.mark.parametrize('trace', NAMES or [pytest.param('none', marks=pytest.mark.skip(
    reason='the recordings (../shared/presentation-samples/traces) are not here'))])
def test_trace(mnt, trace):
    old = mnt.sh('cat "Issues/%s"' % ITEM)
    versions = [old + 'more %d\n' % i for i in range(4)]
    if trace == 'vim-close-fails':
        versions = ['Nonsense: this is no field\n\n' + old]
    played = play(mnt, trace, 'Issues', ITEM, old, versions)
    saves = played['saves']
    if trace == 'vim-close-fails':
        assert ['flush', errno.EINVAL] in played['errors']
    if trace == 'mv-rename':
        time.sleep(3)
        mnt.settle()
        assert mnt.server.methods() == {'Update': 1}
        assert Client(mnt.server.url).find('Issues', Title='renamed')
        return
    time.sleep(2.6)          # the delete grace is over: nothing may be deleted now
    mnt.settle()
    expected = EXPECT.get(trace, {'Update': 1})
    got = mnt.server.methods()
    # two saves within a moment may go out as one update, never as more
    assert got == expected or (expected == {'Update': 2} and got == {'Update': 1}), got
    row = Client(mnt.server.url).find('Issues', ID='3')
    text = mnt.sh('cat "Issues/%s"' % ITEM)
    if expected:
        assert text == versions[saves - 1]
        assert row['Comment'].replace('\r\n', '\n').endswith('more %d' % (saves - 1))
    else:
        assert text == old and 'more' not in row['Comment']


EVENT = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20261101T000000Z\r\n'
         'DTSTART:20261208T080000Z\r\nDTEND:20261208T090000Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')
TASK = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VTODO\r\nUID:%s\r\nDTSTAMP:20261101T000000Z\r\n'
        'SUMMARY:%s\r\nPRIORITY:5\r\nSTATUS:NEEDS-ACTION\r\nEND:VTODO\r\nEND:VCALENDAR\r\n')
CARD = 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s\r\nN:%s;;;\r\nEND:VCARD\r\n'
# as they were recorded, each on what those before it have left: the methods, and the texts that it writes
SESSIONS = [
    ('khal-new', {'New': 1}, [EVENT % ('c0g3', 'Project talk')]),
    ('khal-import', {'New': 1}, [EVENT % ('d487', 'Imported')]),
    ('khal-edit', {'Update': 1}, [EVENT % ('holiday', 'Holiday in May')]),
    ('khal-list', {}, []),
    ('khal-list2', {}, []),
    ('vds-sync', {}, []),
    ('vds-sync2', {}, []),
    ('vds-modify', {'New': 1, 'Update': 1}, [EVENT % ('holiday', 'Holiday in June'), EVENT % ('fromloc', 'From here')]),
    ('vds-delete', {'Delete': 1}, []),
    ('khard-new', {'New': 1}, [CARD % ('7v43', 'Grace Hopper', 'Hopper;Grace')]),
    ('khard-edit', {'Update': 1}, [CARD % ('ada', 'Ada King', 'King;Ada')]),
    ('khard-rm', {'Delete': 1}, []),
    ('todo-new', {'New': 1}, [TASK % ('e219', 'Wrap it up')]),
    ('todo-edit', {'Update': 1}, [TASK % ('report', 'Write it')]),
    ('todo-done', {'Update': 1}, [(TASK % ('report', 'Write it')).replace('NEEDS-ACTION', 'COMPLETED')]),
]
THERE = {'Calendar/Holiday.ics': EVENT % ('holiday', 'Holiday'), 'Calendar/Weekly sync.ics': EVENT % ('weekly', 'Weekly'),
         'Contacts/Ada Lovelace.vcf': CARD % ('ada', 'Ada Lovelace', 'Lovelace;Ada'), 'Tasks/Write report.ics': TASK % ('report', 'Report'),
         'Calendar/color': '#ff0000'}


@pytest.mark.skipif(not (TRACES / 'pim-khal-new.txt').exists(),
                    reason='the recordings (../shared/presentation-samples/traces) are not here')
@pytest.mark.deadline(150)
def test_traces_of_calendar_and_contact_programs(site):
    """khal, khard, todoman and vdirsyncer, 15 sessions; the same bytes once more send nothing."""
    mnt = site
    mnt.add()
    lists = mnt.home / 'config/spfs/lists'
    lists.write_text(re.sub(r'(\[list "Tasks"\]\n)', r'\1	format = ics\n', lists.read_text()))
    mnt.own(mnt.home / 'config')
    mnt.mount()
    wait_until(lambda: all(s['list_state'] == 'ok' for s in mnt.status()['lists']), 20, 'the first sync')
    mnt.sh('rm -f "Calendar/Weekly sync.ics" "Tasks/Write report.ics"; sleep 3')
    for name, text in THERE.items():
        assert mnt.run('sh', '-c', 'cat > "$0"', name, cwd=mnt.mountpoint, stdin=text).code == 0
    mnt.settle()
    ids = {r['Title']: r['ID'] for r in Client(mnt.server.url).rows('Calendar').values()}
    for name, methods, texts in SESSIONS:
        for again in (False, True):
            if again and not set(methods) <= {'Update'}:
                continue
            mnt.server.reset()
            played = play(mnt, 'pim-' + name, '.', '', '', texts + ['none'])
            assert played['saves'] == len(texts), (name, played)
            if 'Delete' in methods:
                mnt.wait(lambda: mnt.server.methods(), 20, 'the deletion')
            mnt.settle()
            assert mnt.server.methods() == ({} if again else methods), (name, again)
            if not methods or again:
                assert {r['op'] for r in mnt.server.requests()} <= {'GetListItemChangesSinceToken'}, (name, mnt.server.requests())
    rows = Client(mnt.server.url).rows('Calendar').values()
    assert {r['Title']: r['ID'] for r in rows}['Holiday in June'] == ids['Holiday']
    assert {'Project talk', 'Imported', 'Weekly'} <= {r['Title'] for r in rows} and 'From here' not in {r['Title'] for r in rows}
    contacts = {r['Title'] for r in Client(mnt.server.url).rows('Contacts').values()}
    assert 'King' in contacts and 'Hopper' not in contacts
    tasks = {r['Title']: r for r in Client(mnt.server.url).rows('Tasks').values()}
    assert tasks['Write it']['Status'] == 'Completed' and 'Wrap it up' in tasks
    assert mnt.sh('ls Calendar/ERRORS Contacts/ERRORS Tasks/ERRORS 2>&1', code=None).count('No such file') == 3
