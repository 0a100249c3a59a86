/** Reads JSON that this page kept for the tab; null when there is none or storage is closed. */
export function readStored(name: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null');
  } catch {
    return null;
  }
}

/** Keeps JSON for the tab, or forgets it for null. Storage is closed to sandboxed frames: then nothing is kept. */
export function writeStored(name: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // The value then lasts as long as the page.
  }
}
