import type { TranslationOf } from '../translate';
import type { en } from './en';

export const pt = {
  'age.now': 'agora mesmo',
  yes: 'Sim',
  no: 'Não',
  language: 'Idioma',
  languageAuto: 'Automático',
  desk: 'Zoho Desk',
  salesforce: 'Salesforce',
  tryAgain: 'Tentar novamente',
  'rule.TWO_WAY': 'Bidirecional',
  'rule.PREFER_SALESFORCE': 'Bidirecional, o Salesforce prevalece',
  'rule.PREFER_SALESFORCE_UNLESS_BLANK': 'Bidirecional, o Salesforce prevalece se preenchido',
  'rule.PREFER_DESK': 'Bidirecional, o Zoho Desk prevalece',
  'rule.SALESFORCE_TO_DESK': 'Somente do Salesforce para o Zoho Desk',
  'rule.DESK_TO_SALESFORCE': 'Somente do Zoho Desk para o Salesforce',
  'rule.OFF': 'Desligado',
  popupBlocked: 'O navegador bloqueou a janela de login. Permita pop-ups para esta página e tente novamente.',
} satisfies TranslationOf<typeof en>;
