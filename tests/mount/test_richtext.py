"""Fields with formatted text (presentation 3.6): shown as text, edited line by line into the HTML, which can be had too."""
import re
import shutil
import subprocess

import pytest
from conftest import wait_until
from soap import Client

ITEM = 'Announcements/Formatted.txt'
HTML = ('<div><b>Bold</b> beginning</div><ul><li>first <i>point</i></li><li><a href="http://x.example/">second</a></li></ul>'
        '<p>The <u>end</u> &amp; more.</p>')


@pytest.fixture
def item(mnt):
    """An item whose text another program has formatted."""
    make_item(mnt)
    return mnt


def make_item(mnt):
    client = Client(mnt.server.url)
    mnt.sh('printf "Title: Formatted\\n\\nx\\n" > "%s"' % ITEM)
    mnt.settle()
    row = client.find('Announcements', Title='Formatted')
    client.change('Announcements', row['ID'], owshiddenversion=row['owshiddenversion'], Body=HTML)
    mnt.sh('echo Announcements > .spfs/sync')
    mnt.wait(lambda: 'beginning' in mnt.sh('cat "%s"' % ITEM), what='the text')
    mnt.settle()
    mnt.server.reset()


def body(mnt):
    return Client(mnt.server.url).find('Announcements', Title='Formatted')['Body']


def change(mnt, command):
    mnt.sh(command)
    mnt.settle()
    return mnt.server.methods()


def test_text_is_edited_line_by_line(item):
    text = item.sh('cat "%s"' % ITEM)
    assert text.split('\n\n', 1)[1].split('\n') == [
        'Bold beginning', '* first point', '* second <http://x.example/>', '', 'The end & more.', ''], text
    # the same text, and another field: the HTML is not sent
    assert change(item, 'cp "%s" "$HOME/copy"; cat "$HOME/copy" > "%s"' % (ITEM, ITEM)) == {}
    before = body(item)
    assert change(item, 'sed -i "s/^Expires:.*/Expires: 2027-01-31/" "%s"' % ITEM) == {'Update': 1} and body(item) == before
    # one line: the others keep their formatting
    assert change(item, 'sed -i "s/^\\* first point/* first of all/" "%s"' % ITEM) == {'Update': 2}
    now = body(item)
    assert '<b>Bold</b> beginning' in now and 'first of all' in now and 'href="http://x.example/"' in now and '<u>end</u>' in now
    # a new line in the list is an entry of it, and what looks like HTML is text
    assert change(item, 'sed -i "/^\\* second/a * third <b>" "%s"' % ITEM) == {'Update': 3}
    now = body(item)
    assert '<li>third &lt;b&gt;</li>' in now and '<b>Bold</b>' in now and now.count('<li>') == 3
    assert change(item, 'sed -i "/beginning/d" "%s"' % ITEM) == {'Update': 4}
    assert 'Bold' not in body(item) and '<u>end</u>' in body(item)
    assert '* third <b>' in item.sh('cat "%s"' % ITEM)


@pytest.mark.skipif(not shutil.which('getfattr'), reason='not installed: attr')
def test_html_can_be_read_and_written(item):
    name = 'user.sharepoint.Body.html'
    assert item.sh('getfattr --only-values -n %s "%s"' % (name, ITEM)) == body(item)
    assert 'Bold beginning' in item.sh('getfattr --only-values -n user.sharepoint.Body "%s"' % ITEM)
    assert change(item, 'setfattr -n %s -v "<div><b>All</b> new</div>" "%s"' % (name, ITEM)) == {'Update': 1}
    assert '<b>All</b> new' in body(item)
    assert item.sh('cat "%s"' % ITEM).endswith('\n\nAll new\n')
    # nothing is sent for what stands there
    item.server.reset()
    assert change(item, 'setfattr -n %s -v "$(getfattr --only-values -n %s "%s")" "%s"' % (name, name, ITEM, ITEM)) == {}
    # a field without formatting has no HTML
    assert item.sh('getfattr -n user.sharepoint.Title.html "%s"' % ITEM, code=None) == ''


FILE = 'Announcements/.spfs/html/Formatted.txt.Body.html'

OLD_BUFFER = """
import sys
text = open(sys.argv[1]).read()
print('read', flush=True)
sys.stdin.readline()
open(sys.argv[1], 'w').write(text + '<p>more</p>\\n')
"""


