import { useEffect, useState } from 'preact/hooks';

interface Connection<T> {
  readonly nodes: readonly T[] | null;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface More<T> {
  readonly rows: readonly T[];
  /** Reads the next page; null when there is none. */
  readonly more: (() => void) | null;
  readonly busy: boolean;
}

/** The rows of a connection, and those that are asked for behind its first page. A first page that has changed begins anew. */
export function useMore<T extends { readonly id: string }>(
  first: Connection<T> | null,
  read: (after: string) => Promise<Connection<T> | null>,
): More<T> {
  const [rest, setRest] = useState<readonly Connection<T>[]>([]);
  const [busy, setBusy] = useState(false);
  const key = JSON.stringify(first?.nodes?.map((row) => row.id) ?? null);
  useEffect(() => setRest([]), [key]);
  const last = rest[rest.length - 1] ?? first;
  const after = last?.pageInfo.hasNextPage ? last.pageInfo.endCursor : null;
  const seen = new Map<string, T>();
  for (const page of [first, ...rest])
    for (const row of page?.nodes ?? []) if (!seen.has(row.id)) seen.set(row.id, row);
  const more = (): void => {
    if (after === null) return;
    setBusy(true);
    read(after).then(
      (page) => {
        setBusy(false);
        if (page) setRest((old) => [...old, page]);
      },
      () => setBusy(false),
    );
  };
  return { rows: [...seen.values()], more: after === null ? null : more, busy };
}
