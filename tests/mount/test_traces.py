"""Recorded savings of real programs, played on a mount: one save is one update, never a delete and a create.

The recordings are of GUI and terminal programs that need not be installed; test_editors.py runs those that are.
"""
import errno
import json
import time
from pathlib import Path

import pytest
from soap import Client

TRACES = Path(__file__).resolve().parents[2] / '../shared/presentation-samples/traces'
ITEM = 'Printer on 3rd floor is broken.txt'

# methods that the program's session comes to; what is not named: one update
EXPECT = {
    'empty': {}, 'vim-close-fails': {}, 'gedit': {'Update': 2}, 'mousepad': {'Update': 2},
    'gnome-text-editor': {'Update': 2}, 'geany': {'Update': 2}, 'kate': {'Update': 2},
}
NAMES = sorted(p.stem for p in TRACES.glob('*.txt') if not p.stem.startswith(('pim-', 'lo-')))


@pytest.mark.deadline(60)
@pytest.mark.parametrize('trace', NAMES or [pytest.param('none', marks=pytest.mark.skip(
    reason='the recordings (../shared/presentation-samples/traces) are not here'))])
def test_trace(mnt, trace):
    old = mnt.sh('cat "Issues/%s"' % ITEM)
    versions = [old + 'more %d\n' % i for i in range(4)]
    if trace == 'vim-close-fails':
        versions = ['Nonsense: this is no field\n\n' + old]
    job = {'directory': str(mnt.mountpoint / 'Issues'), 'item': ITEM, 'old': old, 'versions': versions,
           'trace': (TRACES / (trace + '.txt')).read_text(errors='replace')}
    player = mnt.base / 'player.py'
    player.write_bytes(Path(__file__).with_name('tracefile.py').read_bytes())
    r = mnt.run('/usr/bin/python3', player, stdin=json.dumps(job))
    assert r.code == 0, r
    played = json.loads(r.out)
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
