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

/** A name that no other record has. */
export const fresh = (word) => `${word} ${process.hrtime.bigint().toString(36)}`;
