// The Salesforce CLI works with the simulated organization as with a real one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { connect, contacts, control, fresh, salesforceUrl, username } from '../simulators.js';

const run = promisify(execFile);
const command = new URL('node_modules/.bin/sf', import.meta.url).pathname;

let home;
let environment;
before(async () => {
  await control('POST', 'reset');
  home = await mkdtemp(join(tmpdir(), 'sf-'));
  const { accessToken } = await connect();
  environment = {
    PATH: process.env.PATH, HOME: home, SF_ACCESS_TOKEN: accessToken, SF_USE_GENERIC_UNIX_KEYCHAIN: 'true', SF_DISABLE_TELEMETRY: 'true',
    SF_AUTOUPDATE_DISABLE: 'true', SF_SKIP_NEW_VERSION_CHECK: 'true', SF_DISABLE_LOG_FILE: 'true',
  };
  const { result } = await sf('org login access-token', '--instance-url', salesforceUrl, '--no-prompt', '--set-default', '--alias', 'simulated');
  assert.deepEqual([result.username, result.instanceUrl], [username, `${salesforceUrl}/`]);
});
after(() => rm(home, { recursive: true, force: true }));

/** Runs a command and returns what it prints as JSON. */
async function sf(words, ...flags) {
  const begun = Date.now();
  try {
    const { stdout } = await run(command, [...words.split(' '), ...flags, '--json'], { env: environment, cwd: home, maxBuffer: 64 << 20 });
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`sf ${words}: ${error.stdout || error.message}`);
  } finally {
    console.log(`sf ${words}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  }
}

test('org display', async () => {
  const { result } = await sf('org display');
  assert.deepEqual([result.username, result.instanceUrl, result.connectedStatus, result.alias], [username, `${salesforceUrl}/`, 'Connected', 'simulated']);
});

test('data query, as JSON and as a table of columns', async () => {
  const { result } = await sf('data query', '--query', 'SELECT Id, Name, Account.Name FROM Contact ORDER BY Id');
  assert.deepEqual([result.totalSize, result.done, result.records.length], [contacts, true, contacts]);
  assert.match(result.records[0].Id, /^003/);
  const { stdout } = await run(command, ['data', 'query', '--query', 'SELECT Name, Account.Name FROM Contact WHERE AccountId != null ORDER BY Id LIMIT 2', '--result-format', 'csv'], { env: environment, cwd: home });
  assert.equal(stdout.trim().split('\n')[0], 'Name,Account.Name');
  assert.equal(stdout.trim().split('\n').length, 3);
});

test('data create, get, update and delete record', async () => {
  const name = fresh('Łącka');
  const { result: made } = await sf('data create record', '--sobject', 'Contact', '--values', `LastName='${name}' Email=Sf@Example.com Newsletter__c=true`);
  assert.deepEqual([made.success, made.errors], [true, []]);
  const { result: read } = await sf('data get record', '--sobject', 'Contact', '--record-id', made.id);
  assert.deepEqual([read.LastName, read.Email, read.Newsletter__c], [name, 'sf@example.com', true]);
  const { result: updated } = await sf('data update record', '--sobject', 'Contact', '--record-id', made.id, '--values', "Title='Head of Data'");
  assert.equal(updated.id, made.id);
  const { result: found } = await sf('data get record', '--sobject', 'Contact', '--where', `LastName='${name}' Title='Head of Data'`);
  assert.equal(found.Id, made.id);
  await sf('data delete record', '--sobject', 'Contact', '--record-id', made.id);
  await assert.rejects(sf('data get record', '--sobject', 'Contact', '--record-id', made.id), /ENTITY_IS_DELETED|entity is deleted/);
  await assert.rejects(sf('data create record', '--sobject', 'Contact', '--values', 'FirstName=Nameless'), /Required fields are missing: \[LastName\]/);
});

test('data export bulk', async () => {
  const file = join(home, 'contacts.csv');
  const { result } = await sf('data export bulk', '--query', 'SELECT Id, LastName, Email FROM Contact', '--output-file', file, '--result-format', 'csv', '--wait', '2');
  assert.deepEqual([result.totalSize, result.filePath], [contacts, file]);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  assert.equal(lines[0].replaceAll('"', ''), 'Id,LastName,Email');
  assert.equal(lines.length, contacts + 1);
});

test('data import bulk, with a row that fails, and upsert, update and delete', async () => {
  const file = join(home, 'import.csv');
  const mark = fresh('sf');
  const write = (header, rows) => writeFile(file, [header, ...rows].join('\n') + '\n');
  await write('LastName,Email,Sidelight_Link_Id__c', [1, 2, 3].map((n) => `Bulk ${n},bulk${n}@example.com,${mark}-${n}`));
  const { result: imported } = await sf('data import bulk', '--file', file, '--sobject', 'Contact', '--line-ending', 'LF', '--wait', '2');
  assert.deepEqual([imported.processedRecords, imported.successfulRecords, imported.failedRecords], [3, 3, 0]);
  const { result: rows } = await sf('data query', '--query', `SELECT Id, LastName FROM Contact WHERE Sidelight_Link_Id__c LIKE '${mark}-%' ORDER BY Sidelight_Link_Id__c`);
  assert.deepEqual(rows.records.map((r) => r.LastName), ['Bulk 1', 'Bulk 2', 'Bulk 3']);

  await write('LastName,Email', ['Good,good@example.com', 'Bad,not an address']);
  await assert.rejects(sf('data import bulk', '--file', file, '--sobject', 'Contact', '--line-ending', 'LF', '--wait', '2'), /Job finished being processed but failed to process 1 records/);

  await write('Sidelight_Link_Id__c,LastName', [`${mark}-3,Bulk 3a`, `${mark}-4,Bulk 4`]);
  const { result: upserted } = await sf('data upsert bulk', '--file', file, '--sobject', 'Contact', '--external-id', 'Sidelight_Link_Id__c', '--line-ending', 'LF', '--wait', '2');
  assert.deepEqual([upserted.jobInfo.state, upserted.jobInfo.numberRecordsFailed, upserted.records.successfulResults.map((r) => r.sf__Created).sort()], ['JobComplete', 0, ['false', 'true']]);

  await write('Id,Title', rows.records.map((r) => `${r.Id},Bulk title`));
  const { result: updated } = await sf('data update bulk', '--file', file, '--sobject', 'Contact', '--line-ending', 'LF', '--wait', '2');
  assert.equal(updated.successfulRecords, 3);
  await write('Id', rows.records.map((r) => r.Id));
  const { result: deleted } = await sf('data delete bulk', '--file', file, '--sobject', 'Contact', '--line-ending', 'LF', '--wait', '2');
  assert.deepEqual([deleted.jobInfo.state, deleted.jobInfo.numberRecordsProcessed], ['JobComplete', 3]);
});

test('sobject describe and list limits', async () => {
  const { result: described } = await sf('sobject describe', '--sobject', 'Account');
  assert.equal(described.fields.find((f) => f.name === 'Name').length, 255);
  const { result: limits } = await sf('org list limits');
  assert.equal(limits.find((l) => l.name === 'DailyApiRequests').max, 100_000);
});
