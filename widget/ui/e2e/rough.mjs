// What is rough: names that are long, from right to left or of signs alone, hundreds of records, a Salesforce that refuses, and what the card
// may cost: bytes, milliseconds and movement.
import assert from 'node:assert/strict';
import {
  accessible,
  agent,
  ask,
  base,
  browser,
  finish,
  inSalesforce,
  narrowEnough,
  open,
  pictures,
  salesforce,
  session,
  step,
  until,
  watch,
} from './browser.mjs';

const names = {
  long: `${'Wolfeschlegelsteinhausenbergerdorff'.repeat(3).slice(0, 75)} the Third`,
  rtl: 'محمد عبد الرحمن بن عبد العزيز',
  emoji: '👩‍👩‍👧‍👦🦄🏳️‍🌈',
};

async function made(name, opportunities = 0) {
  const account = await inSalesforce('POST', 'sobjects/Account', { Name: `${name} & Söhne` });
  const contact = await inSalesforce('POST', 'sobjects/Contact', {
    ...(name.length > 80 ? { FirstName: name.slice(0, 39), LastName: name.slice(39) } : { LastName: name }),
    AccountId: account.id,
    Email: `rough-${Math.random().toString(36).slice(2)}@x.example`,
    Title: name,
  });
  for (let from = 0; from < opportunities; from += 200) {
    const records = Array.from({ length: Math.min(200, opportunities - from) }, (_, index) => ({
      attributes: { type: 'Opportunity' },
      Name: `${name} ${from + index}`,
      AccountId: account.id,
      StageName: 'Prospecting',
      CloseDate: '2030-01-31',
      Amount: 1000,
    }));
    await inSalesforce('POST', 'composite/sobjects', { allOrNone: true, records });
  }
  await until('the contact', async () => {
    const { customer } = await ask('query ($id: ID!) { customer(by: { salesforceId: $id }) { contact { name } } }', {
      id: contact.id,
    });
    return customer?.contact?.name;
  });
  return contact.id;
}

await step('names of any length and script fit the card, at 280 pixels and in both schemes', async () => {
  for (const [kind, name] of Object.entries(names)) {
    const id = await made(name);
    for (const scheme of ['light', 'dark']) {
      const page = await open(`/widget?salesforceId=${id}#token=${agent}`, 280, scheme);
      await page.getByRole('heading', { level: 1 }).getByText(name.slice(0, 20)).waitFor();
      await page.getByRole('heading', { name: 'Notes' }).waitFor();
      await narrowEnough(page, `a card with a name that is ${kind}`);
      await accessible(page, `a card with a name that is ${kind}`);
      await page.screenshot({ path: `${pictures}/name-${kind}-${scheme}.png`, fullPage: true });
      await page.close();
    }
  }
});

await step('500 opportunities are counted and added up whole, and five are listed', async () => {
  const id = await made('Of many deals', 500);
  const page = await open(`/widget?salesforceId=${id}#token=${agent}`, 340);
  await page.getByText('in 500 open opportunities').waitFor({ timeout: 60_000 });
  await page.getByText('500,000').first().waitFor();
  assert.equal(await page.locator('[data-section=opportunities] li.row').count(), 5);
  await page.getByRole('button', { name: 'Show more Opportunities' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-section=opportunities] li.row').length === 25);
  await page.close();
});

await step('what is known stands 100 ms after the answer, and little moves', async () => {
  const page = await browser.newPage({ viewport: { width: 340, height: 900 } });
  watch(page, 'the measured card');
  await page.addInitScript(() => {
    window.moved = 0;
    new window.PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    const before = window.fetch;
    window.fetch = async (...request) => {
      const response = await before(...request);
      if (String(request[1]?.body).includes('query Card')) {
        const body = await response.clone().text();
        window.answered = window.performance.now();
        window.known = JSON.parse(body).data.customer.contact.name;
      }
      return response;
    };
    const look = () => {
      if (!window.known || document.querySelector('h1')?.textContent !== window.known)
        return window.requestAnimationFrame(look);
      window.shown = window.performance.now();
    };
    window.requestAnimationFrame(look);
  });
  const waits = [];
  const moves = [];
  for (let turn = 0; turn < 3; turn++) {
    await page.goto(`${base}/widget?deskTicketId=${session.tickets[0].id}&turn=${turn}#token=${agent}`);
    await page.getByRole('heading', { name: 'Notes' }).waitFor();
    await page.waitForFunction(() => window.shown);
    await page.getByText('Reading from Salesforce…').first().waitFor({ state: 'detached' });
    waits.push(await page.evaluate(() => window.shown - window.answered));
    moves.push(await page.evaluate(() => window.moved));
  }
  await page.close();
  console.log(
    `    shown after ${waits.map((one) => one.toFixed(0)).join(', ')} ms, moved ${moves.map((one) => one.toFixed(3)).join(', ')}`,
  );
  assert.ok(Math.min(...waits) <= 100, `shown ${waits.join(', ')} ms after the answer`);
  // Opportunities stand above what is known at once: their place is kept, and may be a little off.
  assert.ok(Math.max(...moves) < 0.2, `moved ${moves.join(', ')}`);
});

await step('the console’s scripts and styles stay small', async () => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  watch(page, 'the measured console');
  const sizes = [];
  page.on('requestfinished', (request) => {
    if (request.url().includes('/assets/')) sizes.push(request.sizes());
  });
  await page.goto(`${base}/console`);
  await page.getByRole('heading', { name: 'Integration' }).waitFor();
  await page.waitForLoadState('load');
  const total = (await Promise.all(sizes)).reduce((sum, one) => sum + one.responseBodySize, 0);
  await page.close();
  console.log(`    the console: ${total} bytes of scripts and styles`);
  assert.ok(total > 10_000 && total < 90_000, `${total} bytes`);
});

await step(
  'a Salesforce that refuses, and one that is slow, are told apart from one without the customer',
  async () => {
    const script = async (method, rules) => {
      const response = await fetch(`${salesforce}/_sim/faults`, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: rules && JSON.stringify(rules),
      });
      assert.ok(response.ok, `${response.status} ${await response.text()}`);
    };
    const page = await open(`/widget?deskTicketId=${session.tickets[1].id}#token=${agent}`, 340);
    await page.getByRole('heading', { name: 'Notes' }).waitFor();
    const name = await page.getByRole('heading', { level: 1 }).textContent();
    const refuses = (method) => ({ kind: 'status', endpoint: `${method} /services/data/**`, status: 503, body: [] });
    await script('POST', { rules: [refuses('GET'), refuses('POST')] });
    await page.getByRole('button', { name: 'Refresh from Salesforce' }).click();
    await page
      .getByRole('alert')
      .getByText(/Salesforce does not answer/)
      .waitFor({ timeout: 30_000 });
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), name);
    await accessible(page, 'a card whose Salesforce refuses');
    await script('DELETE');
    await page.getByRole('button', { name: 'Refresh from Salesforce' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached', timeout: 30_000 });
    await page.close();
  },
);

await finish();
