"""Fields with formatted text (presentation 3.6): shown as text, edited line by line into the HTML, which can be had too."""
import shutil

import pytest
from soap import Client

ITEM = 'Announcements/Formatted.txt'
HTML = ('<div><b>Bold</b> beginning</div><ul><li>first <i>point</i></li><li><a href="http://x.example/">second</a></li></ul>'
        '<p>The <u>end</u> &amp; more.</p>')


@pytest.fixture
def item(mnt):
    """An item whose text another program has formatted."""
    client = Client(mnt.server.url)
    mnt.sh('printf "Title: Formatted\\n\\nx\\n" > "%s"' % ITEM)
    mnt.settle()
    row = client.find('Announcements', Title='Formatted')
    client.change('Announcements', row['ID'], owshiddenversion=row['owshiddenversion'], Body=HTML)
    mnt.sh('echo Announcements > .spfs/sync')
    mnt.wait(lambda: 'beginning' in mnt.sh('cat "%s"' % ITEM), what='the text')
    mnt.settle()
    mnt.server.reset()
    return mnt


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
