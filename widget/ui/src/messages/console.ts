import { en } from './console/en';
import { es } from './console/es';
import { pt } from './console/pt';
import { translator } from './translate';

/** The console's texts. */
export const t = translator(en, { 'pt-BR': pt, es });
export type ConsoleKey = keyof typeof en;

const known = new Set<string>(Object.keys(en));

/** The text of a value out of a table of the API (a code, a trigger, a status); the value itself, made readable, where there is none. */
export function named(table: string, value: string): string {
  const key = `${table}.${value}`;
  if (known.has(key)) return (t as (key: string) => string)(key);
  const text = value.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
