"""Attachments of items: files in Attachments/<item>/, each what the server has or is to have, once."""
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from conftest import NO_PROXY

LIST, ITEM = 'Issues', 'Printer on 3rd floor is broken'
DIR = 'Attachments/' + ITEM
OPS = ('AddAttachment', 'DeleteAttachment', 'GetAttachmentCollection')


def number(mnt, item=ITEM):
    return mnt.sh('getfattr --only-values -n user.spfs.id "%s/%s.txt"' % (LIST, item))


def from_server(mnt, name, item=3):
    """The bytes as any other client gets them; None: the item has no such file."""
    url = '%s/Lists/%s/Attachments/%s/%s' % (mnt.server.url, LIST, item, urllib.parse.quote(name))
    try:
        with NO_PROXY.open(url, timeout=20) as r:
            return r.read().decode()
    except urllib.error.HTTPError as e:
        assert e.code == 404
        return None


def put(mnt, name, text, item=3):
    """Somebody else replaces one."""
    url = '%s/Lists/%s/Attachments/%s/%s' % (mnt.server.url, LIST, item, urllib.parse.quote(name))
    with NO_PROXY.open(urllib.request.Request(url, text.encode(), method='PUT'), timeout=20):
        pass


def sent(mnt):
    """What was asked for about attachments, the pulls left out: ['AddAttachment', 'PUT a.txt 200', 'GET a.txt']."""
    found = []
    for r in mnt.server.requests():
        if r.get('op') in OPS:
            found.append(r['op'])
        elif '/Attachments/' in r['path']:
            status = ' %s' % r['status'] if r['method'] not in ('GET', 'HEAD', 'PROPFIND') else ''
            found.append('%s %s%s' % (r['method'], urllib.parse.unquote(r['path']).split('/')[-1], status))
    return [x for x in found if x != 'GetAttachmentCollection'] + \
           ['GetAttachmentCollection'] * (found.count('GetAttachmentCollection') - found.count('DeleteAttachment'))


def here(mnt, command, **more):
    return mnt.sh(command, cwd=mnt.mountpoint / LIST, **more)


def names(mnt, where=DIR):
    return set(here(mnt, 'ls -A "%s"' % where).splitlines())


def state(mnt, name, what='state'):
    return here(mnt, 'getfattr --only-values -n user.spfs.%s "%s/%s"' % (what, DIR, name))


def sync(mnt):
    mnt.sh('echo > .spfs/sync')
    mnt.settle()


@pytest.fixture
def issues(site):
    site.add(LIST)
    site.mount()
    site.settle()
    return site


def test_they_are_listed_and_read(issues):
    """MS-OUTSPS_R1103: each is fetched by GET."""
    mnt = issues
    mnt.server.reset()
    listed = here(mnt, 'ls -lA; find . -type f; getfattr -d *.txt').splitlines()
    assert any(line.endswith(' Attachments') for line in listed)
    assert './%s/photo.jpg' % DIR in listed
    # a plain ls of the list, find, and whatever else asks for no attachment: not one request about any (S6, S7)
    assert sent(mnt) == []
    # its length is asked for once, its bytes when they are read, and then no more
    assert here(mnt, 'stat -c %%s "%s/photo.jpg"; stat -c %%s "%s/photo.jpg"' % (DIR, DIR)) == '19\n19\n'
    assert len(sent(mnt)) == 1
    assert here(mnt, 'cat "%s/photo.jpg"' % DIR) == 'no photo, but bytes'
    assert sent(mnt)[1:] == ['GET photo.jpg']
    here(mnt, 'cat "%s/photo.jpg"; cp -r Attachments "$HOME/copy"; grep -q photo -r Attachments' % DIR)
    mnt.umount()
    mnt.mount()
    mnt.settle()
    assert here(mnt, 'cat "%s/photo.jpg"; tar -cf - Attachments | tar -xOf -' % DIR) == 'no photo, but bytes' * 2
    assert len(sent(mnt)) == 2
    assert state(mnt, 'photo.jpg') == 'clean'
    assert state(mnt, 'photo.jpg', 'url') == '%s/Lists/Issues/Attachments/3/photo.jpg' % mnt.server.url
    # an item without attachments: its directory is there for who asks
    assert here(mnt, 'ls "Attachments/Toner order"; test -d "Attachments/Toner order" && echo yes') == 'yes\n'
    here(mnt, 'ls "Attachments/No such item"', code=2)
    here(mnt, 'mkdir Attachments/x || touch Attachments/y || mkdir "%s/z"' % DIR, code=1)


