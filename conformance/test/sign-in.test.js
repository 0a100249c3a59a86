// jsforce signs in, renews its session and signs out.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import jsforce from 'jsforce';
import { clientId, clientSecret, connect, consent, control, faults, redirectUri, salesforceUrl, username, version } from '../simulators.js';

after(() => faults([]));

async function webFlow(client = clientId) {
  const oauth2 = new jsforce.OAuth2({ loginUrl: salesforceUrl, clientId: client, clientSecret, redirectUri, useVerifier: true });
  const callback = await consent(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 'seen before' }));
  assert.equal(callback.get('state'), 'seen before');
  return { oauth2, code: callback.get('code') };
}

test('client credentials', async () => {
  const connection = await connect();
  assert.match(connection.accessToken, /^00D[0-9A-Za-z]{12}![0-9a-f]{80}$/);
  assert.equal(connection.instanceUrl, salesforceUrl);
  assert.match(connection.userInfo.id, /^005[0-9A-Za-z]{15}$/);
  assert.match(connection.userInfo.organizationId, /^00D[0-9A-Za-z]{15}$/);
  const who = await connection.identity();
  assert.equal(who.username, username);
  assert.equal(who.user_id, connection.userInfo.id);
  assert.equal(who.organization_id, connection.userInfo.organizationId);
  assert.equal(who.id, `${salesforceUrl}/id/${who.organization_id}/${who.user_id}`);
  assert.equal(who.urls.rest, `${salesforceUrl}/services/data/v{version}/`);
});

test('the web-server flow with PKCE gives a refresh token, and a code is good once', async () => {
  const { oauth2, code } = await webFlow();
  const connection = new jsforce.Connection({ oauth2, version });
  await connection.authorize(code);
  assert.match(connection.refreshToken, /^5Aep861[0-9a-f]{56}$/);
  assert.equal((await connection.identity()).username, username);
  await assert.rejects(connection.authorize(code), { name: 'invalid_grant', message: 'expired authorization code' });
});

test('a code without its verifier, or with another one, is refused', async () => {
  for (const [verifier, error] of [[undefined, 'invalid_grant'], ['x'.repeat(64), 'invalid_request']]) {
    const { oauth2, code } = await webFlow();
    oauth2.codeVerifier = verifier;
    await assert.rejects(oauth2.requestToken(code), { name: error });
  }
});

test('wrong credentials are named', async () => {
  const wrong = (oauth2) => connect({ oauth2: { loginUrl: salesforceUrl, clientId, clientSecret, ...oauth2 } });
  await assert.rejects(wrong({ clientId: 'nobody' }), { name: 'invalid_client_id' });
  await assert.rejects(wrong({ clientSecret: 'guess' }), { name: 'invalid_client' });
});

test('a user name and a password are no way in any more', async () => {
  const byOAuth = new jsforce.Connection({ oauth2: { loginUrl: salesforceUrl, clientId, clientSecret } });
  await assert.rejects(byOAuth.login(username, 'password'), { name: 'unsupported_grant_type', message: 'grant type not supported' });
  const bySoap = new jsforce.Connection({ loginUrl: salesforceUrl, version });
  await assert.rejects(bySoap.login(username, 'password'), { message: /^INVALID_OPERATION: SOAP API login\(\)/ });
});

test('a session that ends is renewed once, and the call goes through', async () => {
  const { oauth2, code } = await webFlow();
  const connection = new jsforce.Connection({ oauth2, version });
  await connection.authorize(code);
  const before = connection.accessToken;
  const renewed = [];
  connection.on('refresh', (token) => renewed.push(token));
  await faults([{ kind: 'revoke_tokens', times: 1 }]);
  const answers = await Promise.all([1, 2, 3].map(() => connection.query('SELECT Id FROM User LIMIT 1')));
  assert.deepEqual(answers.map((a) => a.totalSize), [1, 1, 1]);
  assert.equal(renewed.length, 1);
  assert.equal(connection.accessToken, renewed[0]);
  assert.notEqual(connection.accessToken, before);
});

test('a rotating client gets a new refresh token, and the old one is dead', async () => {
  const { oauth2, code } = await webFlow('demo-rotating');
  const first = await oauth2.requestToken(code);
  const second = await oauth2.refreshToken(first.refresh_token);
  assert.match(second.refresh_token, /^5Aep861/);
  assert.notEqual(second.refresh_token, first.refresh_token);
  await assert.rejects(oauth2.refreshToken(first.refresh_token), { name: 'invalid_grant', message: 'expired access/refresh token' });
  assert.match((await oauth2.refreshToken(second.refresh_token)).access_token, /^00D/);
});

test('signing out ends the session', async () => {
  const connection = await connect();
  const token = connection.accessToken;
  await connection.logout();
  const left = new jsforce.Connection({ instanceUrl: salesforceUrl, accessToken: token, version });
  await assert.rejects(left.query('SELECT Id FROM User'), { errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' });
});

test('no secret stands in the log of calls', async () => {
  const connection = await connect();
  await connection.identity();
  const text = JSON.stringify(await control('GET', 'requests'));
  assert.ok(!text.includes(connection.accessToken));
  assert.ok(!text.includes(clientSecret));
});
