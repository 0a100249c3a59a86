// Sets Sidelight up from nothing, by clicks alone: an empty server beside the simulated vendors, from the sign-in to the first sync.
import assert from 'node:assert/strict';
import { accessible, base, browser, finish, narrowEnough, pictures, salesforce, step, watch } from './browser.mjs';

const began = Date.now();
const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, locale: 'en-US' });
watch(page, 'the set-up');
const number = (n) => page.locator(`[data-step="${n}"]`);
const done = (n) => number(n).getByText('done', { exact: true }).waitFor();

await step('an admin signs in, and is led to the set-up', async () => {
  await page.goto(`${base}/console`);
  await page.getByLabel('Token').fill(process.env.ADMIN_TOKEN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The integration is not set up yet.').waitFor();
  await page.getByRole('link', { name: 'Go through the set-up' }).click();
  await page.getByRole('heading', { name: 'Set-up', level: 1 }).waitFor();
  assert.equal(await page.locator('[aria-current=step]').getAttribute('data-step'), '1');
  await accessible(page, 'the set-up of nothing');
  await page.screenshot({ path: `${pictures}/setup-empty.png`, fullPage: true });
});

await step('a host that is none is refused before anybody leaves the page', async () => {
  const form = number(1);
  await form.getByLabel('Login address').fill('https://nobody.example.invalid');
  await form.getByLabel('Consumer key').fill('demo');
  await form.getByLabel('Consumer secret').fill('demo-secret');
  await form.getByRole('button', { name: 'Go to Salesforce and consent' }).click();
  await form.getByRole('alert').waitFor();
  await accessible(page, 'a refused host');
});

await step('both sides are connected by consent, and the admin comes back to the set-up', async () => {
  const form = number(1);
  await form.getByLabel('Login address').fill(salesforce);
  await consent(form.getByRole('button', { name: 'Go to Salesforce and consent' }));
  await number(1).getByText('Connected', { exact: true }).first().waitFor();
  assert.ok(
    (await number(1)
      .getByText(/connect\/desk\/callback/)
      .count()) > 0,
    'the redirect URI can be read',
  );
  await number(1).getByLabel('Organization id').fill('700000001');
  await number(1).getByLabel('Client id').fill('demo');
  await number(1).getByLabel('Client secret').fill('demo-secret');
  await consent(number(1).getByRole('button', { name: 'Go to Zoho Desk and consent' }));
  await done(1);
  await done(4);
});

/** Goes to the vendor, consents there, and waits until the browser is back in the set-up. */
async function consent(button) {
  await Promise.all([
    page.waitForEvent('framenavigated', (frame) => !frame.url().startsWith(base)),
    button.click(),
  ]).catch(async (error) => {
    throw new Error(`${error.message}: ${(await page.locator('main').innerText()).slice(0, 600)}`);
  });
  await page
    .getByRole('button', { name: /^Allow/ })
    .first()
    .click();
  const back = (url) => url.href.startsWith(base) && url.hash === '#setup';
  await page.waitForURL(back, { timeout: 10_000 }).catch(async (error) => {
    throw new Error(`${error.message} at ${page.url()}: ${(await page.locator('body').innerText()).slice(0, 600)}`);
  });
}

await step('direction, rehearsal and start', async () => {
  await number(2).getByText('OK', { exact: true }).first().waitFor({ state: 'attached' });
  await number(3)
    .getByRole('radio', { name: /Salesforce to Zoho Desk only/ })
    .check();
  await number(3).getByRole('button', { name: 'Use this direction' }).click();
  await number(3)
    .getByRole('radio', { name: /Two-way/ })
    .check();
  await number(3).getByRole('button', { name: 'Use this direction' }).click();
  await number(5).getByRole('button', { name: 'Rehearse what is saved' }).click();
  await done(5);
  await accessible(page, 'the set-up before the start');
  await page.setViewportSize({ width: 280, height: 900 });
  await narrowEnough(page, 'the set-up');
  await page.screenshot({ path: `${pictures}/setup-ready-280.png`, fullPage: true });
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.screenshot({ path: `${pictures}/setup-ready.png`, fullPage: true });
  await number(6).getByRole('button', { name: 'Start the first sync' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start the first sync' }).click();
  await number(6).locator('[data-status=ACTIVE]').waitFor({ timeout: 120_000 });
  await done(6);
  await accessible(page, 'the set-up at its end');
});

console.log(`the whole set-up, from an empty server to a synced one: ${((Date.now() - began) / 1000).toFixed(1)} s`);
await finish();
