// salesforce-pubsub-api-client subscribes to change events.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import PubSubApiClient from 'salesforce-pubsub-api-client';
import { clientId, clientSecret, connect, control, faults, fresh, pubSubAddress, salesforceUrl, username } from '../simulators.js';

const topic = '/data/ContactChangeEvent';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let salesforce;
before(async () => {
  await control('POST', 'reset');
  salesforce = await connect();
});
after(() => faults([]));

const contact = () => salesforce.sobject('Contact');

/** A connected client that hands out what it is called back with, in order. */
async function listen(t) {
  const client = new PubSubApiClient(
    { authType: 'oauth-client-credentials', loginUrl: salesforceUrl, clientId, clientSecret, pubSubEndpoint: pubSubAddress, rejectUnauthorizedSsl: false },
    quiet,
  );
  await client.connect();
  t.after(() => client.close());
  const come = [];
  let wake = () => {};
  const heard = (subscription, kind, data) => {
    come.push({ kind, data, subscription: { ...subscription } });
    wake();
  };
  /** The next callback of a kind; others before it are passed over. An error is never passed over unless it is asked for. */
  const next = async (wanted) => {
    for (;;) {
      while (come.length === 0) await new Promise((resolve) => (wake = resolve));
      const one = come.shift();
      if (one.kind === wanted) return one;
      if (one.kind === 'error') throw new Error(`${one.data.details ?? one.data.message}`, { cause: one.data });
    }
  };
  const event = async () => (await next('event')).data;
  return { client, heard, next, event };
}

/** Everything the payload says beside its header, the blanks left out. */
const said = ({ ChangeEventHeader, ...rest }) =>
  Object.fromEntries(
    Object.entries(rest)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'object' ? { ...value } : value]),
  );

test('it signs in with a JWT, once its key is known', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const signIn = async (who) => {
    const client = new PubSubApiClient(
      { authType: 'oauth-jwt-bearer', loginUrl: salesforceUrl, clientId, username: who, privateKey, pubSubEndpoint: pubSubAddress, rejectUnauthorizedSsl: false },
      quiet,
    );
    t.after(() => client.close());
    await client.connect();
  };
  const refused = ({ cause }) => /invalid_grant.*hasn't approved this consumer/.test(cause.message);
  await assert.rejects(signIn(username), refused);
  await control('POST', 'settings', { signingKey: publicKey });
  t.after(() => control('POST', 'settings', { signingKey: '' }));
  await signIn(username);
  await assert.rejects(signIn('somebody@else.example'), refused);
});

test('an event tells of each step in the life of a record', async (t) => {
  const { client, heard, event } = await listen(t);
  client.subscribe(topic, heard);
  await subscribed(1);
  const LastName = fresh('Steps');
  const started = Date.now();
  const { id } = await contact().create({ LastName, FirstName: 'Zoë', Title: 'CTO', Email: 'zoe@example.com', MailingCity: 'Łódź', Birthdate: '1999-12-31', LoyaltyPoints__c: 12, Newsletter__c: true });
  const made = await event();
  const header = made.payload.ChangeEventHeader;
  assert.deepEqual(
    [header.entityName, header.recordIds, header.changeType, header.commitUser, header.sequenceNumber, header.nulledFields, header.diffFields, header.changedFields],
    ['Contact', [id], 'CREATE', salesforce.userInfo.id, 1, [], [], []],
  );
  assert.equal(header.changeOrigin, 'com/salesforce/api/rest/68.0');
  assert.ok(header.commitTimestamp >= started - 1000 && header.commitTimestamp <= Date.now() + 1000);
  const whole = said(made.payload);
  assert.deepEqual({ ...whole.Name }, { Salutation: null, FirstName: 'Zoë', LastName });
  assert.deepEqual([whole.Title, whole.Email, whole.MailingAddress.City, whole.LoyaltyPoints__c, whole.Newsletter__c], ['CTO', 'zoe@example.com', 'Łódź', 12, true]);
  assert.equal(new Date(whole.Birthdate).toISOString(), '1999-12-31T00:00:00.000Z');
  assert.equal(whole.OwnerId, salesforce.userInfo.id);

  await contact().update({ Id: id, FirstName: 'Zoe', Title: null, MailingCity: 'Kraków', MailingCountry: 'Poland' }, { headers: { 'Sforce-Call-Options': 'client=conformance' } });
  const changed = await event();
  assert.deepEqual([changed.payload.ChangeEventHeader.changeType, changed.payload.ChangeEventHeader.recordIds], ['UPDATE', [id]]);
  assert.equal(changed.payload.ChangeEventHeader.changeOrigin, 'com/salesforce/api/rest/68.0;client=conformance');
  assert.deepEqual(
    changed.payload.ChangeEventHeader.changedFields.filter((name) => name !== 'LastModifiedDate').sort(),
    ['MailingAddress.City', 'MailingAddress.Country', 'Name.FirstName', 'Title'],
  );
  assert.deepEqual(changed.payload.ChangeEventHeader.nulledFields, ['Title']);
  const { LastModifiedDate, ...rest } = said(changed.payload);
  assert.deepEqual(rest, {
    Name: { Salutation: null, FirstName: 'Zoe', LastName: null },
    MailingAddress: {
      Street: null, City: 'Kraków', State: null, PostalCode: null, Country: 'Poland', StateCode: null, CountryCode: null,
      Latitude: null, Longitude: null, Xyz: null, GeocodeAccuracy: null,
    },
  });

  await contact().destroy(id);
  const gone = await event();
  assert.deepEqual([gone.payload.ChangeEventHeader.changeType, gone.payload.ChangeEventHeader.recordIds, said(gone.payload)], ['DELETE', [id], {}]);
  await control('POST', 'undelete', { ids: [id] });
  assert.equal((await event()).payload.ChangeEventHeader.changeType, 'UNDELETE');
  assert.ok(made.replayId < changed.replayId && changed.replayId < gone.replayId);
});

