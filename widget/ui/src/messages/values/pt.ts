import type { TranslationOf } from '../translate';
import type { en } from './en';

export const pt = {
  valueTable: 'Valores…',
  valueTableCount: { one: 'Valores: {count} par…', other: 'Valores: {count} pares…' },
  valueTableTitle: 'Valores que significam o mesmo: {desk} e {salesforce}',
  valueTableText:
    'Onde o lado direito está em branco, o valor corresponde ao de mesmo texto. Vários valores podem equivaler a um: o primeiro deles volta.',
  deskValue: 'Valor do Zoho Desk {number}',
  salesforceValue: 'Valor do Salesforce {number}',
  sameText: 'o mesmo: {value}',
  valueInactive: 'inativo',
  valueAdd: 'Adicionar um par',
  valueRemove: 'Remover o par {number}',
  valuesLeft: 'Ativos no Salesforce e sem correspondente: {values}',
  valuesDone: 'Pronto',
  valuesDraft: 'A tabela passa a fazer parte do mapeamento quando ele for salvo.',
} satisfies TranslationOf<typeof en>;
