import type { TranslationOf } from '../translate';
import type { en } from './en';

export const es = {
  beginWith: 'Empezar con',
  copyCurl: 'Copiar como curl',
  copied: 'Copiado',
  toConsole: 'Consola',
  language: 'Idioma',
  automatic: 'Como diga el navegador',
  'template.contacts': 'Contactos',
  'template.card': 'La ficha de un cliente',
  'template.stages': 'Embudo por etapa',
  'template.months': 'Embudo por mes',
  'template.closing': 'Oportunidades que se cierran pronto',
  'template.sync': 'Cómo está la sincronización',
  'note.contacts':
    'Pulse Ctrl-Enter. La cabecera de abajo lleva el token de quien pregunta; el esquema que se muestra es lo que puede usar.',
  'note.card': 'Uno de: deskTicketId, deskContactId, deskAccountId, email, salesforceId.',
  'note.sync': 'Para administradores.',
} satisfies TranslationOf<typeof en>;
