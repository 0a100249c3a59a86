import { en } from './explorer/en';
import { es } from './explorer/es';
import { pt } from './explorer/pt';
import { translator } from './translate';

/** The texts around GraphiQL. */
export const t = translator(en, { 'pt-BR': pt, es });
