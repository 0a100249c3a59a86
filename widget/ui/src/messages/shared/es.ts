import type { TranslationOf } from '../translate';
import type { en } from './en';

export const es = {
  'age.now': 'ahora mismo',
  yes: 'Sí',
  no: 'No',
  language: 'Idioma',
  languageAuto: 'Automático',
  desk: 'Zoho Desk',
  salesforce: 'Salesforce',
  tryAgain: 'Reintentar',
  'rule.TWO_WAY': 'Bidireccional',
  'rule.PREFER_SALESFORCE': 'Bidireccional, prevalece Salesforce',
  'rule.PREFER_SALESFORCE_UNLESS_BLANK': 'Bidireccional, prevalece Salesforce si tiene valor',
  'rule.PREFER_DESK': 'Bidireccional, prevalece Zoho Desk',
  'rule.SALESFORCE_TO_DESK': 'Solo de Salesforce a Zoho Desk',
  'rule.DESK_TO_SALESFORCE': 'Solo de Zoho Desk a Salesforce',
  'rule.OFF': 'Desactivado',
  popupBlocked:
    'El navegador bloqueó la ventana de inicio de sesión. Permita las ventanas emergentes de esta página e inténtelo de nuevo.',
} satisfies TranslationOf<typeof en>;
