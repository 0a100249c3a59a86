import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { RequestError, type Client } from '../api/client';
import type { TypedDocumentString } from '../generated/graphql';

type Json = Record<string, unknown>;

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('The console has no client.');
  return client;
}

const textOf = (error: unknown): string => (error instanceof RequestError ? error.message : 'Something went wrong.');

export interface Query<T> {
  readonly data: T | null;
  readonly problem: string | null;
  readonly reload: () => void;
}

/** Asks, and asks again when the variables change or `reload` is called. The last answer stays while the next is on its way. */
export function useQuery<T, V extends Json>(document: TypedDocumentString<T, V>, variables: V): Query<T> {
  const client = useClient();
  const [state, setState] = useState<{ data: T | null; problem: string | null }>({ data: null, problem: null });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    const stop = new AbortController();
    client.send(document, JSON.parse(key) as V, stop.signal).then(
      (answer) => setState({ data: answer.data, problem: answer.problems[0]?.message ?? null }),
      (error: unknown) => stop.signal.aborted || setState((old) => ({ data: old.data, problem: textOf(error) })),
    );
    return () => stop.abort();
  }, [client, document, key, turn]);
  return { ...state, reload: useCallback(() => setTurn((n) => n + 1), []) };
}

export interface Action {
  readonly busy: boolean;
  readonly problem: string | null;
  readonly run: <T, V extends Json>(document: TypedDocumentString<T, V>, variables: V, then?: (data: T) => void) => void;
}

/** Runs one change at a time and keeps what went wrong. */
export function useAction(): Action {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run: Action['run'] = (document, variables, then) => {
    setBusy(true);
    setProblem(null);
    client.send(document, variables).then(
      (answer) => {
        setBusy(false);
        setProblem(answer.problems[0]?.message ?? null);
        if (answer.problems.length === 0) then?.(answer.data);
      },
      (error: unknown) => {
        setBusy(false);
        setProblem(textOf(error));
      },
    );
  };
  return { busy, problem, run };
}
