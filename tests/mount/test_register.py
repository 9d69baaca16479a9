"""Registering: stssync links, pages, sites; nothing is sent to a server that nobody has said yes to."""
import configparser
import os
import re
import select
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import World, wait_until, who_can
from deadline import SLOW
from soap import Client

FAILED, USAGE, LOGIN = 1, 2, 4


# ---- what the tests have in common ----

@pytest.fixture
def person():
    """An ordinary user's world: nothing here is mounted unless a test says so."""
    w = World(who_can()[-1])
    yield w
    found = w.clean()
    assert not found, found


@pytest.fixture
def desk(person):
    """The same with the sample server, which is registered nowhere yet."""
    if not (person.bin / 'spfs-demo').exists():
        pytest.skip('spfs-demo was not built')
    person.start_server()
    return person


def escaped(text):
    """As SharePoint's page script escapes (MS-STSSYN 2.2), written anew here."""
    out = ''
    for run in re.findall('[\x00-\x7f]|[^\x00-\x7f]+', text):
        if ord(run[0]) > 0x7f:
            units = run.encode('utf-16-be').hex().upper()
            out += '[%s]' % units
        else:
            out += ('|' if run in '&\\[]|' else '') + (run if run.isalnum() else '%%%02X' % ord(run))
    return out


def link(base, path='/Lists/Tasks/', guid='', kind='tasks', site='Team', name='Tasks', more=''):
    return ('stssync://sts/?ver=1.1&type=%s&cmd=add-folder&base-url=%s&list-url=%s&guid=%s&site-name=%s&list-name=%s%s'
            % (kind, escaped(base), escaped(quote(path)), quote(guid, safe=''), escaped(site), escaped(name), more))


def registered(w):
    """{directory's name: its entry}"""
    path = w.home / 'config/spfs/lists'
    conf = configparser.ConfigParser(interpolation=None)
    if path.exists():
        conf.read_string('\n'.join(line.strip() for line in path.read_text().splitlines()))
    return {re.match('list "(.*)"', s).group(1): dict(conf[s]) for s in conf.sections()}


class Listener:
    """A server that counts who comes, and answers 401 with every scheme that could get something out of a client."""

    def __init__(self):
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d/sites/team' % self.socket.getsockname()[1]
        self.requests = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            with c:
                c.settimeout(20)
                text = b''
                while b'\r\n\r\n' not in text:
                    got = c.recv(65536)
                    if not got:
                        break
                    text += got
                self.requests.append(text.decode(errors='replace'))
                c.sendall(b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n'
                          b'WWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')

    def close(self):
        self.socket.close()


@pytest.fixture
def listener():
    server = Listener()
    yield server
    server.close()


def on_terminal(w, *argv, answers=(), code=0, env=None, before=''):
    """Runs spfs on a terminal of its own; answers are (what to wait for, what to type then). What was shown."""
    master, slave = os.openpty()
    os.write(master, before.encode())
    p = subprocess.Popen(['setsid', '-c', '-w', *w.command(['spfs', *argv], None)], cwd='/', stdin=slave, stdout=slave, stderr=slave,
                         env={**w.env, **(env or {})}, start_new_session=False)
    os.close(slave)
    shown, todo, end = '', list(answers), time.monotonic() + 30 * SLOW
    while time.monotonic() < end:
        if select.select([master], [], [], 0.2)[0]:
            try:
                got = os.read(master, 65536)
            except OSError:                          # EIO: the last one has closed it
                break
            if not got:
                break
            shown += got.decode(errors='replace')
        while todo and todo[0][0] in shown:
            os.write(master, todo.pop(0)[1].encode())
    p.wait(30 * SLOW)
    os.close(master)
    assert p.returncode == code and not todo, (p.returncode, todo, shown)
    return shown


def ids(w):
    return {title: a['ID'] for title, a in Client(w.server.url).lists().items()}


# ---- links ----