def test_a_server_that_does_not_name_them(site):
    """MS-LISTSWS 2.2.4.4: without IncludeAttachmentUrls a row has 0 or 1; then they are asked for when somebody looks."""
    mnt = site
    mnt.server.do('habit attachment-urls=off')
    mnt.add(LIST)
    mnt.mount()
    mnt.settle()
    mnt.server.reset()
    here(mnt, 'ls; cat "%s.txt"; stat "%s"' % (ITEM, DIR))
    assert sent(mnt) == []
    asked = lambda: sum(r.get('op') == 'GetAttachmentCollection' for r in mnt.server.requests())
    assert here(mnt, 'cat "%s/photo.jpg"' % DIR) == 'no photo, but bytes'        # looked for by its name
    assert names(mnt) == {'photo.jpg'} == names(mnt)
    assert asked() == 1
    here(mnt, 'ls "Attachments/Toner order"; ls "%s"/nothing' % DIR, code=None)
    assert asked() == 1
    # others add and remove; the item's next version is asked about once
    mnt.server.do('attach Issues 3 new.txt theirs')
    sync(mnt)
    assert names(mnt) == {'photo.jpg', 'new.txt'} and here(mnt, 'cat "%s/new.txt"' % DIR) == 'theirs'
    # and what is done here arrives, and ends
    here(mnt, 'echo mine > "%s/mine.txt"; echo more >> "%s/new.txt"; rm "%s/photo.jpg"' % (DIR, DIR, DIR))
    mnt.wait(lambda: from_server(mnt, 'photo.jpg') is None and from_server(mnt, 'mine.txt') == 'mine\n', 20)
    mnt.settle()
    sync(mnt)
    assert from_server(mnt, 'new.txt') == 'theirsmore\n' == here(mnt, 'cat "%s/new.txt"' % DIR)
    assert names(mnt) == {'mine.txt', 'new.txt'} and state(mnt, 'mine.txt') == 'clean' == state(mnt, 'new.txt')
    assert not mnt.sh('ls .spfs/outbox')
    here(mnt, 'rm -r "%s"' % DIR)
    mnt.wait(lambda: from_server(mnt, 'mine.txt') is None and from_server(mnt, 'new.txt') is None, 20)
    mnt.settle()
    assert names(mnt) == set()


def test_add_replace_remove(issues):
    mnt = issues
    mnt.server.reset()
    here(mnt, 'echo hello > "%s/a b ü.txt"' % DIR)
    mnt.settle()
    assert from_server(mnt, 'a b ü.txt') == 'hello\n' == here(mnt, 'cat "%s/a b ü.txt"' % DIR)
    assert sent(mnt)[0] == 'AddAttachment' and state(mnt, 'a b ü.txt') == 'clean'
    # the row came back with the answer's pull, and its bytes are ours: nothing was fetched
    assert sent(mnt)[:-1] == ['AddAttachment']
    mnt.server.reset()
    here(mnt, 'echo more >> "%s/a b ü.txt"; echo last >> "%s/a b ü.txt"' % (DIR, DIR))
    mnt.settle()
    assert from_server(mnt, 'a b ü.txt') == 'hello\nmore\nlast\n'
    # the test's own GET is the last
    assert sent(mnt)[-1] == 'GET a b ü.txt' and set(sent(mnt)[:-1]) == {'PUT a b ü.txt 200'}
    mnt.server.reset()
    here(mnt, 'cat "%s/a b ü.txt" > "$HOME/x"; cat "$HOME/x" > "%s/a b ü.txt"' % (DIR, DIR))      # S8
    mnt.settle()
    assert sent(mnt) == []
    here(mnt, 'rm "%s/a b ü.txt"' % DIR)
    assert names(mnt) == {'photo.jpg'}
    mnt.wait(lambda: from_server(mnt, 'a b ü.txt') is None, 20)
    mnt.settle()
    assert [x for x in sent(mnt) if not x.startswith('GET ')] == ['DeleteAttachment']
    here(mnt, 'rm -r "%s"' % DIR)
    mnt.wait(lambda: from_server(mnt, 'photo.jpg') is None, 20)
    mnt.settle()
    assert 'Attachments' not in here(mnt, 'ls -A')


