import type { TranslationOf } from '../translate';
import type { en } from './en';

export const es = {
  valueTable: 'Valores…',
  valueTableCount: { one: 'Valores: {count} par…', other: 'Valores: {count} pares…' },
  valueTableTitle: 'Valores que significan lo mismo: {desk} y {salesforce}',
  valueTableText:
    'Donde el lado derecho está en blanco, el valor corresponde al del mismo texto. Varios valores pueden equivaler a uno: el primero de ellos vuelve.',
  deskValue: 'Valor de Zoho Desk {number}',
  salesforceValue: 'Valor de Salesforce {number}',
  sameText: 'el mismo: {value}',
  valueInactive: 'inactivo',
  valueAdd: 'Añadir un par',
  valueRemove: 'Quitar el par {number}',
  valuesLeft: 'Activos en Salesforce y sin correspondiente: {values}',
  valuesDone: 'Listo',
  valuesDraft: 'La tabla pasa a formar parte de la asignación al guardarla.',
} satisfies TranslationOf<typeof en>;
