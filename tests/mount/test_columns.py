"""The columns of documents: extended attributes, and texts in .spfs/columns."""
import pytest
from soap import Client
from test_document_writes import LIBRARY, from_server, lib, log, names, put

DOC = 'notes.txt'


@pytest.fixture
def docs(site):
    site.server.do('add-field "%s" Status Choice' % LIBRARY, 'add-field "%s" Pages Number' % LIBRARY,
                   'add-field "%s" Remarks Note' % LIBRARY)
    site.add(LIBRARY)
    site.mount()
    site.settle()
    lib(site, 'cat %s; mkdir Sub; echo below > Sub/deep.txt' % DOC)
    site.settle()
    site.server.reset()
    return site


def row(mnt, name=DOC):
    """The document's row as another client sees it."""
    return next(r for r in Client(mnt.server.url).rows(LIBRARY).values() if r['FileLeafRef'].endswith('#' + name))


def get(mnt, field, name=DOC):
    r = mnt.run('getfattr', '--only-values', '-n', 'user.sharepoint.' + field, name, cwd=mnt.mountpoint / LIBRARY)
    return r.out if r.code == 0 else None


def update_requests(mnt):
    """What went out about columns: one element a request, its methods."""
    return [r for r in mnt.server.requests() if r.get('op') == 'UpdateListItems']


def test_attributes(docs):
    mnt = docs
    lib(mnt, 'setfattr -n user.sharepoint.Title -v "A title" %s' % DOC)
    mnt.settle()
    assert row(mnt)['Title'] == 'A title' and len(update_requests(mnt)) == 1 and mnt.server.methods() == {'Update': 1}
    # the document is named by its path, and its bytes neither go nor come ([MS-LISTSWS] R2101)
    assert log(mnt, 'PUT', 'GET') == []
    sent = [p.read_text() for p in mnt.requests.glob('*_spfs_*.xml') if 'UpdateListItems' in p.read_text()] or ['']
    assert not sent[0] or any('FileRef' in s and DOC in s for s in sent)
    listed = lib(mnt, 'getfattr -d %s' % DOC)
    assert 'user.sharepoint.Title="A title"' in listed and 'user.spfs' not in listed
    # several at once are one request; the same value is none (S8)
    lib(mnt, 'setfattr -n user.sharepoint.Title -v Other %s; setfattr -n user.sharepoint.Pages -v 12 %s;'
             'setfattr -n user.sharepoint.Remarks -v "two\nlines" %s' % (DOC, DOC, DOC))
    mnt.settle()
    assert (row(mnt)['Title'], float(row(mnt)['Pages']), row(mnt)['Remarks']) == ('Other', 12, 'two\nlines')
    n = len(update_requests(mnt))
    lib(mnt, 'setfattr -n user.sharepoint.Title -v Other %s' % DOC)
    mnt.settle()
    assert len(update_requests(mnt)) == n <= 3
    lib(mnt, 'setfattr -x user.sharepoint.Remarks %s' % DOC)
    mnt.settle()
    assert not row(mnt).get('Remarks') and get(mnt, 'Remarks') is None
    assert get(mnt, 'Pages') == '12' and get(mnt, 'Title') == 'Other'
    for name, value, error in (('Pages', 'many', 'Invalid argument'), ('Created', '2026-01-01', 'not supported'),
                               ('NoSuchField', 'x', 'not supported')):
        r = mnt.run('setfattr', '-n', 'user.sharepoint.' + name, '-v', value, DOC, cwd=mnt.mountpoint / LIBRARY)
        assert r.code != 0 and error in r.err, name
    # cp takes them out and back in
    lib(mnt, 'cp --preserve=xattr %s "$HOME/kept.txt" && getfattr -d "$HOME/kept.txt" || true' % DOC)
    # offline they wait, beside the document's bytes, and both arrive
    mnt.sh('echo 0 > .spfs/online')
    lib(mnt, 'setfattr -n user.sharepoint.Title -v Later %s; echo more >> %s' % (DOC, DOC))
    assert get(mnt, 'Title') == 'Later'
    mnt.sh('echo 1 > .spfs/online; echo > .spfs/sync')
    mnt.settle()
    assert row(mnt)['Title'] == 'Later' and from_server(mnt, DOC).endswith('more\n')
    assert not [n for n in names(mnt) if 'conflict' in n] and not mnt.sh('ls .spfs/conflicts')


def test_texts(docs):
    mnt = docs
    columns = mnt.mountpoint / LIBRARY / '.spfs/columns'
    assert set(mnt.sh('ls', cwd=columns).splitlines()) >= {DOC + '.txt', 'Sub'}
    assert mnt.sh('ls', cwd=columns / 'Sub') == 'deep.txt.txt\n'
    text = mnt.sh('cat %s.txt' % DOC, cwd=columns)
    assert 'Pages:' in text and '# ID: ' in text
    assert int(mnt.sh('stat -c %%s %s.txt' % DOC, cwd=columns)) == len(text.encode())
    mnt.sh('echo "Title: From a text" > %s.txt' % DOC, cwd=columns)
    mnt.settle()
    assert row(mnt)['Title'] == 'From a text' and mnt.server.methods() == {'Update': 1}
    assert 'Title: From a text\n' in mnt.sh('cat %s.txt' % DOC, cwd=columns)
    # edited in place, and below a folder
    mnt.sh('t=$(sed "s/^Pages:.*/Pages: 3/" %s.txt); echo "$t" > %s.txt; echo "Pages: 4" > Sub/deep.txt.txt' % (DOC, DOC), cwd=columns)
    mnt.settle()
    assert float(row(mnt)['Pages']) == 3 and row(mnt)['Title'] == 'From a text' and get(mnt, 'Pages', 'Sub/deep.txt') == '4'
    n = len(update_requests(mnt))
    mnt.sh('t=$(cat %s.txt); echo "$t" > %s.txt' % (DOC, DOC), cwd=columns)      # S8
    mnt.settle()
    assert len(update_requests(mnt)) == n
    # what is no such text is refused when it is closed, and changes nothing
    assert mnt.run('bash', '-c', 'echo "Pages: many" | dd status=none of=%s.txt' % DOC, cwd=columns).code != 0
    assert get(mnt, 'Pages') == '3'
    for command in ('cat none.txt', 'echo > new.txt', 'mkdir x', 'rm %s.txt' % DOC):
        assert mnt.run('bash', '-c', command, cwd=columns).code != 0, command
    assert log(mnt, 'PUT') == []


def test_a_column_of_somebody_else_merges(docs):
    mnt = docs
    mnt.sh('echo 0 > .spfs/online')
    lib(mnt, 'setfattr -n user.sharepoint.Title -v Mine %s; setfattr -n user.sharepoint.Pages -v 5 Sub/deep.txt' % DOC)
    mnt.server.do('update "%s" %s Pages=7' % (LIBRARY, row(mnt)['ID']))
    put(mnt, DOC, 'their bytes\n')
    mnt.sh('echo 1 > .spfs/online; echo > .spfs/sync')
    mnt.settle()
    assert (row(mnt)['Title'], float(row(mnt)['Pages'])) == ('Mine', 7)
    assert from_server(mnt, DOC) == 'their bytes\n' == lib(mnt, 'cat %s' % DOC)
    assert get(mnt, 'Pages') == '7' and get(mnt, 'Pages', 'Sub/deep.txt') == '5'
