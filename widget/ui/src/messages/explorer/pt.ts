import type { TranslationOf } from '../translate';
import type { en } from './en';

export const pt = {
  beginWith: 'Começar com',
  copyCurl: 'Copiar como curl',
  copied: 'Copiado',
  toConsole: 'Console',
  language: 'Idioma',
  automatic: 'Conforme o navegador',
  'template.contacts': 'Contatos',
  'template.card': 'O cartão de um cliente',
  'template.stages': 'Funil por fase',
  'template.months': 'Funil por mês',
  'template.closing': 'Oportunidades que fecham em breve',
  'template.sync': 'Como está a sincronização',
  'note.contacts':
    'Pressione Ctrl-Enter. O cabeçalho abaixo traz o token de quem pergunta; o esquema mostrado é o que ele pode usar.',
  'note.card': 'Um de: deskTicketId, deskContactId, deskAccountId, email, salesforceId.',
  'note.sync': 'Para administradores.',
} satisfies TranslationOf<typeof en>;
