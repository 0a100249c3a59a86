import { useState } from 'preact/hooks';
import { readStored, writeStored } from '../lib/stored';

export interface Draft<T> {
  readonly value: T;
  readonly changed: boolean;
  readonly set: (value: T) => void;
  readonly discard: () => void;
}

interface Kept<T> {
  readonly of: string; // what was saved when the draft was begun
  readonly value: T;
}

/**
 * An edit of something saved that survives leaving the screen and loading the page again. It ends when it is discarded, or when it says the same as
 * what is saved. Two drafts never share a name.
 */
export function useDraft<T>(name: string, saved: T): Draft<T> {
  const key = `sidelight.console.draft.${name}`;
  const text = JSON.stringify(saved);
  const [kept, setKept] = useState<Kept<T> | null>(() => readStored(key) as Kept<T> | null);
  const changed = kept !== null && JSON.stringify(kept.value) !== text;
  const keep = (next: Kept<T> | null): void => {
    writeStored(key, next);
    setKept(next);
  };
  return {
    value: changed ? kept.value : saved,
    changed,
    set: (value) => keep({ of: text, value }),
    discard: () => keep(null),
  };
}
