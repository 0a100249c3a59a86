/** The languages that every text exists in, as BCP 47 tags. */
export const languages = ['en', 'pt-BR', 'es'] as const;
export type Language = (typeof languages)[number];

const storageName = 'sidelight.language';
const listeners = new Set<() => void>();
let chosen: Language | null = stored();
let host: string | null = null;

/** The language for a locale such as "pt_PT" or "es-419"; null when there is none. */
export function languageFor(locale: string): Language | null {
  const base = locale.toLowerCase().split(/[-_]/)[0];
  return languages.find((language) => language.toLowerCase().split('-')[0] === base) ?? null;
}

function stored(): Language | null {
  try {
    return languageFor(localStorage.getItem(storageName) ?? '');
  } catch {
    return null; // storage is closed to sandboxed frames
  }
}

/** The locale that the reader uses: the help desk's where the page stands inside one, else the browser's. */
const preferred = (): string[] => (host ? [host] : [...navigator.languages]);

/** The language of the texts: the reader's choice, else the first of the preferred locales that has texts, else English. */
export function language(): Language {
  return (
    chosen ??
    preferred()
      .map(languageFor)
      .find((one) => one !== null) ??
    'en'
  );
}

/** The locale of dates and numbers: the reader's own region where it is of the texts' language. */
export function locale(): string {
  const spoken = language();
  const own = preferred().find((one) => languageFor(one) === spoken) ?? spoken;
  return own.replaceAll('_', '-');
}

/** The reader's own choice; null follows the browser or the help desk. */
export const choice = (): Language | null => chosen;

/** Keeps the reader's choice in this browser. */
export function choose(next: Language | null): void {
  chosen = next;
  try {
    if (next) localStorage.setItem(storageName, next);
    else localStorage.removeItem(storageName);
  } catch {
    // The choice then lasts as long as the page.
  }
  changed();
}

/** Follows the help desk's locale instead of the browser's. */
export function followHost(locale: string | null | undefined): void {
  host = locale && languageFor(locale) ? locale : null;
  changed();
}

function changed(): void {
  document.documentElement.lang = language();
  for (const listener of listeners) listener();
}

document.documentElement.lang = language();

/** Calls the listener whenever the language changes, until the answer is called. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
