// jsforce moves records in bulk.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connect, contacts, control, fresh, salesforceUrl } from '../simulators.js';

let salesforce;
before(async () => {
  await control('POST', 'reset');
  salesforce = await connect();
  salesforce.bulk2.pollInterval = 5;
  salesforce.bulk2.pollTimeout = 10_000;
});

/** Runs a job and returns its results, each list in the order of a column: the vendor promises none. */
async function load(options, column = 'LastName') {
  const results = await salesforce.bulk2.loadAndWaitForResults(options);
  for (const rows of Object.values(results)) rows.sort((a, b) => (a[column] < b[column] ? -1 : 1));
  return results;
}

test('a query of one page', async () => {
  const stream = await salesforce.bulk2.query('SELECT Id, Name, Account.Name, LoyaltyPoints__c, Newsletter__c FROM Contact ORDER BY Id');
  const rows = await stream.toArray();
  assert.equal(rows.length, contacts);
  const direct = await salesforce.query('SELECT Id, Name, Account.Name, LoyaltyPoints__c, Newsletter__c FROM Contact ORDER BY Id');
  assert.deepEqual(
    rows.map((r) => [r.Id, r.Name, r['Account.Name'], Number(r.LoyaltyPoints__c), r.Newsletter__c]),
    direct.records.map((r) => [r.Id, r.Name, r.Account?.Name ?? '', r.LoyaltyPoints__c, String(r.Newsletter__c)]),
  );
});

test('results in pages, one after another and side by side', async () => {
  await control('POST', 'settings', { bulkPage: 200 });
  try {
    const base = `${salesforceUrl}/services/data/v68.0/jobs/query`;
    const headers = { authorization: `Bearer ${salesforce.accessToken}`, 'content-type': 'application/json' };
    const { id } = await (await fetch(base, { method: 'POST', headers, body: JSON.stringify({ operation: 'query', query: 'SELECT Id FROM Contact' }) })).json();
    const states = [];
    for (let job; job?.state !== 'JobComplete'; ) {
      job = await (await fetch(`${base}/${id}`, { headers })).json();
      states.push(job.state);
    }
    assert.deepEqual([...new Set(states)], ['InProgress', 'JobComplete']);
    const page = async (url) => {
      const answer = await fetch(url, { headers: { ...headers, 'accept-encoding': 'gzip' } });
      assert.deepEqual([answer.headers.get('content-type'), answer.headers.get('content-encoding')], ['text/csv; charset=utf-8', 'gzip']);
      const [header, ...rows] = (await answer.text()).trimEnd().split('\n');
      assert.equal(header, '"Id"');
      assert.equal(rows.length, Number(answer.headers.get('sforce-numberofrecords')));
      return { rows, locator: answer.headers.get('sforce-locator') };
    };
    const inTurn = [];
    for (let locator = ''; locator !== 'null'; ) {
      const one = await page(`${base}/${id}/results?maxRecords=150${locator && `&locator=${locator}`}`);
      inTurn.push(...one.rows);
      locator = one.locator;
    }
    const { resultPages, done } = await (await fetch(`${base}/${id}/resultPages`, { headers })).json();
    assert.deepEqual([resultPages.length, done], [3, true]);
    const sideBySide = (await Promise.all(resultPages.map((p) => page(salesforceUrl + p.resultUrl)))).flatMap((p) => p.rows);
    assert.equal(new Set(inTurn).size, contacts);
    assert.deepEqual([...sideBySide].sort(), [...inTurn].sort());
  } finally {
    await control('POST', 'settings', { bulkPage: 0 });
  }
});

test('a query that bulk does not take', async () => {
  for (const soql of ['SELECT COUNT() FROM Contact', 'SELECT Id FROM Contact LIMIT 1 OFFSET 1', 'SELECT MailingAddress FROM Contact', 'SELECT Id, (SELECT Id FROM Contacts) FROM Account']) {
    await assert.rejects(salesforce.bulk2.query(soql), { errorCode: /API_ERROR|FUNCTIONALITY_NOT_ENABLED/ });
  }
});