test('one event tells of many records that changed alike', async (t) => {
  const { client, heard, event } = await listen(t);
  const ids = (await contact().create([1, 2, 3].map(() => ({ LastName: fresh('Alike') })))).map((r) => r.id);
  const seen = await latest();
  client.subscribeFromReplayId(topic, heard, 10, seen);
  await contact().update(ids.map((Id) => ({ Id, Department: 'Same' })));
  const { payload } = await event();
  assert.deepEqual([...payload.ChangeEventHeader.recordIds].sort(), [...ids].sort());
  assert.equal(payload.Department, 'Same');
});

test('it goes on from a replay id, and from the earliest event', async (t) => {
  const first = await listen(t);
  const mark = await latest();
  const names = ['A', 'B', 'C'].map(fresh);
  for (const LastName of names) await contact().create({ LastName });
  first.client.subscribeFromReplayId(topic, first.heard, 3, mark);
  const events = [await first.event(), await first.event(), await first.event()];
  assert.deepEqual(events.map((e) => e.payload.Name.LastName), names);
  assert.equal((await first.next('lastEvent')).subscription.receivedEventCount, 3);

  const second = await listen(t);
  second.client.subscribeFromReplayId(topic, second.heard, 1, events[1].replayId);
  const after = await second.event();
  assert.deepEqual([after.replayId, after.payload.Name.LastName], [events[2].replayId, names[2]]);

  const third = await listen(t);
  third.client.subscribeFromEarliestEvent(topic, third.heard, 1);
  assert.ok((await third.event()).replayId <= mark);
});

test('more is sent only when more is asked for', async (t) => {
  const { client, heard, event, next } = await listen(t);
  const mark = await latest();
  const names = [1, 2, 3, 4, 5].map((n) => fresh(`Flow${n}`));
  await contact().create(names.map((LastName) => ({ LastName })));
  client.subscribeFromReplayId(topic, heard, 2, mark);
  const got = [await event(), await event()];
  await next('lastEvent');
  client.requestAdditionalEvents(topic, 3);
  got.push(await event(), await event(), await event());
  assert.deepEqual(got.map((e) => e.payload.Name.LastName).sort(), [...names].sort());
});

test('a quiet stream says that it lives, and where it is', async (t) => {
  await control('POST', 'settings', { keepAliveSeconds: 0.2 });
  t.after(() => control('POST', 'settings', { keepAliveSeconds: 0 }));
  const { client, heard, next } = await listen(t);
  const mark = await latest();
  client.subscribe(topic, heard);
  const { subscription } = await next('grpcKeepAlive');
  assert.deepEqual([subscription.lastReplayId, subscription.receivedEventCount], [mark, 0]);
});

test('an expired replay id, an unknown topic and an ended session are named', async (t) => {
  const code = async (subscribe) => {
    const one = await listen(t);
    await subscribe(one);
    const { data } = await one.next('error');
    return data.metadata.get('error-code')[0];
  };
  const prefix = 'sfdc.platform.eventbus.grpc.';
  await faults([{ kind: 'replay_expired', times: 1 }]);
  const mark = await latest();
  assert.equal(await code(({ client, heard }) => client.subscribeFromReplayId(topic, heard, 1, mark)), `${prefix}subscription.fetch.replayid.corrupted`);
  assert.equal(await code(({ client, heard }) => client.subscribeFromReplayId(topic, heard, 1, 1)), `${prefix}subscription.fetch.replayid.corrupted`);
  assert.equal(await code(({ client, heard }) => client.subscribe('/data/NothingChangeEvent', heard, 1)), `${prefix}topic.not.found`);
  assert.equal(
    await code(async ({ client, heard }) => {
      await faults([{ kind: 'revoke_tokens', times: 1 }]);
      client.subscribe(topic, heard, 1);
    }),
    `${prefix}service.auth.error`,
  );
});

