import { act, renderHook, waitFor } from '@testing-library/preact';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../api/client';
import { Session } from '../api/session';
import type { CustomerKey } from '../generated/graphql';
import { useCard } from './use-card';

interface Asked {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Answer = { readonly status?: number; readonly body: unknown };

const contact = {
  id: 'c',
  deskId: 'd',
  salesforceId: 's',
  salesforceUrl: null,
  name: 'Ann',
  title: null,
  department: null,
  email: null,
  phone: null,
  mobile: null,
  mailingAddress: null,
  owner: null,
  fields: [],
};
const page = { totalCount: 0, more: false, sums: [], nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
const related = {
  openOpportunities: page,
  closedOpportunities: page,
  notes: page,
  openTasks: page,
  doneTasks: page,
  events: page,
};
const layout = { parts: ['OPPORTUNITIES', 'CONTACT'], tellHidden: false, contactFields: [], accountFields: [] };
const card = (name = 'Ann', stale = false): Answer => ({
  body: {
    data: {
      viewer: { access: { visible: true, link: false }, card: layout, integrationStatus: 'ACTIVE' },
      customer: { asOf: '2026-01-01T00:00:00Z', stale, contact: { ...contact, name }, account: null },
    },
  },
});
const sections = (stale = false): Answer => ({
  body: { data: { customer: { asOf: '2026-01-01T00:00:00Z', stale, contact: { id: 'c', ...related } } } },
});
const nobody = (integrationStatus: string): Answer => ({
  body: {
    data: { viewer: { access: { visible: true, link: false }, card: layout, integrationStatus }, customer: null },
  },
});
const down: Answer = {
  body: {
    data: {
      viewer: { access: { visible: true, link: false }, card: layout, integrationStatus: 'ACTIVE' },
      customer: null,
    },
    errors: [{ message: 'no', path: ['customer'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
  },
};

/** A server that answers by operation. Requests wait where the answer is a promise. */
function serve(answers: Readonly<Record<string, () => Answer | Promise<Answer>>>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    const { query, variables } = JSON.parse(init.body as string) as {
      query: string;
      variables: Record<string, unknown>;
    };
    const operation = /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1] ?? '';
    if (operation === 'CardChanged')
      return new Promise<Response>((_, reject) =>
        init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
      );
    asked.push({ operation, variables });
    const answer = await (answers[operation]?.() ?? { status: 500, body: {} });
    return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200 });
  });
  return asked;
}

const hook = (key: CustomerKey = { deskTicketId: '1' }, token: string | null = 't') => {
  const session = new Session('test', () => 'https://server.example/');
  session.set(token ? { token } : null);
  const client = new Client('https://server.example/graphql', session);
  return renderHook(({ of, as }: { of: CustomerKey; as: string | null }) => useCard(client, of, as), {
    initialProps: { of: key, as: token },
  });
};

beforeEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('useCard', () => {
  it('shows the profile before the related records have come, and asks for those of the contact alone', async () => {
    let release: (answer: Answer) => void = () => undefined;
    const asked = serve({ Card: () => card(), Sections: () => new Promise<Answer>((done) => (release = done)) });
    const { result } = hook();
    await waitFor(() => expect(result.current.shown?.card.contact?.name).toBe('Ann'));
    expect(result.current.shown?.sections).toBeNull();
    await waitFor(() =>
      expect(asked[1]).toEqual({
        operation: 'Sections',
        variables: { by: { deskTicketId: '1' }, contact: true, account: false },
      }),
    );
    void act(() => release(sections()));
    await waitFor(() => expect(result.current.shown?.sections?.contact?.notes?.totalCount).toBe(0));
    expect(result.current.busy).toBe(false);
  });

  it('keeps what was known when a later request fails, and says why', async () => {
    let fails = false;
    serve({
      Card: () => (fails ? down : card()),
      Sections: () => sections(),
      Refresh: () => ({ status: 503, body: 'gone' }),
    });
    const { result } = hook();
    await waitFor(() => expect(result.current.busy).toBe(false));
    fails = true;
    void act(() => result.current.load());
    await waitFor(() => expect(result.current.errorCode).toBe('UPSTREAM_UNAVAILABLE'));
    expect([result.current.phase, result.current.shown?.card.contact?.name]).toEqual(['shown', 'Ann']);
  });

  it('says during an outage that a refresh brought nothing new', async () => {
    serve({
      Card: () => card(),
      Sections: () => sections(),
      Refresh: () => ({
        body: {
          data: {
            refreshCustomer: {
              asOf: '2026-01-01T00:00:00Z',
              stale: true,
              contact: { ...contact, ...related },
              account: null,
            },
          },
        },
      }),
    });
    const { result } = hook();
    await waitFor(() => expect(result.current.busy).toBe(false));
    void act(() => result.current.refresh());
    await waitFor(() => expect(result.current.errorCode).toBe('UPSTREAM_UNAVAILABLE'));
    expect(result.current.shown?.card.contact?.name).toBe('Ann');
  });

  it('tells a customer that is not there from one that may still come', async () => {
    serve({ Card: () => nobody('LOADING') });
    const { result } = hook();
    await waitFor(() => expect([result.current.phase, result.current.integration]).toEqual(['nobody', 'LOADING']));
  });

  it('asks a stale card again until it is fresh', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let stale = true;
    const asked = serve({ Card: () => card('Ann', stale), Sections: () => sections() });
    const { result } = hook();
    await waitFor(() => expect(result.current.busy).toBe(false));
    stale = false;
    await act(async () => {
      await vi.advanceTimersByTimeAsync(2_100);
    });
    await waitFor(() => expect(result.current.shown?.card.stale).toBe(false));
    const count = asked.length;
    await act(async () => {
      await vi.advanceTimersByTimeAsync(60_000);
    });
    expect(asked.length).toBe(count);
  });

  it('shows nothing of one caller to the next, and nothing of one customer as another', async () => {
    let name = 'Ann';
    serve({ Card: () => card(name), Sections: () => sections() });
    const { result, rerender } = hook();
    await waitFor(() => expect(result.current.shown?.card.contact?.name).toBe('Ann'));
    rerender({ of: { deskTicketId: '1' }, as: null });
    await waitFor(() => expect([result.current.phase, result.current.shown]).toEqual(['signed-out', null]));
    name = 'Bob';
    rerender({ of: { deskTicketId: '2' }, as: 'other' });
    await waitFor(() => expect(result.current.shown?.card.contact?.name).toBe('Bob'));
  });

  it('is hidden where the profile may not see the integration, and signed out where the token is over', async () => {
    serve({
      Card: () => ({
        body: { data: { viewer: { access: { visible: false }, integrationStatus: 'ACTIVE' }, customer: null } },
      }),
    });
    const { result } = hook();
    await waitFor(() => expect(result.current.phase).toBe('hidden'));
    serve({
      Card: () => ({ status: 401, body: { errors: [{ message: 'over', extensions: { code: 'UNAUTHENTICATED' } }] } }),
    });
    const other = hook();
    await waitFor(() => expect(other.result.current.phase).toBe('signed-out'));
  });

  it('says where there is a card, when agents are shown the customers of their tickets alone', async () => {
    serve({
      Card: () => ({
        body: {
          data: { viewer: { access: { visible: true, link: false }, integrationStatus: 'ACTIVE' }, customer: null },
          errors: [{ message: 'agentCards', path: ['customer'], extensions: { code: 'FORBIDDEN' } }],
        },
      }),
    });
    const { result, rerender } = hook();
    rerender({ of: { deskContactId: '1' }, as: 'token' });
    await waitFor(() => expect(result.current.phase).toBe('tickets'));
    rerender({ of: { deskTicketId: '1' }, as: 'token' });
    await waitFor(() => expect(result.current.phase).toBe('hidden'));
  });
});
