// Drives the admin's tools in a real browser: fields, versions, profiles, charts, queries; and the link that an agent makes by hand.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  accessible,
  admin,
  agent,
  ask,
  base,
  browser,
  confirm,
  desk,
  finish,
  inDesk,
  inSalesforce,
  narrowEnough,
  open,
  pick,
  pictures,
  session,
  step,
  until,
} from './browser.mjs';

await step('fields are searched, show their values, and are checked while they are edited', async () => {
  const page = await open('/console#mapping');
  await page
    .getByText(/for instance/)
    .first()
    .waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Add a field' }).click();
  const box = page.getByRole('combobox', { name: 'Zoho Desk field' }).last();
  await box.focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('listbox').waitFor();
  await accessible(page, 'the list of fields');
  await page.screenshot({ path: `${pictures}/picker-1400-light.png` });
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor({ state: 'detached' });
  await page.keyboard.type('twitter');
  await page.keyboard.press('Enter');
  await pick(page.getByRole('combobox', { name: 'Salesforce field' }).last(), 'LoyaltyPoints__c');
  await page.getByText(/cannot fill/).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  const kept = JSON.parse(readFileSync(await file.path(), 'utf8'));
  assert.equal(kept.mappings.at(-1).salesforce, 'LoyaltyPoints__c');
  await page.getByRole('button', { name: 'Discard' }).first().click();
  await page.getByText(/cannot fill/).waitFor({ state: 'detached' });
  const text = JSON.stringify({ ...kept, mappings: kept.mappings.slice(0, -1) });
  const choose = (buffer) =>
    page.setInputFiles('input[type=file]', {
      name: 'm.json',
      mimeType: 'application/json',
      buffer: Buffer.from(buffer),
    });
  await choose('{}');
  await page.getByText('no mapping that was exported here').waitFor();
  const changed = JSON.parse(text);
  changed.mappings.at(-1).rule = 'OFF';
  await choose(JSON.stringify(changed));
  await page.getByText(/rows were read from the file/).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await confirm(page, /in Salesforce: \d+ would be created/, 'Save');
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Versions' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText(/added/).first().waitFor({ state: 'attached' });
  await accessible(page, 'the versions');
  await page.screenshot({ path: `${pictures}/versions-1400-light.png` });
  await drawer.getByRole('button', { name: 'Edit from this version' }).last().click();
  await drawer.waitFor({ state: 'detached' });
  await page.close();
});

await step('a profile’s fields are hidden by their ticks, and its card is laid out beside a real one', async () => {
  const page = await open('/console#permissions');
  await page.getByRole('button', { name: 'Light Agent: Fields…' }).click();
  const drawer = page.getByRole('dialog');
  const phone = drawer.locator('[data-field="Contact.phone"]');
  await phone.waitFor();
  await accessible(page, 'the fields of a profile');
  await phone.uncheck();
  await page.screenshot({ path: `${pictures}/profile-fields-1400-light.png` });
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.waitFor({ state: 'detached' });
  await page.getByText('1 hidden').waitFor();
  await page.getByRole('button', { name: 'Light Agent: Card…' }).click();
  const card = page.frameLocator('iframe');
  await card.getByRole('heading', { level: 1 }).waitFor();
  await card.getByRole('heading', { name: 'Notes' }).waitFor();
  const order = () => card.locator('main [data-section] h2').allTextContents();
  assert.ok((await order()).indexOf('Notes') > 0);
  const up = drawer.getByRole('button', { name: 'Move Notes up' });
  for (let presses = 0; (await up.isEnabled()) && presses < 6; presses++) {
    await up.focus();
    await page.keyboard.press('Enter');
  }
  await drawer.getByRole('checkbox', { name: 'Events' }).uncheck();
  await drawer.getByRole('checkbox', { name: 'Name the parts that are hidden from the profile' }).check();
  await drawer.getByRole('button', { name: 'Save' }).click();
  await until('the new order', async () => (await order())[0] === 'Notes');
  assert.equal(await card.getByRole('heading', { name: 'Events' }).count(), 0);
  await accessible(page, 'a profile’s card');
  await page.screenshot({ path: `${pictures}/profile-card-1400-light.png` });
  await page.close();
  for (const width of [280, 700]) {
    const narrow = await open('/console#permissions', width, 'dark', 'pt-BR');
    await narrow.getByRole('button', { name: 'Light Agent: Cartão…' }).click();
    await narrow.frameLocator('iframe').getByRole('heading', { level: 1 }).waitFor();
    await narrowEnough(narrow, 'the layout');
    await narrow.screenshot({ path: `${pictures}/profile-card-${width}-dark.png` });
    await narrow.close();
  }
});