def test_html_is_a_file_too(item):
    """.spfs/html (presentation 3.6, 6.1): read, edited with an editor, sent as a change of that field alone."""
    assert item.sh('cat "%s"' % FILE) == body(item) + '\n'
    assert item.sh('ls Announcements/.spfs/html').count('Formatted.txt.Body.html\n') == 1
    assert int(item.sh('stat -c %%s "%s"' % FILE)) == len(body(item).encode()) + 1
    assert change(item, 'cp "%s" "$HOME/copy"; cat "$HOME/copy" > "%s"' % (FILE, FILE)) == {}
    assert change(item, ': > "%s"; touch "%s"' % (FILE, FILE)) == {}
    # two saves of one editor: nobody is in a conflict with himself
    if shutil.which('vim'):
        edit = 'vim -es -u NONE "%s" -c "%%s/Bold/Very <i>bold<.i>/" -c w -c "%%s/end/END/" -c wq </dev/null' % FILE
    else:
        edit = 'exec 3<"%s"; t=$(cat <&3); for i in 1 2; do echo "<div>$i</div>$t" > "%s"; done' % (FILE, FILE)
    sent = change(item, edit)
    assert set(sent) == {'Update'} and sent['Update'] <= 2
    before = body(item)
    assert item.sh('cat "%s"' % FILE) == before + '\n' and before != HTML and 'href="http://x.example/"' in before
    assert item.sh('ls .spfs/conflicts') == ''
    # another field changes on the server while the HTML is edited: both stand
    client = Client(item.server.url)
    row = client.find('Announcements', Title='Formatted')
    item.sh('echo 0 > .spfs/online')
    client.change('Announcements', row['ID'], owshiddenversion=row['owshiddenversion'], Expires='2027-03-01T00:00:00Z')
    item.sh('echo "<p>Mine <b>alone</b></p>" > "%s"; echo 1 > .spfs/online; echo > .spfs/sync' % FILE)
    item.settle()
    row = client.find('Announcements', Title='Formatted')
    assert '<p>Mine <b>alone</b></p>' in row['Body'] and row['Expires'].startswith('2027-0')
    assert item.sh('cat "%s"' % ITEM).endswith('\n\nMine alone\n')
    # the same one: the server's value stands, what was written is kept as it was
    p = item.popen('python3', '-c', OLD_BUFFER, FILE, cwd=item.mountpoint, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == 'read\n'
    client.change('Announcements', row['ID'], owshiddenversion=row['owshiddenversion'], Body='<p>Theirs</p>')
    item.sh('echo Announcements > .spfs/sync')
    item.wait(lambda: 'Theirs' in item.sh('cat "%s"' % FILE), what='the other text')
    item.server.reset()
    p.communicate('go\n', timeout=60)
    assert p.returncode == 0 and change(item, 'true') == {} and 'Theirs' in body(item)
    kept = item.sh('cat .spfs/conflicts/Announcements/*')
    assert '<p>Mine <b>alone</b></p>' in kept and kept.endswith('<p>more</p>\n')
    assert 'changed by others' in item.spfs('conflicts').out
    item.sh('rm .spfs/conflicts/Announcements/*')
    # what cannot be stored is refused, with the reason in the log and what was written in conflicts/
    r = item.run('bash', '-c', 'printf "a\\001b\\n" | dd status=none of="%s"' % FILE, cwd=item.mountpoint)
    assert r.code != 0 and 'Invalid argument' in r.err
    assert 'Formatted.txt.Body.html: Body: a control character (1)' in item.sh('cat .spfs/log')
    assert item.sh('cat .spfs/conflicts/Announcements/*') == 'a\001b\n'
    assert change(item, 'true') == {} and 'Theirs' in item.sh('cat "%s"' % FILE)
    # it is no item's text, and does not become one
    for verb in ('keep-mine', 'merge'):
        assert '.spfs/html' in item.spfs('conflicts', verb, code=None).err
    assert item.sh('ls Announcements | grep -c html', code=1) == '0\n' and item.sh('ls .spfs/conflicts/Announcements')
    item.spfs('conflicts', 'keep-theirs')
    assert item.sh('ls .spfs/conflicts') == ''


def configure(site, change):
    """With another `lists` from this mount on."""
    lists = site.home / 'config/spfs/lists'
    lists.write_text(change(lists.read_text()))
    site.own(site.home / 'config')
    site.mount()
    wait_until(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.settle()


@pytest.mark.deadline(120)
def test_richtext_is_html_where_that_is_wanted(site):
    """presentation 3.6: `richtext = html` puts the HTML itself into the item's file."""
    site.add('Announcements', 'Team Discussion', 'Calendar')
    configure(site, lambda t: re.sub(r'(\[list "[^"]*"\]\n)', r'\1\trichtext = html\n', t))
    make_item(site)
    before = body(site)
    text = site.sh('cat "%s"' % ITEM)
    assert text.endswith('\n\n' + before + '\n') and '<b>Bold</b>' in text
    assert site.sh('getfattr --only-values -n user.sharepoint.Body "%s"' % ITEM) == before if shutil.which('getfattr') else True
    # saved as it is, and with another field
    assert change(site, 'cp "%s" "$HOME/copy"; cat "$HOME/copy" > "%s"' % (ITEM, ITEM)) == {}
    assert change(site, 'sed -i "s/^Expires:.*/Expires: 2027-01-31/" "%s"' % ITEM) == {'Update': 1} and body(site) == before
    assert change(site, 'sed -i "s,<i>point</i>,<u>item</u>," "%s"' % ITEM) == {'Update': 2}
    assert body(site) == before.replace('<i>point</i>', '<u>item</u>')
    # a change of somebody else in another field, from before ours: both
    client = Client(site.server.url)
    row = client.find('Announcements', Title='Formatted')
    p = site.popen('python3', '-c', OLD_BUFFER, ITEM, cwd=site.mountpoint, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == 'read\n'
    client.change('Announcements', row['ID'], owshiddenversion=row['owshiddenversion'], Title='Formatted anew')
    site.sh('echo Announcements > .spfs/sync')
    new = ITEM.replace('Formatted', 'Formatted anew')
    site.wait(lambda: 'Formatted anew.txt' in site.sh('ls Announcements'), what='the new name')
    p.communicate('go\n', timeout=60)
    site.settle()
    row = client.find('Announcements', Title='Formatted anew')
    assert p.returncode == 0 and '<p>more</p>' in row['Body']
    # in the same field: theirs, and ours is kept with its form
    p = site.popen('python3', '-c', OLD_BUFFER, new, cwd=site.mountpoint, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == 'read\n'
    client.change('Announcements', row['ID'], owshiddenversion=row['owshiddenversion'], Body='<p>Theirs</p>')
    site.sh('echo Announcements > .spfs/sync')
    site.wait(lambda: 'Theirs' in site.sh('cat "%s"' % new), what='the other text')
    p.communicate('go\n', timeout=60)
    site.settle()
    assert '<p>Theirs</p>' in site.sh('cat "%s"' % new)
    assert '<u>item</u>' in site.sh('cat .spfs/conflicts/Announcements/*')
    # posts; calendars have texts
    thread = 'Team Discussion/Release date'
    post = site.sh('cat "%s"/*Max*' % thread)
    assert 'Content-Type: text/html; charset=utf-8\n' in post and '</div>\n' in post
    site.sh('printf "Fine < with me\\n" > "%s/a.eml"; printf "Content-Type: text/html\\n\\n<p>Not <b>fine</b></p>\\n" > "%s/b.eml"' % (thread, thread))
    site.settle()
    bodies = [r['Body'] for r in client.rows('Team Discussion').values() if 'ine' in r['Body']]
    assert any('<div>Fine &lt; with me</div>' in b for b in bodies) and any('<p>Not <b>fine</b></p>' in b for b in bodies)
    assert '<div' not in site.sh('cat Calendar/*.ics')
    # and back; a list that the server describes anew meanwhile keeps what was said of it
    site.server.do('add-field Announcements Room Text')
    site.sh('echo Announcements > .spfs/sync')
    site.wait(lambda: '\nRoom\t' in site.sh('cat Announcements/.spfs/schema'), what='the new field')
    assert '<p>Theirs</p>' in site.sh('cat "%s" Announcements/.spfs/list.csv' % new)
    assert '<b>' in site.sh('cat "Announcements/New version 2.0.txt"')
    site.umount()
    configure(site, lambda t: t.replace('\trichtext = html\n', ''))
    assert site.sh('cat "%s"' % new).endswith('\n\nTheirs\n')
    assert int(site.sh('stat -c %%s "%s"' % new)) == len(site.sh('cat "%s"' % new).encode())
