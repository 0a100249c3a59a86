import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { RequestError, type Client } from '../api/client';
import type { TypedDocumentString } from '../generated/graphql';
import { t } from '../messages/console';

type Json = Record<string, unknown>;

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('The console has no client.');
  return client;
}

/** What went wrong, for people: the server's own words where it sent some. */
export function textOf(error: unknown): string {
  if (!(error instanceof RequestError)) return t('wentWrong');
  if (error.code === 'NETWORK') return t('unreachable');
  return error.message;
}

export interface Query<T> {
  /** The last answer, also while the next one is on its way. */
  readonly data: T | null;
  /** The answer to what is asked now; null until it has come. An editor must not begin with another's data. */
  readonly current: T | null;
  readonly problem: string | null;
  readonly reload: () => void;
}

interface Answered<T> {
  readonly of: string;
  readonly data: T | null;
  readonly problem: string | null;
}

/** Asks, and asks again when the variables change or `reload` is called. */
export function useQuery<T, V extends Json>(document: TypedDocumentString<T, V>, variables: V): Query<T> {
  const client = useClient();
  const [state, setState] = useState<Answered<T>>({ of: '', data: null, problem: null });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    const stop = new AbortController();
    client.send(document, JSON.parse(key) as V, stop.signal).then(
      (answer) => setState({ of: key, data: answer.data, problem: answer.problems[0]?.message ?? null }),
      (error: unknown) => {
        if (!stop.signal.aborted) setState((old) => ({ ...old, problem: textOf(error) }));
      },
    );
    return () => stop.abort();
  }, [client, document, key, turn]);
  return {
    data: state.data,
    current: state.of === key ? state.data : null,
    problem: state.problem,
    reload: useCallback(() => setTurn((n) => n + 1), []),
  };
}

export interface Action {
  readonly busy: boolean;
  readonly problem: string | null;
  /** Runs a change; resolves to its answer, or to null when it did not succeed. */
  readonly run: <T, V extends Json>(document: TypedDocumentString<T, V>, variables: V) => Promise<T | null>;
}

/** Runs changes and keeps what went wrong with the last one. */
export function useAction(): Action {
  const client = useClient();
  const [state, setState] = useState<{ busy: boolean; problem: string | null }>({ busy: false, problem: null });
  const run: Action['run'] = async (document, variables) => {
    setState({ busy: true, problem: null });
    try {
      const answer = await client.send(document, variables);
      setState({ busy: false, problem: answer.problems[0]?.message ?? null });
      return answer.problems.length === 0 ? answer.data : null;
    } catch (error) {
      setState({ busy: false, problem: textOf(error) });
      return null;
    }
  };
  return { ...state, run };
}
