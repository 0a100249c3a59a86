import { fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import { Client } from '../api/client';
import { Session } from '../api/session';
import { Asking } from './parts/dialog';
import { Halted, isChoice, sidesOf } from './parts/halted';
import { ClientContext } from './use';

interface Asked {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Draws a halted integration beside a server that does what it is asked, and tells what it was asked. */
function halted(reasonCode: string, reason: string): { asked: Asked[]; done: ReturnType<typeof vi.fn> } {
  const asked: Asked[] = [];
  const done = vi.fn();
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    const { query, variables } = JSON.parse(init.body as string) as { query: string } & Pick<Asked, 'variables'>;
    const operation = /mutation (\w+)/.exec(query)?.[1] ?? '';
    asked.push({ operation, variables });
    return Promise.resolve(new Response(JSON.stringify({ data: { takeOrganization: { status: 'READY' } } })));
  });
  const session = new Session('test', () => 'https://server.example/');
  session.set({ token: 't' });
  const counts = { linkedContacts: 595, linkedAccounts: 58, openFailures: 0, openConflicts: 0, pending: 0 };
  render(
    <ClientContext.Provider value={new Client('https://server.example/graphql', session)}>
      <Asking>
        <Halted of={{ reasonCode, reason, deletePolicy: 'STAY_DELETED', counts }} done={done} />
      </Asking>
    </ClientContext.Provider>,
  );
  return { asked, done };
}

const other = 'Salesforce leads to another organization (B) than the one whose records are linked (A).';

afterEach(() => vi.unstubAllGlobals());

it('another organization is taken as new only with its impact named and the word typed', async () => {
  const { asked, done } = halted('OTHER_ORGANIZATION', other);
  expect(screen.getByRole('link', { name: 'Connect the earlier one again' }).getAttribute('href')).toBe('#connect');
  expect(screen.queryByText(/treat each as deleted/)).toBeNull();
  expect(screen.queryByText('Take Zoho Desk as new…')).toBeNull();
  fireEvent.click(screen.getByText('Take Salesforce as new…'));
  expect(screen.getByText('595 linked contacts and 58 linked accounts are taken apart.')).toBeTruthy();
  expect(screen.getByText('0 records are deleted on either side.')).toBeTruthy();
  const confirm = screen.getByText<HTMLButtonElement>('Take as new');
  expect(confirm.disabled).toBe(true);
  fireEvent.input(screen.getByLabelText('Type new to confirm'), { target: { value: 'new' } });
  fireEvent.submit(confirm.closest('form')!);
  await waitFor(() =>
    expect(done).toHaveBeenCalledWith('Salesforce was taken as new. Start the first sync when you are ready.'),
  );
  expect(asked).toEqual([{ operation: 'TakeOrganization', variables: { side: 'SALESFORCE', confirm: 'new' } }]);
});

it('records that are gone without a trace can be treated as deleted, after a question', async () => {
  const { asked, done } = halted('GONE_WITHOUT_TRACE', 'Zoho Desk no longer has 40 records.');
  expect(screen.getByText('Take Zoho Desk as new…')).toBeTruthy();
  fireEvent.click(screen.getByText('Go on, and treat each as deleted…'));
  expect(screen.getByText('When its counterpart changes: Leave it deleted.')).toBeTruthy();
  fireEvent.click(screen.getByText('Cancel'));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked).toEqual([]);
  fireEvent.click(screen.getByText('Go on, and treat each as deleted…'));
  fireEvent.submit(screen.getByText('Resume').closest('form')!);
  await waitFor(() => expect(done).toHaveBeenCalledWith(''));
  expect(asked.map((one) => one.operation)).toEqual(['ResumeSync']);
});

it('a reason that the page does not know offers no choice, and one that names no side offers both', () => {
  expect(['OTHER_ORGANIZATION', 'WENT_BACK', 'SIDE_UNUSABLE', 'OF_TOMORROW', null].map(isChoice)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(sidesOf('The Zoho Desk side is older')).toEqual(['DESK']);
  expect(sidesOf(null)).toEqual(['SALESFORCE', 'DESK']);
});
