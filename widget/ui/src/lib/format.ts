import { locale } from '../messages/language';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** An age in words, in the coarsest unit that is still honest: "5 min. ago"; null for less than a minute. Instants in the future count as now. */
export function formatAge(instant: string, now: number): string | null {
  const then = Date.parse(instant);
  if (Number.isNaN(then)) return '';
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < minute) return null;
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'always', style: 'short' });
  if (seconds < hour) return words.format(-Math.floor(seconds / minute), 'minute');
  if (seconds < 2 * day) return words.format(-Math.floor(seconds / hour), 'hour');
  if (seconds < 60 * day) return words.format(-Math.floor(seconds / day), 'day');
  if (seconds < 730 * day) return words.format(-Math.floor(seconds / (30 * day)), 'month');
  return words.format(-Math.floor(seconds / (365 * day)), 'year');
}

/** A span for people, in one or two units: "45 sec", "3 min", "1 hr, 20 min". Null for what is no span. */
export function formatSpan(seconds: number | null | undefined): string | null {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return null;
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  if (seconds < 90) return unit(Math.ceil(seconds), 'second');
  if (seconds < 90 * minute) return unit(Math.round(seconds / minute), 'minute');
  if (seconds >= 48 * hour) return unit(Math.round(seconds / day), 'day');
  const minutes = Math.round(seconds / minute);
  const rest = minutes % 60;
  return rest === 0 ? unit(minutes / 60, 'hour') : `${unit(Math.floor(minutes / 60), 'hour')} ${unit(rest, 'minute')}`;
}

/** A whole number as the reader writes it. */
export const formatNumber = (value: number): string => new Intl.NumberFormat(locale()).format(value);

/** A share out of a hundred. */
export const formatPercent = (value: number): string =>
  new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(value / 100);

/** An instant in the reader's own time zone. */
export function formatInstant(
  instant: string | null | undefined,
  timeStyle: 'short' | 'medium' = 'short',
): string | null {
  if (!instant) return null;
  const parsed = new Date(instant);
  if (Number.isNaN(parsed.getTime())) return null;
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle }).format(parsed);
}

/** A calendar day in words. Days have no time zone, so they are formatted in the one they were parsed in. */
export function formatDay(date: string | null): string | null {
  if (!date) return null;
  const parsed = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime())) return null;
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(parsed);
}
