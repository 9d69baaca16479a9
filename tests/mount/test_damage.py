"""A database that is damaged or newer: kept aside, what was not sent saved, the lists read anew."""
import os
import re
import shutil
import sqlite3
import subprocess

import pytest

PAGE = 4096


def data(w):
    return w.home / 'data/spfs/default'


def unsent(w):
    """Offline: an edit, a new item, a deletion, an unsaved text and a local file; then unmounted."""
    w.spfs('offline')
    w.sh("sed -i 's/^Priority: .*/Priority: (3) Low/' 'Tasks/Write report.txt'")
    w.sh('echo "body of mine" > Announcements/Mine.txt')
    w.sh('rm "Announcements/$(ls Announcements | grep -v -e Mine -e Attachments | head -1)"')
    w.sh("printf 'Title: Late\\nDue Date: 2026-13-45\\n' > Tasks/Late.txt", code=None)
    w.sh('echo local > Tasks/notes.bak')
    w.wait(lambda: len(w.sh('ls .spfs/outbox').splitlines()) == 3, 10, 'three changes in the outbox')
    w.wait(lambda: w.sh('cat Tasks/ERRORS', code=None))
    w.umount('--no-send')
    assert not w.is_mounted()


def damage(w, at, n=PAGE, junk=b'\xa5'):
    with open(data(w) / 'spfs.db', 'r+b') as f:
        f.seek(at)
        f.write(junk * n)


def damage_root_of(w, name):
    c = sqlite3.connect(data(w) / 'spfs.db')
    page = c.execute('SELECT rootpage FROM sqlite_schema WHERE name = ?', (name,)).fetchone()[0] - 1
    c.close()
    damage(w, page * PAGE)
    w.own()


def kept(w, word='damaged'):
    return sorted(data(w).glob(word + '-*'))


def assert_saved(w, place, r):
    """All of unsent() is in the export and said."""
    manifest = (place / 'unsent/MANIFEST.txt').read_text()
    assert 'Priority: (3) Low' in (place / 'unsent/Tasks/Write report.txt').read_text()
    assert 'body of mine' in (place / 'unsent/Announcements/Mine.txt').read_text()
    assert 'Due Date: 2026-13-45' in (place / 'unsent/Tasks/Late.txt').read_text()
    assert (place / 'unsent/Tasks/notes.bak').read_text() == 'local\n'
    assert 'delete' in manifest and 'Mine.txt' in manifest
    assert 'kept in %s' % place in r.err and 'MANIFEST.txt' in r.err


def assert_works_again(w):
    w.wait(lambda: all(s['list_state'] == 'ok' for s in w.status()['lists']), 20, 'the lists')
    w.settle()
    assert 'Write report.txt' in w.sh('ls Tasks')
    assert 'kept-aside: ' in w.sh('cat .spfs/status') and 'kept aside: ' in w.spfs('status').out


# 0: the file's head; the others are its tables' pages
@pytest.mark.parametrize('page', [0, 1, 3, 7, 'items', 'journal index'])
def test_bytes_written_over(mnt, page):
    unsent(mnt)
    if isinstance(page, str):
        damage_root_of(mnt, {'items': 'items', 'journal index': 'journal_by_item'}[page])
    else:
        damage(mnt, page * PAGE)
    r = mnt.spfs('fsck', code=None)
    place, = kept(mnt)
    assert (place / 'spfs.db').exists()
    assert 'kept in %s' % place in r.err
    # what that page did not hold is saved
    if page in (0, 3) or r.code:
        assert (place / 'unsent/MANIFEST.txt').exists()
    if page == 0:
        assert_saved(mnt, place, r)
    assert mnt.mount().err == ''
    assert_works_again(mnt)