# how programs write a file, onto one that is there; each is one version more, with the whole of it
SAVES = {
    'cp': 'cp $new $f',
    'mv over': 'mv $new $f',
    'rename over': 'cp $new "$d/.x.swp"; mv "$d/.x.swp" $f',
    'backup': 'mv $f $f~; cp $new $f; rm $f~',
    'sed': 'sed -i "s/.*/saved/" $f',
    'unlink and create': 'rm $f; cp $new $f',
    'vim': 'vim -u NONE -N -es -c "%s/.*/saved/" -c wq $f',
}


def test_every_way_to_save_is_one_put(issues):
    mnt = issues
    here(mnt, 'echo first > "%s/n.txt"' % DIR)
    mnt.settle()
    for save, command in SAVES.items():
        if save == 'vim' and not here(mnt, 'command -v vim || true'):
            print('vim is not there: its save was not tried')
            continue
        here(mnt, 'echo other > "%s/n.txt"' % DIR)
        mnt.settle()
        mnt.server.reset()
        here(mnt, 'IFS=; d="%s"; f=$d/n.txt; new=$HOME/new; echo saved > $new; %s' % (DIR, command))
        mnt.settle()
        here(mnt, 'sleep 2.5')           # the grace of what was removed
        mnt.settle()
        assert sent(mnt) == ['PUT n.txt 200'], save
        assert from_server(mnt, 'n.txt') == 'saved\n' == here(mnt, 'cat "%s/n.txt"' % DIR), save
        assert names(mnt) == {'photo.jpg', 'n.txt'}, save


def ops(mnt):
    """What changed attachments, in order; a run of the same once."""
    found = [r.get('op') or r['method'] for r in mnt.server.requests()
             if r.get('op') in OPS[:2] or (r['method'] in ('PUT', 'MOVE', 'DELETE') and '/Attachments/' in r['path'])]
    return [x for i, x in enumerate(found) if not i or found[i - 1] != x]


