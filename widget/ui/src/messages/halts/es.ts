import type { TranslationOf } from '../translate';
import type { en } from './en';

export const es = {
  haltTitle: 'Cómo continuar',
  'halt.OTHER_ORGANIZATION':
    'Las credenciales llevan a otra organización, no a aquella cuyos registros están vinculados. No se lee ni se escribe nada hasta que usted elija.',
  'halt.WENT_BACK':
    'Un lado tiene registros más antiguos que antes, como tras restaurar una copia de seguridad. No se lee ni se escribe nada hasta que usted elija.',
  'halt.GONE_WITHOUT_TRACE':
    'Muchos registros desaparecieron de un lado y no están en ninguna papelera. No se lee ni se escribe nada hasta que usted elija.',
  serverSays: 'El servidor dice: {reason}',
  haltConnect: 'Conectar de nuevo la anterior',
  haltConnectText:
    'La sincronización continúa sola en cuanto el lado vuelva a ser aquel con el que se vincularon los registros.',
  haltTake: 'Aceptar {side} como nuevo…',
  haltTakeText:
    'Lo que {side} tiene ahora pasa a valer. Nada cambia en ninguno de los lados antes de iniciar la sincronización.',
  haltTakeDesk: 'Otra organización de Zoho Desk debe conectarse antes por su ID.',
  takeTitle: '¿Aceptar {side} tal como está ahora, como nuevo?',
  takeForgets:
    'Se olvida todo lo que se sabe de los registros: vínculos, copias, escrituras pendientes, fallos, conflictos y el diario.',
  takeKeeps:
    'Conexiones, asignaciones, filtros y permisos se conservan. Al iniciar la sincronización, todo se empareja de nuevo.',
  takeConfirm: 'Aceptar como nuevo',
  taken: '{side} se aceptó como nuevo. Inicie la primera sincronización cuando quiera.',
  haltResume: 'Continuar y tratar cada uno como eliminado…',
  haltResumeText: 'Elija esto cuando los registros se quitaron de verdad.',
  goneTitle: '¿Tratar como eliminados los registros desaparecidos?',
  goneFacts: 'Cada registro que desapareció sin dejar rastro cuenta desde ahora como eliminado.',
  goneCounterparts: 'Cuando cambie su correspondiente: {policy}.',
  'code.GONE_WITHOUT_TRACE': 'Registros desaparecidos sin rastro',
  'code.SIDE_UNUSABLE': 'Un lado no se puede usar',
  'code.UNAVAILABLE': 'La base de datos no se puede usar',
} satisfies TranslationOf<typeof en>;
