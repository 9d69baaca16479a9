"""A reverse proxy that breaks answers on order: what bad lines, gateways and farms do to a client.

    with FaultProxy(server.origin) as p:
        p.arm('lost', match='UpdateListItems', times=1)
        ... the client talks to p.origin ...
        p.seen('UpdateListItems'), p.hits

A fault acts on the first `times` requests whose body or path has `match`. "before": the server
never sees the request; "after": it has carried it out.

    before  status     status= with retry_after=      before  refuse    the connection is reset
    before  throttle   429 with Retry-After           before  hang      no answer for s=, then a reset
    before  auth401    401 that asks for NTLM         before  login     a page in HTML with status 200
    before  redirect   302 to another host
    after   lost       reset, no byte                 after   lost504   a gateway's 504
    after   truncate   half of the body, then closed  after   rst_mid   the same with a reset
    after   short_cl   Content-Length too small       after   long_cl   too big, closed after s=
    after   badxml     cut, but as long as it says    after   garbage   some bytes are others
    after   xxe        a DOCTYPE before the root      after   bomb      a document of entities
    after   gzipbomb   mib= MiB of zeros, compressed  after   stale     the answer of the last such request
    after   delay      s= later                       after   slow      in small pieces
    after   dup        the answer twice               after   twice     the request twice
    after   shift      once more before the next one, and so on: each answer on that connection is to the last question
"""
import http.client
import random
import re
import socket
import socketserver
import struct
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

BEFORE = ('status', 'throttle', 'auth401', 'login', 'redirect', 'refuse', 'hang')
AFTER = ('lost', 'lost504', 'truncate', 'rst_mid', 'short_cl', 'long_cl', 'badxml', 'garbage', 'xxe', 'bomb', 'gzipbomb',
         'stale', 'delay', 'slow', 'dup', 'shift', 'twice')
XML = ('Content-Type', 'text/xml; charset=utf-8')
BOMB = ('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">' + ''.join(
    '<!ENTITY a%d "%s">' % (i, '&a%d;' % (i - 1) * 10) for i in range(1, 11)) + ']><l>&a10;</l>').encode()
SKIPPED = ('content-length', 'transfer-encoding', 'connection')


