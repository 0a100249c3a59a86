// nforce8 signs in as a person does in a browser, and reads and writes records.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import nforce from 'nforce8';
import { accounts, clientId, clientSecret, consent, contacts, control, faults, fresh, redirectUri, salesforceUrl, username } from '../simulators.js';

// The client asks for the API version of its own release, 45.0, unless each call names another.
const apiVersion = 'v68.0';

let salesforce;

function connection(options = {}) {
  return nforce.createConnection({
    clientId, clientSecret, redirectUri, apiVersion, mode: 'single',
    authEndpoint: `${salesforceUrl}/services/oauth2/authorize`, loginUri: `${salesforceUrl}/services/oauth2/token`, ...options,
  });
}

async function signIn() {
  const made = connection();
  const callback = await consent(made.getAuthUri({ scope: ['api', 'refresh_token'], state: 'seen before' }));
  assert.equal(callback.get('state'), 'seen before');
  await made.authenticate({ code: callback.get('code') });
  return made;
}

before(async () => {
  await control('POST', 'reset');
  salesforce = await signIn();
});
after(() => faults([]));

/** What the vendor says about a refusal: the client keeps the body as a promise. */
async function refusal(promise) {
  const error = await promise.then(() => assert.fail('it was not refused'), (e) => e);
  assert.ok(error.body, error.message);
  const body = await error.body;
  assert.ok(Array.isArray(body) && body.length === 1, JSON.stringify(body));
  return { status: error.statusCode, ...body[0] };
}

/**
 * Waits for a call that the vendor answers with 204 and nothing else. The client fails on any answer without a
 * content type, whatever its status; what was written tells whether the call was carried out.
 */
const carriedOut = (promise) => promise.catch((error) => assert.match(error.message, /reading 'toLowerCase'/));

const contact = (fields) => nforce.createSObject('Contact', fields);
const read = async (id) => salesforce.getRecord({ id, type: 'Contact', apiVersion });

test('signing in, renewal and identity', async () => {
  const { oauth } = salesforce;
  assert.equal(oauth.instance_url, salesforceUrl);
  assert.equal((await salesforce.getIdentity()).username, username);
  const before = oauth.access_token;
  await salesforce.refreshToken();
  assert.notEqual(oauth.access_token, before);
  assert.equal((await salesforce.getIdentity({ oauth })).username, username);
  await assert.rejects(connection().authenticate({ code: 'never given' }), { statusCode: 400 });
  await assert.rejects(connection().authenticate({ username, password: 'secret' }), { statusCode: 400 });
  const ended = { ...oauth, access_token: '00D000000000000!ended' };
  assert.deepEqual(await refusal(salesforce.query({ query: 'SELECT Id FROM User', oauth: ended })), {
    status: 401, errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid',
  });
});

test('versions and resources', async () => {
  const versions = await salesforce.getUrl('/services/data');
  assert.deepEqual(versions.at(-1), { label: versions.at(-1).label, url: '/services/data/v68.0', version: '68.0' });
  assert.ok(versions.every((v) => v.label && v.url === `/services/data/v${v.version}`));
  const resources = await salesforce.getResources({ apiVersion });
  assert.equal(resources.sobjects, '/services/data/v68.0/sobjects');
  assert.match((await salesforce.getResources()).sobjects, /v45\.0/);
  assert.deepEqual(await refusal(salesforce.getResources({ apiVersion: 'v30.0' })).then(({ status }) => status), 410);
  const { message, ...missing } = await refusal(salesforce.getResources({ apiVersion: 'v99.0' }));
  assert.deepEqual(missing, { status: 404, errorCode: 'NOT_FOUND' });
  assert.equal(message, 'The requested resource does not exist');
});

test('objects are described', async () => {
  const everything = await salesforce.getSObjects({ apiVersion });
  assert.ok(['Account', 'Contact', 'User'].every((name) => everything.sobjects.some((o) => o.name === name)));
  const described = await salesforce.getDescribe({ type: 'Contact', apiVersion });
  assert.equal(described.keyPrefix, '003');
  assert.equal(described.fields.find((f) => f.name === 'LastName').nillable, false);
  const basics = await salesforce.getMetadata({ type: 'Contact', apiVersion });
  assert.equal(basics.objectDescribe.name, 'Contact');
  assert.deepEqual(basics.recentItems, []);
  assert.equal((await refusal(salesforce.getDescribe({ type: 'Nothing', apiVersion }))).errorCode, 'NOT_FOUND');
  const limits = await salesforce.getLimits({ apiVersion });
  assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
});