await step('what is hidden is named where the admin wants it', async () => {
  const { profiles } = await ask('{ profiles { id name } }');
  const { id } = profiles.find((one) => one.name === 'Light Agent');
  await ask(
    'mutation ($id: ID!) { setProfilePermission(profileId: $id, permission: { opportunities: false }) { id } }',
    {
      id,
    },
  );
  const { viewAs } = await ask('mutation ($id: ID!) { viewAs(profileId: $id) { token } }', { id });
  const { contacts } = await ask('{ contacts(first: 40) { nodes { salesforceId deskId } } }');
  const whole = contacts.nodes.find((one) => one.salesforceId && one.deskId);
  const page = await open(`/widget?salesforceId=${whole.salesforceId}#token=${viewAs.token}`, 340, 'dark');
  await page.getByRole('region', { name: 'Opportunities' }).getByText('Hidden for your profile').waitFor();
  await accessible(page, 'a card with a hidden part');
  await page.screenshot({ path: `${pictures}/hidden-part.png`, fullPage: true });
  await ask(
    `mutation ($id: ID!) { setProfilePermission(profileId: $id, permission: { opportunities: true, hiddenFields: [],
      card: { parts: [OPPORTUNITIES, CONTACT, ACCOUNT, NOTES, TASKS, EVENTS], tellHidden: false } }) { id } }`,
    { id },
  );
  await page.close();
});

await step('an agent who may links a contact that no match could tell apart, by keyboard alone', async () => {
  const email = `twins-${Date.now()}@x.example`;
  await ask('mutation { pauseSync { status } }'); // all three are there before anybody matches them
  for (const LastName of ['Twin Onefold', 'Twin Twofold'])
    await inSalesforce('POST', 'sobjects/Contact', { LastName, Email: email });
  const { id } = await inDesk('POST', 'contacts', { lastName: 'Twin Somebody', email });
  await ask('mutation { resumeSync { status } }');
  const found = await until('the contact in doubt', async () => {
    const { customer } = await ask(
      'query ($id: ID!) { customer(by: { deskContactId: $id }) { contact { salesforceId } } }',
      {
        id,
      },
    );
    const { failures } = await ask('{ failures(filter: { resolved: false, search: "Twin" }) { totalCount } }');
    return customer?.contact && failures.totalCount > 0;
  });
  assert.ok(found);
  const path = `/widget?deskContactId=${id}#token=${agent}`;
  const closed = await open(path, 340);
  await closed.getByRole('heading', { name: 'Twin Somebody' }).waitFor();
  assert.equal(await closed.getByRole('heading', { name: 'Not linked to Salesforce' }).count(), 0);
  await closed.close();
  const admins = await open('/console#permissions');
  const box = admins.getByRole('checkbox', { name: 'Support Manager: Link by hand' });
  await box.focus();
  await admins.keyboard.press('Space');
  await admins.waitForFunction(
    () =>
      document.querySelector('input[data-switch="Support Manager: link"]').checked &&
      !document.querySelector('input:disabled'),
  );
  await admins.close();
  const page = await open(path, 340);
  const search = page.getByRole('searchbox', { name: 'Search contacts in Salesforce' });
  await search.waitFor();
  await search.focus();
  await search.fill('Twin');
  const choice = page.getByRole('button', { name: 'Link with Twin Twofold' });
  await choice.waitFor();
  await accessible(page, 'a contact without a counterpart');
  await page.screenshot({ path: `${pictures}/link-by-hand.png` });
  for (let presses = 0; !(await choice.evaluate((one) => one === document.activeElement)); presses++) {
    assert.ok(presses < 40, 'the keyboard does not reach the button');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'View in Salesforce', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Not linked to Salesforce' }).waitFor({ state: 'detached' });
  await page.close();
});

await step('the week stands in charts, and a day leads to its rows', async () => {
  const page = await open('/console');
  const chart = page.getByRole('group', { name: 'Records changed a day' });
  await chart.waitFor();
  const bars = chart.getByRole('link');
  assert.equal((await bars.count()) + (await chart.getByRole('img').count()), 7);
  await page.screenshot({ path: `${pictures}/week-1400-light.png`, fullPage: true });
  await bars.last().focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.startsWith('#history?since='));
  await page.getByRole('button', { name: /^Without: Since/ }).waitFor();
  await page.locator('tbody tr').first().waitFor();
  await page.close();
});

await step('GraphiQL begins with a template, and gives it as a command without the token', async () => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(`${base}/graphiql`);
  await page.getByText('NAME_ASC').waitFor();
  await page.getByRole('combobox', { name: 'Begin with' }).selectOption({ label: 'Pipeline by stage' });
  await page.getByText('weightedAmount').waitFor();
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const command = await page.evaluate(() => window.navigator.clipboard.readText());
  assert.match(command, /pipeline\(groupBy: STAGE/);
  assert.ok(!command.includes(admin));
  await context.close();
});

