// What the tests in a browser share. SIDELIGHT_URL names the running server, CHROMIUM the browser.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const base = process.env.SIDELIGHT_URL;
/** The simulated vendors that run beside the server. */
export const salesforce = process.env.SALESFORCE_URL;
export const desk = process.env.DESK_URL;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const pictures = process.env.PICTURES ?? 'test-results';
mkdirSync(pictures, { recursive: true });
export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
export const complaints = [];

export async function open(path, width = 1400, colorScheme = 'light', locale = 'en-US') {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, locale });
  watch(page, path);
  await page.goto(path === 'about:blank' ? path : base + path);
  return page;
}

/** Keeps what a page throws, and what its policy refuses. */
export function watch(page, path) {
  page.on('pageerror', (error) => complaints.push(`${path}: ${error}`));
  page.on(
    'console',
    (message) =>
      message.type() === 'error' &&
      /Content Security Policy|TypeError/.test(message.text()) &&
      complaints.push(`${path}: ${message.text().slice(0, 200)}`),
  );
}

export async function step(name, work) {
  const began = Date.now();
  await work();
  console.log(`ok  ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

/** Fails on anything that axe finds on the page as it stands. */
export async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  const found = violations.map((one) => `${what}: ${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
  assert.deepEqual(found, []);
}

export async function narrowEnough(page, what) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room + 1, `${what} is ${wide} pixels wide, of ${room}`);
}

/** Answers the question that is asked before something large, after reading it. */
export async function confirm(page, text, button) {
  const dialog = page.getByRole('dialog');
  await dialog.getByText(text).first().waitFor();
  await dialog
    .getByText(/0 records are deleted|cannot be taken back|In force/)
    .first()
    .waitFor();
  await accessible(page, `the question about ${button}`);
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Picks a field by typing, as a keyboard does. */
export async function pick(box, name) {
  await box.fill(name);
  await box.page().locator(`[data-field="${name}"]`).waitFor();
  await box.press('Enter');
}

/** The demo's tokens and tickets; null beside a server that is no demo. */
const answer = await fetch(`${base}/demo/session`);
export const session = answer.ok ? await answer.json() : null;
export const admin = session?.tokens.find((one) => one.scope === 'ADMIN').token;
export const agent = session?.tokens.find((one) => one.label === 'Support Manager').token;

/** Asks the API. */
export async function ask(query, variables = {}, token = admin) {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const body = await response.json();
  assert.equal(body.errors, undefined, JSON.stringify(body.errors));
  return body.data;
}

let grant = null;

/** Asks the simulated Salesforce as a user of its. */
export async function inSalesforce(method, path, body) {
  grant ??= (async () => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'demo',
      client_secret: 'demo-secret',
    });
    return (await (await fetch(`${salesforce}/services/oauth2/token`, { method: 'POST', body: form })).json())
      .access_token;
  })();
  const response = await fetch(`${salesforce}/services/data/v68.0/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await grant}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : null;
}

let deskGrant = null;

/** Asks the simulated Zoho Desk as an agent of its. */
export async function inDesk(method, path, body) {
  deskGrant ??= (async () => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'demo',
      client_secret: 'demo-secret',
      refresh_token: 'demo-refresh',
    });
    return (await (await fetch(`${desk}/oauth/v2/token`, { method: 'POST', body: form })).json()).access_token;
  })();
  const response = await fetch(`${desk}/api/v1/${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Zoho-oauthtoken ${await deskGrant}`,
      orgId: '700000001',
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : null;
}

/** Waits until something holds, asking again and again. */
export async function until(what, holds, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const got = await holds();
    if (got) return got;
    assert.ok(Date.now() < end, `${what} did not come`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

export async function finish() {
  await browser.close();
  assert.deepEqual(complaints, []);
}
