"""spfs-demo from the outside: plain HTTP, no code shared with the server or with spfs."""
import base64
import http.client
import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from soapschema import SCHEMA, validate  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get('SPFS_BUILD', 'build-test')
SHARED = ROOT.parent / 'shared'

SP = '{http://schemas.microsoft.com/sharepoint/soap/}'
RS = '{urn:schemas-microsoft-com:rowset}'
Z = '{#RowsetSchema}'
ENV = {'1.1': 'http://schemas.xmlsoap.org/soap/envelope/', '1.2': 'http://www.w3.org/2003/05/soap-envelope'}
ACTION = 'http://schemas.microsoft.com/sharepoint/soap/'


def escape(s):
    return str(s).replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;').replace('\r', '&#13;')


class Fault(Exception):
    """A SOAP fault: status, code (int or None) and text."""

    def __init__(self, status, root):
        self.status = status
        code = root.find('.//' + SP + 'errorcode')
        text = root.find('.//' + SP + 'errorstring')
        self.code = int(code.text, 16) if code is not None else None
        self.text = text.text if text is not None else (root.findtext('.//faultstring') or '')
        self.faultcode = root.findtext('.//faultcode')
        super().__init__('%s %s %s' % (status, code.text if code is not None else 'no code', self.text))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def xml(self):
        return ET.fromstring(self.body)