def test_an_undamaged_database_is_in_order_and_stays(mnt):
    unsent(mnt)
    assert mnt.spfs('fsck').out == 'the database is in order\n'
    out = mnt.spfs('fsck', '--export', 'saved', cwd=mnt.home).out
    assert '3 unsent changes, 1 texts and 1 local files' in out
    assert 'body of mine' in (mnt.home / 'saved/Announcements/Mine.txt').read_text()
    assert kept(mnt) == []
    mnt.mount()
    mnt.wait(lambda: mnt.server.methods() == {'New': 1, 'Update': 1, 'Delete': 1})
    # the same with the daemon at work
    assert mnt.spfs('fsck').out == 'the database is in order\n'


def test_what_was_saved_can_be_sent(mnt):
    unsent(mnt)
    damage(mnt, 0, 200)
    mnt.own()
    r = mnt.mount()
    place, = kept(mnt)
    assert_saved(mnt, place, r)
    assert_works_again(mnt)
    assert mnt.list_status('Tasks')['conflicts'] == 2
    mnt.spfs('conflicts', 'keep-mine', 'Write report.txt')
    mnt.spfs('conflicts', 'keep-mine', 'Mine.txt')
    mnt.wait(lambda: mnt.server.methods() == {'New': 1, 'Update': 1})
    mnt.settle()
    assert 'body of mine' in mnt.sh('cat Announcements/Mine.txt')
    assert 'Priority: (3) Low' in mnt.sh('cat "Tasks/Write report.txt"')
    # the user has seen it: then status is silent
    shutil.rmtree(place)
    mnt.umount()
    mnt.mount()
    assert 'kept-aside' not in mnt.sh('cat .spfs/status')


