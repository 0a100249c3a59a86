const day = 24 * 60 * 60 * 1000;

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
  return Math.round((target - Date.parse(`${localDay(now)}T00:00:00Z`)) / day);
}
