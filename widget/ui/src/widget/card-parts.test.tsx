import { fireEvent, render, screen } from '@testing-library/preact';
import type { JSX } from 'preact';
import { describe, expect, it } from 'vitest';
import { Client } from '../api/client';
import { Session } from '../api/session';
import type { CardFieldFragment, CardFragment, OpportunitiesFragment } from '../generated/graphql';
import { CardProvider } from './context';
import { customerName } from './header';
import { ContactInfo, story } from './info';
import { worth } from './opportunities';
import { Parts } from './parts';
import { owners, section, splitEvents, unfinished } from './sections';
import type { Shown } from './use-card';

const none = { denied: [], problems: [] };
const now = Date.parse('2026-06-01T12:00:00Z');
const contact = {
  id: '1',
  deskId: 'd',
  salesforceId: 's',
  salesforceUrl: null,
  name: 'Ann',
  title: null,
  department: null,
  email: 'ann@x.example',
  phone: '+49 (30) 123-45 ext. 6',
  mobile: null,
  mailingAddress: null,
  owner: null,
  fields: [],
};
const opportunities = (part: Partial<OpportunitiesFragment>): OpportunitiesFragment => ({
  totalCount: 2,
  more: false,
  sums: [],
  nodes: [],
  pageInfo: { hasNextPage: false, endCursor: null },
  ...part,
});

describe('what is hidden', () => {
  it('is not called absent', () => {
    const card = { asOf: null, stale: false, contact: { ...contact, name: null }, account: null } as CardFragment;
    expect(customerName(card, none)).toBe('No name');
    expect(customerName(card, { ...none, denied: [{ field: 'Contact.name', needs: 'CONTACT_INFO' }] })).toBe(
      'Name hidden for your profile',
    );
    expect(worth(opportunities({ sums: [{ amount: null, currency: null }] }), none)).toBe('No amount');
    expect(
      worth(opportunities({ sums: null }), { ...none, denied: [{ field: 'Opportunity.amount', needs: null }] }),
    ).toBe('Amounts are hidden for your profile');
  });
  it('disappears as a section, where one that could not be read says so', () => {
    expect(
      section(null, 'openTasks', 'tasks', { ...none, denied: [{ field: 'Contact.tasks', needs: 'TASKS' }] }),
    ).toEqual({ state: 'denied' });
    const unread = {
      ...none,
      problems: [{ message: '', code: 'UPSTREAM_UNAVAILABLE', path: ['customer', 'contact', 'openTasks'] }],
    };
    expect(section(null, 'openTasks', 'tasks', unread)).toEqual({ state: 'unavailable', code: 'UPSTREAM_UNAVAILABLE' });
    expect(unfinished({ asOf: null, stale: false, contact: null }, unread)).toBe(true);
  });
});

describe('a part that the profile may not see', () => {
  const shown = (change: Partial<Shown>): Shown => ({
    card: { asOf: null, stale: false, contact, account: null },
    aside: none,
    layout: { parts: ['CONTACT', 'OPPORTUNITIES', 'NOTES'], tellHidden: false, contactFields: [], accountFields: [] },
    access: {
      visible: true,
      link: false,
      opportunities: true,
      notes: true,
      events: true,
      tasks: true,
      hiddenFields: [],
    },
    sections: null,
    sectionsAside: none,
    receivedAt: now,
    ...change,
  });
  const client = new Client('https://server.example/graphql', new Session('test', () => 'https://server.example/'));
  const Drawn = ({ shown: of }: { shown: Shown }): JSX.Element => (
    <CardProvider value={{ client, by: { deskTicketId: '1' }, ...owners(of.card) }}>
      <Parts shown={of} now={now} />
    </CardProvider>
  );
  const headings = (of: Shown): (string | null)[] => {
    const { unmount } = render(<Drawn shown={of} />);
    const texts = screen.getAllByRole('heading').map((one) => one.textContent);
    unmount();
    return texts;
  };
  const without = { ...shown({}).access, opportunities: false };
  const row = {
    id: 'o',
    salesforceUrl: null,
    name: 'Secret deal',
    stage: null,
    amount: '5',
    currency: 'USD',
    probability: null,
    closeDate: null,
    open: true,
    won: false,
    role: null,
  };
  const read = {
    asOf: null,
    stale: false,
    contact: {
      id: '1',
      openOpportunities: opportunities({ nodes: [row] }),
      closedOpportunities: opportunities({ totalCount: 0 }),
      notes: { totalCount: 0, more: false, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } },
      openTasks: null,
      doneTasks: null,
      events: null,
    },
  };

  it('is not drawn while the related records are still being read', () => {
    expect(headings(shown({}))).toEqual(['Contact', 'Opportunities', 'Notes']);
    expect(headings(shown({ access: without }))).toEqual(['Contact', 'Notes']);
    const single = { ...shown({}).access, hiddenFields: ['Contact.opportunities', 'Account.notes'] };
    expect(headings(shown({ access: single }))).toEqual(['Contact', 'Notes']);
  });

  it('goes at once when the switch is turned off, though its rows were read before', () => {
    expect(headings(shown({ sections: read }))).toContain('Opportunities');
    render(<Drawn shown={shown({ sections: read, access: without })} />);
    expect(screen.queryByText('Secret deal')).toBeNull();
    expect(screen.queryByRole('heading', { name: 'Opportunities' })).toBeNull();
  });

  it('is named where the admin wants it to be', () => {
    const layout = { ...shown({}).layout, parts: ['OPPORTUNITIES' as const], tellHidden: true };
    render(<Drawn shown={shown({ layout, access: without })} />);
    expect(screen.getByText('Hidden for your profile')).toBeTruthy();
    expect(screen.queryByText('Reading from Salesforce…')).toBeNull();
  });
});

