// Makes the pictures of docs/images out of the running demo. None is larger than 100 kB.
import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { agent, base, browser, session } from './browser.mjs';

const folder = '../../docs/images';
const largest = 100_000;
mkdirSync(folder, { recursive: true });

async function picture(name, path, { width = 960, height = 600, scheme = 'light', locale = 'en-US', ready }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, locale });
  await page.goto(base + path);
  await ready(page);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  await page.close();
  const { size } = statSync(file);
  console.log(`${file}: ${size} bytes`);
  assert.ok(size <= largest, `${file} has ${size} bytes`);
}

const card = `/widget?deskTicketId=${session.tickets[0].id}#token=${agent}`;
const read = (page) =>
  page
    .getByText(/open opportunit/)
    .first()
    .waitFor();

await picture('card', card, { width: 340, height: 700, ready: read });
await picture('card-dark', card, {
  width: 340,
  height: 700,
  scheme: 'dark',
  locale: 'pt-BR',
  ready: (page) => page.getByRole('heading', { name: 'Anotações' }).waitFor(),
});
await picture('status', '/console', {
  height: 760,
  ready: async (page) => {
    await page.getByRole('heading', { name: 'The last 7 days' }).waitFor();
    await page.getByRole('heading', { name: 'Integration' }).waitFor();
  },
});
await picture('setup', '/console#setup', { ready: (page) => page.locator('[data-step="6"]').waitFor() });
await picture('mapping', '/console#mapping', {
  ready: (page) =>
    page
      .getByText(/for instance/)
      .first()
      .waitFor(),
});
await picture('permissions', '/console#permissions', {
  ready: async (page) => {
    await page.getByRole('button', { name: 'Light Agent: Card…' }).click();
    await page.frameLocator('iframe').getByRole('heading', { name: 'Notes' }).waitFor();
  },
});
await browser.close();
