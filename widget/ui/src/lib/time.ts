const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** An age in the coarsest unit that is still honest. */
export type Age = { readonly unit: 'now' } | { readonly unit: 'minutes' | 'hours' | 'days'; readonly count: number };

/** How old an instant is. Instants in the future (a clock that is ahead) count as now. */
export function ageOf(instant: string, now: number): Age | null {
  const then = Date.parse(instant);
  if (Number.isNaN(then)) return null;
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < minute) return { unit: 'now' };
  if (seconds < hour) return { unit: 'minutes', count: Math.floor(seconds / minute) };
  if (seconds < 2 * day) return { unit: 'hours', count: Math.floor(seconds / hour) };
  return { unit: 'days', count: Math.floor(seconds / day) };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The calendar day of an instant where the reader is, as YYYY-MM-DD. */
export const localDay = (now: number): string => {
  const date = new Date(now);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

/** Whole days from today to a calendar day: negative when it has passed; null when it is no day. */
export function daysUntil(date: string | null, now: number): number | null {
  if (!date || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const target = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(target)) return null;
  return Math.round((target - Date.parse(`${localDay(now)}T00:00:00Z`)) / (day * 1000));
}

/** A calendar day in words. Days have no time zone, so they are formatted in the one they were parsed in. */
export function formatDay(date: string | null, locale: string): string | null {
  if (!date) return null;
  const parsed = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime())) return null;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(parsed);
}

/** An instant in the reader's own time zone. */
export function formatInstant(instant: string | null | undefined, locale: string, timeStyle: 'short' | 'medium' = 'short'): string | null {
  if (!instant) return null;
  const parsed = new Date(instant);
  if (Number.isNaN(parsed.getTime())) return null;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle }).format(parsed);
}

/** A span for people: "45 s", "3 min", "1 h 20 min". */
export function formatSpan(seconds: number | null | undefined): string | null {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return null;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * minute) return `${Math.round(seconds / minute)} min`;
  const hours = Math.floor(seconds / hour);
  const minutes = Math.round((seconds - hours * hour) / minute);
  if (hours >= 48) return `${Math.round(seconds / day)} days`;
  return minutes === 0 || minutes === 60 ? `${hours + (minutes === 60 ? 1 : 0)} h` : `${hours} h ${minutes} min`;
}
