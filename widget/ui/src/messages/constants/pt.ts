import type { TranslationOf } from '../translate';
import type { en } from './en';

export const pt = {
  constantsOf: 'O que os novos registros recebem: {object}',
  constantsText:
    'Cada registro que o Sidelight cria recebe estes valores uma única vez. Registros existentes não são alterados, e o que as pessoas mudarem depois permanece.',
  constantsNone: 'Nada além do mapeamento.',
  constantAdd: 'Adicionar um valor',
  constantField: 'Campo dos novos registros',
  value: 'Valor',
  constantValue: 'Valor de {field}',
  constantRemove: 'Remover o valor de {field}',
  constantsSave: 'Salvar os valores',
  constantsTitle: 'Salvar o que os novos registros recebem?',
  constantsFact: 'A partir de agora, novos registros no {side} recebem {field} = {value}.',
  constantsNoMore: 'Novos registros não recebem mais valores além do mapeamento.',
  constantsKept: 'Registros existentes não são alterados.',
  severalWords: 'um; outro',
} satisfies TranslationOf<typeof en>;
