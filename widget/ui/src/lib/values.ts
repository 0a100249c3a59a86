import { locale } from '../messages/language';

/** What a mapped field's JSON value looks like to a person; null when there is nothing to show. */
export function formatValue(value: unknown, words: { yes: string; no: string }): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return new Intl.NumberFormat(locale(), { maximumFractionDigits: 20 }).format(value);
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
  const parts = (Array.isArray(value) ? value : Object.values(value))
    .map((part: unknown) => formatValue(part, words))
    .filter((part) => part !== null);
  return parts.length > 0 ? parts.join(', ') : null;
}

/** The address on one line, in the order in which most countries read it. */
export function formatAddress(
  address: Partial<Record<'street' | 'city' | 'state' | 'postalCode' | 'country', string | null>> | null,
): string | null {
  if (!address) return null;
  const place = [address.postalCode, address.city].filter(Boolean).join(' ');
  const lines = [address.street?.replace(/\s*\n\s*/g, ', '), place, address.state, address.country].filter(Boolean);
  return lines.length > 0 ? lines.join(', ') : null;
}

/** Up to two letters that stand for a name, whatever its script. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /\p{L}|\p{N}/u.test(word));
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined];
  return letters
    .map((word) => Array.from(word ?? '').find((letter) => /\p{L}|\p{N}/u.test(letter)) ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** A stable small number for a name, to pick its colour. */
export const hue = (name: string, count: number): number =>
  Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % count;
