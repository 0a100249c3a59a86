import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { codeOf, type Client } from '../api/client';
import {
  CardChangedDocument,
  CardDocument,
  RefreshDocument,
  SectionsDocument,
  type CardFragment,
  type CardQuery,
  type CustomerKey,
  type IntegrationStatus,
  type SectionsFragment,
} from '../generated/graphql';
import { keyText } from '../lib/key';
import { isDenied, owners, unfinished, type Aside } from './sections';

/** What is known of one customer; `receivedAt` is the local time at which the last answer came. */
export interface Shown {
  readonly card: CardFragment;
  readonly aside: Aside;
  readonly layout: CardQuery['viewer']['card'];
  /** What the profile may see and do. It is known before the related records are. */
  readonly access: CardQuery['viewer']['access'];
  /** Null until the related records have come for the first time. */
  readonly sections: SectionsFragment | null;
  readonly sectionsAside: Aside;
  readonly receivedAt: number;
}

export interface CardState {
  readonly phase: 'loading' | 'shown' | 'nobody' | 'hidden' | 'tickets' | 'signed-out' | 'failed';
  /** Kept while a later request fails, so that the agent goes on seeing what was known. */
  readonly shown: Shown | null;
  readonly errorCode: string | null;
  readonly busy: boolean;
  /** Where the integration stands, for a customer that was not found. */
  readonly integration: IntegrationStatus | null;
}

const nothing: Aside = { denied: [], problems: [] };
const start: CardState = { phase: 'loading', shown: null, errorCode: null, busy: true, integration: null };

// A stale card is being read again by the server, and some failures pass by themselves: ask again soon, then ever more seldom.
const retries = [2_000, 4_000, 8_000, 15_000, 30_000];
const passing: readonly (string | null)[] = ['NETWORK', 'UPSTREAM_UNAVAILABLE', 'UNAVAILABLE', 'RATE_LIMITED'];

/** How old an answer has to be for a look at the page to ask again. */
const focusAge = 10_000;

/** How a request came to be made: by itself, by something that moved, or by the agent who wants it read from Salesforce again. */
type Reason = 'load' | 'moved' | 'refresh';

/**
 * Loads the customer: the profile at once, from what Sidelight holds, then the related records. Keeps the last good answer when a later request
 * fails, follows the card's changes, and tries again what may pass.
 */
