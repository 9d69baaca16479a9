"""A second client of a site: a plain SOAP program that knows nothing of spfs."""
import base64
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

SP = '{http://schemas.microsoft.com/sharepoint/soap/}'
ROW = '{#RowsetSchema}row'


class Fault(Exception):
    def __init__(self, status, code, text):
        super().__init__('HTTP %s, %s: %s' % (status, code, text))
        self.status, self.code, self.text = status, code, text


class Result:
    """The fate of one method of UpdateListItems."""

    def __init__(self, element):
        self.code = element.findtext(SP + 'ErrorCode')
        self.text = element.findtext(SP + 'ErrorText')
        row = element.find(ROW)
        self.row = None if row is None else {k[4:]: v for k, v in row.attrib.items()}


class Client:
    def __init__(self, site, user=None, password=None):
        self.url = site.rstrip('/') + '/_vti_bin/Lists.asmx'
        self.auth = None
        if user:
            self.auth = 'Basic ' + base64.b64encode(('%s:%s' % (user, password)).encode()).decode()

    def call(self, operation, body=''):
        """The operation's Response element."""
        envelope = ('<?xml version="1.0" encoding="utf-8"?>'
                    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                    '<%s xmlns="http://schemas.microsoft.com/sharepoint/soap/">%s</%s>'
                    '</s:Body></s:Envelope>' % (operation, body, operation))
        req = urllib.request.Request(self.url, envelope.encode(), {
            'Content-Type': 'text/xml; charset=utf-8', 'User-Agent': 'second-client',
            'SOAPAction': '"http://schemas.microsoft.com/sharepoint/soap/%s"' % operation})
        if self.auth:
            req.add_header('Authorization', self.auth)
        try:
            with urllib.request.urlopen(req, timeout=30) as r:
                root = ET.fromstring(r.read())
        except urllib.error.HTTPError as e:
            text = e.read()
            try:
                fault = ET.fromstring(text)
                raise Fault(e.code, fault.findtext('.//%serrorcode' % SP),
                            fault.findtext('.//%serrorstring' % SP) or fault.findtext('.//faultstring')) from None
            except ET.ParseError:
                raise Fault(e.code, None, text[:200]) from None
        return root[-1][0]

    def lists(self):
        """{title: attributes} of all lists."""
        r = self.call('GetListCollection')
        return {e.get('Title'): dict(e.attrib) for e in r.iter(SP + 'List')}

    def rows(self, title):
        """The list's rows as dicts of field -> text, by id."""
        r = self.call('GetListItemChangesSinceToken',
                      '<listName>%s</listName><viewFields><ViewFields Properties="TRUE"/></viewFields>'
                      '<queryOptions><QueryOptions><DateInUtc>TRUE</DateInUtc>'
                      '<ViewAttributes Scope="RecursiveAll"/></QueryOptions></queryOptions>' % escape(title))
        rows = [{k[4:]: v for k, v in e.attrib.items()} for e in r.iter(ROW)]
        return {int(row['ID']): row for row in rows}

    def find(self, title, **fields):
        """The one row whose fields are these; None when there is none."""
        found = [r for r in self.rows(title).values() if all(r.get(k) == v for k, v in fields.items())]
        assert len(found) <= 1, 'more than one row of %s has %s' % (title, fields)
        return found[0] if found else None

    def update(self, title, methods, on_error='Continue', root=None):
        """methods: (cmd, {field: text}) pairs. A list of Result, in their order."""
        batch = ''.join('<Method ID="%d" Cmd="%s">%s</Method>' % (
            i + 1, cmd, ''.join('<Field Name=%s>%s</Field>' % (quoteattr(k), escape(str(v))) for k, v in fields.items()))
            for i, (cmd, fields) in enumerate(methods))
        where = ' RootFolder=%s' % quoteattr(root) if root else ''
        r = self.call('UpdateListItems', '<listName>%s</listName><updates><Batch OnError="%s" DateInUtc="TRUE" '
                      'Properties="TRUE"%s>%s</Batch></updates>' % (escape(title), on_error, where, batch))
        return [Result(e) for e in r.iter(SP + 'Result')]

    def new(self, title, **fields):
        """A new item's row."""
        r = self.update(title, [('New', {'ID': 'New', **fields})])[0]
        assert r.code == '0x00000000', (r.code, r.text)
        return r.row

    def change(self, title, item_id, **fields):
        r = self.update(title, [('Update', {'ID': item_id, **fields})])[0]
        assert r.code == '0x00000000', (r.code, r.text)
        return r.row

    def delete(self, title, item_id):
        r = self.update(title, [('Delete', {'ID': item_id})])[0]
        assert r.code == '0x00000000', (r.code, r.text)