await step('a person is looked for, erased by a typed word, and leaves a receipt that names nobody', async () => {
  const email = `gone-${Date.now()}@x.example`;
  await inSalesforce('POST', 'sobjects/Contact', { LastName: 'Gone Forgotten', Email: email });
  await until(
    'the person',
    async () => (await ask(`{ contacts(filter: { email: "${email}" }) { totalCount } }`)).contacts.totalCount,
  );
  const page = await open('/console#people');
  await page.getByLabel('Email or id').first().fill(email.toUpperCase());
  await page.getByRole('button', { name: 'See what would be removed' }).click();
  await page.getByRole('heading', { name: 'This would be removed' }).waitFor();
  await accessible(page, 'what would be erased');
  await page.screenshot({ path: `${pictures}/erase-1400-light.png`, fullPage: true });
  assert.equal((await ask(`{ contacts(filter: { email: "${email}" }) { totalCount } }`)).contacts.totalCount, 1);
  await page.getByRole('button', { name: 'Erase this person…' }).click();
  const dialog = page.getByRole('dialog');
  assert.ok(await dialog.getByRole('button', { name: 'Erase', exact: true }).isDisabled());
  await dialog.getByRole('textbox').fill('erase');
  await accessible(page, 'the question about an erasure');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'The person is erased' }).waitFor();
  await accessible(page, 'a receipt');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the receipt' }).click(),
  ]);
  const receipt = readFileSync(await file.path(), 'utf8');
  assert.ok(JSON.parse(receipt).id && !/gone/i.test(receipt), receipt);
  assert.equal((await ask(`{ contacts(filter: { email: "${email}" }) { totalCount } }`)).contacts.totalCount, 0);
  await page.close();
});

await step('failures that share a cause are one group, shown and tried again together', async () => {
  const long = (n) => `${'too long '.repeat(12)}${n}`;
  await Promise.all(
    [1, 2, 3].map((n) => inSalesforce('POST', 'sobjects/Contact', { LastName: `Long ${n}`, Title: long(n) })),
  );
  const groupOf = async () =>
    (await ask('{ failureGroups(first: 100) { id code count message } }')).failureGroups.find(
      (one) => one.code === 'VALUE_TOO_LONG' && one.count >= 3,
    );
  await until('the group', groupOf);
  const group = await groupOf();
  const page = await open('/console#failures');
  const entry = page.getByRole('listitem').filter({ hasText: group.message }).first();
  await entry.getByRole('button', { name: 'Show' }).click();
  await page.waitForFunction((id) => location.hash.includes(`cause=${id}`), group.id);
  await page.getByRole('button', { name: 'Without: this cause' }).waitFor();
  await until('its rows', async () => (await page.locator('tbody tr').count()) === group.count);
  await accessible(page, 'groups of failures');
  await page.screenshot({ path: `${pictures}/failure-groups-1400-light.png`, fullPage: true });
  await entry.getByRole('button', { name: `Retry all ${group.count}` }).click();
  await page.getByText(`${group.count} are tried again`).waitFor();
  await page.close();
});

await step('agents are shown the customers of their tickets alone where an admin says so', async () => {
  const { sub } = JSON.parse(Buffer.from(agent.split('.')[1], 'base64url'));
  await fetch(`${desk}/_sim/agents/${sub.replace('agent:', '')}`, {
    method: 'POST',
    body: JSON.stringify({ rolePermissionType: 'AgentPublic' }),
  });
  const ticket = session.tickets[0].id;
  const { customer } = await ask(`{ customer(by: { deskTicketId: "${ticket}" }) { contact { name deskId } } }`);
  const page = await open('/console#settings');
  await page.getByRole('combobox', { name: 'Whose cards agents may open' }).selectOption('VISIBLE_TICKETS');
  await page.getByText('Not saved').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await confirm(page, /nobody else/, 'Change');
  await page.getByRole('button', { name: 'Take back' }).waitFor();
  await accessible(page, 'the policies');
  await page.screenshot({ path: `${pictures}/agent-cards-1400-light.png` });
  const contact = await open(`/widget?deskContactId=${customer.contact.deskId}#token=${agent}`, 340);
  await contact.getByText('Open this customer from a ticket').waitFor();
  await accessible(contact, 'a card on a contact page');
  await contact.screenshot({ path: `${pictures}/agent-cards-contact-340-light.png` });
  await contact.close();
  const shown = await open(`/widget?deskTicketId=${ticket}#token=${agent}`, 340);
  await shown.getByText(customer.contact.name).first().waitFor();
  await shown.close();
  await page.getByRole('button', { name: 'Take back' }).click();
  await confirm(page, /any customer/, 'Change');
  await until(
    'the setting taken back',
    async () => (await ask('{ integration { agentCards } }')).integration.agentCards === 'ANY_CUSTOMER',
  );
  await page.close();
});

await finish();