def test_a_file_that_was_cut_off(mnt):
    unsent(mnt)
    db = data(mnt) / 'spfs.db'
    os.truncate(db, os.path.getsize(db) // 2 + 17)
    r = mnt.spfs('fsck', code=None)
    place, = kept(mnt)
    assert 'kept in %s' % place in r.err and (place / 'unsent/MANIFEST.txt').exists()
    mnt.mount()
    assert_works_again(mnt)


def test_a_database_of_a_newer_spfs(mnt):
    unsent(mnt)
    c = sqlite3.connect(data(mnt) / 'spfs.db')
    c.execute('PRAGMA user_version = 99')
    c.execute('ALTER TABLE journal ADD COLUMN later TEXT')
    c.commit()
    c.close()
    mnt.own()
    r = mnt.mount()
    place, = kept(mnt, 'newer')
    assert 'newer spfs' in r.err
    assert_saved(mnt, place, r)
    assert_works_again(mnt)
    c = sqlite3.connect(place / 'spfs.db')
    assert c.execute('PRAGMA user_version').fetchone()[0] == 99          # as it was
    assert c.execute('SELECT count(*) FROM journal').fetchone()[0] == 3
    c.close()


def test_a_log_that_is_missing_is_no_damage(mnt):
    unsent(mnt)
    mnt.mount()
    mnt.settle()
    mnt.kill()
    subprocess.run(['fusermount3', '-u', '-z', mnt.mountpoint], check=True, capture_output=True)
    for name in ('spfs.db-wal', 'spfs.db-shm'):
        (data(mnt) / name).unlink(missing_ok=True)
    r = mnt.mount()
    assert r.err == '' and kept(mnt) == []
    mnt.settle()
    assert 'Mine.txt' in mnt.sh('ls Announcements')


def test_damage_that_the_start_meets_is_kept_aside_at_once(mnt):
    unsent(mnt)
    damage_root_of(mnt, 'items')
    r = mnt.mount()                                       # it was closed in order, so that nobody had looked
    place, = kept(mnt)
    assert 'kept in %s' % place in r.err
    # the values of the items are lost with the page; what the journal says of them is not
    manifest = (place / 'unsent/MANIFEST.txt').read_text()
    assert 'Priority: (3) Low' in manifest and 'body of mine' in manifest and 'could not be read' in r.err
    assert_works_again(mnt)


def test_damage_met_at_work_is_looked_for_at_the_next_start(mnt):
    unsent(mnt)
    damage_root_of(mnt, 'nodes_wrong')
    assert mnt.mount().err == ''
    mnt.sh('cat Tasks/ERRORS', code=None)
    mnt.wait(lambda: 'database: damaged' in mnt.sh('cat .spfs/status'), 10, 'the damage in status')
    mnt.umount('--no-send')
    r = mnt.mount()
    assert 'kept in %s' % kept(mnt)[0] in r.err
    assert_works_again(mnt)


def test_a_directory_that_cannot_be_read(mnt):
    if not mnt.owner:
        pytest.skip('root can read every directory')
    mnt.umount()
    os.chmod(data(mnt) / 'spfs.db', 0)
    os.chown(data(mnt) / 'spfs.db', 0, 0)
    r = mnt.mount(code=1)
    assert re.search('must be a directory that is yours|spfs.db', r.err) and kept(mnt) == []
    os.chown(data(mnt) / 'spfs.db', mnt.owner[2], mnt.owner[3])
    os.chmod(data(mnt) / 'spfs.db', 0o600)
    mnt.mount()
    mnt.settle()


def test_a_full_disk_keeps_all_as_it_is(mnt):
    if os.getuid() != 0 or mnt.owner:
        pytest.skip('only root can make a small disk')
    unsent(mnt)
    damage(mnt, 0, 200)
    small = mnt.base / 'small'
    small.mkdir()
    size = sum(f.stat().st_size for f in data(mnt).rglob('*') if f.is_file())
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%dk,mode=700' % (size // 1024 + 64), 'small', small],
                      capture_output=True).returncode:
        pytest.skip('no tmpfs can be mounted here')
    try:
        shutil.copytree(mnt.home / 'data', small / 'data')
        env = {'XDG_DATA_HOME': str(small / 'data')}
        before = (small / 'data/spfs/default/spfs.db').read_bytes()
        r = mnt.spfs('fsck', code=1, env=env)
        assert 'stays as it is' in r.err
        assert (small / 'data/spfs/default/spfs.db').read_bytes() == before
        assert not list((small / 'data/spfs/default').glob('damaged-*'))
        subprocess.run(['mount', '-o', 'remount,size=64m', small], check=True)
        r = mnt.spfs('fsck', env=env)
        place, = (small / 'data/spfs/default').glob('damaged-*')
        assert_saved(mnt, place, r)
    finally:
        subprocess.run(['umount', '-l', small], check=False)


def test_fsck_repairs_what_is_safe_and_says_the_rest(mnt):
    mnt.umount()
    c = sqlite3.connect(data(mnt) / 'spfs.db')
    c.execute("INSERT INTO vacancies (parent, name, item, list, reason, due) VALUES (2, 'x', 99999, 1, 'moved', 0)")
    c.execute("INSERT INTO texts (ino, state, since, content) VALUES (99999, 'kept', 0, x'')")
    c.execute("INSERT INTO texts (ino, state, since, content) VALUES (99998, 'draft', 0, x'6d7920776f726473')")
    c.commit()
    c.close()
    stray = data(mnt) / 'scratch/77777'
    stray.write_text('whose?')
    os.utime(stray, (0, 0))
    mnt.own()
    r = mnt.spfs('fsck', '--export', mnt.home / 'saved', code=1)
    for words in ('repaired: 1 renderings', 'repaired: 1 free names', 'repaired: 1 files without a name',
                  'problem: 1 texts that were not saved'):
        assert words in r.out, r
    assert '1 problem is left' in r.err
    assert (data(mnt) / 'lost+found/77777').read_text() == 'whose?'
    assert (mnt.home / 'saved/unknown list/item.txt').read_text() == 'my words'
    r = mnt.spfs('fsck', code=1)
    assert 'repaired' not in r.out
    assert 'too many words' in mnt.spfs('fsck', 'now', code=2).err