def test_renamed_within_the_item(issues):
    """No server renames an attachment: the new one is added, then the old one deleted; a program's save is a save."""
    mnt = issues
    photo = 'no photo, but bytes'
    mnt.server.reset()
    here(mnt, 'mv "%s/photo.jpg" "%s/a.jpg"' % (DIR, DIR))               # its bytes were not here yet
    assert names(mnt) == {'a.jpg'} and here(mnt, 'cat "%s/a.jpg"' % DIR) == photo
    mnt.wait(lambda: from_server(mnt, 'photo.jpg') is None, 20)
    mnt.settle()
    assert ops(mnt) == ['AddAttachment', 'DeleteAttachment'] and from_server(mnt, 'a.jpg') == photo
    assert state(mnt, 'a.jpg') == 'clean' and names(mnt) == {'a.jpg'}
    # in-place edits that keep a copy
    mnt.server.reset()
    here(mnt, 'cd "%s"; sed -i.bak s/photo/picture/ a.jpg' % DIR)
    here(mnt, 'sleep 2.5')
    mnt.settle()
    assert from_server(mnt, 'a.jpg') == 'no picture, but bytes' and from_server(mnt, 'a.jpg.bak') == photo
    assert sorted(ops(mnt)) == ['AddAttachment', 'PUT'] and names(mnt) == {'a.jpg', 'a.jpg.bak'}
    # over another one, and the case alone; an open file goes on under its new name
    mnt.server.reset()
    here(mnt, 'cd "%s"; mv a.jpg.bak a.jpg; exec 3<>a.jpg; mv a.jpg A.JPG; printf yes >&3; exec 3>&-; ls; cat A.JPG' % DIR)
    mnt.wait(lambda: from_server(mnt, 'A.JPG') == 'yes' + photo[3:] and from_server(mnt, 'a.jpg.bak') is None, 20)
    mnt.settle()
    assert names(mnt) == {'A.JPG'}
    assert not mnt.sh('ls .spfs/outbox') and not mnt.sh('ls .spfs/conflicts')
    # offline, again and again: one of each
    mnt.server.stop()
    here(mnt, 'cd "%s"; mv A.JPG b; mv b c; echo more >> c; mv c d.txt' % DIR)
    assert names(mnt) == {'d.txt'}
    mnt.umount()
    mnt.mount()
    mnt.server.start()
    mnt.server.reset()
    sync(mnt)
    mnt.wait(lambda: from_server(mnt, 'A.JPG') is None, 20)
    mnt.settle()
    assert ops(mnt) == ['AddAttachment', 'DeleteAttachment']
    assert from_server(mnt, 'd.txt') == 'yes' + photo[3:] + 'more\n' and names(mnt) == {'d.txt'}


def test_a_rename_loses_nothing(issues):
    mnt = issues
    photo = 'no photo, but bytes'
    # refused: the server keeps the old name until it takes the new one
    mnt.server.script('op=AddAttachment fault=0x80070005 text="Access is denied."')
    here(mnt, 'mv "%s/photo.jpg" "%s/a.jpg"' % (DIR, DIR))
    mnt.wait(lambda: state(mnt, 'a.jpg') == 'refused', 20)
    here(mnt, 'sleep 2.5')
    mnt.spfs('sync')
    assert from_server(mnt, 'photo.jpg') == photo and names(mnt) == {'a.jpg'} and ops(mnt)[-1] == 'AddAttachment'
    mnt.server.no_script()
    mnt.server.script('op=AddAttachment count=1 close=after')            # and its answer is lost
    mnt.server.reset()
    mnt.sh('echo retry > .spfs/sync')
    mnt.wait(lambda: from_server(mnt, 'photo.jpg') is None, 30)
    mnt.settle()
    assert from_server(mnt, 'a.jpg') == photo and ops(mnt) == ['AddAttachment', 'DeleteAttachment']
    assert names(mnt) == {'a.jpg'} and state(mnt, 'a.jpg') == 'clean'
    # somebody has taken the name meanwhile: his stands, ours is beside it, and the old one is there again
    mnt.server.stop()
    here(mnt, 'mv "%s/a.jpg" "%s/b.jpg"; sleep 2.5' % (DIR, DIR))
    mnt.server.start()
    mnt.server.do('attach Issues 3 b.jpg "of theirs"')
    sync(mnt)
    mnt.settle()
    assert from_server(mnt, 'b.jpg') == 'of theirs' == here(mnt, 'cat "%s/b.jpg"' % DIR)
    assert from_server(mnt, 'a.jpg') == photo == here(mnt, 'cat "%s/a.jpg"' % DIR)
    copy, = names(mnt) - {'a.jpg', 'b.jpg'}
    assert 'conflict' in copy and here(mnt, 'cat "%s/%s"' % (DIR, copy)) == photo


