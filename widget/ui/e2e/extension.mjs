// Drives the widget inside a stand-in of Zoho Desk, and GraphiQL, in a real browser.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { base, browser, complaints, finish, open, pictures, session, step } from './browser.mjs';

await step('the extension shows the customer inside Zoho Desk, and follows the agent to the next ticket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-'));
  execFileSync('node', ['scripts/extension.mjs', 'https://sync.example.com', join(folder, 'extension.zip')]);
  const files = unzipSync(readFileSync(join(folder, 'extension.zip')));
  rmSync(folder, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 280, height: 900 } });
  page.on('pageerror', (error) => complaints.push(`extension: ${error}`));
  await page.route('https://js.zohostatic.com/**', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `window.ZOHODESK = {
    shift: null,
    ticket: ${JSON.stringify(session.tickets[0].id)},
    extension: { onload: async () => ({ instance: { on: (name, work) => { if (name === 'ticket_Shift') ZOHODESK.shift = work; } } }) },
    get: async (name) => {
      if (name === 'extension.config') return { 'extension.config': [{ name: 'server_url', value: 'https://sync.example.com' }] };
      if (name === 'ticket') return { status: 'success', ticket: { id: ZOHODESK.ticket } };
      throw new Error('no such record here');
    },
  };`,
    }),
  );
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
  await page.route('https://desk.zappsusercontent.com/**', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const file = files[name];
    return file
      ? route.fulfill({ contentType: types[name.replace(/.*\./, '')], body: Buffer.from(file) })
      : route.fulfill({ status: 404 });
  });
  await page.route('https://sync.example.com/**', async (route) => {
    // Playwright hands an answer over when it has ended: one that lasts never would.
    if (route.request().headers().accept === 'text/event-stream') return route.abort();
    return route.fulfill({
      response: await route.fetch({ url: route.request().url().replace('https://sync.example.com', base) }),
    });
  });
  await page.goto(
    `https://desk.zappsusercontent.com/app/widget.html#token=${session.tokens.find((one) => one.scope === 'AGENT').token}`,
  );
  const heading = page.getByRole('heading', { level: 1 });
  await heading.waitFor();
  const first = await heading.textContent();
  await page.screenshot({ path: `${pictures}/extension.png` });
  await page.evaluate((id) => {
    ZOHODESK.ticket = id;
    ZOHODESK.shift();
  }, session.tickets[1].id);
  await page.waitForFunction((name) => {
    const now = document.querySelector('h1')?.textContent;
    return now && now !== name;
  }, first);
  await page.unrouteAll({ behavior: 'ignoreErrors' }); // one may be on its way
  await page.close();
});

await step('GraphiQL loads the schema and runs', async () => {
  const page = await open('/graphiql');
  await page.getByText('NAME_ASC').waitFor(); // the editor has taken the example
  await page.getByRole('button', { name: /Execute/ }).click();
  await page.getByText('demo:Admin').waitFor();
  await page.close();
});

await finish();
