// Audits the running demo's endpoint for GraphQL over HTTP: no error, no warning.
import assert from 'node:assert/strict';
import { auditServer } from 'graphql-http';

const base = process.env.SIDELIGHT_URL;
const session = await (await fetch(`${base}/demo/session`)).json();
const token = session.tokens.find((one) => one.scope === 'ADMIN').token;
const results = await auditServer({
  url: `${base}/graphql`,
  fetchFn: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, authorization: `Bearer ${token}` } }),
});
const bad = results.filter((one) => one.status === 'warn' || one.status === 'error').map((one) => `${one.id} ${one.name}: ${one.reason}`);
assert.deepEqual(bad, []);
console.log(`ok  GraphQL over HTTP: ${results.length} checks, none failed`);
