// jsforce reads and writes records.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { accounts, connect, contacts, control, fresh } from '../simulators.js';

let salesforce;
before(async () => {
  await control('POST', 'reset');
  salesforce = await connect();
});

const contact = () => salesforce.sobject('Contact');

test('a query is paged by the batch size that is asked for', async () => {
  const headers = { 'Sforce-Query-Options': 'batchSize=200' };
  const first = await salesforce.query('SELECT Id, Name, Account.Name FROM Contact ORDER BY Id', { headers });
  assert.deepEqual([first.totalSize, first.done, first.records.length], [contacts, false, 200]);
  assert.match(first.nextRecordsUrl, /\/services\/data\/v68\.0\/query\/0r8[0-9A-Za-z]+-200$/); // jsforce puts the instance in front
  const second = await salesforce.queryMore(first.nextRecordsUrl);
  const third = await salesforce.queryMore(second.nextRecordsUrl);
  assert.deepEqual([second.done, second.records.length, third.done, third.records.length], [false, 200, true, contacts - 400]);
  assert.equal(third.nextRecordsUrl, undefined);
  const ids = [...first.records, ...second.records, ...third.records].map((r) => r.Id);
  assert.equal(new Set(ids).size, contacts);
  assert.deepEqual(ids, [...ids].sort());
  const { attributes, Account } = first.records.find((r) => r.Account);
  assert.equal(attributes.type, 'Contact');
  assert.match(attributes.url, /^\/services\/data\/v68\.0\/sobjects\/Contact\/003/);
  assert.equal(Account.attributes.type, 'Account');
  assert.equal(typeof Account.Name, 'string');
});

test('jsforce pages by itself', async () => {
  const stream = [];
  await new Promise((resolve, reject) =>
    salesforce
      .query('SELECT Id FROM Contact', { headers: { 'Sforce-Query-Options': 'batchSize=200' } })
      .on('record', (r) => stream.push(r.Id))
      .on('end', resolve)
      .on('error', reject)
      .run({ autoFetch: true, maxFetch: 10_000 }),
  );
  assert.equal(new Set(stream).size, contacts);
});

test('an expired locator is named', async () => {
  await assert.rejects(salesforce.queryMore('/services/data/v68.0/query/0r8Si0000000999999-200'), { errorCode: 'INVALID_QUERY_LOCATOR' });
});