def test_links_of_a_server_that_is_registered(desk):
    """MS-STSSYN: the guid is the list; without one its address; names are for people only, and come cut."""
    url, guid = desk.server.url, ids(desk)
    desk.add('Announcements')
    desk.spfs('add', link(url, guid=guid['Tasks'], name='A name that was c...'))
    desk.spfs('add', link(url + '/default.aspx', '/Lists/Calendar/calendar.aspx', kind='Calendar', name=''))
    desk.spfs('add', link(url, '/Shared Documents/Forms/AllItems.aspx', kind='documents', name='<b>x</b>'))
    r = desk.spfs('add', '--as', 'People', link(url, '/Lists/Contacts', guid=guid['Contacts'].lower(), kind='contacts',
                                                more='&user-id=3&folder-url=%2FLists%2FContacts%2FSub&folder-id=4'))
    assert 'only a part of the list' in r.err
    lists = registered(desk)
    assert set(lists) == {'Announcements', 'Tasks', 'Calendar', 'Shared Documents', 'People'}
    assert lists['Tasks']['id'] == guid['Tasks'].upper() and lists['Tasks']['site'] == url
    assert lists['Calendar']['template'] == '106' and lists['Shared Documents']['library'] == 'yes'
    assert 'registered already' in desk.spfs('add', link(url, guid=guid['Tasks'])).out
    assert 'no such list' in desk.spfs('add', link(url, guid='{01234567-89AB-CDEF-0123-456789ABCDEF}'), code=FAILED).err
    assert 'no such list' in desk.spfs('add', link(url, '/Lists/Gone'), code=FAILED).err
    assert 'one link at a time' in desk.spfs('add', link(url), 'Tasks', code=USAGE).err
    # S5: with a mount the directory is there at once, and that list is received
    desk.mount()
    desk.settle()
    desk.server.reset()
    desk.spfs('add', link(url, '/Lists/Issues', guid=guid['Issues']))
    desk.wait(lambda: desk.list_status('Issues')['items'] > 0, what='the items')
    assert desk.server.pulls('Tasks') == 0 and desk.server.pulls('Issues') == 1


def test_a_new_server_is_not_contacted_before_yes(person, listener):
    text = link(listener.url, guid='{01234567-89AB-CDEF-0123-456789ABCDEF}', name='Tasks')
    r = person.spfs('add', text, code=FAILED)
    assert '--yes' in r.err and 'no terminal' in r.err
    for answer in ('\n', 'n\n', 'yep\n', '\x04'):
        shown = on_terminal(person, 'add', text, answers=[('[y/N]', answer)], code=FAILED)
        assert listener.url.split('/sites')[0] in shown and '/sites/team' in shown and 'nothing was added' in shown
    # what was pasted behind the link is no answer to a question that came later
    shown = on_terminal(person, 'add', text, before='y\n', answers=[('[y/N]', '\n')], code=FAILED)
    assert 'nothing was added' in shown
    assert listener.requests == [] and registered(person) == {}
    # a name is not even looked up, and over plain http it is not even asked
    r = person.spfs('add', '--yes', link('http://sharepoint.example.invalid/sites/team'), code=FAILED)
    assert 'not encrypted' in r.err and 'spfs add http://sharepoint.example.invalid/sites/team' in r.err
    assert registered(person) == {}


def test_a_new_server_gets_neither_ticket_nor_password(person, listener):
    """It is registered without a login, as the link describes it, and is received after one."""
    guid = '{01234567-89AB-CDEF-0123-456789ABCDEF}'
    shown = on_terminal(person, 'add', link(listener.url, '/Lists/My Tasks', guid=guid, name='A name that was c...'),
                        answers=[('[y/N]', 'y\n')], code=LOGIN)
    assert 'My Tasks: added' in shown and 'logged in' in shown
    assert registered(person)['My Tasks'] == {'site': listener.url, 'id': guid, 'title': 'My Tasks', 'template': '107'}
    assert len(listener.requests) >= 1
    person.spfs('sync', code=LOGIN)
    assert not any('authorization:' in r.lower() for r in listener.requests)
    r = person.spfs('add', '--yes', link(listener.url.replace('127.0.0.1', 'localhost'), '/Lists/Other'), code=LOGIN)
    assert 'nothing was added' in r.err and set(registered(person)) == {'My Tasks'}


