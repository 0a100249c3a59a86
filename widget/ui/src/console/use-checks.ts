import { useEffect, useState } from 'preact/hooks';
import { CheckMappingDocument, type FoundFragment, type SyncObject } from '../generated/graphql';
import { inputsOf, type MappingRow } from './parts/exchange';
import { useClient } from './use';

const pause = 400;

/** What is wrong with a mapping while it is edited, once the typing pauses. Null while nothing is edited, or nobody could say. */
export function useChecks(object: SyncObject, rows: readonly MappingRow[] | null): readonly FoundFragment[] | null {
  const client = useClient();
  const [found, setFound] = useState<{ of: string; problems: readonly FoundFragment[] } | null>(null);
  // A row without both fields is not finished; it is checked when it is.
  const whole = rows?.filter((row) => row.desk && row.salesforce) ?? null;
  const key = whole && JSON.stringify(whole);
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const mappings = inputsOf(JSON.parse(key) as MappingRow[]);
      client.send(CheckMappingDocument, { object, mappings }, stop.signal).then(
        ({ data }) => setFound({ of: key, problems: data.checkFieldMappings ?? [] }),
        () => undefined, // saving says it
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, object, key]);
  return key !== null && found?.of === key ? found.problems : null;
}
