import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { codeOf, type Answer, type Client } from '../api/client';
import { CardDocument, RefreshCardDocument, type CardFragment, type CustomerKey } from '../generated/graphql';
import { keyText } from '../lib/key';
import { isDenied } from './sections';

/** The last good answer for one customer; `receivedAt` is the local time at which it came. */
export interface Shown {
  readonly card: CardFragment;
  readonly answer: Pick<Answer<unknown>, 'denied' | 'problems'>;
  readonly receivedAt: number;
}

export interface CardState {
  readonly phase: 'loading' | 'shown' | 'nobody' | 'hidden' | 'signed-out' | 'failed';
  /** Kept while a later request fails, so that the agent goes on seeing what was known. */
  readonly shown: Shown | null;
  readonly errorCode: string | null;
  readonly busy: boolean;
}

const start: CardState = { phase: 'loading', shown: null, errorCode: null, busy: true };

// A stale card is being read again by the server, and some failures pass by themselves: ask again soon, then ever more seldom.
const retries = [2_000, 4_000, 8_000, 15_000, 30_000];
const passing: readonly (string | null)[] = ['NETWORK', 'UPSTREAM_UNAVAILABLE', 'RATE_LIMITED'];

/** Loads the customer, keeps the last good answer when a later request fails, follows a stale card until it is fresh, and tries again what may pass. */
export function useCard(client: Client, key: CustomerKey, token: string | null): CardState & { load: () => void; refresh: () => void } {
  const [state, setState] = useState<CardState>(start);
  const known = useRef(new Map<string, Shown>());
  const request = useRef<AbortController | null>(null);
  const name = keyText(key);

  const run = useCallback(async (fresh: boolean): Promise<void> => {
    request.current?.abort();
    const control = new AbortController();
    request.current = control;
    const by = JSON.parse(name) as CustomerKey;
    const before = known.current.get(name) ?? null;
    setState((last) => ({ phase: before ? 'shown' : 'loading', shown: before, errorCode: before ? last.errorCode : null, busy: true }));
    try {
      const answer = fresh
        ? await client.send(RefreshCardDocument, { by }, control.signal)
        : await client.send(CardDocument, { by }, control.signal);
      if (control.signal.aborted) return;
      const card = 'customer' in answer.data ? answer.data.customer : answer.data.refreshCustomer;
      const hidden = ('viewer' in answer.data && !answer.data.viewer.access.visible) || isDenied(answer.denied, 'customer') || isDenied(answer.denied, 'refreshCustomer');
      const failure = answer.problems.find((problem) => problem.path.length === 1);
      if (hidden || (!card && failure?.code === 'FORBIDDEN')) {
        known.current.delete(name);
        setState({ phase: 'hidden', shown: null, errorCode: null, busy: false });
      } else if (!card && failure) {
        setState({ phase: before ? 'shown' : 'failed', shown: before, errorCode: failure.code, busy: false });
      } else if (!card || (!card.contact && !card.account)) {
        known.current.delete(name);
        setState({ phase: 'nobody', shown: null, errorCode: null, busy: false });
      } else {
        const shown: Shown = { card, answer: { denied: answer.denied, problems: answer.problems }, receivedAt: Date.now() };
        known.current.set(name, shown);
        setState({ phase: 'shown', shown, errorCode: null, busy: false });
      }
    } catch (error) {
      if (control.signal.aborted) return;
      const code = codeOf(error);
      if (code === 'FORBIDDEN') setState({ phase: 'hidden', shown: null, errorCode: null, busy: false });
      else if (code === 'UNAUTHENTICATED') setState({ phase: 'signed-out', shown: null, errorCode: code, busy: false });
      else setState({ phase: before ? 'shown' : 'failed', shown: before, errorCode: code, busy: false });
    }
  }, [client, name]);

  // Another token is another caller: nothing that the last one saw may stay.
  const lastToken = useRef(token);
  useEffect(() => {
    if (lastToken.current !== token) known.current.clear();
    lastToken.current = token;
    if (token) void run(false);
    else setState({ phase: 'signed-out', shown: null, errorCode: null, busy: false });
    return () => request.current?.abort();
  }, [run, token]);

  const [tries, setTries] = useState(0);
  useEffect(() => setTries(0), [name, token]);
  const unfinished = (state.phase === 'shown' && state.shown?.card.stale === true) || (state.phase === 'failed' && passing.includes(state.errorCode));
  const again = unfinished && !state.busy;
  const delay = retries[tries];
  useEffect(() => {
    if (!again || delay === undefined) return;
    const timer = setTimeout(() => {
      setTries((count) => count + 1);
      void run(false);
    }, delay);
    return () => clearTimeout(timer);
  }, [again, delay, run]);

  return { ...state, load: () => void run(false), refresh: () => void run(true) };
}