@pytest.mark.deadline(300)
@pytest.mark.parametrize('world', ['root'], indirect=True)
def test_killed_anywhere_it_is_renamed_once(site):
    site.add(LIST)
    site.mount()
    site.settle()
    here(site, 'cat "%s/photo.jpg"' % DIR)
    site.umount()
    old = 'photo.jpg'
    for i, point in enumerate(('submit.save.before:1', 'submit.save.after:1', 'upload.take.after:1', 'upload.answered:1',
                               'upload.outcome.after:1', 'submit.grace.after:1', 'upload.answered:2')):
        new = 'n%d.jpg' % i
        site.server.reset()
        site.run('spfs', site.mountpoint, env={'SPFS_CRASH_AT': point})
        site.run('bash', '-c', 'mv "%s/%s" "%s/%s"; sleep 4; ls "%s"' % (DIR, old, DIR, new, DIR), cwd=site.mountpoint / LIST)
        site.run('fusermount3', '-u', '-z', site.mountpoint)
        if site.pid():
            site.kill()
        site.mount()
        site.settle()
        site.sh('sleep 2.5')
        sync(site)
        found = names(site)
        assert found in ({old}, {new}), point
        now, = found
        assert from_server(site, now) == 'no photo, but bytes' and state(site, now) == 'clean', point
        assert from_server(site, old if now == new else new) is None, point
        assert sent(site).count('AddAttachment') == (now == new), point
        old = now
        site.umount()


def test_offline_and_a_new_item_with_its_files(issues):
    mnt = issues
    mnt.server.stop()
    assert 'unreachable' in mnt.run('cat', DIR + '/photo.jpg', cwd=mnt.mountpoint / LIST).err
    here(mnt, 'printf "Title: With a file\n\nText.\n" > "With a file.txt"; mkdir -p "Attachments/With a file";'
              'cp /etc/hostname "Attachments/With a file/h.txt"; echo two > "%s/two.txt"; rm "%s/photo.jpg"' % (DIR, DIR))
    mnt.umount()
    mnt.mount()
    assert here(mnt, 'cat "Attachments/With a file/h.txt" "%s/two.txt"' % DIR) == open('/etc/hostname').read() + 'two\n'
    assert names(mnt) == {'two.txt'}
    assert len(mnt.sh('ls .spfs/outbox').splitlines()) == 4
    mnt.server.start()
    sync(mnt)
    item = number(mnt, 'With a file')
    assert from_server(mnt, 'h.txt', item) == open('/etc/hostname').read()
    assert from_server(mnt, 'two.txt') == 'two\n' and from_server(mnt, 'photo.jpg') is None
    assert sorted(x for x in sent(mnt) if not x.startswith('GET ')) == ['AddAttachment', 'AddAttachment', 'DeleteAttachment']
    assert mnt.server.methods() == {'New': 1}
    # the item gets another name, and so does its directory
    here(mnt, 'mv "With a file.txt" "Renamed.txt"')
    mnt.wait(lambda: 'Renamed' in names(mnt, 'Attachments'))
    assert names(mnt, 'Attachments/Renamed') == {'h.txt'} and 'With a file' not in names(mnt, 'Attachments')
    mnt.settle()
    # and goes with it
    here(mnt, 'rm Renamed.txt')
    mnt.wait(lambda: mnt.server.methods().get('Delete'), 20)
    mnt.settle()
    assert names(mnt, 'Attachments') == {ITEM}


def test_what_others_do(issues):
    mnt = issues
    here(mnt, 'cat "%s/photo.jpg"' % DIR)
    mnt.server.do('attach Issues 3 new.txt theirs', 'attach Issues 1 toner.txt black')
    put(mnt, 'photo.jpg', 'another photo')
    here(mnt, 'ls')
    mnt.wait(lambda: names(mnt) == {'photo.jpg', 'new.txt'}, 20)
    assert here(mnt, 'cat "%s/photo.jpg" "%s/new.txt" "Attachments/Toner order/toner.txt"' % (DIR, DIR)) == \
        'another phototheirsblack'
    # the same file changed on both sides: theirs stands, ours is beside it, local
    mnt.spfs('offline')
    here(mnt, 'echo mine > "%s/new.txt"; echo mine too > "%s/both.txt"' % (DIR, DIR))
    put(mnt, 'new.txt', 'theirs again')
    mnt.server.do('attach Issues 3 both.txt "of theirs"')
    mnt.spfs('online')
    sync(mnt)
    assert from_server(mnt, 'new.txt') == 'theirs again' == here(mnt, 'cat "%s/new.txt"' % DIR)
    assert from_server(mnt, 'both.txt') == 'of theirs' == here(mnt, 'cat "%s/both.txt"' % DIR)
    copies = sorted(n for n in names(mnt) if 'conflict' in n)
    assert here(mnt, 'cd "%s"; cat %s' % (DIR, ' '.join('"%s"' % n for n in copies))) == 'mine too\nmine\n'
    assert state(mnt, copies[0]) == 'conflict'
    # the item goes there, while something is to be attached to it here
    mnt.spfs('offline')
    here(mnt, 'echo unsent > "Attachments/Toner order/mine.txt"')
    mnt.server.do('delete Issues 1')
    mnt.spfs('online')
    sync(mnt)
    kept, = names(mnt, 'Attachments/Toner order')
    assert kept.startswith('mine (conflict') and here(mnt, 'cat "Attachments/Toner order/%s"' % kept) == 'unsent\n'


