import { ageOf } from '../lib/time';
import { en, type Messages } from './en';

type Key = keyof Messages;
type Values = Readonly<Record<string, string | number>>;

/** Formats follow the browser; texts exist in English. A translation is another file of the shape of en.ts. */
export const locale = navigator.language;
const messages: Messages = en;
const plurals = new Intl.PluralRules('en');

/** The text of a message with its values filled in. A message with plural forms is chosen by `values.count`. */
export function t(key: Key, values: Values = {}): string {
  const message = messages[key];
  const plural = plurals.select(Number(values['count'] ?? 0)) === 'one' ? 'one' : 'other';
  const template: string = typeof message === 'string' ? message : message[plural];
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** An instant's age in words, such as "5 min ago"; empty when there is no instant. */
export function ageText(instant: string | null | undefined, now: number): string {
  const age = instant ? ageOf(instant, now) : null;
  if (!age) return '';
  switch (age.unit) {
    case 'now': return t('ageNow');
    case 'minutes': return t('ageMinutes', { count: age.count });
    case 'hours': return t('ageHours', { count: age.count });
    case 'days': return t('ageDays', { count: age.count });
  }
}
