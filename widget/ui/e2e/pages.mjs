// Drives the demo's pages in a real browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  accessible,
  admin,
  agent,
  ask,
  base,
  browser,
  complaints,
  confirm,
  finish,
  inSalesforce,
  narrowEnough,
  open,
  pick,
  pictures,
  session,
  step,
} from './browser.mjs';

const screens = [
  'status',
  'setup',
  'connect',
  'mapping',
  'permissions',
  'history',
  'failures',
  'conflicts',
  'compare',
  'tokens',
  'people',
  'audit',
  'settings',
];

await step('the ticket page shows the customer with opportunities, notes and tasks', async () => {
  const page = await open('/ticket');
  const card = page.frameLocator('iframe');
  await card.getByRole('heading', { name: 'Opportunities' }).waitFor();
  await card
    .getByText(/open opportunit/)
    .first()
    .waitFor();
  await card
    .getByRole('link', { name: /View in Salesforce/ })
    .first()
    .waitFor();
  await page.screenshot({ path: `${pictures}/ticket.png` });
  await page.close();
});

await step('the card tells why a value is here, by keyboard alone, in three languages and both schemes', async () => {
  for (const [width, scheme, locale, words] of [
    [280, 'dark', 'pt-BR', { why: /Por que este valor/, notes: 'Anotações' }],
    [460, 'light', 'es-MX', { why: /Por qué está aquí/, notes: 'Notas' }],
    [340, 'dark', 'en-GB', { why: /Why is this value/, notes: 'Notes' }],
  ]) {
    const page = await open(`/widget?deskTicketId=${session.tickets[0].id}#token=${agent}`, width, scheme, locale);
    await page.getByRole('heading', { name: words.notes }).waitFor();
    const why = page.getByRole('button', { name: words.why }).first();
    await why.waitFor();
    for (let presses = 0; !(await why.evaluate((one) => one === document.activeElement)); presses++) {
      assert.ok(presses < 60, 'the keyboard does not reach the button');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    assert.equal(await why.getAttribute('aria-expanded'), 'true');
    assert.equal(
      await page.evaluate(() => document.documentElement.lang),
      locale === 'en-GB' ? 'en' : locale === 'es-MX' ? 'es' : locale,
    );
    await accessible(page, `the card in ${locale}`);
    await narrowEnough(page, `the card in ${locale}`);
    await page.screenshot({ path: `${pictures}/card-${locale}.png`, fullPage: true });
    await page.close();
  }
});

await step('the reader’s language is kept', async () => {
  const context = await browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  await page.goto(`${base}/console`);
  await page.getByRole('combobox', { name: 'Language' }).selectOption('es');
  await page.getByRole('heading', { name: 'Estado', level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Estado', level: 1 }).waitFor();
  await context.close();
});

await step('the profile is shown while the related records are still being read', async () => {
  const page = await open('about:blank');
  await page.route('**/graphql', async (route) => {
    if (/query Sections/.test(route.request().postData() ?? '')) await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  await page.goto(`${base}/widget?deskTicketId=${session.tickets[0].id}#token=${agent}`);
  await page.getByText('Reading from Salesforce…').first().waitFor({ state: 'attached' });
  await page.getByRole('link', { name: /@/ }).first().waitFor();
  await accessible(page, 'the card while it is read');
  await page.getByText('Reading from Salesforce…').first().waitFor({ state: 'detached' });
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.close();
});

await step('a card whose server is gone keeps what was known, and says so', async () => {
  const page = await open(`/widget?deskTicketId=${session.tickets[0].id}#token=${agent}`, 340);
  await page.getByRole('heading', { name: 'Notes' }).waitFor();
  const name = await page.getByRole('heading', { level: 1 }).textContent();
  await page.route('**/graphql', (route) => route.abort());
  await page.getByRole('button', { name: 'Refresh from Salesforce' }).click();
  await page
    .getByRole('alert')
    .getByText(/cannot be reached/)
    .waitFor();
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), name);
  await accessible(page, 'the card in an outage');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.close();
});

await step('a card without a customer, and one without a token, say so', async () => {
  for (const [path, heading] of [
    [`/widget?email=nobody@nowhere.example#token=${agent}`, 'Not in Salesforce'],
    ['/widget?deskTicketId=1', 'Sign in to see the customer'],
    ['/widget', 'No customer chosen'],
  ]) {
    const page = await open(path, 300);
    await page.getByRole('heading', { name: heading }).waitFor();
    await accessible(page, heading);
    await page.close();
  }
  const page = await open('/widget?deskTicketId=1', 300);
  await page.evaluate(() => {
    window.open = () => null;
  });
  await page.getByRole('button', { name: 'Sign in with Zoho' }).click();
  await page.getByText(/blocked the sign-in window/).waitFor();
  await page.close();
});

await step('a change in Salesforce reaches an open card by itself', async () => {
  const page = await open(`/widget?deskTicketId=${session.tickets[2].id}#token=${agent}`, 340);
  await page.getByRole('heading', { name: 'Notes' }).waitFor();
  const before = await ask(
    'query ($id: ID!) { customer(by: { deskTicketId: $id }) { contact { salesforceId title } } }',
    { id: session.tickets[2].id },
  );
  const title = `Title ${Date.now()}`;
  await inSalesforce('PATCH', `sobjects/Contact/${before.customer.contact.salesforceId}`, { Title: title });
  await page.getByText(title).first().waitFor({ timeout: 60_000 });
  await page.close();
});

await step('a profile that may not see opportunities gets a card without them, from the next request on', async () => {
  const admin = await open('/console#permissions');
  const box = admin.getByRole('checkbox', { name: 'Light Agent: Opportunities' });
  await box.waitFor();
  if (await box.isChecked()) await box.click();
  await admin.waitForFunction(
    () =>
      !document.querySelector('input[data-switch="Light Agent: opportunities"]').checked &&
      !document.querySelector('input:disabled'),
  );
  const page = await open('/ticket');
  const first = page.locator('iframe');
  await first.contentFrame().getByRole('heading', { name: 'Opportunities' }).waitFor();
  const of = await first.getAttribute('src');
  let answer;
  const held = new Promise((release) => (answer = release));
  await page.route('**/graphql', async (route) => {
    if (/query Sections/.test(route.request().postData() ?? '')) await held;
    await route.continue();
  });
  await page.getByRole('combobox').first().selectOption({ label: 'Light Agent' });
  const light = page.frameLocator(`iframe:not([src="${of}"])`); // another profile's card has a frame of its own
  const without = async (when) =>
    assert.equal(await light.getByRole('heading', { name: 'Opportunities' }).count(), 0, when);
  await light.getByText('Reading from Salesforce…').first().waitFor({ state: 'attached' });
  await light.getByRole('heading', { name: 'Notes' }).waitFor();
  await without('while the related records are being read');
  answer();
  await light.getByText('Reading from Salesforce…').first().waitFor({ state: 'detached' });
  await light.getByRole('heading', { name: 'Notes' }).waitFor();
  await without('when they are read');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.screenshot({ path: `${pictures}/light-agent.png` });
  await box.click();
  await page.close();
  await admin.close();
});

await step('the console pauses and resumes the sync, and answers when it is asked to sync now', async () => {
  const page = await open('/console');
  await page.locator('[data-status=ACTIVE]').waitFor();
  await page.screenshot({ path: `${pictures}/console.png` });
  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByText('Both sides are being asked').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('[data-status=PAUSED]').waitFor();
  await accessible(page, 'a paused integration');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('[data-status=ACTIVE]').waitFor();
  await page.close();
});

await step(
  'a mapping is forecast before it is saved, can be taken back, and one that cannot work is named on its row',
  async () => {
    const page = await open('/console#mapping');
    const rule = page.getByRole('combobox', { name: /^Rule of/ }).last();
    await rule.waitFor();
    await rule.selectOption('PREFER_SALESFORCE');
    await page.reload(); // an edit survives
    await page.getByText('Not saved').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await confirm(page, /in Salesforce: \d+ would be created/, 'Save');
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: 'Take back' }).click();
    await confirm(page, /in Salesforce: \d+ would be created/, 'Save');
    await page.waitForFunction(
      () => [...document.querySelectorAll('select')].at(-1) !== null && !document.body.innerText.includes('Not saved'),
    );
    await page.getByRole('button', { name: 'Add a field' }).click();
    await pick(page.getByRole('combobox', { name: 'Zoho Desk field' }).last(), 'twitter');
    await pick(page.getByRole('combobox', { name: 'Salesforce field' }).last(), 'LoyaltyPoints__c'); // said before it is saved
    await page
      .getByText(/cannot fill/)
      .first()
      .waitFor();
    assert.equal(await page.getByText(/cannot fill/).count(), 1);
    await accessible(page, 'a mapping with an error');
    await page.screenshot({ path: `${pictures}/mapping.png` });
    await page.getByRole('button', { name: 'Discard' }).first().click();
    await page.close();
  },
);

await step(
  'a filter asks with its figures, is saved and taken away again, and an edited mapping is rehearsed',
  async () => {
    const page = await open('/console#mapping');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await pick(page.getByRole('combobox', { name: 'Field to compare' }), 'Email');
    await page.getByRole('combobox', { name: 'Comparison' }).selectOption('NOT_BLANK');
    await page.getByRole('button', { name: 'Save the filter' }).click();
    await confirm(page, /linked pairs/, 'Save the filter');
    await page.getByText('Saved.').waitFor();
    await page.screenshot({ path: `${pictures}/filter.png`, fullPage: true });
    await page.getByRole('button', { name: 'Accounts' }).click();
    await page.getByText('All of them.').waitFor(); // the filter of contacts is not the accounts'
    await page.getByRole('button', { name: 'Contacts' }).click();
    await page.getByRole('button', { name: 'Remove the condition on Email' }).click();
    await page.getByRole('button', { name: 'Save the filter' }).click();
    await confirm(page, /every record is synced/, 'Save the filter');
    await page.getByText('All of them.').waitFor();
    await page
      .getByRole('combobox', { name: /^Rule of/ })
      .nth(3)
      .selectOption('SALESFORCE_TO_DESK');
    await page.getByRole('button', { name: 'Rehearse these changes' }).click();
    await page.getByRole('status').getByText('Done').waitFor();
    await accessible(page, 'a rehearsal');
    await page.getByRole('button', { name: 'Discard' }).first().click();
    await page.close();
  },
);

await step('arrow keys on a policy change nothing until it is saved and meant', async () => {
  const page = await open('/console#settings');
  const direction = page.getByRole('combobox', { name: 'Direction' });
  await direction.waitFor();
  await direction.focus();
  await page.keyboard.press('ArrowDown');
  await page.getByText('Not saved').waitFor();
  await page.goto(`${base}/console#status`);
  await page.goto(`${base}/console#settings`);
  await page.getByText('Not saved').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/no longer reach Salesforce/).waitFor();
  await page.screenshot({ path: `${pictures}/question.png` });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText('Not saved').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  assert.equal(await direction.inputValue(), 'TWO_WAY');
  await page.close();
});