test('a query is paged, by hand and by the client itself', async () => {
  const query = 'SELECT Id, Name, Account.Name FROM Contact ORDER BY Id';
  const headers = { 'Sforce-Query-Options': 'batchSize=200' };
  const first = await salesforce.query({ query, headers, apiVersion });
  assert.deepEqual([first.totalSize, first.done, first.records.length], [contacts, false, 200]);
  assert.match(first.nextRecordsUrl, /^\/services\/data\/v68\.0\/query\/0r8[0-9A-Za-z]+-200$/);
  assert.match(first.records[0].getId(), /^003/);
  assert.equal(first.records[0].getType(), 'contact');
  const all = await salesforce.query({ query, headers, apiVersion, fetchAll: true });
  assert.equal(new Set(all.records.map((r) => r.getId())).size, contacts);
  const packed = await salesforce.query({ query: 'SELECT Id FROM Account', gzip: true, raw: true, apiVersion });
  assert.equal(packed.records.length, accounts);
  assert.equal((await salesforce.query({ query: 'SELECT COUNT() FROM Account', apiVersion })).totalSize, accounts);
  const groups = await salesforce.query({ query: 'SELECT AccountId, COUNT(Email) mails, SUM(LoyaltyPoints__c) FROM Contact GROUP BY AccountId', raw: true, apiVersion });
  assert.ok(groups.records.every((r) => r.attributes.type === 'AggregateResult' && 'expr0' in r));
  assert.equal((await refusal(salesforce.getUrl('/services/data/v68.0/query/0r8Si0000000999999-200'))).errorCode, 'INVALID_QUERY_LOCATOR');
});

test('one record is made, read, changed and deleted', async () => {
  const LastName = fresh('Nforce');
  const made = contact({ FirstName: 'Zoë', LastName, Email: 'Zoe@Example.com' });
  const answer = await salesforce.insert({ sobject: made, apiVersion });
  assert.deepEqual([answer.success, answer.errors], [true, []]);
  const id = made.getId();
  assert.equal(id, answer.id);
  const found = await read(id);
  assert.deepEqual([found.get('name'), found.get('email'), found.get('title')], [`Zoë ${LastName}`, 'zoe@example.com', null]);
  found.set('title', 'CTO');
  await carriedOut(salesforce.update({ sobject: found, apiVersion }));
  const part = await salesforce.getRecord({ id, type: 'Contact', fields: ['Title', 'LastName'], raw: true, apiVersion });
  assert.deepEqual([part.Title, part.LastName, 'Email' in part], ['CTO', LastName, false]);
  await carriedOut(salesforce.delete({ sobject: found, apiVersion }));
  assert.deepEqual(await refusal(read(id)), { status: 404, errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted' });
  const query = `SELECT Id, IsDeleted FROM Contact WHERE Id = '${id}'`;
  assert.equal((await salesforce.query({ query, apiVersion })).totalSize, 0);
  assert.equal((await salesforce.queryAll({ query, apiVersion })).records[0].get('isdeleted'), true);
});

test('upsert by an external id makes once and changes after that', async () => {
  const mark = fresh('nforce').replace(' ', '-');
  const upsert = (fields) => {
    const sobject = contact(fields);
    sobject.setExternalId('Sidelight_Link_Id__c', mark);
    return salesforce.upsert({ sobject, apiVersion });
  };
  const first = await upsert({ LastName: 'First' });
  const second = await upsert({ LastName: 'Second' });
  assert.deepEqual([first.created, second.created, second.id], [true, false, first.id]);
  assert.deepEqual([(await read(first.id)).get('lastname'), (await read(first.id)).get('sidelight_link_id__c')], ['Second', mark]);
  await carriedOut(salesforce.delete({ sobject: contact({ Id: first.id }), apiVersion }));
});

test('a search', async () => {
  const word = `Quux${process.hrtime.bigint().toString(36)}`;
  const made = contact({ LastName: `${word} Able` });
  await salesforce.insert({ sobject: made, apiVersion });
  const found = await salesforce.search({ search: `FIND {${word}} IN NAME FIELDS RETURNING Contact(Id, LastName), Account(Id)`, apiVersion });
  assert.deepEqual(found.searchRecords.map((r) => [r.attributes.type, r.Id, r.LastName]), [['Contact', made.getId(), `${word} Able`]]);
  assert.equal((await refusal(salesforce.search({ search: 'FIND Able', apiVersion }))).errorCode, 'MALFORMED_SEARCH');
});

test('what the vendor does not take is refused in its shape', async () => {
  assert.deepEqual(await refusal(salesforce.insert({ sobject: contact({ FirstName: 'Nameless' }), apiVersion })), {
    status: 400, errorCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [LastName]', fields: ['LastName'],
  });
  for (const [fields, errorCode] of [
    [{ LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG'],
    [{ LastName: 'x', Email: 'not an address' }, 'INVALID_EMAIL_ADDRESS'],
    [{ LastName: 'x', Nothing__c: 1 }, 'INVALID_FIELD'],
  ]) {
    const refused = await refusal(salesforce.insert({ sobject: contact(fields), apiVersion }));
    assert.deepEqual([refused.status, refused.errorCode], [400, errorCode]);
  }
  for (const [query, errorCode] of [
    ['SELECT Id FROM', 'MALFORMED_QUERY'],
    ['SELECT Nothing FROM Contact', 'INVALID_FIELD'],
    ['SELECT Id FROM Nothing', 'INVALID_TYPE'],
  ]) {
    assert.equal((await refusal(salesforce.query({ query, apiVersion }))).errorCode, errorCode);
  }
  await faults([{ kind: 'lock_row', on: 'Contact', times: 1 }]);
  const [{ Id: id }] = (await salesforce.query({ query: 'SELECT Id FROM Contact LIMIT 1', raw: true, apiVersion })).records;
  assert.equal((await refusal(salesforce.update({ sobject: contact({ Id: id, Title: 'Locked' }), apiVersion }))).errorCode, 'UNABLE_TO_LOCK_ROW');
});
