// The two usual client programs for subscriptions: graphql-ws over a WebSocket, graphql-sse over server-sent events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { asAdmin, bearer, endpoint, revoke, serviceToken, socketEndpoint, soon, ticket, token } from '../demo.js';

const changes = { query: 'subscription ($id: ID!) { customerChanged(by: { deskTicketId: $id }) { contact { name } asOf } }', variables: { id: ticket.id } };
const refresh = () => asAdmin('mutation ($id: ID!) { refreshCustomer(by: { deskTicketId: $id }) { contact { notes { totalCount } } } }', { id: ticket.id });

const programs = {
  'graphql-ws': (credential, events = {}) =>
    createSocketClient({ url: socketEndpoint, webSocketImpl: WebSocket, connectionParams: bearer(credential), retryAttempts: 0, onNonLazyError: () => {}, on: events }),
  'graphql-sse': (credential) => createEventClient({ url: endpoint, headers: bearer(credential), retryAttempts: 0 }),
};

for (const [program, connect] of Object.entries(programs)) {
  test(`${program} gets the card at once and whenever it moves, until it has had enough`, async () => {
    const client = connect(token('AGENT', 'Agent'));
    const events = client.iterate(changes);
    const first = await soon(events.next(), 'the first card');
    assert.equal(first.value.errors, undefined);
    assert.equal(first.value.data.customerChanged.contact.name, ticket.contactName);
    const second = soon(events.next(), 'the card after it was read again');
    await refresh();
    // What was read a moment ago is answered as it is: an agent asks again.
    const again = setInterval(() => void refresh(), 1000);
    try {
      assert.ok((await second).value.data.customerChanged.asOf >= first.value.data.customerChanged.asOf);
    } finally {
      clearInterval(again);
    }
    await events.return();
    assert.equal((await events.next()).done, true);
    await client.dispose?.();
  });

  test(`${program} is told that a subscription is none of its caller's`, async () => {
    const client = connect(token('AGENT', 'Agent'));
    const outcome = await soon(collect(client, { query: 'subscription { syncProgress { phase } }' }), 'the refusal');
    assert.match(JSON.stringify(outcome), /FORBIDDEN/);
    await client.dispose?.();
  });

  test(`${program} is told that an operation is wrong`, async () => {
    const client = connect(token('AGENT', 'Agent'));
    const outcome = await soon(collect(client, { query: 'subscription { nothingOfThatName }' }), 'the refusal');
    assert.match(JSON.stringify(outcome), /Cannot query field|BAD_USER_INPUT/);
    await client.dispose?.();
  });

  test(`${program} asks a query over its connection`, async () => {
    const client = connect(token('AGENT', 'Agent'));
    const { results } = await soon(collect(client, { query: '{ viewer { scope profile { name } } }' }), 'the answer');
    assert.deepEqual(results, [{ data: { viewer: { scope: 'AGENT', profile: { name: 'Agent' } } } }]);
    await client.dispose?.();
  });

  test(`${program} is let in with no token that is wrong`, async () => {
    const client = connect('nonsense');
    const outcome = await soon(collect(client, changes), 'the refusal');
    assert.equal(outcome.results.length, 0);
    assert.match(JSON.stringify(outcome.error), program === 'graphql-ws' ? /4403/ : /Unauthorized/);
    await client.dispose?.();
  });

  test(`${program} is shut out when its token is revoked`, async () => {
    const { text, id } = await serviceToken(program);
    const client = connect(text);
    let seen;
    const first = new Promise((resolve) => { seen = resolve; });
    const end = collect(client, changes, () => seen());
    assert.equal(await soon(Promise.race([first, end]), 'the first card'), undefined);
    await revoke(id);
    const outcome = await soon(end, 'the end of the subscription', 5_000);
    const cards = outcome.results.filter((one) => one.data?.customerChanged);
    assert.equal(cards.length, 1);
    assert.match(JSON.stringify(outcome), /UNAUTHENTICATED/);
    await client.dispose?.();
  });
}

/** Subscribes until the end and answers what came; nothing is thrown. */
function collect(client, operation, each = () => {}) {
  return new Promise((resolve) => {
    const results = [];
    const finish = (error) => resolve({ results, error: error ? describe(error) : undefined });
    client.subscribe(operation, { next: (result) => { results.push(result); each(result); }, error: finish, complete: () => finish() });
  });
}

/** What a client program throws: errors of GraphQL, a close event or an error of its own. */
function describe(error) {
  if (Array.isArray(error)) return error.map((one) => ({ message: one.message, extensions: one.extensions }));
  return { message: error.message, code: error.code, reason: error.reason };
}