def test_a_list_of_a_link_is_received_after_the_login(person):
    person.start_server('--user', 'ann:se;cret#1')
    url = person.server.url
    guid = {t: a['ID'] for t, a in Client(url, 'ann', 'se;cret#1').lists().items()}['Tasks']
    person.spfs('add', '--yes', link(url, guid=guid), code=LOGIN)
    path = person.home / 'config/spfs/config'
    path.write_text('[site "%s"]\nuser = ann\npassword = "se;cret#1"\n' % url)
    path.chmod(0o600)
    person.own(path.parent)
    assert 'Tasks: ' in person.spfs('sync').out
    assert person.list_status('Tasks')['items'] > 0


HOSTILE = [
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s&list-url=/../../etc&list-name=x',
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s&list-url=/%%252e%%252e/X&list-name=x',
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s/a%%0d%%0aX:y&list-url=/X',
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s&base-url=%s&list-url=/X',
    'stssync://sts/?ver=1.1&type=tasks&cmd=delete&base-url=%s&list-url=/X',
    'stssync://sts/?ver=9.1&type=tasks&cmd=add-folder&base-url=%s&list-url=/X',
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s&list-url=/X&list-name=a\nb\x1b[2J',
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s&list-url=/X&guid=%%7B1%%7D;id',
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=%s&list-url=/X&list-name=' + 'x' * 9000,
    'stssync://sts/?ver=1.1&type=tasks&cmd=add-folder&base-url=http://user:pw@x&list-url=%s',
    'stssync://sts/?%s',
    'stssync:%s',
]


def test_hostile_links_reach_nobody(person, listener):
    for text in HOSTILE:
        text = text.replace('%s', listener.url).replace('%%', '%')
        r = person.spfs('add', '--yes', text, code=USAGE)
        assert 'link' in r.err and all(c >= ' ' or c == '\n' for c in r.err + r.out)
    assert listener.requests == [] and registered(person) == {}


EVIL = 'Ta\nsks\u202e\u2066 <b>bold</b> & "$(touch ran)" `touch ran`;touch ran \\n %s \x1b[2J'


def test_what_a_link_calls_itself_is_shown_as_it_is(person, listener):
    shown = on_terminal(person, 'add', link(listener.url, site=EVIL, name=EVIL + 'x' * 5000), answers=[('[y/N]', '\n')], code=FAILED)
    assert 'Ta<U+000A>sks<U+202E><U+2066> <b>bold</b> & "$(touch ran)"' in shown
    assert '\x1b' not in shown and '\u202e' not in shown and 'x' * 80 not in shown
    assert listener.requests == []


# ---- windows ----

DIALOG = '''#!/bin/sh
printf '%s\\0' "$@" >>"$HOME/asked"
exit "$(cat "$HOME/answer")"
'''


@pytest.fixture
def windows(person):
    """No program but spfs and those that a test puts there; `dialogs` are fakes that note what they are asked."""
    tools = person.base / 'tools'
    tools.mkdir()
    for name in ('setpriv', 'setsid', 'sh', 'cat'):
        (tools / name).symlink_to(shutil.which(name))
    person.env.update({'PATH': '%s:%s' % (person.bin, tools), 'DISPLAY': ':77'})

    def put(name, text=DIALOG):
        (person.bin / name).write_text(text)
        (person.bin / name).chmod(0o755)
    person.put = put
    person.answer = lambda n: (person.home / 'answer').write_text(str(n))
    person.asked = lambda: (person.home / 'asked').read_text().split('\0')[:-1]
    return person


@pytest.mark.parametrize('tool,no,yes,shows', [
    ('zenity', 1, 0, '&#60;b&#62;bold&#60;/b&#62; &#38; "$(touch ran)" `touch ran`;touch ran \\\\n'),
    ('kdialog', 1, 0, '&#60;b&#62;bold&#60;/b&#62; &#38; "$(touch ran)" `touch ran`;touch ran \\\\n'),
    ('xmessage', 1, 2, '<b>bold</b> & "$(touch ran)" `touch ran`;touch ran \\n'),
], ids=['zenity', 'kdialog', 'xmessage'])
def test_a_browsers_link_is_asked_about_in_a_window(windows, listener, tool, no, yes, shows):
    """Each of these programs reads texts in its own way; none may see a stranger's markup, none is a shell."""
    guid = '{01234567-89AB-CDEF-0123-456789ABCDEF}'
    windows.put(tool)
    for answer in (no, 99):                          # 99: it could not be shown
        windows.answer(answer)
        windows.spfs('add', '--gui', '--', link(listener.url, guid=guid, name=EVIL), code=FAILED)
        text = '\n'.join(windows.asked())
        assert shows in text and listener.url.split('/sites')[0] in text and '<U+202E>' in text.replace('&#60;', '<').replace('&#62;', '>')
    assert listener.requests == [] and registered(windows) == {}
    windows.answer(yes)
    windows.spfs('add', '--gui', '--', link(listener.url, guid=guid, name='Tasks'), code=LOGIN)
    assert set(registered(windows)) == {'Tasks'} and listener.requests
    assert 'wants a login' in ' '.join(windows.asked())     # and how it went
    # also about a server that is registered
    windows.answer(no)
    windows.spfs('add', '--gui', '--', link(listener.url, '/Lists/X', guid=guid.replace('0', '1'), name='X'), code=FAILED)
    assert set(registered(windows)) == {'Tasks'}
    assert not list(windows.base.rglob('ran'))


def test_without_a_window_there_is_a_terminal_or_a_reason(windows, listener):
    text = link(listener.url, guid='{01234567-89AB-CDEF-0123-456789ABCDEF}', name=EVIL)
    assert 'zenity' in windows.spfs('add', '--gui', '--', text, code=FAILED).err
    assert 'zenity' in windows.spfs('add', '--gui', '--', text, code=FAILED, env={'DISPLAY': ''}).err
    windows.put('x-terminal-emulator')
    windows.answer(0)
    windows.spfs('add', '--gui', '--', text)
    wait_until((windows.home / 'asked').exists, 10, 'the terminal')
    wait_until(lambda: len(windows.asked()) == 7, 10, 'its words')
    words = windows.asked()
    assert words[0] == '-e' and words[2:6] == ['add', '--profile', 'default', '--in-terminal']
    assert re.fullmatch('[%0-9A-F]+', words[6])      # some terminals hand them to a shell
    assert listener.requests == []
    # what such a terminal would run
    on_terminal(windows, *words[2:], answers=[('[y/N]', 'n\n'), ('Enter', '\n')], code=FAILED)
    assert listener.requests == []
    shown = on_terminal(windows, *words[2:], answers=[('[y/N]', 'y\n'), ('Enter', '\n')], code=LOGIN)
    assert 'added' in shown and len(registered(windows)) == 1
    for wrong in (['--gui', '--yes', text], ['--gui', listener.url], ['--in-terminal', '%zz']):
        windows.spfs('add', *wrong, code=USAGE)


def test_the_desktop_knows_the_handler():
    path = Path(__file__).parents[2] / 'desktop/spfs-stssync.desktop'
    lines = path.read_text().splitlines()
    assert 'Exec=spfs add --gui -- %u' in lines and 'MimeType=x-scheme-handler/stssync;' in lines
    if not shutil.which('desktop-file-validate'):
        pytest.skip('desktop-file-validate is not installed (desktop-file-utils)')
    r = subprocess.run(['desktop-file-validate', path], capture_output=True, text=True, timeout=30)
    assert (r.returncode, r.stdout) == (0, '')


# ---- links to give ----

def test_links_that_are_printed_are_read_again(desk):
    url = desk.server.url
    desk.add('Tasks', 'Calendar', 'Shared Documents', 'Announcements')
    before = registered(desk)
    links = {n: desk.spfs('add', '--print-link', n).out.strip() for n in ('Tasks', 'Calendar', 'Shared Documents')}
    assert all(re.match(r'stssync://sts/\?ver=1\.1&type=(tasks|calendar|documents)&cmd=add-folder&base-url=http%3A%2F%2F', x)
               for x in links.values())
    for key in ('list-url', 'guid', 'site-name', 'list-name'):
        assert '&%s=' % key in links['Tasks']
    assert '&list-url=%2FShared%2520Documents%2F&' in links['Shared Documents']
    desk.spfs('remove', *links)
    for x in links.values():
        desk.spfs('add', '--yes', x)
    assert registered(desk) == before
    assert desk.spfs('add', '--print-link', url + '/Lists/Tasks/AllItems.aspx').out.strip() == links['Tasks']
    assert 'calendars, contacts' in desk.spfs('add', '--print-link', 'Announcements', code=FAILED).err
    assert 'no list named' in desk.spfs('add', '--print-link', 'Nothing', code=USAGE).err


# ---- pages and sites ----

PAGES = [
    ('/Lists/Tasks/AllItems.aspx', 'Tasks'),
    ('/Lists/Tasks/MyItems.aspx?ShowWebPart=%7B1%7D#x', 'Tasks'),
    ('/Lists/Tasks/DispForm.aspx?ID=3&Source=http%3A%2F%2Fx%2F', 'Tasks'),
    ('/lists/tasks', 'Tasks'),
    ('/Shared%20Documents/Forms/AllItems.aspx', 'Shared Documents'),
    ('/Shared%20Documents/Forms/AllItems.aspx?RootFolder=%2Fsites%2Fteam%2FShared%20Documents%2FPhotographs', 'Shared Documents'),
    ('/Shared Documents/Photographs', 'Shared Documents'),
    ('/Shared%20Documents/Forms/DispForm.aspx?ID=1', 'Shared Documents'),
    ('/_layouts/15/start.aspx#/Lists/Tasks/AllItems.aspx', 'Tasks'),
    ('/_layouts/listedit.aspx?List=GUID', 'Tasks'),
]


def test_pages_of_lists(desk):
    """documents-auth F.4: whatever the browser shows of a list leads to it; _vti_bin is asked of webs only."""
    guid = quote(ids(desk)['Tasks'], safe='')
    for page, name in PAGES:
        desk.server.reset()
        desk.spfs('add', desk.server.url + page.replace('GUID', guid))
        assert set(registered(desk)) == {name}, page
        assert registered(desk)[name]['site'] == desk.server.url, page
        asked = {r['path'] for r in desk.server.requests() if r.get('op') == 'GetListCollection'}
        assert asked and not any('/Lists/' in p or '/Forms/' in p for p in asked), page
        assert 'RootFolder' not in page or not any('Photographs' in p for p in asked), page
        desk.spfs('remove', name)


def test_an_address_of_no_list_adds_nothing(desk):
    url = desk.server.url
    for page in ('/Lists/Gone/AllItems.aspx', '/Nothing Here/Forms/AllItems.aspx', '/_layouts/listedit.aspx?List=%s' % ('1' * 32)):
        desk.spfs('add', url + page, code=None)
    assert 'no list at that address' in desk.spfs('add', url + '/Lists/Gone/AllItems.aspx', code=FAILED).err
    assert registered(desk) == {}
    # pages of the site mean the site
    for page in ('', '/', '/default.aspx', '/SitePages/Home.aspx', '/_layouts/viewlsts.aspx'):
        assert 'Tasks' in desk.spfs('add', url + page).out
    assert registered(desk) == {}


def test_a_site_asks_on_a_terminal(desk):
    url = desk.server.url
    shown = on_terminal(desk, 'add', url, answers=[('Which?', '\n')])
    numbers = {m[1].strip(): m[0] for m in re.findall(r'^ *(\d+)  (.{32})', shown, re.M)}
    assert 'Nothing was added' in shown and registered(desk) == {}
    on_terminal(desk, 'add', url, answers=[('Which?', '%s %s\n' % (numbers['Tasks'], numbers['Links']))])
    assert set(registered(desk)) == {'Tasks', 'Links'}
    on_terminal(desk, 'add', url, answers=[('Which?', 'Shared Documents, %s\n' % numbers['Calendar'])])
    assert set(registered(desk)) == {'Tasks', 'Links', 'Shared Documents', 'Calendar'}
    assert 'did you mean' in on_terminal(desk, 'add', url, answers=[('Which?', 'Contcats\n')], code=FAILED)
    on_terminal(desk, 'add', url, answers=[('Which?', 'all\n')])
    assert set(registered(desk)) == set(numbers)
