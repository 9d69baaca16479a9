"""A proxy for tests, as companies have them: forwards http, and opens ways for https (CONNECT); with a login if it is told one."""
import base64
import http.client
import select
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def allowed(self):
        user = self.server.user
        given = self.headers['Proxy-Authorization']
        self.server.seen.append((self.command, self.path, given, self.headers['Authorization']))
        if not user or given == 'Basic ' + base64.b64encode(user.encode()).decode():
            return True
        self.send_response(407)
        self.send_header('Proxy-Authenticate', 'Basic realm="proxy"')
        self.send_header('Content-Length', '0')
        self.end_headers()
        return False

    def forward(self):
        body = self.rfile.read(int(self.headers['Content-Length'] or 0))
        if not self.allowed():
            return
        u = urllib.parse.urlsplit(self.path)
        c = http.client.HTTPConnection('127.0.0.1', self.server.hosts[u.netloc], timeout=60)
        c.request(self.command, u.path + ('?' + u.query if u.query else ''), body,
                  {k: v for k, v in self.headers.items() if not k.lower().startswith(('proxy-', 'expect'))})
        r = c.getresponse()
        data = r.read()
        self.send_response(r.status)
        for k, v in r.getheaders():
            if k.lower() not in ('content-length', 'transfer-encoding', 'connection', 'date', 'server'):
                self.send_header(k, v)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PROPFIND = do_DELETE = do_MKCOL = do_MOVE = forward

    def do_CONNECT(self):
        if not self.allowed():
            return
        with socket.create_connection(('127.0.0.1', self.server.hosts[self.path]), timeout=60) as s:
            self.send_response(200)
            self.end_headers()
            while True:
                ready = select.select([s, self.connection], [], [], 60)[0]
                if not ready:
                    break
                data = ready[0].recv(65536)
                if not data:
                    break
                (self.connection if ready[0] is s else s).sendall(data)
        self.close_connection = True

    def log_message(self, *args):
        pass


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, user=None):
        super().__init__(('127.0.0.1', 0), Handler)
        self.user, self.seen = user, []
        self.hosts = {}             # the names that it knows, with their ports here: "farm.example", "farm.example:443"
        self.address = '127.0.0.1:%d' % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def close(self):
        self.shutdown()
        self.server_close()
