import { useEffect, useRef, useState } from 'preact/hooks';

/** The present, moving on every `seconds`: for ages and countdowns. */
export function useNow(seconds: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return now;
}

/** Calls `work` every `milliseconds` while the page is visible, and once when it becomes visible again. Null stops it. */
export function usePolling(work: () => void, milliseconds: number | null): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (milliseconds === null) return;
    const tick = (): void => {
      if (document.visibilityState === 'visible') latest.current();
    };
    const timer = setInterval(tick, milliseconds);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [milliseconds]);
}

/** A choice of the reader's that survives the page, where the browser lets it. */
export function useRemembered(key: string, initial: boolean): [boolean, (value: boolean) => void] {
  const name = `sidelight.${key}`;
  const [value, setValue] = useState(() => {
    try {
      const stored = localStorage.getItem(name);
      return stored === null ? initial : stored === 'true';
    } catch {
      return initial;
    }
  });
  const remember = (next: boolean): void => {
    setValue(next);
    try {
      localStorage.setItem(name, String(next));
    } catch {
      // Storage is closed to sandboxed frames; the choice then lasts as long as the page.
    }
  };
  return [value, remember];
}