await step('disconnecting and deleting ask first, with what would be lost', async () => {
  const page = await open('/console#connect');
  await page.getByRole('button', { name: 'Disconnect' }).first().click();
  await page
    .getByRole('dialog')
    .getByText(/\d+ linked contacts/)
    .waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.goto(`${base}/console#settings`);
  await page.getByRole('button', { name: 'Delete the integration…' }).click();
  const dialog = page.getByRole('dialog');
  assert.ok(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled());
  await accessible(page, 'the question about the end');
  await page.keyboard.press('Escape');
  await page.close();
});

await step(
  'failures are filtered by the address, sorted, selected, retried, and followed to their record',
  async () => {
    const page = await open('/console#failures');
    await page.getByRole('button', { name: 'Show' }).first().click();
    await page.waitForFunction(() => location.hash.includes('code='));
    const shown = await page.locator('tbody tr').count();
    const shownAs = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('object'); // each row of the file is of the group
    await page.getByRole('button', { name: /^Record/ }).click();
    await page.waitForFunction(() => location.hash.includes('sort=NAME_ASC'));
    assert.equal(await page.locator('th[aria-sort=ascending]').count(), 1);
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.locator('tbody tr').count(), shown);
    await page.getByRole('checkbox', { name: 'Select all rows of this page' }).check();
    await page.getByRole('button', { name: `Retry the ${shown} selected` }).click();
    await page.getByText(new RegExp(`${shown} (is|are) tried again`)).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const rows = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n');
    assert.ok(
      rows[0].startsWith('object,source') && rows.slice(1).every((row) => row.startsWith(shownAs)),
      rows.join('\n').slice(0, 400),
    );
    await page
      .getByRole('button', { name: /^Details of/ })
      .first()
      .click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('heading', { name: 'Journal' }).waitFor();
    await accessible(page, 'a failure’s drawer');
    await page.screenshot({ path: `${pictures}/drawer.png` });
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('nobody is called so');
    await page.getByText('No failures.').waitFor();
    await page.close();
  },
);

