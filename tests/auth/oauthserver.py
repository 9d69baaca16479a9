"""An OAuth server that does what a test tells it: answers that get lost, refresh tokens that are replaced and must
not come twice, codes that nobody types. The access tokens are spfs-demo's."""
import base64
import hashlib
import itertools
import json
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'


class OAuth:
    def __init__(self, mint):
        self.mint = mint            # makes an access token
        self.expires_in = 3600
        self.reuse = 'kills'        # what an old refresh token does: 'kills' the login, or still 'works'
        self.error = None           # the next answers to a refresh: an error's name
        self.status = 400           # and their status
        self.lose = 0               # so many answers of /token get lost, after all was done
        self.device = []            # what polls are told, one after the other; then tokens
        self.device_good = 600
        self.endpoints = {}         # of the description, instead of its own
        self.user_error = None      # what /authorize redirects with
        self.log = []               # (path, form) of each request
        self.codes, self.live, self.dead = {}, set(), set()
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.get(self)

            def do_POST(self):
                outer.post(self)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.http.daemon_threads = True
        self.url = 'http://127.0.0.1:%d' % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def forms(self, path):
        return [f for p, f in self.log if p == path]

    def refreshes(self):
        return [f for f in self.forms('/token') if f['grant_type'] == 'refresh_token']

    # ---- answers ----

    @staticmethod
    def say(h, status, body):
        text = json.dumps(body).encode()
        h.send_response(status)
        h.send_header('Content-Type', 'application/json')
        h.send_header('Content-Length', str(len(text)))
        h.end_headers()
        h.wfile.write(text)

    def get(self, h):
        parts = urllib.parse.urlsplit(h.path)
        form = dict(urllib.parse.parse_qsl(parts.query))
        self.log.append((parts.path, form))
        if parts.path == '/.well-known/openid-configuration':
            names = {'authorization_endpoint': 'authorize', 'token_endpoint': 'token', 'revocation_endpoint': 'revoke',
                     'device_authorization_endpoint': 'device'}
            own = {k: self.url + '/' + v for k, v in names.items()}
            return self.say(h, 200, {'issuer': self.url, **own, **self.endpoints})
        if parts.path != '/authorize':
            return self.say(h, 404, {})
        back = {'state': form['state']}
        if self.user_error:
            back.update(error=self.user_error, error_description='AADSTS65004: the person <said> no')
        else:
            back['code'] = 'code-%d' % next(self.numbers)
            self.codes[back['code']] = form
        h.send_response(302)
        h.send_header('Location', form['redirect_uri'] + '?' + urllib.parse.urlencode(back))
        h.send_header('Content-Length', '0')
        h.end_headers()

    def post(self, h):
        body = h.rfile.read(int(h.headers['Content-Length'])).decode()
        form = dict(urllib.parse.parse_qsl(body))
        with self.lock:
            self.log.append((h.path, form))
            if h.path == '/token':
                status, answer = self.token(form)
            elif h.path == '/device':
                status, answer = 200, {'device_code': 'device-secret', 'user_code': 'WXYZ-1234', 'interval': 1,
                                       'verification_uri': self.url + '/type-it', 'expires_in': self.device_good}
            elif h.path == '/revoke':
                self.live.discard(form['token'])
                status, answer = 200, {}
            else:
                status, answer = 404, {}
            lost = h.path == '/token' and self.lose > 0
            self.lose -= lost
        if lost:
            h.connection.shutdown(socket.SHUT_RDWR)
            h.close_connection = True
            return
        self.say(h, status, answer)

    def token(self, form):
        if form['client_id'] != 'spfs-test':
            return 401, {'error': 'invalid_client', 'error_description': 'no such application'}
        grant = form['grant_type']
        if grant == 'authorization_code':
            asked = self.codes.pop(form['code'], None)
            s256 = base64.urlsafe_b64encode(hashlib.sha256(form['code_verifier'].encode()).digest()).decode().rstrip('=')
            if not asked or asked['code_challenge'] != s256 or asked['redirect_uri'] != form['redirect_uri']:
                return 400, {'error': 'invalid_grant'}
            return self.tokens()
        if grant == DEVICE:
            word = self.device.pop(0) if self.device else 'ok'
            return self.tokens() if word == 'ok' else (400, {'error': word, 'error_description': 'said by ' + word})
        return self.refresh(form['refresh_token'])

    def refresh(self, token):
        if self.error:
            return self.status, {'error': self.error, 'error_description': 'said by the test'}
        if token in self.dead and self.reuse == 'kills':
            self.live.clear()
        if token not in self.live and not (token in self.dead and self.reuse == 'works'):
            return 400, {'error': 'invalid_grant', 'error_description': 'this login has ended'}
        self.live.discard(token)
        self.dead.add(token)
        return self.tokens()

    def tokens(self):
        refresh = 'refresh-%d-secret' % next(self.numbers)
        self.live.add(refresh)
        return 200, {'access_token': self.mint(), 'token_type': 'Bearer', 'expires_in': self.expires_in,
                     'refresh_token': refresh}
