// What an admin chooses: policies, the agents' share of the calls, tables of values, and how a halted sync goes on. Runs last on the demo: it
// begins the sync anew.
import assert from 'node:assert/strict';
import {
  accessible,
  ask,
  base,
  browser,
  finish,
  inDesk,
  inSalesforce,
  narrowEnough,
  open,
  pick,
  pictures,
  salesforce,
  step,
  until,
} from './browser.mjs';

/** Looks at a screen in its state at 280 and 1400 pixels, light and dark, in Spanish and English. */
async function everywhere(path, name, ready) {
  for (const [width, scheme, locale] of [
    [280, 'light', 'es-MX'],
    [280, 'dark', 'en-US'],
    [1400, 'light', 'en-US'],
    [1400, 'dark', 'es-MX'],
  ]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale });
    const page = await context.newPage();
    await page.goto(base + path);
    await ready(page);
    await accessible(page, `${name} at ${width}, ${scheme}, ${locale}`);
    await narrowEnough(page, `${name} at ${width}`);
    await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}-${locale}.png`, fullPage: true });
    await context.close();
  }
}

const press = async (page, target, key) => {
  await target.focus();
  await page.keyboard.press(key);
};

await step('second emails are rehearsed before they match, by keyboard, and taken back', async () => {
  const page = await open('/console#settings');
  const box = page.getByRole('checkbox', { name: 'Match contacts by second emails, too' });
  await press(page, box, 'Space');
  await page.getByText('Not saved').waitFor();
  await press(page, page.getByRole('button', { name: 'Save', exact: true }), 'Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/also linked by a second email/).waitFor();
  await dialog.getByText(/Contacts in Salesforce: \d+ would be created/).waitFor();
  await accessible(page, 'the question about second emails');
  await page.screenshot({ path: `${pictures}/second-emails.png` });
  await press(page, dialog.getByRole('button', { name: 'Change' }), 'Enter');
  await page.getByText('Saved.').waitFor();
  assert.equal((await ask('{ integration { matchSecondaryEmail } }')).integration.matchSecondaryEmail, true);
  await page.getByRole('button', { name: 'Take back' }).click();
  await dialog.getByText(/no longer linked by a second email/).waitFor();
  await dialog.getByRole('button', { name: 'Change' }).click();
  await until('the setting as it was', async () => {
    const { integration } = await ask('{ integration { matchSecondaryEmail } }');
    return !integration.matchSecondaryEmail;
  });
  await page.close();
  await everywhere('/console#settings', 'policies', (at) => at.locator('input[type=checkbox]').waitFor());
});

await step('another share of the calls is kept for agents by both clients, and taken back', async () => {
  const kept = async (percent) =>
    until(`${percent} percent`, async () => {
      const { integration } = await ask('{ integration { apiBudgets { keptPercent } } }');
      return integration.apiBudgets.length === 2 && integration.apiBudgets.every((one) => one.keptPercent === percent);
    });
  const page = await open('/console');
  const input = page.getByRole('spinbutton', { name: /kept for agents/ });
  await input.waitFor();
  const before = Number(await input.inputValue());
  await input.fill('96');
  assert.ok(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  await input.fill('45');
  await press(page, page.getByRole('button', { name: 'Save', exact: true }), 'Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(`From ${before} % to 45 %`).waitFor();
  await dialog
    .getByText(/calls are kept for agents/)
    .first()
    .waitFor();
  await accessible(page, 'the question about the share');
  await page.screenshot({ path: `${pictures}/share.png` });
  await press(page, dialog.getByRole('button', { name: 'Change' }), 'Enter');
  await kept(45);
  await page.getByRole('button', { name: 'Take back' }).click();
  await dialog.getByRole('button', { name: 'Change' }).click();
  await kept(before);
  assert.equal((await ask('{ integration { agentShare } }')).integration.agentShare, null);
  await input.fill('60');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.getByRole('button', { name: 'Change' }).click();
  await kept(60);
  await page.getByRole('button', { name: 'Use the server’s own' }).click();
  await dialog.getByText('The server’s own setting holds again').waitFor();
  await dialog.getByRole('button', { name: 'Change' }).click();
  await kept(before);
  await page.getByText(`The server’s own setting holds: ${before} %.`).waitFor();
  await page.close();
  await everywhere('/console', 'share', (at) => at.getByRole('spinbutton').waitFor());
});

await step(
  'a table of values is edited by keyboard, checked while typing, saved, and kept in the versions',
  async () => {
    const page = await open('/console#mapping');
    await page.getByRole('button', { name: 'Add a field' }).click();
    await pick(page.getByRole('combobox', { name: 'Zoho Desk field' }).last(), 'cf_customer_tier');
    await pick(page.getByRole('combobox', { name: 'Salesforce field' }).last(), 'Tier__c');
    await press(page, page.getByRole('button', { name: 'Values… Tier__c' }), 'Enter');
    const drawer = page.getByRole('dialog');
    const first = drawer.getByRole('combobox', { name: 'Salesforce value 1' });
    assert.match(await first.getAttribute('placeholder'), /^the same: /);
    await first.fill('Old tier');
    await drawer.getByText('not active').waitFor();
    await drawer.getByText(/does not have the value Old tier/).waitFor();
    await accessible(page, 'a table of values');
    await page.screenshot({ path: `${pictures}/values.png` });
    await press(page, drawer.getByRole('button', { name: 'Done' }), 'Enter');
    await drawer.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    const { fieldMappings } = await ask(
      '{ fieldMappings(object: CONTACT) { salesforce { name } values { salesforce } } }',
    );
    assert.deepEqual(fieldMappings.find((one) => one.salesforce.name === 'Tier__c').values, [
      { salesforce: 'Old tier' },
    ]);
    await page.getByRole('button', { name: 'Versions' }).click();
    await page
      .getByRole('dialog')
      .getByText(/= Old tier/)
      .waitFor();
    await accessible(page, 'versions with a table of values');
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('button', { name: 'Values: 1 pair… Tier__c' }).waitFor();
    await page.close();
    await everywhere('/console#mapping', 'values', async (at) => {
      await at.getByRole('button', { name: /… Tier__c$/ }).click();
      await at.getByRole('dialog').getByRole('combobox').first().waitFor();
    });
  },
);

await step(
  'what new records get is refused at its field, forecast, saved, kept in the versions, and written once',
  async () => {
    const page = await open('/console#mapping');
    const panel = page.getByRole('region', { name: 'What new records get: Contacts', exact: true });
    const save = panel.getByRole('button', { name: 'Save the values' });
    await press(page, panel.getByRole('button', { name: 'Add a value' }), 'Enter');
    await pick(panel.getByRole('combobox', { name: 'Field of new records' }), 'MailingCity');
    await panel.getByLabel(/^Value of/).fill('Delft');
    await press(page, save, 'Enter');
    await panel.locator('tr', { hasText: 'gets its values by the mapping' }).waitFor();
    await panel.getByText('Nothing was saved').waitFor();
    await accessible(page, 'a constant that is refused');
    await page.screenshot({ path: `${pictures}/constant-refused.png`, fullPage: true });
    await pick(panel.getByRole('combobox', { name: 'Field of new records' }), 'LeadSource');
    await panel.getByLabel('Value of Lead Source', { exact: true }).fill('Web');
    await press(page, save, 'Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('new records in Salesforce get Lead Source = Web').waitFor();
    await dialog
      .getByText(/in Salesforce: \d+ would be created/)
      .first()
      .waitFor();
    await accessible(page, 'the question about what new records get');
    await page.screenshot({ path: `${pictures}/constants-question.png` });
    await press(page, dialog.getByRole('button', { name: 'Save', exact: true }), 'Enter');
    await panel.getByText('Saved.').waitFor();
    const { constants } = await ask('{ constants(object: CONTACT) { side value field { name } } }');
    assert.deepEqual(constants, [{ side: 'SALESFORCE', value: 'Web', field: { name: 'LeadSource' } }]);
    const email = 'new.record@constants.example';
    await inDesk('POST', 'contacts', { lastName: 'Newman', email });
    const query = encodeURIComponent(`SELECT LeadSource FROM Contact WHERE Email = '${email}'`);
    await until('the new record with its value', async () => {
      const { records } = await inSalesforce('GET', `query?q=${query}`);
      return records[0]?.LeadSource === 'Web';
    });
    await page.reload();
    await page.getByRole('button', { name: 'Versions' }).click();
    await dialog.getByText('Salesforce · LeadSource = Web').waitFor();
    await accessible(page, 'versions with what new records get');
    await page.keyboard.press('Escape');
    await page.close();
    await everywhere('/console#mapping', 'constants', (at) =>
      at.getByLabel(/^(Value of|Valor de) Lead Source/).waitFor(),
    );
    const back = await open('/console#mapping');
    await back.getByRole('button', { name: 'Remove the value of Lead Source' }).click();
    await back.getByRole('button', { name: 'Save the values' }).click();
    await back.getByRole('dialog').getByText('New records get no values beside the mapping any more.').waitFor();
    await back.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await until('none', async () => (await ask('{ constants { value } }')).constants.length === 0);
    await back.getByRole('button', { name: 'Versions' }).click();
    await back.getByRole('dialog').getByRole('button', { name: 'Edit from this version' }).nth(1).click();
    await back.getByLabel('Value of Lead Source', { exact: true }).waitFor();
    await back.close();
  },
);

await step(
  'a profile’s card shows its fields in the admin’s order, chosen by keyboard beside the preview',
  async () => {
    const page = await open('/console#permissions');
    await page
      .getByRole('button', { name: /: Card…$/ })
      .first()
      .click();
    const drawer = page.getByRole('dialog');
    const card = drawer.frameLocator('iframe');
    const first = card.locator('[data-section=contact] dt').first();
    await first.waitFor();
    assert.equal(await first.textContent(), 'Email');
    await press(page, drawer.getByText('Order of the fields: Contact'), 'Enter');
    const up = drawer.getByRole('button', { name: 'Move Phone up' });
    await press(page, up, 'Enter');
    assert.equal(await drawer.locator('.field-order li').first().getAttribute('data-field'), 'phone');
    await accessible(page, 'the order of fields');
    await press(page, drawer.getByRole('button', { name: 'Save', exact: true }), 'Enter');
    await card.locator('[data-section=contact] dt').first().getByText('Phone').waitFor();
    await page.screenshot({ path: `${pictures}/field-order.png` });
    await page.close();
    await everywhere('/console#permissions', 'order', async (at) => {
      await at
        .getByRole('button', { name: /: (Card|Ficha)…$/ })
        .first()
        .click();
      await at.locator('.field-order summary').first().click();
    });
    const { profiles } = await ask('{ profiles { name card { parts tellHidden contactFields accountFields } } }');
    assert.deepEqual(
      profiles.map((one) => one.card.contactFields).filter((one) => one.length > 0),
      [['phone']],
    );
  },
);

await step(
  'another organization halts the sync: what is wrong is said, and it is taken as new after a question',
  async () => {
    await until('the first organization', () => inSalesforce('GET', 'limits'));
    const response = await fetch(`${salesforce}/_sim/settings`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ orgId: '00D000000000002EAA' }),
    });
    assert.ok(response.ok);
    const page = await open('/console');
    await page.getByRole('region', { name: 'How it may go on' }).waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('button', { name: 'Resume' }).count(), 0);
    await page.getByText(/00D000000000002EAA/).waitFor();
    await everywhere('/console', 'halted', (at) => at.locator('.halted').waitFor());
    await press(page, page.getByRole('button', { name: 'Take Salesforce as new…' }), 'Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/\d+ linked contacts and \d+ linked accounts are taken apart/).waitFor();
    const sure = dialog.getByRole('button', { name: 'Take as new' });
    assert.ok(await sure.isDisabled());
    await accessible(page, 'the question about another organization');
    await page.screenshot({ path: `${pictures}/take-organization.png` });
    await dialog.getByRole('textbox').fill('new');
    await page.keyboard.press('Enter');
    await page.locator('[data-status=READY]').waitFor();
    await page.getByText(/was taken as new/).waitFor();
    await page.getByRole('button', { name: 'Start the first sync' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start the first sync' }).click();
    await page.locator('[data-status=ACTIVE]').waitFor({ timeout: 60_000 });
    await page.close();
  },
);

await finish();