it('sums are exact, apart by currency, and say where there is more', () => {
  const sums = [
    { amount: '338500', currency: 'USD' },
    { amount: '0.10', currency: 'EUR' },
  ];
  expect(worth(opportunities({ sums }), none)).toBe('$338,500 + €0.10');
  expect(worth(opportunities({ sums, more: true }), none)).toBe('$338,500 + €0.10 or more');
});

describe('why a value is here', () => {
  const field: CardFieldFragment = {
    name: 'Email',
    label: 'Email',
    value: 'ann@x.example',
    source: 'DESK',
    changedAt: '2026-06-01T11:00:00Z',
    rule: 'TWO_WAY',
    replaced: 'old@x.example',
  };
  it('tells source, time, rule and what it replaced', () => {
    expect(story(field, now)).toMatch(
      /^Set in Zoho Desk, 1 hr\. ago \(.*2026.*\)\. Replaced “old@x\.example”\. Rule: Two-way\.$/,
    );
    expect(story({ ...field, replaced: null }, now)).toContain('The field was blank before.');
    expect(story({ ...field, source: null }, now)).toContain('the sync has written none since');
  });
  it('stands behind a button on the line of the field', () => {
    render(<ContactInfo contact={{ ...contact, fields: [field] }} order={[]} now={now} />);
    const button = screen.getByRole('button', { name: 'Why is this value of Email here?' });
    expect(button.getAttribute('aria-expanded')).toBe('false');
    fireEvent.click(button);
    expect(button.getAttribute('aria-expanded')).toBe('true');
    expect(screen.getByText(/Set in Zoho Desk/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'ann@x.example' }).getAttribute('href')).toBe('mailto:ann@x.example');
    expect(screen.getByRole('link', { name: contact.phone }).getAttribute('href')).toBe('tel:+493012345,6');
  });
});

it('fields stand in the order of the layout, and those that it names are not folded away', () => {
  const fields = Array.from({ length: 7 }, (_, index) => ({
    name: `Extra${index}__c`,
    label: `Extra ${index}`,
    value: 'x',
    source: null,
    changedAt: null,
    rule: null,
    replaced: null,
  }));
  const labels = (order: readonly string[]): (string | null)[] => {
    const { container, unmount } = render(<ContactInfo contact={{ ...contact, fields }} order={order} now={now} />);
    const texts = [...container.querySelectorAll('dt')].map((one) => one.textContent);
    unmount();
    return texts;
  };
  const usual = ['Email', 'Phone', 'Extra 0', 'Extra 1', 'Extra 2', 'Extra 3'];
  expect(labels([])).toEqual(usual);
  expect(labels(['Extra6__c', 'phone', 'gone__c'])).toEqual(['Extra 6', 'Phone', 'Email', ...usual.slice(2)]);
});

const bare = { asOf: null, stale: false };
const account = { id: '2' } as unknown as CardFragment['account'];

it('related records are the contact’s, or an account’s without one', () => {
  expect(owners({ ...bare, contact, account })).toEqual({ contact: true, account: false });
  expect(owners({ ...bare, contact: null, account })).toEqual({ contact: false, account: true });
});

it('events to come are soonest first, those behind latest first, and one under way is to come', () => {
  const event = (id: string, startsAt: string, endsAt: string | null) => ({ id, startsAt, endsAt });
  const { upcoming, past } = splitEvents(
    [
      event('far', '2026-07-01T00:00:00Z', null),
      event('now', '2026-06-01T11:00:00Z', '2026-06-01T13:00:00Z'),
      event('old', '2026-01-01T00:00:00Z', null),
      event('older', '2025-01-01T00:00:00Z', null),
    ],
    now,
  );
  expect([upcoming.map((e) => e.id), past.map((e) => e.id)]).toEqual([
    ['now', 'far'],
    ['old', 'older'],
  ]);
});