class Client:
    """Talks to one server over one kept connection, and holds every answer against the schema."""

    def __init__(self, port, site='/sites/team', user=None):
        self.port, self.site, self.user = port, site, user
        self.connection = None
        self.checked = True  # answers are held against the schema

    def request(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.user:
            headers['Authorization'] = 'Basic ' + base64.b64encode(self.user.encode()).decode()
        for again in (True, False):
            if self.connection is None:
                self.connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
            try:
                self.connection.request(method, path, body, headers)
                r = self.connection.getresponse()
                return Answer(r.status, r.headers, r.read())
            except (ConnectionError, http.client.BadStatusLine):
                self.close()
                if not again or method == 'POST':
                    raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def post(self, op, body, version='1.1', action=None):
        """One SOAP call with any envelope; the raw answer."""
        if version == '1.1':
            headers = {'Content-Type': 'text/xml; charset=utf-8',
                       'SOAPAction': '"%s%s"' % (ACTION, op) if action is None else action}
        else:
            headers = {'Content-Type': 'application/soap+xml; charset=utf-8; action="%s%s"' % (ACTION, op)}
        return self.request('POST', self.site + '/_vti_bin/Lists.asmx', body.encode(), headers)

    def call(self, op, inner='', version='1.1'):
        """One operation; the element inside of {Op}Response, or Fault is raised."""
        body = ('<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="%s"><soap:Body>'
                '<%s xmlns="%s">%s</%s></soap:Body></soap:Envelope>' % (ENV[version], op, ACTION, inner, op))
        a = self.post(op, body, version)
        if self.checked:
            validate(a.body, version)
        root = a.xml
        if a.status != 200:
            raise Fault(a.status, root)
        response = root.find('.//' + SP + op + 'Response')
        assert response is not None, a.text[:500]
        return response

    # ---- the operations, with plain values --------------------------------------------------------

    def lists(self):
        return {l.get('Title'): l for l in self.call('GetListCollection').iter(SP + 'List')}

    def get_list(self, name):
        return self.call('GetList', arg('listName', name)).find('.//' + SP + 'List')

    def sync(self, name, token=None, fields=None, limit=None, options='', properties=False, **more):
        """GetListItemChangesSinceToken; options None: without the parameter."""
        inner = arg('listName', name)
        if 'query' in more:
            inner += '<query>%s</query>' % more['query']
        if fields is not None:
            inner += view_fields(fields, properties)
        if limit is not None:
            inner += arg('rowLimit', limit)
        if options is not None:
            inner += '<queryOptions><QueryOptions>%s</QueryOptions></queryOptions>' % (
                options or '<ViewAttributes Scope="RecursiveAll"/><DateInUtc>TRUE</DateInUtc>')
        if token is not None:
            inner += arg('changeToken', token)
        inner += more.get('extra', '')
        return Changes(self.call('GetListItemChangesSinceToken', inner))

    def items(self, name, query=None, fields=None, limit=None, options='', extra=''):
        """GetListItems: the rows as dicts without ows_."""
        inner = arg('listName', name)
        if query is not None:
            inner += '<query><Query>%s</Query></query>' % query
        if fields is not None:
            inner += view_fields(fields)
        if limit is not None:
            inner += arg('rowLimit', limit)
        inner += '<queryOptions><QueryOptions>%s</QueryOptions></queryOptions>' % (
            options or '<ViewAttributes Scope="RecursiveAll"/>')
        return rows(self.call('GetListItems', inner + extra))

    def titles(self, name, query):
        return [r.get('Title') for r in self.items(name, query, ['Title'], 0)]

    def update(self, name, *methods, **attributes):
        """UpdateListItems: a Result for each method."""
        attributes.setdefault('OnError', 'Continue')
        batch = ''.join(' %s="%s"' % (k, escape(v)) for k, v in attributes.items())
        r = self.call('UpdateListItems', '%s<updates><Batch%s>%s</Batch></updates>' % (
            arg('listName', name), batch, ''.join(methods)))
        return [Result(x) for x in r.iter(SP + 'Result')]

    def new(self, name, **fields):
        """Makes one item; its row."""
        r = self.update(name, method(1, 'New', **fields))[0]
        assert r.code == 0, r
        return r.row

    # ---- the admin's side -----------------------------------------------------------------------

    def admin(self, method_, path, body=''):
        # a connection of its own: an order may be about to break the other one
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        c.request(method_, '/_demo/' + path, body.encode() if method_ == 'POST' else None)
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        assert r.status == 200, text
        return text

    def do(self, *commands):
        self.admin('POST', 'do', '\n'.join(commands))

    def script(self, *orders):
        self.admin('POST', 'script', '\n'.join(orders))

    def log(self):
        return [json.loads(l) for l in self.admin('GET', 'log').splitlines()]

    def counts(self):
        return json.loads(self.admin('GET', 'counts'))


def arg(name, value):
    return '<%s>%s</%s>' % (name, escape(value), name)


def view_fields(names, properties=False):
    return '<viewFields><ViewFields%s>%s</ViewFields></viewFields>' % (
        ' Properties="TRUE"' if properties else '', ''.join('<FieldRef Name="%s"/>' % n for n in names))


def method(id_, cmd, item=None, version=None, bag=None, **fields):
    """A Method element; fields whose names are no Python names go in as a dict `_`."""
    fields.update(fields.pop('_', {}))
    parts = ['<Field Name="ID">%s</Field>' % ('New' if item is None else item)]
    if version is not None:
        parts.append('<Field Name="owshiddenversion">%s</Field>' % version)
    parts += ['<Field Name="%s">%s</Field>' % (k, escape(v)) for k, v in fields.items()]
    parts += ['<Field Name="MetaInfo" Property="%s">%s</Field>' % (k, escape(v)) for k, v in (bag or {}).items()]
    return '<Method ID="%s" Cmd="%s">%s</Method>' % (id_, cmd, ''.join(parts))


def row(element):
    return {k[4:] if k.startswith('ows_') else k: v for k, v in element.attrib.items()}


def rows(element):
    return [row(r) for r in element.iter(Z + 'row')]


class Changes:
    """What a sync said."""

    def __init__(self, response):
        self.response = response
        self.listitems = response.find('.//' + SP + 'listitems')
        self.changes = self.listitems.find(SP + 'Changes')
        self.token = self.changes.get('LastChangeToken')
        self.more = self.changes.get('MoreChanges')
        self.list = self.changes.find(SP + 'List')
        self.ids = [(i.get('ChangeType'), int(i.text) if i.text else None) for i in self.changes.findall(SP + 'Id')]
        data = self.listitems.find(RS + 'data')
        self.rows = rows(data)
        self.next = data.get('ListItemCollectionPositionNext')
        assert int(data.get('ItemCount')) == len(self.rows)

    def titles(self):
        return [r.get('Title') for r in self.rows]


class Result:
    """One Result of UpdateListItems."""

    def __init__(self, element):
        self.element = element
        self.id = element.get('ID')
        self.code = int(element.findtext(SP + 'ErrorCode'), 16)
        self.text = element.findtext(SP + 'ErrorText')
        found = element.find(Z + 'row')
        self.row = row(found) if found is not None else None

    def __repr__(self):
        return '%s 0x%08x %s %s' % (self.id, self.code, self.text, self.row)


class Server:
    """spfs-demo on a free port."""

    def __init__(self, tmp, *options):
        self.tmp, self.options = tmp, options
        self.start()

    def start(self):
        port_file = self.tmp / 'port'
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen([BUILD / 'spfs-demo', '--port', '0', '--port-file', port_file, '--quiet',
                                         *self.options], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end = time.monotonic() + 60
        while not port_file.exists():
            assert self.process.poll() is None, self.process.stderr.read().decode()
            assert time.monotonic() < end, 'the server does not listen'
            time.sleep(0.01)
        self.port = int(port_file.read_text())

    def client(self, *args, **kw):
        return Client(self.port, *args, **kw)

    def stop(self):
        """Ends it as a service manager would; what it said on stderr."""
        if self.process.poll() is None:
            self.process.terminate()
        err = self.process.communicate(timeout=60)[1].decode()
        assert self.process.returncode == 0, err
        return err


@pytest.fixture(scope='session')
def program():
    path = BUILD / 'spfs-demo'
    if not path.exists():
        pytest.skip('SKIPPED: %s was not built (libmicrohttpd is missing)' % path)
    return path


@pytest.fixture
def start(program, tmp_path_factory):
    """start(options...) -> Server; ends it cleanly after the test, whatever the test did."""
    servers = []

    def start_one(*options):
        servers.append(Server(tmp_path_factory.mktemp('demo'), *options))
        return servers[-1]

    yield start_one
    for s in servers:
        err = s.stop()
        assert 'Sanitizer' not in err and 'runtime error' not in err, err


@pytest.fixture
def server(start):
    return start()


@pytest.fixture
def client(server):
    return server.client()


@pytest.fixture(params=['12', '14', '15', '16'])
def any_version(request, start):
    """A client of a server of each product version; .version is the number."""
    c = start('--server-version', request.param).client()
    c.version = int(request.param)
    return c


def field(list_, name):
    """The Field element of that name, in a List element."""
    for f in list_.iter(SP + 'Field'):
        if f.get('Name') == name:
            return f
    raise KeyError(name)


def guid(s):
    return re.fullmatch(r'\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}', s)
