import type { TranslationOf } from '../translate';
import type { en } from './en';

export const es = {
  constantsOf: 'Lo que reciben los registros nuevos: {object}',
  constantsText:
    'Cada registro que crea Sidelight recibe estos valores una sola vez. Los registros que existen no se modifican, y lo que las personas cambien después se conserva.',
  constantsNone: 'Nada aparte de la asignación.',
  constantAdd: 'Añadir un valor',
  constantField: 'Campo de los registros nuevos',
  value: 'Valor',
  constantValue: 'Valor de {field}',
  constantRemove: 'Quitar el valor de {field}',
  constantsSave: 'Guardar los valores',
  constantsTitle: '¿Guardar lo que reciben los registros nuevos?',
  constantsFact: 'Desde ahora, los registros nuevos en {side} reciben {field} = {value}.',
  constantsNoMore: 'Los registros nuevos ya no reciben valores aparte de la asignación.',
  constantsKept: 'Los registros que existen no se modifican.',
  severalWords: 'uno; otro',
} satisfies TranslationOf<typeof en>;
