// A real OAuth 2.0 server for tests, npm's oidc-provider 8, on a free loopback port, which it prints: authorization code with PKCE,
// device code, refresh tokens that are replaced each time, introspection, revocation. node oidc-server.mjs FOLDER-WITH-node_modules
import { createRequire } from 'node:module';
import http from 'node:http';
import path from 'node:path';

const require = createRequire(path.join(process.argv[2], 'x.js'));
const module_ = await import(require.resolve('oidc-provider'));
const Provider = module_.default ?? module_.Provider;
const users = { alice: 'corr3ct-Horse' };
const server = http.createServer((req, res) => handler(req, res));
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'spfs-test', token_endpoint_auth_method: 'none', application_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token', 'authorization_code'],
      response_types: ['code'], redirect_uris: ['http://localhost/back', 'http://127.0.0.1/back'] },
    { client_id: 'front', client_secret: 'front-secret', token_endpoint_auth_method: 'client_secret_post',
      grant_types: [], response_types: [], redirect_uris: [] },
  ],
  scopes: ['openid', 'offline_access', 'AllSites.Write'],
  cookies: { keys: ['test-only'] },
  features: {
    deviceFlow: { enabled: true }, introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true }, devInteractions: { enabled: false },
  },
  ttl: { AccessToken: () => 3600, DeviceCode: () => 120, RefreshToken: () => 86400, Session: 3600, Interaction: 3600,
         Grant: 86400, IdToken: 3600, AuthorizationCode: 60 },
  rotateRefreshToken: true,
  async issueRefreshToken(ctx, client, code) { return client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'); },
  interactions: { url: (ctx, i) => `/interaction/${i.uid}` },
  async findAccount(ctx, id) { return { accountId: id, claims: async () => ({ sub: id }) }; },
  renderError: async (ctx, out) => { ctx.type = 'json'; ctx.body = out; },
});
const app = provider.callback();

async function handler(req, res) {
  if (!/^\/interaction\//.test(req.url)) return app(req, res);
  try {
    const d = await provider.interactionDetails(req, res);
    if (req.method === 'GET' && d.prompt.name === 'login') return res.end('who are you?');
    let body = '';
    for await (const c of req) body += c;
    const f = new URLSearchParams(body);
    let result;
    if (d.prompt.name === 'login') {
      if (users[f.get('login')] !== f.get('password')) { res.statusCode = 403; return res.end('wrong password\n'); }
      result = { login: { accountId: f.get('login') } };
    } else {
      const g = d.grantId ? await provider.Grant.find(d.grantId)
        : new provider.Grant({ accountId: d.session.accountId, clientId: d.params.client_id });
      if (d.prompt.details.missingOIDCScope) g.addOIDCScope(d.prompt.details.missingOIDCScope.join(' '));
      result = { consent: { grantId: await g.save() } };
    }
    await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
  } catch (e) { res.statusCode = 500; res.end(String(e.stack)); }
}
console.log(issuer);