def test_removed_with_its_item_unsent_bytes_are_kept(issues):
    mnt = issues
    mnt.spfs('offline')
    # the item is there a moment after its last close
    here(mnt, 'set -e; d="Attachments/Toner order"; echo unsent > "$d/mine.txt"; echo gone > "$d/gone.txt"; rm "$d/gone.txt";'
              'printf "Title: New\\n" > New.txt; until [ -d Attachments/New ]; do sleep 0.1; done;'
              'echo too > "Attachments/New/too.txt"; rm "Toner order.txt" New.txt; sleep 2.5')
    mnt.wait(lambda: len(mnt.sh('ls .spfs/conflicts/Issues 2> /dev/null || true').splitlines()) == 2, 20)
    assert mnt.sh('cat .spfs/conflicts/Issues/mine*.txt .spfs/conflicts/Issues/too*.txt') == 'unsent\ntoo\n'
    # they are files, and no texts of items: nothing is made of them but what the user makes
    kept = ['Issues/' + n for n in mnt.sh('ls .spfs/conflicts/Issues').splitlines()]
    assert {c['kind'] for c in json.loads(mnt.spfs('conflicts', '--json', code=None).out)['conflicts']} == {'attachment'}
    assert 'attached' in mnt.spfs('conflicts', 'show', kept[0]).out
    assert 'copy the file' in mnt.spfs('conflicts', 'keep-mine', kept[0], code=None).err
    assert len(mnt.sh('ls .spfs/conflicts/Issues').splitlines()) == 2
    mnt.spfs('conflicts', 'keep-theirs', kept[1])
    assert mnt.sh('ls .spfs/conflicts/Issues').splitlines() == [kept[0][len('Issues/'):]]
    assert 'mine (conflict ' in mnt.spfs('conflicts').out
    mnt.spfs('online')
    sync(mnt)
    assert names(mnt, 'Attachments') == {ITEM} and from_server(mnt, 'mine.txt', 1) is None


def test_an_item_and_its_files_change_together(issues):
    mnt = issues
    mnt.server.reset()
    here(mnt, 'echo x > "%s/x.txt"; sed -i "s/^Priority: .*/Priority: (3) Low/" "%s.txt"' % (DIR, ITEM))
    mnt.settle()
    assert from_server(mnt, 'x.txt') == 'x\n'
    assert here(mnt, 'grep ^Priority "%s.txt"' % ITEM) == 'Priority: (3) Low\n'
    assert mnt.server.methods() == {'Update': 1}
    assert not mnt.sh('ls .spfs/conflicts')


LOST = {'add': 'echo saved > "{d}/n.txt"', 'replace': 'echo saved > "{d}/photo.jpg"', 'remove': 'rm "{d}/photo.jpg"'}


