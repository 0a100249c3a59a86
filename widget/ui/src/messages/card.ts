import { en } from './card/en';
import { es } from './card/es';
import { pt } from './card/pt';
import { translator } from './translate';

/** The card's texts. */
export const t = translator(en, { 'pt-BR': pt, es });