await step('a run leads to what it wrote', async () => {
  const page = await open('/console#history?trigger=INITIAL');
  await page
    .getByRole('button', { name: /^Changes of the run/ })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Journal' }).waitFor();
  await accessible(page, 'a run’s drawer');
  await page.close();
});

await step('a token says until when it works, and is revoked after a question', async () => {
  const page = await open('/console#tokens');
  await page.getByRole('textbox', { name: 'Name' }).fill('A dashboard');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('slt_').waitFor();
  await page.getByRole('cell', { name: 'no end, until it is revoked' }).first().waitFor();
  await accessible(page, 'a new token');
  await page.getByRole('button', { name: 'Revoke A dashboard' }).click();
  await confirm(page, /Dashboards that use A dashboard/, 'Revoke');
  await page
    .getByRole('cell', { name: /^revoked / })
    .first()
    .waitFor();
  await page.close();
});

await step('a wrong token is no dead end, and an address puts no words into the console’s mouth', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/demo/session', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${base}/console?problem=Call+555+now`);
  await page.getByLabel('Token').fill('nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/not valid here/).waitFor();
  assert.equal(await page.getByText(/Call 555/).count(), 0);
  await accessible(page, 'the sign-in');
  await page.getByLabel('Token').fill(agent);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/not an admin’s/).waitFor();
  await page.getByLabel('Token').fill(admin);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Status', level: 1 }).waitFor();
  await page.goto(`${base}/console?problem=BAD_CREDENTIALS&side=desk#connect`);
  await page.getByText(/Zoho Desk was not connected/).waitFor();
  await context.close();
});