class Reset(Exception):
    """The connection is to be reset."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    owed = None                                           # what the next request on this connection is answered with

    def log_message(self, *args):
        pass

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        raise Reset

    def handle(self):
        try:
            super().handle()
        except (Reset, OSError):
            pass

    def put(self, code, headers, body, length=None, send=None):
        lines = ['HTTP/1.1 %d %s' % (code, http.client.responses.get(code, '-'))]
        lines += ['%s: %s' % h for h in headers if h[0].lower() not in SKIPPED]
        lines.append('Content-Length: %d' % (len(body) if length is None else length))
        self.wfile.write(('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1') + (body if send is None else body[:send]))
        self.wfile.flush()

    def upstream(self, body):
        c = http.client.HTTPConnection(self.server.host, self.server.port_up, timeout=60)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in (*SKIPPED, 'host', 'expect', 'accept-encoding')}
            c.request(self.command, self.path, body or None, headers)
            r = c.getresponse()
            return r.status, r.getheaders(), r.read()
        finally:
            c.close()

    def serve(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        fault, args = self.server.choose(self.path, body)
        if fault in BEFORE:
            getattr(self, 'do_' + fault)(**args)
            return
        code, headers, data = self.upstream(body)
        before = self.server.remember(re.sub(rb'<changeToken>.*', b'', body)[:400], (code, headers, data))
        if self.owed:
            self.put(*self.owed)
            self.owed = (code, headers, data)
        elif fault is None:
            self.put(code, headers, data)
        elif fault == 'stale':
            self.put(*(before or (code, headers, data)))
        elif fault == 'twice':
            self.put(*self.upstream(body))
        else:
            getattr(self, 'do_' + fault)(code, headers, data, **args)

    do_GET = do_HEAD = do_POST = do_PUT = do_PROPFIND = do_OPTIONS = serve

    # ---- before: the server knows nothing of it ----

    def do_status(self, status=503):
        self.put(status, [], b'')

    def do_throttle(self, after=1):
        self.put(429, [('Retry-After', str(after))], b'')

    def do_auth401(self):
        self.put(401, [('WWW-Authenticate', 'NTLM')], b'')

    def do_login(self):
        self.put(200, [('Content-Type', 'text/html')], b'<html><title>Sign in</title><form action="/login"></form></html>')

    def do_redirect(self):
        self.put(302, [('Location', 'http://other.example/')], b'')

    def do_refuse(self):
        self.reset()

    def do_hang(self, s=1):
        time.sleep(s)
        self.reset()

    # ---- after: it has done what it was asked ----

    def do_lost(self, code, headers, data):
        self.reset()

    def do_lost504(self, code, headers, data):
        self.put(504, [], b'')

    def do_truncate(self, code, headers, data):
        self.put(code, headers, data, send=len(data) // 2)
        self.close_connection = True

    def do_rst_mid(self, code, headers, data):
        self.put(code, headers, data, send=len(data) // 2)
        time.sleep(0.05)                                  # else the reset overtakes what was sent
        self.reset()

    def do_short_cl(self, code, headers, data):
        self.put(code, headers, data[:-20])
        self.close_connection = True

    def do_long_cl(self, code, headers, data, s=0.3):
        self.put(code, headers, data, len(data) + 10)
        time.sleep(s)
        self.close_connection = True

    def do_badxml(self, code, headers, data):
        self.put(code, headers, data[:len(data) // 2])

    def do_garbage(self, code, headers, data):
        rnd, data = random.Random(1), bytearray(data)
        for _ in range(8):
            data[rnd.randrange(len(data))] = rnd.randrange(128, 256)
        self.put(code, headers, bytes(data))

    def do_xxe(self, code, headers, data):
        doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        self.put(code, headers, re.sub(rb'^(<\?xml[^>]*\?>)?', lambda m: m.group(0) + doctype, data, count=1))

    def do_bomb(self, code, headers, data):
        self.put(200, [XML], BOMB)

    def do_gzipbomb(self, code, headers, data, mib=64):
        z = zlib.compressobj(9, wbits=31)
        self.put(200, [XML, ('Content-Encoding', 'gzip')], b''.join(z.compress(bytes(1 << 20)) for _ in range(mib)) + z.flush())

    def do_delay(self, code, headers, data, s=0.7):
        time.sleep(s)
        self.put(code, headers, data)

    def do_slow(self, code, headers, data):
        self.put(code, headers, data, send=0)
        n = max(1, len(data) // 20)
        for i in range(0, len(data), n):
            self.wfile.write(data[i:i + n])
            self.wfile.flush()
            time.sleep(0.02)

    def do_dup(self, code, headers, data):
        self.put(code, headers, data)
        self.put(code, headers, data)

    def do_shift(self, code, headers, data):
        self.put(code, headers, data)
        self.owed = (code, headers, data)


class FaultProxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, upstream):
        u = urlsplit(upstream)
        super().__init__(('127.0.0.1', 0), Handler)
        self.host, self.port_up = u.hostname, u.port
        self.origin = 'http://127.0.0.1:%d' % self.server_address[1]
        self.lock = threading.Lock()
        self.rule, self.bodies, self.last, self.hits = None, [], {}, 0

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass

    def arm(self, fault, match, times=1, **args):
        """Forgets what was seen, and breaks the next requests of that kind."""
        assert fault in BEFORE + AFTER
        with self.lock:
            self.rule, self.bodies, self.hits = [fault, match.encode(), times, args], [], 0

    def disarm(self):
        with self.lock:
            self.rule = None

    def seen(self, match):
        """How many requests of that kind came since arm()."""
        with self.lock:
            return sum(match.encode() in b for b in self.bodies)

    def choose(self, path, body):
        with self.lock:
            self.bodies.append(path.encode() + b' ' + body)
            if not self.rule or self.rule[2] <= 0 or self.rule[1] not in self.bodies[-1]:
                return None, {}
            self.rule[2] -= 1
            self.hits += 1
            return self.rule[0], self.rule[3]

    def remember(self, key, answer):
        with self.lock:
            before, self.last[key] = self.last.get(key), answer
            return before