test('an insert in which one row fails', async () => {
  const LastName = fresh('Bulk, "quoted"\nname');
  const company = await salesforce.sobject('Account').create({ Name: fresh('Company'), Sidelight_Link_Id__c: fresh('company') });
  const mark = (await salesforce.sobject('Account').retrieve(company.id)).Sidelight_Link_Id__c;
  const input = [
    { LastName, Email: 'Ok@Example.com', 'Account.Sidelight_Link_Id__c': mark },
    { LastName, Email: 'not an address', 'Account.Sidelight_Link_Id__c': '' },
    { LastName: '', Email: 'nameless@example.com', 'Account.Sidelight_Link_Id__c': '' },
  ];
  const { successfulResults, failedResults, unprocessedRecords } = await load({ object: 'Contact', operation: 'insert', input }, 'Email');
  assert.deepEqual(successfulResults.map((r) => [r.sf__Created, r.LastName, r.Email]), [['true', LastName, 'Ok@Example.com']]);
  assert.deepEqual(
    failedResults.map((r) => [r.sf__Id, r.sf__Error.split(':')[0], r.sf__Error.endsWith(' --'), r.Email]),
    [['', 'REQUIRED_FIELD_MISSING', true, 'nameless@example.com'], ['', 'INVALID_EMAIL_ADDRESS', true, 'not an address']],
  );
  assert.deepEqual(unprocessedRecords, []);
  const made = await salesforce.sobject('Contact').retrieve(successfulResults[0].sf__Id);
  assert.deepEqual([made.LastName, made.Email, made.AccountId], [LastName, 'ok@example.com', company.id]);
});

test('an upsert, an update with blanks, and deletes', async () => {
  const mark = fresh('bulk');
  const upserted = (rows) => load({ object: 'Contact', operation: 'upsert', externalIdFieldName: 'Sidelight_Link_Id__c', input: rows });
  const first = await upserted([1, 2].map((n) => ({ Sidelight_Link_Id__c: `${mark}-${n}`, LastName: `Bulk${n}`, Title: 'old' })));
  assert.deepEqual(first.successfulResults.map((r) => r.sf__Created), ['true', 'true']);
  const second = await upserted([2, 3].map((n) => ({ Sidelight_Link_Id__c: `${mark}-${n}`, LastName: `Bulk${n}`, Title: 'new' })));
  assert.deepEqual(second.successfulResults.map((r) => r.sf__Created), ['false', 'true']);
  const [one, two] = first.successfulResults.map((r) => r.sf__Id);
  assert.equal(second.successfulResults[0].sf__Id, two);

  await load({ object: 'Contact', operation: 'update', input: [{ Id: one, Title: '#N/A', LastName: '' }] });
  const blanked = await salesforce.sobject('Contact').retrieve(one);
  assert.deepEqual([blanked.Title, blanked.LastName], [null, 'Bulk1']); // #N/A clears, an empty cell says nothing

  const gone = await load({ object: 'Contact', operation: 'delete', input: [{ Id: one }, { Id: '003Si00000ZZZZZ' }] });
  assert.deepEqual([gone.successfulResults.map((r) => r.sf__Id), gone.failedResults.map((r) => r.sf__Error.split(':')[0])], [[one], ['INVALID_CROSS_REFERENCE_KEY']]);
  await load({ object: 'Contact', operation: 'hardDelete', input: [{ Id: two }] });
  const left = await salesforce.query(`SELECT Id, IsDeleted FROM Contact WHERE Id IN ('${one}', '${two}')`, { scanAll: true });
  assert.deepEqual(left.records.map((r) => [r.Id, r.IsDeleted]), [[one, true]]);
});

test('an upload with a column that is not there fails as a whole', async () => {
  const job = salesforce.bulk2.createJob({ object: 'Contact', operation: 'insert' });
  await job.open();
  await job.uploadData([{ LastName: 'x', Nothing__c: '1' }]);
  await job.close();
  await assert.rejects(job.poll(5, 10_000), { message: 'Ingest job failed to complete due to: InvalidBatch : Field name not found : Nothing__c' });
  assert.equal(job.getInfo().state, 'Failed');
  assert.deepEqual(await job.getUnprocessedRecords(), [{ LastName: 'x', Nothing__c: '1' }]);
});

test('jobs count against the limits of a day', async () => {
  const { DailyBulkV2QueryJobs, DailyBulkApiBatches } = await salesforce.limits();
  await (await salesforce.bulk2.query('SELECT Id FROM User')).toArray();
  await load({ object: 'Contact', operation: 'insert', input: [{ LastName: fresh('Counted') }] });
  const after = await salesforce.limits();
  assert.equal(after.DailyBulkV2QueryJobs.Remaining, DailyBulkV2QueryJobs.Remaining - 1);
  assert.equal(after.DailyBulkApiBatches.Remaining, DailyBulkApiBatches.Remaining - 1);
});