export function useCard(
  client: Client,
  key: CustomerKey,
  token: string | null,
): CardState & { load: () => void; refresh: () => void } {
  const [state, setState] = useState<CardState>(start);
  const known = useRef(new Map<string, Shown>());
  const request = useRef<AbortController | null>(null);
  const name = keyText(key);

  const run = useCallback(
    async (reason: Reason): Promise<void> => {
      request.current?.abort();
      const control = new AbortController();
      request.current = control;
      const by = JSON.parse(name) as CustomerKey;
      const before = known.current.get(name) ?? null;
      setState((last) => ({
        ...last,
        phase: before ? 'shown' : 'loading',
        shown: before,
        errorCode: before ? last.errorCode : null,
        busy: reason !== 'moved',
      }));
      const show = (shown: Shown, busy: boolean, errorCode: string | null = null): void => {
        known.current.set(name, shown);
        setState({ phase: 'shown', shown, errorCode, busy, integration: null });
      };
      const end = (
        phase: CardState['phase'],
        errorCode: string | null,
        integration: IntegrationStatus | null = null,
      ): void => {
        if (phase === 'hidden' || phase === 'tickets' || phase === 'nobody') known.current.delete(name);
        const kept = phase === 'failed' ? (known.current.get(name) ?? null) : null;
        setState({ phase: kept ? 'shown' : phase, shown: kept, errorCode, busy: false, integration });
      };
      try {
        if (reason === 'refresh' && before) {
          const answer = await client.send(RefreshDocument, { by, ...owners(before.card) }, control.signal);
          const customer = answer.data.refreshCustomer;
          const failure = answer.problems.find((problem) => problem.path.length === 1);
          if (isDenied(answer.denied, 'refreshCustomer')) end('hidden', null);
          else if (failure) end('failed', failure.code);
          else if (!customer || (!customer.contact && !customer.account)) end('nobody', null);
          else {
            const aside: Aside = answer;
            const late = customer.stale ? 'UPSTREAM_UNAVAILABLE' : null; // the server waited for Salesforce, and it did not answer in time
            show(
              { ...before, card: customer, aside, sections: customer, sectionsAside: aside, receivedAt: Date.now() },
              false,
              late,
            );
          }
          return;
        }
        const head = await client.send(CardDocument, { by }, control.signal);
        const card = head.data.customer;
        const failure = head.problems.find((problem) => problem.path.length === 1);
        if (!head.data.viewer.access.visible || isDenied(head.denied, 'customer') || failure?.code === 'FORBIDDEN') {
          const elsewhere = head.data.viewer.access.visible && failure?.code === 'FORBIDDEN' && !by.deskTicketId;
          end(elsewhere ? 'tickets' : 'hidden', null); // agents may be shown the customers of their tickets alone
          return;
        }
        if (!card && failure) {
          end('failed', failure.code);
          return;
        }
        if (!card || (!card.contact && !card.account)) {
          end('nobody', null, head.data.viewer.integrationStatus);
          return;
        }
        const kept = {
          card,
          aside: head as Aside,
          layout: head.data.viewer.card,
          access: head.data.viewer.access,
          sections: before?.sections ?? null,
          sectionsAside: before?.sectionsAside ?? nothing,
          receivedAt: Date.now(),
        };
        show(kept, reason !== 'moved');
        const rest = await client.send(SectionsDocument, { by, ...owners(card) }, control.signal);
        const sections = rest.data.customer;
        show({ ...kept, sections: sections ?? kept.sections, sectionsAside: rest, receivedAt: Date.now() }, false);
      } catch (error) {
        if (control.signal.aborted) return;
        const code = codeOf(error);
        if (code === 'FORBIDDEN') end('hidden', null);
        else if (code === 'UNAUTHENTICATED') end('signed-out', code);
        else end('failed', code);
      }
    },
    [client, name],
  );

  // Another token is another caller: nothing that the last one saw may stay.
  const lastToken = useRef(token);
  useEffect(() => {
    if (lastToken.current !== token) known.current.clear();
    lastToken.current = token;
    if (token) void run('load');
    else setState({ ...start, phase: 'signed-out', busy: false });
    return () => request.current?.abort();
  }, [run, token]);

  const [tries, setTries] = useState(0);
  useEffect(() => setTries(0), [name, token]);
  const { shown } = state;
  const incomplete =
    shown !== null &&
    (shown.card.stale === true ||
      !shown.sections ||
      shown.sections.stale === true ||
      unfinished(shown.sections, shown.sectionsAside));
  const again =
    !state.busy &&
    ((state.phase === 'shown' && incomplete) || (state.phase === 'failed' && passing.includes(state.errorCode)));
  const delay = retries[tries];
  useEffect(() => {
    if (!again || delay === undefined) return;
    const timer = setTimeout(() => {
      setTries((count) => count + 1);
      void run('moved');
    }, delay);
    return () => clearTimeout(timer);
  }, [again, delay, run]);

  const followed = state.phase === 'shown' || state.phase === 'nobody';
  useChanges(client, name, token !== null && followed, () => void run('moved'));
  const receivedAt = useRef(0);
  receivedAt.current = shown?.receivedAt ?? 0;
  useEffect(() => {
    const look = (): void => {
      if (token && document.visibilityState === 'visible' && Date.now() - receivedAt.current > focusAge)
        void run('moved');
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('focus', look);
    };
  }, [run, token]);

  return { ...state, load: () => void run('load'), refresh: () => void run(shown ? 'refresh' : 'load') };
}

const reconnect = 15_000;

/** Calls `moved` whenever the server says that the card has moved. A hidden page holds no connection: browsers open only a few to one server. */
function useChanges(client: Client, name: string, on: boolean, moved: () => void): void {
  const latest = useRef(moved);
  latest.current = moved;
  useEffect(() => {
    if (!on) return;
    let stop: AbortController | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async (control: AbortController): Promise<void> => {
      let first = true; // the server begins with how the card stands
      try {
        const sign = (): void => {
          if (!first) latest.current();
          first = false;
        };
        await client.follow(CardChangedDocument, { by: JSON.parse(name) as CustomerKey }, sign, control.signal);
      } catch (error) {
        if (control.signal.aborted || codeOf(error) === 'UNAUTHENTICATED') return;
      }
      if (!control.signal.aborted) timer = setTimeout(() => void follow(control), reconnect);
    };
    const settle = (): void => {
      clearTimeout(timer);
      stop?.abort();
      stop = null;
      if (document.visibilityState !== 'visible') return;
      stop = new AbortController();
      void follow(stop);
    };
    settle();
    document.addEventListener('visibilitychange', settle);
    return () => {
      document.removeEventListener('visibilitychange', settle);
      clearTimeout(timer);
      stop?.abort();
    };
  }, [client, name, on]);
}
