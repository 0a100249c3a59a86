import { formatAge } from '../lib/format';
import { language, type Language } from './language';
import { en } from './shared/en';
import { es } from './shared/es';
import { pt } from './shared/pt';

const now: Readonly<Record<Language, string>> = { en: en['age.now'], 'pt-BR': pt['age.now'], es: es['age.now'] };

/** An instant's age in words, such as "5 min ago"; empty when there is no instant. */
export const ageText = (instant: string | null | undefined, present: number): string =>
  instant ? (formatAge(instant, present) ?? now[language()]) : '';
