// The endpoint keeps the specification of GraphQL over HTTP: every check of its audit, no error and no warning.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditServer } from 'graphql-http';
import { bearer, endpoint, token } from '../demo.js';

for (const [who, credential] of [['an admin', token('ADMIN')], ['an agent', token('AGENT', 'Agent')], ['a dashboard', token('DASHBOARD')]]) {
  test(`GraphQL over HTTP holds for ${who}`, async () => {
    const results = await auditServer({ url: endpoint, fetchFn: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...bearer(credential) } }) });
    const bad = results.filter((one) => one.status !== 'ok').map((one) => `${one.status} ${one.id} ${one.name}: ${one.reason}`);
    assert.deepEqual(bad, []);
    assert.equal(results.length, 61);
  });
}
