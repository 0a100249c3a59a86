// Where the simulated vendors are, how to control them, and a signed-in client of Salesforce.
import assert from 'node:assert/strict';
import jsforce from 'jsforce';

const address = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run scripts/conformance`);
  return value;
};

export const salesforceUrl = address('SALESFORCE_URL');
export const pubSubAddress = address('PUBSUB_ADDRESS');

// What scripts/conformance fills the simulators with.
export const contacts = 450;
export const accounts = 90;

export const version = '68.0';
export const clientId = 'demo';
export const clientSecret = 'demo-secret';
export const username = 'admin@sidelight.example';

/** Calls the control surface of the simulated Salesforce. */
export async function control(method, path, body) {
  const answer = await fetch(`${salesforceUrl}/_sim/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} /_sim/${path}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Injects faults until faults([]) takes them back. */
export const faults = (rules) => control('POST', 'faults', { rules });

/** Signs in with client credentials. */
export async function connect(options = {}) {
  const connection = new jsforce.Connection({ loginUrl: salesforceUrl, version, oauth2: { loginUrl: salesforceUrl, clientId, clientSecret }, ...options });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

/** Where a sign-in ends: nobody listens there. */
export const redirectUri = 'http://127.0.0.1:9/callback';

/** Goes through the consent page as a person does in a browser, and returns what the callback gets. */
export async function consent(url) {
  const page = await fetch(url);
  assert.equal(page.status, 200);
  const html = await page.text();
  const form = new URLSearchParams({ approve: '1' });
  for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)) {
    form.set(name, value.replaceAll('&#43;', '+').replaceAll('&amp;', '&'));
  }
  const answer = await fetch(`${salesforceUrl}/services/oauth2/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  assert.equal(answer.status, 302);
  const location = new URL(answer.headers.get('location'));
  assert.equal(location.origin + location.pathname, redirectUri);
  return location.searchParams;
}

/** A name that no other record has. */
export const fresh = (word) => `${word} ${process.hrtime.bigint().toString(36)}`;
