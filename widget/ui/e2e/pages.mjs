// Drives the demo's pages in a real browser. SIDELIGHT_URL names the running demo, CHROMIUM the browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { chromium } from 'playwright-core';

const base = process.env.SIDELIGHT_URL;
const pictures = process.env.PICTURES ?? 'test-results';
mkdirSync(pictures, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const complaints = [];

async function open(path, width = 1400, colorScheme = 'light') {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on('pageerror', (error) => complaints.push(`${path}: ${error}`));
  page.on('console', (message) => message.type() === 'error' && /Content Security Policy|TypeError/.test(message.text()) && complaints.push(`${path}: ${message.text().slice(0, 200)}`));
  await page.goto(base + path);
  return page;
}

async function step(name, work) {
  await work();
  console.log(`ok  ${name}`);
}

await step('the ticket page shows the customer with opportunities, notes and tasks', async () => {
  const page = await open('/ticket');
  const card = page.frameLocator('iframe');
  await card.getByRole('heading', { name: 'Opportunities' }).waitFor();
  await card.getByText(/open opportunit/).first().waitFor();
  await card.getByRole('link', { name: /View in Salesforce/ }).first().waitFor();
  await page.screenshot({ path: `${pictures}/ticket.png` });
  await page.close();
});

await step('a profile that may not see opportunities gets a card without them, from the next request on', async () => {
  const admin = await open('/console#permissions');
  const box = admin.getByRole('checkbox', { name: 'Light Agent: opportunities' });
  await box.waitFor();
  if (await box.isChecked()) await box.click();
  await admin.waitForFunction(() => !document.querySelector('input[aria-label="Light Agent: opportunities"]').checked && !document.querySelector('input:disabled'));
  const page = await open('/ticket');
  await page.getByRole('combobox').selectOption({ label: 'Light Agent' });
  const card = page.frameLocator('iframe');
  await card.getByRole('heading', { name: 'Notes' }).waitFor();
  assert.equal(await card.getByRole('heading', { name: 'Opportunities' }).count(), 0);
  await page.screenshot({ path: `${pictures}/light-agent.png` });
  await box.click();
  await page.close();
  await admin.close();
});

await step('the console pauses and resumes the sync', async () => {
  const page = await open('/console');
  await page.locator('[data-status=ACTIVE]').waitFor();
  await page.screenshot({ path: `${pictures}/console.png` });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('[data-status=PAUSED]').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('[data-status=ACTIVE]').waitFor();
  await page.close();
});

await step('a mapping that cannot work is named and not saved, one that can is saved', async () => {
  const page = await open('/console#mapping');
  const rule = page.getByRole('combobox', { name: 'Rule' }).last();
  await rule.waitFor();
  await rule.selectOption('PREFER_SALESFORCE');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Add a field' }).click();
  await page.getByRole('combobox', { name: 'Zoho Desk field' }).last().selectOption('twitter');
  await page.getByRole('combobox', { name: 'Salesforce field' }).last().selectOption('LoyaltyPoints__c');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/cannot fill/).first().waitFor();
  await page.screenshot({ path: `${pictures}/mapping.png` });
  await page.close();
});

await step('a filter is checked, saved and taken away again, and an edited mapping is rehearsed', async () => {
  const page = await open('/console#mapping');
  await page.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByRole('combobox', { name: 'Field to compare' }).selectOption('Email');
  await page.getByRole('combobox', { name: 'Comparison' }).selectOption('NOT_BLANK');
  await page.getByRole('button', { name: 'Save the filter' }).click();
  await page.getByText('Saved.').waitFor();
  await page.screenshot({ path: `${pictures}/filter.png`, fullPage: true });
  await page.getByRole('button', { name: 'Remove the condition on Email' }).click();
  await page.getByRole('button', { name: 'Save the filter' }).click();
  await page.getByText('All of them.').waitFor();
  await page.getByRole('combobox', { name: 'Rule' }).nth(3).selectOption('SALESFORCE_TO_DESK');
  await page.getByRole('button', { name: 'Rehearse these changes' }).click();
  await page.getByRole('status').getByText('Done').waitFor();
  await page.close();
});

await step('everything is compared on demand', async () => {
  const page = await open('/console');
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByText(/pairs are equal/).waitFor();
  await page.screenshot({ path: `${pictures}/drift.png`, fullPage: true });
  await page.close();
});

await step('every screen shows itself at 280 and 1400 pixels, light and dark', async () => {
  for (const screen of ['status', 'mapping', 'permissions', 'history', 'failures', 'tokens']) {
    for (const [width, scheme] of [[280, 'dark'], [1400, 'light']]) {
      const page = await open(`/console#${screen}`, width, scheme);
      await page.locator('.card h2').first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), `${screen} is wider than ${width} pixels`);
      await page.screenshot({ path: `${pictures}/${screen}-${width}.png` });
      await page.close();
    }
  }
});

await step('the extension shows the customer inside Zoho Desk, and follows the agent to the next ticket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-'));
  execFileSync('node', ['scripts/extension.mjs', 'https://sync.example.com', join(folder, 'extension.zip')]);
  const files = unzipSync(readFileSync(join(folder, 'extension.zip')));
  rmSync(folder, { recursive: true });
  const session = await (await fetch(`${base}/demo/session`)).json();
  const page = await browser.newPage({ viewport: { width: 280, height: 900 } });
  page.on('pageerror', (error) => complaints.push(`extension: ${error}`));
  await page.route('https://js.zohostatic.com/**', (route) => route.fulfill({ contentType: 'text/javascript', body: `window.ZOHODESK = {
    shift: null,
    ticket: ${JSON.stringify(session.tickets[0].id)},
    extension: { onload: async () => ({ instance: { on: (name, work) => { if (name === 'ticket_Shift') ZOHODESK.shift = work; } } }) },
    get: async (name) => {
      if (name === 'extension.config') return { 'extension.config': [{ name: 'server_url', value: 'https://sync.example.com' }] };
      if (name === 'ticket') return { status: 'success', ticket: { id: ZOHODESK.ticket } };
      throw new Error('no such record here');
    },
  };` }));
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
  await page.route('https://desk.zappsusercontent.com/**', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const file = files[name];
    return file ? route.fulfill({ contentType: types[name.replace(/.*\./, '')], body: Buffer.from(file) }) : route.fulfill({ status: 404 });
  });
  await page.route('https://sync.example.com/**', async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace('https://sync.example.com', base) }) }));
  await page.goto(`https://desk.zappsusercontent.com/app/widget.html#token=${session.tokens.find((one) => one.scope === 'AGENT').token}`);
  const heading = page.getByRole('heading', { level: 1 });
  await heading.waitFor();
  const first = await heading.textContent();
  await page.screenshot({ path: `${pictures}/extension.png` });
  await page.evaluate((id) => { ZOHODESK.ticket = id; ZOHODESK.shift(); }, session.tickets[1].id);
  await page.waitForFunction((name) => { const now = document.querySelector('h1')?.textContent; return now && now !== name; }, first);
  await page.close();
});

await step('GraphiQL loads the schema and runs', async () => {
  const page = await open('/graphiql');
  await page.getByText('NAME_ASC').waitFor(); // the editor has taken the example
  await page.getByRole('button', { name: /Execute/ }).click();
  await page.getByText('demo:Admin').waitFor();
  await page.close();
});

await browser.close();
assert.deepEqual(complaints, []);