test('a subscription is refused with a code of the vendor, or breaks off without one', async (t) => {
  const mark = await latest();
  await contact().create({ LastName: fresh('Waiting') });
  for (const [rule, status, code] of [
    [{ kind: 'stream_refuse', code: 'subscription.limit.exceeded' }, 8, ['sfdc.platform.eventbus.grpc.subscription.limit.exceeded']], // RESOURCE_EXHAUSTED
    [{ kind: 'stream_refuse' }, 14, ['sfdc.platform.eventbus.grpc.service.unavailable']], // UNAVAILABLE
    [{ kind: 'stream_break' }, 14, []],
  ]) {
    const { client, heard, next } = await listen(t);
    await faults([{ ...rule, times: 1 }]);
    client.subscribeFromReplayId(topic, heard, 1, mark);
    const { data } = await next('error');
    assert.deepEqual([data.code, data.metadata.get('error-code')], [status, code]);
  }
});

test('gaps and overflows come without values', async (t) => {
  const { client, heard, event } = await listen(t);
  const mark = await latest();
  await faults([{ kind: 'event_gap', on: 'Contact', times: 1 }, { kind: 'event_overflow', on: 'Contact', after: 1, times: 1 }]);
  const { id } = await contact().create({ LastName: fresh('Gap') });
  await contact().update({ Id: id, Title: 'x' });
  await contact().update({ Id: id, Title: 'y' });
  client.subscribeFromReplayId(topic, heard, 3, mark);
  const [gap, overflow, update] = [await event(), await event(), await event()].map((e) => e.payload);
  assert.deepEqual([gap.ChangeEventHeader.changeType, gap.ChangeEventHeader.recordIds, said(gap)], ['GAP_CREATE', [id], {}]);
  assert.deepEqual([overflow.ChangeEventHeader.changeType, overflow.ChangeEventHeader.recordIds, said(overflow)], ['GAP_OVERFLOW', ['000000000000000AAA'], {}]);
  assert.deepEqual([update.ChangeEventHeader.changeType, update.Title], ['UPDATE', 'y']);
});

test('lost, doubled and reordered events', async (t) => {
  const { client, heard, event } = await listen(t);
  const mark = await latest();
  const names = ['lost', 'twice', 'late', 'early'].map(fresh);
  for (const [i, kind] of ['event_loss', 'event_duplicate', 'event_reorder', undefined].entries()) {
    await faults(kind ? [{ kind, on: 'Contact', times: 1 }] : []);
    await contact().create({ LastName: names[i] });
  }
  client.subscribeFromReplayId(topic, heard, 4, mark);
  const got = [await event(), await event(), await event(), await event()];
  assert.deepEqual(got.map((e) => e.payload.Name.LastName), [names[1], names[1], names[3], names[2]]);
  assert.ok(got.every((e, i) => i === 0 || e.replayId > got[i - 1].replayId));
});

test('every object that is synced or shown has its topic', async (t) => {
  const { client, heard, event } = await listen(t);
  const names = { Account: fresh('Topic'), Opportunity: fresh('Topic') };
  client.subscribe('/data/AccountChangeEvent', heard);
  client.subscribe('/data/OpportunityChangeEvent', heard);
  await subscribed(1, 'Account');
  await subscribed(1, 'Opportunity');
  await salesforce.sobject('Account').create({ Name: names.Account });
  await salesforce.sobject('Opportunity').create({ Name: names.Opportunity, StageName: 'Prospecting', CloseDate: '2030-01-01' });
  const got = [await event(), await event()].map(({ payload }) => [payload.ChangeEventHeader.entityName, payload.Name]);
  assert.deepEqual(got.sort(), Object.entries(names).sort());
});

/** Waits until the simulator has taken as many more subscriptions as given. */
async function subscribed(n, object = 'Contact') {
  subscribed.before ??= {};
  const counted = async () => (await control('GET', 'stats')).counts[`subscribe /data/${object}ChangeEvent`] ?? 0;
  while ((await counted()) < (subscribed.before[object] ?? 0) + n) await new Promise(setImmediate);
  subscribed.before[object] = await counted();
}

/** The newest replay id there is: that of a contact which is made for it. */
async function latest() {
  const client = new PubSubApiClient(
    { authType: 'oauth-client-credentials', loginUrl: salesforceUrl, clientId, clientSecret, pubSubEndpoint: pubSubAddress, rejectUnauthorizedSsl: false },
    quiet,
  );
  await client.connect();
  const LastName = fresh('Mark');
  await contact().create({ LastName });
  const replayId = await new Promise((resolve) => {
    client.subscribeFromEarliestEvent(topic, (_, kind, data) => kind === 'event' && data.payload.Name?.LastName === LastName && resolve(data.replayId));
  });
  client.close();
  return replayId;
}
