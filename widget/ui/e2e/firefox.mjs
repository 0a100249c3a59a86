// Walks the demo's pages in Firefox, which speaks WebDriver BiDi itself. FIREFOX names the browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import puppeteer from 'puppeteer-core';
import { agent, ask, base, browser as chromium, inSalesforce, pictures, session, step } from './browser.mjs';

await chromium.close();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const complaints = [];

/** Firefox tells its scheme and languages at its start. */
const launch = (dark, languages) =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX,
    headless: true,
    extraPrefsFirefox: {
      'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
      'intl.accept_languages': languages,
    },
  });

async function open(firefox, path, width) {
  const page = await firefox.newPage();
  await page.setViewport({ width, height: 900 });
  page.on('pageerror', (error) => complaints.push(`${path}: ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content-Security-Policy|TypeError/.test(message.text())) {
      complaints.push(`${path}: ${message.text().slice(0, 200)}`);
    }
  });
  await page.goto(base + path);
  return page;
}

/** Fails on anything that axe finds on the page as it stands, and on a page wider than its window. */
async function wellFormed(page, what) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    const [wide, room] = [document.documentElement.scrollWidth, innerWidth];
    return [
      ...violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`),
      ...(wide > room + 1 ? [`${wide} pixels wide, of ${room}`] : []),
    ];
  });
  assert.deepEqual(found, [], what);
}

const role = (page, kind, name) => page.locator(`::-p-aria([role="${kind}"][name="${name}"])`).setTimeout(20_000);
const text = (page, words) => page.waitForSelector(`::-p-text(${words})`, { timeout: 60_000 });
const focused = (page) => page.evaluate(() => document.activeElement?.textContent ?? '');

const screens = [
  ...['status', 'setup', 'connect', 'mapping', 'permissions', 'history', 'failures'],
  ...['conflicts', 'compare', 'tokens', 'people', 'audit', 'settings'],
];
const card = (token) => `/widget?deskTicketId=${session.tickets[0].id}#token=${token}`;

const bright = await launch(false, 'en-US, en');

await step('Firefox: the ticket page shows the customer', async () => {
  const page = await open(bright, '/ticket', 1400);
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame.waitForSelector('::-p-text(Opportunities)');
  await frame.waitForSelector('::-p-aria([role="heading"][name="Notes"])');
  await page.screenshot({ path: `${pictures}/firefox-ticket.png` });
  await page.close();
});

await step('Firefox: a change in Salesforce reaches an open card', async () => {
  const page = await open(bright, card(agent), 340);
  await text(page, 'Notes');
  const { customer } = await ask(
    `{ customer(by: {deskTicketId: "${session.tickets[0].id}"}) { contact { salesforceId } } }`,
    {},
    agent,
  );
  const title = `Title ${Date.now()}`;
  await inSalesforce('PATCH', `sobjects/Contact/${customer.contact.salesforceId}`, { Title: title });
  await text(page, title);
  await page.close();
});

await step('Firefox: why a value is here is told by keyboard alone', async () => {
  const page = await open(bright, card(agent), 340);
  await text(page, 'Notes');
  const isWhy = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  for (let presses = 0; !/Why is this value/.test(await isWhy()); presses++) {
    assert.ok(presses < 60, 'the keyboard does not reach the button');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('[aria-expanded="true"]');
  await wellFormed(page, 'the card');
  await page.close();
});

await step('Firefox: the console pauses and resumes, and a question gives the focus back', async () => {
  const page = await open(bright, '/console', 1400);
  await role(page, 'button', 'Pause').click();
  await role(page, 'button', 'Resume').click();
  await role(page, 'button', 'Pause').wait();
  await page.goto(`${base}/console#connect`);
  await role(page, 'button', 'Disconnect').click();
  await page.waitForSelector('[role="dialog"], dialog[open]');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('[role="dialog"], dialog[open]'));
  assert.match(await focused(page), /Disconnect/);
  await page.close();
});

await step('Firefox: GraphiQL loads and asks', async () => {
  const page = await open(bright, '/graphiql', 1400);
  await text(page, 'NAME_ASC'); // the editor has taken the example
  await page.click('.graphiql-execute-button');
  await text(page, 'demo:Admin');
  await page.close();
});

async function walk(firefox, width, name) {
  const page = await open(firefox, '/console', width);
  for (const screen of screens) {
    await page.goto(`${base}/console#${screen}`);
    await page.waitForFunction(
      () => document.querySelector('main h1') && !document.querySelector('main [aria-busy="true"]'),
    );
    await wellFormed(page, `${screen} ${name}`);
    await page.screenshot({ path: `${pictures}/firefox-${screen}-${name}.png`, fullPage: true });
  }
  await page.close();
}

await step('Firefox: every screen is accessible and fits at 1400 pixels', () => walk(bright, 1400, 'light'));
await bright.close();

const dim = await launch(true, 'pt-BR, pt');
await step('Firefox: every screen is accessible and fits at 280 pixels, dark, in Portuguese', () =>
  walk(dim, 280, 'dark-pt'),
);
await step('Firefox: the card is accessible and fits as each profile, dark, in Portuguese', async () => {
  for (const { label, token, scope } of session.tokens) {
    if (scope !== 'AGENT') continue;
    const page = await open(dim, card(token), 280);
    await text(page, 'Conta');
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'pt-BR');
    await wellFormed(page, `the card of ${label}`);
    await page.screenshot({ path: `${pictures}/firefox-card-${label.replaceAll(' ', '-')}.png`, fullPage: true });
    await page.close();
  }
});
await dim.close();
assert.deepEqual(complaints, []);