await step('everything is compared on demand', async () => {
  const page = await open('/console#compare');
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByText(/pairs are equal/).waitFor();
  await page.screenshot({ path: `${pictures}/compare.png`, fullPage: true });
  await page.close();
});

await step(
  'every screen is accessible and fits, from 280 to 1400 pixels, light and dark, in three languages',
  async () => {
    for (const [width, scheme, locale] of [
      [280, 'dark', 'pt-BR'],
      [700, 'light', 'es-ES'],
      [1400, 'light', 'en-US'],
      [1400, 'dark', 'en-US'],
    ]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale });
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(`${error}`));
      for (const screen of screens) {
        await page.goto(`${base}/console#${screen}`);
        await page.locator('.card h2, .steps h2').first().waitFor();
        await page.waitForLoadState('networkidle');
        assert.equal(await page.locator('h1').count(), 1);
        assert.match(await page.title(), / · Sidelight$/);
        await accessible(page, `${screen} at ${width}, ${scheme}, ${locale}`);
        await narrowEnough(page, `${screen} at ${width}`);
        await page.screenshot({ path: `${pictures}/${screen}-${width}-${scheme}.png`, fullPage: true });
      }
      await context.close();
    }
  },
);

await step('what a browser fetches is compressed and kept', async () => {
  const page = await fetch(`${base}/widget`, { headers: { 'Accept-Encoding': 'br' } });
  assert.equal(page.headers.get('content-encoding'), 'br');
  assert.equal(
    (await fetch(`${base}/widget`, { headers: { 'Accept-Encoding': 'br', 'If-None-Match': page.headers.get('etag') } }))
      .status,
    304,
  );
  const [script] = (await page.text()).match(/assets\/widget[^"]+\.js/);
  assert.match((await fetch(`${base}/${script}`)).headers.get('cache-control'), /immutable/);
});

await finish();
