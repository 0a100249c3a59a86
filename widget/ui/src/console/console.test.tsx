import { act, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import type { FoundFragment } from '../generated/graphql';
import { csvLink } from './download';
import { useDraft } from './draft';
import { Asking, useAsk } from './parts/dialog';
import { readRoute, routeLink } from './route';
import { consentProblem } from './screens/connect';
import { failureFilter } from './screens/failures';
import { filterFacts, valuesOf } from './screens/filter';
import { problemsOf } from './screens/mapping';
import { forecastable, impact } from './screens/settings';
import { isShare, shareFacts } from './parts/share';
import { until } from './screens/tokens';

describe('the address', () => {
  it('names a screen with its filters, and what is unknown is the status', () => {
    const { screen: name, query } = readRoute('#failures?code=DUPLICATE&search=a%26b');
    expect([name, query.get('code'), query.get('search')]).toEqual(['failures', 'DUPLICATE', 'a&b']);
    expect(readRoute('#nonsense').screen).toBe('status');
    expect(routeLink('failures', { code: 'X', search: '', after: null })).toBe('#failures?code=X');
  });
  it('is a filter of failures: open ones unless it says otherwise, and nothing that it does not know', () => {
    expect(failureFilter(new URLSearchParams(''))).toEqual({ resolved: false });
    expect(
      failureFilter(new URLSearchParams('state=all&object=CONTACT&target=MOON&code=X&field=Email&search=a&cause=c1')),
    ).toEqual({ object: 'CONTACT', code: 'X', field: 'Email', search: 'a', cause: 'c1' });
    expect(csvLink('failures', { resolved: false, code: 'X', search: '' })).toBe(
      'export/failures.csv?resolved=false&code=X',
    );
  });
  it('puts no words of its own into the console’s mouth', () => {
    expect(consentProblem('?problem=Your+account+is+locked,+call+555')).toBeNull();
    expect(consentProblem('?problem=BAD_CREDENTIALS&side=desk')).toBe(
      'Zoho Desk was not connected: the client id or secret was refused.',
    );
    expect(consentProblem('')).toBeNull();
  });
});

describe('a draft', () => {
  it('survives leaving the screen, and ends when it says what is saved', () => {
    const first = renderHook(() => useDraft('x', { a: 1 }));
    void act(() => first.result.current.set({ a: 2 }));
    first.unmount();
    const second = renderHook(({ saved }) => useDraft('x', saved), { initialProps: { saved: { a: 1 } } });
    expect([second.result.current.value, second.result.current.changed]).toEqual([{ a: 2 }, true]);
    second.rerender({ saved: { a: 2 } });
    expect(second.result.current.changed).toBe(false);
    second.rerender({ saved: { a: 1 } });
    void act(() => second.result.current.discard());
    expect([second.result.current.value, second.result.current.changed]).toEqual([{ a: 1 }, false]);
  });
});

it('a mapping’s problem stands on the row that it is about', () => {
  const problem = (desk: string | null, salesforce: string | null): FoundFragment => ({
    severity: 'ERROR',
    code: 'X',
    message: '',
    desk,
    salesforce,
  });
  const row = { desk: 'email', salesforce: 'Email' };
  expect(problemsOf([problem('email', 'Phone')], row)).toEqual([]);
  expect(
    problemsOf([problem('email', 'Email'), problem('email', null), problem(null, 'Email'), problem(null, null)], row),
  ).toHaveLength(3);
});

describe('what a change would do', () => {
  const counts = { linkedContacts: 595, linkedAccounts: 58, openFailures: 0, openConflicts: 0, pending: 0 };
  const policies = {
    direction: 'TWO_WAY',
    conflictPolicy: 'LATEST_WINS',
    deletePolicy: 'RESTORE_ON_UPDATE',
    historyDays: 90,
    matchSecondaryEmail: false,
    agentCards: 'ANY_CUSTOMER',
  } as const;
  it('is said with figures before a filter is saved', () => {
    const none = { conditions: [], leaving: 'KEEP' } as const;
    const some = {
      conditions: [{ side: 'DESK', field: 'email', op: 'NOT_BLANK', values: '' }],
      leaving: 'UNLINK',
    } as const;
    expect(filterFacts(none, some, 'Contacts', 595).join(' ')).toMatch(
      /595 linked pairs.*taken apart: up to 595.*0 records are deleted/,
    );
    expect(filterFacts(some, none, 'Contacts', 595).join(' ')).not.toContain('taken apart');
  });
  it('names only what changes of the policies', () => {
    expect(impact(policies, { ...policies, direction: 'SALESFORCE_TO_DESK' }, { counts }).join(' ')).toMatch(
      /no longer reach Salesforce.*595 linked contacts and 58 linked accounts/,
    );
    expect(impact(policies, { ...policies, historyDays: 30 }, { counts })).toHaveLength(2);
    expect(impact(policies, policies, { counts })).toHaveLength(1);
    expect(impact(policies, { ...policies, agentCards: 'VISIBLE_TICKETS' }, { counts }).join(' ')).toMatch(
      /tickets that Zoho Desk shows them, and nobody else.*no lists/,
    );
    const second = { ...policies, matchSecondaryEmail: true };
    expect(impact(policies, second, { counts }, ['Contacts: 3 more pairs would be linked.'])).toEqual([
      'Contacts are also linked by a second email from now on; each keeps its own emails.',
      'Contacts: 3 more pairs would be linked.',
      '0 records are deleted on either side.',
    ]);
    expect([forecastable(policies, second), forecastable(policies, { ...policies, historyDays: 1 })]).toEqual([
      true,
      false,
    ]);
  });
  it('is said in calls before another share is kept for agents', () => {
    const budget = { limit: 1000, resetsAt: null, keptForAgents: 200, keptPercent: 20 };
    const budgets = [
      { ...budget, side: 'DESK', used: 600 },
      { ...budget, side: 'SALESFORCE', used: 100 },
    ] as const;
    expect(shareFacts(20, 45, [...budgets])).toEqual([
      'From 20 % to 45 % of each vendor’s daily calls.',
      'Zoho Desk: 450 of 1,000 calls are kept for agents, 550 are the sync’s; 600 are used.',
      'Zoho Desk: the sync has used its share, and waits.',
      'Salesforce: 450 of 1,000 calls are kept for agents, 550 are the sync’s; 100 are used.',
    ]);
    expect(shareFacts(20, null, [])).toEqual([
      'The server’s own setting holds again; it is told once both clients keep to it.',
    ]);
    expect([4, 5, 95, 96, 7.5, NaN].map(isShare)).toEqual([false, true, true, false, false, false]);
  });
  it('is done only when it is meant', async () => {
    const answers: boolean[] = [];
    const Button = () => {
      const ask = useAsk();
      return (
        <button
          onClick={() =>
            void ask({ title: 'Delete?', facts: ['595 pairs'], confirm: 'Do it', word: 'delete' }).then((meant) =>
              answers.push(meant),
            )
          }
        >
          begin
        </button>
      );
    };
    render(
      <Asking>
        <Button />
      </Asking>,
    );
    fireEvent.click(screen.getByText('begin'));
    expect(screen.getByText('595 pairs')).toBeTruthy();
    const confirm = screen.getByText<HTMLButtonElement>('Do it');
    expect(confirm.disabled).toBe(true);
    fireEvent.click(screen.getByText('Cancel'));
    await waitFor(() => expect(answers).toEqual([false]));
    fireEvent.click(screen.getByText('begin'));
    fireEvent.input(screen.getByLabelText('Type delete to confirm'), { target: { value: 'delete' } });
    fireEvent.submit(screen.getByText('Do it').closest('form')!);
    await waitFor(() => expect(answers).toEqual([false, true]));
  });
});

it('a token’s end is said as it is', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');
  expect(until({ expiresAt: null, revokedAt: null }, now)).toBe('no end, until it is revoked');
  expect(until({ expiresAt: '2026-07-01T00:00:00Z', revokedAt: null }, now)).toMatch(/2026/);
  expect(until({ expiresAt: '2026-05-01T00:00:00Z', revokedAt: null }, now)).toMatch(/^ended /);
  expect(until({ expiresAt: null, revokedAt: '2026-05-01T00:00:00Z' }, now)).toMatch(/^revoked /);
});

it('lists are read as people write them', () => {
  expect(valuesOf('IN', ' Gold, Silver ,,')).toEqual(['Gold', 'Silver']);
  expect(valuesOf('EQUALS', ' Doe, Jane ')).toEqual(['Doe, Jane']);
  expect(valuesOf('IS_BLANK', 'left over')).toEqual([]);
});