test('counts, child subqueries, dates and blanks', async () => {
  assert.equal((await salesforce.query('SELECT COUNT() FROM Account')).totalSize, accounts);
  const made = await salesforce.sobject('Account').create({ Name: fresh('Parent') });
  await contact().create({ LastName: fresh('Child'), AccountId: made.id, Birthdate: '1990-02-28' });
  const found = await salesforce.query(
    `SELECT Name, Website, CreatedDate, (SELECT LastName, Birthdate, Email FROM Contacts WHERE Birthdate < 2000-01-01 ORDER BY LastName NULLS LAST LIMIT 5) FROM Account WHERE Id = '${made.id}' AND CreatedDate = TODAY`,
  );
  assert.equal(found.totalSize, 1);
  const [parent] = found.records;
  assert.equal(parent.Website, null);
  assert.match(parent.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
  assert.deepEqual([parent.Contacts.totalSize, parent.Contacts.records[0].Birthdate, parent.Contacts.records[0].Email], [1, '1990-02-28', null]);
});

test("jsforce's own query builder", async () => {
  const name = fresh("O'Hara");
  const { id } = await contact().create({ LastName: name, LoyaltyPoints__c: 7, Newsletter__c: true });
  const rows = await contact().find({ LastName: name, LoyaltyPoints__c: { $gte: 7, $lt: 8 }, Newsletter__c: true }, ['Id', 'LoyaltyPoints__c']).sort({ CreatedDate: -1 }).limit(3);
  assert.deepEqual(rows.map((r) => [r.Id, r.LoyaltyPoints__c]), [[id, 7]]);
  assert.equal(await contact().count({ LastName: name }), 1);
});

test('a query that is wrong is refused in the words of the vendor', async () => {
  for (const [soql, errorCode, message] of [
    ['SELECT Id FROM', 'MALFORMED_QUERY', /unexpected token|unexpected end/],
    ['SELECT Nothing FROM Contact', 'INVALID_FIELD', /No such column 'Nothing' on entity 'Contact'/],
    ['SELECT Id FROM Nothing', 'INVALID_TYPE', /sObject type 'Nothing' is not supported/],
    ["SELECT Id FROM Contact WHERE Description = 'x'", 'INVALID_FIELD', /can not be filtered in a query call/],
    ["SELECT Id FROM Contact WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid ID field: x/],
    ["SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account) OR Id = null", 'MALFORMED_QUERY', /Semi join sub-selects are not allowed with the 'OR' operator/],
    ["SELECT Id FROM Contact WHERE Id IN (SELECT WhoId FROM Task)", 'MALFORMED_QUERY', /Entity 'Task' is not supported for semi join inner selects/],
    ['SELECT LastName, COUNT(Id) FROM Contact GROUP BY AccountId', 'MALFORMED_QUERY', /Field must be grouped or aggregated: LastName/],
  ]) {
    await assert.rejects(salesforce.query(soql), (error) => {
      assert.equal(error.errorCode, errorCode, `${soql}: ${error.errorCode} ${error.message}`);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('describe', async () => {
  const described = await salesforce.describe('Contact');
  const field = (name) => described.fields.find((f) => f.name === name);
  const of = (name, ...keys) => keys.map((key) => field(name)[key]);
  assert.deepEqual([described.name, described.keyPrefix, described.createable, described.replicateable], ['Contact', '003', true, true]);
  assert.deepEqual(of('Id', 'type', 'length', 'updateable', 'nillable', 'idLookup', 'soapType'), ['id', 18, false, false, true, 'tns:ID']);
  assert.deepEqual(of('LastName', 'type', 'length', 'byteLength', 'nillable', 'createable', 'compoundFieldName'), ['string', 80, 240, false, true, 'Name']);
  assert.deepEqual(of('Name', 'updateable', 'nameField', 'length'), [false, true, 121]);
  assert.deepEqual(of('Email', 'type', 'length', 'idLookup', 'unique'), ['email', 80, true, false]);
  assert.deepEqual(of('AccountId', 'type', 'referenceTo', 'relationshipName'), ['reference', ['Account'], 'Account']);
  assert.deepEqual(of('LoyaltyPoints__c', 'type', 'precision', 'scale', 'custom', 'soapType'), ['double', 18, 0, true, 'xsd:double']);
  assert.deepEqual(of('Sidelight_Link_Id__c', 'externalId', 'unique', 'length'), [true, true, 64]);
  assert.deepEqual(of('Description', 'type', 'length', 'filterable', 'sortable'), ['textarea', 32000, false, false]);
  const tier = field('Tier__c');
  assert.equal(tier.restrictedPicklist, true);
  assert.ok(tier.picklistValues.length > 1 && tier.picklistValues.every((v) => v.active && v.label === v.value));
  assert.ok(described.childRelationships.some((c) => c.childSObject === 'OpportunityContactRole' && c.relationshipName === 'OpportunityContactRoles'));
  const everything = await salesforce.describeGlobal();
  assert.deepEqual([everything.encoding, everything.maxBatchSize], ['UTF-8', 200]);
  assert.ok(['Account', 'Contact', 'Opportunity', 'Task', 'Event', 'User'].every((name) => everything.sobjects.some((o) => o.name === name)));
});

test('one record is made, read, changed and deleted', async () => {
  const name = fresh('Żółć-李');
  const made = await contact().create({ LastName: name, FirstName: 'Zoë', Email: 'Zoe@Example.com', Birthdate: '1999-12-31', Newsletter__c: true, LoyaltyPoints__c: 12 });
  assert.deepEqual([made.success, made.errors], [true, []]);
  assert.match(made.id, /^003[0-9A-Za-z]{15}$/);
  const read = await contact().retrieve(made.id);
  assert.deepEqual(
    [read.Name, read.Email, read.Birthdate, read.Newsletter__c, read.LoyaltyPoints__c, read.Title, read.IsDeleted],
    [`Zoë ${name}`, 'zoe@example.com', '1999-12-31', true, 12, null, false],
  );
  assert.equal(read.CreatedDate, read.SystemModstamp);
  assert.equal((await contact().retrieve(made.id.slice(0, 15))).Id, made.id);
  assert.deepEqual(await contact().update({ Id: made.id, Title: 'CTO', Birthdate: null }), { id: made.id, success: true, errors: [] });
  const changed = await salesforce.retrieve('Contact', made.id, { fields: ['Title', 'Birthdate'] });
  assert.deepEqual([changed.Title, changed.Birthdate, 'Email' in changed], ['CTO', null, false]);
  assert.deepEqual(await contact().destroy(made.id), { id: made.id, success: true, errors: [] });
  await assert.rejects(contact().retrieve(made.id), { errorCode: 'ENTITY_IS_DELETED' });
  assert.equal((await salesforce.query(`SELECT Id FROM Contact WHERE Id = '${made.id}'`)).totalSize, 0);
  const binned = await salesforce.query(`SELECT Id, IsDeleted FROM Contact WHERE Id = '${made.id}'`, { scanAll: true });
  assert.deepEqual(binned.records.map((r) => r.IsDeleted), [true]);
});

test('what the vendor does not take is refused by field', async () => {
  const LastName = fresh('Refused');
  for (const [record, errorCode, fields] of [
    [{ FirstName: 'Nameless' }, 'REQUIRED_FIELD_MISSING', ['LastName']],
    [{ LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG', ['LastName']],
    [{ LastName, Email: 'not an address' }, 'INVALID_EMAIL_ADDRESS', ['Email']],
    [{ LastName, Tier__c: 'Adamant' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', ['Tier__c']],
    [{ LastName, AccountId: '001Si0000000ZZZZZ' }, 'MALFORMED_ID', ['AccountId']],
    [{ LastName, AccountId: '001Si00000ZZZZZ' }, 'INVALID_CROSS_REFERENCE_KEY', ['AccountId']],
    [{ LastName, LoyaltyPoints__c: 'many' }, 'JSON_PARSER_ERROR', undefined],
    [{ LastName, Birthdate: '31.12.1999' }, 'JSON_PARSER_ERROR', undefined],
    [{ LastName, Nothing__c: 1 }, 'INVALID_FIELD', undefined],
    [{ LastName, CreatedDate: '2020-01-01T00:00:00Z' }, 'INVALID_FIELD_FOR_INSERT_UPDATE', ['CreatedDate']],
  ]) {
    await assert.rejects(contact().create(record), (error) => {
      assert.equal(error.errorCode, errorCode, JSON.stringify([record, error.errorCode, error.message]));
      if (fields) assert.deepEqual(error.data.fields, fields);
      return true;
    });
  }
  assert.equal(await contact().count({ LastName }), 0);
});

test('a duplicate rule asks, and is told to let the record pass', async () => {
  await control('POST', 'settings', { duplicateRule: 'alert' });
  try {
    const twin = { LastName: fresh('Twin'), Email: `${fresh('twin').replace(' ', '.')}@example.com` };
    const { id } = await contact().create(twin);
    await assert.rejects(contact().create(twin), (error) => {
      assert.equal(error.errorCode, 'DUPLICATES_DETECTED');
      assert.equal(error.data.duplicateResut.matchResults[0].matchRecords[0].record.Id, id);
      return true;
    });
    const passed = await contact().create(twin, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } });
    assert.notEqual(passed.id, id);
    await control('POST', 'settings', { duplicateRule: 'block' });
    await assert.rejects(contact().create(twin, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } }), { errorCode: 'DUPLICATES_DETECTED' });
  } finally {
    await control('POST', 'settings', { duplicateRule: '' });
  }
});

test('a collection stands or falls record by record', async () => {
  const LastName = fresh('Many');
  const results = await contact().create([{ LastName, Title: '1' }, { Title: '2' }, { LastName, Title: '3' }]);
  assert.deepEqual(results.map((r) => r.success), [true, false, true]);
  assert.deepEqual(results[1].errors, [{ statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [LastName]', fields: ['LastName'] }]);
  const ids = [results[0].id, results[2].id];
  const read = await salesforce.retrieve('Contact', [...ids, '003Si00000ZZZZZ'], { fields: ['Id', 'Title'] });
  assert.deepEqual(read.map((r) => r && [r.Id, r.Title]), [[ids[0], '1'], [ids[1], '3'], null]);
  const updated = await contact().update(ids.map((Id) => ({ Id, Title: 'all' })));
  assert.deepEqual(updated, ids.map((id) => ({ id, success: true, errors: [] })));
  const destroyed = await contact().destroy([...ids, ids[0]]);
  assert.deepEqual(destroyed.map((r) => [r.success, r.errors.map((e) => e.statusCode)]), [[true, []], [true, []], [false, ['ENTITY_IS_DELETED']]]);
});

test('all or none of a collection', async () => {
  const LastName = fresh('None');
  const results = await contact().create([{ LastName }, { Title: 'nameless' }, { LastName }], { allOrNone: true });
  assert.deepEqual(results.map((r) => r.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING', 'ALL_OR_NONE_OPERATION_ROLLED_BACK']);
  assert.equal(await contact().count({ LastName }), 0);
});

test('more than 200 records go in several calls, and no more than 200 in one', async () => {
  const LastName = fresh('Crowd');
  const crowd = Array.from({ length: 401 }, () => ({ LastName }));
  await assert.rejects(contact().create(crowd), { errorCode: 'EXCEEDED_ID_LIMIT' });
  const before = await control('GET', 'stats');
  const made = await contact().create(crowd, { allowRecursive: true });
  const after = await control('GET', 'stats');
  assert.ok(made.every((r) => r.success));
  const count = (stats, name) => stats.calls[name] ?? 0;
  const path = 'POST /services/data/{version}/composite/sobjects';
  assert.equal(count(after, path) - count(before, path), 3);
  assert.equal(after.counts['create Contact'] - (before.counts['create Contact'] ?? 0), 401);
  const gone = await contact().destroy(made.map((r) => r.id), { allowRecursive: true });
  assert.ok(gone.every((r) => r.success));
});

test('upsert by an external id makes once and changes after that', async () => {
  const mark = fresh('link').replace(' ', '/');
  const upsert = (record) => contact().upsert({ Sidelight_Link_Id__c: encodeURIComponent(mark), ...record }, 'Sidelight_Link_Id__c');
  const first = await upsert({ LastName: 'First' });
  const second = await upsert({ LastName: 'Second' });
  assert.deepEqual([first.created, second.created, second.id], [true, false, first.id]);
  assert.equal((await contact().retrieve(first.id)).Sidelight_Link_Id__c, mark);
  const many = await contact().upsert(
    [{ Sidelight_Link_Id__c: mark, LastName: 'Third' }, { Sidelight_Link_Id__c: `${mark}-2`, LastName: 'Other' }, { Sidelight_Link_Id__c: `${mark}-3` }],
    'Sidelight_Link_Id__c',
  );
  assert.deepEqual(many.map((r) => [r.success, r.created]), [[true, false], [true, true], [false, undefined]]);
  assert.equal((await contact().retrieve(first.id)).LastName, 'Third');
  await assert.rejects(contact().create({ LastName: 'Copy', Sidelight_Link_Id__c: mark }), { errorCode: 'DUPLICATE_VALUE' });
});

test('an upsert that matches several records says which', async () => {
  const twin = { LastName: fresh('Twin'), Email: `${fresh('several').replace(' ', '.')}@example.com` };
  const ids = (await contact().create([twin, twin])).map((r) => r.id);
  await assert.rejects(contact().upsert({ Email: twin.Email, LastName: 'Which' }, 'Email'), (error) => {
    assert.equal(error.errorCode, 'MULTIPLE_CHOICES');
    assert.deepEqual(error.data.map((url) => url.split('/').at(-1)).sort(), ids.sort());
    return true;
  });
});

test('updated and deleted feeds', async () => {
  const start = new Date(Date.now() - 60_000);
  const [kept, gone] = await contact().create([{ LastName: fresh('Kept') }, { LastName: fresh('Gone') }]);
  await contact().destroy(gone.id);
  const end = new Date(Date.now() + 61_000);
  const updated = await contact().updated(start, end);
  assert.ok(updated.ids.includes(kept.id) && !updated.ids.includes(gone.id));
  assert.match(updated.latestDateCovered, /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000\+0000$/);
  const deleted = await contact().deleted(start, end);
  const [row] = deleted.deletedRecords.filter((r) => r.id === gone.id);
  assert.match(row.deletedDate, /\+0000$/);
  assert.ok(new Date(deleted.earliestDateAvailable) < start && deleted.latestDateCovered === updated.latestDateCovered);
  const tooFar = new Date(Date.now() - 31 * 86_400_000);
  await assert.rejects(contact().updated(tooFar, end), { errorCode: 'INVALID_REPLICATION_DATE' });
});

test('limits count calls down', async () => {
  const before = await salesforce.limits();
  await salesforce.query('SELECT Id FROM User');
  const after = await salesforce.limits();
  assert.equal(before.DailyApiRequests.Max, 100_000);
  assert.equal(before.DailyApiRequests.Remaining - after.DailyApiRequests.Remaining, 2);
  assert.deepEqual(salesforce.limitInfo.apiUsage, { used: 100_000 - after.DailyApiRequests.Remaining, limit: 100_000 });
  assert.deepEqual(after.DailyBulkV2QueryJobs, { Max: 10_000, Remaining: 10_000 });
});

test('a composite call takes an earlier answer into a later request, as one call', async () => {
  const before = salesforce.limitInfo.apiUsage.used;
  const answer = await salesforce.requestPost('/composite', {
    allOrNone: true,
    compositeRequest: [
      { method: 'POST', url: '/services/data/v68.0/sobjects/Account', referenceId: 'company', body: { Name: fresh('Composite') } },
      { method: 'POST', url: '/services/data/v68.0/sobjects/Contact', referenceId: 'person', body: { LastName: 'Part', AccountId: '@{company.id}' } },
      { method: 'GET', url: '/services/data/v68.0/query?q=SELECT+Account.Name+FROM+Contact+WHERE+Id=\'@{person.id}\'', referenceId: 'check' },
    ],
  });
  assert.deepEqual(answer.compositeResponse.map((r) => r.httpStatusCode), [201, 201, 200]);
  assert.match(answer.compositeResponse[2].body.records[0].Account.Name, /^Composite /);
  assert.equal(salesforce.limitInfo.apiUsage.used, before + 1);
});