@pytest.mark.parametrize('what', LOST)
@pytest.mark.parametrize('how', ['close=after', 'close=before'])
def test_a_lost_answer_is_recognised(issues, what, how):
    mnt = issues
    order = {'add': 'op=AddAttachment', 'replace': 'method=PUT', 'remove': 'op=DeleteAttachment'}[what]
    mnt.server.script('%s count=1 %s' % (order, how))
    mnt.server.reset()
    here(mnt, LOST[what].format(d=DIR))
    mnt.wait(lambda: from_server(mnt, 'photo.jpg' if what != 'add' else 'n.txt') == (None if what == 'remove' else 'saved\n'), 20)
    sync(mnt)
    assert names(mnt) == {'add': {'photo.jpg', 'n.txt'}, 'replace': {'photo.jpg'}, 'remove': set()}[what]
    if what != 'remove':
        assert state(mnt, 'n.txt' if what == 'add' else 'photo.jpg') == 'clean'
    done = [r for r in mnt.server.requests() if r.get('op') in ('AddAttachment', 'DeleteAttachment') or r['method'] == 'PUT']
    assert len(done) == (1 if how == 'close=after' else 2)
    assert not mnt.sh('ls .spfs/outbox')


@pytest.mark.deadline(300)
@pytest.mark.parametrize('world', ['root'], indirect=True)
def test_killed_anywhere_it_is_attached_once(site):
    site.add(LIST)
    site.mount()
    site.settle()
    site.umount()
    for i, point in enumerate(('store.commit.before:1', 'submit.document.after:1', 'submit.save.before:1', 'submit.save.after:1',
                               'upload.take.before:1', 'upload.take.after:1', 'upload.answered:1',
                               'upload.outcome.before:1', 'upload.outcome.after:1', 'pull.chunk.before:1')):
        name = 'n%d.txt' % i
        site.server.reset()
        site.run('spfs', site.mountpoint, env={'SPFS_CRASH_AT': point})
        acked = site.run('bash', '-c', 'echo saved | dd status=none "of=%s/%s"' % (DIR, name),
                         cwd=site.mountpoint / LIST).code == 0
        if acked and site.pid():
            site.run('bash', '-c', 'sleep 3; ls', cwd=site.mountpoint / LIST)
        site.run('fusermount3', '-u', '-z', site.mountpoint)
        if site.pid():
            site.kill()
        site.mount()
        site.settle()
        text = from_server(site, name)
        assert text in ((None, '', 'saved\n') if not acked else ('saved\n',)), point
        assert sent(site).count('AddAttachment') <= 1, point
        assert not [n for n in names(site) if 'conflict' in n], point
        if text:
            assert state(site, name) == 'clean', point
        site.umount()


def test_what_is_refused_stays_with_its_reason(issues):
    mnt = issues
    here(mnt, ': > "%s/empty.txt"' % DIR)
    mnt.wait(lambda: state(mnt, 'empty.txt') == 'refused', 20)
    assert 'empty' in state(mnt, 'empty.txt', 'error') and 'empty.txt' in mnt.sh('ls .spfs/outbox')
    here(mnt, 'echo text > "%s/empty.txt"' % DIR)
    mnt.settle()
    assert from_server(mnt, 'empty.txt') == 'text\n' and state(mnt, 'empty.txt') == 'clean'
    mnt.server.script('op=AddAttachment fault=0x80070005 text="Access is denied."')
    here(mnt, 'echo no > "%s/no.txt"' % DIR)
    mnt.wait(lambda: state(mnt, 'no.txt') == 'refused', 20)
    assert here(mnt, 'cat "%s/no.txt"' % DIR) == 'no\n'
    mnt.server.no_script()
    mnt.sh('echo retry > .spfs/sync')
    mnt.wait(lambda: from_server(mnt, 'no.txt') == 'no\n', 20)
    mnt.settle()
    assert state(mnt, 'no.txt') == 'clean'
    assert 'Operation not supported' in mnt.run(
        'setfattr', '-n', 'user.sharepoint.Title', '-v', 'x', DIR + '/no.txt', cwd=mnt.mountpoint / LIST).err
    for name in ('.x.swp', 'x~', 'lu12.tmp'):
        here(mnt, 'echo x > "%s/%s"' % (DIR, name))
        assert state(mnt, name) == 'local'
