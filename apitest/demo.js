// What every test here needs of the running demo, which SIDELIGHT_URL names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const base = process.env.SIDELIGHT_URL;
export const endpoint = `${base}/graphql`;
export const socketEndpoint = endpoint.replace(/^http/, 'ws');

/** The widget's own operations and fragments, as the widget sends them. */
export const widgetDocument = readFileSync(new URL('../widget/ui/src/widget/card.graphql', import.meta.url), 'utf8');

const session = await (await fetch(`${base}/demo/session`)).json();

export const ticket = session.tickets[0];

/** The demo's token for a scope, and for a profile where the scope is AGENT. */
export function token(scope, profile = '') {
  return session.tokens.find((one) => one.scope === scope && one.profile === profile).token;
}

export const bearer = (text) => ({ Authorization: `Bearer ${text}` });

/** Sends an operation as an admin and expects no error. */
export async function asAdmin(query, variables) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { ...bearer(token('ADMIN')), 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** Changes what a profile may see. */
export async function permit(profile, permission) {
  const { profiles } = await asAdmin('{ profiles { id name } }');
  const { id } = profiles.find((one) => one.name === profile);
  await asAdmin('mutation ($id: ID!, $to: ProfilePermissionInput!) { setProfilePermission(profileId: $id, permission: $to) { id } }', { id, to: permission });
}

/** A dashboard's token with its id. */
export async function serviceToken(name) {
  const { createServiceToken } = await asAdmin('mutation ($name: String!) { createServiceToken(input: { name: $name }) { token serviceToken { id } } }', { name });
  return { text: createServiceToken.token, id: createServiceToken.serviceToken.id };
}

export const revoke = (id) => asAdmin('mutation ($id: ID!) { revokeServiceToken(id: $id) { revokedAt } }', { id });

/** Fails when a promise takes longer than a test may wait. */
export function soon(promise, what, ms = 20_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not happen: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
